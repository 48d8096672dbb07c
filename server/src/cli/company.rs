//! `sluice company WHO`, `sluice company add`

use clap::{Args, Subcommand};
use people::company::{After, CompanyRecord, company};
use people::make::{CompanyDraft, Taken, company as make};
use people::{COMPANY, PERSON};
use platform::failure::Failure;
use platform::public_id::PublicIds;
use serde_json::{Value, json};

use super::person::{facts, say_made};
use super::reading;
use crate::house::{House, asking};
use crate::say::{Ink, Outcome, table};

/// Show everything about a company
#[derive(Args)]
#[command(
    long_about = "Shows everything about a company: where it stands, what is held true of it with its source and age, \
        and its people with where each stands.",
    after_long_help = "Examples:\n  \
        sluice company north.example\n  \
        sluice company \"North Lines\" --json | jq .people\n  \
        sluice company add --name \"North Lines\" --domain north.example",
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    disable_help_subcommand = true
)]
pub(crate) struct Company {
    /// A domain, a name, an id from outside as kind:value, or cmp_…
    #[arg(value_name = "WHO", required = true)]
    who: Option<String>,
    /// Where a page of its people ended, as the page before gave it
    #[arg(long, value_name = "PLACE")]
    after: Option<String>,
    #[command(subcommand)]
    command: Option<CompanyCommand>,
}

#[derive(Subcommand)]
pub(crate) enum CompanyCommand {
    Add(AddCompany),
}

/// Make a company
#[derive(Args)]
#[command(
    long_about = "Makes a company by its domain or its name, as `New company` does on the page. One that is known already by \
        one of them is left as it is: it is said which it is and what would be new, and --update records it. What is said \
        has `edit` as its source.",
    after_long_help = "Examples:\n  \
        sluice company add --name \"North Lines\" --domain north.example\n  \
        sluice company add --domain north.example --employees 240 --industry logistics --update --json"
)]
pub(crate) struct AddCompany {
    /// Its name
    #[arg(long, value_name = "NAME", required_unless_present = "domain")]
    name: Option<String>,
    /// Its domain: finds it, before its name does
    #[arg(long, value_name = "DOMAIN")]
    domain: Option<String>,
    /// What it lives by
    #[arg(long, value_name = "INDUSTRY")]
    industry: Option<String>,
    /// Its country, in two letters
    #[arg(long, value_name = "COUNTRY")]
    country: Option<String>,
    /// How many work there
    #[arg(long, value_name = "NUMBER")]
    employees: Option<String>,
    /// Record what is new of a company that is known
    #[arg(long)]
    update: bool,
}

impl AddCompany {
    fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = reading(house)?;
        let asking = asking(&app);
        let now = app.clock.now();
        let draft = CompanyDraft {
            name: self.name.unwrap_or_default(),
            domain: self.domain.unwrap_or_default(),
            industry: self.industry.unwrap_or_default(),
            country: self.country.unwrap_or_default(),
            employees: self.employees.unwrap_or_default(),
        };
        let how = Taken { updates: self.update, brings_back: false };
        let made = app.db.write_blocking(move |tx| make(tx, asking, &draft, how, now))?;
        say_made(house, &made, COMPANY, app.public_ids())
    }
}

impl Company {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        if let Some(CompanyCommand::Add(add)) = self.command {
            return add.run(house);
        }
        let not_a_place = || {
            Failure::invalid(
                "after",
                "this is no place in the people: take it as the page before gave it",
            )
        };
        let after = match &self.after {
            Some(text) => Some(After::parse(text).ok_or_else(not_a_place)?),
            None => None,
        };
        let app = reading(house)?;
        let asking = asking(&app);
        let now = app.clock.now();
        let which = self.who.unwrap_or_default();
        let record =
            app.db.read_blocking(move |tx| company(tx, asking, &which, after.as_ref(), now))?;
        let outside = app.public_ids();
        house.mouth.result(&told(&record, outside), |ink| shown(&record, outside, ink))?;
        Ok(Outcome::Done)
    }
}

fn told(record: &CompanyRecord, outside: PublicIds) -> Value {
    let people = record.people.iter().map(|listed| {
        json!({
            "id": outside.encode(PERSON, listed.person.id),
            "name": listed.person.name,
            "title": listed.person.title,
            "stage": listed.standing.stage.as_str(),
        })
    });
    json!({
        "id": outside.encode(COMPANY, record.company.id),
        "name": record.company.name,
        "domain": record.company.domain,
        "stage": record.stage.as_str(),
        "keys": record.keys.iter().map(|(kind, value)| json!({ "kind": kind, "value": value })).collect::<Vec<_>>(),
        "facts": record.facts,
        "people_count": record.people_count,
        "people": people.collect::<Vec<_>>(),
        "next": record.next.as_ref().map(After::to_text),
    })
}

fn shown(record: &CompanyRecord, outside: PublicIds, ink: Ink) -> String {
    let id = outside.encode(COMPANY, record.company.id);
    let mut text = format!("{}  {}\n", ink.strong(&record.company.name), ink.quiet(id));
    text.push_str(&format!("{}  {}\n", record.stage.as_str(), ink.quiet(&record.lens.label)));
    text.push_str(&facts("Facts", &record.facts, ink));
    let dash = || "-".to_owned();
    let rows: Vec<Vec<String>> = record
        .people
        .iter()
        .map(|listed| {
            let title = listed.person.title.clone().unwrap_or_else(dash);
            let stage = listed.standing.stage.as_str().to_owned();
            vec![outside.encode(PERSON, listed.person.id), listed.person.name.clone(), title, stage]
        })
        .collect();
    let title = format!("People: {}", record.people_count);
    text.push_str(&format!("\n{}\n{}", ink.strong(title), table(&rows)));
    if let Some(next) = &record.next {
        text.push_str(&ink.quiet(format!("more: --after {}\n", next.to_text())).to_string());
    }
    text
}

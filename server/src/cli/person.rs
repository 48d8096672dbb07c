//! `sluice person WHO`, `sluice person add`

use clap::{Args, Subcommand};
use funnel::history::What;
use people::PERSON;
use people::make::{Made, News, PersonDraft, Taken, person as make};
use people::person::{HeldFact, Record, in_words, record};
use platform::failure::Failure;
use platform::public_id::PublicIds;
use serde_json::{Value, json};

use super::reading;
use crate::house::{House, asking};
use crate::listed::whole;
use crate::say::{Ink, Outcome, table};

/// Show everything about a person
#[derive(Args)]
#[command(
    long_about = "Shows everything about a person: where they stand, what is held true of them and their company with \
        its source and age, and all that happened.",
    after_long_help = "Examples:\n  \
        sluice person ann@north.example\n  \
        sluice person \"Ann North\" --json | jq .facts\n  \
        sluice person +4930123456
  \
        sluice person add --email ann@north.example --name \"Ann North\"",
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    disable_help_subcommand = true
)]
pub(crate) struct Person {
    /// An e-mail address, a telephone, an id from outside, per_…, or a name that one person has
    #[arg(value_name = "WHO", required = true)]
    who: Option<String>,
    /// The lens to look through [default: the main one]
    #[arg(long, value_name = "NAME")]
    lens: Option<String>,
    #[command(subcommand)]
    command: Option<PersonCommand>,
}

#[derive(Subcommand)]
pub(crate) enum PersonCommand {
    Add(AddPerson),
}

/// Make a person
#[derive(Args)]
#[command(
    long_about = "Makes a person by an address or a telephone, as `New person` does on the page. Whoever is known already by \
        one of them is left as they are: it is said who they are and what would be new, and --update records it. What is \
        said has `edit` as its source.",
    after_long_help = "Examples:\n  \
        sluice person add --email ann@north.example --name \"Ann North\" --company north.example\n  \
        sluice person add --phone \"+49 30 123456\" --title COO --owner mara@ferrystone.example --json\n  \
        sluice person add --email ann@north.example --title CEO --update"
)]
pub(crate) struct AddPerson {
    /// The e-mail address: finds them
    #[arg(long, value_name = "ADDRESS", required_unless_present = "phone")]
    email: Option<String>,
    /// The telephone, as it is written abroad: finds them, too
    #[arg(long, value_name = "NUMBER")]
    phone: Option<String>,
    /// The name, whole
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// What they are by trade
    #[arg(long, value_name = "TITLE")]
    title: Option<String>,
    /// Where they work: a domain or a name; one that nobody knows is made
    #[arg(long, value_name = "COMPANY")]
    company: Option<String>,
    /// Who looks after them: a user, by address, name or usr_…
    #[arg(long, value_name = "USER")]
    owner: Option<String>,
    /// Record what is new of somebody who is known
    #[arg(long)]
    update: bool,
    /// Make them though somebody with this address or telephone was erased: on purpose
    #[arg(long)]
    bring_back: bool,
}

impl AddPerson {
    fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = reading(house)?;
        let asking = asking(&app);
        let now = app.clock.now();
        let draft = PersonDraft {
            email: self.email.unwrap_or_default(),
            phone: self.phone.unwrap_or_default(),
            name: self.name.unwrap_or_default(),
            title: self.title.unwrap_or_default(),
            company: self.company.unwrap_or_default(),
            owner: self.owner.unwrap_or_default(),
        };
        let how = Taken { updates: self.update, brings_back: self.bring_back };
        let made = app.db.write_blocking(move |tx| make(tx, asking, &draft, how, now))?;
        say_made(house, &made, PERSON, app.public_ids())
    }
}

/// Says what came of somebody, or of a company, that was said by hand.
pub(super) fn say_made(
    house: &House,
    made: &Made,
    prefix: &str,
    outside: PublicIds,
) -> Result<Outcome, Failure> {
    let (id, news) = match made {
        Made::Created(id) | Made::Updated(id) | Made::Unchanged(id) => (*id, &[][..]),
        Made::Known(id, news) => (*id, news.as_slice()),
        Made::Erased(at) => {
            let day = at.to_string();
            let words = format!(
                "Somebody with this address or telephone was erased on {}; they come back only on purpose, with --bring-back.",
                day.get(..10).unwrap_or_default()
            );
            return Err(Failure::refused("erased", words));
        }
    };
    let id = outside.encode(prefix, id);
    let told = |it: &News| json!({ "fact": it.key, "says": it.says, "held": it.held });
    let told: Vec<Value> = news.iter().map(told).collect();
    let value = json!({ "id": id, "status": made.as_str(), "news": told });
    house.mouth.result(&value, |ink| match made {
        Made::Created(_) => format!("{id} is made."),
        Made::Updated(_) => format!("{id} was known; what is new is recorded."),
        Made::Known(..) if !news.is_empty() => {
            let rows = news.iter().map(|it| {
                let held = it.held.as_ref().map(|held| format!("until now {held}"));
                vec![it.key.clone(), it.says.clone(), held.unwrap_or_default()]
            });
            let rows: Vec<Vec<String>> = rows.collect();
            let title = ink.strong("Would be new, with --update").to_string();
            format!("{id} is known already, and nothing was changed.\n\n{title}\n{}", table(&rows))
        }
        _ => format!("{id} is known already, and all of this with it."),
    })?;
    Ok(Outcome::Done)
}

/// Activities that are shown in words; JSON has them all.
const ACTIVITIES_SHOWN_MAX: usize = 20;

impl Person {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        if let Some(PersonCommand::Add(add)) = self.command {
            return add.run(house);
        }
        let app = reading(house)?;
        let asking = asking(&app);
        let now = app.clock.now();
        let who = self.who.unwrap_or_default();
        let record =
            app.db.read_blocking(move |tx| record(tx, asking, &who, self.lens.as_deref(), now))?;
        let outside = app.public_ids();
        let value = whole(&record, outside, now);
        house.mouth.result(&value, |ink| shown(&record, outside, ink))?;
        Ok(Outcome::Done)
    }
}

fn shown(record: &Record, outside: PublicIds, ink: Ink) -> String {
    let person = &record.person;
    let id = outside.encode(PERSON, person.id);
    let mut text = format!("{}  {}\n", ink.strong(&person.name), ink.quiet(id));
    if let Some(standing) = &record.standing {
        text.push_str(&format!("{}  {}\n", standing.stage.as_str(), ink.quiet(&record.lens.label)));
    }
    if let Some(company) = &record.company {
        text.push_str(&format!("at {}\n", company.name));
    }
    text.push_str(&facts("Facts", &record.facts, ink));
    text.push_str(&facts("Company", &record.company_facts, ink));
    let happened: Vec<Vec<String>> = record
        .history
        .iter()
        .rev()
        .filter_map(|entry| match &entry.what {
            What::Activity(activity) => {
                let about = activity
                    .properties
                    .iter()
                    .map(|(name, held)| format!("{name}: {}", in_words(held)));
                let about = about.collect::<Vec<_>>().join(", ");
                Some(vec![entry.occurred_at.to_string(), activity.kind.as_str().to_owned(), about])
            }
            What::Facts(_) => None,
        })
        .collect();
    let title = match happened.len().checked_sub(ACTIVITIES_SHOWN_MAX) {
        Some(more) if more > 0 => {
            format!("The last {ACTIVITIES_SHOWN_MAX} of {} activities", happened.len())
        }
        _ => "Activities".to_owned(),
    };
    let happened = happened.get(..ACTIVITIES_SHOWN_MAX).unwrap_or(&happened);
    text.push_str(&format!("\n{}\n{}", ink.strong(title), table(happened)));
    text
}

pub(super) fn facts(title: &str, facts: &[HeldFact], ink: Ink) -> String {
    if facts.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<String>> = facts
        .iter()
        .map(|fact| {
            let doubt = if fact.is_suspect { " (not believed)" } else { "" };
            let from = format!("{}, {}", fact.source, fact.observed_at);
            vec![fact.key.clone(), format!("{}{doubt}", fact.value), from]
        })
        .collect();
    format!("\n{}\n{}", ink.strong(title), table(&rows))
}

//! `sluice company WHO`

use clap::Args;
use people::company::{After, CompanyRecord, company};
use people::{COMPANY, PERSON};
use platform::failure::Failure;
use platform::public_id::PublicIds;
use serde_json::{Value, json};

use super::person::facts;
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
        sluice company \"North Lines\" --json | jq .people"
)]
pub(crate) struct Company {
    /// A domain, a name, an id from outside as kind:value, or cmp_…
    #[arg(value_name = "WHO")]
    who: String,
    /// Where a page of its people ended, as the page before gave it
    #[arg(long, value_name = "PLACE")]
    after: Option<String>,
}

impl Company {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
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
        let record =
            app.db.read_blocking(move |tx| company(tx, asking, &self.who, after.as_ref(), now))?;
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

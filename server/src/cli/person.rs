//! `sluice person WHO`

use clap::Args;
use funnel::history::What;
use people::PERSON;
use people::person::{HeldFact, Record, in_words, record};
use platform::failure::Failure;
use platform::public_id::PublicIds;

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
        sluice person +4930123456"
)]
pub(crate) struct Person {
    /// An e-mail address, a telephone, an id from outside, per_…, or a name that one person has
    #[arg(value_name = "WHO")]
    who: String,
    /// The lens to look through [default: the main one]
    #[arg(long, value_name = "NAME")]
    lens: Option<String>,
}

/// Activities that are shown in words; JSON has them all.
const ACTIVITIES_SHOWN_MAX: usize = 20;

impl Person {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = reading(house)?;
        let asking = asking(&app);
        let now = app.clock.now();
        let record = app
            .db
            .read_blocking(move |tx| record(tx, asking, &self.who, self.lens.as_deref(), now))?;
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

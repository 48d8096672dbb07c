//! `sluice person WHO`

use clap::Args;
use funnel::history::{Entry, Value as Held, What};
use people::person::{HeldFact, Record, in_words, record};
use people::{COMPANY, PERSON};
use platform::failure::Failure;
use platform::public_id::PublicIds;
use serde_json::{Map, Value, json};
use team::User;

use super::people::standing_value;
use super::reading;
use crate::house::House;
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
        let now = app.clock.now();
        let record = app.db.read_blocking(move |tx| {
            record(tx, &User::operator(), &self.who, self.lens.as_deref(), now)
        })?;
        let outside = app.public_ids();
        let person = &record.person;
        let value = json!({
            "id": outside.encode(PERSON, person.id),
            "name": person.name,
            "email": person.email,
            "phone": person.phone,
            "keys": record.keys.iter().map(|(kind, value)| json!({ "kind": kind, "value": value })).collect::<Vec<_>>(),
            "company": record.company.as_ref().map(|company| json!({
                "id": outside.encode(COMPANY, company.id), "name": company.name, "domain": company.domain,
                "stage": record.company_stage,
            })),
            "lens": record.lens.label,
            "standing": record.standing.as_ref().map(|standing| standing_value(standing, &record.lens, now)),
            "facts": record.facts,
            "company_facts": record.company_facts,
            "history": record.history.iter().map(entry_value).collect::<Vec<_>>(),
        });
        house.mouth.result(&value, |ink| shown(&record, outside, ink))?;
        Ok(Outcome::Done)
    }
}

fn entry_value(entry: &Entry) -> Value {
    let mut value = Map::new();
    value.insert("at".to_owned(), json!(entry.occurred_at));
    value.insert("recorded".to_owned(), json!(entry.recorded_at));
    match &entry.what {
        What::Activity(activity) => {
            value.insert("did".to_owned(), json!(activity.kind.as_str()));
            for (name, word) in [
                ("channel", activity.channel.map(|channel| channel.as_str())),
                ("direction", activity.direction.map(|direction| direction.as_str())),
                ("agent", Some(activity.agent.as_str())),
                ("campaign", activity.campaign.as_deref()),
            ] {
                if let Some(word) = word {
                    value.insert(name.to_owned(), json!(word));
                }
            }
            let properties =
                activity.properties.iter().map(|(name, held)| (name.to_string(), as_json(held)));
            value.extend(properties);
        }
        What::Facts(observation) => {
            let facts =
                observation.facts.iter().map(|fact| (fact.key.to_string(), as_json(&fact.value)));
            value.insert("source".to_owned(), json!(&*observation.source));
            value.insert("facts".to_owned(), Value::Object(facts.collect()));
        }
    }
    Value::Object(value)
}

fn as_json(held: &Held) -> Value {
    match held {
        Held::Null => Value::Null,
        Held::Bool(truth) => json!(truth),
        Held::Number(number) => number_as_json(*number),
        Held::Text(text) => json!(&**text),
        Held::List(texts) => texts.iter().map(|text| json!(&**text)).collect(),
        Held::Time(moment) => json!(moment),
    }
}

/// Counts and money without a point behind them.
fn number_as_json(number: f64) -> Value {
    const WHOLE_MAX: f64 = 9_007_199_254_740_992.0; // 2^53: up to here every whole number has its own float
    if number.fract() == 0.0 && number.abs() < WHOLE_MAX {
        json!(number as i64)
    } else {
        json!(number)
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

fn facts(title: &str, facts: &[HeldFact], ink: Ink) -> String {
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

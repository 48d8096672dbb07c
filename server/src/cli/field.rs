//! `sluice field …`

use clap::{Args, Subcommand};
use people::fields::{self, Draft, FIELD, FieldRow, Kind};
use people::lens_for;
use platform::failure::Failure;
use platform::public_id::PublicIds;
use serde_json::{Value, json};
use team::Right;

use crate::house::{House, asking};
use crate::say::{Outcome, table};

/// Custom fields: what you want to know of people and companies besides
#[derive(Subcommand)]
pub(crate) enum FieldCommand {
    List(List),
    Create(Create),
    Change(Change),
    Remove(Remove),
}

/// List the fields
#[derive(Args)]
pub(crate) struct List {}

/// Make a field: a fact with a label and a type
#[derive(Args)]
#[command(
    long_about = "Makes a custom field. It is the fact person.custom.KEY or company.custom.KEY: columns of files are mapped to it, the API \
        tells it, conditions ask about it. What its type does not take is refused wherever it comes in.",
    after_long_help = "Examples:\n  \
        sluice field create \"Plan\" --type choice --choice Trial --choice Pro --choice Enterprise\n  \
        sluice field create \"Renewal date\" --type date\n  \
        sluice field create \"Budget\" --type money --currency EUR --company\n  \
        sluice field create \"Hot in the north\" --type formula --formula 'temperature == \"hot\" && person.country in [\"SE\", \"FI\"]'"
)]
pub(crate) struct Create {
    /// As people call it
    #[arg(value_name = "LABEL")]
    label: String,
    /// text, number, money, date, choice, choices, person, company, url or formula
    #[arg(long = "type", value_name = "TYPE", value_parser = read_kind)]
    kind: Kind,
    /// Of companies rather than of people
    #[arg(long)]
    company: bool,
    /// The last part of its key [default: made of the label]
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    #[command(flatten)]
    takes: Takes,
}

// What a field takes, of its type.
#[derive(Args)]
struct Takes {
    /// A word to choose from; may be said several times
    #[arg(long = "choice", value_name = "WORD")]
    choices: Vec<String>,
    /// The currency of money
    #[arg(long, value_name = "CODE")]
    currency: Option<String>,
    /// The condition of a formula
    #[arg(long, value_name = "CONDITION")]
    formula: Option<String>,
}

/// Give a field another label, choices, currency or formula
#[derive(Args)]
pub(crate) struct Change {
    /// Which: its fact, like person.custom.plan
    #[arg(value_name = "FIELD")]
    key: String,
    /// As people are to call it
    #[arg(long, value_name = "LABEL")]
    label: Option<String>,
    #[command(flatten)]
    takes: Takes,
}

/// Remove a field; what was recorded of it stays, as a fact without a field
#[derive(Args)]
pub(crate) struct Remove {
    /// Which: its fact, like person.custom.plan
    #[arg(value_name = "FIELD")]
    key: String,
}

fn read_kind(text: &str) -> Result<Kind, String> {
    let words: Vec<&str> = Kind::ALL.iter().map(|(_, word, _)| *word).collect();
    Kind::parse(text).ok_or_else(|| format!("there are {}", words.join(", ")))
}

fn value(row: &FieldRow, ids: PublicIds) -> Value {
    json!({
        "id": ids.encode(FIELD, row.id),
        "key": row.key,
        "label": row.label,
        "type": row.kind.word(),
        "choices": row.choices,
        "currency": Some(&row.currency).filter(|it| !it.is_empty()),
        "formula": Some(&row.formula).filter(|it| !it.is_empty()),
    })
}

impl FieldCommand {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = house.open()?;
        let asking = asking(&app);
        let (now, ids) = (app.clock.now(), app.public_ids());
        let saved = match self {
            FieldCommand::List(List {}) => {
                let rows = app.db.read_blocking(|tx| fields::fields(tx, asking))?;
                let all =
                    json!({ "fields": rows.iter().map(|row| value(row, ids)).collect::<Vec<_>>() });
                let mut lines = vec![["field", "label", "type"].map(str::to_owned).to_vec()];
                lines.extend(rows.iter().map(|row| {
                    vec![row.key.clone(), row.label.clone(), row.kind.word().to_owned()]
                }));
                house.mouth.result(&all, |_| match lines.len() {
                    1 => "There are no fields.".to_owned(),
                    _ => table(&lines),
                })?;
                return Ok(Outcome::Done);
            }
            FieldCommand::Remove(Remove { key }) => {
                let removed = key.clone();
                app.db.write_blocking(move |tx| fields::remove(tx, asking, &removed, now))?;
                let value = json!({ "key": key, "removed": true });
                house.mouth.result(&value, |ink| format!("{} is removed.", ink.strong(&key)))?;
                return Ok(Outcome::Done);
            }
            FieldCommand::Create(Create { label, kind, company, key, takes }) => {
                let draft = Draft {
                    of_company: company,
                    name: key.unwrap_or_default(),
                    label,
                    choices: takes.choices,
                    currency: takes.currency.unwrap_or_default(),
                    formula: takes.formula.unwrap_or_default(),
                };
                app.db.write_blocking(move |tx| {
                    let who = asking;
                    let lens = lens_for(tx, who, None)?;
                    fields::make(tx, who, lens.id, kind, &draft, now)
                })?
            }
            FieldCommand::Change(Change { key, label, takes }) => {
                app.db.write_blocking(move |tx| {
                    let who = asking;
                    // What one may not change one is not told of.
                    who.may(Right::ManageFields)?;
                    let lens = lens_for(tx, who, None)?;
                    let row = fields::load(tx, who, &key)?;
                    let choices =
                        if takes.choices.is_empty() { row.choices } else { takes.choices.clone() };
                    let draft = Draft {
                        label: label.clone().unwrap_or(row.label),
                        choices,
                        currency: takes.currency.clone().unwrap_or(row.currency),
                        formula: takes.formula.clone().unwrap_or(row.formula),
                        ..Draft::default()
                    };
                    fields::change(tx, who, lens.id, &key, &draft, now)
                })?
            }
        };
        house.mouth.result(&value(&saved, ids), |ink| {
            format!("{}  {}, {}", ink.strong(&saved.key), saved.label, saved.kind.word())
        })?;
        Ok(Outcome::Done)
    }
}

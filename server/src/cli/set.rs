//! `sluice set`, `sluice assign`, `sluice said`, `sluice sources`: facts by hand, and whose word holds.

use clap::Args;
use people::edit::{assign, edit, public_id};
use people::said::{SaidView, Saying, said};
use people::sources;
use platform::failure::Failure;
use serde_json::json;

use super::reading;
use crate::house::{House, asking};
use crate::say::{Ink, Outcome, table};

/// Say what a fact of a person or a company is
#[derive(Args)]
#[command(
    long_about = "Says what a fact of a person or a company is, as the page of their record does: the fact has `edit` as \
        its source, and what was said before stays in its history.",
    after_long_help = "Examples:\n  \
        sluice set ann@north.example person.title \"Head of Operations\"\n  \
        sluice set north.example company.employees 240\n  \
        sluice set ann@north.example person.country \"\"      says that it is unknown"
)]
pub(crate) struct Set {
    /// A person or a company, as for `sluice person` and `sluice company`
    #[arg(value_name = "WHO")]
    who: String,
    /// The fact: person.title, company.employees …
    #[arg(value_name = "KEY")]
    key: String,
    /// What it is; nothing says that it is unknown
    #[arg(value_name = "VALUE")]
    value: String,
}

impl Set {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = reading(house)?;
        let asking = asking(&app);
        let now = app.clock.now();
        let key = self.key.clone();
        let id = app.db.write_blocking(move |tx| {
            let who = asking;
            let edited = edit(tx, who, &self.who, &self.key, &self.value, now)?;
            Ok(public_id(tx, edited.subject))
        })?;
        let value = json!({ "id": id, "fact": key });
        house.mouth.result(&value, |_| format!("{key} of {id} is said."))?;
        Ok(Outcome::Done)
    }
}

/// Say who looks after a person
#[derive(Args)]
#[command(after_long_help = "Examples:\n  \
    sluice assign ann@north.example mara@ferrystone.example\n  \
    sluice assign ann@north.example \"\"                    nobody does")]
pub(crate) struct Assign {
    /// A person, as for `sluice person`
    #[arg(value_name = "WHO")]
    who: String,
    /// A user, by address, name or usr_…; nothing for nobody
    #[arg(value_name = "USER")]
    user: String,
}

impl Assign {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = reading(house)?;
        let asking = asking(&app);
        let now = app.clock.now();
        let id = app.db.write_blocking(move |tx| {
            let (person, _) = assign(tx, asking, &self.who, Some(&self.user), now)?;
            Ok(public_id(tx, person))
        })?;
        house.mouth.result(&json!({ "id": id }), |_| format!("{id} is assigned."))?;
        Ok(Outcome::Done)
    }
}

/// Show all that was ever said of a fact, and whose word holds
#[derive(Args)]
#[command(after_long_help = "Examples:\n  \
    sluice said ann@north.example person.title\n  \
    sluice said north.example company.employees --json | jq .others")]
pub(crate) struct Said {
    /// A person or a company
    #[arg(value_name = "WHO")]
    who: String,
    /// The fact: person.title, company.employees …
    #[arg(value_name = "KEY")]
    key: String,
}

impl Said {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = reading(house)?;
        let asking = asking(&app);
        let now = app.clock.now();
        let found = app.db.read_blocking(move |tx| said(tx, asking, &self.who, &self.key, now))?;
        house.mouth.result(&found, |ink| shown(&found, ink))?;
        Ok(Outcome::Done)
    }
}

fn shown(found: &SaidView, ink: Ink) -> String {
    let row = |saying: &Saying| {
        let by = saying.by.clone().unwrap_or_else(|| "-".to_owned());
        vec![
            saying.value.clone(),
            saying.source.clone(),
            by,
            saying.at.to_string(),
            saying.state.words().to_owned(),
        ]
    };
    let mut text = format!("{}\n", ink.strong(&found.key));
    let rows: Vec<Vec<String>> = found.all.iter().map(row).collect();
    if rows.is_empty() {
        text.push_str("Nothing was ever said of it.\n");
    }
    text.push_str(&table(&rows));
    if !found.others.is_empty() {
        text.push_str(
            &ink.quiet(format!("{} other sources say otherwise\n", found.others.len())).to_string(),
        );
    }
    text
}

/// Say which sources are believed before others
#[derive(Args)]
#[command(
    long_about = "Says which sources of facts are believed before all others, the most trusted first; without any it \
        shows them. From then on what a less trusted source says against a more trusted one is kept beside it and \
        moves nobody. What was recorded before stays as it was ruled. Among equals the newest word holds.",
    after_long_help = "Examples:\n  \
        sluice sources\n  \
        sluice sources edit api import       what users say by hand goes before all\n  \
        sluice sources --none                the newest word holds, whoever's it is"
)]
pub(crate) struct Sources {
    /// Sources, the most trusted first
    #[arg(value_name = "SOURCE")]
    order: Vec<String>,
    /// Let no source go before another
    #[arg(long, conflicts_with = "order")]
    none: bool,
}

impl Sources {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = house.open_begun()?;
        let asking = asking(&app);
        let now = app.clock.now();
        let order = if self.none || !self.order.is_empty() {
            app.db.write_blocking(move |tx| sources::rank(tx, asking, &self.order, now))?
        } else {
            app.db.read_blocking(|tx| sources::sources(tx, asking))?
        };
        house.mouth.result(&json!({ "sources": order }), |_| match order.as_slice() {
            [] => "The newest word holds, whichever source it is of.".to_owned(),
            order => format!("{}, then all others.", order.join(", ")),
        })?;
        Ok(Outcome::Done)
    }
}

//! What stands in the columns of facts: what is held of each on the page, and what follows from a condition.

use std::borrow::Cow;
use std::collections::HashMap;

use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
use team::User;

use super::columns::{Column, fact_label};
use super::wanted;
use crate::fields::Reading;
use crate::pages::list::Cell;
use crate::pages::marks;
use crate::{CompanyId, LensId, Of, person};

/// What is held, by subject and key.
pub(super) struct Held {
    found: HashMap<(i64, String), String>,
    /// Facts that are kept from whoever looks.
    hidden: Vec<String>,
}

impl Held {
    /// Of these, each with the company at which they work, under the keys of the columns; nothing is read unless a
    /// column asks.
    pub(super) fn of(
        tx: &mut Tx,
        who: &User,
        rows: &[(i64, Option<CompanyId>)],
        columns: &[Column],
        now: Moment,
    ) -> Result<Held, Failure> {
        let keys = columns.iter().filter_map(|column| match column {
            Column::Fact(key) => Some(key.as_str()),
            _ => None,
        });
        let (hidden, keys): (Vec<&str>, Vec<&str>) = keys.partition(|key| who.is_hidden(key));
        let hidden = hidden.into_iter().map(str::to_owned).collect();
        if keys.is_empty() {
            return Ok(Held { found: HashMap::new(), hidden });
        }
        let subjects: Vec<i64> = rows.iter().map(|(subject, _)| *subject).collect();
        let own = person::held_under(tx, &subjects, &keys, now)?;
        let of_company = keys.iter().any(|key| key.starts_with(Of::Companies.facts()));
        let mut companies: Vec<CompanyId> =
            rows.iter().filter_map(|(_, company)| *company).filter(|_| of_company).collect();
        companies.sort_unstable();
        companies.dedup();
        let theirs = person::held_under(tx, &companies, &keys, now)?;
        let mut found = HashMap::new();
        for (subject, company) in rows {
            for key in &keys {
                let value = own
                    .get(&(*subject, (*key).to_owned()))
                    .or_else(|| theirs.get(&((*company)?, (*key).to_owned())));
                if let Some(value) = value {
                    found.insert((*subject, (*key).to_owned()), value.clone());
                }
            }
        }
        let told = found.iter().map(|((_, key), text): (&(i64, String), &String)| {
            (key.as_str(), Cow::from(text.as_str()))
        });
        let reading = Reading::of(tx, who, told)?;
        for ((_, key), text) in &mut found {
            *text = reading.words(key, text);
        }
        Ok(Held { found, hidden })
    }

    /// Judges what follows from a condition, of those on the page; what is not ready or unknown stays unknown, and so
    /// does what whoever looks may not ask.
    pub(super) fn judge(
        &mut self,
        tx: &mut Tx,
        who: &User,
        (of, lens): (Of, LensId),
        (subjects, formulas): (&[i64], &[&str]),
        now: Moment,
    ) -> Result<(), Failure> {
        for key in formulas.iter().filter(|key| !who.is_hidden(key)) {
            for (text, says) in [((*key).to_owned(), "Yes"), (format!("!{key}"), "No")] {
                let asked = match wanted::read(tx, who, (of, lens), &text) {
                    Ok(asked) => asked,
                    Err(Failure::Refused { .. }) => break,
                    Err(other) => return Err(other),
                };
                let met = asked.among(tx, who, now, subjects)?.unwrap_or_default();
                self.found.extend(
                    met.into_iter().map(|subject| ((subject, (*key).to_owned()), says.to_owned())),
                );
            }
        }
        Ok(())
    }

    /// What stands in a column of a fact.
    pub(super) fn cell(&self, subject: i64, key: &str) -> Cell {
        match self.found.get(&(subject, key.to_owned())) {
            Some(value) => Cell::Clipped(value.clone()),
            None if self.hidden.iter().any(|hidden| hidden == key) => kept(),
            None => Cell::Unknown(marks::unknown(&format!("{} is unknown", fact_label(key)))),
        }
    }
}

/// What stands where something is kept from whoever looks.
pub(super) fn kept() -> Cell {
    Cell::Words("Kept from you".to_owned())
}

//! What stands in the columns of facts: what is held of each on the page, and what follows from a condition.

use std::borrow::Cow;
use std::collections::HashMap;

use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
use team::User;

use super::columns::{Column, fact_label};
use crate::fields::{Labels, Reading};
use crate::formula::{Formulas, Subject};
use crate::pages::list::Cell;
use crate::pages::marks;
use crate::person::{Histories, in_words};

/// What is held, by subject and key.
pub(super) struct Held {
    found: HashMap<(i64, String), String>,
    /// Facts that are kept from whoever looks.
    hidden: Vec<String>,
    labels: Labels,
}

impl Held {
    /// Of these, under the keys of the columns; nothing is read unless a column asks. What is not ready or unknown stays
    /// unknown.
    pub(super) fn of(
        tx: &mut Tx,
        who: &User,
        subjects: &[Subject],
        (columns, formulas): (&[Column], &Formulas),
        now: Moment,
    ) -> Result<Held, Failure> {
        let keys = columns.iter().filter_map(|column| match column {
            Column::Fact(key) => Some(key.as_str()),
            _ => None,
        });
        let is_kept = |key: &&str| who.is_hidden(key) || formulas.keep(key);
        let (hidden, keys): (Vec<&str>, Vec<&str>) = keys.partition(is_kept);
        let (judged, told): (Vec<&str>, Vec<&str>) =
            keys.into_iter().partition(|key| formulas.has(key));
        let histories = Histories::of(tx, subjects, &told)?;
        let mut found = HashMap::new();
        for subject in subjects {
            for (key, value) in told.iter().zip(histories.under(*subject, &told, now)) {
                if let Some(value) = value {
                    found.insert((subject.0, (*key).to_owned()), in_words(value));
                }
            }
        }
        let texts = found.iter().map(|((_, key), text): (&(i64, String), &String)| {
            (key.as_str(), Cow::from(text.as_str()))
        });
        let reading = Reading::of(tx, who, texts)?;
        for ((_, key), text) in &mut found {
            *text = reading.words(key, text);
        }
        let verdicts = formulas.judge(tx, who, subjects, now)?;
        for (subject, _) in subjects {
            for key in &judged {
                if let Some(verdict) = verdicts.of(key, *subject) {
                    let says = if verdict { "Yes" } else { "No" };
                    found.insert((*subject, (*key).to_owned()), says.to_owned());
                }
            }
        }
        let is_asked = columns.iter().any(|column| matches!(column, Column::Fact(_)));
        let labels = if is_asked { Labels::seen(tx, who)? } else { Labels::default() };
        Ok(Held { found, hidden: hidden.into_iter().map(str::to_owned).collect(), labels })
    }

    /// What stands in a column of a fact.
    pub(super) fn cell(&self, subject: i64, key: &str) -> Cell {
        match self.found.get(&(subject, key.to_owned())) {
            Some(value) => Cell::Clipped(value.clone()),
            None if self.hidden.iter().any(|hidden| hidden == key) => kept(),
            None => {
                let label = self.labels.label(key).map_or_else(|| fact_label(key), str::to_owned);
                Cell::Unknown(marks::unknown(&format!("{label} is unknown")))
            }
        }
    }
}

/// What stands where something is kept from whoever looks.
pub(super) fn kept() -> Cell {
    Cell::Unknown(marks::kept())
}

//! How what is told of a fact reads: by the field that it is of, people and companies by their names.
//!
//! **Promise:** whoever is named in a field is called by name to those alone who see them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use funnel::history::{Entry, Value, What};
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::words::grouped;
use team::User;

use super::{FieldRow, Kind, store};
use crate::of::Kept;
use crate::pages::person::label;
use crate::{COMPANY, Of, PERSON, sight};

/// The fields of a workspace, and the names of those whom the facts in question name.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    fields: BTreeMap<String, FieldRow>,
    /// By public id.
    names: BTreeMap<String, String>,
}

impl Reading {
    /// For these facts and what is told of them.
    ///
    /// # Errors
    /// `Broken` when the database fails.
    pub(crate) fn of<'a>(
        tx: &mut Tx,
        who: &User,
        told: impl Iterator<Item = (&'a str, Cow<'a, str>)>,
    ) -> Result<Reading, Failure> {
        let rows = store::rows(tx)?.into_iter();
        let fields: BTreeMap<String, FieldRow> =
            rows.map(|field| (field.key.clone(), field)).collect();
        let outside = tx.public_ids();
        let named = told.filter_map(|(key, text)| {
            let prefix = prefix(fields.get(key)?.kind)?;
            outside.decode(prefix, text.trim())
        });
        let named: Vec<i64> = named.collect();
        let mut names = BTreeMap::new();
        if !named.is_empty() {
            for (id, name) in sight::told_names(tx, who, &named)? {
                let prefix = if journal::is_company(id) { COMPANY } else { PERSON };
                names.insert(outside.encode(prefix, id), name);
            }
        }
        Ok(Reading { fields, names })
    }

    /// For all facts of a history.
    pub(crate) fn of_history(
        tx: &mut Tx,
        who: &User,
        history: &[Entry],
    ) -> Result<Reading, Failure> {
        let facts = history.iter().filter_map(|entry| match &entry.what {
            What::Facts(observation) => Some(observation.facts.iter()),
            What::Activity(_) => None,
        });
        let told = facts.flatten().filter_map(|fact| match &fact.value {
            Value::Text(text) => Some((&*fact.key, Cow::Borrowed(&**text))),
            _ => None,
        });
        Reading::of(tx, who, told)
    }

    /// The field of a fact.
    pub(crate) fn field(&self, key: &str) -> Option<&FieldRow> {
        self.fields.get(key)
    }

    /// What a fact is called: as its field is, else as its key says.
    pub(crate) fn label(&self, key: &str) -> String {
        self.field(key).map_or_else(|| label(key), |field| field.label.clone())
    }

    /// What is told of a fact, as people read it; `text` as [`crate::person::in_words`] writes it.
    pub(crate) fn words(&self, key: &str, text: &str) -> String {
        let Some(field) = self.field(key) else { return text.to_owned() };
        match field.kind {
            Kind::Money => match text.parse() {
                Ok(number) => amount(number, &field.currency),
                Err(_) => text.to_owned(),
            },
            Kind::Person | Kind::Company => {
                self.names.get(text).cloned().unwrap_or_else(|| text.to_owned())
            }
            _ => text.to_owned(),
        }
    }

    /// Where what is told of a fact leads: to a record, or to an address on the web.
    pub(crate) fn leads(&self, key: &str, text: &str) -> Option<String> {
        let field = self.field(key)?;
        match field.kind {
            Kind::Person | Kind::Company if self.names.contains_key(text) => {
                let of = if field.kind == Kind::Company { Of::Companies } else { Of::People };
                Some(format!("{}/{text}", of.page()))
            }
            Kind::Url if text.starts_with("https://") || text.starts_with("http://") => {
                Some(text.to_owned())
            }
            _ => None,
        }
    }
}

fn prefix(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Person => Some(PERSON),
        Kind::Company => Some(COMPANY),
        _ => None,
    }
}

/// An amount in whole units: `EUR 9,600.50`.
fn amount(number: f64, currency: &str) -> String {
    let places = usize::from(wire::number::currency_places(currency).unwrap_or(2));
    let text = format!("{:.places$}", number.abs());
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), grouped);
    let sign = if number < 0.0 { "−" } else { "" };
    match rest.trim_end_matches('0') {
        "" => format!("{currency} {sign}{whole}"),
        _ => format!("{currency} {sign}{whole}.{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(kind: Kind) -> FieldRow {
        FieldRow {
            id: 1,
            key: "person.custom.x".into(),
            label: "X of theirs".into(),
            kind,
            choices: Vec::new(),
            currency: "EUR".into(),
            formula: String::new(),
        }
    }

    #[test]
    fn what_is_told_reads_by_its_field() {
        for (kind, text, words, leads) in [
            (Kind::Text, "per_1", "per_1", None),
            (Kind::Money, "9600.5", "EUR 9,600.50", None),
            (Kind::Money, "-42", "EUR −42", None),
            (Kind::Money, "much", "much", None),
            (Kind::Person, "per_1", "Ann North", Some("/people/per_1")),
            (Kind::Person, "per_2", "per_2", None),
            (Kind::Company, "cmp_1", "North", Some("/companies/cmp_1")),
            (
                Kind::Url,
                "https://north.example/",
                "https://north.example/",
                Some("https://north.example/"),
            ),
            (Kind::Url, "javascript:alert(1)", "javascript:alert(1)", None),
        ] {
            let names = [("per_1", "Ann North"), ("cmp_1", "North")];
            let reading = Reading {
                fields: [("person.custom.x".to_owned(), field(kind))].into(),
                names: names.map(|(id, name)| (id.to_owned(), name.to_owned())).into(),
            };
            assert_eq!(reading.words("person.custom.x", text), words);
            assert_eq!(reading.leads("person.custom.x", text).as_deref(), leads, "{text}");
            assert_eq!(reading.label("person.custom.x"), "X of theirs");
            assert_eq!(reading.label("person.title"), "Title");
        }
    }
}

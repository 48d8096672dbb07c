//! Where the conditions of a definition stand in its text, and how one is put in the place of another while
//! everything else, comments too, stays as it was written.

use std::fmt;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::TEXT_BYTES_MAX;
use super::read::Reader;
use crate::condition::form::{Form, RowFault};
use crate::condition::{self, Condition, Fault, Names};

pub(super) type Value<'i> = Spanned<DeValue<'i>>;

/// The way to a condition: keys, and numbers in lists from 0: `stages`, `opportunity`, `leave`, `1`, `when`.
pub type Place = Vec<String>;

/// A condition where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// The way to it.
    pub place: Place,
    /// Its line, from 1.
    pub line: u32,
    /// As it is written.
    pub text: String,
    /// Whether it is a filter over an activity's own fields, as `where` of points is.
    pub is_filter: bool,
    /// What it says, or what is wrong with it, placed in the file.
    pub condition: Result<Condition, Fault>,
    /// The plain values that stand beside it: `add` 40, `reason` cooled.
    pub beside: Vec<(String, String)>,
    bytes: Range<usize>,
    /// The byte where what it says begins, behind its quotes.
    pub(super) inside: usize,
}

/// The conditions of a text, and the names that they may use.
#[derive(Clone, Debug)]
pub struct Places {
    /// In the order of the file.
    pub conditions: Vec<Placed>,
    /// Criteria and kinds.
    pub names: Names,
}

/// Why a condition can't be put in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unplaced {
    /// The text can't be read at all.
    Text(Vec<Fault>),
    /// There is no condition at this place.
    NoPlace,
    /// The condition is none.
    Rows(Vec<RowFault>),
    /// It can only be done in the text; why.
    ByHand(String),
}

impl fmt::Display for Unplaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unplaced::Text(faults) => faults.iter().try_for_each(|fault| write!(f, "{fault}. ")),
            Unplaced::NoPlace => f.write_str("the definition has no such condition, or no more"),
            Unplaced::Rows(faults) => {
                faults.iter().try_for_each(|fault| write!(f, "{}. ", fault.words))
            }
            Unplaced::ByHand(words) => f.write_str(words),
        }
    }
}

/// Finds every condition of a definition, also of one that has mistakes.
///
/// # Errors
/// The fault of a text that is no TOML.
pub fn places(text: &str) -> Result<Places, Vec<Fault>> {
    if text.len() > TEXT_BYTES_MAX {
        let words = format!("a definition has at most {TEXT_BYTES_MAX} bytes");
        return Err(vec![Fault::at(text, 0, words)]);
    }
    let document = DeTable::parse(text).map_err(|wrong| {
        let byte = wrong.span().map_or(0, |span| span.start);
        vec![Fault::at(text, byte, wrong.message().to_owned())]
    })?;
    let table = document.get_ref();
    let mut reader = Reader::of(text);
    reader.collect_names(table);
    let mut finder = Finder { reader: &reader, found: Vec::new() };
    finder.whole(table);
    let mut conditions = finder.found;
    conditions.sort_by_key(|placed| placed.bytes.start);
    Ok(Places { conditions, names: reader.names })
}

/// The text with a condition in the place of the one that stands there; the same text if it says the same.
///
/// # Errors
/// [`Unplaced`]; nothing is half done.
pub fn rewrite(text: &str, place: &[String], form: &Form) -> Result<String, Unplaced> {
    let Places { conditions, names } = places(text).map_err(Unplaced::Text)?;
    let at = conditions.into_iter().find(|placed| placed.place == place);
    let Placed { bytes, condition: before, is_filter, .. } = at.ok_or(Unplaced::NoPlace)?;
    let condition = form.read(&names, is_filter).map_err(Unplaced::Rows)?;
    if before.as_ref() == Ok(&condition) {
        return Ok(text.to_owned());
    }
    let old = text.get(bytes.clone()).unwrap_or_default();
    let mut new = text.to_owned();
    new.replace_range(bytes, &quoted(&condition.to_string(), old));
    // What was written is read again, so that no quote of ours can say something else.
    let again = places(&new).map_err(Unplaced::Text)?.conditions;
    let is_there = again
        .iter()
        .any(|placed| placed.place == place && placed.condition.as_ref() == Ok(&condition));
    if is_there { Ok(new) } else { Err(Unplaced::NoPlace) }
}

/// A text in the quotes of TOML: those that were there where they will do, else the first in which nothing
/// needs to be escaped.
pub(super) fn quoted(text: &str, old: &str) -> String {
    let is_plain = |quote: char| {
        !text.contains(quote) && !text.contains(|c: char| c.is_control() && c != '\t')
    };
    if old.starts_with('"') && is_plain('"') && !text.contains('\\') {
        format!("\"{text}\"")
    } else if is_plain('\'') {
        format!("'{text}'")
    } else {
        // JSON escapes as TOML does, but for one character.
        serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007F")
    }
}

struct Finder<'r, 't> {
    reader: &'r Reader<'t>,
    found: Vec<Placed>,
}

impl Finder<'_, '_> {
    fn whole(&mut self, table: &DeTable<'_>) {
        for (name, value) in entries(table, "criteria") {
            self.keys(value, &["criteria", name], &["from", "yes"]);
        }
        for (name, value) in entries(table, "scores") {
            let points = table_of(value).and_then(|table| table.get("points"));
            self.each(points, &["scores", name, "points"], &["when", "where"]);
        }
        for part in ["temperature", "gates", "kinds"] {
            for (name, value) in entries(table, part) {
                self.one(value, &[part, name], None);
            }
        }
        for (name, value) in entries(table, "stages") {
            self.keys(value, &["stages", name], &["enter", "gate"]);
            let leave = table_of(value).and_then(|table| table.get("leave"));
            self.each(leave, &["stages", name, "leave"], &["when"]);
        }
        for (name, value) in entries(table, "exits") {
            self.keys(value, &["exits", name], &["wake"]);
            let enter = table_of(value).and_then(|table| table.get("enter"));
            self.each(enter, &["exits", name, "enter"], &["when"]);
        }
    }

    /// A condition or a table with conditions, or a list of either.
    fn each(&mut self, value: Option<&Value<'_>>, place: &[&str], keys: &[&str]) {
        let Some(value) = value else { return };
        let DeValue::Array(items) = value.get_ref() else { return self.either(value, place, keys) };
        for (number, item) in items.iter().enumerate() {
            let number = number.to_string();
            self.either(item, &[place, &[&number]].concat(), keys);
        }
    }

    fn either(&mut self, value: &Value<'_>, place: &[&str], keys: &[&str]) {
        if value.get_ref().is_str() {
            self.one(value, place, None);
        } else {
            self.keys(value, place, keys);
        }
    }

    fn keys(&mut self, value: &Value<'_>, place: &[&str], keys: &[&str]) {
        let Some(table) = table_of(value) else { return };
        for key in keys {
            if let Some(value) = table.get(*key) {
                self.one(value, &[place, &[key]].concat(), Some(table));
            }
        }
    }

    fn one(&mut self, value: &Value<'_>, place: &[&str], table: Option<&DeTable<'_>>) {
        let Some(text) = value.get_ref().as_str() else { return };
        let is_filter = place.last() == Some(&"where");
        let read = if is_filter {
            condition::filter(text)
        } else {
            Condition::parse_with(text, &self.reader.names)
        };
        let start = self.reader.inside(value);
        let beside = table.into_iter().flatten().filter_map(|(key, value)| {
            let is_here = place.last() == Some(&key.get_ref().as_ref());
            Some((key.get_ref().to_string(), plain(value).filter(|_| !is_here)?))
        });
        self.found.push(Placed {
            place: place.iter().map(|&key| key.to_owned()).collect(),
            line: condition::place(self.reader.text, value.span().start).0,
            text: text.to_owned(),
            is_filter,
            condition: read.map_err(|fault| fault.within(self.reader.text, start)),
            beside: beside.collect(),
            bytes: value.span(),
            inside: start,
        });
    }
}

fn entries<'t, 'i>(
    table: &'t DeTable<'i>,
    key: &str,
) -> impl Iterator<Item = (&'t str, &'t Value<'i>)> {
    let found = table.get(key).and_then(table_of);
    found.into_iter().flatten().map(|(name, value)| (name.get_ref().as_ref(), value))
}

pub(super) fn table_of<'t, 'i>(value: &'t Value<'i>) -> Option<&'t DeTable<'i>> {
    value.get_ref().as_table()
}

/// A number, a text, or texts with commas.
fn plain(value: &Value<'_>) -> Option<String> {
    match value.get_ref() {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.as_str().to_owned()),
        DeValue::Float(number) => Some(number.as_str().to_owned()),
        DeValue::Array(items) => {
            items.iter().map(plain).collect::<Option<Vec<_>>>().map(|items| items.join(", "))
        }
        _ => None,
    }
}

//! `export`: people as a file, row by row, for spreadsheets (CSV) and for programs (JSON Lines).
//!
//! **Promise:** whoever is on the list is in the file, once, and the file says how many it has; a spreadsheet opens it
//! without running a formula. However many they are, only some of them are in memory.
//! **Never:** ends as if it were whole when it is not: whoever was announced and not written is a failure.

mod column;
mod listing;
pub mod stream;

use std::collections::HashMap;
use std::io::Write;

use funnel::history::Value;
use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
use serde::Serialize;
use team::{Right, User};
use wire::write::{Style, Writer};

use crate::project::Newest;
use crate::{LensLabel, PersonId, list, person};
use column::{COLUMNS, Cell, Seen};

pub use listing::Listing;

/// People looked up at a time.
const CHUNK_PEOPLE: usize = 2_000;
/// Facts that one file may hold beside the usual columns.
const FACTS_MAX: usize = 100;

/// How the file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A head and a line for each, for spreadsheets.
    Csv,
    /// A JSON object on each line; the last line says how many there were.
    JsonLines,
}

impl Format {
    /// From its word, or the ending of a file's name.
    pub fn parse(word: &str) -> Option<Format> {
        match word {
            "csv" => Some(Format::Csv),
            "jsonl" | "ndjson" => Some(Format::JsonLines),
            _ => None,
        }
    }

    /// The ending of a file's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::JsonLines => "jsonl",
        }
    }

    /// As the web calls it.
    pub const fn media_type(self) -> &'static str {
        match self {
            Format::Csv => "text/csv; charset=utf-8",
            Format::JsonLines => "application/x-ndjson",
        }
    }
}

/// What the file holds of each person.
#[derive(Clone, Debug)]
pub struct Layout {
    /// How it is written.
    pub format: Format,
    /// Facts that are columns beside the usual ones: `person.custom.plan`.
    pub facts: Vec<String>,
}

impl Layout {
    /// The usual columns and these facts, each named once.
    ///
    /// # Errors
    /// `Invalid` for a name that is no fact's, and for too many.
    pub fn new(format: Format, facts: Vec<String>) -> Result<Layout, Failure> {
        if facts.len() > FACTS_MAX {
            return Err(Failure::invalid("facts", format!("at most {FACTS_MAX} are taken")));
        }
        let is_fact = |key: &str| {
            key.contains('.')
                && key.len() <= 100
                && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '_')
        };
        if let Some(odd) = facts.iter().find(|key| !is_fact(key)) {
            let words = format!("{odd:?} names no fact: write it like person.custom.plan");
            return Err(Failure::invalid("facts", words));
        }
        let mut once = Vec::with_capacity(facts.len());
        for key in facts {
            if !once.contains(&key) {
                once.push(key);
            }
        }
        Ok(Layout { format, facts: once })
    }
}

/// What an export came to. What was announced is what was written, or there was a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// People in the file.
    pub people: u64,
}

/// Gives the next people, at most so many, until it gives nobody.
pub type Next<'a> = dyn FnMut(&mut Tx, usize) -> Result<Vec<PersonId>, Failure> + 'a;

/// Who is to be written.
pub struct Whom<'a> {
    /// How many there are in this snapshot.
    pub announced: u64,
    /// They, some at a time.
    pub next: &'a mut Next<'a>,
}

/// Writes these people.
///
/// # Errors
/// `Forbidden` without the right to export; `Invalid` for facts that are kept from the user; `Broken` when the database or
/// the stream fails, or when other people were
/// written than were announced.
pub fn write(
    tx: &mut Tx,
    who: &User,
    lens: &LensLabel,
    layout: &Layout,
    whom: Whom<'_>,
    now: Moment,
    to: &mut dyn Write,
) -> Result<Exported, Failure> {
    who.may(Right::ExportPeople)?;
    if let Some(key) = layout.facts.iter().find(|key| who.is_hidden(key)) {
        return Err(Failure::invalid("facts", format!("{key} is kept from you")));
    }
    let mut table = Table { who, lens, layout, now, owners: HashMap::new(), line: Vec::new() };
    table.head(to)?;
    let mut people = 0;
    loop {
        let ids = (whom.next)(tx, CHUNK_PEOPLE)?;
        if ids.is_empty() {
            break;
        }
        people += table.rows(tx, &ids, to)?;
    }
    if people != whom.announced {
        let words = format!("{} people were to be exported, and {people} were", whom.announced);
        return Err(Failure::broken(words));
    }
    let exported = Exported { people };
    if layout.format == Format::JsonLines {
        serde_json::to_writer(&mut *to, &serde_json::json!({ "end": exported })).map_err(broken)?;
        to.write_all(b"\n")?;
    }
    to.flush()?;
    Ok(exported)
}

fn broken(error: serde_json::Error) -> Failure {
    Failure::Broken(error.into())
}

struct Table<'a> {
    who: &'a User,
    lens: &'a LensLabel,
    layout: &'a Layout,
    now: Moment,
    /// Names of users who look after somebody.
    owners: HashMap<i64, String>,
    line: Vec<u8>,
}

impl Table<'_> {
    fn head(&self, to: &mut dyn Write) -> Result<(), Failure> {
        if self.layout.format == Format::Csv {
            let names = COLUMNS.iter().map(|(name, _)| *name);
            let facts = self.layout.facts.iter().map(String::as_str);
            Writer::new(to, style()).row(names.chain(facts))?;
        }
        Ok(())
    }

    /// Writes these people and says how many they were.
    fn rows(&mut self, tx: &mut Tx, ids: &[PersonId], to: &mut dyn Write) -> Result<u64, Failure> {
        let listed = list::of(tx, self.who, self.lens.id, ids)?;
        self.learn_owners(tx, &listed)?;
        let mut histories = HashMap::new();
        if !self.layout.facts.is_empty() {
            histories.extend(journal::histories(tx, ids)?);
        }
        let outside = tx.public_ids();
        let mut written = 0;
        self.line.clear();
        for row in &listed {
            let owner = row.person.owner.and_then(|id| self.owners.get(&id)).map(String::as_str);
            let seen = Seen { row, owner, lens: self.lens, outside, now: self.now };
            let history = histories.get(&row.person.id).map_or(&[][..], Vec::as_slice);
            let newest = Newest::of(history, self.now);
            let facts: Vec<Cell<'_>> =
                self.layout.facts.iter().map(|key| fact(&newest, key)).collect();
            match self.layout.format {
                Format::Csv => csv(&seen, &facts, &mut self.line)?,
                Format::JsonLines => json(&seen, self.layout, &facts, &mut self.line)?,
            }
            written += 1;
        }
        to.write_all(&self.line)?;
        Ok(written)
    }

    fn learn_owners(&mut self, tx: &mut Tx, listed: &[list::Listed]) -> Result<(), Failure> {
        let mut unknown: Vec<i64> = listed
            .iter()
            .filter_map(|row| row.person.owner)
            .filter(|id| !self.owners.contains_key(id))
            .collect();
        unknown.sort_unstable();
        unknown.dedup();
        self.owners.extend(team::names(tx, &unknown)?);
        Ok(())
    }
}

fn style() -> Style {
    Style { is_defused: true, ..Style::default() }
}

fn fact<'a>(newest: &Newest<'a>, key: &str) -> Cell<'a> {
    match newest.value(key) {
        None | Some(Value::Null) => Cell::Unknown,
        Some(Value::Bool(truth)) => Cell::Truth(*truth),
        Some(Value::Number(number)) => Cell::Number(*number),
        Some(Value::Text(text)) => Cell::Text(text.as_ref().into()),
        Some(Value::Time(moment)) => Cell::Moment(*moment),
        Some(list @ Value::List(_)) => Cell::Text(person::in_words(list).into()),
    }
}

fn csv(seen: &Seen<'_>, facts: &[Cell<'_>], line: &mut Vec<u8>) -> Result<(), Failure> {
    let usual = COLUMNS.iter().map(|(_, read)| read(seen).into_text());
    let facts = facts.iter().map(|cell| cell.clone().into_text());
    Ok(Writer::new(line, style()).row(usual.chain(facts))?)
}

fn json(
    seen: &Seen<'_>,
    layout: &Layout,
    facts: &[Cell<'_>],
    line: &mut Vec<u8>,
) -> Result<(), Failure> {
    let usual = COLUMNS.iter().map(|(name, read)| (*name, read(seen)));
    let facts = layout.facts.iter().map(String::as_str).zip(facts.iter().cloned());
    for (place, (name, cell)) in usual.chain(facts).enumerate() {
        line.push(if place == 0 { b'{' } else { b',' });
        serde_json::to_writer(&mut *line, name).map_err(broken)?;
        line.push(b':');
        cell.write_json(line).map_err(broken)?;
    }
    line.extend_from_slice(b"}\n");
    Ok(())
}

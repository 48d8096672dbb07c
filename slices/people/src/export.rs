//! `export`: people or companies as a file, row by row, for spreadsheets (CSV) and for programs (JSON Lines).
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
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use team::{Right, User};
use wire::write::{Style, Writer};

use crate::formula::{Formulas, Subject, Verdicts};
use crate::person::Histories;
use crate::{LensId, LensLabel, Of, companies, list, person};
use column::{COLUMNS, COMPANY_COLUMNS, Cell, Seen, SeenCompany};

pub use listing::{Listed, Listing};

/// Rows looked up at a time.
const CHUNK_ROWS: usize = 2_000;
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

/// What the file holds of each.
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

    /// Whether the user is told all that it holds of people or of companies, under a lens: asked before the first of a file
    /// is sent.
    ///
    /// # Errors
    /// `Invalid` for facts that are kept from the user, and for formulas that ask about such.
    pub fn may_hold(&self, tx: &mut Tx, who: &User, about: (Of, LensId)) -> Result<(), Failure> {
        self.formulas(tx, who, about).map(drop)
    }

    /// Has made ready what its formulas ask for; gives the jobs that make it, none if all is ready.
    ///
    /// # Errors
    /// As [`Layout::may_hold`].
    pub fn prepare(
        &self,
        tx: &mut Tx,
        who: &User,
        about: (Of, LensId),
        now: Moment,
    ) -> Result<Vec<i64>, Failure> {
        self.formulas(tx, who, about)?.prepare(tx, who, now)
    }

    /// Whether it can be filled: asked before the first of a file is sent.
    ///
    /// # Errors
    /// As [`Layout::may_hold`]; `Busy` while what a formula asks for is not ready.
    pub fn must_be_ready(
        &self,
        tx: &mut Tx,
        who: &User,
        about: (Of, LensId),
        now: Moment,
    ) -> Result<(), Failure> {
        let is_ready = self.formulas(tx, who, about)?.are_ready(tx, who, now)?;
        if is_ready { Ok(()) } else { Err(listing::busy()) }
    }

    fn formulas(&self, tx: &mut Tx, who: &User, about: (Of, LensId)) -> Result<Formulas, Failure> {
        let is_wanted = |key: &str| self.facts.iter().any(|fact| fact == key);
        let formulas = Formulas::read(tx, who, about, is_wanted)?;
        let is_kept = |key: &&String| who.is_hidden(key) || formulas.keep(key);
        match self.facts.iter().find(is_kept) {
            Some(key) => Err(Failure::invalid("facts", format!("{key} is kept from you"))),
            None => Ok(formulas),
        }
    }
}

/// What an export came to. What was announced is what was written, or there was a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exported {
    /// What is in the file.
    pub of: Of,
    /// How many of them.
    pub rows: u64,
}

impl Serialize for Exported {
    /// `{"people": 12}`, `{"companies": 12}`.
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(1))?;
        map.serialize_entry(self.of.word(), &self.rows)?;
        map.end()
    }
}

/// Gives the next of them, at most so many, until it gives nobody.
pub type Next<'a> = dyn FnMut(&mut Tx, usize) -> Result<Vec<i64>, Failure> + 'a;

/// Who is to be written.
pub struct Whom<'a> {
    /// People or companies.
    pub of: Of,
    /// How many there are in this snapshot.
    pub announced: u64,
    /// They, some at a time.
    pub next: &'a mut Next<'a>,
}

/// Writes these people or companies.
///
/// # Errors
/// `Forbidden` without the right to export; `Invalid` for facts that are kept from the user; `Broken` when the database or
/// the stream fails, or when
/// others were written than were announced.
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
    let of = whom.of;
    let formulas = layout.formulas(tx, who, (of, lens.id))?;
    let (owners, line) = (HashMap::new(), Vec::new());
    let told = layout.facts.iter().map(String::as_str).filter(|key| !formulas.has(key)).collect();
    let mut table = Table { who, of, lens, layout, told, formulas, now, owners, line };
    table.head(to)?;
    let mut rows = 0;
    loop {
        let ids = (whom.next)(tx, CHUNK_ROWS)?;
        if ids.is_empty() {
            break;
        }
        rows += table.rows(tx, &ids, to)?;
    }
    if rows != whom.announced {
        let word = of.word();
        let words = format!("{} {word} were to be exported, and {rows} were", whom.announced);
        return Err(Failure::broken(words));
    }
    let exported = Exported { of, rows };
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
    of: Of,
    lens: &'a LensLabel,
    layout: &'a Layout,
    /// Those of the facts that are told.
    told: Vec<&'a str>,
    /// The others follow from conditions.
    formulas: Formulas,
    now: Moment,
    /// Names of users who look after somebody.
    owners: HashMap<i64, String>,
    line: Vec<u8>,
}

impl Table<'_> {
    fn head(&self, to: &mut dyn Write) -> Result<(), Failure> {
        if self.layout.format == Format::Csv {
            let facts = self.layout.facts.iter().map(String::as_str);
            let mut head = Writer::new(to, style());
            match self.of {
                Of::People => head.row(names(COLUMNS).chain(facts))?,
                Of::Companies => head.row(names(COMPANY_COLUMNS).chain(facts))?,
            }
        }
        Ok(())
    }

    /// Writes these and says how many they were.
    fn rows(&mut self, tx: &mut Tx, ids: &[i64], to: &mut dyn Write) -> Result<u64, Failure> {
        self.line.clear();
        let written = match self.of {
            Of::People => self.people(tx, ids)?,
            Of::Companies => self.companies(tx, ids)?,
        };
        to.write_all(&self.line)?;
        Ok(written)
    }

    fn people(&mut self, tx: &mut Tx, ids: &[i64]) -> Result<u64, Failure> {
        let listed = list::of(tx, self.who, self.lens.id, ids)?;
        self.learn_owners(tx, &listed)?;
        let with_company = |row: &list::Listed| (row.person.id, row.person.company);
        let held = self.held(tx, listed.iter().map(with_company).collect())?;
        let outside = tx.public_ids();
        let mut written = 0;
        for row in &listed {
            let owner = row.person.owner.and_then(|id| self.owners.get(&id)).map(String::as_str);
            let seen = Seen { row, owner, lens: self.lens, outside, now: self.now };
            let usual = COLUMNS.iter().map(|(_, read)| read(&seen));
            let facts = self.facts(&held, with_company(row));
            put(self.layout, names(COLUMNS), usual, facts, &mut self.line)?;
            written += 1;
        }
        Ok(written)
    }

    fn companies(&mut self, tx: &mut Tx, ids: &[i64]) -> Result<u64, Failure> {
        let listed = companies::of(tx, self.who, self.lens.id, ids)?;
        let held = self.held(tx, listed.iter().map(|row| (row.company.id, None)).collect())?;
        let outside = tx.public_ids();
        let mut written = 0;
        for row in &listed {
            let seen = SeenCompany { row, outside };
            let usual = COMPANY_COLUMNS.iter().map(|(_, read)| read(&seen));
            let facts = self.facts(&held, (row.company.id, None));
            put(self.layout, names(COMPANY_COLUMNS), usual, facts, &mut self.line)?;
            written += 1;
        }
        Ok(written)
    }

    /// What is held of these, as far as a column asks.
    fn held(&self, tx: &mut Tx, subjects: Vec<Subject>) -> Result<Held, Failure> {
        Ok(Held {
            histories: Histories::of(tx, &subjects, &self.told)?,
            verdicts: self.formulas.judge(tx, self.who, &subjects, self.now)?,
        })
    }

    /// What stands in the columns of facts of one.
    fn facts<'h>(&self, held: &'h Held, subject: Subject) -> Vec<Cell<'h>> {
        if self.layout.facts.is_empty() {
            return Vec::new();
        }
        let mut told = held.histories.under(subject, &self.told, self.now).into_iter();
        let keys = self.layout.facts.iter();
        keys.map(|key| match self.formulas.has(key) {
            true => held.verdicts.of(key, subject.0).map_or(Cell::Unknown, Cell::Truth),
            false => cell(told.next().flatten()),
        })
        .collect()
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

/// What some are told of, and what formulas say of them.
struct Held {
    histories: Histories,
    verdicts: Verdicts,
}

/// The names of columns.
fn names<'n, R>(columns: &'n [(&'static str, R)]) -> impl Iterator<Item = &'n str> {
    columns.iter().map(|(name, _)| -> &'n str { name })
}

/// What is told of a fact.
fn cell(held: Option<&Value>) -> Cell<'_> {
    match held {
        None | Some(Value::Null) => Cell::Unknown,
        Some(Value::Bool(truth)) => Cell::Truth(*truth),
        Some(Value::Number(number)) => Cell::Number(*number),
        Some(Value::Text(text)) => Cell::Text(text.as_ref().into()),
        Some(Value::Time(moment)) => Cell::Moment(*moment),
        Some(list @ Value::List(_)) => Cell::Text(person::in_words(list).into()),
    }
}

/// Adds a row to the file.
fn put<'c>(
    layout: &'c Layout,
    names: impl Iterator<Item = &'c str>,
    usual: impl Iterator<Item = Cell<'c>>,
    facts: Vec<Cell<'c>>,
    line: &mut Vec<u8>,
) -> Result<(), Failure> {
    match layout.format {
        Format::Csv => {
            let cells = usual.chain(facts).map(Cell::into_text);
            Ok(Writer::new(line, style()).row(cells)?)
        }
        Format::JsonLines => {
            let facts = layout.facts.iter().map(String::as_str).zip(facts);
            for (place, (name, cell)) in names.zip(usual).chain(facts).enumerate() {
                line.push(if place == 0 { b'{' } else { b',' });
                serde_json::to_writer(&mut *line, name).map_err(broken)?;
                line.push(b':');
                cell.write_json(line).map_err(broken)?;
            }
            line.extend_from_slice(b"}\n");
            Ok(())
        }
    }
}

//! A plan: what one row of a file comes to under a mapping, before anything is looked up or written.
//!
//! **Promise:** a row is planned whole, or rejected with every reason there is; the same row gives the
//! same plan, but for the moment of the import. What is left out, or held and not believed, is noted.
//! **Never:** knows who is known already, or what is held of them. That is the import's.
//!
//! Keys bring their facts: the key `email` sets `person.email`, `phone` sets `person.phone`, any other
//! `mql_id` sets `person.id.mql_id`; of a company, `domain` and `name` set `company.domain` and
//! `company.name`. A fact that the mapping says itself wins.

mod make;
mod read;
#[cfg(test)]
mod tests;

use std::fmt;

use funnel::history::{Activity, Fact, Kind, Properties, Value};
use moment::{Moment, Span};
use wire::date::Format;
use wire::table::{Header, Row};

use crate::fields::Fields;

use super::mapping::{Column, Holds, Mapping, Problem, Test};
use make::Maker;
use read::{Cell, Reading};

/// Bytes of a key at most.
pub const KEY_BYTES_MAX: usize = 300;
/// Bytes of a text of a fact or property at most.
pub const TEXT_BYTES_MAX: usize = 16 << 10;
/// How far ahead of its import an activity may be: what is planned for next year may be, a slip of
/// the century may not.
pub const AHEAD_MAX: Span = Span::days(366);
/// Nothing that is told happened before 1980: earlier times are what programs write who know none.
pub const EARLIEST: Moment = Moment::from_seconds(315_532_800);
/// What is said of an earlier time.
pub const BEFORE_ALL: &str = "is before 1980: leave out a time that is not known";

/// What a row comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedRow {
    /// Kinds of key and their values in normal form, in the order in which the mapping tries them;
    /// at least one. All of them are the person's.
    pub keys: Vec<(String, String)>,
    /// Facts of the person; those of the company, too, if the row names no company.
    pub facts: Vec<Fact>,
    /// The company that the row names.
    pub company: Option<PlannedCompany>,
    /// Since when the facts hold.
    pub known_at: Moment,
    /// When they were learned.
    pub known_recorded_at: Moment,
    /// Whether the row or the mapping says so; else it is the moment of the import.
    pub is_dated: bool,
    /// What happened, in the order of the mapping.
    pub activities: Vec<PlannedActivity>,
    /// What was left out, or is held and not believed.
    pub notes: Vec<Reason>,
    /// Whether it may bring back somebody who was erased, on purpose.
    pub brings_back: bool,
}

/// The company that a row names.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedCompany {
    /// As of the person; the value of `name` is the form by which names are matched.
    pub keys: Vec<(String, String)>,
    /// Its facts.
    pub facts: Vec<Fact>,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedActivity {
    /// What it was.
    pub activity: Activity,
    /// When it happened.
    pub occurred_at: Moment,
    /// When it was learned: never after the import.
    pub recorded_at: Moment,
    /// Where it came from, if the mapping says.
    pub source: Option<Box<str>>,
    /// The same for the same activity in any file at any time, and for no other: kind, and the
    /// columns of `natural_key`; or kind, first key of the person, and the time if the row says one.
    pub natural_key: String,
}

/// Why a row is rejected: every reason there is.
#[derive(Clone, Debug, PartialEq)]
pub struct Rejection {
    /// At least one.
    pub reasons: Vec<Reason>,
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, reason) in self.reasons.iter().enumerate() {
            if nth > 0 {
                f.write_str("; ")?;
            }
            reason.fmt(f)?;
        }
        Ok(())
    }
}

/// What is wrong in a row, or worth a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The column, or the columns.
    pub column: String,
    /// What is wrong; says the value.
    pub words: String,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.column, self.words)
    }
}

/// A mapping made ready for the rows of one file.
pub struct Planner {
    imported_at: Moment,
    source: Box<str>,
    unknown: Vec<String>,
    keys: Vec<(String, Cell)>,
    facts: Vec<PlannedFact>,
    company: Vec<(String, Cell)>,
    known_at: At,
    known_recorded: Learned,
    activities: Vec<Rule>,
    fields: Fields,
}

struct PlannedFact {
    key: Box<str>,
    cell: Cell,
    expires: Option<Span>,
    confidence: u8,
    is_of_company: bool,
    from: FactFrom,
}

enum FactFrom {
    /// Its own cell.
    Cell,
    /// The key of this kind that was found, whose cell it has.
    Key(String),
}

enum At {
    Import,
    Fixed(Moment),
    Columns { columns: Vec<usize>, labels: String, format: Format },
}

/// A reason to reject the row was found, and noted.
struct Refused;

enum Learned {
    Import,
    Occurred,
    At(At),
}

struct Rule {
    kind: Kind,
    /// Beside `kind` in the natural key, to tell rules of one kind apart.
    nth: usize,
    at: At,
    recorded: Learned,
    bare: Activity,
    campaign: Option<Cell>,
    source: Option<Cell>,
    properties: Vec<(Box<str>, Cell)>,
    amount: Option<(Cell, Cell)>,
    when: Vec<(usize, Test)>,
    natural_key: Vec<usize>,
    natural_labels: String,
}

impl Planner {
    /// Makes a mapping ready for a file with that header. `imported_at` is the moment at which the
    /// import was begun, and the same when it goes on after a break.
    ///
    /// # Errors
    /// What the file lacks that the mapping names ([`Mapping::check`]).
    pub fn new(
        mapping: &Mapping,
        header: &Header,
        imported_at: Moment,
    ) -> Result<Planner, Vec<Problem>> {
        let problems = mapping.check(header);
        if !problems.is_empty() {
            return Err(problems);
        }
        let maker = Maker { mapping, header };
        let facts = maker.facts()?;
        Ok(Planner {
            imported_at,
            source: mapping.source.as_str().into(),
            unknown: mapping.file.unknown.clone(),
            keys: maker.keys(&mapping.keys)?,
            facts,
            company: maker.keys(&mapping.company)?,
            known_at: maker.at("known.at", &mapping.known.at)?,
            known_recorded: maker.learned("known.recorded", &mapping.known.recorded)?,
            activities: maker.activities()?,
            fields: Fields::default(),
        })
    }

    /// The same, for a workspace with these fields: what their types do not take is no value.
    #[must_use]
    pub fn with_fields(self, fields: Fields) -> Planner {
        Planner { fields, ..self }
    }

    /// What the facts name as their source.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What the row comes to.
    ///
    /// # Errors
    /// A [`Rejection`] with every reason: no key, or something in it that cannot be read.
    pub fn plan(&self, row: &Row<'_>) -> Result<PlannedRow, Rejection> {
        let mut reading = Reading::new(row, &self.unknown);
        let keys = read_keys(&mut reading, &self.keys, |_, key| key);
        if keys.is_empty() && !reading.is_refused() {
            let labels: Vec<&str> = self.keys.iter().map(|(_, cell)| cell.labels()).collect();
            reading.refuse(&labels.join(", "), "empty: nothing says whom the row is about");
        }
        let company_keys = read_keys(&mut reading, &self.company, |kind, key| match kind {
            "name" => identity::company::matching(&key),
            _ => key,
        });
        let (mut facts, mut company_facts) = (Vec::new(), Vec::new());
        let (known_at, known_recorded_at) = self.known(&mut reading);
        for planned in &self.facts {
            let value = match &planned.from {
                FactFrom::Cell => reading.value(&planned.cell),
                FactFrom::Key(kind) => {
                    let keys = if planned.is_of_company { &company_keys } else { &keys };
                    let key = keys.iter().find(|(of, _)| of == kind);
                    key.map(|(_, value)| Value::from(value.as_str()))
                }
            };
            let Some(value) = value else { continue };
            let value = match self.fields.check(&planned.key, value) {
                Ok(value) => value,
                Err(words) => {
                    reading.unreadable(&planned.cell, words);
                    continue;
                }
            };
            let suspect = reading.is_suspect(&planned.cell, &value);
            let fact = Fact {
                key: planned.key.clone(),
                value,
                expires_at: planned.expires.map(|span| known_at + span),
                suspect,
                confidence: planned.confidence,
            };
            let is_of_company = planned.is_of_company && !company_keys.is_empty();
            if is_of_company { company_facts.push(fact) } else { facts.push(fact) }
        }
        let first_key = keys.first();
        let mut activities = Vec::new();
        for rule in &self.activities {
            activities.extend(self.activity(&mut reading, rule, first_key));
        }
        let notes = reading.finish()?;
        let company = (!company_keys.is_empty())
            .then_some(PlannedCompany { keys: company_keys, facts: company_facts });
        let is_dated = !matches!(self.known_at, At::Import);
        Ok(PlannedRow {
            keys,
            facts,
            company,
            known_at,
            known_recorded_at,
            is_dated,
            activities,
            notes,
            brings_back: false,
        })
    }

    fn known(&self, reading: &mut Reading<'_>) -> (Moment, Moment) {
        let at = self.at(reading, &self.known_at);
        if let (Ok(None), At::Columns { labels, .. }) = (&at, &self.known_at) {
            reading.refuse(labels, "empty: nothing says since when the facts hold");
        }
        let at = at.ok().flatten().unwrap_or(self.imported_at);
        (at, self.learned(reading, &self.known_recorded, at))
    }

    /// The time, if the row says one. One that cannot be read, or is far ahead, is refused.
    fn at(&self, reading: &mut Reading<'_>, at: &At) -> Result<Option<Moment>, Refused> {
        let (columns, labels, format) = match at {
            At::Import => return Ok(Some(self.imported_at)),
            At::Fixed(moment) => return Ok(Some(*moment)),
            At::Columns { columns, labels, format } => (columns, labels, format),
        };
        let Some(text) = reading.known_text(columns) else { return Ok(None) };
        let words = match format.read(&text) {
            Ok(moment) if (EARLIEST..=self.imported_at + AHEAD_MAX).contains(&moment) => {
                return Ok(Some(moment));
            }
            Ok(moment) if moment < EARLIEST => format!("{text:?} {BEFORE_ALL}"),
            Ok(_) => format!("{text:?} is more than a year ahead"),
            Err(error) => error.to_string(),
        };
        reading.refuse(labels, &words);
        Err(Refused)
    }

    fn learned(&self, reading: &mut Reading<'_>, learned: &Learned, at: Moment) -> Moment {
        let learned = match learned {
            Learned::Import => self.imported_at,
            Learned::Occurred => at,
            Learned::At(when) => {
                self.at(reading, when).ok().flatten().unwrap_or(self.imported_at).max(at)
            }
        };
        learned.min(self.imported_at)
    }

    fn activity(
        &self,
        reading: &mut Reading<'_>,
        rule: &Rule,
        first_key: Option<&(String, String)>,
    ) -> Option<PlannedActivity> {
        if !rule.when.iter().all(|(column, test)| reading.holds(*column, &test.holds)) {
            return None;
        }
        let occurred_at = match self.at(reading, &rule.at) {
            Ok(Some(occurred_at)) => occurred_at,
            Err(Refused) => return None,
            Ok(None) => {
                if let At::Columns { labels, .. } = &rule.at {
                    let words = format!("empty: nothing says when {} happened", rule.kind);
                    reading.refuse(labels, &words);
                }
                return None;
            }
        };
        let recorded_at = self.learned(reading, &rule.recorded, occurred_at);
        let text = |reading: &mut Reading<'_>, cell: &Option<Cell>| -> Option<Box<str>> {
            match reading.value(cell.as_ref()?)? {
                Value::Text(text) => Some(text),
                Value::Number(number) => Some(number.to_string().into()),
                Value::Bool(value) => Some(value.to_string().into()),
                Value::Time(moment) => Some(moment.to_string().into()),
                Value::Null | Value::List(_) => None,
            }
        };
        let campaign = text(reading, &rule.campaign);
        let source = text(reading, &rule.source);
        let mut properties: Properties = Vec::with_capacity(rule.properties.len() + 2);
        for (name, cell) in &rule.properties {
            if let Some(value) = reading.value(cell) {
                properties.push((name.clone(), value));
            }
        }
        if let Some((number, currency)) = &rule.amount
            && let Some((minor, code)) = reading.amount(number, currency)
        {
            properties.push(("amount_minor".into(), minor));
            properties.push(("currency".into(), Value::Text(code)));
        }
        let natural_key = self.natural_key(reading, rule, first_key, occurred_at)?;
        let activity = Activity { campaign, properties, ..rule.bare.clone() };
        Some(PlannedActivity { activity, occurred_at, recorded_at, source, natural_key })
    }

    fn natural_key(
        &self,
        reading: &mut Reading<'_>,
        rule: &Rule,
        first_key: Option<&(String, String)>,
        occurred_at: Moment,
    ) -> Option<String> {
        let mut key = rule.kind.as_str().to_owned();
        if !rule.natural_key.is_empty() {
            let mut is_known = false;
            for column in &rule.natural_key {
                let cell = reading.cell(*column).unwrap_or_default();
                is_known |= !cell.is_empty();
                key.push(SEPARATOR);
                key.push_str(cell);
            }
            if !is_known {
                let words = format!("empty: nothing tells this {} from another", rule.kind);
                reading.refuse(&rule.natural_labels, &words);
                return None;
            }
            return Some(key);
        }
        let (kind, value) = first_key?;
        if rule.nth > 0 {
            key.push('#');
            key.push_str(&rule.nth.to_string());
        }
        for part in [kind, value] {
            key.push(SEPARATOR);
            key.push_str(part);
        }
        // A time that the mapping or the import gives is not the activity's own.
        if matches!(rule.at, At::Columns { .. }) {
            key.push(SEPARATOR);
            key.push_str(&occurred_at.0.to_string());
        }
        Some(key)
    }
}

/// Parts the parts of a natural key: the unit separator of ASCII, which stands in no honest cell.
const SEPARATOR: char = '\u{1f}';

fn read_keys(
    reading: &mut Reading<'_>,
    keys: &[(String, Cell)],
    form: impl Fn(&str, String) -> String,
) -> Vec<(String, String)> {
    let mut found = Vec::with_capacity(keys.len());
    for (kind, cell) in keys {
        let value = reading.key(cell).map(|value| form(kind, value));
        found.extend(value.filter(|it| !it.is_empty()).map(|value| (kind.clone(), value)));
    }
    found
}

fn labels(columns: &[Column]) -> String {
    columns.iter().map(|column| column.label.as_str()).collect::<Vec<_>>().join(" + ")
}

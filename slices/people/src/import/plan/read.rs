//! Reading the cells of one row, and remembering what could not be read.

use std::borrow::Cow;

use funnel::history::Value;
use identity::phone::Country;
use wire::date::Format;
use wire::number::{Decimal, Number, currency_places};
use wire::table::Row;

use super::{Holds, KEY_BYTES_MAX, Reason, Rejection, TEXT_BYTES_MAX};
use crate::import::mapping::{Constant, FileLayout, From, Source, Type};

/// Where a value comes from and how it is read, with all that is the same for every row worked out.
pub(super) struct Cell {
    columns: Vec<usize>,
    labels: String,
    constant: Option<Value>,
    way: Way,
    unknown: Vec<String>,
    map: Vec<(String, Value)>,
    is_left_out: bool,
}

enum Way {
    Text,
    Number(Option<Decimal>),
    YesNo,
    Date(Format),
    List(String),
    Email,
    Phone(Option<&'static Country>),
    Name,
    Domain,
}

impl Cell {
    pub(super) fn new(
        source: &Source,
        usual: Type,
        file: &FileLayout,
        columns: Vec<usize>,
    ) -> Result<Cell, String> {
        let way = match source.kind.unwrap_or(usual) {
            Type::Text => Way::Text,
            Type::Number => Way::Number(file.decimal),
            Type::YesNo => Way::YesNo,
            Type::Date => {
                let zone = source.zone.as_deref().unwrap_or(&file.zone);
                let format = source.format.as_deref().unwrap_or("iso");
                let zone = wire::date::zone(zone).map_err(|error| error.to_string())?;
                Way::Date(Format::new(format, zone).map_err(|error| error.to_string())?)
            }
            Type::List => Way::List(source.separator.clone().unwrap_or_else(|| ",".to_owned())),
            Type::Email => Way::Email,
            Type::Phone => Way::Phone(file.country.as_deref().and_then(identity::phone::country)),
            Type::Name => Way::Name,
            Type::Domain => Way::Domain,
        };
        let (labels, constant) = match &source.from {
            From::Columns(columns) => (super::labels(columns), None),
            From::Constant(constant) => ("the mapping".to_owned(), Some(value_of(constant))),
        };
        Ok(Cell {
            columns,
            labels,
            constant,
            way,
            unknown: source.unknown.iter().chain(&file.unknown).cloned().collect(),
            map: source.map.iter().map(|(from, to)| (from.clone(), value_of(to))).collect(),
            is_left_out: source.is_left_out,
        })
    }

    /// The columns, as people call them.
    pub(super) fn labels(&self) -> &str {
        &self.labels
    }
}

fn value_of(constant: &Constant) -> Value {
    match constant {
        Constant::Text(text) => Value::Text(text.as_str().into()),
        Constant::Number(number) => Value::Number(*number),
        Constant::Bool(value) => Value::Bool(*value),
    }
}

/// A row being read.
pub(super) struct Reading<'a> {
    row: &'a Row<'a>,
    /// Texts that mean unknown in every column.
    unknown: &'a [String],
    reasons: Vec<Reason>,
    notes: Vec<Reason>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(row: &'a Row<'a>, unknown: &'a [String]) -> Reading<'a> {
        Reading { row, unknown, reasons: Vec::new(), notes: Vec::new() }
    }

    /// The notes, if there is no reason to reject the row.
    pub(super) fn finish(self) -> Result<Vec<Reason>, Rejection> {
        if self.reasons.is_empty() {
            Ok(self.notes)
        } else {
            Err(Rejection { reasons: self.reasons })
        }
    }

    pub(super) fn is_refused(&self) -> bool {
        !self.reasons.is_empty()
    }

    /// Notes a reason, once.
    pub(super) fn refuse(&mut self, column: &str, words: &str) {
        let reason = Reason { column: column.to_owned(), words: words.to_owned() };
        if !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
    }

    fn note(&mut self, column: &str, words: String) {
        let note = Reason { column: column.to_owned(), words };
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// A cell, trimmed.
    pub(super) fn cell(&self, column: usize) -> Option<&'a str> {
        self.row.get(column).map(str::trim)
    }

    /// The text of these columns, joined if several are not empty; `None` if all are.
    fn text(&self, columns: &[usize]) -> Option<Cow<'a, str>> {
        let mut text: Option<Cow<'a, str>> = None;
        for column in columns {
            let Some(cell) = self.cell(*column).filter(|cell| !cell.is_empty()) else { continue };
            match &mut text {
                None => text = Some(Cow::Borrowed(cell)),
                Some(before) => {
                    let before = before.to_mut();
                    before.push(' ');
                    before.push_str(cell);
                }
            }
        }
        text
    }

    pub(super) fn holds(&self, column: usize, holds: &Holds) -> bool {
        let cell = self.cell(column).unwrap_or_default();
        match holds {
            Holds::Is(texts) => texts.iter().any(|text| text == cell),
            Holds::IsNot(texts) => !texts.iter().any(|text| text == cell),
            Holds::Known(known) => *known != (cell.is_empty() || self.is_unknown(cell)),
        }
    }

    fn is_unknown(&self, text: &str) -> bool {
        self.unknown.iter().any(|unknown| unknown.trim() == text)
    }

    /// The same; `None`, too, if it means unknown in every column.
    pub(super) fn known_text(&self, columns: &[usize]) -> Option<Cow<'a, str>> {
        self.text(columns).filter(|text| !self.is_unknown(text))
    }

    /// The text that is to be read; `None` if it is unknown.
    fn known(&self, cell: &Cell) -> Option<Cow<'a, str>> {
        self.text(&cell.columns)
            .filter(|text| !cell.unknown.iter().any(|unknown| unknown.trim() == text.as_ref()))
    }

    /// The value, if it is known; a reason or a note if it cannot be read.
    pub(super) fn value(&mut self, cell: &Cell) -> Option<Value> {
        if let Some(constant) = &cell.constant {
            return Some(constant.clone());
        }
        let text = self.known(cell)?;
        if let Some((_, value)) = cell.map.iter().find(|(from, _)| from == text.as_ref()) {
            return Some(value.clone());
        }
        match read(&cell.way, &text) {
            Ok(value) => value,
            Err(words) => {
                self.unreadable(cell, words);
                None
            }
        }
    }

    pub(super) fn unreadable(&mut self, cell: &Cell, words: String) {
        if cell.is_left_out {
            self.note(&cell.labels, format!("left out: {words}"));
        } else {
            self.refuse(&cell.labels, &words);
        }
    }

    /// Whether a value is written in letters that are not to be trusted; noted if so.
    pub(super) fn is_suspect(&mut self, cell: &Cell, value: &Value) -> bool {
        let suspicion = match value {
            Value::Text(text) => identity::suspect(text),
            Value::List(texts) => texts.iter().find_map(|text| identity::suspect(text)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Time(_) => None,
        };
        if let Some(suspicion) = &suspicion {
            self.note(&cell.labels, format!("held, and not believed: {suspicion}"));
        }
        suspicion.is_some()
    }

    /// The value as a key.
    pub(super) fn key(&mut self, cell: &Cell) -> Option<String> {
        let key = match self.value(cell)? {
            Value::Text(text) => String::from(text),
            Value::Number(number) => number.to_string(),
            Value::Bool(value) => value.to_string(),
            Value::Time(moment) => moment.to_string(),
            Value::Null | Value::List(_) => return None,
        };
        if key.len() > KEY_BYTES_MAX {
            let words = format!("longer than {KEY_BYTES_MAX} bytes: no key is");
            self.refuse(&cell.labels, &words);
            return None;
        }
        Some(key)
    }

    /// An amount in minor units, and its currency.
    pub(super) fn amount(&mut self, number: &Cell, currency: &Cell) -> Option<(Value, Box<str>)> {
        let text = self.known(number)?;
        let Way::Number(decimal) = number.way else { return None };
        let amount = match Number::read(&text, decimal) {
            Ok(amount) => amount,
            Err(error) => {
                self.unreadable(number, error.to_string());
                return None;
            }
        };
        let code = match (self.value(currency), amount.currency()) {
            (Some(Value::Text(code)), None) => code,
            (Some(Value::Text(code)), Some(written)) if *code == *written => code,
            (None, Some(written)) => written.into(),
            (Some(_), Some(written)) => {
                let words = format!("{text:?} is in {written}, not in the currency of the mapping");
                self.unreadable(number, words);
                return None;
            }
            (Some(_) | None, None) => {
                self.unreadable(currency, "empty: an amount without its currency".to_owned());
                return None;
            }
        };
        let Some(places) = currency_places(&code) else {
            self.unreadable(currency, format!("{code:?} is no currency like \"EUR\""));
            return None;
        };
        match amount.minor_units(places) {
            // Whole up to 2^53 minor units, ninety trillion euros.
            #[expect(clippy::as_conversions, reason = "checked: a double holds it exactly")]
            Ok(minor) if minor.abs() < 1 << 53 => Some((Value::Number(minor as f64), code)),
            Ok(_) => {
                self.unreadable(number, format!("{text:?} is too large an amount"));
                None
            }
            Err(error) => {
                self.unreadable(number, error.to_string());
                None
            }
        }
    }
}

/// The value of a text; `None` if it says nothing after all.
fn read(way: &Way, text: &str) -> Result<Option<Value>, String> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(format!("longer than {} kB", TEXT_BYTES_MAX >> 10));
    }
    let words = |error: &dyn std::fmt::Display| error.to_string();
    Ok(Some(match way {
        Way::Text => Value::from(text),
        Way::Number(decimal) => {
            Value::Number(Number::read(text, *decimal).map_err(|error| words(&error))?.value())
        }
        Way::YesNo => {
            let answer = wire::answer::yes_no(text);
            Value::Bool(answer.ok_or_else(|| format!("{text:?} is neither yes nor no"))?)
        }
        Way::Date(format) => Value::Time(format.read(text).map_err(|error| words(&error))?),
        Way::List(separator) => {
            let items = text.split(separator.as_str()).map(str::trim);
            let items: Vec<Box<str>> = items.filter(|it| !it.is_empty()).map(Box::from).collect();
            return Ok((!items.is_empty()).then_some(Value::List(items)));
        }
        Way::Email => Value::from(identity::email::normal(text).map_err(|error| words(&error))?),
        Way::Phone(country) => {
            let phone = identity::phone::Phone::read(text, *country);
            Value::from(phone.map_err(|error| words(&error))?.as_str())
        }
        Way::Name => Value::from(identity::name::normal(text).map_err(|error| words(&error))?),
        Way::Domain => {
            let domain = identity::domain::normal(text).map_err(|error| words(&error))?;
            // Where people have their own mail, an address says nothing about a company.
            return Ok((!identity::domain::is_personal(&domain)).then(|| Value::from(domain)));
        }
    }))
}

//! Rows that pass by: a column is read when it is asked for.
use std::str::from_utf8;

use rusqlite::types::ValueRef;

use super::Row;

/// One row while it passes, borrowed from the database: for whoever reads millions of them, and of most only a few
/// columns. A column that nobody asks for costs nothing on SQLite.
///
/// # Panics
/// As [`Row`]: every reader panics if the column holds something else or there is none.
pub struct Passing<'r>(Held<'r>);

enum Held<'r> {
    Here(&'r rusqlite::Row<'r>),
    Read(&'r Row),
}

impl<'r> Passing<'r> {
    pub(crate) fn here(row: &'r rusqlite::Row<'r>) -> Passing<'r> {
        Passing(Held::Here(row))
    }

    pub(crate) fn read(row: &'r Row) -> Passing<'r> {
        Passing(Held::Read(row))
    }

    /// A `bigint`.
    pub fn int(&self, column: usize) -> i64 {
        match self.int_opt(column) {
            Some(value) => value,
            None => wrong(column, "null", "a whole number"),
        }
    }

    /// A `bigint` or null.
    pub fn int_opt(&self, column: usize) -> Option<i64> {
        match &self.0 {
            Held::Read(row) => row.int_opt(column),
            Held::Here(row) => match cell(row, column) {
                ValueRef::Null => None,
                ValueRef::Integer(value) => Some(value),
                other => wrong(column, held(other), "a whole number"),
            },
        }
    }

    /// A `text`.
    pub fn text(&self, column: usize) -> &str {
        match self.text_opt(column) {
            Some(text) => text,
            None => wrong(column, "null", "a text"),
        }
    }

    /// A `text` or null.
    pub fn text_opt(&self, column: usize) -> Option<&str> {
        match &self.0 {
            Held::Read(row) => row.text_opt(column),
            Held::Here(row) => match cell(row, column) {
                ValueRef::Null => None,
                ValueRef::Text(bytes) => match from_utf8(bytes) {
                    Ok(text) => Some(text),
                    Err(_) => wrong(column, "a text that is not UTF-8", "a text"),
                },
                other => wrong(column, held(other), "a text"),
            },
        }
    }
}

fn cell<'r>(row: &'r rusqlite::Row<'_>, column: usize) -> ValueRef<'r> {
    match row.get_ref(column) {
        Ok(value) => value,
        Err(error) => panic!("column {column} can't be read: {error}"),
    }
}

fn held(value: ValueRef<'_>) -> &'static str {
    match value {
        ValueRef::Null => "null",
        ValueRef::Integer(_) => "a whole number",
        ValueRef::Real(_) => "a real number",
        ValueRef::Text(_) => "a text",
        ValueRef::Blob(_) => "bytes",
    }
}

fn wrong(column: usize, held: &str, wanted: &str) -> ! {
    panic!("column {column} holds {held}, and {wanted} was asked for")
}

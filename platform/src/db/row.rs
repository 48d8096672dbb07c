//! Rows: what a statement gives back.
use moment::Moment;

use super::Arg;

/// One row, owned. Texts lie in one buffer, so that a stream of rows reuses it and allocates nothing.
///
/// Readers are by position, from 0, and each says which type it gives.
///
/// # Panics
/// Every reader panics if the column holds something else or there is none: then statement and reader disagree, which
/// only a programmer can mend. Inside a closure the panic becomes `Failure::Broken` and nothing is written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    cells: Vec<Cell>,
    texts: String,
    blobs: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Cell {
    Null,
    Int(i64),
    Real(f64),
    Text(usize, usize),
    Blob(usize, usize),
}

/// A value as a database hands it over, borrowed.
pub(crate) enum Given<'a> {
    Null,
    Int(i64),
    Real(f64),
    Text(&'a str),
    Blob(&'a [u8]),
}

impl Row {
    pub(crate) fn clear(&mut self) {
        self.cells.clear();
        self.texts.clear();
        self.blobs.clear();
    }

    pub(crate) fn push(&mut self, given: Given<'_>) {
        let cell = match given {
            Given::Null => Cell::Null,
            Given::Int(value) => Cell::Int(value),
            Given::Real(value) => Cell::Real(value),
            Given::Text(text) => {
                let start = self.texts.len();
                self.texts.push_str(text);
                Cell::Text(start, self.texts.len())
            }
            Given::Blob(bytes) => {
                let start = self.blobs.len();
                self.blobs.extend_from_slice(bytes);
                Cell::Blob(start, self.blobs.len())
            }
        };
        self.cells.push(cell);
    }

    /// How many columns there are.
    pub fn width(&self) -> usize {
        self.cells.len()
    }

    /// Whatever it is, as an argument would be; nothing if there is no such column.
    pub fn value(&self, column: usize) -> Option<Arg> {
        let cell = *self.cells.get(column)?;
        Some(match cell {
            Cell::Null => Arg::Null,
            Cell::Int(value) => Arg::Int(value),
            Cell::Real(value) => Arg::Real(value),
            Cell::Text(..) => Arg::Text(self.text(column).to_owned()),
            Cell::Blob(..) => Arg::Blob(self.blob(column).to_vec()),
        })
    }

    /// A `bigint`.
    pub fn int(&self, column: usize) -> i64 {
        self.int_opt(column).unwrap_or_else(|| self.wrong(column, "a number"))
    }

    /// A `bigint` or null.
    pub fn int_opt(&self, column: usize) -> Option<i64> {
        match self.cell(column) {
            Cell::Null => None,
            Cell::Int(value) => Some(value),
            Cell::Real(_) | Cell::Text(..) | Cell::Blob(..) => self.wrong(column, "a whole number"),
        }
    }

    /// Truth, stored as 0 or 1.
    pub fn flag(&self, column: usize) -> bool {
        self.int(column) != 0
    }

    /// A `double precision`; a whole number counts as one.
    pub fn real(&self, column: usize) -> f64 {
        self.real_opt(column).unwrap_or_else(|| self.wrong(column, "a number"))
    }

    /// A `double precision` or null.
    pub fn real_opt(&self, column: usize) -> Option<f64> {
        match self.cell(column) {
            Cell::Null => None,
            Cell::Real(value) => Some(value),
            Cell::Int(value) => Some(value as f64),
            Cell::Text(..) | Cell::Blob(..) => self.wrong(column, "a number"),
        }
    }

    /// A `text`.
    pub fn text(&self, column: usize) -> &str {
        self.text_opt(column).unwrap_or_else(|| self.wrong(column, "a text"))
    }

    /// A `text` or null.
    pub fn text_opt(&self, column: usize) -> Option<&str> {
        match self.cell(column) {
            Cell::Null => None,
            Cell::Text(start, end) => self.texts.get(start..end),
            Cell::Int(_) | Cell::Real(_) | Cell::Blob(..) => self.wrong(column, "a text"),
        }
    }

    /// Bytes.
    pub fn blob(&self, column: usize) -> &[u8] {
        self.blob_opt(column).unwrap_or_else(|| self.wrong(column, "bytes"))
    }

    /// Bytes or null.
    pub fn blob_opt(&self, column: usize) -> Option<&[u8]> {
        match self.cell(column) {
            Cell::Null => None,
            Cell::Blob(start, end) => self.blobs.get(start..end),
            Cell::Int(_) | Cell::Real(_) | Cell::Text(..) => self.wrong(column, "bytes"),
        }
    }

    /// A moment, stored as µs since 1970 UTC.
    pub fn moment(&self, column: usize) -> Moment {
        Moment(self.int(column))
    }

    /// A moment or null.
    pub fn moment_opt(&self, column: usize) -> Option<Moment> {
        self.int_opt(column).map(Moment)
    }

    fn cell(&self, column: usize) -> Cell {
        match self.cells.get(column) {
            Some(cell) => *cell,
            None => panic!("column {column} of a row that has {}", self.cells.len()),
        }
    }

    fn wrong(&self, column: usize, wanted: &str) -> ! {
        let held = match self.cell(column) {
            Cell::Null => "null",
            Cell::Int(_) => "a whole number",
            Cell::Real(_) => "a real number",
            Cell::Text(..) => "a text",
            Cell::Blob(..) => "bytes",
        };
        panic!("column {column} holds {held}, and {wanted} was asked for")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_gives_back_what_was_put_in() {
        let mut row = Row::default();
        for _ in 0..2 {
            row.clear();
            row.push(Given::Int(7));
            row.push(Given::Text("naïve"));
            row.push(Given::Null);
            row.push(Given::Real(0.5));
            row.push(Given::Blob(&[0, 255]));
            row.push(Given::Text(""));
        }
        assert_eq!(
            (row.int(0), row.text(1), row.int_opt(2), row.text_opt(2)),
            (7, "naïve", None, None)
        );
        assert_eq!((row.blob(4), row.text(5), row.width()), (&[0, 255][..], "", 6));
        assert!((row.real(3) + row.real(0) - 7.5).abs() < f64::EPSILON);
    }

    #[test]
    #[should_panic(expected = "column 0 holds a whole number, and a text was asked for")]
    fn a_reader_of_the_wrong_type_says_so() {
        let mut row = Row::default();
        row.push(Given::Int(1));
        row.text(0);
    }
}

//! Tables as text (CSV and its kin), read row by row from any stream.
//!
//! **Promise:** each data row comes out once, either whole, as [`Record::Row`], or as
//! [`Record::Rejected`] with a reason; the two together are [`Table::records`]. Memory stays below
//! about twice the row limit however long a row or field is.
//! **Never:** gives part of a row, mends one by guessing, or stops at a bad one.
//!
//! What is read: UTF-8, UTF-16 (with a byte-order mark or without), Windows-1252 with Latin-1 in it,
//! and any encoding of the WHATWG list if told; comma, semicolon, tab or pipe, found in the head of
//! the file unless told; LF, CRLF or CR; fields in double quotes with line breaks and doubled quotes.
//!
//! Empty lines are no rows: they are passed over and counted apart ([`Table::empty_lines`]). A line of
//! nothing but delimiters is a row, of empty values.
//!
//! **Where a quote is broken** (never closed, or closed in the middle of a text), nobody can tell
//! where its row was meant to end. The lines from the start of the row to the break are rejected one
//! by one, and reading goes on behind them: rather a few rows to look at than one row made of two.
//!
//! The scanner is our own, and not that of the `csv` crate, for three reasons: a field of any size
//! must cost no memory, a rejected row must come out as it stood in the file, and a broken quote must
//! not swallow the rows that follow. On well-formed input the two agree (there is a test).
//!
//! ```
//! use wire::table::{Layout, Record, Table};
//! let file = "E-Mail;Umsatz\nann@north.example;\"1.200,50\"\nbob@north.example\n";
//! let mut table = Table::open(file.as_bytes(), &Layout::default())?;
//! assert_eq!(table.header().position("Umsatz"), Some(1));
//! let Some(Record::Row(row)) = table.next()? else { panic!("a row") };
//! assert_eq!((row.get(1), row.line()), (Some("1.200,50"), 2));
//! let Some(Record::Rejected(bad)) = table.next()? else { panic!("a rejected row") };
//! assert_eq!(bad.fault.to_string(), "1 field where the header has 2");
//! # Ok::<(), wire::table::Unreadable>(())
//! ```

mod detect;
mod fault;
mod header;
mod scan;
mod source;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::io::Read;

pub use detect::encoding_of;
pub use fault::{Fault, Unreadable};
pub use header::Header;

use detect::Detected;
use scan::{Cell, Ending, Scanner};
use source::Source;

/// Bytes looked at to find encoding and delimiter.
pub const HEAD_BYTES: usize = 64 << 10;
/// Bytes kept of a row that is too long to be kept whole.
pub const EXCERPT_BYTES_MAX: usize = 1_000;

/// How a table is laid out. What is `None` is found out from the head of the file.
#[derive(Clone, Debug)]
pub struct Layout {
    /// A label of the WHATWG encoding standard: `utf-8`, `utf-16le`, `latin1`, `windows-1251` …
    /// A byte-order mark in the file wins over it.
    pub encoding: Option<Box<str>>,
    /// One ASCII character.
    pub delimiter: Option<u8>,
    /// Whether the first row names the columns; otherwise they are `column 1`, `column 2` …
    pub has_header: bool,
    /// How much is too much.
    pub limits: Limits,
}

impl Default for Layout {
    fn default() -> Layout {
        Layout { encoding: None, delimiter: None, has_header: true, limits: Limits::default() }
    }
}

/// How much is too much. Sizes are those of the decoded text (UTF-8), quotes included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one field.
    pub field_bytes_max: usize,
    /// Bytes of one row.
    pub row_bytes_max: usize,
    /// Fields of one row.
    pub columns_max: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { field_bytes_max: 1 << 20, row_bytes_max: 4 << 20, columns_max: 2_000 }
    }
}

/// A table being read.
pub struct Table<R> {
    scanner: Scanner<R>,
    header: Header,
    columns: usize,
    encoding: EncodingState,
    records: u64,
}

/// What the rows are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EncodingState {
    /// Decoded before it is scanned; the name of what it was.
    Decoded(&'static str),
    /// UTF-8 for certain: anything else is a fault.
    Utf8,
    /// Nothing but ASCII so far: the first row with more decides.
    Undecided,
    /// Windows-1252; a row that is UTF-8 nevertheless is read as that, for no honest text in
    /// Windows-1252 looks so by accident.
    Windows1252,
}

/// What a row turned out to be.
#[derive(Debug)]
pub enum Record<'a> {
    /// As many fields as the header has columns.
    Row(Row<'a>),
    /// Counted, and not read; with the reason.
    Rejected(Rejected<'a>),
}

/// A data row.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    text: &'a str,
    scratch: &'a str,
    cells: &'a [Cell],
    line: u64,
    offset: u64,
    raw_is_scratch: bool,
    raw_from: usize,
}

impl<'a> Row<'a> {
    /// The field of that column (from 0), without its quotes; not trimmed.
    pub fn get(&self, column: usize) -> Option<&'a str> {
        let cell = self.cells.get(column)?;
        let text = if cell.is_scratch { self.scratch } else { self.text };
        text.get(cell.range())
    }

    /// How many fields; as many as the header has columns.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there is no field; never so.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// All fields in order.
    pub fn iter(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let row = *self;
        (0..row.cells.len()).map(move |column| row.get(column).unwrap_or_default())
    }

    /// The line of the file (from 1) on which the row begins.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The byte of the decoded text (UTF-8, without byte-order mark) at which the row begins.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The row as it stood in the file, decoded, quotes and all, without its line end.
    pub fn raw(&self) -> &'a str {
        if self.raw_is_scratch {
            self.scratch.get(self.raw_from..).unwrap_or_default()
        } else {
            self.text
        }
    }
}

/// A row that was counted and not read.
#[derive(Clone, Debug)]
pub struct Rejected<'a> {
    /// The line of the file (from 1) on which it begins.
    pub line: u64,
    /// The byte of the decoded text at which it begins.
    pub offset: u64,
    /// Why.
    pub fault: Fault,
    /// The row as it stood in the file; what is no text in it is replaced by U+FFFD.
    pub raw: Cow<'a, str>,
    /// Whether `raw` is only its beginning, [`EXCERPT_BYTES_MAX`] bytes.
    pub is_excerpt: bool,
}

/// What is needed to build a record once the scanner may be lent out.
enum Outcome {
    Row { raw_from: Option<usize> },
    Rejected { line: u64, offset: u64, fault: Fault, from: usize, to: usize, is_excerpt: bool },
}

impl<R: Read> Table<R> {
    /// Reads the head of the stream: encoding, delimiter, header.
    ///
    /// # Errors
    /// [`Unreadable`] if the stream breaks, holds nothing, is no text, has a header that cannot be
    /// read, or if the encoding told is not known.
    pub fn open(read: R, layout: &Layout) -> Result<Table<R>, Unreadable> {
        let mut source = Source::new(read);
        let Detected { text, mark_bytes } =
            detect::encoding(source.head()?, layout.encoding.as_deref())?;
        source.skip_head(mark_bytes);
        let encoding = match text {
            detect::Text::Utf8 => EncodingState::Utf8,
            detect::Text::Undecided => EncodingState::Undecided,
            detect::Text::Windows1252 => EncodingState::Windows1252,
            detect::Text::Other(other) => {
                source.decode(other);
                EncodingState::Decoded(other.name())
            }
        };
        let mut scanner = Scanner::new(source, layout.limits);
        scanner.fill_head()?;
        let told_in_file = scanner.skip_separator_line();
        let delimiter = layout
            .delimiter
            .or(told_in_file)
            .unwrap_or_else(|| detect::delimiter(scanner.pending(), scanner.is_at_end()));
        if !delimiter.is_ascii() || matches!(delimiter, b'"' | b'\n' | b'\r' | 0) {
            return Err(Unreadable::Delimiter(delimiter));
        }
        scanner.delimit(delimiter);
        let mut table =
            Table { scanner, header: Header::default(), columns: 0, encoding, records: 0 };
        table.read_header(layout.has_header)?;
        Ok(table)
    }

    fn read_header(&mut self, has_header: bool) -> Result<(), Unreadable> {
        let names: Vec<String> = match self.next()? {
            None => return Err(Unreadable::Empty),
            Some(Record::Rejected(rejected)) => {
                return Err(Unreadable::Header(rejected.line, rejected.fault));
            }
            Some(Record::Row(row)) => row.iter().map(str::to_owned).collect(),
        };
        self.columns = names.len();
        self.records = 0;
        if has_header {
            self.header = Header::new(&names);
        } else {
            self.header = Header::unnamed(names.len());
            self.scanner.back_to_row();
        }
        Ok(())
    }

    /// The columns.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The delimiter, found or told.
    pub fn delimiter(&self) -> u8 {
        self.scanner.delimiter()
    }

    /// The name of the encoding, as far as is known by now: a file of ASCII alone is UTF-8.
    pub fn encoding(&self) -> &'static str {
        match self.encoding {
            EncodingState::Decoded(name) => name,
            EncodingState::Utf8 | EncodingState::Undecided => "UTF-8",
            EncodingState::Windows1252 => "windows-1252",
        }
    }

    /// How many data rows have come out, rejected ones included.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// How many empty lines were passed over.
    pub fn empty_lines(&self) -> u64 {
        self.scanner.empty_lines()
    }

    /// How many bytes of the stream were taken in, as they came: the measure of progress.
    pub fn bytes_read(&self) -> u64 {
        self.scanner.bytes_read()
    }

    /// Passes over that many records, to go on where an import left off; as many as there are.
    /// The reader gives the same records for the same bytes, so that a count is a place.
    ///
    /// # Errors
    /// As [`Table::next`].
    pub fn skip(&mut self, records: u64) -> Result<(), Unreadable> {
        let until = self.records.saturating_add(records);
        while self.records < until && self.advance()?.is_some() {}
        Ok(())
    }

    /// The next data row, or `None` at the end.
    ///
    /// # Errors
    /// [`Unreadable::Broken`] if the stream breaks. A bad row is no error but a [`Record::Rejected`].
    #[expect(clippy::should_implement_trait, reason = "rows are lent, which an Iterator cannot do")]
    pub fn next(&mut self) -> Result<Option<Record<'_>>, Unreadable> {
        let Some(outcome) = self.advance()? else { return Ok(None) };
        Ok(Some(match outcome {
            Outcome::Row { raw_from } => Record::Row(Row {
                text: match raw_from {
                    // Validated a moment ago; a decoded row has all its fields in scratch.
                    None => std::str::from_utf8(self.scanner.row_bytes()).unwrap_or_default(),
                    Some(_) => "",
                },
                scratch: self.scanner.scratch(),
                cells: self.scanner.cells(),
                line: self.scanner.row_line(),
                offset: self.scanner.row_offset(),
                raw_is_scratch: raw_from.is_some(),
                raw_from: raw_from.unwrap_or_default(),
            }),
            Outcome::Rejected { line, offset, fault, from, to, is_excerpt } => {
                let bytes =
                    if is_excerpt { self.scanner.excerpt() } else { self.scanner.bytes(from, to) };
                let raw = match self.encoding {
                    EncodingState::Windows1252 if std::str::from_utf8(bytes).is_err() => {
                        encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0
                    }
                    EncodingState::Windows1252
                    | EncodingState::Utf8
                    | EncodingState::Undecided
                    | EncodingState::Decoded(_) => String::from_utf8_lossy(bytes),
                };
                Record::Rejected(Rejected { line, offset, fault, raw, is_excerpt })
            }
        }))
    }

    fn advance(&mut self) -> Result<Option<Outcome>, Unreadable> {
        let ending = self.scanner.scan()?;
        let (line, offset) = (self.scanner.row_line(), self.scanner.row_offset());
        let (from, to) = self.scanner.row();
        let outcome = match ending {
            Ending::Nothing => return Ok(None),
            Ending::Over(fault) => {
                Outcome::Rejected { line, offset, fault, from, to, is_excerpt: true }
            }
            Ending::Damaged(fault) => {
                Outcome::Rejected { line, offset, fault, from, to, is_excerpt: false }
            }
            Ending::Row => match self.settle() {
                Ok(raw_from) => Outcome::Row { raw_from },
                Err(fault) => {
                    Outcome::Rejected { line, offset, fault, from, to, is_excerpt: false }
                }
            },
        };
        self.records += 1;
        Ok(Some(outcome))
    }

    /// Makes text of the fields of the row just scanned, or says why it cannot be one. Gives the
    /// place in scratch at which the raw row stands, if it had to be decoded.
    fn settle(&mut self) -> Result<Option<usize>, Fault> {
        if let Some(at) = self.scanner.row_bytes().iter().position(|byte| *byte == 0) {
            return Err(Fault::NulByte { column: self.scanner.column_at(at) });
        }
        if self.scanner.row_has_malformed() {
            return Err(Fault::NotText { encoding: self.encoding(), column: None });
        }
        let raw_from = match std::str::from_utf8(self.scanner.row_bytes()) {
            Ok(text) => {
                if self.encoding == EncodingState::Undecided && !text.is_ascii() {
                    self.encoding = EncodingState::Utf8;
                }
                self.scanner.undouble_quotes();
                None
            }
            Err(error) => match self.encoding {
                EncodingState::Undecided | EncodingState::Windows1252 => {
                    self.encoding = EncodingState::Windows1252;
                    Some(self.scanner.decode_row(encoding_rs::WINDOWS_1252))
                }
                EncodingState::Utf8 | EncodingState::Decoded(_) => {
                    let column = Some(self.scanner.column_at(error.valid_up_to()));
                    return Err(Fault::NotText { encoding: self.encoding(), column });
                }
            },
        };
        self.scanner.settle_quotes()?;
        let found = self.scanner.cells().len();
        match self.columns {
            0 => Ok(raw_from),
            columns if found < columns => Err(Fault::TooFewFields { found, expected: columns }),
            columns if found > columns => Err(Fault::TooManyFields { found, expected: columns }),
            _ => Ok(raw_from),
        }
    }
}

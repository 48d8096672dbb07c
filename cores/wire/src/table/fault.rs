//! Why a row is rejected, and why a file cannot be read at all.

use std::{fmt, io};

/// Why a row was rejected. Columns are counted from 1, as people do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Fewer fields than the header has columns.
    TooFewFields {
        /// In the row.
        found: usize,
        /// In the header.
        expected: usize,
    },
    /// More fields than the header has columns.
    TooManyFields {
        /// In the row.
        found: usize,
        /// In the header.
        expected: usize,
    },
    /// A field above the limit.
    FieldTooLong {
        /// Which.
        column: usize,
        /// The limit.
        bytes_max: usize,
        /// The last line that the row takes up.
        last_line: u64,
    },
    /// A row above the limit.
    RowTooLong {
        /// The limit.
        bytes_max: usize,
        /// The last line that the row takes up.
        last_line: u64,
    },
    /// More fields than any row may have.
    TooManyColumns {
        /// The limit.
        columns_max: usize,
    },
    /// A quote closes, and text follows it. A quote inside a quoted field is to be doubled.
    BrokenQuote {
        /// The column of the field.
        column: usize,
        /// The line on which the text follows.
        line: u64,
    },
    /// A quote opens and is not closed before the end of the file.
    UnclosedQuote {
        /// The column of the field.
        column: usize,
        /// The line on which it opens.
        line: u64,
    },
    /// Stands beside a broken quote, so that nobody can tell whether it is a row of its own.
    BesideBrokenQuote {
        /// The line on which the row with the broken quote begins.
        line: u64,
    },
    /// Bytes that are no text in the encoding of the file.
    NotText {
        /// The encoding.
        encoding: &'static str,
        /// The column, where it can be told.
        column: Option<usize>,
    },
    /// A NUL byte, which no text has and no database takes.
    NulByte {
        /// The column.
        column: usize,
    },
}

impl Fault {
    /// A short name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Fault::TooFewFields { .. } => "too_few_fields",
            Fault::TooManyFields { .. } => "too_many_fields",
            Fault::FieldTooLong { .. } => "field_too_long",
            Fault::RowTooLong { .. } => "row_too_long",
            Fault::TooManyColumns { .. } => "too_many_columns",
            Fault::BrokenQuote { .. } => "broken_quote",
            Fault::UnclosedQuote { .. } => "unclosed_quote",
            Fault::BesideBrokenQuote { .. } => "beside_broken_quote",
            Fault::NotText { .. } => "not_text",
            Fault::NulByte { .. } => "nul_byte",
        }
    }
}

fn fields(count: usize) -> &'static str {
    if count == 1 { "field" } else { "fields" }
}

/// A limit in the unit in which it is a round number.
fn bytes(count: usize) -> String {
    match count {
        count if count >= 1 << 20 && count % (1 << 20) == 0 => format!("{} MB", count >> 20),
        count if count >= 1 << 10 && count % (1 << 10) == 0 => format!("{} kB", count >> 10),
        count => format!("{count} bytes"),
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::TooFewFields { found, expected } | Fault::TooManyFields { found, expected } => {
                write!(f, "{found} {} where the header has {expected}", fields(*found))
            }
            Fault::FieldTooLong { column, bytes_max, last_line } => write!(
                f,
                "the field in column {column} is longer than {}; the row ends on line {last_line}",
                bytes(*bytes_max)
            ),
            Fault::RowTooLong { bytes_max, last_line } => write!(
                f,
                "the row is longer than {}; it ends on line {last_line}",
                bytes(*bytes_max)
            ),
            Fault::TooManyColumns { columns_max } => {
                write!(f, "more than {columns_max} fields")
            }
            Fault::BrokenQuote { column, line } => write!(
                f,
                "text follows the closing quote in column {column}, line {line}; \
                 a quote inside a quoted field is written twice"
            ),
            Fault::UnclosedQuote { column, line } => {
                write!(f, "the quote that opens in column {column}, line {line}, is never closed")
            }
            Fault::BesideBrokenQuote { line } => write!(
                f,
                "a quote is broken in the row of line {line}, and this line may be part of it"
            ),
            Fault::NotText { encoding, column: Some(column) } => {
                write!(f, "column {column} holds bytes that are not {encoding}")
            }
            Fault::NotText { encoding, column: None } => {
                write!(f, "holds bytes that are not {encoding}")
            }
            Fault::NulByte { column } => write!(f, "column {column} holds a NUL byte"),
        }
    }
}

/// Why a file cannot be read as a table at all.
#[derive(Debug)]
pub enum Unreadable {
    /// The stream broke.
    Broken(io::Error),
    /// Nothing in it, or only empty lines.
    Empty,
    /// It is something else; what it looks like.
    NotATable(&'static str),
    /// No encoding goes by this label.
    Encoding(Box<str>),
    /// This cannot be a delimiter.
    Delimiter(u8),
    /// The header, on this line, cannot be read.
    Header(u64, Fault),
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Unreadable {
        Unreadable::Broken(error)
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::Broken(error) => write!(f, "the file could not be read further: {error}"),
            Unreadable::Empty => f.write_str("the file holds no row"),
            Unreadable::NotATable(what) => {
                write!(f, "the file is {what}; save it as CSV and try again")
            }
            Unreadable::Encoding(label) => write!(
                f,
                "no encoding is called {label:?}; try utf-8, utf-16le, latin1 or windows-1252"
            ),
            Unreadable::Delimiter(byte) => write!(
                f,
                "{:?} cannot be a delimiter; use a comma, a semicolon, a tab or a pipe",
                char::from(*byte)
            ),
            Unreadable::Header(line, fault) => {
                write!(f, "the header on line {line} cannot be read: {fault}")
            }
        }
    }
}

impl std::error::Error for Unreadable {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Unreadable::Broken(error) => Some(error),
            Unreadable::Empty
            | Unreadable::NotATable(_)
            | Unreadable::Encoding(_)
            | Unreadable::Delimiter(_)
            | Unreadable::Header(..) => None,
        }
    }
}

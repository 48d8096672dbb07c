//! The files of what did not fit: the rows that were rejected, and those that were taken with a note.
//!
//! **Promise:** a row of the file for each such row of the import, in their order; a spreadsheet opens it without
//! running a formula. Told piece by piece, so that no import is too large for it.

use std::io;

use platform::db::Tx;
use platform::failure::Failure;
use wire::write::{Style, Writer};

use super::store::{self, Exception};

/// Rows that are told at once; each is 64 kB at most.
const PIECE_ROWS: i64 = 250;

/// Which rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those that were refused.
    Rejected,
    /// Those that were taken with a note.
    Noted,
}

impl Which {
    /// The beginning of the file's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Which::Rejected => "rejected",
            Which::Noted => "noted",
        }
    }
}

/// Writes the first line of the file.
///
/// # Errors
/// Those of the stream.
pub fn head(to: impl io::Write) -> io::Result<()> {
    Writer::new(to, style()).row(["row", "line", "reason", "as it stood"])
}

/// Writes the rows after `after`, and says after which to go on; `None` at the end.
///
/// # Errors
/// `Broken` when the database fails, or the stream does.
pub fn piece(
    tx: &mut Tx,
    import: i64,
    which: Which,
    after: u64,
    to: impl io::Write,
) -> Result<Option<u64>, Failure> {
    let rows = match which {
        Which::Rejected => store::rejections(tx, import, after, PIECE_ROWS)?,
        Which::Noted => store::notes(tx, import, after, PIECE_ROWS)?,
    };
    let mut writer = Writer::new(to, style());
    for Exception { row, line, reason, raw } in &rows {
        writer.row([&row.to_string(), &line.to_string(), reason, raw])?;
    }
    Ok(rows.last().map(|last| last.row))
}

fn style() -> Style {
    Style { is_defused: true, ..Style::default() }
}

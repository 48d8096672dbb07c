//! The pages of imports: the list, the mapping step, and one import.

use askama::Template;
use platform::page::filters;
use platform::page::words::{counted, grouped};

use super::marks::{Bar, StageMark};

/// An import and what became of its rows.
#[derive(Clone, Debug, Template)]
#[template(path = "import_ledger.html")]
pub struct Ledger {
    /// Where it is shown.
    pub href: String,
    /// As the user calls the file.
    pub file: String,
    /// `started 12 Nov, 09:04`.
    pub started: String,
    /// Rows read, created, updated, unchanged and rejected.
    pub rows: i64,
    /// New people.
    pub created: i64,
    /// People who gained something.
    pub updated: i64,
    /// Nothing new.
    pub unchanged: i64,
    /// Refused.
    pub rejected: i64,
    /// Taken with a note.
    pub noted: i64,
    /// The bar of the four.
    pub bar: Bar,
    /// How much of the file is read, in per cent.
    pub percent: i64,
    /// Whether it runs, or waits to.
    pub is_running: bool,
    /// Whether in is out.
    pub is_balanced: bool,
    /// Why it stands still, if it does.
    pub failure: Option<String>,
}

impl Ledger {
    fn noted_in_words(&self) -> String {
        counted(self.noted, "row was", "rows were")
    }
}

/// The list of imports.
#[derive(Clone, Debug, Template)]
#[template(path = "imports.html")]
pub struct ImportsPage {
    /// The newest first.
    pub imports: Vec<Ledger>,
    /// What is wrong with the upload, if something is.
    pub error: Option<String>,
}

/// One import.
#[derive(Clone, Debug, Template)]
#[template(path = "import.html")]
pub struct ImportPage {
    /// Its counts.
    pub ledger: Ledger,
    /// The first rows that were refused.
    pub rejections: Vec<ExceptionLine>,
    /// The first rows that were taken with a note.
    pub notes: Vec<ExceptionLine>,
    /// The mapping's text.
    pub mapping: String,
}

/// A row that was refused, or taken with a note.
#[derive(Clone, Debug)]
pub struct ExceptionLine {
    /// On which line of the file.
    pub line: i64,
    /// Why.
    pub reason: String,
    /// How it begins.
    pub raw: String,
}

/// A column of the file and what becomes of it.
#[derive(Clone, Debug, Default)]
pub struct ColumnLine {
    /// The name of its field in the form.
    pub field: String,
    /// The column's name.
    pub name: String,
    /// A value from the first rows.
    pub sample: String,
    /// What it becomes: the value of one of the targets.
    pub target: String,
    /// Where a text that was written by hand names it.
    pub uses: Vec<String>,
    /// What was seen in it.
    pub remark: String,
    /// Whether rows would be rejected for it.
    pub is_bad: bool,
    /// Whether another column was chosen for the same.
    pub is_clashing: bool,
    /// How its dates may be read, if in two ways.
    pub order: Option<OrderLine>,
}

/// Day or month first.
#[derive(Clone, Debug)]
pub struct OrderLine {
    /// The name of its field in the form.
    pub field: String,
    /// What was chosen, if something was.
    pub chosen: String,
    /// Formats, each with an example.
    pub choices: Vec<(&'static str, String)>,
}

/// What a dry run found.
#[derive(Clone, Debug)]
pub struct DryLine {
    /// Rows that were tried.
    pub rows: i64,
    /// Of how many these were the first, if the file has more.
    pub part: Option<String>,
    /// New people.
    pub created: i64,
    /// Known, would gain something.
    pub updated: i64,
    /// Nothing new.
    pub unchanged: i64,
    /// Would be refused.
    pub rejected: i64,
    /// Would be taken with a note.
    pub noted: i64,
    /// The first refusals.
    pub rejections: Vec<ExceptionLine>,
    /// The first notes.
    pub notes: Vec<ExceptionLine>,
    /// Where their people would stand.
    pub stages: Vec<(StageMark, i64)>,
}

impl DryLine {
    fn rows_in_words(&self) -> String {
        counted(self.rows, "row", "rows")
    }

    /// How many more would be rejected than are told; empty if none.
    fn rejections_more(&self) -> String {
        more(self.rejected, &self.rejections)
    }

    /// The same of notes.
    fn notes_more(&self) -> String {
        more(self.noted, &self.notes)
    }
}

fn more(count: i64, told: &[ExceptionLine]) -> String {
    match count - i64::try_from(told.len()).unwrap_or(count) {
        ..=0 => String::new(),
        more => format!("and {} more", grouped(more)),
    }
}

/// The mapping step.
#[derive(Clone, Debug, Template)]
#[template(path = "import_new.html")]
pub struct MappingPage {
    /// As the user calls the file.
    pub file: String,
    /// Hidden fields that say which file it is.
    pub hidden: Vec<(String, String)>,
    /// Whether the text was changed by hand, and counts instead of the choices.
    pub is_by_hand: bool,
    /// What was seen in the file as a whole.
    pub remarks: Vec<String>,
    /// The columns.
    pub columns: Vec<ColumnLine>,
    /// What a column can become: value and words.
    pub targets: Vec<(&'static str, &'static str)>,
    /// The mapping as text.
    pub text: String,
    /// Whether people who were erased come back.
    pub brings_back: bool,
    /// Why they do.
    pub reason: String,
    /// What is wrong with it.
    pub errors: Vec<String>,
    /// What a dry run found, if one was made.
    pub dry: Option<DryLine>,
}

//! The pages of imports: the list, the mapping step, and one import.

use askama::Template;
use platform::page::filters;

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
    pub rejections: Vec<RejectionLine>,
    /// The mapping's text.
    pub mapping: String,
}

/// A row that was refused.
#[derive(Clone, Debug)]
pub struct RejectionLine {
    /// On which line of the file.
    pub line: i64,
    /// Why.
    pub reason: String,
    /// How it begins.
    pub raw: String,
}

/// A column of the file and what becomes of it.
#[derive(Clone, Debug)]
pub struct ColumnLine {
    /// The name of its field in the form.
    pub field: String,
    /// The column's name.
    pub name: String,
    /// A value from the first rows.
    pub sample: String,
    /// What it becomes: the value of one of the targets.
    pub target: String,
    /// What was seen in it.
    pub remark: String,
}

/// What a dry run found.
#[derive(Clone, Debug)]
pub struct DryLine {
    /// Rows of the file.
    pub rows: i64,
    /// New people.
    pub created: i64,
    /// Known, would gain something.
    pub updated: i64,
    /// Nothing new.
    pub unchanged: i64,
    /// Would be refused.
    pub rejected: i64,
    /// The first refusals.
    pub rejections: Vec<RejectionLine>,
    /// Where their people would stand.
    pub stages: Vec<(StageMark, i64)>,
}

/// The mapping step.
#[derive(Clone, Debug, Template)]
#[template(path = "import_new.html")]
pub struct MappingPage {
    /// As the user calls the file.
    pub file: String,
    /// Hidden fields that say which file it is.
    pub hidden: Vec<(&'static str, String)>,
    /// The columns.
    pub columns: Vec<ColumnLine>,
    /// What a column can become: value and words.
    pub targets: Vec<(&'static str, &'static str)>,
    /// The mapping as text.
    pub text: String,
    /// What is wrong with it.
    pub errors: Vec<String>,
    /// What a dry run found, if one was made.
    pub dry: Option<DryLine>,
}

//! The page of segments and lists.

use askama::Template;
use platform::page::filters;

use crate::Of;

/// A segment or a list.
#[derive(Clone, Debug)]
pub struct SavedLine {
    /// Its page.
    pub href: String,
    /// As people call it.
    pub name: String,
    /// Whether people or companies are in it.
    pub of: Of,
    /// Its condition in English; empty for a list.
    pub says: String,
    /// How many are in it; nothing while that is counted.
    pub count: Option<i64>,
    /// Where to ask for it; empty for a list, and where it can't be asked.
    pub asks: String,
    /// Why whoever looks can't be told who is in it.
    pub fault: Option<String>,
    /// The day on which it was made.
    pub made: String,
    /// Who made it; empty for the operator.
    pub maker: String,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "saved.html")]
pub struct SavedPage {
    /// Conditions by a name.
    pub segments: Vec<SavedLine>,
    /// People or companies by a name.
    pub lists: Vec<SavedLine>,
    /// Whether the user may make any.
    pub may_edit: bool,
}

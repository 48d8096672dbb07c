//! The page of a change of many.

use askama::Template;
use platform::page::filters;

use super::marks::Bar;
use crate::Of;
use crate::of::Kept;

/// How a change goes, in numbers that add up.
#[derive(Clone, Debug, Template)]
#[template(path = "change_ledger.html")]
pub struct ChangeLedger {
    /// Its page.
    pub href: String,
    /// What is done.
    pub deed: String,
    /// Whether to people or to companies.
    pub of: Of,
    /// When it was asked for.
    pub started: String,
    /// Whether it is settled who they are.
    pub is_gathered: bool,
    /// Whether it runs.
    pub is_running: bool,
    /// How many were chosen.
    pub whole: i64,
    /// To whom it made a difference.
    pub changed: i64,
    /// Of whom it was so already.
    pub unchanged: i64,
    /// To whom it could not be done.
    pub rejected: i64,
    /// Whether these add up to those.
    pub is_balanced: bool,
    /// The same as a bar.
    pub bar: Bar,
    /// Why it stands still, if it does.
    pub failure: Option<String>,
}

/// Somebody to whom it could not be done.
#[derive(Clone, Debug)]
pub struct RejectionLine {
    /// Their record.
    pub href: String,
    /// As they are called.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "change.html")]
pub struct ChangePage {
    /// How it goes.
    pub ledger: ChangeLedger,
    /// To whom it could not be done, the first of them.
    pub rejections: Vec<RejectionLine>,
}

impl ChangeLedger {
    /// What they are, with a capital letter.
    fn whole_label(&self) -> &'static str {
        match self.of {
            Of::People => "People",
            Of::Companies => "Companies",
        }
    }
}

impl ChangePage {
    /// For the window.
    pub fn title(&self) -> String {
        let mut letters = self.ledger.deed.chars();
        letters
            .next()
            .map(|first| first.to_uppercase().chain(letters).collect())
            .unwrap_or_default()
    }
}

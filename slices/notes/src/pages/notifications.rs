//! The page of notifications, and the panel below the bell.

use askama::Template;
use platform::page::filters;
use platform::page::words::When;

/// One of them, as a sentence: before the name, the name, and after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BellLine {
    pub href: String,
    pub icon: &'static str,
    pub before: String,
    pub name: String,
    pub after: String,
    pub at: When,
    pub is_new: bool,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "notifications.html")]
pub(crate) struct NotificationsPage {
    pub lines: Vec<BellLine>,
    pub unseen: usize,
    /// Until when all of it is seen, as a number.
    pub until: i64,
    /// Where older ones are.
    pub more: Option<String>,
}

/// The newest of them, in the panel below the bell.
#[derive(Clone, Debug, Template)]
#[template(path = "bell_panel.html")]
pub(crate) struct BellPanel {
    pub lines: Vec<BellLine>,
    pub unseen: usize,
    /// Until when all of it is seen, as a number.
    pub until: i64,
}

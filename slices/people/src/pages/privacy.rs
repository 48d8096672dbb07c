//! The page about somebody's privacy: on which basis their data serves what, all that is held of them, and their erasure.

use askama::Template;
use platform::page::filters;

/// One word on a purpose.
#[derive(Clone, Debug)]
pub struct WordLine {
    /// What people call the basis.
    pub label: String,
    /// Since when, and where it comes from.
    pub says: String,
    /// What shows it.
    pub evidence: String,
}

/// A purpose.
#[derive(Clone, Debug)]
pub struct PurposeLine {
    /// `marketing`.
    pub purpose: String,
    /// The word of what holds; empty if it is unknown.
    pub word: String,
    /// What people call it.
    pub label: String,
    /// `pos` if it allows, `neg` if it does not, empty if it is unknown.
    pub tone: &'static str,
    /// All that was said, the newest first.
    pub said: Vec<WordLine>,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "privacy.html")]
pub struct PrivacyPage {
    /// Of whom.
    pub name: String,
    /// The record.
    pub here: String,
    /// The purposes.
    pub purposes: Vec<PurposeLine>,
    /// What there is to choose from: word and label.
    pub bases: Vec<(&'static str, &'static str)>,
    /// Today, as a field of a form has it.
    pub today: String,
    /// Whether the user may say a basis.
    pub may_edit: bool,
    /// Whether the user may take all out and erase.
    pub may_erase: bool,
    /// Which files are in the file about them, in words.
    pub files: String,
    /// What is to be typed to erase them.
    pub typed: String,
    /// What is wrong with what was sent.
    pub errors: Vec<String>,
}

/// Somebody is erased.
#[derive(Clone, Debug, Template)]
#[template(path = "erased.html")]
pub struct ErasedPage {
    /// What became of what: words and count.
    pub counts: Vec<(&'static str, i64)>,
}

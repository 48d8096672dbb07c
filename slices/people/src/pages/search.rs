//! The page of a search, and the part of the palette that shows it in short.

use askama::Template;
use platform::page::filters;
use platform::page::words::When;

use super::marks::StageMark;
use crate::search::Excerpt;

/// Somebody who was found.
#[derive(Clone, Debug)]
pub struct PersonHit {
    /// Where the record is.
    pub href: String,
    /// The name.
    pub name: String,
    /// Title and company; may be empty.
    pub about: String,
    /// Where they stand.
    pub stage: StageMark,
}

/// A company that was found.
#[derive(Clone, Debug)]
pub struct CompanyHit {
    /// Where the record is.
    pub href: String,
    /// The name.
    pub name: String,
    /// Domain and such; may be empty.
    pub about: String,
}

/// A text that was found.
#[derive(Clone, Debug)]
pub struct TextLine {
    /// The record of whom it is about.
    pub href: String,
    /// Their name.
    pub name: String,
    /// Whether it is a note, else something that happened.
    pub is_note: bool,
    /// What happened: `email replied`.
    pub what: String,
    /// When.
    pub at: When,
    /// The words around what was found.
    pub excerpt: Excerpt,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "search.html")]
pub struct SearchPage {
    /// Whether anything was asked.
    pub is_asked: bool,
    /// What was typed.
    pub typed: String,
    /// What was looked for instead.
    pub instead: Option<String>,
    /// People.
    pub people: Vec<PersonHit>,
    /// Companies.
    pub companies: Vec<CompanyHit>,
    /// Activities and notes.
    pub texts: Vec<TextLine>,
}

/// The part of the palette.
#[derive(Clone, Debug, Template)]
#[template(path = "search_palette.html")]
pub struct PalettePart {
    /// What was looked for instead.
    pub instead: Option<String>,
    /// People.
    pub people: Vec<PersonHit>,
    /// Companies.
    pub companies: Vec<CompanyHit>,
    /// Activities and notes.
    pub texts: Vec<TextLine>,
}

//! The page of one fact: what holds, what other sources say, and all that was ever said.

use askama::Template;
use platform::page::words::When;

/// One word on the fact.
#[derive(Clone, Debug)]
pub struct SayingLine {
    /// The value, as people read it.
    pub value: String,
    /// The value as it is typed.
    pub typed: String,
    /// Where it comes from, and who said it.
    pub source: String,
    /// From when on it was to hold.
    pub at: When,
    /// When it runs out.
    pub expires: Option<String>,
    /// What has become of it.
    pub state: &'static str,
    /// Whether it holds.
    pub is_held: bool,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "said.html")]
pub struct SaidPage {
    /// Of whom.
    pub name: String,
    /// The record.
    pub here: String,
    /// What the fact is.
    pub label: String,
    /// Its name in conditions.
    pub key: String,
    /// What holds, to be changed.
    pub value: String,
    /// The word that holds.
    pub held: Option<SayingLine>,
    /// What other sources say.
    pub others: Vec<SayingLine>,
    /// Everything, the newest first.
    pub all: Vec<SayingLine>,
    /// Whether it may be changed.
    pub may_write: bool,
    /// Sources that go before others, the most trusted first.
    pub order: String,
}

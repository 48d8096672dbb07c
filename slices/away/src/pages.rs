//! What people see of retention.

use askama::Template;
use platform::page::filters;
use team::frame::Setting;

/// A rule.
#[derive(Clone, Debug)]
pub struct RuleLine {
    /// Its public id.
    pub id: String,
    /// As people call it.
    pub name: String,
    /// Whom it means, in a sentence.
    pub says: String,
    /// What it does with them, in a sentence.
    pub does: String,
    /// Whom it reports now.
    pub noticed: i64,
    /// When the next is due.
    pub next: String,
    /// What its last run came to.
    pub last: String,
    /// Whether that broke off.
    pub is_broken: bool,
    /// The first of those whom it reports: where, name, and when they are due.
    pub some: Vec<(String, String, String)>,
}

/// What a rule that is being written would do.
#[derive(Clone, Debug)]
pub struct PreviewLine {
    /// Whom it would meet.
    pub people: i64,
    /// Of how many.
    pub of: i64,
    /// Since when nothing was heard of them.
    pub since: String,
    /// When the first would be erased.
    pub first: String,
    /// Some of them: where and name.
    pub some: Vec<(String, String)>,
}

/// The page.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "retention.html")]
pub struct RetentionPage {
    /// Settings that one can go to.
    pub settings: Vec<Setting>,
    /// Whether the user may take the whole workspace out.
    pub may_take_out: bool,
    /// The rules.
    pub rules: Vec<RuleLine>,
    /// Stages to choose from: word and label, and whether it is chosen.
    pub stages: Vec<(&'static str, &'static str, bool)>,
    /// What was typed.
    pub name: String,
    /// What was typed.
    pub months: String,
    /// What was typed.
    pub days: String,
    /// What was typed.
    pub condition: String,
    /// Whether they would be erased.
    pub erases: bool,
    /// What is wrong with it.
    pub errors: Vec<String>,
    /// What it would do.
    pub preview: Option<PreviewLine>,
}

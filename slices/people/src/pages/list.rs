//! The page of the list.

use askama::Template;
use platform::page::filters;

use super::marks::{Bar, Markup, Score, StageMark, Temperature};

/// A tab above the list: a stage, or everyone.
#[derive(Clone, Debug)]
pub struct Tab {
    /// What it says.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// How many stand there.
    pub count: i64,
    /// The stage's word; empty for everyone.
    pub stage: &'static str,
    /// Whether it is the one shown.
    pub is_here: bool,
}

/// A column by which the list can be ordered.
#[derive(Clone, Debug)]
pub struct Head {
    /// What it says.
    pub label: &'static str,
    /// The name of its cells.
    pub cell: &'static str,
    /// Where it leads; empty if the list can't be ordered by it.
    pub href: String,
    /// `ascending`, `descending`, or empty if it is not the order.
    pub sorted: &'static str,
    /// Whether its cells stand at the right.
    pub is_right: bool,
}

/// A person in the list.
#[derive(Clone, Debug)]
pub struct Row {
    /// Where the record is.
    pub href: String,
    /// The name.
    pub name: String,
    /// The company's name; empty if unknown.
    pub company: String,
    /// The stage.
    pub stage: StageMark,
    /// The kind; empty for none.
    pub kind: String,
    /// The temperature, if one holds.
    pub temperature: Option<Temperature>,
    /// Fit.
    pub fit: Score,
    /// Engagement now.
    pub engagement: i64,
    /// Likelihood in per cent, if known.
    pub likelihood: Option<i64>,
    /// Who looks after them; empty for nobody.
    pub owner: String,
    /// How long ago they last did something; empty for never.
    pub touched: String,
    /// What they lack, if the column is shown.
    pub missing: Option<Lack>,
}

/// What somebody lacks for a stage.
#[derive(Clone, Debug)]
pub struct Lack {
    /// In a few words.
    pub words: String,
    /// The stage, where each person has another.
    pub stage: Option<StageMark>,
    /// Whether there is a way at all.
    pub is_open: bool,
}

/// A stage for which the list can say what is missing.
#[derive(Clone, Debug)]
pub struct MissingChoice {
    /// What it says.
    pub label: &'static str,
    /// Where it leads.
    pub href: String,
    /// Whether it is the one shown.
    pub is_here: bool,
}

impl Row {
    fn likelihood_cell(&self) -> Markup {
        match self.likelihood {
            Some(percent) => Score::exactly(percent).cell("likelihood"),
            None => super::marks::unknown("no source has told a likelihood"),
        }
    }
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "list.html")]
pub struct ListPage {
    /// The tabs.
    pub tabs: Vec<Tab>,
    /// The heads of the columns, in order.
    pub heads: Vec<Head>,
    /// For which stages it can be said what is missing; the first hides the column.
    pub missing: Vec<MissingChoice>,
    /// Whether the column is shown.
    pub is_missing_shown: bool,
    /// What is searched for; empty for nothing.
    pub search: String,
    /// What must be kept when searching: name and value of hidden fields.
    pub kept: Vec<(&'static str, String)>,
    /// The people.
    pub rows: Vec<Row>,
    /// Where the next page is, if there is one.
    pub more: Option<String>,
    /// How many people the tab holds.
    pub total: i64,
    /// The bar of stages.
    pub bar: Bar,
    /// Whether the workspace holds nobody at all.
    pub is_empty: bool,
    /// Whether the user may fill an empty workspace with a demo story.
    pub may_demo: bool,
    /// Whether the user may import.
    pub may_import: bool,
    /// Where this list is a file; empty if the user may not take it out.
    pub export: String,
}

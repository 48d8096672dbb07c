//! The page of one company.

use askama::Template;
use platform::page::filters;

use super::marks::{Markup, Score, StageMark, Temperature};
use super::person::{Done, FactLine, Filter, ScoreLine, Tellable};
use super::timeline::Day;

/// Somebody who works there.
#[derive(Clone, Debug)]
pub struct PersonLine {
    /// Where the record is.
    pub href: String,
    /// The name.
    pub name: String,
    /// The title; may be empty.
    pub title: String,
    /// Where they stand.
    pub stage: StageMark,
    /// How warm, if that is known.
    pub temperature: Option<Temperature>,
    /// Fit.
    pub fit: Option<Score>,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "company.html")]
pub struct CompanyPage {
    /// The name.
    pub name: String,
    /// Domain, industry and country, as far as they are known.
    pub about: String,
    /// The address of the record.
    pub here: String,
    /// Where facts are changed.
    pub action: String,
    /// Whether facts may be changed.
    pub may_edit: bool,
    /// Custom fields that may be told: fact and label.
    pub known: Vec<Tellable>,
    /// What was just done, if it can be undone.
    pub done: Option<Done>,
    /// The public id, by which an open page hears of changes.
    pub live: String,
    /// What later slices show in the head.
    pub head: String,
    /// What later slices show above the timeline.
    pub above: String,
    /// Where it stands.
    pub stage: StageMark,
    /// What is told of it as a whole.
    pub score: ScoreLine,
    /// Facts about it.
    pub facts: Vec<FactLine>,
    /// Its people, a page of them.
    pub people: Vec<PersonLine>,
    /// How many there are.
    pub people_count: i64,
    /// Where more people are, if there are more.
    pub more: Option<String>,
    /// Where the first people are, if these are later ones.
    pub first: Option<String>,
    /// The timeline, the newest day first.
    pub days: Vec<Day>,
    /// Where older lines are, if there are any.
    pub older: Option<String>,
    /// Where the newest lines are, if these are older ones.
    pub newest: Option<String>,
    /// Filters of the timeline.
    pub filters: Vec<Filter>,
    /// The switch for what machines did.
    pub machines: Filter,
}

impl PersonLine {
    fn fit_cell(&self) -> Markup {
        self.fit.map_or_else(super::marks::kept, |fit| fit.cell("fit"))
    }
}

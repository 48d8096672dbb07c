//! The page of one person.

use askama::Template;
use platform::page::filters;

use super::marks::{Markup, Score, StageMark, Temperature};
use super::timeline::Day;

/// A fact on the page.
#[derive(Clone, Debug)]
pub struct FactLine {
    /// Its key, such as `person.title`.
    pub key: String,
    /// What it is: `Title`.
    pub label: String,
    /// Its value, as people read it.
    pub value: String,
    /// The value as it is typed.
    pub typed: String,
    /// Where the value leads: to a record, or out to the web; empty if it leads nowhere.
    pub leads: String,
    /// What it takes, by the word of its field's type, and `truth` for yes and no; empty for any text.
    pub takes: &'static str,
    /// What there is to choose from.
    pub choices: Vec<String>,
    /// Source and age: `import, 3 Sep`.
    pub source: String,
    /// Whether it runs out soon.
    pub is_stale: bool,
    /// Whether it is held and not believed.
    pub is_suspect: bool,
    /// The page with all that was said of it; empty if it has none.
    pub href: String,
    /// Where it is changed; empty for whoever may not.
    pub action: String,
}

impl FactLine {
    /// Whether the value leads out of the program.
    pub(super) fn leads_out(&self) -> bool {
        !self.leads.starts_with('/')
    }
}

/// A fact that may be told by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tellable {
    /// Its key.
    pub key: String,
    /// As people call it.
    pub label: String,
    /// What it takes: see [`FactLine::takes`].
    pub takes: &'static str,
    /// What there is to choose from.
    pub choices: Vec<String>,
}

/// What was just done, and may be undone.
#[derive(Clone, Debug)]
pub struct Done {
    /// What, as a sentence.
    pub words: String,
    /// Enough to take it back.
    pub edit: String,
}

/// Somebody who may look after the person.
#[derive(Clone, Debug)]
pub struct Choosable {
    /// The public id.
    pub id: String,
    /// The name.
    pub name: String,
    /// Whether they do.
    pub is_here: bool,
}

/// A score in the head.
#[derive(Clone, Debug)]
pub struct ScoreLine {
    /// Its name.
    pub name: &'static str,
    /// Whether it is kept from whoever looks.
    pub is_kept: bool,
    /// Its value; nothing if unknown.
    pub score: Option<Score>,
    /// After the number: ` %` or nothing.
    pub unit: &'static str,
}

impl ScoreLine {
    pub(super) fn unknown(&self) -> Markup {
        match self.is_kept {
            true => super::marks::kept(),
            false => super::marks::unknown(&format!("{} is unknown", self.name)),
        }
    }

    /// What its meter says where there is nothing to measure.
    pub(super) fn words(&self) -> &'static str {
        if self.is_kept { "kept from you" } else { "unknown" }
    }
}

/// A filter of the timeline.
#[derive(Clone, Debug)]
pub struct Filter {
    /// What it says.
    pub label: &'static str,
    /// Where it leads.
    pub href: String,
    /// Whether it is on.
    pub is_here: bool,
}

/// Somebody at the same company.
#[derive(Clone, Debug)]
pub struct Colleague {
    /// Where the record is.
    pub href: String,
    /// The name.
    pub name: String,
    /// The title; may be empty.
    pub title: String,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "person.html")]
pub struct PersonPage {
    /// The name.
    pub name: String,
    /// The title; may be empty.
    pub title: String,
    /// The company; may be empty.
    pub company: String,
    /// Where the company's record is.
    pub company_href: String,
    /// Where the company stands: as far as the furthest of its people, or as its own deals bring it.
    pub company_stage: StageMark,
    /// Domain and such of the company; may be empty.
    pub company_line: String,
    /// Who looks after them; may be empty.
    pub owner: String,
    /// The address of the record.
    pub here: String,
    /// Where facts are changed.
    pub action: String,
    /// Whether facts may be changed.
    pub may_edit: bool,
    /// Custom fields that may be told: fact and label.
    pub known: Vec<Tellable>,
    /// Whether the owner may be.
    pub may_assign: bool,
    /// Who may look after them.
    pub users: Vec<Choosable>,
    /// What was just done, if it can be undone.
    pub done: Option<Done>,
    /// The stage.
    pub stage: StageMark,
    /// The kind; empty for none.
    pub kind: String,
    /// The temperature, if one holds.
    pub temperature: Option<Temperature>,
    /// The scores.
    pub scores: Vec<ScoreLine>,
    /// Facts about the person.
    pub facts: Vec<FactLine>,
    /// Facts about the company.
    pub company_facts: Vec<FactLine>,
    /// Others at the company.
    pub colleagues: Vec<Colleague>,
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
    /// What later slices show, each rendered by its own template.
    pub panels: Vec<String>,
    /// The public id, by which an open page hears of changes.
    pub live: String,
    /// What later slices show in the head.
    pub head: String,
    /// What later slices show above the timeline.
    pub above: String,
}

/// A fact's name as people read it: `person.title` is `Title`.
pub fn label(key: &str) -> String {
    let short = key.strip_prefix("person.").or_else(|| key.strip_prefix("company.")).unwrap_or(key);
    let short = short.strip_prefix("custom.").unwrap_or(short);
    let words = match short {
        "email" => "E-mail".to_owned(),
        "employees" => "People".to_owned(),
        "score.intent" => "Intent".to_owned(),
        _ => short.replace("id.", "").replace(['_', '.'], " "),
    };
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_is_called_as_people_call_it() {
        for (key, words) in [
            ("person.email", "E-mail"),
            ("person.title", "Title"),
            ("company.employees", "People"),
            ("person.custom.old_contract", "Old contract"),
            ("person.id.mql_id", "Mql id"),
        ] {
            assert_eq!(label(key), words);
        }
    }
}

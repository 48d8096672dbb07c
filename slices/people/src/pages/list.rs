//! The page of the list of people, and of that of companies.

use askama::Template;
use platform::page::filters;

use super::change::ChangeLedger;
use super::marks::{Bar, Markup, StageMark, Temperature};
use crate::Of;
use crate::of::Kept;

/// A tab above the list: a stage, everyone, or a saved view.
#[derive(Clone, Debug)]
pub struct Tab {
    /// What it says.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// How many stand there; nothing where counting costs more than the page.
    pub count: Option<i64>,
    /// The stage's word; empty for everyone.
    pub stage: &'static str,
    /// Whether it is the one shown.
    pub is_here: bool,
    /// Of a saved view, whether everybody sees it.
    pub is_shared: Option<bool>,
}

/// A segment or a list, on its own page.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The public id.
    pub id: String,
    /// Whether it is a segment.
    pub is_segment: bool,
    /// As people call it.
    pub name: String,
    /// The condition of a segment in English.
    pub says: String,
    /// The condition of a segment, with what the page asks besides.
    pub condition: String,
}

/// The view that is shown.
#[derive(Clone, Debug)]
pub struct ViewHere {
    /// The public id.
    pub id: String,
    /// As people call it.
    pub name: String,
    /// Whether everybody sees it.
    pub is_shared: bool,
    /// Whether the user's list begins with it.
    pub is_first: bool,
    /// Whether something else than it is shown.
    pub is_changed: bool,
    /// Whether the user may change it.
    pub may_change: bool,
}

/// The head of a column.
#[derive(Clone, Debug)]
pub struct Head {
    /// What it says.
    pub label: String,
    /// The name of its cells.
    pub cell: &'static str,
    /// Where it leads; empty if the list can't be ordered by it.
    pub href: String,
    /// `ascending`, `descending`, or empty if it is not the order.
    pub sorted: &'static str,
    /// Whether its cells stand at the right.
    pub is_right: bool,
}

/// What stands in a column beside the name.
#[derive(Clone, Debug)]
pub enum Cell {
    /// Words, or nothing.
    Words(String),
    /// Words that may be long, cut at the end.
    Clipped(String),
    /// A whole number.
    Number(i64),
    /// A company with its record.
    Company {
        /// Its name; empty if unknown.
        name: String,
        /// Where its record is.
        href: String,
    },
    /// A stage.
    Stage(StageMark),
    /// A kind; empty for none.
    Kind(String),
    /// A temperature, if one holds.
    Temperature(Option<Temperature>),
    /// A score, with its meter.
    Score(Markup),
    /// Who looks after them; empty for nobody.
    Owner(String),
    /// How long ago; empty for never.
    Ago(String),
    /// What they lack.
    Lack(Lack),
    /// A fact that is unknown.
    Unknown(Markup),
}

/// A person or a company in the list.
#[derive(Clone, Debug)]
pub struct Row {
    /// The public id.
    pub id: String,
    /// Where the record is.
    pub href: String,
    /// The name.
    pub name: String,
    /// The columns, in order.
    pub cells: Vec<(&'static str, Cell)>,
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

/// Something that can be chosen in a menu: a column, a density, a stage for which something is missing.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What it says.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// Whether it is chosen.
    pub is_here: bool,
}

/// What is in the way of showing anybody.
#[derive(Clone, Debug)]
pub enum Waiting {
    /// The condition can't be read.
    Fault(String),
    /// Why it can't be ordered so.
    NoOrder(String),
    /// What it asks for is read out of everybody's history just now: where to ask how far that is.
    Reading(String),
}

/// How many are found.
#[derive(Clone, Debug)]
pub struct Total {
    /// How many; nothing while that is counted.
    pub count: Option<i64>,
    /// Where to ask for it as it changes; empty where the tabs say it.
    pub asks: String,
    /// Whether there are more than these, for so many are counted at most.
    pub is_more: bool,
}

/// Those of whom it is unknown by what a list is ordered.
#[derive(Clone, Debug)]
pub struct Without {
    /// What is unknown of them.
    pub label: String,
    /// Where they are by themselves.
    pub href: String,
    /// How many they are.
    pub total: Total,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "list.html")]
pub struct ListPage {
    /// What is listed.
    pub title: String,
    /// Whether it lists people or companies.
    pub of: Of,
    /// The list without anything asked.
    pub base: String,
    /// The segment or list of which this is the page.
    pub within: Option<Scope>,
    /// The view that is shown.
    pub view: Option<ViewHere>,
    /// What a change of many came to that was asked for here.
    pub told: Option<ChangeLedger>,
    /// Who may look after people: public id and name.
    pub users: Vec<(String, String)>,
    /// The lists: public id and name.
    pub lists: Vec<(String, String)>,
    /// This address, to come back to.
    pub back: String,
    /// Whether the user may change people.
    pub may_edit: bool,
    /// Whether the user may save views for everybody.
    pub may_share: bool,
    /// The tabs.
    pub tabs: Vec<Tab>,
    /// The conditions in chips.
    pub chips: String,
    /// The condition in the text form; empty for none.
    pub condition: String,
    /// The heads of the columns, in order.
    pub heads: Vec<Head>,
    /// For which stages it can be said what is missing; the first hides the column.
    pub missing: Vec<Choice>,
    /// The words of the columns that are shown, with commas between.
    pub shown: String,
    /// The columns that may be shown.
    pub columns: Vec<Choice>,
    /// How close the rows stand.
    pub densities: Vec<Choice>,
    /// The word of the density.
    pub density: String,
    /// What is searched for; empty for nothing.
    pub search: String,
    /// What must be kept when searching: name and value of hidden fields.
    pub kept: Vec<(&'static str, String)>,
    /// The people.
    pub rows: Vec<Row>,
    /// Why nobody is shown yet, if so.
    pub waiting: Option<Waiting>,
    /// Where the next page is, if there is one.
    pub more: Option<String>,
    /// How many are found.
    pub total: Total,
    /// Whether they were searched for.
    pub is_searched: bool,
    /// How many are shown of a search that found more than a page, the nearest; nothing if all are.
    pub nearest: Option<i64>,
    /// Who come last, for what the order goes by is unknown of them.
    pub without: Option<Without>,
    /// Names in the condition that nobody here has used, and what was probably meant.
    pub doubts: Vec<String>,
    /// Whether the bar of stages says something of those who are shown.
    pub is_bar_shown: bool,
    /// The bar of stages.
    pub bar: Bar,
    /// Whether the workspace holds nobody at all.
    pub is_empty: bool,
    /// Whether the user may fill an empty workspace with a demo story.
    pub may_demo: bool,
    /// Whether the user may import.
    pub may_import: bool,
    /// Whether the user may say who looks after people.
    pub may_assign: bool,
    /// What kinds of file this list can be taken out as, and where; empty if the user may not take it out.
    pub exports: Vec<(&'static str, String)>,
    /// Whether the user may make one by hand.
    pub may_make: bool,
}

/// What the page says otherwise of people than of companies.
struct Says {
    /// One of them, and what the button is called that makes one.
    one: &'static str,
    make: &'static str,
    /// Everybody.
    all: &'static str,
    /// Where nothing is in the workspace.
    none_yet: &'static str,
    none_yet_more: &'static str,
    /// Where nothing is found.
    none_found: &'static str,
    none_named: &'static str,
    none_meets: &'static str,
    none_here: &'static str,
    /// By what is searched.
    search: &'static str,
    search_label: &'static str,
    /// The part that scrolls.
    region: &'static str,
    select_all: &'static str,
    export: &'static str,
    show: &'static str,
    /// What a column can be besides.
    fact: &'static str,
    /// An avatar's looks.
    avatar: &'static str,
    /// What a new list may be called.
    new_list: &'static str,
    /// A list, below its title.
    list: &'static str,
    /// What is left as it is when a list goes.
    stay: &'static str,
    /// What a change of a fact is called on its button.
    tell: &'static str,
    whom_not: &'static str,
}

const OF_PEOPLE: Says = Says {
    one: "Person",
    make: "New person",
    all: "Show everyone",
    none_yet: "Nobody is here yet",
    none_yet_more: "Bring a file of people, or say who somebody is, and each will stand where the definition puts them, with the reason.",
    none_found: "Nobody is found",
    none_named: "and no name holds it",
    none_meets: "Of nobody are these conditions known to be true. Whoever’s value is unknown is not among them.",
    none_here: "Nobody stands here now.",
    search: "Name or address",
    search_label: "Find by name or address",
    region: "People in this view",
    select_all: "Select everybody shown",
    export: "Export these people",
    show: "Show these people",
    fact: "person.custom.plan",
    avatar: "",
    new_list: "Hannover fair",
    list: "A list: whoever was put in",
    stay: "The people stay as they are.",
    tell: "Tell it of them",
    whom_not: "Whom it could not be done to",
};
const OF_COMPANIES: Says = Says {
    one: "Company",
    make: "New company",
    all: "Show all companies",
    none_yet: "No company is here yet",
    none_yet_more: "Companies come with the people who work there: bring a file of people that names them, or make one by hand.",
    none_found: "No company is found",
    none_named: "and no company’s name holds it",
    none_meets: "Of no company are these conditions known to be true. One of which a value is unknown is not among them.",
    none_here: "No company stands here now.",
    search: "Name or domain",
    search_label: "Find by name or domain",
    region: "Companies in this view",
    select_all: "Select all that are shown",
    export: "Export these companies",
    show: "Show these companies",
    fact: "company.custom.region",
    avatar: "avatar--co",
    new_list: "Key accounts",
    list: "A list: the companies that were put in",
    stay: "The companies stay as they are.",
    tell: "Tell it of these companies",
    whom_not: "Which it could not be done to",
};

impl ListPage {
    /// What the page says of people, or of companies.
    fn says(&self) -> &'static Says {
        match self.of {
            Of::People => &OF_PEOPLE,
            Of::Companies => &OF_COMPANIES,
        }
    }

    /// Whether it lists people.
    fn is_of_people(&self) -> bool {
        self.of == Of::People
    }

    /// The stage that narrows the list; empty for none.
    fn stage(&self) -> &str {
        let found = self.kept.iter().find(|(name, _)| *name == "stage");
        found.map_or("", |(_, value)| value.as_str())
    }

    /// What was done, with a capital letter.
    fn told_words(&self) -> String {
        let mut letters = self.told.iter().flat_map(|told| told.deed.chars());
        let first = letters.next().map(|first| first.to_uppercase().collect::<String>());
        format!("{}{}.", first.unwrap_or_default(), letters.collect::<String>())
    }
}

/// How far the reading of histories is, for a list that waits for it.
#[derive(Clone, Debug, Template)]
#[template(path = "list_reading.html")]
pub struct ReadingPart {
    /// Where to ask again; empty once it is done.
    pub asks: String,
}

/// What may be asked about.
#[derive(Clone, Debug)]
pub struct Term {
    /// As conditions name it.
    pub word: String,
    /// Its sort.
    pub sort: &'static str,
    /// As people call it; empty where the word is all that there is.
    pub label: String,
    /// What it may be, where that is known; a line each.
    pub values: String,
}

/// What a chip is made of, for whoever adds one.
#[derive(Clone, Debug, Template)]
#[template(path = "condition_parts.html")]
pub struct ConditionParts {
    /// What may be asked about.
    pub terms: Vec<Term>,
    /// An empty chip.
    pub row: String,
    /// An empty group.
    pub group: String,
    /// What a group about somebody who works there is made of, where there can be one.
    pub somebody: Option<SomebodyParts>,
}

/// What a group of chips about somebody who works there is made of.
#[derive(Clone, Debug)]
pub struct SomebodyParts {
    /// What may be asked of people.
    pub terms: Vec<Term>,
    /// An empty chip.
    pub row: String,
    /// An empty group.
    pub group: String,
}

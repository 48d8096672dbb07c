//! Conditions in chips, one chip one condition: in the bar above a list and in the form of a draft.

use askama::Template;
use funnel::condition::form::{Form, Row, sort_of};
use platform::failure::Failure;
use platform::page::filters;

use crate::Of;
use crate::fields::Labels;

/// An operator as the list of a row offers it.
struct Operator {
    /// As a row holds it.
    word: &'static str,
    /// As people read it.
    says: &'static str,
    /// For which sorts of terms, with spaces.
    sorts: &'static str,
    /// Which cells follow, with spaces.
    cells: &'static str,
}

const fn operator(
    word: &'static str,
    says: &'static str,
    sorts: &'static str,
    cells: &'static str,
) -> Operator {
    Operator { word, says, sorts, cells }
}

/// The operators; the first that fits a sort is the one that a new row of it begins with.
const OPERATORS: &[Operator] = &[
    operator(">=", "is at least", "number time fact", "term value"),
    operator("is", "is true", "truth fact", "term"),
    operator("did", "happened", "activity", "term within where"),
    operator("did", "has taken place", "talk", "term within"),
    operator("==", "is", "word fact number time truth", "term value"),
    operator("!=", "is not", "word fact number time", "term value"),
    operator("in", "is one of", "word fact number", "term value"),
    operator("<=", "is at most", "number time fact", "term value"),
    operator(">", "is more than", "number time fact", "term value"),
    operator("<", "is less than", "number time fact", "term value"),
    operator("known", "is known", "fact number truth", "term"),
    operator("holds", "include", "fact", "term value"),
    operator("startsWith", "begins with", "fact", "term value"),
    operator("contains", "contains", "fact", "term value"),
    operator("matches", "matches the pattern", "fact", "term value"),
    operator("count >=", "times, at least", "activity", "term value within where"),
    operator("count <=", "times, at most", "activity", "term value within where"),
    operator("count >", "times, more than", "activity", "term value within where"),
    operator("count <", "times, fewer than", "activity", "term value within where"),
    operator("count ==", "times, exactly", "activity", "term value within where"),
    operator("count !=", "times, other than", "activity", "term value within where"),
    operator("since <", "last less ago than", "activity", "term value where"),
    operator("since <=", "last at most ago", "activity", "term value where"),
    operator("since >", "last longer ago than", "activity", "term value where"),
    operator("since >=", "last at least ago", "activity", "term value where"),
    operator("since ==", "last exactly ago", "activity", "term value where"),
    operator("since !=", "last not exactly ago", "activity", "term value where"),
    operator("always", "always", "", ""),
    operator("never", "never", "", ""),
    operator("text", "as text", "", "term"),
];

struct Choice {
    operator: &'static Operator,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "form_row.html")]
struct RowPart {
    row: Row,
    /// What its term is called, if it has a name.
    called: Option<String>,
    operators: Vec<Choice>,
    terms: &'static str,
}

/// What a chip asks about, which is what it offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// People, or one person's activities and company.
    Person,
    /// Companies: a group of chips may be about somebody who works there.
    Company,
    /// Somebody who works at a company: chips ask of people, within what asks of companies.
    Somebody,
    /// One activity's own fields.
    Filter,
}

impl About {
    /// The list of what may be asked.
    const fn terms(self) -> &'static str {
        match self {
            About::Person | About::Company => "form-terms",
            About::Somebody => "form-somebody-terms",
            About::Filter => "form-fields",
        }
    }
}

impl From<Of> for About {
    fn from(of: Of) -> About {
        match of {
            Of::People => About::Person,
            Of::Companies => About::Company,
        }
    }
}

#[derive(Template)]
#[template(path = "form_group.html")]
struct GroupPart {
    of: &'static str,
    is_root: bool,
    /// Whether its parts are about somebody who works there.
    is_somebody: bool,
    /// Whether a group about somebody who works there can be added.
    offers_somebody: bool,
    parts: Vec<String>,
}

/// The bar of conditions above a list.
#[derive(Template)]
#[template(path = "filterbar.html")]
struct BarPart {
    of: &'static str,
    offers_somebody: bool,
    parts: Vec<String>,
}

/// A condition in the chips of the bar above a list; nothing but the way to add one where there is none.
///
/// # Errors
/// `Broken` if it can't be rendered.
pub fn bar(form: Option<&Form>, about: About, labels: &Labels) -> Result<String, Failure> {
    let (of, parts) = match form.map(|form| (group_of(form), form)) {
        None => ("all", Vec::new()),
        Some((Some((of, parts)), _)) => (of, trees(parts, about, labels)?),
        Some((None, form)) => ("all", vec![tree(form, about, labels)?]),
    };
    rendered(&BarPart { of, offers_somebody: about == About::Company, parts })
}

/// A condition in chips. It always stands in a group, so that another can be added beside it.
///
/// # Errors
/// `Broken` if it can't be rendered.
pub fn root(form: &Form, about: About, labels: &Labels) -> Result<String, Failure> {
    let (of, parts) = match group_of(form) {
        Some((of, parts)) => (of, trees(parts, about, labels)?),
        None => ("all", vec![tree(form, about, labels)?]),
    };
    rendered(&GroupPart { is_root: true, ..group(of, about, parts) })
}

fn trees(forms: &[Form], about: About, labels: &Labels) -> Result<Vec<String>, Failure> {
    forms.iter().map(|form| tree(form, about, labels)).collect()
}

fn tree(form: &Form, about: About, labels: &Labels) -> Result<String, Failure> {
    if let Form::Somebody(of) = form {
        return somebody(of, labels);
    }
    match (group_of(form), form) {
        (Some((of, parts)), _) => rendered(&group(of, about, trees(parts, about, labels)?)),
        (None, Form::Row(row)) => row_part(row.clone(), about, labels),
        (None, Form::Whole(condition)) => row_part(Row::of(condition), about, labels),
        (None, _) => Ok(String::new()),
    }
}

/// What is asked of somebody who works there, in a group of its own, so that another can be added beside it.
fn somebody(form: &Form, labels: &Labels) -> Result<String, Failure> {
    let (of, parts) = match group_of(form) {
        Some((of, parts)) => (of, trees(parts, About::Somebody, labels)?),
        None => ("all", vec![tree(form, About::Somebody, labels)?]),
    };
    rendered(&GroupPart { is_somebody: true, ..group(of, About::Somebody, parts) })
}

/// The word of a group, and its parts: `none` is the negation of `any`, `some` of `all`.
fn group_of(form: &Form) -> Option<(&'static str, &[Form])> {
    match form {
        Form::All(parts) => Some(("all", parts)),
        Form::Any(parts) => Some(("any", parts)),
        Form::Not(part) => Some(match &**part {
            Form::Any(parts) => ("none", parts),
            Form::All(parts) => ("some", parts),
            other => ("none", std::slice::from_ref(other)),
        }),
        Form::Row(_) | Form::Whole(_) | Form::Somebody(_) => None,
    }
}

/// A row with nothing in it, for whoever adds one.
///
/// # Errors
/// `Broken` if it can't be rendered.
pub fn new_row(about: About) -> Result<String, Failure> {
    row_part(Row { op: "==".to_owned(), ..Row::default() }, about, &Labels::default())
}

/// A group with nothing in it.
///
/// # Errors
/// `Broken` if it can't be rendered.
pub fn new_group(about: About) -> Result<String, Failure> {
    rendered(&group("any", about, Vec::new()))
}

/// A group about somebody who works there, with nothing in it.
///
/// # Errors
/// `Broken` if it can't be rendered.
pub fn new_somebody() -> Result<String, Failure> {
    somebody(&Form::All(Vec::new()), &Labels::default())
}

fn row_part(row: Row, about: About, labels: &Labels) -> Result<String, Failure> {
    let sort = sort_of(&row);
    let is_talk = sort == "talk";
    // `did` stands twice, each time with its own words.
    let is_chosen = |operator: &Operator| {
        operator.word == row.op && (operator.word != "did" || (operator.sorts == "talk") == is_talk)
    };
    let operators = OPERATORS
        .iter()
        .filter(|operator| about != About::Filter || fits_filter(operator))
        .map(|operator| Choice { operator, is_chosen: is_chosen(operator) })
        .collect();
    let called = labels.label(row.term.trim()).map(str::to_owned);
    rendered(&RowPart { operators, terms: about.terms(), called, row })
}

/// Filters ask about fields of one activity, so never about activities.
fn fits_filter(operator: &Operator) -> bool {
    operator.sorts.is_empty() || operator.sorts.contains("fact")
}

fn group(of: &'static str, about: About, parts: Vec<String>) -> GroupPart {
    let offers_somebody = about == About::Company;
    GroupPart { of, is_root: false, is_somebody: false, offers_somebody, parts }
}

fn rendered(part: &impl Template) -> Result<String, Failure> {
    part.render().map_err(|cause| Failure::Broken(anyhow::Error::from(cause)))
}

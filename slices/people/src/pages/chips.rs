//! Conditions in chips, one chip one condition: in the bar above a list and in the form of a draft.

use askama::Template;
use funnel::condition::form::{Form, Row, sort_of};
use platform::failure::Failure;
use platform::page::filters;

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
    operators: Vec<Choice>,
    terms: &'static str,
}

#[derive(Template)]
#[template(path = "form_group.html")]
struct GroupPart {
    of: &'static str,
    is_root: bool,
    parts: Vec<String>,
}

/// The bar of conditions above a list.
#[derive(Template)]
#[template(path = "filterbar.html")]
struct BarPart {
    of: &'static str,
    parts: Vec<String>,
}

/// A condition in the chips of the bar above a list; nothing but the way to add one where there is none.
///
/// # Errors
/// `Broken` if it can't be rendered.
pub fn bar(form: Option<&Form>) -> Result<String, Failure> {
    let part = match form.map(|form| (group_of(form), form)) {
        None => BarPart { of: "all", parts: Vec::new() },
        Some((Some((of, parts)), _)) => BarPart { of, parts: trees(parts, false)? },
        Some((None, form)) => BarPart { of: "all", parts: vec![tree(form, false)?] },
    };
    rendered(&part)
}

/// A condition in chips. It always stands in a group, so that another can be added beside it.
///
/// # Errors
/// `Broken` if it can't be rendered.
pub fn root(form: &Form, is_filter: bool) -> Result<String, Failure> {
    match group_of(form) {
        Some((of, parts)) => group_part(of, true, trees(parts, is_filter)?),
        None => group_part("all", true, vec![tree(form, is_filter)?]),
    }
}

fn trees(forms: &[Form], is_filter: bool) -> Result<Vec<String>, Failure> {
    forms.iter().map(|form| tree(form, is_filter)).collect()
}

fn tree(form: &Form, is_filter: bool) -> Result<String, Failure> {
    match (group_of(form), form) {
        (Some((of, parts)), _) => group_part(of, false, trees(parts, is_filter)?),
        (None, Form::Row(row)) => row_part(row.clone(), is_filter),
        (None, Form::Whole(condition)) => row_part(Row::of(condition), is_filter),
        (None, _) => Ok(String::new()),
    }
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
        Form::Row(_) | Form::Whole(_) => None,
    }
}

/// A row with nothing in it, for whoever adds one; of an activity's own fields with `is_filter`.
///
/// # Errors
/// `Broken` if it can't be rendered.
pub fn new_row(is_filter: bool) -> Result<String, Failure> {
    row_part(Row { op: "==".to_owned(), ..Row::default() }, is_filter)
}

/// A group with nothing in it.
///
/// # Errors
/// `Broken` if it can't be rendered.
pub fn new_group() -> Result<String, Failure> {
    group_part("any", false, Vec::new())
}

fn row_part(row: Row, is_filter: bool) -> Result<String, Failure> {
    let sort = sort_of(&row);
    let is_talk = sort == "talk";
    // `did` stands twice, each time with its own words.
    let is_chosen = |operator: &Operator| {
        operator.word == row.op && (operator.word != "did" || (operator.sorts == "talk") == is_talk)
    };
    let operators = OPERATORS
        .iter()
        .filter(|operator| !is_filter || fits_filter(operator))
        .map(|operator| Choice { operator, is_chosen: is_chosen(operator) })
        .collect();
    let terms = if is_filter { "form-fields" } else { "form-terms" };
    rendered(&RowPart { operators, terms, row })
}

/// Filters ask about fields of one activity, so never about activities.
fn fits_filter(operator: &Operator) -> bool {
    operator.sorts.is_empty() || operator.sorts.contains("fact")
}

fn group_part(of: &'static str, is_root: bool, parts: Vec<String>) -> Result<String, Failure> {
    rendered(&GroupPart { of, is_root, parts })
}

fn rendered(part: &impl Template) -> Result<String, Failure> {
    part.render().map_err(|cause| Failure::Broken(anyhow::Error::from(cause)))
}

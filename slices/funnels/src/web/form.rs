//! `/definitions/form`, `…/rewrite`, `…/add` and `…/remove`: a draft in pieces, and a piece put back into its text,
//! added or taken out.

use askama::Template;
use axum::extract::{Form as Fields, State};
use axum::routing::post;
use axum::{Json, Router};
use funnel::condition::Condition;
use funnel::condition::form::{Form, Row, RowFault, sort_of};
use funnel::definition::pieces::{self, Piece};
use funnel::definition::places::{self, Place, Placed, Unplaced};
use platform::app::App;
use platform::failure::Failure;
use platform::page::{Page, filters};
use serde::Deserialize;
use serde_json::{Value, json};
use team::{Right, User};

use super::drafts::fault_words;
use crate::drafts::{self, FormView};
use crate::pages::flow::title_case;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/definitions/form", post(form))
        .route("/definitions/rewrite", post(rewrite))
        .route("/definitions/add", post(add))
        .route("/definitions/remove", post(remove))
}

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

struct ConditionLine {
    place: String,
    is_filter: bool,
    can_remove: bool,
    says: String,
    line: u32,
    tree: String,
    english: String,
    fault: Option<String>,
    text: String,
}

struct Chapter {
    title: String,
    conditions: Vec<ConditionLine>,
}

struct FaultLine {
    line: u32,
    words: String,
}

#[derive(Template)]
#[template(path = "form.html")]
struct FormPart {
    faults: Vec<FaultLine>,
    chapters: Vec<Chapter>,
    terms: Vec<(String, &'static str)>,
    fields: Vec<String>,
    row: String,
    filter_row: String,
    group: String,
}

#[derive(Deserialize)]
struct Written {
    text: String,
}

async fn form(
    State(app): State<App>,
    who: User,
    Fields(written): Fields<Written>,
) -> Result<Page, Failure> {
    let text = written.text.replace("\r\n", "\n");
    let view = app.db.read(move |tx| drafts::form(tx, &who, &text)).await?;
    Ok(Page::part(&part(view)?))
}

fn part(view: FormView) -> Result<FormPart, Failure> {
    let FormView { conditions, terms, fields } = view;
    let (conditions, faults) = match conditions {
        Ok(conditions) => (conditions, Vec::new()),
        Err(faults) => (Vec::new(), faults),
    };
    let mut chapters: Vec<Chapter> = Vec::new();
    for placed in &conditions {
        let title = chapter(&placed.place);
        let line = condition_line(placed)?;
        match chapters.iter_mut().find(|chapter| chapter.title == title) {
            Some(chapter) => chapter.conditions.push(line),
            None => chapters.push(Chapter { title, conditions: vec![line] }),
        }
    }
    let empty = Row { op: "==".to_owned(), ..Row::default() };
    Ok(FormPart {
        faults: faults
            .iter()
            .map(|fault| FaultLine { line: fault.line, words: fault_words(fault) })
            .collect(),
        chapters,
        terms: terms.into_iter().collect(),
        fields: fields.into_iter().collect(),
        row: row_part(empty.clone(), false)?,
        filter_row: row_part(empty, true)?,
        group: group_part("any", false, Vec::new())?,
    })
}

/// Under which heading a condition stands.
fn chapter(place: &Place) -> String {
    let name = place.get(1).map(String::as_str).unwrap_or_default();
    match place.first().map(String::as_str) {
        Some("stages" | "exits") => title_case(name),
        Some("scores") => format!("Score: {name}"),
        Some(part) => title_case(part),
        None => String::new(),
    }
}

/// What a condition is for: `enters when`, `add 40 when`.
fn purpose(placed: &Placed) -> String {
    let keys: Vec<&str> = placed.place.iter().map(String::as_str).collect();
    let beside = |key: &str| {
        placed.beside.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    };
    let reason = || beside("reason").map(|reason| format!(" ({reason})")).unwrap_or_default();
    match keys.as_slice() {
        ["criteria", name, "from"] => format!("{name} is decided by"),
        ["criteria", name, _] => format!("{name} is proved by"),
        ["scores", .., "where"] => {
            let (on, add) = (beside("on").unwrap_or_default(), beside("add").unwrap_or_default());
            format!("{on} adds {add} where")
        }
        ["scores", ..] => format!("adds {} when", beside("add").unwrap_or_default()),
        ["stages", _, "gate"] => "always asks".to_owned(),
        ["stages", _, "leave", ..] => {
            format!("leaves to {}{} when", beside("to").unwrap_or("recycled"), reason())
        }
        ["exits", _, "wake"] => "comes back when".to_owned(),
        ["stages" | "exits", ..] => format!("enters{} when", reason()),
        ["gates", what] => format!("{what} only while"),
        [_, name, ..] => format!("{} when", title_case(name)),
        _ => String::new(),
    }
}

fn condition_line(placed: &Placed) -> Result<ConditionLine, Failure> {
    let (tree, english, fault) = match &placed.condition {
        Ok(condition) => {
            let tree = root(&Form::of(condition), placed.is_filter)?;
            (tree, condition.in_english().to_string(), None)
        }
        Err(fault) => (String::new(), String::new(), Some(fault_words(fault))),
    };
    Ok(ConditionLine {
        place: json!(placed.place).to_string(),
        is_filter: placed.is_filter,
        can_remove: pieces::can_remove(&placed.place),
        says: purpose(placed),
        line: placed.line,
        tree,
        english,
        fault,
        text: placed.text.clone(),
    })
}

/// A condition always stands in a group, so that another can be added beside it.
fn root(form: &Form, is_filter: bool) -> Result<String, Failure> {
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

/// A condition's new form, and where it belongs.
#[derive(Deserialize)]
struct Rewriting {
    text: String,
    /// The way to the condition, as a JSON list.
    place: String,
    /// The JSON form of the condition; rows may stand in it.
    condition: String,
}

/// The text with a condition put in its place, `{"text", "english"}`; or what is wrong with it, `{"faults"}`.
async fn rewrite(who: User, Fields(asked): Fields<Rewriting>) -> Result<Json<Value>, Failure> {
    who.may(Right::ReadDefinitions)?;
    let place: Place = serde_json::from_str(&asked.place)
        .map_err(|wrong| Failure::invalid("place", wrong.to_string()))?;
    let form =
        Form::from_json(&asked.condition).map_err(|words| Failure::invalid("condition", words))?;
    let text = asked.text.replace("\r\n", "\n");
    let whole = |words: String| json!([{ "row": null, "cell": "term", "words": words }]);
    Ok(Json(match places::rewrite(&text, &place, &form) {
        Ok(new) => json!({ "english": english_at(&new, &place), "text": new }),
        Err(Unplaced::Rows(faults)) => json!({ "faults": told(&faults) }),
        Err(other) => json!({ "faults": whole(other.to_string()) }),
    }))
}

/// What is to be added.
#[derive(Deserialize)]
struct Adding {
    text: String,
    /// `gate`, `kind`, `when` or `on`.
    what: String,
    /// The kind's name, or the activity's.
    #[serde(default)]
    name: String,
    #[serde(default)]
    score: String,
    #[serde(default)]
    points: String,
}

impl Adding {
    fn piece(&self) -> Result<Piece, Failure> {
        let name = || self.name.trim().to_owned();
        let score = || self.score.clone();
        let add = || {
            let number = self.points.trim().parse().ok().filter(|number: &f64| number.is_finite());
            let words = || Failure::invalid("points", "How many points, as a number: 5 or -10");
            number.ok_or_else(words)
        };
        Ok(match self.what.as_str() {
            "gate" => Piece::Gate { activity: name() },
            "kind" => Piece::Kind { name: name() },
            "when" => Piece::PointsWhen { score: score(), add: add()? },
            "on" => Piece::PointsOn { score: score(), add: add()?, activity: name() },
            other => {
                let words = format!("there is no piece \"{other}\": gate, kind, when or on");
                return Err(Failure::invalid("what", words));
            }
        })
    }
}

/// The text with a piece more, `{"text", "place"}`; or why not, `{"fault"}`.
async fn add(who: User, Fields(asked): Fields<Adding>) -> Result<Json<Value>, Failure> {
    who.may(Right::ReadDefinitions)?;
    let piece = match asked.piece() {
        Ok(piece) => piece,
        Err(failure) => return Ok(Json(json!({ "fault": failure.to_string() }))),
    };
    Ok(Json(match pieces::add(&asked.text.replace("\r\n", "\n"), &piece) {
        Ok((text, place)) => json!({ "text": text, "place": json!(place).to_string() }),
        Err(unplaced) => json!({ "fault": unplaced.to_string() }),
    }))
}

/// Which piece is to be taken out.
#[derive(Deserialize)]
struct Removing {
    text: String,
    /// The way to its condition, as a JSON list.
    place: String,
}

/// The text without a piece, `{"text"}`; or why not, `{"fault"}`.
async fn remove(who: User, Fields(asked): Fields<Removing>) -> Result<Json<Value>, Failure> {
    who.may(Right::ReadDefinitions)?;
    let place: Place = serde_json::from_str(&asked.place)
        .map_err(|wrong| Failure::invalid("place", wrong.to_string()))?;
    Ok(Json(match pieces::remove(&asked.text.replace("\r\n", "\n"), &place) {
        Ok(text) => json!({ "text": text }),
        Err(unplaced) => json!({ "fault": unplaced.to_string() }),
    }))
}

fn told(faults: &[RowFault]) -> Value {
    faults.iter().map(|fault| json!(fault)).collect()
}

fn english_at(text: &str, place: &Place) -> String {
    let found = places::places(text).ok();
    let placed = found.and_then(|found| {
        found.conditions.into_iter().find(|placed| placed.place == *place)?.condition.ok()
    });
    placed.as_ref().map(Condition::in_english).map(|it| it.to_string()).unwrap_or_default()
}

//! `/definitions/form`, `…/rewrite`, `…/add` and `…/remove`: a draft in pieces, and a piece put back into its text,
//! added or taken out.

use askama::Template;
use axum::extract::{Form as Fields, State};
use axum::routing::post;
use axum::{Json, Router};
use funnel::condition::Condition;
use funnel::condition::form::{Form, RowFault};
use funnel::definition::pieces::{self, Piece};
use funnel::definition::places::{self, Place, Placed, Unplaced};
use people::fields::Labels;
use people::pages::chips::{self, About};
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
    /// What may be asked about, its sort, and what it is called; empty where it has no name.
    terms: Vec<(String, &'static str, String)>,
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
    let (view, labels) = app
        .db
        .read(move |tx| Ok((drafts::form(tx, &who, &text)?, Labels::seen(tx, &who)?)))
        .await?;
    Ok(Page::part(&part(view, &labels)?))
}

fn part(view: FormView, labels: &Labels) -> Result<FormPart, Failure> {
    let FormView { conditions, terms, fields } = view;
    let (conditions, faults) = match conditions {
        Ok(conditions) => (conditions, Vec::new()),
        Err(faults) => (Vec::new(), faults),
    };
    let mut chapters: Vec<Chapter> = Vec::new();
    for placed in &conditions {
        let title = chapter(&placed.place);
        let line = condition_line(placed, labels)?;
        match chapters.iter_mut().find(|chapter| chapter.title == title) {
            Some(chapter) => chapter.conditions.push(line),
            None => chapters.push(Chapter { title, conditions: vec![line] }),
        }
    }
    Ok(FormPart {
        faults: faults
            .iter()
            .map(|fault| FaultLine { line: fault.line, words: fault_words(fault) })
            .collect(),
        chapters,
        terms: terms
            .into_iter()
            .map(|(term, sort)| {
                let label = labels.label(&term).unwrap_or_default().to_owned();
                (term, sort, label)
            })
            .collect(),
        fields: fields.into_iter().collect(),
        row: chips::new_row(About::Person)?,
        filter_row: chips::new_row(About::Filter)?,
        group: chips::new_group(About::Person)?,
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

fn condition_line(placed: &Placed, labels: &Labels) -> Result<ConditionLine, Failure> {
    let (tree, english, fault) = match &placed.condition {
        Ok(condition) => {
            let about = if placed.is_filter { About::Filter } else { About::Person };
            let tree = chips::root(&Form::of(condition), about, labels)?;
            (tree, labels.english(condition).to_string(), None)
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

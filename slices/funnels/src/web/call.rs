//! `GET /people/{person}/call`: a framework's questions on one sheet, to be filled in while talking.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::routing::get;
use moment::Moment;
use people::frame;
use people::pages::marks::{StageMark, TruthMark};
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::words::Almanac;
use platform::page::{Page, filters};
use serde::Deserialize;
use team::{Right, User};

use crate::lens;
use crate::panel::{known, way_words};
use crate::why::why;
use crate::why_not::why_not;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/people/{person}/call", get(page))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Ask {
    framework: String,
}

struct Sheet {
    name: String,
    href: String,
    is_here: bool,
}

struct Question {
    id: String,
    name: String,
    truth: TruthMark,
    ask: String,
    source: String,
    is_stale: bool,
    /// Whether the keys are at it when the sheet opens.
    is_begun_at: bool,
}

#[derive(Template)]
#[template(path = "call.html")]
struct CallPage {
    name: String,
    lens: String,
    stage: StageMark,
    temperature: String,
    record: String,
    here: String,
    sheets: Vec<Sheet>,
    questions: Vec<Question>,
    next: Option<StageMark>,
    ask_next: String,
    ways: Vec<String>,
    is_kept: bool,
}

async fn page(
    State(app): State<App>,
    who: User,
    Path(person): Path<String>,
    Query(ask): Query<Ask>,
) -> Result<Page, Failure> {
    let now = app.clock.now();
    let (shell, view) = app
        .db
        .read(move |tx| {
            let view = sheet(tx, &who, &person, &ask.framework, now)?;
            Ok((frame::shell(tx, &who, "/people")?, view))
        })
        .await?;
    let title = format!("Call with {}", view.name);
    Ok(Page::new(&shell, &title, &view))
}

/// A framework's questions in its order; the first framework unless one is named, all criteria if there is none.
fn sheet(
    tx: &mut Tx,
    who: &User,
    person: &str,
    framework: &str,
    now: Moment,
) -> Result<CallPage, Failure> {
    who.may(Right::EditPeople)?;
    let why = why(tx, who, person, None, now)?;
    let found = why_not(tx, who, person, None, None, now)?;
    let almanac = Almanac::new(now, &team::workspace(tx)?.zone);
    let lens = lens::of(tx, who, None)?;
    let definition = lens.current().map(|(_, definition)| definition.clone()).unwrap_or_default();
    let frameworks = &definition.frameworks;
    let here = frameworks.iter().find(|one| one.name == framework).or(frameworks.first());
    let record = format!("/people/{}", why.person);
    let address = |name: &str| {
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if plain { format!("{record}/call?framework={name}") } else { format!("{record}/call") }
    };
    let names: Vec<String> = match here {
        Some(framework) => framework.criteria.clone(),
        None => why.criteria.iter().map(|criterion| criterion.name.clone()).collect(),
    };
    let mut questions: Vec<Question> = names
        .iter()
        .filter_map(|name| {
            let place = definition.criterion(name)?;
            let rule = definition.criteria.get(place)?;
            let view = why.criteria.iter().find(|criterion| *criterion.name == *rule.name)?;
            let known = known(view, &almanac);
            Some(Question {
                ask: rule.ask.clone().unwrap_or_else(|| known.name.clone()),
                id: known.id,
                name: known.name,
                truth: known.truth,
                source: known.source,
                is_stale: known.is_stale,
                is_begun_at: false,
            })
        })
        .collect();
    // One begins with what nobody knows yet.
    let begun_at = questions.iter().position(|question| question.truth == TruthMark::Unknown);
    if let Some(question) = questions.get_mut(begun_at.unwrap_or(0)) {
        question.is_begun_at = true;
    }
    Ok(CallPage {
        lens: lens.name.clone(),
        stage: StageMark::of(why.stage.as_str()),
        temperature: why.temperature.map(|heat| heat.to_string()).unwrap_or_default(),
        here: here.map_or_else(|| format!("{record}/call"), |framework| address(&framework.name)),
        sheets: frameworks
            .iter()
            .map(|one| Sheet {
                name: one.name.clone(),
                href: address(&one.name),
                is_here: here.is_some_and(|here| here.name == one.name),
            })
            .collect(),
        questions,
        next: why.next.as_ref().map(|next| StageMark::of(next.stage.as_str())),
        ask_next: found.ask.map(|question| question.ask).unwrap_or_default(),
        ways: found.ways.iter().take(6).map(way_words).collect(),
        is_kept: found.is_kept,
        name: why.name,
        record,
    })
}

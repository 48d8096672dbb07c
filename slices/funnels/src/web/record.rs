//! What one does on a person's record: an answer, a move by hand, a handoff.

use axum::Router;
use axum::extract::{Form, Path, State};
use axum::response::Redirect;
use axum::routing::post;
use funnel::Stage;
use moment::Moment;
use platform::app::App;
use platform::failure::Failure;
use serde::Deserialize;
use team::User;

use crate::answer::{self, Answer};
use crate::dispute;
use crate::hand::{self, Move, Waking};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/people/{person}/answer", post(answer))
        .route("/people/{person}/move", post(move_to))
        .route("/people/{person}/handoff", post(hand_over))
        .route("/people/{person}/dispute", post(raise))
        .route("/people/{person}/dispute/{dispute}", post(resolve))
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct AnswerForm {
    criterion: String,
    value: String,
    note: String,
    from: String,
    /// The sheet on which it was answered; the record if none.
    back: String,
}

async fn answer(
    State(app): State<App>,
    who: User,
    Path(person): Path<String>,
    Form(form): Form<AnswerForm>,
) -> Result<Redirect, Failure> {
    let now = app.clock.now();
    let here = format!("/people/{person}");
    let is_of_person = form.back.strip_prefix(&here).is_some_and(|rest| rest.starts_with("/call"));
    let page = if is_of_person { form.back } else { here };
    let back = format!("{page}#criterion-{}", form.criterion);
    let yes = match form.value.as_str() {
        "yes" => Some(true),
        "no" => Some(false),
        "unknown" => None,
        other => {
            let words = format!("An answer is yes, no or unknown, not {other}.");
            return Err(Failure::refused("no_answer", words));
        }
    };
    let said = Answer { criterion: form.criterion, yes, note: form.note, from: form.from };
    app.db.write(move |tx| answer::answer(tx, &who, &person, None, &said, now)).await?;
    Ok(Redirect::to(&back))
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct MoveForm {
    to: String,
    reason: String,
    /// `every` if it is to count under every lens.
    lens: String,
    wake_on: String,
    wake_when: String,
    promise: String,
    promise_by: String,
}

async fn move_to(
    State(app): State<App>,
    who: User,
    Path(person): Path<String>,
    Form(form): Form<MoveForm>,
) -> Result<Redirect, Failure> {
    let now = app.clock.now();
    let back = format!("/people/{person}#why");
    let to = Stage::parse(&form.to).filter(|stage| *stage != Stage::None);
    let to = to.ok_or_else(|| Failure::missing("stage", &form.to))?;
    let wake = Waking {
        on: form.wake_on,
        when: form.wake_when,
        promise: form.promise,
        promise_by: form.promise_by,
    };
    let step = Move { to, reason: form.reason, everywhere: form.lens == "every", wake };
    app.db.write(move |tx| hand::move_to(tx, &who, &person, None, &step, now)).await?;
    Ok(Redirect::to(&back))
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct HandoffForm {
    accept: String,
    reason: String,
    /// The list on which it was answered; the record if none.
    back: String,
}

async fn hand_over(
    State(app): State<App>,
    who: User,
    Path(person): Path<String>,
    Form(form): Form<HandoffForm>,
) -> Result<Redirect, Failure> {
    let now = app.clock.now();
    let is_list = form.back == "/handoffs" || form.back.starts_with("/handoffs?");
    let back = if is_list { form.back } else { format!("/people/{person}#why") };
    let accepted = form.accept == "yes";
    app.db
        .write(move |tx| hand::hand_over(tx, &who, &person, None, (accepted, &form.reason), now))
        .await?;
    Ok(Redirect::to(&back))
}

#[derive(Deserialize)]
struct DisputeForm {
    at: i64,
    to: String,
    words: String,
}

async fn raise(
    State(app): State<App>,
    who: User,
    Path(person): Path<String>,
    Form(form): Form<DisputeForm>,
) -> Result<Redirect, Failure> {
    let now = app.clock.now();
    let back = format!("/people/{person}#why");
    let to = Stage::parse(&form.to).ok_or_else(|| Failure::missing("stage", &form.to))?;
    let step = (Moment(form.at), to);
    app.db.write(move |tx| dispute::raise(tx, &who, &person, None, step, &form.words, now)).await?;
    Ok(Redirect::to(&back))
}

#[derive(Deserialize)]
struct ResolveForm {
    words: String,
}

async fn resolve(
    State(app): State<App>,
    who: User,
    Path((person, id)): Path<(String, String)>,
    Form(form): Form<ResolveForm>,
) -> Result<Redirect, Failure> {
    let now = app.clock.now();
    let back = format!("/people/{person}#why");
    let known = app.public_ids().decode(dispute::DISPUTE, &id);
    let id = known.ok_or_else(|| Failure::missing("dispute", &id))?;
    app.db.write(move |tx| dispute::resolve(tx, &who, id, &form.words, now)).await?;
    Ok(Redirect::to(&back))
}

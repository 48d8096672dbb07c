//! What users say by hand: `POST …/facts`, `…/undo`, `…/owner`; and `GET …/facts/{key}`, all that was said of one fact.

use std::borrow::Cow;

use axum::extract::{Path, State};
use axum::response::Redirect;
use axum::routing::{get, post};
use axum::{Form, Router};
use platform::app::App;
use platform::failure::Failure;
use platform::page::Page;
use platform::page::words::Almanac;
use serde::Deserialize;
use team::User;

use crate::edit::{assign, edit, public_id, undo};
use crate::fields::Reading;
use crate::pages::said::{SaidPage, SayingLine};
use crate::said::{Saying, said};
use crate::{frame, sight};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/people/{person}/facts", post(of_person))
        .route("/people/{person}/facts/{key}", get(said_of_person))
        .route("/people/{person}/undo", post(undo_of_person))
        .route("/people/{person}/owner", post(owner))
        .route("/companies/{company}/facts", post(of_company))
        .route("/companies/{company}/facts/{key}", get(said_of_company))
        .route("/companies/{company}/undo", post(undo_of_company))
}

#[derive(Deserialize)]
struct EditForm {
    key: String,
    #[serde(default)]
    value: String,
}

async fn of_person(
    state: State<App>,
    who: User,
    Path(person): Path<String>,
    form: Form<EditForm>,
) -> Result<Redirect, Failure> {
    edited(state, who, format!("/people/{person}"), person, form).await
}

async fn of_company(
    state: State<App>,
    who: User,
    Path(company): Path<String>,
    form: Form<EditForm>,
) -> Result<Redirect, Failure> {
    edited(state, who, format!("/companies/{company}"), company, form).await
}

async fn edited(
    State(app): State<App>,
    who: User,
    here: String,
    which: String,
    Form(form): Form<EditForm>,
) -> Result<Redirect, Failure> {
    let now = app.clock.now();
    let key = form.key.trim().to_owned();
    let named = key.clone();
    let done = app.db.write(move |tx| edit(tx, &who, &which, &key, &form.value, now)).await?;
    Ok(Redirect::to(&format!("{here}?edited={}#fact-{named}", done.to_text())))
}

#[derive(Deserialize)]
struct UndoForm {
    edit: String,
}

async fn undo_of_person(
    State(app): State<App>,
    who: User,
    Path(person): Path<String>,
    Form(form): Form<UndoForm>,
) -> Result<Redirect, Failure> {
    let (now, here) = (app.clock.now(), format!("/people/{person}"));
    app.db.write(move |tx| undo(tx, &who, &person, &form.edit, now)).await?;
    Ok(Redirect::to(&here))
}

async fn undo_of_company(
    State(app): State<App>,
    who: User,
    Path(company): Path<String>,
    Form(form): Form<UndoForm>,
) -> Result<Redirect, Failure> {
    let (now, here) = (app.clock.now(), format!("/companies/{company}"));
    app.db.write(move |tx| undo(tx, &who, &company, &form.edit, now)).await?;
    Ok(Redirect::to(&here))
}

#[derive(Deserialize)]
struct OwnerForm {
    /// `usr_…`; empty for nobody.
    #[serde(default)]
    owner: String,
}

async fn owner(
    State(app): State<App>,
    who: User,
    Path(person): Path<String>,
    Form(form): Form<OwnerForm>,
) -> Result<Redirect, Failure> {
    let now = app.clock.now();
    let here = format!("/people/{person}");
    let (is_seen, done) = app
        .db
        .write(move |tx| {
            let (id, done) = assign(tx, &who, &person, Some(&form.owner), now)?;
            // Whoever gives away one of their own may not see them any more.
            Ok((!sight::seen(tx, &who, &[id])?.is_empty(), done))
        })
        .await?;
    let back = format!("{here}?edited={}", done.to_text());
    Ok(Redirect::to(if is_seen { &back } else { "/people" }))
}

async fn said_of_person(
    state: State<App>,
    who: User,
    Path((person, key)): Path<(String, String)>,
) -> Result<Page, Failure> {
    page(state, who, format!("/people/{person}"), person, key).await
}

async fn said_of_company(
    state: State<App>,
    who: User,
    Path((company, key)): Path<(String, String)>,
) -> Result<Page, Failure> {
    page(state, who, format!("/companies/{company}"), company, key).await
}

async fn page(
    State(app): State<App>,
    who: User,
    here: String,
    which: String,
    key: String,
) -> Result<Page, Failure> {
    let now = app.clock.now();
    let (shell, view) = app
        .db
        .read(move |tx| {
            let found = said(tx, &who, &which, &key, now)?;
            let almanac = Almanac::new(now, &team::workspace(tx)?.zone);
            let name = if journal::is_company(found.subject) {
                crate::company::row(tx, &who, found.subject)?.name
            } else {
                crate::person::row(tx, &who, found.subject)?.name
            };
            let order = journal::sources(tx)?;
            let said = found.all.iter().map(|one| (key.as_str(), Cow::from(one.value.as_str())));
            let reading = Reading::of(tx, &who, said)?;
            let line = |saying: &Saying| line(saying, (&found.key, &reading), &almanac);
            let view = SaidPage {
                name,
                label: reading.label(&found.key),
                key: found.key.clone(),
                value: found.held.as_ref().map(|held| held.value.clone()).unwrap_or_default(),
                held: found.held.as_ref().map(line),
                others: found.others.iter().map(line).collect(),
                all: found.all.iter().map(line).collect(),
                may_write: found.may_write,
                order: order.join(", "),
                here,
            };
            let path = if public_id(tx, found.subject).starts_with("cmp") {
                "/companies"
            } else {
                "/people"
            };
            Ok((frame::shell(tx, &who, path)?, view))
        })
        .await?;
    Ok(Page::new(&shell, &format!("{} of {}", view.label, view.name), &view))
}

fn line(saying: &Saying, (key, reading): (&str, &Reading), almanac: &Almanac) -> SayingLine {
    SayingLine {
        value: reading.words(key, &saying.value),
        typed: saying.value.clone(),
        source: match &saying.by {
            Some(by) => format!("{}, by {by}", saying.source),
            None => saying.source.clone(),
        },
        at: almanac.full(saying.at),
        expires: saying.expires_at.map(|at| almanac.full(at).words),
        state: saying.state.words(),
        is_held: saying.state == crate::said::State::Held,
    }
}

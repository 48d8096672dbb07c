//! `/api/v1`: what a program asks and tells, with a token.
//!
//! **Promise:** a call is a row of [`table`]: the way to it, what it is checked by and how it is described are made of
//! that row, so that none can say something else than the others. Each parses, asks a verb that other mouths ask too, and
//! renders. **Never:** lets a browser's session in, but through the page on which calls are tried and to the fortune teller; gives more than the
//! token's user may see.

mod activities;
mod ask;
mod audit;
mod backtests;
mod body;
mod call;
mod changes;
mod companies;
mod definitions;
mod document;
mod door;
mod drafts;
mod exports;
mod facts;
mod fields;
mod funnel;
mod given;
mod handoffs;
mod imports;
mod invitations;
mod kinds;
mod listing;
mod notes;
mod notifications;
mod pace;
mod people;
mod privacy;
mod reference;
mod retention;
mod roles;
mod schema;
mod second_factor;
mod segments;
mod sessions;
mod shape;
mod table;
mod teams;
mod tell;
mod territories;
mod tokens;
mod users;
mod views;
mod workspace;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::Uri;
use axum::routing::{any, get};
use platform::App;
use platform::failure::{Failure, Field};

use crate::config::Api;
use pace::Pace;
use shape::{Shape, nearest};

pub(super) fn routes(api: &Api) -> Router<App> {
    let pace = Arc::new(Pace::new(api.calls_per_minute_max));
    let mut router = Router::new()
        .route("/api/v1/openapi.json", get(document::document))
        .route("/api/{*rest}", any(nothing))
        .merge(reference::routes(reference::inside(&pace)));
    for (path, calls) in table::by_path() {
        let pace = Arc::clone(&pace);
        let answer = move |State(app): State<App>, path, request: Request| {
            door::answer(app, Arc::clone(&pace), calls, path, request)
        };
        router = router.route(&format!("/api/v1{path}"), any(answer));
    }
    router
}

/// Every call as `GET /api/v1/people`, with the right that it needs and an example of what it takes: for a test that
/// makes them all.
#[cfg(test)]
pub(crate) fn each() -> impl Iterator<Item = (String, team::Right, String)> {
    table::calls().iter().map(|call| {
        let body = match &call.takes {
            call::Takes::Json(_, example) => example.to_string(),
            call::Takes::Nothing | call::Takes::File => String::new(),
        };
        (format!("{} /api/v1{}", call.method, call.path), call.right, body)
    })
}

/// Every call that answers a browser's session, too.
#[cfg(test)]
pub(crate) fn also_by_session() -> impl Iterator<Item = String> {
    let calls = table::calls().iter().filter(|call| call.without_token.is_some());
    calls.map(|call| format!("{} /api/v1{}", call.method, call.path))
}

/// Every call that may change something.
#[cfg(test)]
pub(crate) fn changing() -> impl Iterator<Item = String> {
    let calls = table::calls().iter().filter(|call| call.changes());
    calls.map(|call| format!("{} /api/v1{}", call.method, call.path))
}

/// The name of every call.
#[cfg(test)]
pub(crate) fn ids() -> impl Iterator<Item = &'static str> {
    table::calls().iter().map(|call| call.id)
}

async fn nothing(address: Uri) -> Failure {
    let path = address.path();
    let first =
        |path: &'static str| path.trim_start_matches('/').split('/').next().unwrap_or_default();
    let known: Vec<&str> = table::by_path().map(|(path, _)| first(path)).collect();
    let asked = path.trim_start_matches("/api/").trim_start_matches("v1/").split('/').next();
    let near = nearest(asked.unwrap_or_default(), &known);
    let near = near.map(|near| format!("; did you mean something below /api/v1/{near}?"));
    let near = near.unwrap_or_else(|| ":".to_owned());
    Failure::missing(
        "call",
        format!("at {path}{near} /api/v1/openapi.json lists those that there are"),
    )
}

/// Where the page before ended.
fn after() -> Shape {
    let says = "Where the page before ended: its `next`.";
    shape::text_of(1, 4_000).says(says)
}

/// How many of a page.
fn limit() -> Shape {
    let most = people::LIMIT_MAX;
    shape::whole(1, most).usually(people::LIMIT_USUAL).says("How many of a page.").example(10)
}

/// A page of something.
fn page(name: &'static str, of: Shape) -> Shape {
    let next =
        shape::text().or_null().says("What `after` says for the next page; null at the end.");
    shape::object(vec![shape::has(name, shape::list(of)), shape::has("next", next)])
}

/// A place in a list that is ordered by two numbers.
fn place(first: i64, second: i64) -> String {
    format!("{first}~{second}")
}

fn place_of(text: &str) -> Result<(i64, i64), Failure> {
    let read = text
        .split_once('~')
        .and_then(|(first, second)| Some((first.parse().ok()?, second.parse().ok()?)));
    read.ok_or_else(no_place)
}

/// What `after` says is no place of this list, or of this order of it.
fn no_place() -> Failure {
    let words = "This is no place in this list as it is asked for: say `after` as the page before gave it, or begin anew.";
    Failure::refused("no_place", words)
}

/// What something is called, in what is told.
fn name() -> Shape {
    shape::text_of(1, 100).format("name").says("What it is called.")
}

/// What a verb refuses under one of these codes, as wrong with the member that says it: a pointer, or a parameter.
fn at_field(failure: Failure, places: &[(&'static str, &str)]) -> Failure {
    match failure {
        Failure::Refused { code, words } => match places.iter().find(|(known, _)| *known == code) {
            Some((_, place)) => Failure::invalid(*place, words),
            None => Failure::Refused { code, words },
        },
        other => other,
    }
}

/// The fields that a verb finds wrong, as members of what was sent.
fn members(failure: Failure) -> Failure {
    match failure {
        Failure::Invalid(wrong) => {
            let member = |Field { name, words }: Field| Field { name: format!("/{name}"), words };
            Failure::Invalid(wrong.into_iter().map(member).collect())
        }
        other => other,
    }
}

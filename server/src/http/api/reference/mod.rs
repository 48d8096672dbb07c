//! `/api`: the calls as people read them, made of the same table as the router and the description, and a place to try them.
//!
//! **Promise:** nothing on it is written twice: what a call takes and gives is what is checked. It holds no data, so whoever
//! asks may read it; whoever is signed in may try a call as themselves, others with a token that they paste.

mod tried;
mod view;

use axum::Router;
use axum::extract::{Query, State};
use axum::routing::{get, post};
use people::frame;
use platform::App;
use platform::failure::Failure;
use platform::page::Page;
use serde::Deserialize;
use team::User;

use super::pace::Pace;
use super::table;
use view::{Body, ReferencePage};

pub(super) use tried::Inside;

const TITLE: &str = "API";

pub(super) fn routes(inside: Inside) -> Router<App> {
    let answer =
        move |state, who, headers, asked| tried::answer(inside.clone(), state, who, headers, asked);
    Router::new().route("/api", get(page)).route("/api/try", post(answer))
}

/// What is looked at: a call, a shape, or neither.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    call: String,
    shape: String,
}

async fn page(
    State(app): State<App>,
    who: Result<User, Failure>,
    Query(asked): Query<Asked>,
) -> Result<Page, Failure> {
    let who = match who {
        Ok(who) => Some(who),
        Err(Failure::SignIn) => None,
        Err(failure) => return Err(failure),
    };
    let (title, body) = match (asked.call.as_str(), asked.shape.as_str()) {
        ("", "") => (TITLE.to_owned(), Body::Everything),
        ("", name) => {
            let found = table::shapes().find(|(known, _)| *known == name);
            let (name, shape) = found.ok_or_else(|| Failure::missing("shape", name))?;
            (name.to_owned(), Body::shape(name, shape))
        }
        (id, _) => {
            let call = table::calls().iter().find(|call| call.id == id);
            let call = call.ok_or_else(|| Failure::missing("call", id))?;
            (call.summary.to_owned(), Body::call(call, who.as_ref()))
        }
    };
    let view = ReferencePage::of(&asked.call, &asked.shape, body, who.is_none());
    Ok(match who {
        Some(who) => {
            let shell = app.db.read(move |tx| frame::shell(tx, &who, "/api")).await?;
            Page::new(&shell, &title, &view)
        }
        None => Page::bare(&title, &view),
    })
}

/// The calls as they are tried by whoever is signed in.
pub(super) fn inside(pace: &std::sync::Arc<Pace>) -> Inside {
    tried::inside(pace)
}

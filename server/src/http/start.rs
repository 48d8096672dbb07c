//! Where the first page is, and the story that fills an empty workspace.

use axum::Router;
use axum::extract::{Form, State};
use axum::response::Redirect;
use axum::routing::{get, post};
use platform::App;
use platform::failure::Failure;
use serde::Deserialize;
use team::User;

use crate::demo;

/// The seed of the story that the browser asks for.
const SEED: u64 = 1;

/// `/` leads to the people; `/demo` fills an empty workspace.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/", get(|| async { Redirect::to("/people") })).route("/demo", post(tell))
}

#[derive(Deserialize)]
struct Tell {
    #[serde(default = "some")]
    people: usize,
}

fn some() -> usize {
    demo::PEOPLE_USUAL
}

async fn tell(
    State(app): State<App>,
    who: User,
    Form(Tell { people }): Form<Tell>,
) -> Result<Redirect, Failure> {
    let now = app.clock.now();
    app.db.write(move |tx| demo::start(tx, &who, people, SEED, now)).await?;
    Ok(Redirect::to("/people"))
}

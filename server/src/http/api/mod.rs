//! `/api/v1`: what a program asks and tells, with a token.
//!
//! Each call parses, asks the verb that the command line asks too, and renders; [`document`] describes them, and a test
//! holds it against the routes.

mod body;
mod document;
mod people;

use axum::Router;
use axum::routing::get;
use platform::App;
use platform::failure::Failure;

/// Most bytes of what is told in one call: 1,000 people.
const BODY_BYTES_MAX: usize = 8 << 20;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/api/v1/openapi.json", get(document::document))
        .route("/api/v1/people", get(people::list).post(people::tell))
        .route("/api/v1/people/export", get(people::export))
        .route("/api/v1/people/batch", axum::routing::post(people::tell_many))
        .route("/api/v1/people/{who}", get(people::one))
        .route("/api/{*rest}", axum::routing::any(nothing))
        .layer(axum::extract::DefaultBodyLimit::max(BODY_BYTES_MAX))
}

async fn nothing() -> Failure {
    Failure::missing("call", "at this address: /api/v1/openapi.json lists those that there are")
}

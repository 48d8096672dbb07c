//! The pages of notes: parse, call the verb, and no more.

mod bells;
mod files;
mod live;
mod notes;

pub use files::sent as file_answer;

use axum::Router;
use platform::app::App;

/// `/notes`, `/files`, `/notifications`, `/live`, and what records are asked about notes and followers.
pub fn routes() -> Router<App> {
    Router::new()
        .merge(notes::routes())
        .merge(files::routes())
        .merge(bells::routes())
        .merge(live::routes())
}

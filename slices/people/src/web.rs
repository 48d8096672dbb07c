//! The pages of people: parse, call the verb, fill the view.

mod imports;
mod list;
mod person;

pub(crate) use list::engagement;
pub use person::{RecordAsk, record_view};

use axum::Router;
use platform::app::App;

/// `/people`, `/people/{person}` and `/imports`.
pub fn routes() -> Router<App> {
    Router::new().merge(list::routes()).merge(person::routes()).merge(imports::routes())
}

//! The pages of people: parse, call the verb, fill the view.

mod company;
mod edit;
mod fields;
mod imports;
mod list;
mod make;
mod person;
mod privacy;
mod search;

pub use company::{CompanyAsk, company_view};
pub(crate) use list::engagement;
pub use person::{RecordAsk, record_view};
pub use privacy::{all_of, erase_confirmed};

use axum::Router;
use platform::app::App;

/// `/people`, `/people/new`, `/people/{person}`, `/companies/{company}`, `/search`, `/settings/fields` and `/imports`.
pub fn routes() -> Router<App> {
    Router::new()
        .merge(list::routes())
        .merge(make::routes())
        .merge(person::routes())
        .merge(privacy::routes())
        .merge(company::routes())
        .merge(edit::routes())
        .merge(search::routes())
        .merge(imports::routes())
        .merge(fields::routes())
}

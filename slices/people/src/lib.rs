//! People and companies: who they are, how they are named outside, where they stand, and the list.
//!
//! **Promise:** one human is one row, found by every name that the outside world has for them; what
//! the row says is what the journal's facts say, and every import's counts add up.
//! **Never:** decides a stage. Whoever folds tells this slice where a person stands, with [`stand`].

pub mod create;
pub mod find;
pub mod import;
pub mod list;
pub mod pages;
pub mod panel;
pub mod person;
mod project;
pub mod stand;
mod store;
pub mod web;

pub use project::PeopleProjection;

use platform::slice::{Migrations, Slice};

/// A person's id inside. Outside it is printed as `per_…`.
pub type PersonId = i64;
/// A company's id inside. Outside it is printed as `cmp_…`.
pub type CompanyId = i64;
/// A lens's id inside.
pub type LensId = i64;

/// The prefix of a person's public id.
pub const PERSON: &str = "per";
/// The prefix of a company's public id.
pub const COMPANY: &str = "cmp";

/// What the server mounts of this slice.
pub fn slice() -> Slice {
    Slice {
        name: "people",
        migrations: Migrations {
            slice: "people",
            files: &[("0001_people", include_str!("../migrations/0001_people.sql"))],
        },
        statements: &[store::ALL, stand::ALL, list::ALL, import::ALL],
        columns: include_str!("../columns.toml"),
    }
}

//! What a slice hands to whoever assembles the program and checks it.
use crate::db::{Migrations, Sql};

/// A slice as the server and the tests see it: its tables, its statements, its classified columns.
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    /// The name of its folder.
    pub name: &'static str,
    /// Its tables, step by step.
    pub migrations: Migrations,
    /// Every statement it runs, list by list, so that a test can prepare them all on both databases.
    pub statements: &'static [&'static [Sql]],
    /// Its `columns.toml`: each column is personal, secret, business or system.
    pub columns: &'static str,
}

/// The tables and statements of the platform itself.
pub fn platform() -> Slice {
    Slice {
        name: "platform",
        migrations: crate::db::MIGRATIONS,
        statements: &[
            crate::db::STATEMENTS,
            crate::settings::ALL,
            crate::jobs::STATEMENTS,
            crate::jobs::TRAVEL_STATEMENTS,
            crate::once::ALL,
        ],
        columns: include_str!("../columns.toml"),
    }
}

//! Away: what leaves the workspace. The whole of it, to arrive in an empty one; and people of whom nothing has been heard
//! for longer than a rule of the workspace allows.
//!
//! **Promise:** a workspace that was taken out and brought in is the same one: every row that is not derived, every file,
//! every id, and what is derived is made again and verified. A rule erases nobody whom it did not report first.
//! **Never:** erases by itself: `people::erase` does, whoever asks.

pub mod manifest;
pub mod pages;
pub mod rebuild;
pub mod retention;
pub mod web;
pub mod workspace;

use platform::db::Migrations;
use platform::slice::Slice;

/// What the server mounts of this slice.
pub fn slice() -> Slice {
    Slice {
        name: "away",
        migrations: Migrations {
            slice: "away",
            files: &[("0070_retention", include_str!("../migrations/0070_retention.sql"))],
        },
        statements: &[retention::ALL],
        columns: include_str!("../columns.toml"),
    }
}

//! Notes: what users write about people and companies, who follows whom, and what each is told of it.
//!
//! **Promise:** a note is read by those whom its author chose, of those who see the record, and by nobody else through
//! any mouth; whoever is named in one is told once; what comes in numbers is told in one line.
//! **Never:** decides a stage, and never lets a note that is not shared leave a trace that others see.

pub mod file;
pub mod follow;
mod forget;
mod found;
pub mod mention;
pub mod note;
pub mod notify;
mod pages;
pub mod read;
mod record;
pub mod remove;
mod store;
mod tell;
pub mod tidy;
pub mod web;
pub mod write;

pub use file::NotesAttach;
pub use forget::NotesForget;
pub use found::FoundNotes;
pub use note::{Audience, NoteView};
pub use record::NotesBeside;
pub use tell::{Bell, NotesProjection};

use platform::db::Migrations;
use platform::slice::Slice;

/// A note's id inside. Outside it is printed as `not_…`.
pub type NoteId = i64;

/// The prefix of a note's public id.
pub const NOTE: &str = "not";
/// The prefix of the public id of a file that hangs on a note.
pub const FILE: &str = "fil";
/// The prefix of a notification's public id.
pub const NOTIFICATION: &str = "ntf";

/// What the server mounts of this slice.
pub fn slice() -> Slice {
    Slice {
        name: "notes",
        migrations: Migrations {
            slice: "notes",
            files: &[("0060_notes", include_str!("../migrations/0060_notes.sql"))],
        },
        statements: &[store::ALL, file::ALL, follow::ALL, notify::ALL],
        columns: include_str!("../columns.toml"),
    }
}

//! Import: a file of rows becomes people, companies, facts and activities.
//!
//! **Promise:** every row of the file is created, updated, unchanged or rejected, and the counts say so;
//! the same file twice changes nothing; a run that was killed goes on where it was, with the same counts.
//! What of a taken row was left out, or is held and not believed, is told row by row.
//! **Never:** a row by halves: what a row says is recorded whole, in one transaction with its count.

pub(crate) mod apply;
pub(crate) mod back;
pub mod exceptions;
pub mod mapping;
pub mod plan;
pub mod run;
pub(crate) mod store;

pub use back::{bring_back, read_reason};
pub use run::{DryRun, Import, Kept, Started, dry_run, keep, keep_stream, read_mapping, start};
pub(crate) use store::ALL;
pub use store::{
    Copy, Counts, Exception, ImportRow, Note, Rejection, copies, find, list, list_before, load,
    notes, rejections,
};

/// The job that runs an import.
pub const IMPORT: &str = "people.import";
/// The prefix of an import's public id.
pub const IMPORT_ID: &str = "imp";
/// Rows that are applied in one transaction, with their counts.
pub const BATCH_ROWS: usize = 2_000;

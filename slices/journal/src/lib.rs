//! The journal: what happened, and what became known, to people and companies.
//!
//! **Promise:** whatever is recorded stays as it was written, in the order in which it happened, but for what names
//! somebody who is erased ([`redact`]); and everything derived from it is derived in the same transaction, or nothing is recorded at all.
//! **Never:** knows a definition, a stage or a page. Who derives something registers a [`Projection`].

mod encode;
mod record;
pub mod redact;
mod sources;
mod store;
mod tidy;

pub use record::{Batch, Changed, NewEntry, Recorded, Repeats, record, restore};
pub use sources::{OUTRANKED, rank_sources, sources};

use std::collections::HashMap;
use std::sync::Arc;

use funnel::Wanted;
use funnel::history::Entry;
use funnel::sql::ActivityTable;
use moment::Moment;
use platform::db::Migrations;
use platform::db::Tx;
use platform::failure::Failure;
use platform::slice::Slice;

/// The number under which a person or a company is known inside; they share one space, and the
/// number says which it is: even for a person, odd for a company.
pub type SubjectId = i64;

/// The log, for statements that are made of conditions.
pub const ACTIVITIES: ActivityTable = ActivityTable {
    table: "activity",
    subject: "subject_id",
    occurred_at: "occurred_at",
    recorded_at: "recorded_at",
    kind: "kind",
    channel: "channel",
    direction: "direction",
    agent: "agent",
    campaign: "campaign",
    properties: "properties",
    observed: store::OBSERVED,
};

/// Whether the subject is a company.
pub const fn is_company(subject: SubjectId) -> bool {
    subject & 1 == 1
}

/// Ids for so many new people.
///
/// # Errors
/// `Broken` when the database fails.
pub fn new_people(
    tx: &mut Tx,
    count: usize,
) -> Result<impl Iterator<Item = SubjectId> + use<>, Failure> {
    let first = tx.ids(u32::try_from(count).unwrap_or(u32::MAX))?;
    Ok((first..).take(count).map(|number| number * 2))
}

/// Ids for so many new companies.
///
/// # Errors
/// `Broken` when the database fails.
pub fn new_companies(
    tx: &mut Tx,
    count: usize,
) -> Result<impl Iterator<Item = SubjectId> + use<>, Failure> {
    let first = tx.ids(u32::try_from(count).unwrap_or(u32::MAX))?;
    Ok((first..).take(count).map(|number| number * 2 + 1))
}

/// Something derived from the journal, in the same transaction as what was just recorded.
pub trait Projection: Send + Sync {
    /// For the log and for messages.
    fn name(&self) -> &'static str;

    /// Brings what it derives up to date with what was recorded.
    ///
    /// # Errors
    /// Any failure undoes the recording too.
    fn project(&self, tx: &mut Tx, recorded: &Recorded) -> Result<(), Failure>;
}

/// The projections, in the order in which the server wired them. A part of the app.
pub struct Projections(pub Vec<Arc<dyn Projection>>);

/// What the server mounts of this slice.
pub fn slice() -> Slice {
    Slice {
        name: "journal",
        migrations: Migrations {
            slice: "journal",
            files: &[("0001_activity", include_str!("../migrations/0001_activity.sql"))],
        },
        statements: &[store::ALL, redact::ALL],
        columns: include_str!("../columns.toml"),
    }
}

/// The histories of these subjects, each in order; a subject of which nothing is recorded is left out.
///
/// # Errors
/// `Broken` when the database or what is written there can't be read.
pub fn histories(
    tx: &mut Tx,
    subjects: &[SubjectId],
) -> Result<Vec<(SubjectId, Vec<Entry>)>, Failure> {
    store::histories(tx, subjects)
}

/// The histories of all subjects from `first` to `last`, both included, in one scan.
///
/// # Errors
/// `Broken` when the database or what is written there can't be read.
pub fn histories_between(
    tx: &mut Tx,
    first: SubjectId,
    last: SubjectId,
) -> Result<Vec<(SubjectId, Vec<Entry>)>, Failure> {
    store::histories_between(tx, first, last, &Wanted::everything())
}

/// The same, of each entry no more than somebody looks at.
///
/// # Errors
/// As [`histories_between`].
pub fn wanted_between(
    tx: &mut Tx,
    first: SubjectId,
    last: SubjectId,
    wanted: &Wanted,
) -> Result<Vec<(SubjectId, Vec<Entry>)>, Failure> {
    store::histories_between(tx, first, last, wanted)
}

/// The same of one subject.
///
/// # Errors
/// As [`histories_between`].
pub fn wanted_of(tx: &mut Tx, subject: SubjectId, wanted: &Wanted) -> Result<Vec<Entry>, Failure> {
    let found = store::histories_between(tx, subject, subject, wanted)?.pop();
    Ok(found.map(|(_, entries)| entries).unwrap_or_default())
}

/// Which user did or said what of a subject's history, by when it happened and its id; entries of nobody are left out.
///
/// # Errors
/// `Broken` when the database fails.
pub fn actors(tx: &mut Tx, subject: SubjectId) -> Result<HashMap<(Moment, i64), i64>, Failure> {
    store::actors(tx, subject)
}

/// One entry of a subject's history, by when it happened and its id.
///
/// # Errors
/// `Broken` when the database or what is written there can't be read.
pub fn entry(
    tx: &mut Tx,
    subject: SubjectId,
    at: Moment,
    id: i64,
) -> Result<Option<Entry>, Failure> {
    store::entry(tx, subject, at, id)
}

/// The next subjects of whom something is recorded, people and companies, by id.
///
/// # Errors
/// `Broken` when the database fails.
pub fn subjects_after(
    tx: &mut Tx,
    after: SubjectId,
    limit: i64,
) -> Result<Vec<SubjectId>, Failure> {
    store::subjects_after(tx, after, limit)
}

/// How many activities and observations are recorded in all.
///
/// # Errors
/// `Broken` when the database fails.
pub fn count(tx: &mut Tx) -> Result<u64, Failure> {
    store::count(tx)
}

/// An id made of what names an activity outside (its kind, the row's key, the time …), so that the
/// same thing recorded twice is recorded once. FNV-1a with a final mix, 63 bits.
pub fn natural_id(parts: &[&str]) -> i64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for part in parts {
        for byte in part.bytes().chain([0x1f]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^= hash >> 33;
    (hash >> 1).cast_signed()
}

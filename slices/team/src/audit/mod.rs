//! The audit log: who did what to which record, through which mouth.
//!
//! **Promise:** what a verb notes is kept exactly when the verb's change is; a row is never changed or removed, and
//! [`check`] finds one that was, past this program.
//! **Never:** holds a value of a person, or a secret: ids, names of things and counts are enough to say what was done.

mod ask;
mod read;
mod store;

use moment::Moment;
use platform::db::{Dialect, Tx};
use platform::failure::Failure;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::user::User;

pub use ask::{COLUMNS, Texts, csv, json_lines};
pub use read::{Asked, Noted, Page, ROWS_MAX, check, export, list};
pub use read::{Checked, Who};
pub(crate) use store::ALL;

/// Rows stand in so many chains, so that on PostgreSQL those who change different records do not wait for each other.
const LANES: i64 = 16;
/// The longest detail, in bytes; more is cut off, for a log must not refuse what it logs.
const DETAIL_BYTES_MAX: usize = 4_096;
/// What stands before the first row of a lane.
const BEGINNING: [u8; 32] = [0; 32];

/// The record to which something was done: what kind, by the prefix of its public id, and its number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Subject(Option<(&'static str, i64)>);

impl Subject {
    /// For what is done to no record in particular.
    pub const NONE: Subject = Subject(None);
}

impl From<(&'static str, i64)> for Subject {
    fn from(subject: (&'static str, i64)) -> Subject {
        Subject(Some(subject))
    }
}

/// Notes, in the transaction of a verb that changes something, that it did. `what` is `subject.verb-in-the-past`;
/// `detail` holds no value of a person, and is `Value::Null` if there is nothing to add. Best done last: on PostgreSQL
/// others who note the same record wait from here on until this transaction ends.
///
/// # Errors
/// `Broken` or `Busy` if the database fails.
pub fn note(
    tx: &mut Tx,
    who: &User,
    what: &str,
    subject: impl Into<Subject>,
    detail: Value,
    now: Moment,
) -> Result<(), Failure> {
    let Subject(subject) = subject.into();
    let lane = match tx.dialect() {
        // One writes at a time there: one chain has one end, and a row touches one page of it.
        Dialect::Sqlite => 0,
        Dialect::Postgres => subject.map_or(0, |(_, id)| id).rem_euclid(LANES),
    };
    tx.lock("audit", &[lane])?;
    let (before, hash) = store::last_of(tx, lane)?.unwrap_or((0, BEGINNING.to_vec()));
    let mut row = store::Kept {
        id: tx.ids(1)?,
        occurred_at: now,
        user: who.actor(),
        mouth: who.mouth.as_str().to_owned(),
        token: who.mouth.token(),
        what: what.to_owned(),
        subject: subject.map(|(kind, id)| (kind.to_owned(), id)),
        detail: text(&detail),
        lane,
        place: before + 1,
        hash: Vec::new(),
    };
    row.hash = linked(&hash, &row);
    store::add(tx, &row)
}

fn text(detail: &Value) -> String {
    if detail.is_null() {
        return "{}".to_owned();
    }
    let text = detail.to_string();
    if text.len() <= DETAIL_BYTES_MAX {
        return text;
    }
    serde_json::json!({ "too_long_bytes": text.len() }).to_string()
}

/// The hash of a row and of all before it: SHA-256 over the hash before and the row as a JSON list, in which no two
/// rows read the same.
fn linked(before: &[u8], row: &store::Kept) -> Vec<u8> {
    let store::Kept {
        id,
        occurred_at,
        user,
        mouth,
        token,
        what,
        subject,
        detail,
        lane,
        place,
        hash: _,
    } = row;
    let told = serde_json::json!([
        id,
        occurred_at.0,
        user,
        mouth,
        token,
        what,
        subject,
        detail,
        lane,
        place
    ]);
    Sha256::new().chain_update(before).chain_update(told.to_string()).finalize().to_vec()
}

#[cfg(test)]
mod tests;

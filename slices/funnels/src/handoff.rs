//! Handoffs: whom marketing hands to sales, within what time, and what came of it.
//!
//! **Promise:** whoever climbs to a stage with `sla = { accept = … }` is handed over, once for each time they come
//! there; handed over = accepted + rejected + waiting + moved on, for every version and every source.
//! **Never:** decides a stage. An answer is an activity like others; what a definition makes of it, it says itself.

pub(crate) mod derive;
mod report;
pub(crate) mod store;

pub(crate) use report::waiting_of;
pub use report::{
    Counts, HandoffView, HandoffsView, LISTED_MAX, Line, Pick, ReasonView, Since, handoffs, picked,
};

use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::refold::REFOLD;

/// What came of a handoff.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Nobody has answered.
    Waiting,
    /// Sales took them on.
    Accepted,
    /// Sales handed them back.
    Rejected,
    /// They left the stage before anybody answered.
    MovedOn,
}

impl Outcome {
    /// All of them, in the order of their numbers.
    pub const ALL: [Outcome; 4] =
        [Outcome::Waiting, Outcome::Accepted, Outcome::Rejected, Outcome::MovedOn];

    /// The number under which it is stored.
    pub const fn code(self) -> i64 {
        match self {
            Outcome::Waiting => 0,
            Outcome::Accepted => 1,
            Outcome::Rejected => 2,
            Outcome::MovedOn => 3,
        }
    }

    /// From the number under which it is stored.
    pub fn from_code(code: i64) -> Option<Outcome> {
        Outcome::ALL.into_iter().find(|outcome| outcome.code() == code)
    }

    /// The word in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Waiting => "waiting",
            Outcome::Accepted => "accepted",
            Outcome::Rejected => "rejected",
            Outcome::MovedOn => "moved_on",
        }
    }

    /// From the word in addresses.
    pub fn parse(word: &str) -> Option<Outcome> {
        Outcome::ALL.into_iter().find(|outcome| outcome.as_str() == word)
    }
}

/// Under which name it is noted that handoffs are kept.
const KEPT: &str = "handoff";

/// Whether handoffs are kept already; a workspace from before they were has yet to derive them.
///
/// # Errors
/// `Broken` when the database fails.
pub fn is_kept(tx: &mut Tx) -> Result<bool, Failure> {
    store::is_kept(tx, KEPT)
}

/// Derives the handoffs of a workspace that was there before they were kept: a job re-stands everybody, once. Gives
/// the job, if there is anybody.
///
/// # Errors
/// `Broken` when the database fails.
pub fn keep(tx: &mut Tx, now: Moment) -> Result<Option<i64>, Failure> {
    if is_kept(tx)? {
        return Ok(None);
    }
    store::keep(tx, KEPT, now)?;
    if people::count(tx)? == 0 {
        return Ok(None);
    }
    platform::jobs::enqueue(tx, REFOLD, None, &json!({ "for": KEPT }), now).map(Some)
}

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

use serde::{Deserialize, Serialize};

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

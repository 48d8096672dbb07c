//! Receipts: the evidence of a transition, small enough to keep millions of them.

use std::sync::Arc;

use moment::Moment;
use serde::{Deserialize, Serialize};

use crate::standing::Stage;
use crate::truth::Truth;

/// Why a stage changed: the version of the definition, the rule, and each condition that it read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// The version of the definition.
    #[serde(rename = "v")]
    pub version: u32,
    /// The rule that held.
    pub rule: Rule,
    /// The conditions that the rule read, in its order; first those of the rule itself, each followed
    /// by those that made up its scores, criteria and temperatures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<Judged>,
}

/// A rule of a definition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rule {
    /// `enter` (and `gate`) of a stage; from an exit its `wake` too.
    Enter(Stage),
    /// `leave` of a stage, and which of its list, from 0.
    Leave(Stage, u16),
    /// `enter` of the exit `disqualified`, and which of its list, from 0.
    Disqualify(u16),
    /// Moved by hand: the id of the activity `stage.moved`.
    Hand(i64),
    /// Woken as a move by hand asked: the id of that activity `stage.moved`.
    Wake(i64),
}

/// Where in a rule a condition stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// `enter`.
    Enter,
    /// `gate`.
    Gate,
    /// `leave`.
    Leave,
    /// `wake`.
    Wake,
    /// A criterion, score or temperature that another condition read.
    Under,
}

/// One atomic condition as it was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// Where it stands.
    #[serde(rename = "p")]
    pub part: Part,
    /// The condition's text.
    #[serde(rename = "c")]
    pub condition: Arc<str>,
    /// Whether it held.
    #[serde(rename = "t")]
    pub truth: Truth,
    /// The value seen, as people read it: `food`, `3`, `40 to 70`, `12 days`.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<String>,
    /// The entries it rests on.
    #[serde(rename = "on", default, skip_serializing_if = "Vec::is_empty")]
    pub rests_on: Vec<Rest>,
}

/// An entry of the history that something rests on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Rest {
    /// When it happened, or from when the fact held.
    pub at: Moment,
    /// The entry's id.
    pub id: i64,
    /// The activity's kind, or the fact's key.
    pub what: Arc<str>,
    /// Where a fact came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Arc<str>>,
}

/// The most entries that one condition of a receipt names: the newest.
pub const RESTS_MAX: usize = 8;

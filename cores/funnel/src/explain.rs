//! Explanations: a condition with what was found for each of its parts.

use serde::{Deserialize, Serialize};

use crate::receipt::Rest;
use crate::truth::Truth;

/// A part of a condition as it was found; its own parts beneath it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explained {
    /// The part's text.
    pub text: String,
    /// The same in English.
    pub english: String,
    /// Whether it held.
    pub truth: Truth,
    /// The value seen, as people read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<String>,
    /// The entries it rests on, oldest first, at most [`crate::receipt::RESTS_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rests_on: Vec<Rest>,
    /// What it is made of: the operands of and, or and not; beneath a criterion, score or temperature
    /// the conditions that decide it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Explained>,
}

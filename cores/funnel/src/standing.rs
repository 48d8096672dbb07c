//! Where a person stands, and what moved them there.

use std::sync::Arc;

use moment::{Moment, Span};
use serde::{Deserialize, Serialize};

use crate::receipt::{Receipt, Rest};
use crate::truth::{Range, Truth};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];
            /// The number under which it is stored: its place, from 0.
            pub const fn code(self) -> i64 { self as i64 }
            /// From the number under which it is stored.
            pub fn from_code(code: i64) -> Option<$name> { usize::try_from(code).ok().and_then(|place| $name::ALL.get(place).copied()) }
            /// Its word.
            pub const fn as_str(self) -> &'static str { match self { $($name::$variant => $word,)* } }
            /// From its word.
            pub fn parse(word: &str) -> Option<$name> { match word { $($word => Some($name::$variant),)* _ => None } }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }
    };
}

words! {
    /// Where a person can stand: the way up, then the two exits.
    Stage {
        /// Not in the funnel yet.
        None = "none",
        /// Known.
        Lead = "lead",
        /// Worth an effort.
        Prospect = "prospect",
        /// May buy.
        Opportunity = "opportunity",
        /// Has bought.
        Customer = "customer",
        /// Cooled, with a way back.
        Recycled = "recycled",
        /// Must not buy.
        Disqualified = "disqualified",
    }
}

words! {
    /// How warm.
    Temperature {
        /// As warm as it gets.
        Hot = "hot",
        /// In between.
        Warm = "warm",
        /// Not warm.
        Cold = "cold",
    }
}

impl Stage {
    /// The stages that one climbs to, lowest first.
    pub const CLIMB: [Stage; 4] =
        [Stage::Lead, Stage::Prospect, Stage::Opportunity, Stage::Customer];

    /// Whether it is an exit, from which one comes back only by its wake-up condition.
    pub const fn is_exit(self) -> bool {
        matches!(self, Stage::Recycled | Stage::Disqualified)
    }
}

/// A person's place under one definition at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// As of when.
    pub as_of: Moment,
    /// The stage.
    pub stage: Stage,
    /// Since when in this stage; `None` if nothing ever moved them.
    pub entered_at: Option<Moment>,
    /// The kind within the stage.
    pub kind: Option<Arc<str>>,
    /// The temperature, if one holds.
    pub temperature: Option<Temperature>,
    /// The scores.
    pub scores: Scores,
    /// The definition's criteria, in its order.
    pub criteria: Vec<CriterionStanding>,
    /// Before this moment nothing here changes without a new entry; `None`: never.
    pub next_at: Option<Moment>,
}

/// The scores of a person; `None` where nothing is known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scores {
    /// 0 to 100; from points held to points possible.
    pub fit: Option<Range>,
    /// From 0; halves with time.
    pub engagement: Option<Decaying>,
    /// 0 to 100.
    pub intent: Option<Range>,
    /// 0 to 1.
    pub likelihood: Option<Range>,
}

/// A number that halves with time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decaying {
    /// Its value at `as_of`.
    pub value: f64,
    /// When it had that value.
    pub as_of: Moment,
    /// How long it takes to halve; `None` if it does not.
    pub half_life: Option<Span>,
}

impl Decaying {
    /// Its value at a later moment, if nothing is added until then.
    pub fn at(self, moment: Moment) -> f64 {
        match self.half_life {
            #[expect(clippy::cast_precision_loss, reason = "microseconds of 285 years fit 53 bits")]
            Some(half) => self.value * (-((moment - self.as_of).0 as f64) / half.0 as f64).exp2(),
            None => self.value,
        }
    }
}

/// What is known of one criterion.
#[derive(Clone, Debug, PartialEq)]
pub struct CriterionStanding {
    /// Its name in the definition.
    pub name: Arc<str>,
    /// Yes, no or unknown.
    pub truth: Truth,
    /// When the newest of what it rests on happened.
    pub since: Option<Moment>,
    /// When the answer that it rests on runs out.
    pub expires_at: Option<Moment>,
    /// The answers, facts and activities that make it so.
    pub rests_on: Vec<Rest>,
}

/// A change of stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transition {
    /// When: the moment at which its evidence had been recorded, or time had passed.
    pub at: Moment,
    /// When that evidence happened; `at` unless it was recorded late.
    pub evidence_at: Moment,
    /// From where.
    pub from: Stage,
    /// To where.
    pub to: Stage,
    /// Why, where the rule gives a reason: `cooled`, `lost` …
    pub reason: Option<Arc<str>>,
    /// What it rests on.
    pub receipt: Receipt,
}

/// What a history comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Folded {
    /// Where the person stands as of the moment asked for.
    pub standing: Standing,
    /// How they got there, oldest first.
    pub transitions: Vec<Transition>,
}

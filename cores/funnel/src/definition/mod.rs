//! Definitions: what a lead, a prospect and an opportunity are, as data.
//!
//! **Promise:** a definition that reads is whole: every name is known, nothing refers to itself, and
//! each part reads only what is decided before it. **Never:** opens a file; text in, value out.

pub(crate) mod check;
mod diff;
mod doubts;
pub(crate) mod examples;
pub mod pieces;
pub mod places;
mod read;
mod rests;
mod rounds;
mod said;

use std::sync::Arc;

use moment::Span;

use crate::condition::{Activities, Condition, Fault, Length, Names, Score};
use crate::standing::{Stage, Temperature};

pub use diff::{Change, Mark, Piece};
pub use doubts::doubts;
pub use examples::{Example, Outcome};
pub use rounds::ROUND_MIN;

/// The longest text of a definition, in bytes.
pub const TEXT_BYTES_MAX: usize = 262_144;
/// The most criteria, kinds, points of a score, ways to leave a stage, gates or examples.
pub const PARTS_MAX: usize = 200;
/// The most atomic conditions of a definition.
pub const ATOMS_MAX: usize = 2_000;
/// The most atomic conditions of what somebody who is recycled by hand wakes by.
pub const WAKE_ATOMS_MAX: usize = 50;
/// The most atomic conditions that one condition may hang on, by way of criteria and scores.
pub const UNDER_MAX: usize = 1_000;

/// One definition, read and checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// Where it comes from.
    pub source: Option<String>,
    /// What it says, in a line.
    pub about: Option<String>,
    /// The questions, in the order of the file.
    pub criteria: Vec<Criterion>,
    /// Orders in which to ask them.
    pub frameworks: Vec<Framework>,
    /// How scores are counted; what is not here comes from outside as facts.
    pub scores: Vec<ScoreRule>,
    /// Temperatures; the first that holds.
    pub temperatures: Vec<(Temperature, Condition)>,
    /// The stages lead to customer that the definition knows, lowest first.
    pub stages: Vec<StageRule>,
    /// The way back from recycled.
    pub recycled: ExitRule,
    /// The way into disqualified, and back.
    pub disqualified: ExitRule,
    /// What must hold before the program or a person does such a thing.
    pub gates: Vec<(String, Condition)>,
    /// Kinds; the first that holds.
    pub kinds: Vec<(Arc<str>, Condition)>,
    /// Its own tests.
    pub examples: Vec<Example>,
    /// The text that it was read from.
    pub text: String,
}

/// A yes/no/unknown question.
#[derive(Clone, Debug, PartialEq)]
pub struct Criterion {
    /// Its name.
    pub name: Arc<str>,
    /// The question to ask.
    pub ask: Option<String>,
    /// Other names of the same question.
    pub aka: Vec<String>,
    /// After how long an answer runs out.
    pub expires: Option<Span>,
    /// What decides it, yes, no or unknown, where nobody has answered.
    pub from: Option<Condition>,
    /// What proves a yes, and whose absence proves nothing.
    pub yes: Option<Condition>,
}

/// An ordered set of criteria.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Framework {
    /// BANT, CHAMP …
    pub name: String,
    /// Names of criteria.
    pub criteria: Vec<String>,
}

/// How a score is counted.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreRule {
    /// Which score.
    pub score: Score,
    /// Whether it is the company's: counted over what all its people and it itself did.
    pub of_company: bool,
    /// How long it takes points for activities to halve; they stay if not said.
    pub half_life: Option<Span>,
    /// What gives points.
    pub points: Vec<Points>,
}

/// What gives points.
#[derive(Clone, Debug, PartialEq)]
pub enum Points {
    /// While a condition holds.
    When(Condition, f64),
    /// For each such activity, the first few of each day in UTC.
    On {
        /// Which activities.
        activities: Activities,
        /// Points for each.
        add: f64,
        /// How many activities of one day count at most.
        per_day_max: Option<u32>,
    },
}

/// What makes and unmakes a stage.
#[derive(Clone, Debug, PartialEq)]
pub struct StageRule {
    /// Which stage.
    pub stage: Stage,
    /// What puts one there.
    pub enter: Condition,
    /// What must hold however one arrives.
    pub gate: Option<Condition>,
    /// The ways down; the first that holds.
    pub leave: Vec<Leave>,
    /// Who owns people there: marketing, sales, both.
    pub owner: Option<String>,
    /// Within what time a handoff is to be accepted.
    pub accept_within: Option<Span>,
}

/// A way down.
#[derive(Clone, Debug, PartialEq)]
pub struct Leave {
    /// When.
    pub when: Condition,
    /// Where to.
    pub to: Stage,
    /// Why, in a word or two.
    pub reason: Option<Arc<str>>,
}

/// The rules of an exit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExitRule {
    /// What puts one there, with reasons (`disqualified` alone).
    pub enter: Vec<(Condition, Option<Arc<str>>)>,
    /// While this holds one may come back.
    pub wake: Option<Condition>,
    /// The reasons that a hand may give for putting somebody there; if there is none it may give any.
    pub reasons: Vec<Arc<str>>,
}

/// What a hand may give as its reason for an exit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reasons<'d> {
    /// Those of the exit's list, then those that rules give.
    pub words: Vec<&'d str>,
    /// Whether it must be one of these: the definition has a list. Else they are only suggested.
    pub is_list: bool,
}

impl Definition {
    /// Reads a definition from its text.
    ///
    /// # Errors
    /// All faults that could be found, each with line, column and the nearest known name.
    pub fn parse(text: &str) -> Result<Definition, Vec<Fault>> {
        read::definition(text)
    }

    /// Reads what somebody who is recycled by hand is to wake by: a condition that knows this definition's names and
    /// reads only what is decided by then.
    ///
    /// # Errors
    /// What is wrong with it, in words that say how to mend it.
    pub fn wake(&self, text: &str) -> Result<Condition, String> {
        let criteria = self.criteria.iter().flat_map(|criterion| {
            std::iter::once(criterion.name.to_string()).chain(criterion.aka.iter().cloned())
        });
        let kinds = self.kinds.iter().map(|(name, _)| name.to_string());
        let (criteria, kinds) = (Some(criteria.collect()), Some(kinds.collect()));
        let names = Names { criteria, kinds, ..Names::default() };
        let condition = Condition::parse_with(text, &names).map_err(|fault| fault.to_string())?;
        if condition.atoms() > WAKE_ATOMS_MAX {
            return Err(format!("it asks for more than {WAKE_ATOMS_MAX} things; ask for fewer"));
        }
        match check::wrong_wake(self, &condition) {
            Some(words) => Err(words),
            None => Ok(condition),
        }
    }

    /// The rules of a stage between lead and customer.
    pub fn stage(&self, stage: Stage) -> Option<&StageRule> {
        self.stages.iter().find(|rule| rule.stage == stage)
    }

    /// What a hand may give as its reason for putting somebody to an exit; nothing is said of stages.
    pub fn reasons(&self, exit: Stage) -> Reasons<'_> {
        let rule = match exit {
            Stage::Recycled => &self.recycled,
            Stage::Disqualified => &self.disqualified,
            _ => return Reasons::default(),
        };
        let leaves = self.stages.iter().flat_map(|rule| &rule.leave);
        let leaves =
            leaves.filter(|leave| leave.to == exit).filter_map(|leave| leave.reason.as_ref());
        let enters = rule.enter.iter().filter_map(|(_, reason)| reason.as_ref());
        let mut words: Vec<&str> = Vec::new();
        for reason in rule.reasons.iter().chain(enters).chain(leaves) {
            if !words.contains(&&**reason) {
                words.push(reason);
            }
        }
        Reasons { words, is_list: !rule.reasons.is_empty() }
    }

    /// The place of a criterion, by its name or another name of it.
    pub fn criterion(&self, name: &str) -> Option<usize> {
        let is = |criterion: &Criterion| {
            &*criterion.name == name || criterion.aka.iter().any(|aka| aka == name)
        };
        // A name goes before another's other name.
        self.criteria
            .iter()
            .position(|criterion| &*criterion.name == name)
            .or_else(|| self.criteria.iter().position(is))
    }

    /// The names that a condition asked under this definition may use.
    pub fn names(&self) -> Names {
        let criteria = self.criteria.iter().flat_map(|criterion| {
            std::iter::once(criterion.name.to_string()).chain(criterion.aka.iter().cloned())
        });
        let kinds = self.kinds.iter().map(|(name, _)| name.to_string());
        let (criteria, kinds) = (Some(criteria.collect()), Some(kinds.collect()));
        Names { criteria, kinds, ..Names::default() }
    }

    /// The rule by which a score is counted, if the definition has one.
    pub fn score(&self, score: Score) -> Option<&ScoreRule> {
        self.scores.iter().find(|rule| rule.score == score)
    }

    /// The lengths of time that a text like `180d`, `4h` or `15m` names.
    pub(crate) fn span(text: &str) -> Option<Span> {
        use crate::condition::Unit;
        let unit = match text.chars().last()? {
            'd' => Unit::Days,
            'h' => Unit::Hours,
            'm' => Unit::Minutes,
            _ => return None,
        };
        let count = text.get(..text.len() - 1)?.parse().ok().filter(|&n| n <= 1_000_000)?;
        Some(Length { count, unit }.span())
    }
}

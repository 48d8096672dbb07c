//! Conditions: what must hold, as one typed tree with a text form, an English form and an evaluator.
//!
//! **Promise:** a condition that parses is well typed, of bounded depth and size, and prints to a
//! text that parses to itself. **Never:** runs longer than its size and the history allow.

pub mod doubts;
mod ends;
mod english;
mod fault;
pub mod form;
mod json;
pub(crate) mod kinds;
mod lex;
mod of;
mod parse;
mod print;
mod types;

use std::cmp::Ordering;

use moment::{Moment, Span};
use serde::{Deserialize, Serialize};

pub use english::{Called, English};
pub(crate) use fault::place;
pub use fault::{Fault, slips};
pub use of::Of;
pub use parse::Names;
pub(crate) use parse::filter;

/// The longest text of one condition, in bytes.
pub const TEXT_BYTES_MAX: usize = 16_384;
/// The deepest nesting of parentheses and negations.
pub const DEPTH_MAX: usize = 32;
/// The most nodes (operators, terms, list items) of one condition.
pub const NODES_MAX: usize = 1_000;
/// The most memory that one pattern of `matches` may take once compiled, in bytes.
pub const PATTERN_BYTES_MAX: usize = 1 << 18;

/// What must hold. Built by [`Condition::parse`]; `All` and `Any` hold two parts or more, none of
/// which is of the same sort.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Condition {
    /// `true` or `false`.
    Constant(bool),
    /// `a && b`.
    All(Vec<Condition>),
    /// `a || b`.
    Any(Vec<Condition>),
    /// `!a`.
    Not(Box<Condition>),
    /// `score.fit >= 60`.
    Compare {
        /// What is compared.
        left: Term,
        /// How.
        op: Op,
        /// With what.
        right: Term,
    },
    /// `company.industry in ["logistics", "food"]`.
    OneOf {
        /// What is looked for.
        term: Term,
        /// Where; literals of one type, at least one.
        list: Vec<Literal>,
    },
    /// `"route-planning" in company.technologies`.
    Holds {
        /// The term that holds several texts.
        term: Term,
        /// The text looked for.
        item: String,
    },
    /// `path.startsWith("/pricing")`.
    Text {
        /// The text that is tested.
        term: Term,
        /// How.
        test: TextTest,
        /// With what: for `matches` a pattern in the syntax of RE2, unanchored.
        with: String,
    },
    /// `company.competitor`, `criterion.budget`: a term that is itself true or false.
    Is(Term),
    /// `did("form.*", days(30))`.
    Did {
        /// Which activities.
        activities: Activities,
        /// How far back; all of the past if not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        window: Option<Window>,
    },
    /// `two_way(days(90))`.
    TwoWay {
        /// How far back; all of the past if not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        window: Option<Window>,
    },
    /// `known(person.title)`.
    Known(Term),
    /// `known(score.fit >= 60)`: it is known whether this is true. It is true where that is true or false, and false where
    /// that is unknown.
    Decided(Box<Condition>),
    /// `somebody(person.seniority == "vp")`: somebody who works there meets a condition about people. Of companies
    /// alone, and not within itself.
    Somebody(Box<Condition>),
}

/// Something with a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Term {
    /// Written in the condition itself.
    Literal(Literal),
    /// `person.…` or `company.…`: a fact.
    Fact(String),
    /// `score.…`.
    Score(Score),
    /// `criterion.…`, by its name or another name of it.
    Criterion(String),
    /// Where the person, or the company, stands now.
    Stage,
    /// How many people work there; of companies alone.
    People,
    /// The kind within the stage.
    Kind,
    /// How warm.
    Temperature,
    /// `met(criterion.a, criterion.b)`: how many of these criteria are true.
    Met(Vec<String>),
    /// `count("page.viewed", days(7))`.
    Count {
        /// Which activities.
        activities: Activities,
        /// How far back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        window: Option<Window>,
    },
    /// `since("email.replied")`: how long ago the last one was.
    Since(Activities),
    /// `dwell()`: how long in the present stage.
    Dwell,
    /// A field of an activity; in filters only.
    Field(String),
}

/// Which activities: of one of these kinds, and such that the filter holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Activities {
    /// Kinds; `form.*` stands for all that start so, `*` for all.
    pub kinds: Vec<String>,
    /// A condition over [`Term::Field`] alone. Only humans count unless it speaks of `agent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Box<Condition>>,
}

/// How far back, from the moment of judging.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Window {
    /// Younger than this.
    Last(Length),
    /// Learned since the present stage was entered.
    Dwell,
}

/// A length of time as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Length {
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: Unit,
}

/// Units of time; a day is 24 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// `days(30)`.
    Days,
    /// `hours(1)`.
    Hours,
    /// `minutes(15)`.
    Minutes,
}

/// A value written in a condition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Literal {
    /// `true`, `false`.
    Bool(bool),
    /// `5000`, `0.3`, `-1`.
    Number(f64),
    /// `"food"`.
    Text(String),
    /// `days(30)`.
    Length(Length),
    /// `date("2026-01-31")`: that day's start.
    Date(Moment),
}

/// The scores there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Score {
    /// Is it our kind of customer.
    Fit,
    /// What they do with us.
    Engagement,
    /// Is the company in the market.
    Intent,
    /// Calibrated probability to win, 0 to 1.
    Likelihood,
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Op {
    /// `==`
    #[serde(rename = "==")]
    Equal,
    /// `!=`
    #[serde(rename = "!=")]
    Unequal,
    /// `<`
    #[serde(rename = "<")]
    Less,
    /// `<=`
    #[serde(rename = "<=")]
    AtMost,
    /// `>`
    #[serde(rename = ">")]
    More,
    /// `>=`
    #[serde(rename = ">=")]
    AtLeast,
}

/// How a text is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TextTest {
    /// `startsWith`
    #[serde(rename = "startsWith")]
    Starts,
    /// `contains`
    #[serde(rename = "contains")]
    Contains,
    /// `matches`
    #[serde(rename = "matches")]
    Matches,
}

impl Condition {
    /// Reads the text form; names of criteria and kinds are taken as they come.
    ///
    /// # Errors
    /// A [`Fault`] with line, column, what was expected, and the nearest known name.
    pub fn parse(text: &str) -> Result<Condition, Fault> {
        parse::condition(text, &Names::default())
    }

    /// Reads the text form where the names of criteria and kinds are known.
    ///
    /// # Errors
    /// As [`Condition::parse`], and for a criterion or kind that is not among the names.
    pub fn parse_with(text: &str, names: &Names) -> Result<Condition, Fault> {
        parse::condition(text, names)
    }

    /// Calls `see` with every term of the condition, those within filters too.
    pub fn terms<'a>(&'a self, see: &mut dyn FnMut(&'a Term)) {
        let filter = |activities: &'a Activities, see: &mut dyn FnMut(&'a Term)| {
            if let Some(filter) = &activities.filter {
                filter.terms(see);
            }
        };
        let term = |term: &'a Term, see: &mut dyn FnMut(&'a Term)| {
            see(term);
            match term {
                Term::Count { activities, .. } | Term::Since(activities) => {
                    filter(activities, see);
                }
                _ => {}
            }
        };
        match self {
            Condition::Constant(_) | Condition::TwoWay { .. } => {}
            Condition::All(parts) | Condition::Any(parts) => {
                parts.iter().for_each(|part| part.terms(see));
            }
            Condition::Not(part) | Condition::Decided(part) | Condition::Somebody(part) => {
                part.terms(see);
            }
            Condition::Compare { left, right, .. } => {
                term(left, see);
                term(right, see);
            }
            Condition::OneOf { term: t, .. }
            | Condition::Holds { term: t, .. }
            | Condition::Text { term: t, .. }
            | Condition::Is(t)
            | Condition::Known(t) => term(t, see),
            Condition::Did { activities, .. } => filter(activities, see),
        }
    }

    /// How many atomic conditions it has.
    pub fn atoms(&self) -> usize {
        match self {
            Condition::All(parts) | Condition::Any(parts) => parts.iter().map(Self::atoms).sum(),
            Condition::Not(part) | Condition::Decided(part) | Condition::Somebody(part) => {
                part.atoms()
            }
            _ => 1,
        }
    }

    /// Whether it asks how long the person has been in the present stage, as a number or a window.
    pub fn reads_dwell(&self) -> bool {
        match self {
            Condition::All(parts) | Condition::Any(parts) => {
                parts.iter().any(Condition::reads_dwell)
            }
            Condition::Not(part) | Condition::Decided(part) | Condition::Somebody(part) => {
                part.reads_dwell()
            }
            Condition::Did { window, .. } | Condition::TwoWay { window } => {
                *window == Some(Window::Dwell)
            }
            _ => {
                let mut reads = false;
                self.terms(&mut |term| {
                    reads |= matches!(
                        term,
                        Term::Dwell | Term::Count { window: Some(Window::Dwell), .. }
                    );
                });
                reads
            }
        }
    }
}

impl Length {
    /// As a span of time.
    pub const fn span(self) -> Span {
        match self.unit {
            Unit::Days => Span::days(self.count as i64),
            Unit::Hours => Span::hours(self.count as i64),
            Unit::Minutes => Span::minutes(self.count as i64),
        }
    }
}

impl Unit {
    /// All of them.
    pub const ALL: [Unit; 3] = [Unit::Days, Unit::Hours, Unit::Minutes];
    /// The function that makes one.
    pub const fn as_str(self) -> &'static str {
        match self {
            Unit::Days => "days",
            Unit::Hours => "hours",
            Unit::Minutes => "minutes",
        }
    }
}

impl Score {
    /// All of them.
    pub const ALL: [Score; 4] = [Score::Fit, Score::Engagement, Score::Intent, Score::Likelihood];
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Score::Fit => "fit",
            Score::Engagement => "engagement",
            Score::Intent => "intent",
            Score::Likelihood => "likelihood",
        }
    }
    /// The fact that holds it when a definition does not say how it is counted.
    pub const fn fact(self) -> &'static str {
        match self {
            Score::Fit => "score.fit",
            Score::Engagement => "score.engagement",
            Score::Intent => "score.intent",
            Score::Likelihood => "score.likelihood",
        }
    }
    /// From its word.
    pub fn parse(word: &str) -> Option<Score> {
        Score::ALL.into_iter().find(|score| score.as_str() == word)
    }
}

impl Op {
    /// All of them.
    pub const ALL: [Op; 6] = [Op::Equal, Op::Unequal, Op::Less, Op::AtMost, Op::More, Op::AtLeast];
    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Op::Equal => "==",
            Op::Unequal => "!=",
            Op::Less => "<",
            Op::AtMost => "<=",
            Op::More => ">",
            Op::AtLeast => ">=",
        }
    }
    /// Whether it holds of two values that lie so to each other.
    pub const fn holds(self, order: Ordering) -> bool {
        match self {
            Op::Equal => order.is_eq(),
            Op::Unequal => order.is_ne(),
            Op::Less => order.is_lt(),
            Op::AtMost => order.is_le(),
            Op::More => order.is_gt(),
            Op::AtLeast => order.is_ge(),
        }
    }
    /// The comparison that holds where this one fails.
    pub const fn negated(self) -> Op {
        match self {
            Op::Equal => Op::Unequal,
            Op::Unequal => Op::Equal,
            Op::Less => Op::AtLeast,
            Op::AtMost => Op::More,
            Op::More => Op::AtMost,
            Op::AtLeast => Op::Less,
        }
    }
    /// The same comparison with its sides changed over.
    pub const fn mirrored(self) -> Op {
        match self {
            Op::Less => Op::More,
            Op::AtMost => Op::AtLeast,
            Op::More => Op::Less,
            Op::AtLeast => Op::AtMost,
            Op::Equal | Op::Unequal => self,
        }
    }
}

impl TextTest {
    /// All of them.
    pub const ALL: [TextTest; 3] = [TextTest::Starts, TextTest::Contains, TextTest::Matches];
    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            TextTest::Starts => "startsWith",
            TextTest::Contains => "contains",
            TextTest::Matches => "matches",
        }
    }
}

//! Three-valued truth (S. C. Kleene, *Introduction to Metamathematics*, 1952, §64), and ranges of numbers.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

/// True, false, or unknown: unknown is not no.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Truth {
    /// It does not hold.
    False,
    /// Nobody knows.
    #[default]
    Unknown,
    /// It holds.
    True,
}

impl Truth {
    /// Whether it is known to hold; a stage is entered, and left, on nothing less.
    pub const fn is_true(self) -> bool {
        matches!(self, Truth::True)
    }

    /// Whether it is known either way.
    pub const fn is_known(self) -> bool {
        !matches!(self, Truth::Unknown)
    }

    /// Both: false if either is false, else unknown if either is unknown.
    pub fn and(self, other: Truth) -> Truth {
        if (self as u8) < (other as u8) { self } else { other }
    }

    /// At least one: true if either is true, else unknown if either is unknown.
    pub fn or(self, other: Truth) -> Truth {
        if (self as u8) > (other as u8) { self } else { other }
    }

    /// `yes`, `no` or `unknown`, as people say it.
    pub const fn as_answer(self) -> &'static str {
        match self {
            Truth::True => "yes",
            Truth::False => "no",
            Truth::Unknown => "unknown",
        }
    }
}

impl std::ops::Not for Truth {
    type Output = Truth;

    fn not(self) -> Truth {
        match self {
            Truth::True => Truth::False,
            Truth::False => Truth::True,
            Truth::Unknown => Truth::Unknown,
        }
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Truth {
        if holds { Truth::True } else { Truth::False }
    }
}

impl fmt::Display for Truth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Truth::True => "true",
            Truth::False => "false",
            Truth::Unknown => "unknown",
        })
    }
}

/// Where a number lies when part of what makes it is unknown; `low == high` if it is known.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Range {
    /// The least that it can be.
    pub low: f64,
    /// The most that it can be.
    pub high: f64,
}

impl Range {
    /// A number that is known.
    pub const fn exactly(number: f64) -> Range {
        Range { low: number, high: number }
    }

    /// Whether there is but one number in it.
    pub fn is_exact(self) -> bool {
        self.low.total_cmp(&self.high).is_eq()
    }

    /// Where the two lie to each other, if every number of one lies so to every number of the other.
    pub fn order(self, other: Range) -> Option<Ordering> {
        if self.high < other.low {
            Some(Ordering::Less)
        } else if self.low > other.high {
            Some(Ordering::Greater)
        } else if self.is_exact() && other.is_exact() {
            Some(Ordering::Equal)
        } else {
            None
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_exact() {
            write!(f, "{}", self.low)
        } else {
            write!(f, "{} to {}", self.low, self.high)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Truth::{False as F, True as T, Unknown as U};

    #[test]
    fn both_either_and_not_follow_the_tables_of_kleene() {
        let rows = [
            (F, F, F, F),
            (F, U, F, U),
            (F, T, F, T),
            (U, F, F, U),
            (U, U, U, U),
            (U, T, U, T),
            (T, F, F, T),
            (T, U, U, T),
            (T, T, T, T),
        ];
        for (a, b, and, or) in rows {
            assert_eq!(a.and(b), and, "{a} and {b}");
            assert_eq!(a.or(b), or, "{a} or {b}");
            assert_eq!(!a.and(b), (!a).or(!b), "De Morgan on {a}, {b}");
        }
        assert_eq!([!F, !U, !T], [T, U, F]);
    }
}

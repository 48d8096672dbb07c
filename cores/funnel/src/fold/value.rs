//! Values as conditions see them, and how they compare.

use std::borrow::Cow;
use std::cmp::Ordering;

use moment::{DAY_US, Moment, SECOND_US};

use crate::condition::{Literal, Op, TextTest};
use crate::history::{Value, moment_of};
use crate::truth::{Range, Truth};

/// A value at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Seen<'a> {
    Unknown,
    Truth(Truth),
    Number(Range),
    Text(&'a str),
    List(&'a [Box<str>]),
    Time(Moment),
    /// A length of time in microseconds.
    Length(i64),
}

/// A value written in a condition.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Written {
    Truth(Truth),
    Number(f64),
    Text(Box<str>),
    Time(Moment),
    Length(i64),
}

impl From<&Literal> for Written {
    fn from(literal: &Literal) -> Written {
        match literal {
            Literal::Bool(value) => Written::Truth(Truth::from(*value)),
            Literal::Number(number) => Written::Number(*number),
            Literal::Text(text) => Written::Text(text.as_str().into()),
            Literal::Length(length) => Written::Length(length.span().0),
            Literal::Date(day) => Written::Time(*day),
        }
    }
}

impl Written {
    pub(crate) fn seen(&self) -> Seen<'_> {
        match self {
            Written::Truth(truth) => Seen::Truth(*truth),
            Written::Number(number) => Seen::Number(Range::exactly(*number)),
            Written::Text(text) => Seen::Text(text),
            Written::Time(moment) => Seen::Time(*moment),
            Written::Length(length) => Seen::Length(*length),
        }
    }
}

impl<'a> Seen<'a> {
    pub(crate) fn of(value: &'a Value) -> Seen<'a> {
        match value {
            Value::Null => Seen::Unknown,
            Value::Bool(value) => Seen::Truth(Truth::from(*value)),
            Value::Number(number) if number.is_nan() => Seen::Unknown,
            Value::Number(number) => Seen::Number(Range::exactly(*number)),
            Value::Text(text) => Seen::Text(text),
            Value::List(items) => Seen::List(items),
            Value::Time(moment) => Seen::Time(*moment),
        }
    }

    /// The value as true, false or unknown; what is neither is unknown.
    pub(crate) fn truth(self) -> Truth {
        match self {
            Seen::Truth(truth) => truth,
            _ => Truth::Unknown,
        }
    }

    /// Whether a comparison holds; unknown for values of different types, and if either is unknown.
    pub(crate) fn compare(self, op: Op, other: Seen<'_>) -> Truth {
        let order = match (self, other) {
            (Seen::Number(a), Seen::Number(b)) => return ranges(a, op, b),
            (Seen::Truth(a), Seen::Truth(b)) if a.is_known() && b.is_known() => {
                (a as u8).cmp(&(b as u8))
            }
            (Seen::Text(a), Seen::Text(b)) => match op {
                Op::Equal | Op::Unequal => a.cmp(b),
                _ => return Truth::Unknown,
            },
            (Seen::Time(a), Seen::Time(b)) => a.cmp(&b),
            (Seen::Text(a), Seen::Time(b)) => match moment_of(a) {
                Some(a) => a.cmp(&b),
                None => return Truth::Unknown,
            },
            (Seen::Time(a), Seen::Text(b)) => match moment_of(b) {
                Some(b) => a.cmp(&b),
                None => return Truth::Unknown,
            },
            (Seen::Length(a), Seen::Length(b)) => a.cmp(&b),
            _ => return Truth::Unknown,
        };
        Truth::from(op.holds(order))
    }

    /// Whether it is one of these.
    pub(crate) fn one_of(self, list: &[Written]) -> Truth {
        let mut found = Truth::False;
        for item in list {
            found = found.or(self.compare(Op::Equal, item.seen()));
            if found.is_true() {
                break;
            }
        }
        found
    }

    /// Whether this list, or this one text, holds an item.
    pub(crate) fn holds(self, item: &str) -> Truth {
        match self {
            Seen::List(items) => Truth::from(items.iter().any(|held| **held == *item)),
            Seen::Text(text) => Truth::from(text == item),
            _ => Truth::Unknown,
        }
    }

    /// As people read it; `None` for what is unknown.
    pub(crate) fn words(self) -> Option<String> {
        let words = match self {
            Seen::Unknown | Seen::Truth(Truth::Unknown) => return None,
            Seen::Truth(truth) => Cow::Borrowed(truth.as_answer()),
            Seen::Number(range) => Cow::Owned(rounded(range).to_string()),
            Seen::Text(text) => Cow::Borrowed(text),
            Seen::List(items) => Cow::Owned(items.join(", ")),
            Seen::Time(moment) => Cow::Owned(moment.to_string()),
            Seen::Length(length) => Cow::Owned(length_in_words(length)),
        };
        Some(words.into_owned())
    }
}

/// Numbers are shown to two places.
fn rounded(range: Range) -> Range {
    let round = |number: f64| (number * 100.0).round() / 100.0;
    Range { low: round(range.low), high: round(range.high) }
}

fn length_in_words(length: i64) -> String {
    let (count, unit) = if length >= DAY_US {
        (length / DAY_US, "day")
    } else if length >= 3_600 * SECOND_US {
        (length / (3_600 * SECOND_US), "hour")
    } else {
        (length / (60 * SECOND_US), "minute")
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// True or false only if all that the numbers can be agrees.
fn ranges(a: Range, op: Op, b: Range) -> Truth {
    let truth = |holds: bool, fails: bool| match (holds, fails) {
        (true, _) => Truth::True,
        (_, true) => Truth::False,
        _ => Truth::Unknown,
    };
    match op {
        Op::Equal => truth(a.order(b) == Some(Ordering::Equal), a.low > b.high || a.high < b.low),
        Op::Unequal => !ranges(a, Op::Equal, b),
        Op::Less => truth(a.high < b.low, a.low >= b.high),
        Op::AtMost => truth(a.high <= b.low, a.low > b.high),
        Op::More => truth(a.low > b.high, a.high <= b.low),
        Op::AtLeast => truth(a.low >= b.high, a.high < b.low),
    }
}

/// A test of a text, ready to run in linear time.
#[derive(Clone, Debug)]
pub(crate) enum Tester {
    Starts(Box<str>),
    Contains(Box<str>),
    Matches(regex::Regex),
    /// A pattern that was refused; conditions that parse have none.
    Never,
}

impl Tester {
    pub(crate) fn new(test: TextTest, with: &str) -> Tester {
        match test {
            TextTest::Starts => Tester::Starts(with.into()),
            TextTest::Contains => Tester::Contains(with.into()),
            TextTest::Matches => regex::RegexBuilder::new(with)
                .size_limit(crate::condition::PATTERN_BYTES_MAX)
                .build()
                .map_or(Tester::Never, Tester::Matches),
        }
    }

    pub(crate) fn test(&self, seen: Seen<'_>) -> Truth {
        let Seen::Text(text) = seen else { return Truth::Unknown };
        match self {
            Tester::Starts(with) => Truth::from(text.starts_with(&**with)),
            Tester::Contains(with) => Truth::from(text.contains(&**with)),
            Tester::Matches(pattern) => Truth::from(pattern.is_match(text)),
            Tester::Never => Truth::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comparison_of_ranges_is_settled_only_if_all_of_them_agrees() {
        use Truth::{False as F, True as T, Unknown as U};
        let of = |low, high| Range { low, high };
        let rows = [
            (of(2.0, 4.0), Op::AtLeast, 3.0, U),
            (of(3.0, 4.0), Op::AtLeast, 3.0, T),
            (of(0.0, 2.0), Op::AtLeast, 3.0, F),
            (of(0.0, 1.0), Op::Less, 2.0, T),
            (of(0.0, 2.0), Op::Less, 2.0, U),
            (of(2.0, 4.0), Op::Less, 2.0, F),
            (of(0.0, 0.0), Op::Equal, 0.0, T),
            (of(0.0, 1.0), Op::Equal, 0.0, U),
            (of(1.0, 4.0), Op::Equal, 0.0, F),
            (of(1.0, 4.0), Op::Unequal, 0.0, T),
            (of(3.0, 5.0), Op::AtMost, 5.0, T),
            (of(3.0, 5.0), Op::More, 5.0, F),
        ];
        for (range, op, number, truth) in rows {
            assert_eq!(ranges(range, op, Range::exactly(number)), truth, "{range} {op:?} {number}");
        }
    }
}

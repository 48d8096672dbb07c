//! Values as SQL, and how they compare. What a comparison says is never negated: whoever wants those of
//! whom it is false asks for the opposite comparison, which is true of them and unknown of the same.

use super::text::{Sql, sql};
use crate::condition::{Literal, Op};
use crate::history::moment_of;

/// What a term is, of each type that it can have; null where it has another.
#[derive(Clone, Debug, Default)]
pub(super) struct Typed {
    /// The least and the most that it can be.
    pub(super) number: Option<(Sql, Sql)>,
    pub(super) text: Option<Sql>,
    /// What equal texts have in common, and an index is made of.
    pub(super) text_key: Option<Sql>,
    /// A short text where it is stored, and one that is written down: these are equal if the texts are.
    pub(super) exact: (Option<Sql>, Option<Sql>),
    /// 1 or 0.
    pub(super) truth: Option<Sql>,
    pub(super) moment: Option<Sql>,
    /// Whether its moment may be that of its text: then it is one only to what is a moment itself.
    pub(super) reads_text: bool,
    pub(super) length: Option<Sql>,
    /// Texts as `held::items` writes them.
    pub(super) items: Option<Sql>,
    /// What must hold for any of it to be known.
    pub(super) guard: Option<Sql>,
}

impl Typed {
    pub(super) fn number(low: Sql, high: Sql) -> Typed {
        Typed { number: Some((low, high)), ..Typed::default() }
    }

    pub(super) fn text(text: Sql) -> Typed {
        Typed { text: Some(text), ..Typed::default() }
    }

    pub(super) fn truth(truth: Sql) -> Typed {
        Typed { truth: Some(truth), ..Typed::default() }
    }

    pub(super) fn length(length: Sql) -> Typed {
        Typed { length: Some(length), ..Typed::default() }
    }

    pub(super) fn literal(literal: &Literal) -> Typed {
        match literal {
            Literal::Bool(value) => Typed::truth(sql![i64::from(*value)]),
            Literal::Number(number) => Typed::number(real(*number), real(*number)),
            Literal::Text(text) => Typed {
                text: Some(sql!["cast(", text.clone(), " as text)"]),
                moment: moment_of(text).map(|moment| sql![moment.0]),
                reads_text: true,
                ..Typed::default()
            },
            Literal::Length(length) => Typed::length(sql![length.span().0]),
            Literal::Date(day) => Typed { moment: Some(sql![day.0]), ..Typed::default() },
        }
    }

    /// Where the comparison is true; `None` if it never is.
    pub(super) fn compare(&self, op: Op, other: &Typed) -> Option<Sql> {
        let mut ways = Vec::new();
        if let (Some(a), Some(b)) = (&self.number, &other.number) {
            ways.push(ranges(a, op, b));
        }
        if let (Some(a), Some(b)) = (&self.text, &other.text)
            && matches!(op, Op::Equal | Op::Unequal)
        {
            let texts = sql![a, word(op), b];
            let exact = self.exact.0.as_ref().zip(other.exact.1.as_ref());
            let exact = exact.or(other.exact.0.as_ref().zip(self.exact.1.as_ref()));
            ways.push(match (op, exact, &self.text_key, &other.text_key) {
                (Op::Equal, Some((stored, written)), ..) => sql![stored, " = ", written],
                (Op::Equal, None, Some(a), Some(b)) => Sql::all(&[sql![a, " = ", b], texts]),
                _ => texts,
            });
        }
        for (a, b) in [(&self.truth, &other.truth), (&self.length, &other.length)] {
            if let (Some(a), Some(b)) = (a, b) {
                ways.push(sql![a, word(op), b]);
            }
        }
        if let (Some(a), Some(b)) = (&self.moment, &other.moment) {
            let later = sql![a, word(op), b];
            match (&self.text, &other.text) {
                (Some(x), Some(y)) if self.reads_text && other.reads_text => {
                    let one = sql!["(", x, " is null or ", y, " is null)"];
                    ways.push(Sql::all(&[one, later]));
                }
                _ => ways.push(later),
            }
        }
        if ways.is_empty() {
            return None;
        }
        Some(self.guarded(other, Sql::any(&ways)))
    }

    fn guarded(&self, other: &Typed, sql: Sql) -> Sql {
        let guards = self.guard.iter().chain(&other.guard).cloned();
        Sql::all(&guards.chain([sql]).collect::<Vec<_>>())
    }

    /// Where a test of it alone is true.
    pub(super) fn guarded_alone(&self, sql: Sql) -> Sql {
        self.guarded(&Typed::default(), sql)
    }
}

/// A number as a double, whatever it stands beside.
pub(super) fn real(number: f64) -> Sql {
    sql!["cast(", number, " as double precision)"]
}

pub(super) fn word(op: Op) -> &'static str {
    match op {
        Op::Equal => " = ",
        Op::Unequal => " <> ",
        Op::Less => " < ",
        Op::AtMost => " <= ",
        Op::More => " > ",
        Op::AtLeast => " >= ",
    }
}

/// True only if all that the numbers can be agrees.
fn ranges((low, high): &(Sql, Sql), op: Op, (from, to): &(Sql, Sql)) -> Sql {
    let exact = |low: &Sql, high: &Sql| (low != high).then(|| sql![low, " = ", high]);
    match op {
        Op::Less | Op::AtMost => sql![high, word(op), from],
        Op::More | Op::AtLeast => sql![low, word(op), to],
        Op::Equal => {
            let parts = [exact(low, high), exact(from, to), Some(sql![low, " = ", from])];
            Sql::all(&parts.into_iter().flatten().collect::<Vec<_>>())
        }
        Op::Unequal if low == high && from == to => sql![low, " <> ", from],
        Op::Unequal => Sql::any(&[sql![low, " > ", to], sql![high, " < ", from]]),
    }
}

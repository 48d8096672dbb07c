//! What an unknown fact must be for a condition to come out one way.

use super::value::{Seen, Tester, Written};
use crate::condition::{Condition, Literal, Op, Term, TextTest};
use crate::history::Value;
use crate::truth::Truth;

/// An atomic condition over one fact, and how it is to come out.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    /// The condition.
    pub condition: Condition,
    /// Whether it is to hold or to fail.
    pub wanted: bool,
}

impl Demand {
    /// The fact that an atomic condition asks for, if it asks for one alone.
    pub(crate) fn fact(condition: &Condition) -> Option<String> {
        let key = |term: &Term| match term {
            Term::Fact(key) => Some(key.clone()),
            Term::Score(score) => Some(score.fact().to_owned()),
            _ => None,
        };
        match condition {
            Condition::Compare { left, right: Term::Literal(_), .. } => key(left),
            Condition::Compare { left: Term::Literal(_), right, .. } => key(right),
            Condition::OneOf { term, .. }
            | Condition::Holds { term, .. }
            | Condition::Text { term, .. }
            | Condition::Is(term)
            | Condition::Known(term) => key(term),
            _ => None,
        }
    }

    /// Values worth trying.
    pub(crate) fn values(&self) -> Vec<Value> {
        let of = |literal: &Literal| match literal {
            Literal::Bool(value) => vec![Value::Bool(*value), Value::Bool(!*value)],
            Literal::Number(n) => [*n, n + 1.0, n - 1.0].map(Value::Number).to_vec(),
            Literal::Text(text) => vec![Value::from(text.as_str()), Value::from("other")],
            Literal::Date(day) => vec![Value::Time(*day)],
            Literal::Length(_) => Vec::new(),
        };
        match &self.condition {
            Condition::Compare { left: Term::Literal(literal), .. }
            | Condition::Compare { right: Term::Literal(literal), .. } => of(literal),
            Condition::OneOf { list, .. } => list.iter().flat_map(of).collect(),
            Condition::Holds { item, .. } => {
                vec![Value::List(vec![item.as_str().into()]), Value::List(Vec::new())]
            }
            Condition::Text { with, .. } => {
                vec![Value::from(with.as_str()), Value::from("other"), Value::from("")]
            }
            Condition::Is(_) => vec![Value::Bool(true), Value::Bool(false)],
            Condition::Known(_) => vec![Value::from("known"), Value::Number(1.0)],
            _ => Vec::new(),
        }
    }

    /// Whether the condition comes out as wanted if the fact has this value.
    pub(crate) fn is_met_by(&self, value: &Value) -> bool {
        let seen = Seen::of(value);
        let truth = match &self.condition {
            Condition::Compare { left: Term::Literal(literal), op, .. } => {
                compare(seen, op.mirrored(), literal)
            }
            Condition::Compare { op, right: Term::Literal(literal), .. } => {
                compare(seen, *op, literal)
            }
            Condition::OneOf { list, .. } => {
                seen.one_of(&list.iter().map(Written::from).collect::<Vec<_>>())
            }
            Condition::Holds { item, .. } => seen.holds(item),
            Condition::Text { test, with, .. } => {
                // What a pattern takes cannot be made up, only what it leaves.
                match test {
                    TextTest::Matches if self.wanted => Truth::Unknown,
                    test => Tester::new(*test, with).test(seen),
                }
            }
            Condition::Is(_) => seen.truth(),
            Condition::Known(_) => Truth::True,
            _ => Truth::Unknown,
        };
        truth == Truth::from(self.wanted)
    }
}

fn compare(seen: Seen<'_>, op: Op, literal: &Literal) -> Truth {
    seen.compare(op, Written::from(literal).seen())
}

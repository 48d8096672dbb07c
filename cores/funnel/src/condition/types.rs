//! Types of terms, and what can be compared with what.

use super::parse::Names;
use super::{Literal, Op, Term};
use crate::history::{Agent, Channel, Direction};
use crate::standing::Stage;

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Type {
    Any,
    Bool,
    Number,
    Text,
    Length,
    Date,
}

impl Type {
    pub(super) const fn words(self) -> &'static str {
        match self {
            Type::Any => "a fact",
            Type::Bool => "true or false",
            Type::Number => "a number",
            Type::Text => "a text",
            Type::Length => "a length of time",
            Type::Date => "a date",
        }
    }
}

/// The words that a term can be equal to, if they are a closed set.
pub(super) fn known_words<'a>(term: &Term, names: &'a Names) -> Option<Vec<&'a str>> {
    match term {
        Term::Stage => Some(Stage::ALL.iter().map(|stage| stage.as_str()).collect()),
        Term::Temperature => Some(vec!["hot", "warm", "cold", "none"]),
        Term::Kind => {
            let kinds = names.kinds.as_ref()?;
            Some(kinds.iter().map(String::as_str).chain(["none"]).collect())
        }
        Term::Field(name) => match name.as_str() {
            "direction" => Some(Direction::ALL.iter().map(|d| d.as_str()).collect()),
            "channel" => Some(Channel::ALL.iter().map(|c| c.as_str()).collect()),
            "agent" => Some(Agent::ALL.iter().map(|a| a.as_str()).collect()),
            _ => None,
        },
        _ => None,
    }
}

/// Why two terms can never be compared so, in words; `None` if they can.
pub(super) fn not_comparable(left: &Term, op: Op, right: &Term) -> Option<String> {
    let (a, b) = (type_of(left), type_of(right));
    if matches!((left, right), (Term::Literal(_), Term::Literal(_))) {
        return Some("expected something that can change, found a value".to_owned());
    }
    if a != Type::Any && b != Type::Any && a != b {
        return Some(format!("expected {}, found {}", a.words(), b.words()));
    }
    let kind = if a == Type::Any { b } else { a };
    let orders = matches!(op, Op::Equal | Op::Unequal);
    (!orders && matches!(kind, Type::Bool | Type::Text))
        .then(|| format!("{} has no order: expected == or !=", kind.words()))
}

pub(super) fn literal_type(literal: &Literal) -> Type {
    match literal {
        Literal::Bool(_) => Type::Bool,
        Literal::Number(_) => Type::Number,
        Literal::Text(_) => Type::Text,
        Literal::Length(_) => Type::Length,
        Literal::Date(_) => Type::Date,
    }
}

pub(super) fn type_of(term: &Term) -> Type {
    match term {
        Term::Literal(literal) => literal_type(literal),
        Term::Fact(_) => Type::Any,
        Term::Score(_) | Term::Met(_) | Term::Count { .. } | Term::People => Type::Number,
        Term::Criterion(_) => Type::Bool,
        Term::Stage | Term::Kind | Term::Temperature => Type::Text,
        Term::Since(_) | Term::Dwell => Type::Length,
        Term::Field(name) => match name.as_str() {
            "direction" | "channel" | "agent" | "campaign" | "kind" => Type::Text,
            "bulk" => Type::Bool,
            _ => Type::Any,
        },
    }
}

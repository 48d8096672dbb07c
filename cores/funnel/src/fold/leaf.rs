//! What a condition comes to when it is made ready: a tree over atomic conditions, each with what it asks and how it is tested.

use std::sync::Arc;

use super::value::{Tester, Written};
use crate::condition::{Condition, Op, Window};
use crate::truth::Truth;

pub(super) type LeafId = u32;

#[derive(Clone, Debug)]
pub(super) enum Node {
    Constant(Truth),
    Leaf(LeafId),
    Not(Box<Node>),
    /// Whether this is known.
    Decided(Box<Node>),
    All(Vec<Node>),
    Any(Vec<Node>),
}

/// When a leaf's truth is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// From entries and time alone; kept.
    Base,
    /// From criteria, counted scores or the temperature too; found when asked for.
    Derived,
    /// From the present stage too; found when asked for.
    Staged,
}

/// An atomic condition.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    pub(super) source: Condition,
    pub(super) text: Arc<str>,
    pub(super) test: Test,
    pub(super) class: Class,
    /// Whether a stage, criterion, score or temperature reads it.
    pub(super) live: bool,
    /// Whether a wake-up condition of a move by hand reads it.
    pub(super) wakes: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Test {
    Compare(Source, Op, Source),
    OneOf(Source, Vec<Written>),
    Holds(Source, Box<str>),
    Text(Source, Tester),
    Is(Source),
    Known(Source),
    TwoWay { talks: u32, theirs: u32, ours: u32, reach: Reach },
}

/// Where a value comes from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    Written(Written),
    Fact(u32),
    Score(u32),
    Criterion(u32),
    Stage,
    Kind,
    Temperature,
    Met(Vec<u32>),
    Count(u32, Reach),
    Since(u32),
    Dwell,
}

/// How far back, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    All,
    Last(i64),
    Dwell,
}

impl Node {
    /// The leaves that it hangs on.
    pub(super) fn leaves(&self, out: &mut Vec<LeafId>) {
        match self {
            Node::Constant(_) => {}
            Node::Leaf(at) => out.push(*at),
            Node::Not(part) | Node::Decided(part) => part.leaves(out),
            Node::All(parts) | Node::Any(parts) => parts.iter().for_each(|part| part.leaves(out)),
        }
    }
}

impl Test {
    pub(super) fn sources(&self) -> Vec<&Source> {
        match self {
            Test::Compare(left, _, right) => vec![left, right],
            Test::OneOf(source, _)
            | Test::Holds(source, _)
            | Test::Text(source, _)
            | Test::Is(source)
            | Test::Known(source) => vec![source],
            Test::TwoWay { .. } => Vec::new(),
        }
    }

    pub(super) fn patterns(&self) -> Vec<(u32, Reach)> {
        if let Test::TwoWay { talks, theirs, ours, reach } = self {
            return vec![(*talks, *reach), (*theirs, *reach), (*ours, *reach)];
        }
        let of = |source: &Source| match source {
            Source::Count(pattern, reach) => Some((*pattern, *reach)),
            Source::Since(pattern) => Some((*pattern, Reach::All)),
            _ => None,
        };
        self.sources().into_iter().filter_map(of).collect()
    }
}

impl Reach {
    pub(super) fn of(window: Option<Window>) -> Reach {
        match window {
            None => Reach::All,
            Some(Window::Last(length)) => Reach::Last(length.span().0),
            Some(Window::Dwell) => Reach::Dwell,
        }
    }
}

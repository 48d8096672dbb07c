//! Values and truths at one moment, and when they may change by time alone.

use moment::Moment;

use super::leaf::{Class, Leaf, LeafId, Node, Reach, Source, Test};
use super::plan::{Compiled, Derived, Plan, index};
use super::score::crossing;
use super::state::{Hit, NEVER, State};
use super::value::{Seen, Written};
use super::wake::Wake;
use crate::condition::Op;
use crate::history::{Entry, Fact, What};
use crate::standing::Stage;
use crate::truth::{Range, Truth};

/// A moment of a history, seen under a plan by somebody at a stage.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) plan: &'a Plan,
    pub(super) state: &'a State,
    pub(super) entries: &'a [Entry],
    pub(super) now: i64,
    pub(super) stage: Stage,
    /// When the stage was entered; `None` if nothing ever moved the person.
    pub(super) entered: Option<i64>,
    /// What wakes them, if a hand said so.
    pub(super) wake: Option<Wake>,
    /// Known only once the stage is settled.
    pub(super) kind: Option<&'a str>,
}

impl<'a> View<'a> {
    pub(super) fn holds(&self, compiled: &Compiled) -> bool {
        self.judge(&compiled.node).is_true()
    }

    pub(super) fn judge(&self, node: &Node) -> Truth {
        match node {
            Node::Constant(truth) => *truth,
            Node::Leaf(at) => self.leaf(*at),
            Node::Not(part) => !self.judge(part),
            Node::Decided(part) => Truth::from(self.judge(part).is_known()),
            Node::All(parts) => {
                let mut all = Truth::True;
                for part in parts {
                    all = all.and(self.judge(part));
                    if all == Truth::False {
                        break;
                    }
                }
                all
            }
            Node::Any(parts) => {
                let mut any = Truth::False;
                for part in parts {
                    any = any.or(self.judge(part));
                    if any.is_true() {
                        break;
                    }
                }
                any
            }
        }
    }

    /// A leaf's truth, kept or found anew.
    pub(super) fn leaf(&self, at: LeafId) -> Truth {
        match self.plan.leaves.get(index(at)) {
            Some(leaf) if leaf.class == Class::Base => self.state.truths[index(at)],
            Some(leaf) => self.test(leaf),
            None => Truth::Unknown,
        }
    }

    /// A leaf's truth, found anew.
    pub(super) fn test(&self, leaf: &Leaf) -> Truth {
        match &leaf.test {
            Test::Compare(left, op, right) => self.value(left).compare(*op, self.value(right)),
            Test::OneOf(source, list) => self.value(source).one_of(list),
            Test::Holds(source, item) => self.value(source).holds(item),
            Test::Text(source, tester) => tester.test(self.value(source)),
            Test::Is(source) => self.value(source).truth(),
            Test::Known(source) => match source {
                Source::Fact(at) => Truth::from(self.held(*at).is_some()),
                source => Truth::from(match self.value(source) {
                    Seen::Unknown => false,
                    Seen::Truth(truth) => truth.is_known(),
                    Seen::Number(range) => range.is_exact(),
                    _ => true,
                }),
            },
            Test::TwoWay { talks, theirs, ours, reach } => Truth::from(
                self.any(*talks, *reach) || self.any(*theirs, *reach) && self.any(*ours, *reach),
            ),
        }
    }

    pub(super) fn value<'b>(&self, source: &'b Source) -> Seen<'b>
    where
        'a: 'b,
    {
        match source {
            Source::Written(written) => written.seen(),
            Source::Fact(at) => match self.held(*at) {
                Some(fact) if !fact.suspect => Seen::of(&fact.value),
                _ => Seen::Unknown,
            },
            Source::Score(at) => Seen::Number(self.score(*at)),
            Source::Criterion(at) => Seen::Truth(self.criterion(*at)),
            Source::Stage => Seen::Text(self.stage.as_str()),
            Source::Kind => Seen::Text(self.kind.unwrap_or("none")),
            Source::Temperature => Seen::Text(
                self.state.temperature.map_or("none", |temperature| temperature.as_str()),
            ),
            Source::Met(all) => {
                let mut met = Range::exactly(0.0);
                for &at in all {
                    match self.criterion(at) {
                        Truth::True => met = Range { low: met.low + 1.0, high: met.high + 1.0 },
                        Truth::Unknown => met.high += 1.0,
                        Truth::False => {}
                    }
                }
                Seen::Number(met)
            }
            Source::Count(pattern, reach) =>
            {
                #[expect(clippy::cast_precision_loss, reason = "a count of entries")]
                Seen::Number(Range::exactly(self.within(*pattern, *reach).len() as f64))
            }
            Source::Since(pattern) => match self.state.hits[index(*pattern)].last() {
                Some(last) => Seen::Length(self.now - last.at),
                None => Seen::Unknown,
            },
            Source::Dwell => match self.entered {
                Some(entered) => Seen::Length(self.now - entered),
                None => Seen::Unknown,
            },
        }
    }

    /// The fact held at this moment: the newest of its key, unless it was taken back or has expired.
    pub(super) fn held(&self, at: u32) -> Option<&'a Fact> {
        let held = self.state.facts[index(at)].filter(|held| held.expires_at > self.now)?;
        let What::Facts(observation) = &self.entries.get(index(held.entry))?.what else {
            return None;
        };
        let fact = observation.facts.get(index(held.fact))?;
        (fact.value != crate::history::Value::Null).then_some(fact)
    }

    pub(super) fn criterion(&self, at: u32) -> Truth {
        self.state.criteria.get(index(at)).copied().unwrap_or(Truth::Unknown)
    }

    pub(super) fn score(&self, at: u32) -> Range {
        let rule = &self.plan.scores[index(at)];
        let base = self.state.ranges[index(at)];
        if rule.on.is_empty() {
            return base;
        }
        let earned = self.state.tallies[index(at)].value(self.now, rule.half_life);
        Range { low: base.low + earned, high: base.high + earned }
    }

    /// The hits of a pattern within reach, oldest first.
    pub(super) fn within(&self, pattern: u32, reach: Reach) -> &'a [Hit] {
        let (hits, start) = match reach {
            Reach::All => return &self.state.hits[index(pattern)],
            Reach::Last(length) => {
                (&self.state.hits[index(pattern)], self.now.saturating_sub(length))
            }
            Reach::Dwell => (&self.state.learned[index(pattern)], self.entered.unwrap_or(i64::MIN)),
        };
        let from = hits.partition_point(|hit| hit.at <= start);
        hits.get(from..).unwrap_or(&[])
    }

    fn any(&self, pattern: u32, reach: Reach) -> bool {
        !self.within(pattern, reach).is_empty()
    }

    /// When a leaf's truth may next change by time alone. Without `exactly` a moment may be named
    /// that is a little too early, never one that is too late.
    pub(super) fn flip(&self, leaf: &Leaf, exactly: bool) -> i64 {
        match &leaf.test {
            Test::Compare(left, op, Source::Written(written)) => {
                self.flip_against(left, *op, written, exactly)
            }
            Test::TwoWay { talks, theirs, ours, reach: Reach::Last(length) } => {
                [*talks, *theirs, *ours]
                    .into_iter()
                    .filter_map(|pattern| self.state.hits[index(pattern)].last())
                    .map(|last| last.at.saturating_add(*length))
                    .filter(|&at| at > self.now)
                    .min()
                    .unwrap_or(NEVER)
            }
            test => test.sources().iter().map(|source| self.flip_of(source)).min().unwrap_or(NEVER),
        }
    }

    fn flip_against(&self, left: &Source, op: Op, written: &Written, exactly: bool) -> i64 {
        match (left, written) {
            (Source::Count(pattern, reach @ Reach::Last(length)), Written::Number(number)) => {
                let hits = self.within(*pattern, *reach);
                let keep = match op {
                    Op::AtLeast | Op::Less => number.ceil(),
                    Op::AtMost | Op::More => number.floor() + 1.0,
                    Op::Equal | Op::Unequal => return self.flip_of(left),
                };
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "negative numbers and those beyond any count saturate"
                )]
                let last = hits.len().checked_sub(keep as usize).filter(|_| keep >= 1.0);
                let hit = last.and_then(|at| hits.get(at));
                hit.map_or(NEVER, |hit| hit.at.saturating_add(*length))
            }
            (Source::Since(pattern), Written::Length(length)) => {
                let last = self.state.hits[index(*pattern)].last();
                self.age(last.map(|hit| hit.at), op, *length)
            }
            (Source::Dwell, Written::Length(length)) => self.age(self.entered, op, *length),
            (Source::Score(at), Written::Number(number)) => {
                let rule = &self.plan.scores[index(*at)];
                let Some(half_life) = rule.half_life else { return NEVER };
                let tally = &self.state.tallies[index(*at)];
                crossing(tally, half_life, op, *number, self.now, exactly).unwrap_or(NEVER)
            }
            _ => self.flip_of(left),
        }
    }

    /// When an age, compared so with a length, changes the answer.
    fn age(&self, since: Option<i64>, op: Op, length: i64) -> i64 {
        let Some(since) = since else { return NEVER };
        let reached = since.saturating_add(length);
        let passed = reached.saturating_add(1);
        let at = match op {
            Op::Less | Op::AtLeast => reached,
            Op::AtMost | Op::More => passed,
            Op::Equal | Op::Unequal => {
                if reached > self.now {
                    reached
                } else {
                    passed
                }
            }
        };
        if at > self.now { at } else { NEVER }
    }

    fn flip_of(&self, source: &Source) -> i64 {
        match source {
            Source::Fact(at) => match self.state.facts[index(*at)] {
                Some(held) if held.expires_at > self.now => held.expires_at,
                _ => NEVER,
            },
            Source::Count(pattern, reach @ Reach::Last(length)) => self
                .within(*pattern, *reach)
                .first()
                .map_or(NEVER, |oldest| oldest.at.saturating_add(*length)),
            _ => NEVER,
        }
    }

    /// What a criterion is at this moment: the newest answer if it has not run out and says yes or no,
    /// else what the definition derives.
    pub(super) fn derive_criterion(&self, at: u32) -> Truth {
        let answer = self.state.answers[index(at)].filter(|answer| answer.expires_at > self.now);
        if let Some(answer) = answer.filter(|answer| answer.truth.is_known()) {
            return answer.truth;
        }
        let criterion = &self.plan.criteria[index(at)];
        let from = criterion.from.as_ref().map_or(Truth::Unknown, |from| self.judge(&from.node));
        if from.is_known() {
            return from;
        }
        match &criterion.yes {
            Some(yes) if self.holds(yes) => Truth::True,
            _ => Truth::Unknown,
        }
    }

    /// Points held and points possible of a score's conditions; 0 to 100.
    pub(super) fn derive_score(&self, at: u32) -> Range {
        let rule = &self.plan.scores[index(at)];
        let mut range = Range::exactly(0.0);
        for (when, add) in &rule.when {
            match self.judge(&when.node) {
                Truth::True => range = Range { low: range.low + add, high: range.high + add },
                Truth::Unknown => {
                    range.low += add.min(0.0);
                    range.high += add.max(0.0);
                }
                Truth::False => {}
            }
        }
        if rule.when.is_empty() {
            return range;
        }
        Range { low: range.low.clamp(0.0, 100.0), high: range.high.clamp(0.0, 100.0) }
    }

    pub(super) fn entry(&self, place: u32) -> Option<&'a Entry> {
        self.entries.get(index(place))
    }

    pub(super) fn moment(&self) -> Moment {
        Moment(self.now)
    }
}

impl State {
    /// Finds criteria, scores and the temperature anew, in the order in which they read each other.
    pub(super) fn derive(&mut self, plan: &Plan, entries: &[Entry], now: i64) {
        for derived in &plan.derivation {
            let view = View::at(plan, self, entries, now);
            match *derived {
                Derived::Criterion(at) => {
                    let truth = view.derive_criterion(at);
                    self.criteria[index(at)] = truth;
                }
                Derived::Score(at) => {
                    let range = view.derive_score(at);
                    self.ranges[index(at)] = range;
                }
            }
        }
        let view = View::at(plan, self, entries, now);
        let found = plan.temperatures.iter().find(|(_, condition)| view.holds(condition));
        self.temperature = found.map(|(temperature, _)| *temperature);
    }
}

impl<'a> View<'a> {
    /// A view for what does not ask where the person stands.
    pub(super) fn at(plan: &'a Plan, state: &'a State, entries: &'a [Entry], now: i64) -> View<'a> {
        View {
            plan,
            state,
            entries,
            now,
            stage: Stage::None,
            entered: None,
            wake: None,
            kind: None,
        }
    }
}

//! A definition made ready to fold: every distinct activity pattern, fact and atomic condition once.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use moment::Span;

use super::pattern::Pattern;
use super::state::{Fnv, State};
use super::value::{Tester, Written};
use super::view::View;
use crate::condition::{Activities, Condition, Op, Score, Term, Window};
use crate::definition::{Definition, Points};
use crate::standing::{Stage, Temperature};
use crate::truth::Truth;

pub(super) type LeafId = u32;

/// A definition made ready to fold.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) patterns: Vec<Pattern>,
    pub(super) facts: Vec<Arc<str>>,
    pub(super) fact_ids: HashMap<Arc<str>, u32, BuildHasherDefault<Fnv>>,
    pub(super) leaves: Vec<Leaf>,
    pub(super) criteria: Vec<CriterionPlan>,
    pub(super) criterion_ids: HashMap<String, u32>,
    pub(super) scores: Vec<ScorePlan>,
    /// Criteria and scores, each after those that it reads.
    pub(super) derivation: Vec<Derived>,
    pub(super) temperatures: Vec<(Temperature, Compiled)>,
    /// By [`Stage::CLIMB`].
    pub(super) stages: [Option<StagePlan>; 4],
    pub(super) recycled_wake: Option<Compiled>,
    pub(super) disqualified_wake: Option<Compiled>,
    pub(super) disqualify: Vec<(Compiled, Option<Arc<str>>)>,
    pub(super) kinds: Vec<(Arc<str>, Compiled)>,
    pub(super) gates: Vec<(String, Compiled)>,
    /// Conditions from outside the definition.
    pub(super) asked: Vec<Compiled>,
    pub(super) reads: Reads,
}

/// Who reads what.
#[derive(Debug, Default)]
pub(super) struct Reads {
    pub(super) leaves_of_pattern: Vec<Vec<LeafId>>,
    pub(super) points_of_pattern: Vec<Vec<(u32, u32)>>,
    pub(super) leaves_of_fact: Vec<Vec<LeafId>>,
    pub(super) leaves_of_score: Vec<Vec<LeafId>>,
    /// Patterns of which it matters when they were learned.
    pub(super) learned: Vec<bool>,
    /// Leaves whose truth can change by time alone, and that stages hang on.
    pub(super) timed: Vec<LeafId>,
    /// For each leaf, its place in `timed`; `u32::MAX` if it has none.
    pub(super) timed_slot: Vec<u32>,
    /// For each stage of [`Stage::ALL`], whether each leaf can move somebody from there; the last
    /// row is for all stages.
    pub(super) watched: Vec<Vec<bool>>,
    /// What each leaf says of a history without entries.
    pub(super) of_nothing: Vec<Truth>,
    /// For each stage of [`Stage::ALL`], the leaves by which the standing can change.
    pub(super) matter: Vec<Vec<LeafId>>,
}

/// A condition with its compiled form, of the same shape.
#[derive(Clone, Debug)]
pub(super) struct Compiled {
    pub(super) source: Condition,
    pub(super) node: Node,
}

#[derive(Clone, Debug)]
pub(super) enum Node {
    Constant(Truth),
    Leaf(LeafId),
    Not(Box<Node>),
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Derived {
    Criterion(u32),
    Score(u32),
}

#[derive(Debug)]
pub(super) struct CriterionPlan {
    pub(super) name: Arc<str>,
    pub(super) expires: Option<Span>,
    pub(super) from: Option<Compiled>,
    pub(super) yes: Option<Compiled>,
}

#[derive(Debug)]
pub(super) struct ScorePlan {
    pub(super) score: Score,
    pub(super) half_life: Option<Span>,
    /// Whether some of its points hang on conditions; known before those are compiled.
    pub(super) conditional: bool,
    pub(super) when: Vec<(Compiled, f64)>,
    pub(super) on: Vec<OnPlan>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct OnPlan {
    pub(super) pattern: u32,
    pub(super) add: f64,
    pub(super) per_day_max: u32,
}

#[derive(Debug)]
pub(super) struct StagePlan {
    pub(super) enter: Compiled,
    pub(super) gate: Option<Compiled>,
    pub(super) leave: Vec<(Compiled, Stage, Option<Arc<str>>)>,
}

/// Kinds by which they alone make a talk; what they say; what we say.
const TALKS: [&str; 3] = ["call.connected", "meeting.held", "demo.held"];
const THEIRS: [&str; 5] =
    ["email.replied", "email.received", "call.received", "chat.started", "meeting.booked"];
const OURS: [&str; 3] = ["email.sent", "call.made", "chat.answered"];

impl Plan {
    /// Makes a definition ready, and conditions from outside that are to be judged under it.
    pub(super) fn new(definition: &Definition, asked: &[Condition]) -> Plan {
        let mut plan = Plan::default();
        for (id, criterion) in (0..).zip(&definition.criteria) {
            for name in &criterion.aka {
                plan.criterion_ids.entry(name.clone()).or_insert(id);
            }
        }
        for (id, criterion) in (0..).zip(&definition.criteria) {
            plan.criterion_ids.insert(criterion.name.to_string(), id);
        }
        for rule in &definition.scores {
            plan.scores.push(ScorePlan {
                score: rule.score,
                half_life: rule.half_life,
                conditional: rule.points.iter().any(|points| matches!(points, Points::When(..))),
                when: Vec::new(),
                on: Vec::new(),
            });
        }
        plan.compile(definition, asked);
        plan.order();
        plan.connect();
        plan.reads.of_nothing = vec![Truth::Unknown; plan.leaves.len()];
        let mut nothing = State::default();
        nothing.reset(&plan);
        let view = View::at(&plan, &nothing, &[], 0);
        let of_nothing = plan.leaves.iter().map(|leaf| view.test(leaf)).collect();
        plan.reads.of_nothing = of_nothing;
        plan
    }

    fn compile(&mut self, definition: &Definition, asked: &[Condition]) {
        for criterion in &definition.criteria {
            let from = criterion.from.as_ref().map(|c| self.condition(c));
            let yes = criterion.yes.as_ref().map(|c| self.condition(c));
            let name = criterion.name.clone();
            self.criteria.push(CriterionPlan { name, expires: criterion.expires, from, yes });
        }
        for (at, rule) in definition.scores.iter().enumerate() {
            let mut when = Vec::new();
            let mut on = Vec::new();
            for points in &rule.points {
                match points {
                    Points::When(condition, add) => when.push((self.condition(condition), *add)),
                    Points::On { activities, add, per_day_max } => on.push(OnPlan {
                        pattern: self.pattern(activities),
                        add: *add,
                        per_day_max: per_day_max.unwrap_or(u32::MAX),
                    }),
                }
            }
            if let Some(plan) = self.scores.get_mut(at) {
                plan.when = when;
                plan.on = on;
            }
        }
        for (temperature, condition) in &definition.temperatures {
            let compiled = self.condition(condition);
            self.temperatures.push((*temperature, compiled));
        }
        for (slot, stage) in Stage::CLIMB.into_iter().enumerate() {
            let Some(rule) = definition.stage(stage) else { continue };
            let stage = StagePlan {
                enter: self.condition(&rule.enter),
                gate: rule.gate.as_ref().map(|gate| self.condition(gate)),
                leave: rule
                    .leave
                    .iter()
                    .map(|leave| (self.condition(&leave.when), leave.to, leave.reason.clone()))
                    .collect(),
            };
            self.stages[slot] = Some(stage);
        }
        self.recycled_wake = definition.recycled.wake.as_ref().map(|c| self.condition(c));
        self.disqualified_wake = definition.disqualified.wake.as_ref().map(|c| self.condition(c));
        for (condition, reason) in &definition.disqualified.enter {
            let compiled = self.condition(condition);
            self.disqualify.push((compiled, reason.clone()));
        }
        self.leaves.iter_mut().for_each(|leaf| leaf.live = true);
        for (name, condition) in &definition.kinds {
            let compiled = self.condition(condition);
            self.kinds.push((name.clone(), compiled));
        }
        for (kind, condition) in &definition.gates {
            let compiled = self.condition(condition);
            self.gates.push((kind.clone(), compiled));
        }
        self.asked = asked.iter().map(|condition| self.condition(condition)).collect();
        // What is shown of every person.
        for score in Score::ALL {
            self.score(score);
        }
    }

    fn condition(&mut self, condition: &Condition) -> Compiled {
        Compiled { source: condition.clone(), node: self.node(condition) }
    }

    fn node(&mut self, condition: &Condition) -> Node {
        match condition {
            Condition::Constant(value) => Node::Constant(Truth::from(*value)),
            Condition::All(parts) => Node::All(parts.iter().map(|part| self.node(part)).collect()),
            Condition::Any(parts) => Node::Any(parts.iter().map(|part| self.node(part)).collect()),
            Condition::Not(part) => Node::Not(Box::new(self.node(part))),
            leaf => Node::Leaf(self.leaf(leaf)),
        }
    }

    fn leaf(&mut self, source: &Condition) -> LeafId {
        if let Some(at) = self.leaves.iter().position(|leaf| leaf.source == *source) {
            return id(at);
        }
        let test = match source {
            Condition::Compare { left, op, right } => {
                let (left, right) = (self.source(left), self.source(right));
                if matches!(left, Source::Written(_)) {
                    Test::Compare(right, op.mirrored(), left)
                } else {
                    Test::Compare(left, *op, right)
                }
            }
            Condition::OneOf { term, list } => {
                Test::OneOf(self.source(term), list.iter().map(Written::from).collect())
            }
            Condition::Holds { term, item } => Test::Holds(self.source(term), item.as_str().into()),
            Condition::Text { term, test, with } => {
                Test::Text(self.source(term), Tester::new(*test, with))
            }
            Condition::Is(term) => Test::Is(self.source(term)),
            Condition::Known(term) => Test::Known(self.source(term)),
            Condition::Did { activities, window } => {
                let count = Source::Count(self.pattern(activities), reach(*window));
                Test::Compare(count, Op::AtLeast, Source::Written(Written::Number(1.0)))
            }
            Condition::TwoWay { window } => {
                let mut talk = |kinds: &[&str], filter: Option<Condition>| {
                    let kinds = kinds.iter().map(|kind| (*kind).to_owned()).collect();
                    self.pattern(&Activities { kinds, filter: filter.map(Box::new) })
                };
                let to_one = Condition::Not(Box::new(Condition::Is(Term::Field("bulk".into()))));
                Test::TwoWay {
                    talks: talk(&TALKS, None),
                    theirs: talk(&THEIRS, None),
                    ours: talk(&OURS, Some(to_one)),
                    reach: reach(*window),
                }
            }
            Condition::Constant(_) | Condition::All(_) | Condition::Any(_) | Condition::Not(_) => {
                Test::Is(Source::Written(Written::Truth(Truth::Unknown)))
            }
        };
        let class = self.class(&test);
        let text = Arc::from(source.to_string());
        self.leaves.push(Leaf { source: source.clone(), text, test, class, live: false });
        id(self.leaves.len() - 1)
    }

    fn source(&mut self, term: &Term) -> Source {
        match term {
            Term::Literal(literal) => Source::Written(Written::from(literal)),
            Term::Fact(key) => Source::Fact(self.fact(key)),
            Term::Score(score) => self.score(*score),
            Term::Criterion(name) => match self.criterion_ids.get(name) {
                Some(&id) => Source::Criterion(id),
                None => Source::Written(Written::Truth(Truth::Unknown)),
            },
            Term::Stage => Source::Stage,
            Term::Kind => Source::Kind,
            Term::Temperature => Source::Temperature,
            Term::Met(names) => {
                // An unknown name is u32::MAX, a criterion that nobody ever answers.
                let id = |name: &String| self.criterion_ids.get(name).copied().unwrap_or(u32::MAX);
                Source::Met(names.iter().map(id).collect())
            }
            Term::Count { activities, window } => {
                Source::Count(self.pattern(activities), reach(*window))
            }
            Term::Since(activities) => Source::Since(self.pattern(activities)),
            Term::Dwell => Source::Dwell,
            // Filters are compiled elsewhere.
            Term::Field(_) => Source::Written(Written::Truth(Truth::Unknown)),
        }
    }

    /// A score as the definition counts it, or else as a fact says it.
    pub(super) fn score(&mut self, score: Score) -> Source {
        match self.scores.iter().position(|rule| rule.score == score) {
            Some(at) => Source::Score(id(at)),
            None => Source::Fact(self.fact(score.fact())),
        }
    }

    fn fact(&mut self, key: &str) -> u32 {
        if let Some(&id) = self.fact_ids.get(key) {
            return id;
        }
        let key: Arc<str> = Arc::from(key);
        self.facts.push(key.clone());
        let id = id(self.facts.len() - 1);
        self.fact_ids.insert(key, id);
        id
    }

    fn pattern(&mut self, activities: &Activities) -> u32 {
        if let Some(at) = self.patterns.iter().position(|p| p.activities == *activities) {
            return id(at);
        }
        self.patterns.push(Pattern::new(activities));
        id(self.patterns.len() - 1)
    }

    fn class(&self, test: &Test) -> Class {
        let of = |source: &Source| match source {
            Source::Stage | Source::Kind | Source::Dwell | Source::Count(_, Reach::Dwell) => {
                Class::Staged
            }
            Source::Criterion(_) | Source::Met(_) | Source::Temperature => Class::Derived,
            Source::Score(at) => match self.scores.get(index(*at)) {
                Some(rule) if rule.conditional => Class::Derived,
                _ => Class::Base,
            },
            _ => Class::Base,
        };
        match test {
            Test::Compare(left, _, right) => of(left).max(of(right)),
            Test::OneOf(source, _)
            | Test::Holds(source, _)
            | Test::Text(source, _)
            | Test::Is(source)
            | Test::Known(source) => of(source),
            Test::TwoWay { reach, .. } => {
                if *reach == Reach::Dwell {
                    Class::Staged
                } else {
                    Class::Base
                }
            }
        }
    }

    /// Orders criteria and scores so that each comes after what it reads; a checked definition has
    /// no circle.
    fn order(&mut self) {
        let mut order = Vec::new();
        for at in 0..self.criteria.len() {
            self.visit(Derived::Criterion(id(at)), &mut order, 0);
        }
        for at in 0..self.scores.len() {
            self.visit(Derived::Score(id(at)), &mut order, 0);
        }
        self.derivation = order;
    }

    fn visit(&self, what: Derived, order: &mut Vec<Derived>, depth: usize) {
        if order.contains(&what) || depth > self.criteria.len() + self.scores.len() {
            return;
        }
        for compiled in self.under(what) {
            self.walk(&compiled.node, &mut |leaf| {
                for source in leaf.test.sources() {
                    match source {
                        Source::Criterion(at) => {
                            self.visit(Derived::Criterion(*at), order, depth + 1);
                        }
                        Source::Met(all) => {
                            for &at in all {
                                self.visit(Derived::Criterion(at), order, depth + 1);
                            }
                        }
                        Source::Score(at) => self.visit(Derived::Score(*at), order, depth + 1),
                        _ => {}
                    }
                }
            });
        }
        order.push(what);
    }

    /// The conditions that a criterion or score is made of.
    fn under(&self, what: Derived) -> Vec<&Compiled> {
        match what {
            Derived::Criterion(at) => match self.criteria.get(index(at)) {
                Some(criterion) => criterion.from.iter().chain(&criterion.yes).collect(),
                None => Vec::new(),
            },
            Derived::Score(at) => match self.scores.get(index(at)) {
                Some(rule) => rule.when.iter().map(|(compiled, _)| compiled).collect(),
                None => Vec::new(),
            },
        }
    }

    pub(super) fn walk(&self, node: &Node, see: &mut dyn FnMut(&Leaf)) {
        match node {
            Node::Constant(_) => {}
            Node::Leaf(at) => {
                if let Some(leaf) = self.leaves.get(index(*at)) {
                    see(leaf);
                }
            }
            Node::Not(part) => self.walk(part, see),
            Node::All(parts) | Node::Any(parts) => {
                parts.iter().for_each(|part| self.walk(part, see));
            }
        }
    }

    fn connect(&mut self) {
        let mut reads = Reads {
            leaves_of_pattern: vec![Vec::new(); self.patterns.len()],
            points_of_pattern: vec![Vec::new(); self.patterns.len()],
            leaves_of_fact: vec![Vec::new(); self.facts.len()],
            leaves_of_score: vec![Vec::new(); self.scores.len()],
            learned: vec![false; self.patterns.len()],
            ..Reads::default()
        };
        for (at, leaf) in self.leaves.iter().enumerate() {
            let patterns = leaf.test.patterns();
            for (pattern, reach) in patterns {
                if reach == Reach::Dwell {
                    reads.learned[index(pattern)] = true;
                }
                if leaf.live {
                    reads.leaves_of_pattern[index(pattern)].push(id(at));
                }
            }
            if !leaf.live {
                continue;
            }
            for source in leaf.test.sources() {
                match source {
                    Source::Fact(fact) => reads.leaves_of_fact[index(*fact)].push(id(at)),
                    Source::Score(score) => reads.leaves_of_score[index(*score)].push(id(at)),
                    _ => {}
                }
            }
            if self.can_flip(&leaf.test) {
                reads.timed.push(id(at));
            }
        }
        for (at, rule) in self.scores.iter().enumerate() {
            for (point, on) in rule.on.iter().enumerate() {
                reads.points_of_pattern[index(on.pattern)].push((id(at), id(point)));
            }
        }
        reads.timed_slot = vec![u32::MAX; self.leaves.len()];
        for (slot, &at) in reads.timed.iter().enumerate() {
            reads.timed_slot[index(at)] = id(slot);
        }
        reads.watched = Stage::ALL.iter().map(|stage| self.watched(*stage)).collect();
        reads.watched.push(self.leaves.iter().map(|leaf| leaf.live).collect());
        reads.matter = Stage::ALL.iter().map(|stage| self.matter(*stage)).collect();
        self.reads = reads;
    }

    fn can_flip(&self, test: &Test) -> bool {
        if let Test::TwoWay { reach, .. } = test {
            return matches!(reach, Reach::Last(_));
        }
        test.sources().into_iter().any(|source| match source {
            Source::Fact(_)
            | Source::Since(_)
            | Source::Dwell
            | Source::Count(_, Reach::Last(_)) => true,
            Source::Score(at) => {
                self.scores.get(index(*at)).is_some_and(|rule| rule.half_life.is_some())
            }
            _ => false,
        })
    }

    /// The leaves that can change by time alone and that something of a standing at a stage reads:
    /// criteria, temperature and kind always, of the stages' rules those that can move from there.
    fn matter(&self, stage: Stage) -> Vec<LeafId> {
        let mut nodes = self.rules_at(stage);
        for criterion in &self.criteria {
            nodes.extend(criterion.from.iter().chain(&criterion.yes).map(|c| &c.node));
        }
        for rule in &self.scores {
            nodes.extend(rule.when.iter().map(|(c, _)| &c.node));
        }
        nodes.extend(self.temperatures.iter().map(|(_, c)| &c.node));
        nodes.extend(self.kinds.iter().map(|(_, c)| &c.node));
        let mut all: Vec<LeafId> = Vec::new();
        for node in nodes {
            leaf_ids(node, &mut all);
        }
        all.sort_unstable();
        all.dedup();
        all.retain(|&at| self.can_flip(&self.leaves[index(at)].test));
        all
    }

    /// The conditions that can move somebody who stands at a stage.
    fn rules_at(&self, stage: Stage) -> Vec<&Node> {
        let mut nodes: Vec<&Node> = Vec::new();
        if !matches!(stage, Stage::Customer | Stage::Disqualified) {
            nodes.extend(self.disqualify.iter().map(|(c, _)| &c.node));
        }
        let wake = match stage {
            Stage::Recycled => self.recycled_wake.as_ref(),
            Stage::Disqualified => self.disqualified_wake.as_ref(),
            _ => None,
        };
        nodes.extend(wake.map(|c| &c.node));
        for (slot, to) in Stage::CLIMB.into_iter().enumerate() {
            let Some(plan) = &self.stages[slot] else { continue };
            let leave = plan.leave.iter().map(|(c, ..)| &c.node);
            if to > stage || stage.is_exit() {
                nodes.push(&plan.enter.node);
                nodes.extend(plan.gate.iter().map(|c| &c.node));
                nodes.extend(leave);
            } else if to == stage {
                nodes.extend(leave);
                for (_, below, _) in &plan.leave {
                    let rules = Stage::CLIMB.iter().position(|climb| climb == below);
                    let rules = rules.and_then(|slot| self.stages[slot].as_ref());
                    nodes.extend(rules.and_then(|rules| rules.gate.as_ref()).map(|c| &c.node));
                }
            }
        }
        nodes
    }

    /// For each leaf, whether a rule that can move somebody from a stage hangs on it, directly or by
    /// way of criteria, scores and the temperature.
    fn watched(&self, stage: Stage) -> Vec<bool> {
        let mut watched = vec![false; self.leaves.len()];
        let mut open = Vec::new();
        self.rules_at(stage).into_iter().for_each(|node| leaf_ids(node, &mut open));
        while let Some(at) = open.pop() {
            if std::mem::replace(&mut watched[index(at)], true) {
                continue;
            }
            let test = &self.leaves[index(at)].test;
            for source in test.sources() {
                self.leaves_under(source, test, &mut open);
            }
        }
        watched
    }

    fn leaves_under(&self, source: &Source, test: &Test, open: &mut Vec<LeafId>) {
        let mut under = |what: Derived| {
            self.under(what).into_iter().for_each(|compiled| leaf_ids(&compiled.node, open));
        };
        match source {
            Source::Criterion(at) => under(Derived::Criterion(*at)),
            Source::Met(all) => all.iter().for_each(|&at| under(Derived::Criterion(at))),
            Source::Score(at) => under(Derived::Score(*at)),
            Source::Temperature => {
                // Whether it is hot hangs on hot alone, not on what comes after it.
                let last = match test {
                    Test::Compare(
                        _,
                        Op::Equal | Op::Unequal,
                        Source::Written(Written::Text(t)),
                    ) => self.temperatures.iter().position(|(known, _)| known.as_str() == &**t),
                    _ => None,
                };
                let count = last.map_or(self.temperatures.len(), |last| last + 1);
                for (_, compiled) in self.temperatures.iter().take(count) {
                    leaf_ids(&compiled.node, open);
                }
            }
            _ => {}
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

    fn patterns(&self) -> Vec<(u32, Reach)> {
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

fn leaf_ids(node: &Node, out: &mut Vec<LeafId>) {
    match node {
        Node::Constant(_) => {}
        Node::Leaf(at) => out.push(*at),
        Node::Not(part) => leaf_ids(part, out),
        Node::All(parts) | Node::Any(parts) => parts.iter().for_each(|part| leaf_ids(part, out)),
    }
}

fn reach(window: Option<Window>) -> Reach {
    match window {
        None => Reach::All,
        Some(Window::Last(length)) => Reach::Last(length.span().0),
        Some(Window::Dwell) => Reach::Dwell,
    }
}

/// A place in one of a plan's lists; a definition's limits keep them far below this.
pub(super) fn id(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// And back.
pub(super) const fn index(id: u32) -> usize {
    id as usize
}

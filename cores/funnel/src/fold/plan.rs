//! A definition made ready to fold: every distinct activity pattern, fact and atomic condition once.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use moment::Span;

use super::company::CompanyScore;
use super::leaf::{Class, Leaf, LeafId, Node, Reach, Source, Test};
use super::pattern::Pattern;
use super::reads::Reads;
use super::state::{Fnv, State};
use super::value::{Tester, Written};
use super::view::View;
use crate::condition::{Activities, Condition, Op, Score, Term};
use crate::definition::{Definition, Points, ScoreRule};
use crate::standing::{Stage, Temperature};
use crate::truth::Truth;

/// A definition made ready to fold.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    /// The lens of which it is, if that is known: moves by hand that name another do not count.
    pub(super) lens: Option<Box<str>>,
    pub(super) patterns: Vec<Pattern>,
    /// What facts are called in receipts.
    pub(super) facts: Vec<Arc<str>>,
    /// By their keys in a history.
    pub(super) fact_ids: HashMap<Arc<str>, u32, BuildHasherDefault<Fnv>>,
    pub(super) leaves: Vec<Leaf>,
    leaf_ids: HashMap<Arc<str>, LeafId>,
    pattern_ids: HashMap<String, u32>,
    pub(super) criteria: Vec<CriterionPlan>,
    pub(super) criterion_ids: HashMap<String, u32>,
    pub(super) scores: Vec<ScorePlan>,
    /// A score that is the company's, and the fact that holds it.
    of_company: Option<(Score, Arc<str>)>,
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
    /// Wake-up conditions of moves by hand, by their text; those that cannot be read are left out.
    pub(super) wakes: Vec<(Box<str>, Compiled)>,
    pub(super) reads: Reads,
}

/// A condition with its compiled form, of the same shape.
#[derive(Clone, Debug)]
pub(super) struct Compiled {
    pub(super) source: Condition,
    pub(super) node: Node,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Derived {
    Criterion(u32),
    Score(u32),
}

#[derive(Clone, Debug)]
pub(super) struct CriterionPlan {
    pub(super) name: Arc<str>,
    pub(super) expires: Option<Span>,
    pub(super) from: Option<Compiled>,
    pub(super) yes: Option<Compiled>,
}

#[derive(Clone, Debug)]
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

#[derive(Clone, Debug)]
pub(super) struct StagePlan {
    pub(super) enter: Compiled,
    pub(super) gate: Option<Compiled>,
    pub(super) leave: Vec<(Compiled, Stage, Option<Arc<str>>)>,
}

/// The kind of an answer to a criterion.
pub(super) const ANSWERED: &str = "criterion.answered";

/// Kinds by which they alone make a talk; what they say; what we say.
pub(crate) const TALKS: [&str; 3] = ["call.connected", "meeting.held", "demo.held"];
pub(crate) const THEIRS: [&str; 5] =
    ["email.replied", "email.received", "call.received", "chat.started", "meeting.booked"];
pub(crate) const OURS: [&str; 3] = ["email.sent", "call.made", "chat.answered"];

/// The rules of scores that are counted over a person's own history.
fn counted(definition: &Definition) -> impl Iterator<Item = &ScoreRule> {
    definition.scores.iter().filter(|rule| !rule.of_company)
}

impl Plan {
    /// Makes a definition ready, and conditions from outside that are to be judged under it.
    pub(super) fn new(definition: &Definition, lens: Option<&str>, asked: &[Condition]) -> Plan {
        let mut plan = Plan { lens: lens.map(Box::from), ..Plan::default() };
        for (id, criterion) in (0..).zip(&definition.criteria) {
            for name in &criterion.aka {
                plan.criterion_ids.entry(name.clone()).or_insert(id);
            }
        }
        for (id, criterion) in (0..).zip(&definition.criteria) {
            plan.criterion_ids.insert(criterion.name.to_string(), id);
        }
        plan.of_company = CompanyScore::of(definition).map(|of| (of.score(), Arc::from(of.key())));
        for rule in counted(definition) {
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
        plan.read();
        plan
    }

    /// The same, following wake-up conditions of moves by hand too. What else it says of a history stays the same:
    /// they are followed only while somebody is to wake by them.
    pub(super) fn waking(&self, wakes: &[Box<str>]) -> Plan {
        let mut plan = self.clone();
        for text in wakes {
            let Ok(condition) = Condition::parse(text) else { continue };
            let compiled = plan.condition(&condition);
            let mut leaves = Vec::new();
            compiled.node.leaves(&mut leaves);
            for at in leaves {
                if let Some(leaf) = plan.leaves.get_mut(index(at)) {
                    leaf.wakes = true;
                }
            }
            plan.wakes.push((text.clone(), compiled));
        }
        plan.read();
        plan
    }

    /// Finds who reads what, and what each leaf says of nothing.
    fn read(&mut self) {
        self.reads = Reads::of(self);
        self.reads.of_nothing = vec![Truth::Unknown; self.leaves.len()];
        let mut nothing = State::default();
        nothing.reset(self);
        let view = View::at(self, &nothing, &[], 0);
        let of_nothing = self.leaves.iter().map(|leaf| view.test(leaf)).collect();
        self.reads.of_nothing = of_nothing;
    }

    fn compile(&mut self, definition: &Definition, asked: &[Condition]) {
        for criterion in &definition.criteria {
            let from = criterion.from.as_ref().map(|c| self.condition(c));
            let yes = criterion.yes.as_ref().map(|c| self.condition(c));
            let name = criterion.name.clone();
            self.criteria.push(CriterionPlan { name, expires: criterion.expires, from, yes });
        }
        for (at, rule) in counted(definition).enumerate() {
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
            Condition::Decided(part) => Node::Decided(Box::new(self.node(part))),
            leaf => Node::Leaf(self.leaf(leaf)),
        }
    }

    fn leaf(&mut self, source: &Condition) -> LeafId {
        let text: Arc<str> = Arc::from(source.to_string());
        if let Some(&known) = self.leaf_ids.get(&text) {
            return known;
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
                let count = Source::Count(self.pattern(activities), Reach::of(*window));
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
                    reach: Reach::of(*window),
                }
            }
            // Those that are made of others are compiled elsewhere, and nobody's fold asks of a company's people.
            Condition::Constant(_)
            | Condition::All(_)
            | Condition::Any(_)
            | Condition::Not(_)
            | Condition::Decided(_)
            | Condition::Somebody(_) => Test::Is(Source::Written(Written::Truth(Truth::Unknown))),
        };
        let class = self.class(&test);
        let known = id(self.leaves.len());
        self.leaf_ids.insert(text.clone(), known);
        self.leaves.push(Leaf {
            source: source.clone(),
            text,
            test,
            class,
            live: false,
            wakes: false,
        });
        known
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
                Source::Count(self.pattern(activities), Reach::of(*window))
            }
            Term::Since(activities) => Source::Since(self.pattern(activities)),
            Term::Dwell => Source::Dwell,
            // Filters are compiled elsewhere, and nobody's fold asks how many work there.
            Term::Field(_) | Term::People => Source::Written(Written::Truth(Truth::Unknown)),
        }
    }

    /// A score as the definition counts it, or else as a fact says it.
    pub(super) fn score(&mut self, score: Score) -> Source {
        match self.scores.iter().position(|rule| rule.score == score) {
            Some(at) => Source::Score(id(at)),
            None => {
                let key = self.score_fact(score);
                let known = self.fact(&key);
                // Receipts name the score, not the rule by which it was counted.
                self.facts[index(known)] = Arc::from(score.fact());
                Source::Fact(known)
            }
        }
    }

    /// The key of the fact that holds a score which is not counted over the person's own history.
    pub(super) fn score_fact(&self, score: Score) -> Arc<str> {
        match &self.of_company {
            Some((of, key)) if *of == score => key.clone(),
            _ => Arc::from(score.fact()),
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
        let asked = Condition::Did { activities: activities.clone(), window: None };
        let next = id(self.patterns.len());
        let known = *self.pattern_ids.entry(asked.to_string()).or_insert(next);
        if known == next {
            self.patterns.push(Pattern::new(activities));
        }
        known
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
    pub(super) fn under(&self, what: Derived) -> Vec<&Compiled> {
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
            Node::Not(part) | Node::Decided(part) => self.walk(part, see),
            Node::All(parts) | Node::Any(parts) => {
                parts.iter().for_each(|part| self.walk(part, see));
            }
        }
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

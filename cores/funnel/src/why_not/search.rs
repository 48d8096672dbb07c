//! The search for ways: for each condition the sets of steps that would make it come out as wanted,
//! the cheapest few, put together from its parts.

use std::rc::Rc;

use moment::Moment;

use super::imagine::examples;
use super::step::Step;
use crate::condition::{Activities, Condition, Literal, Op, Score, Term};
use crate::definition::{Definition, Points};
use crate::explain::Explained;
use crate::fold::{Demand, Folder, InForce};
use crate::history::{Activity, History};
use crate::standing::{Stage, Standing};
use crate::truth::Truth;

/// The most ways kept for each part of a condition.
const KEPT_MAX: usize = 48;
/// The most steps of one way.
const STEPS_MAX: usize = 7;
/// The most often that one activity is supposed to happen.
const TIMES_MAX: u32 = 5;
/// How deep stages may hang on each other.
const DEPTH_MAX: usize = 4;

/// Steps are shared among the ways that they are part of, for there are many.
pub(super) type Steps = Vec<Rc<Step>>;

/// The conditions that a search asks about, made ready once for many people.
#[derive(Debug)]
pub(super) struct Asked {
    /// Every condition of stages and exits.
    conditions: Vec<Condition>,
    folder: Folder,
}

impl Asked {
    pub(super) fn new(versions: &[InForce<'_>], definition: &Definition) -> Asked {
        let mut conditions: Vec<Condition> = Vec::new();
        for rule in &definition.stages {
            conditions.extend(std::iter::once(&rule.enter).chain(&rule.gate).cloned());
        }
        let wakes = definition.recycled.wake.iter().chain(&definition.disqualified.wake);
        conditions.extend(wakes.cloned());
        Asked { folder: Folder::asking(versions, &conditions), conditions }
    }
}

pub(super) struct Search<'a> {
    definition: &'a Definition,
    standing: &'a Standing,
    /// Every condition of stages and exits, with what was found.
    found: Vec<(&'a Condition, Explained)>,
}

impl<'a> Search<'a> {
    pub(super) fn new(
        asked: &'a mut Asked,
        definition: &'a Definition,
        history: &History,
        standing: &'a Standing,
    ) -> Search<'a> {
        let as_of: Moment = standing.as_of;
        let explained = asked.folder.explain(history, as_of);
        Search { definition, standing, found: asked.conditions.iter().zip(explained).collect() }
    }

    fn explained(&self, condition: Option<&Condition>) -> Option<&Explained> {
        let condition = condition?;
        self.found.iter().find(|(known, _)| *known == condition).map(|(_, explained)| explained)
    }

    pub(super) fn enter(&self, stage: Stage) -> Option<&Explained> {
        self.explained(self.definition.stage(stage).map(|rule| &rule.enter))
    }

    pub(super) fn gate(&self, stage: Stage) -> Option<&Explained> {
        self.explained(self.definition.stage(stage).and_then(|rule| rule.gate.as_ref()))
    }

    pub(super) fn wake(&self, exit: Stage) -> Option<&Explained> {
        self.explained(self.wake_condition(exit))
    }

    fn wake_condition(&self, exit: Stage) -> Option<&Condition> {
        match exit {
            Stage::Recycled => self.definition.recycled.wake.as_ref(),
            Stage::Disqualified => self.definition.disqualified.wake.as_ref(),
            _ => None,
        }
    }

    /// Sets of steps that could bring the person to a stage or a higher one, the cheapest first.
    pub(super) fn ways(&self, stage: Stage) -> Vec<Steps> {
        // A won deal makes anybody a customer; that helps nobody who asks for less.
        let higher = Stage::CLIMB
            .into_iter()
            .filter(|&to| to == stage || to > stage && to < Stage::Customer);
        let ways = higher.flat_map(|to| {
            let ways = self.reaching(to, 0);
            let wake = self.wake_condition(self.standing.stage);
            let wake = wake.filter(|_| to != Stage::Customer);
            match (wake, self.explained(wake)) {
                (Some(condition), Some(explained)) => {
                    together(vec![ways, self.of(condition, explained, true, 0)])
                }
                _ => ways,
            }
        });
        cheapest(ways.collect())
    }

    fn reaching(&self, stage: Stage, depth: usize) -> Vec<Steps> {
        let Some(rule) = self.definition.stage(stage).filter(|_| depth < DEPTH_MAX) else {
            return Vec::new();
        };
        let conditions = std::iter::once(&rule.enter).chain(&rule.gate);
        let parts = conditions.map(|condition| match self.explained(Some(condition)) {
            Some(explained) => self.of(condition, explained, true, depth),
            None => Vec::new(),
        });
        together(parts.collect())
    }

    /// Sets of steps after which a condition would hold, or fail, if not `wanted`.
    fn of(
        &self,
        condition: &Condition,
        explained: &Explained,
        wanted: bool,
        depth: usize,
    ) -> Vec<Steps> {
        if explained.truth == Truth::from(wanted) {
            return vec![Vec::new()];
        }
        let parts = |parts: &[Condition]| {
            let pairs = parts.iter().zip(&explained.parts);
            pairs.map(|(part, found)| self.of(part, found, wanted, depth)).collect::<Vec<_>>()
        };
        match condition {
            Condition::Constant(_) => Vec::new(),
            Condition::All(all) if wanted => together(parts(all)),
            Condition::All(all) => cheapest(parts(all).concat()),
            Condition::Any(any) if wanted => cheapest(parts(any).concat()),
            Condition::Any(any) => together(parts(any)),
            Condition::Not(part) => match explained.parts.first() {
                Some(found) => self.of(part, found, !wanted, depth),
                None => Vec::new(),
            },
            // What is known may be known by either; nothing that is known becomes unknown by news.
            Condition::Decided(part) => match explained.parts.first().filter(|_| wanted) {
                Some(found) => cheapest(
                    [self.of(part, found, true, depth), self.of(part, found, false, depth)]
                        .concat(),
                ),
                None => Vec::new(),
            },
            leaf => cheapest(self.leaf(leaf, explained, wanted, depth)),
        }
    }

    fn leaf(
        &self,
        leaf: &Condition,
        explained: &Explained,
        wanted: bool,
        depth: usize,
    ) -> Vec<Steps> {
        match leaf {
            Condition::Did { activities, .. } if wanted => happens(activities, leaf, 1),
            Condition::TwoWay { .. } if wanted => talks(),
            Condition::Is(Term::Criterion(name)) => self.criterion(name, explained, wanted, depth),
            Condition::Known(Term::Criterion(name)) if wanted => {
                self.criterion(name, explained, true, depth)
            }
            Condition::Compare { left: Term::Literal(literal), op, right } => {
                self.compare(leaf, right, op.mirrored(), literal, explained, wanted, depth)
            }
            Condition::Compare { left, op, right: Term::Literal(literal) } => {
                self.compare(leaf, left, *op, literal, explained, wanted, depth)
            }
            Condition::OneOf { term: term @ (Term::Stage | Term::Temperature), list } if wanted => {
                let words = list.iter().filter_map(|literal| match literal {
                    Literal::Text(word) => Some(word.as_str()),
                    _ => None,
                });
                words.flat_map(|word| self.word(term, word, explained, depth)).collect()
            }
            leaf => self.learn(leaf, explained, wanted),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one comparison, taken apart by its callers")]
    fn compare(
        &self,
        leaf: &Condition,
        term: &Term,
        op: Op,
        literal: &Literal,
        explained: &Explained,
        wanted: bool,
        depth: usize,
    ) -> Vec<Steps> {
        let op = if wanted { op } else { op.negated() };
        match (term, literal) {
            (Term::Stage | Term::Temperature, Literal::Text(word)) if op == Op::Equal => {
                self.word(term, word, explained, depth)
            }
            (Term::Met(names), Literal::Number(n)) => self.met(names, op, *n, explained, depth),
            (Term::Count { activities, .. }, Literal::Number(n)) => {
                let seen = explained.seen.as_deref().and_then(|seen| seen.parse::<f64>().ok());
                let missing = match op {
                    Op::AtLeast | Op::Equal => n - seen.unwrap_or(0.0),
                    Op::More => n - seen.unwrap_or(0.0) + 1.0,
                    _ => return Vec::new(),
                };
                happens(activities, leaf, times(missing))
            }
            (Term::Since(activities), _) if matches!(op, Op::Less | Op::AtMost) => {
                happens(activities, leaf, 1)
            }
            // What colleagues would have to do is no news of this person.
            (Term::Score(score), _) if self.is_of_company(*score) => Vec::new(),
            (Term::Score(score), Literal::Number(n)) if self.definition.score(*score).is_some() => {
                self.score(*score, op, *n, explained, depth)
            }
            _ => self.learn(leaf, explained, wanted),
        }
    }

    fn is_of_company(&self, score: Score) -> bool {
        self.definition.score(score).is_some_and(|rule| rule.of_company)
    }

    /// A fact that is unknown may turn out as wanted; one that is known stays what it is.
    fn learn(&self, leaf: &Condition, explained: &Explained, wanted: bool) -> Vec<Steps> {
        let known = matches!(leaf, Condition::Known(_));
        if explained.truth.is_known() && !(known && wanted) {
            return Vec::new();
        }
        let demand = Demand { condition: leaf.clone(), wanted };
        let step = Demand::fact(leaf).and_then(|key| Step::learn(&key, vec![demand]));
        step.map(|step| vec![vec![Rc::new(step)]]).unwrap_or_default()
    }

    /// A criterion that is unknown may be answered, or decided by what it is derived from.
    fn criterion(
        &self,
        name: &str,
        explained: &Explained,
        wanted: bool,
        depth: usize,
    ) -> Vec<Steps> {
        let at = self.definition.criterion(name);
        let criterion = at.and_then(|at| self.definition.criteria.get(at));
        let Some(criterion) = criterion.filter(|_| !explained.truth.is_known()) else {
            return Vec::new();
        };
        let mut ways = Vec::new();
        if criterion.ask.is_some() {
            ways.push(vec![Rc::new(Step::Answer {
                criterion: criterion.name.clone(),
                yes: wanted,
                ask: criterion.ask.clone(),
            })]);
        }
        let under = criterion.from.iter().chain(&criterion.yes).zip(&explained.parts);
        for (at, (condition, found)) in under.enumerate() {
            // What proves a yes proves no no.
            let proves_only_yes = criterion.from.is_none() || at > 0;
            if wanted || !proves_only_yes {
                ways.extend(self.of(condition, found, wanted, depth));
            }
        }
        ways
    }

    /// So many of some criteria.
    fn met(
        &self,
        names: &[String],
        op: Op,
        number: f64,
        explained: &Explained,
        depth: usize,
    ) -> Vec<Steps> {
        let is = |truth: Truth| explained.parts.iter().filter(|part| part.truth == truth).count();
        let (yes, unknown) = (is(Truth::True), is(Truth::Unknown));
        // How many of the unknown must be yes, and how many no.
        let (yes_more, no_more) = match op {
            Op::AtLeast => (number.ceil() - yes as f64, 0.0),
            Op::More => (number.floor() + 1.0 - yes as f64, 0.0),
            Op::Less => (0.0, (yes + unknown) as f64 - number.ceil() + 1.0),
            Op::AtMost => (0.0, (yes + unknown) as f64 - number.floor()),
            Op::Equal => (number - yes as f64, (yes + unknown) as f64 - number),
            Op::Unequal => return Vec::new(),
        };
        let open: Vec<(&String, &Explained)> =
            names.iter().zip(&explained.parts).filter(|(_, p)| !p.truth.is_known()).collect();
        let possible = |n: f64| n <= open.len() as f64;
        if yes_more < 0.0 || no_more < 0.0 || !possible(yes_more + no_more) || open.len() > 12 {
            return Vec::new();
        }
        let mut ways = Vec::new();
        for yeses in choices(open.len(), times(yes_more) as usize) {
            let noes: Vec<usize> = (0..open.len()).filter(|at| !yeses.contains(at)).collect();
            for chosen in choices(noes.len(), times(no_more) as usize) {
                let no = chosen.iter().map(|&at| (noes[at], false));
                let each = yeses.iter().map(|&at| (at, true)).chain(no).map(|(at, wanted)| {
                    let (name, found) = open[at];
                    let mut ways = cheapest(self.criterion(name, found, wanted, depth));
                    ways.truncate(2);
                    ways
                });
                ways.extend(together(each.collect()));
            }
        }
        ways
    }

    /// A score that the definition counts.
    fn score(
        &self,
        score: Score,
        op: Op,
        number: f64,
        explained: &Explained,
        depth: usize,
    ) -> Vec<Steps> {
        let Some(rule) = self.definition.score(score) else { return Vec::new() };
        let more = matches!(op, Op::AtLeast | Op::More);
        let (mut open, mut held) = (Vec::new(), 0.0);
        let mut at = 0;
        let mut ways = Vec::new();
        for points in &rule.points {
            match points {
                Points::When(condition, add) => {
                    let found = explained.parts.get(at);
                    at += 1;
                    match found.map(|found| found.truth) {
                        Some(Truth::True) => held += add,
                        Some(Truth::Unknown) => open.extend(found.map(|f| (condition, f, *add))),
                        _ => {}
                    }
                }
                Points::On { activities, add, per_day_max } if more && *add > 0.0 => {
                    let present = self.standing.scores.engagement.map_or(0.0, |e| e.value);
                    let needed = times((number - present) / add);
                    if needed <= per_day_max.unwrap_or(u32::MAX).min(TIMES_MAX) {
                        let asked = Condition::Did { activities: activities.clone(), window: None };
                        ways.extend(happens(activities, &asked, needed));
                    }
                }
                Points::On { .. } => {}
            }
        }
        if open.len() > 12 {
            return ways;
        }
        for count in 1..=open.len() {
            for chosen in choices(open.len(), count) {
                let sum: f64 = held + chosen.iter().map(|&at| open[at].2).sum::<f64>();
                if more && op.holds(sum.total_cmp(&number)) {
                    let each = chosen.iter().map(|&at| {
                        let (condition, found, _) = open[at];
                        self.of(condition, found, true, depth)
                    });
                    ways.extend(together(each.collect()));
                }
            }
        }
        ways
    }

    /// A stage or temperature of this name.
    fn word(&self, term: &Term, word: &str, explained: &Explained, depth: usize) -> Vec<Steps> {
        match term {
            Term::Stage => match Stage::parse(word) {
                Some(stage) if stage > self.standing.stage => self.reaching(stage, depth + 1),
                _ => Vec::new(),
            },
            _ => {
                let named = self.definition.temperatures.iter().zip(&explained.parts);
                let named = named.filter(|((temperature, _), _)| temperature.as_str() == word);
                named.flat_map(|((_, c), found)| self.of(c, found, true, depth)).collect()
            }
        }
    }
}

/// Activities that would do, so many times.
fn happens(activities: &Activities, asked: &Condition, times: u32) -> Vec<Steps> {
    if times > TIMES_MAX {
        return Vec::new();
    }
    let one_of_many = activities.kinds.len() > 1 || !matches!(asked, Condition::Did { .. });
    let happen = |activity: crate::history::Activity| {
        let english = if one_of_many {
            let kinds = vec![activity.kind.as_str().to_owned()];
            let activities = Activities { kinds, filter: activities.filter.clone() };
            Condition::Did { activities, window: None }.in_english().to_string()
        } else {
            asked.in_english().to_string()
        };
        vec![Rc::new(Step::Happen { activity, times, english })]
    };
    examples(activities).into_iter().map(happen).collect()
}

/// The ways to a talk: what one side has yet to say, both sides, or speaking.
fn talks() -> Vec<Steps> {
    let happen = |kind: &str, english: &str| {
        let (activity, english) = (Activity::usual(kind), english.to_owned());
        Rc::new(Step::Happen { activity, times: 1, english })
    };
    let we = || happen("email.sent", "we write to them");
    let they = || happen("email.replied", "they answer");
    let demo = happen("demo.held", "saw a demo");
    vec![
        vec![we()],
        vec![they()],
        vec![happen("call.connected", "we speak")],
        vec![demo],
        vec![we(), they()],
    ]
}

/// One way of each part, together.
fn together(parts: Vec<Vec<Steps>>) -> Vec<Steps> {
    let mut all: Vec<Steps> = vec![Vec::new()];
    for ways in parts {
        let mut joined = Vec::new();
        for before in &all {
            for way in &ways {
                let mut steps = before.clone();
                let fits = way.iter().all(|step| step.join(&mut steps));
                if fits && steps.len() <= STEPS_MAX {
                    joined.push(steps);
                }
            }
        }
        all = cheapest(joined);
    }
    all
}

/// The cheapest few, each once.
fn cheapest(mut ways: Vec<Steps>) -> Vec<Steps> {
    ways.sort_by_cached_key(|steps| {
        (steps.iter().map(|step| step.cost()).sum::<u32>(), steps.len())
    });
    let mut kept: Vec<Steps> = Vec::new();
    for steps in ways {
        let repeats = kept
            .iter()
            .any(|other| other.len() == steps.len() && other.iter().all(|step| has(&steps, step)));
        if !repeats {
            kept.push(steps);
        }
        if kept.len() == KEPT_MAX {
            break;
        }
    }
    kept
}

/// Whether a step is among these; most are the very same.
pub(super) fn has(steps: &[Rc<Step>], step: &Rc<Step>) -> bool {
    steps.iter().any(|other| Rc::ptr_eq(other, step)) || steps.contains(step)
}

/// Every choice of so many of the first `n` numbers.
fn choices(n: usize, count: usize) -> Vec<Vec<usize>> {
    let mut all = Vec::new();
    for bits in 0_u32..1 << n.min(12) {
        if bits.count_ones() as usize == count {
            all.push((0..n).filter(|at| bits & (1 << at) != 0).collect());
        }
    }
    all
}

fn times(missing: f64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "negative numbers and those too large saturate"
    )]
    let times = missing.ceil() as u32;
    times
}

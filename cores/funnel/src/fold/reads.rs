//! Who reads what in a plan: from entries to the conditions that they can change, and from a stage to
//! the conditions that can move somebody from there.

use super::leaf::{LeafId, Node, Reach, Source, Test};
use super::plan::{ANSWERED, Derived, Plan, id, index};
use super::value::Written;
use crate::condition::Op;
use crate::hand;
use crate::standing::Stage;
use crate::truth::Truth;
use crate::wanted::Wanted;

/// Who reads what.
#[derive(Clone, Debug, Default)]
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
    /// For each stage of [`Stage::ALL`], whether each leaf can move somebody from there; then a row for all
    /// stages, [`Reads::ALL`]; then two for each wake-up condition: the row of recycled with it, and that of all.
    pub(super) watched: Vec<Vec<bool>>,
    /// What each leaf says of a history without entries.
    pub(super) of_nothing: Vec<Truth>,
    /// For each stage of [`Stage::ALL`], the leaves by which the standing can change.
    pub(super) matter: Vec<Vec<LeafId>>,
    /// The same for each wake-up condition.
    pub(super) wake_matter: Vec<Vec<LeafId>>,
}

impl Reads {
    /// The row of `watched` that is for all stages.
    const ALL: usize = Stage::ALL.len();

    /// The row of `watched` for somebody at a stage, or for all stages, who wakes by that condition if by any.
    pub(super) fn row(stage: Stage, all: bool, wake: Option<usize>) -> usize {
        match wake {
            Some(at) => Reads::ALL + 1 + 2 * at + usize::from(all),
            None if all => Reads::ALL,
            None => stage as usize,
        }
    }

    /// Finds who reads what in a plan whose conditions are compiled.
    pub(super) fn of(plan: &Plan) -> Reads {
        let mut reads = Reads {
            leaves_of_pattern: vec![Vec::new(); plan.patterns.len()],
            points_of_pattern: vec![Vec::new(); plan.patterns.len()],
            leaves_of_fact: vec![Vec::new(); plan.facts.len()],
            leaves_of_score: vec![Vec::new(); plan.scores.len()],
            learned: vec![false; plan.patterns.len()],
            ..Reads::default()
        };
        for (at, leaf) in plan.leaves.iter().enumerate() {
            let patterns = leaf.test.patterns();
            for (pattern, reach) in patterns {
                if reach == Reach::Dwell {
                    reads.learned[index(pattern)] = true;
                }
                if leaf.live || leaf.wakes {
                    reads.leaves_of_pattern[index(pattern)].push(id(at));
                }
            }
            if !leaf.live && !leaf.wakes {
                continue;
            }
            for source in leaf.test.sources() {
                match source {
                    Source::Fact(fact) => reads.leaves_of_fact[index(*fact)].push(id(at)),
                    Source::Score(score) => reads.leaves_of_score[index(*score)].push(id(at)),
                    _ => {}
                }
            }
            if plan.can_flip(&leaf.test) {
                reads.timed.push(id(at));
            }
        }
        for (at, rule) in plan.scores.iter().enumerate() {
            for (point, on) in rule.on.iter().enumerate() {
                reads.points_of_pattern[index(on.pattern)].push((id(at), id(point)));
            }
        }
        reads.timed_slot = vec![u32::MAX; plan.leaves.len()];
        for (slot, &at) in reads.timed.iter().enumerate() {
            reads.timed_slot[index(at)] = id(slot);
        }
        reads.watched =
            Stage::ALL.iter().map(|stage| plan.watched(&plan.rules_at(*stage))).collect();
        let all: Vec<bool> = plan.leaves.iter().map(|leaf| leaf.live).collect();
        reads.watched.push(all.clone());
        for (_, wake) in &plan.wakes {
            let woken = plan.watched(&[&wake.node]);
            let with = |row: &[bool]| row.iter().zip(&woken).map(|(a, b)| *a || *b).collect();
            let recycled = with(&reads.watched[Stage::Recycled as usize]);
            reads.watched.extend([recycled, with(&all)]);
        }
        reads.matter = Stage::ALL.iter().map(|stage| plan.matter(*stage)).collect();
        let timed = |wake: &super::plan::Compiled| plan.timed(vec![&wake.node]);
        reads.wake_matter = plan.wakes.iter().map(|(_, wake)| timed(wake)).collect();
        reads
    }
}

impl Plan {
    /// Adds what it looks at in a history.
    pub(super) fn want(&self, wanted: &mut Wanted) {
        for kind in [hand::KIND, ANSWERED] {
            wanted.add_kinds(kind);
        }
        for pattern in self.patterns.iter().filter(|pattern| pattern.asks_more) {
            pattern.activities.kinds.iter().for_each(|kinds| wanted.add_kinds(kinds));
        }
        self.fact_ids.keys().for_each(|key| wanted.add_fact(key));
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
        self.timed(nodes)
    }

    /// The leaves of these that can change by time alone.
    fn timed(&self, nodes: Vec<&Node>) -> Vec<LeafId> {
        let mut all: Vec<LeafId> = Vec::new();
        for node in nodes {
            node.leaves(&mut all);
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

    /// For each leaf, whether one of these conditions hangs on it, directly or by way of criteria, scores and the
    /// temperature.
    fn watched(&self, nodes: &[&Node]) -> Vec<bool> {
        let mut watched = vec![false; self.leaves.len()];
        let mut open = Vec::new();
        nodes.iter().for_each(|node| node.leaves(&mut open));
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
            self.under(what).into_iter().for_each(|compiled| compiled.node.leaves(open));
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
                    compiled.node.leaves(open);
                }
            }
            _ => {}
        }
    }
}

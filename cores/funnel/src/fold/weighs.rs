//! What can move anybody at all.

use super::Folder;
use super::leaf::{LeafId, Source};
use super::plan::{Plan, index};
use crate::history::{Agent, Value, What};

impl Folder {
    /// Whether such an entry can ever weigh in the stage of anybody under these versions. Of one that
    /// cannot, histories with it and without it come to the same stage.
    pub fn weighs(&self, what: &What) -> bool {
        self.versions.iter().any(|version| version.plan.weighs(what))
    }
}

impl Plan {
    fn weighs(&self, what: &What) -> bool {
        match what {
            What::Facts(observation) => observation.facts.iter().any(|fact| {
                let at = self.fact_ids.get(&*fact.key);
                at.is_some_and(|at| self.any_moves(&self.reads.leaves_of_fact[index(*at)]))
            }),
            What::Activity(activity) => {
                let kind = activity.kind.as_str();
                let takes = self
                    .patterns
                    .iter()
                    .zip(0..)
                    .filter(|(pattern, _)| pattern.takes_kind(kind) && pattern.takes(activity));
                let by_pattern = takes.map(|(_, at)| at).any(|at: usize| {
                    let mut points = self.reads.points_of_pattern[at].iter();
                    self.any_moves(&self.reads.leaves_of_pattern[at])
                        || points.any(|(score, _)| {
                            self.any_moves(&self.reads.leaves_of_score[index(*score)])
                        })
                });
                let by_agent = activity.agent == Agent::Human
                    && match kind {
                        "stage.moved" => true,
                        "criterion.answered" => {
                            let named =
                                activity.properties.iter().find_map(|property| match property {
                                    (key, Value::Text(name)) if &**key == "criterion" => Some(name),
                                    _ => None,
                                });
                            let at = named.and_then(|name| self.criterion_ids.get(&**name));
                            at.is_some_and(|at| self.criterion_moves(*at))
                        }
                        _ => false,
                    };
                by_pattern || by_agent
            }
        }
    }

    fn criterion_moves(&self, criterion: u32) -> bool {
        let reads = |source: &&Source| match source {
            Source::Criterion(at) => *at == criterion,
            Source::Met(all) => all.contains(&criterion),
            _ => false,
        };
        let leaves = (0..).zip(&self.leaves);
        leaves
            .filter(|(_, leaf)| leaf.test.sources().iter().any(reads))
            .any(|(at, _)| self.moves(at))
    }

    fn any_moves(&self, leaves: &[LeafId]) -> bool {
        leaves.iter().any(|leaf| self.moves(*leaf))
    }

    /// Whether a rule that moves somebody from some stage hangs on a leaf.
    fn moves(&self, leaf: LeafId) -> bool {
        // The last row is of all that is alive, whether it moves anybody or not.
        let stages = self.reads.watched.split_last().map_or(&[][..], |(_, stages)| stages);
        stages.iter().any(|watched| watched[index(leaf)])
    }
}

//! One thing to learn, or to happen.

use std::rc::Rc;
use std::sync::Arc;

use crate::condition::Condition;
use crate::fold::Demand;
use crate::history::{Activity, Direction, Value};

/// One thing to learn, or to happen.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// A criterion is asked and answered.
    Answer {
        /// The criterion's name.
        criterion: Arc<str>,
        /// The answer that it takes.
        yes: bool,
        /// The question.
        ask: Option<String>,
    },
    /// A fact that is unknown becomes known.
    Learn {
        /// Its key.
        key: String,
        /// A value that would do.
        value: Value,
        /// What it must be, in English.
        english: String,
        /// The conditions that it must meet.
        demands: Vec<Demand>,
    },
    /// Something is done, by them or by us.
    Happen {
        /// An activity that would do.
        activity: Activity,
        /// How often.
        times: u32,
        /// What must happen, in English.
        english: String,
    },
}

impl Step {
    /// How much it takes.
    pub fn cost(&self) -> u32 {
        match self {
            Step::Answer { .. } | Step::Learn { .. } => self.cost_once(),
            Step::Happen { times, .. } => self.cost_once() * times,
        }
    }

    /// How much it takes once: less than [`Step::cost`] for what is to happen more than once.
    pub(super) fn cost_once(&self) -> u32 {
        match self {
            Step::Answer { .. } => 1,
            Step::Learn { .. } => 2,
            Step::Happen { activity, .. } => {
                match (activity.kind.as_str().split('.').next(), activity.direction) {
                    (Some("deal"), _) => 40,
                    (_, Some(Direction::Inbound)) => 5,
                    _ => 3,
                }
            }
        }
    }

    /// Whether whoever takes this step has taken the other too.
    pub fn includes(&self, other: &Step) -> bool {
        match (self, other) {
            (
                Step::Happen { activity, times, .. },
                Step::Happen { activity: same, times: fewer, .. },
            ) => activity == same && fewer <= times,
            _ => self == other,
        }
    }

    /// The same, happening so many times.
    pub(super) fn so_often(&self, often: u32) -> Step {
        let mut step = self.clone();
        if let Step::Happen { times, .. } = &mut step {
            *times = often;
        }
        step
    }

    /// The step as a sentence part: `answer yes: Who signs?`.
    pub fn english(&self) -> String {
        match self {
            Step::Answer { criterion, yes, ask } => {
                let answer = if *yes { "yes" } else { "no" };
                format!("answer {answer}: {}", ask.as_deref().unwrap_or(criterion))
            }
            Step::Learn { english, .. } => format!("learn that {english}"),
            Step::Happen { english, times: 1, .. } => english.clone(),
            Step::Happen { english, times, .. } => format!("{english}, {times} times"),
        }
    }

    /// Adds a step to others; `false` if it contradicts them.
    pub(super) fn join(self: &Rc<Self>, steps: &mut Vec<Rc<Step>>) -> bool {
        match &**self {
            Step::Answer { criterion, yes, .. } => {
                let same = steps.iter().find_map(|step| match &**step {
                    Step::Answer { criterion: other, yes, .. } if other == criterion => Some(*yes),
                    _ => None,
                });
                if same.is_none() {
                    steps.push(Rc::clone(self));
                }
                same.is_none_or(|same| same == *yes)
            }
            Step::Learn { key, demands, .. } => {
                let same = steps.iter().position(
                    |step| matches!(&**step, Step::Learn { key: other, .. } if other == key),
                );
                let Some(same) = same.map(|at| steps.remove(at)) else {
                    steps.push(Rc::clone(self));
                    return true;
                };
                let mut all = demands.clone();
                if let Step::Learn { demands: others, .. } = &*same {
                    for other in others {
                        if !all.contains(other) {
                            all.push(other.clone());
                        }
                    }
                }
                let learned = Step::learn(key, all);
                let fits = learned.is_some();
                steps.extend(learned.map(Rc::new));
                fits
            }
            Step::Happen { activity, times, .. } => {
                let same = steps.iter_mut().find_map(|step| match &**step {
                    Step::Happen { activity: other, times, .. } if other == activity => {
                        Some((*times, step))
                    }
                    _ => None,
                });
                match same {
                    Some((fewer, step)) if fewer < *times => {
                        if let Step::Happen { times: same, .. } = Rc::make_mut(step) {
                            *same = *times;
                        }
                    }
                    Some(_) => {}
                    None => steps.push(Rc::clone(self)),
                }
                true
            }
        }
    }

    /// A fact that meets all of these, if one can be named.
    pub(super) fn learn(key: &str, demands: Vec<Demand>) -> Option<Step> {
        let values = demands.iter().flat_map(Demand::values);
        let value = values.into_iter().find(|value| demands.iter().all(|d| d.is_met_by(value)))?;
        let english: Vec<String> = demands
            .iter()
            .map(|demand| match demand.wanted {
                true => demand.condition.in_english().to_string(),
                false => {
                    Condition::Not(Box::new(demand.condition.clone())).in_english().to_string()
                }
            })
            .collect();
        let english = english.join(" and ");
        Some(Step::Learn { key: key.to_owned(), value, english, demands })
    }
}

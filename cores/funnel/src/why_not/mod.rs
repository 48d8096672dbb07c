//! Why somebody does not stand at a stage, and what would bring them there.
//!
//! **Promise:** every way named was folded and arrives, gates and all; what is known is never
//! supposed away. **Never:** counts on time passing, or on an answer or fact becoming another.

mod imagine;
mod search;
mod step;

use moment::Moment;

use crate::explain::Explained;
use crate::fold::{Folder, InForce};
use crate::history::History;
use crate::standing::Stage;
use crate::truth::Truth;

pub use step::Step;

/// The most ways that are named.
pub const WAYS_MAX: usize = 8;
/// The most ways that are folded to see where they lead.
const TRIED_MAX: usize = 64;

/// Why somebody does not stand at a stage.
#[derive(Clone, Debug, PartialEq)]
pub struct WhyNot {
    /// The stage asked about.
    pub stage: Stage,
    /// Where they stand.
    pub stands: Stage,
    /// The stage's `enter`; `None` if the definition has no such stage.
    pub enter: Option<Explained>,
    /// Its `gate`.
    pub gate: Option<Explained>,
    /// What must hold to come back, for somebody in an exit.
    pub wake: Option<Explained>,
    /// The atomic conditions that are known to fail: what stands against it.
    pub against: Vec<Explained>,
    /// What would bring them there or higher, the cheapest first; empty if nothing new alone would.
    pub ways: Vec<Way>,
    /// The question to ask next: the first one of the cheapest way that asks any.
    pub ask: Option<Question>,
}

/// A set of news that brings somebody to a stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    /// How much it takes: an answer 1, a fact 2, something of ours 3, something of theirs 5, a deal 40.
    pub cost: u32,
    /// What must be learned or happen.
    pub steps: Vec<Step>,
    /// Where it leads: the stage asked about, or a higher one.
    pub to: Stage,
}

/// A question to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The criterion's name.
    pub criterion: String,
    /// Its words.
    pub ask: String,
}

/// Says why somebody does not stand at a stage as of a moment, and what would bring them there,
/// under the definition in force then. For somebody who stands there, or higher, nothing is missing
/// and no way is named.
pub fn why_not(versions: &[InForce<'_>], history: &History, as_of: Moment, stage: Stage) -> WhyNot {
    let mut found = WhyNot {
        stage,
        stands: Stage::None,
        enter: None,
        gate: None,
        wake: None,
        against: Vec::new(),
        ways: Vec::new(),
        ask: None,
    };
    let mut ordered = versions.to_vec();
    ordered.sort_by_key(|version| version.from);
    let in_force = ordered.iter().rev().find(|version| version.from <= as_of).or(ordered.first());
    let Some(definition) = in_force.map(|version| version.definition) else { return found };

    let mut folder = Folder::new(&ordered);
    let standing = folder.fold(history, as_of).standing;
    found.stands = standing.stage;
    let search = search::Search::new(&ordered, definition, history, &standing);
    found.enter = search.enter(stage).cloned();
    found.gate = search.gate(stage).cloned();
    found.wake = search.wake(standing.stage).filter(|_| stage != Stage::Customer).cloned();
    if !standing.stage.is_exit() && standing.stage >= stage {
        return found;
    }
    for part in [&found.enter, &found.gate, &found.wake].into_iter().flatten() {
        against(part, Truth::True, &mut found.against);
    }
    for steps in search.ways(stage).into_iter().take(TRIED_MAX) {
        let known = found.ways.iter().any(|way| way.steps.iter().all(|step| steps.contains(step)));
        if known || found.ways.len() == WAYS_MAX {
            continue;
        }
        let imagined = imagine::history(history, &steps, as_of);
        let to = folder.fold(&imagined, as_of).standing.stage;
        if !to.is_exit() && to >= stage {
            let cost = steps.iter().map(Step::cost).sum();
            found.ways.push(Way { cost, steps, to });
        }
    }
    found.ask = found.ways.iter().flat_map(|way| &way.steps).find_map(|step| match step {
        Step::Answer { criterion, ask: Some(ask), .. } => {
            Some(Question { criterion: criterion.to_string(), ask: ask.clone() })
        }
        _ => None,
    });
    found
}

/// The atomic conditions by which a condition that is not `wanted` fails for certain.
fn against(explained: &Explained, wanted: Truth, found: &mut Vec<Explained>) {
    if explained.truth == wanted || explained.truth == Truth::Unknown {
        return;
    }
    let is_operator = |text: &str| explained.text == text;
    let negates = explained.parts.len() == 1
        && explained.parts.iter().any(|part| {
            is_operator(&format!("!{}", part.text)) || is_operator(&format!("!({})", part.text))
        });
    let compound = explained.seen.is_none()
        && explained.rests_on.is_empty()
        && explained.parts.len() > 1
        && (explained.text.contains(" && ") || explained.text.contains(" || "));
    if negates {
        explained.parts.iter().for_each(|part| against(part, !wanted, found));
    } else if compound {
        explained.parts.iter().for_each(|part| against(part, wanted, found));
    } else if !found.iter().any(|other| other.text == explained.text) {
        found.push(explained.clone());
    }
}

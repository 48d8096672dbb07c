//! Why somebody does not stand at a stage, and what would bring them there.
//!
//! **Promise:** every way named was folded and arrives, gates and all, and arrives no more once any step
//! is left out; what is known is never supposed away. **Never:** counts on time passing, or on an answer or fact becoming another.

mod arrive;
mod imagine;
mod search;
mod step;

use moment::Moment;

use crate::definition::Definition;
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

impl Way {
    /// The steps in a few words, for a list: `yes to budget and need`, `they answer`.
    pub fn in_brief(&self) -> Vec<String> {
        let (mut yes, mut no, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for step in &self.steps {
            match step {
                Step::Answer { criterion, yes: true, .. } => yes.push(&**criterion),
                Step::Answer { criterion, yes: false, .. } => no.push(&**criterion),
                Step::Learn { english, .. } => others.push(english.clone()),
                Step::Happen { .. } => others.push(step.english()),
            }
        }
        let answers = [("yes", yes), ("no", no)].into_iter().filter_map(|(word, mut names)| {
            let last = names.pop()?;
            let before = names.join(", ");
            let names =
                if before.is_empty() { last.into() } else { format!("{before} and {last}") };
            Some(format!("{word} to {names}"))
        });
        answers.chain(others).collect()
    }
}

/// A question to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The criterion's name.
    pub criterion: String,
    /// Its words.
    pub ask: String,
}

/// What somebody lacks for a stage, as a list says it.
#[derive(Clone, Debug, PartialEq)]
pub struct Missing {
    /// Where they stand.
    pub stands: Stage,
    /// The stage asked about; `None` if there is none above.
    pub stage: Option<Stage>,
    /// What would bring them there or higher for the least; `None` if nothing new alone would, or if they
    /// stand there already.
    pub way: Option<Way>,
}

/// Asks of one person after the other what keeps them from a stage, as of a moment: the definitions are made
/// ready once.
#[derive(Debug)]
pub struct Asker<'d> {
    definition: Option<&'d Definition>,
    as_of: Moment,
    folder: Folder,
    asked: search::Asked,
}

impl<'d> Asker<'d> {
    /// Ready to ask under the definition in force at a moment.
    pub fn new(versions: &[InForce<'d>], as_of: Moment) -> Asker<'d> {
        let mut ordered = versions.to_vec();
        ordered.sort_by_key(|version| version.from);
        let held = ordered.iter().rev().find(|version| version.from <= as_of).or(ordered.first());
        let definition = held.map(|version| version.definition);
        let none = Definition::default();
        Asker {
            definition,
            as_of,
            folder: Folder::new(&ordered),
            asked: search::Asked::new(&ordered, definition.unwrap_or(&none)),
        }
    }

    /// Says why somebody does not stand at a stage, and what would bring them there. For somebody who stands
    /// there, or higher, nothing is missing and no way is named.
    pub fn why_not(&mut self, history: &History, stage: Stage) -> WhyNot {
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
        let Some(definition) = self.definition else { return found };
        let standing = self.folder.fold(history, self.as_of).standing;
        found.stands = standing.stage;
        let search = search::Search::new(&mut self.asked, definition, history, &standing);
        found.enter = search.enter(stage).cloned();
        found.gate = search.gate(stage).cloned();
        found.wake = search.wake(standing.stage).filter(|_| stage != Stage::Customer).cloned();
        if !standing.stage.is_exit() && standing.stage >= stage {
            return found;
        }
        for part in [&found.enter, &found.gate, &found.wake].into_iter().flatten() {
            against(part, Truth::True, &mut found.against);
        }
        let ways = search.ways(stage);
        found.ways = arrive::Trial::new(&mut self.folder, history, self.as_of, stage).all(ways);
        found.ask = found.ways.iter().flat_map(|way| &way.steps).find_map(|step| match step {
            Step::Answer { criterion, ask: Some(ask), .. } => {
                Some(Question { criterion: criterion.to_string(), ask: ask.clone() })
            }
            _ => None,
        });
        found
    }

    /// What somebody lacks for a stage, or for the next one above where they stand: the first way that
    /// [`Asker::why_not`] names, and no more work than it takes to find it.
    pub fn missing(&mut self, history: &History, stage: Option<Stage>) -> Missing {
        let Some(definition) = self.definition else {
            return Missing { stands: Stage::None, stage: None, way: None };
        };
        let standing = self.folder.fold(history, self.as_of).standing;
        let stands = standing.stage;
        let above = || {
            let mut rules = definition.stages.iter();
            rules.find(|rule| stands.is_exit() || rule.stage > stands).map(|rule| rule.stage)
        };
        let Some(stage) = stage.or_else(above) else {
            return Missing { stands, stage: None, way: None };
        };
        let mut missing = Missing { stands, stage: Some(stage), way: None };
        if stands.is_exit() || stands < stage {
            let search = search::Search::new(&mut self.asked, definition, history, &standing);
            let ways = search.ways(stage);
            let mut trial = arrive::Trial::new(&mut self.folder, history, self.as_of, stage);
            missing.way = trial.cheapest(ways);
        }
        missing
    }
}

/// Says why somebody does not stand at a stage as of a moment, and what would bring them there,
/// under the definition in force then; see [`Asker::why_not`].
pub fn why_not(versions: &[InForce<'_>], history: &History, as_of: Moment, stage: Stage) -> WhyNot {
    Asker::new(versions, as_of).why_not(history, stage)
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

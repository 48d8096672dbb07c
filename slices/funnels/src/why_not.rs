//! `why-not`: what keeps a person from a stage, what would bring them there, and what to ask next.

use funnel::explain::Explained;
use funnel::why_not::{Question, Step, Way, WhyNot};
use funnel::{Stage, why_not as reasons};
use moment::Moment;
use people::find;
use platform::db::Tx;
use platform::failure::Failure;
use serde::Serialize;
use team::{Right, User};

use crate::lens::Lens;
use crate::why::{Veil, veil_parts};
use crate::{lens, project};

/// Why somebody does not stand at a stage, and what would bring them there.
#[derive(Clone, Debug, Serialize)]
pub struct WhyNotView {
    /// The public id.
    pub person: String,
    /// The name.
    pub name: String,
    /// The lens.
    pub lens: String,
    /// The version of its definition that holds.
    pub version: u32,
    /// The stage asked about.
    pub stage: Stage,
    /// Where they stand.
    pub stands: Stage,
    /// Whether they stand there already, or higher.
    pub is_there: bool,
    /// Whether the definition has such a stage at all.
    pub is_known: bool,
    /// What must hold to enter it, part by part, as it is found.
    pub enter: Option<Explained>,
    /// What must hold however one arrives.
    pub gate: Option<Explained>,
    /// What must hold to come back, for somebody in an exit.
    pub wake: Option<Explained>,
    /// What is known to stand against it.
    pub against: Vec<Explained>,
    /// What would bring them there or higher, the cheapest first; none if nothing new alone would.
    pub ways: Vec<WayView>,
    /// The question to ask next, if a way begins with one.
    pub ask: Option<QuestionView>,
    /// Whether what must hold asks for a fact that is kept from the user: then what would bring them there is kept as well,
    /// for it tells which of its conditions do not hold.
    pub is_kept: bool,
}

/// A set of news that brings somebody to a stage.
#[derive(Clone, Debug, Serialize)]
pub struct WayView {
    /// How much it takes: an answer 1, a fact 2, something of ours 3, something of theirs 5, a deal 40.
    pub cost: u32,
    /// Where it leads: the stage asked about, or a higher one.
    pub to: Stage,
    /// What must be learned or happen.
    pub steps: Vec<StepView>,
}

/// One thing to learn, or to happen.
#[derive(Clone, Debug, Serialize)]
pub struct StepView {
    /// `answer`, `learn` or `happen`.
    pub what: &'static str,
    /// The criterion, the fact, or the kind of activity.
    pub of: String,
    /// In English.
    pub english: String,
    /// The question, for an answer.
    pub ask: Option<String>,
    /// The answer that it takes, for an answer.
    pub yes: Option<bool>,
}

/// A question to ask.
#[derive(Clone, Debug, Serialize)]
pub struct QuestionView {
    /// The criterion's name.
    pub criterion: String,
    /// Its words.
    pub ask: String,
}

/// Why whom `who` means does not stand at a stage; the next one up if none is named.
///
/// # Errors
/// `Forbidden` without the right to read people, `Missing` if nobody is meant, `Refused` with `ambiguous`,
/// `no_lens`, or `no_way_up` for an exit, to which nothing leads up.
pub fn why_not(
    tx: &mut Tx,
    user: &User,
    who: &str,
    lens: Option<&str>,
    stage: Option<Stage>,
    now: Moment,
) -> Result<WhyNotView, Failure> {
    user.may(Right::ReadPeople)?;
    let id = find::find(tx, user, who)?;
    let name = people::person::row(tx, user, id)?.name;
    let lens = lens::of(tx, user, lens)?;
    let history = project::history_of(tx, id)?;
    let stage = match stage {
        Some(stage) => stage,
        None => {
            let stands = funnel::Folder::new(&lens.in_force()).fold(&history, now).standing.stage;
            lens.above(stands).unwrap_or(Stage::Customer)
        }
    };
    if !Stage::CLIMB.contains(&stage) {
        let words =
            format!("Nobody climbs to {stage}: ask about lead, prospect, opportunity or customer.");
        return Err(Failure::refused("no_way_up", words));
    }
    let found = reasons(&lens.in_force(), &history, now, stage);
    let WhyNot { stage, stands, mut enter, mut gate, mut wake, mut against, mut ways, mut ask } =
        found;
    let told = Kept::of(user, &lens, stage);
    let is_kept = told.ways(&mut ways);
    ask = ask.filter(|_| !is_kept && ways.iter().any(begins_with_a_question));
    // What stands against it is known to hold, or it would not be named.
    let veil = Veil::of(user, &lens);
    against.retain(|part| !veil.hides_text(&part.text));
    for part in [&mut enter, &mut gate, &mut wake] {
        veil_parts(&veil, part.as_mut_slice());
    }
    veil_parts(&veil, &mut against);
    Ok(WhyNotView {
        person: tx.public_ids().encode(people::PERSON, id),
        name,
        version: lens.version_at(now),
        is_there: !stands.is_exit() && stands >= stage,
        is_known: enter.is_some(),
        lens: lens.name,
        stage,
        stands,
        enter,
        gate,
        wake,
        against,
        ways: ways.iter().map(way).collect(),
        ask: ask.map(|Question { criterion, ask }| QuestionView { criterion, ask }),
        is_kept,
    })
}

fn begins_with_a_question(way: &Way) -> bool {
    matches!(way.steps.first(), Some(Step::Answer { ask: Some(_), .. }))
}

/// Whether what is hidden from a user is a part of what a stage asks for.
pub(crate) struct Kept<'a> {
    user: &'a User,
    asks: bool,
}

impl<'a> Kept<'a> {
    /// What a stage asks for under the definition in force, as far as it asks for facts themselves or for scores that are
    /// made of them: what criteria make of them is told.
    pub(crate) fn of(user: &'a User, lens: &Lens, stage: Stage) -> Kept<'a> {
        let rules = lens.current().map(|(_, definition)| definition.stages.as_slice());
        let rules = rules.unwrap_or_default().iter().filter(|rule| rule.stage == stage);
        let mut asked = rules.flat_map(|rule| rule.gate.iter().chain([&rule.enter]));
        let veil = Veil::of(user, lens);
        let asks = !user.is_told_all() && asked.any(|condition| veil.hides(condition));
        Kept { user, asks }
    }

    /// Leaves out each way that tells of what is hidden; whether all of them are kept.
    pub(crate) fn ways(&self, ways: &mut Vec<Way>) -> bool {
        ways.retain(|way| !self.asks && !self.is_told_by(way));
        self.asks
    }

    fn is_told_by(&self, way: &Way) -> bool {
        way.steps.iter().any(|step| match step {
            Step::Learn { key, .. } => self.user.is_hidden(key),
            Step::Answer { .. } | Step::Happen { .. } => false,
        })
    }
}

fn way(way: &Way) -> WayView {
    WayView { cost: way.cost, to: way.to, steps: way.steps.iter().map(step).collect() }
}

fn step(step: &Step) -> StepView {
    let english = step.english();
    let (what, of, ask, yes) = match step {
        Step::Answer { criterion, yes, ask } => {
            ("answer", criterion.to_string(), ask.clone(), Some(*yes))
        }
        Step::Learn { key, .. } => ("learn", key.clone(), None, None),
        Step::Happen { activity, .. } => ("happen", activity.kind.as_str().to_owned(), None, None),
    };
    StepView { what, of, english, ask, yes }
}

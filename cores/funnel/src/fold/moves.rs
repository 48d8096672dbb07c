//! The moves at one moment: disqualified; else up; else down or out; until nothing moves.

use std::sync::Arc;

use super::plan::{Compiled, Plan, StagePlan};
use super::view::View;
use super::wake::Wake;
use crate::receipt::{Judged, Part, Rule};
use crate::standing::Stage;

/// A move that a rule makes.
pub(super) struct Move {
    pub(super) to: Stage,
    pub(super) reason: Option<Arc<str>>,
    pub(super) rule: Rule,
}

/// The stages seen at one moment; none is entered twice.
#[derive(Clone, Copy)]
pub(super) struct Visited {
    seen: u8,
    /// Whether a move was held back because its stage had been seen.
    pub(super) cut: bool,
}

impl Visited {
    pub(super) fn starting(at: Stage) -> Visited {
        Visited { seen: 1 << at as u8, cut: false }
    }

    pub(super) fn note(&mut self, stage: Stage) {
        self.seen |= 1 << stage as u8;
    }

    fn allows(&mut self, stage: Stage) -> bool {
        let seen = self.seen & (1 << stage as u8) != 0;
        self.cut |= seen;
        !seen
    }
}

/// The next move of somebody standing as the view says, if there is one.
pub(super) fn next(view: &View<'_>, visited: &mut Visited) -> Option<Move> {
    let plan = view.plan;
    disqualified(plan, view, visited)
        .or_else(|| up(plan, view, visited))
        .or_else(|| awake(plan, view, visited))
        .or_else(|| down(plan, view, visited))
}

fn disqualified(plan: &Plan, view: &View<'_>, visited: &mut Visited) -> Option<Move> {
    if matches!(view.stage, Stage::Customer | Stage::Disqualified) {
        return None;
    }
    let (at, (_, reason)) = (0..).zip(&plan.disqualify).find(|(_, (when, _))| view.holds(when))?;
    visited.allows(Stage::Disqualified).then_some(Move {
        to: Stage::Disqualified,
        reason: reason.clone(),
        rule: Rule::Disqualify(at),
    })
}

fn up(plan: &Plan, view: &View<'_>, visited: &mut Visited) -> Option<Move> {
    let woken = view.woken();
    let awake = !view.stage.is_exit()
        || woken.is_some()
        || wake(plan, view.stage).is_some_and(|c| view.holds(c));
    for (slot, to) in Stage::CLIMB.into_iter().enumerate().rev() {
        let above = view.stage.is_exit() || to > view.stage;
        if !above || !(awake || to == Stage::Customer) {
            continue;
        }
        let Some(rules) = &plan.stages[slot] else { continue };
        let enters = view.holds(&rules.enter) && gate_holds(rules, view) && stays(rules, to, view);
        if enters && visited.allows(to) {
            // To be a customer one needs no waking.
            return Some(match woken.filter(|_| to != Stage::Customer) {
                Some(woken) => woken_to(to, woken, view),
                None => Move { to, reason: None, rule: Rule::Enter(to) },
            });
        }
    }
    None
}

/// Whoever wakes as a hand asked, and whom no rule takes up: to the lowest stage whose gate lets them in and which
/// they would not leave at once.
fn awake(plan: &Plan, view: &View<'_>, visited: &mut Visited) -> Option<Move> {
    let woken = view.woken()?;
    let mut stages = Stage::CLIMB.into_iter().zip(&plan.stages);
    let (to, _) = stages.find(|(to, rules)| {
        let may = |rules: &StagePlan| gate_holds(rules, view) && stays(rules, *to, view);
        *to != Stage::Customer && rules.as_ref().is_some_and(may)
    })?;
    visited.allows(to).then(|| woken_to(to, woken, view))
}

fn woken_to(to: Stage, woken: Wake, view: &View<'_>) -> Move {
    Move { to, reason: Some(view.why_woken(woken)), rule: Rule::Wake(view.asked_by(woken)) }
}

/// Whether somebody who arrives at a stage would not leave it at once.
fn stays(rules: &StagePlan, to: Stage, view: &View<'_>) -> bool {
    let arriving = View { stage: to, entered: Some(view.now), ..*view };
    !rules.leave.iter().any(|(when, ..)| arriving.holds(when))
}

fn down(plan: &Plan, view: &View<'_>, visited: &mut Visited) -> Option<Move> {
    let rules = rules(plan, view.stage)?;
    for (at, (when, to, reason)) in (0..).zip(&rules.leave) {
        if view.holds(when) && may_stand(plan, *to, view) && visited.allows(*to) {
            let rule = Rule::Leave(view.stage, at);
            return Some(Move { to: *to, reason: reason.clone(), rule });
        }
    }
    None
}

/// Whether a stage's gate lets one in, by whatever way.
pub(super) fn may_stand(plan: &Plan, to: Stage, view: &View<'_>) -> bool {
    rules(plan, to).is_none_or(|rules| gate_holds(rules, view))
}

fn gate_holds(rules: &StagePlan, view: &View<'_>) -> bool {
    rules.gate.as_ref().is_none_or(|gate| view.holds(gate))
}

pub(super) fn rules(plan: &Plan, stage: Stage) -> Option<&StagePlan> {
    let slot = Stage::CLIMB.iter().position(|&climb| climb == stage)?;
    plan.stages[slot].as_ref()
}

fn wake(plan: &Plan, exit: Stage) -> Option<&Compiled> {
    match exit {
        Stage::Recycled => plan.recycled_wake.as_ref(),
        Stage::Disqualified => plan.disqualified_wake.as_ref(),
        _ => None,
    }
}

/// The rows of the receipt of a move made by somebody standing as the view says.
pub(super) fn rows(view: &View<'_>, to: Stage, rule: &Rule) -> Vec<Judged> {
    let plan = view.plan;
    let mut found = Vec::new();
    let enter = |found: &mut Vec<Judged>| {
        if let Some(rules) = rules(plan, to) {
            view.rows(&rules.enter, Part::Enter, found);
            if let Some(gate) = &rules.gate {
                view.rows(gate, Part::Gate, found);
            }
        }
    };
    match rule {
        Rule::Enter(_) => {
            enter(&mut found);
            let wake = wake(plan, view.stage).filter(|_| to != Stage::Customer);
            if let Some(wake) = wake {
                view.rows(wake, Part::Wake, &mut found);
            }
        }
        Rule::Leave(from, at) => {
            let rules = rules(plan, *from);
            if let Some((when, ..)) = rules.and_then(|rules| rules.leave.get(usize::from(*at))) {
                view.rows(when, Part::Leave, &mut found);
            }
        }
        Rule::Disqualify(at) => {
            if let Some((when, _)) = plan.disqualify.get(usize::from(*at)) {
                view.rows(when, Part::Enter, &mut found);
            }
        }
        Rule::Wake(_) => {
            if let Some(woken) = view.woken() {
                view.wake_rows(woken, &mut found);
            }
            enter(&mut found);
        }
        Rule::Hand(_) => {}
    }
    found
}

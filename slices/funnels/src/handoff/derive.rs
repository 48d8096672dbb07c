//! The handoffs of one person, from their moves and what was answered. Pure, like the fold that found the moves.

use funnel::hand::{self, ByHand};
use funnel::history::{Agent, Entry, What};
use moment::Moment;

use super::Outcome;
use super::store::HandoffRow;
use crate::flow;
use crate::lens::Lens;
use crate::store::TransitionRow;

/// Whether any version of a lens asks that somebody be taken on in time; else nobody is ever handed over.
pub(crate) fn asks(lens: &Lens) -> bool {
    lens.versions
        .iter()
        .any(|(_, definition)| definition.stages.iter().any(|rule| rule.accept_within.is_some()))
}

/// Every handoff as it is known at a moment, the oldest first. Whoever climbs to a stage whose rule names a time, or
/// comes to it from an exit, is handed over; who only falls to it, or passes it within a moment, is not.
pub(crate) fn of(
    lens: &Lens,
    moves: &[TransitionRow],
    history: &[Entry],
    now: Moment,
) -> Vec<HandoffRow> {
    let mut found = Vec::new();
    let mut source = None;
    for (place, step) in moves.iter().enumerate() {
        let left_at = moves.get(place + 1).map(|next| next.moved_at);
        let is_up = step.from.is_exit() || step.to > step.from;
        let within = lens
            .versions
            .iter()
            .find(|(row, _)| row.version == step.version)
            .and_then(|(_, definition)| definition.stage(step.to)?.accept_within);
        let Some(within) = within.filter(|_| is_up && left_at != Some(step.moved_at)) else {
            continue;
        };
        let (via, campaign) = source.get_or_insert_with(|| came_by(moves, history));
        let mut row = HandoffRow {
            handed_at: step.moved_at,
            seq: step.seq,
            stage: step.to,
            version: step.version,
            via: via.clone(),
            campaign: campaign.clone(),
            due_at: step.moved_at + within,
            outcome: if left_at.is_some() { Outcome::MovedOn } else { Outcome::Waiting },
            answered_at: None,
            reason: None,
            left_at,
        };
        let stay = |entry: &&Entry| {
            entry.occurred_at >= step.moved_at
                && left_at.is_none_or(|left| entry.occurred_at < left)
                && entry.occurred_at.max(entry.recorded_at) <= now
        };
        for entry in history.iter().filter(stay) {
            answered(&mut row, entry, &lens.name);
        }
        found.push(row);
    }
    found
}

/// Takes in an answer: the newest says what came of it, the first whether it came in time.
fn answered(row: &mut HandoffRow, entry: &Entry, lens: &str) {
    let What::Activity(activity) = &entry.what else { return };
    let outcome = match activity.kind.as_str() {
        "handoff.accepted" => Outcome::Accepted,
        "handoff.rejected" => Outcome::Rejected,
        _ => return,
    };
    let is_ours = ByHand::counts(hand::text(activity, "lens"), Some(lens));
    if activity.agent != Agent::Human || !is_ours {
        return;
    }
    row.outcome = outcome;
    row.answered_at = row.answered_at.or(Some(entry.occurred_at));
    row.reason = hand::text(activity, "reason").map(str::to_owned);
}

/// By which way a person came in, and by which campaign if one is named; empty if none is.
fn came_by(moves: &[TransitionRow], history: &[Entry]) -> (String, String) {
    let first = moves.first();
    let via = first.map(|step| step.via.clone()).unwrap_or_default();
    let campaign = flow::campaign(history, first.map(|step| step.moved_at));
    (via, campaign.unwrap_or_default().to_owned())
}

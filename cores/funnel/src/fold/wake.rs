//! Waking as a move by hand asked: on a day, or once a condition holds.

use std::sync::Arc;

use moment::Moment;

use super::plan::{Compiled, Plan};
use super::state::NEVER;
use super::view::View;
use crate::hand::{self, ByHand, WAKES_MAX};
use crate::history::{Entry, What};
use crate::receipt::{Judged, Part, Rest};
use crate::standing::Stage;
use crate::truth::Truth;

/// What wakes somebody who was recycled by hand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wake {
    /// When; [`NEVER`] if no day was named.
    pub(super) at: i64,
    /// By which of the plan's wake-up conditions, if by any.
    pub(super) when: Option<usize>,
    /// The place of the entry that asked for it.
    entry: u32,
}

/// The wake-up conditions that a history names, each once, the first [`WAKES_MAX`] of them.
pub(super) fn named(entries: &[Entry]) -> Vec<Box<str>> {
    let mut named: Vec<Box<str>> = Vec::new();
    for text in entries.iter().filter_map(|entry| hand::wake_when(&entry.what)) {
        if named.len() < WAKES_MAX && !named.iter().any(|known| &**known == text) {
            named.push(text.into());
        }
    }
    named
}

impl Wake {
    /// What the entry at a place asks for, if it asks for any.
    pub(super) fn of(plan: &Plan, entry: Option<&Entry>, place: u32) -> Option<Wake> {
        let What::Activity(activity) = &entry?.what else { return None };
        let by_hand = ByHand::of(activity).filter(|by_hand| by_hand.to == Stage::Recycled)?;
        let at = by_hand.wake_on.map_or(NEVER, |at| at.0);
        let when = by_hand
            .wake_when
            .and_then(|text| plan.wakes.iter().position(|(known, _)| *known == text));
        (at != NEVER || when.is_some()).then_some(Wake { at, when, entry: place })
    }

    /// The next moment at which the day comes, seen from now.
    pub(super) fn flip(self, now: i64) -> i64 {
        if self.at > now { self.at } else { NEVER }
    }

    fn condition(self, plan: &Plan) -> Option<&Compiled> {
        self.when.and_then(|at| plan.wakes.get(at)).map(|(_, condition)| condition)
    }
}

impl View<'_> {
    /// What wakes them now, if something that a hand asked for does.
    pub(super) fn woken(&self) -> Option<Wake> {
        let wake = self.wake.filter(|_| self.stage == Stage::Recycled)?;
        let holds = wake.condition(self.plan).is_some_and(|condition| self.holds(condition));
        (wake.at <= self.now || holds).then_some(wake)
    }

    /// The id of the entry that asked for it.
    pub(super) fn asked_by(&self, wake: Wake) -> i64 {
        self.entry(wake.entry).map_or(0, |entry| entry.id)
    }

    /// Why they wake, in a few words.
    pub(super) fn why_woken(&self, wake: Wake) -> Arc<str> {
        Arc::from(if wake.at <= self.now { "the day came" } else { "what they waited for holds" })
    }

    /// The rows of a receipt for it.
    pub(super) fn wake_rows(&self, wake: Wake, rows: &mut Vec<Judged>) {
        if wake.at <= self.now {
            let rest = Rest {
                at: Moment(wake.at),
                id: self.asked_by(wake),
                what: Arc::from("stage.moved"),
                source: None,
            };
            rows.push(Judged {
                part: Part::Wake,
                condition: Arc::from("the day on which they were to wake has come"),
                truth: Truth::True,
                seen: None,
                rests_on: vec![rest],
            });
        }
        if let Some(condition) = wake.condition(self.plan) {
            self.rows(condition, Part::Wake, rows);
        }
    }
}

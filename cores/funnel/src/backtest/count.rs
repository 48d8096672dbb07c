//! Counts that can be taken apart and put together again.

use std::collections::BTreeMap;

use moment::{DAY_US, Moment, Span};

use super::{Asked, JUDGED, Moved};
use crate::standing::Stage;

/// When somebody first stood at a stage or above it, but had not bought.
pub(super) fn reached(moves: &[Moved], stage: Stage) -> Option<Moment> {
    let is_there = |step: &&Moved| step.to >= stage && step.to <= Stage::Opportunity;
    moves.iter().find(is_there).map(|step| step.at)
}

/// How many of each number of days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Days(BTreeMap<i64, u64>);

impl Days {
    pub(super) fn add(&mut self, span: Span) {
        *self.0.entry(span.0.div_euclid(DAY_US)).or_default() += 1;
    }

    pub(super) fn merge(&mut self, other: &Days) {
        for (days, n) in &other.0 {
            *self.0.entry(*days).or_default() += n;
        }
    }

    pub(super) fn count(&self) -> u64 {
        self.0.values().sum()
    }

    /// The number of days below which so many hundredths lie: the one of that rank, none made up between two.
    pub(super) fn percentile(&self, hundredths: u64) -> Option<i64> {
        let rank = (self.count() * hundredths).div_ceil(100).max(1);
        let mut below = 0;
        self.0.iter().find_map(|(days, n)| {
            below += n;
            (below >= rank).then_some(*days)
        })
    }
}

/// What was counted of one stage.
#[derive(Clone, Debug, Default)]
pub(super) struct Counted {
    /// Called so, with time enough to see what became of them.
    pub(super) called: u64,
    /// Called so too recently to be judged.
    pub(super) too_recent: u64,
    /// First called so after their deal was won: no foresight.
    pub(super) too_late: u64,
    /// Of those called, who won in time.
    pub(super) won: u64,
    /// From call to win, of those.
    pub(super) lead: Days,
    /// Moves to this very stage by week, the first of which began on Monday, 29 December 1969.
    pub(super) weeks: BTreeMap<i64, u64>,
}

/// One side of a comparison: the draft, or life.
#[derive(Clone, Debug, Default)]
pub(super) struct Side(pub(super) [Counted; 3]);

impl Side {
    pub(super) fn count(&mut self, moves: &[Moved], won_at: Option<Moment>, asked: Asked) {
        for (counted, stage) in self.0.iter_mut().zip(JUDGED) {
            for step in moves.iter().filter(|step| step.to == stage) {
                *counted.weeks.entry(week(step.at)).or_default() += 1;
            }
            let Some(called_at) = reached(moves, stage) else { continue };
            match won_at {
                Some(won_at) if won_at < called_at => counted.too_late += 1,
                Some(won_at) if asked.within.is_none_or(|within| won_at - called_at <= within) => {
                    counted.called += 1;
                    counted.won += 1;
                    counted.lead.add(won_at - called_at);
                }
                _ if asked.within.is_some_and(|within| asked.until - called_at < within) => {
                    counted.too_recent += 1;
                }
                _ => counted.called += 1,
            }
        }
    }

    pub(super) fn merge(&mut self, other: &Side) {
        for (own, others) in self.0.iter_mut().zip(&other.0) {
            own.called += others.called;
            own.too_recent += others.too_recent;
            own.too_late += others.too_late;
            own.won += others.won;
            own.lead.merge(&others.lead);
            for (week, n) in &others.weeks {
                *own.weeks.entry(*week).or_default() += n;
            }
        }
    }
}

/// The week of a moment, from Monday to Sunday in UTC.
pub(super) fn week(at: Moment) -> i64 {
    (at.day() + 3).div_euclid(7)
}

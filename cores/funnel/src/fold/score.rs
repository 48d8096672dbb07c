//! Points for activities: the first few of each day, halving with time.
//!
//! A sum is always added up in the order of the history, each point from the one before it, so that
//! it is the same to the last bit however the entries arrived, and exact at the moment of a point.

use std::cmp::Ordering;

use moment::{DAY_US, Span};

use super::plan::{OnPlan, index};
use crate::condition::Op;
use crate::truth::Range;

/// A sum of points as of a moment.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sum {
    points: f64,
    at: i64,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct ScoreHit {
    pub(super) entry: u32,
    pub(super) at: i64,
    point: u32,
    pub(super) counts: bool,
    /// The sum up to and with this one.
    sum: Sum,
}

/// The activities that gave points, in the order of the history.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) hits: Vec<ScoreHit>,
    /// For each rule, the last day seen and how many counted on it.
    days: Vec<(i64, u32)>,
}

impl Tally {
    pub(super) fn clear(&mut self, rules: usize) {
        self.hits.clear();
        self.days.clear();
        self.days.resize(rules, (i64::MIN, 0));
    }

    pub(super) fn add(
        &mut self,
        rules: &[OnPlan],
        half_life: Option<Span>,
        entry: u32,
        at: i64,
        point: u32,
    ) {
        let hit = ScoreHit { entry, at, point, counts: false, sum: Sum::default() };
        let key = |hit: &ScoreHit| (hit.entry, hit.point);
        if self.hits.last().is_none_or(|last| key(last) < key(&hit)) {
            self.hits.push(hit);
            self.add_up(rules, half_life, self.hits.len() - 1);
            return;
        }
        // It came late: count again from the start of its day, for it may take another's place.
        let place = self.hits.partition_point(|other| key(other) < key(&hit));
        self.hits.insert(place, hit);
        self.add_up_from(rules, half_life, place, at);
    }

    /// Takes a hit back, as if it had never been.
    pub(super) fn take_out(
        &mut self,
        rules: &[OnPlan],
        half_life: Option<Span>,
        entry: u32,
        point: u32,
    ) {
        let found = self.hits.binary_search_by_key(&(entry, point), |hit| (hit.entry, hit.point));
        let Ok(place) = found else { return };
        let hit = self.hits.remove(place);
        self.add_up_from(rules, half_life, place, hit.at);
    }

    /// Adds up again from the start of the day of what changed, at a moment and a place.
    fn add_up_from(
        &mut self,
        rules: &[OnPlan],
        half_life: Option<Span>,
        place: usize,
        changed_at: i64,
    ) {
        let day = changed_at.div_euclid(DAY_US);
        let from = self.hits[..place]
            .iter()
            .rposition(|other| other.at.div_euclid(DAY_US) != day)
            .map_or(0, |before| before + 1);
        self.days.iter_mut().for_each(|slot| *slot = (i64::MIN, 0));
        for place in from..self.hits.len() {
            self.add_up(rules, half_life, place);
        }
    }

    fn add_up(&mut self, rules: &[OnPlan], half_life: Option<Span>, place: usize) {
        let before = place.checked_sub(1).and_then(|at| self.hits.get(at)).map(|hit| hit.sum);
        let Some(hit) = self.hits.get_mut(place) else { return };
        let (Some(rule), Some(day)) =
            (rules.get(index(hit.point)), self.days.get_mut(index(hit.point)))
        else {
            return;
        };
        let today = hit.at.div_euclid(DAY_US);
        if day.0 != today {
            *day = (today, 0);
        }
        hit.counts = day.1 < rule.per_day_max;
        hit.sum = before.unwrap_or_default();
        if hit.counts {
            day.1 += 1;
            hit.sum = hit.sum.plus(rule.add, hit.at, half_life);
        }
    }

    /// The sum at a moment not before the last hit.
    pub(super) fn value(&self, now: i64, half_life: Option<Span>) -> f64 {
        self.hits.last().map_or(0.0, |hit| hit.sum.value(now, half_life))
    }
}

impl Sum {
    fn plus(self, add: f64, at: i64, half_life: Option<Span>) -> Sum {
        Sum { points: self.value(at, half_life) + add, at }
    }

    #[expect(clippy::cast_precision_loss, reason = "a length of time to a part in 2^53")]
    fn value(self, now: i64, half_life: Option<Span>) -> f64 {
        match half_life {
            Some(Span(half)) if now != self.at && self.points.abs() > 0.0 => {
                self.points * (-((now - self.at) as f64) / half as f64).exp2()
            }
            _ => self.points,
        }
    }
}

/// The first moment after `now` at which `value op number` is no longer what it is now, for a value
/// that only halves; `None` if there is none.
///
/// With `exactly` it is found to the microsecond; without, it may be some seconds too early.
pub(super) fn crossing(
    tally: &Tally,
    half_life: Span,
    op: Op,
    number: f64,
    now: i64,
    exactly: bool,
) -> Option<i64> {
    const MARGIN_US: i64 = 1_000_000;
    const HALF_LIVES_MAX: f64 = 1_000.0;
    let value = |at: i64| tally.value(at, Some(half_life));
    let holds = |at: i64| {
        let order = Range::exactly(value(at)).order(Range::exactly(number));
        op.holds(order.unwrap_or(Ordering::Equal))
    };
    let present = value(now);
    // It moves towards 0 and never past it.
    if number.abs() < f64::MIN_POSITIVE || (present / number) < 1.0 {
        return None;
    }
    let halvings = (present / number).log2();
    if halvings > HALF_LIVES_MAX {
        return None;
    }
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "an estimate, made exact below"
    )]
    let estimate = now.saturating_add((halvings * half_life.0 as f64) as i64);
    let early = estimate.saturating_sub(MARGIN_US);
    if early > now && !exactly {
        return Some(early);
    }
    let before = holds(now);
    let (mut low, mut high) = (now.max(early), estimate.saturating_add(MARGIN_US));
    if holds(low) != before {
        low = now;
    }
    if holds(high) == before {
        return None;
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if holds(middle) == before { low = middle } else { high = middle }
    }
    Some(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF: Span = Span::days(14);

    fn rules() -> Vec<OnPlan> {
        vec![OnPlan { pattern: 0, add: 10.0, per_day_max: 2 }]
    }

    #[test]
    fn points_halve_and_cross_a_number_at_one_exact_moment() {
        let mut tally = Tally::default();
        tally.clear(1);
        tally.add(&rules(), Some(HALF), 0, 0, 0);
        assert!((tally.value(HALF.0, Some(HALF)) - 5.0).abs() < 1e-12);
        let at = crossing(&tally, HALF, Op::AtLeast, 5.0, 0, true).unwrap();
        assert!(tally.value(at, Some(HALF)) < 5.0 && tally.value(at - 1, Some(HALF)) >= 5.0);
        assert!((at - HALF.0).abs() <= 1_000);
        assert_eq!(crossing(&tally, HALF, Op::AtLeast, 11.0, 0, true), None);
        assert!(crossing(&tally, HALF, Op::AtLeast, 5.0, 0, false).unwrap() < at);
    }

    #[test]
    fn the_order_of_arrival_changes_no_bit() {
        let times = [5, 7, 9, DAY_US + 1, DAY_US + 2, 40 * DAY_US];
        let sum = |order: &[u32]| {
            let mut tally = Tally::default();
            tally.clear(1);
            for &entry in order {
                tally.add(&rules(), Some(HALF), entry, times[entry as usize], 0);
            }
            tally.value(50 * DAY_US, Some(HALF)).to_bits()
        };
        assert_eq!(sum(&[0, 1, 2, 3, 4, 5]), sum(&[5, 2, 4, 0, 3, 1]));
    }
}

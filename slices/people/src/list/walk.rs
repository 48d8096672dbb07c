//! How an order is walked until a page is full: a stretch at a time, from where the first can stand who is kept to where
//! the last can.

use std::collections::HashSet;

use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;

use super::order::Order;
use super::{Cursor, Key, Turn};
use crate::condition::Asked;

/// Places looked at in one later stretch, at most.
const STRETCH_MAX: usize = 5_000;
/// Places that a walk may go on for, where this is thought to fill the page.
const WALK_MAX: usize = 6_000;
/// Places looked at before all are gathered, however many that is.
const WALK_LONG_MAX: usize = 100_000;

/// How far a list looks before it does otherwise. The program has one set of these; tests have smaller ones, for they have
/// fewer people: a part of the app.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Places looked at in the first stretch of a walk.
    pub first: usize,
    /// Those who are gathered and put in order rather than met on a walk, unless the walk finds nobody.
    pub few: usize,
    /// Companies that are looked at, in everybody's order, before those of somebody who sees a part are gathered.
    pub nearly: usize,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds { first: 400, few: 20_000, nearly: 4_000 }
    }
}

impl Bounds {
    pub(super) fn of(tx: &Tx) -> Bounds {
        tx.find_part::<Bounds>().map(|bounds| *bounds).unwrap_or_default()
    }
}

/// An order that is walked, a stretch at a time, and of whose places some are kept. Each says nothing while something
/// is not ready.
pub(super) trait Walks {
    /// The next places.
    fn walk(
        &mut self,
        tx: &mut Tx,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Option<Vec<Cursor>>, Failure>;

    /// Those that are kept, in any order.
    fn keep(&self, tx: &mut Tx, ids: &[i64]) -> Result<Option<Vec<i64>>, Failure>;

    /// In which part of the order all stand that are kept.
    fn reach(&self) -> Reach;

    /// How many are kept in all.
    fn kept(&self, tx: &mut Tx) -> Result<Option<Kept>, Failure>;

    /// Places that it may go on for, where this is thought to fill the page.
    fn most(&self) -> usize {
        WALK_MAX
    }
}

/// How many are kept of an order.
pub(super) enum Kept {
    /// So many that the walk goes on.
    Many,
    /// So few that they are better gathered.
    Few,
    /// The same, and who they are.
    These(Vec<i64>),
}

/// What a walk came to.
pub(super) enum Stretched {
    /// The places wanted, or all there are.
    Full(Vec<Cursor>),
    /// Few are kept, or they stand elsewhere in this order: they are better gathered.
    Few,
    /// The same, and who they are is known.
    These(Vec<i64>),
}

/// Walks an order until as many places are found as are wanted, or it is better not to.
pub(super) fn stretches(
    tx: &mut Tx,
    order: &mut dyn Walks,
    (after, wanted): (Option<&Cursor>, usize),
    at_first: usize,
) -> Result<Option<Stretched>, Failure> {
    let mut found: Vec<Cursor> = Vec::new();
    let reach = order.reach();
    let (mut last, mut seen, mut stretch) = (reach.from(after), 0, at_first);
    let soon = order.most();
    let mut most = soon;
    while seen < most {
        let Some(places) = order.walk(tx, last.as_ref(), stretch)? else { return Ok(None) };
        let ids: Vec<i64> = places.iter().map(|place| place.id).collect();
        let Some(those) = order.keep(tx, &ids)? else { return Ok(None) };
        let those: HashSet<i64> = those.into_iter().collect();
        let is_end =
            places.len() < stretch || places.last().is_some_and(|last| reach.is_left_by(last));
        seen += places.len();
        last = places.last().cloned();
        found.extend(places.into_iter().filter(|place| those.contains(&place.id)));
        if found.len() >= wanted || is_end {
            found.truncate(wanted);
            return Ok(Some(Stretched::Full(found)));
        }
        // How much further the page would be full, at this rate.
        let further = match found.len() {
            0 => usize::MAX,
            hits => seen.saturating_mul(wanted - hits) / hits,
        };
        stretch = further.saturating_add(further / 2).clamp(at_first.max(1), STRETCH_MAX);
        if seen.saturating_add(further) > soon && most == soon {
            match order.kept(tx)? {
                None => return Ok(None),
                Some(Kept::Few) => break,
                Some(Kept::These(ids)) => return Ok(Some(Stretched::These(ids))),
                Some(Kept::Many) => most = WALK_LONG_MAX,
            }
        }
    }
    Ok(Some(Stretched::Few))
}

/// The part of an order in which all stand that a condition lets through.
pub(super) struct Reach {
    turn: Turn,
    first: Option<Cursor>,
    last: Option<Cursor>,
}

impl Reach {
    /// What a condition says of it, if it asks about the term by which the order goes.
    pub(super) fn of(order: &Order<'_>, condition: Option<&dyn Asked>, now: Moment) -> Reach {
        let turn = order.turn;
        let ends = condition.zip(order.by.term()).map(|(asked, by)| asked.reach(&by, now));
        let (low, high) = ends.unwrap_or_default();
        let (first, last) = if turn == Turn::Down { (high, low) } else { (low, high) };
        // Whoever stands at an end is within: before all of them the reach begins, and after all of them it ends.
        let (lowest, highest) = (0, i64::MAX);
        let (before, after) =
            if turn == Turn::Down { (highest, lowest) } else { (lowest, highest) };
        let place = |value: Option<Key>, id| value.map(|value| Cursor { value, id });
        Reach { turn, first: place(first, before), last: place(last, after) }
    }

    /// Where a walk begins that would begin after a place.
    pub(super) fn from(&self, after: Option<&Cursor>) -> Option<Cursor> {
        let later = |first: &&Cursor| after.is_none_or(|after| first.cmp(after, self.turn).is_gt());
        self.first.as_ref().filter(later).or(after).cloned()
    }

    /// Whether nobody comes any more who is within.
    fn is_left_by(&self, place: &Cursor) -> bool {
        self.last.as_ref().is_some_and(|last| place.cmp(last, self.turn).is_gt())
    }
}

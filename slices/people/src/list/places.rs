//! How a page is found of those whom a sieve lets through, in an order: along its index, or gathered.

use std::collections::HashSet;

use funnel::Stage;
use moment::Moment;
use platform::db::{Made, Tx};
use platform::failure::Failure;
use team::{Sight, User};

use super::order::{By, Order};
use super::sieve::Sieve;
use super::walk::{Bounds, Kept, Reach, Stretched, Walks, stretches};
use super::{Cursor, Turn, formula, rest};
use crate::Of;
use crate::companies::seen;
use crate::sight::listed;

/// People, or companies, looked up in one statement.
const AT_ONCE: usize = 1_000;
/// So many others, passed over along an index, cost no more than one who is looked up.
const PASSED_FOR_ONE: usize = 2;
/// The first stretch along everybody's order is as long as this part of those whom one sees.
const FIRST_SHARE: usize = 8;

/// The ids of a page of those whom the sieve lets through, and where it ended if there is more; nothing while something
/// is not ready.
pub(crate) fn page(
    tx: &mut Tx,
    who: &User,
    order: &Order<'_>,
    sieve: &Sieve,
    (after, limit): (Option<&Cursor>, usize),
    now: Moment,
) -> Result<Option<(Vec<i64>, Option<Cursor>)>, Failure> {
    if after.is_some_and(|cursor| !order.by.fits(cursor)) {
        return Err(of_another_order());
    }
    let wanted = (after, limit + 1);
    let places = match order.by {
        By::Fact(key) if formula::is_one(tx, key)? => {
            formula::places(tx, who, (order, key), sieve, wanted, now)?
        }
        By::Fact(_) | By::Column(_) => rest::with_rest(tx, who, order, sieve, wanted, now)?,
    };
    let Some(mut places) = places else { return Ok(None) };
    let is_more = places.len() > limit;
    places.truncate(limit);
    let next = places.last().filter(|_| is_more).cloned();
    Ok(Some((places.into_iter().map(|place| place.id).collect(), next)))
}

pub(super) fn of_another_order() -> Failure {
    Failure::invalid("after", "this page belongs to another order; begin anew")
}

/// The next places of whoever the sieve lets through, `wanted` at most; nothing while something is not ready.
pub(super) fn places(
    tx: &mut Tx,
    who: &User,
    order: &Order<'_>,
    sieve: &Sieve,
    (after, wanted): (Option<&Cursor>, usize),
    now: Moment,
) -> Result<Option<Vec<Cursor>>, Failure> {
    let stages = sieve.all_stand();
    // What the order itself leaves out need not be asked of each.
    let is_kept = order.by.keeps_stages();
    let still =
        Sieve { stages: if is_kept { Vec::new() } else { sieve.stages.clone() }, ..sieve.clone() };
    let is_limited = matches!(who.sight, Sight::Limited(_));
    if still.is_open() && !is_limited {
        return order.walk(tx, stages.as_deref(), after, wanted, now);
    }
    let (stages, bounds) = (stages.as_deref(), Bounds::of(tx));
    let listing = Listing { who, order, sieve, still: &still, stages, bounds, now };
    let found = match sieve.found {
        Some(_) => Some(Stretched::Few),
        None if is_limited && listing.sees_few(tx)? => listing.few(tx, after, wanted)?,
        None if is_limited && order.by.is_by_people() => listing.nearly(tx, after, wanted)?,
        None => {
            // Of somebody's many the page is soon full; of a condition nothing is known yet.
            let at_first = if sieve.is_wide() {
                wanted.saturating_mul(2).min(bounds.first)
            } else {
                bounds.first
            };
            stretches(tx, &mut Along { listing: &listing }, (after, wanted), at_first)?
        }
    };
    match found {
        None => Ok(None),
        Some(Stretched::Full(found)) => Ok(Some(found)),
        Some(Stretched::Few) => {
            let Some(set) = sieve.set(tx, who, now)? else { return Ok(None) };
            order.gather(tx, who, &set, (after, wanted), now)
        }
        Some(Stretched::These(ids)) => listing.these(tx, &ids, after, wanted),
    }
}

/// A list that is made.
struct Listing<'a> {
    who: &'a User,
    order: &'a Order<'a>,
    sieve: &'a Sieve,
    /// What is asked of each place that the order gives.
    still: &'a Sieve,
    stages: Option<&'a [Stage]>,
    bounds: Bounds,
    now: Moment,
}

impl Listing<'_> {
    /// Whether somebody who sees a part sees so few that they are better gathered: as the tally says, without anybody
    /// being looked at. Companies are no more than the people by whom they are seen.
    fn sees_few(&self, tx: &mut Tx) -> Result<bool, Failure> {
        let wide = Sieve { stages: self.sieve.stages.clone(), ..Sieve::of(self.sieve.lens) };
        let count = wide.count(tx, self.who, self.now)?;
        Ok(count.is_some_and(|n| self.is_few(n)))
    }

    fn is_few(&self, n: u64) -> bool {
        usize::try_from(n).is_ok_and(|n| n <= self.bounds.few)
    }

    fn reach(&self) -> Reach {
        Reach::of(self.order, self.sieve.condition.as_deref(), self.now)
    }

    /// Of whoever sees few: all of them in their order, and of each whether the condition is true, until the page is
    /// full. The condition is not asked of everybody, for most of whom it is true are others'.
    fn few(
        &self,
        tx: &mut Tx,
        after: Option<&Cursor>,
        wanted: usize,
    ) -> Result<Option<Stretched>, Failure> {
        if self.sieve.condition.is_none() {
            return self.mine(tx, after, wanted);
        }
        let mine = Sieve { condition: None, ..self.sieve.clone() };
        let Some(set) = mine.set(tx, self.who, self.now)? else { return Ok(None) };
        let from = self.reach().from(after);
        let all = (from.as_ref(), self.bounds.few);
        let places = self.order.gather(tx, self.who, &set, all, self.now)?;
        let Some(places) = places else { return Ok(None) };
        let mut few = Few { listing: self, left: places.into_iter() };
        stretches(tx, &mut few, (after, wanted), self.bounds.first)
    }

    /// The same where nothing is asked of them: everybody's order is walked past the others, as long as that is less than
    /// to look all of them up.
    fn mine(
        &self,
        tx: &mut Tx,
        after: Option<&Cursor>,
        wanted: usize,
    ) -> Result<Option<Stretched>, Failure> {
        if self.order.by.is_by_people() {
            return Ok(Some(Stretched::Few));
        }
        let all = Sieve { stages: Vec::new(), ..self.sieve.clone() };
        let Some(set) = all.set(tx, self.who, self.now)? else { return Ok(None) };
        let mut ids = Vec::new();
        tx.numbers_made(&set, |id| {
            ids.push(id);
            Ok(())
        })?;
        ids.sort_unstable();
        let at_first = self.bounds.first.max(ids.len() / FIRST_SHARE);
        let mut mine = Mine { along: Along { listing: self }, ids };
        stretches(tx, &mut mine, (after, wanted), at_first)
    }

    /// The next places of some of whom it is known that they are let through.
    fn these(
        &self,
        tx: &mut Tx,
        ids: &[i64],
        after: Option<&Cursor>,
        wanted: usize,
    ) -> Result<Option<Vec<Cursor>>, Failure> {
        let mut found = Vec::new();
        for some in ids.chunks(AT_ONCE) {
            let mut set = Made::default();
            set.text("select e.id as id from ").text(match self.sieve.of {
                Of::People => "person",
                Of::Companies => "company",
            });
            set.text(" e where e.id in (");
            listed(&mut set, some);
            set.text(")");
            let places = self.order.gather(tx, self.who, &set, (after, wanted), self.now)?;
            let Some(places) = places else { return Ok(None) };
            found.extend(places);
        }
        found.sort_by(|a: &Cursor, b| a.cmp(b, self.order.turn));
        found.truncate(wanted);
        Ok(Some(found))
    }

    /// Of companies by what people make of them, for whoever sees a part of the people: that is never more than what
    /// everybody makes of them. So everybody's order is walked from its top until nothing can come that is before what
    /// was found; from the bottom it says nothing.
    fn nearly(
        &self,
        tx: &mut Tx,
        after: Option<&Cursor>,
        wanted: usize,
    ) -> Result<Option<Stretched>, Failure> {
        let turn = self.order.turn;
        if turn == Turn::Up {
            return Ok(Some(Stretched::Few));
        }
        let (mut found, mut last, mut looked) = (Vec::new(), None::<Cursor>, 0);
        while looked < self.bounds.nearly {
            let walked = self.order.walk(tx, None, last.as_ref(), self.bounds.first, self.now)?;
            let Some(walked) = walked else { return Ok(None) };
            let is_end = walked.len() < self.bounds.first;
            looked += walked.len();
            last = walked.last().cloned();
            let ids: Vec<i64> = walked.into_iter().map(|place| place.id).collect();
            let mut places = seen::places(tx, self.who, self.order, &ids)?;
            places.retain(|place| after.is_none_or(|after| place.cmp(after, turn).is_gt()));
            let ids: Vec<i64> = places.iter().map(|place| place.id).collect();
            let Some(kept) = self.still.among(tx, self.who, &ids, self.now)? else {
                return Ok(None);
            };
            let kept: HashSet<i64> = kept.into_iter().collect();
            found.extend(places.into_iter().filter(|place| kept.contains(&place.id)));
            found.sort_by(|a: &Cursor, b| a.cmp(b, turn));
            let is_before =
                |place: &Cursor| last.as_ref().is_none_or(|last| place.cmp(last, turn).is_le());
            if is_end || wanted.checked_sub(1).and_then(|at| found.get(at)).is_some_and(is_before) {
                found.truncate(wanted);
                return Ok(Some(Stretched::Full(found)));
            }
        }
        Ok(Some(Stretched::Few))
    }
}

/// A list along the index of its order.
struct Along<'a> {
    listing: &'a Listing<'a>,
}

impl Walks for Along<'_> {
    fn walk(
        &mut self,
        tx: &mut Tx,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Option<Vec<Cursor>>, Failure> {
        let Listing { order, stages, now, .. } = *self.listing;
        order.walk(tx, stages, after, limit, now)
    }

    fn keep(&self, tx: &mut Tx, ids: &[i64]) -> Result<Option<Vec<i64>>, Failure> {
        let Listing { still, who, now, .. } = *self.listing;
        still.among(tx, who, ids, now)
    }

    fn reach(&self) -> Reach {
        self.listing.reach()
    }

    fn kept(&self, tx: &mut Tx) -> Result<Option<Kept>, Failure> {
        let Listing { sieve, who, now, .. } = *self.listing;
        if sieve.is_wide() && sieve.of == Of::People && !self.listing.sees_few(tx)? {
            return Ok(Some(Kept::Many));
        }
        let Some(set) = sieve.set(tx, who, now)? else { return Ok(None) };
        let (mut made, most) = (Made::default(), self.listing.bounds.few);
        made.text("select f.id from (").made(&set);
        made.text(") f limit ").arg(most.saturating_add(1));
        // They are read once: for a condition this takes far longer than to look up whom it finds.
        let mut ids = Vec::new();
        tx.numbers_made(&made, |id| {
            ids.push(id);
            Ok(())
        })?;
        Ok(Some(if ids.len() > most { Kept::Many } else { Kept::These(ids) }))
    }
}

/// Everybody's order for whoever sees few: whom they see is known, so that others are passed over in memory.
struct Mine<'a> {
    along: Along<'a>,
    /// In rising order.
    ids: Vec<i64>,
}

impl Walks for Mine<'_> {
    fn walk(
        &mut self,
        tx: &mut Tx,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Option<Vec<Cursor>>, Failure> {
        self.along.walk(tx, after, limit)
    }

    fn keep(&self, tx: &mut Tx, ids: &[i64]) -> Result<Option<Vec<i64>>, Failure> {
        let is_mine = |id: &i64| self.ids.binary_search(id).is_ok();
        let mine: Vec<i64> = ids.iter().copied().filter(is_mine).collect();
        self.along.keep(tx, &mine)
    }

    fn reach(&self) -> Reach {
        self.along.reach()
    }

    fn kept(&self, _: &mut Tx) -> Result<Option<Kept>, Failure> {
        Ok(Some(Kept::Few))
    }

    fn most(&self) -> usize {
        self.ids.len().saturating_mul(PASSED_FOR_ONE)
    }
}

/// Somebody's few, gathered and in order.
struct Few<'a> {
    listing: &'a Listing<'a>,
    left: std::vec::IntoIter<Cursor>,
}

impl Walks for Few<'_> {
    fn walk(
        &mut self,
        _: &mut Tx,
        _: Option<&Cursor>,
        limit: usize,
    ) -> Result<Option<Vec<Cursor>>, Failure> {
        Ok(Some(self.left.by_ref().take(limit).collect()))
    }

    fn keep(&self, tx: &mut Tx, ids: &[i64]) -> Result<Option<Vec<i64>>, Failure> {
        let Listing { sieve, who, now, .. } = *self.listing;
        let asked = Sieve { stages: Vec::new(), list: None, ..sieve.clone() };
        asked.among(tx, who, ids, now)
    }

    fn reach(&self) -> Reach {
        self.listing.reach()
    }

    /// They are gathered already.
    fn kept(&self, _: &mut Tx) -> Result<Option<Kept>, Failure> {
        Ok(Some(Kept::Many))
    }
}

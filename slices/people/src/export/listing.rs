//! Those of a list, as an export goes through them: in the order of the list, some at a time.

use std::collections::VecDeque;

use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
use team::User;

use crate::companies::{self, CompanyList};
use crate::list::{self, Cursor, FOUND_MAX, List, Sieve};
use crate::{Of, search};

/// Places looked up at a time: many, for where an order has to be gathered it is gathered each time.
const CHUNK_PLACES: usize = 10_000;
/// After how many seconds to ask again for what is not ready.
const READY_AFTER_S: u32 = 15;

/// Whom an export is of.
#[derive(Clone, Debug)]
pub enum Listed {
    /// The people of a list that a sieve lets through.
    People(List, Sieve),
    /// The companies of a list.
    Companies(CompanyList),
}

impl Listed {
    /// People or companies.
    pub fn of(&self) -> Of {
        match self {
            Listed::People(..) => Of::People,
            Listed::Companies(_) => Of::Companies,
        }
    }

    /// Has made ready what it asks for; gives the jobs that make it, none if all is ready.
    ///
    /// # Errors
    /// As [`list::prepare`].
    pub fn prepare(&self, tx: &mut Tx, who: &User, now: Moment) -> Result<Vec<i64>, Failure> {
        match self {
            Listed::People(list, sieve) => {
                list::prepare(tx, who, sieve.condition.as_ref(), (list.lens, &list.sort), now)
            }
            Listed::Companies(list) => companies::prepare(tx, who, list, now),
        }
    }

    fn go_on_after(&mut self, place: Option<Cursor>) {
        match self {
            Listed::People(list, _) => list.after = place,
            Listed::Companies(list) => list.after = place,
        }
    }

    /// The next places, and where they ended if there is more.
    fn heads(
        &self,
        tx: &mut Tx,
        who: &User,
        now: Moment,
    ) -> Result<(Vec<i64>, Option<Cursor>), Failure> {
        let found = match self {
            Listed::People(list, sieve) => list::heads(tx, who, list, sieve, CHUNK_PLACES, now)?,
            Listed::Companies(list) => companies::heads(tx, who, list, CHUNK_PLACES, now)?,
        };
        found.ok_or_else(busy)
    }
}

/// A list on its way into a file.
pub struct Listing {
    listed: Listed,
    /// Looked up and not given yet.
    waiting: VecDeque<i64>,
    is_at_end: bool,
    announced: u64,
}

impl Listing {
    /// Those whom the list shows to the user, from its first page on, in its order.
    ///
    /// # Errors
    /// `Refused` with `too_many_found` if a search finds more than can be exported, with `hidden_field` for the order of
    /// what is kept from the user; `Busy` while something is not ready; `Broken` when the database fails.
    pub fn of(
        tx: &mut Tx,
        who: &User,
        mut listed: Listed,
        now: Moment,
    ) -> Result<Listing, Failure> {
        listed.go_on_after(None);
        let waiting = VecDeque::new();
        let mut listing = Listing { listed, waiting, is_at_end: false, announced: 0 };
        match &mut listing.listed {
            Listed::People(list, sieve) => {
                list::may_order(tx, who, list.lens, &list.sort)?;
                match list.search.take().filter(|text| !text.trim().is_empty()) {
                    Some(text) => {
                        let found = found(tx, who, sieve, text.trim(), now)?;
                        listing.announced = u64::try_from(found.len()).unwrap_or(u64::MAX);
                        listing.waiting = found.into();
                        listing.is_at_end = true;
                    }
                    None => {
                        listing.announced = sieve.count(tx, who, now)?.ok_or_else(busy)?;
                    }
                }
            }
            Listed::Companies(list) => {
                let is_search = list.search.as_ref().is_some_and(|text| !text.trim().is_empty());
                listing.announced = companies::count(tx, who, list, now)?.ok_or_else(busy)?;
                if is_search && listing.announced >= companies::FOUND_MAX as u64 {
                    return Err(too_many("companies", companies::FOUND_MAX));
                }
            }
        }
        Ok(listing)
    }

    /// How many they are.
    pub fn announced(&self) -> u64 {
        self.announced
    }

    /// The next of them, at most so many; nobody at the end.
    ///
    /// # Errors
    /// `Broken` when the database fails.
    pub fn next(
        &mut self,
        tx: &mut Tx,
        who: &User,
        limit: usize,
        now: Moment,
    ) -> Result<Vec<i64>, Failure> {
        while self.waiting.is_empty() && !self.is_at_end {
            self.look_up(tx, who, now)?;
        }
        let count = limit.min(self.waiting.len());
        Ok(self.waiting.drain(..count).collect())
    }

    fn look_up(&mut self, tx: &mut Tx, who: &User, now: Moment) -> Result<(), Failure> {
        let (ids, next) = self.listed.heads(tx, who, now)?;
        self.waiting.extend(ids);
        self.is_at_end = next.is_none();
        self.listed.go_on_after(next);
        Ok(())
    }
}

/// The people whom a text finds and the sieve lets through.
fn found(
    tx: &mut Tx,
    who: &User,
    sieve: &Sieve,
    text: &str,
    now: Moment,
) -> Result<Vec<i64>, Failure> {
    let found = search::ids(tx, who, text, FOUND_MAX + 1)?;
    if found.len() > FOUND_MAX {
        return Err(too_many("people", FOUND_MAX));
    }
    sieve.among(tx, who, &found, now)?.ok_or_else(busy)
}

fn too_many(what: &str, most: usize) -> Failure {
    let words = format!(
        "More than {most} {what} are found; write more of the name, or export the stage or a condition."
    );
    Failure::refused("too_many_found", words)
}

pub(super) fn busy() -> Failure {
    Failure::Busy { retry_after_s: READY_AFTER_S }
}

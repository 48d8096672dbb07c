//! The people of a list, as an export goes through them: in the order of the list, some at a time.

use std::collections::VecDeque;

use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
use team::User;

use crate::list::{self, FOUND_MAX, List, Sieve, Sort};
use crate::{PersonId, search};

/// Places looked up at a time: many, for where an order has to be gathered it is gathered each time.
const CHUNK_PLACES: usize = 10_000;
/// After how many seconds to ask again for what is not ready.
const READY_AFTER_S: u32 = 15;

/// A list on its way into a file.
pub struct Listing {
    list: List,
    sieve: Sieve,
    /// Looked up and not given yet.
    waiting: VecDeque<PersonId>,
    is_at_end: bool,
    /// In an order by a fact: those who were given, for of whom it is unknown comes after them.
    given: Option<Vec<PersonId>>,
    announced: u64,
}

impl Listing {
    /// The people whom the list shows to the user and the sieve lets through, from its first page on. Of whom a fact is
    /// unknown by which the list is ordered comes last, by name.
    ///
    /// # Errors
    /// `Refused` with `too_many_found` if a search finds more than can be exported, with `hidden_field` for the order of
    /// what is kept from the user; `Busy` while something is not ready; `Broken` when the database fails.
    pub fn of(
        tx: &mut Tx,
        who: &User,
        mut list: List,
        sieve: Sieve,
        now: Moment,
    ) -> Result<Listing, Failure> {
        list::may_order(who, &list.sort)?;
        list.after = None;
        let given = matches!(list.sort, Sort::Fact(_)).then(Vec::new);
        let mut listing = Listing {
            list,
            sieve,
            waiting: VecDeque::new(),
            is_at_end: false,
            given,
            announced: 0,
        };
        let asked = listing.list.search.take().filter(|text| !text.trim().is_empty());
        match asked {
            Some(text) => listing.search(tx, who, text.trim(), now)?,
            None => listing.announced = listing.sieve.count(tx, who, now)?.ok_or_else(busy)?,
        }
        Ok(listing)
    }

    fn search(&mut self, tx: &mut Tx, who: &User, text: &str, now: Moment) -> Result<(), Failure> {
        let found = search::ids(tx, who, text, FOUND_MAX + 1)?;
        if found.len() > FOUND_MAX {
            let words = format!(
                "More than {FOUND_MAX} people are found; write more of the name, or export the stage or a condition."
            );
            return Err(Failure::refused("too_many_found", words));
        }
        let found = self.sieve.among(tx, who, &found, now)?.ok_or_else(busy)?;
        self.announced = u64::try_from(found.len()).unwrap_or(u64::MAX);
        self.waiting = found.into();
        (self.is_at_end, self.given) = (true, None);
        Ok(())
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
    ) -> Result<Vec<PersonId>, Failure> {
        while self.waiting.is_empty() && !self.is_at_end {
            self.look_up(tx, who, now)?;
        }
        let count = limit.min(self.waiting.len());
        Ok(self.waiting.drain(..count).collect())
    }

    fn look_up(&mut self, tx: &mut Tx, who: &User, now: Moment) -> Result<(), Failure> {
        let is_by_fact = matches!(self.list.sort, Sort::Fact(_));
        let found = list::heads(tx, who, &self.list, &self.sieve, CHUNK_PLACES, now)?;
        let (mut ids, next) = found.ok_or_else(busy)?;
        match &mut self.given {
            Some(given) if is_by_fact => given.extend(&ids),
            Some(given) => ids.retain(|id| given.binary_search(id).is_err()),
            None => {}
        }
        self.waiting.extend(ids);
        self.list.after = next;
        if self.list.after.is_some() {
            return Ok(());
        }
        match &mut self.given {
            Some(given) if is_by_fact => {
                given.sort_unstable();
                (self.list.sort, self.list.descending) = (Sort::Name, false);
            }
            Some(_) | None => self.is_at_end = true,
        }
        Ok(())
    }
}

fn busy() -> Failure {
    Failure::Busy { retry_after_s: READY_AFTER_S }
}

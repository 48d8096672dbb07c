//! The people of a list, as an export goes through them: stage by stage, each in the order of the list.

use std::collections::VecDeque;

use funnel::Stage;
use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
use team::User;

use crate::list::{self, FOUND_MAX, List, Sieve};
use crate::{PersonId, search, stand};

/// A list on its way into a file.
pub struct Listing {
    list: List,
    stages: VecDeque<Stage>,
    found: Option<Vec<PersonId>>,
    announced: u64,
}

impl Listing {
    /// The people whom the list shows to the user, from its first page on.
    ///
    /// # Errors
    /// `Refused` with `too_many_found` if a search finds more than can be exported; `Broken` when the database fails.
    pub fn of(tx: &mut Tx, who: &User, mut list: List) -> Result<Listing, Failure> {
        list.after = None;
        let asked = list.search.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let found = match asked {
            Some(text) => {
                let found = search::ids(tx, who, text, FOUND_MAX + 1)?;
                let sieve = Sieve { stages: list.stages.clone(), ..Sieve::of(list.lens) };
                // Stages are no condition that has to be made ready first.
                sieve.among(tx, who, &found, Moment::START)?
            }
            None => None,
        };
        if found.as_ref().is_some_and(|found| found.len() > FOUND_MAX) {
            let words = format!(
                "More than {FOUND_MAX} people are found; write more of the name, or export the stage or a condition."
            );
            return Err(Failure::refused("too_many_found", words));
        }
        let stages: VecDeque<Stage> = match list.stages.as_slice() {
            [] => Stage::ALL.iter().copied().collect(),
            some => some.iter().copied().collect(),
        };
        let announced = match &found {
            Some(found) => u64::try_from(found.len()).unwrap_or(u64::MAX),
            None => {
                let tally = stand::tally_for(tx, who, list.lens)?;
                let here = tally.iter().filter(|(stage, _)| stages.contains(stage));
                here.map(|(_, count)| count).sum()
            }
        };
        Ok(Listing { list, stages, found, announced })
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
    ) -> Result<Vec<PersonId>, Failure> {
        if let Some(found) = &mut self.found {
            let rest = found.split_off(limit.min(found.len()));
            return Ok(std::mem::replace(found, rest));
        }
        while let Some(stage) = self.stages.front() {
            self.list.stages = vec![*stage];
            let (ids, next) = list::heads(tx, who, &self.list, limit)?;
            if next.is_none() {
                self.stages.pop_front();
            }
            self.list.after = next;
            if !ids.is_empty() {
                return Ok(ids);
            }
        }
        Ok(Vec::new())
    }
}

//! Whole histories of many people, one after the other, each read no further than somebody looks.
//!
//! **Promise:** a fold of what is read here is the fold of everything. What a definition looks at, it says itself
//! ([`funnel::Folder::wanted`]); of whoever waits for something that a hand named, and of whoever had several
//! employers, whose facts take each other back, everything is read.

use funnel::employment::{Employment, employments, joined};
use funnel::history::{Entry, History};
use funnel::{Wanted, hand};
use journal::SubjectId;
use people::PersonId;
use platform::db::{LIST_CHUNK_MAX, Tx};
use platform::failure::Failure;

use crate::company::Companies;

/// People whose histories are read before they are folded: few enough to be at hand still, and as many as a statement
/// takes in its list.
pub(crate) const AT_ONCE: usize = LIST_CHUNK_MAX;
/// Companies whose facts are kept at hand, of those read as far as somebody looks and of those read whole.
const COMPANIES_KEPT: (usize, usize) = (20_000, 1_000);

/// Reads histories, and remembers what companies are known to be.
pub(crate) struct Reading {
    wanted: Wanted,
    companies: Companies,
    whole: Companies,
}

impl Reading {
    /// Ready to read what somebody looks at; `companies` says how their scores are told.
    pub(crate) fn new(wanted: Wanted, companies: Companies) -> Reading {
        let wanted = wanted.and_kinds(hand::KIND).and_fact(people::WORKS_AT);
        let whole = companies.alike();
        Reading { companies: companies.of_whom(wanted.clone()), wanted, whole }
    }

    /// The histories of everybody after one subject up to another, in order. `look` is shown each person's own history
    /// and where they worked, and each company's own history, before they are put together.
    pub(crate) fn between(
        &mut self,
        tx: &mut Tx,
        (after, until): (SubjectId, SubjectId),
        mut look: impl FnMut(&mut Tx, SubjectId, &[Entry], &[Employment]) -> Result<(), Failure>,
    ) -> Result<Vec<(PersonId, History)>, Failure> {
        self.companies.keep_few(COMPANIES_KEPT.0);
        self.whole.keep_few(COMPANIES_KEPT.1);
        let mut found = Vec::new();
        for (subject, own) in
            journal::wanted_between(tx, after.saturating_add(1), until, &self.wanted)?
        {
            if journal::is_company(subject) {
                look(tx, subject, &own, &[])?;
                self.companies.know(subject, own);
            } else {
                found.push((subject, own));
            }
        }
        let mut together = |(person, own): (PersonId, Vec<Entry>)| {
            let employed = employments(&people::employed(tx, &own));
            look(tx, person, &own, &employed)?;
            let is_whole = employed.len() > 1 || own.iter().any(waits);
            let own = match is_whole {
                true => journal::wanted_of(tx, person, &Wanted::everything())?,
                false => own,
            };
            let companies = if is_whole { &mut self.whole } else { &mut self.companies };
            Ok((person, joined(own, &employed, |company| companies.load(tx, company))?))
        };
        found.into_iter().map(&mut together).collect()
    }
}

/// Whether an entry says what somebody waits for, who was recycled by hand.
fn waits(entry: &Entry) -> bool {
    hand::wake_when(&entry.what).is_some()
}

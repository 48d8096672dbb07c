//! `companies::list`: companies of a condition, in any order, a page at a time.
//!
//! **Promise:** whoever sees a part of the people is shown of each company what the people whom they see make of it, in
//! rows, orders, counts and conditions alike.
//!
//! It is the list of people, asked of companies: see [`crate::list`].

use std::collections::HashMap;
use std::sync::Arc;

use funnel::Stage;
use moment::Moment;
use platform::db::{Row, Tx};
use platform::failure::Failure;
use team::{Right, Sight, User};

use super::sort::CompanySort;
use super::{counted, seen};
use crate::condition::Asked;
use crate::list::order::Order;
use crate::list::{self, Cursor, PAGE_ROWS_MAX, Sieve, Turn, places};
use crate::store::{self, CompanyRow};
use crate::{CompanyId, LensId, Of, WORKS_AT, search, sight};

/// Companies whom a search finds at most, of which those are kept that a sieve lets through.
pub(crate) const FOUND_MAX: usize = 1_000;

/// What is asked.
#[derive(Clone, Debug)]
pub struct CompanyList {
    /// Under which lens they and their people stand.
    pub lens: LensId,
    /// Of which this is true; a condition about companies.
    pub condition: Option<Arc<dyn Asked>>,
    /// Only those of a frozen list.
    pub list: Option<i64>,
    /// A name, the beginning of one, or a domain.
    pub search: Option<String>,
    /// The order.
    pub sort: CompanySort,
    /// Whether the largest comes first.
    pub descending: bool,
    /// Where the page before ended.
    pub after: Option<Cursor>,
    /// Rows wanted, 1 to [`PAGE_ROWS_MAX`].
    pub limit: usize,
}

impl CompanyList {
    /// Every company, by name.
    pub fn of(lens: LensId) -> CompanyList {
        CompanyList {
            lens,
            condition: None,
            list: None,
            search: None,
            sort: CompanySort::Name,
            descending: false,
            after: None,
            limit: PAGE_ROWS_MAX,
        }
    }

    /// What it asks, its search made.
    fn sieve(&self, tx: &mut Tx, who: &User) -> Result<Sieve, Failure> {
        let text = self.search.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let found = match text {
            Some(text) => Some(search::companies_found(tx, who, text, FOUND_MAX)?),
            None => None,
        };
        let condition = self.condition.clone();
        Ok(Sieve { of: Of::Companies, condition, list: self.list, found, ..Sieve::of(self.lens) })
    }
}

/// A company on a page, and what the people whom the user sees make of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ListedCompany {
    /// Which.
    pub company: CompanyRow,
    /// Where it stands: as far as the furthest of its people, exits left aside, or as its own deals bring it.
    pub stage: Stage,
    /// How many people work there; nothing for whoever is not told where people work.
    pub people: Option<u64>,
    /// When somebody there last did something themselves, if anybody did.
    pub touched_at: Option<Moment>,
    /// The company's score of intent, as it was last told.
    pub intent: Option<f64>,
    /// Whether that is kept from whoever asks, for a fact that is hidden from them counts in it.
    pub is_intent_kept: bool,
}

/// A page of companies.
#[derive(Clone, Debug)]
pub struct CompanyListView {
    /// In the order asked for.
    pub rows: Vec<ListedCompany>,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
}

/// A page of the companies that the user sees; nothing while the condition or the order is not ready, see [`prepare`].
/// With a search and no order of its own (by name, from A) the nearest come first, on one page.
///
/// # Errors
/// `Forbidden` without the right to read people; `Invalid` for a cursor that belongs to another order; `Refused` with
/// `hidden_field` for the order of what is kept from the user; `Broken` when the database fails.
pub fn list(
    tx: &mut Tx,
    who: &User,
    ask: &CompanyList,
    now: Moment,
) -> Result<Option<CompanyListView>, Failure> {
    let limit = ask.limit.clamp(1, PAGE_ROWS_MAX);
    let Some((ids, next)) = heads(tx, who, ask, limit, now)? else { return Ok(None) };
    Ok(Some(CompanyListView { rows: of(tx, who, ask.lens, &ids)?, next }))
}

/// The ids of a page, of any size, and where it ended if there is more; nothing while something is not ready.
///
/// # Errors
/// As [`list`].
pub fn heads(
    tx: &mut Tx,
    who: &User,
    ask: &CompanyList,
    limit: usize,
    now: Moment,
) -> Result<Option<(Vec<CompanyId>, Option<Cursor>)>, Failure> {
    who.may(Right::ReadPeople)?;
    ask.sort.may_order(tx, who, ask.lens)?;
    let sieve = ask.sieve(tx, who)?;
    if let (Some(found), true) = (&sieve.found, ask.sort == CompanySort::Name && !ask.descending) {
        let Some(mut found) = sieve.among(tx, who, found, now)? else { return Ok(None) };
        found.truncate(limit);
        return Ok(Some((found, None)));
    }
    let order = Order {
        of: Of::Companies,
        lens: ask.lens,
        by: ask.sort.by(),
        turn: Turn::of(ask.descending),
    };
    places::page(tx, who, &order, &sieve, (ask.after.as_ref(), limit), now)
}

/// How many companies are listed, on all pages; nothing while the condition is not ready.
///
/// # Errors
/// As [`list`].
pub fn count(
    tx: &mut Tx,
    who: &User,
    ask: &CompanyList,
    now: Moment,
) -> Result<Option<u64>, Failure> {
    who.may(Right::ReadPeople)?;
    ask.sieve(tx, who)?.count(tx, who, now)
}

/// Those of some companies that are listed, in their order; nothing while the condition is not ready.
///
/// # Errors
/// As [`list`].
pub fn among(
    tx: &mut Tx,
    who: &User,
    ask: &CompanyList,
    companies: &[CompanyId],
    now: Moment,
) -> Result<Option<Vec<CompanyId>>, Failure> {
    who.may(Right::ReadPeople)?;
    ask.sieve(tx, who)?.among(tx, who, companies, now)
}

/// Has made ready what the condition and the order ask for; gives the jobs that make it, none if all is ready.
///
/// # Errors
/// As [`Asked::prepare`].
pub fn prepare(
    tx: &mut Tx,
    who: &User,
    ask: &CompanyList,
    now: Moment,
) -> Result<Vec<i64>, Failure> {
    let mut jobs = Vec::new();
    if let Some(asked) = &ask.condition {
        jobs.extend(asked.prepare(tx, who, now)?);
    }
    if let CompanySort::Fact(key) = &ask.sort {
        jobs.extend(list::prepare_fact(tx, who, (Of::Companies, ask.lens), key, now)?);
    }
    jobs.dedup();
    Ok(jobs)
}

/// The rows of these companies, in the order of the ids: of those that the user sees, with what the user is told.
///
/// # Errors
/// `Broken` when the database fails.
pub fn of(
    tx: &mut Tx,
    who: &User,
    lens: LensId,
    ids: &[CompanyId],
) -> Result<Vec<ListedCompany>, Failure> {
    let ids = &sight::seen_companies(tx, who, ids)?;
    let mut companies = store::companies(tx, ids)?;
    let mut places = places_of(tx, who, lens, ids)?;
    let nowhere =
        CompanyPlace { people: (!who.is_hidden(WORKS_AT)).then_some(0), ..CompanyPlace::default() };
    let listed = ids.iter().filter_map(|id| {
        let mut company = companies.remove(id)?;
        sight::veil_company(who, &mut company);
        let place = places.remove(id).unwrap_or(nowhere);
        Some(ListedCompany {
            company,
            stage: place.stage,
            people: place.people,
            touched_at: place.touched_at,
            intent: place.intent,
            is_intent_kept: place.is_intent_kept,
        })
    });
    Ok(listed.collect())
}

/// What the people whom the user sees make of a company, and it of itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CompanyPlace {
    /// See [`ListedCompany::stage`].
    pub stage: Stage,
    /// See [`ListedCompany::people`].
    pub people: Option<u64>,
    /// See [`ListedCompany::touched_at`].
    pub touched_at: Option<Moment>,
    /// See [`ListedCompany::intent`].
    pub intent: Option<f64>,
    /// See [`ListedCompany::is_intent_kept`].
    pub is_intent_kept: bool,
}

impl Default for CompanyPlace {
    fn default() -> CompanyPlace {
        CompanyPlace {
            stage: Stage::None,
            people: Some(0),
            touched_at: None,
            intent: None,
            is_intent_kept: false,
        }
    }
}

/// Where these companies stand for the user; one of which nothing is kept is left out.
///
/// # Errors
/// `Broken` when the database fails.
pub fn places_of(
    tx: &mut Tx,
    who: &User,
    lens: LensId,
    ids: &[CompanyId],
) -> Result<HashMap<CompanyId, CompanyPlace>, Failure> {
    let mut found = HashMap::with_capacity(ids.len());
    // Whoever is not told where people work is not told what they make of a company.
    let is_told = !who.is_hidden(WORKS_AT);
    let is_intent_kept = crate::kept_scores(tx, who, lens)?.intent;
    for some in ids.chunks(PAGE_ROWS_MAX) {
        let made = seen::standings(who, lens, some);
        tx.each_made(&made, |row| {
            found.insert(row.int(0), place_of(row, is_told, is_intent_kept));
            Ok(())
        })?;
    }
    Ok(found)
}

fn place_of(row: &Row, is_told: bool, is_intent_kept: bool) -> CompanyPlace {
    let stage = row.int(if is_told { 1 } else { 4 });
    CompanyPlace {
        stage: Stage::from_code(stage).unwrap_or(Stage::None),
        people: is_told.then(|| row.int(2).unsigned_abs()),
        touched_at: Some(row.moment(3)).filter(|at| is_told && *at > Moment::START),
        intent: row.real_opt(5).filter(|_| !is_intent_kept),
        is_intent_kept,
    }
}

/// How many of the companies that the user sees stand at each stage of the way up, as the people whom the user sees make
/// it; at none those that stand nowhere yet.
///
/// # Errors
/// `Forbidden` without the right to read people; `Broken` when the database fails.
pub fn tally(tx: &mut Tx, who: &User, lens: LensId) -> Result<Vec<(Stage, u64)>, Failure> {
    who.may(Right::ReadPeople)?;
    // Whoever is not told where people work is not told what they make of a company.
    let is_told = !who.is_hidden(WORKS_AT);
    let (at, all): (_, u64) = match &who.sight {
        Sight::Limited(limits) => {
            let at = seen::tally_within(tx, limits, lens, is_told)?;
            let all = at.values().sum();
            (at, all)
        }
        Sight::Everybody => {
            let all = count(tx, who, &CompanyList::of(lens), Moment::START)?.unwrap_or_default();
            let at = if is_told { counted::of(tx, lens)? } else { seen::tally_alone(tx, lens)? };
            (at, all)
        }
    };
    let climbed: Vec<(Stage, u64)> = Stage::CLIMB
        .iter()
        .map(|stage| (*stage, at.get(&stage.code()).copied().unwrap_or(0)))
        .collect();
    let somewhere: u64 = climbed.iter().map(|(_, n)| *n).sum();
    let mut all_at = vec![(Stage::None, all.saturating_sub(somewhere))];
    all_at.extend(climbed);
    Ok(all_at)
}

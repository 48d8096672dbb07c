//! Counting companies: at once, when their time has come, or a little later where it takes long.

use std::collections::HashMap;

use moment::{Moment, Span};
use people::{CompanyId, PersonId};
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::jobs::{Again, Run};

use super::store::{self, Watch};
use super::{Rules, Touched, alone};
use crate::{former, refold};

/// Deeds above which a company is not counted with each thing that happens, but after [`COUNTED_AGAIN_AFTER`].
const DEEDS_AT_ONCE_MAX: i64 = 10_000;
/// How soon a company with many deeds is counted again at the earliest.
const COUNTED_AGAIN_AFTER: Span = Span::minutes(1);
/// Colleagues who are folded at once when their company's score crosses a number; more are made due, and folded a
/// chunk at a time.
const COLLEAGUES_AT_ONCE_MAX: usize = 200;
/// The same of all companies whose scores cross a number in one transaction.
const FOLDED_AT_ONCE_MAX: usize = 1_000;
/// Companies counted in one transaction when their time has come.
const CHUNK_COMPANIES: i64 = 100;

/// Counts these companies, but those with many deeds that were counted a moment ago: they are counted when that
/// moment has passed. Gives those of which something else is told now.
pub(super) fn count_in_time(
    tx: &mut Tx,
    rules: &Rules,
    touched: &Touched,
    now: Moment,
) -> Result<Vec<CompanyId>, Failure> {
    let all: Vec<CompanyId> = touched.iter().copied().collect();
    tx.lock("company", &all)?;
    let watches = store::watches(tx, &all)?;
    let later = |company: &CompanyId| {
        let watch = watches.get(company).filter(|watch| watch.deeds > DEEDS_AT_ONCE_MAX)?;
        let again_at = watch.counted_at + COUNTED_AGAIN_AFTER;
        (again_at > now).then_some((*company, again_at))
    };
    store::fall_behind(tx, all.iter().filter_map(later))?;
    let at_once: Vec<CompanyId> =
        all.iter().copied().filter(|company| later(company).is_none()).collect();
    count(tx, rules, &at_once, now)
}

/// Counts these companies; gives those of which something else is told now.
fn count(
    tx: &mut Tx,
    rules: &Rules,
    companies: &[CompanyId],
    now: Moment,
) -> Result<Vec<CompanyId>, Failure> {
    if companies.is_empty() {
        return Ok(Vec::new());
    }
    let deeds = store::deeds_of(tx, companies)?;
    let mut stored = store::scores(tx, companies)?;
    let (mut dropped, mut added, mut watches) = (Vec::new(), Vec::new(), Vec::new());
    let mut changed = Vec::new();
    for &company in companies {
        let (mut done, mut next) = (0, None);
        let written = (dropped.len(), added.len());
        for rule in &rules.0 {
            let of = (company, rule.score.rule());
            let found = deeds.get(&(company, rule.score.activities()));
            let found = found.map_or(&[][..], Vec::as_slice);
            let counted = rule.score.count(found, now);
            let (old, new) = (stored.remove(&of).unwrap_or_default(), counted.crossings);
            let same = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
            dropped.extend(old.into_iter().skip(same).map(|crossing| (company, of.1, crossing)));
            added.extend(new.into_iter().skip(same).map(|crossing| (company, of.1, crossing)));
            done += found.len();
            next = [next, counted.next_at].into_iter().flatten().min();
        }
        if written != (dropped.len(), added.len()) {
            changed.push(company);
        }
        let deeds = i64::try_from(done).unwrap_or(i64::MAX);
        watches.push((company, Watch { counted_at: now, deeds }, next));
    }
    store::drop_scores(tx, &dropped)?;
    store::add_scores(tx, &added)?;
    store::save_watches(tx, &watches)?;
    alone::tell(tx, &changed)?;
    Ok(changed)
}

/// The people of companies of which something else is told now, to be folded; those of a company with very many,
/// or of very many companies, become due instead, and are folded as others whose time has come.
pub(super) fn colleagues(
    tx: &mut Tx,
    companies: &[CompanyId],
    now: Moment,
) -> Result<Vec<PersonId>, Failure> {
    let mut at_once = Vec::new();
    for company in companies {
        let people = former::readers(tx, &[*company])?;
        let together = at_once.len().saturating_add(people.len());
        if people.len() > COLLEAGUES_AT_ONCE_MAX || together > FOLDED_AT_ONCE_MAX {
            people::stand::make_due(tx, &people, now)?;
        } else {
            at_once.extend(people);
        }
    }
    Ok(at_once)
}

/// Counts the companies whose time has come and folds their people; gives how many companies.
///
/// # Errors
/// `Broken` when the database fails.
pub(crate) fn wake_due(app: &App, now: Moment) -> Result<u64, Failure> {
    wake(app, now, move |tx| store::due(tx, now, CHUNK_COMPANIES))
}

/// Counts the companies that wait to be counted, before their time; gives how many.
///
/// # Errors
/// `Broken` when the database fails.
pub(crate) fn catch_up(app: &App) -> Result<u64, Failure> {
    wake(app, app.clock.now(), |tx| store::behind(tx, CHUNK_COMPANIES))
}

fn wake(
    app: &App,
    now: Moment,
    who: impl Fn(&mut Tx) -> Result<Vec<CompanyId>, Failure> + Copy + Send + 'static,
) -> Result<u64, Failure> {
    let mut woken = 0;
    let mut before = Vec::new();
    loop {
        let companies = app.db.write_blocking(move |tx| {
            let companies = who(tx)?;
            let changed = count_these(tx, &companies, now)?;
            let people = colleagues(tx, &changed, now)?;
            refold::restand(tx, &people, now)?;
            Ok(companies)
        })?;
        if companies.is_empty() {
            return Ok(woken);
        }
        if companies == before {
            return Err(Failure::broken("companies whose time has come could not be counted"));
        }
        woken += u64::try_from(companies.len()).unwrap_or(0);
        before = companies;
    }
}

/// Counts the companies that wait to be counted, and folds nobody: everybody is about to be.
pub(super) fn count_behind(app: &App, run: &mut Run) -> Result<(), Again> {
    loop {
        run.checkpoint()?;
        let (now, ticket) = (app.clock.now(), run.ticket());
        let counted = app.db.write_blocking(move |tx| {
            ticket.confirm(tx)?;
            let companies = store::behind(tx, CHUNK_COMPANIES)?;
            count_these(tx, &companies, now)?;
            Ok(companies.len())
        })?;
        if counted == 0 {
            return Ok(());
        }
    }
}

fn count_these(
    tx: &mut Tx,
    companies: &[CompanyId],
    now: Moment,
) -> Result<Vec<CompanyId>, Failure> {
    if companies.is_empty() {
        return Ok(Vec::new());
    }
    tx.lock("company", companies)?;
    let rules = Rules::in_force(tx)?;
    count(tx, &rules, companies, now)
}

/// What the deeds that are stored come to, by company and rule; for whoever checks what is told.
pub(super) fn counted(
    tx: &mut Tx,
    rules: &Rules,
    companies: &[CompanyId],
    now: Moment,
) -> Result<Counts, Failure> {
    let deeds = store::deeds_of(tx, companies)?;
    let watches = store::watches(tx, companies)?;
    let mut found = HashMap::new();
    for rule in &rules.0 {
        for &company in companies {
            let of = (company, rule.score.rule());
            let as_of = watches.get(&company).map_or(now, |watch| watch.counted_at.max(now));
            let these = deeds.get(&(company, rule.score.activities()));
            let these = these.map_or(&[][..], Vec::as_slice);
            found.insert(of, rule.score.count(these, as_of).crossings);
        }
    }
    Ok(found)
}

type Counts = HashMap<(CompanyId, store::RuleId), Vec<funnel::fold::company::Crossing>>;

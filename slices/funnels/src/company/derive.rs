//! Deeds, from the histories of those who did them.

use std::collections::BTreeSet;

use funnel::employment::Employed;
use funnel::fold::company::{CompanyScore, Deed};
use funnel::history::Entry;
use journal::SubjectId;
use moment::Moment;
use people::PersonId;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::jobs::{Again, Run, Ticket};

use super::store::{self, ActivitiesId};
use super::{Rules, Touched, count};

/// People whose deeds are derived in one transaction.
const CHUNK_PEOPLE: i64 = 1_000;

/// What a subject did under these rules.
pub(super) fn deeds(
    tx: &Tx,
    rules: &Rules,
    subject: SubjectId,
    history: &[Entry],
) -> BTreeSet<(ActivitiesId, Deed)> {
    let employed = if journal::is_company(subject) {
        let (said_at, known_at) = (Moment::START, Moment::START);
        vec![Employed { said_at, known_at, company: Some(subject) }]
    } else {
        people::employed(tx, history)
    };
    let mut found = BTreeSet::new();
    let mut done = BTreeSet::new();
    for score in rules.0.iter().map(|rule| &rule.score) {
        if done.insert(score.activities()) {
            let deeds = score.deeds(subject, history, &employed);
            found.extend(deeds.into_iter().map(|deed| (score.activities(), deed)));
        }
    }
    found
}

/// Writes what these subjects did; gives the companies for which anything is different now.
pub(super) fn derive<'h>(
    tx: &mut Tx,
    rules: &Rules,
    subjects: impl Iterator<Item = (SubjectId, &'h [Entry])>,
) -> Result<Touched, Failure> {
    let subjects: Vec<_> = subjects.collect();
    let ids: Vec<SubjectId> = subjects.iter().map(|(subject, _)| *subject).collect();
    let mut stored = store::deeds_by(tx, &ids)?;
    let (mut dropped, mut added) = (Vec::new(), Vec::new());
    for (subject, history) in subjects {
        let before = stored.remove(&subject).unwrap_or_default();
        let after = deeds(tx, rules, subject, history);
        dropped.extend(before.difference(&after).copied());
        added.extend(after.difference(&before).copied());
    }
    store::drop_deeds(tx, &dropped)?;
    store::add_deeds(tx, &added)?;
    Ok(dropped.iter().chain(&added).map(|(_, deed)| deed.company).collect())
}

/// Derives everybody's deeds anew and counts every company; for an adoption, before everybody is re-stood.
///
/// # Errors
/// As a job's: `Later` if it is to stop, or when the database fails.
pub(crate) fn derive_everybody(app: &App, run: &mut Run) -> Result<(), Again> {
    let ticket = run.ticket();
    let is_asked = app.db.write_blocking(move |tx| {
        ticket.confirm(tx)?;
        let rules = Rules::in_force(tx)?;
        let scores = || rules.0.iter().map(|rule| &rule.score);
        let activities: Vec<i64> = scores().map(CompanyScore::activities).collect();
        let numbers: Vec<i64> = scores().map(CompanyScore::rule).collect();
        store::forget_but(tx, &activities, &numbers)?;
        Ok(!rules.is_empty())
    })?;
    if !is_asked {
        return Ok(());
    }
    let mut after: SubjectId = SubjectId::MIN;
    loop {
        run.checkpoint()?;
        let (now, ticket) = (app.clock.now(), run.ticket());
        let next = app.db.write_blocking(move |tx| chunk(tx, &ticket, after, now))?;
        let Some(next) = next else { break };
        after = next;
    }
    let (now, ticket) = (app.clock.now(), run.ticket());
    // Those too whose deeds are the same: they may count for something else now.
    app.db.write_blocking(move |tx| {
        ticket.confirm(tx)?;
        store::all_fall_behind(tx, now)
    })?;
    count::count_behind(app, run)
}

/// Derives the deeds of the next people, and of the companies between them; gives up to whom.
fn chunk(
    tx: &mut Tx,
    ticket: &Ticket,
    after: PersonId,
    now: Moment,
) -> Result<Option<PersonId>, Failure> {
    ticket.confirm(tx)?;
    let people = people::ids_after(tx, after, CHUNK_PEOPLE)?;
    let last = people.last().copied();
    let rules = Rules::in_force(tx)?;
    let until = last.unwrap_or(SubjectId::MAX);
    let histories = journal::histories_between(tx, after.saturating_add(1), until)?;
    let subjects = histories.iter().map(|(subject, history)| (*subject, history.as_slice()));
    let touched = derive(tx, &rules, subjects)?;
    store::fall_behind(tx, touched.into_iter().map(|company| (company, now)))?;
    Ok(last)
}

//! The job that runs the rules: every day, and within the hour after one was made.

use std::collections::{HashMap, HashSet};

use moment::{Moment, Span};
use people::PersonId;
use people::erase;
use people::quiet::{months_before, quiet};
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::jobs::{self, Again, Job, Run};
use serde_json::{Value, json};
use team::audit;
use team::{Mouth, User};

use super::{RULE, RuleRow, RunRow, sieve, store};

/// The job's name.
pub const RETENTION: &str = "away.retention";

/// How long after one run the next is due.
const EVERY: Span = Span::hours(24);
/// People erased in one run of a rule at most; the rest is left for the next, which follows at once.
const ERASED_MAX: usize = 1_000;
/// People for whom the log is read once.
const LOOKED_AT_ONCE: usize = 200;

/// Has the rules run now.
pub(super) fn enqueue(tx: &mut Tx, now: Moment) -> Result<i64, Failure> {
    jobs::enqueue(tx, RETENTION, Some("all"), &Value::Null, now)
}

/// Has the rules run if there are any and a day has passed; gives the job.
///
/// # Errors
/// `Broken` when the database fails.
pub fn wake(tx: &mut Tx, now: Moment) -> Result<Option<i64>, Failure> {
    if store::rules(tx)?.is_empty() {
        return Ok(None);
    }
    if store::last_run(tx)?.is_some_and(|last| last + EVERY > now) {
        return Ok(None);
    }
    enqueue(tx, now).map(Some)
}

/// Runs every rule. May run twice.
pub struct Retention;

impl Job for Retention {
    fn name(&self) -> &'static str {
        RETENTION
    }

    fn run(&self, app: &App, run: &mut Run) -> Result<Value, Again> {
        let mut told = Vec::new();
        loop {
            let rules = app.db.read_blocking(store::rules)?;
            let mut is_left = false;
            for rule in &rules {
                run.checkpoint()?;
                let came = run_rule(app, rule)?;
                is_left |= came.left_due > 0 && came.failure.is_none();
                told.push(
                    json!({ "rule": rule.draft.name, "met": came.met, "erased": came.erased }),
                );
                run.progress(json!({ "done": told.len(), "total": rules.len() }));
            }
            if !is_left {
                return Ok(json!({ "runs": told }));
            }
        }
    }
}

/// The program itself, which sees everybody.
fn itself() -> User {
    User::operator().by(Mouth::Job)
}

/// Runs a rule: reports whom it meets, lifts the report of whom it meets no more, and erases who was reported for long
/// enough. What a run came to is kept, also if it broke off.
///
/// # Errors
/// `Busy` while its condition is not ready; `Broken` when the database fails.
pub fn run_rule(app: &App, rule: &RuleRow) -> Result<RunRow, Failure> {
    let now = app.clock.now();
    let mut came = RunRow { ran_at: now, ..RunRow::default() };
    let outcome = step(app, rule, now, &mut came);
    if let Err(failure) = &outcome {
        if failure.may_pass() {
            return outcome.map(|()| came);
        }
        came.failure = Some(failure.to_string());
    }
    let (kept, id) = (came.clone(), rule.id);
    app.db.write_blocking(move |tx| {
        store::add_run(tx, id, &kept)?;
        if kept.erased > 0 {
            erase::scrub_later(tx, now)?;
        }
        let detail = json!(kept);
        audit::note(tx, &itself(), "retention.ran", (RULE, id), detail, now)
    })?;
    Ok(came)
}

fn step(app: &App, rule: &RuleRow, now: Moment, came: &mut RunRow) -> Result<(), Failure> {
    let draft = rule.draft.clone();
    let id = rule.id;
    let ready = app.db.write_blocking(move |tx| {
        let sieve = sieve(tx, &draft)?;
        match &sieve.condition {
            Some(asked) => asked.prepare(tx, &itself(), now),
            None => Ok(None),
        }
    })?;
    if ready.is_some() {
        return Err(Failure::Busy { retry_after_s: 5 });
    }
    let draft = rule.draft.clone();
    let (met, reported) = app.db.read_blocking(move |tx| {
        let since = months_before(now, draft.quiet_months);
        let sieve = sieve(tx, &draft)?;
        let met = quiet(tx, &itself(), &sieve, since, now)?;
        Ok((met.ok_or(Failure::Busy { retry_after_s: 5 })?, store::notices(tx, id)?))
    })?;
    came.met = count(met.len());
    let due_at = now + Span::days(i64::from(rule.draft.notice_days));
    let new: Vec<PersonId> =
        met.iter().copied().filter(|person| !reported.contains_key(person)).collect();
    let still: HashSet<PersonId> = met.iter().copied().collect();
    let gone: Vec<PersonId> =
        reported.keys().copied().filter(|person| !still.contains(person)).collect();
    (came.noticed, came.lifted) = (count(new.len()), count(gone.len()));
    app.db.write_blocking(move |tx| {
        store::notice(tx, id, &new, (now, due_at))?;
        store::lift(tx, id, &gone)
    })?;
    if rule.draft.erases { erase_due(app, &met, &reported, now, came) } else { Ok(()) }
}

/// Erases those who were reported before and are due, some at a time.
fn erase_due(
    app: &App,
    met: &[PersonId],
    reported: &HashMap<PersonId, Moment>,
    now: Moment,
    came: &mut RunRow,
) -> Result<(), Failure> {
    let is_due = |person: &&PersonId| reported.get(person).is_some_and(|due| *due <= now);
    let due: Vec<PersonId> = met.iter().filter(is_due).copied().collect();
    let those = due.get(..ERASED_MAX.min(due.len())).unwrap_or_default();
    came.left_due = count(due.len());
    for some in those.chunks(LOOKED_AT_ONCE) {
        let looked = erase::look_many(app, &itself(), some)?;
        for (person, looked) in some.iter().copied().zip(looked) {
            came.left_due -= 1;
            // Somebody else erased them meanwhile.
            let Some(looked) = looked else { continue };
            app.db.write_blocking(move |tx| {
                erase::erase_person(tx, &itself(), person, &looked, now)
            })?;
            came.erased += 1;
        }
    }
    Ok(())
}

fn count(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

//! The work: jobs, words in the making, copies of files, backups.

use moment::{Moment, Span};
use platform::failure::Failure;
use platform::files::Files;
use platform::jobs::{self, JobRow, State};
use platform::{Db, Tx, settings};

use super::{Check, ill, mind, or_ill, well};
use crate::cli::backup::LAST_BACKUP;
use crate::house::House;

/// How long after its time a job may wait before that is odd, in minutes.
const JOB_LATE_MINUTES: i64 = 10;
/// Days for which a job that died is something to look into.
const DEAD_DAYS_MAX: i64 = 7;
/// Failed attempts from which on a job is something to look into.
const ATTEMPTS_ODD: u32 = 3;
/// Days after which a backup is old.
const BACKUP_DAYS_MAX: i64 = 7;

pub(super) fn checks(house: &House, db: &Db, now: Moment) -> Vec<Check> {
    let files = Files::new(house.folder());
    vec![
        or_ill("jobs", db.read_blocking(move |tx| queue(tx, now))),
        or_ill("words", db.read_blocking(words)),
        or_ill("copies of files", db.read_blocking(move |tx| copies(tx, &files))),
        or_ill("backups", db.read_blocking(move |tx| backups(tx, now))),
    ]
}

/// Words of conditions that are being read out of all histories; until then the condition waits.
fn words(tx: &mut Tx) -> Result<Check, Failure> {
    let name = "words";
    let unready = funnels::segment::unready(tx)?;
    if unready.is_empty() {
        return Ok(well(name, "Every word that a condition asked for is at hand."));
    }
    let shown = unready.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
    let words = format!("{} are not read out of all histories yet: {shown}.", unready.len());
    let is_worked_on = jobs::list_named(tx, funnels::segment::BUILD, 10)?
        .iter()
        .any(|job| matches!(job.state, State::Waiting | State::Running));
    Ok(if is_worked_on {
        mind(name, words, "A job is about it: wait, with `sluice serve` or `sluice work` running.")
    } else {
        ill(
            name,
            words,
            "No job is about it. Ask a condition with one of them again: sluice people --where …",
        )
    })
}

/// Copies of files that rows speak of and that are not there.
fn copies(tx: &mut Tx, files: &Files) -> Result<Check, Failure> {
    let name = "copies of files";
    let copies = people::import::copies(tx)?;
    let is_gone = |key: &str| files.path(key).map_or(true, |path| !path.exists());
    let gone: Vec<_> = copies.iter().filter(|copy| is_gone(&copy.key)).collect();
    let needed = gone.iter().filter(|copy| copy.is_needed).count();
    if needed > 0 {
        let words = format!(
            "{needed} of imports that are not finished are missing; those imports cannot go on."
        );
        let mend = "Bring the folder `files` of the workspace back from a backup (all processes must see the same one), or import \
            the files again.";
        return Ok(ill(name, words, mend));
    }
    if !gone.is_empty() {
        let words = format!(
            "{} of {} are missing, of imports that are finished.",
            gone.len(),
            copies.len()
        );
        return Ok(mind(
            name,
            words,
            "Nothing waits for them. If that was not on purpose, bring them back from a backup.",
        ));
    }
    Ok(well(name, format!("All {} are there.", copies.len())))
}

fn queue(tx: &mut Tx, now: Moment) -> Result<Check, Failure> {
    let name = "jobs";
    let unwell = jobs::list_unwell(tx)?;
    let fresh = now - Span::days(DEAD_DAYS_MAX);
    let is_fresh =
        |job: &&JobRow| job.state == State::Dead && job.done_at.is_none_or(|at| at > fresh);
    let dead: Vec<&JobRow> = unwell.iter().filter(is_fresh).collect();
    if let Some(first) = dead.first() {
        let words = format!(
            "{} died within {DEAD_DAYS_MAX} days, the first of them {} ({}): {}",
            dead.len(),
            first.id,
            first.name,
            first.last_error.as_deref().unwrap_or("no words")
        );
        return Ok(ill(name, words, "Mend what its words name, then do again what began it."));
    }
    let failing = unwell
        .iter()
        .filter(|job| job.state != State::Dead && job.attempts >= ATTEMPTS_ODD)
        .find_map(|job| job.last_error.as_deref().map(|error| (job, error)));
    if let Some((job, error)) = failing {
        let words =
            format!("{} ({}) failed {} times so far: {error}", job.id, job.name, job.attempts);
        return Ok(mind(
            name,
            words,
            "Mend what its words name; it will be tried again by itself.",
        ));
    }
    let late = now - Span::minutes(JOB_LATE_MINUTES);
    let waiting =
        unwell.iter().filter(|job| job.state == State::Waiting && job.run_at < late).count();
    if waiting > 0 {
        let words = format!("{waiting} have waited for more than {JOB_LATE_MINUTES} minutes.");
        return Ok(mind(
            name,
            words,
            "Start `sluice serve` or `sluice work`: they work on jobs. If one runs, look into its log.",
        ));
    }
    let open = unwell.iter().filter(|job| job.state != State::Dead).count();
    Ok(well(name, format!("None is stuck; {open} are open.")))
}

fn backups(tx: &mut Tx, now: Moment) -> Result<Check, Failure> {
    let name = "backups";
    let mend = "sluice backup FILE, every night and to another disk; now and then try one: sluice --data EMPTY restore FILE";
    let last = settings::find(tx, LAST_BACKUP)?.and_then(|text| text.parse::<Moment>().ok());
    Ok(match last {
        None => mind(name, "None was made with `sluice backup`.", mend),
        Some(last) if last < now - Span::days(BACKUP_DAYS_MAX) => mind(
            name,
            format!("The last is of {last}, {} days ago.", (now - last).0 / Span::days(1).0),
            mend,
        ),
        Some(last) => well(name, format!("The last is of {last}.")),
    })
}

//! Every statement on the table `job`.
use moment::Moment;
use serde_json::Value;

use super::{JobRow, State};
use crate::db::{Arg, Pair, Sql, split, sql};
use crate::{Failure, Row, Tx, args};

const INSERT: Sql =
    sql("insert into job (id, name, unique_key, payload, run_at) values ($1, $2, $3, $4, $5)
    on conflict (name, unique_key) where done_at is null do nothing");
const FIND_OPEN: Sql =
    sql("select id from job where name = $1 and unique_key = $2 and done_at is null");

/// Takes the job that has been due longest; on PostgreSQL past those that another is just taking.
const CLAIM: Sql = split(
    "job.claim",
    Pair {
        sqlite: "update job set leased_by = $2, lease_until = $3, attempts = attempts + 1
            where id = (select id from job where done_at is null and run_at <= $1
                and (lease_until is null or lease_until <= $1) and name in ({list})
                order by run_at, id limit 1)
            returning id, name, payload, attempts, cancel_asked_at, progress",
        postgres: "update job set leased_by = $2, lease_until = $3, attempts = attempts + 1
            where id = (select id from job where done_at is null and run_at <= $1
                and (lease_until is null or lease_until <= $1) and name in ({list})
                order by run_at, id limit 1 for update skip locked)
            returning id, name, payload, attempts, cancel_asked_at, progress",
    },
);
const CLAIM_ONE: Sql =
    sql("update job set leased_by = $2, lease_until = $3, attempts = attempts + 1
    where id = $4 and done_at is null and (lease_until is null or lease_until <= $1)
    returning id, name, payload, attempts, cancel_asked_at, progress");
const DUE: Sql = sql("select id from job where done_at is null and run_at <= $1
    and (lease_until is null or lease_until <= $1) limit 1");
const RENEW: Sql =
    sql("update job set lease_until = $3 where id = $1 and leased_by = $2 and done_at is null
    returning cancel_asked_at");
const CONFIRM: Sql = sql(
    "update job set leased_by = leased_by where id = $1 and leased_by = $2 and done_at is null",
);
const PROGRESS: Sql =
    sql("update job set progress = $3 where id = $1 and leased_by = $2 and done_at is null");
const FINISH: Sql = sql(
    "update job set done_at = $3, outcome = $4, result = $5, last_error = coalesce($6, last_error),
        progress = coalesce($7, progress), leased_by = null, lease_until = null
    where id = $1 and leased_by = $2 and done_at is null",
);
const RETRY: Sql =
    sql("update job set run_at = $3, last_error = $4, progress = coalesce($5, progress),
        leased_by = null, lease_until = null
    where id = $1 and leased_by = $2 and done_at is null");
const HAND_BACK: Sql =
    sql("update job set attempts = attempts - 1, progress = coalesce($3, progress),
        leased_by = null, lease_until = null
    where id = $1 and leased_by = $2 and done_at is null");
const CANCEL_WAITING: Sql =
    sql("update job set done_at = $2, outcome = 'cancelled', cancel_asked_at = $2
    where id = $1 and done_at is null and (lease_until is null or lease_until <= $2)");
const CANCEL_RUNNING: Sql = sql("update job set cancel_asked_at = coalesce(cancel_asked_at, $2)
    where id = $1 and done_at is null");
const HOLDERS: Sql =
    sql("select distinct leased_by from job where done_at is null and leased_by is not null");
const FREE: Sql = sql(
    "update job set leased_by = null, lease_until = null where leased_by = $1 and done_at is null",
);
const SWEEP: Sql = sql("delete from job where done_at < $1 and outcome <> 'dead'");

const FIND: Sql =
    sql("select id, name, payload, run_at, attempts, leased_by, cancel_asked_at, progress, result,
        last_error, done_at, outcome
    from job where id = $1");
const LIST: Sql =
    sql("select id, name, payload, run_at, attempts, leased_by, cancel_asked_at, progress, result,
        last_error, done_at, outcome
    from job order by id desc limit $1");
const LIST_NAMED: Sql =
    sql("select id, name, payload, run_at, attempts, leased_by, cancel_asked_at, progress, result,
        last_error, done_at, outcome
    from job where name = $1 order by id desc limit $2");
const LIST_UNWELL: Sql =
    sql("select id, name, payload, run_at, attempts, leased_by, cancel_asked_at, progress, result,
        last_error, done_at, outcome
    from job where done_at is null or outcome = 'dead' order by id limit 100");

const COUNT_OPEN: Sql = sql(
    "select case when leased_by is null then 'waiting' else 'running' end, count(*), min(run_at) from job
    where done_at is null group by 1",
);
const COUNT_DEAD: Sql = sql("select count(*) from job where outcome = 'dead'");

pub(crate) const ALL: &[Sql] = &[
    INSERT,
    FIND_OPEN,
    CLAIM,
    CLAIM_ONE,
    DUE,
    RENEW,
    CONFIRM,
    PROGRESS,
    FINISH,
    RETRY,
    HAND_BACK,
    CANCEL_WAITING,
    CANCEL_RUNNING,
    HOLDERS,
    FREE,
    SWEEP,
    FIND,
    LIST,
    LIST_NAMED,
    LIST_UNWELL,
    COUNT_OPEN,
    COUNT_DEAD,
];

/// A job that somebody has in hand.
pub(super) struct Claimed {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) payload: Value,
    pub(super) attempts: u32,
    pub(super) cancel_asked: bool,
    pub(super) progress: Option<Value>,
}

/// By whom and until when a job is held.
#[derive(Clone, Debug)]
pub(super) struct Lease {
    pub(super) holder: String,
    pub(super) until: Moment,
}

pub(super) fn insert(
    tx: &mut Tx,
    id: i64,
    name: &str,
    unique_key: Option<&str>,
    payload: &Value,
    run_at: Moment,
) -> Result<i64, Failure> {
    // What stood in the way may be finished between the two statements; then there is room the second time.
    for _ in 0..3 {
        if tx.execute(INSERT, args![id, name, unique_key, payload, run_at])? == 1 {
            return Ok(id);
        }
        if let Some(row) = tx.row(FIND_OPEN, args![name, unique_key])? {
            return Ok(row.int(0));
        }
    }
    Err(Failure::Busy { retry_after_s: 1 })
}

pub(super) fn claim(
    tx: &mut Tx,
    names: &[Arg],
    now: Moment,
    lease: &Lease,
) -> Result<Option<Claimed>, Failure> {
    let rows = tx.rows_in_with(CLAIM, &args![now, &*lease.holder, lease.until], names)?;
    rows.first().map(claimed).transpose()
}

pub(super) fn claim_one(
    tx: &mut Tx,
    id: i64,
    now: Moment,
    lease: &Lease,
) -> Result<Option<Claimed>, Failure> {
    let row = tx.row(CLAIM_ONE, args![now, &*lease.holder, lease.until, id])?;
    row.as_ref().map(claimed).transpose()
}

fn claimed(row: &Row) -> Result<Claimed, Failure> {
    Ok(Claimed {
        id: row.int(0),
        name: row.text(1).to_owned(),
        payload: json(row.text(2))?,
        attempts: u32::try_from(row.int(3)).unwrap_or(u32::MAX),
        cancel_asked: row.int_opt(4).is_some(),
        progress: row.text_opt(5).map(json).transpose()?,
    })
}

pub(super) fn is_any_due(tx: &mut Tx, now: Moment) -> Result<bool, Failure> {
    Ok(tx.row(DUE, args![now])?.is_some())
}

/// Whether the job is still ours, and whether somebody asked for it to stop.
pub(super) fn renew(tx: &mut Tx, id: i64, lease: &Lease) -> Result<Option<bool>, Failure> {
    let row = tx.row(RENEW, args![id, &*lease.holder, lease.until])?;
    Ok(row.map(|row| row.int_opt(0).is_some()))
}

pub(super) fn confirm(tx: &mut Tx, id: i64, holder: &str) -> Result<bool, Failure> {
    Ok(tx.execute(CONFIRM, args![id, holder])? == 1)
}

pub(super) fn save_progress(
    tx: &mut Tx,
    id: i64,
    holder: &str,
    progress: &Value,
) -> Result<bool, Failure> {
    Ok(tx.execute(PROGRESS, args![id, holder, progress])? == 1)
}

/// How a job ended, or that it has not.
pub(super) enum End {
    Done(Value),
    Dead(String),
    Cancelled,
    Retry(Moment, String),
    HandBack,
}

/// Writes down how a job ended; whether it was still ours.
pub(super) fn end(
    tx: &mut Tx,
    id: i64,
    holder: &str,
    now: Moment,
    end: &End,
    progress: Option<&Value>,
) -> Result<bool, Failure> {
    let touched = match end {
        End::Done(result) => {
            tx.execute(FINISH, args![id, holder, now, "done", result, None::<&str>, progress])?
        }
        End::Dead(error) => {
            tx.execute(FINISH, args![id, holder, now, "dead", None::<&str>, error, progress])?
        }
        End::Cancelled => tx.execute(
            FINISH,
            args![id, holder, now, "cancelled", None::<&str>, None::<&str>, progress],
        )?,
        End::Retry(at, error) => tx.execute(RETRY, args![id, holder, *at, error, progress])?,
        End::HandBack => tx.execute(HAND_BACK, args![id, holder, progress])?,
    };
    Ok(touched == 1)
}

/// Who holds jobs just now.
pub(super) fn holders(tx: &mut Tx) -> Result<Vec<String>, Failure> {
    Ok(tx.rows(HOLDERS, args![])?.iter().map(|row| row.text(0).to_owned()).collect())
}

/// Takes the jobs of a holder out of its hands.
pub(super) fn free(tx: &mut Tx, holder: &str) -> Result<u64, Failure> {
    tx.execute(FREE, args![holder])
}

/// The job of that id.
///
/// # Errors
/// As [`Tx::row`].
pub fn find(tx: &mut Tx, id: i64) -> Result<Option<JobRow>, Failure> {
    tx.row(FIND, args![id])?.as_ref().map(job).transpose()
}

/// The newest jobs.
///
/// # Errors
/// As [`Tx::row`].
pub fn list(tx: &mut Tx, limit: u32) -> Result<Vec<JobRow>, Failure> {
    tx.rows(LIST, args![limit])?.iter().map(job).collect()
}

/// The newest jobs of one kind.
///
/// # Errors
/// As [`Tx::row`].
pub fn list_named(tx: &mut Tx, name: &str, limit: u32) -> Result<Vec<JobRow>, Failure> {
    tx.rows(LIST_NAMED, args![name, limit])?.iter().map(job).collect()
}

/// Jobs that are not finished or died, the oldest hundred.
///
/// # Errors
/// As [`Tx::row`].
pub fn list_unwell(tx: &mut Tx) -> Result<Vec<JobRow>, Failure> {
    tx.rows(LIST_UNWELL, args![])?.iter().map(job).collect()
}

/// How many jobs there are that are not done with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Wait for their time or their next attempt.
    pub waiting: u64,
    /// Somebody has them in hand.
    pub running: u64,
    /// Failed for good, and are kept for whoever looks after them.
    pub dead: u64,
    /// When the longest waiting was or will be due.
    pub oldest_run_at: Option<Moment>,
}

/// Counts the jobs that are not done with.
///
/// # Errors
/// As [`Tx::row`].
pub fn tally(tx: &mut Tx) -> Result<Tally, Failure> {
    let mut tally = Tally::default();
    tx.each(COUNT_OPEN, args![], |row| {
        let count = row.int(1).unsigned_abs();
        if row.text(0) == "waiting" {
            (tally.waiting, tally.oldest_run_at) = (count, row.moment_opt(2));
        } else {
            tally.running = count;
        }
        Ok(())
    })?;
    tally.dead = tx.row(COUNT_DEAD, args![])?.map_or(0, |row| row.int(0).unsigned_abs());
    Ok(tally)
}

/// Gives up a job: at once if it waits; if it runs, at its next checkpoint. Whether there was anything to give up.
///
/// # Errors
/// As [`Tx::row`].
pub fn cancel(tx: &mut Tx, id: i64, now: Moment) -> Result<bool, Failure> {
    if tx.execute(CANCEL_WAITING, args![id, now])? == 1 {
        return Ok(true);
    }
    Ok(tx.execute(CANCEL_RUNNING, args![id, now])? == 1)
}

/// Forgets jobs that were done or cancelled before that moment; the dead are kept for whoever looks after them.
///
/// # Errors
/// As [`Tx::row`].
pub fn sweep(tx: &mut Tx, before: Moment) -> Result<u64, Failure> {
    tx.execute(SWEEP, args![before])
}

fn job(row: &Row) -> Result<JobRow, Failure> {
    let state = match (row.text_opt(11), row.text_opt(5)) {
        (Some("done"), _) => State::Done,
        (Some("cancelled"), _) => State::Cancelled,
        (Some(_), _) => State::Dead,
        (None, Some(_)) => State::Running,
        (None, None) => State::Waiting,
    };
    Ok(JobRow {
        id: row.int(0),
        name: row.text(1).to_owned(),
        payload: json(row.text(2))?,
        state,
        attempts: u32::try_from(row.int(4)).unwrap_or(u32::MAX),
        run_at: row.moment(3),
        progress: row.text_opt(7).map(json).transpose()?,
        result: row.text_opt(8).map(json).transpose()?,
        last_error: row.text_opt(9).map(str::to_owned),
        done_at: row.moment_opt(10),
        cancel_asked_at: row.moment_opt(6),
    })
}

fn json(text: &str) -> Result<Value, Failure> {
    serde_json::from_str(text).map_err(|error| Failure::broken(format!("a job's JSON: {error}")))
}

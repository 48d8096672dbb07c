//! The statements about backtests.

use funnel::Stage;
use funnel::backtest::{Asked, Moved};
use moment::{Moment, Span};
use people::{LensId, PersonId};
use platform::args;
use platform::db::{Row, Sql, Tx, sql};
use platform::failure::Failure;

const ADD: Sql = sql(
    "insert into backtest (id, lens_id, job_id, name, text, until_at, within_us, started_at, started_by,
        finished_at, result, refusal)
     values ($1, $2, null, $3, $4, $5, $6, $7, $8, null, null, null)",
);
const SET_JOB: Sql = sql("update backtest set job_id = $2 where id = $1");
const LOAD: Sql = sql(
    "select id, lens_id, job_id, name, text, until_at, within_us, started_at, started_by, finished_at,
        result, refusal from backtest where id = $1",
);
const LIST: Sql = sql(
    "select id, lens_id, job_id, name, text, until_at, within_us, started_at, started_by, finished_at,
        result, refusal from backtest order by started_at desc, id desc limit $1",
);
const LATEST: Sql = sql(
    "select id, lens_id, job_id, name, text, until_at, within_us, started_at, started_by, finished_at,
        result, refusal from backtest where lens_id = $1 and result is not null
     order by started_at desc, id desc limit 1",
);
const FINISH: Sql = sql("update backtest set finished_at = $2, result = $3, refusal = $4
     where id = $1 and finished_at is null");
const MOVES: Sql = sql("select person_id, moved_at, to_stage from transition
     where person_id >= $2 and person_id <= $3 and lens_id = $1 order by person_id, moved_at, seq");

pub(crate) const ALL: &[Sql] = &[ADD, SET_JOB, LOAD, LIST, LATEST, FINISH, MOVES];

/// What once stood as the refusal of what was cancelled; that it ended with neither result nor refusal says it now.
const CANCELLED_BEFORE: &str = "It was given up on request.";

/// A backtest as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct BacktestRow {
    /// Inside.
    pub id: i64,
    /// With which lens it is compared.
    pub lens: LensId,
    /// Its job, once there is one.
    pub job: Option<i64>,
    /// As the draft calls itself.
    pub name: String,
    /// The draft.
    pub text: String,
    /// What was asked.
    pub asked: Asked,
    /// When it was asked.
    pub started_at: Moment,
    /// By which user, if one did.
    pub started_by: Option<i64>,
    /// When it ended: with a result, with a refusal, or with neither if it was cancelled.
    pub finished_at: Option<Moment>,
    /// What it came to, as JSON.
    pub result: Option<String>,
    /// Why it says nothing.
    pub refusal: Option<String>,
}

pub(crate) fn add(tx: &mut Tx, row: &BacktestRow) -> Result<(), Failure> {
    let within = row.asked.within.map(|within| within.0);
    let (name, text) = (row.name.as_str(), row.text.as_str());
    tx.execute(
        ADD,
        args![
            row.id,
            row.lens,
            name,
            text,
            row.asked.until,
            within,
            row.started_at,
            row.started_by
        ],
    )?;
    Ok(())
}

pub(crate) fn set_job(tx: &mut Tx, id: i64, job: i64) -> Result<(), Failure> {
    tx.execute(SET_JOB, args![id, job])?;
    Ok(())
}

fn row_of(row: &Row) -> BacktestRow {
    BacktestRow {
        id: row.int(0),
        lens: row.int(1),
        job: row.int_opt(2),
        name: row.text(3).to_owned(),
        text: row.text(4).to_owned(),
        asked: Asked { until: row.moment(5), within: row.int_opt(6).map(Span) },
        started_at: row.moment(7),
        started_by: row.int_opt(8),
        finished_at: row.int_opt(9).map(Moment),
        result: row.text_opt(10).map(str::to_owned),
        refusal: row.text_opt(11).filter(|text| *text != CANCELLED_BEFORE).map(str::to_owned),
    }
}

pub(crate) fn load(tx: &mut Tx, id: i64) -> Result<Option<BacktestRow>, Failure> {
    Ok(tx.row(LOAD, args![id])?.as_ref().map(row_of))
}

pub(crate) fn list(tx: &mut Tx, limit: i64) -> Result<Vec<BacktestRow>, Failure> {
    Ok(tx.rows(LIST, args![limit])?.iter().map(row_of).collect())
}

pub(crate) fn latest(tx: &mut Tx, lens: LensId) -> Result<Option<BacktestRow>, Failure> {
    Ok(tx.row(LATEST, args![lens])?.as_ref().map(row_of))
}

/// Writes what it came to, once: what was given up stays so.
pub(crate) fn finish(
    tx: &mut Tx,
    id: i64,
    now: Moment,
    result: Option<&str>,
    refusal: Option<&str>,
) -> Result<(), Failure> {
    tx.execute(FINISH, args![id, now, result, refusal])?;
    Ok(())
}

/// The moves that these people really made, by person.
pub(crate) fn moves(
    tx: &mut Tx,
    lens: LensId,
    (first, last): (PersonId, PersonId),
) -> Result<Vec<(PersonId, Vec<Moved>)>, Failure> {
    let mut found: Vec<(PersonId, Vec<Moved>)> = Vec::new();
    tx.each(MOVES, args![lens, first, last], |row| {
        let (person, at) = (row.int(0), row.moment(1));
        let to = Stage::from_code(row.int(2)).unwrap_or(Stage::None);
        match found.last_mut() {
            Some((last, moves)) if *last == person => moves.push(Moved { at, to }),
            _ => found.push((person, vec![Moved { at, to }])),
        }
        Ok(())
    })?;
    Ok(found)
}

//! Jobs that are still to be done leave with a workspace, and wait where they arrive until all is made again there.
use serde_json::Value;

use crate::db::{Arg, Sql, sql};
use crate::tables::{as_json, read_line};
use crate::{Failure, Tx, args};

/// What leaves of a job; who has it in hand does not.
const COLUMNS: [&str; 7] =
    ["attempts", "id", "name", "payload", "progress", "run_at", "unique_key"];

const LEAVING: Sql =
    sql("select attempts, id, name, payload, progress, run_at, unique_key from job
     where done_at is null order by id");
const ARRIVE: Sql =
    sql("insert into job (attempts, id, name, payload, progress, run_at, unique_key)
     values ($1, $2, $3, $4, $5, $6, $7)");
/// Some three thousand years, in microseconds: a job that is due so late waits to be released.
const LATER: i64 = 100_000_000_000_000_000;
const RELEASE: Sql =
    sql("update job set run_at = run_at - $1 where run_at >= $2 and done_at is null");

pub(crate) const ALL: &[Sql] = &[LEAVING, ARRIVE, RELEASE];

/// Every job that is still to be done, a JSON object for each.
///
/// # Errors
/// As [`Tx::row`].
pub fn leaving(tx: &mut Tx) -> Result<Vec<Value>, Failure> {
    let rows = tx.rows(LEAVING, args![])?;
    Ok(rows.iter().map(|row| Value::Object(as_json(row, &COLUMNS))).collect())
}

/// Puts a job in that left elsewhere. Nobody takes it before [`release`].
///
/// # Errors
/// `Invalid` for what is no job; else as [`Tx::row`].
pub fn arrive(tx: &mut Tx, line: &[u8]) -> Result<(), Failure> {
    let mut row = read_line(line, &COLUMNS)?;
    if let Some(Arg::Int(run_at)) = row.get_mut(5) {
        *run_at = run_at.saturating_add(LATER);
    }
    tx.execute(ARRIVE, row).map(drop)
}

/// Lets jobs that arrived be taken from when they were due.
///
/// # Errors
/// As [`Tx::row`].
pub fn release(tx: &mut Tx) -> Result<u64, Failure> {
    let released = tx.execute(RELEASE, args![LATER, LATER / 2])?;
    tx.wake_workers();
    Ok(released)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::both;
    use crate::jobs;

    #[test]
    fn a_job_that_is_to_be_done_leaves_and_waits_where_it_arrives() {
        both(&[], |world| {
            let now = world.now();
            let payload = serde_json::json!({ "n": 1 });
            let lines = world.db.write_blocking(move |tx| {
                jobs::enqueue(tx, "note.write", Some("one"), &payload, now)?;
                let gone = jobs::enqueue(tx, "note.write", Some("two"), &payload, now)?;
                assert!(jobs::cancel(tx, gone, now)?);
                leaving(tx)
            });
            let lines = lines.unwrap();
            assert_eq!(lines.len(), 1);
            let line = lines[0].to_string();
            let id = lines[0]["id"].as_i64().unwrap();
            let gone = sql("delete from job");
            world
                .db
                .write_blocking(move |tx| {
                    tx.execute(gone, args![])?;
                    arrive(tx, line.as_bytes())?;
                    let row = jobs::find(tx, id)?.unwrap();
                    assert!(row.run_at > now);
                    assert_eq!(release(tx)?, 1);
                    let row = jobs::find(tx, id)?.unwrap();
                    assert_eq!((row.run_at, row.payload["n"].as_i64()), (now, Some(1)));
                    assert_eq!(leaving(tx)?, lines);
                    Ok(())
                })
                .unwrap();
        });
    }
}

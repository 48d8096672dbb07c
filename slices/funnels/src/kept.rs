//! What is derived by now and was not always: a workspace from before derives it once.

use moment::Moment;
use platform::args;
use platform::db::{Sql, Tx, sql};
use platform::failure::Failure;
use platform::jobs::{self, State};
use serde_json::{Value, json};
use team::roster;

use crate::refold::REFOLD;

/// Under which names it is noted that something is kept.
const KEPT: [&str; 6] =
    ["handoff", "former_employee", "spent", KNOWN_AHEAD, "company_standing", TERRITORY_WAKE];

/// That what is known ahead of a later employer is waited for: of whoever had several, what conditions ask is kept
/// anew too.
pub(crate) const KNOWN_AHEAD: &str = "known_ahead";

/// When somebody comes into a territory, or out of one, by time alone.
pub(crate) const TERRITORY_WAKE: &str = "territory_wake";

/// For a workspace that has come from elsewhere: nobody in it stands anywhere yet.
pub(crate) const ARRIVAL: &str = "arrival";

/// The newest of its jobs that are looked at: more never wait.
const REFOLDS_LOOKED_AT: u32 = 20;

const IS_KEPT: Sql = sql("select kept_at from kept_since where what = $1");
const KEEP: Sql = sql("insert into kept_since (what, kept_at) values ($1, $2)");

pub(crate) const ALL: &[Sql] = &[IS_KEPT, KEEP];

/// Whether all is kept that this version derives.
///
/// # Errors
/// `Broken` when the database fails.
pub fn is_all_kept(tx: &mut Tx) -> Result<bool, Failure> {
    Ok(missing(tx)?.is_empty())
}

/// Derives what an older version did not: a job re-stands everybody, once. Gives the job, if there is anybody.
///
/// # Errors
/// `Broken` when the database fails.
pub fn keep(tx: &mut Tx, now: Moment) -> Result<Option<i64>, Failure> {
    let mut missing = missing(tx)?;
    for what in &missing {
        tx.execute(KEEP, args![*what, now])?;
    }
    // A territory that is still to be made has that made, too.
    if !roster::held_territories(tx)?.iter().any(|one| one.built_to.is_none()) {
        missing.retain(|what| *what != TERRITORY_WAKE);
    }
    let is_empty = people::count(tx)? == 0 && people::companies::ids_after(tx, 0, 1)?.is_empty();
    if missing.is_empty() || is_empty {
        return Ok(None);
    }
    jobs::enqueue(tx, REFOLD, None, &json!({ "for": missing }), now).map(Some)
}

/// Whether a job that stands everybody anew has not ended: what it derives may be missing so far.
///
/// # Errors
/// `Broken` when the database fails.
pub(crate) fn is_being_kept(tx: &mut Tx) -> Result<bool, Failure> {
    let newest = jobs::list_named(tx, REFOLD, REFOLDS_LOOKED_AT)?;
    Ok(newest.iter().any(|job| !matches!(job.state, State::Done | State::Dead | State::Cancelled)))
}

/// How far the job is that stands everybody anew, if one has not ended that must before what is stored is what a fold
/// yields: an adoption, or an arrival from elsewhere. A job that derives what an older version did not leaves whoever
/// stands where they stand.
///
/// # Errors
/// `Broken` when the database fails.
pub(crate) fn standing_anew(tx: &mut Tx) -> Result<Option<Option<Value>>, Failure> {
    let newest = jobs::list_named(tx, REFOLD, REFOLDS_LOOKED_AT)?;
    let must_end = |payload: &Value| match payload.get("for").and_then(Value::as_array) {
        Some(asked) => asked.iter().any(|what| *what == ARRIVAL),
        None => true,
    };
    let under_way = newest.into_iter().find(|job| {
        !matches!(job.state, State::Done | State::Dead | State::Cancelled) && must_end(&job.payload)
    });
    Ok(under_way.map(|job| job.progress))
}

fn missing(tx: &mut Tx) -> Result<Vec<&'static str>, Failure> {
    let mut missing = Vec::new();
    for what in KEPT {
        if tx.row(IS_KEPT, args![what])?.is_none() {
            missing.push(what);
        }
    }
    Ok(missing)
}

//! Re-standing: everybody after an adoption, and whoever's time has come.

use moment::Moment;
use people::PersonId;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::jobs::{Again, Job, Run};
use serde_json::{Value, json};

use crate::segment::Keeper;
use crate::{lens, project};

/// The job that re-stands everybody.
pub const REFOLD: &str = "funnels.refold";

/// People re-stood in one transaction: long enough to write in bulk, short enough that others get in between.
const CHUNK_PEOPLE: i64 = 1_000;

/// Re-stands everybody under the definitions in force. May run twice: it writes only what differs.
pub struct Refold;

impl Job for Refold {
    fn name(&self) -> &'static str {
        REFOLD
    }

    fn run(&self, app: &App, run: &mut Run) -> Result<Value, Again> {
        let total = app.db.read_blocking(people::count)?;
        let earlier = run.earlier_progress();
        let mut after: PersonId =
            earlier.and_then(|so_far| so_far.get("after")?.as_i64()).unwrap_or_default();
        let mut done = earlier.and_then(|so_far| so_far.get("done")?.as_u64()).unwrap_or_default();
        loop {
            run.checkpoint()?;
            let (now, ticket) = (app.clock.now(), run.ticket());
            let chunk = app.db.write_blocking(move |tx| {
                ticket.confirm(tx)?;
                everybody(tx, after, now)
            })?;
            let Some(last) = chunk.last().copied() else { break };
            after = last;
            done += u64::try_from(chunk.len()).unwrap_or(0);
            run.progress(json!({ "after": after, "done": done, "total": total }));
        }
        Ok(json!({ "people": done }))
    }
}

/// Re-stands the next people by id; gives whom.
fn everybody(tx: &mut Tx, after: PersonId, now: Moment) -> Result<Vec<PersonId>, Failure> {
    let ids = people::ids_after(tx, after, CHUNK_PEOPLE)?;
    restand(tx, &ids, now)?;
    Ok(ids)
}

/// Re-stands these people as of now.
///
/// # Errors
/// `Broken` when the database fails.
pub(crate) fn restand(tx: &mut Tx, ids: &[PersonId], now: Moment) -> Result<(), Failure> {
    let subjects = project::subjects_of(tx, ids)?;
    let (lenses, mut keeper) = (lens::lenses(tx)?, Keeper::load(tx)?);
    project::fold(tx, &lenses, &mut keeper, subjects, now)
}

/// Re-stands those whose standing could have changed by now without anything new; gives how many.
///
/// # Errors
/// `Broken` when the database fails.
pub fn wake_due(app: &App) -> Result<u64, Failure> {
    let now = app.clock.now();
    let mut woken = 0;
    let mut before = Vec::new();
    loop {
        let ids = app.db.write_blocking(move |tx| {
            let ids = people::stand::due(tx, now, 0, CHUNK_PEOPLE)?;
            restand(tx, &ids, now)?;
            Ok(ids)
        })?;
        if ids.is_empty() {
            return Ok(woken);
        }
        if ids == before {
            return Err(Failure::broken("people whose time has come could not be re-stood"));
        }
        woken += u64::try_from(ids.len()).unwrap_or(0);
        before = ids;
    }
}

/// When the next standing could change by itself.
///
/// # Errors
/// `Broken` when the database fails.
pub fn next_wake(app: &App) -> Result<Option<Moment>, Failure> {
    app.db.read_blocking(people::stand::next_due)
}

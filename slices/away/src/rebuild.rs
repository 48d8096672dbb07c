//! The job that makes what is derived in a workspace that arrived.
//!
//! Rows of people and companies first, for a fold reads them; then others' jobs, in the order in which they need each
//! other: everybody is folded, what conditions ask for is read out of the histories, territories are filled.

use journal::SubjectId;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::jobs::{self, Again, Job, Run};
use serde_json::{Value, json};

/// The job's name.
pub const REBUILD: &str = "away.rebuild";

/// Subjects in one transaction.
const CHUNK_SUBJECTS: i64 = 1_000;

/// Makes rows from histories. May run twice, and goes on where it was.
pub struct Rebuild;

impl Job for Rebuild {
    fn name(&self) -> &'static str {
        REBUILD
    }

    fn run(&self, app: &App, run: &mut Run) -> Result<Value, Again> {
        let earlier = |name: &str| {
            run.earlier_progress().and_then(|earlier| earlier.get(name)?.as_i64()).unwrap_or(0)
        };
        let (mut after, mut done): (SubjectId, i64) = (earlier("after"), earlier("done"));
        loop {
            run.checkpoint()?;
            let (ticket, now) = (run.ticket(), app.clock.now());
            let (last, count) = app.db.write_blocking(move |tx| {
                let made = people::rebuild::rebuild(tx, after, CHUNK_SUBJECTS, now)?;
                let count = i64::try_from(made.len()).unwrap_or(0);
                let last = made.last().copied().unwrap_or(after);
                ticket.save_progress(tx, &json!({ "after": last, "done": done + count }))?;
                Ok((last, count))
            })?;
            if count == 0 {
                break;
            }
            (after, done) = (last, done + count);
            run.progress(json!({ "after": after, "done": done }));
        }
        let (ticket, now) = (run.ticket(), app.clock.now());
        let next = app.db.write_blocking(move |tx| {
            ticket.confirm(tx)?;
            let next = funnels::arrive::make(tx, now)?;
            // What was under way elsewhere goes on here.
            jobs::release(tx)?;
            Ok(next)
        })?;
        Ok(json!({ "subjects": done, "jobs": next }))
    }
}

/// Whether a workspace that arrived is still being made.
///
/// # Errors
/// `Broken` when the database fails.
pub fn is_under_way(tx: &mut Tx) -> Result<bool, Failure> {
    Ok(jobs::list_named(tx, REBUILD, 1)?.iter().any(|job| job.done_at.is_none()))
}

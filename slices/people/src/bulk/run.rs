//! The job that changes many: first who they are, then what is done, some at a time.

use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::jobs::{Again, Job, Run};
use serde_json::{Value, json};
use team::{Mouth, User};

use super::apply::apply;
use super::{BULK, store};

/// People or companies put down in one transaction.
const GATHERED_AT_ONCE: usize = 5_000;
/// People or companies changed in one transaction: others get in between.
const CHANGED_AT_ONCE: i64 = 250;

/// Changes many people. May run twice, and goes on where it was.
pub struct Bulk;

impl Job for Bulk {
    fn name(&self) -> &'static str {
        BULK
    }

    fn run(&self, app: &App, run: &mut Run) -> Result<Value, Again> {
        let Some(change) = run.payload().get("change").and_then(Value::as_i64) else {
            return Err(Again::Never(anyhow::anyhow!("a change of many without its number")));
        };
        let missing = move || Failure::missing("change", change.to_string());
        let row = app.db.read_blocking(move |tx| store::row(tx, change)?.ok_or_else(missing))?;
        if row.gathered_at.is_none() {
            gather(app, run, &row)?;
        }
        let (by, deed, of) = (row.started_by, row.deed.clone(), row.chosen.of());
        loop {
            run.checkpoint()?;
            let (now, ticket, deed) = (app.clock.now(), run.ticket(), deed.clone());
            let counts = app.db.write_blocking(move |tx| {
                ticket.confirm(tx)?;
                let row = store::row(tx, change)?.ok_or_else(missing)?;
                let some = store::next(tx, change, of, row.done_to, CHANGED_AT_ONCE)?;
                let Some(last) = some.last().copied() else {
                    store::finished(tx, change, of, now)?;
                    let who = user(tx, by)?;
                    super::noted(tx, &who, change, now)?;
                    return Ok((row.counts, true));
                };
                let who = user(tx, by)?;
                let done = apply(tx, &who, &deed, &some, now)?;
                store::count(tx, change, of, &done, last)?;
                let row = store::row(tx, change)?.ok_or_else(missing)?;
                Ok((row.counts, false))
            })?;
            let (counts, is_done) = counts;
            run.progress(json!({ "done": counts.done(), "total": counts.whole }));
            if is_done {
                return Ok(json!({
                    of.word(): counts.whole, "changed": counts.changed,
                    "unchanged": counts.unchanged, "rejected": counts.rejected,
                }));
            }
        }
    }
}

/// Whoever asked for it, as they are now: they may have lost the right meanwhile.
fn user(tx: &mut Tx, by: Option<i64>) -> Result<User, Failure> {
    match by {
        Some(id) => {
            let user = team::roster::user(tx, id)?.ok_or(Failure::Forbidden)?;
            Ok(user.by(Mouth::Job))
        }
        None => Ok(User::operator().by(Mouth::Job)),
    }
}

/// Settles who they are, so that what is done to some makes no difference to who else is among them.
fn gather(app: &App, run: &mut Run, row: &store::ChangeRow) -> Result<(), Again> {
    let (change, chosen, now) = (row.id, row.chosen.clone(), app.clock.now());
    let (by, of) = (row.started_by, chosen.of());
    let found = app.db.read_blocking(move |tx| {
        let who = user(tx, by)?;
        chosen.subjects(tx, &who, now)
    })?;
    let Some(found) = found else {
        // The job that makes the condition's words ready runs before or beside this one.
        return Err(Again::Later(anyhow::anyhow!("what its condition asks for is not ready yet")));
    };
    for some in found.chunks(GATHERED_AT_ONCE) {
        run.checkpoint()?;
        let (some, ticket) = (some.to_vec(), run.ticket());
        app.db.write_blocking(move |tx| {
            ticket.confirm(tx)?;
            store::put(tx, change, of, &some)
        })?;
    }
    let (count, ticket) = (found.len(), run.ticket());
    app.db.write_blocking(move |tx| {
        ticket.confirm(tx)?;
        store::gathered(tx, change, count, now)
    })?;
    Ok(())
}

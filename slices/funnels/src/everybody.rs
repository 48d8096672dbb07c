//! Work over everybody, a few people at a time, each time in a transaction of its own: others get in between.

use moment::Moment;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::jobs::{Again, Run};
use serde_json::{Value, json};

/// Takes steps until one says that nobody is left, and tells of the progress. A step gives how many people it did, and
/// keeps for itself how far it came: the job may run twice, and goes on where it was.
pub(crate) fn in_steps(
    app: &App,
    run: &mut Run,
    step: fn(&mut Tx, Moment) -> Result<Option<u64>, Failure>,
) -> Result<Value, Again> {
    let total = app.db.read_blocking(people::count)?;
    let mut done = 0_u64;
    loop {
        run.checkpoint()?;
        let (now, ticket) = (app.clock.now(), run.ticket());
        let taken = app.db.write_blocking(move |tx| {
            ticket.confirm(tx)?;
            step(tx, now)
        })?;
        let Some(people) = taken else { break };
        done += people;
        run.progress(json!({ "done": done, "total": total.max(done) }));
    }
    Ok(json!({ "people": done }))
}

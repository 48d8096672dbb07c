//! Waiting for a job at the command line: run here, or followed where it runs already.

use std::time::Duration;

use platform::App;
use platform::failure::Failure;
use platform::jobs::{self, Registry, State};
use serde_json::Value;

use crate::say::Progress;

/// How often a job that runs elsewhere is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// Runs a job now, or follows it if a server has taken it up already; shows its progress by two of the
/// numbers that it tells, and gives its result.
///
/// # Errors
/// What the job fails with.
pub(super) fn run(
    app: &App,
    registry: &Registry,
    job: i64,
    progress: &Progress,
    (done, total): (&str, &str),
) -> Result<Value, Failure> {
    let show = |told: &Value| {
        let number = |name: &str| told.get(name).and_then(Value::as_u64);
        if let Some(done) = number(done) {
            progress.set(done, number(total));
        }
    };
    loop {
        match jobs::run_now_watched(app, registry, job, show) {
            // Somebody has it in hand, or had, and is done.
            Err(
                Failure::Refused { code: "job_elsewhere", .. }
                | Failure::Missing { what: "open job", .. },
            ) => {}
            ended => return ended,
        }
        let row = app.db.read_blocking(move |tx| jobs::find(tx, job))?;
        let row = row.ok_or_else(|| Failure::missing("job", job))?;
        match row.state {
            State::Done => return Ok(row.result.unwrap_or_default()),
            State::Dead => {
                let words =
                    row.last_error.unwrap_or_else(|| "It failed without a word.".to_owned());
                return Err(Failure::refused("job_failed", words));
            }
            State::Cancelled => {
                return Err(Failure::refused("job_cancelled", "It was given up on request."));
            }
            State::Waiting | State::Running => {}
        }
        if let Some(told) = &row.progress {
            show(told);
        }
        // If whoever has it is gone, it is ours once the lease has run out.
        std::thread::sleep(LOOK_EVERY);
    }
}

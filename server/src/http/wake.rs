//! The waker: time moves standings too, and each is stood anew exactly when its time has come.

use std::time::Duration;

use funnels::refold::{next_wake, wake_due};
use moment::Moment;
use platform::App;
use platform::failure::Failure;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

/// The longest sleep: what was recorded meanwhile, perhaps by another process, may have to be woken sooner.
const SLEEP_MAX: Duration = Duration::from_secs(3);
/// The shortest, so that a standing whose time never passes cannot keep the machine busy.
const SLEEP_MIN: Duration = Duration::from_millis(50);

/// Wakes standings until `stopping` turns true.
pub(super) async fn wake(app: App, mut stopping: watch::Receiver<bool>) {
    loop {
        let looking = app.clone();
        let next = match spawn_blocking(move || look(&looking)).await {
            Ok(Ok(next)) => next,
            Ok(Err(failure)) => {
                tracing::warn!(%failure, "standings whose time had come were not woken");
                None
            }
            Err(error) => {
                tracing::error!(%error, "the waker's thread broke");
                None
            }
        };
        let until = next.map_or(SLEEP_MAX, |next| {
            let us = u64::try_from((next - app.clock.now()).0).unwrap_or(0);
            Duration::from_micros(us).clamp(SLEEP_MIN, SLEEP_MAX)
        });
        tokio::select! {
            () = sleep(until) => {}
            _ = stopping.wait_for(|&stopping| stopping) => return,
        }
    }
}

/// Wakes whoever is due, and says when the next is.
fn look(app: &App) -> Result<Option<Moment>, Failure> {
    let next = next_wake(app)?;
    if next.is_none_or(|next| next > app.clock.now()) {
        return Ok(next);
    }
    let woken = wake_due(app)?;
    tracing::debug!(woken, "standings woken");
    next_wake(app)
}

//! Housekeeping: jobs that are done with are forgotten after a while, and the rules of retention are run once a day.

use std::time::Duration;

use moment::Span;
use platform::App;
use platform::failure::Failure;
use platform::jobs;
use tokio::sync::watch;
use tokio::time::sleep;

/// How often is looked; what is due waits no longer than that.
const LOOK_EVERY: Duration = Duration::from_secs(3_600);

/// Forgets jobs that were done or given up more than `jobs_days` ago, every hour until `stopping` turns true; 0 keeps
/// them.
pub(super) async fn tidy(app: App, jobs_days: u32, mut stopping: watch::Receiver<bool>) {
    loop {
        match swept(&app, jobs_days).await {
            Ok(0) => {}
            Ok(jobs) => tracing::info!(jobs, "jobs that were done with are forgotten"),
            Err(failure) => tracing::warn!(%failure, "jobs that were done with were not forgotten"),
        }
        let now = app.clock.now();
        if let Err(failure) = app.db.write(move |tx| ::away::retention::wake(tx, now)).await {
            tracing::warn!(%failure, "the rules of retention were not looked at");
        }
        tokio::select! {
            () = sleep(LOOK_EVERY) => {}
            _ = stopping.wait_for(|&stopping| stopping) => return,
        }
    }
}

async fn swept(app: &App, jobs_days: u32) -> Result<u64, Failure> {
    if jobs_days == 0 {
        return Ok(0);
    }
    let before = app.clock.now() - Span::days(i64::from(jobs_days));
    app.db.write(move |tx| jobs::sweep(tx, before)).await
}

#[cfg(test)]
mod tests {
    use platform::harness::both;

    use super::*;

    #[test]
    fn jobs_that_were_done_long_ago_are_forgotten() {
        both(&[], |world| {
            let now = world.now();
            let job = world.db.write_blocking(move |tx| {
                let job = jobs::enqueue(tx, "note.write", None, &serde_json::json!({}), now)?;
                assert!(jobs::cancel(tx, job, now)?);
                Ok(job)
            });
            let job = job.unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let sweep = |days| runtime.block_on(swept(&world.app, days)).unwrap();
            assert_eq!((sweep(0), sweep(30)), (0, 0));
            world.clock.set(now + Span::days(30));
            assert_eq!(sweep(30), 0);
            world.clock.set(now + Span::days(30) + Span(1));
            assert_eq!((sweep(0), sweep(30)), (0, 1));
            let found = world.db.read_blocking(move |tx| jobs::find(tx, job)).unwrap();
            assert_eq!(found, None);
        });
    }
}

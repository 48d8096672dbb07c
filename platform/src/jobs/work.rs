//! The worker: takes jobs, runs them, and writes down how they ended.
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use moment::{Moment, Span};
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use super::run::{Flags, Interrupted, Watch};
use super::store::{self, Claimed, End, Lease};
use super::{Again, Registry, Run, holder};
use crate::db::{Arg, panic_words};
use crate::dice::Dice;
use crate::{App, Failure};

/// How long a job is held without a sign of life.
const LEASE: Span = Span::seconds(60);
/// How often leases are renewed.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// How often the worker looks for jobs that another process enqueued, or whose time has come.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long running jobs may take to reach a checkpoint when the program stops.
const STOP_WAIT: Duration = Duration::from_secs(20);
/// The first wait after a failure; each further one is twice as long.
const BACKOFF_FIRST_S: i64 = 5;
/// The longest wait between attempts.
const BACKOFF_MAX_S: i64 = 3_600;

type Flying = HashMap<i64, (String, Arc<Flags>)>;

/// Runs jobs until `shutdown` turns true; then takes no more, asks those that run to stop at their next checkpoint,
/// and waits for that. What does not stop in time is taken up again by whoever comes next.
pub async fn work(app: App, registry: Registry, mut shutdown: watch::Receiver<bool>) {
    let mut running = JoinSet::new();
    let mut flying = Flying::new();
    let mut heartbeat = interval(HEARTBEAT);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    if let Err(failure) = app.db.write(free_the_gone).await {
        tracing::warn!(%failure, "jobs of killed processes wait for their lease to run out");
    }
    while !*shutdown.borrow() {
        if flying.len() < registry.parallel {
            match claim_next(&app, &registry).await {
                Ok(Some((claimed, lease))) => {
                    let flags = Arc::new(Flags::default());
                    flying.insert(claimed.id, (lease.holder.clone(), Arc::clone(&flags)));
                    let (app, registry) = (app.clone(), registry.clone());
                    running.spawn_blocking(move || {
                        let id = claimed.id;
                        let _written_down =
                            run_claimed(&app, &registry, claimed, &lease.holder, flags, None);
                        id
                    });
                    continue;
                }
                Ok(None) => {}
                Err(failure) => tracing::warn!(%failure, "looking for jobs failed"),
            }
        }
        tokio::select! {
            Some(ended) = running.join_next() => landed(&mut flying, ended),
            _ = heartbeat.tick() => renew(&app, &flying).await,
            () = app.db.job_enqueued() => {}
            () = sleep(LOOK_EVERY) => {}
            changed = shutdown.changed() => if changed.is_err() { break },
        }
    }
    for (_, flags) in flying.values() {
        flags.stopping.store(true, Ordering::Relaxed);
    }
    let deadline = Instant::now() + STOP_WAIT;
    while !running.is_empty() {
        tokio::select! {
            Some(ended) = running.join_next() => landed(&mut flying, ended),
            _ = heartbeat.tick() => renew(&app, &flying).await,
            () = tokio::time::sleep_until(deadline) => {
                tracing::warn!(jobs = running.len(), "jobs did not stop in time; they will be taken up again");
                running.detach_all();
                break;
            }
        }
    }
}

fn landed(flying: &mut Flying, ended: Result<i64, tokio::task::JoinError>) {
    match ended {
        Ok(id) => _ = flying.remove(&id),
        Err(error) => tracing::error!(%error, "a job's thread broke"),
    }
}

async fn claim_next(app: &App, registry: &Registry) -> Result<Option<(Claimed, Lease)>, Failure> {
    let now = app.clock.now();
    if !app.db.read(move |tx| store::is_any_due(tx, now)).await? {
        return Ok(None);
    }
    let (names, lease) = (names(registry), new_lease(app, now));
    let held = lease.clone();
    let claimed = app.db.write(move |tx| store::claim(tx, &names, now, &held)).await?;
    Ok(claimed.map(|claimed| (claimed, lease)))
}

fn names(registry: &Registry) -> Vec<Arg> {
    registry.jobs.iter().map(|job| Arg::from(job.name())).collect()
}

fn new_lease(app: &App, now: Moment) -> Lease {
    Lease { holder: holder::name(&app.dice.token()), until: now + LEASE }
}

/// Takes jobs out of the hands of processes that are gone for certain.
fn free_the_gone(tx: &mut crate::Tx) -> Result<(), Failure> {
    for name in store::holders(tx)? {
        if holder::is_gone(&name) {
            let jobs = store::free(tx, &name)?;
            tracing::info!(jobs, "taken over from a process that is gone");
        }
    }
    Ok(())
}

async fn renew(app: &App, flying: &Flying) {
    let until = app.clock.now() + LEASE;
    for (id, (holder, flags)) in flying {
        let (id, lease) = (*id, Lease { holder: holder.clone(), until });
        let answer = app.db.write(move |tx| store::renew(tx, id, &lease)).await;
        heed(id, flags, answer);
    }
}

/// Tells a job what the renewal of its lease brought to light.
fn heed(id: i64, flags: &Flags, answer: Result<Option<bool>, Failure>) {
    match answer {
        Ok(Some(true)) => flags.cancelled.store(true, Ordering::Relaxed),
        Ok(Some(false)) => {}
        Ok(None) => flags.lost.store(true, Ordering::Relaxed),
        Err(failure) => tracing::warn!(job = id, %failure, "a lease was not renewed"),
    }
}

/// Runs a job and writes down how it ended. Gives what came of it, for those who wait.
fn run_claimed(
    app: &App,
    registry: &Registry,
    claimed: Claimed,
    holder: &str,
    flags: Arc<Flags>,
    watch: Option<Watch<'_>>,
) -> Result<Value, Again> {
    let id = claimed.id;
    let attempts = claimed.attempts;
    let cancel_asked = claimed.cancel_asked;
    let job = registry.find(&claimed.name);
    let attempts_max = job.as_ref().map_or(1, |job| job.attempts_max());
    let mut run = Run::new(app, claimed, holder, flags, watch);
    if cancel_asked {
        run.flags().cancelled.store(true, Ordering::Relaxed);
    }
    let result = match job {
        _ if cancel_asked => Err(Again::Later(Interrupted.into())),
        // Begun so often and never ended: it takes its process down with it.
        Some(_) if attempts > attempts_max => {
            Err(Again::Never(anyhow::anyhow!("was begun {attempts_max} times and never ended")))
        }
        Some(job) => {
            catch_unwind(AssertUnwindSafe(|| job.run(app, &mut run))).unwrap_or_else(|panic| {
                Err(Again::Later(anyhow::anyhow!("panicked: {}", panic_words(panic.as_ref()))))
            })
        }
        None => Err(Again::Never(anyhow::anyhow!("this program knows no job of that name"))),
    };
    let now = app.clock.now();
    let end = match &result {
        Ok(value) => End::Done(value.clone()),
        Err(Again::Later(error)) if error.is::<Interrupted>() => {
            if run.flags().cancelled.load(Ordering::Relaxed) {
                End::Cancelled
            } else {
                End::HandBack
            }
        }
        Err(Again::Later(error)) if attempts < attempts_max => {
            End::Retry(now + backoff(attempts, app.dice.as_ref()), format!("{error:#}"))
        }
        Err(Again::Later(error) | Again::Never(error)) => End::Dead(format!("{error:#}")),
    };
    match &end {
        End::Dead(error) => tracing::error!(job = id, error, "a job died"),
        End::Retry(at, error) => {
            tracing::warn!(job = id, error, %at, "a job failed and will be tried again")
        }
        End::Done(_) | End::Cancelled | End::HandBack => tracing::debug!(job = id, "a job ended"),
    }
    let said = run.take_said();
    let holder = holder.to_owned();
    let written =
        app.db.write_blocking(move |tx| store::end(tx, id, &holder, now, &end, said.as_ref()));
    match written {
        Ok(true) => {}
        Ok(false) => tracing::warn!(job = id, "a job ended after another had taken it"),
        Err(failure) => tracing::error!(job = id, %failure, "how a job ended was not written down"),
    }
    result
}

/// 5 s, 10 s, 20 s … up to an hour, shortened by chance to no less than half, so that what failed together does not
/// come back together.
fn backoff(attempts: u32, dice: &dyn Dice) -> Span {
    let doublings = attempts.saturating_sub(1).min(20);
    let seconds = (BACKOFF_FIRST_S << doublings).min(BACKOFF_MAX_S);
    let half = Span::seconds(seconds).0 / 2;
    Span(half + i64::try_from(dice.below(half.unsigned_abs())).unwrap_or(0))
}

/// Runs every job that is due, one after the other, on this thread; gives how many.
///
/// # Errors
/// If the queue cannot be read. A job's own failure is written down with the job.
pub fn run_due(app: &App, registry: &Registry) -> Result<usize, Failure> {
    let mut count = 0;
    loop {
        let now = app.clock.now();
        let (names, lease) = (names(registry), new_lease(app, now));
        let held = lease.clone();
        let Some(claimed) =
            app.db.write_blocking(move |tx| store::claim(tx, &names, now, &held))?
        else {
            return Ok(count);
        };
        let _written_down =
            run_claimed(app, registry, claimed, &lease.holder, Arc::default(), None);
        count += 1;
    }
}

/// Runs that job now, on this thread, and gives its result. For whoever waits at a command line.
///
/// # Errors
/// `Missing` if there is no such open job, `Refused` with `job_elsewhere` if another has it in hand, and what the job
/// failed with.
pub fn run_now(app: &App, registry: &Registry, id: i64) -> Result<Value, Failure> {
    run_now_watched(app, registry, id, |_| {})
}

/// As [`run_now`], and hears of progress as the job tells it.
///
/// # Errors
/// As [`run_now`].
pub fn run_now_watched(
    app: &App,
    registry: &Registry,
    id: i64,
    watch: impl FnMut(&Value),
) -> Result<Value, Failure> {
    let now = app.clock.now();
    let lease = new_lease(app, now);
    let held = lease.clone();
    let claimed = app.db.write_blocking(move |tx| {
        free_the_gone(tx)?;
        match store::claim_one(tx, id, now, &held)? {
            Some(claimed) => Ok(claimed),
            None if store::find(tx, id)?.is_some_and(|job| job.done_at.is_none()) => {
                Err(Failure::refused("job_elsewhere", "Another process is running this already."))
            }
            None => Err(Failure::missing("open job", id)),
        }
    })?;
    let flags = Arc::new(Flags::default());
    let (ended, heard) = std::sync::mpsc::channel::<()>();
    std::thread::scope(|scope| {
        let (beat_flags, holder) = (Arc::clone(&flags), lease.holder.clone());
        scope.spawn(move || {
            // Ends as soon as the other end of the channel is dropped.
            while heard.recv_timeout(HEARTBEAT) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                let lease = Lease { holder: holder.clone(), until: app.clock.now() + LEASE };
                heed(
                    id,
                    &beat_flags,
                    app.db.write_blocking(move |tx| store::renew(tx, id, &lease)),
                );
            }
        });
        let result =
            run_claimed(app, registry, claimed, &lease.holder, flags, Some(Box::new(watch)));
        drop(ended);
        result
    })
    .map_err(|again| match again {
        Again::Later(error) if error.is::<Interrupted>() => {
            Failure::refused("job_stopped", "This was stopped before its end.")
        }
        Again::Later(error) | Again::Never(error) => Failure::from(error),
    })
}

//! Jobs: work that outlives a request. A job is a row, written in the transaction that wants it done.
//!
//! **Promise:** a job that was enqueued is run until it succeeds, says `Never`, or has failed too often; then it is
//! dead, with its last error beside it. Whoever runs it holds a lease and renews it; if the holder is killed, another
//! takes the job up when the lease runs out, or at once if the holder is provably gone.
//! **So:** a job may run twice. It works in steps that may be repeated, and confirms its lease in the transactions in
//! which it writes ([`Ticket::confirm`]), so that one who lost it writes no more.
mod holder;
mod run;
mod store;
mod travel;
mod work;

use std::sync::Arc;

use moment::Moment;
use serde_json::Value;

use crate::{App, Failure, Tx};

pub use run::{Run, Ticket};
pub use store::{Tally, cancel, find, list, list_named, list_unwell, sweep, tally};
pub use travel::{arrive, leaving, release};
pub use work::{run_due, run_now, run_now_watched, work};

pub(crate) use store::ALL as STATEMENTS;
pub(crate) use travel::ALL as TRAVEL_STATEMENTS;

/// A kind of job.
pub trait Job: Send + Sync {
    /// Its name, `slice.verb`; what is stored, so it is never changed.
    fn name(&self) -> &'static str;

    /// Does the work, on a thread that may wait. What it gives is kept as the job's result.
    ///
    /// # Errors
    /// `Later` if it may succeed another time, `Never` if not. [`Run::checkpoint`] says when to stop half-way.
    fn run(&self, app: &App, run: &mut Run) -> Result<Value, Again>;

    /// How often it is begun before it is given up.
    fn attempts_max(&self) -> u32 {
        8
    }
}

/// How a job failed.
#[derive(Debug)]
pub enum Again {
    /// It may succeed another time.
    Later(anyhow::Error),
    /// It never will.
    Never(anyhow::Error),
}

/// Contention and accidents may pass; everything else is as wrong the next time.
impl From<Failure> for Again {
    fn from(failure: Failure) -> Again {
        if failure.may_pass() { Again::Later(failure.into()) } else { Again::Never(failure.into()) }
    }
}

impl From<anyhow::Error> for Again {
    fn from(error: anyhow::Error) -> Again {
        Again::from(Failure::from(error))
    }
}

/// The kinds of jobs that a program knows. Cheap to clone.
#[derive(Clone)]
pub struct Registry {
    jobs: Arc<[Arc<dyn Job>]>,
    parallel: usize,
}

/// Jobs that one process runs at once unless it is told otherwise.
const PARALLEL: usize = 2;

impl Registry {
    /// A registry of these kinds.
    pub fn new(jobs: Vec<Arc<dyn Job>>) -> Registry {
        Registry { jobs: jobs.into(), parallel: PARALLEL }
    }

    /// The same with another number of jobs that run at once; at least one.
    #[must_use]
    pub fn parallel(self, parallel: usize) -> Registry {
        Registry { parallel: parallel.max(1), ..self }
    }

    fn find(&self, name: &str) -> Option<Arc<dyn Job>> {
        self.jobs.iter().find(|job| job.name() == name).cloned()
    }
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Waits for its time, or for its next attempt.
    Waiting,
    /// Somebody has it in hand, or had and was killed.
    Running,
    /// Succeeded.
    Done,
    /// Failed too often or for good.
    Dead,
    /// Given up on request.
    Cancelled,
}

/// A job as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct JobRow {
    /// Its id.
    pub id: i64,
    /// Its kind.
    pub name: String,
    /// What it was enqueued with.
    pub payload: Value,
    /// Where it stands.
    pub state: State,
    /// How often it was begun.
    pub attempts: u32,
    /// When it is due, or was.
    pub run_at: Moment,
    /// What it last said about how far it is.
    pub progress: Option<Value>,
    /// What it gave when it succeeded.
    pub result: Option<Value>,
    /// What its last failure said.
    pub last_error: Option<String>,
    /// Since when it is done, dead or cancelled.
    pub done_at: Option<Moment>,
    /// When somebody asked for it to stop.
    pub cancel_asked_at: Option<Moment>,
}

/// Enqueues a job, to be run from that moment on once this transaction is committed. While an unfinished job of that
/// name has the same unique key, that one's id is given and nothing is added.
///
/// # Errors
/// As [`Tx::row`].
pub fn enqueue(
    tx: &mut Tx,
    name: &str,
    unique_key: Option<&str>,
    payload: &Value,
    run_at: Moment,
) -> Result<i64, Failure> {
    let id = tx.ids(1)?;
    enqueue_as(tx, id, name, unique_key, payload, run_at)
}

/// The same under an id that nothing has: for a transaction that says itself where ids go on, and so can't ask for one.
///
/// # Errors
/// As [`Tx::row`].
pub fn enqueue_as(
    tx: &mut Tx,
    id: i64,
    name: &str,
    unique_key: Option<&str>,
    payload: &Value,
    run_at: Moment,
) -> Result<i64, Failure> {
    let id = store::insert(tx, id, name, unique_key, payload, run_at)?;
    tx.wake_workers();
    Ok(id)
}

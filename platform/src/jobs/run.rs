//! A job in hand: what it can ask and say while it runs.
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::Again;
use super::store::{self, Claimed};
use crate::{App, Failure, Tx};

/// Progress is written down at most this often; the last is never lost.
const PROGRESS_EVERY: Duration = Duration::from_millis(300);

/// Why a job is to stop, set by whoever watches over it.
#[derive(Debug, Default)]
pub(super) struct Flags {
    pub(super) cancelled: AtomicBool,
    pub(super) lost: AtomicBool,
    pub(super) stopping: AtomicBool,
}

/// What a job returns through when it stops at a checkpoint; no failure.
#[derive(Debug)]
pub(super) struct Interrupted;

impl std::fmt::Display for Interrupted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("stopped at a checkpoint")
    }
}

impl std::error::Error for Interrupted {}

/// Who hears of progress.
pub(super) type Watch<'a> = Box<dyn FnMut(&Value) + 'a>;

/// A job in hand.
pub struct Run<'a> {
    claimed: Claimed,
    ticket: Ticket,
    flags: Arc<Flags>,
    app: App,
    said: Option<Value>,
    written: Instant,
    watch: Option<Watch<'a>>,
}

/// Proof that a job is in hand, to be shown in the transactions in which it writes. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Ticket {
    id: i64,
    holder: Arc<str>,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        app: &App,
        claimed: Claimed,
        holder: &str,
        flags: Arc<Flags>,
        watch: Option<Watch<'a>>,
    ) -> Run<'a> {
        let ticket = Ticket { id: claimed.id, holder: holder.into() };
        Run { claimed, ticket, flags, app: app.clone(), said: None, written: Instant::now(), watch }
    }

    /// The job's id.
    pub fn id(&self) -> i64 {
        self.claimed.id
    }

    /// What it was enqueued with.
    pub fn payload(&self) -> &Value {
        &self.claimed.payload
    }

    /// Which attempt this is, from 1.
    pub fn attempt(&self) -> u32 {
        self.claimed.attempts
    }

    /// What an earlier attempt last said about how far it was, if there was one: where to go on.
    pub fn earlier_progress(&self) -> Option<&Value> {
        self.claimed.progress.as_ref()
    }

    /// Says how far it is. Cheap: written down now and then, and at the end.
    pub fn progress(&mut self, progress: Value) {
        if let Some(watch) = &mut self.watch {
            watch(&progress);
        }
        if self.written.elapsed() >= PROGRESS_EVERY {
            self.written = Instant::now();
            let (ticket, words) = (self.ticket.clone(), progress.clone());
            let written = self.app.db.write_blocking(move |tx| {
                store::save_progress(tx, ticket.id, &ticket.holder, &words)
            });
            if let Err(failure) = written {
                tracing::warn!(job = self.claimed.id, %failure, "progress was not written down");
            }
        }
        self.said = Some(progress);
    }

    /// Whether somebody asked for it to stop for good, or another has taken it.
    pub fn cancelled(&self) -> bool {
        self.flags.cancelled.load(Ordering::Relaxed) || self.flags.lost.load(Ordering::Relaxed)
    }

    /// Whether the program is about to stop: the job will be taken up again.
    pub fn stopping(&self) -> bool {
        self.flags.stopping.load(Ordering::Relaxed)
    }

    /// To be called with `?` between two steps: goes on, or leaves the job where it is.
    ///
    /// # Errors
    /// If it is to stop, in a way that is not counted as a failure.
    pub fn checkpoint(&self) -> Result<(), Again> {
        if self.cancelled() || self.stopping() {
            return Err(Again::Later(Interrupted.into()));
        }
        Ok(())
    }

    /// Proof for transactions that this job is in hand.
    pub fn ticket(&self) -> Ticket {
        self.ticket.clone()
    }

    pub(super) fn flags(&self) -> &Flags {
        &self.flags
    }

    pub(super) fn take_said(&mut self) -> Option<Value> {
        self.said.take()
    }
}

impl Ticket {
    /// Makes sure that the job is still in hand, and keeps it so until this transaction ends.
    ///
    /// # Errors
    /// `Busy` if another has taken the job: nothing of this transaction may be kept.
    pub fn confirm(&self, tx: &mut Tx) -> Result<(), Failure> {
        if store::confirm(tx, self.id, &self.holder)? {
            Ok(())
        } else {
            Err(Failure::Busy { retry_after_s: 1 })
        }
    }

    /// Writes down how far the job is in the transaction that brought it there: then an attempt that follows goes on
    /// exactly there. Confirms, too.
    ///
    /// # Errors
    /// As [`Ticket::confirm`].
    pub fn save_progress(&self, tx: &mut Tx, progress: &Value) -> Result<(), Failure> {
        if store::save_progress(tx, self.id, &self.holder, progress)? {
            Ok(())
        } else {
            Err(Failure::Busy { retry_after_s: 1 })
        }
    }
}

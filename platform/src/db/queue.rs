//! Work that waits for a database thread, and how its answer gets back.
use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::Tx;
use crate::Failure;
use crate::metrics::Histogram;

/// Closures that may wait for one database at most; the next is told to come back.
pub const WAITING_MAX: usize = 10_000;

/// A closure that waits for its turn and keeps its result until somebody says whether it holds.
pub(crate) trait Work: Send {
    /// Runs the closure. Whether it wants what it wrote kept.
    fn run(&mut self, tx: &mut Tx) -> bool;
    /// Gives the answer; if what was written did not hold, this instead of a good result.
    fn answer(self: Box<Self>, lost: Option<Failure>);
}

/// Runs a closure and turns a panic into a failure, so that the thread lives on.
pub(crate) fn guarded<T>(
    tx: &mut Tx,
    work: impl FnOnce(&mut Tx) -> Result<T, Failure>,
) -> Result<T, Failure> {
    tx.start_closure();
    let result = catch_unwind(AssertUnwindSafe(|| work(tx))).unwrap_or_else(|panic| {
        Err(Failure::broken(format!("a closure panicked: {}", words_of(panic.as_ref()))))
    });
    match result {
        Ok(_) if tx.has_failed() => Err(Failure::broken(
            "a closure went on after a statement had failed; nothing of it is kept",
        )),
        result => result,
    }
}

/// What a panic said.
pub(crate) fn words_of(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without words")
}

/// A closure, its result, and whom to tell.
pub(crate) struct Task<F, T, R> {
    work: Option<F>,
    result: Option<Result<T, Failure>>,
    reply: R,
}

impl<F, T, R> Task<F, T, R> {
    pub(crate) fn new(work: F, reply: R) -> Box<Task<F, T, R>> {
        Box::new(Task { work: Some(work), result: None, reply })
    }
}

impl<F, T, R> Work for Task<F, T, R>
where
    F: FnOnce(&mut Tx) -> Result<T, Failure> + Send,
    T: Send,
    R: FnOnce(Result<T, Failure>) + Send,
{
    fn run(&mut self, tx: &mut Tx) -> bool {
        let Some(work) = self.work.take() else { return false };
        let result = guarded(tx, work);
        let kept = result.is_ok();
        self.result = Some(result);
        kept
    }

    fn answer(self: Box<Self>, lost: Option<Failure>) {
        let result = match (self.result, lost) {
            (Some(Err(own)), _) => Err(own),
            (Some(Ok(_)) | None, Some(lost)) => Err(lost),
            (Some(Ok(value)), None) => Ok(value),
            (None, None) => Err(stopped()),
        };
        (self.reply)(result);
    }
}

pub(crate) fn stopped() -> Failure {
    Failure::broken("the database was closed before this ran")
}

/// A line of work with an end.
pub(crate) struct Queue {
    state: Mutex<State>,
    filled: Condvar,
    waits: Arc<Histogram>,
}

#[derive(Default)]
struct State {
    line: VecDeque<(Instant, Box<dyn Work>)>,
    is_closed: bool,
}

impl Queue {
    /// A line that notes how long each piece of work stood in it.
    pub(crate) fn new(waits: &Arc<Histogram>) -> Queue {
        Queue { state: Mutex::default(), filled: Condvar::new(), waits: Arc::clone(waits) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lines up; gives the failure to answer with if there is no room or no database any more.
    pub(crate) fn push(&self, work: Box<dyn Work>) {
        let mut state = self.state();
        let refused = if state.is_closed {
            stopped()
        } else if state.line.len() >= WAITING_MAX {
            Failure::Busy { retry_after_s: 1 }
        } else {
            state.line.push_back((Instant::now(), work));
            drop(state);
            self.filled.notify_one();
            return;
        };
        drop(state);
        work.answer(Some(refused));
    }

    /// Waits for work; `None` once the line is closed and empty.
    pub(crate) fn pop(&self) -> Option<Box<dyn Work>> {
        let mut state = self.state();
        loop {
            if let Some((asked, work)) = state.line.pop_front() {
                self.waits.note_since(asked);
                return Some(work);
            }
            if state.is_closed {
                return None;
            }
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The next piece of work if one is waiting.
    pub(crate) fn try_pop(&self) -> Option<Box<dyn Work>> {
        let (asked, work) = self.state().line.pop_front()?;
        self.waits.note_since(asked);
        Some(work)
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.state().line.len()
    }

    /// Lets nothing in any more; what waits is still done.
    pub(crate) fn close(&self) {
        self.state().is_closed = true;
        self.filled.notify_all();
    }
}

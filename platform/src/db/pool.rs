//! Connections that take turns.
use std::sync::{Condvar, Mutex, PoisonError};

use super::Tx;
use super::queue::{Queue, Work, guarded};
use crate::Failure;

type Open = Box<dyn Fn() -> Result<Tx, Failure> + Send + Sync>;

/// Up to a number of connections, opened when they are first needed.
pub(crate) struct Pool {
    state: Mutex<State>,
    freed: Condvar,
    open: Open,
    most: usize,
}

struct State {
    idle: Vec<Tx>,
    opened: usize,
}

impl Pool {
    pub(crate) fn new(most: usize, open: Open) -> Pool {
        let state = State { idle: Vec::new(), opened: 0 };
        Pool { state: Mutex::new(state), freed: Condvar::new(), open, most }
    }

    /// Lends a connection; waits if all are lent.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut Tx) -> R) -> Result<R, Failure> {
        let mut tx = self.borrow()?;
        let result = work(&mut tx);
        self.state.lock().unwrap_or_else(PoisonError::into_inner).idle.push(tx);
        self.freed.notify_one();
        Ok(result)
    }

    fn borrow(&self) -> Result<Tx, Failure> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(tx) = state.idle.pop() {
                return Ok(tx);
            }
            if state.opened < self.most {
                state.opened += 1;
                drop(state);
                return (self.open)().inspect_err(|_| {
                    self.state.lock().unwrap_or_else(PoisonError::into_inner).opened -= 1;
                    self.freed.notify_one();
                });
            }
            state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Runs closures that read until the queue is closed and empty.
pub(crate) fn read_loop(pool: &Pool, queue: &Queue) {
    while let Some(mut work) = queue.pop() {
        let mut waiting = None;
        let lent = pool.with(|tx| match tx.begin_read() {
            Ok(()) => {
                work.run(tx);
                work.answer(None);
                tx.end_read();
            }
            Err(failure) => waiting = Some((work, failure)),
        });
        if let Some((work, failure)) = waiting {
            work.answer(Some(failure));
        }
        if let Err(failure) = lent {
            tracing::error!(%failure, "no connection for reading");
        }
    }
}

/// Runs closures that write, each in its own transaction, until the queue is closed and empty.
pub(crate) fn write_loop(pool: &Pool, queue: &Queue) {
    while let Some(work) = queue.pop() {
        if let Err(failure) = pool.with(|tx| write_queued(tx, work)) {
            tracing::error!(%failure, "no connection for writing");
        }
    }
}

fn write_queued(tx: &mut Tx, mut work: Box<dyn Work>) {
    if let Err(failure) = tx.begin_write() {
        work.answer(Some(failure));
        return;
    }
    if work.run(tx) {
        let committed = tx.commit().inspect_err(|_| tx.rollback());
        work.answer(committed.err());
    } else {
        tx.rollback();
        work.answer(None);
    }
}

/// Runs one closure in a transaction on this thread.
pub(crate) fn write_one<T>(
    tx: &mut Tx,
    work: impl FnOnce(&mut Tx) -> Result<T, Failure>,
) -> Result<T, Failure> {
    tx.begin_write()?;
    let result = guarded(tx, work);
    match result {
        Ok(value) => match tx.commit() {
            Ok(()) => Ok(value),
            Err(failure) => {
                tx.rollback();
                Err(failure)
            }
        },
        Err(failure) => {
            tx.rollback();
            Err(failure)
        }
    }
}

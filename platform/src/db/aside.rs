//! What is written although a closure is undone: that somebody asked for what they were refused.
use std::sync::{Arc, Mutex, PoisonError};

use super::Tx;
use super::queue::Queue;
use crate::Failure;

/// Something that is written if the closure that said so is undone.
pub(crate) type Aside = Box<dyn FnOnce(&mut Tx) -> Result<(), Failure> + Send>;

/// What closures leave behind that were undone.
#[derive(Clone, Default)]
pub(super) struct Left(Arc<Mutex<Vec<Aside>>>);

impl Left {
    /// The closure, which leaves here what is to be written if it is undone.
    pub(super) fn by<T, F>(&self, work: F) -> impl FnOnce(&mut Tx) -> Result<T, Failure> + use<T, F>
    where
        F: FnOnce(&mut Tx) -> Result<T, Failure>,
    {
        let left = self.clone();
        move |tx| {
            let done = work(tx);
            if done.is_err() {
                left.0.lock().unwrap_or_else(PoisonError::into_inner).extend(tx.take_asides());
            }
            done
        }
    }

    /// Writes what was left, in a transaction of its own; whoever was refused waits for it.
    pub(super) async fn write(self, queue: &Queue) {
        if let Some(work) = self.work() {
            warn(super::answer(queue, work).await);
        }
    }

    pub(super) fn write_blocking(self, write: impl FnOnce(Work) -> Result<(), Failure>) {
        if let Some(work) = self.work() {
            warn(write(work));
        }
    }

    fn work(&self) -> Option<Work> {
        let left = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let all = |left: Vec<Aside>| -> Work {
            Box::new(move |tx| left.into_iter().try_for_each(|aside| aside(tx)))
        };
        (!left.is_empty()).then(|| all(left))
    }
}

/// All of it.
type Work = Aside;

fn warn(written: Result<(), Failure>) {
    if let Err(failure) = written {
        tracing::warn!(%failure, "that something was refused could not be noted");
    }
}

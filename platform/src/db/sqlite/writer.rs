//! The one writer of an SQLite file: closures that wait are committed as one group, and only then acknowledged.
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::Failure;
use crate::db::Tx;
use crate::db::queue::{Queue, Work};

/// Closures in one group at most.
const GROUP_MAX: usize = 256;
/// No further closure joins a group that is older.
const GROUP_MS: u64 = 20;

/// Runs until the queue is closed and empty.
pub(crate) fn write_loop(mut tx: Tx, queue: &Arc<Queue>) {
    while let Some(first) = queue.pop() {
        write_group(&mut tx, first, queue);
    }
}

/// Runs closures in one transaction. The first that succeeds needs no savepoint, for there is nothing beside it that
/// could be lost; each later one has its own, so that its failure undoes it alone.
fn write_group(tx: &mut Tx, first: Box<dyn Work>, queue: &Queue) {
    if let Err(failure) = tx.begin_write() {
        first.answer(Some(failure));
        return;
    }
    let started = Instant::now();
    let mut group = Vec::new();
    let mut kept = 0;
    let mut next = Some(first);
    let mut lost = None;
    while let Some(mut work) = next.take() {
        let outcome = run_one(tx, work.as_mut(), kept > 0);
        group.push(work);
        match outcome {
            Ok(true) => kept += 1,
            Ok(false) => {}
            Err(failure) => {
                lost = Some(failure);
                break;
            }
        }
        if group.len() < GROUP_MAX && started.elapsed() < Duration::from_millis(GROUP_MS) {
            next = queue.try_pop();
        }
    }
    let committed = match lost {
        Some(failure) => Err(failure),
        None => tx.commit(),
    };
    tx.figures().groups.note(u64::try_from(group.len()).unwrap_or(u64::MAX));
    if let Err(failure) = &committed {
        tx.figures().groups_lost.fetch_add(1, Ordering::Relaxed);
        tracing::error!(%failure, closures = group.len(), "a group of writes was lost");
        tx.rollback();
    }
    for work in group {
        let lost = committed.as_ref().err().map(|failure| match failure {
            Failure::Busy { retry_after_s } => Failure::Busy { retry_after_s: *retry_after_s },
            other => Failure::broken(format!("what was written could not be committed: {other}")),
        });
        work.answer(lost);
    }
}

/// Whether the closure's work is kept; an error if the whole transaction is gone.
fn run_one(tx: &mut Tx, work: &mut dyn Work, has_neighbours: bool) -> Result<bool, Failure> {
    if has_neighbours {
        session(tx)?.save()?;
    }
    let kept = work.run(tx);
    let session = session(tx)?;
    if session.is_lost() {
        return Err(Failure::broken("SQLite gave up the transaction"));
    }
    match (kept, has_neighbours) {
        (true, true) => session.release()?,
        (false, true) => {
            session.back_to_save()?;
            tx.unsay();
        }
        (true, false) => {}
        (false, false) => {
            tx.rollback();
            tx.begin_write()?;
        }
    }
    Ok(kept)
}

fn session(tx: &mut Tx) -> Result<&mut super::Session, Failure> {
    tx.sqlite().ok_or_else(|| Failure::broken("this writer is SQLite's"))
}

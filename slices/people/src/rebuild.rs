//! `rebuild`: rows of people and companies, and what is found by their names and texts, made again from their histories.
//!
//! **Promise:** a workspace that arrived from elsewhere has the rows that it left with.
//! **Never:** touches what names somebody outside: keys are ground, and arrive as they were.

use std::sync::Arc;

use journal::{Changed, Recorded, SubjectId};
use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;

use crate::{project, search, store};

/// A slice that keeps something about people and companies that is made of more than their histories; a part of the
/// app, as [`Rebuilding`].
pub trait Rebuilds: Send + Sync {
    /// Makes it again for these subjects, whose rows are there. May be called twice.
    ///
    /// # Errors
    /// Any failure undoes the step.
    fn rebuild(&self, tx: &mut Tx, subjects: &[SubjectId]) -> Result<(), Failure>;
}

/// Everybody who rebuilds, in the order in which the server wired them.
pub struct Rebuilding(pub Vec<Arc<dyn Rebuilds>>);

/// Makes the next subjects again, `limit` of them after `after`; gives them. May run twice.
///
/// # Errors
/// `Broken` when the database or what is written there can't be read.
pub fn rebuild(
    tx: &mut Tx,
    after: SubjectId,
    limit: i64,
    now: Moment,
) -> Result<Vec<SubjectId>, Failure> {
    let subjects = journal::subjects_after(tx, after, limit)?;
    if subjects.is_empty() {
        return Ok(subjects);
    }
    tx.lock("subject", &subjects)?;
    // What an earlier run, or somebody who recorded something meanwhile, made findable.
    let mut there: Vec<SubjectId> = store::people(tx, &subjects)?.into_keys().collect();
    there.extend(store::companies(tx, &subjects)?.into_keys());
    for subject in there {
        search::forget(tx, subject)?;
    }
    let changed = journal::histories(tx, &subjects)?
        .into_iter()
        .map(|(subject, history)| Changed {
            subject,
            is_new: true,
            fresh: (0..history.len()).collect(),
            history,
        })
        .collect();
    project::again(
        tx,
        &Recorded { now, changed, inserted: Vec::new(), known: Vec::new(), actor: None },
    )?;
    if let Some(rebuilding) = tx.find_part::<Rebuilding>() {
        for part in &rebuilding.0 {
            part.rebuild(tx, &subjects)?;
        }
    }
    Ok(subjects)
}

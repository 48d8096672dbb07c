//! `redact`: a value that names somebody who is erased is taken out of what is recorded of others.
//!
//! This is the one way in which what was recorded changes. When it happened, of which kind it was, and everything else
//! that it says stays; what is derived from it follows in the same transaction.

use std::collections::BTreeMap;

use moment::Moment;
use platform::args;
use platform::db::{Sql, Tx, sql};
use platform::failure::Failure;

use crate::record::{Changed, Recorded, project};
use crate::{SubjectId, store};

const SAID: Sql = sql(
    "select subject_id, occurred_at, id, properties from activity where properties is not null",
);
const ONE: Sql = sql("select properties from activity
     where subject_id = $1 and occurred_at = $2 and id = $3 and properties is not null");
const CHANGE: Sql = sql("update activity set properties = $4
     where subject_id = $1 and occurred_at = $2 and id = $3");

pub(crate) const ALL: &[Sql] = &[SAID, ONE, CHANGE];

/// Where something is recorded: of whom, when it happened, and its id.
pub type Place = (SubjectId, Moment, i64);

/// Hands over whatever the properties and facts of the whole log say, as it is stored.
///
/// # Errors
/// `Broken` when the database fails.
pub fn each(tx: &mut Tx, mut with: impl FnMut(Place, &str)) -> Result<(), Failure> {
    tx.each(SAID, args![], |row| {
        with((row.int(0), row.moment(1), row.int(2)), row.text(3));
        Ok(())
    })
}

/// Writes what is recorded at these places anew, as `redacted` gives it, and brings every projection up to date; gives
/// how many were changed. What `redacted` gives nothing for stays.
///
/// # Errors
/// `Broken` when the database fails, or when what was written can't be read any more; whatever a projection refuses.
pub fn redact(
    tx: &mut Tx,
    places: &[Place],
    redacted: &dyn Fn(&str) -> Option<String>,
    now: Moment,
) -> Result<u64, Failure> {
    let mut changed: BTreeMap<SubjectId, Vec<(Moment, i64)>> = BTreeMap::new();
    let mut count = 0;
    for &(subject, at, id) in places {
        let Some(row) = tx.row(ONE, args![subject, at, id])? else { continue };
        let Some(text) = redacted(row.text(0)) else { continue };
        count += tx.execute(CHANGE, args![subject, at, id, text])?;
        changed.entry(subject).or_default().push((at, id));
    }
    let subjects: Vec<SubjectId> = changed.keys().copied().collect();
    let histories = store::histories(tx, &subjects)?;
    let changed = histories
        .into_iter()
        .map(|(subject, history)| {
            let places = changed.remove(&subject).unwrap_or_default();
            let fresh = history
                .iter()
                .enumerate()
                .filter(|(_, entry)| places.contains(&(entry.occurred_at, entry.id)))
                .map(|(place, _)| place)
                .collect();
            Changed { subject, is_new: false, history, fresh }
        })
        .collect();
    project(tx, &Recorded { now, changed, inserted: Vec::new(), known: Vec::new(), actor: None })?;
    Ok(count)
}

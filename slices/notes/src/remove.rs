//! `remove`, `restore`: a note goes, and for a day it can be brought back.

use moment::{Moment, Span};
use platform::db::Tx;
use platform::failure::Failure;
use platform::jobs;
use serde_json::json;
use team::{Right, User};

use crate::note::{may_edit, may_remove};
use crate::{NoteId, read, store, tell, tidy, write};

/// How long a note that was removed can be brought back.
pub const KEPT_FOR: Span = Span::days(1);

/// Removes a note; gives about whom it was.
///
/// # Errors
/// `Missing` for whoever does not read it; `Forbidden` for all but its author and whoever manages the team.
pub fn remove(tx: &mut Tx, who: &User, id: NoteId, now: Moment) -> Result<i64, Failure> {
    who.may(Right::EditPeople)?;
    let row = read::row(tx, who, id)?;
    if row.removed_at.is_some() {
        return Err(read::missing(tx, id));
    }
    if !may_remove(who, &row) {
        return Err(Failure::Forbidden);
    }
    tx.lock("subject", &[row.subject])?;
    if !store::remove(tx, id, who.actor(), now)? {
        return Err(read::missing(tx, id));
    }
    // Nobody finds it any more; its own words are kept until it is gone for good.
    people::search::note(tx, row.subject, id, "", None, row.written_at)?;
    jobs::enqueue(tx, tidy::DROP_REMOVED, None, &json!({}), now + KEPT_FOR)?;
    write::noted(tx, who, "note.removed", &row, now)?;
    tell::removed(tx, who, &row)?;
    Ok(row.subject)
}

/// Brings a note back that was removed; gives about whom it is.
///
/// # Errors
/// `Missing` for whoever does not read it, and once it is gone for good; `Forbidden` for all but its author and
/// whoever removed it.
pub fn restore(tx: &mut Tx, who: &User, id: NoteId, now: Moment) -> Result<i64, Failure> {
    who.may(Right::EditPeople)?;
    let row = read::row(tx, who, id)?;
    if !(may_edit(who, &row) || row.removed_by == who.actor()) {
        return Err(Failure::Forbidden);
    }
    tx.lock("subject", &[row.subject])?;
    if !store::restore(tx, id)? {
        return Err(read::missing(tx, id));
    }
    let mentions = store::mentions(tx, &[id])?.remove(&id).unwrap_or_default();
    write::settle(tx, &row, &mentions)?;
    write::noted(tx, who, "note.restored", &row, now)?;
    tell::changed_row(tx, who, &row);
    Ok(row.subject)
}

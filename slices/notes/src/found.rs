//! What a search is told of notes.

use platform::db::Tx;
use platform::failure::Failure;
use team::User;

use crate::{NoteId, read};

/// Gives the texts of notes to whoever may read them.
pub struct FoundNotes;

impl people::search::Notes for FoundNotes {
    fn text(&self, tx: &mut Tx, who: &User, note: NoteId) -> Result<Option<String>, Failure> {
        match read::row(tx, who, note) {
            Ok(row) => Ok(Some(row.text).filter(|_| row.removed_at.is_none())),
            Err(Failure::Missing { .. }) => Ok(None),
            Err(other) => Err(other),
        }
    }
}

//! What becomes of notes when somebody is erased: they go, with their files, whoever wrote them and for whom.

use moment::Moment;
use people::PersonId;
use people::erase::{Forgets, Forgot};
use platform::db::Tx;
use platform::failure::Failure;

use crate::{file, store};

/// Forgets the notes about somebody. Mentions, followers and notifications go by their columns.
pub struct NotesForget;

impl Forgets for NotesForget {
    fn forget(&self, tx: &mut Tx, person: PersonId, _now: Moment) -> Result<Forgot, Failure> {
        let files = file::drop_of_subject(tx, person)?;
        let notes = store::all_of_subject(tx, person)?;
        let rows = store::drop_notes(tx, &notes)?;
        Ok(Forgot { rows: rows + u64::try_from(files.len()).unwrap_or(0), files })
    }

    fn files(&self, tx: &mut Tx) -> Result<Vec<String>, Failure> {
        file::names(tx)
    }
}

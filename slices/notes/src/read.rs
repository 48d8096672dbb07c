//! Reading notes: those about a record that whoever asks may read, and one of them.

use std::collections::HashMap;

use platform::db::Tx;
use platform::failure::Failure;
use team::{Right, User};

use crate::note::{NoteView, Reader, may_edit, may_remove};
use crate::store::{self, NoteRow};
use crate::{NOTE, NoteId, file};

/// Notes of one record that are read at once, at most; the newest.
pub const NOTES_MAX: usize = 500;

/// How the operator is called, who is no user.
const OPERATOR: &str = "The operator";

/// The notes about a person or a company that the user reads, the newest first.
///
/// # Errors
/// `Forbidden` without the right to read people; `Missing` if nobody is meant whom the user sees.
pub fn list(tx: &mut Tx, who: &User, which: &str) -> Result<(i64, Vec<NoteView>), Failure> {
    who.may(Right::ReadPeople)?;
    let subject = people::edit::subject(tx, who, which)?;
    Ok((subject, of_subject(tx, who, subject)?))
}

/// The same of whom the user is known to see.
pub(crate) fn of_subject(tx: &mut Tx, who: &User, subject: i64) -> Result<Vec<NoteView>, Failure> {
    let rows = store::of_subject(tx, subject)?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let reader = Reader::of(tx, who)?;
    let rows = rows.into_iter().filter(|row| reader.reads(row)).collect();
    views(tx, who, rows)
}

/// A note that the user reads.
///
/// # Errors
/// `Forbidden` without the right to read people; `Missing`.
pub fn load(tx: &mut Tx, who: &User, id: NoteId) -> Result<NoteView, Failure> {
    let row = row(tx, who, id)?;
    let missing = missing(tx, id);
    if row.removed_at.is_some() {
        return Err(missing);
    }
    views(tx, who, vec![row])?.pop().ok_or(missing)
}

/// A note's row, be it removed, if the user reads it.
pub(crate) fn row(tx: &mut Tx, who: &User, id: NoteId) -> Result<NoteRow, Failure> {
    who.may(Right::ReadPeople)?;
    let missing = missing(tx, id);
    let Some(row) = store::find(tx, id)? else { return Err(missing) };
    let is_seen = people::sight::sees(tx, who, row.subject)?;
    if is_seen && Reader::of(tx, who)?.reads(&row) { Ok(row) } else { Err(missing) }
}

pub(crate) fn missing(tx: &Tx, id: NoteId) -> Failure {
    Failure::missing("note", tx.public_ids().encode(NOTE, id))
}

fn views(tx: &mut Tx, who: &User, rows: Vec<NoteRow>) -> Result<Vec<NoteView>, Failure> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let mut authors: Vec<i64> = rows.iter().filter_map(|row| row.author).collect();
    authors.sort_unstable();
    authors.dedup();
    let names: HashMap<i64, String> = team::names(tx, &authors)?.into_iter().collect();
    let mut mentions = store::mentions(tx, &ids)?;
    let mut files = file::of_notes(tx, &ids)?;
    let view = |row: NoteRow| NoteView {
        author_name: match row.author {
            Some(author) => names.get(&author).cloned().unwrap_or_default(),
            None => OPERATOR.to_owned(),
        },
        mentions: mentions.remove(&row.id).unwrap_or_default(),
        files: files.remove(&row.id).unwrap_or_default(),
        may_edit: may_edit(who, &row),
        may_remove: may_remove(who, &row),
        id: row.id,
        subject: row.subject,
        author: row.author,
        audience: row.audience,
        text: row.text,
        written_at: row.written_at,
        edited_at: row.edited_at,
        revision: row.revision,
        entry: row.entry,
    };
    Ok(rows.into_iter().map(view).collect())
}

//! `write`, `edit`: a note, and what changes of it.

use std::collections::BTreeSet;

use funnel::history::{Activity, Entry, What};
use journal::{Batch, NewEntry, Repeats};
use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
use serde_json::json;
use team::{Right, User, audit};

use crate::file::{self, NewFile};
use crate::note::{Audience, Mentioned, NoteView, may_edit, tidied};
use crate::store::{self, NoteRow};
use crate::{NOTE, NoteId, follow, mention, read, tell};

/// The activity that tells of a note, and the property of it that names the note.
pub const WRITTEN: &str = "note.written";
/// The property.
pub const PROPERTY: &str = "note";

/// What is to be written.
#[derive(Clone, Debug, Default)]
pub struct NewNote {
    /// What it says.
    pub text: String,
    /// Who is to read it.
    pub audience: Audience,
    /// What is to hang on it.
    pub files: Vec<NewFile>,
}

/// What is to be changed of a note; nothing else is.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// What it is to say.
    pub text: Option<String>,
    /// Who is to read it.
    pub audience: Option<Audience>,
    /// What is to hang on it beside what does.
    pub files: Vec<NewFile>,
}

/// Writes a note about a person or a company. One that everybody may read is an activity, too; whoever is named in it is
/// told, and so is whoever follows the record.
///
/// # Errors
/// `Forbidden` without the right to edit people; `Missing` if nobody is meant whom the user sees; `Invalid` for a text
/// that is none or too long; `Refused` with `ambiguous_mention`, `cannot_see`, or `too_many_files`.
pub fn write(
    tx: &mut Tx,
    who: &User,
    which: &str,
    new: &NewNote,
    now: Moment,
) -> Result<NoteView, Failure> {
    who.may(Right::EditPeople)?;
    let subject = people::edit::subject(tx, who, which)?;
    let text = tidied(&new.text)?;
    not_alone_as_nobody(who, new.audience)?;
    let mentions = mention::allowed(tx, who, subject, new.audience, &text)?;
    tx.lock("subject", &[subject])?;
    let mut row = NoteRow {
        id: tx.ids(1)?,
        subject,
        author: who.actor(),
        audience: new.audience,
        text,
        written_at: now,
        edited_at: None,
        revision: 0,
        entry: None,
        removed_at: None,
        removed_by: None,
    };
    share(tx, who, &mut row, now)?;
    store::add(tx, &row)?;
    file::hang(tx, (row.id, subject), &new.files, now)?;
    settle(tx, &row, &mentions)?;
    if let Some(me) = who.actor() {
        follow::add(tx, subject, me, now)?;
    }
    noted(tx, who, "note.written", &row, now)?;
    let told: BTreeSet<i64> = mentions.iter().map(|one| one.user).collect();
    tell::written(tx, who, &row, &told, now)?;
    read::load(tx, who, row.id)
}

/// Changes a note of one's own.
///
/// # Errors
/// `Forbidden` for all but the author; `Missing` for whoever does not read it; `Refused` with `changed_since` if it is
/// not as it was read; and as [`write`].
pub fn edit(
    tx: &mut Tx,
    who: &User,
    id: NoteId,
    change: &Change,
    read_at: Option<i64>,
    now: Moment,
) -> Result<NoteView, Failure> {
    who.may(Right::EditPeople)?;
    let mut row = read::row(tx, who, id)?;
    if row.removed_at.is_some() {
        return Err(read::missing(tx, id));
    }
    if !may_edit(who, &row) {
        return Err(Failure::Forbidden);
    }
    if read_at.is_some_and(|revision| revision != row.revision) {
        return Err(changed_since());
    }
    let before: BTreeSet<i64> = store::mentions(tx, &[id])?
        .remove(&id)
        .unwrap_or_default()
        .iter()
        .map(|one| one.user)
        .collect();
    let was = row.audience;
    if let Some(text) = &change.text {
        row.text = tidied(text)?;
    }
    row.audience = change.audience.unwrap_or(was);
    not_alone_as_nobody(who, row.audience)?;
    let mentions = mention::allowed(tx, who, row.subject, row.audience, &row.text)?;
    tx.lock("subject", &[row.subject])?;
    share(tx, who, &mut row, now)?;
    if !store::change(tx, &row, now)? {
        return Err(changed_since());
    }
    file::hang(tx, (row.id, row.subject), &change.files, now)?;
    settle(tx, &row, &mentions)?;
    if was == Audience::Everybody || row.audience == Audience::Everybody {
        noted(
            tx,
            who,
            "note.edited",
            &NoteRow { audience: Audience::Everybody, ..row.clone() },
            now,
        )?;
    }
    // Whoever was named before knows already, unless the note was not for them yet.
    let new = |user: &i64| !before.contains(user);
    let told: BTreeSet<i64> = mentions.iter().map(|one| one.user).filter(new).collect();
    if was == row.audience {
        tell::edited(tx, who, &row, &told, now)?;
    } else {
        tell::written(tx, who, &row, &told, now)?;
    }
    read::load(tx, who, id)
}

fn changed_since() -> Failure {
    let words = "The note has been changed since you opened it: look at it again, and change that.";
    Failure::refused("changed_since", words)
}

/// The operator is no user, and so has neither a team nor an account in which to read a note.
fn not_alone_as_nobody(who: &User, audience: Audience) -> Result<(), Failure> {
    if who.actor().is_some() || audience == Audience::Everybody {
        return Ok(());
    }
    let words = "the operator is no user, and so has no team and no notes alone: say everybody";
    Err(Failure::invalid("audience", words))
}

/// Records the activity of a note that everybody reads, once.
fn share(tx: &mut Tx, who: &User, row: &mut NoteRow, now: Moment) -> Result<(), Failure> {
    if row.audience != Audience::Everybody || row.entry.is_some() {
        return Ok(());
    }
    let id = tx.ids(1)?;
    let mut activity = Activity::usual(WRITTEN);
    let named = tx.public_ids().encode(NOTE, row.id);
    activity.properties.push((PROPERTY.into(), named.into()));
    let what = What::Activity(activity);
    let new = NewEntry {
        subject: row.subject,
        entry: Entry { id, occurred_at: now, recorded_at: now, what },
        is_dated: true,
        source: Some(who.mouth.as_str().into()),
        actor: who.actor(),
    };
    let batch =
        Batch { now, entries: vec![new], new_subjects: BTreeSet::new(), repeats: Repeats::Keep };
    journal::record(tx, batch)?;
    row.entry = Some(id);
    Ok(())
}

/// Who is named in it, and by which words it is found.
pub(crate) fn settle(tx: &mut Tx, row: &NoteRow, mentions: &[Mentioned]) -> Result<(), Failure> {
    store::mention(tx, row.id, row.subject, mentions)?;
    let reader = match row.audience {
        Audience::Author => row.author,
        // Whoever is not of the team is not given the text: see `FoundNotes`.
        Audience::Everybody | Audience::Team => None,
    };
    people::search::note(tx, row.subject, row.id, &row.text, reader, row.written_at)
}

/// Notes in the audit log what was done to a note that everybody reads; of others nobody is to learn.
pub(crate) fn noted(
    tx: &mut Tx,
    who: &User,
    what: &str,
    row: &NoteRow,
    now: Moment,
) -> Result<(), Failure> {
    if row.audience != Audience::Everybody {
        return Ok(());
    }
    let about = people::edit::public_id(tx, row.subject);
    audit::note(tx, who, what, (NOTE, row.id), json!({ "about": about }), now)
}

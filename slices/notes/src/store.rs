//! Statements about notes and mentions: values in, rows out, no rules.

use std::collections::HashMap;

use moment::Moment;
use platform::args;
use platform::db::{Arg, Row, Sql, Tx, sql};
use platform::failure::Failure;

use crate::note::{Audience, Mentioned};

/// The columns of a note, for [`row_of`].
macro_rules! of_note {
    () => {
        "id, subject_id, author_id, audience, words, written_at, edited_at, revision, entry_id, removed_at, removed_by"
    };
}

const ADD: Sql = sql(
    "insert into note (id, subject_id, author_id, audience, words, written_at, revision, entry_id)
     values ($1, $2, $3, $4, $5, $6, 0, $7)",
);
/// Touches nothing if somebody has changed it since.
const CHANGE: Sql = sql(
    "update note set audience = $3, words = $4, edited_at = $5,
     revision = revision + 1, entry_id = $6 where id = $1 and revision = $2 and removed_at is null",
);
const REMOVE: Sql =
    sql("update note set removed_at = $2, removed_by = $3 where id = $1 and removed_at is null");
const RESTORE: Sql = sql("update note set removed_at = null, removed_by = null
     where id = $1 and removed_at is not null");
const ROW: Sql = sql(concat!("select ", of_note!(), " from note where id = $1"));
const OF_SUBJECT: Sql = sql(concat!(
    "select ",
    of_note!(),
    " from note where subject_id = $1 and removed_at is null
     order by written_at desc, id desc limit 500"
));
const OF_SUBJECT_ALL: Sql = sql("select id from note where subject_id = $1");
const REMOVED: Sql =
    sql("select id from note where removed_at is not null and removed_at <= $1 limit 500");
const GONE: Sql = sql("delete from note where id in ({list})");
const ADD_MENTION: Sql = sql("insert into note_mention (note_id, user_id, subject_id, said)
     values ($1, $2, $3, $4) on conflict do nothing");
const GONE_MENTIONS: Sql = sql("delete from note_mention where note_id in ({list})");
const MENTIONS: Sql =
    sql("select note_id, user_id, said from note_mention where note_id in ({list})");

pub(crate) const ALL: &[Sql] = &[
    ADD,
    CHANGE,
    REMOVE,
    RESTORE,
    ROW,
    OF_SUBJECT,
    OF_SUBJECT_ALL,
    REMOVED,
    GONE,
    ADD_MENTION,
    GONE_MENTIONS,
    MENTIONS,
];

/// A note as it is stored.
#[derive(Clone, Debug)]
pub(crate) struct NoteRow {
    pub id: i64,
    pub subject: i64,
    pub author: Option<i64>,
    pub audience: Audience,
    pub text: String,
    pub written_at: Moment,
    pub edited_at: Option<Moment>,
    pub revision: i64,
    pub entry: Option<i64>,
    pub removed_at: Option<Moment>,
    pub removed_by: Option<i64>,
}

fn row_of(row: &Row) -> Result<NoteRow, Failure> {
    Ok(NoteRow {
        id: row.int(0),
        subject: row.int(1),
        author: row.int_opt(2),
        audience: Audience::parse(row.text(3)).map_err(Failure::broken)?,
        text: row.text(4).to_owned(),
        written_at: row.moment(5),
        edited_at: row.moment_opt(6),
        revision: row.int(7),
        entry: row.int_opt(8),
        removed_at: row.moment_opt(9),
        removed_by: row.int_opt(10),
    })
}

pub(crate) fn list(ids: &[i64]) -> Vec<Arg> {
    ids.iter().map(|id| Arg::from(*id)).collect()
}

pub(crate) fn add(tx: &mut Tx, note: &NoteRow) -> Result<(), Failure> {
    let args = args![
        note.id,
        note.subject,
        note.author,
        note.audience.as_str(),
        note.text.as_str(),
        note.written_at,
        note.entry
    ];
    tx.execute(ADD, args).map(drop)
}

/// Whether it was still as it was read.
pub(crate) fn change(tx: &mut Tx, note: &NoteRow, now: Moment) -> Result<bool, Failure> {
    let args =
        args![note.id, note.revision, note.audience.as_str(), note.text.as_str(), now, note.entry];
    Ok(tx.execute(CHANGE, args)? == 1)
}

/// Whether it was there still.
pub(crate) fn remove(tx: &mut Tx, id: i64, by: Option<i64>, now: Moment) -> Result<bool, Failure> {
    Ok(tx.execute(REMOVE, args![id, now, by])? == 1)
}

/// Whether it was removed.
pub(crate) fn restore(tx: &mut Tx, id: i64) -> Result<bool, Failure> {
    Ok(tx.execute(RESTORE, args![id])? == 1)
}

pub(crate) fn find(tx: &mut Tx, id: i64) -> Result<Option<NoteRow>, Failure> {
    tx.row(ROW, args![id])?.map(|row| row_of(&row)).transpose()
}

/// The newest notes about somebody.
pub(crate) fn of_subject(tx: &mut Tx, subject: i64) -> Result<Vec<NoteRow>, Failure> {
    tx.rows(OF_SUBJECT, args![subject])?.iter().map(row_of).collect()
}

/// Every note about somebody, those that are removed too.
pub(crate) fn all_of_subject(tx: &mut Tx, subject: i64) -> Result<Vec<i64>, Failure> {
    Ok(tx.rows(OF_SUBJECT_ALL, args![subject])?.iter().map(|row| row.int(0)).collect())
}

/// Some that were removed by then.
pub(crate) fn removed(tx: &mut Tx, until: Moment) -> Result<Vec<i64>, Failure> {
    Ok(tx.rows(REMOVED, args![until])?.iter().map(|row| row.int(0)).collect())
}

/// Takes notes away for good, with who is named in them; gives how many rows went.
pub(crate) fn drop_notes(tx: &mut Tx, ids: &[i64]) -> Result<u64, Failure> {
    let mentions = tx.execute_in(GONE_MENTIONS, &[], &list(ids))?;
    Ok(mentions + tx.execute_in(GONE, &[], &list(ids))?)
}

/// Who is named in a note from now on.
pub(crate) fn mention(
    tx: &mut Tx,
    note: i64,
    subject: i64,
    mentions: &[Mentioned],
) -> Result<(), Failure> {
    tx.execute_in(GONE_MENTIONS, &[], &list(&[note]))?;
    let row = |one: &Mentioned| args![note, one.user, subject, one.said.as_str()].to_vec();
    tx.bulk(ADD_MENTION, mentions.iter().map(row).collect()).map(drop)
}

/// Who is named in each of these notes.
pub(crate) fn mentions(
    tx: &mut Tx,
    notes: &[i64],
) -> Result<HashMap<i64, Vec<Mentioned>>, Failure> {
    let mut found: HashMap<i64, Vec<Mentioned>> = HashMap::new();
    tx.each_in(MENTIONS, &[], &list(notes), |row| {
        let one = Mentioned { user: row.int(1), said: row.text(2).to_owned() };
        found.entry(row.int(0)).or_default().push(one);
        Ok(())
    })?;
    Ok(found)
}

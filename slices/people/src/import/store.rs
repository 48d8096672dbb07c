//! The statements about imports, the rows that they refused, and those that they took with a note.

use moment::Moment;
use platform::args;
use platform::db::{Row, Sql, Tx, sql};
use platform::failure::Failure;
use serde::Serialize;
use team::{Right, User};

use crate::sight::must_see_all;

const ADD: Sql = sql(
    "insert into import (id, job_id, file_name, file_key, file_hash, bytes, mapping, started_at, started_by,
        finished_at, failure, rows_done, rows_in, created, updated, unchanged, rejected, noted)
     values ($1, null, $2, $3, $4, $5, $6, $7, $8, null, null, 0, 0, 0, 0, 0, 0, 0)",
);
const SET_JOB: Sql = sql("update import set job_id = $2 where id = $1");
const LOAD: Sql = sql(
    "select id, job_id, file_name, file_key, file_hash, bytes, mapping, started_at, started_by,
        finished_at, failure, rows_done, rows_in, created, updated, unchanged, rejected, noted
     from import where id = $1",
);
const UNFINISHED: Sql = sql("select id from import where file_hash = $1 and mapping = $2
     and finished_at is null order by id desc limit 1");
const LIST: Sql = sql(
    "select id, job_id, file_name, file_key, file_hash, bytes, mapping, started_at, started_by,
        finished_at, failure, rows_done, rows_in, created, updated, unchanged, rejected, noted
     from import order by id desc limit $1",
);
const LIST_BEFORE: Sql = sql(
    "select id, job_id, file_name, file_key, file_hash, bytes, mapping, started_at, started_by,
        finished_at, failure, rows_done, rows_in, created, updated, unchanged, rejected, noted
     from import where id < $1 and ($2 = 0 or started_by = $3) order by id desc limit $4",
);
const ADVANCE: Sql =
    sql("update import set rows_done = $3, rows_in = rows_in + $4, created = created + $5,
        updated = updated + $6, unchanged = unchanged + $7, rejected = rejected + $8, noted = noted + $9,
        failure = null
     where id = $1 and rows_done = $2 and finished_at is null");
const FINISH: Sql = sql("update import set finished_at = $2 where id = $1 and finished_at is null");
const FAIL: Sql = sql("update import set failure = $2 where id = $1");
const REJECT: Sql = sql("insert into import_rejection (import_id, row, line, reason, raw)
     values ($1, $2, $3, $4, $5) on conflict do nothing");
const REJECTED: Sql = sql("select row, line, reason, raw from import_rejection
     where import_id = $1 and row > $2 order by row limit $3");
const ADD_NOTE: Sql = sql("insert into import_note (import_id, row, line, reason, raw)
     values ($1, $2, $3, $4, $5) on conflict do nothing");
const NOTED: Sql = sql("select row, line, reason, raw from import_note
     where import_id = $1 and row > $2 order by row limit $3");
/// Several imports may have been started from one upload.
const NEEDED: Sql = sql("select 1 from import where file_key = $1 and finished_at is null limit 1");
const COPIES: Sql =
    sql("select file_key, case when finished_at is null and failure is null then 1 else 0 end
     from import order by id");

pub(crate) const ALL: &[Sql] = &[
    ADD,
    SET_JOB,
    LOAD,
    UNFINISHED,
    LIST,
    LIST_BEFORE,
    ADVANCE,
    FINISH,
    FAIL,
    REJECT,
    REJECTED,
    ADD_NOTE,
    NOTED,
    NEEDED,
    COPIES,
];

/// Whether an import that has not ended needs a copy.
pub(crate) fn is_needed(tx: &mut Tx, file_key: &str) -> Result<bool, Failure> {
    Ok(tx.row(NEEDED, args![file_key])?.is_some())
}

/// What became of the rows so far. `rows` is what stood in the file; created, updated, unchanged and rejected add up
/// to it. Those with a note are among the first three.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Rows read.
    #[serde(rename = "in")]
    pub rows: u64,
    /// Rows that brought somebody new.
    pub created: u64,
    /// Rows that brought something new about somebody known.
    pub updated: u64,
    /// Rows that said nothing new.
    pub unchanged: u64,
    /// Rows refused, each with its reason.
    pub rejected: u64,
    /// Rows taken with a note: something in them was left out, or is held and not believed. Told only if there are.
    #[serde(skip_serializing_if = "is_none")]
    pub noted: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "that is how serde asks")]
fn is_none(count: &u64) -> bool {
    *count == 0
}

impl Counts {
    /// Whether counted-in is counted-out.
    pub fn add_up(&self) -> bool {
        self.rows == self.created + self.updated + self.unchanged + self.rejected
    }

    pub(crate) fn plus(self, other: Counts) -> Counts {
        Counts {
            rows: self.rows + other.rows,
            created: self.created + other.created,
            updated: self.updated + other.updated,
            unchanged: self.unchanged + other.unchanged,
            rejected: self.rejected + other.rejected,
            noted: self.noted + other.noted,
        }
    }
}

/// An import as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportRow {
    /// Inside.
    pub id: i64,
    /// The job that runs it.
    pub job: Option<i64>,
    /// As the user calls the file.
    pub file_name: String,
    /// Under which name the program keeps it.
    pub file_key: String,
    /// What stands in it, as a SHA-256 in hexadecimal.
    pub file_hash: String,
    /// Its size.
    pub bytes: u64,
    /// The mapping's text.
    pub mapping: String,
    /// When it was started.
    pub started_at: Moment,
    /// By which user, if one did.
    pub started_by: Option<i64>,
    /// When the last row was done.
    pub finished_at: Option<Moment>,
    /// Why it stands still, in words, if it does.
    pub failure: Option<String>,
    /// Records of the file that are done: where a new run goes on.
    pub rows_done: u64,
    /// What became of the rows.
    pub counts: Counts,
}

/// A row that is told of by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exception {
    /// The how manieth record of the file, from 1.
    pub row: u64,
    /// On which line it begins, from 1.
    pub line: u64,
    /// Why, in words.
    pub reason: String,
    /// As it stood in the file, or how it began if it was too long.
    pub raw: String,
}

/// A row that was refused.
pub type Rejection = Exception;
/// A row that was taken, and what of it was left out, or is held and not believed.
pub type Note = Exception;

fn import_of(row: &Row) -> ImportRow {
    let count = |column| row.int(column).unsigned_abs();
    ImportRow {
        id: row.int(0),
        job: row.int_opt(1),
        file_name: row.text(2).to_owned(),
        file_key: row.text(3).to_owned(),
        file_hash: row.text(4).to_owned(),
        bytes: count(5),
        mapping: row.text(6).to_owned(),
        started_at: row.moment(7),
        started_by: row.int_opt(8),
        finished_at: row.moment_opt(9),
        failure: row.text_opt(10).map(str::to_owned),
        rows_done: count(11),
        counts: Counts {
            rows: count(12),
            created: count(13),
            updated: count(14),
            unchanged: count(15),
            rejected: count(16),
            noted: count(17),
        },
    }
}

/// What a new import needs to know.
pub(crate) struct NewImport<'a> {
    pub(crate) file_name: &'a str,
    pub(crate) file_key: &'a str,
    pub(crate) file_hash: &'a str,
    pub(crate) bytes: u64,
    pub(crate) mapping: &'a str,
    pub(crate) started_by: Option<i64>,
}

fn int(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

pub(crate) fn add(tx: &mut Tx, id: i64, new: &NewImport<'_>, now: Moment) -> Result<(), Failure> {
    let args = args![
        id,
        new.file_name,
        new.file_key,
        new.file_hash,
        int(new.bytes),
        new.mapping,
        now,
        new.started_by
    ];
    tx.execute(ADD, args)?;
    Ok(())
}

pub(crate) fn set_job(tx: &mut Tx, id: i64, job: i64) -> Result<(), Failure> {
    tx.execute(SET_JOB, args![id, job])?;
    Ok(())
}

/// A file that was kept for an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// The name under which it is kept.
    pub key: String,
    /// Whether the import still reads it.
    pub is_needed: bool,
}

/// Every file that was kept for an import.
///
/// # Errors
/// `Broken` when the database fails.
pub fn copies(tx: &mut Tx) -> Result<Vec<Copy>, Failure> {
    let mut found = Vec::new();
    tx.each(COPIES, args![], |row| {
        found.push(Copy { key: row.text(0).to_owned(), is_needed: row.int(1) > 0 });
        Ok(())
    })?;
    Ok(found)
}

/// The import of that id.
///
/// # Errors
/// `Missing` if there is none.
pub fn load(tx: &mut Tx, id: i64) -> Result<ImportRow, Failure> {
    tx.row(LOAD, args![id])?
        .map(|row| import_of(&row))
        .ok_or_else(|| Failure::missing("import", id))
}

pub(crate) fn unfinished(tx: &mut Tx, hash: &str, mapping: &str) -> Result<Option<i64>, Failure> {
    Ok(tx.row(UNFINISHED, args![hash, mapping])?.map(|row| row.int(0)))
}

/// The newest imports, the newest first.
///
/// # Errors
/// `Broken` when the database fails.
pub fn list(tx: &mut Tx, limit: i64) -> Result<Vec<ImportRow>, Failure> {
    Ok(tx.rows(LIST, args![limit])?.iter().map(import_of).collect())
}

/// The newest imports before one, or of all, the newest first; whoever sees a part of the people sees their own alone.
///
/// # Errors
/// `Forbidden` without the right to import.
pub fn list_before(
    tx: &mut Tx,
    who: &User,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<ImportRow>, Failure> {
    who.may(Right::ImportPeople)?;
    let is_limited = must_see_all(who).is_err();
    let args = args![before.unwrap_or(i64::MAX), is_limited, who.actor(), limit];
    Ok(tx.rows(LIST_BEFORE, args)?.iter().map(import_of).collect())
}

/// The import of that id.
///
/// # Errors
/// `Forbidden` without the right to import; `Missing` if there is none, or if it is another's and one sees but a part
/// of the people: rows that did not fit are shown as they stood.
pub fn find(tx: &mut Tx, who: &User, id: i64) -> Result<ImportRow, Failure> {
    who.may(Right::ImportPeople)?;
    let row = load(tx, id)?;
    let is_theirs = must_see_all(who).is_ok() || row.started_by == who.actor();
    if is_theirs { Ok(row) } else { Err(Failure::missing("import", id)) }
}

/// Adds what a batch came to, if nobody else did the same rows meanwhile; false if somebody did.
pub(crate) fn advance(
    tx: &mut Tx,
    id: i64,
    (from_row, to_row): (u64, u64),
    counts: &Counts,
) -> Result<bool, Failure> {
    let args = args![
        id,
        int(from_row),
        int(to_row),
        int(counts.rows),
        int(counts.created),
        int(counts.updated),
        int(counts.unchanged),
        int(counts.rejected),
        int(counts.noted)
    ];
    Ok(tx.execute(ADVANCE, args)? == 1)
}

pub(crate) fn finish(tx: &mut Tx, id: i64, now: Moment) -> Result<(), Failure> {
    tx.execute(FINISH, args![id, now])?;
    Ok(())
}

pub(crate) fn fail(tx: &mut Tx, id: i64, words: &str) -> Result<(), Failure> {
    tx.execute(FAIL, args![id, words])?;
    Ok(())
}

pub(crate) fn reject(tx: &mut Tx, id: i64, rejections: &[Rejection]) -> Result<(), Failure> {
    keep(tx, REJECT, id, rejections)
}

pub(crate) fn note(tx: &mut Tx, id: i64, notes: &[Note]) -> Result<(), Failure> {
    keep(tx, ADD_NOTE, id, notes)
}

fn keep(tx: &mut Tx, statement: Sql, id: i64, rows: &[Exception]) -> Result<(), Failure> {
    let rows = rows
        .iter()
        .map(|r| args![id, int(r.row), int(r.line), r.reason.as_str(), r.raw.as_str()])
        .collect();
    tx.bulk(statement, rows)?;
    Ok(())
}

/// The refused rows after `after`, in order, `limit` of them.
///
/// # Errors
/// `Broken` when the database fails.
pub fn rejections(tx: &mut Tx, id: i64, after: u64, limit: i64) -> Result<Vec<Rejection>, Failure> {
    kept(tx, REJECTED, id, after, limit)
}

/// The rows after `after` that were taken with a note, in order, `limit` of them.
///
/// # Errors
/// `Broken` when the database fails.
pub fn notes(tx: &mut Tx, id: i64, after: u64, limit: i64) -> Result<Vec<Note>, Failure> {
    kept(tx, NOTED, id, after, limit)
}

fn kept(
    tx: &mut Tx,
    statement: Sql,
    id: i64,
    after: u64,
    limit: i64,
) -> Result<Vec<Exception>, Failure> {
    let rows = tx.rows(statement, args![id, int(after), limit])?;
    Ok(rows
        .iter()
        .map(|row| Exception {
            row: row.int(0).unsigned_abs(),
            line: row.int(1).unsigned_abs(),
            reason: row.text(2).to_owned(),
            raw: row.text(3).to_owned(),
        })
        .collect())
}

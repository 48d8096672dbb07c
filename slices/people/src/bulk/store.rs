//! The statements about changes of many.

use moment::Moment;
use platform::args;
use platform::db::{Row, Sql, Tx, sql};
use platform::failure::Failure;

use super::apply::Done;
use super::{Chosen, Deed};
use crate::Of;

const ADD: Sql = sql("insert into bulk_change (id, deed, chosen, started_at, started_by, done_to, people, changed, unchanged, rejected)
     values ($1, $2, $3, $4, $5, 0, 0, 0, 0, 0)");
const IS_JOB: Sql = sql("update bulk_change set job_id = $2 where id = $1");
const GATHERED: Sql = sql("update bulk_change set people = $2, gathered_at = $3 where id = $1");
const COUNT: Sql = sql("update bulk_change set changed = changed + $2, unchanged = unchanged + $3,
        rejected = rejected + $4, done_to = $5 where id = $1");
const FINISHED: Sql = sql("update bulk_change set finished_at = $2 where id = $1");
const ROW: Sql = sql("select id, job_id, deed, chosen, started_at, started_by, gathered_at, finished_at, done_to, people,
        changed, unchanged, rejected from bulk_change where id = $1");

/// The statements over whom a change of people, or one of companies, is done to.
struct Whom {
    put: Sql,
    next: Sql,
    forget: Sql,
    reject: Sql,
    rejections: Sql,
}

macro_rules! whom {
    ($subject:literal, $rejection:literal) => {
        Whom {
            put: sql(concat!(
                "insert into bulk_change_",
                $subject,
                " (change_id, ",
                $subject,
                "_id) values ($1, $2) on conflict do nothing"
            )),
            next: sql(concat!(
                "select ",
                $subject,
                "_id from bulk_change_",
                $subject,
                " where change_id = $1 and ",
                $subject,
                "_id > $2 order by ",
                $subject,
                "_id limit $3"
            )),
            forget: sql(concat!("delete from bulk_change_", $subject, " where change_id = $1")),
            reject: sql(concat!(
                "insert into ",
                $rejection,
                " (change_id, ",
                $subject,
                "_id, reason) values ($1, $2, $3) on conflict do nothing"
            )),
            rejections: sql(concat!(
                "select r.",
                $subject,
                "_id, s.name, r.reason from ",
                $rejection,
                " r left join ",
                $subject,
                " s on s.id = r.",
                $subject,
                "_id where r.change_id = $1 and r.",
                $subject,
                "_id > $2 order by r.",
                $subject,
                "_id limit $3"
            )),
        }
    };
}

const PEOPLE: Whom = whom!("person", "bulk_change_rejection");
const COMPANIES: Whom = whom!("company", "bulk_change_company_rejection");

const fn whom(of: Of) -> &'static Whom {
    match of {
        Of::People => &PEOPLE,
        Of::Companies => &COMPANIES,
    }
}

pub(super) const ALL: &[Sql] = &[
    ADD,
    IS_JOB,
    GATHERED,
    COUNT,
    FINISHED,
    ROW,
    PEOPLE.put,
    PEOPLE.next,
    PEOPLE.forget,
    PEOPLE.reject,
    PEOPLE.rejections,
    COMPANIES.put,
    COMPANIES.next,
    COMPANIES.forget,
    COMPANIES.reject,
    COMPANIES.rejections,
];

/// How many came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// How many were chosen.
    pub whole: u64,
    /// To whom it made a difference.
    pub changed: u64,
    /// Of whom it was so already.
    pub unchanged: u64,
    /// To whom it could not be done.
    pub rejected: u64,
}

impl Counts {
    /// Of how many it is decided what they came to.
    pub fn done(&self) -> u64 {
        self.changed + self.unchanged + self.rejected
    }
}

/// A change, as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangeRow {
    /// Inside.
    pub id: i64,
    /// Its job, if it is one.
    pub job: Option<i64>,
    /// What is done.
    pub deed: Deed,
    /// To whom.
    pub chosen: Chosen,
    /// When it was asked for.
    pub started_at: Moment,
    /// By whom.
    pub started_by: Option<i64>,
    /// When it was settled who they are.
    pub gathered_at: Option<Moment>,
    /// When it was done.
    pub finished_at: Option<Moment>,
    /// How many came to what.
    pub counts: Counts,
    pub(super) done_to: i64,
}

/// Somebody to whom it could not be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Which person or company.
    pub subject: i64,
    /// As they are called; empty once they are gone.
    pub name: String,
    /// Why.
    pub reason: String,
}

pub(super) fn add(
    tx: &mut Tx,
    id: i64,
    deed: &Deed,
    chosen: &Chosen,
    by: Option<i64>,
    now: Moment,
) -> Result<(), Failure> {
    let (deed, chosen) = (json(deed)?, json(chosen)?);
    tx.execute(ADD, args![id, deed.as_str(), chosen.as_str(), now, by])?;
    Ok(())
}

fn json(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| Failure::Broken(error.into()))
}

fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Failure> {
    serde_json::from_str(text).map_err(|error| Failure::Broken(error.into()))
}

pub(super) fn is_job(tx: &mut Tx, id: i64, job: i64) -> Result<(), Failure> {
    tx.execute(IS_JOB, args![id, job])?;
    Ok(())
}

pub(super) fn put(tx: &mut Tx, id: i64, of: Of, some: &[i64]) -> Result<(), Failure> {
    tx.bulk(whom(of).put, some.iter().map(|subject| args![id, *subject].to_vec()).collect())?;
    Ok(())
}

pub(super) fn gathered(tx: &mut Tx, id: i64, whole: usize, now: Moment) -> Result<(), Failure> {
    let whole = i64::try_from(whole).unwrap_or(i64::MAX);
    tx.execute(GATHERED, args![id, whole, now])?;
    Ok(())
}

pub(super) fn next(
    tx: &mut Tx,
    id: i64,
    of: Of,
    after: i64,
    limit: i64,
) -> Result<Vec<i64>, Failure> {
    Ok(tx.rows(whom(of).next, args![id, after, limit])?.iter().map(|row| row.int(0)).collect())
}

/// Adds what some came to, up to the last of them.
pub(super) fn count(
    tx: &mut Tx,
    id: i64,
    of: Of,
    done: &[(i64, Done)],
    to: i64,
) -> Result<(), Failure> {
    let came_to = |is: fn(&Done) -> bool| {
        i64::try_from(done.iter().filter(|(_, done)| is(done)).count()).unwrap_or(0)
    };
    let changed = came_to(|done| matches!(done, Done::Changed));
    let unchanged = came_to(|done| matches!(done, Done::Unchanged));
    let rejected = came_to(|done| matches!(done, Done::Rejected(_)));
    tx.execute(COUNT, args![id, changed, unchanged, rejected, to])?;
    let rows = done.iter().filter_map(|(subject, done)| match done {
        Done::Rejected(reason) => Some(args![id, *subject, reason.as_str()].to_vec()),
        Done::Changed | Done::Unchanged => None,
    });
    tx.bulk(whom(of).reject, rows.collect())?;
    Ok(())
}

pub(super) fn finished(tx: &mut Tx, id: i64, of: Of, now: Moment) -> Result<(), Failure> {
    tx.execute(FINISHED, args![id, now])?;
    tx.execute(whom(of).forget, args![id])?;
    Ok(())
}

pub(super) fn row(tx: &mut Tx, id: i64) -> Result<Option<ChangeRow>, Failure> {
    tx.row(ROW, args![id])?.map(|row| row_of(&row)).transpose()
}

fn row_of(row: &Row) -> Result<ChangeRow, Failure> {
    let count = |place| row.int(place).unsigned_abs();
    Ok(ChangeRow {
        id: row.int(0),
        job: row.int_opt(1),
        deed: read(row.text(2))?,
        chosen: read(row.text(3))?,
        started_at: row.moment(4),
        started_by: row.int_opt(5),
        gathered_at: row.moment_opt(6),
        finished_at: row.moment_opt(7),
        done_to: row.int(8),
        counts: Counts {
            whole: count(9),
            changed: count(10),
            unchanged: count(11),
            rejected: count(12),
        },
    })
}

pub(super) fn rejections(
    tx: &mut Tx,
    change: &ChangeRow,
    after: i64,
    limit: i64,
) -> Result<Vec<Rejection>, Failure> {
    let rows = tx.rows(whom(change.chosen.of()).rejections, args![change.id, after, limit])?;
    let rejection = |row: &Row| Rejection {
        subject: row.int(0),
        name: row.text_opt(1).unwrap_or_default().to_owned(),
        reason: row.text(2).to_owned(),
    };
    Ok(rows.iter().map(rejection).collect())
}

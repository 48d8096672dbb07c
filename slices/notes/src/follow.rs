//! Followers: who wants to hear of a person or a company.
//!
//! Whoever writes a note, is named in one, or is given a person follows the record from then on, until they say
//! otherwise.

use moment::Moment;
use platform::args;
use platform::db::{Sql, Tx, sql};
use platform::failure::Failure;
use team::{Right, User};

use crate::store;

const FOLLOW: Sql = sql("insert into follower (subject_id, user_id, since_at) values ($1, $2, $3)
     on conflict do nothing");
const UNFOLLOW: Sql = sql("delete from follower where subject_id = $1 and user_id = $2");
const OF: Sql =
    sql("select user_id from follower where subject_id = $1 order by since_at, user_id");
const OF_MANY: Sql = sql("select subject_id, user_id from follower where subject_id in ({list})");
const ANY: Sql = sql("select 1 from follower limit 1");

pub(crate) const ALL: &[Sql] = &[FOLLOW, UNFOLLOW, OF, OF_MANY, ANY];

/// Somebody wants to hear of a record.
///
/// # Errors
/// `Forbidden` without the right to read people, and for the operator, whom nobody could tell; `Missing` if nobody is
/// meant whom the user sees.
pub fn follow(tx: &mut Tx, who: &User, which: &str, now: Moment) -> Result<i64, Failure> {
    let (subject, me) = mine(tx, who, which)?;
    add(tx, subject, me, now)?;
    Ok(subject)
}

/// Somebody does not want to hear of a record any more.
///
/// # Errors
/// As [`follow`].
pub fn unfollow(tx: &mut Tx, who: &User, which: &str) -> Result<i64, Failure> {
    let (subject, me) = mine(tx, who, which)?;
    tx.execute(UNFOLLOW, args![subject, me])?;
    Ok(subject)
}

fn mine(tx: &mut Tx, who: &User, which: &str) -> Result<(i64, i64), Failure> {
    who.may(Right::ReadPeople)?;
    let subject = people::edit::subject(tx, who, which)?;
    Ok((subject, who.actor().ok_or(Failure::Forbidden)?))
}

/// Who follows a record, by name, as somebody sees it who sees the record.
///
/// # Errors
/// `Forbidden` without the right to read people; `Missing` if nobody is meant whom the user sees.
pub fn followers(tx: &mut Tx, who: &User, which: &str) -> Result<Vec<(i64, String)>, Failure> {
    who.may(Right::ReadPeople)?;
    let subject = people::edit::subject(tx, who, which)?;
    named(tx, subject)
}

/// Who follows a record, by name.
pub(crate) fn named(tx: &mut Tx, subject: i64) -> Result<Vec<(i64, String)>, Failure> {
    let users = of(tx, subject)?;
    let mut named = team::names(tx, &users)?;
    named.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(named)
}

pub(crate) fn of(tx: &mut Tx, subject: i64) -> Result<Vec<i64>, Failure> {
    Ok(tx.rows(OF, args![subject])?.iter().map(|row| row.int(0)).collect())
}

/// Who follows any of these, as pairs of record and user.
pub(crate) fn of_many(tx: &mut Tx, subjects: &[i64]) -> Result<Vec<(i64, i64)>, Failure> {
    // Most workspaces are filled before anybody follows anybody, and an import asks this every 2,000 rows.
    if subjects.is_empty() || tx.row(ANY, args![])?.is_none() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    tx.each_in(OF_MANY, &[], &store::list(subjects), |row| {
        found.push((row.int(0), row.int(1)));
        Ok(())
    })?;
    found.sort_unstable();
    Ok(found)
}

pub(crate) fn add(tx: &mut Tx, subject: i64, user: i64, now: Moment) -> Result<(), Failure> {
    tx.execute(FOLLOW, args![subject, user, now]).map(drop)
}

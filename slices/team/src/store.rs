//! Every statement of the team: values in, rows out, no rules.

use moment::Moment;
use platform::args;
use platform::db::{Arg, Row, Sql, Tx, sql};
use platform::failure::Failure;

use crate::role::Role;
use crate::session;
use crate::user::{User, UserId};
use crate::workspace::Workspace;

const FIND_WORKSPACE: Sql = sql("select name, zone from workspace where id = 1");
/// Gives a row to the first only, also of two at once; the row is there from the first user on.
const SET_UP: Sql = sql("insert into workspace (id, name, zone, set_up_at) values (1, $1, $2, $3)
     on conflict (id) do nothing returning id");
/// Gives no row if somebody has that address already.
const CREATE_USER: Sql =
    sql("insert into team_user (id, email, email_key, name, role, password_hash, created_at)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict (email_key) do nothing returning id");
const FIND_PASSWORD: Sql =
    sql("select id, name, email, role, password_hash from team_user where email_key = $1");
const NAMES: Sql = sql("select id, name from team_user where id in ({list})");

const OPEN_SESSION: Sql =
    sql("insert into session (token_hash, user_id, created_at, last_used_at, expires_at)
     values ($1, $2, $3, $3, $4)");
const FIND_SESSION: Sql = sql("select u.id, u.name, u.email, u.role, s.last_used_at
     from session s join team_user u on u.id = s.user_id
     where s.token_hash = $1 and s.expires_at > $2 and s.last_used_at > $3");
const NOTE_USE: Sql =
    sql("update session set last_used_at = $2 where token_hash = $1 and last_used_at < $2");
const END_SESSION: Sql = sql("delete from session where token_hash = $1");
const FORGET_OLD_SESSIONS: Sql =
    sql("delete from session where expires_at <= $1 or last_used_at <= $2");

/// A count that has been quiet since `$3` begins anew; one that has reached `$4` goes one above it and
/// stands still, so that the pause runs from the last try that was allowed.
const COUNT_TRY: Sql = sql(
    "insert into sign_in_try (bucket, tries, since_at) values ($1, 1, $2)
     on conflict (bucket) do update set
        tries = case when sign_in_try.since_at <= $3 then 1
            when sign_in_try.tries > $4 then sign_in_try.tries else sign_in_try.tries + 1 end,
        since_at = case when sign_in_try.since_at <= $3 or sign_in_try.tries < $4 then excluded.since_at
            else sign_in_try.since_at end
     returning tries, since_at",
);
const GIVE_BACK_TRY: Sql =
    sql("update sign_in_try set tries = tries - 1 where bucket = $1 and tries > 0");
const FORGET_TRIES: Sql = sql("delete from sign_in_try where bucket = $1");
const FORGET_OLD_TRIES: Sql = sql("delete from sign_in_try where since_at <= $1");

/// Whoever can sign in.
const USERS: Sql =
    sql("select id, name, role from team_user where password_hash is not null order by name, id");

pub(crate) const ALL: &[Sql] = &[
    USERS,
    FIND_WORKSPACE,
    SET_UP,
    CREATE_USER,
    FIND_PASSWORD,
    NAMES,
    OPEN_SESSION,
    FIND_SESSION,
    NOTE_USE,
    END_SESSION,
    FORGET_OLD_SESSIONS,
    COUNT_TRY,
    GIVE_BACK_TRY,
    FORGET_TRIES,
    FORGET_OLD_TRIES,
];

pub(crate) fn find_workspace(tx: &mut Tx) -> Result<Option<Workspace>, Failure> {
    let row = tx.row(FIND_WORKSPACE, args![])?;
    Ok(row.map(|row| Workspace {
        name: row.text(0).to_owned(),
        zone: row.text(1).to_owned(),
        is_set_up: true,
    }))
}

/// Whether this was the first.
pub(crate) fn set_up(tx: &mut Tx, name: &str, zone: &str, now: Moment) -> Result<bool, Failure> {
    Ok(tx.row(SET_UP, args![name, zone, now])?.is_some())
}

/// A user about to be stored.
pub(crate) struct NewUser<'a> {
    pub user: &'a User,
    pub email_key: &'a str,
    pub password_hash: &'a str,
    pub now: Moment,
}

/// Makes a user who has no password and so can't sign in; gives who has the address, new or not.
pub(crate) fn add_colleague(
    tx: &mut Tx,
    user: &User,
    email_key: &str,
    now: Moment,
) -> Result<i64, Failure> {
    let args =
        args![user.id.0, &user.email, email_key, &user.name, user.role.as_str(), None::<&str>, now];
    tx.row(CREATE_USER, args)?;
    let row = tx.row(FIND_PASSWORD, args![email_key])?;
    row.map(|row| row.int(0)).ok_or_else(|| Failure::missing("user", email_key))
}

/// Whether the address was free.
pub(crate) fn create_user(tx: &mut Tx, new: &NewUser<'_>) -> Result<bool, Failure> {
    let User { id, name, email, role } = new.user;
    let args = args![id.0, email, new.email_key, name, role.as_str(), new.password_hash, new.now];
    Ok(tx.row(CREATE_USER, args)?.is_some())
}

/// Who has that address, and the hash of their password if they have one.
pub(crate) fn find_password(
    tx: &mut Tx,
    email_key: &str,
) -> Result<Option<(User, Option<String>)>, Failure> {
    let Some(row) = tx.row(FIND_PASSWORD, args![email_key])? else { return Ok(None) };
    let user = session::user(row.int(0), row.text(1), row.text(2), row.text(3))?;
    Ok(Some((user, row.text_opt(4).map(str::to_owned))))
}

pub(crate) fn names(tx: &mut Tx, ids: &[i64]) -> Result<Vec<(i64, String)>, Failure> {
    let ids: Vec<Arg> = ids.iter().map(|&id| Arg::from(id)).collect();
    let rows = tx.rows_in(NAMES, &ids)?;
    Ok(rows.iter().map(|row| (row.int(0), row.text(1).to_owned())).collect())
}

pub(crate) fn users(tx: &mut Tx) -> Result<Vec<(i64, String, Role)>, Failure> {
    let rows = tx.rows(USERS, args![])?;
    let user = |row: &Row| {
        let role = row.text(2).parse().map_err(anyhow::Error::from)?;
        Ok((row.int(0), row.text(1).to_owned(), role))
    };
    rows.iter().map(user).collect()
}

pub(crate) fn open_session(
    tx: &mut Tx,
    token_hash: Vec<u8>,
    user: UserId,
    now: Moment,
    expires_at: Moment,
) -> Result<(), Failure> {
    tx.execute(OPEN_SESSION, args![token_hash, user.0, now, expires_at]).map(drop)
}

/// The user of a session that is neither expired nor idle, and when it was last used.
pub(crate) fn find_session(
    tx: &mut Tx,
    token_hash: Vec<u8>,
    now: Moment,
    idle_since: Moment,
) -> Result<Option<(User, Moment)>, Failure> {
    let Some(row) = tx.row(FIND_SESSION, args![token_hash, now, idle_since])? else {
        return Ok(None);
    };
    let user = session::user(row.int(0), row.text(1), row.text(2), row.text(3))?;
    Ok(Some((user, row.moment(4))))
}

pub(crate) fn note_use(tx: &mut Tx, token_hash: Vec<u8>, now: Moment) -> Result<(), Failure> {
    tx.execute(NOTE_USE, args![token_hash, now]).map(drop)
}

pub(crate) fn end_session(tx: &mut Tx, token_hash: Vec<u8>) -> Result<(), Failure> {
    tx.execute(END_SESSION, args![token_hash]).map(drop)
}

pub(crate) fn forget_old_sessions(
    tx: &mut Tx,
    now: Moment,
    idle_since: Moment,
) -> Result<(), Failure> {
    tx.execute(FORGET_OLD_SESSIONS, args![now, idle_since]).map(drop)
}

/// The tries counted with this one, and since when the count stands.
pub(crate) fn count_try(
    tx: &mut Tx,
    bucket: Vec<u8>,
    now: Moment,
    quiet_since: Moment,
    tries_max: i64,
) -> Result<(i64, Moment), Failure> {
    let row = tx.row(COUNT_TRY, args![bucket, now, quiet_since, tries_max])?;
    let row = row.ok_or_else(|| Failure::broken("an upsert gave no row"))?;
    Ok((row.int(0), row.moment(1)))
}

pub(crate) fn give_back_try(tx: &mut Tx, bucket: Vec<u8>) -> Result<(), Failure> {
    tx.execute(GIVE_BACK_TRY, args![bucket]).map(drop)
}

pub(crate) fn forget_tries(tx: &mut Tx, bucket: Vec<u8>) -> Result<(), Failure> {
    tx.execute(FORGET_TRIES, args![bucket]).map(drop)
}

pub(crate) fn forget_old_tries(tx: &mut Tx, quiet_since: Moment) -> Result<(), Failure> {
    tx.execute(FORGET_OLD_TRIES, args![quiet_since]).map(drop)
}

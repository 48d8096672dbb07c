//! Every statement of the team: values in, rows out, no rules.

use moment::Moment;
use platform::args;
use platform::db::{Arg, Row, Sql, Tx, sql};
use platform::failure::Failure;

use crate::lengths::Lengths;
use crate::mouth::Mouth;
use crate::roster::user_of;
use crate::session::{self, Held, Opening};
use crate::token::{Scope, TokenRow};
use crate::user::{User, UserId};
use crate::workspace::{Colleague, Workspace};

/// The columns of a user with their role, for [`user_of`]: `u` is the user, `r` the role that somebody made.
macro_rules! of_user {
    () => {
        "u.id, u.name, u.email, u.role, u.sees, r.id, r.name, r.rights, r.sees, r.fields"
    };
}
pub(crate) use of_user;

const FIND_WORKSPACE: Sql = sql("select name, zone from workspace where id = 1");
/// Gives a row to the first only, also of two at once; the row is there from the first user on.
const SET_UP: Sql = sql("insert into workspace (id, name, zone, set_up_at) values (1, $1, $2, $3)
     on conflict (id) do nothing returning id");
/// Gives no row if somebody has that address already.
const CREATE_USER: Sql = sql(
    "insert into team_user (id, email, email_key, name, role, password_hash, created_at, role_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (email_key) do nothing returning id",
);
/// Whoever is suspended is found, so that nobody takes their address, and has no password.
const FIND_PASSWORD: Sql = sql(concat!(
    "select ",
    of_user!(),
    ", case when u.suspended_at is null then u.password_hash end
     from team_user u left join role r on r.id = u.role_id where u.email_key = $1"
));
/// Who has that address, and nothing else of them: to look further would take longer for whoever is somebody.
const FIND_HASH: Sql = sql("select id, case when suspended_at is null then password_hash end
     from team_user where email_key = $1");
const COLLEAGUES: Sql = sql("select id, name, email from team_user
     where suspended_at is null order by name, id limit 500");
const NAMES: Sql = sql("select id, name from team_user where id in ({list})");

const OPEN_SESSION: Sql =
    sql("insert into session (id, token_hash, user_id, device, means, is_kept, created_at, last_used_at, proved_at,
        expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $7, $7, $8)");
const NOTE_ENTRY: Sql =
    sql("update team_user set entered_at = $2 where id = $1 and entered_at is null");
const PROVED_AT: Sql = sql("select proved_at from session where token_hash = $1");
const HAS_PASSWORD: Sql =
    sql("select 1 from team_user where id = $1 and password_hash is not null");
/// Gives a row if somebody has that address and no password.
const GIVE_PASSWORD: Sql = sql("update team_user set name = $2, role = $3, password_hash = $4, role_id = $5
     where email_key = $1 and password_hash is null and entered_at is null and is_service = 0 returning id");
const SET_PASSWORD: Sql = sql("update team_user set password_hash = $2 where id = $1");
const FIND_SESSION: Sql = sql(concat!(
    "select ",
    of_user!(),
    ", s.last_used_at, s.is_kept from session s join team_user u on u.id = s.user_id
     left join role r on r.id = u.role_id
     where s.token_hash = $1 and s.expires_at > $2 and u.suspended_at is null
         and (s.is_kept = 0 and s.last_used_at > $3 or s.is_kept = 1 and s.last_used_at > $4)"
));
const NOTE_USE: Sql =
    sql("update session set last_used_at = $2 where token_hash = $1 and last_used_at < $2");
const END_SESSION: Sql = sql("delete from session where token_hash = $1 returning user_id");
const FORGET_OLD_SESSIONS: Sql =
    sql("delete from session where expires_at <= $1 or is_kept = 0 and last_used_at <= $2
     or is_kept = 1 and last_used_at <= $3");

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
const TRIES: Sql = sql("select tries, since_at from sign_in_try where bucket = $1");
const GIVE_BACK_TRY: Sql =
    sql("update sign_in_try set tries = tries - 1 where bucket = $1 and tries > 0");
const FORGET_TRIES: Sql = sql("delete from sign_in_try where bucket = $1");
const FORGET_OLD_TRIES: Sql = sql("delete from sign_in_try where since_at <= $1");

const ADD_TOKEN: Sql =
    sql("insert into token (id, token_hash, user_id, name, scope, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7)");
const FIND_TOKEN: Sql = sql(concat!(
    "select ",
    of_user!(),
    ", t.id, t.scope, t.last_used_at, t.expires_at from token t join team_user u on u.id = t.user_id left join role r on r.id = u.role_id
     where t.token_hash = $1 and t.revoked_at is null and (t.expires_at is null or t.expires_at > $2)
        and u.suspended_at is null"
));
const NOTE_TOKEN_USE: Sql = sql("update token set last_used_at = $2
     where id = $1 and (last_used_at is null or last_used_at < $2)");
const TOKENS: Sql = sql("select t.id, u.email, t.name, t.scope, t.created_at, t.expires_at, t.last_used_at, t.revoked_at
     from token t join team_user u on u.id = t.user_id order by t.created_at desc, t.id desc");
const TOKENS_OF: Sql = sql("select t.id, u.email, t.name, t.scope, t.created_at, t.expires_at, t.last_used_at, t.revoked_at
     from token t join team_user u on u.id = t.user_id where t.user_id = $1
     order by t.created_at desc, t.id desc");
const TOKEN_USER: Sql = sql("select user_id from token where id = $1");
const REVOKE_TOKEN: Sql =
    sql("update token set revoked_at = coalesce(revoked_at, $2) where id = $1 returning id");

pub(crate) const ALL: &[Sql] = &[
    FIND_WORKSPACE,
    SET_UP,
    CREATE_USER,
    FIND_PASSWORD,
    FIND_HASH,
    NAMES,
    COLLEAGUES,
    OPEN_SESSION,
    NOTE_ENTRY,
    PROVED_AT,
    HAS_PASSWORD,
    GIVE_PASSWORD,
    SET_PASSWORD,
    FIND_SESSION,
    NOTE_USE,
    END_SESSION,
    FORGET_OLD_SESSIONS,
    COUNT_TRY,
    TRIES,
    GIVE_BACK_TRY,
    FORGET_TRIES,
    FORGET_OLD_TRIES,
    ADD_TOKEN,
    FIND_TOKEN,
    NOTE_TOKEN_USE,
    TOKENS,
    TOKENS_OF,
    TOKEN_USER,
    REVOKE_TOKEN,
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
    let (role, role_id) = user.role.stored();
    let args =
        args![user.id.0, &user.email, email_key, &user.name, role, None::<&str>, now, role_id];
    tx.row(CREATE_USER, args)?;
    let row = tx.row(FIND_PASSWORD, args![email_key])?;
    row.map(|row| row.int(0)).ok_or_else(|| Failure::missing("user", email_key))
}

/// Whether the address was free.
pub(crate) fn create_user(tx: &mut Tx, new: &NewUser<'_>) -> Result<bool, Failure> {
    let User { id, name, email, role, .. } = new.user;
    let (role, role_id) = role.stored();
    let args = args![id.0, email, new.email_key, name, role, new.password_hash, new.now, role_id];
    Ok(tx.row(CREATE_USER, args)?.is_some())
}

/// Who has that address, and the hash of their password if they have one.
pub(crate) fn find_password(
    tx: &mut Tx,
    email_key: &str,
) -> Result<Option<(User, Option<String>)>, Failure> {
    let Some(row) = tx.row(FIND_PASSWORD, args![email_key])? else { return Ok(None) };
    Ok(Some((user_of(tx, &row)?, row.text_opt(10).map(str::to_owned))))
}

/// Who has that address, and the hash of their password if they have one and are let in.
pub(crate) fn find_hash(
    tx: &mut Tx,
    email_key: &str,
) -> Result<Option<(UserId, Option<String>)>, Failure> {
    let row = tx.row(FIND_HASH, args![email_key])?;
    Ok(row.map(|row| (UserId(row.int(0)), row.text_opt(1).map(str::to_owned))))
}

pub(crate) fn colleagues(tx: &mut Tx) -> Result<Vec<Colleague>, Failure> {
    let rows = tx.rows(COLLEAGUES, args![])?;
    let one = |row: &Row| Colleague {
        id: row.int(0),
        name: row.text(1).to_owned(),
        email: row.text(2).to_owned(),
    };
    Ok(rows.iter().map(one).collect())
}

pub(crate) fn names(tx: &mut Tx, ids: &[i64]) -> Result<Vec<(i64, String)>, Failure> {
    let ids: Vec<Arg> = ids.iter().map(|&id| Arg::from(id)).collect();
    let rows = tx.rows_in(NAMES, &ids)?;
    Ok(rows.iter().map(|row| (row.int(0), row.text(1).to_owned())).collect())
}

pub(crate) fn open_session(
    tx: &mut Tx,
    token_hash: Vec<u8>,
    user: UserId,
    opening: &Opening,
    (now, expires_at): (Moment, Moment),
) -> Result<(), Failure> {
    let id = tx.ids(1)?;
    let Opening { device, means, keep, .. } = opening;
    let args = args![id, token_hash, user.0, device, means.as_str(), *keep, now, expires_at];
    tx.execute(OPEN_SESSION, args)?;
    tx.execute(NOTE_ENTRY, args![user.0, now]).map(drop)
}

/// When whoever holds a session last showed who they are.
pub(crate) fn proved_at(tx: &mut Tx, token_hash: Vec<u8>) -> Result<Option<Moment>, Failure> {
    Ok(tx.row(PROVED_AT, args![token_hash])?.map(|row| row.moment(0)))
}

/// Gives name, role and password to a user who has no password; none if there is no such user.
pub(crate) fn give_password(tx: &mut Tx, new: &NewUser<'_>) -> Result<Option<UserId>, Failure> {
    let User { name, role, .. } = new.user;
    let (role, role_id) = role.stored();
    let args = args![new.email_key, name, role, new.password_hash, role_id];
    Ok(tx.row(GIVE_PASSWORD, args)?.map(|row| UserId(row.int(0))))
}

pub(crate) fn has_password(tx: &mut Tx, user: UserId) -> Result<bool, Failure> {
    Ok(tx.row(HAS_PASSWORD, args![user.0])?.is_some())
}

pub(crate) fn set_password(tx: &mut Tx, user: UserId, hash: &str) -> Result<(), Failure> {
    tx.execute(SET_PASSWORD, args![user.0, hash]).map(drop)
}

/// The user of a session that is neither expired nor idle, and when it was last used.
pub(crate) fn find_session(
    tx: &mut Tx,
    token_hash: Vec<u8>,
    now: Moment,
) -> Result<Option<Held>, Failure> {
    let lengths = Lengths::of(tx);
    let args = args![token_hash, now, now - lengths.idle, now - lengths.kept_idle];
    let Some(row) = tx.row(FIND_SESSION, args)? else { return Ok(None) };
    let (last_used_at, lag) = (row.moment(10), lengths.lag(row.flag(11)));
    Ok(Some(Held { user: user_of(tx, &row)?, last_used_at, lag }))
}

pub(crate) fn note_use(tx: &mut Tx, token_hash: Vec<u8>, now: Moment) -> Result<(), Failure> {
    tx.execute(NOTE_USE, args![token_hash, now]).map(drop)
}

pub(crate) fn end_session(tx: &mut Tx, token_hash: Vec<u8>) -> Result<(), Failure> {
    if let Some(row) = tx.row(END_SESSION, args![token_hash])? {
        tx.publish(session::ended(row.int(0)));
    }
    Ok(())
}

pub(crate) fn forget_old_sessions(
    tx: &mut Tx,
    now: Moment,
    lengths: &Lengths,
) -> Result<(), Failure> {
    let args = args![now, now - lengths.idle, now - lengths.kept_idle];
    tx.execute(FORGET_OLD_SESSIONS, args).map(drop)
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

/// The tries that were counted, and since when the count stands.
pub(crate) fn tries(tx: &mut Tx, bucket: Vec<u8>) -> Result<Option<(i64, Moment)>, Failure> {
    Ok(tx.row(TRIES, args![bucket])?.map(|row| (row.int(0), row.moment(1))))
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

pub(crate) fn add_token(
    tx: &mut Tx,
    row: &TokenRow,
    user: UserId,
    token_hash: Vec<u8>,
) -> Result<(), Failure> {
    let scope = row.scope.to_string();
    let args = args![row.id, token_hash, user.0, &row.name, scope, row.created_at, row.expires_at];
    tx.execute(ADD_TOKEN, args).map(drop)
}

/// A token that opens something: its number, its user as far as it lets them, and when it was used last.
pub(crate) fn find_token(
    tx: &mut Tx,
    token_hash: &[u8],
    now: Moment,
) -> Result<Option<(i64, User, Option<Moment>)>, Failure> {
    let Some(row) = tx.row(FIND_TOKEN, args![token_hash.to_vec(), now])? else { return Ok(None) };
    let (scope, until) = (scope(row.text(11))?, row.moment_opt(13));
    let user = User { scope, until, ..user_of(tx, &row)? };
    let user = user.by(Mouth::Api(row.int(10)));
    Ok(Some((row.int(10), user, row.moment_opt(12))))
}

pub(crate) fn note_token_use(tx: &mut Tx, id: i64, now: Moment) -> Result<(), Failure> {
    tx.execute(NOTE_TOKEN_USE, args![id, now]).map(drop)
}

pub(crate) fn tokens(tx: &mut Tx) -> Result<Vec<TokenRow>, Failure> {
    tx.rows(TOKENS, args![])?.iter().map(token_row).collect()
}

pub(crate) fn tokens_of(tx: &mut Tx, user: UserId) -> Result<Vec<TokenRow>, Failure> {
    tx.rows(TOKENS_OF, args![user.0])?.iter().map(token_row).collect()
}

fn token_row(row: &Row) -> Result<TokenRow, Failure> {
    Ok(TokenRow {
        id: row.int(0),
        user: row.text(1).to_owned(),
        name: row.text(2).to_owned(),
        scope: scope(row.text(3))?,
        created_at: row.moment(4),
        expires_at: row.moment_opt(5),
        last_used_at: row.moment_opt(6),
        revoked_at: row.moment_opt(7),
    })
}

/// Whose token it is.
pub(crate) fn token_user(tx: &mut Tx, id: i64) -> Result<Option<UserId>, Failure> {
    Ok(tx.row(TOKEN_USER, args![id])?.map(|row| UserId(row.int(0))))
}

/// Whether there is such a token.
pub(crate) fn revoke_token(tx: &mut Tx, id: i64, now: Moment) -> Result<bool, Failure> {
    Ok(tx.row(REVOKE_TOKEN, args![id, now])?.is_some())
}

fn scope(text: &str) -> Result<Scope, Failure> {
    Ok(text.parse().map_err(anyhow::Error::from)?)
}

//! The statements of passkeys.

use moment::Moment;
use platform::args;
use platform::db::{Row, Sql, Tx, sql};
use platform::failure::Failure;

use super::PasskeyRow;
use super::said::Made;
use crate::user::UserId;

/// Gives no row for a passkey that is somebody's already.
const ADD: Sql = sql("insert into passkey
        (id, user_id, credential_id, public_key, rp_id, name, sign_count, is_synced, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (credential_id) do nothing returning id");
const OF: Sql =
    sql("select id, name, rp_id, is_synced, created_at, last_used_at, credential_id from passkey
     where user_id = $1 order by created_at, id");
const FIND: Sql =
    sql("select id, user_id, public_key, rp_id from passkey where credential_id = $1");
/// Gives no row if the count did not grow, while authenticators that do not count always say 0.
const USE: Sql = sql("update passkey set sign_count = $2, is_synced = $3, last_used_at = $4
     where id = $1 and (sign_count < $2 or (sign_count = 0 and $2 = 0)) returning id");
const REMOVE: Sql = sql("delete from passkey where id = $1 and user_id = $2 returning name");
const RENAME: Sql = sql("update passkey set name = $3 where id = $1 and user_id = $2 returning id");
const REMOVE_ALL: Sql = sql("delete from passkey where user_id = $1");

pub(crate) const ALL: &[Sql] = &[ADD, OF, FIND, USE, REMOVE, RENAME, REMOVE_ALL];

/// A passkey that is about to be kept.
pub(super) struct NewPasskey<'a> {
    pub id: i64,
    pub user: UserId,
    pub made: &'a Made,
    pub rp_id: &'a str,
    pub name: &'a str,
}

/// Whether it was nobody's.
pub(super) fn add(tx: &mut Tx, new: &NewPasskey<'_>, now: Moment) -> Result<bool, Failure> {
    let NewPasskey { id, user, made, rp_id, name } = new;
    let (credential, key) = (made.credential.clone(), made.key.clone());
    let args =
        args![*id, user.0, credential, key, *rp_id, *name, made.sign_count, made.is_synced, now];
    Ok(tx.row(ADD, args)?.is_some())
}

pub(super) fn of(tx: &mut Tx, user: UserId) -> Result<Vec<PasskeyRow>, Failure> {
    let one = |row: &Row| PasskeyRow {
        id: row.int(0),
        name: row.text(1).to_owned(),
        rp_id: row.text(2).to_owned(),
        is_synced: row.flag(3),
        created_at: row.moment(4),
        last_used_at: row.moment_opt(5),
        credential: row.blob(6).to_vec(),
    };
    Ok(tx.rows(OF, args![user.0])?.iter().map(one).collect())
}

/// A passkey by its own name.
pub(super) struct Found {
    pub id: i64,
    pub user: UserId,
    pub key: Vec<u8>,
    pub rp_id: String,
}

pub(super) fn find(tx: &mut Tx, credential: Vec<u8>) -> Result<Option<Found>, Failure> {
    let row = tx.row(FIND, args![credential])?;
    Ok(row.map(|row| Found {
        id: row.int(0),
        user: UserId(row.int(1)),
        key: row.blob(2).to_vec(),
        rp_id: row.text(3).to_owned(),
    }))
}

/// Whether the count has grown.
pub(super) fn note_use(
    tx: &mut Tx,
    id: i64,
    (sign_count, is_synced): (i64, bool),
    now: Moment,
) -> Result<bool, Failure> {
    Ok(tx.row(USE, args![id, sign_count, is_synced, now])?.is_some())
}

/// What it was called, if there was such a one of the user's.
pub(super) fn remove(tx: &mut Tx, id: i64, user: UserId) -> Result<Option<String>, Failure> {
    Ok(tx.row(REMOVE, args![id, user.0])?.map(|row| row.text(0).to_owned()))
}

/// Whether there was such a one of the user's.
pub(super) fn rename(tx: &mut Tx, id: i64, user: UserId, name: &str) -> Result<bool, Failure> {
    Ok(tx.row(RENAME, args![id, user.0, name])?.is_some())
}

pub(super) fn remove_all(tx: &mut Tx, user: UserId) -> Result<u64, Failure> {
    tx.execute(REMOVE_ALL, args![user.0])
}

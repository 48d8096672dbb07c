//! The statements of the second factor.

use moment::Moment;
use platform::args;
use platform::db::{Sql, Tx, sql};
use platform::failure::Failure;

use super::Held;
use crate::user::UserId;

const HELD: Sql = sql("select t.confirmed_at, (select count(*) from recovery_code r
        where r.user_id = $1 and r.used_at is null), (select count(*) from passkey p where p.user_id = $1)
     from (select 1 as one) o left join totp t on t.user_id = $1");
const SECRET: Sql = sql("select secret from totp where user_id = $1");
const KEEP_SECRET: Sql =
    sql("insert into totp (user_id, secret, last_step, confirmed_at) values ($1, $2, $3, $4)
     on conflict (user_id) do nothing");
/// Gives no row if a code of that step, or of a later one, was taken before.
const TAKE_STEP: Sql =
    sql("update totp set last_step = $2 where user_id = $1 and last_step < $2 returning user_id");
const FORGET_SECRET: Sql = sql("delete from totp where user_id = $1");
const FORGET_CODES: Sql = sql("delete from recovery_code where user_id = $1");
const KEEP_CODE: Sql =
    sql("insert into recovery_code (user_id, code_hash, used_at) values ($1, $2, null)");
/// Gives no row for a code that is none, or was used.
const USE_CODE: Sql = sql("update recovery_code set used_at = $3
     where user_id = $1 and code_hash = $2 and used_at is null returning user_id");

pub(crate) const ALL: &[Sql] =
    &[HELD, SECRET, KEEP_SECRET, TAKE_STEP, FORGET_SECRET, FORGET_CODES, KEEP_CODE, USE_CODE];

pub(super) fn held(tx: &mut Tx, user: UserId) -> Result<Held, Failure> {
    let row = tx.row(HELD, args![user.0])?;
    let row = row.ok_or_else(|| Failure::broken("a count gave no row"))?;
    Ok(Held { since: row.moment_opt(0), codes_left: row.int(1), passkeys: row.int(2) })
}

pub(super) fn secret(tx: &mut Tx, user: UserId) -> Result<Option<Vec<u8>>, Failure> {
    Ok(tx.row(SECRET, args![user.0])?.map(|row| row.blob(0).to_vec()))
}

pub(super) fn keep_secret(
    tx: &mut Tx,
    user: UserId,
    secret: &[u8],
    step: i64,
    now: Moment,
) -> Result<(), Failure> {
    tx.execute(KEEP_SECRET, args![user.0, secret.to_vec(), step, now]).map(drop)
}

/// Whether no code of that step was taken before.
pub(super) fn take_step(tx: &mut Tx, user: UserId, step: i64) -> Result<bool, Failure> {
    Ok(tx.row(TAKE_STEP, args![user.0, step])?.is_some())
}

pub(super) fn forget_secret(tx: &mut Tx, user: UserId) -> Result<(), Failure> {
    tx.execute(FORGET_SECRET, args![user.0]).map(drop)
}

pub(super) fn forget_codes(tx: &mut Tx, user: UserId) -> Result<(), Failure> {
    tx.execute(FORGET_CODES, args![user.0]).map(drop)
}

pub(super) fn keep_codes(tx: &mut Tx, user: UserId, hashes: Vec<Vec<u8>>) -> Result<(), Failure> {
    tx.execute(FORGET_CODES, args![user.0])?;
    let rows = hashes.into_iter().map(|hash| args![user.0, hash]).collect();
    tx.bulk(KEEP_CODE, rows).map(drop)
}

/// Whether that was a recovery code that nobody had used.
pub(super) fn use_code(
    tx: &mut Tx,
    user: UserId,
    hash: Vec<u8>,
    now: Moment,
) -> Result<bool, Failure> {
    Ok(tx.row(USE_CODE, args![user.0, hash, now])?.is_some())
}

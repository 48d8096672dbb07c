//! Who somebody is at a provider.

use moment::Moment;
use platform::args;
use platform::db::{Sql, Tx, sql};
use platform::failure::Failure;

use crate::user::UserId;

const FIND: Sql = sql("select user_id from provider_identity where issuer = $1 and subject = $2");
const KEEP: Sql = sql("insert into provider_identity (issuer, subject, user_id, created_at)
     values ($1, $2, $3, $4) on conflict (issuer, subject) do nothing");
const KEY_OF: Sql = sql("select id, is_service from team_user where email_key = $1");

pub(crate) const ALL: &[Sql] = &[FIND, KEEP, KEY_OF];

/// The user whom the provider means.
pub(super) fn find(tx: &mut Tx, issuer: &str, subject: &str) -> Result<Option<UserId>, Failure> {
    Ok(tx.row(FIND, args![issuer, subject])?.map(|row| UserId(row.int(0))))
}

pub(super) fn keep(
    tx: &mut Tx,
    (issuer, subject): (&str, &str),
    user: UserId,
    now: Moment,
) -> Result<(), Failure> {
    tx.execute(KEEP, args![issuer, subject, user.0, now]).map(drop)
}

/// Who has that address; nobody if it is a service user's.
pub(super) fn at(tx: &mut Tx, email_key: &str) -> Result<Option<UserId>, Failure> {
    let row = tx.row(KEY_OF, args![email_key])?;
    Ok(row.filter(|row| !row.flag(1)).map(|row| UserId(row.int(0))))
}

//! The statements of invitations.

use moment::Moment;
use platform::args;
use platform::db::{Row, Sql, Tx, sql};
use platform::failure::Failure;

/// Gives no row if the address has an invitation that waits.
const ADD: Sql = sql(
    "insert into invitation (id, token_hash, email, email_key, role, invited_by, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (email_key) where accepted_at is null and revoked_at is null do nothing returning id",
);
const RENEW: Sql = sql("update invitation set token_hash = $2, expires_at = $3
     where id = $1 and accepted_at is null and revoked_at is null
     returning id, email, role, invited_by, created_at, expires_at, accepted_at, revoked_at");
const REVOKE: Sql = sql("update invitation set revoked_at = $2
     where id = $1 and accepted_at is null and revoked_at is null returning id");
const LIST: Sql =
    sql("select id, email, role, invited_by, created_at, expires_at, accepted_at, revoked_at
     from invitation order by created_at desc, id desc limit $1");
const FIND: Sql =
    sql("select id, email, role, invited_by, created_at, expires_at, accepted_at, revoked_at
     from invitation
     where token_hash = $1 and accepted_at is null and revoked_at is null and expires_at > $2");
/// Of two who come by the same link, one gets the row.
const ACCEPT: Sql = sql("update invitation set accepted_at = $2
     where token_hash = $1 and accepted_at is null and revoked_at is null and expires_at > $2
     returning id, email, role, invited_by, created_at, expires_at, accepted_at, revoked_at");

pub(crate) const ALL: &[Sql] = &[ADD, RENEW, REVOKE, LIST, FIND, ACCEPT];

/// An invitation as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Inside.
    pub id: i64,
    /// For whom: the address with which they will sign in.
    pub email: String,
    /// The name of the role that they will have.
    pub role: String,
    /// Who invited; nobody if it was the operator.
    pub invited_by: Option<i64>,
    /// When.
    pub created_at: Moment,
    /// Until when its link lets in.
    pub expires_at: Moment,
    /// When somebody came by it.
    pub accepted_at: Option<Moment>,
    /// When it was taken back.
    pub revoked_at: Option<Moment>,
}

impl Invitation {
    fn read(row: &Row) -> Invitation {
        Invitation {
            id: row.int(0),
            email: row.text(1).to_owned(),
            role: row.text(2).to_owned(),
            invited_by: row.int_opt(3),
            created_at: row.moment(4),
            expires_at: row.moment(5),
            accepted_at: row.moment_opt(6),
            revoked_at: row.moment_opt(7),
        }
    }
}

/// Whether nobody else waits at that address.
pub(super) fn add(
    tx: &mut Tx,
    new: &Invitation,
    email_key: &str,
    hash: Vec<u8>,
) -> Result<bool, Failure> {
    let Invitation { id, email, role, invited_by, created_at, expires_at, .. } = new;
    let args = args![*id, hash, email, email_key, role, *invited_by, *created_at, *expires_at];
    Ok(tx.row(ADD, args)?.is_some())
}

pub(super) fn renew(
    tx: &mut Tx,
    id: i64,
    hash: Vec<u8>,
    expires_at: Moment,
) -> Result<Option<Invitation>, Failure> {
    Ok(tx.row(RENEW, args![id, hash, expires_at])?.as_ref().map(Invitation::read))
}

pub(super) fn revoke(tx: &mut Tx, id: i64, now: Moment) -> Result<bool, Failure> {
    Ok(tx.row(REVOKE, args![id, now])?.is_some())
}

pub(super) fn list(tx: &mut Tx, limit: i64) -> Result<Vec<Invitation>, Failure> {
    Ok(tx.rows(LIST, args![limit])?.iter().map(Invitation::read).collect())
}

pub(super) fn find(tx: &mut Tx, hash: Vec<u8>, now: Moment) -> Result<Option<Invitation>, Failure> {
    Ok(tx.row(FIND, args![hash, now])?.as_ref().map(Invitation::read))
}

pub(super) fn accept(
    tx: &mut Tx,
    hash: Vec<u8>,
    now: Moment,
) -> Result<Option<Invitation>, Failure> {
    Ok(tx.row(ACCEPT, args![hash, now])?.as_ref().map(Invitation::read))
}

//! The browsers in which somebody is signed in: to be seen, and to be signed out.

use moment::Moment;
use platform::args;
use platform::db::{Row, Sql, Tx, sql};
use platform::failure::Failure;
use serde_json::{Value, json};

use crate::audit;
use crate::lengths::Lengths;
use crate::session;
use crate::user::{User, UserId};

/// The prefix of a session's public id.
pub const SESSION: &str = "ses";

const OF: Sql = sql("select id, device, means, created_at, last_used_at, token_hash from session
     where user_id = $1 and expires_at > $2
         and (is_kept = 0 and last_used_at > $3 or is_kept = 1 and last_used_at > $4) order by last_used_at desc, id");
const END: Sql = sql("delete from session where id = $1 and user_id = $2 returning id");
const END_OTHERS: Sql = sql("delete from session where user_id = $1 and token_hash <> $2");
const FIND: Sql = sql("select device, means, is_kept from session where token_hash = $1");

pub(crate) const ALL: &[Sql] = &[OF, END, END_OTHERS, FIND];

/// A browser in which somebody is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Inside.
    pub id: i64,
    /// The browser, in words.
    pub device: String,
    /// By what they signed in.
    pub means: String,
    /// When they signed in.
    pub created_at: Moment,
    /// When it was used last.
    pub last_used_at: Moment,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

/// One's own sessions, the one used last first.
///
/// # Errors
/// `Broken` when the database fails.
pub fn list(tx: &mut Tx, who: &User, token: &str, now: Moment) -> Result<Vec<SessionRow>, Failure> {
    let this = session::hash(token);
    let session = |row: &Row| SessionRow {
        id: row.int(0),
        device: row.text(1).to_owned(),
        means: row.text(2).to_owned(),
        created_at: row.moment(3),
        last_used_at: row.moment(4),
        is_this: row.blob(5) == this,
    };
    let lengths = Lengths::of(tx);
    let args = args![who.id.0, now, now - lengths.idle, now - lengths.kept_idle];
    Ok(tx.rows(OF, args)?.iter().map(session).collect())
}

/// Signs one of one's own browsers out.
///
/// # Errors
/// `Missing` if there is no such session of the user's.
pub fn end(tx: &mut Tx, who: &User, id: i64, now: Moment) -> Result<(), Failure> {
    if tx.row(END, args![id, who.id.0])?.is_none() {
        return Err(Failure::missing("session", tx.public_ids().encode(SESSION, id)));
    }
    tx.publish(session::ended(who.id.0));
    audit::note(tx, who, "session.ended", (SESSION, id), Value::Null, now)
}

/// Signs all of one's own browsers out but the one that asks; gives how many.
///
/// # Errors
/// `Broken` when the database fails.
pub fn end_all_others(tx: &mut Tx, who: &User, token: &str, now: Moment) -> Result<u64, Failure> {
    let ended = end_others(tx, who.id, token)?;
    let subject = (crate::USER, who.id.0);
    audit::note(tx, who, "sessions.ended", subject, json!({ "sessions": ended }), now)?;
    Ok(ended)
}

pub(crate) fn end_others(tx: &mut Tx, user: UserId, token: &str) -> Result<u64, Failure> {
    tx.publish(session::ended(user.0));
    tx.execute(END_OTHERS, args![user.0, session::hash(token)])
}

/// How a session was opened: the browser, by what, and whether it outlives the browser's closing.
pub(crate) fn opened(tx: &mut Tx, token: &str) -> Result<Option<(String, String, bool)>, Failure> {
    let row = tx.row(FIND, args![session::hash(token)])?;
    Ok(row.map(|row| (row.text(0).to_owned(), row.text(1).to_owned(), row.flag(2))))
}

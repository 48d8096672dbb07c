//! Steps: a door that is half open. What a browser has shown so far lies here, under the hash of a token that is in a
//! cookie of its own; it serves once, and for a few minutes.

use axum::http::{HeaderMap, HeaderValue};
use moment::{Moment, Span};
use platform::args;
use platform::db::{Sql, Tx, sql};
use platform::failure::Failure;

use crate::origin::Reach;
use crate::session::{Cookie, hash};
use crate::user::UserId;

/// How long a step waits, in minutes.
pub(crate) const WAITS_MINUTES: i64 = 10;
/// How long a question to an authenticator waits, in minutes.
const PASSKEY_WAITS_MINUTES: i64 = 5;

const BEGIN: Sql = sql("insert into door_step (token_hash, kind, user_id, state, expires_at)
     values ($1, $2, $3, $4, $5)");
const LOOK: Sql = sql("select user_id, state from door_step
     where token_hash = $1 and kind = $2 and expires_at > $3");
/// Of two at once, one gets the row.
const TAKE: Sql = sql("delete from door_step
     where token_hash = $1 and kind = $2 and expires_at > $3 returning user_id, state");
const FORGET_OLD: Sql = sql("delete from door_step where expires_at <= $1");

pub(crate) const ALL: &[Sql] = &[BEGIN, LOOK, TAKE, FORGET_OLD];

/// Which door it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The password was right; a code is still asked for.
    Second,
    /// A secret was shown to an app; a code of it is still asked for.
    Totp,
    /// A browser was sent to the provider of single sign-on, and is to come back.
    Provider,
    /// A second factor is demanded, and there is none yet.
    Enrol,
    /// An authenticator was asked to sign something.
    Passkey,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Kind::Second => "second",
            Kind::Totp => "totp",
            Kind::Provider => "provider",
            Kind::Enrol => "enrol",
            Kind::Passkey => "passkey",
        }
    }

    /// How long it waits.
    pub(crate) const fn waits(self) -> Span {
        match self {
            Kind::Passkey => Span::minutes(PASSKEY_WAITS_MINUTES),
            Kind::Second | Kind::Totp | Kind::Provider | Kind::Enrol => {
                Span::minutes(WAITS_MINUTES)
            }
        }
    }
}

/// What was shown so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// Whose door it is, if that is known.
    pub user: Option<UserId>,
    /// What else must be remembered, as JSON.
    pub state: String,
}

pub(crate) fn begin(
    tx: &mut Tx,
    kind: Kind,
    step: &Step,
    token: &str,
    now: Moment,
) -> Result<(), Failure> {
    tx.execute(FORGET_OLD, args![now])?;
    let expires_at = now + kind.waits();
    let user = step.user.map(|user| user.0);
    tx.execute(BEGIN, args![hash(token), kind.as_str(), user, &step.state, expires_at]).map(drop)
}

/// A step that waits, left where it is.
pub(crate) fn look(
    tx: &mut Tx,
    kind: Kind,
    token: &str,
    now: Moment,
) -> Result<Option<Step>, Failure> {
    let row = tx.row(LOOK, args![hash(token), kind.as_str(), now])?;
    Ok(row.map(|row| Step { user: row.int_opt(0).map(UserId), state: row.text(1).to_owned() }))
}

/// A step that waits, which nobody can take again.
pub(crate) fn take(
    tx: &mut Tx,
    kind: Kind,
    token: &str,
    now: Moment,
) -> Result<Option<Step>, Failure> {
    let row = tx.row(TAKE, args![hash(token), kind.as_str(), now])?;
    Ok(row.map(|row| Step { user: row.int_opt(0).map(UserId), state: row.text(1).to_owned() }))
}

/// The cookie that carries a step's token.
pub(crate) fn cookie(reach: Reach, token: &str) -> Result<HeaderValue, Failure> {
    Cookie::Step.set(reach, token, Some(WAITS_MINUTES * 60))
}

/// The cookie that makes the browser forget it.
pub(crate) fn forgetting(reach: Reach) -> Result<HeaderValue, Failure> {
    Cookie::Step.set(reach, "", Some(0))
}

/// The token of a step that a request carries.
pub(crate) fn token(headers: &HeaderMap) -> Option<&str> {
    Cookie::Step.of(headers)
}

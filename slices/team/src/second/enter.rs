//! Showing the second thing at the door: a code, or a passkey.

use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use serde_json::{Value, json};

use super::door::Half;
use super::{plain, store, totp};
use crate::audit;
use crate::colleague::USER;
use crate::mouth::Mouth;
use crate::origin::Peer;
use crate::passkey::{self, Purpose, Site};
use crate::roster;
use crate::session::{self, Beside, SignedIn};
use crate::sign_in::tries;
use crate::step::{self, Kind, Step};
use crate::throttle::Buckets;
use crate::user::{User, UserId};

/// The browser that shows something.
pub(crate) struct Knocker {
    pub peer: Peer,
    /// In words.
    pub device: String,
    /// The session that it had before.
    pub replaces: Option<String>,
}

/// Opens a session for whoever has shown the first thing a moment ago, and now shows a code of their app or a recovery code.
///
/// # Errors
/// `SignIn` if there is no such door, or not any more; `Refused` with `code_failed`, saying how many tries are left;
/// `TooMany` with the seconds to wait after too many.
pub(crate) async fn enter(
    app: &App,
    (token, shown): (&str, &str),
    knocker: Knocker,
) -> Result<SignedIn, Failure> {
    let now = app.clock.now();
    let (begun, counted, peer) = (token.to_owned(), token.to_owned(), knocker.peer);
    let (user, left) = app
        .db
        .write(move |tx| {
            let user = asked(tx, &counted, now)?.0;
            Ok((user, buckets(user, peer).count(tx, now)?))
        })
        .await?;
    let shown: String = shown.chars().filter(|letter| !letter.is_whitespace()).collect();
    let fresh = app.dice.token();
    let entered = app
        .db
        .write(move |tx| match is_right(tx, user, &shown, now)? {
            Some(by) => opened(tx, (&begun, Beside::Code, by), fresh, knocker, now).map(Some),
            None => {
                let stranger = User::operator().by(Mouth::Page);
                let subject = (USER, user.0);
                audit::note(tx, &stranger, "user.code-failed", subject, Value::Null, now)?;
                Ok(None)
            }
        })
        .await?;
    entered.ok_or_else(|| {
        let words = format!("That code did not match, or was used before. {}", tries(left));
        Failure::refused("code_failed", words)
    })
}

/// The same with a passkey.
///
/// # Errors
/// As [`enter`] and [`passkey::believed`].
pub(crate) async fn enter_by_passkey(
    app: &App,
    (token, answer): (&str, &str),
    site: &Site,
    knocker: Knocker,
) -> Result<SignedIn, Failure> {
    let now = app.clock.now();
    let (begun, counted, peer) = (token.to_owned(), token.to_owned(), knocker.peer);
    let user = app
        .db
        .write(move |tx| {
            let user = asked(tx, &counted, now)?.0;
            buckets(user, peer).count(tx, now)?;
            Ok(user)
        })
        .await?;
    let believed = passkey::believed(app, (Purpose::Second, token), answer, site).await?;
    if believed.user != user {
        return Err(Failure::SignIn);
    }
    let fresh = app.dice.token();
    let entered = app
        .db
        .write(move |tx| {
            if !believed.note(tx, now)? {
                return Ok(None);
            }
            opened(tx, (&begun, Beside::Passkey, "passkey"), fresh, knocker, now).map(Some)
        })
        .await?;
    entered.ok_or_else(passkey::copied)
}

/// Whom the step asks, and what is remembered of it.
pub(crate) fn asked(
    tx: &mut Tx,
    token: &str,
    now: moment::Moment,
) -> Result<(UserId, Step), Failure> {
    let step = step::look(tx, Kind::Second, token, now)?.ok_or(Failure::SignIn)?;
    Ok((step.user.ok_or(Failure::SignIn)?, step))
}

/// Opens the session; of two who come by the same step, one gets in.
fn opened(
    tx: &mut Tx,
    (begun, beside, by): (&str, Beside, &str),
    fresh: String,
    knocker: Knocker,
    now: moment::Moment,
) -> Result<SignedIn, Failure> {
    let taken = step::take(tx, Kind::Second, begun, now)?.ok_or(Failure::SignIn)?;
    let half = Half::of(&taken)?;
    let user = taken.user.ok_or(Failure::SignIn)?;
    let user = roster::user(tx, user.0)?.ok_or(Failure::SignIn)?;
    let Knocker { peer, device, replaces } = knocker;
    buckets(user.id, peer).forgive(tx)?;
    let detail = json!({ "by": format!("{} and {by}", half.means().as_str()) });
    audit::note(tx, &user, "user.signed-in", (USER, user.id.0), detail, now)?;
    let opening = half.opening(half.means().with(beside), device, replaces);
    session::open(tx, user, fresh, &opening, now)
}

pub(super) fn buckets(user: UserId, peer: Peer) -> Buckets {
    Buckets::of(&format!("code of {}", user.0), peer)
}

/// By what it is right, if it is.
fn is_right(
    tx: &mut Tx,
    user: UserId,
    shown: &str,
    now: moment::Moment,
) -> Result<Option<&'static str>, Failure> {
    if totp::is_code(shown) {
        let Some(secret) = store::secret(tx, user)? else { return Ok(None) };
        let Some(step) = totp::matching(&secret, shown, now) else { return Ok(None) };
        return Ok(store::take_step(tx, user, step)?.then_some("code"));
    }
    let is_used = store::use_code(tx, user, session::hash(&plain(shown)), now)?;
    Ok(is_used.then_some("recovery code"))
}

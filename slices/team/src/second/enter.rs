//! Showing a code at the door.

use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use serde_json::{Value, json};

use super::{plain, store, totp};
use crate::audit;
use crate::colleague::USER;
use crate::mouth::Mouth;
use crate::origin::Peer;
use crate::roster;
use crate::session::{self, Means, Opening, SignedIn};
use crate::sign_in::tries;
use crate::step::{self, Kind};
use crate::throttle::Buckets;
use crate::user::{User, UserId};

/// Opens a session for whoever has shown the password a moment ago, and now shows a code of their app or a recovery code.
///
/// # Errors
/// `SignIn` if there is no such door, or not any more; `Refused` with `code_failed`, saying how many tries are left;
/// `Busy` with the seconds to wait after too many.
pub(crate) async fn enter(
    app: &App,
    (token, shown): (&str, &str),
    peer: Peer,
    device: String,
    replaces: Option<&str>,
) -> Result<SignedIn, Failure> {
    let now = app.clock.now();
    let (begun, counted) = (token.to_owned(), token.to_owned());
    let (user, left) = app
        .db
        .write(move |tx| {
            let step = step::look(tx, Kind::Second, &counted, now)?;
            let user = step.and_then(|step| step.user).ok_or(Failure::SignIn)?;
            Ok((user, buckets(user, peer).count(tx, now)?))
        })
        .await?;
    let shown: String = shown.chars().filter(|letter| !letter.is_whitespace()).collect();
    let (fresh, replaces) = (app.dice.token(), replaces.map(str::to_owned));
    let entered = app
        .db
        .write(move |tx| {
            let by = match is_right(tx, user, &shown, now)? {
                Some(by) => by,
                None => {
                    let stranger = User::operator().by(Mouth::Page);
                    let subject = (USER, user.0);
                    audit::note(tx, &stranger, "user.code-failed", subject, Value::Null, now)?;
                    return Ok(None);
                }
            };
            // Of two who come by the same step, one gets in.
            let taken = step::take(tx, Kind::Second, &begun, now)?.ok_or(Failure::SignIn)?;
            let keep = taken.state == "keep";
            let user = roster::user(tx, user.0)?.ok_or(Failure::SignIn)?;
            buckets(user.id, peer).forgive(tx)?;
            let detail = json!({ "by": by });
            audit::note(tx, &user, "user.signed-in", (USER, user.id.0), detail, now)?;
            let opening = Opening { replaces, keep, device, means: Means::Code };
            session::open(tx, user, fresh, &opening, now).map(Some)
        })
        .await?;
    entered.ok_or_else(|| {
        let words = format!("That code did not match, or was used before. {}", tries(left));
        Failure::refused("code_failed", words)
    })
}

fn buckets(user: UserId, peer: Peer) -> Buckets {
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
        return Ok(store::take_step(tx, user, step)?.then_some("password and code"));
    }
    let is_used = store::use_code(tx, user, session::hash(&plain(shown)), now)?;
    Ok(is_used.then_some("password and recovery code"))
}

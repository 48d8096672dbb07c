//! Getting a second factor at the door, because one is demanded: an app or a passkey, and with it the way in.

use std::sync::Arc;

use moment::Moment;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use serde_json::json;

use super::door::Half;
use super::enter::{Knocker, buckets};
use super::{Offer, codes, held, offer_of, store, totp, unhex};
use crate::audit;
use crate::colleague::USER;
use crate::passkey::{self, Adder, Purpose, Site};
use crate::roster;
use crate::session::{self, SignedIn};
use crate::step::{self, Kind, Step};
use crate::user::User;

/// Who must get a second factor to come in, and the secret for an app if they take one.
pub(crate) struct Enrolment {
    pub user: User,
    pub offer: Offer,
}

/// # Errors
/// `SignIn` if there is no such door, or not any more.
pub(crate) fn look(tx: &mut Tx, token: &str, now: Moment) -> Result<Enrolment, Failure> {
    let (user, step) = asked(tx, token, now)?;
    let secret = unhex(&Half::of(&step)?.secret);
    Ok(Enrolment { offer: offer_of(tx, &user, &secret, token)?, user })
}

fn asked(tx: &mut Tx, token: &str, now: Moment) -> Result<(User, Step), Failure> {
    let step = step::look(tx, Kind::Enrol, token, now)?.ok_or(Failure::SignIn)?;
    let id = step.user.ok_or(Failure::SignIn)?;
    Ok((roster::user(tx, id.0)?.ok_or(Failure::SignIn)?, step))
}

/// By what somebody gets in.
#[derive(Clone)]
pub(crate) enum Taken {
    /// The code that the app shows.
    App(String),
    /// A passkey: what it is called, what the browser answered, and of which site it is.
    Passkey(String, String, Site),
}

/// Takes a second factor on, and opens the session; gives the recovery codes, too, which nobody sees again.
///
/// # Errors
/// `SignIn` if there is no such door, or not any more; `Invalid` with `code` for a code that is not the app's; as
/// [`passkey::keep`]; `TooMany` after too many tries.
pub(crate) async fn enrol(
    app: &App,
    token: &str,
    taken: Taken,
    knocker: Knocker,
) -> Result<(SignedIn, Vec<String>), Failure> {
    let (now, dice, fresh) = (app.clock.now(), Arc::clone(&app.dice), app.dice.token());
    let (counted, peer) = (token.to_owned(), knocker.peer);
    app.db
        .write(move |tx| {
            let (user, _) = asked(tx, &counted, now)?;
            buckets(user.id, peer).count(tx, now)
        })
        .await?;
    let token = token.to_owned();
    app.db
        .write(move |tx| {
            let (user, step) = asked(tx, &token, now)?;
            let half = Half::of(&step)?;
            // Somebody may have gone through the same door in another window.
            if held(tx, user.id)?.is_any() {
                return Err(Failure::SignIn);
            }
            let by = match taken {
                Taken::App(shown) => {
                    app_taken(tx, &user, &unhex(&half.secret), &shown, now)?;
                    "code"
                }
                Taken::Passkey(name, answer, site) => {
                    let adder = Adder { who: &user, purpose: Purpose::Enrol, browser: &token };
                    passkey::keep(tx, &adder, (&name, &answer), &site, now)?;
                    "passkey"
                }
            };
            // Of two who come by the same step, one gets in.
            step::take(tx, Kind::Enrol, &token, now)?.ok_or(Failure::SignIn)?;
            let codes = codes(tx, &user, &*dice, now)?;
            let Knocker { peer, device, replaces } = knocker;
            buckets(user.id, peer).forgive(tx)?;
            let beside =
                if by == "code" { session::Beside::Code } else { session::Beside::Passkey };
            let detail = json!({ "by": format!("{} and {by}", half.means().as_str()) });
            audit::note(tx, &user, "user.signed-in", (USER, user.id.0), detail, now)?;
            let opening = half.opening(half.means().with(beside), device, replaces);
            let signed_in = session::open(tx, user, fresh, &opening, now)?;
            Ok((signed_in, codes))
        })
        .await
}

/// Takes an app on, with a code that shows that it has the secret.
pub(super) fn app_taken(
    tx: &mut Tx,
    who: &User,
    secret: &[u8],
    shown: &str,
    now: Moment,
) -> Result<(), Failure> {
    let shown: String = shown.chars().filter(|letter| !letter.is_whitespace()).collect();
    let Some(step) = totp::matching(secret, &shown, now) else {
        let words = "is not what the app shows for this secret; look that your clock is right";
        return Err(Failure::invalid("code", words));
    };
    store::keep_secret(tx, who.id, secret, step, now)?;
    audit::note(tx, who, "second-factor.added", (USER, who.id.0), serde_json::Value::Null, now)
}

//! The second factor: a code of an authenticator app or a passkey beside the password, and recovery codes for whoever has
//! lost them.
//!
//! **Promise:** a code is taken once, also of two who show it at the same moment; a recovery code likewise, and of each
//! only the hash is kept. Whoever has the password still guesses at most a few codes, then waits.

mod door;
mod enrol;
mod enter;
mod qr;
mod store;
pub(crate) mod totp;

use moment::Moment;
use platform::app::App;
use platform::db::Tx;
use platform::dice::Dice;
use platform::failure::Failure;
use serde_json::Value;

use crate::audit;
use crate::colleague::USER;
use crate::session;
use crate::step::{self, Kind, Step};
use crate::user::{User, UserId};
use crate::{demand, passkey, roster, workspace};

pub use door::Entry;
pub(crate) use door::{Fresh, pass};
pub(crate) use enrol::{Enrolment, Taken, enrol, look};
pub(crate) use enter::{Knocker, asked, enter, enter_by_passkey};
pub(crate) use qr::Qr;
pub(crate) use store::ALL;

/// Recovery codes that one is given at a time.
const CODES: usize = 10;
/// Letters of a recovery code: 80 bits, so that a plain hash is enough to keep it by.
const CODE_LETTERS: usize = 16;

/// What stands about a second factor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Held {
    /// Since when an app is asked for.
    pub since: Option<Moment>,
    /// Recovery codes that can still be used.
    pub codes_left: i64,
    /// How many passkeys there are.
    pub passkeys: i64,
}

impl Held {
    /// Whether there is anything that could be shown beside a password.
    pub(crate) fn is_any(self) -> bool {
        self.since.is_some() || self.passkeys > 0
    }
}

/// What somebody has to show beside their password, and how many recovery codes they have left.
pub(crate) fn held(tx: &mut Tx, user: UserId) -> Result<Held, Failure> {
    store::held(tx, user)
}

/// A secret that is being shown to an app for the first time.
pub(crate) struct Offer {
    /// As text, for whoever types it.
    pub secret: String,
    /// As a picture.
    pub qr: Qr,
    /// The token of the step that remembers it.
    pub token: String,
}

/// Makes a secret for an app. It counts once a code of it was shown to [`confirm`].
///
/// # Errors
/// `Refused` with `prove_yourself`; `Refused` with `second_is_on` if there is an app already.
pub(crate) async fn offer(app: &App, who: &User, session: &str) -> Result<Offer, Failure> {
    let secret = app.dice.bytes(totp::SECRET_BYTES);
    let (now, token, id) = (app.clock.now(), app.dice.token(), who.id);
    let (session, kept) = (session.to_owned(), hex(&secret));
    let who = who.clone();
    app.db
        .write(move |tx| {
            session::must_be_proved(tx, &session, now)?;
            if store::held(tx, id)?.since.is_some() {
                let words = "An authenticator app is asked for already. Take it out first.";
                return Err(Failure::refused("second_is_on", words));
            }
            let step = Step { user: Some(id), state: kept };
            step::begin(tx, Kind::Totp, &step, &token, now)?;
            offer_of(tx, &who, &secret, &token)
        })
        .await
}

/// An offer that was made a moment ago, to be shown again.
pub(crate) fn offered(tx: &mut Tx, who: &User, token: &str, now: Moment) -> Result<Offer, Failure> {
    let secret = pending(tx, who, token, now)?;
    offer_of(tx, who, &secret, token)
}

fn offer_of(tx: &mut Tx, who: &User, secret: &[u8], token: &str) -> Result<Offer, Failure> {
    let workspace = workspace::workspace(tx)?;
    let qr = Qr::of(&totp::uri(secret, &workspace.name, &who.email))?;
    Ok(Offer { secret: totp::base32(secret), qr, token: token.to_owned() })
}

fn pending(tx: &mut Tx, who: &User, token: &str, now: Moment) -> Result<Vec<u8>, Failure> {
    let step = step::look(tx, Kind::Totp, token, now)?.filter(|step| step.user == Some(who.id));
    let step = step.ok_or_else(|| {
        Failure::refused("too_late", "That took too long. Begin again, for a new secret.")
    })?;
    Ok(unhex(&step.state))
}

/// Takes an app on, with a code that shows that it has the secret; gives the recovery codes, which nobody sees again.
///
/// # Errors
/// `Refused` with `too_late` if the offer has run out; `Invalid` for a code that is not the app's.
pub(crate) fn confirm(
    tx: &mut Tx,
    who: &User,
    (token, shown): (&str, &str),
    dice: &dyn Dice,
    now: Moment,
) -> Result<Vec<String>, Failure> {
    let secret = pending(tx, who, token, now)?;
    enrol::app_taken(tx, who, &secret, shown, now)?;
    step::take(tx, Kind::Totp, token, now)?;
    codes(tx, who, dice, now)
}

/// Gives new recovery codes; the old ones open nothing any more.
pub(crate) fn codes(
    tx: &mut Tx,
    who: &User,
    dice: &dyn Dice,
    now: Moment,
) -> Result<Vec<String>, Failure> {
    let codes: Vec<String> = (0..CODES)
        .map(|_| {
            let letters: Vec<char> = dice.token().chars().take(CODE_LETTERS).collect();
            letters
                .chunks(4)
                .map(|four| four.iter().collect::<String>())
                .collect::<Vec<_>>()
                .join("-")
        })
        .collect();
    let hashes = codes.iter().map(|code| session::hash(&plain(code))).collect();
    store::keep_codes(tx, who.id, hashes)?;
    audit::note(tx, who, "recovery-codes.made", (USER, who.id.0), Value::Null, now)?;
    Ok(codes)
}

/// Gives new recovery codes to whoever asks for them.
///
/// # Errors
/// `Refused` with `prove_yourself`, or with `second_is_off`.
pub(crate) fn renew_codes(
    tx: &mut Tx,
    who: &User,
    session: &str,
    dice: &dyn Dice,
    now: Moment,
) -> Result<Vec<String>, Failure> {
    session::must_be_proved(tx, session, now)?;
    if !store::held(tx, who.id)?.is_any() {
        let words =
            "Recovery codes stand in for an authenticator app or a passkey, and there is none.";
        return Err(Failure::refused("second_is_off", words));
    }
    codes(tx, who, dice, now)
}

/// Asks for no code of an app any more.
///
/// # Errors
/// `Refused` with `prove_yourself`, or with `second_is_demanded` for the last second factor of somebody of whom one is
/// demanded.
pub(crate) fn remove(tx: &mut Tx, who: &User, session: &str, now: Moment) -> Result<(), Failure> {
    session::must_be_proved(tx, session, now)?;
    store::forget_secret(tx, who.id)?;
    after_removal(tx, who)?;
    audit::note(tx, who, "second-factor.removed", (USER, who.id.0), Value::Null, now)
}

/// Sees that what is left when something was removed is enough. Recovery codes stand in for something: they go with the
/// last of it.
///
/// # Errors
/// `Refused` with `second_is_demanded`.
pub(crate) fn after_removal(tx: &mut Tx, who: &User) -> Result<(), Failure> {
    if held(tx, who.id)?.is_any() {
        return Ok(());
    }
    if demand::is_demanded(tx, &who.role)? {
        let words = "This workspace asks for a second factor of whoever has your role, and this is your last. Add another first.";
        return Err(Failure::refused("second_is_demanded", words));
    }
    store::forget_codes(tx, who.id)
}

/// Takes everything away that somebody could show beside their password, for whoever has lost it all, and signs them out
/// everywhere.
///
/// # Errors
/// `Broken` if the database fails.
pub(crate) fn forget(tx: &mut Tx, who: &User, user: UserId, now: Moment) -> Result<(), Failure> {
    store::forget_secret(tx, user)?;
    store::forget_codes(tx, user)?;
    let passkeys = passkey::remove_all(tx, user)?;
    roster::end_sessions(tx, user)?;
    let detail = serde_json::json!({ "passkeys": passkeys });
    audit::note(tx, who, "second-factor.forgotten", (USER, user.0), detail, now)
}

/// A recovery code however it is typed: capitals, spaces and hyphens make no difference.
fn plain(code: &str) -> String {
    code.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let byte = |at: usize| text.get(at..at + 2).and_then(|two| u8::from_str_radix(two, 16).ok());
    (0..text.len()).step_by(2).filter_map(byte).collect()
}

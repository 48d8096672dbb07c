//! Questions: a challenge that an authenticator is to sign. Each is asked of one browser, for one purpose, and serves once,
//! for a few minutes.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use moment::Moment;
use platform::db::Tx;
use platform::dice::Dice;
use platform::failure::Failure;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::PasskeyRow;
use super::key::ALGORITHMS;
use super::site::Site;
use crate::session;
use crate::step::{self, Kind, Step};
use crate::user::{User, UserId};

/// Bytes of chance in a challenge (Web Authentication, 13.4.3, asks for 16).
const CHALLENGE_BYTES: usize = 32;

/// What a passkey is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Purpose {
    /// To be one's own from now on.
    Add,
    /// To show that it is still oneself.
    Prove,
    /// To come in, with nothing else.
    Enter,
    /// To come in, beside a password.
    Second,
    /// To be one's own from now on, at the door, because a second factor is demanded.
    Enrol,
}

/// What is kept of a question.
#[derive(Serialize, Deserialize)]
struct Kept {
    purpose: Purpose,
    /// The hash of the token that the browser has in a cookie.
    browser: String,
}

fn of(browser: &str) -> String {
    BASE64URL.encode(session::hash(browser))
}

pub(super) fn challenge(dice: &dyn Dice) -> String {
    BASE64URL.encode(dice.bytes(CHALLENGE_BYTES))
}

/// Remembers a challenge, for the browser with that token.
pub(super) fn ask(
    tx: &mut Tx,
    (purpose, browser): (Purpose, &str),
    user: Option<UserId>,
    challenge: &str,
    now: Moment,
) -> Result<(), Failure> {
    let kept = Kept { purpose, browser: of(browser) };
    let state = serde_json::to_string(&kept).map_err(anyhow::Error::from)?;
    step::begin(tx, Kind::Passkey, &Step { user, state }, challenge, now)
}

/// Takes the question to which that challenge belongs, which nobody can answer again; gives whom it was asked.
///
/// # Errors
/// `Refused` with `too_late` if there is none such of this browser's: it was answered, is too old, or never was.
pub(super) fn take(
    tx: &mut Tx,
    (purpose, browser): (Purpose, &str),
    challenge: &str,
    now: Moment,
) -> Result<Option<UserId>, Failure> {
    let step = step::take(tx, Kind::Passkey, challenge, now)?;
    let kept = step.as_ref().and_then(|step| serde_json::from_str::<Kept>(&step.state).ok());
    let is_this = kept.is_some_and(|kept| kept.purpose == purpose && kept.browser == of(browser));
    match step.filter(|_| is_this) {
        Some(step) => Ok(step.user),
        None => {
            let words = "That took too long, or was answered before. Try again.";
            Err(Failure::refused("too_late", words))
        }
    }
}

fn named(passkeys: &[PasskeyRow]) -> Value {
    let one =
        |row: &PasskeyRow| json!({ "type": "public-key", "id": BASE64URL.encode(&row.credential) });
    passkeys.iter().map(one).collect()
}

/// What the browser is to be asked, so that it makes a passkey (5.4). Bytes are in base64url.
pub(super) fn creation(
    site: &Site,
    workspace: &str,
    (who, handle): (&User, &str),
    passkeys: &[PasskeyRow],
    challenge: &str,
) -> Value {
    let algorithm = |alg: &i64| json!({ "type": "public-key", "alg": alg });
    json!({
        "challenge": challenge,
        "rp": { "id": site.rp_id, "name": format!("Sluice {workspace}") },
        "user": { "id": BASE64URL.encode(handle), "name": who.email, "displayName": who.name },
        "pubKeyCredParams": ALGORITHMS.iter().map(algorithm).collect::<Vec<_>>(),
        "excludeCredentials": named(passkeys),
        "authenticatorSelection": {
            "residentKey": "required", "requireResidentKey": true, "userVerification": "required",
        },
        "attestation": "none",
        "timeout": Kind::Passkey.waits().0 / 1_000,
    })
}

/// What the browser is to be asked, so that it shows one of those passkeys; any of ours if there are none (5.5).
pub(super) fn request(site: &Site, passkeys: &[PasskeyRow], challenge: &str) -> Value {
    json!({
        "challenge": challenge,
        "rpId": site.rp_id,
        "allowCredentials": named(passkeys),
        "userVerification": "required",
        "timeout": Kind::Passkey.waits().0 / 1_000,
    })
}

//! Showing once more who one is, before what opens one's account is changed. The session gets a new token for it.

use platform::app::App;
use platform::failure::Failure;
use serde_json::{Value, json};

use crate::audit;
use crate::colleague::USER;
use crate::create_user::key;
use crate::origin::Peer;
use crate::passkey::{self, Purpose, Site};
use crate::password::{BYTES_MAX, Passwords};
use crate::session::{self, SignedIn};
use crate::sign_in::tries;
use crate::store;
use crate::throttle::Buckets;
use crate::user::User;

/// Takes the password of whoever is signed in, and puts a new session in place of theirs.
///
/// # Errors
/// `Refused` with `prove_failed`, saying how many tries are left; `TooMany` with the seconds to wait after too many.
pub(crate) async fn prove(
    app: &App,
    who: &User,
    password: String,
    peer: Peer,
    session: &str,
) -> Result<SignedIn, Failure> {
    let now = app.clock.now();
    must_be_right(app, who, password, peer).await?;
    let (user, session, token) = (who.clone(), session.to_owned(), app.dice.token());
    app.db
        .write(move |tx| {
            audit::note(tx, &user, "user.proved", (USER, user.id.0), Value::Null, now)?;
            session::renew(tx, user, &session, token, now)
        })
        .await
}

/// Takes a passkey of whoever is signed in, and puts a new session in place of theirs.
///
/// # Errors
/// As [`passkey::believed`]; `Refused` with `passkey_copied`.
pub(crate) async fn prove_by_passkey(
    app: &App,
    (who, session): (&User, &str),
    answer: &str,
    site: &Site,
) -> Result<SignedIn, Failure> {
    let now = app.clock.now();
    let believed = passkey::believed(app, (Purpose::Prove, session), answer, site).await?;
    if believed.user != who.id {
        return Err(Failure::SignIn);
    }
    let (user, session, token) = (who.clone(), session.to_owned(), app.dice.token());
    let proved = app
        .db
        .write(move |tx| {
            if !believed.note(tx, now)? {
                return Ok(None);
            }
            let detail = json!({ "by": "passkey" });
            audit::note(tx, &user, "user.proved", (USER, user.id.0), detail, now)?;
            session::renew(tx, user, &session, token, now).map(Some)
        })
        .await?;
    proved.ok_or_else(passkey::copied)
}

/// Sees that this is the password of whoever is signed in. Counted as tries to sign in are.
///
/// # Errors
/// As [`prove`], for a password that is not.
pub(crate) async fn must_be_right(
    app: &App,
    who: &User,
    mut password: String,
    peer: Peer,
) -> Result<(), Failure> {
    let now = app.clock.now();
    let email_key = key(&who.email);
    let (counted_for, known_by) = (email_key.clone(), email_key.clone());
    let left = app.db.write(move |tx| Buckets::of(&counted_for, peer).count(tx, now)).await?;
    let kept = app.db.read(move |tx| store::find_password(tx, &known_by)).await?;
    if password.len() > BYTES_MAX {
        password.clear();
    }
    let is_right =
        app.part::<Passwords>().matches(password, kept.and_then(|(_, kept)| kept)).await?;
    if !is_right {
        let user = who.clone();
        let note = move |tx: &mut platform::Tx| {
            audit::note(tx, &user, "user.proof-failed", (USER, user.id.0), Value::Null, now)
        };
        app.db.write(note).await?;
        let words = format!("That is not your password. {}", tries(left));
        return Err(Failure::refused("prove_failed", words));
    }
    app.db.write(move |tx| Buckets::of(&email_key, peer).forgive(tx)).await
}

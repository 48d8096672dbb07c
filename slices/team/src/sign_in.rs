//! Signing in with a password.

use moment::Moment;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use serde_json::Value;

use crate::audit::{self, Subject};
use crate::colleague::USER;
use crate::create_user::key;
use crate::mouth::Mouth;
use crate::origin::Peer;
use crate::password::{BYTES_MAX, Passwords};
use crate::roster;
pub use crate::second::Entry;
use crate::second::{self, Fresh};
use crate::session::{Means, Opening};
use crate::store;
use crate::throttle::{self, Buckets, PAUSE_MINUTES};
use crate::user::{User, UserId};

/// What is asked.
#[derive(Debug)]
pub struct SignIn {
    /// The address, in any capitals.
    pub email: String,
    /// As it is typed.
    pub password: String,
    /// Whether to stay signed in when the browser closes.
    pub keep: bool,
    /// The browser, in words.
    pub device: String,
}

/// What the sign-in page shows.
#[derive(Clone, Debug, Default)]
pub struct SignInView {
    /// What the workspace is called.
    pub workspace: String,
    /// The host that was asked for.
    pub host: String,
    /// The address that was typed.
    pub email: String,
    /// Where to go after.
    pub next: String,
    /// Whether anybody can ask to be kept signed in.
    pub can_keep: bool,
    /// Whether "keep me signed in" is ticked.
    pub keep: bool,
    /// What went wrong, and what to do about it: a sentence each.
    pub error: Option<(String, String)>,
    /// The buttons of the providers of single sign-on: where each leads, and what stands on it.
    pub providers: Vec<(String, String)>,
    /// Whether browsers make passkeys at this address.
    pub has_passkeys: bool,
}

/// Opens a session for whoever knows the password, or the next door for whoever shows a second thing, too. The answer, its
/// words and the work that it takes are the same whether the address exists or not, and whatever stands about its user.
///
/// # Errors
/// `Refused` with `sign_in_failed`, saying how many tries are left; `TooMany` with the seconds to wait after
/// too many.
pub async fn sign_in(
    app: &App,
    ask: SignIn,
    peer: Peer,
    replaces: Option<&str>,
) -> Result<Entry, Failure> {
    let now = app.clock.now();
    let email_key = key(&ask.email);
    let (known_by, counted_for) = (email_key.clone(), email_key.clone());
    let left = app.db.write(move |tx| Buckets::of(&counted_for, peer).count(tx, now)).await?;
    let found = app.db.read(move |tx| store::find_hash(tx, &known_by)).await?;
    let (whose, kept) = found.map_or((None, None), |(user, kept)| (Some(user), kept));
    let mut password = ask.password;
    if password.len() > BYTES_MAX {
        password.clear(); // no password is so long, and the time must be the same
    }
    let is_right = app.part::<Passwords>().matches(password, kept).await?;
    let (Some(whose), true) = (whose, is_right) else {
        tracing::info!(tries_left = left, "a sign-in failed");
        app.db.write(move |tx| failed(tx, whose, now)).await?;
        return Err(Failure::refused("sign_in_failed", words(left)));
    };
    app.db.write(move |tx| throttle::forget_old(tx, now)).await?;
    let fresh = Fresh::of(app);
    let replaces = replaces.map(str::to_owned);
    let opening = Opening { replaces, keep: ask.keep, device: ask.device, means: Means::Password };
    app.db
        .write(move |tx| {
            Buckets::of(&email_key, peer).forgive(tx)?;
            let user = roster::user(tx, whose.0)?.ok_or(Failure::SignIn)?;
            second::pass(tx, user, &opening, fresh, now)
        })
        .await
}

/// Notes a try that failed, for an unknown address as for a known one: both cost the same.
fn failed(tx: &mut Tx, whose: Option<UserId>, now: Moment) -> Result<(), Failure> {
    let subject = whose.map_or(Subject::NONE, |user| (USER, user.0).into());
    let stranger = User::operator().by(Mouth::Page);
    audit::note(tx, &stranger, "user.sign-in-failed", subject, Value::Null, now)
}

fn words(left: i64) -> String {
    format!("That did not match. Check the address and the password. {}", tries(left))
}

/// How many tries are left, in words.
pub(crate) fn tries(left: i64) -> String {
    const COUNTS: [&str; 6] = [
        "No try is",
        "One try is",
        "Two tries are",
        "Three tries are",
        "Four tries are",
        "Five tries are",
    ];
    let tries = usize::try_from(left).ok().and_then(|left| COUNTS.get(left));
    let tries = tries.map_or_else(|| format!("{left} tries are"), |&known| known.to_owned());
    format!("{tries} left, then a pause of {PAUSE_MINUTES} minutes.")
}

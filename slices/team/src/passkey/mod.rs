//! Passkeys: a key in somebody's phone, computer or stick that signs what we ask (W3C Web Authentication, level 3).
//!
//! **Promise:** a signature is believed only if it answers a question that this browser was asked a moment ago, on a page
//! of ours, by a key of ours whose owner was there and showed that it is theirs; an answer serves once.
//! **Never:** asks who made the authenticator, and never keeps what could sign: only the public key is here.

mod cbor;
mod key;
mod question;
mod said;
mod site;
mod store;
#[cfg(test)]
mod tests;

use moment::Moment;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use serde_json::{Value, json};

use crate::audit;
use crate::colleague::USER;
use crate::create_user::read_name;
use crate::mouth::Mouth;
use crate::origin::Peer;
use crate::session::{Means, Opening, SignedIn};
use crate::throttle::Buckets;
use crate::user::{User, UserId};
use crate::{roster, second, session, workspace};

pub(crate) use question::Purpose;
use said::{Said, Shown, Unbelieved};
pub(crate) use site::Site;
pub(crate) use store::ALL;
use store::NewPasskey;

/// The prefix of a passkey's public id.
pub const PASSKEY: &str = "pky";
/// Passkeys of one user at most.
const PASSKEYS_MAX: usize = 20;

/// A passkey as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyRow {
    /// Inside.
    pub id: i64,
    /// What its owner calls it.
    pub name: String,
    /// The host to which it is bound.
    pub rp_id: String,
    /// Whether it is on several devices of its owner's.
    pub is_synced: bool,
    /// When it was made.
    pub created_at: Moment,
    /// When it opened something last.
    pub last_used_at: Option<Moment>,
    /// By which the authenticator knows it.
    credential: Vec<u8>,
}

/// Somebody's passkeys, the first that was made first.
///
/// # Errors
/// `Broken` when the database fails.
pub fn list(tx: &mut Tx, user: UserId) -> Result<Vec<PasskeyRow>, Failure> {
    store::of(tx, user)
}

/// Who adds a passkey, and by which token their browser is known.
pub(crate) struct Adder<'a> {
    pub who: &'a User,
    pub purpose: Purpose,
    pub browser: &'a str,
}

/// What the browser is to be asked to make a passkey.
///
/// # Errors
/// `Refused` with `prove_yourself` for somebody who is in and showed who they are too long ago, with `too_many_passkeys`.
pub(crate) async fn offer(app: &App, adder: Adder<'_>, site: Site) -> Result<Value, Failure> {
    let (now, challenge) = (app.clock.now(), question::challenge(&*app.dice));
    let (who, purpose, browser) = (adder.who.clone(), adder.purpose, adder.browser.to_owned());
    app.db
        .write(move |tx| {
            if purpose == Purpose::Add {
                session::must_be_proved(tx, &browser, now)?;
            }
            let passkeys = store::of(tx, who.id)?;
            if passkeys.len() >= PASSKEYS_MAX {
                let words = format!("You have {PASSKEYS_MAX} passkeys. Remove one first.");
                return Err(Failure::refused("too_many_passkeys", words));
            }
            question::ask(tx, (purpose, &browser), Some(who.id), &challenge, now)?;
            let workspace = workspace::workspace(tx)?.name;
            let handle = tx.public_ids().encode(USER, who.id.0);
            Ok(question::creation(&site, &workspace, (&who, &handle), &passkeys, &challenge))
        })
        .await
}

/// Keeps a passkey that was made, within the transaction of whoever asked for it.
///
/// # Errors
/// `Refused` with `passkey` for one that is not believed, with `too_late`, or with `passkey_exists`; `Invalid` for a name
/// that can't be.
pub(crate) fn keep(
    tx: &mut Tx,
    adder: &Adder<'_>,
    (name, answer): (&str, &str),
    site: &Site,
    now: Moment,
) -> Result<(), Failure> {
    let mut errors = Vec::new();
    let name = read_name("passkey", name, &mut errors);
    if !errors.is_empty() {
        return Err(Failure::Invalid(errors));
    }
    let said = Said::read(answer)?;
    let asked = question::take(tx, (adder.purpose, adder.browser), &said.challenge, now)?;
    if asked != Some(adder.who.id) {
        return Err(Unbelieved::WrongKind.into());
    }
    let made = said.made(site)?;
    let user = adder.who.id;
    let new = NewPasskey { id: tx.ids(1)?, user, made: &made, rp_id: &site.rp_id, name: &name };
    if !store::add(tx, &new, now)? {
        let words = "That passkey is somebody's already.";
        return Err(Failure::refused("passkey_exists", words));
    }
    let detail = json!({ "synced": made.is_synced });
    audit::note(tx, adder.who, "passkey.added", (PASSKEY, new.id), detail, now)
}

/// Adds a passkey to one's own; gives recovery codes if it is the first thing for which they could stand in.
///
/// # Errors
/// As [`keep`]; `Refused` with `prove_yourself`.
pub(crate) async fn add(
    app: &App,
    (who, session): (&User, &str),
    (name, answer): (String, String),
    site: Site,
) -> Result<Option<Vec<String>>, Failure> {
    let (now, dice) = (app.clock.now(), std::sync::Arc::clone(&app.dice));
    let (who, session) = (who.clone(), session.to_owned());
    app.db
        .write(move |tx| {
            session::must_be_proved(tx, &session, now)?;
            let is_first = !second::held(tx, who.id)?.is_any();
            let adder = Adder { who: &who, purpose: Purpose::Add, browser: &session };
            keep(tx, &adder, (&name, &answer), &site, now)?;
            is_first.then(|| second::codes(tx, &who, &*dice, now)).transpose()
        })
        .await
}

/// Removes one of one's own passkeys.
///
/// # Errors
/// `Refused` with `prove_yourself`, or with `second_is_demanded` for the last second factor of somebody of whom one is
/// demanded; `Missing`.
pub(crate) fn remove(
    tx: &mut Tx,
    (who, session): (&User, &str),
    id: i64,
    now: Moment,
) -> Result<(), Failure> {
    session::must_be_proved(tx, session, now)?;
    if store::remove(tx, id, who.id)?.is_none() {
        return Err(Failure::missing("passkey", tx.public_ids().encode(PASSKEY, id)));
    }
    second::after_removal(tx, who)?;
    audit::note(tx, who, "passkey.removed", (PASSKEY, id), Value::Null, now)
}

/// Calls one of one's own passkeys otherwise. It opens what it opened: nobody has to show for it who they are.
///
/// # Errors
/// `Invalid` for a name that can't be; `Missing`.
pub fn rename(tx: &mut Tx, who: &User, id: i64, name: &str, now: Moment) -> Result<(), Failure> {
    let mut errors = Vec::new();
    let name = read_name("passkey_name", name, &mut errors);
    if !errors.is_empty() {
        return Err(Failure::Invalid(errors));
    }
    if !store::rename(tx, id, who.id, &name)? {
        return Err(Failure::missing("passkey", tx.public_ids().encode(PASSKEY, id)));
    }
    audit::note(tx, who, "passkey.renamed", (PASSKEY, id), Value::Null, now)
}

/// Removes all passkeys of somebody; gives how many.
pub(crate) fn remove_all(tx: &mut Tx, user: UserId) -> Result<u64, Failure> {
    store::remove_all(tx, user)
}

/// What the browser is to be asked to show a passkey: one of that user's, or any if nobody is named.
///
/// # Errors
/// `Broken` if the database fails.
pub(crate) async fn ask(
    app: &App,
    (purpose, browser): (Purpose, &str),
    user: Option<UserId>,
    site: Site,
) -> Result<Value, Failure> {
    let (now, challenge) = (app.clock.now(), question::challenge(&*app.dice));
    let browser = browser.to_owned();
    app.db
        .write(move |tx| {
            let passkeys = match user {
                Some(user) => store::of(tx, user)?,
                None => Vec::new(),
            };
            question::ask(tx, (purpose, &browser), user, &challenge, now)?;
            Ok(question::request(&site, &passkeys, &challenge))
        })
        .await
}

/// A passkey that was shown and is believed; it counts once [`Believed::note`] has noted its use.
pub(crate) struct Believed {
    /// Whose it is.
    pub user: UserId,
    id: i64,
    shown: Shown,
}

/// Sees that an answer is to a question of this browser's, by a passkey of ours.
///
/// # Errors
/// `Refused` with `too_late`, or with `passkey` if it is not believed.
pub(crate) async fn believed(
    app: &App,
    (purpose, browser): (Purpose, &str),
    answer: &str,
    site: &Site,
) -> Result<Believed, Failure> {
    let now = app.clock.now();
    let said = Said::read(answer)?;
    let (browser, challenge) = (browser.to_owned(), said.challenge.clone());
    // Taken first, in a transaction of its own: what fails may not be tried again.
    let asked =
        app.db.write(move |tx| question::take(tx, (purpose, &browser), &challenge, now)).await?;
    let credential = said.credential.clone();
    let found = app.db.read(move |tx| store::find(tx, credential)).await?;
    let found = found.ok_or(Unbelieved::UnknownCredential)?;
    if found.rp_id != site.rp_id {
        return Err(Unbelieved::WrongSite.into());
    }
    let handle = said.user_handle()?;
    let is_theirs = app.public_ids().encode(USER, found.user.0).as_bytes() == handle;
    // An authenticator that was told which passkeys would do may leave out whose it is (7.2, step 6).
    let is_unsaid = handle.is_empty() && asked.is_some();
    if !(is_theirs || is_unsaid) || asked.is_some_and(|asked| asked != found.user) {
        return Err(Unbelieved::OfAnother.into());
    }
    let shown = said.shown(site, &found.key)?;
    Ok(Believed { user: found.user, id: found.id, shown })
}

impl Believed {
    /// Notes the use. A count that has not grown tells of a copy (7.2, step 22), which opens nothing.
    ///
    /// # Errors
    /// `Broken` if the database fails. Whether it counts is the answer.
    pub(crate) fn note(&self, tx: &mut Tx, now: Moment) -> Result<bool, Failure> {
        let Shown { sign_count, is_synced } = self.shown;
        if store::note_use(tx, self.id, (sign_count, is_synced), now)? {
            return Ok(true);
        }
        tracing::warn!("the count of a passkey has not grown: there may be a copy of it");
        failed(tx, Some(self.user), "count", now)?;
        Ok(false)
    }
}

/// What is answered for a passkey that may be a copy.
pub(crate) fn copied() -> Failure {
    let words = "That passkey was used elsewhere in the meantime, so there may be a copy of it. Sign in another way, and \
        remove it from your account.";
    Failure::refused("passkey_copied", words)
}

/// Notes that a passkey opened nothing.
fn failed(tx: &mut Tx, user: Option<UserId>, why: &str, now: Moment) -> Result<(), Failure> {
    let stranger = User::operator().by(Mouth::Page);
    let subject = user.map_or(audit::Subject::NONE, |user| (USER, user.0).into());
    audit::note(tx, &stranger, "user.passkey-failed", subject, json!({ "why": why }), now)
}

/// Opens a session for whoever shows a passkey. Nothing else is asked of them: they have it, and have shown that it is
/// theirs, which are two things already.
///
/// # Errors
/// As [`believed`]; `Refused` with `passkey_copied`; `TooMany` after too many tries.
pub(crate) async fn enter(
    app: &App,
    (browser, answer): (&str, &str),
    site: &Site,
    peer: Peer,
    opening: Opening,
) -> Result<SignedIn, Failure> {
    let now = app.clock.now();
    app.db.write(move |tx| Buckets::door("passkey", peer).count(tx, now)).await?;
    let believed = match believed(app, (Purpose::Enter, browser), answer, site).await {
        Ok(believed) => believed,
        Err(failure) => {
            app.db.write(move |tx| failed(tx, None, "not believed", now)).await?;
            return Err(failure);
        }
    };
    let token = app.dice.token();
    app.db
        .write(move |tx| {
            if !believed.note(tx, now)? {
                return Ok(Err(copied()));
            }
            let Some(user) = roster::user(tx, believed.user.0)? else {
                failed(tx, Some(believed.user), "suspended", now)?;
                return Ok(Err(Unbelieved::OfAnother.into()));
            };
            Buckets::door("passkey", peer).forgive(tx)?;
            let detail = json!({ "by": Means::Passkey.as_str() });
            audit::note(tx, &user, "user.signed-in", (USER, user.id.0), detail, now)?;
            session::open(tx, user, token, &opening, now).map(Ok)
        })
        .await?
}

//! Accepting an invitation: its link, a name and a password make a user, who is signed in.

use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use serde_json::json;

use super::{INVITATION, Invitation, store};
use crate::audit;
use crate::create_user::Login;
use crate::origin::Peer;
use crate::password::Passwords;
use crate::roster::role_named;
use crate::second::{self, Entry, Fresh};
use crate::session::{self, Means, Opening};
use crate::throttle::Buckets;

/// What is asked.
pub(crate) struct Accept {
    /// As the user wants to be called.
    pub name: String,
    /// As it is typed.
    pub password: String,
    /// The browser, in words.
    pub device: String,
}

/// The invitation to which a link belongs. Counted for the network, so that nobody tries links at leisure.
///
/// # Errors
/// `Refused` with `no_invitation` if it lets nobody in: the words are the same for one that never was. `TooMany` after
/// too many tries.
pub(crate) async fn look(app: &App, token: &str, peer: Peer) -> Result<Invitation, Failure> {
    let (now, token) = (app.clock.now(), token.to_owned());
    app.db.write(move |tx| Buckets::door("invitation", peer).count(tx, now)).await?;
    let found = app
        .db
        .write(move |tx| {
            let found = store::find(tx, session::hash(&token), now)?;
            if found.is_some() {
                Buckets::door("invitation", peer).forgive(tx)?;
            }
            Ok(found)
        })
        .await?;
    found.ok_or_else(none)
}

/// Makes the user whom a link lets in, and signs them in, or leads on to where they get a second factor that is demanded.
///
/// # Errors
/// As [`look`]; `Invalid` with every field that cannot be; `Refused` with `user_exists` if somebody got a password for
/// the address in between.
pub(crate) async fn accept(
    app: &App,
    token: &str,
    ask: Accept,
    peer: Peer,
    replaces: Option<&str>,
) -> Result<Entry, Failure> {
    let invitation = look(app, token, peer).await?;
    let mut errors = Vec::new();
    if ask.name.trim().is_empty() {
        errors.push(crate::create_user::field("name", "is empty"));
    }
    let login = Login::read(&ask.name, &invitation.email, &ask.password, &mut errors);
    if !errors.is_empty() {
        return Err(Failure::Invalid(errors));
    }
    let hash = app.part::<Passwords>().hash(ask.password, &*app.dice).await?;
    let (now, fresh, token) = (app.clock.now(), Fresh::of(app), token.to_owned());
    let opening = Opening {
        replaces: replaces.map(str::to_owned),
        keep: false,
        device: ask.device,
        means: Means::Welcome,
    };
    app.db
        .write(move |tx: &mut Tx| {
            let accepted = store::accept(tx, session::hash(&token), now)?.ok_or_else(none)?;
            let role = role_named(tx, &accepted.role)?;
            let user = login.store(tx, role, &hash, now)?;
            let detail = json!({ "user": tx.public_ids().encode(crate::USER, user.id.0) });
            audit::note(tx, &user, "invitation.accepted", (INVITATION, accepted.id), detail, now)?;
            second::pass(tx, user, &opening, fresh, now)
        })
        .await
}

fn none() -> Failure {
    let words = "This invitation lets nobody in: it was used, taken back, or is older than a week. Ask whoever \
        invited you for a new link.";
    Failure::refused("no_invitation", words)
}

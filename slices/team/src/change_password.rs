//! Changing one's password, which signs every other browser out.

use platform::app::App;
use platform::failure::Failure;
use serde_json::Value;

use crate::audit;
use crate::colleague::USER;
use crate::origin::Peer;
use crate::password::{self, Passwords};
use crate::session::{self, SignedIn};
use crate::user::User;
use crate::{prove, sessions, store};

/// What is asked.
pub(crate) struct ChangePassword {
    /// The one that opens the door so far; not asked of whoever has none.
    pub old: String,
    /// The one that is to.
    pub new: String,
}

/// Puts a new password in place of the old one. Every other session ends, and this one gets a new token.
///
/// # Errors
/// `Refused` with `prove_failed` for a wrong old one, or with `prove_yourself` without one; `TooMany` after too many
/// tries; `Invalid` for a new one that is not accepted.
pub(crate) async fn change_password(
    app: &App,
    who: &User,
    ask: ChangePassword,
    peer: Peer,
    session: &str,
) -> Result<SignedIn, Failure> {
    if let Some(words) = password::refusal(&ask.new, &who.email) {
        return Err(Failure::invalid("new", words));
    }
    let (id, now) = (who.id, app.clock.now());
    if app.db.read(move |tx| store::has_password(tx, id)).await? {
        prove::must_be_right(app, who, ask.old, peer).await?;
    } else {
        let session = session.to_owned();
        app.db.read(move |tx| session::must_be_proved(tx, &session, now)).await?;
    }
    let hash = app.part::<Passwords>().hash(ask.new, &*app.dice).await?;
    let (user, session, token) = (who.clone(), session.to_owned(), app.dice.token());
    app.db
        .write(move |tx| {
            store::set_password(tx, user.id, &hash)?;
            sessions::end_others(tx, user.id, &session)?;
            audit::note(tx, &user, "user.password-changed", (USER, user.id.0), Value::Null, now)?;
            session::renew(tx, user, &session, token, now)
        })
        .await
}

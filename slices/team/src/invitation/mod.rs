//! Invitations: a link, for one address and one role, by which somebody becomes a user.
//!
//! **Promise:** a link lets in one person once, within a week; of it only the hash is kept, so that whoever reads the
//! database can't use it; renewing an invitation ends the link before it.
//! **Never:** sends mail. Whoever invites is shown the link and passes it on.

mod accept;
mod store;

use moment::{Moment, Span};
use platform::db::Tx;
use platform::failure::Failure;
use serde_json::json;

use crate::audit;
use crate::create_user::{key, must_be_address};
use crate::role::{Right, Role};
use crate::roster::role_named;
use crate::session;
use crate::user::User;

pub(crate) use accept::{Accept, accept, look};
pub(crate) use store::ALL;
pub use store::Invitation;

/// The prefix of an invitation's public id.
pub const INVITATION: &str = "inv";
/// How long a link lets in.
const LASTS: Span = Span::days(7);
/// Invitations that the page shows.
const LISTED: i64 = 100;

/// The way of a link, behind the address at which people reach this program.
pub fn way(token: &str) -> String {
    format!("/join/{token}")
}

/// Makes an invitation; gives it, and the token of its link, which nobody can ever see again.
///
/// # Errors
/// `Forbidden` without the right to manage the team, or to give a role with more rights than one's own; `Invalid` for
/// what is no address; `Refused` with `user_exists` if somebody signs in with it, or with `invited_already`.
pub fn invite(
    tx: &mut Tx,
    who: &User,
    (email, role): (&str, Role),
    token: &str,
    now: Moment,
) -> Result<Invitation, Failure> {
    who.may(Right::ManageTeam)?;
    who.may_give(&role)?;
    let email = must_be_address(email)?;
    if let Some((_, Some(_))) = crate::store::find_password(tx, &key(&email))? {
        return Err(Failure::refused(
            "user_exists",
            format!("Somebody signs in with {email} already."),
        ));
    }
    let invitation = Invitation {
        id: tx.ids(1)?,
        email,
        role: role.as_str().to_owned(),
        invited_by: who.actor(),
        created_at: now,
        expires_at: now + LASTS,
        accepted_at: None,
        revoked_at: None,
    };
    if !store::add(tx, &invitation, &key(&invitation.email), session::hash(token))? {
        let words = format!(
            "{} is invited already: renew that invitation for a new link.",
            invitation.email
        );
        return Err(Failure::refused("invited_already", words));
    }
    let detail = json!({ "role": invitation.role });
    audit::note(tx, who, "invitation.made", (INVITATION, invitation.id), detail, now)?;
    Ok(invitation)
}

/// Gives an invitation a new link and another week; the link before it opens nothing any more.
///
/// # Errors
/// `Forbidden` as [`invite`]; `Missing` if there is none that waits.
pub fn renew(
    tx: &mut Tx,
    who: &User,
    id: i64,
    token: &str,
    now: Moment,
) -> Result<Invitation, Failure> {
    who.may(Right::ManageTeam)?;
    let found = store::renew(tx, id, session::hash(token), now + LASTS)?;
    let invitation = found.ok_or_else(|| Failure::missing("invitation that waits", id))?;
    who.may_give(&role_named(tx, &invitation.role)?)?;
    audit::note(tx, who, "invitation.renewed", (INVITATION, id), serde_json::Value::Null, now)?;
    Ok(invitation)
}

/// Takes an invitation back.
///
/// # Errors
/// `Forbidden` without the right to manage the team; `Missing` if there is none that waits.
pub fn revoke(tx: &mut Tx, who: &User, id: i64, now: Moment) -> Result<(), Failure> {
    who.may(Right::ManageTeam)?;
    if !store::revoke(tx, id, now)? {
        return Err(Failure::missing("invitation that waits", id));
    }
    audit::note(tx, who, "invitation.revoked", (INVITATION, id), serde_json::Value::Null, now)
}

/// The newest invitations, with those that came to their end.
///
/// # Errors
/// `Forbidden` without the right to manage the team.
pub fn list(tx: &mut Tx, who: &User) -> Result<Vec<Invitation>, Failure> {
    who.may(Right::ManageTeam)?;
    store::list(tx, LISTED)
}

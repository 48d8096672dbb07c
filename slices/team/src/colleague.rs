//! `colleague`: a user who looks after people before signing in for the first time.

use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;

use serde_json::Value;

use crate::audit;
use crate::create_user::key;
use crate::role::{Right, Role};
use crate::sight::Sight;
use crate::store;
use crate::token::Scope;
use crate::user::{User, UserId};

/// The prefix of a user's public id.
pub const USER: &str = "usr";

/// Sees to it that there is a user with that address, and gives who it is. A new one has no password,
/// and so can't sign in until given one.
///
/// # Errors
/// `Forbidden` without the right to manage the team.
pub fn colleague(
    tx: &mut Tx,
    who: &User,
    name: &str,
    email: &str,
    now: Moment,
) -> Result<UserId, Failure> {
    who.may(Right::ManageTeam)?;
    let id = UserId(tx.ids(1)?);
    let user = User {
        id,
        name: name.to_owned(),
        email: email.to_owned(),
        role: Role::Member,
        sight: Sight::Everybody,
        scope: Scope::Write,
        until: None,
        mouth: who.mouth,
    };
    let kept = UserId(store::add_colleague(tx, &user, &key(email), now)?);
    if kept == id {
        audit::note(tx, who, "user.created", (USER, id.0), Value::Null, now)?;
    }
    Ok(kept)
}

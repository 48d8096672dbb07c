//! Users as they are listed, and what may be changed of them.

use moment::Moment;
use platform::args;
use platform::db::Tx;
use platform::failure::Failure;
use serde_json::json;

use super::{role_named, role_of, store};
use crate::audit;
use crate::colleague::USER;
use crate::create_user::{key, read_name};
use crate::demand;
use crate::role::{Right, Role};
use crate::sight::Sees;
use crate::user::{User, UserId};

/// A user as they are listed.
#[derive(Clone, Debug, PartialEq)]
pub struct UserRow {
    /// Inside.
    pub id: i64,
    /// As they want to be called.
    pub name: String,
    /// With which they sign in.
    pub email: String,
    /// What their rights come from.
    pub role: Role,
    /// How far they see, by their role and by what is set for them.
    pub sees: Sees,
    /// Since when they open nothing, if they are suspended.
    pub suspended_at: Option<Moment>,
    /// Whether they have a password.
    pub has_password: bool,
    /// Since when there is such a user.
    pub created_at: Moment,
    /// Their teams: which, and whether they manage it.
    pub teams: Vec<(i64, bool)>,
}

/// What is to be changed of a user; nothing else is.
#[derive(Clone, Debug, Default)]
pub struct UserChange {
    /// As they want to be called.
    pub name: Option<String>,
    /// The name of another role.
    pub role: Option<String>,
    /// How far they are to see, at most as far as their role does.
    pub sees: Option<Sees>,
    /// Whether they are to be suspended.
    pub suspended: Option<bool>,
}

/// Every user, by name.
///
/// # Errors
/// `Forbidden` without the right to manage the team.
pub fn users(tx: &mut Tx, who: &User) -> Result<Vec<UserRow>, Failure> {
    who.may(Right::ManageTeam)?;
    let mut users = Vec::new();
    for row in store::users(tx)? {
        let (role, sees) = role_of(&row)?;
        users.push(UserRow {
            id: row.int(0),
            name: row.text(1).to_owned(),
            email: row.text(2).to_owned(),
            role,
            sees,
            suspended_at: row.moment_opt(10),
            has_password: row.int(11) != 0,
            created_at: row.moment(12),
            teams: Vec::new(),
        });
    }
    for member in store::members(tx)? {
        if let Some(user) = users.iter_mut().find(|user| user.id == member.int(1)) {
            user.teams.push((member.int(0), member.int(4) != 0));
        }
    }
    Ok(users)
}

/// The user meant by an address or a public id.
pub(crate) fn meant(tx: &mut Tx, who: &User, user: &str) -> Result<UserRow, Failure> {
    let users = users(tx, who)?;
    let id = tx.public_ids().decode(USER, user.trim());
    let wanted = key(user);
    let found = users.into_iter().find(|row| Some(row.id) == id || key(&row.email) == wanted);
    found.ok_or_else(|| Failure::missing("user", user.trim()))
}

/// Changes a user, whom an address or a public id names.
///
/// # Errors
/// `Forbidden` without the right to manage the team, and for somebody who has, or is to have, a role that may or sees
/// more than one's own; `Missing`; `Refused` with `no_role`, with `oneself` for whoever would suspend themselves, with
/// `last_owner` if the workspace would be left without an owner who can sign in.
pub fn change_user(
    tx: &mut Tx,
    who: &User,
    user: &str,
    change: UserChange,
    now: Moment,
) -> Result<UserRow, Failure> {
    who.may(Right::ManageTeam)?;
    let before = meant(tx, who, user)?;
    who.may_give(&before.role)?;
    let mut after = before.clone();
    if let Some(name) = &change.name {
        let mut errors = Vec::new();
        after.name = read_name("name", name, &mut errors);
        if !errors.is_empty() {
            return Err(Failure::Invalid(errors));
        }
    }
    if let Some(role) = &change.role {
        after.role = role_named(tx, role)?;
        who.may_give(&after.role)?;
    }
    if change.role.is_some() || change.sees.is_some() {
        // Another role is seen by as far as that role sees, unless it is said otherwise in the same breath.
        after.sees = change.sees.unwrap_or(Sees::Everybody).min(after.role.sees());
    }
    if after.sees > before.sees && after.sees > who.sight.sees() {
        return Err(Failure::Forbidden);
    }
    match change.suspended {
        Some(true) if before.id == who.id.0 => {
            let words = "Nobody suspends themselves; let another do it.";
            return Err(Failure::refused("oneself", words));
        }
        Some(true) => after.suspended_at = before.suspended_at.or(Some(now)),
        Some(false) => after.suspended_at = None,
        None => {}
    }
    let (role, role_id) = after.role.stored();
    let args = args![after.id, &after.name, role, role_id, after.sees.as_str(), after.suspended_at];
    store::change_user(tx, args)?;
    if after.suspended_at.is_some() {
        store::end_sessions(tx, after.id)?;
    }
    if after.role != before.role {
        demand::end_unfit(tx, UserId(after.id))?;
    }
    let was_owner = before.role == Role::Owner && before.suspended_at.is_none();
    if was_owner && !super::users_who_sign_in(tx)?.iter().any(|user| user.role == Role::Owner) {
        let words =
            "Somebody must own the workspace and be able to sign in: make another owner first.";
        return Err(Failure::refused("last_owner", words));
    }
    let detail = json!({
        "role": after.role.as_str(),
        "sees": after.sees.as_str(),
        "suspended": after.suspended_at.is_some(),
        "renamed": after.name != before.name,
    });
    audit::note(tx, who, "user.changed", (USER, after.id), detail, now)?;
    Ok(after)
}

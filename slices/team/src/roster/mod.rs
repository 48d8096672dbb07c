//! The roster: who is in the workspace, in which teams, with which roles, and whose territories there are.
//!
//! **Promise:** nobody gives another more than they have; the workspace keeps an owner who can sign in; whoever is
//! suspended opens nothing from then on.

mod roles;
pub(crate) mod store;
mod teams;
mod territories;
#[cfg(test)]
mod tests;
mod users;

use std::sync::Arc;

use platform::db::{Row, Sql, Tx};
use platform::failure::Failure;

use crate::field::FieldRights;
use crate::mouth::Mouth;
use crate::role::{CUSTOM, CustomRole, Rights, Role};
use crate::sight::{self, Sees};
use crate::token::Scope;
use crate::user::{User, UserId};

pub use roles::{RoleAsk, RoleRow, remove_role, role_named, roles, save_role};
pub use teams::{Member, Place, TeamAsk, TeamRow, place, remove_team, save_team, teams};
pub use territories::{
    Holder, Territory, TerritoryAsk, TerritoryRow, built, held_territories, remove_territory,
    save_territory, territories, unmake_territories,
};
pub(crate) use users::meant;
pub use users::{UserChange, UserRow, change_user, users};

pub(crate) const ALL: &[Sql] = store::ALL;

/// The prefix of a team's public id.
pub const TEAM: &str = "tea";
/// The prefix of the public id of a role that somebody made.
pub const ROLE: &str = "rol";
/// The prefix of a territory's public id.
pub const TERRITORY: &str = "ter";

/// A user of a row that begins with the columns of [`crate::store::of_user`], with whom they see now.
pub(crate) fn user_of(tx: &mut Tx, row: &Row) -> Result<User, Failure> {
    let (role, sees) = role_of(row)?;
    let id = UserId(row.int(0));
    Ok(User {
        id,
        name: row.text(1).to_owned(),
        email: row.text(2).to_owned(),
        sight: sight::sight(tx, id, sees)?,
        role,
        scope: Scope::Write,
        until: None,
        mouth: Mouth::Page,
    })
}

/// The role of such a row, and how far the user sees: as their role says, or less far if that is set for them.
fn role_of(row: &Row) -> Result<(Role, Sees), Failure> {
    let broken = |what: &str| Failure::broken(format!("user {}: {what}", row.int(0)));
    let role = match (row.text(3), row.int_opt(5)) {
        (CUSTOM, Some(id)) => Role::Custom(Arc::new(custom(
            id,
            row.text(6),
            [row.text(7), row.text(8), row.text(9)],
        )?)),
        (CUSTOM, None) => return Err(broken("their role is gone")),
        (word, _) => word.parse().map_err(anyhow::Error::from)?,
    };
    let set = Sees::parse(row.text(4)).ok_or_else(|| broken("nobody sees so far"))?;
    let sees = set.min(role.sees());
    Ok((role, sees))
}

fn custom(id: i64, name: &str, [rights, sees, fields]: [&str; 3]) -> Result<CustomRole, Failure> {
    let broken = || Failure::broken(format!("role {id} can't be read"));
    Ok(CustomRole {
        id,
        name: name.to_owned(),
        rights: Rights::parse(rights).ok_or_else(broken)?,
        sees: Sees::parse(sees).ok_or_else(broken)?,
        fields: Arc::new(FieldRights::parse(fields).map_err(anyhow::Error::from)?),
    })
}

/// A user as they are now; nothing if there is none of that id, or if they are suspended. For what goes on when they
/// have left.
///
/// # Errors
/// `Broken` if the database fails.
pub fn user(tx: &mut Tx, id: i64) -> Result<Option<User>, Failure> {
    let Some(row) = store::user(tx, id)? else { return Ok(None) };
    user_of(tx, &row).map(Some)
}

/// The user whom an address or a public id names, asking at the command line: with no more than they may and see.
///
/// # Errors
/// `Missing` if there is none who opens anything.
pub fn acting(tx: &mut Tx, which: &str) -> Result<User, Failure> {
    let operator = User::operator();
    let row = users::meant(tx, &operator, which)?;
    let found = user(tx, row.id)?.filter(|_| row.suspended_at.is_none());
    let user = found.ok_or_else(|| Failure::missing("user who is let in", which.trim()))?;
    Ok(user.by(Mouth::Command))
}

/// Those who can sign in, by name.
pub(crate) fn users_who_sign_in(tx: &mut Tx) -> Result<Vec<User>, Failure> {
    store::who_sign_in(tx)?.iter().map(|row| user_of(tx, row)).collect()
}

/// Every role there is, the program's first.
pub(crate) fn every_role(tx: &mut Tx) -> Result<Vec<Role>, Failure> {
    let mut roles = crate::role::ROLES.to_vec();
    for row in store::roles(tx)? {
        let role = custom(row.int(0), row.text(1), [row.text(2), row.text(3), row.text(4)])?;
        roles.push(Role::Custom(Arc::new(role)));
    }
    Ok(roles)
}

/// Signs somebody out everywhere.
pub(crate) fn end_sessions(tx: &mut Tx, user: UserId) -> Result<(), Failure> {
    store::end_sessions(tx, user.0)
}

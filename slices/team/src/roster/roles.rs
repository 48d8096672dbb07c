//! Roles that somebody makes, changes and removes.

use std::sync::Arc;

use moment::Moment;
use platform::args;
use platform::db::Tx;
use platform::failure::{Failure, Field};
use serde_json::json;

use super::{ROLE, custom, store};
use crate::audit;
use crate::create_user::read_name;
use crate::demand;
use crate::field::FieldRights;
use crate::role::{CUSTOM, CustomRole, ROLES, Right, Rights, Role};
use crate::sight::Sees;
use crate::user::User;

/// A role, and how many have it.
#[derive(Clone, Debug, PartialEq)]
pub struct RoleRow {
    /// The role.
    pub role: Role,
    /// How many users have it.
    pub users: u64,
}

/// What a role is to be.
#[derive(Clone, Debug)]
pub struct RoleAsk {
    /// Which one is changed, by its name; a new one otherwise.
    pub changes: Option<String>,
    /// What it is to be called.
    pub name: String,
    /// What it may do.
    pub rights: Rights,
    /// Whom it sees.
    pub sees: Sees,
    /// What it sees of them.
    pub fields: FieldRights,
}

/// Every role, the program's first.
///
/// # Errors
/// `Forbidden` without the right to manage the team.
pub fn roles(tx: &mut Tx, who: &User) -> Result<Vec<RoleRow>, Failure> {
    who.may(Right::ManageTeam)?;
    let counted = store::built_in(tx)?;
    let users = |role: &Role| counted.iter().find(|(word, _)| word == role.as_str());
    let mut roles: Vec<RoleRow> = ROLES
        .into_iter()
        .map(|role| RoleRow { users: users(&role).map_or(0, |(_, users)| *users), role })
        .collect();
    for row in store::roles(tx)? {
        let role = custom(row.int(0), row.text(1), [row.text(2), row.text(3), row.text(4)])?;
        roles
            .push(RoleRow { role: Role::Custom(Arc::new(role)), users: row.int(5).unsigned_abs() });
    }
    Ok(roles)
}

/// The role of that name, in any capitals.
///
/// # Errors
/// `Refused` with `no_role` and the names that there are.
pub fn role_named(tx: &mut Tx, name: &str) -> Result<Role, Failure> {
    let wanted = name.trim().to_lowercase();
    if let Ok(role) = wanted.parse() {
        return Ok(role);
    }
    let mut known: Vec<String> = ROLES.iter().map(|role| role.as_str().to_owned()).collect();
    for row in store::roles(tx)? {
        if row.text(1).to_lowercase() == wanted {
            let role = custom(row.int(0), row.text(1), [row.text(2), row.text(3), row.text(4)])?;
            return Ok(Role::Custom(Arc::new(role)));
        }
        known.push(row.text(1).to_owned());
    }
    let words = format!("There is no role {}; there are {}.", name.trim(), known.join(", "));
    Err(Failure::refused("no_role", words))
}

/// Makes a role, or changes one for everybody who has it.
///
/// # Errors
/// `Forbidden` without the right to manage the team, and for a role that may or sees more than one does, before or
/// after; `Invalid` for a name that can't be; `Refused` with `role_exists` or `no_role`.
pub fn save_role(tx: &mut Tx, who: &User, ask: RoleAsk, now: Moment) -> Result<Role, Failure> {
    who.may(Right::ManageTeam)?;
    let before = match &ask.changes {
        Some(name) => Some(changeable(tx, who, name)?),
        None => None,
    };
    let mut errors: Vec<Field> = Vec::new();
    let name = read_name("name", &ask.name, &mut errors);
    let key = name.to_lowercase();
    if errors.is_empty() && (key == CUSTOM || ROLES.iter().any(|role| role.as_str() == key)) {
        errors.push(Field { name: "name".to_owned(), words: "is that of another role".to_owned() });
    }
    if !errors.is_empty() {
        return Err(Failure::Invalid(errors));
    }
    let is_new = before.is_none();
    let id = match before {
        Some(role) => role.id,
        None => tx.ids(1)?,
    };
    let RoleAsk { rights, sees, fields, .. } = ask;
    let role = CustomRole { id, name, rights, sees, fields: Arc::new(fields) };
    let args =
        args![id, &role.name, key, rights.to_string(), sees.as_str(), role.fields.to_string()];
    let role = Role::Custom(Arc::new(role));
    who.may_give(&role)?;
    if !store::save_role(tx, is_new, args)? {
        let words = format!("There is a role {} already.", role.as_str());
        return Err(Failure::refused("role_exists", words));
    }
    let what = if is_new { "role.created" } else { "role.changed" };
    let detail = json!({ "name": role.as_str(), "rights": rights.to_string(), "sees": sees.as_str(),
        "fields": role.fields().to_string() });
    audit::note(tx, who, what, (ROLE, id), detail, now)?;
    Ok(role)
}

/// Takes a role away.
///
/// # Errors
/// As [`save_role`]; `Refused` with `role_in_use` while somebody has it.
pub fn remove_role(tx: &mut Tx, who: &User, name: &str, now: Moment) -> Result<(), Failure> {
    who.may(Right::ManageTeam)?;
    let role = changeable(tx, who, name)?;
    if store::remove_role(tx, role.id)? {
        demand::forget_role(tx, &Role::Custom(Arc::clone(&role)))?;
        let detail = json!({ "name": role.name });
        return audit::note(tx, who, "role.removed", (ROLE, role.id), detail, now);
    }
    let words = format!("Somebody is {}: give them another role first.", role.name);
    Err(Failure::refused("role_in_use", words))
}

/// A role that this user may change: made by somebody, and no more than their own.
fn changeable(tx: &mut Tx, who: &User, name: &str) -> Result<Arc<CustomRole>, Failure> {
    let role = role_named(tx, name)?;
    who.may_give(&role)?;
    match role {
        Role::Custom(role) => Ok(role),
        built_in @ (Role::Owner | Role::Admin | Role::Manager | Role::Member | Role::Viewer) => {
            let words = format!(
                "The role {built_in} comes with the program and stays as it is; make one of your own instead."
            );
            Err(Failure::refused("built_in", words))
        }
    }
}

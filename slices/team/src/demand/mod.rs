//! Demands: of whom the workspace asks a second factor.
//!
//! **Promise:** whoever must have a second factor opens no session without it, by whichever door they come; those who have
//! one open when it is demanded and lack it are signed out.
//! **Never:** asks a program for one: a token is not signed in with.

mod store;
#[cfg(test)]
mod tests;

use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
use serde_json::json;

use crate::audit::{self, Subject};
use crate::role::{Right, Role};
use crate::roster;
use crate::second;
use crate::user::{User, UserId};

pub(crate) use store::ALL;

/// The word for the role of everybody.
pub const EVERYBODY: &str = "everybody";
/// How it is stored.
const ANY: &str = "*";

/// Of whom a second factor is demanded, and who has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demands {
    /// The names of the roles; [`EVERYBODY`] alone for everybody.
    pub of: Vec<String>,
    /// Those who sign in, by name.
    pub users: Vec<State>,
}

/// What somebody shows beside their password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Inside.
    pub id: i64,
    /// As they want to be called.
    pub name: String,
    /// With which they sign in.
    pub email: String,
    /// What their role is called.
    pub role: String,
    /// Whether a second factor is demanded of them.
    pub is_demanded: bool,
    /// Whether a code of an app is asked for.
    pub has_app: bool,
    /// How many passkeys they have.
    pub passkeys: i64,
    /// How many recovery codes they have left.
    pub codes_left: i64,
}

impl State {
    /// Whether they have any second factor.
    pub fn has_any(&self) -> bool {
        self.has_app || self.passkeys > 0
    }
}

impl Demands {
    /// Of how many of those who sign in one is demanded.
    pub fn demanded(&self) -> usize {
        self.users.iter().filter(|state| state.is_demanded).count()
    }

    /// How many have one, demanded or not.
    pub fn have(&self) -> usize {
        self.users.iter().filter(|state| state.has_any()).count()
    }
}

fn stored(role: &Role) -> String {
    match role.stored() {
        (_, Some(id)) => format!("role {id}"),
        (word, None) => word.to_owned(),
    }
}

/// Whether a second factor is demanded of whoever has that role.
pub(crate) fn is_demanded(tx: &mut Tx, role: &Role) -> Result<bool, Failure> {
    store::is_demanded(tx, &stored(role))
}

/// Forgets what was demanded of a role that is no more.
pub(crate) fn forget_role(tx: &mut Tx, role: &Role) -> Result<(), Failure> {
    store::forget(tx, &stored(role))
}

/// Signs a user out whose role has become one of which a second factor is demanded, unless they have it.
pub(crate) fn end_unfit(tx: &mut Tx, user: UserId) -> Result<(), Failure> {
    store::end_unfit(tx, Some(user.0)).map(drop)
}

/// What is demanded, and who has it.
///
/// # Errors
/// `Forbidden` without the right over the workspace.
pub fn demands(tx: &mut Tx, who: &User) -> Result<Demands, Failure> {
    who.may(Right::ManageWorkspace)?;
    let stored_roles = store::demanded(tx)?;
    let mut of = Vec::new();
    if stored_roles.iter().any(|role| role == ANY) {
        of.push(EVERYBODY.to_owned());
    }
    for row in roster::every_role(tx)? {
        if stored_roles.contains(&stored(&row)) {
            of.push(row.to_string());
        }
    }
    let users = store::states(tx)?;
    let users = users.iter().map(|row| State {
        id: row.int(0),
        name: row.text(1).to_owned(),
        email: row.text(2).to_owned(),
        role: row.text(3).to_owned(),
        is_demanded: row.flag(4),
        has_app: row.int(5) > 0,
        passkeys: row.int(6),
        codes_left: row.int(7),
    });
    Ok(Demands { of, users: users.collect() })
}

/// Demands a second factor of whoever has one of those roles, or of [`EVERYBODY`]; of nobody else any more. Whoever must
/// have one and has none is signed out, and gets one when they sign in again. Gives how many sessions ended.
///
/// # Errors
/// `Forbidden` without the right over the workspace; `Refused` with `no_role` for a name of none, or with `second_first`
/// for somebody who would be signed out themselves.
pub fn demand(tx: &mut Tx, who: &User, of: &[String], now: Moment) -> Result<u64, Failure> {
    who.may(Right::ManageWorkspace)?;
    let mut roles = Vec::new();
    let mut names = Vec::new();
    for name in of {
        if name.trim().eq_ignore_ascii_case(EVERYBODY) {
            roles.push(ANY.to_owned());
            names.push(EVERYBODY.to_owned());
        } else {
            let role = roster::role_named(tx, name)?;
            roles.push(stored(&role));
            names.push(role.to_string());
        }
    }
    store::demand(tx, &roles, now)?;
    let is_of_oneself = who.actor().is_some() && is_demanded(tx, &who.role)?;
    if is_of_oneself && !second::held(tx, who.id)?.is_any() {
        let words = "You would be signed out yourself: add a passkey or an authenticator app to your account first.";
        return Err(Failure::refused("second_first", words));
    }
    let ended = store::end_unfit(tx, None)?;
    let detail = json!({ "of": names, "sessions_ended": ended });
    audit::note(tx, who, "second-factor.demanded", Subject::NONE, detail, now)?;
    Ok(ended)
}

/// Takes every second factor of a user away, who has lost it, and signs them out. Whoever is asked for one gets another
/// when they sign in again.
///
/// # Errors
/// `Forbidden` without the right over the workspace, and for somebody who may or sees more than one does; `Missing`.
pub fn forget(tx: &mut Tx, who: &User, user: &str, now: Moment) -> Result<(), Failure> {
    who.may(Right::ManageWorkspace)?;
    let meant = roster::meant(tx, who, user)?;
    who.may_give(&meant.role)?;
    second::forget(tx, who, UserId(meant.id), now)
}

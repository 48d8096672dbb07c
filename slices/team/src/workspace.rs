//! The workspace itself: its name and its zone; and the names of those who work in it.

use platform::db::Tx;
use platform::failure::Failure;

use crate::role::Right;
use crate::{roster, store};

/// What everybody in the workspace shares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    /// What it is called; usually the firm.
    pub name: String,
    /// The IANA zone in which its days begin, e.g. `Europe/Berlin`.
    pub zone: String,
    /// Whether it has had its first user.
    pub is_set_up: bool,
}

/// What a workspace is called before anybody gave it a name.
pub(crate) const UNNAMED: &str = "Sluice";
/// Where it is before anybody said so.
pub(crate) const UNPLACED: &str = "UTC";

/// The workspace; before it is set up, with a name and a zone that will do until then.
///
/// # Errors
/// `Broken` if the database fails.
pub fn workspace(tx: &mut Tx) -> Result<Workspace, Failure> {
    let found = store::find_workspace(tx)?;
    Ok(found.unwrap_or_else(|| Workspace {
        name: UNNAMED.to_owned(),
        zone: UNPLACED.to_owned(),
        is_set_up: false,
    }))
}

/// The users who have a right, by name; those who can't sign in, or not yet, are none.
///
/// # Errors
/// `Broken` if the database fails.
pub fn holders(tx: &mut Tx, right: Right) -> Result<Vec<(i64, String)>, Failure> {
    let mut holders = roster::users_who_sign_in(tx)?;
    holders.retain(|user| user.role.rights().contains(right));
    Ok(holders.into_iter().map(|user| (user.id.0, user.name)).collect())
}

/// The names of the users with those ids, in no order; ids of nobody are left out.
///
/// # Errors
/// `Broken` if the database fails.
pub fn names(tx: &mut Tx, ids: &[i64]) -> Result<Vec<(i64, String)>, Failure> {
    store::names(tx, ids)
}

/// Somebody who works in the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    /// Inside; outside it is printed as `usr_…`.
    pub id: i64,
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
}

/// Everybody who works in the workspace, by name; of a very large team the first few hundred.
///
/// # Errors
/// `Broken` if the database fails.
pub fn colleagues(tx: &mut Tx) -> Result<Vec<Colleague>, Failure> {
    store::colleagues(tx)
}

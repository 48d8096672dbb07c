//! Teams: who is in them, who manages them, and which is beneath which.

use moment::Moment;
use platform::args;
use platform::db::Tx;
use platform::failure::Failure;
use serde_json::json;

use super::users::meant;
use super::{TEAM, store};
use crate::audit;
use crate::colleague::USER;
use crate::create_user::read_name;
use crate::role::Right;
use crate::user::User;

/// How deep teams may lie beneath each other.
const DEPTH_MAX: usize = 20;

/// A team with its people.
#[derive(Clone, Debug, PartialEq)]
pub struct TeamRow {
    /// Inside.
    pub id: i64,
    /// As it is called.
    pub name: String,
    /// The team above it.
    pub parent: Option<i64>,
    /// Who is in it, by name.
    pub members: Vec<Member>,
}

/// Somebody in a team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The user.
    pub user: i64,
    /// As they are called.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Whether they manage it, and so see what the teams beneath it see.
    pub is_manager: bool,
}

/// What a team is to be.
#[derive(Clone, Debug, Default)]
pub struct TeamAsk {
    /// Which one is changed, by its name or public id; a new one otherwise.
    pub changes: Option<String>,
    /// What it is to be called.
    pub name: String,
    /// The team above it, by its name or public id; none if empty.
    pub parent: String,
}

/// Where somebody stands to a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Manages it.
    Manager,
    /// Is in it.
    Member,
    /// Is not in it.
    Outside,
}

/// Every team, by name.
///
/// # Errors
/// `Forbidden` without the right to manage the team.
pub fn teams(tx: &mut Tx, who: &User) -> Result<Vec<TeamRow>, Failure> {
    who.may(Right::ManageTeam)?;
    let mut teams: Vec<TeamRow> = store::teams(tx)?
        .iter()
        .map(|row| TeamRow {
            id: row.int(0),
            name: row.text(1).to_owned(),
            parent: row.int_opt(2),
            members: Vec::new(),
        })
        .collect();
    for row in store::members(tx)? {
        if let Some(team) = teams.iter_mut().find(|team| team.id == row.int(0)) {
            team.members.push(Member {
                user: row.int(1),
                name: row.text(2).to_owned(),
                email: row.text(3).to_owned(),
                is_manager: row.int(4) != 0,
            });
        }
    }
    Ok(teams)
}

/// The team that a name, in any capitals, or a public id names.
pub(super) fn named<'a>(tx: &Tx, teams: &'a [TeamRow], name: &str) -> Result<&'a TeamRow, Failure> {
    let id = tx.public_ids().decode(TEAM, name.trim());
    let wanted = name.trim().to_lowercase();
    let is_meant = |team: &&TeamRow| Some(team.id) == id || team.name.to_lowercase() == wanted;
    teams.iter().find(is_meant).ok_or_else(|| Failure::missing("team", name.trim()))
}

/// Makes a team, or changes one.
///
/// # Errors
/// `Forbidden` without the right to manage the team, or to whoever does not see everybody; `Invalid` for a name that
/// can't be; `Missing`; `Refused` with `team_exists`, or `team_circle` for a team beneath itself.
pub fn save_team(tx: &mut Tx, who: &User, ask: &TeamAsk, now: Moment) -> Result<TeamRow, Failure> {
    who.may_arrange()?;
    let teams = teams(tx, who)?;
    let before = match &ask.changes {
        Some(name) => Some(named(tx, &teams, name)?),
        None => None,
    };
    let mut errors = Vec::new();
    let name = read_name("name", &ask.name, &mut errors);
    if !errors.is_empty() {
        return Err(Failure::Invalid(errors));
    }
    let parent = match ask.parent.trim() {
        "" => None,
        parent => Some(named(tx, &teams, parent)?.id),
    };
    let id = match before {
        Some(team) => team.id,
        None => tx.ids(1)?,
    };
    let mut above = parent;
    for _ in 0..DEPTH_MAX {
        let Some(at) = above.filter(|at| *at != id) else { break };
        above = teams.iter().find(|team| team.id == at).and_then(|team| team.parent);
    }
    if above.is_some() {
        let words = format!("{name} can't lie beneath itself, nor {DEPTH_MAX} teams deep.");
        return Err(Failure::refused("team_circle", words));
    }
    let args = args![id, &name, name.to_lowercase(), parent];
    if !store::save_team(tx, before.is_none(), args)? {
        return Err(Failure::refused("team_exists", format!("There is a team {name} already.")));
    }
    let what = if before.is_none() { "team.created" } else { "team.changed" };
    let above = parent.map(|parent| tx.public_ids().encode(TEAM, parent));
    audit::note(tx, who, what, (TEAM, id), json!({ "name": name, "above": above }), now)?;
    let members = before.map(|team| team.members.clone()).unwrap_or_default();
    Ok(TeamRow { id, name, parent, members })
}

/// Takes a team away: its people stay users, the teams beneath it go to the one above.
///
/// # Errors
/// As [`save_team`].
pub fn remove_team(tx: &mut Tx, who: &User, team: &str, now: Moment) -> Result<(), Failure> {
    who.may_arrange()?;
    let teams = teams(tx, who)?;
    let team = named(tx, &teams, team)?;
    store::remove_team(tx, team.id, team.parent)?;
    audit::note(tx, who, "team.removed", (TEAM, team.id), json!({ "name": team.name }), now)
}

/// Puts a user into a team, or out of it.
///
/// # Errors
/// As [`save_team`].
pub fn place(
    tx: &mut Tx,
    who: &User,
    (user, team): (&str, &str),
    place: Place,
    now: Moment,
) -> Result<(), Failure> {
    who.may_arrange()?;
    let user = meant(tx, who, user)?;
    let teams = teams(tx, who)?;
    let team = named(tx, &teams, team)?;
    match place {
        Place::Outside => store::leave_team(tx, user.id, team.id),
        Place::Manager | Place::Member => {
            store::join_team(tx, user.id, team.id, place == Place::Manager)
        }
    }?;
    let (what, place) = match place {
        Place::Outside => ("user.left", "outside"),
        Place::Manager => ("user.joined", "manager"),
        Place::Member => ("user.joined", "member"),
    };
    let detail = json!({ "team": tx.public_ids().encode(TEAM, team.id), "as": place });
    audit::note(tx, who, what, (USER, user.id), detail, now)
}

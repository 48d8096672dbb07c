//! Territories: conditions over facts, and whose they are. Who is in them is kept where people are.

use moment::Moment;
use platform::args;
use platform::db::Tx;
use platform::failure::Failure;
use platform::public_id::PublicIds;
use serde_json::{Value, json};

use super::users::meant;
use super::{TEAM, TERRITORY, store, teams};
use crate::audit;
use crate::colleague::USER;
use crate::create_user::read_name;
use crate::role::Right;
use crate::user::User;

/// A territory for whoever keeps who is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Territory {
    /// Inside.
    pub id: i64,
    /// A condition in its text form.
    pub condition: String,
    /// Up to which person it is made; nothing if it is whole.
    pub built_to: Option<i64>,
}

/// All of them, as they are kept for the next who asks.
struct Held(Vec<Territory>);

/// A territory as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerritoryRow {
    /// The territory.
    pub territory: Territory,
    /// As it is called.
    pub name: String,
    /// Whose it is.
    pub holders: Vec<Holder>,
}

/// Whose a territory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A user's.
    User(i64),
    /// A team's.
    Team(i64),
}

impl Holder {
    /// As it is asked for in [`TerritoryAsk`]: a public id.
    pub fn to_text(self, ids: PublicIds) -> String {
        match self {
            Holder::User(id) => ids.encode(USER, id),
            Holder::Team(id) => ids.encode(TEAM, id),
        }
    }
}

/// What a territory is to be.
#[derive(Clone, Debug, Default)]
pub struct TerritoryAsk {
    /// Which one is changed, by its name or public id; a new one otherwise.
    pub changes: Option<String>,
    /// What it is to be called.
    pub name: String,
    /// The condition, read already, in its text form.
    pub condition: String,
    /// Whose it is: addresses, names of teams, public ids.
    pub holders: Vec<String>,
}

/// Every territory, by name.
///
/// # Errors
/// `Forbidden` without the right to manage the team.
pub fn territories(tx: &mut Tx, who: &User) -> Result<Vec<TerritoryRow>, Failure> {
    who.may(Right::ManageTeam)?;
    let mut rows: Vec<TerritoryRow> = store::territories(tx)?
        .iter()
        .map(|row| TerritoryRow {
            territory: Territory {
                id: row.int(0),
                condition: row.text(2).to_owned(),
                built_to: row.int_opt(3),
            },
            name: row.text(1).to_owned(),
            holders: Vec::new(),
        })
        .collect();
    for row in store::holders(tx)? {
        let holder = match (row.int_opt(1), row.int_opt(2)) {
            (Some(user), _) => Holder::User(user),
            (None, Some(team)) => Holder::Team(team),
            (None, None) => continue,
        };
        if let Some(one) = rows.iter_mut().find(|one| one.territory.id == row.int(0)) {
            one.holders.push(holder);
        }
    }
    Ok(rows)
}

/// Every territory, for whoever keeps who is in them.
///
/// # Errors
/// `Broken` if the database fails.
pub fn held_territories(tx: &mut Tx) -> Result<Vec<Territory>, Failure> {
    let kept = tx.kept(&["territory"], |tx| {
        let territory = |row: &platform::db::Row| Territory {
            id: row.int(0),
            condition: row.text(1).to_owned(),
            built_to: row.int_opt(2),
        };
        Ok(Held(store::held(tx)?.iter().map(territory).collect()))
    })?;
    Ok(kept.0.clone())
}

/// Says of every territory that it is still to be made: a whole workspace arrived.
///
/// # Errors
/// `Broken` if the database fails.
pub fn unmake_territories(tx: &mut Tx) -> Result<(), Failure> {
    store::unmake(tx)
}

/// Makes a territory, or changes one. Whoever calls has read the condition, and makes the territory after.
///
/// # Errors
/// `Forbidden` without the right to manage the team, or to whoever does not see everybody; `Invalid` for a name that
/// can't be; `Missing`; `Refused` with `territory_exists`.
pub fn save_territory(
    tx: &mut Tx,
    who: &User,
    ask: &TerritoryAsk,
    now: Moment,
) -> Result<i64, Failure> {
    who.may_arrange()?;
    let before = match &ask.changes {
        Some(name) => Some(named(tx, who, name)?),
        None => None,
    };
    let mut errors = Vec::new();
    let name = read_name("name", &ask.name, &mut errors);
    if !errors.is_empty() {
        return Err(Failure::Invalid(errors));
    }
    let teams = teams::teams(tx, who)?;
    let mut holders = Vec::with_capacity(ask.holders.len());
    for holder in &ask.holders {
        let holder = match teams::named(tx, &teams, holder) {
            Ok(team) => (None, Some(team.id)),
            Err(_) => match meant(tx, who, holder) {
                Ok(user) => (Some(user.id), None),
                Err(_) => return Err(Failure::missing("user or team", holder)),
            },
        };
        if !holders.contains(&holder) {
            holders.push(holder);
        }
    }
    let is_new = before.is_none();
    let id = match before {
        Some(id) => id,
        None => tx.ids(1)?,
    };
    let args = args![id, &name, name.to_lowercase(), &ask.condition];
    if !store::save_territory(tx, is_new, args)? {
        let words = format!("There is a territory {name} already.");
        return Err(Failure::refused("territory_exists", words));
    }
    store::hold(tx, id, &holders)?;
    let what = if is_new { "territory.created" } else { "territory.changed" };
    let detail = json!({ "name": name, "holders": holders.len() });
    audit::note(tx, who, what, (TERRITORY, id), detail, now)?;
    Ok(id)
}

/// Takes a territory away; gives its number, so that whoever keeps who is in it forgets them.
///
/// # Errors
/// As [`save_territory`].
pub fn remove_territory(
    tx: &mut Tx,
    who: &User,
    territory: &str,
    now: Moment,
) -> Result<i64, Failure> {
    who.may_arrange()?;
    let id = named(tx, who, territory)?;
    store::remove_territory(tx, id)?;
    audit::note(tx, who, "territory.removed", (TERRITORY, id), Value::Null, now)?;
    Ok(id)
}

fn named(tx: &mut Tx, who: &User, name: &str) -> Result<i64, Failure> {
    let id = tx.public_ids().decode(TERRITORY, name.trim());
    let wanted = name.trim().to_lowercase();
    let rows = territories(tx, who)?;
    let found =
        rows.iter().find(|row| Some(row.territory.id) == id || row.name.to_lowercase() == wanted);
    found.map(|row| row.territory.id).ok_or_else(|| Failure::missing("territory", name.trim()))
}

/// Notes up to whom a territory is made, or that it is whole; whether its condition is still that one.
///
/// # Errors
/// `Broken` if the database fails.
pub fn built(tx: &mut Tx, territory: &Territory, to: Option<i64>) -> Result<bool, Failure> {
    store::built(tx, territory.id, &territory.condition, to)
}

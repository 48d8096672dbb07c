//! `sluice team …`

use clap::{Args, Subcommand};
use platform::failure::Failure;
use serde_json::{Value, json};
use team::roster::{self, Place, TEAM, TeamAsk, TeamRow};

use crate::house::{House, asking};
use crate::say::Outcome;

/// Put users into teams, with managers
#[derive(Subcommand)]
pub(crate) enum TeamCommand {
    List(List),
    Create(Create),
    Change(Change),
    Join(Join),
    Leave(Leave),
    Remove(Remove),
}

/// List the teams, with who is in them
#[derive(Args)]
pub(crate) struct List {}

/// Make a team
#[derive(Args)]
#[command(after_long_help = "Examples:\n  \
        sluice team create North\n  \
        sluice team create Coast --under North\n  \
        sluice team join North mara@north.example --manager")]
pub(crate) struct Create {
    /// What it is called
    #[arg(value_name = "NAME")]
    name: String,
    /// The team above it, whose managers see what it sees
    #[arg(long, value_name = "TEAM")]
    under: Option<String>,
}

/// Call a team otherwise, or put it beneath another
#[derive(Args)]
pub(crate) struct Change {
    /// Which
    #[arg(value_name = "TEAM")]
    team: String,
    /// What it is to be called
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The team above it
    #[arg(long, value_name = "TEAM", conflicts_with = "top")]
    under: Option<String>,
    /// Let none be above it
    #[arg(long)]
    top: bool,
}

/// Put a user into a team
#[derive(Args)]
pub(crate) struct Join {
    /// Which
    #[arg(value_name = "TEAM")]
    team: String,
    /// Whom: an address, or an id usr_…
    #[arg(value_name = "USER")]
    user: String,
    /// Let them manage it: they see what the teams beneath it see
    #[arg(long)]
    manager: bool,
}

/// Take a user out of a team
#[derive(Args)]
pub(crate) struct Leave {
    /// Which
    #[arg(value_name = "TEAM")]
    team: String,
    /// Whom
    #[arg(value_name = "USER")]
    user: String,
}

/// Take a team away; its users stay, and the teams beneath it go to the one above
#[derive(Args)]
pub(crate) struct Remove {
    /// Which
    #[arg(value_name = "TEAM")]
    team: String,
}

impl TeamCommand {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = house.open()?;
        let asking = asking(&app);
        let now = app.clock.now();
        let who = asking;
        let said = match self {
            TeamCommand::List(List {}) => None,
            TeamCommand::Create(Create { name, under }) => {
                let words = format!("There is a team {name}.");
                let ask = TeamAsk { changes: None, name, parent: under.unwrap_or_default() };
                app.db.write_blocking(move |tx| roster::save_team(tx, who, &ask, now))?;
                Some(words)
            }
            TeamCommand::Change(Change { team, name, under, top }) => {
                app.db.write_blocking(move |tx| {
                    let teams = roster::teams(tx, who)?;
                    let wanted = team.trim().to_lowercase();
                    let id = tx.public_ids().decode(TEAM, team.trim());
                    let is_meant =
                        |one: &&TeamRow| one.name.to_lowercase() == wanted || Some(one.id) == id;
                    let before = teams.iter().find(is_meant);
                    let before = before.ok_or_else(|| Failure::missing("team", &team))?;
                    let above = before.parent.map(|above| tx.public_ids().encode(TEAM, above));
                    let parent = match (under, top) {
                        (Some(under), _) => under,
                        (None, true) => String::new(),
                        (None, false) => above.unwrap_or_default(),
                    };
                    let name = name.unwrap_or_else(|| before.name.clone());
                    let ask = TeamAsk { changes: Some(team), name, parent };
                    roster::save_team(tx, who, &ask, now)
                })?;
                Some("The team is as you said.".to_owned())
            }
            TeamCommand::Join(Join { team, user, manager }) => {
                let words = format!("{user} {} {team}.", if manager { "manages" } else { "is in" });
                let place = if manager { Place::Manager } else { Place::Member };
                app.db
                    .write_blocking(move |tx| roster::place(tx, who, (&user, &team), place, now))?;
                Some(words)
            }
            TeamCommand::Leave(Leave { team, user }) => {
                let words = format!("{user} is not in {team}.");
                app.db.write_blocking(move |tx| {
                    roster::place(tx, who, (&user, &team), Place::Outside, now)
                })?;
                Some(words)
            }
            TeamCommand::Remove(Remove { team }) => {
                let words = format!("There is no team {team} any more.");
                app.db.write_blocking(move |tx| roster::remove_team(tx, who, &team, now))?;
                Some(words)
            }
        };
        let teams = app.db.read_blocking(|tx| roster::teams(tx, asking))?;
        let ids = app.public_ids();
        let named = |id: Option<i64>| {
            teams.iter().find(|one| Some(one.id) == id).map(|one| one.name.as_str())
        };
        let told = |row: &TeamRow| {
            let member = |one: &roster::Member| json!({ "name": one.name, "email": one.email, "is_manager": one.is_manager });
            json!({
                "id": ids.encode(TEAM, row.id),
                "name": row.name,
                "under": named(row.parent),
                "members": row.members.iter().map(member).collect::<Vec<Value>>(),
            })
        };
        let value = json!({ "teams": teams.iter().map(told).collect::<Vec<_>>() });
        house.mouth.result(&value, |ink| {
            if let Some(words) = said {
                return words;
            }
            if teams.is_empty() {
                return "There are no teams: make one with `sluice team create`.".to_owned();
            }
            let line = |row: &TeamRow| {
                let under = named(row.parent).map(|above| format!(", under {above}"));
                let member = |one: &roster::Member| match one.is_manager {
                    true => format!("{} (manager)", one.name),
                    false => one.name.clone(),
                };
                let members: Vec<String> = row.members.iter().map(member).collect();
                let members =
                    if members.is_empty() { "nobody".to_owned() } else { members.join(", ") };
                format!("{}{}: {members}", ink.strong(&row.name), under.unwrap_or_default())
            };
            teams.iter().map(line).collect::<Vec<_>>().join("\n")
        })?;
        Ok(Outcome::Done)
    }
}

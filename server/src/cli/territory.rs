//! `sluice territory …`

use clap::{Args, Subcommand};
use funnels::territory::{self, Saved};
use platform::App;
use platform::failure::Failure;
use serde_json::{Value, json};
use team::roster::{self, Holder, TERRITORY, TerritoryAsk, TerritoryRow};

use super::job;
use crate::house::{House, asking};
use crate::say::Outcome;

/// Let users and teams see people by a condition over facts
#[derive(Subcommand)]
pub(crate) enum TerritoryCommand {
    List(List),
    Create(Create),
    Change(Change),
    Remove(Remove),
}

/// List the territories, with whose they are and how many people are in each
#[derive(Args)]
pub(crate) struct List {}

/// Make a territory
#[derive(Args)]
#[command(
    long_about = "Makes a territory: whoever it is for sees the people of whom its condition is true, besides those whom they see \
        already. It asks for facts alone; who is in it is kept up as facts change.",
    after_long_help = "Examples:\n  \
        sluice territory create \"Germany, large\" --where 'person.country == \"DE\" && company.employees > 500' --for North\n  \
        sluice territory create \"Nobody's\" --where '!known(person.owner)' --for ben@north.example"
)]
pub(crate) struct Create {
    /// What it is called
    #[arg(value_name = "NAME")]
    name: String,
    /// The condition
    #[arg(long = "where", value_name = "CONDITION")]
    condition: String,
    /// A team, or a user by their address; may be said often
    #[arg(long = "for", value_name = "TEAM|USER", required = true)]
    holders: Vec<String>,
}

/// Change a territory; what is not named stays
#[derive(Args)]
pub(crate) struct Change {
    /// Which
    #[arg(value_name = "TERRITORY")]
    territory: String,
    /// What it is to be called
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The condition
    #[arg(long = "where", value_name = "CONDITION")]
    condition: Option<String>,
    /// Whose it is instead
    #[arg(long = "for", value_name = "TEAM|USER")]
    holders: Vec<String>,
}

/// Take a territory away
#[derive(Args)]
pub(crate) struct Remove {
    /// Which
    #[arg(value_name = "TERRITORY")]
    territory: String,
}

impl TerritoryCommand {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = house.open()?;
        let asking = asking(&app);
        let now = app.clock.now();
        let who = asking;
        let saved = match self {
            TerritoryCommand::List(List {}) => None,
            TerritoryCommand::Create(Create { name, condition, holders }) => {
                let ask = TerritoryAsk { changes: None, name, condition, holders };
                Some(app.db.write_blocking(move |tx| territory::save(tx, who, ask, now))?)
            }
            TerritoryCommand::Change(change) => Some(app.db.write_blocking(move |tx| {
                let Change { territory: named, name, condition, holders } = change;
                let before = territory::named(tx, who, &named)?;
                let ask = TerritoryAsk {
                    changes: Some(named),
                    name: name.unwrap_or(before.name),
                    condition: condition.unwrap_or(before.territory.condition),
                    holders: match holders.is_empty() {
                        true => {
                            before.holders.iter().map(|one| one.to_text(tx.public_ids())).collect()
                        }
                        false => holders,
                    },
                };
                territory::save(tx, who, ask, now)
            })?),
            TerritoryCommand::Remove(Remove { territory: named }) => {
                app.db.write_blocking(move |tx| territory::remove(tx, who, &named, now))?;
                None
            }
        };
        if let Some(Saved { job: Some(job), .. }) = saved {
            let progress = house.mouth.progress("looking at people");
            job::run(&app, &house.jobs(), job, &progress, ("done", "total"))?;
        }
        list(house, &app)
    }
}

fn list(house: &House, app: &App) -> Result<Outcome, Failure> {
    let asking = asking(app);
    let rows = app.db.read_blocking(|tx| territory::territories(tx, asking))?;
    let (users, teams) = app.db.read_blocking(move |tx| {
        let who = asking;
        Ok((roster::users(tx, who)?, roster::teams(tx, who)?))
    })?;
    let holder = |one: &Holder| match one {
        Holder::User(id) => users.iter().find(|user| user.id == *id).map(|user| user.email.clone()),
        Holder::Team(id) => teams.iter().find(|team| team.id == *id).map(|team| team.name.clone()),
    };
    let holders = |row: &TerritoryRow| row.holders.iter().filter_map(holder).collect::<Vec<_>>();
    let ids = app.public_ids();
    let told = |(row, people): &(TerritoryRow, u64)| {
        json!({
            "id": ids.encode(TERRITORY, row.territory.id),
            "name": row.name,
            "where": row.territory.condition,
            "for": holders(row),
            "people": people,
            "is_made": row.territory.built_to.is_none(),
        })
    };
    let value = json!({ "territories": rows.iter().map(told).collect::<Vec<Value>>() });
    house.mouth.result(&value, |ink| {
        if rows.is_empty() {
            return "There are no territories.".to_owned();
        }
        let line = |(row, people): &(TerritoryRow, u64)| {
            let name = ink.strong(&row.name);
            let whose = holders(row).join(", ");
            format!("{name}  {people} people, for {whose}\n  {}", row.territory.condition)
        };
        rows.iter().map(line).collect::<Vec<_>>().join("\n")
    })?;
    Ok(Outcome::Done)
}

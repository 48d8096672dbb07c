//! `sluice list …`

use clap::{Args, Subcommand};
use people::bulk::{self, CHANGE, Chosen, Deed};
use people::lists::{self, LIST};
use people::{PersonId, find, lens_for, segment};
use platform::failure::Failure;
use serde_json::{Value, json};
use team::Right;

use super::{job, reading};
use crate::house::{House, asking};
use crate::say::{Outcome, table};

/// People by a name: make lists, put people in and take them out
#[derive(Subcommand)]
pub(crate) enum ListCommand {
    List(List),
    Create(Create),
    Add(Add),
    Take(Take),
    Remove(Remove),
}

/// List the lists, with how many people are in each
#[derive(Args)]
#[command(after_long_help = "Examples:\n  \
        sluice list list\n  \
        sluice people --list \"Hannover fair 2025\"")]
pub(crate) struct List {}

/// Make a list; with people in it, if a condition or a segment says who
#[derive(Args)]
#[command(after_long_help = "Examples:\n  \
        sluice list create \"Hannover fair 2025\"\n  \
        sluice list create \"Cold now\" --where 'temperature == \"cold\"'\n  \
        sluice list create \"Budget unknown in May\" --segment \"Budget unknown\"")]
pub(crate) struct Create {
    /// The name
    #[arg(value_name = "NAME")]
    name: String,
    /// Put in whoever meets a condition now
    #[arg(long = "where", value_name = "CONDITION", conflicts_with = "segment")]
    condition: Option<String>,
    /// Put in whoever is in a segment now
    #[arg(long, value_name = "SEGMENT")]
    segment: Option<String>,
}

/// Put people into a list
#[derive(Args)]
pub(crate) struct Add {
    /// Which: its name, or its id as `sluice list list` names it
    #[arg(value_name = "LIST")]
    which: String,
    /// E-mail addresses, telephones, outside ids or names
    #[arg(value_name = "WHO", required = true)]
    people: Vec<String>,
}

/// Take people out of a list
#[derive(Args)]
pub(crate) struct Take {
    /// Which: its name, or its id as `sluice list list` names it
    #[arg(value_name = "LIST")]
    which: String,
    /// E-mail addresses, telephones, outside ids or names
    #[arg(value_name = "WHO", required = true)]
    people: Vec<String>,
}

/// Remove a list; the people in it stay as they are
#[derive(Args)]
pub(crate) struct Remove {
    /// Which: its name, or its id as `sluice list list` names it
    #[arg(value_name = "LIST")]
    which: String,
}

impl ListCommand {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        match self {
            ListCommand::List(List {}) => all(house)?,
            ListCommand::Create(create) => create.run(house)?,
            ListCommand::Add(Add { which, people }) => change(house, which, people, true)?,
            ListCommand::Take(Take { which, people }) => change(house, which, people, false)?,
            ListCommand::Remove(Remove { which }) => {
                let app = house.open()?;
                let asking = asking(&app);
                let now = app.clock.now();
                let name = app.db.write_blocking(move |tx| {
                    let who = asking;
                    who.may(Right::EditPeople)?;
                    let row = lists::meant(tx, who, &which)?;
                    lists::remove(tx, who, row.id, now)?;
                    Ok(row.name)
                })?;
                let value = json!({ "name": name, "removed": true });
                house.mouth.result(&value, |ink| format!("{} is removed.", ink.strong(&name)))?;
            }
        }
        Ok(Outcome::Done)
    }
}

impl Create {
    fn run(self, house: &House) -> Result<(), Failure> {
        let app = reading(house)?;
        let asking = asking(&app);
        let (now, ids) = (app.clock.now(), app.public_ids());
        let Create { name, condition, segment } = self;
        let shown = name.clone();
        let (list, started) = app.db.write_blocking(move |tx| {
            let who = asking;
            let list = lists::make(tx, who, &name, now)?;
            let text = match (&condition, &segment) {
                (Some(text), _) => Some(text.clone()),
                (None, Some(which)) => Some(segment::meant(tx, who, which)?.condition),
                (None, None) => None,
            };
            let Some(text) = text else { return Ok((list, None)) };
            let lens = lens_for(tx, who, None)?.id;
            people::condition::read(tx, lens, &text)?.check(tx, who)?;
            let chosen =
                Chosen::Matching { lens, stages: Vec::new(), condition: Some(text), list: None };
            let started = bulk::start(tx, who, &chosen, &Deed::PutIn { list }, now)?;
            Ok((list, Some(started)))
        })?;
        let mut value = json!({ "id": ids.encode(LIST, list), "name": shown, "people": 0 });
        if let Some(started) = started {
            for made in started.jobs() {
                let progress = house.mouth.progress("putting people in");
                job::run(&app, &house.jobs(), made, &progress, ("done", "total"))?;
            }
            let change = started.change;
            let row = app.db.read_blocking(move |tx| bulk::load(tx, asking, change))?;
            value["people"] = Value::from(row.counts.changed);
            value["change"] = Value::from(ids.encode(CHANGE, change));
        }
        house.mouth.result(&value, |ink| {
            let (id, people) = (value["id"].as_str().unwrap_or_default(), &value["people"]);
            format!("{id}  {}  {people} people", ink.strong(&shown))
        })
    }
}

fn change(house: &House, which: String, named: Vec<String>, is_in: bool) -> Result<(), Failure> {
    let app = house.open()?;
    let asking = asking(&app);
    let now = app.clock.now();
    let (name, people, changed) = app.db.write_blocking(move |tx| {
        let who = asking;
        who.may(Right::EditPeople)?;
        let row = lists::meant(tx, who, &which)?;
        let people: Vec<PersonId> =
            named.iter().map(|one| find::find(tx, who, one)).collect::<Result<_, _>>()?;
        let deed =
            if is_in { Deed::PutIn { list: row.id } } else { Deed::TakeOut { list: row.id } };
        let started = bulk::start(tx, who, &Chosen::People(people), &deed, now)?;
        let counts = bulk::load(tx, who, started.change)?.counts;
        Ok((row.name, counts.people, counts.changed))
    })?;
    let value = json!({ "name": name, "people": people, "changed": changed, "unchanged": people - changed });
    house.mouth.result(&value, |ink| {
        let what = if is_in { "put into" } else { "taken out of" };
        format!("{changed} of {people} {what} {}.", ink.strong(&name))
    })
}

fn all(house: &House) -> Result<(), Failure> {
    let app = reading(house)?;
    let asking = asking(&app);
    let ids = app.public_ids();
    let rows = app.db.read_blocking(|tx| lists::lists(tx, asking))?;
    let mut lines = vec![["id", "name", "people"].map(str::to_owned).to_vec()];
    lines.extend(
        rows.iter()
            .map(|row| vec![ids.encode(LIST, row.id), row.name.clone(), row.people.to_string()]),
    );
    let value: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({
                "id": ids.encode(LIST, row.id), "name": row.name, "people": row.people, "made_at": row.made_at,
            })
        })
        .collect();
    house.mouth.result(&json!({ "lists": value }), |_| match lines.len() {
        1 => "There are no lists.".to_owned(),
        _ => table(&lines),
    })
}

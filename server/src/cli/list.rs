//! `sluice list …`

use clap::{Args, Subcommand};
use people::bulk::{self, CHANGE, Chosen, Deed, Matching};
use people::lists::{self, LIST};
use people::{Of, companies, find, lens_for, segment};
use platform::failure::Failure;
use serde_json::{Value, json};
use team::Right;

use super::{job, reading};
use crate::house::{House, asking};
use crate::say::{Outcome, table};

/// People or companies by a name: make lists, put them in and take them out
#[derive(Subcommand)]
pub(crate) enum ListCommand {
    List(List),
    Create(Create),
    Add(Add),
    Take(Take),
    Remove(Remove),
}

/// List the lists, with how many people or companies are in each
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
        sluice list create \"Budget unknown in May\" --segment \"Budget unknown\"\n  \
        sluice list create \"Large firms\" --companies --where 'company.employees >= 250'")]
pub(crate) struct Create {
    /// The name
    #[arg(value_name = "NAME")]
    name: String,
    /// A list of companies
    #[arg(long)]
    companies: bool,
    /// Put in whoever meets a condition now
    #[arg(long = "where", value_name = "CONDITION", conflicts_with = "segment")]
    condition: Option<String>,
    /// Put in whoever is in a segment now
    #[arg(long, value_name = "SEGMENT")]
    segment: Option<String>,
}

/// Put people, or companies, into a list
#[derive(Args)]
pub(crate) struct Add {
    /// Which: its name, or its id as `sluice list list` names it
    #[arg(value_name = "LIST")]
    which: String,
    /// E-mail addresses, telephones, outside ids or names; of companies domains or names
    #[arg(value_name = "WHO", required = true)]
    named: Vec<String>,
}

/// Take people, or companies, out of a list
#[derive(Args)]
pub(crate) struct Take {
    /// Which: its name, or its id as `sluice list list` names it
    #[arg(value_name = "LIST")]
    which: String,
    /// E-mail addresses, telephones, outside ids or names; of companies domains or names
    #[arg(value_name = "WHO", required = true)]
    named: Vec<String>,
}

/// Remove a list; whoever is in it stays as they are
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
            ListCommand::Add(Add { which, named }) => change(house, which, named, true)?,
            ListCommand::Take(Take { which, named }) => change(house, which, named, false)?,
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
        let Create { name, companies, condition, segment } = self;
        let of = if companies { Of::Companies } else { Of::People };
        let shown = name.clone();
        let (list, started) = app.db.write_blocking(move |tx| {
            let who = asking;
            let list = lists::make(tx, who, of, &name, now)?;
            let text = match (&condition, &segment) {
                (Some(text), _) => Some(text.clone()),
                (None, Some(which)) => Some(segment::meant_of(tx, who, of, which)?.condition),
                (None, None) => None,
            };
            let Some(text) = text else { return Ok((list, None)) };
            let lens = lens_for(tx, who, None)?.id;
            people::condition::read_of(tx, of, lens, &text)?.check(tx, who)?;
            let matching =
                Matching { of, lens, stages: Vec::new(), condition: Some(text), list: None };
            let chosen = Chosen::Matching(matching);
            let started = bulk::start(tx, who, &chosen, &Deed::PutIn { list }, now)?;
            Ok((list, Some(started)))
        })?;
        let mut value =
            json!({ "id": ids.encode(LIST, list), "name": shown, "of": of.word(), of.word(): 0 });
        if let Some(started) = started {
            for made in started.jobs() {
                let progress = house.mouth.progress("putting people in");
                job::run(&app, &house.jobs(), made, &progress, ("done", "total"))?;
            }
            let change = started.change;
            let row = app.db.read_blocking(move |tx| bulk::load(tx, asking, change))?;
            value[of.word()] = Value::from(row.counts.changed);
            value["change"] = Value::from(ids.encode(CHANGE, change));
        }
        house.mouth.result(&value, |ink| {
            let (id, members) = (value["id"].as_str().unwrap_or_default(), &value[of.word()]);
            format!("{id}  {}  {members} {}", ink.strong(&shown), of.word())
        })
    }
}

fn change(house: &House, which: String, named: Vec<String>, is_in: bool) -> Result<(), Failure> {
    let app = house.open()?;
    let asking = asking(&app);
    let now = app.clock.now();
    let (name, of, whole, changed) = app.db.write_blocking(move |tx| {
        let who = asking;
        who.may(Right::EditPeople)?;
        let row = lists::meant(tx, who, &which)?;
        let mut found = Vec::with_capacity(named.len());
        for one in &named {
            found.push(match row.of {
                Of::People => find::find(tx, who, one)?,
                Of::Companies => companies::find(tx, who, one)?,
            });
        }
        let deed =
            if is_in { Deed::PutIn { list: row.id } } else { Deed::TakeOut { list: row.id } };
        let started = bulk::start(tx, who, &Chosen::these(row.of, found), &deed, now)?;
        let counts = bulk::load(tx, who, started.change)?.counts;
        Ok((row.name, row.of, counts.whole, counts.changed))
    })?;
    let value =
        json!({ "name": name, of.word(): whole, "changed": changed, "unchanged": whole - changed });
    house.mouth.result(&value, |ink| {
        let what = if is_in { "put into" } else { "taken out of" };
        format!("{changed} of {whole} {what} {}.", ink.strong(&name))
    })
}

fn all(house: &House) -> Result<(), Failure> {
    let app = reading(house)?;
    let asking = asking(&app);
    let ids = app.public_ids();
    let rows = app.db.read_blocking(|tx| lists::lists(tx, asking))?;
    let mut lines = vec![["id", "name", "of", "members"].map(str::to_owned).to_vec()];
    lines.extend(rows.iter().map(|row| {
        let (id, members) = (ids.encode(LIST, row.id), row.members.to_string());
        vec![id, row.name.clone(), row.of.word().to_owned(), members]
    }));
    let value: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({
                "id": ids.encode(LIST, row.id), "name": row.name, "of": row.of.word(),
                row.of.word(): row.members, "made_at": row.made_at,
            })
        })
        .collect();
    house.mouth.result(&json!({ "lists": value }), |_| match lines.len() {
        1 => "There are no lists.".to_owned(),
        _ => table(&lines),
    })
}

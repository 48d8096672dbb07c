//! `sluice segment …`

use clap::{Args, Subcommand, ValueEnum};
use people::companies::{self, CompanyList};
use people::list::Sieve;
use people::segment::{self, SEGMENT};
use people::{condition, lens_for};
use platform::failure::Failure;
use serde_json::{Value, json};
use team::Right;

use super::{job, reading};
use crate::house::{House, asking};
use crate::say::{Outcome, table};

/// Conditions by a name: make, list, change and remove segments
#[derive(Subcommand)]
pub(crate) enum SegmentCommand {
    List(List),
    Create(Create),
    Change(Change),
    Remove(Remove),
}

/// List the segments, with how many people are in each now
#[derive(Args)]
#[command(after_long_help = "Examples:\n  \
        sluice segment list\n  \
        sluice people --segment \"Cold storage, NL + DE\"")]
pub(crate) struct List {
    /// Segments of people, or of companies
    #[arg(long, value_name = "WHOM", default_value = "people")]
    of: Of,
}

/// What a segment is of
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Of {
    People,
    Companies,
}

impl Of {
    fn kept(self) -> people::Of {
        match self {
            Of::People => people::Of::People,
            Of::Companies => people::Of::Companies,
        }
    }
}

/// Save a condition by a name; whoever meets it is in the segment, now and always
#[derive(Args)]
#[command(after_long_help = "Examples:\n  \
        sluice segment create \"Budget unknown\" --where '!known(criterion.budget) && stage == \"prospect\"'")]
pub(crate) struct Create {
    /// The name
    #[arg(value_name = "NAME")]
    name: String,
    /// The condition, as definitions write them
    #[arg(long = "where", value_name = "CONDITION")]
    condition: String,
    /// What it is about: people, or companies
    #[arg(long, value_name = "WHOM", default_value = "people")]
    of: Of,
}

/// Give a segment another condition, or another name
#[derive(Args)]
pub(crate) struct Change {
    /// Which: its name, or its id as `sluice segment list` names it
    #[arg(value_name = "SEGMENT")]
    which: String,
    /// The new condition
    #[arg(long = "where", value_name = "CONDITION")]
    condition: Option<String>,
    /// The new name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// A segment of people, or of companies
    #[arg(long, value_name = "WHOM", default_value = "people")]
    of: Of,
}

/// Remove a segment; the people in it stay as they are
#[derive(Args)]
pub(crate) struct Remove {
    /// Which: its name, or its id as `sluice segment list` names it
    #[arg(value_name = "SEGMENT")]
    which: String,
    /// A segment of people, or of companies
    #[arg(long, value_name = "WHOM", default_value = "people")]
    of: Of,
}

impl SegmentCommand {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        match self {
            SegmentCommand::List(List { of }) => list(house, of.kept())?,
            SegmentCommand::Create(Create { name, condition, of }) => {
                let app = house.open()?;
                let who = asking(&app);
                let (now, ids) = (app.clock.now(), app.public_ids());
                let shown = name.clone();
                let id = app.db.write_blocking(move |tx| {
                    let lens = lens_for(tx, who, None)?;
                    let what = (name.as_str(), condition.as_str());
                    segment::make_of(tx, who, lens.id, of.kept(), what, now)
                })?;
                let id = ids.encode(SEGMENT, id);
                let value = json!({ "id": id, "name": shown });
                house.mouth.result(&value, |ink| format!("{id}  {}", ink.strong(&shown)))?;
            }
            SegmentCommand::Change(Change { which, condition, name, of }) => {
                let app = house.open()?;
                let who = asking(&app);
                let (now, ids) = (app.clock.now(), app.public_ids());
                let (id, name) = app.db.write_blocking(move |tx| {
                    let lens = lens_for(tx, who, None)?;
                    who.may(Right::EditPeople)?;
                    let row = segment::meant_of(tx, who, of.kept(), &which)?;
                    let name = name.clone().unwrap_or_else(|| row.name.clone());
                    let text = condition.clone().unwrap_or_else(|| row.condition.clone());
                    segment::change(tx, who, lens.id, row.id, (&name, &text), now)?;
                    Ok((row.id, name))
                })?;
                let id = ids.encode(SEGMENT, id);
                let value = json!({ "id": id, "name": name });
                house.mouth.result(&value, |ink| format!("{id}  {}", ink.strong(&name)))?;
            }
            SegmentCommand::Remove(Remove { which, of }) => {
                let app = house.open()?;
                let who = asking(&app);
                let now = app.clock.now();
                let name = app.db.write_blocking(move |tx| {
                    who.may(Right::EditPeople)?;
                    let row = segment::meant_of(tx, who, of.kept(), &which)?;
                    segment::remove(tx, who, row.id, now)?;
                    Ok(row.name)
                })?;
                let value = json!({ "name": name, "removed": true });
                house.mouth.result(&value, |ink| format!("{} is removed.", ink.strong(&name)))?;
            }
        }
        Ok(Outcome::Done)
    }
}

fn list(house: &House, of: people::Of) -> Result<(), Failure> {
    let app = reading(house)?;
    let asking = asking(&app);
    let (now, ids) = (app.clock.now(), app.public_ids());
    let rows = app.db.read_blocking(move |tx| segment::segments_of(tx, asking, of))?;
    let mut segments: Vec<Value> = Vec::with_capacity(rows.len());
    let counted = of.word();
    let mut lines = vec![["id", "name", counted, "condition"].map(str::to_owned).to_vec()];
    for row in rows {
        let text = row.condition.clone();
        // What asks for a word that was lost since is made ready again; what its definition lost is not counted.
        let ready = app.db.write_blocking(move |tx| {
            let lens = lens_for(tx, asking, None)?;
            let asked = condition::read_of(tx, of, lens.id, &text)?;
            let job = asked.prepare(tx, asking, now)?;
            Ok((lens.id, asked, job))
        });
        let count = match ready {
            Ok((lens, asked, made)) => {
                if let Some(made) = made {
                    let progress = house.mouth.progress("reading histories");
                    job::run(&app, &house.jobs(), made, &progress, ("done", "total"))?;
                }
                let condition = Some(asked);
                app.db.read_blocking(move |tx| match of {
                    people::Of::People => {
                        Sieve { condition, ..Sieve::of(lens) }.count(tx, asking, now)
                    }
                    people::Of::Companies => {
                        let ask = CompanyList { condition, ..CompanyList::of(lens) };
                        companies::count(tx, asking, &ask, now)
                    }
                })?
            }
            Err(Failure::Refused { .. }) => None,
            Err(other) => return Err(other),
        };
        let id = ids.encode(SEGMENT, row.id);
        let shown = count.map_or_else(|| "-".to_owned(), |count| count.to_string());
        lines.push(vec![id.clone(), row.name.clone(), shown, row.condition.clone()]);
        segments.push(json!({
            "id": id, "name": row.name, "where": row.condition, counted: count, "made_at": row.made_at,
        }));
    }
    house.mouth.result(&json!({ "segments": segments }), |_| match lines.len() {
        1 => "There are no segments.".to_owned(),
        _ => table(&lines),
    })
}

//! `sluice definition …`: what needs no workspace reads the file and asks the core.

mod backtest;
mod compare;
mod drafting;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use funnel::condition::Fault;
use funnel::definition::{Outcome as Example, doubts};
use funnel::people_file::{self, PeopleFile};
use funnel::{Definition as Parsed, Folded};
use funnels::drafts;
use funnels::lens::{self, From};
use moment::Moment;
use platform::failure::Failure;
use serde_json::{Value, json};

use super::job;
use crate::house::{House, asking};
use crate::say::{Ink, Outcome, table};

/// Check definitions, try them out, and put them in force
#[derive(Subcommand)]
#[command(
    long_about = "A definition is a file that says what a lead, a prospect, an opportunity and a customer are, as \
        conditions that a program can decide and a person can read. It carries its own tests, its examples."
)]
pub(crate) enum Definition {
    Check(Check),
    Try(Try),
    Adopt(Adopt),
    TakeBack(TakeBack),
    Backtest(backtest::Backtest),
    Compare(compare::Compare),
    Test(drafting::Test),
    Diff(drafting::Diff),
    Show(drafting::Show),
    Propose(drafting::Propose),
}

/// Read a definition and run its examples
#[derive(Args)]
#[command(
    long_about = "Reads a definition, names every mistake with its line and column, and runs the examples that travel \
        with it. A fact, a kind of activity or a property that differs from a known one by a slip of the finger is named, \
        too; it is no mistake, for names come with the data. Needs no workspace and changes nothing.",
    after_long_help = "Examples:\n  \
        sluice definition check ours.toml\n  \
        sluice definition check ours.toml --json | jq .examples\n\n\
        Exit code 1 if it cannot be read, 3 if an example fails."
)]
pub(crate) struct Check {
    /// The definition
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Classify a file of people under a definition
#[derive(Args)]
#[command(
    long_about = "Folds the histories of a file of people under a definition and says where each of them stands: \
        stage, kind, temperature, and every move with its moment. Needs no workspace and changes nothing.\n\n\
        The file is JSON: {\"as_of\": …, \"kinds\": …, \"people\": [{\"id\": …, \"history\": [{\"at\": …, \"did\": \
        \"email.replied\"}, {\"at\": …, \"facts\": {\"person.title\": \"COO\"}}]}]}.",
    after_long_help = "Examples:\n  \
        sluice definition try ours.toml --people people.json\n  \
        sluice definition try ours.toml --people people.json --as-of 2026-06-30T12:00:00Z --json"
)]
pub(crate) struct Try {
    /// The definition
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The people
    #[arg(long, value_name = "FILE")]
    people: PathBuf,
    /// As of which moment [default: what the file of people says]
    #[arg(long, value_name = "MOMENT")]
    as_of: Option<Moment>,
}

/// Put a definition in force
#[derive(Args)]
#[command(
    long_about = "Puts a definition in force: it becomes the next version of a lens, the shared one unless named, and everybody is stood anew \
        under it. The first definition of your own replaces the starter from the start, as if it had always held; a \
        later one holds from now on, unless you say from when. Its examples must hold. The same definition again \
        changes nothing. From a moment that is still to come, it waits until then.",
    after_long_help = "Examples:\n  \
        sluice definition adopt ours.toml\n  \
        sluice definition adopt ours.toml --from start                    over the whole past\n  \
        sluice definition adopt ours.toml --from 2026-07-01T00:00:00Z\n  \
        sluice definition adopt sales.toml --lens Sales                   beside the shared one"
)]
pub(crate) struct Adopt {
    /// The definition
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// From when on it holds: start, or a moment
    #[arg(long, value_name = "WHEN", value_parser = read_from)]
    from: Option<From>,
    /// The lens for which it is; a name that none has makes a new one [default: the main one]
    #[arg(long, value_name = "NAME")]
    lens: Option<String>,
}

/// Take back a definition that waits for its moment
#[derive(Args)]
#[command(
    long_about = "Takes back a definition that was adopted from a moment that is still to come. What is in force stays \
        so, and the draft that it was stays proposed.",
    after_long_help = "Examples:\n  \
        sluice definition take-back\n  \
        sluice definition take-back --lens Sales --json"
)]
pub(crate) struct TakeBack {
    /// The lens under which it waits [default: the main one]
    #[arg(long, value_name = "NAME")]
    lens: Option<String>,
}

fn read_from(text: &str) -> Result<From, String> {
    match text {
        "start" => Ok(From::Start),
        other => {
            other.parse().map(From::Moment).map_err(|error: moment::NotAMoment| error.to_string())
        }
    }
}

impl Definition {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        match self {
            Definition::Check(check) => check.run(house),
            Definition::Try(tried) => tried.run(house),
            Definition::Adopt(adopt) => adopt.run(house),
            Definition::TakeBack(back) => back.run(house),
            Definition::Backtest(test) => test.run(house),
            Definition::Compare(compare) => compare.run(house),
            Definition::Test(test) => test.run(house),
            Definition::Diff(diff) => diff.run(house),
            Definition::Show(show) => show.run(house),
            Definition::Propose(propose) => propose.run(house),
        }
    }
}

impl Check {
    fn run(self, house: &House) -> Result<Outcome, Failure> {
        let definition = read_definition(&self.file)?;
        let outcomes = definition.run_examples();
        let failed = outcomes.iter().filter(|outcome| outcome.failed.is_some()).count();
        let doubts = doubts(&definition.text, &drafts::known_everywhere());
        let value = json!({
            "name": definition.name,
            "doubts": doubts_value(&doubts),
            "examples": outcomes.iter().map(|outcome| json!({
                "name": outcome.name, "line": outcome.line, "holds": outcome.failed.is_none(), "words": outcome.failed,
            })).collect::<Vec<Value>>(),
        });
        house.mouth.result(&value, |ink| {
            let examples = shown_examples(&self.file, &outcomes, ink);
            let doubts = shown_doubts(&self.file, &doubts, ink);
            format!("{} can be read. {examples}{doubts}", ink.strong(&definition.name))
        })?;
        Ok(if failed == 0 { Outcome::Done } else { Outcome::Differences })
    }
}

/// Names that are not known, each with its place and what was probably meant.
fn shown_doubts(file: &Path, doubts: &[Fault], ink: Ink) -> String {
    let line = |doubt: &Fault| {
        let place = format!("{}:{}:{}", file.display(), doubt.line, doubt.column);
        let nearest = doubt.nearest.as_ref().map(|name| format!("; did you mean {name}?"));
        format!("\n{} {place}: {}{}", ink.odd("doubtful"), doubt.words, nearest.unwrap_or_default())
    };
    doubts.iter().map(line).collect()
}

fn doubts_value(doubts: &[Fault]) -> Value {
    let value = |doubt: &Fault| json!({ "line": doubt.line, "column": doubt.column, "words": doubt.words, "nearest": doubt.nearest });
    doubts.iter().map(value).collect()
}

/// Which examples fail, and how many hold.
fn shown_examples(file: &Path, outcomes: &[Example], ink: Ink) -> String {
    let mut text = String::new();
    let mut failed = 0;
    for outcome in outcomes {
        if let Some(words) = &outcome.failed {
            let place = format!("{}:{}", file.display(), outcome.line);
            text.push_str(&format!("\n{} {place}: {}: {words}", ink.bad("fails"), outcome.name));
            failed += 1;
        }
    }
    let verdict = match (outcomes.len(), failed) {
        (0, _) => ink.odd("It has no examples: nothing says what it is meant to do."),
        (count, 0) => ink.good(format!("All {count} examples hold.")),
        (count, failed) => ink.bad(format!("{failed} of {count} examples fail.")),
    };
    format!("{verdict}{text}")
}

impl Try {
    fn run(self, house: &House) -> Result<Outcome, Failure> {
        let definition = read_definition(&self.file)?;
        let people = PeopleFile::parse(&read(&self.people)?).map_err(|wrong| {
            Failure::refused("people_file", format!("{}: {wrong}", self.people.display()))
        })?;
        let as_of = self.as_of.or(people.as_of).ok_or_else(|| {
            let words = format!("{} does not say as of when: give --as-of.", self.people.display());
            Failure::refused("as_of", words)
        })?;
        let classified = people.classify(&definition, as_of);
        house
            .mouth
            .result(&people_file::classification(&classified), |ink| shown(&classified, ink))?;
        Ok(Outcome::Done)
    }
}

impl Adopt {
    fn run(self, house: &House) -> Result<Outcome, Failure> {
        let definition = read_definition(&self.file)?;
        let app = house.open()?;
        let asking = asking(&app);
        let (now, from) = (app.clock.now(), self.from.unwrap_or(From::Usual));
        let text = definition.text.clone();
        let (adopted, doubts) = app.db.write_blocking(move |tx| {
            let doubts = drafts::doubts(tx, &text)?;
            Ok((lens::adopt(tx, asking, self.lens.as_deref(), &text, from, now)?, doubts))
        })?;
        let people = match adopted.job {
            Some(job) => {
                let progress = house.mouth.progress("standing");
                let done = job::run(&app, &house.jobs(), job, &progress, ("done", "total"))?;
                done.get("people").and_then(Value::as_u64).unwrap_or_default()
            }
            None => 0,
        };
        let is_new = adopted.job.is_some();
        let since_start = adopted.from == Moment::START;
        let value = json!({
            "name": definition.name,
            "version": adopted.version,
            "is_new": is_new,
            "waits": adopted.version.is_none(),
            "from": (!since_start).then_some(adopted.from),
            "people": people,
            "doubts": doubts_value(&doubts),
        });
        house.mouth.result(&value, |ink| {
            let name = ink.strong(&definition.name);
            let doubts = shown_doubts(&self.file, &doubts, ink);
            let Some(version) = adopted.version else {
                let from = adopted.from;
                return format!(
                    "{name} waits, and is in force from {from} if the program runs then. \
                     `sluice definition take-back` takes it back.{doubts}"
                );
            };
            if !is_new {
                return format!("{name} is in force already, as version {version}.{doubts}");
            }
            let from = if since_start {
                "from the start".to_owned()
            } else {
                format!("from {}", adopted.from)
            };
            format!(
                "{name} is in force {from}, as version {version}. {people} people were stood anew.{doubts}"
            )
        })?;
        Ok(Outcome::Done)
    }
}

impl TakeBack {
    fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = house.open()?;
        let (asking, now) = (asking(&app), app.clock.now());
        let back = app.db.write_blocking(move |tx| {
            funnels::waiting::take_back(tx, asking, self.lens.as_deref(), now)
        })?;
        let value = json!({ "name": back.name, "from": back.from });
        house.mouth.result(&value, |ink| {
            format!("{} was taken back; it was to hold from {}.", ink.strong(&back.name), back.from)
        })?;
        Ok(Outcome::Done)
    }
}

fn shown(classified: &[(&str, Folded)], ink: Ink) -> String {
    let dash = || "-".to_owned();
    let mut rows =
        vec![["person", "stage", "kind", "temperature", "since"].map(str::to_owned).to_vec()];
    for (id, folded) in classified {
        let standing = &folded.standing;
        rows.push(vec![
            (*id).to_owned(),
            standing.stage.as_str().to_owned(),
            standing.kind.as_deref().map_or_else(dash, str::to_owned),
            standing
                .temperature
                .map_or_else(dash, |temperature| format!("{temperature:?}").to_lowercase()),
            standing.entered_at.map_or_else(dash, |at| at.to_string()),
        ]);
    }
    let text = table(&rows);
    let (head, rest) = text.split_once('\n').unwrap_or((&text, ""));
    format!("{}\n{rest}", ink.strong(head))
}

/// A definition from a file.
///
/// # Errors
/// `Refused` with `definition`, every mistake on a line of its own with its place.
pub(super) fn read_definition(file: &Path) -> Result<Parsed, Failure> {
    Parsed::parse(&read(file)?).map_err(|faults| {
        let lines: Vec<String> = faults
            .iter()
            .map(|fault| {
                let nearest = fault
                    .nearest
                    .as_ref()
                    .map(|name| format!("; did you mean {name}?"))
                    .unwrap_or_default();
                format!(
                    "{}:{}:{}: {}{nearest}",
                    file.display(),
                    fault.line,
                    fault.column,
                    fault.words
                )
            })
            .collect();
        Failure::refused("definition", lines.join("\n"))
    })
}

fn read(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| {
        Failure::refused("file", format!("{} cannot be read: {error}", file.display()))
    })
}

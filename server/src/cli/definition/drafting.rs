//! `sluice definition test | diff | show | propose`

use std::path::PathBuf;

use clap::Args;
use funnel::definition::{Change, Mark};
use funnel::{Definition, packs};
use funnels::{drafts, lens};
use platform::failure::Failure;
use serde_json::{Value, json};
use team::Right;

use super::{doubts_value, read_definition, shown_doubts, shown_examples};
use crate::house::{House, asking};
use crate::say::{Ink, Outcome};

/// Run the examples that travel with a definition
#[derive(Args)]
#[command(
    long_about = "Runs a definition's own tests and tells of each whether it holds, and what was found instead if not. \
        Needs no workspace and changes nothing.",
    after_long_help = "Examples:\n  \
        sluice definition test ours.toml\n\n\
        Exit code 3 if an example fails."
)]
pub(crate) struct Test {
    /// The definition
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Say in English what changes from one definition to another
#[derive(Args)]
#[command(
    long_about = "Says in English, part by part, what changes from the definition in force to the one in a file; or from \
        one file to another, which needs no workspace.",
    after_long_help = "Examples:\n  \
        sluice definition diff ours.toml\n  \
        sluice definition diff ours.toml --against theirs.toml\n  \
        sluice definition diff sales.toml --lens Sales --json\n\n\
        Exit code 3 if anything differs."
)]
pub(crate) struct Diff {
    /// The definition
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Compare with this file instead of what is in force
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// The lens to compare with [default: the main one]
    #[arg(long, value_name = "NAME", conflicts_with = "against")]
    lens: Option<String>,
}

/// Print a definition that is or was in force, or a pack
#[derive(Args)]
#[command(
    long_about = "Prints a definition as its file, so that it can be kept, changed and adopted elsewhere. With --list it \
        names every version of every lens. With --pack it is one of those that Sluice ships with; --packs names them, \
        and neither needs a workspace.",
    after_long_help = "Examples:\n  \
        sluice definition show > ours.toml\n  \
        sluice definition show --lens Sales --version 2\n  \
        sluice definition show --list\n  \
        sluice definition show --pack article-c-fit > fit.toml"
)]
pub(crate) struct Show {
    /// The lens [default: the main one]
    #[arg(long, value_name = "NAME")]
    lens: Option<String>,
    /// The version [default: the one in force]
    #[arg(long, value_name = "NUMBER")]
    version: Option<i64>,
    /// Name every version instead
    #[arg(long)]
    list: bool,
    /// A pack instead
    #[arg(long, value_name = "NAME", conflicts_with_all = ["lens", "version", "list"])]
    pack: Option<String>,
    /// Name every pack instead
    #[arg(long, conflicts_with_all = ["lens", "version", "list", "pack"])]
    packs: bool,
}

/// Propose a definition, so that the teams can approve it
#[derive(Args)]
#[command(
    long_about = "Makes a draft of a definition and proposes it. The teams that own its stages approve it in the browser, \
        and then it can be adopted. Its examples must hold. A --lens that there is not yet is made; nobody stands under it \
        until a definition is adopted.",
    after_long_help = "Examples:\n  \
        sluice definition propose ours.toml --note \"Replies alone no longer make a prospect\""
)]
pub(crate) struct Propose {
    /// The definition
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The lens for which it is; a new name makes a new one [default: the main one]
    #[arg(long, value_name = "NAME")]
    lens: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
}

impl Test {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let definition = read_definition(&self.file)?;
        let outcomes = definition.run_examples();
        let failed = outcomes.iter().filter(|outcome| outcome.failed.is_some()).count();
        let value = json!({
            "name": definition.name,
            "held": outcomes.len() - failed,
            "failed": failed,
            "examples": outcomes.iter().map(|outcome| json!({
                "name": outcome.name, "line": outcome.line, "holds": outcome.failed.is_none(), "words": outcome.failed,
            })).collect::<Vec<Value>>(),
        });
        house.mouth.result(&value, |ink| {
            let mut text = String::new();
            for outcome in outcomes.iter().filter(|outcome| outcome.failed.is_none()) {
                text.push_str(&format!("{} {}\n", ink.good("holds"), outcome.name));
            }
            format!("{text}{}", shown_examples(&self.file, &outcomes, ink))
        })?;
        Ok(if failed == 0 { Outcome::Done } else { Outcome::Differences })
    }
}

impl Diff {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let new = read_definition(&self.file)?;
        let (title, changes) = match &self.against {
            Some(file) => (file.display().to_string(), read_definition(file)?.changes(&new)),
            None => {
                let app = house.open_begun()?;
                let asking = asking(&app);
                asking.may(Right::ReadDefinitions)?;
                let lens = self.lens.clone();
                let lens = app.db.read_blocking(move |tx| lens::of(tx, asking, lens.as_deref()))?;
                let in_force = lens.current().map(|(row, definition)| {
                    (format!("{}, version {}", lens.name, row.version), definition.changes(&new))
                });
                in_force.ok_or_else(|| Failure::missing("definition", &lens.name))?
            }
        };
        house.mouth.result(
            &json!({ "from": title, "to": new.name, "changes": changes }),
            |ink| {
                let head = format!("From {} to {}", ink.strong(&title), ink.strong(&new.name));
                if changes.is_empty() {
                    return format!("{head}: they say the same.");
                }
                format!("{head}\n{}", shown(&changes, ink))
            },
        )?;
        Ok(if changes.is_empty() { Outcome::Done } else { Outcome::Differences })
    }
}

fn shown(changes: &[Change], ink: Ink) -> String {
    let mut text = String::new();
    for change in changes {
        text.push_str(&format!("\n{}\n", ink.strong(&change.part)));
        for piece in &change.pieces {
            let line = match piece.mark {
                Mark::Kept => format!("    {}", ink.quiet(&piece.words)),
                Mark::Gone => format!("  {}", ink.bad(format!("- {}", piece.words))),
                Mark::New => format!("  {}", ink.good(format!("+ {}", piece.words))),
            };
            text.push_str(&format!("{line}\n"));
        }
    }
    text
}

impl Show {
    /// The packs, which need no workspace.
    fn packs(&self, house: &House) -> Result<Outcome, Failure> {
        if let Some(name) = &self.pack {
            let text = packs::find(name).ok_or_else(|| {
                let known: Vec<&str> = packs::ALL.iter().map(|(name, _)| *name).collect();
                Failure::refused(
                    "no_pack",
                    format!("There is no pack {name}; there are {}.", known.join(", ")),
                )
            })?;
            house
                .mouth
                .result(&json!({ "pack": name, "text": text }), |_| text.trim_end().to_owned())?;
            return Ok(Outcome::Done);
        }
        let about = |(key, text): &(&str, &str)| {
            let definition = Definition::parse(text).unwrap_or_default();
            json!({ "pack": key, "name": definition.name, "about": definition.about, "source": definition.source })
        };
        let value: Vec<Value> = packs::ALL.iter().map(about).collect();
        house.mouth.result(&value, |ink| {
            let line = |one: &Value| {
                let text = |key: &str| one.get(key).and_then(Value::as_str).unwrap_or_default();
                format!("{}  {}\n    {}", ink.strong(text("pack")), text("name"), text("about"))
            };
            value.iter().map(line).collect::<Vec<_>>().join("\n")
        })?;
        Ok(Outcome::Done)
    }

    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        if self.packs || self.pack.is_some() {
            return self.packs(house);
        }
        let app = house.open_begun()?;
        let asking = asking(&app);
        asking.may(Right::ReadDefinitions)?;
        if self.list {
            let lenses = app.db.read_blocking(lens::lenses)?;
            let versions = lenses
                .iter()
                .flat_map(|lens| lens.versions.iter().map(move |(row, _)| (lens, row)));
            let value: Vec<Value> = versions
                .map(|(lens, row)| {
                    json!({
                        "lens": lens.name, "version": row.version, "name": row.name,
                        "from": (row.from != moment::Moment::START).then_some(row.from), "adopted_at": row.adopted_at,
                    })
                })
                .collect();
            house.mouth.result(&value, |_| {
                let line = |one: &Value| {
                    let text = |key: &str| {
                        one.get(key).and_then(Value::as_str).unwrap_or("the start").to_owned()
                    };
                    let version = one.get("version").and_then(Value::as_i64).unwrap_or_default();
                    format!(
                        "{}, version {version}: {}, from {}",
                        text("lens"),
                        text("name"),
                        text("from")
                    )
                };
                value.iter().map(line).collect::<Vec<_>>().join("\n")
            })?;
            return Ok(Outcome::Done);
        }
        let (lens, version) = (self.lens, self.version);
        let (name, version, text) = app.db.read_blocking(move |tx| {
            let lens = lens::of(tx, asking, lens.as_deref())?;
            let found = match version {
                Some(version) => lens.versions.iter().find(|(row, _)| row.version == version),
                None => lens.versions.last(),
            };
            let missing = || Failure::missing("version", version.unwrap_or_default());
            let (row, definition) = found.ok_or_else(missing)?;
            Ok((lens.name.clone(), row.version, definition.text.clone()))
        })?;
        let value = json!({ "lens": name, "version": version, "text": text });
        house.mouth.result(&value, |_| text.trim_end().to_owned())?;
        Ok(Outcome::Done)
    }
}

impl Propose {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let definition = read_definition(&self.file)?;
        let app = house.open_begun()?;
        let asking = asking(&app);
        let (now, name, file) = (app.clock.now(), definition.name.clone(), self.file.clone());
        let (id, teams, doubts) = app.db.write_blocking(move |tx| {
            let (who, lens) = (asking, self.lens.as_deref());
            // A name that no lens has makes a new one, under which nobody stands until this is adopted.
            if let Some(name) = lens {
                lens::make(tx, who, name, now)?;
            }
            let id = drafts::create(tx, who, lens, Some(&definition.text), &self.note, now)?;
            drafts::propose(tx, who, id, now)?;
            let view = drafts::view(tx, who, id)?;
            Ok((id, view.teams, view.checked.doubts))
        })?;
        let id = app.public_ids().encode(drafts::DRAFT, id);
        let value =
            json!({ "draft": id, "name": name, "needs": teams, "doubts": doubts_value(&doubts) });
        house.mouth.result(&value, |ink| {
            let doubts = shown_doubts(&file, &doubts, ink);
            let (name, teams) = (ink.strong(&name), teams.join(" and "));
            format!("{name} is proposed as {id}. It takes a yes from {teams}.{doubts}")
        })?;
        Ok(Outcome::Done)
    }
}

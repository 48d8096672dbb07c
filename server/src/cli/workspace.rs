//! `sluice workspace …`

use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use away::workspace::{self, Imported};
use clap::{Args, Subcommand};
use platform::Tx;
use platform::db::MIGRATIONS;
use platform::failure::Failure;
use platform::files::Files;
use platform::tables::Tables;
use serde_json::{Value, json};
use team::User;
use team::audit::{self, Subject};

use super::export::whole;
use super::job;
use crate::house::{House, asking, migrations, tables};
use crate::say::Outcome;

/// Bytes written at a time.
const BUFFER_BYTES: usize = 256 << 10;

/// Take the whole workspace out as one file, and bring one in
#[derive(Subcommand)]
pub(crate) enum WorkspaceCommand {
    Export(Export),
    Import(Import),
    Check(Check),
}

/// Write the whole workspace to one file
#[derive(Args)]
#[command(
    long_about = "Writes everything that the workspace holds to one file in an open form: an archive (tar in gzip) with a piece of \
        JSON Lines for each table, the files that were uploaded, and a manifest with counts and SHA-256 sums; \
        docs/reference/workspace-file.md tells what is in it. It is read from one snapshot, while everything goes on.\n\n\
        What is derived is left out, for it is made again: standings, moves, counts, what search finds. Sessions, tokens \
        and open invitations stay here. Passwords (as hashes) and second factors are in the file only with \
        --with-secrets: say so to move an installation; without them whoever signed in with a password is given a new \
        one with `sluice user password`.\n\n\
        For every night there is `sluice backup`: it is faster, and holds all.",
    after_long_help = "Examples:\n  \
        sluice --data /srv/north workspace export north.tar.gz --with-secrets\n  \
        tar xzOf north.tar.gz manifest.json | jq .tables\n  \
        tar xzOf north.tar.gz tables/lens.00001.jsonl"
)]
pub(crate) struct Export {
    /// The file to write, which must not exist
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// With the hashes of passwords and with second factors
    #[arg(long)]
    with_secrets: bool,
}

/// Bring a whole workspace into an empty one
#[derive(Args)]
#[command(
    long_about = "Brings a workspace that was taken out with `sluice workspace export` into an empty one: a new folder, or an \
        empty PostgreSQL database, whichever it came from. The file is read once to see that nothing is missing or \
        changed, then everything is put in within one transaction: all of it, or nothing. A few megabytes of it are in \
        memory at a time, however large it is. Every id stays what it was, so that links live.\n\n\
        Then what is derived is made again; if that is interrupted, a server or `sluice work` goes on with it.",
    after_long_help = "Examples:\n  \
        sluice --data /srv/new workspace import north.tar.gz && sluice --data /srv/new verify\n  \
        sluice --data /srv/new --database postgres://sluice@db/north workspace import north.tar.gz"
)]
pub(crate) struct Import {
    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Look whether a file is whole, and what is in it
#[derive(Args)]
#[command(after_long_help = "Examples:\n  sluice workspace check north.tar.gz --json | jq .tables")]
pub(crate) struct Check {
    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl WorkspaceCommand {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        match self {
            WorkspaceCommand::Export(ask) => ask.run(house),
            WorkspaceCommand::Import(ask) => ask.run(house),
            WorkspaceCommand::Check(ask) => ask.run(house),
        }
    }
}

impl Export {
    fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = house.open_begun()?;
        let with_secrets = self.with_secrets;
        let progress = house.mouth.progress("writing rows");
        let exported = whole(&self.file, |file| {
            let now = app.clock.now();
            let who = asking(&app);
            app.db.write_blocking(move |tx| workspace::begin(tx, who, with_secrets, now))?;
            let files = app.files.clone();
            app.db.read_blocking(move |tx| {
                let to = BufWriter::with_capacity(BUFFER_BYTES, file);
                let told = |rows| progress.set(rows, None);
                let (mut to, exported) =
                    workspace::write(tx, who, &files, with_secrets, now, to, &told)?;
                to.flush()?;
                Ok(exported)
            })
        })?;
        let value = json!({ "file": self.file, "exported": exported });
        house.mouth.result(&value, |_| {
            let secrets = match with_secrets {
                true => "with the hashes of passwords and with second factors",
                false => "without passwords and second factors",
            };
            format!(
                "{}: {} rows of {} tables and {} files, as of {}, {secrets}. It tells everything about everybody.",
                self.file.display(),
                exported.rows,
                exported.tables,
                exported.files,
                exported.as_of
            )
        })?;
        Ok(Outcome::Done)
    }
}

/// Every step that this program knows.
fn known() -> Vec<platform::Migrations> {
    let mut known = vec![MIGRATIONS];
    known.extend(migrations());
    known
}

/// Reads the whole file once, with a progress bar over its bytes.
fn checked(
    house: &House,
    file: &Path,
    tables: &Tables,
) -> Result<away::manifest::Manifest, Failure> {
    let progress = house.mouth.progress("reading");
    workspace::check(file, tables, &known(), |read, whole| progress.set(read, Some(whole)))
}

impl Import {
    fn run(self, house: &House) -> Result<Outcome, Failure> {
        house.must_operate()?;
        let tables = tables()?;
        let manifest = checked(house, &self.file, &tables)?;
        let imported = {
            let db = house.open_bare()?;
            let files = Files::new(house.folder());
            let now = platform::clock::Clock::now(&platform::clock::SystemClock);
            let progress = house.mouth.progress("putting in");
            let told = move |rows, total| progress.set(rows, Some(total));
            workspace::import(&db, &files, &tables, &manifest, &self.file, now, told)?
        };
        // Its ids look as they did where it came from from here on.
        let app = house.open_begun()?;
        let (now, detail) = (app.clock.now(), workspace::detail(&imported));
        app.db.write_blocking(move |tx: &mut Tx| {
            audit::note(tx, &User::operator(), "workspace.imported", Subject::NONE, detail, now)
        })?;
        let Imported { job, .. } = imported;
        let made = {
            let progress = house.mouth.progress("making rows");
            job::run(&app, &house.jobs(), job, &progress, ("done", "total"))?
        };
        let next = made.get("jobs").and_then(Value::as_array).cloned().unwrap_or_default();
        let steps = ["folding", "conditions", "territories"];
        for (next, what) in next.iter().filter_map(Value::as_i64).zip(steps) {
            let progress = house.mouth.progress(what);
            job::run(&app, &house.jobs(), next, &progress, ("done", "total"))?;
        }
        let people = app.db.read_blocking(people::count)?;
        let value = json!({ "imported": imported, "people": people });
        house.mouth.result(&value, |ink| {
            let Imported { workspace, tables, rows, files, .. } = &imported;
            let name = ink.strong(workspace);
            format!(
                "{name} is here: {rows} rows of {tables} tables and {files} files, as many as were taken out; {people} \
                 people. `sluice verify` proves it."
            )
        })?;
        Ok(Outcome::Done)
    }
}

impl Check {
    fn run(self, house: &House) -> Result<Outcome, Failure> {
        let manifest = checked(house, &self.file, &tables()?)?;
        house.mouth.result(&manifest, |ink| {
            let lines = manifest.tables.iter().filter(|(_, table)| table.rows > 0);
            let lines: String =
                lines.map(|(name, table)| format!("  {name}  {}\n", table.rows)).collect();
            format!(
                "{} as of {}, written by Sluice {}: {} rows and {} files, all there.\n{lines}",
                ink.strong(&manifest.workspace),
                manifest.as_of,
                manifest.program,
                manifest.rows(),
                manifest.files.len()
            )
        })?;
        Ok(Outcome::Done)
    }
}

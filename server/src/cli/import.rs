//! `sluice import`

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use funnels::lens;
use people::import::exceptions::{self, Which};
use people::import::{self, Counts, Exception};
use platform::App;
use platform::failure::Failure;
use serde_json::json;

use super::job;
use crate::house::{House, asking};
use crate::say::{Ink, Outcome, table};

/// Bring people in from a file
#[derive(Args)]
#[command(
    long_about = "Brings people in from a CSV file, whatever its encoding and delimiter. A mapping says which column is \
        the key (an e-mail address, or an id from outside), which are facts about the person or the company, and \
        which make activities, won deals included.\n\n\
        The same file again changes nothing. An import that was interrupted goes on where it was when it is started \
        again. Rows in are rows created, updated, unchanged and rejected; the rejected go to a file, each with its \
        reason. Rows that were taken with a note, because something in them was left out or is not believed, go to \
        another.",
    after_long_help = "Examples:\n  \
        sluice import leads.csv --mapping leads.toml --dry-run      what would become of it\n  \
        sluice import leads.csv --mapping leads.toml\n  \
        sluice --data /srv/north import leads.csv --mapping leads.toml --json\n\n\
        Mappings to begin with are in the folder examples of the repository."
)]
pub(crate) struct ImportFile {
    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What its columns mean
    #[arg(long, value_name = "FILE")]
    mapping: PathBuf,
    /// Say what would become of it, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Take the rows of people who were erased, too: they come back on purpose, with notice
    #[arg(long)]
    bring_back: bool,
    /// Why they come back, for the audit log
    #[arg(
        long,
        value_name = "TEXT",
        requires = "bring_back",
        default_value = "said at the command line",
        hide_default_value = true
    )]
    reason: String,
    /// Where rejected rows go [default: rejected-<FILE> in the folder of the workspace]
    #[arg(long, value_name = "FILE")]
    rejected: Option<PathBuf>,
    /// Where rows that were taken with a note go [default: noted-<FILE> in the folder of the workspace]
    #[arg(long, value_name = "FILE")]
    noted: Option<PathBuf>,
}

impl ImportFile {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let mapping = std::fs::read_to_string(&self.mapping).map_err(|error| {
            Failure::refused("file", format!("{} cannot be read: {error}", self.mapping.display()))
        })?;
        let _checked = import::read_mapping(&mapping)?;
        if !self.file.is_file() {
            let words = format!("There is no file {}.", self.file.display());
            return Err(Failure::refused("file", words));
        }
        let app = house.open()?;
        let asking = asking(&app);
        let kept = import::keep(&app, &self.file)?;
        if self.dry_run {
            return self.would(house, &app, &kept.key, &mapping);
        }
        let now = app.clock.now();
        let (copy, brings_back) = (kept.key.clone(), self.bring_back);
        let reason = self.reason.clone();
        let started = app.db.write_blocking(move |tx| {
            let started = import::start(tx, asking, &kept, &mapping, now)?;
            if brings_back {
                import::bring_back(tx, asking, started.import, &reason, now)?;
            }
            Ok(started)
        })?;
        if started.is_resumed {
            // It has a copy already.
            app.files.remove(&copy)?;
            house
                .mouth
                .note("An earlier import of this file had not ended; going on where it was.");
        }
        {
            let progress = house.mouth.progress("importing");
            job::run(&app, &house.jobs(), started.job, &progress, ("bytes", "of_bytes"))?;
        }
        let done = app.db.read_blocking(move |tx| import::load(tx, started.import))?;
        let told = |which: Which, count: u64, place: &Option<PathBuf>| {
            if count == 0 {
                return Ok(None);
            }
            let place = place.clone().unwrap_or_else(|| house.folder().join(self.name_of(which)));
            write_exceptions(&app, started.import, which, &place)?;
            Ok::<_, Failure>(Some(place))
        };
        let rejected = told(Which::Rejected, done.counts.rejected, &self.rejected)?;
        let noted = told(Which::Noted, done.counts.noted, &self.noted)?;
        house.mouth.result(&done.counts, |ink| shown(&done.counts, ink))?;
        if let Some(file) = rejected {
            house
                .mouth
                .note(format_args!("The rejected rows, each with its reason: {}", file.display()));
        }
        if let Some(file) = noted {
            house.mouth.note(format_args!(
                "The rows taken with a note, each with its note: {}",
                file.display()
            ));
        }
        Ok(Outcome::Done)
    }

    fn would(
        &self,
        house: &House,
        app: &App,
        key: &str,
        mapping: &str,
    ) -> Result<Outcome, Failure> {
        let asking = asking(app);
        let lens = app.db.read_blocking(lens::main)?.id;
        let would = import::dry_run(app, asking, key, mapping, Some(lens), None);
        app.files.remove(key)?;
        let would = would?;
        let stages: serde_json::Map<String, serde_json::Value> = would
            .stages
            .iter()
            .map(|(stage, count)| (stage.as_str().to_owned(), json!(count)))
            .collect();
        let value = json!({ "counts": would.counts, "stages": stages, "rejections": would.rejections, "notes": would.notes });
        house.mouth.result(&value, |ink| {
            let mut text = shown(&would.counts, ink);
            for (rows, fate) in [(&would.rejections, ""), (&would.notes, "taken with a note: ")] {
                for Exception { line, reason, .. } in rows {
                    text.push_str(&format!("{}:{line}: {fate}{reason}\n", self.file.display()));
                }
            }
            let stages: Vec<String> = would
                .stages
                .iter()
                .filter(|(_, count)| *count > 0)
                .map(|(stage, count)| format!("{count} {}", stage.as_str()))
                .collect();
            if !stages.is_empty() {
                text.push_str(&format!("They would stand as: {}.\n", stages.join(", ")));
            }
            text.push_str(&ink.quiet("Nothing was changed: this was a dry run."));
            text
        })?;
        Ok(Outcome::Done)
    }

    fn name_of(&self, which: Which) -> String {
        let name = self.file.file_stem().unwrap_or(self.file.as_os_str());
        format!("{}-{}.csv", which.as_str(), name.to_string_lossy())
    }
}

fn shown(counts: &Counts, ink: Ink) -> String {
    let row = |name: &str, count: u64| vec![name.to_owned(), count.to_string()];
    let rows = table(&[
        row("created", counts.created),
        row("updated", counts.updated),
        row("unchanged", counts.unchanged),
        row("rejected", counts.rejected),
    ]);
    let head = format!("{} rows in", counts.rows);
    let noted = match counts.noted {
        0 => String::new(),
        noted => format!("{noted} of those taken have a note.\n"),
    };
    format!("{}\n{rows}{noted}", ink.strong(head))
}

/// Row, line, reason, and the row as it stood, as a CSV file that a spreadsheet opens without running formulas.
fn write_exceptions(app: &App, import: i64, which: Which, file: &Path) -> Result<(), Failure> {
    let unwritable = |error: std::io::Error| {
        Failure::refused("file", format!("{} cannot be written: {error}", file.display()))
    };
    let mut writer = BufWriter::new(File::create(file).map_err(unwritable)?);
    exceptions::head(&mut writer).map_err(unwritable)?;
    let mut at = Some(0);
    while let Some(after) = at {
        let (piece, next) = app.db.read_blocking(move |tx| {
            let mut piece = Vec::new();
            let next = exceptions::piece(tx, import, which, after, &mut piece)?;
            Ok((piece, next))
        })?;
        writer.write_all(&piece).map_err(unwritable)?;
        at = next;
    }
    let file = writer.into_inner().map_err(|error| unwritable(error.into_error()))?;
    file.sync_all().map_err(unwritable)
}

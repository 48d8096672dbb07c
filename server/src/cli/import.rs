//! `sluice import`

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use clap::Args;
use funnels::lens;
use people::import::{self, Counts, Rejection};
use platform::App;
use platform::failure::Failure;
use serde_json::json;
use team::User;
use wire::write::{Style, Writer};

use super::job;
use crate::house::House;
use crate::say::{Ink, Outcome, table};

/// Bring people in from a file
#[derive(Args)]
#[command(
    long_about = "Brings people in from a CSV file, whatever its encoding and delimiter. A mapping says which column is \
        the key (an e-mail address, or an id from outside), which are facts about the person or the company, and \
        which make activities, won deals included.\n\n\
        The same file again changes nothing. An import that was interrupted goes on where it was when it is started \
        again. Rows in are rows created, updated, unchanged and rejected; the rejected go to a file, each with its \
        reason.",
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
    /// Where rejected rows go [default: rejected-<FILE> in the folder of the workspace]
    #[arg(long, value_name = "FILE")]
    rejected: Option<PathBuf>,
}

/// Rejected rows read at once.
const REJECTIONS_CHUNK: i64 = 1_000;

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
        let kept = import::keep(&app, &self.file)?;
        if self.dry_run {
            return self.would(house, &app, &kept.key, &mapping);
        }
        let now = app.clock.now();
        let started = app
            .db
            .write_blocking(move |tx| import::start(tx, &User::operator(), &kept, &mapping, now))?;
        if started.is_resumed {
            house
                .mouth
                .note("An earlier import of this file had not ended; going on where it was.");
        }
        {
            let progress = house.mouth.progress("importing");
            job::run(&app, &house.jobs(), started.job, &progress, ("bytes", "of_bytes"))?;
        }
        let done = app.db.read_blocking(move |tx| import::load(tx, started.import))?;
        let rejected = if done.counts.rejected == 0 {
            None
        } else {
            let file =
                self.rejected.clone().unwrap_or_else(|| house.folder().join(self.rejected_name()));
            write_rejections(&app, started.import, &file)?;
            Some(file)
        };
        house.mouth.result(&done.counts, |ink| shown(&done.counts, ink))?;
        if let Some(file) = rejected {
            house
                .mouth
                .note(format_args!("The rejected rows, each with its reason: {}", file.display()));
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
        let lens = app.db.read_blocking(lens::main)?.id;
        let would = import::dry_run(app, &User::operator(), key, mapping, Some(lens));
        app.files.remove(key)?;
        let would = would?;
        let stages: serde_json::Map<String, serde_json::Value> = would
            .stages
            .iter()
            .map(|(stage, count)| (stage.as_str().to_owned(), json!(count)))
            .collect();
        let value =
            json!({ "counts": would.counts, "stages": stages, "rejections": would.rejections });
        house.mouth.result(&value, |ink| {
            let mut text = shown(&would.counts, ink);
            for Rejection { line, reason, .. } in &would.rejections {
                text.push_str(&format!("{}:{line}: {reason}\n", self.file.display()));
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

    fn rejected_name(&self) -> String {
        let name = self.file.file_stem().unwrap_or(self.file.as_os_str());
        format!("rejected-{}.csv", name.to_string_lossy())
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
    format!("{}\n{rows}", ink.strong(head))
}

/// Row, line, reason, and the row as it stood, as a CSV file that a spreadsheet opens without running formulas.
fn write_rejections(app: &App, import: i64, file: &Path) -> Result<(), Failure> {
    let unwritable = |error: std::io::Error| {
        Failure::refused("file", format!("{} cannot be written: {error}", file.display()))
    };
    let style = Style { is_defused: true, ..Style::default() };
    let mut writer = Writer::new(BufWriter::new(File::create(file).map_err(unwritable)?), style);
    writer.row(["row", "line", "reason", "as it stood"]).map_err(unwritable)?;
    let mut after = 0;
    loop {
        let chunk = app
            .db
            .read_blocking(move |tx| import::rejections(tx, import, after, REJECTIONS_CHUNK))?;
        let Some(last) = chunk.last() else { break };
        after = last.row;
        for Rejection { row, line, reason, raw } in &chunk {
            let (row, line) = (row.to_string(), line.to_string());
            writer.row([&row, &line, reason, raw]).map_err(unwritable)?;
        }
    }
    let written = writer.finish().map_err(unwritable)?;
    let file = written.into_inner().map_err(|error| unwritable(error.into_error()))?;
    file.sync_all().map_err(unwritable)
}

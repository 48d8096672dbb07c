//! `sluice export`

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use funnel::Stage;
use funnels::export::Export;
use people::Of;
use people::companies::CompanySort;
use people::export::{Exported, Format, Layout};
use people::list::Sort;
use people::lists::{self, LIST};
use people::segment::{self, SEGMENT};
use platform::App;
use platform::failure::Failure;
use serde_json::json;

use super::people::read_stage;
use super::{job, reading};
use crate::house::{House, asking};
use crate::say::Outcome;

/// Bytes written at a time.
const BUFFER_BYTES: usize = 256 << 10;

/// Write the people or the companies of a list to a file
#[derive(Args)]
#[command(
    long_about = "Writes people, or companies, to a file, in the order that you name: all of them, or those of a list, of a segment, at \
        some stages, of a name, or who meet a condition. \
        They are read from one snapshot, while everything goes on, and the file has as many as were there, or there is \
        no file.\n\n\
        CSV is for spreadsheets: cells that would begin a formula get an apostrophe before them. JSON Lines is for \
        programs: an object on each line, and a last line {\"end\":{\"people\":…}} that says how many there were.\n\n\
        Beside the usual columns a file holds what facts you name with --fact.",
    after_long_help = "Examples:\n  \
        sluice export everybody.csv\n  \
        sluice export prospects.csv --stage prospect --sort engagement\n  \
        sluice export fair.csv --list \"Hannover fair 2025\" --sort person.country\n  \
        sluice export quiet.jsonl --where '!did(\"email.sent\", days(30))' --fact person.custom.plan\n  \
        sluice export firms.csv --companies --sort company.employees --reverse\n  \
        sluice export - --stage lead | head         to standard output, as CSV"
)]
pub(crate) struct ExportList {
    /// The file to write, which must not exist; - writes to standard output
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Companies instead of people
    #[arg(long)]
    companies: bool,
    /// csv or jsonl [default: as the file's name ends, else csv]
    #[arg(long, value_name = "FORMAT", value_parser = read_format)]
    format: Option<Format>,
    /// Only people at this stage; may be said several times
    #[arg(long, value_name = "STAGE", value_parser = read_stage)]
    stage: Vec<Stage>,
    /// Only people of a list: its name, or its id
    #[arg(long, value_name = "LIST", conflicts_with = "segment")]
    list: Option<String>,
    /// Only people of a segment: its name, or its id
    #[arg(long, value_name = "SEGMENT")]
    segment: Option<String>,
    /// Only people who meet a condition, as definitions write them
    #[arg(long = "where", value_name = "CONDITION")]
    condition: Option<String>,
    /// name, fit, engagement, touched, created, or a fact; of companies name, stage, people, touched, intent, created,
    /// or a fact: of whom it is unknown comes last [default: name]
    #[arg(long, value_name = "ORDER")]
    sort: Option<String>,
    /// The other way round: names from Z, the smallest and the longest ago first
    #[arg(long, requires = "sort")]
    reverse: bool,
    /// A name, the beginning of one, or an e-mail address
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// A fact that is a column, too, e.g. person.custom.plan; may be said several times
    #[arg(long = "fact", value_name = "FACT")]
    facts: Vec<String>,
    /// The lens to look through [default: the main one]
    #[arg(long, value_name = "NAME")]
    lens: Option<String>,
}

/// Whether the largest comes first in an order unless it is asked otherwise.
fn is_down(of: Of, word: &str) -> Result<bool, Failure> {
    let (usual, words) = match of {
        Of::People => (
            Sort::parse(word).map(|sort| sort.is_down_by_itself()),
            "there are name, fit, engagement, touched and created, and facts like person.country",
        ),
        Of::Companies => (
            CompanySort::parse(word).map(|sort| sort.is_down_by_itself()),
            "there are name, stage, people, touched, intent and created, and facts like company.country",
        ),
    };
    usual.ok_or_else(|| Failure::invalid("sort", words))
}

fn read_format(text: &str) -> Result<Format, String> {
    Format::parse(text).ok_or_else(|| "there are csv and jsonl".to_owned())
}

impl ExportList {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = reading(house)?;
        let is_stdout = self.file.as_os_str() == "-";
        let ending = self.file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let format = self.format.or_else(|| Format::parse(ending)).unwrap_or(Format::Csv);
        let of = if self.companies { Of::Companies } else { Of::People };
        let usual = self.sort.as_deref().map(|word| is_down(of, word)).transpose()?;
        let export = Export {
            of,
            lens: self.lens,
            within: within(&app, self.list, self.segment)?,
            condition: self.condition,
            stages: self.stage,
            descending: usual.map(|usual| usual != self.reverse),
            sort: self.sort,
            search: self.search,
            layout: Layout::new(format, self.facts)?,
        };
        ready(house, &app, &export)?;
        if is_stdout {
            let exported = written(&app, export, std::io::stdout())?;
            house.mouth.note(format_args!("{} {}", exported.rows, of.word()));
            return Ok(Outcome::Done);
        }
        let exported = whole(&self.file, |file| written(&app, export, file))?;
        let value = json!({ "file": self.file, of.word(): exported.rows });
        house.mouth.result(&value, |_| {
            format!("{}: {} {}", self.file.display(), exported.rows, of.word())
        })?;
        Ok(Outcome::Done)
    }
}

/// The list or the segment that is meant, by its public id.
fn within(
    app: &App,
    list: Option<String>,
    segment: Option<String>,
) -> Result<Option<String>, Failure> {
    let who = asking(app);
    app.db.read_blocking(move |tx| {
        let outside = tx.public_ids();
        Ok(match (list, segment) {
            (Some(list), _) => Some(outside.encode(LIST, lists::meant(tx, who, &list)?.id)),
            (None, Some(name)) => Some(outside.encode(SEGMENT, segment::meant(tx, who, &name)?.id)),
            (None, None) => None,
        })
    })
}

/// Has made what is asked for the first time.
fn ready(house: &House, app: &App, export: &Export) -> Result<(), Failure> {
    let (asked, now, who) = (export.clone(), app.clock.now(), asking(app));
    let jobs = app.db.write_blocking(move |tx| asked.prepare(tx, who, now))?;
    for job in jobs {
        let progress = house.mouth.progress("reading histories");
        job::run(app, &house.jobs(), job, &progress, ("done", "total"))?;
    }
    Ok(())
}

fn written(
    app: &App,
    export: Export,
    to: impl Write + Send + 'static,
) -> Result<Exported, Failure> {
    let who = asking(app);
    let now = app.clock.now();
    let noted = export.clone();
    let exported = app.db.read_blocking(move |tx| {
        let mut to = BufWriter::with_capacity(BUFFER_BYTES, to);
        export.write(tx, who, now, &mut to, |_, _| Ok(()))
    })?;
    app.db.write_blocking(move |tx| noted.note(tx, who, exported.rows, now))?;
    Ok(exported)
}

/// Writes a file that is there whole or not at all.
pub(super) fn whole<T>(
    path: &Path,
    write: impl FnOnce(std::fs::File) -> Result<T, Failure>,
) -> Result<T, Failure> {
    if path.exists() {
        let words = format!("{} exists already; give the file another name.", path.display());
        return Err(Failure::refused("file_exists", words));
    }
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let refused = |error: &std::io::Error| {
        let words = format!("{} cannot be written: {error}.", path.display());
        Failure::refused("file", words)
    };
    let file = private().open(&part).map_err(|error| refused(&error))?;
    let finished = write(file).and_then(|done| {
        std::fs::File::open(&part)?.sync_all()?;
        std::fs::rename(&part, path)?;
        Ok(done)
    });
    if finished.is_err() {
        let _none_left = std::fs::remove_file(&part);
    }
    finished
}

/// What is in it concerns nobody else on this machine.
fn private() -> std::fs::OpenOptions {
    let mut options = std::fs::File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

//! `sluice doctor`

use std::fs::Metadata;
use std::path::Path;

use clap::Args;
use moment::{Moment, Span};
use platform::clock::{Clock, SystemClock};
use platform::db::Soundness;
use platform::failure::Failure;
use platform::jobs::{self, JobRow, State};
use platform::{Db, Location, Tx, settings};
use serde::Serialize;
use serde_json::json;

use super::backup::LAST_BACKUP;
use crate::house::{House, usable};
use crate::say::{Ink, Outcome};

/// Find out what is wrong with this installation, and how to mend it
#[derive(Args)]
#[command(
    long_about = "Looks at the folder, the disk, the database, its steps, the jobs, the clock and the backups, and says \
        of each whether it is well and, if not, how to mend it. Changes nothing.",
    after_long_help = "Examples:\n  \
        sluice --data /srv/north doctor\n  \
        sluice doctor --json | jq '.checks[] | select(.verdict != \"well\")'\n\n\
        Exit code 3 if anything is ill; what is only to be minded does not change it."
)]
pub(crate) struct Doctor {}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Well,
    /// It works, and should be looked at.
    Mind,
    Ill,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    verdict: Verdict,
    words: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<String>,
}

/// Less free space than this, in bytes, and the next import may not fit.
const FREE_BYTES_MIN: u64 = 256 << 20;
/// How long after its time a job may wait before that is odd, in minutes.
const JOB_LATE_MINUTES: i64 = 10;
/// Days for which a job that died is something to look into.
const DEAD_DAYS_MAX: i64 = 7;
/// Days after which a backup is old.
const BACKUP_DAYS_MAX: i64 = 7;
/// By how much a clock may lag behind what was written earlier, in minutes.
const CLOCK_LAG_MINUTES_MAX: i64 = 5;
/// When this program was not yet written; a clock that is before it is wrong.
const CLOCK_MIN: Moment = Moment::from_seconds(1_767_225_600); // 2026-01-01

impl Doctor {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let now = SystemClock.now();
        let mut checks = vec![folder(house), disk(house.folder()), clock(now)];
        let (steps, db) = steps(house);
        checks.push(steps);
        if let Some(db) = db {
            checks.push(pages(&db));
            checks.extend([
                or_ill("clock and data", db.read_blocking(move |tx| lag(tx, now))),
                or_ill("jobs", db.read_blocking(move |tx| queue(tx, now))),
                or_ill("backups", db.read_blocking(move |tx| backups(tx, now))),
            ]);
        }
        let is_ill = checks.iter().any(|check| check.verdict == Verdict::Ill);
        let value =
            json!({ "well": !is_ill, "workspace": house.location().to_string(), "checks": checks });
        house.mouth.result(&value, |ink| shown(&checks, ink))?;
        Ok(if is_ill { Outcome::Differences } else { Outcome::Done })
    }
}

fn shown(checks: &[Check], ink: Ink) -> String {
    let width = checks.iter().map(|check| check.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for check in checks {
        let verdict = match check.verdict {
            Verdict::Well => ink.good("well"),
            Verdict::Mind => ink.odd("mind"),
            Verdict::Ill => ink.bad("ILL "),
        };
        text.push_str(&format!("{verdict}  {:width$}  {}\n", check.name, check.words));
        if let Some(mend) = &check.mend {
            text.push_str(&format!("      {:width$}  {}\n", "", ink.strong(mend)));
        }
    }
    text
}

fn well(name: &'static str, words: impl Into<String>) -> Check {
    Check { name, verdict: Verdict::Well, words: words.into(), mend: None }
}

fn mind(name: &'static str, words: impl Into<String>, mend: impl Into<String>) -> Check {
    Check { name, verdict: Verdict::Mind, words: words.into(), mend: Some(mend.into()) }
}

fn ill(name: &'static str, words: impl Into<String>, mend: impl Into<String>) -> Check {
    Check { verdict: Verdict::Ill, ..mind(name, words, mend) }
}

fn or_ill(name: &'static str, check: Result<Check, Failure>) -> Check {
    check.unwrap_or_else(|failure| {
        ill(name, failure.to_string(), "See that the database can be read, then ask again.")
    })
}

fn folder(house: &House) -> Check {
    let (name, folder) = ("folder", house.folder());
    let shown = folder.display();
    if !folder.exists() {
        let verdict = "There is nothing yet; it will be made.";
        return match house.location() {
            Location::Folder(_) => ill(
                name,
                format!("{shown} does not exist."),
                "Name the workspace's folder with --data.",
            ),
            Location::Postgres(_) => well(name, format!("{shown}: {verdict}")),
        };
    }
    if let Err(failure) = usable(folder) {
        return ill(
            name,
            failure.to_string(),
            format!("chown it to this user: chown -R $(id -un) {shown}"),
        );
    }
    match folder.metadata() {
        Ok(metadata) if is_open_to_others(&metadata) => mind(
            name,
            format!(
                "{shown} can be read by other users of this machine, and it holds personal data."
            ),
            format!("chmod go= {shown}"),
        ),
        _ => well(name, format!("{shown} can be written, by its owner alone.")),
    }
}

#[cfg(unix)]
fn is_open_to_others(metadata: &Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0
}

fn disk(folder: &Path) -> Check {
    let name = "disk";
    let nearest = folder.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."));
    let space = match rustix::fs::statvfs(nearest) {
        Ok(space) => space,
        Err(error) => {
            return mind(name, format!("Its free space is not told: {error}."), "Look with `df`.");
        }
    };
    let (free, all) = (space.f_bavail * space.f_frsize, space.f_blocks * space.f_frsize);
    let used = files_bytes(folder);
    let words =
        format!("{} free of {}; the workspace takes {}.", size(free), size(all), size(used));
    if free < FREE_BYTES_MIN {
        ill(name, words, "Make room: when a disk is full, nothing can be recorded.")
    } else if free < used {
        mind(name, words, "A backup on this disk would not fit. Make room, or back up elsewhere.")
    } else {
        well(name, words)
    }
}

/// What the files directly in a folder and one level below take; the workspace is no deeper.
fn files_bytes(folder: &Path) -> u64 {
    let list = |folder: &Path| {
        std::fs::read_dir(folder)
            .map(|entries| entries.flatten().collect::<Vec<_>>())
            .unwrap_or_default()
    };
    let entries = list(folder);
    let below = entries.iter().flat_map(|entry| list(&entry.path())).collect::<Vec<_>>();
    entries
        .iter()
        .chain(&below)
        .filter_map(|entry| entry.metadata().ok())
        .filter(Metadata::is_file)
        .map(|metadata| metadata.len())
        .sum()
}

fn size(bytes: u64) -> String {
    let mega = bytes as f64 / 1e6;
    if mega >= 1_000.0 { format!("{:.1} GB", mega / 1_000.0) } else { format!("{mega:.0} MB") }
}

fn clock(now: Moment) -> Check {
    if now < CLOCK_MIN {
        let words = format!("The machine says that it is {now}.");
        return ill(
            "clock",
            words,
            "Set the clock, and keep it right with NTP: timedatectl set-ntp true",
        );
    }
    well("clock", format!("It is {now}."))
}

/// The steps; and the database, if it can be opened as it is.
fn steps(house: &House) -> (Check, Option<Db>) {
    let name = "database";
    let pending = house.steps().map(|steps| steps.iter().filter(|step| !step.applied).count());
    match (pending, house.open_as_is()) {
        (Ok(0), Ok(db)) => {
            (well(name, format!("{} answers and is up to date.", house.location())), Some(db))
        }
        (Ok(pending), _) if pending > 0 => {
            let words = format!("It is older than this program: {pending} steps are pending.");
            (mind(name, words, "Take a backup, then run `sluice migrate`."), None)
        }
        (_, Err(failure)) | (Err(failure), _) => {
            let mend = match &failure {
                Failure::Refused { code: "no_workspace", .. } => {
                    "Begin one, or name another folder with --data."
                }
                Failure::Refused { .. } => {
                    "Install the newer version, or restore a backup into an empty folder."
                }
                _ => {
                    "See that the file is whole and the server runs; else restore a backup into an empty folder."
                }
            };
            (ill(name, failure.to_string(), mend), None)
        }
        (Ok(_), Ok(db)) => (well(name, house.location().to_string()), Some(db)),
    }
}

fn pages(db: &Db) -> Check {
    let name = "pages";
    match db.soundness_blocking() {
        Ok(Soundness::Sound) => well(name, "Every page is as it was written."),
        Ok(Soundness::Unchecked) => mind(
            name,
            "The server keeps no checksums, so that a bad disk would go unnoticed.",
            "Stop PostgreSQL and run: pg_checksums --enable",
        ),
        Ok(Soundness::Damaged(words)) => ill(
            name,
            format!("The file is damaged: {}", words.join("; ")),
            "Stop the server, keep the file, and restore the last backup into an empty folder.",
        ),
        Err(failure) => {
            ill(name, failure.to_string(), "Restore the last backup into an empty folder.")
        }
    }
}

/// Whether time has gone backwards since something was written.
fn lag(tx: &mut Tx, now: Moment) -> Result<Check, Failure> {
    let name = "clock and data";
    let Some(last) = platform::db::last_migrated_at(tx)? else {
        return Ok(well(name, "Nothing to compare with."));
    };
    if last > now + Span::minutes(CLOCK_LAG_MINUTES_MAX) {
        let words =
            format!("The database was brought up to date at {last}, which is still to come.");
        return Ok(ill(
            name,
            words,
            "Set the clock; until then, what is recorded is dated wrongly.",
        ));
    }
    Ok(well(name, "The clock is later than what it dated."))
}

fn queue(tx: &mut Tx, now: Moment) -> Result<Check, Failure> {
    let name = "jobs";
    let unwell = jobs::list_unwell(tx)?;
    let fresh = now - Span::days(DEAD_DAYS_MAX);
    let is_fresh =
        |job: &&JobRow| job.state == State::Dead && job.done_at.is_none_or(|at| at > fresh);
    let dead: Vec<&JobRow> = unwell.iter().filter(is_fresh).collect();
    if let Some(first) = dead.first() {
        let words = format!(
            "{} died within {DEAD_DAYS_MAX} days, the first of them {} ({}): {}",
            dead.len(),
            first.id,
            first.name,
            first.last_error.as_deref().unwrap_or("no words")
        );
        return Ok(ill(name, words, "Mend what its words name, then do again what began it."));
    }
    let late = now - Span::minutes(JOB_LATE_MINUTES);
    let waiting =
        unwell.iter().filter(|job| job.state == State::Waiting && job.run_at < late).count();
    if waiting > 0 {
        let words = format!("{waiting} have waited for more than {JOB_LATE_MINUTES} minutes.");
        return Ok(mind(
            name,
            words,
            "Start `sluice serve`: it works on jobs. If it runs, look into its log.",
        ));
    }
    let open = unwell.iter().filter(|job| job.state != State::Dead).count();
    Ok(well(name, format!("None is stuck; {open} are open.")))
}

fn backups(tx: &mut Tx, now: Moment) -> Result<Check, Failure> {
    let name = "backups";
    let mend = "sluice backup FILE, every night and to another disk";
    let last = settings::find(tx, LAST_BACKUP)?.and_then(|text| text.parse::<Moment>().ok());
    Ok(match last {
        None => mind(name, "None was made with `sluice backup`.", mend),
        Some(last) if last < now - Span::days(BACKUP_DAYS_MAX) => mind(
            name,
            format!("The last is of {last}, {} days ago.", (now - last).0 / Span::days(1).0),
            mend,
        ),
        Some(last) => well(name, format!("The last is of {last}.")),
    })
}

//! The database: whether it can be reached, its steps, its version and settings, its pages, its clock.

use std::collections::BTreeMap;

use moment::{Moment, Span};
use platform::db::{CONNECTIONS_MAX, Dialect, Soundness, Way};
use platform::failure::Failure;
use platform::{Db, Tx};

use super::{Check, ill, mind, or_ill, well};
use crate::house::House;

/// By how much a clock may lag behind what was written earlier, in minutes.
const CLOCK_LAG_MINUTES_MAX: i64 = 5;
/// The oldest PostgreSQL that the tests run on, and that its makers still mend.
const POSTGRES_MIN: u64 = 14;

pub(super) fn checks(house: &House, db: &Db, now: Moment) -> Vec<Check> {
    let mut checks = match db.server_facts_blocking() {
        Ok(facts) if db.dialect() == Dialect::Postgres => {
            let way = or_ill("way", house.location().way().map(|found| way(found, &facts)));
            vec![version(&facts), way, settings(&facts), connections(&facts, house)]
        }
        Ok(facts) => vec![file_settings(&facts)],
        Err(failure) => vec![or_ill("settings", Err(failure))],
    };
    checks.push(pages(db));
    checks.push(or_ill("clock and data", db.read_blocking(move |tx| lag(tx, now))));
    checks
}

type Facts = BTreeMap<String, String>;

fn fact<'a>(facts: &'a Facts, name: &str) -> &'a str {
    facts.get(name).map_or("", String::as_str)
}

fn number(facts: &Facts, name: &str) -> u64 {
    fact(facts, name).parse().unwrap_or(0)
}

/// As in `server_version_num`: 150018 is 15.18.
fn version(facts: &Facts) -> Check {
    let name = "version";
    let number = number(facts, "server_version_num");
    let words = format!("PostgreSQL {}.{}.", number / 10_000, number % 10_000);
    if number / 10_000 < POSTGRES_MIN {
        let mend = format!(
            "Bring the server to {POSTGRES_MIN} or newer; Sluice is tested on no older one."
        );
        return mind(name, words, mend);
    }
    well(name, words)
}

/// Whether what is said to the server can be overheard, or is said to another.
fn way(way: Way, facts: &Facts) -> Check {
    let name = "way";
    let spoken = fact(facts, "encrypted");
    let mend = "Write ?sslmode=verify-full behind the database's address, and &sslrootcert=FILE if its certificate is of \
        an authority of your own.";
    match way {
        Way::Here => well(name, "It does not leave this machine."),
        Way::Verified => well(name, format!("By {spoken}, and the server has shown who it is.")),
        Way::Unverified if spoken != "no" => {
            mind(name, format!("By {spoken}, but whoever answers is taken for the server."), mend)
        }
        Way::Open | Way::Unverified => {
            mind(name, "Over a network in the open: whoever is on the way reads everything.", mend)
        }
    }
}

/// What keeps a server from losing what it acknowledged, and from mixing up letters.
fn settings(facts: &Facts) -> Check {
    let name = "settings";
    let wrong = |setting: &str, good: &str| {
        let found = fact(facts, setting);
        (found != good).then(|| format!("{setting} is {found}"))
    };
    if let Some(words) = wrong("server_encoding", "UTF8") {
        return ill(
            name,
            format!("{words}."),
            "Make a database in UTF-8 (createdb -E UTF8 -T template0) and restore a backup into it.",
        );
    }
    let unsafe_ones: Vec<String> =
        ["fsync", "full_page_writes"].iter().filter_map(|setting| wrong(setting, "on")).collect();
    if !unsafe_ones.is_empty() {
        let words = format!(
            "{}: what was acknowledged may be lost with the machine.",
            unsafe_ones.join(", ")
        );
        return mind(
            name,
            words,
            "Take those lines out of postgresql.conf, and restart the server.",
        );
    }
    if fact(facts, "synchronous_commit") == "off" {
        let words = "synchronous_commit is off: the last moments may be lost with the machine.";
        return mind(
            name,
            words,
            "Set it to on, for this database: alter database NAME set synchronous_commit = on",
        );
    }
    well(name, "UTF-8; what is acknowledged is on disk.")
}

/// Whether there is room for the connections of as many processes as one would run.
fn connections(facts: &Facts, house: &House) -> Check {
    let name = "connections";
    let (most, used) = (number(facts, "max_connections"), number(facts, "connections"));
    let kept = number(facts, "superuser_reserved_connections");
    let own = u64::try_from(CONNECTIONS_MAX).unwrap_or(0)
        + u64::try_from(house.config.work.jobs).unwrap_or(0);
    let words = format!("{used} of {most} are in use; a process of Sluice takes up to {own}.");
    if used + own + kept > most {
        let mend = "Raise max_connections in postgresql.conf, run fewer processes, or give Sluice a server of its own.";
        return mind(name, words, mend);
    }
    well(name, words)
}

fn file_settings(facts: &Facts) -> Check {
    let name = "settings";
    let words =
        format!("SQLite {}, journal {}.", fact(facts, "version"), fact(facts, "journal_mode"));
    if fact(facts, "journal_mode") == "wal" {
        return well(name, words);
    }
    ill(
        name,
        words,
        "The file system does not allow a shared write-ahead log, as on some network drives: move the workspace to a disk of this machine.",
    )
}

/// The steps; and the database, if it can be opened as it is.
pub(super) fn steps(house: &House) -> (Check, Option<Db>) {
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

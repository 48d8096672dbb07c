//! The machine: folder, files, disk, limits, clock.

use std::fs::Metadata;
use std::path::Path;
use std::time::{Duration, SystemTime};

use moment::Moment;
use platform::Location;
use rustix::process::{Resource, getrlimit};

use super::{Check, ill, mind, well};
use crate::house::{House, usable};

/// Less free space than this, in bytes, and the next import may not fit.
const FREE_BYTES_MIN: u64 = 256 << 20;
/// When this program was not yet written; a clock that is before it is wrong.
const CLOCK_MIN: Moment = Moment::from_seconds(1_767_225_600); // 2026-01-01
/// Files that the program opens beside its connections: database, log, copies of files being read.
const FILES_BESIDE: u64 = 128;
/// After how long a file that was begun will not be finished any more.
const PART_AFTER: Duration = Duration::from_secs(24 * 3_600);

pub(super) fn checks(house: &House, now: Moment) -> Vec<Check> {
    let folder_check = folder(house);
    let is_there = house.folder().exists();
    let mut checks = vec![folder_check, disk(house.folder()), open_files(house), clock(now)];
    if is_there {
        checks.push(leftovers(house.folder()));
    }
    checks
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

/// How many files the system lets this process open; a connection is one.
fn open_files(house: &House) -> Check {
    let name = "open files";
    let connections = house.config.http.connections_max as u64;
    let needed = connections + FILES_BESIDE;
    match getrlimit(Resource::Nofile).current {
        Some(limit) if limit < needed => mind(
            name,
            format!(
                "The system allows {limit}, and {connections} connections at once need {needed}. Beyond that, browsers wait."
            ),
            "Raise the limit (LimitNOFILE= in the systemd unit, ulimit -n in a shell), or lower http.connections_max.",
        ),
        Some(limit) => well(name, format!("The system allows {limit}; {needed} may be needed.")),
        None => well(name, "The system sets no limit."),
    }
}

/// Files that were begun and never finished, by a process that was killed.
fn leftovers(folder: &Path) -> Check {
    let name = "leftovers";
    #[expect(
        clippy::disallowed_methods,
        reason = "a file's time is compared with the machine's own"
    )]
    let now = SystemTime::now();
    let is_old = |metadata: &Metadata| {
        let age = metadata.modified().ok().and_then(|written| now.duration_since(written).ok());
        age.is_some_and(|age| age > PART_AFTER)
    };
    let files = folder.join("files");
    let parts: Vec<Metadata> = std::fs::read_dir(&files)
        .map(|entries| entries.flatten().collect::<Vec<_>>())
        .unwrap_or_default()
        .iter()
        .filter(|entry| entry.path().extension().is_some_and(|kind| kind == "part"))
        .filter_map(|entry| entry.metadata().ok().filter(is_old))
        .collect();
    if parts.is_empty() {
        return well(name, "No file was begun and left.");
    }
    let bytes = parts.iter().map(Metadata::len).sum();
    mind(
        name,
        format!("{} files were begun and never finished; they take {}.", parts.len(), size(bytes)),
        format!("Nobody needs them: find {} -name '*.part' -mtime +1 -delete", files.display()),
    )
}

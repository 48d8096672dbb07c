//! Backups of a database that goes on working.
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use postgres::config::Host;
use rusqlite::{Connection, OpenFlags};

use super::{Db, FILE, Location, postgres as server};
use crate::Failure;

/// A backup that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// Where it lies.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
}

impl Db {
    /// Writes a backup that shows the database at one moment, while it goes on being read and written. SQLite: a
    /// database file, checked before it gets its name. PostgreSQL: an archive of `pg_dump` for `pg_restore`.
    ///
    /// Blocks; not for threads that drive futures.
    ///
    /// # Errors
    /// `Refused` with `backup_exists` if there is such a file, with `no_pg_dump` if that program is missing;
    /// `Broken` if the backup could not be written or is not sound.
    pub fn backup_to(&self, path: &Path) -> Result<Backup, Failure> {
        if path.exists() {
            let words = format!("{} exists already; give the backup another name.", path.display());
            return Err(Failure::refused("backup_exists", words));
        }
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        if part.exists() {
            std::fs::remove_file(&part)?;
        }
        let written = match self.location() {
            Location::Folder(folder) => copy_file(&folder.join(FILE), &part),
            Location::Postgres(address) => dump(address, &part),
        };
        let finished = written.and_then(|()| {
            let file = std::fs::File::open(&part)?;
            file.sync_all()?;
            let bytes = file.metadata()?.len();
            std::fs::rename(&part, path)?;
            Ok(Backup { path: path.to_owned(), bytes })
        });
        if finished.is_err() {
            let _none_left = std::fs::remove_file(&part);
        }
        finished
    }
}

fn copy_file(file: &Path, part: &Path) -> Result<(), Failure> {
    let copy = || -> anyhow::Result<()> {
        let source = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        source.busy_timeout(Duration::from_secs(30))?;
        let Some(target) = part.to_str() else { anyhow::bail!("the backup's name is not UTF-8") };
        source.execute("vacuum into ?1", [target])?;
        let copied = Connection::open_with_flags(part, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let verdict: String = copied.query_row("pragma quick_check(1)", [], |row| row.get(0))?;
        anyhow::ensure!(verdict == "ok", "the copy is not sound: {verdict}");
        Ok(())
    };
    copy().map_err(|error| Failure::Broken(error.context("the backup failed")))
}

fn dump(address: &str, part: &Path) -> Result<(), Failure> {
    let server::Address { config, mode, roots, .. } = server::parse(address)?;
    let Some(program) = find_pg_dump() else {
        let words = "A backup of PostgreSQL needs its program pg_dump; install the package \
                     postgresql-client and try again.";
        return Err(Failure::refused("no_pg_dump", words));
    };
    let mut command = Command::new(program);
    command
        .args(["--format=custom", "--no-owner", "--no-privileges", "--no-password", "--file"])
        .arg(part);
    if let Some(name) = config.get_dbname() {
        command.arg("--dbname").arg(name);
    }
    if let Some(user) = config.get_user() {
        command.arg("--username").arg(user);
    }
    match config.get_hosts().first() {
        Some(Host::Tcp(name)) => _ = command.arg("--host").arg(name),
        Some(Host::Unix(path)) => _ = command.arg("--host").arg(path),
        None => {}
    }
    if let Some(port) = config.get_ports().first() {
        command.arg("--port").arg(port.to_string());
    }
    // Through the environment, for every user of the machine can read a command line.
    if let Some(password) = config.get_password() {
        command.env("PGPASSWORD", String::from_utf8_lossy(password).as_ref());
    }
    // As we reach the server ourselves; libpq knows the certificates of the machine by this word.
    command.env("PGSSLMODE", mode.as_str());
    match roots {
        Some(path) => _ = command.env("PGSSLROOTCERT", path),
        None if mode == server::Mode::VerifyFull => _ = command.env("PGSSLROOTCERT", "system"),
        None => {}
    }
    let output =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::broken(format!("pg_dump failed: {}", said.trim())));
    }
    Ok(())
}

/// The newest `pg_dump`: where Debian keeps a server's programs, else wherever the search path finds one.
fn find_pg_dump() -> Option<PathBuf> {
    newest_program("pg_dump").or_else(|| {
        let tried = Command::new("pg_dump").arg("--version").stdout(Stdio::null()).status();
        tried.is_ok_and(|status| status.success()).then(|| PathBuf::from("pg_dump"))
    })
}

/// A program of the newest PostgreSQL that is installed in Debian's place.
pub(crate) fn newest_program(name: &str) -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let found = versions.flatten().filter_map(|version| {
        let number: u32 = version.file_name().to_str()?.parse().ok()?;
        let program = version.path().join("bin").join(name);
        program.exists().then_some((number, program))
    });
    found.max().map(|(_, program)| program)
}

//! Backups of a database that goes on working.
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use postgres::config::Host;
use rusqlite::{Connection, OpenFlags};

use super::migrate::{self, Migrations};
use super::shared::Shared;
use super::tx::Engine;
use super::{Db, FILE, Location, Sql, Tx, postgres as server, split, sqlite};
use crate::{Failure, args};

/// Tables that are there already.
pub(crate) const TABLES: Sql = split(
    "db.tables",
    super::Pair {
        sqlite: "select count(*) from sqlite_master where type = 'table'",
        postgres: "select count(*) from information_schema.tables where table_schema = current_schema()",
    },
);

/// How a file of SQLite begins, and an archive of `pg_dump`.
const SQLITE_HEAD: &[u8] = b"SQLite format 3\0";
const DUMP_HEAD: &[u8] = b"PGDMP";

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

impl Location {
    /// Puts a backup back where nothing is yet: a file of SQLite into a folder, an archive of `pg_dump` into an empty
    /// database, whole or not at all. `slices` are those that this program knows.
    ///
    /// Blocks; not for threads that drive futures.
    ///
    /// # Errors
    /// `Refused` with `not_empty` if there is something, with `no_backup` or `other_backup` for what is no backup of
    /// this database, with `newer_database` if a newer program wrote it, with `no_pg_restore` if that program is
    /// missing; `Broken` if it is not sound, or can't be read or written.
    pub fn restore(&self, backup: &Path, slices: &[Migrations]) -> Result<(), Failure> {
        let mut head = Vec::new();
        let opened = std::fs::File::open(backup).map_err(|error| {
            let words = format!("{} can't be opened: {error}.", backup.display());
            Failure::refused("no_backup", words)
        })?;
        opened.take(SQLITE_HEAD.len() as u64).read_to_end(&mut head)?;
        let other = |words: &str| Failure::refused("other_backup", words);
        match (self, head.starts_with(SQLITE_HEAD), head.starts_with(DUMP_HEAD)) {
            (Location::Folder(folder), true, _) => restore_file(folder, backup, slices),
            (Location::Postgres(address), _, true) => restore_dump(address, backup),
            (Location::Folder(_), _, true) => Err(other(
                "This is a backup of PostgreSQL: name an empty database with --database. To move it to SQLite, \
                 restore it, then use `sluice workspace export`.",
            )),
            (Location::Postgres(_), true, _) => Err(other(
                "This is a backup of SQLite: restore it into a folder with --data alone. To move it to PostgreSQL, \
                 use `sluice workspace export` there and `sluice workspace import` here.",
            )),
            (_, false, false) => {
                let words =
                    format!("{} is no backup: `sluice backup` writes them.", backup.display());
                Err(Failure::refused("no_backup", words))
            }
        }
    }
}

fn restore_file(folder: &Path, backup: &Path, slices: &[Migrations]) -> Result<(), Failure> {
    let target = folder.join(FILE);
    if ["", "-wal", "-journal"].iter().any(|end| folder.join(format!("{FILE}{end}")).exists()) {
        let words = format!(
            "There is a workspace in {} already, which a backup never overwrites. Name an empty folder with --data.",
            folder.display()
        );
        return Err(Failure::refused("not_empty", words));
    }
    sound(backup)
        .map_err(|error| Failure::Broken(error.context("the backup can't be restored")))?;
    let session = sqlite::Session::open(backup, sqlite::Role::Reader)?;
    let mut tx = Tx::new(Engine::Sqlite(Box::new(session)), Arc::new(Shared::default()));
    tx.begin_read()?;
    let known = migrate::must_be_known(&mut tx, slices);
    tx.end_read();
    drop(tx);
    known?;
    let part = folder.join(format!("{FILE}.part"));
    let copied = std::fs::copy(backup, &part).and_then(|_| {
        std::fs::File::open(&part)?.sync_all()?;
        std::fs::rename(&part, &target)?;
        std::fs::File::open(folder)?.sync_all()
    });
    if copied.is_err() {
        let _none_left = std::fs::remove_file(&part);
    }
    Ok(copied?)
}

fn restore_dump(address: &str, backup: &Path) -> Result<(), Failure> {
    let mut session = server::Session::new(server::parse(address)?);
    session.begin("begin read only").map_err(Failure::from)?;
    let mut tx = Tx::new(Engine::Postgres(Box::new(session)), Arc::new(Shared::default()));
    let tables = tx.row(TABLES, args![])?.map_or(0, |row| row.int(0));
    tx.end_read();
    drop(tx);
    if tables > 0 {
        let words = "There are tables in this database already, which a backup never overwrites. Name an empty one \
                     with --database.";
        return Err(Failure::refused("not_empty", words));
    }
    let how = [
        "--exit-on-error",
        "--single-transaction",
        "--no-owner",
        "--no-privileges",
        "--no-password",
    ];
    run("pg_restore", "no_pg_restore", address, &how, |command| _ = command.arg(backup))
}

fn copy_file(file: &Path, part: &Path) -> Result<(), Failure> {
    let copy = || -> anyhow::Result<()> {
        let source = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        source.busy_timeout(Duration::from_secs(30))?;
        let Some(target) = part.to_str() else { anyhow::bail!("the backup's name is not UTF-8") };
        source.execute("vacuum into ?1", [target])?;
        sound(part)?;
        Ok(())
    };
    copy().map_err(|error| Failure::Broken(error.context("the backup failed")))
}

/// Whether every page of a file of SQLite is as it should be.
fn sound(file: &Path) -> anyhow::Result<()> {
    let opened = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let verdict: String = opened.query_row("pragma quick_check(1)", [], |row| row.get(0))?;
    anyhow::ensure!(verdict == "ok", "the file is not sound: {verdict}");
    Ok(())
}

fn dump(address: &str, part: &Path) -> Result<(), Failure> {
    let how = ["--format=custom", "--no-owner", "--no-privileges", "--no-password", "--file"];
    run("pg_dump", "no_pg_dump", address, &how, |command| _ = command.arg(part))
}

/// Runs a program of PostgreSQL on a database; `last` says what stands behind all options.
fn run(
    name: &str,
    missing: &'static str,
    address: &str,
    how: &[&str],
    last: impl FnOnce(&mut Command),
) -> Result<(), Failure> {
    let server::Address { config, mode, roots, .. } = server::parse(address)?;
    let Some(program) = find_program(name) else {
        let words = format!(
            "A backup of PostgreSQL needs its program {name}; install the package postgresql-client and try again."
        );
        return Err(Failure::refused(missing, words));
    };
    let mut command = Command::new(program);
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
    command.args(how);
    last(&mut command);
    let output =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::broken(format!("{name} failed: {}", said.trim())));
    }
    Ok(())
}

/// The newest program of that name: where Debian keeps a server's programs, else wherever the search path finds one.
fn find_program(name: &str) -> Option<PathBuf> {
    newest_program(name).or_else(|| {
        let tried = Command::new(name).arg("--version").stdout(Stdio::null()).status();
        tried.is_ok_and(|status| status.success()).then(|| PathBuf::from(name))
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

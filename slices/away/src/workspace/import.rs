//! Bringing a whole workspace in, where there is none yet.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use funnels::lens;
use moment::Moment;
use platform::archive::ArchiveReader;
use platform::db::{self, Arg, Db, Migrations, Tx};
use platform::failure::Failure;
use platform::files::Files;
use platform::tables::{Kept, Table, Tables, read_line};
use platform::{jobs, settings};
use serde::Serialize;
use serde_json::{Value, json};

use super::{JOBS, SETTINGS, table_of};
use crate::manifest::{Found, Manifest, NAME};
use crate::rebuild::REBUILD;

/// Rows written at a time, and bytes of them: more are never in memory, however large the file is.
const CHUNK_ROWS: usize = 2_000;
const CHUNK_BYTES: usize = 8 << 20;
/// The longest line, which is the largest row.
const LINE_BYTES_MAX: u64 = 64 << 20;
/// The largest manifest.
const MANIFEST_BYTES_MAX: usize = 64 << 20;
/// Rows, and bytes of the file, after which progress is told.
const TOLD_EVERY: u64 = 5_000;
const TOLD_EVERY_BYTES: u64 = 4 << 20;

/// What was brought in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// Its name.
    pub workspace: String,
    /// Tables, whether or not they have rows: as many as were taken out.
    pub tables: usize,
    /// Rows: of each table as many as its manifest says.
    pub rows: u64,
    /// Files.
    pub files: usize,
    /// The job that makes what is derived.
    #[serde(skip)]
    pub job: i64,
}

/// Reads the whole file once, and gives its manifest if all is in it that the manifest tells of. Progress is told in bytes
/// of the file, and of all that it has.
///
/// # Errors
/// `Refused` with `archive` for what is no archive, `no_workspace_file` for one of something else, `newer_workspace_file`
/// for one that a newer program wrote, `damaged_workspace_file` if something is missing or changed.
pub fn check(
    file: &Path,
    tables: &Tables,
    known: &[Migrations],
    progress: impl Fn(u64, u64),
) -> Result<Manifest, Failure> {
    let opened = opened(file)?;
    let whole = opened.metadata()?.len();
    let mut archive = ArchiveReader::new(Watched {
        file: opened,
        read: 0,
        told: 0,
        see: |read| progress(read, whole),
    });
    let (mut manifest, mut found) = (None, Found::default());
    let mut buffer = vec![0; 256 << 10];
    while let Some(piece) = archive.piece()? {
        if piece.name == NAME {
            let mut text = Vec::new();
            loop {
                let count = archive.read_on(&mut buffer)?;
                text.extend_from_slice(buffer.get(..count).unwrap_or_default());
                if count == 0 || text.len() > MANIFEST_BYTES_MAX {
                    break;
                }
            }
            manifest = Some(Manifest::read(&text)?);
            continue;
        }
        let tally = match (table_of(&piece.name), piece.name.strip_prefix("files/")) {
            (Some(table), _) => found.tables.entry(table.to_owned()).or_default(),
            (None, Some(name)) => found.files.entry(name.to_owned()).or_default(),
            (None, None) => continue,
        };
        loop {
            let count = archive.read_on(&mut buffer)?;
            if count == 0 {
                break;
            }
            tally.pass(buffer.get(..count).unwrap_or_default());
        }
    }
    let Some(manifest) = manifest else {
        let words = "There is no manifest.json in this file, so it is no workspace that was taken out with \
                     `sluice workspace export`.";
        return Err(Failure::refused("no_workspace_file", words));
    };
    known_here(&manifest, tables, known)?;
    if let Some(words) = manifest.differs(&found) {
        let words = format!(
            "This file is not as it was written: {words}. Take it out anew, or copy it again."
        );
        return Err(Failure::refused("damaged_workspace_file", words));
    }
    Ok(manifest)
}

fn opened(file: &Path) -> Result<File, Failure> {
    File::open(file).map_err(|error| {
        Failure::refused(
            "unreadable",
            format!("The file {} can't be opened: {error}.", file.display()),
        )
    })
}

/// A file that says how much of it was read.
struct Watched<S> {
    file: File,
    read: u64,
    told: u64,
    see: S,
}

impl<S: Fn(u64)> Read for Watched<S> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.read += u64::try_from(count).unwrap_or(0);
        if count == 0 || self.read - self.told >= TOLD_EVERY_BYTES {
            self.told = self.read;
            (self.see)(self.read);
        }
        Ok(count)
    }
}

/// Whether this program has every step, table and column of the file.
fn known_here(manifest: &Manifest, tables: &Tables, known: &[Migrations]) -> Result<(), Failure> {
    let newer = |what: String| {
        let words =
            format!("A newer Sluice wrote this file: it has {what}, which this one does not know.");
        Failure::refused("newer_workspace_file", words)
    };
    for (slice, name) in &manifest.steps {
        let mut steps = known.iter().filter(|known| known.slice == slice.as_str());
        if !steps.any(|known| known.files.iter().any(|(known, _)| known == name)) {
            return Err(newer(format!("the migration {slice}/{name}")));
        }
    }
    for (name, table) in &manifest.tables {
        if name == SETTINGS || name == JOBS {
            continue;
        }
        let leaves = |table: &&Table| matches!(table.kept, Kept::Ground | Kept::Secret);
        let Some(here) = tables.find(name).filter(leaves) else {
            return Err(newer(format!("the table {name}")));
        };
        // A column's name becomes part of a statement: only names of the program do.
        if let Some(odd) = table.columns.iter().find(|column| !here.columns.contains_key(*column)) {
            return Err(newer(format!("the column {name}.{odd}")));
        }
    }
    Ok(())
}

/// Puts everything into a database in which nothing is yet, whole or not at all; a job makes what is derived. The
/// database is to be opened anew afterwards: its public ids are others now.
///
/// # Errors
/// `Refused` with `not_empty` if there is anything, with `workspace_row` for a row that can't be; `Broken` when the
/// database, a file or the archive fails.
pub fn import(
    db: &Db,
    files: &Files,
    tables: &Tables,
    manifest: &Manifest,
    file: &Path,
    now: Moment,
    progress: impl Fn(u64, u64) + Send + 'static,
) -> Result<Imported, Failure> {
    let (into, tables, expected) = (files.clone(), tables.clone(), manifest.clone());
    let path: PathBuf = file.to_owned();
    let written = db.write_blocking(move |tx| {
        must_be_empty(tx, &tables)?;
        let mut archive = ArchiveReader::new(opened(&path)?);
        let mut put = Put {
            tables: &tables,
            manifest: &expected,
            rows: 0,
            of_table: BTreeMap::new(),
            progress: &progress,
        };
        while let Some(piece) = archive.piece()? {
            if let Some(table) = table_of(&piece.name) {
                put.piece(tx, table, &piece.name, &mut archive)?;
            } else if let Some(name) = piece.name.strip_prefix("files/") {
                into.put(name, &mut archive)?;
            }
        }
        let (rows, of_table) = (put.rows, put.of_table);
        progress(rows, expected.rows());
        for (name, table) in &expected.tables {
            let there = of_table.get(name).copied().unwrap_or(0);
            if there != table.rows {
                let words = format!(
                    "{} rows of {name} were to be brought in, and {there} were: nothing is kept",
                    table.rows
                );
                return Err(Failure::broken(words));
            }
        }
        funnels::arrive::begin(tx)?;
        // The first id that nothing has there is the job's: ids are given on another connection, which would wait for
        // this transaction.
        let id = expected.next_id;
        db::begin_ids_at(tx, id + 1)?;
        let job = jobs::enqueue_as(tx, id, REBUILD, Some("all"), &Value::Null, now)?;
        let files = expected.files.len();
        let tables = expected.tables.len();
        Ok(Imported { workspace: expected.workspace, tables, rows, files, job })
    });
    if written.is_err() {
        for name in manifest.files.keys() {
            // It was put there by this import alone: nothing names it.
            let _none_left = files.remove(name);
        }
    }
    written
}

/// Nothing may be there but the definition with which a workspace begins, which makes room.
fn must_be_empty(tx: &mut Tx, tables: &Tables) -> Result<(), Failure> {
    lens::forget_starter(tx)?;
    for table in tables.leaving(true) {
        if table.has_rows(tx)? {
            let words = format!(
                "There is something in this workspace already (in {}). Bring the file into a new folder or an empty \
                 database.",
                table.name
            );
            return Err(Failure::refused("not_empty", words));
        }
    }
    Ok(())
}

/// Rows on their way in.
struct Put<'a> {
    tables: &'a Tables,
    manifest: &'a Manifest,
    rows: u64,
    of_table: BTreeMap<String, u64>,
    progress: &'a dyn Fn(u64, u64),
}

impl Put<'_> {
    fn piece(
        &mut self,
        tx: &mut Tx,
        name: &str,
        piece: &str,
        from: impl Read,
    ) -> Result<(), Failure> {
        let columns = self.manifest.tables.get(name).map(|table| table.columns.as_slice());
        let columns: Vec<&str> = columns.unwrap_or_default().iter().map(String::as_str).collect();
        let mut lines = BufReader::with_capacity(256 << 10, from);
        let (mut line, mut number, mut rows) = (Vec::new(), 0_u64, Vec::new());
        let mut bytes = 0;
        loop {
            line.clear();
            let count = (&mut lines).take(LINE_BYTES_MAX).read_until(b'\n', &mut line)?;
            if count == 0 {
                break;
            }
            number += 1;
            let text = line.strip_suffix(b"\n").unwrap_or(&line);
            let row = match name {
                SETTINGS => setting(tx, text).map(|()| None),
                JOBS => jobs::arrive(tx, text).map(|()| None),
                _ => read_line(text, &columns).map(Some),
            };
            rows.extend(row.map_err(|failure| refused(piece, number, failure))?);
            bytes += count;
            self.rows += 1;
            if self.rows.is_multiple_of(TOLD_EVERY) {
                (self.progress)(self.rows, self.manifest.rows());
            }
            if rows.len() == CHUNK_ROWS || bytes >= CHUNK_BYTES {
                let some = std::mem::take(&mut rows);
                self.put(tx, name, &columns, some).map_err(|it| not_put(piece, number, it))?;
                bytes = 0;
            }
        }
        *self.of_table.entry(name.to_owned()).or_default() += number;
        self.put(tx, name, &columns, rows).map_err(|failure| not_put(piece, number, failure))
    }

    fn put(
        &self,
        tx: &mut Tx,
        name: &str,
        columns: &[&str],
        rows: Vec<Vec<Arg>>,
    ) -> Result<(), Failure> {
        match self.tables.find(name) {
            Some(table) if !rows.is_empty() => table.put(tx, columns, rows),
            Some(_) | None => Ok(()),
        }
    }
}

fn setting(tx: &mut Tx, line: &[u8]) -> Result<(), Failure> {
    let row = read_line(line, &["name", "value"])?;
    match row.as_slice() {
        [Arg::Text(name), Arg::Text(value)] => settings::save(tx, name, value),
        _ => Err(Failure::invalid("row", "a setting has a name and a value")),
    }
}

fn refused(piece: &str, line: u64, failure: Failure) -> Failure {
    match failure {
        Failure::Invalid(fields) => {
            let why = fields.first().map(|field| field.words.clone()).unwrap_or_default();
            let words = format!(
                "Line {line} of {piece} can't be brought in: {why}. Nothing is here now; `tar xzOf FILE {piece} | sed -n \
                 {line}p` shows it."
            );
            Failure::refused("workspace_row", words)
        }
        other => other,
    }
}

/// What the database does not take, with the place in the file at which it said so.
fn not_put(piece: &str, line: u64, failure: Failure) -> Failure {
    match failure {
        Failure::Broken(cause) => {
            let place = format!("at most {CHUNK_ROWS} lines up to line {line} of {piece}");
            Failure::Broken(cause.context(format!("the database did not take {place}")))
        }
        other => other,
    }
}

/// What the audit log keeps of it; said by whoever opens the workspace next.
pub fn detail(imported: &Imported) -> Value {
    json!({ "rows": imported.rows, "files": imported.files })
}

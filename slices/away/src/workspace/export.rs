//! Taking the whole workspace out.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use moment::Moment;
use people::sight;
use platform::archive::ArchiveWriter;
use platform::db::{self, Tx};
use platform::failure::Failure;
use platform::files::Files;
use platform::tables::{Kept, Tables};
use platform::{jobs, settings};
use serde::Serialize;
use serde_json::json;
use team::audit::{self, Subject};
use team::{Right, User};

use super::{JOBS, SETTINGS, STAYING, piece_name};
use crate::manifest::{FORMAT, FORMAT_VERSION, FileOut, Manifest, NAME, TableOut, Tally};

/// Bytes of a piece, more or less: what is in memory at a time.
const PIECE_BYTES: usize = 4 << 20;
/// Rows after which progress is told.
const TOLD_EVERY: u64 = 5_000;

const README: &str = "This is a whole workspace of Sluice.\n\n\
    tables/NAME.00001.jsonl   the rows of a table, a JSON object on each line; times (…_at) are microseconds since\n\
    \x20                         1970 UTC, bytes are {\"hex\": …}, what is unknown is left out\n\
    files/NAME                files that were uploaded, as the rows name them\n\
    manifest.json             what there is, with counts and SHA-256 sums\n\n\
    `sluice workspace import FILE` brings it into an empty workspace. It holds everything about everybody: keep it so\n\
    that nobody else reads it, and remove it when it has served.\n";

/// What was taken out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// The moment of the snapshot.
    pub as_of: Moment,
    /// Tables.
    pub tables: usize,
    /// Their rows.
    pub rows: u64,
    /// Files.
    pub files: usize,
    /// Whether passwords and second factors are in it.
    pub with_secrets: bool,
}

/// Notes that the workspace is taken out, so that the file says so, too; to be called before [`write`].
///
/// # Errors
/// `Forbidden` without the right over the workspace, and for whoever does not see everybody.
pub fn begin(tx: &mut Tx, who: &User, with_secrets: bool, now: Moment) -> Result<(), Failure> {
    who.may(Right::ManageWorkspace)?;
    sight::must_see_all(who)?;
    let detail = json!({ "with_secrets": with_secrets });
    audit::note(tx, who, "workspace.exported", Subject::NONE, detail, now)
}

/// Writes the whole workspace, as this snapshot has it. `progress` is told how many rows are written.
///
/// # Errors
/// As [`begin`]; `Broken` when the database, a file or the stream fails.
pub fn write<W: Write>(
    tx: &mut Tx,
    who: &User,
    files: &Files,
    with_secrets: bool,
    now: Moment,
    to: W,
    progress: &dyn Fn(u64),
) -> Result<(W, Exported), Failure> {
    who.may(Right::ManageWorkspace)?;
    sight::must_see_all(who)?;
    let tables = tx.part::<Tables>();
    let named = |kept: Kept| {
        let those = tables.0.iter().filter(move |table| table.kept == kept);
        those.map(|table| table.name.clone()).collect::<Vec<_>>()
    };
    let mut stayed = named(Kept::Here);
    stayed.retain(|name| name != JOBS && name != SETTINGS);
    if !with_secrets {
        stayed.extend(named(Kept::Secret));
    }
    let mut out = Out {
        archive: ArchiveWriter::new(to, now),
        rows: 0,
        progress,
        manifest: Manifest {
            format: FORMAT.to_owned(),
            format_version: FORMAT_VERSION,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            workspace: team::workspace(tx)?.name,
            as_of: now,
            with_secrets,
            next_id: db::next_id(tx)?,
            steps: db::taken_steps(tx)?,
            tables: BTreeMap::new(),
            files: BTreeMap::new(),
            derived: named(Kept::Derived),
            stayed,
        },
    };
    out.archive.add("README.txt", README.as_bytes())?;
    for table in tables.leaving(with_secrets) {
        let columns = table.leaving_columns(with_secrets);
        let mut rows = out.table(&table.name, &columns);
        table.each_line(tx, with_secrets, |line| rows.add(line))?;
        rows.end()?;
    }
    out.settings(tx)?;
    out.jobs(tx)?;
    for name in files.names()? {
        out.file(files, &name)?;
    }
    out.end()
}

/// The archive on its way out.
struct Out<'a, W: Write> {
    archive: ArchiveWriter<W>,
    manifest: Manifest,
    rows: u64,
    progress: &'a dyn Fn(u64),
}

impl<'a, W: Write> Out<'a, W> {
    fn table<'o>(&'o mut self, name: &'o str, columns: &[&str]) -> Rows<'o, 'a, W> {
        let columns = columns.iter().map(|column| (*column).to_owned()).collect();
        let table = TableOut { columns, ..TableOut::default() };
        Rows { out: self, name, table, tally: Tally::default(), piece: Vec::new() }
    }

    fn settings(&mut self, tx: &mut Tx) -> Result<(), Failure> {
        let all = settings::list(tx)?;
        let mut rows = self.table(SETTINGS, &["name", "value"]);
        for (name, value) in all.iter().filter(|(name, _)| !STAYING.contains(&name.as_str())) {
            rows.add(format!("{}\n", json!({ "name": name, "value": value })).as_bytes())?;
        }
        rows.end()
    }

    fn jobs(&mut self, tx: &mut Tx) -> Result<(), Failure> {
        let open = jobs::leaving(tx)?;
        let mut rows = self.table(JOBS, &[]);
        for job in &open {
            rows.add(format!("{job}\n").as_bytes())?;
        }
        rows.end()
    }

    fn file(&mut self, files: &Files, name: &str) -> Result<(), Failure> {
        let file = match files.open(name) {
            // Its import ended since the folder was read.
            Err(Failure::Missing { .. }) => return Ok(()),
            opened => opened?,
        };
        let bytes = file.metadata()?.len();
        let mut passing = Passing { from: file, tally: Tally::default() };
        self.archive.add_from(&format!("files/{name}"), bytes, &mut passing)?;
        let (_, sha256) = passing.tally.told();
        self.manifest.files.insert(name.to_owned(), FileOut { bytes, sha256 });
        Ok(())
    }

    fn end(mut self) -> Result<(W, Exported), Failure> {
        let manifest = &self.manifest;
        let exported = Exported {
            as_of: manifest.as_of,
            tables: manifest.tables.len(),
            rows: manifest.rows(),
            files: manifest.files.len(),
            with_secrets: manifest.with_secrets,
        };
        let mut text = serde_json::to_vec_pretty(manifest).map_err(anyhow::Error::from)?;
        text.push(b'\n');
        self.archive.add(NAME, &text)?;
        Ok((self.archive.finish()?, exported))
    }
}

/// The rows of a table on their way out.
struct Rows<'o, 'a, W: Write> {
    out: &'o mut Out<'a, W>,
    name: &'o str,
    table: TableOut,
    tally: Tally,
    piece: Vec<u8>,
}

impl<W: Write> Rows<'_, '_, W> {
    fn add(&mut self, line: &[u8]) -> Result<(), Failure> {
        self.piece.extend_from_slice(line);
        self.table.rows += 1;
        self.out.rows += 1;
        if self.out.rows.is_multiple_of(TOLD_EVERY) {
            (self.out.progress)(self.out.rows);
        }
        if self.piece.len() >= PIECE_BYTES { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Failure> {
        self.tally.pass(&self.piece);
        self.table.pieces += 1;
        self.out.archive.add(&piece_name(self.name, self.table.pieces), &self.piece)?;
        self.piece.clear();
        Ok(())
    }

    fn end(mut self) -> Result<(), Failure> {
        if !self.piece.is_empty() {
            self.flush()?;
        }
        let (rows, sha256) = self.tally.told();
        debug_assert_eq!(rows, self.table.rows, "a row is a line");
        self.table.sha256 = sha256;
        self.out.manifest.tables.insert(self.name.to_owned(), self.table);
        Ok(())
    }
}

/// Reads while taking the sum of what was read.
struct Passing<R> {
    from: R,
    tally: Tally,
}

impl<R: Read> Read for Passing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.from.read(buffer)?;
        self.tally.pass(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

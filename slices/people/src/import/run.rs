//! Running an import: as a job that goes on where it was, or as a dry run that writes nothing.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use funnel::Stage;
use moment::Moment;
use platform::app::App;
use platform::db::Tx;
use platform::failure::{Failure, Field};
use platform::jobs::{self, Again, Job, Run};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use team::{Mouth, Right, User, audit};
use wire::table::{Record as Line, Table};

use super::apply::{self, Applied, Record};
use super::back;
use super::mapping::Mapping;
use super::plan::{PlannedRow, Planner};
use super::store::{self, Counts, ImportRow, NewImport, Note, Rejection};
use super::{BATCH_ROWS, IMPORT, IMPORT_ID};
use crate::fields::Fields;
use crate::{LensId, PersonId};

/// The largest file that an upload may be, in bytes.
pub const FILE_BYTES_MAX: u64 = 4 << 30;
/// A rejected row is kept up to so many bytes; the line says where the rest stands.
const RAW_BYTES_MAX: usize = 64 << 10;
/// Of a row that was taken with a note so much is kept, and so much of the note: its people are in already.
const NOTED_RAW_BYTES_MAX: usize = 4 << 10;
const NOTE_BYTES_MAX: usize = 2 << 10;

/// A file that the program keeps, with what stands in it.
#[derive(Clone, Debug)]
pub struct Kept {
    /// As the user calls it.
    pub name: String,
    /// Under which name it is kept.
    pub key: String,
    /// Its SHA-256 in hexadecimal.
    pub hash: String,
    /// Its size.
    pub bytes: u64,
}

/// Reads while taking the sum of what was read.
struct Summed<R> {
    inner: R,
    sum: Sha256,
}

impl<R: Read> Read for Summed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.sum.update(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

/// Keeps a copy of a file, so that a killed import can go on whatever becomes of the original.
///
/// # Errors
/// `Missing` if there is no such file, `Refused` if it is too large, `Broken` if it can't be read.
pub fn keep(app: &App, path: &Path) -> Result<Kept, Failure> {
    let shown = path.display().to_string();
    let file = File::open(path).map_err(|error| {
        Failure::refused("unreadable", format!("the file {shown} can't be opened: {error}"))
    })?;
    let name = path.file_name().map_or(shown, |name| name.to_string_lossy().into_owned());
    keep_stream(app, &name, file)
}

/// Keeps what a stream brings, under the name that the user gave it.
///
/// # Errors
/// `Refused` if it is too large, `Broken` if it can't be read or written.
pub fn keep_stream(app: &App, name: &str, stream: impl Read) -> Result<Kept, Failure> {
    let mut stream = Summed { inner: stream, sum: Sha256::new() };
    let kept = app.files.save(&*app.dice, FILE_BYTES_MAX, &mut stream)?;
    let hash = stream.sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Kept { name: name.to_owned(), key: kept.name, hash, bytes: kept.bytes })
}

/// An import that was started, or one of the same file and mapping that had not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Started {
    /// The import.
    pub import: i64,
    /// Its job.
    pub job: i64,
    /// Whether it goes on where an earlier run stopped.
    pub is_resumed: bool,
}

/// Starts an import as a job; the same file with the same mapping goes on where it was, if it had not ended.
///
/// # Errors
/// `Forbidden` without the right to import, `Invalid` with every problem of the mapping.
pub fn start(
    tx: &mut Tx,
    who: &User,
    file: &Kept,
    mapping: &str,
    now: Moment,
) -> Result<Started, Failure> {
    who.may(Right::ImportPeople)?;
    read_mapping(mapping)?;
    let earlier = store::unfinished(tx, &file.hash, mapping)?;
    let import = match earlier {
        Some(import) => import,
        None => {
            let import = tx.ids(1)?;
            let new = NewImport {
                file_name: &file.name,
                file_key: &file.key,
                file_hash: &file.hash,
                bytes: file.bytes,
                mapping,
                started_by: who.actor(),
            };
            store::add(tx, import, &new, now)?;
            import
        }
    };
    let unique = import.to_string();
    let job = jobs::enqueue(tx, IMPORT, Some(&unique), &json!({ "import": import }), now)?;
    store::set_job(tx, import, job)?;
    let detail = json!({ "bytes": file.bytes, "is_resumed": earlier.is_some() });
    audit::note(tx, who, "import.started", (IMPORT_ID, import), detail, now)?;
    Ok(Started { import, job, is_resumed: earlier.is_some() })
}

/// Reads a mapping.
///
/// # Errors
/// `Invalid` with every problem.
pub fn read_mapping(text: &str) -> Result<Mapping, Failure> {
    Mapping::parse(text).map_err(|problems| invalid("mapping", &problems))
}

fn invalid(name: &str, problems: &[impl ToString]) -> Failure {
    let field = |problem: &dyn Fn() -> String| Field { name: name.to_owned(), words: problem() };
    Failure::Invalid(problems.iter().map(|problem| field(&|| problem.to_string())).collect())
}

/// The job that applies a file's rows, batch by batch.
pub struct Import;

impl Job for Import {
    fn name(&self) -> &'static str {
        IMPORT
    }

    fn run(&self, app: &App, run: &mut Run) -> Result<Value, Again> {
        let id = run.payload().get("import").and_then(Value::as_i64).unwrap_or_default();
        let import = app.db.read_blocking(move |tx| store::load(tx, id))?;
        if import.finished_at.is_some() {
            // An earlier run did all but tell of it.
            let key = import.file_key.clone();
            let is_needed = app.db.read_blocking(move |tx| store::is_needed(tx, &key))?;
            drop_copy(app, &import, is_needed)?;
            return serde_json::to_value(import.counts).map_err(|error| Again::Never(error.into()));
        }
        let outcome = batches(app, run, &import);
        if let Err(Again::Never(cause)) = &outcome {
            let words = format!("{cause:#}");
            app.db.write_blocking(move |tx| store::fail(tx, id, &words))?;
        }
        outcome
    }
}

fn batches(app: &App, run: &mut Run, import: &ImportRow) -> Result<Value, Again> {
    let id = import.id;
    let by = import.started_by;
    let (mut done, mut counts) = (import.rows_done, import.counts);
    let file = app.files.open(&import.file_key).map_err(|failure| match failure {
        Failure::Missing { .. } => {
            let words = "The copy of the file is gone, for another import of it ended; bring the file again.";
            Failure::refused("copy_gone", words)
        }
        other => other,
    })?;
    let mapping = read_mapping(&import.mapping)?;
    let fields = app.db.read_blocking(Fields::load)?;
    let brings_back = app.db.read_blocking(move |tx| back::brings_back(tx, id))?;
    let source: Arc<str> = mapping.source.as_str().into();
    let (sender, receiver) = sync_channel(2);
    let started_at = import.started_at;
    std::thread::scope(|scope| -> Result<(), Again> {
        // Dropped however this ends, so that the reader never waits for one who has gone.
        let receiver = receiver;
        scope.spawn(move || read(file, (&mapping, fields), started_at, done, &sender));
        loop {
            let Some(mut batch) = next(&receiver)? else { return Ok(()) };
            let planned =
                batch.records.iter_mut().filter_map(|record| record.planned.as_mut().ok());
            planned.for_each(|planned| planned.brings_back = brings_back);
            run.checkpoint()?;
            let (ticket, source) = (run.ticket(), Arc::clone(&source));
            let now = app.clock.now();
            let from = done;
            let to = done + u64::try_from(batch.records.len()).unwrap_or(0);
            let bytes = batch.bytes;
            let applied = app.db.write_blocking(move |tx| {
                ticket.confirm(tx)?;
                let who = starter(tx, by)?;
                let applied = apply::apply(tx, &who, &batch.records, &source, now)?;
                let (counts, notes) = noted(&batch.records, &applied);
                store::reject(tx, id, &applied.rejections)?;
                store::note(tx, id, &notes)?;
                if !store::advance(tx, id, (from, to), &counts)? {
                    return Err(Failure::broken("another run of this import did the same rows"));
                }
                Ok(counts)
            })?;
            done = to;
            counts = counts.plus(applied);
            run.progress(json!({
                "in": counts.rows, "created": counts.created, "updated": counts.updated,
                "unchanged": counts.unchanged, "rejected": counts.rejected, "noted": counts.noted,
                "bytes": bytes, "of_bytes": import.bytes,
            }));
        }
    })?;
    let now = app.clock.now();
    let key = import.file_key.clone();
    let is_needed = app.db.write_blocking(move |tx| {
        store::finish(tx, id, now)?;
        store::is_needed(tx, &key)
    })?;
    drop_copy(app, import, is_needed)?;
    serde_json::to_value(counts).map_err(|error| Again::Never(error.into()))
}

/// A copy is kept for as long as an import might have to go on; of several that were started from one upload the last
/// takes it away.
fn drop_copy(app: &App, import: &ImportRow, is_needed: bool) -> Result<(), Failure> {
    if is_needed { Ok(()) } else { app.files.remove(&import.file_key) }
}

/// Whoever started the import, with what they may now: a job has no more than its user.
fn starter(tx: &mut Tx, by: Option<i64>) -> Result<User, Failure> {
    let Some(id) = by else { return Ok(User::operator()) };
    let found = team::roster::user(tx, id)?;
    let who = found.ok_or_else(|| {
        let words =
            "Whoever started this import may not go on with it: they are suspended, or gone.";
        Failure::refused("no_starter", words)
    })?;
    who.may(Right::ImportPeople)?;
    Ok(who.by(Mouth::Job))
}

/// Some rows of the file, and how far into it they reach.
struct Rows {
    records: Vec<Record>,
    /// How much was taken in, with what was read ahead.
    bytes: u64,
    /// Where the last of the records begins, as near as can be told.
    reached: u64,
}

type Handed = Result<Rows, Failure>;

fn next(receiver: &Receiver<Handed>) -> Result<Option<Rows>, Failure> {
    receiver.recv().ok().transpose()
}

/// Reads and plans on a thread of its own, a few batches ahead of whoever writes.
fn read(
    file: File,
    (mapping, fields): (&Mapping, Fields),
    started_at: Moment,
    skip: u64,
    to: &SyncSender<Handed>,
) {
    if let Err(failure) = read_into(file, (mapping, fields), started_at, skip, to) {
        // If nobody listens any more, nobody needs to know.
        let _ = to.send(Err(failure));
    }
}

fn read_into(
    file: File,
    (mapping, fields): (&Mapping, Fields),
    started_at: Moment,
    skip: u64,
    to: &SyncSender<Handed>,
) -> Result<(), Failure> {
    let unreadable =
        |error: wire::table::Unreadable| Failure::refused("unreadable", error.to_string());
    let mut table = Table::open(file, &mapping.layout()).map_err(unreadable)?;
    let problems = mapping.check(table.header());
    if !problems.is_empty() {
        return Err(invalid("mapping", &problems));
    }
    let planner = Planner::new(mapping, table.header(), started_at)
        .map_err(|problems| invalid("mapping", &problems))?
        .with_fields(fields);
    table.skip(skip).map_err(unreadable)?;
    let mut records = Vec::with_capacity(BATCH_ROWS);
    let mut row = skip;
    let mut offset = 0;
    // Where the text of a row stands is where the row stands, but for encodings that are decoded as a whole.
    let reached = |table: &Table<File>, offset: u64| {
        if table.encoding().starts_with("UTF-16") { table.bytes_read() } else { offset }
    };
    loop {
        let record = match table.next().map_err(unreadable)? {
            None => break,
            Some(Line::Row(line)) => {
                row += 1;
                offset = line.offset();
                let planned = planner.plan(&line).map_err(|rejection| rejection.to_string());
                let raw = clip(line.raw(), raw_bytes_max(&planned)).to_owned();
                Record { row, line: line.line(), person: None, planned, raw }
            }
            Some(Line::Rejected(rejected)) => {
                row += 1;
                offset = rejected.offset;
                let raw = clip(&rejected.raw, RAW_BYTES_MAX).replace('\0', "\u{fffd}");
                Record {
                    row,
                    line: rejected.line,
                    person: None,
                    planned: Err(rejected.fault.to_string()),
                    raw,
                }
            }
        };
        records.push(record);
        if records.len() == BATCH_ROWS {
            let records = std::mem::take(&mut records);
            let (bytes, reached) = (table.bytes_read(), reached(&table, offset));
            if to.send(Ok(Rows { records, bytes, reached })).is_err() {
                return Ok(());
            }
        }
    }
    if !records.is_empty() {
        let (bytes, reached) = (table.bytes_read(), reached(&table, offset));
        let _ = to.send(Ok(Rows { records, bytes, reached }));
    }
    Ok(())
}

/// How much of a row as it stood may still be needed.
fn raw_bytes_max(planned: &Result<PlannedRow, String>) -> usize {
    match planned {
        Err(_) => RAW_BYTES_MAX,
        // Several keys may turn out to name several people.
        Ok(row) if row.keys.len() > 1 => RAW_BYTES_MAX,
        Ok(row) if !row.notes.is_empty() => NOTED_RAW_BYTES_MAX,
        Ok(_) => 0,
    }
}

fn clip(text: &str, bytes_max: usize) -> &str {
    let mut end = text.len().min(bytes_max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// The notes of those rows that were taken, and the counts with them.
fn noted(records: &[Record], applied: &Applied) -> (Counts, Vec<Note>) {
    let refused: BTreeSet<u64> = applied.rejections.iter().map(|it| it.row).collect();
    let mut notes = Vec::new();
    for record in records {
        let Ok(planned) = &record.planned else { continue };
        if planned.notes.is_empty() || refused.contains(&record.row) {
            continue;
        }
        let words = planned.notes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        let mut reason = clip(&words, NOTE_BYTES_MAX).to_owned();
        if reason.len() < words.len() {
            reason.push_str(" …");
        }
        let raw = clip(&record.raw, NOTED_RAW_BYTES_MAX).to_owned();
        notes.push(Note { row: record.row, line: record.line, reason, raw });
    }
    let count = u64::try_from(notes.len()).unwrap_or(u64::MAX);
    (Counts { noted: count, ..applied.counts }, notes)
}

/// What a dry run found: what would become of the rows, and where their people would stand.
#[derive(Clone, Debug, Default)]
pub struct DryRun {
    /// What would become of the rows.
    pub counts: Counts,
    /// About how many rows the file has, if only the first of them were tried.
    pub rows_about: Option<u64>,
    /// The first rows that would be refused.
    pub rejections: Vec<Rejection>,
    /// The first rows that would be taken with a note.
    pub notes: Vec<Note>,
    /// Where the people of the file would stand under the lens.
    pub stages: Vec<(Stage, u64)>,
}

/// Refusals that a dry run tells one by one; and notes.
const TOLD_MAX: usize = 50;

/// Does everything that an import would do with the first `rows_max` rows, in one transaction, and undoes it. Writers
/// wait meanwhile.
///
/// # Errors
/// As [`start`], and what the file's reader says.
pub fn dry_run(
    app: &App,
    who: &User,
    file_key: &str,
    mapping: &str,
    lens: Option<LensId>,
    rows_max: Option<u64>,
) -> Result<DryRun, Failure> {
    who.may(Right::ImportPeople)?;
    let mapping = read_mapping(mapping)?;
    let file = app.files.open(file_key)?;
    let bytes = file.metadata()?.len();
    let now = app.clock.now();
    let who = who.clone();
    let found = Arc::new(Mutex::new(None));
    let kept = Arc::clone(&found);
    let undone = app.db.write_blocking(move |tx| -> Result<(), Failure> {
        let fields = Fields::load(tx)?;
        let (sender, receiver) = sync_channel(2);
        let source = mapping.source.clone();
        let dry = std::thread::scope(|scope| -> Result<DryRun, Failure> {
            // As in `batches`.
            let receiver = receiver;
            scope.spawn(move || read(file, (&mapping, fields), now, 0, &sender));
            let mut dry = DryRun::default();
            let mut people = BTreeSet::new();
            let mut read = 0;
            while let Some(mut batch) = next(&receiver)? {
                read += u64::try_from(batch.records.len()).unwrap_or(0);
                let room = rows_max.map_or(u64::MAX, |max| max.saturating_sub(dry.counts.rows));
                let room = usize::try_from(room).unwrap_or(usize::MAX);
                if room < batch.records.len() {
                    dry.rows_about = Some(about(read, bytes, batch.reached));
                    batch.records.truncate(room);
                }
                let applied = apply::apply(tx, &who, &batch.records, &source, now)?;
                dry.add(applied, &batch.records, &mut people);
                if dry.rows_about.is_some() {
                    break;
                }
            }
            let people: Vec<_> = people.into_iter().collect();
            if let Some(lens) = lens {
                let standings = crate::stand::standings(tx, lens, &people)?;
                for stage in Stage::ALL {
                    let count =
                        standings.values().filter(|standing| standing.stage == *stage).count();
                    dry.stages.push((*stage, u64::try_from(count).unwrap_or(0)));
                }
            }
            Ok(dry)
        })?;
        *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(dry);
        Err(Failure::refused("dry_run", "undone"))
    });
    let dry = found.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (dry, undone) {
        (Some(dry), _) => Ok(dry),
        (None, Err(failure)) => Err(failure),
        (None, Ok(())) => Err(Failure::broken("a dry run ended without an answer")),
    }
}

impl DryRun {
    fn add(&mut self, applied: Applied, records: &[Record], people: &mut BTreeSet<PersonId>) {
        let (counts, notes) = noted(records, &applied);
        self.counts = self.counts.plus(counts);
        let room = TOLD_MAX.saturating_sub(self.rejections.len());
        self.rejections.extend(applied.rejections.into_iter().take(room));
        let room = TOLD_MAX.saturating_sub(self.notes.len());
        self.notes.extend(notes.into_iter().take(room));
        people.extend(applied.people);
    }
}

/// How many rows a file has if `rows` of them take up `read` of its `bytes`: three digits of it, and `rows` at least.
fn about(rows: u64, bytes: u64, read: u64) -> u64 {
    let whole = u128::from(rows) * u128::from(bytes) / u128::from(read.max(1));
    let whole = u64::try_from(whole).unwrap_or(u64::MAX);
    let unit = 10_u64.pow(whole.checked_ilog10().unwrap_or(0).saturating_sub(2));
    (whole.saturating_add(unit / 2) / unit * unit).max(rows)
}

#[cfg(test)]
mod tests {
    use super::about;

    #[test]
    fn the_rows_of_a_file_are_told_by_three_digits() {
        for (rows, bytes, read, expected) in [
            (20_000, 10_000_000, 2_000_000, 100_000),
            (20_000, 10_000_000, 1_990_000, 101_000),
            (20_000, 2_051_000, 2_000_000, 20_500),
            (20_000, 1_900_000, 2_000_000, 20_000),
            (3, 10, 0, 30),
        ] {
            assert_eq!(about(rows, bytes, read), expected, "{rows} {bytes} {read}");
        }
    }
}

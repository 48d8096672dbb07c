//! Files that hang on a note: kept as they came, and given back as a download and never as a page.

use std::collections::HashMap;

use moment::Moment;
use people::PersonId;
use people::gdpr::{Attached, Attaches};
use platform::app::App;
use platform::args;
use platform::db::{Row, Sql, Tx, sql};
use platform::failure::Failure;
use platform::files;
use serde_json::json;
use team::{Right, User, audit};

use crate::{FILE, read, store};

/// A file may have so many bytes.
pub const BYTES_MAX: u64 = 20 << 20;
/// So many may hang on one note.
pub const FILES_MAX: usize = 10;
/// Letters of a name at most.
const NAME_LETTERS_MAX: usize = 150;
/// What a file can be said to be.
pub const MEDIA: &[&str] = &[
    "application/pdf",
    "image/png",
    "image/jpeg",
    "image/gif",
    "application/zip",
    "application/gzip",
    "text/plain",
    "application/octet-stream",
];
/// Bytes that are looked at to tell what a file is.
const SNIFFED_BYTES: usize = 512;

const ADD: Sql =
    sql("insert into note_file (id, note_id, subject_id, file_key, name, media, bytes, added_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)");
const OF_NOTES: Sql = sql("select note_id, id, name, media, bytes, file_key from note_file
     where note_id in ({list}) order by id");
const ROW: Sql =
    sql("select note_id, id, name, media, bytes, file_key from note_file where id = $1");
const OF_SUBJECT: Sql = sql("select file_key from note_file where subject_id = $1");
const ALL_OF_SUBJECT: Sql = sql("select file_key, name, media, bytes, added_at from note_file
     where subject_id = $1 order by id");
const NAMES: Sql = sql("select file_key from note_file");
const GONE: Sql = sql("delete from note_file where note_id in ({list})");
const GONE_ONE: Sql = sql("delete from note_file where id = $1");
const GONE_OF: Sql = sql("delete from note_file where subject_id = $1");

pub(crate) const ALL: &[Sql] =
    &[ADD, OF_NOTES, ROW, OF_SUBJECT, ALL_OF_SUBJECT, NAMES, GONE, GONE_ONE, GONE_OF];

/// The names under which the files of all notes are kept.
pub(crate) fn names(tx: &mut Tx) -> Result<Vec<String>, Failure> {
    Ok(tx.rows(NAMES, args![])?.iter().map(|row| row.text(0).to_owned()).collect())
}

/// A file as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileView {
    /// Inside.
    pub id: i64,
    /// As it was called.
    pub name: String,
    /// What it is, by its first bytes.
    pub media: String,
    /// Its size.
    pub bytes: u64,
}

/// A file that is kept and hangs on nothing yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    /// Under which it lies.
    pub key: String,
    /// As it is called.
    pub name: String,
    /// What it is.
    pub media: &'static str,
    /// Its size.
    pub bytes: u64,
}

/// A file to be given back.
#[derive(Clone, Debug)]
pub struct Download {
    /// Under which it lies.
    pub key: String,
    /// How it is listed.
    pub file: FileView,
}

/// A file that is being brought, piece by piece; dropped before [`Keeping::keep`], it is gone.
pub struct Keeping {
    name: String,
    first: Vec<u8>,
    bytes: u64,
    file: files::NewFile,
}

impl Keeping {
    /// Begins a file.
    ///
    /// # Errors
    /// `Invalid` for a file without a name; `Broken` if the folder cannot be written.
    pub fn begin(app: &App, name: &str) -> Result<Keeping, Failure> {
        let name = tidy_name(name).ok_or_else(|| Failure::invalid("name", "a file has a name"))?;
        let file = app.files.create(&*app.dice, BYTES_MAX)?;
        Ok(Keeping { name, first: Vec::new(), bytes: 0, file })
    }

    /// Adds a piece.
    ///
    /// # Errors
    /// `Refused` with `file_too_large`; `Broken` if it cannot be written.
    pub async fn write(
        mut self,
        piece: impl AsRef<[u8]> + Send + 'static,
    ) -> Result<Keeping, Failure> {
        waiting(move || {
            let bytes = piece.as_ref();
            let room = SNIFFED_BYTES.saturating_sub(self.first.len()).min(bytes.len());
            self.first.extend_from_slice(bytes.get(..room).unwrap_or_default());
            self.bytes += u64::try_from(bytes.len()).unwrap_or(0);
            self.file.write(bytes)?;
            Ok(self)
        })
        .await
    }

    /// Keeps it; it is on disk then.
    ///
    /// # Errors
    /// `Invalid` if nothing is in it; `Broken` if it cannot be written.
    pub async fn keep(self) -> Result<NewFile, Failure> {
        let Keeping { name, first, bytes, file } = self;
        if bytes == 0 {
            let words = format!("The file {name} is empty: there is nothing to keep of it.");
            return Err(Failure::refused("empty_file", words));
        }
        let kept = waiting(move || file.keep()).await?;
        Ok(NewFile { key: kept.name, name, media: sniffed(&first), bytes: kept.bytes })
    }
}

/// Runs what writes files on a thread that may wait.
async fn waiting<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(Failure::broken)?
}

/// Removes files that were kept for something that came to nothing.
pub fn drop_kept(app: &App, files: &[NewFile]) {
    for file in files {
        if let Err(failure) = app.files.remove(&file.key) {
            // Nothing names it any more: it takes room, and no more than that.
            tracing::warn!(%failure, "a file that nobody needs was not removed");
        }
    }
}

/// The last part of what a browser calls a file, without what no file's name holds.
fn tidy_name(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last
        .chars()
        .filter(|letter| !letter.is_control() && !is_turning(*letter))
        .take(NAME_LETTERS_MAX)
        .collect();
    let plain = plain.trim().trim_start_matches('.').to_owned();
    (!plain.is_empty()).then_some(plain)
}

/// Letters that turn the direction of what follows, so that `gpj.exe` reads as `exe.jpg`.
fn is_turning(letter: char) -> bool {
    matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What a file is, by its first bytes: one of a few kinds that browsers do no more than show, else just bytes.
fn sniffed(first: &[u8]) -> &'static str {
    const KINDS: [(&[u8], &str); 7] = [
        (b"%PDF-", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"PK\x03\x04", "application/zip"),
        (b"\x1f\x8b", "application/gzip"),
    ];
    if let Some((_, media)) = KINDS.iter().find(|(begins, _)| first.starts_with(begins)) {
        return media;
    }
    let is_text = match std::str::from_utf8(first) {
        Ok(_) => true,
        // A letter may be cut in two at the end of what is looked at.
        Err(error) => error.error_len().is_none(),
    };
    let is_plain = !first.iter().any(|byte| *byte < 9 || (14..32).contains(byte) && *byte != 27);
    if is_text && is_plain { "text/plain" } else { "application/octet-stream" }
}

fn file_of(row: &Row) -> FileView {
    FileView {
        id: row.int(1),
        name: row.text(2).to_owned(),
        media: row.text(3).to_owned(),
        bytes: row.int(4).unsigned_abs(),
    }
}

/// Hangs files on a note.
pub(crate) fn hang(
    tx: &mut Tx,
    (note, subject): (i64, i64),
    files: &[NewFile],
    now: Moment,
) -> Result<(), Failure> {
    let there = of_notes(tx, &[note])?.remove(&note).unwrap_or_default().len();
    if there + files.len() > FILES_MAX {
        let words = format!("A note holds {FILES_MAX} files at most; write another for the rest.");
        return Err(Failure::refused("too_many_files", words));
    }
    for file in files {
        let id = tx.ids(1)?;
        let bytes = i64::try_from(file.bytes).unwrap_or(i64::MAX);
        let (key, name) = (file.key.as_str(), file.name.as_str());
        tx.execute(ADD, args![id, note, subject, key, name, file.media, bytes, now])?;
    }
    Ok(())
}

/// What hangs on each of these notes.
pub(crate) fn of_notes(tx: &mut Tx, notes: &[i64]) -> Result<HashMap<i64, Vec<FileView>>, Failure> {
    let mut found: HashMap<i64, Vec<FileView>> = HashMap::new();
    tx.each_in(OF_NOTES, &[], &store::list(notes), |row| {
        found.entry(row.int(0)).or_default().push(file_of(row));
        Ok(())
    })?;
    Ok(found)
}

/// Takes away what hangs on these notes, for good; gives the names under which the files lie.
pub(crate) fn drop_of_notes(tx: &mut Tx, notes: &[i64]) -> Result<Vec<String>, Failure> {
    let mut keys = Vec::new();
    tx.each_in(OF_NOTES, &[], &store::list(notes), |row| {
        keys.push(row.text(5).to_owned());
        Ok(())
    })?;
    tx.execute_in(GONE, &[], &store::list(notes))?;
    Ok(keys)
}

/// The same of all that hangs on notes about somebody.
pub(crate) fn drop_of_subject(tx: &mut Tx, subject: i64) -> Result<Vec<String>, Failure> {
    let rows = tx.rows(OF_SUBJECT, args![subject])?;
    tx.execute(GONE_OF, args![subject])?;
    Ok(rows.iter().map(|row| row.text(0).to_owned()).collect())
}

/// The files that hang on notes about somebody, for whoever asks what is held of them.
pub struct NotesAttach;

impl Attaches for NotesAttach {
    fn attached(&self, tx: &mut Tx, person: PersonId) -> Result<Vec<Attached>, Failure> {
        let rows = tx.rows(ALL_OF_SUBJECT, args![person])?;
        let attached = |row: &Row| Attached {
            key: row.text(0).to_owned(),
            name: row.text(1).to_owned(),
            media: row.text(2).to_owned(),
            bytes: row.int(3).unsigned_abs(),
            added_at: row.moment(4),
        };
        Ok(rows.iter().map(attached).collect())
    }
}

/// A file for whoever reads the note on which it hangs; the audit log keeps that they took it.
///
/// # Errors
/// `Forbidden` without the right to read people; `Missing` for whoever does not read the note.
pub fn download(tx: &mut Tx, who: &User, id: i64, now: Moment) -> Result<Download, Failure> {
    who.may(Right::ReadPeople)?;
    let (row, note) = seen(tx, who, id)?;
    if note.audience == crate::Audience::Everybody {
        audit::note(tx, who, "file.downloaded", (FILE, id), json!({ "bytes": row.int(4) }), now)?;
    }
    Ok(Download { key: row.text(5).to_owned(), file: file_of(&row) })
}

/// Takes a file off a note; gives about whom the note is.
///
/// # Errors
/// `Forbidden` for all but the note's author; `Missing`.
pub fn remove(tx: &mut Tx, who: &User, id: i64, now: Moment) -> Result<i64, Failure> {
    who.may(Right::EditPeople)?;
    let (row, note) = seen(tx, who, id)?;
    if !note.may_edit {
        return Err(Failure::Forbidden);
    }
    tx.execute(GONE_ONE, args![id])?;
    let files = json!({ "files": [row.text(5)] });
    platform::jobs::enqueue(tx, people::erase::DROP_FILES, None, &files, now)?;
    if note.audience == crate::Audience::Everybody {
        audit::note(tx, who, "file.removed", (FILE, id), json!({ "bytes": row.int(4) }), now)?;
    }
    crate::tell::changed(tx, who, &note);
    Ok(note.subject)
}

fn seen(tx: &mut Tx, who: &User, id: i64) -> Result<(Row, crate::NoteView), Failure> {
    let missing = Failure::missing("file", tx.public_ids().encode(FILE, id));
    let Some(row) = tx.row(ROW, args![id])? else { return Err(missing) };
    match read::load(tx, who, row.int(0)) {
        Err(Failure::Missing { .. }) => Err(missing),
        other => Ok((row, other?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_by_the_last_part_of_its_name() {
        for (name, expected) in [
            ("offer.pdf", Some("offer.pdf")),
            ("C:\\Users\\ann\\offer.pdf", Some("offer.pdf")),
            ("../../etc/passwd", Some("passwd")),
            (" .profile ", Some("profile")),
            ("a\u{202e}fdp.exe", Some("afdp.exe")),
            ("line\nbreak.txt", Some("linebreak.txt")),
            ("..", None),
            ("", None),
        ] {
            assert_eq!(tidy_name(name).as_deref(), expected, "{name:?}");
        }
    }

    #[test]
    fn a_file_is_what_its_first_bytes_say_and_never_a_page() {
        for (first, expected) in [
            (&b"%PDF-1.7\n"[..], "application/pdf"),
            (b"\x89PNG\r\n\x1a\n\0", "image/png"),
            (b"PK\x03\x04", "application/zip"),
            (b"<html><script>alert(1)</script>", "text/plain"),
            ("gr\u{fc}n".as_bytes(), "text/plain"),
            (&"\u{fc}".as_bytes()[..1], "text/plain"),
            (b"\x7fELF\x02\0\0", "application/octet-stream"),
            (b"\xfe\xff\xff", "application/octet-stream"),
        ] {
            assert_eq!(sniffed(first), expected, "{first:?}");
        }
    }
}

//! `gdpr`: everything that is held of somebody, in one file, for whoever asks (Art. 15 and 20 of the GDPR).
//!
//! **Promise:** every row of every table that is about them, as the tables are classified, is in it; and so is every row
//! of an import that names them, and every file that hangs on what was written about them, as it was brought.

use std::fs::File;
use std::io::Write;
use std::sync::Arc;

use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
use platform::files::Files;
use platform::tables::Tables;
use platform::zip::ZipWriter;
use serde_json::{Map, Value, json};
use team::audit::{self, Asked};
use team::{Right, User};

use crate::erase::named_of;
use crate::{PERSON, PersonId, find, person, sight};

/// What the file says of itself.
const EXPLAINED: &str = "Everything that this workspace holds of one person. `now` is what is held true today, each with \
     its source; `tables` is every row about them, table by table, as it is stored, `activity` being the history; \
     `named_in` is rows of imported files that name them; `files` is what hangs on notes about them, and lies beside \
     this in the ZIP file under those names; `audit` is who changed or took out what of them.";
/// As the two forms of what is told are called in the ZIP file.
const FOR_PEOPLE: &str = "everything.txt";
const FOR_PROGRAMS: &str = "everything.json";

/// A slice that keeps files about people; a part of the app, as [`Attaching`].
pub trait Attaches: Send + Sync {
    /// The files about somebody, in the order in which they came; whoever brought them, and for whomever.
    ///
    /// # Errors
    /// `Broken` when the database fails.
    fn attached(&self, tx: &mut Tx, person: PersonId) -> Result<Vec<Attached>, Failure>;
}

/// Everybody who keeps files about people, as the server wired them.
pub struct Attaching(pub Vec<Arc<dyn Attaches>>);

/// A file about somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    /// Under which it lies.
    pub key: String,
    /// As it was called.
    pub name: String,
    /// What it is.
    pub media: String,
    /// Its size.
    pub bytes: u64,
    /// When it came.
    pub added_at: Moment,
}

/// Everything about somebody.
#[derive(Clone, Debug)]
pub struct Everything {
    /// All but what is in the files.
    pub told: Value,
    /// The files.
    pub files: Vec<Attached>,
}

impl Everything {
    /// By which they are known outside.
    pub fn id(&self) -> &str {
        self.told["person"]["id"].as_str().unwrap_or_default()
    }

    /// The file for whoever asked: a text for people, the same as JSON for programs, and every file.
    ///
    /// # Errors
    /// `Refused` with `file_lost`, before anything is written, if a file is not where it was kept; `Broken` if one can't
    /// be read, or nothing can be written.
    pub fn zip<W: Write>(
        self,
        kept: &Files,
        now: Moment,
        to: impl FnOnce() -> Result<W, Failure>,
    ) -> Result<W, Failure> {
        let opened = self.files.iter().map(|file| open(kept, file));
        let opened = opened.collect::<Result<Vec<File>, Failure>>()?;
        let mut zip = ZipWriter::new(to()?, now);
        zip.add(FOR_PEOPLE, outline(&self.told).as_bytes())?;
        let programs = serde_json::to_vec_pretty(&self.told).map_err(anyhow::Error::from)?;
        zip.add(FOR_PROGRAMS, programs.as_slice())?;
        for ((nth, file), opened) in (1..).zip(&self.files).zip(opened) {
            zip.add(&place(nth, file), opened)?;
        }
        zip.finish()
    }
}

fn open(kept: &Files, file: &Attached) -> Result<File, Failure> {
    kept.open(&file.key).map_err(|failure| match failure {
        Failure::Missing { .. } => {
            let words = format!(
                "The file {} hangs on a note about them and is not in the folder `files` of the workspace. Bring that \
                 folder back from a backup, or take the file off the note.",
                file.name
            );
            Failure::refused("file_lost", words)
        }
        other => other,
    })
}

/// The name of the nth file in the ZIP file: its own, but for letters that some system does not allow in one.
fn place(nth: usize, file: &Attached) -> String {
    let allowed = |letter: char| match letter {
        '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*' => '_',
        other => other,
    };
    format!("files/{nth}-{}", file.name.chars().map(allowed).collect::<String>())
}

/// The files about whom `id` means.
///
/// # Errors
/// `Broken` when the database fails.
pub fn attached(tx: &mut Tx, id: PersonId) -> Result<Vec<Attached>, Failure> {
    let mut files = Vec::new();
    if let Some(attaching) = tx.find_part::<Attaching>() {
        for part in &attaching.0 {
            files.extend(part.attached(tx, id)?);
        }
    }
    Ok(files)
}

/// Everything about whom `whom` means: see [`find::find`].
///
/// # Errors
/// `Forbidden` without the right to erase, which is the right over what is held of people; `Missing` if nobody is meant.
pub fn everything(tx: &mut Tx, who: &User, whom: &str, now: Moment) -> Result<Everything, Failure> {
    who.may(Right::ErasePeople)?;
    sight::must_see_all(who)?;
    let id = find::find(tx, who, whom)?;
    let record = person::record(tx, who, whom, None, now)?;
    let outside = tx.public_ids().encode(PERSON, id);
    let mut keys = Map::new();
    for (kind, value) in &record.keys {
        keys.entry(kind.clone())
            .or_insert_with(|| json!([]))
            .as_array_mut()
            .into_iter()
            .for_each(|values| values.push(json!(value)));
    }
    let stage = record.standing.as_ref().map(|standing| standing.stage.as_str());
    let files = attached(tx, id)?;
    let listed = (1..).zip(&files).map(|(nth, file)| {
        json!({
            "lies_at": place(nth, file), "name": file.name, "media": file.media, "bytes": file.bytes,
            "added_at": file.added_at,
        })
    });
    let told = json!({
        "explained": EXPLAINED,
        "workspace": team::workspace(tx)?.name,
        "as_of": now,
        "person": { "id": outside, "name": record.person.name, "keys": keys },
        "now": {
            "company": record.company.as_ref().map(|company| &company.name),
            "stage": stage,
            "facts": record.facts,
        },
        "tables": rows(tx, id)?,
        "named_in": named_in(tx, id)?,
        "files": listed.collect::<Vec<_>>(),
        "audit": audited(tx, who, id)?,
    });
    audit::note(tx, who, "person.told-all", (PERSON, id), Value::Null, now)?;
    Ok(Everything { told, files })
}

fn rows(tx: &mut Tx, id: PersonId) -> Result<Map<String, Value>, Failure> {
    let tables = tx.part::<Tables>();
    let mut found = Map::new();
    for table in &tables.0 {
        let rows = table.rows_about(tx, id)?;
        if !rows.is_empty() {
            found.insert(table.name.clone(), rows.into_iter().map(readable).collect());
        }
    }
    Ok(found)
}

fn named_in(tx: &mut Tx, id: PersonId) -> Result<Map<String, Value>, Failure> {
    let named = named_of(tx, id)?;
    let tables = tx.part::<Tables>();
    let mut found = Map::new();
    for table in &tables.0 {
        let hits = table.search(tx, &|text| named.is_in(text))?;
        if !hits.is_empty() {
            found.insert(
                table.name.clone(),
                hits.into_iter().map(|hit| readable(hit.row)).collect(),
            );
        }
    }
    Ok(found)
}

fn audited(tx: &mut Tx, who: &User, id: PersonId) -> Result<Value, Failure> {
    if who.may(Right::ReadAudit).is_err() {
        return Ok(Value::Null);
    }
    let asked = Asked { subject: Some((PERSON.to_owned(), id)), ..Asked::default() };
    let page = audit::list(tx, who, &asked, None, audit::ROWS_MAX)?;
    serde_json::to_value(page.rows).map_err(|error| Failure::Broken(error.into()))
}

/// Moments as people read them, and JSON that stands in a column as what it is.
fn readable(row: Value) -> Value {
    let Value::Object(row) = row else { return row };
    let cell = |(name, value): (String, Value)| {
        let value = match &value {
            Value::Number(number) if name.ends_with("_at") => match number.as_i64() {
                Some(at) => json!(Moment(at)),
                None => value,
            },
            Value::String(text) if text.starts_with(['{', '[']) => {
                serde_json::from_str(text).unwrap_or(value)
            }
            _ => value,
        };
        (name, value)
    };
    Value::Object(row.into_iter().map(cell).collect())
}

/// The same for people: an outline, a line for each value.
pub fn outline(value: &Value) -> String {
    let mut text = String::new();
    lines(value, 0, &mut text);
    text
}

fn lines(value: &Value, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(members) => {
            for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
                match word(value) {
                    Some(word) => text.push_str(&format!("{indent}{name}: {word}\n")),
                    None => {
                        text.push_str(&format!("{indent}{name}:\n"));
                        lines(value, depth + 1, text);
                    }
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                match word(item) {
                    Some(word) => text.push_str(&format!("{indent}- {word}\n")),
                    None => {
                        text.push_str(&format!("{indent}-\n"));
                        lines(item, depth + 1, text);
                    }
                }
            }
        }
        other => text.push_str(&format!("{indent}{}\n", word(other).unwrap_or_default())),
    }
}

fn word(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("unknown".to_owned()),
        Value::Bool(true) => Some("yes".to_owned()),
        Value::Bool(false) => Some("no".to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.replace('\n', "\n    ")),
        Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_lies_under_a_name_that_every_system_takes() {
        for (name, expected) in [
            ("offer.pdf", "files/3-offer.pdf"),
            ("Q: why?.txt", "files/3-Q_ why_.txt"),
            ("\u{fc}ber/..\\x", "files/3-\u{fc}ber_.._x"),
        ] {
            let file = Attached {
                key: String::new(),
                name: name.to_owned(),
                media: "text/plain".to_owned(),
                bytes: 1,
                added_at: Moment(0),
            };
            assert_eq!(place(3, &file), expected);
        }
    }

    #[test]
    fn an_outline_has_a_line_for_each_value() {
        let value = json!({ "a": { "b": [1, { "c": true }] }, "d": null, "e": "x" });
        assert_eq!(outline(&value), "a:\n  b:\n    - 1\n    -\n      c: yes\ne: x\n");
        let row = readable(json!({ "occurred_at": 0, "n": 0, "properties": "{\"path\":\"/x\"}" }));
        assert_eq!(row["properties"]["path"], "/x");
        assert_eq!(
            (row["occurred_at"].as_str(), row["n"].as_i64()),
            (Some("1970-01-01T00:00:00Z"), Some(0))
        );
    }
}

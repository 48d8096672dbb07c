//! What is asked of the audit log, as forms and command lines send it; and the log as a table.

use std::io;

use platform::db::Tx;
use platform::failure::{Failure, Field};
use platform::page::words::Almanac;
use serde::{Deserialize, Serialize};
use wire::write::{Style, Writer};

use super::read::{Asked, Noted};
use crate::colleague::USER;
use crate::create_user::{field, key};
use crate::mouth::MOUTHS;
use crate::{store, workspace};

/// The fields of a form; an empty one does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Texts {
    /// The address of a user, or their public id, or `operator`.
    pub user: String,
    /// What was done, or the kind of record with a point behind it: `token.`
    pub what: String,
    /// The public id of a record.
    pub on: String,
    /// Through which mouth.
    pub mouth: String,
    /// From this day on, like 2026-07-01.
    pub since: String,
    /// Up to this day, and with it.
    pub until: String,
}

impl Texts {
    /// Reads what was typed.
    ///
    /// # Errors
    /// `Invalid` with every field that cannot be.
    pub fn read(&self, tx: &mut Tx, now: moment::Moment) -> Result<Asked, Failure> {
        let almanac = Almanac::new(now, &workspace::workspace(tx)?.zone);
        let mut wrong = Vec::new();
        let user = match self.user.trim() {
            "" => None,
            "operator" => Some(0),
            text => {
                let found = match tx.public_ids().decode(USER, text) {
                    Some(id) => Some(id),
                    None => store::find_password(tx, &key(text))?.map(|(user, _)| user.id.0),
                };
                if found.is_none() {
                    wrong.push(field("user", "nobody has that address"));
                }
                found
            }
        };
        let subject = match self.on.trim() {
            "" => None,
            text => {
                let kind = text.split_once('_').map_or("", |(kind, _)| kind);
                let found = tx.public_ids().decode(kind, text).map(|id| (kind.to_owned(), id));
                if found.is_none() {
                    wrong.push(field("on", "is no id: write it like per_2g5kq8vn3x0ta"));
                }
                found
            }
        };
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let mouth = some(&self.mouth);
        if mouth.as_deref().is_some_and(|mouth| !MOUTHS.contains(&mouth)) {
            wrong.push(field("mouth", format!("there are {}", MOUTHS.join(", "))));
        }
        let since = day("since", &self.since, |text| almanac.begins(text), &mut wrong);
        let until = day("until", &self.until, |text| after(&almanac, text), &mut wrong);
        if !wrong.is_empty() {
            return Err(Failure::Invalid(wrong));
        }
        Ok(Asked { user, what: some(&self.what), subject, mouth, since, until })
    }
}

fn day(
    name: &str,
    text: &str,
    read: impl Fn(&str) -> Option<moment::Moment>,
    wrong: &mut Vec<Field>,
) -> Option<moment::Moment> {
    let text = text.trim();
    let day = (!text.is_empty()).then(|| read(text));
    if day == Some(None) {
        wrong.push(field(name, "is no day: write it like 2026-07-01"));
    }
    day.flatten()
}

/// When the day after a date begins.
fn after(almanac: &Almanac, date: &str) -> Option<moment::Moment> {
    let date: jiff::civil::Date = date.parse().ok()?;
    almanac.begins(&date.tomorrow().ok()?.to_string())
}

/// The columns of the log as a table.
pub const COLUMNS: [&str; 8] =
    ["at", "by", "by_name", "mouth", "token", "what", "subject", "detail"];

/// Rows of the log as CSV (RFC 4180), in which no cell begins a formula; with the names of the columns above them if
/// `is_first`.
///
/// # Errors
/// `Broken` if they cannot be written.
pub fn csv(rows: &[Noted], is_first: bool) -> Result<Vec<u8>, Failure> {
    let write = || -> io::Result<Vec<u8>> {
        let mut writer = Writer::new(Vec::new(), Style { is_defused: true, ..Style::default() });
        if is_first {
            writer.row(COLUMNS)?;
        }
        for row in rows {
            let by = row.by.clone().unwrap_or_else(|| crate::audit::Who {
                id: String::new(),
                name: if row.mouth == "page" { "nobody signed in" } else { "operator" }.to_owned(),
            });
            writer.row([
                row.at.to_string(),
                by.id,
                by.name,
                row.mouth.clone(),
                row.token.as_ref().map(|token| token.id.clone()).unwrap_or_default(),
                row.what.clone(),
                row.subject.clone().unwrap_or_default(),
                row.detail.to_string(),
            ])?;
        }
        writer.finish()
    };
    Ok(write()?)
}

/// Rows of the log as JSON Lines.
///
/// # Errors
/// `Broken` if they cannot be written.
pub fn json_lines(rows: &[Noted]) -> Result<Vec<u8>, Failure> {
    let mut lines = Vec::new();
    for row in rows {
        serde_json::to_writer(&mut lines, row).map_err(anyhow::Error::from)?;
        lines.push(b'\n');
    }
    Ok(lines)
}

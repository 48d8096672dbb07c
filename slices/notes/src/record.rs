//! What notes put on the record of a person or a company.

use askama::Template;
use moment::Moment;
use people::panel::{Beside, Line};
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::words::Almanac;
use team::{Right, User};

use crate::note::Audience;
use crate::pages::{Above, Head, NoteLine, choices};
use crate::{NOTE, follow, read};

/// The notes between the lines of the timeline, the composer above it, and who follows.
pub struct NotesBeside;

/// Before the public id of a note, in the address of a record: it was just removed.
const REMOVED: &str = "removed~";

/// The address of a record.
pub(crate) fn address(tx: &Tx, subject: i64) -> String {
    let what = if journal::is_company(subject) { "companies" } else { "people" };
    format!("/{what}/{}", people::edit::public_id(tx, subject))
}

/// The address of a record on which a note was just removed.
pub(crate) fn address_without(tx: &Tx, subject: i64, note: i64) -> String {
    format!("{}?told={REMOVED}{}", address(tx, subject), tx.public_ids().encode(NOTE, note))
}

fn html(template: &impl Template) -> Result<String, Failure> {
    template.render().map_err(|cause| Failure::Broken(anyhow::Error::from(cause)))
}

impl Beside for NotesBeside {
    fn head(&self, tx: &mut Tx, who: &User, subject: i64, _: Moment) -> Result<String, Failure> {
        let Some(me) = who.actor() else { return Ok(String::new()) };
        let followers = follow::named(tx, subject)?;
        let is_followed = followers.iter().any(|(user, _)| *user == me);
        let names: Vec<&str> = followers.iter().map(|(_, name)| name.as_str()).collect();
        let hint = match names.as_slice() {
            [] => "Nobody follows yet: V".to_owned(),
            names => format!("Followed by {}: V", names.join(", ")),
        };
        html(&Head { here: address(tx, subject), is_followed, count: names.len(), hint })
    }

    fn above(
        &self,
        tx: &mut Tx,
        who: &User,
        subject: i64,
        told: &str,
        _: Moment,
    ) -> Result<String, Failure> {
        let removed = told.strip_prefix(REMOVED);
        let removed = removed.and_then(|id| tx.public_ids().decode(NOTE, id));
        let undo = match removed.map(|id| read::row(tx, who, id)) {
            Some(Ok(row)) if row.removed_at.is_some() && row.subject == subject => {
                Some(format!("/notes/{}", tx.public_ids().encode(NOTE, row.id)))
            }
            Some(Err(failure @ Failure::Broken(_))) => return Err(failure),
            Some(_) | None => None,
        };
        let may_write = who.can(Right::EditPeople);
        let choices = choices(Audience::default());
        html(&Above { undo, may_write, here: address(tx, subject), choices })
    }

    fn lines(
        &self,
        tx: &mut Tx,
        who: &User,
        subject: i64,
        almanac: &Almanac,
    ) -> Result<Vec<Line>, Failure> {
        let (here, ids) = (address(tx, subject), tx.public_ids());
        let notes = read::of_subject(tx, who, subject)?;
        let line = |note: &crate::NoteView| {
            Ok(Line {
                at: note.written_at,
                id: note.entry.unwrap_or(note.id),
                html: html(&NoteLine::of(note, &here, ids, almanac))?,
                instead_of: note.entry,
            })
        };
        notes.iter().map(line).collect()
    }
}

//! `erase`: somebody is taken out of the workspace, and what they counted for stays counted.
//!
//! **Promise:** afterwards no table, no file and no index holds a value of theirs; the counts of stages, moves and
//! imports are as they were; whatever named them cannot come back without notice. Where others' histories name them by
//! an address, a number or an id, that is taken out, and what is derived of it follows.
//! **Never:** keeps who it was. What stays is a keyed hash of each key, and a row of the audit log without a subject.

mod named;
pub mod tombstone;

use std::collections::BTreeSet;
use std::sync::Arc;

use moment::Moment;
use platform::app::App;
use platform::args;
use platform::db::{Sql, Tx, sql};
use platform::failure::Failure;
use platform::jobs::{self, Again, Job, Run};
use platform::tables::Tables;
use serde::Serialize;
use serde_json::{Value, json};
use team::audit::{self, Subject};
use team::{Right, User};
use wire::table::{Layout, Record, Table};

use crate::import::{self, ImportRow};
use crate::rebuild::Rebuilding;
use crate::{PERSON, PersonId, PersonRow, find, person, search, sight, stand, store};

pub use named::{ERASED, Named};

/// The job that removes files in which somebody who was erased stood.
pub const DROP_FILES: &str = "people.drop-files";

const OPEN_IMPORTS: Sql = sql("select id from import where finished_at is null order by id");
const FILES_OF_IMPORTS: Sql = sql("select file_key from import");
const GIVE_UP: Sql = sql("update import set failure = $2 where id = $1 and finished_at is null");

const SEGMENTS: Sql = sql("select id, condition from saved_segment order by id");
const SAVE_SEGMENT: Sql = sql("update saved_segment set condition = $2 where id = $1");
const VIEWS: Sql = sql("select id, condition from list_view where condition <> '' order by id");
const SAVE_VIEW: Sql = sql("update list_view set condition = $2 where id = $1");

const OUT_OF_LISTS: Sql = sql("update people_list set people = people - 1
     where id in (select list_id from people_list_person where person_id = $1)");

pub(crate) const ALL: &[Sql] = &[
    OPEN_IMPORTS,
    FILES_OF_IMPORTS,
    GIVE_UP,
    SEGMENTS,
    SAVE_SEGMENT,
    VIEWS,
    SAVE_VIEW,
    OUT_OF_LISTS,
];

/// A slice that keeps something about people which is more than rows to delete; a part of the app, as [`Forgetting`].
pub trait Forgets: Send + Sync {
    /// Forgets somebody, whose rows are still there, and keeps what is only counted.
    ///
    /// # Errors
    /// Any failure undoes the erasure.
    fn forget(&self, tx: &mut Tx, person: PersonId, now: Moment) -> Result<Forgot, Failure>;

    /// The files that its rows name, whoever they are about.
    ///
    /// # Errors
    /// `Broken` when the database fails.
    fn files(&self, _tx: &mut Tx) -> Result<Vec<String>, Failure> {
        Ok(Vec::new())
    }
}

/// What a slice forgot.
#[derive(Clone, Debug, Default)]
pub struct Forgot {
    /// Rows that went or were changed.
    pub rows: u64,
    /// Files that are to go, by their names.
    pub files: Vec<String>,
}

/// Everybody who forgets, in the order in which the server wired them.
pub struct Forgetting(pub Vec<Arc<dyn Forgets>>);

/// What an erasure came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Erased {
    /// Rows about them that went.
    pub rows: u64,
    /// Rows of imports and jobs that held a value of theirs and are blank or gone.
    pub blanked: u64,
    /// Files that held them and go.
    pub files: usize,
    /// Entries of others' histories, and other rows about others, out of which they were taken.
    pub redacted: u64,
    /// Keys that cannot come back without notice.
    pub keys: usize,
    /// The job that removes the files, if there are any.
    #[serde(skip)]
    pub job: Option<i64>,
}

/// What an erasure does not do in the transaction: what it needs from outside, and where files hold somebody: those of
/// open imports, and those that were brought and never imported. Made by [`look`], before.
#[derive(Clone, Debug)]
pub struct Looked {
    secret: String,
    open: Vec<(i64, String)>,
    brought: Vec<String>,
    mentions: Vec<journal::redact::Place>,
}

/// Looks where others' histories name them, and whom the copies of open imports hold, which takes as long as those are
/// large.
///
/// # Errors
/// `Forbidden` without the right to erase; `Missing` if nobody is meant.
pub fn look(app: &App, who: &User, whom: &str) -> Result<Looked, Failure> {
    who.may(Right::ErasePeople)?;
    let (looker, whom) = (who.clone(), whom.to_owned());
    let id = app.db.read_blocking(move |tx| find::find(tx, &looker, &whom))?;
    let mut looked = look_many(app, who, &[id])?;
    looked.pop().flatten().ok_or_else(|| Failure::missing("person", "who was just there"))
}

/// The same for some people at once: the log is read once for all. Nothing for whoever is gone meanwhile.
///
/// # Errors
/// `Forbidden` without the right to erase; `Broken` when the database fails.
pub fn look_many(
    app: &App,
    who: &User,
    people: &[PersonId],
) -> Result<Vec<Option<Looked>>, Failure> {
    who.may(Right::ErasePeople)?;
    let ids = people.to_vec();
    let (looked, imports, named_files) = app.db.read_blocking(move |tx| {
        let mut nameds = Vec::with_capacity(ids.len());
        for id in &ids {
            let there = store::people(tx, &[*id])?.contains_key(id);
            nameds.push(if there { Some(named_of(tx, *id)?) } else { None });
        }
        let mut mentions: Vec<Vec<journal::redact::Place>> = vec![Vec::new(); ids.len()];
        let alone: Vec<Option<Named>> =
            nameds.iter().map(|named| named.as_ref().map(Named::alone)).collect();
        let any = named::Any::of(alone.iter().flatten());
        journal::redact::each(tx, |place, text| {
            if !any.may_be_in(text) {
                return;
            }
            for ((id, named), mentions) in ids.iter().zip(&alone).zip(&mut mentions) {
                let is_theirs = || named.as_ref().is_some_and(|named| named.is_in(text));
                if place.0 != *id && is_theirs() {
                    mentions.push(place);
                }
            }
        })?;
        let open: Vec<i64> = tx.rows(OPEN_IMPORTS, args![])?.iter().map(|row| row.int(0)).collect();
        let imports = open.into_iter().map(|import| import::load(tx, import));
        let imports = imports.collect::<Result<Vec<ImportRow>, Failure>>()?;
        let files = tx.rows(FILES_OF_IMPORTS, args![])?;
        let mut files: BTreeSet<String> = files.iter().map(|row| row.text(0).to_owned()).collect();
        if let Some(forgetting) = tx.find_part::<Forgetting>() {
            for part in &forgetting.0 {
                files.extend(part.files(tx)?);
            }
        }
        Ok((nameds.into_iter().zip(mentions).collect::<Vec<_>>(), imports, files))
    })?;
    let mut brought = app.files.names()?;
    brought.retain(|file| !named_files.contains(file));
    let one = |(named, mentions): (Option<Named>, Vec<_>)| {
        let named = named?;
        let open = imports.iter().filter(|import| {
            let mapping = import::read_mapping(&import.mapping).ok();
            let layout = mapping.map(|mapping| mapping.layout());
            layout.and_then(|it| holds(app, &import.file_key, &it, &named)).unwrap_or(true)
        });
        let open = open.map(|import| (import.id, import.file_key.clone())).collect();
        let usual = Layout::default();
        let brought = brought.iter().filter(|file| holds(app, file, &usual, &named) == Some(true));
        let brought = brought.cloned().collect();
        Some(Looked { secret: app.dice.token(), open, brought, mentions })
    };
    Ok(looked.into_iter().map(one).collect())
}

/// Whether a kept table has a row that names them; nothing of one that can't be read.
fn holds(app: &App, file: &str, layout: &Layout, named: &Named) -> Option<bool> {
    let file = app.files.open(file).ok()?;
    let mut table = Table::open(file, layout).ok()?;
    while let Some(record) = table.next().ok()? {
        let is_theirs = match record {
            Record::Row(row) => named.is_in(row.raw()),
            Record::Rejected(row) => named.is_in(&row.raw),
        };
        if is_theirs {
            return Some(true);
        }
    }
    Some(false)
}

pub(crate) fn named_of(tx: &mut Tx, id: PersonId) -> Result<Named, Failure> {
    let row = person::row(tx, &User::operator(), id)?;
    let keys = store::keys_of(tx, id)?;
    let own = journal::histories(tx, &[id])?.pop().map(|(_, own)| own).unwrap_or_default();
    let mut named = Named::of(&row, &keys, &own);
    named.id(&tx.public_ids().encode(PERSON, id));
    Ok(named)
}

/// What is to be typed before somebody is erased: their address, or their name, or their id.
pub fn confirmation(row: &PersonRow) -> String {
    row.email.clone().unwrap_or_else(|| row.name.clone())
}

/// Lets pass whoever typed the address, the name or the id of whom they are about to erase.
///
/// # Errors
/// `Forbidden` without the right to erase; `Missing` if nobody is meant; `Refused` with `not_confirmed` for anything else.
pub fn must_be_confirmed(tx: &mut Tx, who: &User, whom: &str, typed: &str) -> Result<(), Failure> {
    who.may(Right::ErasePeople)?;
    let id = find::find(tx, who, whom)?;
    let row = person::row(tx, who, id)?;
    let typed = typed.trim().to_lowercase();
    let outside = tx.public_ids().encode(PERSON, id);
    let is_it = |text: &str| text.trim().to_lowercase() == typed;
    let texts = [row.email.as_deref(), Some(row.name.as_str()), Some(outside.as_str())];
    if !typed.is_empty() && texts.into_iter().flatten().any(is_it) {
        return Ok(());
    }
    let words = format!("Type {} to erase them; it can't be undone.", confirmation(&row));
    Err(Failure::refused("not_confirmed", words))
}

/// Erases whoever is meant: see [`find::find`].
///
/// # Errors
/// `Forbidden` without the right to erase; `Missing` if nobody is meant; `Refused` with `ambiguous` if several are.
pub fn erase(
    tx: &mut Tx,
    who: &User,
    whom: &str,
    looked: &Looked,
    now: Moment,
) -> Result<Erased, Failure> {
    who.may(Right::ErasePeople)?;
    let id = find::find(tx, who, whom)?;
    erase_person(tx, who, id, looked, now)
}

/// The same for somebody whose number is known.
///
/// # Errors
/// As [`erase`].
pub fn erase_person(
    tx: &mut Tx,
    who: &User,
    id: PersonId,
    looked: &Looked,
    now: Moment,
) -> Result<Erased, Failure> {
    who.may(Right::ErasePeople)?;
    sight::must_see(tx, who, id)?;
    tx.lock("subject", &[id])?;
    let named = named_of(tx, id)?;
    let keys = store::keys_of(tx, id)?;
    let mut erased = Erased { keys: keys.len(), ..Erased::default() };
    tombstone::put(tx, &looked.secret, &keys, now)?;
    let mut files = Vec::new();
    if let Some(forgetting) = tx.find_part::<Forgetting>() {
        for part in &forgetting.0 {
            let forgot = part.forget(tx, id, now)?;
            erased.rows += forgot.rows;
            files.extend(forgot.files);
        }
    }
    search::forget(tx, id)?;
    erased.rows += stand::forget_person(tx, id)?;
    tx.execute(OUT_OF_LISTS, args![id])?;
    let tables = tx.part::<Tables>();
    for table in &tables.0 {
        erased.rows += table.forget(tx, id)?;
        let hits = table.search(tx, &|text| named.is_in(text))?;
        erased.blanked += table.blank(tx, hits)?;
    }
    erased.redacted = redact(tx, id, &named.alone(), looked, now)?;
    erased.redacted += out_of_conditions(tx, &named)?;
    for (import, file) in &looked.open {
        if is_waiting(tx, *import)? {
            // It reads the rest of its file, leaves their row out, and the file goes at its end.
            continue;
        }
        let words = "Somebody in the file was erased, and the copy is gone; bring the file again.";
        tx.execute(GIVE_UP, args![*import, words])?;
        files.push(file.clone());
    }
    files.extend(looked.brought.iter().cloned());
    erased.files = files.len();
    if !files.is_empty() {
        erased.job = Some(jobs::enqueue(tx, DROP_FILES, None, &json!({ "files": files }), now)?);
    }
    audit::note(tx, who, "person.erased", Subject::NONE, json!(erased), now)?;
    Ok(erased)
}

/// Takes them out of what is held of others.
fn redact(
    tx: &mut Tx,
    id: PersonId,
    named: &Named,
    looked: &Looked,
    now: Moment,
) -> Result<u64, Failure> {
    let redacted = |text: &str| named.redacted(text);
    for (subject, _, entry) in &looked.mentions {
        // It is found by its old words no more; those that are left are put in by the projection.
        search::forget_text(tx, *subject, *entry)?;
    }
    let mut rows = journal::redact::redact(tx, &looked.mentions, &redacted, now)?;
    let tables = tx.part::<Tables>();
    let mut touched = BTreeSet::new();
    for table in tables.0.iter().filter(|table| table.name != journal::ACTIVITIES.table) {
        let others = table.redact_others(tx, id, &redacted)?;
        rows += u64::try_from(others.len()).unwrap_or(0);
        touched.extend(others);
    }
    if let (false, Some(rebuilding)) = (touched.is_empty(), tx.find_part::<Rebuilding>()) {
        let touched: Vec<PersonId> = touched.into_iter().collect();
        for part in &rebuilding.0 {
            part.rebuild(tx, &touched)?;
        }
    }
    Ok(rows)
}

/// Takes them out of the conditions of segments and views, which find nobody by their keys any more.
fn out_of_conditions(tx: &mut Tx, named: &Named) -> Result<u64, Failure> {
    let mut changed = 0;
    for (all, save) in [(SEGMENTS, SAVE_SEGMENT), (VIEWS, SAVE_VIEW)] {
        for row in tx.rows(all, args![])? {
            if let Some(left) = named.condition(row.text(1)) {
                changed += tx.execute(save, args![row.int(0), left])?;
            }
        }
    }
    Ok(changed)
}

fn is_waiting(tx: &mut Tx, import: i64) -> Result<bool, Failure> {
    let Some(job) = import::load(tx, import)?.job else { return Ok(false) };
    Ok(jobs::find(tx, job)?.is_some_and(|job| job.done_at.is_none()))
}

/// The job that writes the database anew, so that nothing of who was erased is left in its free pages.
pub const SCRUB: &str = "people.scrub";

/// Has the database written anew; once for all who are erased until then.
///
/// # Errors
/// `Broken` when the database fails.
pub fn scrub_later(tx: &mut Tx, now: Moment) -> Result<i64, Failure> {
    jobs::enqueue(tx, SCRUB, Some("all"), &Value::Null, now)
}

/// Writes the database anew. May run twice.
pub struct Scrub;

impl Job for Scrub {
    fn name(&self) -> &'static str {
        SCRUB
    }

    fn run(&self, app: &App, _run: &mut Run) -> Result<Value, Again> {
        app.db.scrub_blocking()?;
        Ok(Value::Null)
    }
}

/// Removes files. May run twice.
pub struct DropFiles;

impl Job for DropFiles {
    fn name(&self) -> &'static str {
        DROP_FILES
    }

    fn run(&self, app: &App, run: &mut Run) -> Result<Value, Again> {
        let files = run.payload().get("files").and_then(Value::as_array);
        let names: Vec<String> =
            files.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        for name in &names {
            app.files.remove(name)?;
        }
        Ok(json!({ "files": names.len() }))
    }
}

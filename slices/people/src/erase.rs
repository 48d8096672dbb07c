//! `erase`: somebody is taken out of the workspace, and what they counted for stays counted.
//!
//! **Promise:** afterwards no table, no file and no index holds a value of theirs; the counts of stages, moves and
//! imports are as they were; whatever named them cannot come back without notice.
//! **Never:** keeps who it was. What stays is a keyed hash of each key, and a row of the audit log without a subject.

mod named;
pub mod tombstone;

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
use wire::table::{Record, Table};

use crate::import::{self, ImportRow};
use crate::{PersonId, find, person, search, sight, stand, store};

pub use named::Named;

/// The job that removes files in which somebody who was erased stood.
pub const DROP_FILES: &str = "people.drop-files";

const OPEN_IMPORTS: Sql = sql("select id from import where finished_at is null order by id");
const GIVE_UP: Sql = sql("update import set failure = $2 where id = $1 and finished_at is null");

const OUT_OF_LISTS: Sql = sql("update people_list set people = people - 1
     where id in (select list_id from people_list_person where person_id = $1)");

pub(crate) const ALL: &[Sql] = &[OPEN_IMPORTS, GIVE_UP, OUT_OF_LISTS];

/// A slice that keeps something about people which is more than rows to delete; a part of the app, as [`Forgetting`].
pub trait Forgets: Send + Sync {
    /// Forgets somebody, whose rows are still there, and keeps what is only counted.
    ///
    /// # Errors
    /// Any failure undoes the erasure.
    fn forget(&self, tx: &mut Tx, person: PersonId, now: Moment) -> Result<Forgot, Failure>;
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
    /// Keys that cannot come back without notice.
    pub keys: usize,
    /// The job that removes the files, if there are any.
    #[serde(skip)]
    pub job: Option<i64>,
}

/// What an erasure does not do in the transaction: what it needs from outside, and where the files of open imports
/// hold somebody. Made by [`look`], before.
#[derive(Clone, Debug)]
pub struct Looked {
    secret: String,
    open: Vec<(i64, String)>,
}

/// Looks whom the copies of open imports hold, which takes as long as they are large.
///
/// # Errors
/// `Forbidden` without the right to erase; `Missing` if nobody is meant.
pub fn look(app: &App, who: &User, whom: &str) -> Result<Looked, Failure> {
    who.may(Right::ErasePeople)?;
    let whom = whom.to_owned();
    let looker = who.clone();
    let (named, imports) = app.db.read_blocking(move |tx| {
        let id = find::find(tx, &looker, &whom)?;
        let named = named_of(tx, id)?;
        let open: Vec<i64> = tx.rows(OPEN_IMPORTS, args![])?.iter().map(|row| row.int(0)).collect();
        let imports = open.into_iter().map(|import| import::load(tx, import));
        Ok((named, imports.collect::<Result<Vec<ImportRow>, Failure>>()?))
    })?;
    let mut open = Vec::new();
    for import in imports {
        if holds(app, &import, &named) {
            open.push((import.id, import.file_key));
        }
    }
    Ok(Looked { secret: app.dice.token(), open })
}

/// Whether the kept copy of an import has a row that names them; one that can't be read is taken to.
fn holds(app: &App, import: &ImportRow, named: &Named) -> bool {
    let read = || -> Option<bool> {
        let mapping = import::read_mapping(&import.mapping).ok()?;
        let file = app.files.open(&import.file_key).ok()?;
        let mut table = Table::open(file, &mapping.layout()).ok()?;
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
    };
    read().unwrap_or(true)
}

pub(crate) fn named_of(tx: &mut Tx, id: PersonId) -> Result<Named, Failure> {
    let row = person::row(tx, &User::operator(), id)?;
    let keys = store::keys_of(tx, id)?;
    let own = journal::histories(tx, &[id])?.pop().map(|(_, own)| own).unwrap_or_default();
    Ok(Named::of(&row, &keys, &own))
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
    for (import, file) in &looked.open {
        if is_waiting(tx, *import)? {
            // It reads the rest of its file, leaves their row out, and the file goes at its end.
            continue;
        }
        let words = "Somebody in the file was erased, and the copy is gone; bring the file again.";
        tx.execute(GIVE_UP, args![*import, words])?;
        files.push(file.clone());
    }
    erased.files = files.len();
    if !files.is_empty() {
        erased.job = Some(jobs::enqueue(tx, DROP_FILES, None, &json!({ "files": files }), now)?);
    }
    audit::note(tx, who, "person.erased", Subject::NONE, json!(erased), now)?;
    Ok(erased)
}

fn is_waiting(tx: &mut Tx, import: i64) -> Result<bool, Failure> {
    let Some(job) = import::load(tx, import)?.job else { return Ok(false) };
    Ok(jobs::find(tx, job)?.is_some_and(|job| job.done_at.is_none()))
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

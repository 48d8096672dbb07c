//! Lists: people or companies by a name. Whoever was put in is in it until somebody takes them out.
//!
//! **Never:** changes by itself; what always follows a condition is a segment. Holds both people and companies.

use moment::Moment;
use platform::args;
use platform::db::{Row, Sql, Tx, sql};
use platform::failure::Failure;
use serde_json::json;
use team::{Right, User, audit};

use crate::of::Kept;
use crate::segment::named;
use crate::{Of, find};

/// The prefix of a list's public id.
pub const LIST: &str = "lst";

const ADD: Sql = sql(
    "insert into people_list (id, name, name_key, made_by, made_at, people, of_company) values ($1, $2, $3, $4, $5, 0, $6)",
);
const RENAME: Sql = sql("update people_list set name = $2, name_key = $3 where id = $1");
const REMOVE: Sql = sql("delete from people_list where id = $1");
const ROWS: Sql =
    sql("select id, name, made_by, made_at, people, of_company from people_list order by name_key");
const ROW: Sql =
    sql("select id, name, made_by, made_at, people, of_company from people_list where id = $1");
const NAMED: Sql = sql(
    "select id, name, made_by, made_at, people, of_company from people_list where name_key = $1",
);
const COUNT_ON: Sql = sql("update people_list set people = people + $2 where id = $1");

/// The statements over who is in lists of people, or which companies in those of companies.
struct Within {
    put_in: Sql,
    take_out: Sql,
    empty: Sql,
    among: Sql,
}

macro_rules! within {
    ($table:literal, $id:literal) => {
        Within {
            put_in: sql(concat!(
                "insert into ",
                $table,
                " (list_id, ",
                $id,
                ", added_at, added_by) values ($1, $2, $3, $4) on conflict do nothing"
            )),
            take_out: sql(concat!(
                "delete from ",
                $table,
                " where list_id = $1 and ",
                $id,
                " in ({list})"
            )),
            empty: sql(concat!("delete from ", $table, " where list_id = $1")),
            among: sql(concat!(
                "select ",
                $id,
                " from ",
                $table,
                " where list_id = $1 and ",
                $id,
                " in ({list})"
            )),
        }
    };
}

const PEOPLE: Within = within!("people_list_person", "person_id");
const COMPANIES: Within = within!("people_list_company", "company_id");

const fn within(of: Of) -> &'static Within {
    match of {
        Of::People => &PEOPLE,
        Of::Companies => &COMPANIES,
    }
}

pub(crate) const ALL: &[Sql] = &[
    ADD,
    RENAME,
    REMOVE,
    ROWS,
    ROW,
    NAMED,
    COUNT_ON,
    PEOPLE.put_in,
    PEOPLE.take_out,
    PEOPLE.empty,
    PEOPLE.among,
    COMPANIES.put_in,
    COMPANIES.take_out,
    COMPANIES.empty,
    COMPANIES.among,
];

/// A list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListRow {
    /// Inside.
    pub id: i64,
    /// As people call it.
    pub name: String,
    /// Whether people or companies are in it.
    pub of: Of,
    /// Who made it; nobody for the operator.
    pub made_by: Option<i64>,
    /// When.
    pub made_at: Moment,
    /// How many are in it.
    pub members: u64,
}

fn row_of(row: &Row) -> ListRow {
    ListRow {
        id: row.int(0),
        name: row.text(1).to_owned(),
        of: Of::from_code(row.int(5)),
        made_by: row.int_opt(2),
        made_at: row.moment(3),
        members: row.int(4).unsigned_abs(),
    }
}

/// Makes a list of people or of companies, with none in it.
///
/// # Errors
/// `Forbidden` without the right to edit people; `Invalid` for the name; `Refused` with `name_taken`.
pub fn make(tx: &mut Tx, who: &User, of: Of, name: &str, now: Moment) -> Result<i64, Failure> {
    who.may(Right::EditPeople)?;
    let (name, key) = named(name)?;
    free(tx, &key, None)?;
    let id = tx.ids(1)?;
    tx.execute(ADD, args![id, name.as_str(), key.as_str(), who.actor(), now, of.code()])?;
    let detail = json!({ "name": name, "of": of.word() });
    audit::note(tx, who, "list.made", (LIST, id), detail, now)?;
    Ok(id)
}

/// Gives a list another name.
///
/// # Errors
/// As [`make`]; `Missing`.
pub fn rename(tx: &mut Tx, who: &User, id: i64, name: &str, now: Moment) -> Result<(), Failure> {
    who.may(Right::EditPeople)?;
    load(tx, who, id)?;
    let (name, key) = named(name)?;
    free(tx, &key, Some(id))?;
    tx.execute(RENAME, args![id, name.as_str(), key.as_str()])?;
    audit::note(tx, who, "list.renamed", (LIST, id), json!({ "name": name }), now)
}

fn free(tx: &mut Tx, key: &str, but: Option<i64>) -> Result<(), Failure> {
    match tx.row(NAMED, args![key])? {
        Some(row) if Some(row.int(0)) != but => {
            let words =
                format!("There is a list {} already; give this one another name.", row.text(1));
            Err(Failure::refused("name_taken", words))
        }
        _ => Ok(()),
    }
}

/// Removes a list. Whoever is in it stays as they are.
///
/// # Errors
/// `Forbidden` without the right to edit people; `Missing`.
pub fn remove(tx: &mut Tx, who: &User, id: i64, now: Moment) -> Result<(), Failure> {
    who.may(Right::EditPeople)?;
    let row = load(tx, who, id)?;
    tx.execute(within(row.of).empty, args![id])?;
    tx.execute(REMOVE, args![id])?;
    let detail = json!({ "name": row.name, row.of.word(): row.members });
    audit::note(tx, who, "list.removed", (LIST, id), detail, now)
}

/// Members that a line of the audit log names; of more it says how many.
const NAMED_MAX: usize = 100;

/// Puts people or companies, as the list is of, into it, and tells the audit log; gives those who were not in it before.
///
/// # Errors
/// `Forbidden` without the right to edit people; `Missing`; `Invalid` for people in a list of companies, and the other
/// way round.
pub fn put_in(
    tx: &mut Tx,
    who: &User,
    id: i64,
    subjects: &[i64],
    now: Moment,
) -> Result<Vec<i64>, Failure> {
    let new = put_some_in(tx, who, id, subjects, now)?;
    noted(tx, who, "list.put_in", (id, &new), now)?;
    Ok(new)
}

/// The same, for a change of many that tells the audit log itself.
pub(crate) fn put_some_in(
    tx: &mut Tx,
    who: &User,
    id: i64,
    subjects: &[i64],
    now: Moment,
) -> Result<Vec<i64>, Failure> {
    who.may(Right::EditPeople)?;
    let list = load(tx, who, id)?;
    list.takes(subjects)?;
    let there = among(tx, list.of, id, subjects)?;
    let new: Vec<i64> = subjects.iter().copied().filter(|it| !there.contains(it)).collect();
    let rows = new.iter().map(|subject| args![id, *subject, now, who.actor()].to_vec()).collect();
    tx.bulk(within(list.of).put_in, rows)?;
    count_on(tx, id, i64::try_from(new.len()).unwrap_or(0))?;
    Ok(new)
}

/// Takes people or companies out of a list, and tells the audit log; gives those who were in it.
///
/// # Errors
/// As [`put_in`].
pub fn take_out(
    tx: &mut Tx,
    who: &User,
    id: i64,
    subjects: &[i64],
    now: Moment,
) -> Result<Vec<i64>, Failure> {
    let gone = take_some_out(tx, who, id, subjects)?;
    noted(tx, who, "list.taken_out", (id, &gone), now)?;
    Ok(gone)
}

/// Tells the audit log who went into a list or out of it: how many, and the first of them by their ids.
fn noted(
    tx: &mut Tx,
    who: &User,
    what: &str,
    (list, moved): (i64, &[i64]),
    now: Moment,
) -> Result<(), Failure> {
    let Some(first) = moved.first() else { return Ok(()) };
    let outside = tx.public_ids();
    let prefix = Of::subject(*first).prefix();
    let ids: Vec<String> =
        moved.iter().take(NAMED_MAX).map(|id| outside.encode(prefix, *id)).collect();
    let detail = json!({ Of::subject(*first).word(): moved.len(), "ids": ids });
    audit::note(tx, who, what, (LIST, list), detail, now)
}

/// The same, for a change of many that tells the audit log itself.
pub(crate) fn take_some_out(
    tx: &mut Tx,
    who: &User,
    id: i64,
    subjects: &[i64],
) -> Result<Vec<i64>, Failure> {
    who.may(Right::EditPeople)?;
    let list = load(tx, who, id)?;
    list.takes(subjects)?;
    let there = among(tx, list.of, id, subjects)?;
    tx.execute_in(within(list.of).take_out, &args![id], &crate::store::list(&there))?;
    count_on(tx, id, -i64::try_from(there.len()).unwrap_or(0))?;
    Ok(there)
}

impl ListRow {
    /// Lets pass those of whom the list is.
    fn takes(&self, subjects: &[i64]) -> Result<(), Failure> {
        match subjects.iter().find(|id| Of::subject(**id) != self.of) {
            Some(odd) => Err(self.is_not_of(Of::subject(*odd))),
            None => Ok(()),
        }
    }

    /// That a list is no place for others.
    pub(crate) fn is_not_of(&self, of: Of) -> Failure {
        let (name, own, other) = (&self.name, self.of.word(), of.word());
        let words =
            format!("{name} is a list of {own}, and these are {other}: choose a list of {other}");
        Failure::refused("list_of_others", words)
    }
}

fn count_on(tx: &mut Tx, id: i64, by: i64) -> Result<(), Failure> {
    if by != 0 {
        tx.execute(COUNT_ON, args![id, by])?;
    }
    Ok(())
}

/// Those of some people, or of some companies, who are in a list of such.
pub(crate) fn among(tx: &mut Tx, of: Of, id: i64, subjects: &[i64]) -> Result<Vec<i64>, Failure> {
    let mut found = Vec::new();
    tx.each_in(within(of).among, &args![id], &crate::store::list(subjects), |row| {
        found.push(row.int(0));
        Ok(())
    })?;
    Ok(found)
}

/// Every list of people and of companies, by name.
///
/// # Errors
/// `Forbidden` without the right to read people.
pub fn lists(tx: &mut Tx, who: &User) -> Result<Vec<ListRow>, Failure> {
    who.may(Right::ReadPeople)?;
    Ok(tx.rows(ROWS, args![])?.iter().map(row_of).collect())
}

/// One list.
///
/// # Errors
/// `Forbidden` without the right to read people; `Missing`.
pub fn load(tx: &mut Tx, who: &User, id: i64) -> Result<ListRow, Failure> {
    who.may(Right::ReadPeople)?;
    let missing = Failure::missing("list", tx.public_ids().encode(LIST, id));
    tx.row(ROW, args![id])?.map(|row| row_of(&row)).ok_or(missing)
}

/// The list that somebody means by its public id or its name.
///
/// # Errors
/// As [`load`].
pub fn meant(tx: &mut Tx, who: &User, which: &str) -> Result<ListRow, Failure> {
    who.may(Right::ReadPeople)?;
    if let Some(id) = tx.public_ids().decode(LIST, which) {
        return load(tx, who, id);
    }
    let found = tx.row(NAMED, args![find::name_key(which).as_str()])?;
    found.map(|row| row_of(&row)).ok_or_else(|| Failure::missing("list", which))
}

/// The same, of a list that is to be of people, or of companies.
///
/// # Errors
/// As [`load`]; `Invalid` for a list of the others.
pub fn meant_of(tx: &mut Tx, who: &User, of: Of, which: &str) -> Result<ListRow, Failure> {
    let row = meant(tx, who, which)?;
    if row.of == of { Ok(row) } else { Err(row.is_not_of(of)) }
}

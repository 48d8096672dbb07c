//! Lists: people by a name. Whoever was put in is in it until somebody takes them out.
//!
//! **Never:** changes by itself; what always follows a condition is a segment.

use moment::Moment;
use platform::args;
use platform::db::{Row, Sql, Tx, sql};
use platform::failure::Failure;
use serde_json::json;
use team::{Right, User, audit};

use crate::segment::named;
use crate::{PersonId, find};

/// The prefix of a list's public id.
pub const LIST: &str = "lst";

const ADD: Sql = sql(
    "insert into people_list (id, name, name_key, made_by, made_at, people) values ($1, $2, $3, $4, $5, 0)",
);
const RENAME: Sql = sql("update people_list set name = $2, name_key = $3 where id = $1");
const REMOVE: Sql = sql("delete from people_list where id = $1");
const EMPTY: Sql = sql("delete from people_list_person where list_id = $1");
const ROWS: Sql =
    sql("select id, name, made_by, made_at, people from people_list order by name_key");
const ROW: Sql = sql("select id, name, made_by, made_at, people from people_list where id = $1");
const NAMED: Sql =
    sql("select id, name, made_by, made_at, people from people_list where name_key = $1");
const PUT_IN: Sql = sql("insert into people_list_person (list_id, person_id, added_at, added_by)
     values ($1, $2, $3, $4) on conflict do nothing");
const TAKE_OUT: Sql =
    sql("delete from people_list_person where list_id = $1 and person_id in ({list})");
const COUNT_ON: Sql = sql("update people_list set people = people + $2 where id = $1");
const AMONG: Sql =
    sql("select person_id from people_list_person where list_id = $1 and person_id in ({list})");
const OF_PERSON: Sql =
    sql("select l.id, l.name, l.made_by, l.made_at, l.people from people_list_person p
     join people_list l on l.id = p.list_id where p.person_id = $1 order by l.name_key");

pub(crate) const ALL: &[Sql] =
    &[ADD, RENAME, REMOVE, EMPTY, ROWS, ROW, NAMED, PUT_IN, TAKE_OUT, COUNT_ON, AMONG, OF_PERSON];

/// A list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListRow {
    /// Inside.
    pub id: i64,
    /// As people call it.
    pub name: String,
    /// Who made it; nobody for the operator.
    pub made_by: Option<i64>,
    /// When.
    pub made_at: Moment,
    /// How many are in it.
    pub people: u64,
}

fn row_of(row: &Row) -> ListRow {
    ListRow {
        id: row.int(0),
        name: row.text(1).to_owned(),
        made_by: row.int_opt(2),
        made_at: row.moment(3),
        people: row.int(4).unsigned_abs(),
    }
}

/// Makes a list with nobody in it.
///
/// # Errors
/// `Forbidden` without the right to edit people; `Invalid` for the name; `Refused` with `name_taken`.
pub fn make(tx: &mut Tx, who: &User, name: &str, now: Moment) -> Result<i64, Failure> {
    who.may(Right::EditPeople)?;
    let (name, key) = named(name)?;
    free(tx, &key, None)?;
    let id = tx.ids(1)?;
    tx.execute(ADD, args![id, name.as_str(), key.as_str(), who.actor(), now])?;
    audit::note(tx, who, "list.made", (LIST, id), json!({ "name": name }), now)?;
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

/// Removes a list. The people in it stay as they are.
///
/// # Errors
/// `Forbidden` without the right to edit people; `Missing`.
pub fn remove(tx: &mut Tx, who: &User, id: i64, now: Moment) -> Result<(), Failure> {
    who.may(Right::EditPeople)?;
    let row = load(tx, who, id)?;
    tx.execute(EMPTY, args![id])?;
    tx.execute(REMOVE, args![id])?;
    let detail = json!({ "name": row.name, "people": row.people });
    audit::note(tx, who, "list.removed", (LIST, id), detail, now)
}

/// Puts people into a list; gives those who were not in it before.
///
/// # Errors
/// `Forbidden` without the right to edit people; `Missing`.
pub fn put_in(
    tx: &mut Tx,
    who: &User,
    id: i64,
    people: &[PersonId],
    now: Moment,
) -> Result<Vec<PersonId>, Failure> {
    who.may(Right::EditPeople)?;
    load(tx, who, id)?;
    let there = among(tx, id, people)?;
    let new: Vec<PersonId> = people.iter().copied().filter(|it| !there.contains(it)).collect();
    let rows = new.iter().map(|person| args![id, *person, now, who.actor()].to_vec()).collect();
    tx.bulk(PUT_IN, rows)?;
    count_on(tx, id, i64::try_from(new.len()).unwrap_or(0))?;
    Ok(new)
}

/// Takes people out of a list; gives those who were in it.
///
/// # Errors
/// `Forbidden` without the right to edit people; `Missing`.
pub fn take_out(
    tx: &mut Tx,
    who: &User,
    id: i64,
    people: &[PersonId],
) -> Result<Vec<PersonId>, Failure> {
    who.may(Right::EditPeople)?;
    load(tx, who, id)?;
    let there = among(tx, id, people)?;
    tx.execute_in(TAKE_OUT, &args![id], &crate::store::list(&there))?;
    count_on(tx, id, -i64::try_from(there.len()).unwrap_or(0))?;
    Ok(there)
}

fn count_on(tx: &mut Tx, id: i64, by: i64) -> Result<(), Failure> {
    if by != 0 {
        tx.execute(COUNT_ON, args![id, by])?;
    }
    Ok(())
}

/// Those of some people who are in a list.
pub(crate) fn among(tx: &mut Tx, id: i64, people: &[PersonId]) -> Result<Vec<PersonId>, Failure> {
    let mut found = Vec::new();
    tx.each_in(AMONG, &args![id], &crate::store::list(people), |row| {
        found.push(row.int(0));
        Ok(())
    })?;
    Ok(found)
}

/// Every list, by name.
///
/// # Errors
/// `Forbidden` without the right to read people.
pub fn lists(tx: &mut Tx, who: &User) -> Result<Vec<ListRow>, Failure> {
    who.may(Right::ReadPeople)?;
    Ok(tx.rows(ROWS, args![])?.iter().map(row_of).collect())
}

/// The lists that somebody is in, by name.
///
/// # Errors
/// `Forbidden` without the right to read people.
pub fn of_person(tx: &mut Tx, who: &User, person: PersonId) -> Result<Vec<ListRow>, Failure> {
    who.may(Right::ReadPeople)?;
    Ok(tx.rows(OF_PERSON, args![person])?.iter().map(row_of).collect())
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

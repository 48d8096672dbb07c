//! Segments: conditions by a name, about people or about companies. Whoever meets the condition is in the segment, now
//! and always.
//!
//! **Never:** keeps who is in it.

use moment::Moment;
use platform::args;
use platform::db::{Row, Sql, Tx, sql};
use platform::failure::Failure;
use serde_json::json;
use team::{Right, User, audit};

use crate::of::Kept;
use crate::{LensId, Of, condition, find};

/// The prefix of a segment's public id.
pub const SEGMENT: &str = "seg";
/// The longest name, in bytes; of lists and views too.
pub const NAME_BYTES_MAX: usize = 120;

const ADD: Sql =
    sql("insert into saved_segment (id, subject, name, name_key, condition, made_by, made_at)
     values ($1, $2, $3, $4, $5, $6, $7)");
const CHANGE: Sql =
    sql("update saved_segment set name = $2, name_key = $3, condition = $4 where id = $1");
const REMOVE: Sql = sql("delete from saved_segment where id = $1");
const ROWS: Sql = sql("select id, name, condition, made_by, made_at, subject from saved_segment
     where subject = $1 order by name_key");
const ROW: Sql =
    sql("select id, name, condition, made_by, made_at, subject from saved_segment where id = $1");
const NAMED: Sql = sql("select id, name, condition, made_by, made_at, subject from saved_segment
     where subject = $1 and name_key = $2");

pub(crate) const ALL: &[Sql] = &[ADD, CHANGE, REMOVE, ROWS, ROW, NAMED];

/// A segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentRow {
    /// Inside.
    pub id: i64,
    /// Of people, or of companies.
    pub of: Of,
    /// As people call it.
    pub name: String,
    /// Its condition in the text form.
    pub condition: String,
    /// Who made it; nobody for the operator.
    pub made_by: Option<i64>,
    /// When.
    pub made_at: Moment,
}

fn row_of(row: &Row) -> SegmentRow {
    SegmentRow {
        id: row.int(0),
        of: Of::from_code(row.int(5)),
        name: row.text(1).to_owned(),
        condition: row.text(2).to_owned(),
        made_by: row.int_opt(3),
        made_at: row.moment(4),
    }
}

/// A name without spaces around it, and by what it is found.
///
/// # Errors
/// `Invalid` for one that is empty or too long.
pub(crate) fn named(name: &str) -> Result<(String, String), Failure> {
    let name = identity::clean(name);
    if name.is_empty() || name.len() > NAME_BYTES_MAX {
        return Err(Failure::invalid("name", format!("a name has 1 to {NAME_BYTES_MAX} bytes")));
    }
    let key = find::name_key(&name);
    Ok((name, key))
}

/// Saves a condition about people under a name: see [`make_of`].
///
/// # Errors
/// As [`make_of`].
pub fn make(
    tx: &mut Tx,
    who: &User,
    lens: LensId,
    what: (&str, &str),
    now: Moment,
) -> Result<i64, Failure> {
    make_of(tx, who, lens, Of::People, what, now)
}

/// Saves a condition under a name.
///
/// # Errors
/// `Forbidden` without the right to edit people; `Invalid` for the name; `Refused` with `condition` for a text that is
/// none or can't be asked of everybody, with `name_taken` if another has the name.
pub fn make_of(
    tx: &mut Tx,
    who: &User,
    lens: LensId,
    of: Of,
    (name, text): (&str, &str),
    now: Moment,
) -> Result<i64, Failure> {
    who.may(Right::EditPeople)?;
    let (name, key) = named(name)?;
    let asked = condition::read_of(tx, of, lens, text)?;
    asked.check(tx, who)?;
    free(tx, of, &key, None)?;
    let (id, code) = (tx.ids(1)?, of.code());
    let text = asked.condition().to_string();
    let by = who.actor();
    tx.execute(ADD, args![id, code, name.as_str(), key.as_str(), text.as_str(), by, now])?;
    asked.prepare(tx, who, now)?;
    audit::note(tx, who, "segment.made", (SEGMENT, id), json!({ "name": name }), now)?;
    Ok(id)
}

/// Gives a segment another name and condition.
///
/// # Errors
/// As [`make`]; `Missing`.
pub fn change(
    tx: &mut Tx,
    who: &User,
    lens: LensId,
    id: i64,
    (name, text): (&str, &str),
    now: Moment,
) -> Result<(), Failure> {
    who.may(Right::EditPeople)?;
    let of = load(tx, who, id)?.of;
    let (name, key) = named(name)?;
    let asked = condition::read_of(tx, of, lens, text)?;
    asked.check(tx, who)?;
    free(tx, of, &key, Some(id))?;
    let text = asked.condition().to_string();
    tx.execute(CHANGE, args![id, name.as_str(), key.as_str(), text.as_str()])?;
    asked.prepare(tx, who, now)?;
    audit::note(tx, who, "segment.changed", (SEGMENT, id), json!({ "name": name }), now)
}

fn free(tx: &mut Tx, of: Of, key: &str, but: Option<i64>) -> Result<(), Failure> {
    match tx.row(NAMED, args![of.code(), key])? {
        Some(row) if Some(row.int(0)) != but => {
            let words =
                format!("There is a segment {} already; give this one another name.", row.text(1));
            Err(Failure::refused("name_taken", words))
        }
        _ => Ok(()),
    }
}

/// Removes a segment. The people in it stay as they are.
///
/// # Errors
/// `Forbidden` without the right to edit people; `Missing`.
pub fn remove(tx: &mut Tx, who: &User, id: i64, now: Moment) -> Result<(), Failure> {
    who.may(Right::EditPeople)?;
    let row = load(tx, who, id)?;
    tx.execute(REMOVE, args![id])?;
    audit::note(tx, who, "segment.removed", (SEGMENT, id), json!({ "name": row.name }), now)
}

/// Every segment of people, by name.
///
/// # Errors
/// `Forbidden` without the right to read people.
pub fn segments(tx: &mut Tx, who: &User) -> Result<Vec<SegmentRow>, Failure> {
    segments_of(tx, who, Of::People)
}

/// Every segment of people, or of companies, by name.
///
/// # Errors
/// `Forbidden` without the right to read people.
pub fn segments_of(tx: &mut Tx, who: &User, of: Of) -> Result<Vec<SegmentRow>, Failure> {
    who.may(Right::ReadPeople)?;
    Ok(tx.rows(ROWS, args![of.code()])?.iter().map(row_of).collect())
}

/// One segment.
///
/// # Errors
/// `Forbidden` without the right to read people; `Missing`.
pub fn load(tx: &mut Tx, who: &User, id: i64) -> Result<SegmentRow, Failure> {
    who.may(Right::ReadPeople)?;
    let missing = Failure::missing("segment", tx.public_ids().encode(SEGMENT, id));
    tx.row(ROW, args![id])?.map(|row| row_of(&row)).ok_or(missing)
}

/// The segment of people that somebody means by its public id or its name.
///
/// # Errors
/// As [`load`].
pub fn meant(tx: &mut Tx, who: &User, which: &str) -> Result<SegmentRow, Failure> {
    meant_of(tx, who, Of::People, which)
}

/// The segment of people, or of companies, that somebody means by its public id or its name.
///
/// # Errors
/// As [`load`].
pub fn meant_of(tx: &mut Tx, who: &User, of: Of, which: &str) -> Result<SegmentRow, Failure> {
    who.may(Right::ReadPeople)?;
    let found = match tx.public_ids().decode(SEGMENT, which) {
        Some(id) => tx.row(ROW, args![id])?,
        None => tx.row(NAMED, args![of.code(), find::name_key(which).as_str()])?,
    };
    let found = found.map(|row| row_of(&row)).filter(|row| row.of == of);
    found.ok_or_else(|| Failure::missing("segment", which))
}

/// The same of either: of people, if there is one of that name of both.
///
/// # Errors
/// As [`load`].
pub fn meant_of_any(tx: &mut Tx, who: &User, which: &str) -> Result<SegmentRow, Failure> {
    match meant_of(tx, who, Of::People, which) {
        Err(Failure::Missing { .. }) => meant_of(tx, who, Of::Companies, which),
        found => found,
    }
}

//! Views: what is asked of the list, in which order and columns it is shown, by a name; one's own, or shared.

use moment::Moment;
use platform::args;
use platform::db::{Row, Sql, Tx, sql};
use platform::failure::Failure;
use serde_json::json;
use team::{Right, User, audit};

use crate::segment::named;

/// The prefix of a view's public id.
pub const VIEW: &str = "viw";
/// Views that somebody sees at most.
const VIEWS_MAX: i64 = 200;

const ADD: Sql = sql("insert into list_view (id, name, owner_id, is_shared, made_at, stage, condition, sort, dir, missing, cols, density)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");
const CHANGE: Sql = sql("update list_view set name = $2, is_shared = $3, stage = $4, condition = $5, sort = $6, dir = $7,
        missing = $8, cols = $9, density = $10 where id = $1");
const REMOVE: Sql = sql("delete from list_view where id = $1");
const FORGET_FIRST: Sql = sql("delete from list_view_first where view_id = $1");
const OF_USER: Sql = sql("select v.id, v.name, v.owner_id, v.is_shared, v.stage, v.condition, v.sort, v.dir, v.missing, v.cols,
        v.density, f.view_id
     from list_view v left join list_view_first f on f.user_id = $1 and f.view_id = v.id
     where v.owner_id = $1 or v.is_shared = 1 order by v.made_at, v.id limit $2");
const ROW: Sql = sql("select v.id, v.name, v.owner_id, v.is_shared, v.stage, v.condition, v.sort, v.dir, v.missing, v.cols,
        v.density, f.view_id
     from list_view v left join list_view_first f on f.user_id = $1 and f.view_id = v.id
     where v.id = $2 and (v.owner_id = $1 or v.is_shared = 1)");
const FIRST: Sql = sql("select view_id from list_view_first where user_id = $1");
const MAKE_FIRST: Sql = sql("insert into list_view_first (user_id, view_id) values ($1, $2)
     on conflict (user_id) do update set view_id = excluded.view_id");
const MAKE_NONE_FIRST: Sql = sql("delete from list_view_first where user_id = $1");

pub(crate) const ALL: &[Sql] =
    &[ADD, CHANGE, REMOVE, FORGET_FIRST, OF_USER, ROW, FIRST, MAKE_FIRST, MAKE_NONE_FIRST];

/// What a view shows; each text as an address says it, empty for what is usual.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shows {
    /// A stage.
    pub stage: String,
    /// A condition in the text form.
    pub condition: String,
    /// The order.
    pub sort: String,
    /// `asc` or `desc`.
    pub dir: String,
    /// For which stage what is missing is shown.
    pub missing: String,
    /// Words of columns, with commas between.
    pub cols: String,
    /// How close the rows stand.
    pub density: String,
}

/// A view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewRow {
    /// Inside.
    pub id: i64,
    /// As people call it.
    pub name: String,
    /// Whose it is.
    pub owner: Option<i64>,
    /// Whether everybody sees it.
    pub is_shared: bool,
    /// What it shows.
    pub shows: Shows,
    /// Whether the asker's list begins with it.
    pub is_first: bool,
}

fn row_of(row: &Row) -> ViewRow {
    let text = |place| row.text(place).to_owned();
    ViewRow {
        id: row.int(0),
        name: text(1),
        owner: row.int_opt(2),
        is_shared: row.int(3) != 0,
        shows: Shows {
            stage: text(4),
            condition: text(5),
            sort: text(6),
            dir: text(7),
            missing: text(8),
            cols: text(9),
            density: text(10),
        },
        is_first: row.int_opt(11).is_some(),
    }
}

/// Saves a view.
///
/// # Errors
/// `Forbidden` without the right to read people, or to manage lists for a shared one; `Invalid` for the name; `Refused`
/// with `too_many_views`.
pub fn save(
    tx: &mut Tx,
    who: &User,
    (name, is_shared): (&str, bool),
    shows: &Shows,
    now: Moment,
) -> Result<i64, Failure> {
    who.may(Right::ReadPeople)?;
    if is_shared {
        who.may(Right::ManageLists)?;
    }
    let (name, _) = named(name)?;
    if i64::try_from(views(tx, who)?.len()).unwrap_or(VIEWS_MAX) >= VIEWS_MAX {
        let words = format!("There are {VIEWS_MAX} views already; remove one first.");
        return Err(Failure::refused("too_many_views", words));
    }
    let id = tx.ids(1)?;
    let Shows { stage, condition, sort, dir, missing, cols, density } = shows;
    let texts = [stage, condition, sort, dir, missing, cols, density];
    let mut row = args![id, name.as_str(), who.actor(), i64::from(is_shared), now].to_vec();
    row.extend(texts.map(|text| text.as_str().into()));
    tx.execute(ADD, row)?;
    audit::note(tx, who, "view.saved", (VIEW, id), json!({ "is_shared": is_shared }), now)?;
    Ok(id)
}

/// Has a view show something else, under a name.
///
/// # Errors
/// `Forbidden` if it is somebody else's; `Missing`; `Invalid` for the name.
pub fn change(
    tx: &mut Tx,
    who: &User,
    id: i64,
    (name, is_shared): (&str, bool),
    shows: &Shows,
    now: Moment,
) -> Result<(), Failure> {
    let view = own(tx, who, id)?;
    if is_shared && !view.is_shared {
        who.may(Right::ManageLists)?;
    }
    let (name, _) = named(name)?;
    let Shows { stage, condition, sort, dir, missing, cols, density } = shows;
    let texts = [stage, condition, sort, dir, missing, cols, density];
    let mut row = args![id, name.as_str(), i64::from(is_shared)].to_vec();
    row.extend(texts.map(|text| text.as_str().into()));
    tx.execute(CHANGE, row)?;
    audit::note(tx, who, "view.changed", (VIEW, id), json!({ "is_shared": is_shared }), now)
}

/// Removes a view.
///
/// # Errors
/// `Forbidden` if it is somebody else's; `Missing`.
pub fn remove(tx: &mut Tx, who: &User, id: i64, now: Moment) -> Result<(), Failure> {
    let view = own(tx, who, id)?;
    tx.execute(FORGET_FIRST, args![id])?;
    tx.execute(REMOVE, args![id])?;
    audit::note(tx, who, "view.removed", (VIEW, id), json!({ "is_shared": view.is_shared }), now)
}

/// A view is its owner's; a shared one may be put right by whoever manages lists as well.
fn own(tx: &mut Tx, who: &User, id: i64) -> Result<ViewRow, Failure> {
    let view = load(tx, who, id)?;
    if view.owner == who.actor() || view.is_shared && who.can(Right::ManageLists) {
        return Ok(view);
    }
    Err(Failure::Forbidden)
}

/// The views that somebody sees: their own and those that are shared, in the order in which they were made.
///
/// # Errors
/// `Forbidden` without the right to read people.
pub fn views(tx: &mut Tx, who: &User) -> Result<Vec<ViewRow>, Failure> {
    who.may(Right::ReadPeople)?;
    Ok(tx.rows(OF_USER, args![who.id.0, VIEWS_MAX])?.iter().map(row_of).collect())
}

/// One view.
///
/// # Errors
/// `Forbidden` without the right to read people; `Missing`, also for one that is somebody else's.
pub fn load(tx: &mut Tx, who: &User, id: i64) -> Result<ViewRow, Failure> {
    who.may(Right::ReadPeople)?;
    let missing = Failure::missing("view", tx.public_ids().encode(VIEW, id));
    tx.row(ROW, args![who.id.0, id])?.map(|row| row_of(&row)).ok_or(missing)
}

/// The view with which somebody's list begins, if they chose one.
///
/// # Errors
/// `Forbidden` without the right to read people.
pub fn first(tx: &mut Tx, who: &User) -> Result<Option<ViewRow>, Failure> {
    who.may(Right::ReadPeople)?;
    let Some(row) = tx.row(FIRST, args![who.id.0])? else { return Ok(None) };
    Ok(tx.row(ROW, args![who.id.0, row.int(0)])?.map(|row| row_of(&row)))
}

/// Has somebody's list begin with a view, or with everybody.
///
/// # Errors
/// `Missing`.
pub fn make_first(tx: &mut Tx, who: &User, id: Option<i64>) -> Result<(), Failure> {
    who.may(Right::ReadPeople)?;
    match id {
        Some(id) => {
            load(tx, who, id)?;
            tx.execute(MAKE_FIRST, args![who.id.0, id])?;
        }
        None => {
            tx.execute(MAKE_NONE_FIRST, args![who.id.0])?;
        }
    }
    Ok(())
}

//! Views: what is asked of the list of people or of companies, in which order and columns it is shown, by a name; one's
//! own, or shared.

use moment::Moment;
use platform::args;
use platform::db::{Row, Sql, Tx, sql};
use platform::failure::Failure;
use serde_json::json;
use team::{Right, User, audit};

use crate::Of;
use crate::condition::fits_address;
use crate::of::Kept;
use crate::segment::named;

/// The prefix of a view's public id.
pub const VIEW: &str = "viw";
/// Views that somebody sees at most.
const VIEWS_MAX: i64 = 200;

const ADD: Sql = sql("insert into list_view (id, name, owner_id, is_shared, made_at, stage, condition, sort, dir, missing, cols, density, of_company)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)");
const CHANGE: Sql = sql("update list_view set name = $2, is_shared = $3, stage = $4, condition = $5, sort = $6, dir = $7,
        missing = $8, cols = $9, density = $10 where id = $1");
const REMOVE: Sql = sql("delete from list_view where id = $1");

/// The statements over the views of the list of people, or of that of companies, and with which somebody begins.
struct Within {
    all: Sql,
    row: Sql,
    first: Sql,
    make_first: Sql,
    make_none_first: Sql,
    forget_first: Sql,
}

macro_rules! within {
    ($of:literal, $first:literal) => {
        Within {
            all: sql(concat!(
                "select v.id, v.name, v.owner_id, v.is_shared, v.stage, v.condition, v.sort, v.dir, v.missing, v.cols,
                    v.density, f.view_id
                 from list_view v left join ",
                $first,
                " f on f.user_id = $1 and f.view_id = v.id where (v.owner_id = $1 or v.is_shared = 1) and v.of_company = ",
                $of,
                " order by v.made_at, v.id limit $2"
            )),
            row: sql(concat!(
                "select v.id, v.name, v.owner_id, v.is_shared, v.stage, v.condition, v.sort, v.dir, v.missing, v.cols,
                    v.density, f.view_id
                 from list_view v left join ",
                $first,
                " f on f.user_id = $1 and f.view_id = v.id
                 where v.id = $2 and (v.owner_id = $1 or v.is_shared = 1) and v.of_company = ",
                $of
            )),
            first: sql(concat!("select view_id from ", $first, " where user_id = $1")),
            make_first: sql(concat!(
                "insert into ",
                $first,
                " (user_id, view_id) values ($1, $2) on conflict (user_id) do update set view_id = excluded.view_id"
            )),
            make_none_first: sql(concat!("delete from ", $first, " where user_id = $1")),
            forget_first: sql(concat!("delete from ", $first, " where view_id = $1")),
        }
    };
}

const PEOPLE: Within = within!("0", "list_view_first");
const COMPANIES: Within = within!("1", "company_view_first");

const fn within(of: Of) -> &'static Within {
    match of {
        Of::People => &PEOPLE,
        Of::Companies => &COMPANIES,
    }
}

pub(crate) const ALL: &[Sql] = &[
    ADD,
    CHANGE,
    REMOVE,
    PEOPLE.all,
    PEOPLE.row,
    PEOPLE.first,
    PEOPLE.make_first,
    PEOPLE.make_none_first,
    PEOPLE.forget_first,
    COMPANIES.all,
    COMPANIES.row,
    COMPANIES.first,
    COMPANIES.make_first,
    COMPANIES.make_none_first,
    COMPANIES.forget_first,
];

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
    /// Of which list it is.
    pub of: Of,
    /// Whose it is.
    pub owner: Option<i64>,
    /// Whether everybody sees it.
    pub is_shared: bool,
    /// What it shows.
    pub shows: Shows,
    /// Whether the asker's list begins with it.
    pub is_first: bool,
}

fn row_of(of: Of, row: &Row) -> ViewRow {
    let text = |place| row.text(place).to_owned();
    ViewRow {
        id: row.int(0),
        name: text(1),
        of,
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
    of: Of,
    (name, is_shared): (&str, bool),
    shows: &Shows,
    now: Moment,
) -> Result<i64, Failure> {
    who.may(Right::ReadPeople)?;
    if is_shared {
        who.may(Right::ManageLists)?;
    }
    fits_address(&shows.condition)?;
    let (name, _) = named(name)?;
    if i64::try_from(views(tx, who, of)?.len()).unwrap_or(VIEWS_MAX) >= VIEWS_MAX {
        let words = format!("There are {VIEWS_MAX} views already; remove one first.");
        return Err(Failure::refused("too_many_views", words));
    }
    let id = tx.ids(1)?;
    let Shows { stage, condition, sort, dir, missing, cols, density } = shows;
    let texts = [stage, condition, sort, dir, missing, cols, density];
    let mut row = args![id, name.as_str(), who.actor(), i64::from(is_shared), now].to_vec();
    row.extend(texts.map(|text| text.as_str().into()));
    row.push(of.code().into());
    tx.execute(ADD, row)?;
    let detail = json!({ "is_shared": is_shared, "of": of.word() });
    audit::note(tx, who, "view.saved", (VIEW, id), detail, now)?;
    Ok(id)
}

/// Has a view show something else, under a name.
///
/// # Errors
/// `Forbidden` if it is somebody else's; `Missing`; `Invalid` for the name; `Refused` with `condition` for one that fits no
/// address.
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
    fits_address(&shows.condition)?;
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
    tx.execute(within(view.of).forget_first, args![id])?;
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

/// The views of a list that somebody sees: their own and those that are shared, in the order in which they were made.
///
/// # Errors
/// `Forbidden` without the right to read people.
pub fn views(tx: &mut Tx, who: &User, of: Of) -> Result<Vec<ViewRow>, Failure> {
    who.may(Right::ReadPeople)?;
    let rows = tx.rows(within(of).all, args![who.id.0, VIEWS_MAX])?;
    Ok(rows.iter().map(|row| row_of(of, row)).collect())
}

/// One view, of whichever list it is.
///
/// # Errors
/// `Forbidden` without the right to read people; `Missing`, also for one that is somebody else's.
pub fn load(tx: &mut Tx, who: &User, id: i64) -> Result<ViewRow, Failure> {
    for of in Of::BOTH {
        if let Some(view) = find(tx, who, of, id)? {
            return Ok(view);
        }
    }
    Err(Failure::missing("view", tx.public_ids().encode(VIEW, id)))
}

/// A view of that list.
fn find(tx: &mut Tx, who: &User, of: Of, id: i64) -> Result<Option<ViewRow>, Failure> {
    who.may(Right::ReadPeople)?;
    Ok(tx.row(within(of).row, args![who.id.0, id])?.map(|row| row_of(of, &row)))
}

/// The view with which somebody's list begins, if they chose one.
///
/// # Errors
/// `Forbidden` without the right to read people.
pub fn first(tx: &mut Tx, who: &User, of: Of) -> Result<Option<ViewRow>, Failure> {
    who.may(Right::ReadPeople)?;
    let Some(row) = tx.row(within(of).first, args![who.id.0])? else { return Ok(None) };
    find(tx, who, of, row.int(0))
}

/// Has somebody's list begin with a view of it.
///
/// # Errors
/// `Missing`.
pub fn make_first(tx: &mut Tx, who: &User, id: i64) -> Result<ViewRow, Failure> {
    let view = load(tx, who, id)?;
    tx.execute(within(view.of).make_first, args![who.id.0, id])?;
    Ok(view)
}

/// Has somebody's list begin with everybody.
///
/// # Errors
/// `Forbidden` without the right to read people.
pub fn make_none_first(tx: &mut Tx, who: &User, of: Of) -> Result<(), Failure> {
    who.may(Right::ReadPeople)?;
    tx.execute(within(of).make_none_first, args![who.id.0]).map(drop)
}

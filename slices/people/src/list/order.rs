//! The orders in which people are read, a stretch at a time: walked along an index, or gathered from a set.

use funnel::Stage;
use funnel::condition::Subject;
use moment::Moment;
use platform::args;
use platform::db::{Made, Row, Sql, Tx, sql};
use platform::failure::Failure;

use super::{Cursor, Key, List, Sort, Turn};
use crate::condition::{ConditionSource, Stretch};

macro_rules! page {
    ($column:literal, desc) => {
        sql(concat!(
            "select ",
            $column,
            ", person_id from standing where lens_id = $1 and stage = $2 and (",
            $column,
            ", person_id) < ($3, $4) order by ",
            $column,
            " desc, person_id desc limit $5"
        ))
    };
    ($column:literal, asc) => {
        sql(concat!(
            "select ",
            $column,
            ", person_id from standing where lens_id = $1 and stage = $2 and (",
            $column,
            ", person_id) > ($3, $4) order by ",
            $column,
            ", person_id limit $5"
        ))
    };
}

const BY_NAME: Sql = page!("name_key", asc);
const BY_NAME_DOWN: Sql = page!("name_key", desc);
const BY_FIT: Sql = page!("fit_low", asc);
const BY_FIT_DOWN: Sql = page!("fit_low", desc);
const BY_ENGAGEMENT: Sql = page!("engagement_key", asc);
const BY_ENGAGEMENT_DOWN: Sql = page!("engagement_key", desc);
const BY_TOUCHED: Sql = page!("touched_at", asc);
const BY_TOUCHED_DOWN: Sql = page!("touched_at", desc);
/// Ids rise as people become known.
const BY_CREATED: Sql = sql("select id, id from person where id > $1 order by id limit $2");
const BY_CREATED_DOWN: Sql =
    sql("select id, id from person where id < $1 order by id desc limit $2");

pub(super) const ALL: &[Sql] = &[
    BY_NAME,
    BY_NAME_DOWN,
    BY_FIT,
    BY_FIT_DOWN,
    BY_ENGAGEMENT,
    BY_ENGAGEMENT_DOWN,
    BY_TOUCHED,
    BY_TOUCHED_DOWN,
    BY_CREATED,
    BY_CREATED_DOWN,
];

/// An order of which each stage has an index: the statement and the column.
fn indexed(sort: &Sort, turn: Turn) -> Option<(Sql, &'static str)> {
    Some(match (sort, turn) {
        (Sort::Name, Turn::Up) => (BY_NAME, "name_key"),
        (Sort::Name, Turn::Down) => (BY_NAME_DOWN, "name_key"),
        (Sort::Fit, Turn::Up) => (BY_FIT, "fit_low"),
        (Sort::Fit, Turn::Down) => (BY_FIT_DOWN, "fit_low"),
        (Sort::Engagement, Turn::Up) => (BY_ENGAGEMENT, "engagement_key"),
        (Sort::Engagement, Turn::Down) => (BY_ENGAGEMENT_DOWN, "engagement_key"),
        (Sort::Touched, Turn::Up) => (BY_TOUCHED, "touched_at"),
        (Sort::Touched, Turn::Down) => (BY_TOUCHED_DOWN, "touched_at"),
        (Sort::Created | Sort::Fact(_), _) => return None,
    })
}

/// Whether the order itself leaves out whoever stands at other stages.
pub(super) fn keeps_stages(sort: &Sort) -> bool {
    indexed(sort, Turn::Up).is_some()
}

/// Before the first row, or after the last, of every index.
fn edge(sort: &Sort, turn: Turn) -> Cursor {
    let value = match (sort, turn) {
        (Sort::Name | Sort::Fact(_), Turn::Up) => Key::Text(String::new()),
        (Sort::Name | Sort::Fact(_), Turn::Down) => Key::Text("\u{10ffff}".to_owned()),
        (Sort::Fit | Sort::Engagement, Turn::Up) => Key::Real(-1e300),
        (Sort::Fit | Sort::Engagement, Turn::Down) => Key::Real(1e300),
        (Sort::Touched | Sort::Created, Turn::Up) => Key::Int(i64::MIN),
        (Sort::Touched | Sort::Created, Turn::Down) => Key::Int(i64::MAX),
    };
    Cursor { value, id: if turn == Turn::Down { i64::MAX } else { 0 } }
}

fn place(sort: &Sort, row: &Row) -> Cursor {
    let value = match sort {
        Sort::Name | Sort::Fact(_) => Key::Text(row.text(0).to_owned()),
        Sort::Fit | Sort::Engagement => Key::Real(row.real(0)),
        Sort::Touched | Sort::Created => Key::Int(row.int(0)),
    };
    Cursor { value, id: row.int(1) }
}

/// The next places along the order's index; nothing while it is not ready.
pub(super) fn walk(
    tx: &mut Tx,
    ask: &List,
    stages: Option<&[Stage]>,
    after: Option<&Cursor>,
    limit: usize,
    now: Moment,
) -> Result<Option<Vec<Cursor>>, Failure> {
    let turn = ask.turn();
    if let Sort::Fact(key) = &ask.sort {
        let source = tx.part::<ConditionSource>();
        return source.0.by_fact(
            tx,
            (Subject::Person, key),
            &Stretch { after, turn, limit, of: None },
            now,
        );
    }
    let after = after.cloned().unwrap_or_else(|| edge(&ask.sort, turn));
    let wanted = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut found: Vec<Cursor> = Vec::new();
    let mut see = |row: &Row| {
        found.push(place(&ask.sort, row));
        Ok(())
    };
    let Some((statement, _)) = indexed(&ask.sort, turn) else {
        let by_id = if turn == Turn::Down { BY_CREATED_DOWN } else { BY_CREATED };
        tx.each(by_id, args![after.person_edge(turn), wanted], see)?;
        return Ok(Some(found));
    };
    // The heads of the stages' indexes, merged.
    for stage in stages.unwrap_or(Stage::ALL) {
        let args = args![ask.lens, stage.code(), after.value.arg(), after.id, wanted];
        tx.each(statement, args, &mut see)?;
    }
    found.sort_by(|a, b| a.cmp(b, turn));
    found.truncate(limit);
    Ok(Some(found))
}

/// The next places of those in a set, all of whom are looked at; nothing while the order is not ready.
pub(super) fn gather(
    tx: &mut Tx,
    ask: &List,
    set: &Made,
    limit: usize,
    now: Moment,
) -> Result<Option<Vec<Cursor>>, Failure> {
    let (turn, after) = (ask.turn(), ask.after.as_ref());
    if let Sort::Fact(key) = &ask.sort {
        let source = tx.part::<ConditionSource>();
        let stretch = Stretch { after, turn, limit, of: Some(set) };
        return source.0.by_fact(tx, (Subject::Person, key), &stretch, now);
    }
    let after = after.cloned().unwrap_or_else(|| edge(&ask.sort, turn));
    let mut made = Made::default();
    match indexed(&ask.sort, turn) {
        Some((_, column)) => {
            made.text("select s.").text(column).text(", s.person_id from (").made(set);
            made.text(") t cross join standing s where s.person_id = t.id and s.lens_id = ");
            made.arg(ask.lens).text(" and (s.").text(column).text(", s.person_id)");
            made.text(if turn == Turn::Down { " < (" } else { " > (" });
            made.arg(after.value.arg()).text(", ").arg(after.id).text(") order by 1");
        }
        None => {
            made.text("select t.id, t.id from (").made(set).text(") t where t.id");
            made.text(if turn == Turn::Down { " < " } else { " > " }).arg(after.person_edge(turn));
            made.text(" order by 1");
        }
    }
    made.text(if turn == Turn::Down { " desc, 2 desc limit " } else { ", 2 limit " });
    made.arg(i64::try_from(limit).unwrap_or(i64::MAX));
    let mut found = Vec::new();
    tx.each_made(&made, |row| {
        found.push(place(&ask.sort, row));
        Ok(())
    })?;
    Ok(Some(found))
}

impl Cursor {
    /// The id behind which an order by ids goes on.
    fn person_edge(&self, turn: Turn) -> i64 {
        match (&self.value, turn) {
            (Key::Int(value), Turn::Up) => (*value).max(0),
            (Key::Int(value), Turn::Down) => *value,
            (Key::Text(_) | Key::Real(_), _) => self.id,
        }
    }
}

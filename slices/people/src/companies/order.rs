//! The orders in which companies are read, a stretch at a time: walked along an index, or gathered from a set; and
//! where companies stand for whoever sees a part of the people.

use funnel::condition::Subject;
use moment::Moment;
use platform::args;
use platform::db::{Made, Row, Sql, Tx, sql};
use platform::failure::Failure;
use team::sight::Limits;
use team::{Sight, User};

use super::list::CompanyList;
use super::sort::CompanySort;
use crate::condition::{ConditionSource, Stretch};
use crate::list::{Cursor, Key, Turn};
use crate::{CompanyId, LensId, sight};

macro_rules! page {
    ($column:literal, desc) => {
        sql(concat!(
            "select ",
            $column,
            ", company_id from company_standing where lens_id = $1 and ",
            $column,
            " is not null and (",
            $column,
            ", company_id) < ($2, $3) order by ",
            $column,
            " desc, company_id desc limit $4"
        ))
    };
    ($column:literal, asc) => {
        sql(concat!(
            "select ",
            $column,
            ", company_id from company_standing where lens_id = $1 and ",
            $column,
            " is not null and (",
            $column,
            ", company_id) > ($2, $3) order by ",
            $column,
            ", company_id limit $4"
        ))
    };
}

const BY_STAGE: Sql = page!("stage", asc);
const BY_STAGE_DOWN: Sql = page!("stage", desc);
const BY_PEOPLE: Sql = page!("people", asc);
const BY_PEOPLE_DOWN: Sql = page!("people", desc);
const BY_TOUCHED: Sql = page!("touched_at", asc);
const BY_TOUCHED_DOWN: Sql = page!("touched_at", desc);
const BY_INTENT: Sql = page!("intent", asc);
const BY_INTENT_DOWN: Sql = page!("intent", desc);
const BY_NAME: Sql = sql("select name_key, id from company where (name_key, id) > ($1, $2)
     order by name_key, id limit $3");
const BY_NAME_DOWN: Sql = sql("select name_key, id from company where (name_key, id) < ($1, $2)
     order by name_key desc, id desc limit $3");
/// Ids rise as companies become known.
const BY_CREATED: Sql = sql("select id, id from company where id > $1 order by id limit $2");
const BY_CREATED_DOWN: Sql =
    sql("select id, id from company where id < $1 order by id desc limit $2");

pub(crate) const ALL: &[Sql] = &[
    BY_STAGE,
    BY_STAGE_DOWN,
    BY_PEOPLE,
    BY_PEOPLE_DOWN,
    BY_TOUCHED,
    BY_TOUCHED_DOWN,
    BY_INTENT,
    BY_INTENT_DOWN,
    BY_NAME,
    BY_NAME_DOWN,
    BY_CREATED,
    BY_CREATED_DOWN,
];

/// An order of the rows that say where companies stand: the statement and the column.
fn standing(sort: &CompanySort, turn: Turn) -> Option<(Sql, &'static str)> {
    Some(match (sort, turn) {
        (CompanySort::Stage, Turn::Up) => (BY_STAGE, "stage"),
        (CompanySort::Stage, Turn::Down) => (BY_STAGE_DOWN, "stage"),
        (CompanySort::People, Turn::Up) => (BY_PEOPLE, "people"),
        (CompanySort::People, Turn::Down) => (BY_PEOPLE_DOWN, "people"),
        (CompanySort::Touched, Turn::Up) => (BY_TOUCHED, "touched_at"),
        (CompanySort::Touched, Turn::Down) => (BY_TOUCHED_DOWN, "touched_at"),
        (CompanySort::Intent, Turn::Up) => (BY_INTENT, "intent"),
        (CompanySort::Intent, Turn::Down) => (BY_INTENT_DOWN, "intent"),
        (CompanySort::Name | CompanySort::Created | CompanySort::Fact(_), _) => return None,
    })
}

/// Before the first row, or after the last, of every index.
fn edge(sort: &CompanySort, turn: Turn) -> Cursor {
    let value = match (sort, turn) {
        (CompanySort::Name | CompanySort::Fact(_), Turn::Up) => Key::Text(String::new()),
        (CompanySort::Name | CompanySort::Fact(_), Turn::Down) => {
            Key::Text("\u{10ffff}".to_owned())
        }
        (CompanySort::Intent, Turn::Up) => Key::Real(-1e300),
        (CompanySort::Intent, Turn::Down) => Key::Real(1e300),
        (_, Turn::Up) => Key::Int(i64::MIN),
        (_, Turn::Down) => Key::Int(i64::MAX),
    };
    Cursor { value, id: if turn == Turn::Down { i64::MAX } else { 0 } }
}

fn place(sort: &CompanySort, row: &Row) -> Cursor {
    let value = match sort {
        CompanySort::Name | CompanySort::Fact(_) => Key::Text(row.text(0).to_owned()),
        CompanySort::Intent => Key::Real(row.real(0)),
        CompanySort::Stage | CompanySort::People | CompanySort::Touched | CompanySort::Created => {
            Key::Int(row.int(0))
        }
    };
    Cursor { value, id: row.int(1) }
}

/// The next places along the order's index; nothing while it is not ready.
pub(super) fn walk(
    tx: &mut Tx,
    ask: &CompanyList,
    after: Option<&Cursor>,
    limit: usize,
    now: Moment,
) -> Result<Option<Vec<Cursor>>, Failure> {
    let turn = ask.turn();
    if let CompanySort::Fact(key) = &ask.sort {
        let source = tx.part::<ConditionSource>();
        return source.0.by_fact(
            tx,
            (Subject::Company, key),
            &Stretch { after, turn, limit, of: None },
            now,
        );
    }
    let after = after.cloned().unwrap_or_else(|| edge(&ask.sort, turn));
    let wanted = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut found: Vec<Cursor> = Vec::new();
    let see = |row: &Row| {
        found.push(place(&ask.sort, row));
        Ok(())
    };
    match (standing(&ask.sort, turn), &ask.sort, turn) {
        (Some((statement, _)), ..) => {
            tx.each(statement, args![ask.lens, after.value.arg(), after.id, wanted], see)?;
        }
        (None, CompanySort::Name, turn) => {
            let by_name = if turn == Turn::Down { BY_NAME_DOWN } else { BY_NAME };
            tx.each(by_name, args![after.value.arg(), after.id, wanted], see)?;
        }
        (None, _, turn) => {
            let by_id = if turn == Turn::Down { BY_CREATED_DOWN } else { BY_CREATED };
            tx.each(by_id, args![after.value.arg(), wanted], see)?;
        }
    }
    Ok(Some(found))
}

/// The next places of those in a set, all of which are looked at; nothing while the order is not ready.
pub(super) fn gather(
    tx: &mut Tx,
    who: &User,
    ask: &CompanyList,
    set: &Made,
    limit: usize,
    now: Moment,
) -> Result<Option<Vec<Cursor>>, Failure> {
    let (turn, after) = (ask.turn(), ask.after.as_ref());
    if let CompanySort::Fact(key) = &ask.sort {
        let source = tx.part::<ConditionSource>();
        let stretch = Stretch { after, turn, limit, of: Some(set) };
        return source.0.by_fact(tx, (Subject::Company, key), &stretch, now);
    }
    let after = after.cloned().unwrap_or_else(|| edge(&ask.sort, turn));
    let beyond = if turn == Turn::Down { " < (" } else { " > (" };
    let mut made = Made::default();
    match (standing(&ask.sort, turn), &ask.sort) {
        (Some((_, column)), _) => {
            made.text("select s.").text(column).text(", s.id from (").made(set);
            made.text(") t join (").made(&standings_of(who, ask.lens, None));
            made.text(") s on s.id = t.id where s.").text(column).text(" is not null and (s.");
            made.text(column).text(", s.id)").text(beyond);
        }
        (None, CompanySort::Name) => {
            made.text("select s.name_key, s.id from (").made(set);
            made.text(") t cross join company s where s.id = t.id and (s.name_key, s.id)");
            made.text(beyond);
        }
        (None, _) => {
            made.text("select t.id, t.id from (").made(set);
            made.text(") t where (t.id, t.id)").text(beyond);
        }
    }
    let id = if ask.sort == CompanySort::Created { after.value.arg() } else { after.id.into() };
    made.arg(after.value.arg()).text(", ").arg(id).text(") order by 1");
    made.text(if turn == Turn::Down { " desc, 2 desc limit " } else { ", 2 limit " });
    made.arg(i64::try_from(limit).unwrap_or(i64::MAX));
    let mut found = Vec::new();
    tx.each_made(&made, |row| {
        found.push(place(&ask.sort, row));
        Ok(())
    })?;
    Ok(Some(found))
}

/// A statement that says where these companies stand for the user: see [`standings_of`].
pub(super) fn standings(who: &User, lens: LensId, companies: &[CompanyId]) -> Made {
    standings_of(who, lens, Some(companies))
}

/// A statement that gives `id, stage, people, touched_at, own_stage, intent` of companies, or of some of them, as the
/// people whom the user sees make it.
fn standings_of(who: &User, lens: LensId, companies: Option<&[CompanyId]>) -> Made {
    match &who.sight {
        Sight::Everybody => {
            let mut made = Made::default();
            made.text("select w.company_id as id, w.stage as stage, w.people as people, w.touched_at as touched_at,");
            made.text(" w.own_stage as own_stage, w.intent as intent");
            made.text(" from company_standing w where w.lens_id = ").arg(lens);
            among(&mut made, " and w.company_id in (", companies);
            made
        }
        Sight::Limited(limits) => standings_within(limits, lens, companies),
    }
}

/// The same, of whoever sees a part: the parts of the owners whose people they see, and those people besides whom they
/// see by a territory alone.
fn standings_within(limits: &Limits, lens: LensId, companies: Option<&[CompanyId]>) -> Made {
    let mut made = Made::default();
    made.text(
        "select g.id as id, cast(case
            when g.customers > 0 or w.own_stage = 4 then 4 when g.opportunities > 0 or w.own_stage = 3 then 3
            when g.prospects > 0 or w.own_stage = 2 then 2 when g.leads > 0 or w.own_stage = 1 then 1 else 0 end as bigint) as stage,
            g.people as people, g.touched_at as touched_at, coalesce(w.own_stage, 0) as own_stage, w.intent as intent
         from (select m.company_id as id, cast(sum(m.people) as bigint) as people, sum(m.leads) as leads,
            sum(m.prospects) as prospects, sum(m.opportunities) as opportunities, sum(m.customers) as customers,
            max(m.touched_at) as touched_at from (",
    );
    made.text("select q.company_id, q.people, q.leads, q.prospects, q.opportunities, q.customers, q.touched_at from company_part q");
    made.text(" where q.lens_id = ").arg(lens).text(" and q.owner_id in (");
    sight::listed(&mut made, &limits.owners);
    made.text(") and q.people > 0");
    among(&mut made, " and q.company_id in (", companies);
    if !limits.territories.is_empty() {
        made.text(
            " union all select o.company_id, 1, case when s.stage = 1 then 1 else 0 end, case when s.stage = 2 then 1 else 0 end,
             case when s.stage = 3 then 1 else 0 end, case when s.stage = 4 then 1 else 0 end, s.touched_at from (",
        );
        sight::gather_others_at(&mut made, limits, companies);
        made.text(") o cross join standing s where s.person_id = o.id and s.lens_id = ").arg(lens);
    }
    made.text(") m group by m.company_id) g left join company_standing w on w.lens_id = ");
    made.arg(lens).text(" and w.company_id = g.id");
    made
}

/// A statement that gives a stage and how many companies stand there; by their own deals alone unless `by_people`.
pub(super) fn tally(who: &User, lens: LensId, by_people: bool) -> Made {
    let column = if by_people { "stage" } else { "own_stage" };
    let mut made = Made::default();
    made.text("select t.").text(column).text(", count(*) from (");
    made.made(&standings_of(who, lens, None));
    made.text(") t where t.").text(column).text(" > 0 group by t.").text(column);
    made
}

fn among(made: &mut Made, before: &'static str, companies: Option<&[CompanyId]>) {
    if let Some(companies) = companies {
        made.text(before);
        sight::listed(made, companies);
        made.text(")");
    }
}

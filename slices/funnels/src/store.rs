//! Every statement about lenses, definitions, transitions and the flow.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use funnel::Stage;
use moment::Moment;
use people::{LensId, PersonId};
use platform::args;
use platform::db::{Arg, Row, Sql, Tx, sql};
use platform::failure::Failure;

const LENSES: Sql = sql("select id, name from lens order by position, id");
const ADD_LENS: Sql =
    sql("insert into lens (id, name, position, created_at) values ($1, $2, $3, $4)");
const VERSIONS: Sql =
    sql("select lens_id, version, name, from_at, adopted_at, adopted_by, is_starter
     from definition order by lens_id, version");
const TEXT: Sql = sql("select text from definition where lens_id = $1 and version = $2");
const ADD_VERSION: Sql = sql(
    "insert into definition (lens_id, version, name, text, from_at, adopted_at, adopted_by, is_starter)
     values ($1, $2, $3, $4, $5, $6, $7, $8)",
);
const TRANSITIONS: Sql = sql(
    "select person_id, moved_at, seq, from_stage, to_stage, reason, version, evidence_at, via, receipt
     from transition where lens_id = $1 and person_id in ({list}) order by person_id, moved_at, seq",
);
const ADD_TRANSITION: Sql = sql(
    "insert into transition (person_id, lens_id, moved_at, seq, from_stage, to_stage, reason, version,
        evidence_at, via, receipt)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
);
const CHANGE_TRANSITION: Sql =
    sql("update transition set from_stage = $5, to_stage = $6, reason = $7, version = $8,
        evidence_at = $9, via = $10, receipt = $11
     where person_id = $1 and lens_id = $2 and moved_at = $3 and seq = $4");
const DROP_TRANSITION: Sql = sql("delete from transition where person_id = $1 and lens_id = $2
     and moved_at = $3 and seq = $4");
const FLOW_ADD: Sql = sql(
    "insert into flow (lens_id, cohort_day, from_stage, to_stage, via, n) values ($1, $2, $3, $4, $5, $6)
     on conflict (lens_id, cohort_day, from_stage, to_stage, via) do update set n = flow.n + excluded.n",
);
const FLOW_BETWEEN: Sql = sql(
    "select from_stage, to_stage, via, cast(sum(n) as bigint) from flow
     where lens_id = $1 and cohort_day >= $2 and cohort_day < $3 group by from_stage, to_stage, via having sum(n) <> 0",
);
const FLOW_DAYS: Sql = sql("select cohort_day, from_stage, to_stage, via, n from flow
     where lens_id = $1 and n <> 0");

const LENS_CHOICE: Sql = sql("select lens_id from lens_choice where user_id = $1");
const CHOOSE_LENS: Sql = sql("insert into lens_choice (user_id, lens_id) values ($1, $2)
     on conflict (user_id) do update set lens_id = excluded.lens_id");

const EACH_MOVE: Sql = sql("select person_id, lens_id, moved_at, to_stage from transition
     where lens_id = $1 or lens_id = $2 order by person_id, lens_id, moved_at, seq");

const FORGET_STARTER: Sql = sql("delete from definition where is_starter = 1
     and (select count(*) from definition) = 1");
const FORGET_ONLY_LENS: Sql = sql("delete from lens where (select count(*) from lens) = 1
     and not exists (select 1 from definition)");

pub(crate) const ALL: &[Sql] = &[
    FORGET_STARTER,
    FORGET_ONLY_LENS,
    EACH_MOVE,
    LENS_CHOICE,
    CHOOSE_LENS,
    LENSES,
    ADD_LENS,
    VERSIONS,
    TEXT,
    ADD_VERSION,
    TRANSITIONS,
    ADD_TRANSITION,
    CHANGE_TRANSITION,
    DROP_TRANSITION,
    FLOW_ADD,
    FLOW_BETWEEN,
    FLOW_DAYS,
];

/// Takes the only lens away, if nothing but the starter was ever in force under it.
pub(crate) fn forget_starter(tx: &mut Tx) -> Result<(), Failure> {
    tx.execute(FORGET_STARTER, args![])?;
    tx.execute(FORGET_ONLY_LENS, args![]).map(drop)
}

/// A version of a definition, without its text.
#[derive(Clone, Debug, PartialEq)]
pub struct VersionRow {
    /// Of which lens.
    pub lens: LensId,
    /// 1, 2, 3 …
    pub version: i64,
    /// As its file names it.
    pub name: String,
    /// From when on it holds.
    pub from: Moment,
    /// When it was adopted.
    pub adopted_at: Moment,
    /// By which user, if one did.
    pub adopted_by: Option<i64>,
    /// Whether it is what a new workspace starts with, which nobody chose yet.
    pub is_starter: bool,
}

/// A transition as it is stored; its receipt is JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct TransitionRow {
    /// When its evidence was recorded.
    pub moved_at: Moment,
    /// Orders moves of one moment.
    pub seq: i64,
    /// From where.
    pub from: Stage,
    /// To where.
    pub to: Stage,
    /// Why, for an exit or a move by hand.
    pub reason: Option<String>,
    /// The definition's version.
    pub version: i64,
    /// When the evidence happened.
    pub evidence_at: Moment,
    /// By which way they came in, on the first move; else empty.
    pub via: String,
    /// The receipt.
    pub receipt: String,
}

/// One kind of move of those who came on one day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// The day on which they first stood anywhere, in days since 1970 UTC.
    pub day: i64,
    /// From which stage, by its code.
    pub from: i64,
    /// To which, by its code.
    pub to: i64,
    /// By which way they came in; empty for later moves.
    pub via: String,
}

pub(crate) fn lenses(tx: &mut Tx) -> Result<Vec<(LensId, String)>, Failure> {
    Ok(tx.rows(LENSES, args![])?.iter().map(|row| (row.int(0), row.text(1).to_owned())).collect())
}

pub(crate) fn add_lens(
    tx: &mut Tx,
    id: LensId,
    name: &str,
    position: i64,
    now: Moment,
) -> Result<(), Failure> {
    tx.execute(ADD_LENS, args![id, name, position, now])?;
    Ok(())
}

pub(crate) fn lens_choice(tx: &mut Tx, user: i64) -> Result<Option<LensId>, Failure> {
    Ok(tx.row(LENS_CHOICE, args![user])?.map(|row| row.int(0)))
}

pub(crate) fn choose_lens(tx: &mut Tx, user: i64, lens: LensId) -> Result<(), Failure> {
    tx.execute(CHOOSE_LENS, args![user, lens])?;
    Ok(())
}

pub(crate) fn versions(tx: &mut Tx) -> Result<Vec<VersionRow>, Failure> {
    let rows = tx.rows(VERSIONS, args![])?;
    Ok(rows
        .iter()
        .map(|row| VersionRow {
            lens: row.int(0),
            version: row.int(1),
            name: row.text(2).to_owned(),
            from: row.moment(3),
            adopted_at: row.moment(4),
            adopted_by: row.int_opt(5),
            is_starter: row.flag(6),
        })
        .collect())
}

pub(crate) fn text(tx: &mut Tx, lens: LensId, version: i64) -> Result<String, Failure> {
    tx.row(TEXT, args![lens, version])?
        .map(|row| row.text(0).to_owned())
        .ok_or_else(|| Failure::missing("definition", format!("version {version}")))
}

pub(crate) fn add_version(tx: &mut Tx, row: &VersionRow, text: &str) -> Result<(), Failure> {
    tx.execute(
        ADD_VERSION,
        args![
            row.lens,
            row.version,
            row.name.as_str(),
            text,
            row.from,
            row.adopted_at,
            row.adopted_by,
            row.is_starter
        ],
    )?;
    Ok(())
}

fn transition_of(row: &Row) -> TransitionRow {
    TransitionRow {
        moved_at: row.moment(1),
        seq: row.int(2),
        from: Stage::from_code(row.int(3)).unwrap_or(Stage::None),
        to: Stage::from_code(row.int(4)).unwrap_or(Stage::None),
        reason: row.text_opt(5).map(str::to_owned),
        version: row.int(6),
        evidence_at: row.moment(7),
        via: row.text(8).to_owned(),
        receipt: row.text(9).to_owned(),
    }
}

pub(crate) fn transitions(
    tx: &mut Tx,
    lens: LensId,
    people: &[PersonId],
) -> Result<HashMap<PersonId, Vec<TransitionRow>>, Failure> {
    let mut found: HashMap<PersonId, Vec<TransitionRow>> = HashMap::new();
    let list: Vec<Arg> = people.iter().copied().map(Arg::from).collect();
    tx.each_in(TRANSITIONS, &args![lens], &list, |row| {
        found.entry(row.int(0)).or_default().push(transition_of(row));
        Ok(())
    })?;
    Ok(found)
}

/// Every move under two lenses: by person, then by lens, the oldest first.
pub(crate) fn each_move(
    tx: &mut Tx,
    (a, b): (LensId, LensId),
    mut each: impl FnMut(PersonId, LensId, Moment, Stage),
) -> Result<(), Failure> {
    tx.each(EACH_MOVE, args![a, b], |row| {
        let to = Stage::from_code(row.int(3)).unwrap_or(Stage::None);
        each(row.int(0), row.int(1), row.moment(2), to);
        Ok(())
    })
}

pub(crate) fn add_transitions(
    tx: &mut Tx,
    lens: LensId,
    added: Vec<(PersonId, TransitionRow)>,
) -> Result<(), Failure> {
    tx.bulk(ADD_TRANSITION, added.into_iter().map(|one| row_of(lens, one)).collect()).map(drop)
}

/// Tells moves otherwise that are stored for the same moment.
pub(crate) fn change_transitions(
    tx: &mut Tx,
    lens: LensId,
    changed: Vec<(PersonId, TransitionRow)>,
) -> Result<(), Failure> {
    tx.bulk(CHANGE_TRANSITION, changed.into_iter().map(|one| row_of(lens, one)).collect()).map(drop)
}

fn row_of(lens: LensId, (person, t): (PersonId, TransitionRow)) -> Vec<Arg> {
    args![
        person,
        lens,
        t.moved_at,
        t.seq,
        t.from.code(),
        t.to.code(),
        t.reason,
        t.version,
        t.evidence_at,
        t.via,
        t.receipt
    ]
}

pub(crate) fn drop_transitions(
    tx: &mut Tx,
    lens: LensId,
    dropped: &[(PersonId, Moment, i64)],
) -> Result<(), Failure> {
    let row = |(person, at, seq): &(PersonId, Moment, i64)| args![*person, lens, *at, *seq];
    tx.bulk(DROP_TRANSITION, dropped.iter().map(row).collect()).map(drop)
}

pub(crate) fn add_flow(
    tx: &mut Tx,
    lens: LensId,
    differences: &BTreeMap<Edge, i64>,
) -> Result<(), Failure> {
    let rows = differences
        .iter()
        .filter(|(_, n)| **n != 0)
        .map(|(edge, n)| args![lens, edge.day, edge.from, edge.to, edge.via.as_str(), *n])
        .collect();
    tx.bulk(FLOW_ADD, rows)?;
    Ok(())
}

/// The moves of those who came on these days: from, to, by which way, how many.
pub(crate) fn flow_between(
    tx: &mut Tx,
    lens: LensId,
    days: &Range<i64>,
) -> Result<Vec<(Stage, Stage, String, u64)>, Failure> {
    let rows = tx.rows(FLOW_BETWEEN, args![lens, days.start, days.end])?;
    Ok(rows
        .iter()
        .filter_map(|row| {
            let (from, to) = (Stage::from_code(row.int(0))?, Stage::from_code(row.int(1))?);
            Some((from, to, row.text(2).to_owned(), row.int(3).unsigned_abs()))
        })
        .collect())
}

/// The whole flow, for whoever checks it.
pub(crate) fn flow(tx: &mut Tx, lens: LensId) -> Result<BTreeMap<Edge, i64>, Failure> {
    let rows = tx.rows(FLOW_DAYS, args![lens])?;
    Ok(rows
        .iter()
        .map(|row| {
            let edge = Edge {
                day: row.int(0),
                from: row.int(1),
                to: row.int(2),
                via: row.text(3).to_owned(),
            };
            (edge, row.int(4))
        })
        .collect())
}

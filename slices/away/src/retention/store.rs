//! The statements of retention.

use std::collections::HashMap;

use funnel::Stage;
use moment::Moment;
use people::PersonId;
use platform::args;
use platform::db::{Row, Sql, Tx, sql};
use platform::failure::Failure;

use super::Draft;

/// Runs of a rule that are told.
const RUNS_TOLD: i64 = 10;

const RULES: Sql =
    sql("select id, name, quiet_months, stages, condition, erases, notice_days, made_by, made_at
     from retention_rule order by name_key");
const ADD: Sql = sql(
    "insert into retention_rule (id, name, name_key, quiet_months, stages, condition, erases, notice_days, made_by, made_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (name_key) do nothing",
);
const REMOVE: Sql = sql("delete from retention_rule where id = $1");
const FORGET_NOTICES: Sql = sql("delete from retention_notice where rule_id = $1");
const FORGET_RUNS: Sql = sql("delete from retention_run where rule_id = $1");
const NOTICES: Sql = sql("select person_id, due_at from retention_notice where rule_id = $1");
const NOTICE: Sql = sql(
    "insert into retention_notice (rule_id, person_id, noticed_at, due_at) values ($1, $2, $3, $4)
     on conflict do nothing",
);
const LIFT: Sql = sql("delete from retention_notice where rule_id = $1 and person_id = $2");
const NOTICED: Sql = sql("select count(*), min(due_at) from retention_notice where rule_id = $1");
const REPORTED: Sql = sql("select person_id, noticed_at, due_at from retention_notice
     where rule_id = $1 order by due_at, person_id limit $2");
const ADD_RUN: Sql = sql(
    "insert into retention_run (id, rule_id, ran_at, met, noticed, lifted, erased, left_due, failure)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
);
const RUNS: Sql = sql("select ran_at, met, noticed, lifted, erased, left_due, failure
     from retention_run where rule_id = $1 order by ran_at desc, id desc limit $2");
const LAST_RUN: Sql = sql("select max(ran_at) from retention_run");

pub(crate) const ALL: &[Sql] = &[
    RULES,
    ADD,
    REMOVE,
    FORGET_NOTICES,
    FORGET_RUNS,
    NOTICES,
    NOTICE,
    LIFT,
    NOTICED,
    REPORTED,
    ADD_RUN,
    RUNS,
    LAST_RUN,
];

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleRow {
    /// Inside.
    pub id: i64,
    /// What it says.
    pub draft: Draft,
    /// By which user, if one did.
    pub made_by: Option<i64>,
    /// When.
    pub made_at: Moment,
}

/// What a run of a rule came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct RunRow {
    /// When.
    pub ran_at: Moment,
    /// Whom it met.
    pub met: u64,
    /// Of them, who is reported for the first time.
    pub noticed: u64,
    /// Who was reported and meets it no more.
    pub lifted: u64,
    /// Who was erased.
    pub erased: u64,
    /// Who is due and left for the next run.
    pub left_due: u64,
    /// Why it broke off, if it did.
    pub failure: Option<String>,
}

pub(super) fn rules(tx: &mut Tx) -> Result<Vec<RuleRow>, Failure> {
    let small = |row: &Row, at: usize| u32::try_from(row.int(at)).unwrap_or(u32::MAX);
    let rule = |row: &Row| RuleRow {
        id: row.int(0),
        draft: Draft {
            name: row.text(1).to_owned(),
            quiet_months: small(row, 2),
            stages: row.text(3).split(',').filter_map(Stage::parse).collect(),
            condition: row.text(4).to_owned(),
            erases: row.flag(5),
            notice_days: small(row, 6),
        },
        made_by: row.int_opt(7),
        made_at: row.moment(8),
    };
    Ok(tx.rows(RULES, args![])?.iter().map(rule).collect())
}

/// Whether there was none of that name.
pub(super) fn add(tx: &mut Tx, row: &RuleRow, name_key: &str) -> Result<bool, Failure> {
    let draft = &row.draft;
    let stages: Vec<&str> = draft.stages.iter().map(|stage| stage.as_str()).collect();
    let values = args![
        row.id,
        draft.name.as_str(),
        name_key,
        draft.quiet_months,
        stages.join(","),
        draft.condition.as_str(),
        draft.erases,
        draft.notice_days,
        row.made_by,
        row.made_at
    ];
    Ok(tx.execute(ADD, values)? == 1)
}

pub(super) fn remove(tx: &mut Tx, id: i64) -> Result<(), Failure> {
    for statement in [REMOVE, FORGET_NOTICES, FORGET_RUNS] {
        tx.execute(statement, args![id])?;
    }
    Ok(())
}

/// Who is reported, and when they are due.
pub(super) fn notices(tx: &mut Tx, rule: i64) -> Result<HashMap<PersonId, Moment>, Failure> {
    let mut found = HashMap::new();
    tx.each(NOTICES, args![rule], |row| {
        found.insert(row.int(0), row.moment(1));
        Ok(())
    })?;
    Ok(found)
}

pub(super) fn notice(
    tx: &mut Tx,
    rule: i64,
    people: &[PersonId],
    (now, due): (Moment, Moment),
) -> Result<(), Failure> {
    let rows = people.iter().map(|person| args![rule, *person, now, due]).collect();
    tx.bulk(NOTICE, rows).map(drop)
}

pub(super) fn lift(tx: &mut Tx, rule: i64, people: &[PersonId]) -> Result<(), Failure> {
    tx.bulk(LIFT, people.iter().map(|person| args![rule, *person]).collect()).map(drop)
}

pub(super) fn noticed(tx: &mut Tx, rule: i64) -> Result<(u64, Option<Moment>), Failure> {
    let row = tx.row(NOTICED, args![rule])?;
    Ok(row.map_or((0, None), |row| (row.int(0).unsigned_abs(), row.moment_opt(1))))
}

pub(super) fn reported(
    tx: &mut Tx,
    rule: i64,
    limit: i64,
) -> Result<Vec<(PersonId, Moment, Moment)>, Failure> {
    let rows = tx.rows(REPORTED, args![rule, limit])?;
    Ok(rows.iter().map(|row| (row.int(0), row.moment(1), row.moment(2))).collect())
}

pub(super) fn add_run(tx: &mut Tx, rule: i64, run: &RunRow) -> Result<(), Failure> {
    let int = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let values = args![
        tx.ids(1)?,
        rule,
        run.ran_at,
        int(run.met),
        int(run.noticed),
        int(run.lifted),
        int(run.erased),
        int(run.left_due),
        run.failure.as_deref()
    ];
    tx.execute(ADD_RUN, values).map(drop)
}

pub(super) fn runs(tx: &mut Tx, rule: i64) -> Result<Vec<RunRow>, Failure> {
    let run = |row: &Row| RunRow {
        ran_at: row.moment(0),
        met: row.int(1).unsigned_abs(),
        noticed: row.int(2).unsigned_abs(),
        lifted: row.int(3).unsigned_abs(),
        erased: row.int(4).unsigned_abs(),
        left_due: row.int(5).unsigned_abs(),
        failure: row.text_opt(6).map(str::to_owned),
    };
    Ok(tx.rows(RUNS, args![rule, RUNS_TOLD])?.iter().map(run).collect())
}

/// When a rule was last run.
pub(super) fn last_run(tx: &mut Tx) -> Result<Option<Moment>, Failure> {
    Ok(tx.row(LAST_RUN, args![])?.and_then(|row| row.moment_opt(0)))
}

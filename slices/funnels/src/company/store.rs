//! The statements about deeds, what they come to, and when companies are counted again.

use std::collections::{BTreeSet, HashMap};

use funnel::fold::company::{Crossing, Deed};
use journal::SubjectId;
use moment::Moment;
use people::CompanyId;
use platform::args;
use platform::db::{Arg, Row, Sql, Tx, sql};
use platform::failure::Failure;

const DEEDS_BY: Sql =
    sql("select company_id, activities, occurred_at, subject_id, activity_id, point,
        counts_from, counts_until from company_deed where subject_id in ({list})");
const DEEDS_OF: Sql =
    sql("select company_id, activities, occurred_at, subject_id, activity_id, point,
        counts_from, counts_until from company_deed where company_id in ({list})");
const ADD_DEED: Sql = sql(
    "insert into company_deed (company_id, activities, occurred_at, subject_id, activity_id, point,
        counts_from, counts_until) values ($1, $2, $3, $4, $5, $6, $7, $8)",
);
const DROP_DEED: Sql = sql("delete from company_deed where company_id = $1 and activities = $2
     and occurred_at = $3 and subject_id = $4 and activity_id = $5 and point = $6 and counts_from = $7");
const COUNT_DEEDS: Sql = sql("select count(*) from company_deed");
const WITH_DEEDS: Sql = sql("select distinct company_id from company_deed where company_id > $1
     order by company_id limit $2");

const SCORES: Sql = sql("select company_id, rule, crossed_at, value from company_score
     where company_id in ({list}) order by company_id, rule, crossed_at");
const ADD_SCORE: Sql =
    sql("insert into company_score (company_id, rule, crossed_at, value) values ($1, $2, $3, $4)");
const DROP_SCORE: Sql =
    sql("delete from company_score where company_id = $1 and rule = $2 and crossed_at = $3");
const COUNT_SCORES: Sql = sql("select count(*) from company_score");

const ACTIVITIES: Sql = sql("select distinct activities from company_deed");
const RULES: Sql = sql("select distinct rule from company_score");
const FORGET_DEEDS: Sql = sql("delete from company_deed where activities = $1");
const FORGET_SCORES: Sql = sql("delete from company_score where rule = $1");

/// Whoever is behind is to be counted still: the last of its deeds may just have been taken away.
const FORGET_WATCHES: Sql = sql("delete from company_watch where is_behind = 0 and not exists
     (select 1 from company_deed where company_deed.company_id = company_watch.company_id)");

const WATCHES: Sql =
    sql("select company_id, counted_at, deeds from company_watch where company_id in ({list})");
const SAVE_WATCH: Sql = sql(
    "insert into company_watch (company_id, counted_at, deeds, next_at, is_behind) values ($1, $2, $3, $4, 0)
     on conflict (company_id) do update set counted_at = excluded.counted_at, deeds = excluded.deeds,
        next_at = excluded.next_at, is_behind = 0",
);
const FALL_BEHIND: Sql = sql(
    "insert into company_watch (company_id, counted_at, deeds, next_at, is_behind) values ($1, $2, 0, $2, 1)
     on conflict (company_id) do update set next_at = excluded.next_at, is_behind = 1",
);
/// SQLite wants some clause between a `select` and `on conflict`.
const ALL_BEHIND: Sql = sql(
    "insert into company_watch (company_id, counted_at, deeds, next_at, is_behind)
     select company_id, $1, count(*), $1, 1 from company_deed group by company_id having count(*) > 0
     on conflict (company_id) do update set next_at = excluded.next_at, is_behind = 1",
);
const DUE: Sql =
    sql("select company_id from company_watch where next_at is not null and next_at <= $1
     order by next_at, company_id limit $2");
const BEHIND: Sql = sql("select company_id from company_watch where is_behind = 1
     order by company_id limit $1");
const NEXT_DUE: Sql = sql("select min(next_at) from company_watch where next_at is not null");

pub(crate) const ALL: &[Sql] = &[
    DEEDS_BY,
    DEEDS_OF,
    ADD_DEED,
    DROP_DEED,
    COUNT_DEEDS,
    WITH_DEEDS,
    SCORES,
    ADD_SCORE,
    DROP_SCORE,
    COUNT_SCORES,
    ACTIVITIES,
    RULES,
    FORGET_DEEDS,
    FORGET_SCORES,
    FORGET_WATCHES,
    WATCHES,
    SAVE_WATCH,
    FALL_BEHIND,
    ALL_BEHIND,
    DUE,
    BEHIND,
    NEXT_DUE,
];

/// The number of a rule by which a definition counts.
pub(crate) type RuleId = i64;
/// The number of the activities that give points under a rule, or under several.
pub(crate) type ActivitiesId = i64;

/// When a company was last counted, and how many deeds that took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watch {
    pub(crate) counted_at: Moment,
    pub(crate) deeds: i64,
}

fn deed_of(row: &Row) -> (ActivitiesId, Deed) {
    let deed = Deed {
        company: row.int(0),
        occurred_at: row.moment(2),
        by: row.int(3),
        id: row.int(4),
        point: u32::try_from(row.int(5)).unwrap_or(u32::MAX),
        counts_from: row.moment(6),
        counts_until: row.moment_opt(7),
    };
    (row.int(1), deed)
}

fn list(ids: &[i64]) -> Vec<Arg> {
    ids.iter().copied().map(Arg::from).collect()
}

/// What these subjects did, by subject.
pub(crate) fn deeds_by(
    tx: &mut Tx,
    subjects: &[SubjectId],
) -> Result<HashMap<SubjectId, BTreeSet<(ActivitiesId, Deed)>>, Failure> {
    let mut found: HashMap<SubjectId, BTreeSet<_>> = HashMap::new();
    tx.each_in(DEEDS_BY, &[], &list(subjects), |row| {
        let (activities, deed) = deed_of(row);
        found.entry(deed.by).or_default().insert((activities, deed));
        Ok(())
    })?;
    Ok(found)
}

/// What was done for these companies, by company and activities.
pub(crate) fn deeds_of(
    tx: &mut Tx,
    companies: &[CompanyId],
) -> Result<HashMap<(CompanyId, ActivitiesId), Vec<Deed>>, Failure> {
    let mut found: HashMap<_, Vec<Deed>> = HashMap::new();
    tx.each_in(DEEDS_OF, &[], &list(companies), |row| {
        let (activities, deed) = deed_of(row);
        found.entry((deed.company, activities)).or_default().push(deed);
        Ok(())
    })?;
    Ok(found)
}

pub(crate) fn add_deeds(tx: &mut Tx, deeds: &[(ActivitiesId, Deed)]) -> Result<(), Failure> {
    let row = |(activities, d): &(ActivitiesId, Deed)| {
        let point = i64::from(d.point);
        args![
            d.company,
            *activities,
            d.occurred_at,
            d.by,
            d.id,
            point,
            d.counts_from,
            d.counts_until
        ]
    };
    tx.bulk(ADD_DEED, deeds.iter().map(|deed| row(deed).to_vec()).collect())?;
    Ok(())
}

pub(crate) fn drop_deeds(tx: &mut Tx, deeds: &[(ActivitiesId, Deed)]) -> Result<(), Failure> {
    let row = |(activities, d): &(ActivitiesId, Deed)| {
        args![d.company, *activities, d.occurred_at, d.by, d.id, i64::from(d.point), d.counts_from]
    };
    tx.bulk(DROP_DEED, deeds.iter().map(|deed| row(deed).to_vec()).collect())?;
    Ok(())
}

/// The next companies for which anything was done.
pub(crate) fn with_deeds(
    tx: &mut Tx,
    after: CompanyId,
    limit: i64,
) -> Result<Vec<CompanyId>, Failure> {
    Ok(tx.rows(WITH_DEEDS, args![after, limit])?.iter().map(|row| row.int(0)).collect())
}

/// How many deeds, and how many crossings, there are in all.
pub(crate) fn counts(tx: &mut Tx) -> Result<(u64, u64), Failure> {
    let mut count = |sql: Sql| -> Result<u64, Failure> {
        Ok(tx.row(sql, args![])?.map_or(0, |row| row.int(0).unsigned_abs()))
    };
    Ok((count(COUNT_DEEDS)?, count(COUNT_SCORES)?))
}

/// What these companies' deeds came to, by company and rule, oldest first.
pub(crate) fn scores(
    tx: &mut Tx,
    companies: &[CompanyId],
) -> Result<HashMap<(CompanyId, RuleId), Vec<Crossing>>, Failure> {
    let mut found: HashMap<_, Vec<Crossing>> = HashMap::new();
    tx.each_in(SCORES, &[], &list(companies), |row| {
        let crossing = Crossing { at: row.moment(2), value: row.real(3) };
        found.entry((row.int(0), row.int(1))).or_default().push(crossing);
        Ok(())
    })?;
    Ok(found)
}

pub(crate) fn add_scores(
    tx: &mut Tx,
    added: &[(CompanyId, RuleId, Crossing)],
) -> Result<(), Failure> {
    let rows = added
        .iter()
        .map(|(company, rule, c)| args![*company, *rule, c.at, c.value].to_vec())
        .collect();
    tx.bulk(ADD_SCORE, rows)?;
    Ok(())
}

pub(crate) fn drop_scores(
    tx: &mut Tx,
    dropped: &[(CompanyId, RuleId, Crossing)],
) -> Result<(), Failure> {
    let rows =
        dropped.iter().map(|(company, rule, c)| args![*company, *rule, c.at].to_vec()).collect();
    tx.bulk(DROP_SCORE, rows)?;
    Ok(())
}

/// Forgets deeds of other activities, and what is told by other rules, than these.
pub(crate) fn forget_but(
    tx: &mut Tx,
    activities: &[ActivitiesId],
    rules: &[RuleId],
) -> Result<(), Failure> {
    for (which, kept, forget) in
        [(ACTIVITIES, activities, FORGET_DEEDS), (RULES, rules, FORGET_SCORES)]
    {
        for row in tx.rows(which, args![])? {
            let number = row.int(0);
            if !kept.contains(&number) {
                tx.execute(forget, args![number])?;
            }
        }
    }
    tx.execute(FORGET_WATCHES, args![])?;
    Ok(())
}

pub(crate) fn watches(
    tx: &mut Tx,
    companies: &[CompanyId],
) -> Result<HashMap<CompanyId, Watch>, Failure> {
    let mut found = HashMap::with_capacity(companies.len());
    tx.each_in(WATCHES, &[], &list(companies), |row| {
        found.insert(row.int(0), Watch { counted_at: row.moment(1), deeds: row.int(2) });
        Ok(())
    })?;
    Ok(found)
}

pub(crate) fn save_watches(
    tx: &mut Tx,
    watches: &[(CompanyId, Watch, Option<Moment>)],
) -> Result<(), Failure> {
    let rows = watches
        .iter()
        .map(|(company, watch, next)| {
            args![*company, watch.counted_at, watch.deeds, *next].to_vec()
        })
        .collect();
    tx.bulk(SAVE_WATCH, rows)?;
    Ok(())
}

/// These companies have deeds that are to be counted at a moment.
pub(crate) fn fall_behind(
    tx: &mut Tx,
    behind: impl Iterator<Item = (CompanyId, Moment)>,
) -> Result<(), Failure> {
    tx.bulk(FALL_BEHIND, behind.map(|(company, at)| args![company, at].to_vec()).collect())?;
    Ok(())
}

/// Every company for which anything was done is to be counted at a moment.
pub(crate) fn all_fall_behind(tx: &mut Tx, at: Moment) -> Result<(), Failure> {
    tx.execute(ALL_BEHIND, args![at])?;
    Ok(())
}

/// Companies that are to be counted by now, the longest waiting first.
pub(crate) fn due(tx: &mut Tx, now: Moment, limit: i64) -> Result<Vec<CompanyId>, Failure> {
    Ok(tx.rows(DUE, args![now, limit])?.iter().map(|row| row.int(0)).collect())
}

/// Companies with deeds that were not counted yet.
pub(crate) fn behind(tx: &mut Tx, limit: i64) -> Result<Vec<CompanyId>, Failure> {
    Ok(tx.rows(BEHIND, args![limit])?.iter().map(|row| row.int(0)).collect())
}

/// When the next company is to be counted.
pub(crate) fn next_due(tx: &mut Tx) -> Result<Option<Moment>, Failure> {
    Ok(tx.row(NEXT_DUE, args![])?.and_then(|row| row.moment_opt(0)))
}

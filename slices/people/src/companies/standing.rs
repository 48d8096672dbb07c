//! Where companies stand, kept: what their people make of them, everybody's and each owner's part of it, and what they
//! make of themselves.
//!
//! **Promise:** it is changed by differences in the transaction that moves somebody, or has them work elsewhere or
//! be somebody else's; of many people at once each company is written once. `sluice verify` holds it against what is
//! counted.

pub(crate) mod save;

use std::collections::{BTreeMap, HashMap};

use funnel::Stage;
use moment::Moment;
use platform::args;
use platform::db::{Row, Sql, Tx, sql};
use platform::failure::Failure;

use super::counted;
use super::furthest::furthest;
use crate::owned::Whereabouts;
use crate::stand::Place;
use crate::store::{self, PersonRow};
use crate::{CompanyId, LensId, PersonId};
use save::Differences;

const STAND_ALONE: Sql = sql(concat!(
    "insert into company_standing (lens_id, company_id, people, leads, prospects, opportunities,
        customers, touched_at, stage, own_stage, own_next_at, intent)
     values ($1, $2, 0, 0, 0, 0, 0, $6, $3, $3, $4, $5)
     on conflict (lens_id, company_id) do update set
        own_stage = excluded.own_stage, own_next_at = excluded.own_next_at, intent = excluded.intent,
        stage = ",
    furthest!(
        "company_standing.leads",
        "company_standing.prospects",
        "company_standing.opportunities",
        "company_standing.customers",
        "excluded.own_stage"
    )
));
const INTEND: Sql =
    sql("update company_standing set intent = $3 where lens_id = $1 and company_id = $2");
const STANDINGS: Sql = sql("select person_id, stage, touched_at from standing
     where lens_id = $1 and person_id in ({list})");
const LENSES: Sql = sql("select distinct lens_id from stage_tally");
const FORGET: Sql =
    sql("update company_standing set stage = own_stage, people = 0, leads = 0, prospects = 0,
        opportunities = 0, customers = 0, touched_at = $2 where lens_id = $1");
const FORGET_PARTS: Sql = sql("delete from company_part where lens_id = $1");
const DUE: Sql = sql("select distinct company_id from company_standing
     where own_next_at is not null and own_next_at <= $1 order by company_id limit $2");
const NEXT_DUE: Sql =
    sql("select min(own_next_at) from company_standing where own_next_at is not null");

const KEPT_ALONE: Sql = sql("select company_id, own_stage, intent, own_next_at
     from company_standing where lens_id = $1 and company_id in ({list})");
const KEPT: Sql = sql("select company_id, 0, people, leads, prospects, opportunities, customers,
        touched_at, stage, own_stage, tallied from company_standing where lens_id = $1");
const KEPT_PARTS: Sql = sql("select company_id, owner_id, people, leads, prospects, opportunities,
        customers, touched_at from company_part where lens_id = $1 and people <> 0");
/// The sums are whole numbers by their casts.
const COUNTED: Sql = sql("select p.company_id, coalesce(p.owner_id, 0), count(*),
        cast(sum(case when s.stage = 1 then 1 else 0 end) as bigint),
        cast(sum(case when s.stage = 2 then 1 else 0 end) as bigint),
        cast(sum(case when s.stage = 3 then 1 else 0 end) as bigint),
        cast(sum(case when s.stage = 4 then 1 else 0 end) as bigint), max(s.touched_at)
     from standing s join person p on p.id = s.person_id
     where s.lens_id = $1 and p.company_id is not null group by p.company_id, p.owner_id");

pub(crate) const ALL: &[Sql] = &[
    KEPT_ALONE,
    KEPT,
    KEPT_PARTS,
    COUNTED,
    STAND_ALONE,
    INTEND,
    STANDINGS,
    LENSES,
    FORGET,
    FORGET_PARTS,
    DUE,
    NEXT_DUE,
];

/// Where a company stands by its own history, its people left aside.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alone {
    /// By its own deals; [`Stage::None`] without any, and once it is out.
    pub stage: Stage,
    /// Its score of intent, as it was last told.
    pub intent: Option<f64>,
    /// When this could change without anything new being recorded.
    pub next_at: Option<Moment>,
}

/// Whether a place changes anything of the company at which somebody works.
pub(crate) fn is_told(place: &Place) -> bool {
    place.before.as_ref().is_none_or(|before| {
        let before = &before.standing;
        before.stage != place.standing.stage || before.touched_at != place.standing.touched_at
    })
}

/// These people stand there now, and were last heard of then.
pub(crate) fn stood(
    tx: &mut Tx,
    lens: LensId,
    places: &[&Place],
    whereabouts: &HashMap<PersonId, Whereabouts>,
) -> Result<(), Failure> {
    let mut differences = Differences::default();
    for place in places {
        let Some(at) = whereabouts.get(&place.person) else { continue };
        let before = place.before.as_ref().map(|kept| &kept.standing);
        let standing = &place.standing;
        differences.change(lens, at, true, |difference| {
            match before {
                Some(before) => difference.add(before.stage, -1),
                None => difference.people += 1,
            }
            difference.add(standing.stage, 1);
            difference.touched_at = difference.touched_at.max(standing.touched_at);
            difference.is_left |= before.is_some_and(|it| it.touched_at > standing.touched_at);
        });
    }
    differences.write(tx)
}

/// These people were written, some of whom work elsewhere now, or are somebody else's; they stand where they stood.
pub(crate) fn moved(
    tx: &mut Tx,
    before: &HashMap<PersonId, PersonRow>,
    people: &[PersonRow],
) -> Result<(), Failure> {
    let at = |row: &PersonRow| Whereabouts { company: row.company, owner: row.owner };
    let moved: HashMap<PersonId, (Whereabouts, Whereabouts)> = people
        .iter()
        .filter_map(|person| Some((person.id, (at(before.get(&person.id)?), at(person)))))
        .filter(|(_, (from, to))| from != to && (from.company.is_some() || to.company.is_some()))
        .collect();
    if moved.is_empty() {
        return Ok(());
    }
    let ids: Vec<PersonId> = moved.keys().copied().collect();
    let lenses: Vec<LensId> = tx.rows(LENSES, args![])?.iter().map(|row| row.int(0)).collect();
    let mut differences = Differences::default();
    for lens in lenses {
        tx.each_in(STANDINGS, &args![lens], &store::list(&ids), |row| {
            let Some((from, to)) = moved.get(&row.int(0)) else { return Ok(()) };
            let stage = Stage::from_code(row.int(1)).unwrap_or(Stage::None);
            let (touched_at, is_whole) = (row.moment(2), from.company != to.company);
            differences.change(lens, from, is_whole, |difference| {
                difference.people -= 1;
                difference.add(stage, -1);
                difference.is_left |= touched_at > Moment::START;
            });
            differences.change(lens, to, is_whole, |difference| {
                difference.people += 1;
                difference.add(stage, 1);
                difference.touched_at = difference.touched_at.max(touched_at);
            });
            Ok(())
        })?;
    }
    differences.write(tx)
}

/// Somebody stands nowhere any more: their standings were at these stages. Their row is still there.
pub(crate) fn gone(
    tx: &mut Tx,
    at: &Whereabouts,
    stood: impl Iterator<Item = (LensId, i64)>,
) -> Result<(), Failure> {
    let mut differences = Differences::default();
    for (lens, stage) in stood {
        differences.change(lens, at, true, |difference| {
            difference.people -= 1;
            difference.add(Stage::from_code(stage).unwrap_or(Stage::None), -1);
            difference.is_left = true;
        });
    }
    differences.write(tx)
}

/// Nobody stands under a lens any more.
pub(crate) fn forget(tx: &mut Tx, lens: LensId) -> Result<(), Failure> {
    tx.execute(FORGET, args![lens, Moment::START])?;
    tx.execute(FORGET_PARTS, args![lens])?;
    counted::anew(tx, lens)
}

/// Writes where companies stand by themselves under a lens: told by whoever folds. Of each company there is a row from
/// then on.
///
/// # Errors
/// `Broken` when the database fails.
pub fn alone(tx: &mut Tx, lens: LensId, companies: &[(CompanyId, Alone)]) -> Result<(), Failure> {
    let rows = companies.iter().map(|(company, it)| {
        let stage = it.stage.code();
        args![lens, *company, stage, it.next_at, it.intent, Moment::START].to_vec()
    });
    tx.bulk(STAND_ALONE, rows.collect())?;
    let companies: Vec<CompanyId> = companies.iter().map(|(company, _)| *company).collect();
    counted::stood(tx, lens, &companies)
}

/// Writes what is told of companies' scores under a lens.
///
/// # Errors
/// `Broken` when the database fails.
pub fn intend(
    tx: &mut Tx,
    lens: LensId,
    companies: &[(CompanyId, Option<f64>)],
) -> Result<(), Failure> {
    let rows = companies.iter().map(|(company, intent)| args![lens, *company, *intent].to_vec());
    tx.bulk(INTEND, rows.collect()).map(drop)
}

/// Companies that could stand elsewhere by themselves by `now` without anything new.
///
/// # Errors
/// `Broken` when the database fails.
pub fn due(tx: &mut Tx, now: Moment, limit: i64) -> Result<Vec<CompanyId>, Failure> {
    Ok(tx.rows(DUE, args![now, limit])?.iter().map(|row| row.int(0)).collect())
}

/// When the next company could stand elsewhere by itself.
///
/// # Errors
/// `Broken` when the database fails.
pub fn next_due(tx: &mut Tx) -> Result<Option<Moment>, Failure> {
    Ok(tx.row(NEXT_DUE, args![])?.and_then(|row| row.moment_opt(0)))
}

/// Where companies stand by themselves, as it is kept.
///
/// # Errors
/// `Broken` when the database fails.
pub fn kept_alone(
    tx: &mut Tx,
    lens: LensId,
    companies: &[CompanyId],
) -> Result<HashMap<CompanyId, Alone>, Failure> {
    let mut found = HashMap::with_capacity(companies.len());
    tx.each_in(KEPT_ALONE, &args![lens], &store::list(companies), |row| {
        let stage = Stage::from_code(row.int(1)).unwrap_or(Stage::None);
        let (intent, next_at) = (row.real_opt(2), row.moment_opt(3));
        found.insert(row.int(0), Alone { stage, intent, next_at });
        Ok(())
    })?;
    Ok(found)
}

/// How many people, how many at each stage of the way up, and when the last did something.
type Counts = ([i64; 5], Moment);

fn in_words((counts, heard): &Counts) -> String {
    let stage = |at: i64| Stage::from_code(at).unwrap_or(Stage::None).to_string();
    let names = (0..).map(|at| if at == 0 { "people".to_owned() } else { stage(at) });
    let each: Vec<String> = names.zip(counts).map(|(name, n)| format!("{name} {n}")).collect();
    let heard = match *heard {
        Moment::START => "never heard of".to_owned(),
        at => format!("last heard of at {at}"),
    };
    format!("{}, {heard}", each.join(", "))
}

fn counts_of(row: &Row) -> Counts {
    ([row.int(2), row.int(3), row.int(4), row.int(5), row.int(6)], row.moment(7))
}

/// The companies of which something else is kept than is counted one by one, with both in words; for whoever checks.
///
/// # Errors
/// `Broken` when the database fails.
pub fn differing(tx: &mut Tx, lens: LensId) -> Result<Vec<(CompanyId, String, String)>, Failure> {
    const NONE: Counts = ([0; 5], Moment::START);
    let mut wholes: BTreeMap<CompanyId, Counts> = BTreeMap::new();
    let mut parts: BTreeMap<(CompanyId, i64), Counts> = BTreeMap::new();
    tx.each(COUNTED, args![lens], |row| {
        let (company, owner, part) = (row.int(0), row.int(1), counts_of(row));
        let whole = wholes.entry(company).or_insert(NONE);
        whole.0.iter_mut().zip(part.0).for_each(|(whole, part)| *whole += part);
        whole.1 = whole.1.max(part.1);
        if owner != 0 {
            parts.insert((company, owner), part);
        }
        Ok(())
    })?;
    let mut differing = Vec::new();
    tx.each(KEPT, args![lens], |row| {
        let (company, kept) = (row.int(0), counts_of(row));
        let counted = wholes.remove(&company).unwrap_or(NONE);
        let climbed = (1..5_i64).zip(counted.0.iter().skip(1)).filter(|(_, n)| **n > 0);
        let stage = climbed.map(|(stage, _)| stage).max().unwrap_or(0).max(row.int(9));
        if kept != counted || row.int(8) != stage || row.int(10) != stage {
            let at = |code: i64| Stage::from_code(code).unwrap_or(Stage::None);
            let kept = format!(
                "{}; it stands at {} and is counted at {}",
                in_words(&kept),
                at(row.int(8)),
                at(row.int(10))
            );
            let counted = format!("{}; it stands at {}", in_words(&counted), at(stage));
            differing.push((company, kept, counted));
        }
        Ok(())
    })?;
    tx.each(KEPT_PARTS, args![lens], |row| {
        let (company, owner, kept) = (row.int(0), row.int(1), counts_of(row));
        let counted = parts.remove(&(company, owner)).unwrap_or(NONE);
        if kept != counted {
            let (kept, counted) = (in_words(&kept), in_words(&counted));
            differing.push((company, format!("of an owner's part {kept}"), counted));
        }
        Ok(())
    })?;
    let missing = wholes.into_iter().chain(parts.into_iter().map(|((it, _), part)| (it, part)));
    differing.extend(missing.map(|(it, counted)| (it, "nothing".to_owned(), in_words(&counted))));
    Ok(differing)
}

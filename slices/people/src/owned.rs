//! How many of whom each user looks after stand at each stage: the tally for whoever sees a part of the people.
//!
//! **Promise:** it is changed in the transaction that moves somebody or gives them another owner, and adds up to what is
//! counted one by one; `sluice verify` holds it against that.

use std::collections::{BTreeMap, HashMap};

use funnel::Stage;
use platform::args;
use platform::db::{Arg, Sql, Tx, sql};
use platform::failure::Failure;
use team::sight::Limits;

use crate::stand::{self, Place};
use crate::store::{self, PersonRow};
use crate::{CompanyId, LensId, PersonId, within};

const ADD: Sql =
    sql("insert into owner_tally (lens_id, owner_id, stage, n) values ($1, $2, $3, $4)
     on conflict (lens_id, owner_id, stage) do update set n = owner_tally.n + excluded.n");
const WHEREABOUTS: Sql = sql("select id, company_id, owner_id from person
     where (owner_id is not null or company_id is not null) and id in ({list})");
const OF_OWNERS: Sql =
    sql("select stage, n from owner_tally where lens_id = $1 and owner_id in ({list})");
const LENSES: Sql = sql("select distinct lens_id from stage_tally");
const FORGET: Sql = sql("delete from owner_tally where lens_id = $1");
const TALLIED: Sql = sql("select owner_id, stage, n from owner_tally
     where lens_id = $1 and n <> 0 order by owner_id, stage");
const COUNTED: Sql = sql("select p.owner_id, s.stage, count(*) from standing s
     join person p on p.id = s.person_id where s.lens_id = $1 and p.owner_id is not null
     group by p.owner_id, s.stage order by p.owner_id, s.stage");

pub(crate) const ALL: &[Sql] = &[ADD, WHEREABOUTS, OF_OWNERS, LENSES, FORGET, TALLIED, COUNTED];

/// An owner, a stage, and how many of theirs stand there; of each owner and stage once.
pub type Counted = Vec<(i64, Stage, i64)>;

/// Differences by lens, owner and stage.
type Differences = BTreeMap<(LensId, i64, i64), i64>;

/// Whose somebody is, and where they work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Whereabouts {
    /// Where they work.
    pub(crate) company: Option<CompanyId>,
    /// Who of us looks after them.
    pub(crate) owner: Option<i64>,
}

/// Whose these people are, and where they work; whoever is nobody's and works nowhere is left out.
pub(crate) fn whereabouts(
    tx: &mut Tx,
    people: &[PersonId],
) -> Result<HashMap<PersonId, Whereabouts>, Failure> {
    let mut found = HashMap::new();
    tx.each_in(WHEREABOUTS, &[], &store::list(people), |row| {
        found.insert(row.int(0), Whereabouts { company: row.int_opt(1), owner: row.int_opt(2) });
        Ok(())
    })?;
    Ok(found)
}

/// Every lens under which anybody stands.
pub(crate) fn lenses(tx: &mut Tx) -> Result<Vec<LensId>, Failure> {
    Ok(tx.rows(LENSES, args![])?.iter().map(|row| row.int(0)).collect())
}

fn write(tx: &mut Tx, differences: Differences) -> Result<(), Failure> {
    let rows = differences.into_iter().filter(|(_, n)| *n != 0);
    let rows = rows.map(|((lens, owner, stage), n)| args![lens, owner, stage, n].to_vec());
    tx.bulk(ADD, rows.collect()).map(drop)
}

/// These people stand there now, under their owners as they are now.
pub(crate) fn stood(
    tx: &mut Tx,
    lens: LensId,
    places: &[&Place],
    whereabouts: &HashMap<PersonId, Whereabouts>,
) -> Result<(), Failure> {
    within::stood(tx, lens, places, whereabouts)?;
    let mut differences = Differences::new();
    for place in places {
        let before = place.was();
        let owner = whereabouts.get(&place.person).and_then(|at| at.owner);
        let Some(owner) = owner.filter(|_| before != Some(place.standing.stage)) else { continue };
        if let Some(before) = before {
            *differences.entry((lens, owner, before.code())).or_default() -= 1;
        }
        *differences.entry((lens, owner, place.standing.stage.code())).or_default() += 1;
    }
    write(tx, differences)
}

/// These people are about to be written, some of them under another owner; they stand where they stood.
pub(crate) fn assigned(
    tx: &mut Tx,
    before: &HashMap<PersonId, PersonRow>,
    people: &[PersonRow],
) -> Result<(), Failure> {
    let changed: HashMap<PersonId, (Option<i64>, Option<i64>)> = people
        .iter()
        .filter_map(|person| Some((person, before.get(&person.id)?)))
        .filter(|(person, before)| person.owner != before.owner)
        .map(|(person, before)| (person.id, (before.owner, person.owner)))
        .collect();
    if changed.is_empty() {
        return Ok(());
    }
    let ids: Vec<PersonId> = changed.keys().copied().collect();
    let lenses = lenses(tx)?;
    within::assigned(tx, &lenses, &changed)?;
    let mut differences = Differences::new();
    for lens in lenses {
        for (person, stage) in stand::stages(tx, lens, &ids)? {
            let Some((from, to)) = changed.get(&person) else { continue };
            for (owner, by) in [(from, -1), (to, 1)] {
                if let Some(owner) = owner {
                    *differences.entry((lens, *owner, stage.code())).or_default() += by;
                }
            }
        }
    }
    write(tx, differences)
}

/// Somebody stands nowhere any more: their standings were at these stages.
pub(crate) fn gone(
    tx: &mut Tx,
    person: PersonId,
    at: Option<&Whereabouts>,
    stood: impl Iterator<Item = (LensId, i64)> + Clone,
) -> Result<(), Failure> {
    let owner = at.and_then(|at| at.owner);
    within::gone(tx, person, owner, stood.clone())?;
    let Some(owner) = owner else { return Ok(()) };
    write(tx, stood.map(|(lens, stage)| ((lens, owner, stage), -1)).collect())
}

/// Nobody stands under a lens any more.
pub(crate) fn forget(tx: &mut Tx, lens: LensId) -> Result<(), Failure> {
    tx.execute(FORGET, args![lens])?;
    within::forget(tx, lens)
}

/// How many of those within the limits stand at each stage, by its number: those of the owners, and of the territories
/// those whom none of the owners looks after.
pub(crate) fn tally(
    tx: &mut Tx,
    lens: LensId,
    limits: &Limits,
) -> Result<HashMap<i64, u64>, Failure> {
    let mut found: HashMap<i64, i64> = HashMap::new();
    let owners: Vec<Arg> = limits.owners.iter().map(|owner| Arg::from(*owner)).collect();
    tx.each_in(OF_OWNERS, &args![lens], &owners, |row| {
        *found.entry(row.int(0)).or_default() += row.int(1);
        Ok(())
    })?;
    if !limits.territories.is_empty() {
        within::tally(tx, lens, limits, &mut found)?;
    }
    Ok(found.into_iter().map(|(stage, n)| (stage, n.unsigned_abs())).collect())
}

/// How many of whom each owner looks after stand at which stage, as it is kept and as it is counted, for whoever checks.
///
/// # Errors
/// `Broken` when the database fails.
pub fn kept_and_counted(tx: &mut Tx, lens: LensId) -> Result<(Counted, Counted), Failure> {
    let mut read = |statement: Sql| -> Result<Counted, Failure> {
        let rows = tx.rows(statement, args![lens])?;
        let stage = |code| Stage::from_code(code).unwrap_or(Stage::None);
        Ok(rows.iter().map(|row| (row.int(0), stage(row.int(1)), row.int(2))).collect())
    };
    Ok((read(TALLIED)?, read(COUNTED)?))
}

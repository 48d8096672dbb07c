//! How many of those who are in territories stand at each stage: the tally for whoever sees people by territories.
//!
//! **Promise:** it is changed in the transaction that moves somebody, gives them another owner, or has them enter or leave
//! a territory, and adds up to what is counted one by one; `sluice verify` holds it against that.
//!
//! Who is in several territories is counted once, under all of them: so the sum is right for whoever holds some of those,
//! and looks after some of the people, too.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use funnel::Stage;
use platform::args;
use platform::db::{Arg, Made, Sql, Tx, sql};
use platform::failure::Failure;
use team::sight::Limits;

use crate::owned::Whereabouts;
use crate::stand::{self, Place};
use crate::{LensId, PersonId, owned, sight};

const ADD: Sql = sql(
    "insert into territory_tally (lens_id, territories, owner_id, stage, n) values ($1, $2, $3, $4, $5)
     on conflict (lens_id, territories, owner_id, stage) do update set n = territory_tally.n + excluded.n",
);
const FORGET: Sql = sql("delete from territory_tally where lens_id = $1");
const TAKE_WITH: Sql = sql("delete from territory_tally where territories like $1
     returning lens_id, territories, owner_id, stage, n");
const TALLIED: Sql = sql("select territories, owner_id, stage, n from territory_tally
     where lens_id = $1 and n <> 0");
const COUNTED: Sql = sql("select t.person_id, t.territory_id, coalesce(p.owner_id, 0), s.stage
     from territory_person t join person p on p.id = t.person_id
     join standing s on s.lens_id = $1 and s.person_id = t.person_id
     order by t.person_id, t.territory_id");

pub(crate) const ALL: &[Sql] = &[ADD, FORGET, TAKE_WITH, TALLIED, COUNTED];

/// Whom nobody looks after.
const NOBODY: i64 = 0;

/// Lens, territories, owner and stage, and by how many more stand there.
type Differences = BTreeMap<(LensId, String, i64, i64), i64>;

/// How many stand where: by territories, owner and stage.
pub type Counted = BTreeMap<(String, i64, i64), i64>;

/// Territories as they stand in a row, in rising order.
fn written(territories: &BTreeSet<i64>) -> String {
    territories.iter().fold(",".to_owned(), |text, one| format!("{text}{one},"))
}

/// The territories of those of these people who are in any.
fn of(tx: &mut Tx, people: &[PersonId]) -> Result<HashMap<PersonId, String>, Failure> {
    let mut found: HashMap<PersonId, BTreeSet<i64>> = HashMap::new();
    for (territory, person) in sight::territories_of(tx, people)? {
        found.entry(person).or_default().insert(territory);
    }
    Ok(found.into_iter().map(|(person, those)| (person, written(&those))).collect())
}

fn write(tx: &mut Tx, differences: Differences) -> Result<(), Failure> {
    let rows = differences.into_iter().filter(|(_, n)| *n != 0);
    let row = |((lens, within, owner, stage), n)| args![lens, within, owner, stage, n].to_vec();
    tx.bulk(ADD, rows.map(row).collect()).map(drop)
}

/// These people stand there now, under their owners and in the territories in which they are now.
pub(crate) fn stood(
    tx: &mut Tx,
    lens: LensId,
    places: &[&Place],
    whereabouts: &HashMap<PersonId, Whereabouts>,
) -> Result<(), Failure> {
    let is_moved = |place: &&&Place| place.was() != Some(place.standing.stage);
    let moved: Vec<PersonId> = places.iter().filter(is_moved).map(|place| place.person).collect();
    let within = of(tx, &moved)?;
    let mut differences = Differences::new();
    for place in places.iter().filter(is_moved) {
        let Some(within) = within.get(&place.person) else { continue };
        let owner = whereabouts.get(&place.person).and_then(|at| at.owner).unwrap_or(NOBODY);
        let mut add = |stage: Stage, n| {
            *differences.entry((lens, within.clone(), owner, stage.code())).or_default() += n;
        };
        if let Some(before) = place.was() {
            add(before, -1);
        }
        add(place.standing.stage, 1);
    }
    write(tx, differences)
}

/// These people are given other owners: whose they were, and whose they are. They stand where they stood.
pub(crate) fn assigned(
    tx: &mut Tx,
    lenses: &[LensId],
    changed: &HashMap<PersonId, (Option<i64>, Option<i64>)>,
) -> Result<(), Failure> {
    let within = of(tx, &changed.keys().copied().collect::<Vec<_>>())?;
    if within.is_empty() {
        return Ok(());
    }
    let ids: Vec<PersonId> = within.keys().copied().collect();
    let mut differences = Differences::new();
    for lens in lenses {
        for (person, stage) in stand::stages(tx, *lens, &ids)? {
            let (Some(within), Some((from, to))) = (within.get(&person), changed.get(&person))
            else {
                continue;
            };
            for (owner, n) in [(from, -1), (to, 1)] {
                let owner = owner.unwrap_or(NOBODY);
                *differences.entry((*lens, within.clone(), owner, stage.code())).or_default() += n;
            }
        }
    }
    write(tx, differences)
}

/// Puts people into territories and takes them out, as [`sight::enter_and_leave`]: they stand where they stood.
pub(crate) fn moved(
    tx: &mut Tx,
    people: &BTreeSet<PersonId>,
    change: impl FnOnce(&mut Tx) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let people: Vec<PersonId> = people.iter().copied().collect();
    let before = of(tx, &people)?;
    change(tx)?;
    let after = of(tx, &people)?;
    let whereabouts = owned::whereabouts(tx, &people)?;
    let mut differences = Differences::new();
    for lens in owned::lenses(tx)? {
        for (person, stage) in stand::stages(tx, lens, &people)? {
            let owner = whereabouts.get(&person).and_then(|at| at.owner).unwrap_or(NOBODY);
            for (within, n) in [(before.get(&person), -1), (after.get(&person), 1)] {
                let Some(within) = within else { continue };
                *differences.entry((lens, within.clone(), owner, stage.code())).or_default() += n;
            }
        }
    }
    write(tx, differences)
}

/// Nobody is in a territory any more: whoever was is counted under the others in which they are.
pub(crate) fn cleared(tx: &mut Tx, territory: i64) -> Result<(), Failure> {
    let gone = format!(",{territory},");
    let mut differences = Differences::new();
    tx.each(TAKE_WITH, args![format!("%{gone}%")], |row| {
        let left = row.text(1).replacen(&gone, ",", 1);
        if left != "," {
            *differences.entry((row.int(0), left, row.int(2), row.int(3))).or_default() +=
                row.int(4);
        }
        Ok(())
    })?;
    write(tx, differences)
}

/// Somebody stands nowhere any more: their standings were at these stages. Their row is still there.
pub(crate) fn gone(
    tx: &mut Tx,
    person: PersonId,
    owner: Option<i64>,
    stood: impl Iterator<Item = (LensId, i64)>,
) -> Result<(), Failure> {
    let Some(within) = of(tx, &[person])?.remove(&person) else { return Ok(()) };
    let owner = owner.unwrap_or(NOBODY);
    write(tx, stood.map(|(lens, stage)| ((lens, within.clone(), owner, stage), -1)).collect())
}

/// Nobody stands under a lens any more.
pub(crate) fn forget(tx: &mut Tx, lens: LensId) -> Result<(), Failure> {
    tx.execute(FORGET, args![lens]).map(drop)
}

/// Adds how many stand at each stage whom somebody sees by territories alone: none of the owners looks after them.
pub(crate) fn tally(
    tx: &mut Tx,
    lens: LensId,
    limits: &Limits,
    found: &mut HashMap<i64, i64>,
) -> Result<(), Failure> {
    let mut made = Made::default();
    made.text("select stage, cast(sum(n) as bigint) from territory_tally where lens_id = ");
    made.arg(lens);
    for (at, one) in limits.territories.iter().enumerate() {
        made.text(if at == 0 { " and (" } else { " or " });
        made.text("territories like ").arg(format!("%,{one},%"));
    }
    made.text(")");
    for (at, owner) in limits.owners.iter().enumerate() {
        made.text(if at == 0 { " and owner_id not in (" } else { ", " }).arg(Arg::from(*owner));
    }
    made.text(if limits.owners.is_empty() { "" } else { ")" }).text(" group by stage");
    tx.each_made(&made, |row| {
        *found.entry(row.int(0)).or_default() += row.int(1);
        Ok(())
    })
}

/// How many stand where, as it is kept and as it is counted, for whoever checks.
///
/// # Errors
/// `Broken` when the database fails.
pub fn kept_and_counted(tx: &mut Tx, lens: LensId) -> Result<(Counted, Counted), Failure> {
    let mut kept = Counted::new();
    tx.each(TALLIED, args![lens], |row| {
        kept.insert((row.text(0).to_owned(), row.int(1), row.int(2)), row.int(3));
        Ok(())
    })?;
    let mut counted = Counted::new();
    let mut last: Option<(PersonId, BTreeSet<i64>, i64, i64)> = None;
    let mut count = |one: Option<(PersonId, BTreeSet<i64>, i64, i64)>| {
        if let Some((_, within, owner, stage)) = one {
            *counted.entry((written(&within), owner, stage)).or_default() += 1;
        }
    };
    tx.each(COUNTED, args![lens], |row| {
        let (person, one) = (row.int(0), row.int(1));
        match &mut last {
            Some((there, within, ..)) if *there == person => _ = within.insert(one),
            _ => {
                let next = (person, BTreeSet::from([one]), row.int(2), row.int(3));
                count(last.replace(next));
            }
        }
        Ok(())
    })?;
    count(last);
    Ok((kept, counted))
}

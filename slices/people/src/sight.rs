//! Who may see whom, and what of them: asked by every verb that shows people.
//!
//! **Promise:** whoever sees everybody pays nothing for it. Somebody else's people are missing, never forbidden, so that
//! nobody learns that they exist; and what is hidden of a person is left out before anything is shown.
//!
//! A company is seen by whoever sees one of the people who work there.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use funnel::history::{Entry, What};
use moment::Moment;
use platform::args;
use platform::db::{Arg, Made, Sql, Tx, sql};
use platform::failure::Failure;
use team::sight::Limits;
use team::{Sight, User};

use crate::store::{self, CompanyRow, PersonRow};
use crate::{COMPANY, CompanyId, LensId, PERSON, PersonId, within};

const OWNERS: Sql = sql("select id, owner_id from person where id in ({list})");
const TERRITORIES: Sql =
    sql("select person_id, territory_id from territory_person where person_id in ({list})");
const ENTER: Sql = sql("insert into territory_person (territory_id, person_id) values ($1, $2)
     on conflict do nothing");
const LEAVE: Sql = sql("delete from territory_person where territory_id = $1 and person_id = $2");
const CLEAR: Sql = sql("delete from territory_person where territory_id = $1");
const IN_TERRITORY: Sql = sql("select count(*) from territory_person where territory_id = $1");
const WAKES: Sql =
    sql("select person_id, wakes_at from territory_wake where person_id in ({list})");
const WAKE: Sql = sql("insert into territory_wake (person_id, wakes_at) values ($1, $2)
     on conflict (person_id) do update set wakes_at = excluded.wakes_at");
const REST: Sql = sql("delete from territory_wake where person_id = $1");
const REST_ALL: Sql = sql("delete from territory_wake");
const DUE: Sql = sql("select person_id from territory_wake where wakes_at <= $1
     order by wakes_at, person_id limit $2");
const NEXT_DUE: Sql = sql("select min(wakes_at) from territory_wake");

pub(crate) const ALL: &[Sql] = &[
    OWNERS,
    TERRITORIES,
    ENTER,
    LEAVE,
    CLEAR,
    IN_TERRITORY,
    WAKES,
    WAKE,
    REST,
    REST_ALL,
    DUE,
    NEXT_DUE,
];

/// Companies of which one statement asks whether they are seen.
const COMPANIES_AT_ONCE: usize = 1_000;

/// What stands in the place of a name that is kept from whoever looks.
pub const NAME_HIDDEN: &str = "Name hidden";

/// Lets pass whoever sees the person; that there is none, or none for them, is the same.
///
/// # Errors
/// `Missing`.
pub fn must_see(tx: &mut Tx, who: &User, person: PersonId) -> Result<(), Failure> {
    if seen(tx, who, &[person])?.is_empty() {
        return Err(Failure::missing("person", tx.public_ids().encode(PERSON, person)));
    }
    Ok(())
}

/// Those of these people whom the user sees, in their order. For whoever sees everybody nothing is asked, not even
/// whether they exist.
///
/// # Errors
/// `Broken` when the database fails.
pub fn seen(tx: &mut Tx, who: &User, people: &[PersonId]) -> Result<Vec<PersonId>, Failure> {
    let limits = match &who.sight {
        Sight::Everybody => return Ok(people.to_vec()),
        Sight::Limited(limits) => limits,
    };
    let mut found: HashSet<PersonId> = HashSet::new();
    let list = store::list(people);
    tx.each_in(OWNERS, &[], &list, |row| {
        if row.int_opt(1).is_some_and(|owner| limits.owners.binary_search(&owner).is_ok()) {
            found.insert(row.int(0));
        }
        Ok(())
    })?;
    if !limits.territories.is_empty() {
        let others: Vec<Arg> = people
            .iter()
            .filter(|person| !found.contains(person))
            .map(|id| Arg::from(*id))
            .collect();
        tx.each_in(TERRITORIES, &[], &others, |row| {
            if limits.territories.binary_search(&row.int(1)).is_ok() {
                found.insert(row.int(0));
            }
            Ok(())
        })?;
    }
    Ok(people.iter().copied().filter(|person| found.contains(person)).collect())
}

/// Everybody within the limits, in rising order: for reports that are made of somebody's few.
///
/// # Errors
/// `Broken` when the database fails.
pub fn everyone(tx: &mut Tx, limits: &Limits) -> Result<Vec<PersonId>, Failure> {
    let mut made = Made::default();
    made.text("select id from (");
    gather(&mut made, limits);
    made.text(") mine order by id");
    let mut found = Vec::new();
    tx.each_made(&made, |row| {
        found.push(row.int(0));
        Ok(())
    })?;
    Ok(found)
}

/// Lets pass whoever sees the company.
///
/// # Errors
/// `Missing`.
pub fn must_see_company(tx: &mut Tx, who: &User, company: CompanyId) -> Result<(), Failure> {
    if who.sight == Sight::Everybody {
        return Ok(());
    }
    let mut made = Made::default();
    made.text("select c.id from company c where c.id = ").arg(company);
    narrow_companies(&mut made, who, "c.id");
    let mut is_seen = false;
    tx.each_made(&made, |_| {
        is_seen = true;
        Ok(())
    })?;
    if is_seen {
        return Ok(());
    }
    Err(Failure::missing("company", tx.public_ids().encode(COMPANY, company)))
}

/// Whether the user sees a person or a company that is there.
///
/// # Errors
/// `Broken` when the database fails.
pub fn sees(tx: &mut Tx, who: &User, subject: i64) -> Result<bool, Failure> {
    Ok(!seen_subjects(tx, who, &[subject])?.is_empty())
}

/// Those of these people and companies whom the user sees, each once, in rising order; who is not there any more is seen
/// by nobody.
///
/// # Errors
/// `Broken` when the database fails.
pub fn seen_subjects(tx: &mut Tx, who: &User, subjects: &[i64]) -> Result<Vec<i64>, Failure> {
    Ok(told_names(tx, who, subjects)?.into_keys().collect())
}

/// How these people and companies are called, as far as the user is told; whom they do not see is left out.
///
/// # Errors
/// `Broken` when the database fails.
pub fn told_names(
    tx: &mut Tx,
    who: &User,
    subjects: &[i64],
) -> Result<BTreeMap<i64, String>, Failure> {
    let all: BTreeSet<i64> = subjects.iter().copied().collect();
    let (companies, people): (Vec<i64>, Vec<i64>) =
        all.into_iter().partition(|id| journal::is_company(*id));
    let mut told = BTreeMap::new();
    let people = seen(tx, who, &people)?;
    for (id, mut row) in store::people(tx, &people)? {
        veil(who, &mut row);
        told.insert(id, row.name);
    }
    for (id, mut row) in store::companies(tx, &companies)? {
        match must_see_company(tx, who, id) {
            Ok(()) => {}
            Err(Failure::Missing { .. }) => continue,
            Err(other) => return Err(other),
        }
        veil_company(who, &mut row);
        told.insert(id, row.name);
    }
    Ok(told)
}

/// What is made of everybody and everything, and can't be made of less, is for those alone from whom nothing is kept.
///
/// # Errors
/// `Refused` with `sees_some`.
pub fn must_see_all(who: &User) -> Result<(), Failure> {
    if who.sight == Sight::Everybody && who.is_told_all() {
        return Ok(());
    }
    let words = "This is made of everybody and all that is known of them, and you see a part: ask somebody who sees it all.";
    Err(Failure::refused("sees_some", words))
}

/// Adds to the conditions of a statement that the user sees the person whose number is `id`, a column of it; nothing
/// if they see everybody. Each row is asked by itself, for statements that walk an index in order and stop early.
pub fn narrow(made: &mut Made, who: &User, id: &'static str) {
    let Sight::Limited(limits) = &who.sight else { return };
    made.text(" and (exists (select 1 from person sight_p where sight_p.id = ").text(id);
    made.text(" and sight_p.owner_id in (");
    listed(made, &limits.owners);
    made.text("))");
    if !limits.territories.is_empty() {
        made.text(" or exists (select 1 from territory_person sight_t where sight_t.person_id = ");
        made.text(id).text(" and sight_t.territory_id in (");
        listed(made, &limits.territories);
        made.text("))");
    }
    made.text(")");
}

/// The same of a company's number.
pub fn narrow_companies(made: &mut Made, who: &User, id: &'static str) {
    let Sight::Limited(limits) = &who.sight else { return };
    made.text(" and exists (select 1 from person sight_p where sight_p.company_id = ").text(id);
    made.text(" and (sight_p.owner_id in (");
    listed(made, &limits.owners);
    made.text(")");
    if !limits.territories.is_empty() {
        made.text(" or exists (select 1 from territory_person sight_t where sight_t.person_id = sight_p.id");
        made.text(" and sight_t.territory_id in (");
        listed(made, &limits.territories);
        made.text("))");
    }
    made.text("))");
}

/// Adds a statement that gives the number, `id`, of everybody within the limits, each once: for statements that gather
/// somebody's few people and sort them.
pub fn gather(made: &mut Made, limits: &Limits) {
    made.text("select id from person where owner_id in (");
    listed(made, &limits.owners);
    made.text(")");
    if !limits.territories.is_empty() {
        made.text(" union select person_id from territory_person where territory_id in (");
        listed(made, &limits.territories);
        made.text(")");
    }
}

/// The same of those who work at a company, or at one of these, with `company_id`, and are within the limits by a territory
/// alone: nobody of the owners looks after them.
pub(crate) fn gather_others_at(made: &mut Made, limits: &Limits, companies: Option<&[CompanyId]>) {
    let Some(companies) = companies else {
        // Who is in several of them is one person.
        made.text(if limits.territories.len() > 1 { "select distinct " } else { "select " });
        made.text("p.id, p.company_id from territory_person t cross join person p where p.id = t.person_id");
        made.text(" and p.company_id is not null and t.territory_id in (");
        listed(made, &limits.territories);
        made.text(")");
        if !limits.owners.is_empty() {
            made.text(" and (p.owner_id is null or p.owner_id not in (");
            listed(made, &limits.owners);
            made.text("))");
        }
        return;
    };
    made.text("select p.id, p.company_id from person p where p.company_id in (");
    listed(made, companies);
    made.text(")");
    if !limits.owners.is_empty() {
        made.text(" and (p.owner_id is null or p.owner_id not in (");
        listed(made, &limits.owners);
        made.text("))");
    }
    made.text(" and exists (select 1 from territory_person t where t.person_id = p.id and t.territory_id in (");
    listed(made, &limits.territories);
    made.text("))");
}

/// Adds a statement that gives the number, `id`, of every company within the limits, each once: by the parts of owners,
/// and by those besides who are within them by a territory alone.
pub(crate) fn gather_companies(made: &mut Made, lens: LensId, limits: &Limits) {
    made.text("select q.company_id as id from company_part q where q.people > 0 and q.lens_id = ");
    made.arg(lens).text(" and q.owner_id in (");
    listed(made, &limits.owners);
    made.text(")");
    if limits.territories.is_empty() && limits.owners.len() > 1 {
        made.text(" group by q.company_id");
    }
    if !limits.territories.is_empty() {
        made.text(" union select o.company_id from (");
        gather_others_at(made, limits, None);
        made.text(") o");
    }
}

/// Those of these companies that the user sees, in their order.
///
/// # Errors
/// `Broken` when the database fails.
pub(crate) fn seen_companies(
    tx: &mut Tx,
    who: &User,
    companies: &[CompanyId],
) -> Result<Vec<CompanyId>, Failure> {
    if who.sight == Sight::Everybody || companies.is_empty() {
        return Ok(companies.to_vec());
    }
    let mut found: HashSet<CompanyId> = HashSet::new();
    for some in companies.chunks(COMPANIES_AT_ONCE) {
        let mut made = Made::default();
        made.text("select c.id from company c where c.id in (");
        listed(&mut made, some);
        made.text(")");
        narrow_companies(&mut made, who, "c.id");
        tx.each_made(&made, |row| {
            found.insert(row.int(0));
            Ok(())
        })?;
    }
    Ok(companies.iter().copied().filter(|company| found.contains(company)).collect())
}

/// Numbers behind each other; of none one that nobody has, for PostgreSQL knows no empty list.
pub(crate) fn listed(made: &mut Made, values: &[i64]) {
    if values.is_empty() {
        made.text("0");
    }
    for (at, value) in values.iter().enumerate() {
        made.text(if at == 0 { "" } else { ", " }).arg(*value);
    }
}

/// Takes out of a person's row what is kept from whoever looks.
pub fn veil(who: &User, person: &mut PersonRow) {
    if who.is_told_all() {
        return;
    }
    // Whoever has no name goes by their address or telephone.
    let is_label = |hidden: &Option<String>| hidden.as_deref() == Some(person.name.as_str());
    let goes_by = [("person.email", &person.email), ("person.phone", &person.phone)];
    let goes_by_hidden = goes_by.iter().any(|(key, it)| who.is_hidden(key) && is_label(it));
    if goes_by_hidden || who.is_hidden("person.name") {
        NAME_HIDDEN.clone_into(&mut person.name);
        person.name_key.clear();
    }
    for (key, field) in [
        ("person.email", &mut person.email),
        ("person.phone", &mut person.phone),
        ("person.title", &mut person.title),
        ("person.country", &mut person.country),
    ] {
        if who.is_hidden(key) {
            *field = None;
        }
    }
    if who.is_hidden(crate::WORKS_AT) {
        person.company = None;
    }
    if who.is_hidden(crate::OWNER) {
        person.owner = None;
    }
}

/// Of people who were found by their names, those whose name the user is told: whoever has none goes by an address, and
/// that may be kept from the user.
///
/// # Errors
/// `Broken` when the database fails.
pub fn keep_told_names(tx: &mut Tx, who: &User, people: &mut Vec<PersonId>) -> Result<(), Failure> {
    if who.is_told_all() {
        return Ok(());
    }
    let rows = store::people(tx, people)?;
    people.retain(|id| {
        rows.get(id).is_some_and(|row| {
            let mut veiled = row.clone();
            veil(who, &mut veiled);
            veiled.name == row.name
        })
    });
    Ok(())
}

/// Takes out of a company's row what is kept from whoever looks.
pub fn veil_company(who: &User, company: &mut CompanyRow) {
    if who.is_told_all() {
        return;
    }
    let goes_by_domain = company.domain.as_deref() == Some(company.name.as_str());
    if who.is_hidden("company.name") || (goes_by_domain && who.is_hidden("company.domain")) {
        NAME_HIDDEN.clone_into(&mut company.name);
        company.name_key.clear();
    }
    for (key, field) in [
        ("company.domain", &mut company.domain),
        ("company.industry", &mut company.industry),
        ("company.country", &mut company.country),
    ] {
        if who.is_hidden(key) {
            *field = None;
        }
    }
    if who.is_hidden("company.employees") {
        company.employees = None;
    }
}

/// Takes out of a history the facts that are kept from whoever looks; what was observed of nothing else goes with them.
pub fn veil_history(who: &User, history: &mut Vec<Entry>) {
    if who.is_told_all() {
        return;
    }
    history.retain_mut(|entry| match &mut entry.what {
        What::Activity(_) => true,
        What::Facts(observation) => {
            observation.facts.retain(|fact| !who.is_hidden(&fact.key));
            !observation.facts.is_empty()
        }
    });
}

/// The fact of which a key of a person is a copy: whoever is not told the fact does not find anybody by it.
pub fn fact_of_key(kind: &str) -> String {
    match kind {
        "email" | "phone" => format!("person.{kind}"),
        other => format!("{}{other}", crate::project::OUTSIDE_ID),
    }
}

/// Puts people into territories and takes them out: told by whoever judges the conditions.
///
/// # Errors
/// `Broken` when the database fails.
pub fn enter_and_leave(
    tx: &mut Tx,
    enter: Vec<(i64, PersonId)>,
    leave: Vec<(i64, PersonId)>,
) -> Result<(), Failure> {
    let rows = |pairs: Vec<(i64, PersonId)>| {
        pairs.into_iter().map(|(territory, person)| args![territory, person]).collect()
    };
    let people: BTreeSet<PersonId> =
        enter.iter().chain(&leave).map(|(_, person)| *person).collect();
    if people.is_empty() {
        return Ok(());
    }
    within::moved(tx, &people, |tx| {
        tx.bulk(LEAVE, rows(leave))?;
        tx.bulk(ENTER, rows(enter)).map(drop)
    })
}

/// The territories of each of these people, as pairs.
///
/// # Errors
/// `Broken` when the database fails.
pub fn territories_of(
    tx: &mut Tx,
    people: &[PersonId],
) -> Result<HashSet<(i64, PersonId)>, Failure> {
    let mut found = HashSet::new();
    tx.each_in(TERRITORIES, &[], &store::list(people), |row| {
        found.insert((row.int(1), row.int(0)));
        Ok(())
    })?;
    Ok(found)
}

/// Remembers when each of these people could come into a territory, or out of one, by time alone; who is not in
/// `wakes` could not.
///
/// # Errors
/// `Broken` when the database fails.
pub fn wake_at(
    tx: &mut Tx,
    people: &[PersonId],
    wakes: &BTreeMap<PersonId, Moment>,
) -> Result<(), Failure> {
    let mut kept: BTreeMap<PersonId, Moment> = BTreeMap::new();
    tx.each_in(WAKES, &[], &store::list(people), |row| {
        kept.insert(row.int(0), row.moment(1));
        Ok(())
    })?;
    let rest = kept.keys().filter(|person| !wakes.contains_key(person));
    let rest = rest.map(|person| args![*person].to_vec()).collect();
    let wake = wakes.iter().filter(|(person, at)| kept.get(person) != Some(at));
    let wake = wake.map(|(person, at)| args![*person, *at].to_vec()).collect();
    tx.bulk(REST, rest)?;
    tx.bulk(WAKE, wake).map(drop)
}

/// Nobody comes into a territory by time alone, nor out of one: there is none.
///
/// # Errors
/// `Broken` when the database fails.
pub fn wake_nobody(tx: &mut Tx) -> Result<(), Failure> {
    tx.execute(REST_ALL, args![]).map(drop)
}

/// People who could have come into a territory by now, or out of one, by time alone.
///
/// # Errors
/// `Broken` when the database fails.
pub fn due(tx: &mut Tx, now: Moment, limit: i64) -> Result<Vec<PersonId>, Failure> {
    Ok(tx.rows(DUE, args![now, limit])?.iter().map(|row| row.int(0)).collect())
}

/// When the next could.
///
/// # Errors
/// `Broken` when the database fails.
pub fn next_due(tx: &mut Tx) -> Result<Option<Moment>, Failure> {
    Ok(tx.row(NEXT_DUE, args![])?.and_then(|row| row.moment_opt(0)))
}

/// Forgets who was in a territory.
///
/// # Errors
/// `Broken` when the database fails.
pub fn clear_territory(tx: &mut Tx, territory: i64) -> Result<(), Failure> {
    tx.execute(CLEAR, args![territory])?;
    within::cleared(tx, territory)
}

/// How many people are in a territory.
///
/// # Errors
/// `Broken` when the database fails.
pub fn count_in_territory(tx: &mut Tx, territory: i64) -> Result<u64, Failure> {
    Ok(tx.row(IN_TERRITORY, args![territory])?.map_or(0, |row| row.int(0).unsigned_abs()))
}

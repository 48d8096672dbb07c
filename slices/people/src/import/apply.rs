//! What planned rows do to the workspace: in one transaction, each row whole or not at all.

use std::collections::{BTreeSet, HashMap};

use funnel::history::{Entry, Fact, Observation, Value, What};
use journal::{Batch, NewEntry, Repeats};
use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
use team::{FieldRight, Sight, User};

use super::plan::PlannedRow;
use super::store::{Counts, Rejection};
use crate::create::{self, Companies, Key};
use crate::erase::tombstone;
use crate::fields::Absent;
use crate::project::{OWNER, WORKS_AT};
use crate::upsert::Told;
use crate::{COMPANY, CompanyId, PersonId, sight, taken};

/// A record of the file, read and planned.
pub(crate) struct Record {
    pub(crate) row: u64,
    pub(crate) line: u64,
    /// Whom it is about, if that is known before its keys are looked at.
    pub(crate) person: Option<PersonId>,
    pub(crate) planned: Result<PlannedRow, String>,
    pub(crate) raw: String,
}

/// What a batch came to.
#[derive(Default)]
pub(crate) struct Applied {
    pub(crate) counts: Counts,
    pub(crate) rejections: Vec<Rejection>,
    /// Whom the rows were about, for a dry run that asks where they would stand.
    pub(crate) people: BTreeSet<PersonId>,
    /// What came of each row that was taken.
    pub(crate) taken: Vec<(u64, Told)>,
    /// Keys of people who were erased and are back, on purpose.
    pub(crate) brought_back: usize,
    /// Rows about people whom the user does not see.
    pub(crate) met: usize,
    /// What stands against the rows that could be read and were refused all the same.
    pub(crate) why: HashMap<u64, Why>,
}

/// What stands against a row that could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// Its keys name two people.
    Two,
    /// One of its keys is somebody's whom the user does not see.
    Unseen,
    /// Somebody with this kind of key was erased.
    Erased(String),
    /// A fact that the user may not write, or that names somebody who is not there.
    Fact(String),
}

/// Applies records in their order, for a user: people whom the user does not see are not touched, nor facts that the user
/// may not write. Whoever does not see everybody owns whom they make, or would lose sight of them; of a company that they
/// do not see they may say that somebody works there, and nothing else.
pub(crate) fn apply(
    tx: &mut Tx,
    who: &User,
    records: &[Record],
    source: &str,
    now: Moment,
) -> Result<Applied, Failure> {
    let actor = who.actor();
    let mut applied = Applied::default();
    let mut rows = Vec::with_capacity(records.len());
    let planned = records.iter().filter_map(|record| record.planned.as_ref().ok());
    let absent = Absent::of(tx, who, planned.flat_map(facts_of))?;
    let companies =
        records.iter().filter_map(|record| record.planned.as_ref().ok()?.company.as_ref());
    let mut companies = Companies::of(tx, companies.flat_map(|company| &company.keys))?;
    let mut unseen = Unseen::default();
    for record in records {
        applied.counts.rows += 1;
        match &record.planned {
            Ok(planned) => {
                let refused = match refused(who, planned, &absent) {
                    None => unseen.refuses(tx, who, planned, &mut companies)?,
                    some => some,
                };
                let Some((key, words)) = refused else {
                    rows.push((record, planned));
                    continue;
                };
                applied.why.insert(record.row, Why::Fact(key));
                applied.reject(record, words);
            }
            Err(reason) => applied.reject(record, reason.clone()),
        }
    }
    let people = Resolved::people(tx, who, &rows, &mut applied)?;
    taken::met(tx, who, applied.met, now)?;
    let companies = Resolved::companies(tx, &rows, companies, &unseen)?;
    let ids = tx.public_ids();
    let owner = (who.sight != Sight::Everybody)
        .then(|| Fact::certain(OWNER, Value::from(ids.encode(team::USER, who.id.0))));

    let mut entries = Vec::with_capacity(rows.len() * 3);
    let mut owners = Vec::with_capacity(rows.len() * 3);
    for (place, (record, planned)) in rows.iter().enumerate() {
        let Some(Some(person)) = people.of_row.get(place).copied() else { continue };
        applied.people.insert(person);
        let mut add = |subject, entry: Entry, is_dated, source: Option<Box<str>>| {
            entries.push(NewEntry { subject, entry, is_dated, source, actor });
            owners.push(place);
        };
        let (row, at) = (record.row.to_string(), planned.known_at.0.to_string());
        let observed = |facts: Vec<Fact>, whose: &str| Entry {
            id: journal::natural_id(&[whose, source, &row, &at]),
            occurred_at: planned.known_at,
            recorded_at: planned.known_recorded_at.max(planned.known_at),
            what: What::Facts(Observation { source: source.into(), facts }),
        };
        let is_dated = planned.is_dated;
        let mut facts = planned.facts.clone();
        if let Some(company) = companies.of_row.get(place).copied().flatten() {
            facts.push(Fact::certain(WORKS_AT, Value::from(ids.encode(COMPANY, company))));
            let known =
                planned.company.as_ref().map(|planned| planned.facts.clone()).unwrap_or_default();
            if !known.is_empty() && !unseen.is_unseen(company) {
                add(company, observed(known, "company"), is_dated, None);
            }
        }
        if let (Some(owner), true) = (&owner, people.new.contains(&person)) {
            facts.push(owner.clone());
        }
        if !facts.is_empty() {
            add(person, observed(facts, "person"), is_dated, None);
        }
        for activity in &planned.activities {
            let entry = Entry {
                id: journal::natural_id(&[&activity.natural_key]),
                occurred_at: activity.occurred_at,
                recorded_at: activity.recorded_at,
                what: What::Activity(activity.activity.clone()),
            };
            add(person, entry, true, activity.source.clone());
        }
    }
    let new_subjects = people.new.iter().chain(&companies.new).copied().collect();
    let recorded =
        journal::record(tx, Batch { now, entries, new_subjects, repeats: Repeats::Drop })?;

    let mut news = vec![false; rows.len()];
    for (inserted, place) in recorded.inserted.iter().zip(&owners) {
        if let Some(news) = news.get_mut(*place) {
            *news |= *inserted;
        }
    }
    for (place, (news, (record, _))) in news.iter().zip(&rows).enumerate() {
        let Some(person) = people.of_row.get(place).copied().flatten() else { continue };
        let told = if people.created_by.contains(&place) {
            applied.counts.created += 1;
            Told::Created(person)
        } else if *news || people.keys_added.contains(&place) {
            applied.counts.updated += 1;
            Told::Updated(person)
        } else {
            applied.counts.unchanged += 1;
            Told::Unchanged(person)
        };
        applied.taken.push((record.row, told));
    }
    Ok(applied)
}

/// What is told of a person and of where they work.
fn facts_of(planned: &PlannedRow) -> impl Iterator<Item = &Fact> {
    planned.facts.iter().chain(planned.company.iter().flat_map(|company| &company.facts))
}

/// A fact of the row that the user may not write, or that names somebody who is not there; and why it is not taken.
fn refused(who: &User, planned: &PlannedRow, absent: &Absent) -> Option<(String, String)> {
    if !who.role.fields().rules().is_empty()
        && let Some(fact) = facts_of(planned).find(|it| who.field(&it.key) != FieldRight::Write)
    {
        return Some((fact.key.to_string(), format!("{} is not yours to write", fact.key)));
    }
    let (fact, words) = absent.among(facts_of(planned))?;
    Some((fact.key.to_string(), words))
}

/// The companies of a batch that its user does not see, as they were before it.
#[derive(Default)]
struct Unseen(HashMap<CompanyId, bool>);

impl Unseen {
    /// A fact of the row that is said of a company that the user does not see, beside what names it; and why it is not taken.
    fn refuses(
        &mut self,
        tx: &mut Tx,
        who: &User,
        planned: &PlannedRow,
        companies: &mut Companies,
    ) -> Result<Option<(String, String)>, Failure> {
        let Some(company) = planned.company.as_ref().filter(|_| who.sight != Sight::Everybody)
        else {
            return Ok(None);
        };
        let Some(id) = companies.meant(tx, &company.keys, None)?.into_iter().next() else {
            return Ok(None);
        };
        if let std::collections::hash_map::Entry::Vacant(place) = self.0.entry(id) {
            place.insert(sight::must_see_company(tx, who, id).is_err());
        }
        let names = ["company.domain", "company.name"];
        let fact = company.facts.iter().find(|fact| !names.contains(&&*fact.key));
        Ok(fact.filter(|_| self.is_unseen(id)).map(|fact| {
            let words = "this company is there, and you see nobody who works there: name it by its domain or its name, \
                         and say nothing else of it";
            (fact.key.to_string(), words.to_owned())
        }))
    }

    fn is_unseen(&self, company: CompanyId) -> bool {
        self.0.get(&company).copied().unwrap_or(false)
    }
}

impl Applied {
    /// Refuses somebody who was erased; what stood in the row is not kept.
    fn reject_erased(&mut self, record: &Record, at: Moment) {
        let day = at.to_string();
        let day = day.get(..10).unwrap_or_default();
        let reason = format!(
            "somebody with this key was erased on {day}; they come back only on purpose: `sluice import --bring-back`, \
             or \"bring_back\": true in a call"
        );
        self.counts.rejected += 1;
        let raw = String::new();
        self.rejections.push(Rejection { row: record.row, line: record.line, reason, raw });
    }

    fn reject(&mut self, record: &Record, reason: String) {
        self.counts.rejected += 1;
        let raw = record.raw.clone();
        self.rejections.push(Rejection { row: record.row, line: record.line, reason, raw });
    }
}

/// Those of the people with these keys whom the user does not see.
fn unseen(
    tx: &mut Tx,
    who: &User,
    known: &HashMap<Key, PersonId>,
) -> Result<BTreeSet<PersonId>, Failure> {
    if who.sight == Sight::Everybody {
        return Ok(BTreeSet::new());
    }
    let mut others: BTreeSet<PersonId> = known.values().copied().collect();
    let people: Vec<PersonId> = others.iter().copied().collect();
    for person in sight::seen(tx, who, &people)? {
        others.remove(&person);
    }
    Ok(others)
}

/// Whom each row is about.
struct Resolved {
    of_row: Vec<Option<i64>>,
    new: BTreeSet<i64>,
    created_by: BTreeSet<usize>,
    keys_added: BTreeSet<usize>,
}

impl Resolved {
    /// Finds people by any of their keys, and makes those whom nobody knows. A row whose keys name
    /// two people is refused.
    fn people(
        tx: &mut Tx,
        who: &User,
        rows: &[(&Record, &PlannedRow)],
        applied: &mut Applied,
    ) -> Result<Resolved, Failure> {
        let mut known =
            create::known(tx, false, rows.iter().flat_map(|(_, planned)| &planned.keys))?;
        let strange = rows.iter().flat_map(|(_, planned)| &planned.keys);
        let erased = tombstone::erased(tx, strange.filter(|key| !known.contains_key(*key)))?;
        let mut back: Vec<&Key> = Vec::new();
        let mut ids = journal::new_people(tx, rows.len())?;
        let unseen = unseen(tx, who, &known)?;
        let public = tx.public_ids();
        let mut found = Resolved::empty(rows.len());
        let mut claims: Vec<(Key, PersonId)> = Vec::new();
        for (place, (record, planned)) in rows.iter().enumerate() {
            let mut meant: Vec<PersonId> =
                planned.keys.iter().filter_map(|key| known.get(key).copied()).collect();
            meant.extend(record.person);
            meant.sort_unstable();
            meant.dedup();
            let gone = planned.keys.iter().filter_map(|key| Some((key, *erased.get(key)?)));
            let gone: Vec<(&Key, Moment)> = gone.collect();
            if let Some(((kind, _), at)) = gone.first().filter(|_| !planned.brings_back) {
                applied.why.insert(record.row, Why::Erased(kind.clone()));
                applied.reject_erased(record, *at);
                found.of_row.push(None);
                continue;
            }
            back.extend(gone.into_iter().map(|(key, _)| key));
            let person = match meant.as_slice() {
                [] => {
                    let Some(id) = ids.next() else { continue };
                    found.new.insert(id);
                    found.created_by.insert(place);
                    id
                }
                // Also where they name two: who the other is, is not told either.
                some if some.iter().any(|one| unseen.contains(one)) => {
                    applied.why.insert(record.row, Why::Unseen);
                    applied.reject(record, "its keys are those of somebody else's".to_owned());
                    applied.met += 1;
                    found.of_row.push(None);
                    continue;
                }
                [one] => *one,
                [one, other, ..] => {
                    let (one, other) =
                        (public.encode(crate::PERSON, *one), public.encode(crate::PERSON, *other));
                    applied.why.insert(record.row, Why::Two);
                    applied.reject(record, format!("its keys name two people, {one} and {other}"));
                    found.of_row.push(None);
                    continue;
                }
            };
            for key in &planned.keys {
                if !known.contains_key(key) {
                    known.insert(key.clone(), person);
                    claims.push((key.clone(), person));
                    found.keys_added.insert(place);
                }
            }
            found.of_row.push(Some(person));
        }
        create::claim(tx, false, &claims)?;
        tombstone::lift(tx, &back)?;
        applied.brought_back += back.len();
        Ok(found)
    }

    /// The same for the companies of rows that name one; the first key that is known decides.
    fn companies(
        tx: &mut Tx,
        rows: &[(&Record, &PlannedRow)],
        mut companies: Companies,
        unseen: &Unseen,
    ) -> Result<Resolved, Failure> {
        let mut found = Resolved::empty(rows.len());
        let named = || rows.iter().filter_map(|(_, planned)| planned.company.as_ref());
        let count = named().count();
        if count == 0 {
            found.of_row = vec![None; rows.len()];
            return Ok(found);
        }
        let mut ids = journal::new_companies(tx, count)?;
        for (_, planned) in rows {
            let Some(company) = &planned.company else {
                found.of_row.push(None);
                continue;
            };
            let meant = companies.meant(tx, &company.keys, None)?.into_iter().next();
            let Some(id) = meant.or_else(|| ids.next().inspect(|id| _ = found.new.insert(*id)))
            else {
                found.of_row.push(None);
                continue;
            };
            if !unseen.is_unseen(id) {
                companies.give(&company.keys, id);
            }
            found.of_row.push(Some(id));
        }
        companies.save(tx)?;
        Ok(found)
    }

    fn empty(rows: usize) -> Resolved {
        Resolved {
            of_row: Vec::with_capacity(rows),
            new: BTreeSet::new(),
            created_by: BTreeSet::new(),
            keys_added: BTreeSet::new(),
        }
    }
}

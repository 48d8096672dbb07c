//! Companies as a program tells of them, found by any of their keys.

use std::collections::BTreeSet;

use funnel::history::{Entry, Fact, Observation, What};
use journal::{Batch, NewEntry, Repeats};
use moment::Moment;
use platform::db::Tx;
use platform::failure::{Failure, Field};
use serde::Deserialize;
use serde_json::Value as Json;
use team::{FieldRight, Right, Sight, User};

use super::read::{HOLDS_NUL, Wrong, company_of, with_nul};
use super::{KEY_TAKEN, NewCompany, PEOPLE_MAX, SOURCE, Told, named, noted};
use crate::create::Companies;
use crate::fields::{Absent, Fields};
use crate::import::plan::PlannedCompany;
use crate::{COMPANY, CompanyId, Of, sight};

/// Takes what is told of companies, at most [`PEOPLE_MAX`] of them, in this order; gives what came of each. What is wrong
/// with one hinders no other.
///
/// # Errors
/// `Forbidden` without the right to edit people, or, of more than one, to import them; `Invalid` for too many;
/// `Broken` when the database fails.
pub fn upsert_companies(
    tx: &mut Tx,
    who: &User,
    companies: &[Json],
    now: Moment,
) -> Result<Vec<Told>, Failure> {
    who.may(Right::EditPeople)?;
    if companies.len() > 1 {
        who.may(Right::ImportPeople)?;
    }
    if companies.len() > PEOPLE_MAX {
        let words = format!("{} at once; at most {PEOPLE_MAX} are taken", companies.len());
        return Err(Failure::invalid("/companies", words));
    }
    let fields = Fields::load(tx)?;
    let planned = companies.iter().map(|company| (None, read(company, false, &fields))).collect();
    let told = take(tx, who, planned, SOURCE, now)?;
    Ok(told.into_iter().zip(companies).map(|(told, company)| told.at(company)).collect())
}

/// Takes what is told of a company that is known; a domain or a name in it is a key of its own from then on.
///
/// # Errors
/// `Forbidden` without the right to edit people; `Missing` for a company that the user does not see.
pub fn update_company(
    tx: &mut Tx,
    who: &User,
    company: CompanyId,
    news: &Json,
    now: Moment,
) -> Result<Told, Failure> {
    who.may(Right::EditPeople)?;
    sight::must_see_company(tx, who, company)?;
    let fields = Fields::load(tx)?;
    let planned = vec![(Some(company), read(news, true, &fields))];
    let told = take(tx, who, planned, SOURCE, now)?.pop().map(|told| told.at(news));
    told.ok_or_else(|| Failure::broken("nothing came of a company"))
}

/// What a company comes to, or everything that is wrong.
pub(crate) fn read(
    json: &Json,
    is_known: bool,
    fields: &Fields,
) -> Result<PlannedCompany, Vec<Field>> {
    let mut wrong = Wrong(Vec::new(), fields);
    if let Some(way) = with_nul(json) {
        wrong.at(&way, HOLDS_NUL);
        return Err(wrong.0);
    }
    let company = match NewCompany::deserialize(json) {
        Ok(company) => company,
        Err(error) => {
            wrong.at("", error.to_string());
            return Err(wrong.0);
        }
    };
    let planned = match (is_known, &company.domain, &company.name) {
        (true, None, None) => {
            let facts = wrong.facts("/facts", &company.facts, &["company."]);
            Some(PlannedCompany { keys: Vec::new(), facts })
        }
        _ => company_of(&company, "", &mut wrong),
    };
    planned.filter(|_| wrong.0.is_empty()).ok_or(wrong.0)
}

type Planned = (Option<CompanyId>, Result<PlannedCompany, Vec<Field>>);

/// Takes what was read of companies, as what `source` says.
pub(crate) fn take(
    tx: &mut Tx,
    who: &User,
    companies: Vec<Planned>,
    source: &str,
    now: Moment,
) -> Result<Vec<Told>, Failure> {
    let keys = companies.iter().filter_map(|(_, planned)| planned.as_ref().ok());
    let mut known = Companies::of(tx, keys.flat_map(|planned| &planned.keys))?;
    let mut ids = journal::new_companies(tx, companies.len())?;
    let mut told = Vec::with_capacity(companies.len());
    let (mut new, mut entries) = (BTreeSet::new(), Vec::new());
    let mut keys = Vec::new();
    let planned = companies.iter().filter_map(|(_, planned)| planned.as_ref().ok());
    let absent = Absent::of(tx, who, planned.flat_map(|planned| &planned.facts))?;
    for (row, (company, planned)) in companies.into_iter().enumerate() {
        let planned = match planned {
            Ok(planned) => planned,
            Err(fields) => {
                told.push(Told::Rejected(fields));
                continue;
            }
        };
        if let Some(fact) =
            planned.facts.iter().find(|fact| who.field(&fact.key) != FieldRight::Write)
        {
            let words = format!("{} is not yours to write", fact.key);
            told.push(Told::Rejected(vec![Field { name: fact.key.to_string(), words }]));
            continue;
        }
        if let Some((fact, words)) = absent.among(planned.facts.iter()) {
            told.push(Told::Rejected(vec![Field { name: fact.key.to_string(), words }]));
            continue;
        }
        let meant = known.meant(tx, &planned.keys, company)?;
        let id = match meant.as_slice() {
            [] if who.sight != Sight::Everybody => {
                let words = "whoever sees a part of the people makes a company with somebody who works there";
                told.push(conflict("sees_some", words));
                continue;
            }
            [] => {
                let Some(id) = ids.next() else { continue };
                new.insert(id);
                id
            }
            [one] => *one,
            [one, other, ..] => {
                let outside = tx.public_ids();
                let (one, other) = (outside.encode(COMPANY, *one), outside.encode(COMPANY, *other));
                let words = format!("its keys name two companies, {one} and {other}");
                told.push(conflict("two_companies", words));
                continue;
            }
        };
        if !new.contains(&id) && sight::must_see_company(tx, who, id).is_err() {
            let words = "one of its keys is another's, whom you do not see";
            told.push(conflict(KEY_TAKEN, words));
            continue;
        }
        let is_new_key = known.give(&planned.keys, id);
        told.push(match (meant.is_empty(), is_new_key) {
            (true, _) => Told::Created(id),
            (false, true) => Told::Updated(id),
            (false, false) => Told::Unchanged(id),
        });
        if !planned.facts.is_empty() {
            keys = named(planned.facts.iter());
            entries.push((told.len() - 1, entry((id, row), planned.facts, (who, source), now)));
        }
    }
    known.save(tx)?;
    let (places, entries): (Vec<usize>, Vec<NewEntry>) = entries.into_iter().unzip();
    let batch = Batch { now, entries, new_subjects: new, repeats: Repeats::Drop };
    let recorded = journal::record(tx, batch)?;
    for (place, inserted) in places.into_iter().zip(recorded.inserted) {
        if let Some(told) = told.get_mut(place)
            && let (true, Told::Unchanged(id)) = (inserted, &told)
        {
            *told = Told::Updated(*id);
        }
    }
    noted(tx, who, Of::Companies, (&told, keys), now)?;
    Ok(told)
}

fn conflict(code: &'static str, words: impl Into<String>) -> Told {
    Told::Conflict(code, Field { name: String::new(), words: words.into() })
}

fn entry(
    (id, row): (CompanyId, usize),
    facts: Vec<Fact>,
    (who, source): (&User, &str),
    now: Moment,
) -> NewEntry {
    let (row, at) = (row.to_string(), now.0.to_string());
    let entry = Entry {
        id: journal::natural_id(&["company", source, &row, &at]),
        occurred_at: now,
        recorded_at: now,
        what: What::Facts(Observation { source: source.into(), facts }),
    };
    NewEntry { subject: id, entry, is_dated: false, source: None, actor: who.actor() }
}

//! Somebody by their address or telephone, and what is known of them at once.

use std::collections::BTreeSet;

use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use team::{FieldRight, Right, Sight, User};

use super::{Made, News, Taken, at, came, must_write, named, new, news};
use crate::edit::{self, EDIT, assign, held};
use crate::erase::tombstone;
use crate::fields::Fields;
use crate::import::plan::PlannedRow;
use crate::upsert::{read, take};
use crate::{CompanyId, OWNER, PERSON, PersonId, WORKS_AT, create, sight, store, taken};

/// What a form, or a command, says of a person; what is empty says nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct PersonDraft {
    /// The address: finds them.
    pub email: String,
    /// The telephone, as numbers are written internationally: finds them, too.
    pub phone: String,
    /// The name, whole.
    pub name: String,
    /// What they are by trade.
    pub title: String,
    /// Where they work: a domain, or a name.
    pub company: String,
    /// Who looks after them: a user, by public id, address or name.
    pub owner: String,
}

impl PersonDraft {
    /// As [`upsert`](crate::upsert::upsert) takes it.
    fn to_json(&self, brings_back: bool) -> Json {
        let mut said = Map::new();
        let parts = [
            ("email", &self.email),
            ("phone", &self.phone),
            ("name", &self.name),
            ("title", &self.title),
        ];
        for (name, value) in parts {
            if !value.trim().is_empty() {
                said.insert(name.to_owned(), json!(value.trim()));
            }
        }
        let company = self.company.trim();
        if !company.is_empty() {
            said.insert("company".to_owned(), json!({ which(company): company }));
        }
        said.insert("bring_back".to_owned(), json!(brings_back));
        Json::Object(said)
    }
}

/// Whether a company is meant by its domain or by its name.
fn which(company: &str) -> &'static str {
    let is_domain = company.contains('.')
        && !company.contains(char::is_whitespace)
        && identity::domain::normal(company).is_ok();
    if is_domain { "domain" } else { "name" }
}

/// Makes a person, or says who it is.
///
/// # Errors
/// `Forbidden` without the right to edit people; `Invalid` for what cannot be read or is not the user's to write, at its
/// field; `Refused` with `two_people` if the keys are those of two, or of somebody whom the user does not see; `TooMany` for
/// whoever met too many such.
pub fn person(
    tx: &mut Tx,
    who: &User,
    draft: &PersonDraft,
    how: Taken,
    now: Moment,
) -> Result<Made, Failure> {
    who.may(Right::EditPeople)?;
    taken::may_ask(tx, who, now)?;
    if draft.email.trim().is_empty() && draft.phone.trim().is_empty() {
        let words = "give an e-mail address or a telephone: by it they are known again";
        return Err(Failure::Invalid(vec![at("email", words)]));
    }
    let fields = Fields::load(tx)?;
    let planned = read(&draft.to_json(how.brings_back), None, &fields, now);
    let mut planned = planned.map_err(|wrong| named(wrong, field_of))?;
    let of_company = planned.company.iter().flat_map(|it| &it.facts).map(|it| ("company", it));
    let own = planned.facts.iter().map(|it| (it.key.strip_prefix("person.").unwrap_or(""), it));
    must_write(who, own.chain(of_company))?;
    let owner = owner(tx, who, draft.owner.trim())?;
    let company = known_company(tx, &mut planned)?;

    let known = create::known(tx, false, planned.keys.iter())?;
    let meant: BTreeSet<PersonId> = known.values().copied().collect();
    let meant: Vec<PersonId> = meant.into_iter().collect();
    if let ([id], false) = (meant.as_slice(), how.updates)
        && sight::seen(tx, who, &meant)?.contains(id)
    {
        let news = whats_new(tx, *id, &planned, (draft, company, owner))?;
        return Ok(Made::Known(*id, news));
    }
    if !how.brings_back {
        let strange = planned.keys.iter().filter(|key| !known.contains_key(*key));
        if let Some(at) = tombstone::erased(tx, strange)?.values().min() {
            return Ok(Made::Erased(*at));
        }
    }
    let made = came(take(tx, who, vec![(None, Ok(planned))], EDIT, now)?.pop(), "two_people")?;
    let (Made::Created(id) | Made::Updated(id) | Made::Unchanged(id)) = made else {
        return Ok(made);
    };
    match owner {
        Some(owner) if !owns(tx, owner, id)? => {
            let outside = tx.public_ids();
            let (person, owner) = (outside.encode(PERSON, id), outside.encode(team::USER, owner));
            assign(tx, who, &person, Some(&owner), now)?;
            Ok(if made == Made::Unchanged(id) { Made::Updated(id) } else { made })
        }
        _ => Ok(made),
    }
}

fn field_of(way: &str) -> String {
    let way = way.trim_start_matches('/');
    if way.starts_with("company") { "company".to_owned() } else { way.to_owned() }
}

fn owns(tx: &mut Tx, owner: i64, person: PersonId) -> Result<bool, Failure> {
    let row = store::people(tx, &[person])?.remove(&person);
    Ok(row.is_some_and(|row| row.owner == Some(owner)))
}

/// The user who is to look after them, if one is named.
fn owner(tx: &mut Tx, who: &User, said: &str) -> Result<Option<i64>, Failure> {
    if said.is_empty() {
        return Ok(None);
    }
    let wrong = |words: String| Failure::Invalid(vec![at("owner", words)]);
    let found = match edit::user(tx, said) {
        Ok(found) => found,
        Err(Failure::Missing { .. }) => return Err(wrong(format!("there is no user {said:?}"))),
        Err(other) => return Err(other),
    };
    // Whoever sees a part of the people looks after whom they make, and need not be let to say so.
    let is_so = who.sight != Sight::Everybody && found == who.id.0;
    if !is_so && who.field(OWNER) < FieldRight::Write {
        return Err(wrong("this is not yours to write".to_owned()));
    }
    Ok(Some(found))
}

/// The company, if it is known: then nothing is said of it but who works there.
fn known_company(tx: &mut Tx, planned: &mut PlannedRow) -> Result<Option<CompanyId>, Failure> {
    let Some(company) = &mut planned.company else { return Ok(None) };
    let known = create::known(tx, true, company.keys.iter())?.into_values().next();
    if known.is_some() {
        company.facts.clear();
    }
    Ok(known)
}

fn whats_new(
    tx: &mut Tx,
    person: PersonId,
    planned: &PlannedRow,
    (draft, company, owner): (&PersonDraft, Option<CompanyId>, Option<i64>),
) -> Result<Vec<News>, Failure> {
    let history = edit::history(tx, person)?;
    let mut found = news(&history, &planned.facts);
    let outside = tx.public_ids();
    let is_held = |key: &str, id: String| {
        held(&history, key).is_some_and(|(_, fact)| fact.value == funnel::history::Value::from(id))
    };
    let works_there =
        company.is_some_and(|id| is_held(WORKS_AT, outside.encode(crate::COMPANY, id)));
    if planned.company.is_some() && !works_there {
        let row = store::people(tx, &[person])?.remove(&person);
        let at = row.and_then(|row| row.company);
        let held = match at {
            Some(id) => store::companies(tx, &[id])?.remove(&id).map(|company| company.name),
            None => None,
        };
        let says = draft.company.trim().to_owned();
        found.push(News { held, ..new(&[], "company", says) });
    }
    if let Some(owner) = owner
        && !is_held(OWNER, outside.encode(team::USER, owner))
    {
        let before = store::people(tx, &[person])?.remove(&person).and_then(|row| row.owner);
        let named = team::names(tx, &before.into_iter().chain([owner]).collect::<Vec<_>>())?;
        let name = |id| named.iter().find(|(it, _)| *it == id).map(|(_, name)| name.clone());
        let says = name(owner).unwrap_or_default();
        found.push(News { held: before.and_then(name), ..new(&[], OWNER, says) });
    }
    Ok(found)
}

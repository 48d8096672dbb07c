//! What people's and companies' rows say, derived from the facts in their histories.

use std::collections::BTreeMap;

use funnel::employment::Employed;
use funnel::history::{Entry, Fact, Value, What};
use journal::{Changed, Projection, Recorded};
use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
use platform::live::{self, Said};
use platform::public_id::PublicIds;

use crate::store::{self, CompanyRow, PersonRow};
use crate::{COMPANY, companies, find, owned, search};

/// The fact that ties a person to a company: the company's public id.
pub const WORKS_AT: &str = "person.works_at";
/// The fact that says who looks after a person: the user's public id.
pub const OWNER: &str = "person.owner";
/// Outside ids are facts whose names begin so: `person.id.mql_id`.
pub const OUTSIDE_ID: &str = "person.id.";

/// Keeps the rows of people and companies, and the keys that their facts bring.
pub struct PeopleProjection;

impl Projection for PeopleProjection {
    fn name(&self) -> &'static str {
        "people"
    }

    fn project(&self, tx: &mut Tx, recorded: &Recorded) -> Result<(), Failure> {
        let keys = project(tx, recorded)?;
        publish(tx, recorded);
        let keys: Vec<_> =
            keys.iter().map(|(kind, value, id)| (*kind, value.as_str(), *id)).collect();
        store::save_keys(tx, false, &keys)
    }
}

/// Makes rows, and what is found of them, again from whole histories; keys are as they are.
///
/// # Errors
/// `Broken` when the database fails.
pub(crate) fn again(tx: &mut Tx, recorded: &Recorded) -> Result<(), Failure> {
    project(tx, recorded).map(drop)
}

/// Gives the keys that facts bring to those who are not new.
fn project(tx: &mut Tx, recorded: &Recorded) -> Result<Vec<(&'static str, String, i64)>, Failure> {
    let mut people = Vec::new();
    let mut rows = Vec::new();
    let mut keys = Vec::new();
    for changed in recorded.changed.iter().filter(|changed| says_of_row(changed)) {
        let facts = Newest::of(&changed.history, recorded.now);
        if journal::is_company(changed.subject) {
            rows.push(company_row(changed, &facts));
        } else {
            let person = person_row(tx.public_ids(), changed, &facts);
            if !changed.is_new {
                keys.extend(person.email.clone().map(|email| ("email", email, person.id)));
                keys.extend(person.phone.clone().map(|phone| ("phone", phone, person.id)));
            }
            people.push(person);
        }
    }
    let known = known(recorded, people.iter().map(|person| person.id));
    let before = store::people(tx, &known)?;
    search::people(tx, &before, &people)?;
    owned::assigned(tx, &before, &people)?;
    store::save_people(tx, &people)?;
    companies::standing::moved(tx, &before, &people)?;
    let known = self::known(recorded, rows.iter().map(|company| company.id));
    let before = store::companies(tx, &known)?;
    search::companies(tx, &before, &rows)?;
    store::save_companies(tx, &rows)?;
    search::activities(tx, recorded.changed.iter().flat_map(fresh))?;
    Ok(keys)
}

/// Records changed in one transaction of which open pages are told one by one.
const TOLD_MAX: usize = 32;

/// Tells open pages of what changed; whoever is new is open nowhere.
fn publish(tx: &mut Tx, recorded: &Recorded) {
    let known: Vec<i64> =
        recorded.changed.iter().filter(|one| !one.is_new).map(|one| one.subject).collect();
    if known.len() > TOLD_MAX {
        tx.publish(Said::to(live::RECORDS.to_owned(), live::CHANGED).by(recorded.actor));
    } else {
        for subject in known {
            tx.publish(Said::to(live::record(subject), live::CHANGED).by(recorded.actor));
        }
    }
}

/// Those who are not new.
fn known(recorded: &Recorded, ids: impl Iterator<Item = i64>) -> Vec<i64> {
    let is_new = |id: &i64| {
        let place = recorded.changed.binary_search_by_key(id, |changed| changed.subject);
        place.ok().and_then(|place| recorded.changed.get(place)).is_some_and(|one| one.is_new)
    };
    ids.filter(|id| !is_new(id)).collect()
}

/// What is new of a subject.
fn fresh(changed: &Changed) -> impl Iterator<Item = (i64, &Entry)> {
    let entries = changed.fresh.iter().filter_map(|place| changed.history.get(*place));
    entries.map(|entry| (changed.subject, entry))
}

/// Whether what is new may change the row: a fact, or that they were known earlier than we thought.
fn says_of_row(changed: &Changed) -> bool {
    let is_fresh = |place: usize| changed.fresh.binary_search(&place).is_ok();
    let fresh = || changed.fresh.iter().filter_map(|place| changed.history.get(*place));
    let known = changed.history.iter().enumerate().filter(|(place, _)| !is_fresh(*place));
    let since = known.map(|(_, entry)| entry.recorded_at).min();
    changed.is_new
        || fresh().any(|entry| {
            matches!(entry.what, What::Facts(_))
                || since.is_none_or(|since| entry.recorded_at < since)
        })
}

/// The newest value of each fact, as of a moment; what has expired is not held.
pub(crate) struct Newest<'a>(BTreeMap<&'a str, &'a Fact>);

impl<'a> Newest<'a> {
    pub(crate) fn of(history: &'a [Entry], now: Moment) -> Newest<'a> {
        let mut newest = BTreeMap::new();
        for entry in history.iter().filter(|entry| entry.recorded_at <= now) {
            let What::Facts(observation) = &entry.what else { continue };
            for fact in &observation.facts {
                newest.insert(fact.key.as_ref(), fact);
            }
        }
        newest.retain(|_, fact| {
            fact.value != Value::Null && fact.expires_at.is_none_or(|at| at > now)
        });
        Newest(newest)
    }

    /// Whether this very fact is the newest of its name.
    pub(crate) fn holds(&self, fact: &Fact) -> bool {
        self.0.get(fact.key.as_ref()).is_some_and(|newest| std::ptr::eq(*newest, fact))
    }

    /// What holds under a key.
    pub(crate) fn value(&self, key: &str) -> Option<&'a Value> {
        self.0.get(key).map(|fact| &fact.value)
    }

    fn text(&self, key: &str) -> Option<String> {
        match &self.0.get(key)?.value {
            Value::Text(text) => Some(text.to_string()),
            Value::Number(number) => Some(number.to_string()),
            Value::Null | Value::Bool(_) | Value::List(_) | Value::Time(_) => None,
        }
    }

    fn whole(&self, key: &str) -> Option<i64> {
        match &self.0.get(key)?.value {
            #[expect(clippy::as_conversions, reason = "a head count; `as` saturates")]
            Value::Number(number) => Some(number.round() as i64),
            Value::Null | Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Time(_) => None,
        }
    }

    /// An outside id or an address, to be shown of somebody without a name.
    fn label(&self) -> String {
        let outside = || {
            self.0
                .range(OUTSIDE_ID..)
                .next()
                .filter(|(key, _)| key.starts_with(OUTSIDE_ID))
                .and_then(|(key, _)| self.text(key))
        };
        self.text("person.email")
            .or_else(|| self.text("person.phone"))
            .or_else(outside)
            .unwrap_or_else(|| search::NO_NAME.to_owned())
    }
}

fn person_row(ids: PublicIds, changed: &Changed, facts: &Newest<'_>) -> PersonRow {
    let given_and_family = || {
        let names: Vec<String> = ["person.given_name", "person.family_name"]
            .iter()
            .filter_map(|key| facts.text(key))
            .collect();
        (!names.is_empty()).then(|| names.join(" "))
    };
    let name = facts.text("person.name").or_else(given_and_family).unwrap_or_else(|| facts.label());
    let company = facts.text(WORKS_AT).and_then(|text| ids.decode(COMPANY, &text));
    let owner = facts.text(OWNER).and_then(|text| ids.decode(team::USER, &text));
    PersonRow {
        id: changed.subject,
        created_at: first_known(&changed.history),
        name_key: find::name_key(&name),
        name,
        email: facts.text("person.email"),
        phone: facts.text("person.phone"),
        title: facts.text("person.title"),
        country: facts.text("person.country"),
        company,
        owner,
    }
}

fn company_row(changed: &Changed, facts: &Newest<'_>) -> CompanyRow {
    let domain = facts.text("company.domain");
    let name = facts.text("company.name").or_else(|| domain.clone());
    let name = name.unwrap_or_else(|| search::NO_NAME.to_owned());
    CompanyRow {
        id: changed.subject,
        created_at: first_known(&changed.history),
        name_key: find::name_key(&name),
        name,
        domain,
        industry: facts.text("company.industry"),
        country: facts.text("company.country"),
        employees: facts.whole("company.employees"),
    }
}

fn first_known(history: &[Entry]) -> Moment {
    history.iter().map(|entry| entry.recorded_at).min().unwrap_or_default()
}

/// What was said about where a person works, in the order of their history.
pub(crate) fn employed(ids: PublicIds, own: &[Entry]) -> Vec<Employed> {
    let said = |entry: &Entry| {
        let What::Facts(observation) = &entry.what else { return None };
        let fact = observation.facts.iter().rfind(|fact| *fact.key == *WORKS_AT)?;
        let company = match &fact.value {
            Value::Text(text) => ids.decode(COMPANY, text),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Time(_) => {
                None
            }
        };
        Some(Employed { said_at: entry.occurred_at, known_at: entry.recorded_at, company })
    };
    own.iter().filter_map(said).collect()
}

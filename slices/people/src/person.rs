//! `person`: everything about one person, for the record page and the command line.

use std::collections::HashMap;

use funnel::Stage;
use funnel::history::{Entry, Value, What};
use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
use serde::Serialize;
use team::{Right, User};

use crate::formula::{self, Formulas};
use crate::project::{Newest, OWNER, WORKS_AT};
use crate::stand::{self, Standing};
use crate::store::{self, CompanyRow, PersonRow};
use crate::{CompanyId, LensLabel, LensSource, Of, PersonId, companies, find, sight};

/// A fact as it is held now.
#[derive(Clone, Debug, Serialize)]
pub struct HeldFact {
    /// Its name, e.g. `person.title`.
    pub key: String,
    /// Its value, as people read it.
    pub value: String,
    /// The value itself.
    #[serde(skip)]
    pub held: Value,
    /// Where it comes from.
    pub source: String,
    /// From when on it holds.
    pub observed_at: Moment,
    /// When it runs out, if it does.
    pub expires_at: Option<Moment>,
    /// Held, but not believed.
    pub is_suspect: bool,
    /// Told by nobody: it follows from the condition of a field.
    #[serde(skip)]
    pub is_formula: bool,
}

impl HeldFact {
    /// What a formula says, as of now.
    pub(crate) fn of_formula(key: String, verdict: Option<bool>, now: Moment) -> HeldFact {
        let (value, held) = match verdict {
            Some(true) => ("Yes", Value::Bool(true)),
            Some(false) => ("No", Value::Bool(false)),
            None => ("Unknown", Value::Null),
        };
        HeldFact {
            key,
            value: value.to_owned(),
            held,
            source: formula::SOURCE.to_owned(),
            observed_at: now,
            expires_at: None,
            is_suspect: false,
            is_formula: true,
        }
    }
}

/// Facts as they are held, and what formulas say beside them: whatever was told under the name of a formula before it was
/// one is left out.
pub(crate) fn with_formulas(
    mut facts: Vec<HeldFact>,
    formulas: &Formulas,
    verdicts: impl IntoIterator<Item = HeldFact>,
) -> Vec<HeldFact> {
    facts.retain(|fact| !formulas.has(&fact.key));
    facts.extend(verdicts);
    facts.sort_by(|a, b| a.key.cmp(&b.key));
    facts
}

/// A person with everything that is recorded of them.
#[derive(Clone, Debug)]
pub struct Record {
    /// The row.
    pub person: PersonRow,
    /// Names outside: kind and value.
    pub keys: Vec<(String, String)>,
    /// Where they work.
    pub company: Option<CompanyRow>,
    /// Where the company stands: as far as the furthest of its people, or as its own deals bring it.
    pub company_stage: Stage,
    /// Facts about the person, in the order of their names.
    pub facts: Vec<HeldFact>,
    /// Facts about the company, in the order of their names.
    pub company_facts: Vec<HeldFact>,
    /// What is recorded of the person, in order.
    pub history: Vec<Entry>,
    /// Colleagues whom we know, a few.
    pub colleagues: Vec<PersonRow>,
    /// The lens, and where they stand under it.
    pub lens: LensLabel,
    /// Where they stand.
    pub standing: Option<Standing>,
}

/// Colleagues that a record names.
const COLLEAGUES_MAX: usize = 5;

/// Everything about whom `who` means, see [`find::find`], that the user is told.
///
/// # Errors
/// `Forbidden` without the right to read people, `Missing` if nobody is meant whom the user sees, `Refused` with
/// `ambiguous`.
pub fn record(
    tx: &mut Tx,
    user: &User,
    who: &str,
    lens: Option<&str>,
    now: Moment,
) -> Result<Record, Failure> {
    user.may(Right::ReadPeople)?;
    let id = find::find(tx, user, who)?;
    let person = row(tx, user, id)?;
    let mut keys = store::keys_of(tx, id)?;
    keys.retain(|(kind, _)| !user.is_hidden(&sight::fact_of_key(kind)));
    let mut history =
        journal::histories(tx, &[id])?.pop().map(|(_, entries)| entries).unwrap_or_default();
    sight::veil_history(user, &mut history);
    let lens = crate::lens_for(tx, user, lens)?;
    let standing = stand::standings(tx, lens.id, &[id])?.remove(&id);
    let (mut company, mut company_history, mut colleagues) = (None, Vec::new(), Vec::new());
    let mut company_stage = Stage::None;
    if let Some(at) = person.company {
        company = store::companies(tx, &[at])?.remove(&at);
        if let Some(company) = &mut company {
            sight::veil_company(user, company);
        }
        company_history =
            journal::histories(tx, &[at])?.pop().map(|(_, entries)| entries).unwrap_or_default();
        let lenses = tx.part::<LensSource>();
        let look = lenses.0.company(tx, lens.id, at, &company_history, now)?;
        let place = companies::places_of(tx, user, lens.id, &[at])?.remove(&at).unwrap_or_default();
        company_stage = place.stage.max(look.stage);
        if !lens.kept.intent {
            company_history.extend(look.facts);
        }
        company_history.sort_by_key(|entry| (entry.occurred_at, entry.id));
        sight::veil_history(user, &mut company_history);
        let ids: Vec<PersonId> =
            store::people_at(tx, &[at])?.into_iter().filter(|other| *other != id).collect();
        let ids = sight::seen(tx, user, &ids)?;
        let ids: Vec<PersonId> = ids.into_iter().take(COLLEAGUES_MAX).collect();
        colleagues = store::people(tx, &ids)?.into_values().collect();
        colleagues.iter_mut().for_each(|colleague| sight::veil(user, colleague));
        colleagues.sort_by(|a, b| a.name_key.cmp(&b.name_key));
    }
    let mut facts = held(&history, now);
    facts.retain(|fact| fact.key != WORKS_AT && fact.key != OWNER);
    let (own, about_company): (Vec<_>, Vec<_>) =
        facts.into_iter().partition(|fact| !fact.key.starts_with("company."));
    let mut company_facts = held(&company_history, now);
    company_facts.extend(about_company);
    let formulas = Formulas::read(tx, user, (Of::People, lens.id), |_| true)?;
    let verdicts = formulas.held(tx, user, (id, person.company), now)?;
    let (of_company, of_person): (Vec<_>, Vec<_>) =
        verdicts.into_iter().partition(|fact| fact.key.starts_with(Of::Companies.facts()));
    let own = with_formulas(own, &formulas, of_person);
    // Of whoever works nowhere there is no company to say anything of.
    let of_company = of_company.into_iter().filter(|_| person.company.is_some());
    let company_facts = with_formulas(company_facts, &formulas, of_company);
    Ok(Record {
        person,
        keys,
        company,
        company_stage,
        facts: own,
        company_facts,
        history,
        colleagues,
        lens,
        standing,
    })
}

/// Whom `who` means: see [`find::find`].
///
/// # Errors
/// As [`record`].
pub fn find(tx: &mut Tx, user: &User, who: &str) -> Result<PersonId, Failure> {
    user.may(Right::ReadPeople)?;
    find::find(tx, user, who)
}

/// Whom `who` means, and what is recorded of them that the user is told, in order.
///
/// # Errors
/// As [`record`].
pub fn history(tx: &mut Tx, user: &User, who: &str) -> Result<(PersonId, Vec<Entry>), Failure> {
    let id = find(tx, user, who)?;
    let found = journal::histories(tx, &[id])?.pop().map(|(_, entries)| entries);
    let mut history = found.unwrap_or_default();
    sight::veil_history(user, &mut history);
    Ok((id, history))
}

/// A person's row, with what the user is told.
///
/// # Errors
/// `Missing` if there is no such person whom the user sees.
pub fn row(tx: &mut Tx, who: &User, id: PersonId) -> Result<PersonRow, Failure> {
    sight::must_see(tx, who, id)?;
    let outside = tx.public_ids().encode(crate::PERSON, id);
    let found = store::people(tx, &[id])?.remove(&id);
    let mut row = found.ok_or_else(|| Failure::missing("person", outside))?;
    sight::veil(who, &mut row);
    Ok(row)
}

/// What was recorded of some people or companies, to be looked up under some keys: of people what is said of the company
/// at which they work is theirs, too, unless they say otherwise themselves.
#[derive(Default)]
pub(crate) struct Histories {
    own: HashMap<i64, Vec<Entry>>,
    companies: HashMap<CompanyId, Vec<Entry>>,
}

impl Histories {
    /// Those of these; nothing is read unless a key asks for it.
    ///
    /// # Errors
    /// `Broken` when the database fails.
    pub(crate) fn of(
        tx: &mut Tx,
        subjects: &[formula::Subject],
        keys: &[&str],
    ) -> Result<Histories, Failure> {
        let mut histories = Histories::default();
        if keys.is_empty() {
            return Ok(histories);
        }
        let own: Vec<i64> = subjects.iter().map(|(subject, _)| *subject).collect();
        histories.own.extend(journal::histories(tx, &own)?);
        if keys.iter().any(|key| key.starts_with(Of::Companies.facts())) {
            let mut companies: Vec<CompanyId> =
                subjects.iter().filter_map(|(_, company)| *company).collect();
            companies.sort_unstable();
            companies.dedup();
            histories.companies.extend(journal::histories(tx, &companies)?);
        }
        Ok(histories)
    }

    /// What is held of one under each of the keys.
    pub(crate) fn under(
        &self,
        (subject, company): formula::Subject,
        keys: &[&str],
        now: Moment,
    ) -> Vec<Option<&Value>> {
        let history = self.own.get(&subject).map_or(&[][..], Vec::as_slice);
        let own = Newest::of(history, now);
        let theirs = company.and_then(|company| self.companies.get(&company));
        let theirs = theirs.map(|history| Newest::of(history, now));
        let held = |key: &&str| {
            own.value(key).or_else(|| theirs.as_ref().and_then(|theirs| theirs.value(key)))
        };
        keys.iter().map(held).collect()
    }
}

pub(crate) fn held(history: &[Entry], now: Moment) -> Vec<HeldFact> {
    let newest = Newest::of(history, now);
    let mut held: Vec<HeldFact> = Vec::new();
    for entry in history.iter().rev() {
        let What::Facts(observation) = &entry.what else { continue };
        for fact in &observation.facts {
            let is_newest = newest.holds(fact);
            if !is_newest || held.iter().any(|known| *known.key == *fact.key) {
                continue;
            }
            held.push(HeldFact {
                key: fact.key.to_string(),
                value: in_words(&fact.value),
                held: fact.value.clone(),
                source: observation.source.to_string(),
                observed_at: entry.occurred_at,
                expires_at: fact.expires_at,
                is_suspect: fact.suspect,
                is_formula: false,
            });
        }
    }
    held.retain(|fact| !fact.key.starts_with(journal::OUTRANKED));
    held.sort_by(|a, b| a.key.cmp(&b.key));
    held
}

/// A value as people read it.
pub fn in_words(value: &Value) -> String {
    match value {
        Value::Null => "unknown".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => text.to_string(),
        Value::List(values) => values.join(", "),
        Value::Time(moment) => moment.to_string(),
    }
}

//! `companies`: those that there are, a page at a time in any order, where they stand, and one of them.

pub mod counted;
mod furthest;
mod list;
pub(crate) mod seen;
mod sort;
pub mod standing;

pub(crate) use list::FOUND_MAX;
pub use list::{
    CompanyList, CompanyListView, CompanyPlace, ListedCompany, among, count, heads, list, of,
    places_of, prepare, tally,
};
pub use sort::CompanySort;

use funnel::history::Entry;
use funnel::sql::{CompanyTable, PersonTable, StandingTable};
use moment::Moment;
use platform::db::{Made, Tx};
use platform::failure::Failure;
use team::{Right, User};

use crate::formula::Formulas;
use crate::person::{HeldFact, held, with_formulas};
use crate::store::{self, CompanyRow};
use crate::{CompanyId, Of, find, sight, stand};

/// The table of companies, for statements that are made of conditions about them; each is its own.
pub const COMPANIES: PersonTable =
    PersonTable { table: "company", id: "id", company: "id", owner: "id" };

/// The table of where companies stand, for the same. What no condition about companies asks for has no column.
pub const STANDINGS: StandingTable = StandingTable {
    table: "company_standing",
    lens: "lens_id",
    person: "company_id",
    version: NOT_ASKED,
    stage: "stage",
    kind: NOT_ASKED,
    temperature: NOT_ASKED,
    criteria: NOT_ASKED,
    fit_low: NOT_ASKED,
    fit_high: NOT_ASKED,
    engagement: NOT_ASKED,
    engagement_key: NOT_ASKED,
    key_of: stand::engagement_key,
    intent: "intent",
    likelihood: NOT_ASKED,
    entered_at: NOT_ASKED,
};
const NOT_ASKED: &str = "not_asked_of_companies";

/// What is kept there besides.
pub const BESIDES: CompanyTable = CompanyTable { people: "people", own_stage: "own_stage" };

/// A company with what is held of it.
#[derive(Clone, Debug)]
pub struct CompanyView {
    /// The row.
    pub company: CompanyRow,
    /// Names outside: kind and value.
    pub keys: Vec<(String, String)>,
    /// Facts about it, in the order of their names.
    pub facts: Vec<HeldFact>,
    /// What is recorded of it, in order.
    pub history: Vec<Entry>,
}

/// The next companies by their numbers that the user sees, `limit` of them after `after`.
///
/// # Errors
/// `Forbidden` without the right to read people.
pub fn after(
    tx: &mut Tx,
    who: &User,
    after: CompanyId,
    limit: usize,
) -> Result<Vec<CompanyRow>, Failure> {
    who.may(Right::ReadPeople)?;
    let mut made = Made::default();
    made.text("select c.id from company c where c.id > ").arg(after);
    sight::narrow_companies(&mut made, who, "c.id");
    made.text(" order by c.id limit ").arg(limit);
    let mut ids: Vec<CompanyId> = Vec::new();
    tx.each_made(&made, |row| {
        ids.push(row.int(0));
        Ok(())
    })?;
    let mut rows = store::companies(tx, &ids)?;
    rows.values_mut().for_each(|company| sight::veil_company(who, company));
    Ok(ids.iter().filter_map(|id| rows.remove(id)).collect())
}

/// The next companies by their numbers, for whoever goes through all.
///
/// # Errors
/// `Broken` when the database fails.
pub fn ids_after(tx: &mut Tx, after: CompanyId, limit: i64) -> Result<Vec<CompanyId>, Failure> {
    store::companies_after(tx, after, limit)
}

/// Writes by what these companies are ordered, where it is not what their names say.
///
/// # Errors
/// `Broken` when the database fails.
pub fn rename(tx: &mut Tx, companies: &[CompanyId]) -> Result<(), Failure> {
    let mut renamed = Vec::new();
    for mut company in store::companies(tx, companies)?.into_values() {
        let name_key = find::name_key(&company.name);
        if company.name_key != name_key {
            company.name_key = name_key;
            renamed.push(company);
        }
    }
    store::save_companies(tx, &renamed)
}

/// The company meant by `which`: see [`find::company`].
///
/// # Errors
/// `Forbidden` without the right to read people; `Missing` if none is meant that the user sees.
pub fn find(tx: &mut Tx, who: &User, which: &str) -> Result<CompanyId, Failure> {
    who.may(Right::ReadPeople)?;
    find::company(tx, who, which)
}

/// One company with what is held of it that the user is told.
///
/// # Errors
/// As [`find`].
pub fn one(tx: &mut Tx, who: &User, which: &str, now: Moment) -> Result<CompanyView, Failure> {
    let id = find(tx, who, which)?;
    let found = store::companies(tx, &[id])?.remove(&id);
    let mut company = found.ok_or_else(|| Failure::missing("company", which))?;
    sight::veil_company(who, &mut company);
    let mut keys = store::keys_of(tx, id)?;
    keys.retain(|(kind, _)| !who.is_hidden(&format!("company.{kind}")));
    let found = journal::histories(tx, &[id])?.pop().map(|(_, entries)| entries);
    let mut history = found.unwrap_or_default();
    sight::veil_history(who, &mut history);
    let lens = crate::lens_for(tx, who, None)?.id;
    let formulas = Formulas::read(tx, who, (Of::Companies, lens), |_| true)?;
    let verdicts = formulas.held(tx, who, (id, None), now)?;
    let facts = with_formulas(held(&history, now), &formulas, verdicts);
    Ok(CompanyView { company, keys, facts, history })
}

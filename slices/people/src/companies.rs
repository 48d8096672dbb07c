//! `companies`: those that there are, a page at a time, and one of them.

use funnel::history::Entry;
use moment::Moment;
use platform::db::{Made, Tx};
use platform::failure::Failure;
use team::{Right, User};

use crate::person::{HeldFact, held};
use crate::store::{self, CompanyRow};
use crate::{CompanyId, find, sight};

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
    Ok(CompanyView { company, keys, facts: held(&history, now), history })
}

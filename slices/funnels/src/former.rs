//! Who once worked where: whose histories read of a company at which they work no more, so that what is recorded of
//! its past moves them too, and what it did while they were there counts as theirs.

use std::collections::{BTreeMap, BTreeSet};

use funnel::employment::Employment;
use funnel::sql::FormerTable;
use moment::Moment;
use people::{CompanyId, PersonId};
use platform::args;
use platform::db::{Arg, Sql, Tx, sql};
use platform::failure::Failure;

/// For statements that are made of conditions.
pub(crate) const TABLE: FormerTable = FormerTable {
    table: "former_employee",
    person: "person_id",
    company: "company_id",
    until: "until_at",
};

const AT: Sql =
    sql("select person_id from former_employee where company_id in ({list}) order by person_id");
const OF: Sql =
    sql("select person_id, company_id, until_at from former_employee where person_id in ({list})");
const ADD: Sql =
    sql("insert into former_employee (company_id, person_id, until_at) values ($1, $2, $3)");
const DROP: Sql = sql("delete from former_employee where company_id = $1 and person_id = $2");

pub(crate) const ALL: &[Sql] = &[AT, OF, ADD, DROP];

/// Of people who had more than one employer: the companies that they left, and when they last did.
#[derive(Debug, Default)]
pub(crate) struct Former(BTreeMap<PersonId, BTreeMap<CompanyId, Moment>>);

impl Former {
    pub(crate) fn note(&mut self, person: PersonId, employments: &[Employment]) {
        if employments.len() < 2 {
            return;
        }
        let left = employments.iter().filter_map(|one| Some((one.company?, one.until?)));
        // The later of two ends stays.
        self.0.insert(person, left.collect());
    }

    /// Who they are.
    pub(crate) fn people(&self) -> BTreeSet<PersonId> {
        self.0.keys().copied().collect()
    }

    /// Writes what differs from what is stored.
    pub(crate) fn write(self, tx: &mut Tx) -> Result<(), Failure> {
        let mut stored = self.stored(tx)?;
        let (mut dropped, mut added) = (Vec::new(), Vec::new());
        for (person, left) in self.0 {
            let before = stored.remove(&person).unwrap_or_default();
            for (company, _) in before.iter().filter(|(at, until)| left.get(at) != Some(until)) {
                dropped.push(args![*company, person].to_vec());
            }
            for (company, until) in left.iter().filter(|(at, until)| before.get(at) != Some(until))
            {
                added.push(args![*company, person, *until].to_vec());
            }
        }
        tx.bulk(DROP, dropped)?;
        tx.bulk(ADD, added)?;
        Ok(())
    }

    /// Of whom something else is stored.
    pub(crate) fn differs(&self, tx: &mut Tx) -> Result<Vec<PersonId>, Failure> {
        let stored = self.stored(tx)?;
        let differs = self.0.iter().filter(|(person, left)| {
            stored.get(person).map_or(!left.is_empty(), |there| there != *left)
        });
        Ok(differs.map(|(person, _)| *person).collect())
    }

    fn stored(
        &self,
        tx: &mut Tx,
    ) -> Result<BTreeMap<PersonId, BTreeMap<CompanyId, Moment>>, Failure> {
        let mut stored: BTreeMap<PersonId, BTreeMap<CompanyId, Moment>> = BTreeMap::new();
        if self.0.is_empty() {
            return Ok(stored);
        }
        let list: Vec<Arg> = self.0.keys().copied().map(Arg::from).collect();
        tx.each_in(OF, &[], &list, |row| {
            stored.entry(row.int(0)).or_default().insert(row.int(1), row.moment(2));
            Ok(())
        })?;
        Ok(stored)
    }
}

/// Everybody whose history reads of one of these companies: who works there, and who did.
///
/// # Errors
/// `Broken` when the database fails.
pub(crate) fn readers(tx: &mut Tx, companies: &[CompanyId]) -> Result<Vec<PersonId>, Failure> {
    let mut readers: BTreeSet<PersonId> = people::people_at(tx, companies)?.into_iter().collect();
    let list: Vec<Arg> = companies.iter().copied().map(Arg::from).collect();
    tx.each_in(AT, &[], &list, |row| {
        readers.insert(row.int(0));
        Ok(())
    })?;
    Ok(readers.into_iter().collect())
}

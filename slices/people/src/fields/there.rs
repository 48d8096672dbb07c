//! Whom fields of people and companies name: only somebody who is there, and whom the user sees.

use std::collections::BTreeSet;

use funnel::history::{Fact, Value};
use platform::db::Tx;
use platform::failure::Failure;
use team::User;

use super::Fields;
use crate::sight;

/// Those whom some facts name and who are not there for the user.
#[derive(Debug, Default)]
pub(crate) struct Absent {
    fields: Fields,
    ids: BTreeSet<i64>,
}

impl Absent {
    /// Of these facts; nothing is asked unless a field of people or companies is told.
    ///
    /// # Errors
    /// `Broken` when the database fails.
    pub(crate) fn of<'f>(
        tx: &mut Tx,
        who: &User,
        facts: impl Iterator<Item = &'f Fact>,
    ) -> Result<Absent, Failure> {
        let fields = Fields::load(tx)?;
        let mut ids: BTreeSet<i64> = facts.filter_map(|fact| fields.named(fact)).collect();
        if !ids.is_empty() {
            let named: Vec<i64> = ids.iter().copied().collect();
            for seen in sight::seen_subjects(tx, who, &named)? {
                ids.remove(&seen);
            }
        }
        Ok(Absent { fields, ids })
    }

    /// Whom a fact names who is not there, in words.
    pub(crate) fn named_by(&self, fact: &Fact) -> Option<String> {
        if self.ids.is_empty() {
            return None;
        }
        let id = self.fields.named(fact)?;
        let field = self.fields.get(&fact.key)?;
        let one = if journal::is_company(id) { "company" } else { "person" };
        let Value::Text(text) = &fact.value else { return None };
        self.ids
            .contains(&id)
            .then(|| format!("{} is a {one}, and there is no {one} {text}", field.label))
    }

    /// The first of some facts that names somebody who is not there, and it in words.
    pub(crate) fn among<'f>(
        &self,
        mut facts: impl Iterator<Item = &'f Fact>,
    ) -> Option<(&'f Fact, String)> {
        facts.find_map(|fact| Some((fact, self.named_by(fact)?)))
    }
}

impl Fields {
    /// Whom a fact names, if its field is of people or companies.
    fn named(&self, fact: &Fact) -> Option<i64> {
        let prefix = self.names(&fact.key)?;
        let Value::Text(text) = &fact.value else { return None };
        self.ids.decode(prefix, text)
    }
}

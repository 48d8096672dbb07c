//! `create`: gives new people and companies their ids and their keys; what they are, the journal is told.

use std::collections::{BTreeSet, HashMap};

use platform::db::Tx;
use platform::failure::Failure;

use crate::{CompanyId, store};

/// One name of a subject outside: the kind of key and its value in normal form.
pub type Key = (String, String);

/// Finds the subjects of these keys in one go: for each kind of key, value by value. Whoever asks for one of them
/// meanwhile waits until this transaction has ended, so that of two at once only one makes somebody new.
///
/// # Errors
/// `Broken` when the database fails.
pub fn known<'a>(
    tx: &mut Tx,
    of_company: bool,
    keys: impl Iterator<Item = &'a Key>,
) -> Result<HashMap<Key, i64>, Failure> {
    let mut by_kind: HashMap<&str, Vec<&str>> = HashMap::new();
    let mut numbers = Vec::new();
    for (kind, value) in keys {
        by_kind.entry(kind).or_default().push(value);
        numbers.push(journal::natural_id(&[kind, value]));
    }
    tx.lock(if of_company { "company key" } else { "person key" }, &numbers)?;
    let mut found = HashMap::new();
    for (kind, mut values) in by_kind {
        values.sort_unstable();
        values.dedup();
        for (value, subject) in store::keys_in(tx, of_company, kind, &values)? {
            found.insert((kind.to_owned(), value), subject);
        }
    }
    Ok(found)
}

/// Gives keys to subjects. A key that somebody has already stays theirs: look first, with [`known`].
///
/// # Errors
/// `Broken` when the database fails.
pub fn claim(tx: &mut Tx, of_company: bool, keys: &[(Key, i64)]) -> Result<(), Failure> {
    let keys: Vec<(&str, &str, i64)> = keys
        .iter()
        .map(|((kind, value), subject)| (kind.as_str(), value.as_str(), *subject))
        .collect();
    store::save_keys(tx, of_company, &keys)
}

/// Which companies there are by the keys of a batch, while it goes on. A domain is one company's; a name may be several
/// companies', and is the key of the first of them.
pub struct Companies {
    known: HashMap<Key, CompanyId>,
    claims: Vec<(Key, CompanyId)>,
    /// Whether those that were asked for have a domain.
    with_domain: HashMap<CompanyId, bool>,
}

impl Companies {
    /// Finds the companies of these keys.
    ///
    /// # Errors
    /// `Broken` when the database fails.
    pub fn of<'a>(tx: &mut Tx, keys: impl Iterator<Item = &'a Key>) -> Result<Companies, Failure> {
        let known = known(tx, true, keys)?;
        Ok(Companies { known, claims: Vec::new(), with_domain: HashMap::new() })
    }

    /// Which companies these keys mean, each once; `own` is one that is meant anyway. Where a domain is given, or is its
    /// own, a name means no company of another domain: two firms may be called alike.
    ///
    /// # Errors
    /// `Broken` when the database fails.
    pub fn meant(
        &mut self,
        tx: &mut Tx,
        keys: &[Key],
        own: Option<CompanyId>,
    ) -> Result<Vec<CompanyId>, Failure> {
        let mut sure: BTreeSet<CompanyId> = own.into_iter().collect();
        let (domains, others): (Vec<&Key>, Vec<&Key>) =
            keys.iter().partition(|(kind, _)| kind == "domain");
        sure.extend(domains.iter().filter_map(|key| self.known.get(*key)));
        let has_domain = !domains.is_empty()
            || match own {
                Some(own) => self.has_domain(tx, own)?,
                None => false,
            };
        let mut meant = sure.clone();
        for key in others {
            let Some(named) = self.known.get(key).copied() else { continue };
            if !has_domain || sure.contains(&named) || !self.has_domain(tx, named)? {
                meant.insert(named);
            }
        }
        // Whom a domain names comes before whom a name does.
        let others = meant.into_iter().filter(|id| !sure.contains(id));
        Ok(sure.iter().copied().chain(others).collect())
    }

    /// Gives a company those of its keys that are nobody's yet; whether there were any.
    pub fn give(&mut self, keys: &[Key], company: CompanyId) -> bool {
        let before = self.claims.len();
        for key in keys {
            if self.known.contains_key(key) {
                continue;
            }
            if key.0 == "domain" {
                self.with_domain.insert(company, true);
            }
            self.known.insert(key.clone(), company);
            self.claims.push((key.clone(), company));
        }
        self.claims.len() > before
    }

    /// Writes the keys that were given.
    ///
    /// # Errors
    /// `Broken` when the database fails.
    pub fn save(self, tx: &mut Tx) -> Result<(), Failure> {
        claim(tx, true, &self.claims)
    }

    fn has_domain(&mut self, tx: &mut Tx, company: CompanyId) -> Result<bool, Failure> {
        if let Some(has) = self.with_domain.get(&company) {
            return Ok(*has);
        }
        let has = store::keys_of(tx, company)?.iter().any(|(kind, _)| kind == "domain");
        self.with_domain.insert(company, has);
        Ok(has)
    }
}

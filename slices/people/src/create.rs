//! `create`: gives new people and companies their ids and their keys; what they are, the journal is told.

use std::collections::HashMap;

use platform::db::Tx;
use platform::failure::Failure;

use crate::store;

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

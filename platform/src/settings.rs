//! Settings: small values of the workspace by name.
use std::collections::BTreeMap;

use crate::db::{Sql, sql};
use crate::{Failure, Tx, args};

const FIND: Sql = sql("select value from setting where name = $1");
const SAVE: Sql = sql(
    "insert into setting (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value",
);
const SAVE_FIRST: Sql =
    sql("insert into setting (name, value) values ($1, $2) on conflict (name) do nothing");
const REMOVE: Sql = sql("delete from setting where name = $1");
const LIST: Sql = sql("select name, value from setting order by name");
pub(crate) const ALL: &[Sql] = &[FIND, SAVE, SAVE_FIRST, REMOVE, LIST];

/// All of them, as they are kept.
struct All(BTreeMap<String, String>);

/// Every setting, its name and its value.
///
/// # Errors
/// As [`Tx::row`].
pub fn list(tx: &mut Tx) -> Result<Vec<(String, String)>, Failure> {
    let rows = tx.rows(LIST, args![])?;
    Ok(rows.iter().map(|row| (row.text(0).to_owned(), row.text(1).to_owned())).collect())
}

/// The value of that name, if one was saved.
///
/// # Errors
/// As [`Tx::row`].
pub fn find(tx: &mut Tx, name: &str) -> Result<Option<String>, Failure> {
    if tx.keeps() {
        let all = tx.kept(&["setting"], |tx| Ok(All(list(tx)?.into_iter().collect())))?;
        return Ok(all.0.get(name).cloned());
    }
    Ok(tx.row(FIND, args![name])?.map(|row| row.text(0).to_owned()))
}

/// The value of that name.
///
/// # Errors
/// `Missing` if none was saved; else as [`Tx::row`].
pub fn load(tx: &mut Tx, name: &str) -> Result<String, Failure> {
    find(tx, name)?.ok_or_else(|| Failure::missing("setting", name))
}

/// Keeps a value under that name, in place of the one before.
///
/// # Errors
/// As [`Tx::row`].
pub fn save(tx: &mut Tx, name: &str, value: &str) -> Result<(), Failure> {
    tx.execute(SAVE, args![name, value]).map(drop)
}

/// Keeps a value unless there is one, and gives what is kept; of two at once, both get the same.
///
/// # Errors
/// As [`Tx::row`].
pub fn save_first(tx: &mut Tx, name: &str, value: &str) -> Result<String, Failure> {
    tx.execute(SAVE_FIRST, args![name, value])?;
    find(tx, name)?.ok_or_else(|| Failure::broken("a setting vanished while it was saved"))
}

/// Forgets the value of that name.
///
/// # Errors
/// As [`Tx::row`].
pub fn remove(tx: &mut Tx, name: &str) -> Result<(), Failure> {
    tx.execute(REMOVE, args![name]).map(drop)
}

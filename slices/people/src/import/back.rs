//! People who were erased and are brought back on purpose.

use moment::Moment;
use platform::args;
use platform::db::{Sql, Tx, sql};
use platform::failure::Failure;
use serde_json::json;
use team::audit::{self, Subject};
use team::{Right, User};

const BRING: Sql = sql("update import set brings_back = 1 where id = $1");
const BRINGS: Sql = sql("select brings_back from import where id = $1");

pub(crate) const ALL: &[Sql] = &[BRING, BRINGS];

/// Has an import that was just started take the rows of people who were erased, too, with notice.
///
/// # Errors
/// `Forbidden` without the right to import.
pub fn bring_back(tx: &mut Tx, who: &User, import: i64, now: Moment) -> Result<(), Failure> {
    who.may(Right::ImportPeople)?;
    tx.execute(BRING, args![import])?;
    let subject = (super::IMPORT_ID, import);
    audit::note(tx, who, "import.brings-back", subject, serde_json::Value::Null, now)
}

/// Whether an import does.
pub(crate) fn brings_back(tx: &mut Tx, import: i64) -> Result<bool, Failure> {
    Ok(tx.row(BRINGS, args![import])?.is_some_and(|row| row.flag(0)))
}

/// Tells the audit log how many keys are back.
pub(crate) fn note(tx: &mut Tx, who: &User, keys: usize, now: Moment) -> Result<(), Failure> {
    if keys == 0 {
        return Ok(());
    }
    audit::note(tx, who, "people.brought-back", Subject::NONE, json!({ "keys": keys }), now)
}

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

/// Letters of a reason at most.
const REASON_LETTERS_MAX: usize = 500;

/// Has an import that was just started take the rows of people who were erased, too, with notice; why is kept in the
/// audit log.
///
/// # Errors
/// `Forbidden` without the right to import; `Invalid` without a reason, and for one that is too long.
pub fn bring_back(
    tx: &mut Tx,
    who: &User,
    import: i64,
    reason: &str,
    now: Moment,
) -> Result<(), Failure> {
    who.may(Right::ImportPeople)?;
    let reason = read_reason(reason)?;
    tx.execute(BRING, args![import])?;
    let subject = (super::IMPORT_ID, import);
    audit::note(tx, who, "import.brings-back", subject, json!({ "reason": reason }), now)
}

/// Why people who were erased are brought back.
///
/// # Errors
/// `Invalid` for none, and for one that is too long.
pub fn read_reason(text: &str) -> Result<&str, Failure> {
    let reason = text.trim();
    if reason.is_empty() {
        let words = "say why people who were erased come back: they asked for it, or you erased them by mistake";
        return Err(Failure::invalid("reason", words));
    }
    if reason.chars().count() > REASON_LETTERS_MAX {
        let words = format!("the reason is longer than {REASON_LETTERS_MAX} letters");
        return Err(Failure::invalid("reason", words));
    }
    Ok(reason)
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

//! Addresses that are taken: whoever sees a part of the people and tells of somebody else's is refused, and so learns that
//! there is one. See decision 0089: it can't be kept from them, so that it is counted, and nobody asks at leisure.

use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
use serde_json::json;
use team::audit::{self, Subject};
use team::{Sight, User, guesses};

/// Lets nobody ask on who has just met very many addresses of others.
///
/// # Errors
/// `TooMany` with how long to wait.
pub(crate) fn may_ask(tx: &mut Tx, who: &User, now: Moment) -> Result<(), Failure> {
    if who.sight == Sight::Everybody { Ok(()) } else { guesses::may_go_on(tx, who, now) }
}

/// Counts addresses that the user met and whose people they do not see, and tells the audit log; also if what they asked
/// for is undone.
///
/// # Errors
/// `Broken` when the database fails.
pub(crate) fn met(tx: &mut Tx, who: &User, addresses: usize, now: Moment) -> Result<(), Failure> {
    if addresses == 0 || who.sight == Sight::Everybody {
        return Ok(());
    }
    let asker = who.clone();
    let note = move |tx: &mut Tx| {
        guesses::count(tx, &asker, addresses, now)?;
        let detail = json!({ "addresses": addresses });
        audit::note(tx, &asker, "address.taken", Subject::NONE, detail, now)
    };
    note.clone()(tx)?;
    tx.even_if_undone(note);
    Ok(())
}

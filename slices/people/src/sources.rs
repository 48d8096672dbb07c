//! `sources`: which sources of facts are believed before others.

use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
use serde_json::json;
use team::{Right, User, audit};

/// The sources that are believed before all others, the most trusted first.
///
/// # Errors
/// `Forbidden` without the right to read people.
pub fn sources(tx: &mut Tx, who: &User) -> Result<Vec<String>, Failure> {
    who.may(Right::ReadPeople)?;
    journal::sources(tx)
}

/// Says which sources are believed before all others from now on; gives them as they are kept.
///
/// # Errors
/// `Forbidden` without the right to manage the workspace; `Invalid` for a name that is none, or twice the same.
pub fn rank(
    tx: &mut Tx,
    who: &User,
    order: &[String],
    now: Moment,
) -> Result<Vec<String>, Failure> {
    who.may(Right::ManageWorkspace)?;
    journal::rank_sources(tx, order)?;
    let detail = json!({ "order": order });
    audit::note(tx, who, "sources.ranked", audit::Subject::NONE, detail, now)?;
    journal::sources(tx)
}

//! A workspace that arrived: what is derived here is not there yet, and is made.

use moment::Moment;
use platform::args;
use platform::db::{Sql, Tx, sql};
use platform::failure::Failure;
use platform::jobs;
use serde_json::json;
use team::roster;

use crate::refold::REFOLD;
use crate::{erase, kept, segment, store, territory};

const UNMAKE_WORDS: Sql = sql("update segment_word set built_to = 0");

pub(crate) const ALL: &[Sql] = &[UNMAKE_WORDS];

/// Begins with what is derived where nothing derived is yet: words and territories are still to be made, so that nothing
/// is counted too low meanwhile; and the flow begins with those who were erased, whom no fold finds.
///
/// # Errors
/// `Broken` when the database fails.
pub fn begin(tx: &mut Tx) -> Result<(), Failure> {
    tx.execute(UNMAKE_WORDS, args![])?;
    roster::unmake_territories(tx)?;
    for (lens, _) in store::lenses(tx)? {
        let erased = erase::flow(tx, lens)?;
        store::add_flow(tx, lens, &erased)?;
    }
    Ok(())
}

/// Has everything made from histories, once the rows of people are there; gives the jobs, in their order.
///
/// # Errors
/// `Broken` when the database fails.
pub fn make(tx: &mut Tx, now: Moment) -> Result<Vec<i64>, Failure> {
    let folding = jobs::enqueue(tx, REFOLD, None, &json!({ "for": [kept::ARRIVAL] }), now)?;
    let words = jobs::enqueue(tx, segment::BUILD, Some("words"), &json!({}), now)?;
    let territories = jobs::enqueue(tx, territory::BUILD, Some("territories"), &json!({}), now)?;
    Ok(vec![folding, words, territories])
}

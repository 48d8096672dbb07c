//! Reading the audit log: a page of it, all of it, and whether it is whole.

use std::collections::HashMap;

use moment::Moment;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use serde::Serialize;
use serde_json::Value;

use super::{BEGINNING, LANES, linked, store};
use crate::colleague::USER;
use crate::role::Right;
use crate::token::TOKEN;
use crate::user::User;

/// Rows of a page at most.
pub const ROWS_MAX: usize = 500;
/// Rows read at once for an export.
const CHUNK_ROWS: usize = 1_000;

/// Which rows are asked for; what is not said does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Of whom; 0 for the operator, and for strangers at the door.
    pub user: Option<i64>,
    /// What was done: `token.revoked`, or everything done to a kind of record: `token.`
    pub what: Option<String>,
    /// To which record: the prefix of its public id, and its number.
    pub subject: Option<(String, i64)>,
    /// Through which mouth.
    pub mouth: Option<String>,
    /// From this moment on.
    pub since: Option<Moment>,
    /// Before this moment.
    pub until: Option<Moment>,
}

/// A place in the log, after which a page goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub at: Moment,
    pub id: i64,
}

impl Place {
    fn parse(text: &str) -> Option<Place> {
        let (at, id) = text.split_once('~')?;
        Some(Place { at: Moment(at.parse().ok()?), id: id.parse().ok()? })
    }
}

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Who {
    /// The public id.
    pub id: String,
    /// The name, as it is now.
    pub name: String,
}

/// Something that was done.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Noted {
    /// When.
    pub at: Moment,
    /// By whom; nobody for the operator of the machine, and for strangers at the door.
    pub by: Option<Who>,
    /// Through which mouth.
    pub mouth: String,
    /// The token that was shown, with its name.
    pub token: Option<Who>,
    /// What: `token.revoked`.
    pub what: String,
    /// The public id of the record to which it was done.
    pub subject: Option<String>,
    /// What there is to add.
    pub detail: Value,
}

/// Some rows, and where the next ones are.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Page {
    /// The newest first.
    pub rows: Vec<Noted>,
    /// The place after which to go on, if there are more.
    pub next: Option<String>,
}

/// A page of the log, the newest first.
///
/// # Errors
/// `Forbidden` without the right to read the audit log; `Invalid` for a place that is none.
pub fn list(
    tx: &mut Tx,
    who: &User,
    asked: &Asked,
    after: Option<&str>,
    limit: usize,
) -> Result<Page, Failure> {
    who.may(Right::ReadAudit)?;
    let after = match after {
        Some(text) => Some(Place::parse(text).ok_or_else(|| {
            Failure::invalid(
                "after",
                "this is no place in the log: take it as the page before gave it",
            )
        })?),
        None => None,
    };
    let limit = limit.clamp(1, ROWS_MAX);
    let mut kept = store::found(tx, asked, after, limit + 1)?;
    let is_more = kept.len() > limit;
    kept.truncate(limit);
    let last = kept.last().filter(|_| is_more);
    let next = last.map(|row| format!("{}~{}", row.occurred_at.0, row.id));
    Ok(Page { rows: noted(tx, kept)?, next })
}

/// Every row that meets what is asked, the newest first, a thousand at a time, so that a long log needs no more memory
/// than a short one.
///
/// # Errors
/// As [`list`], and what `with` gives.
pub fn export(
    app: &App,
    who: &User,
    asked: &Asked,
    mut with: impl FnMut(Vec<Noted>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    who.may(Right::ReadAudit)?;
    let mut after = None;
    loop {
        let asked = asked.clone();
        let (rows, last) = app.db.read_blocking(move |tx| {
            let kept = store::found(tx, &asked, after, CHUNK_ROWS)?;
            let last = kept.last().map(|row| Place { at: row.occurred_at, id: row.id });
            Ok((noted(tx, kept)?, last))
        })?;
        let is_last = rows.len() < CHUNK_ROWS;
        with(rows)?;
        if is_last {
            return Ok(());
        }
        after = last;
    }
}

fn noted(tx: &mut Tx, kept: Vec<store::Kept>) -> Result<Vec<Noted>, Failure> {
    let ids = |of: fn(&store::Kept) -> Option<i64>| {
        let mut ids: Vec<i64> = kept.iter().filter_map(of).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    let users: HashMap<i64, String> =
        crate::store::names(tx, &ids(|row| row.user))?.into_iter().collect();
    let tokens: HashMap<i64, String> =
        store::token_names(tx, &ids(|row| row.token))?.into_iter().collect();
    let public = tx.public_ids();
    let named = |prefix: &str, names: &HashMap<i64, String>, id: i64| Who {
        id: public.encode(prefix, id),
        name: names.get(&id).cloned().unwrap_or_default(),
    };
    Ok(kept
        .into_iter()
        .map(|row| Noted {
            at: row.occurred_at,
            by: row.user.map(|id| named(USER, &users, id)),
            mouth: row.mouth,
            token: row.token.map(|id| named(TOKEN, &tokens, id)),
            what: row.what,
            subject: row.subject.map(|(kind, id)| public.encode(&kind, id)),
            detail: serde_json::from_str(&row.detail).unwrap_or_default(),
        })
        .collect())
}

/// What a check of the log found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Rows that were read.
    pub rows: u64,
    /// Where a row is missing, was put in or was changed: in words, the first of each lane.
    pub breaks: Vec<String>,
    /// A hash over the ends of all lanes. Whoever keeps it elsewhere can tell later that nothing was cut off.
    pub head: String,
}

/// Reads the whole log and recounts its hashes: a row that was changed, put in or taken out from the middle, past this
/// program, is found. Rows cut off at the end of a lane are not, but for whoever kept the head.
///
/// # Errors
/// `Forbidden` without the right to read the audit log.
pub fn check(tx: &mut Tx, who: &User) -> Result<Checked, Failure> {
    use sha2::{Digest as _, Sha256};
    who.may(Right::ReadAudit)?;
    let mut checked = Checked::default();
    let mut heads = Sha256::new();
    for lane in 0..LANES {
        let (mut place, mut hash, mut is_broken) = (0, BEGINNING.to_vec(), false);
        store::each_of(tx, lane, |row| {
            checked.rows += 1;
            place += 1;
            if !is_broken && (row.place != place || row.hash != linked(&hash, &row)) {
                is_broken = true;
                let words = format!(
                    "row {place} of chain {lane}, of {}, is not the one that was written there",
                    row.occurred_at
                );
                checked.breaks.push(words);
            }
            hash = row.hash;
            Ok(())
        })?;
        heads.update(&hash);
    }
    checked.head = heads.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(checked)
}

//! Names, for whoever sees a part of the people: the index of all names is read on until enough of theirs are met, or, if
//! too many others are called so, each of their few is held against the words.

use std::collections::BTreeSet;

use platform::db::{Made, Tx};
use platform::failure::Failure;
use team::User;
use team::sight::Limits;

use super::{add, first_of, int, store};
use crate::{PersonId, sight};

/// Turns read at once.
const STRETCH: usize = 500;
/// Turns that are read for each one who is wanted: somebody of fifty is theirs.
const READ_FOR_EACH: usize = 50;
/// Turns that are read at least, and at most, before it is said that too few are theirs.
const READ: (usize, usize) = (2_000, 30_000);
/// People each of whom is held against the words rather than passed over in the index.
const FEW: i64 = 20_000;

/// Those whom the user sees whose names hold words that begin so.
pub(super) fn named(
    tx: &mut Tx,
    who: &User,
    limits: &Limits,
    words: &[String],
    limit: usize,
) -> Result<Vec<PersonId>, Failure> {
    let Some((first, others)) = first_of(words) else { return Ok(Vec::new()) };
    let most = limit.saturating_mul(READ_FOR_EACH).clamp(READ.0, READ.1);
    let (mut found, mut is_whole) = beginning(tx, who, &words.join(" "), limit, most)?;
    if found.len() < limit && !others.is_empty() {
        let turned: Vec<&str> = words.iter().rev().map(String::as_str).collect();
        let (more, is_all) = beginning(tx, who, &turned.join(" "), limit, most)?;
        add(&mut found, more);
        let more = store::named_and(tx, false, first, &others, int(most))?;
        is_whole &= is_all && more.len() < most;
        add(&mut found, sight::seen(tx, who, &more)?);
    }
    if found.len() < limit && !is_whole {
        if are_few(tx, limits)? {
            add(&mut found, store::among(tx, limits, words, int(limit))?);
        }
    }
    found.truncate(limit);
    Ok(found)
}

/// Whether somebody sees few: counted up to there, and no further.
fn are_few(tx: &mut Tx, limits: &Limits) -> Result<bool, Failure> {
    let mut made = Made::default();
    made.text("select count(*) from (select mine.id from (");
    sight::gather(&mut made, limits);
    made.text(") mine limit ").arg(FEW + 1).text(") few");
    let mut count = 0;
    tx.each_made(&made, |row| {
        count = row.int(0);
        Ok(())
    })?;
    Ok(count <= FEW)
}

/// Those whom the user sees one of whose turns begins so, up to a limit; and whether there are no others.
fn beginning(
    tx: &mut Tx,
    who: &User,
    beginning: &str,
    limit: usize,
    most: usize,
) -> Result<(Vec<PersonId>, bool), Failure> {
    let (mut found, mut read) = (Vec::new(), 0);
    let mut after = (beginning.to_owned(), 0);
    while read < most && found.len() < limit {
        let turns = store::named_after(tx, beginning, &after, int(STRETCH))?;
        let count = turns.len();
        read += count;
        let mut known = BTreeSet::new();
        let people: Vec<PersonId> = turns
            .iter()
            .map(|(_, person)| *person)
            .filter(|person| known.insert(*person))
            .collect();
        add(&mut found, sight::seen(tx, who, &people)?);
        match turns.into_iter().next_back() {
            Some(last) if count == STRETCH => after = last,
            _ => return Ok((found, true)),
        }
    }
    Ok((found, false))
}

//! The order by a formula: those of whom it is true, those of whom it is false, and at last those of whom it is unknown,
//! each in the order in which they came.
//!
//! **Promise:** it is the order of a fact that is 1 or 0, places and pages included.
//! **Never:** judges everybody for a page: it is found as a page of a condition is, by a walk or among few.

use std::sync::Arc;

use funnel::condition::{Condition, Term};
use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
use team::User;

use super::order::Order;
use super::sieve::Sieve;
use super::{Cursor, Key, Turn, places, rest};
use crate::condition::{self, Asked};
use crate::fields::{self, Kind};
use crate::{LensId, Of};

/// Facts of fields have this in their keys.
const CUSTOM: &str = ".custom.";

/// Whether a fact is one that follows from a condition.
pub(crate) fn is_one(tx: &mut Tx, key: &str) -> Result<bool, Failure> {
    if !key.contains(CUSTOM) {
        return Ok(false);
    }
    let fields = fields::all(tx)?;
    Ok(fields.iter().any(|field| field.key == key && field.kind == Kind::Formula))
}

/// The formula as a condition, if whoever asks may have its order.
///
/// # Errors
/// `Refused` with `formula_order` where its condition would be refused, for the same reason.
pub(crate) fn asked(
    tx: &mut Tx,
    who: &User,
    (of, lens): (Of, LensId),
    key: &str,
) -> Result<Arc<dyn Asked>, Failure> {
    let read = condition::read_of(tx, of, lens, key).and_then(|asked| {
        asked.check(tx, who)?;
        Ok(asked)
    });
    read.map_err(|failure| match failure {
        Failure::Refused { code: "condition", words } => {
            let words = format!("A list has no order by {key} here: {words}");
            Failure::refused("formula_order", words)
        }
        other => other,
    })
}

/// The next places in the order by a formula: each of its parts is a list of its own, by number, of those whom the sieve
/// lets through and of whom the formula is true, false or unknown.
///
/// # Errors
/// `Invalid` for a place in another order; else as [`asked`].
pub(super) fn places(
    tx: &mut Tx,
    who: &User,
    (order, key): (&Order<'_>, &str),
    sieve: &Sieve,
    (after, wanted): (Option<&Cursor>, usize),
    now: Moment,
) -> Result<Option<Vec<Cursor>>, Failure> {
    let about = (order.of, order.lens);
    let is_true = asked(tx, who, about, key)?.condition().clone();
    let is_false = Condition::Not(Box::new(is_true.clone()));
    let (yes, no) = ((Key::Real(1.0), is_true), (Key::Real(0.0), is_false));
    let unknown = (Key::Unknown, rest::unknown(Term::Fact(key.to_owned())));
    let parts = match order.turn {
        Turn::Down => [yes, no, unknown],
        Turn::Up => [no, yes, unknown],
    };
    let is_at = |value: &Key| after.is_none_or(|after| after.value == *value);
    if !parts.iter().any(|(value, _)| is_at(value)) {
        return Err(places::of_another_order());
    }
    let mut found: Vec<Cursor> = Vec::new();
    for (value, part) in parts.iter().skip_while(|(value, _)| !is_at(value)) {
        if found.len() >= wanted {
            break;
        }
        let left = (after, wanted - found.len());
        let those = rest::by_number(tx, who, order, (value, part), sieve, left, now)?;
        let Some(those) = those else { return Ok(None) };
        found.extend(those);
    }
    Ok(Some(found))
}

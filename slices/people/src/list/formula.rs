//! The order by a formula: those of whom it is true and those of whom it is false, each in the order in which they came.
//!
//! **Promise:** it is the order of a fact that is 1 or 0, places and pages included; of whom it is unknown is not in it.
//! **Never:** judges everybody for a page: it is found as a page of a condition is, by a walk or among few.

use std::sync::Arc;

use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
use team::User;

use super::order::{By, COMPANIES_BY_CREATED, Order, PEOPLE_BY_CREATED};
use super::sieve::Sieve;
use super::{Cursor, Key, Turn, places};
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

/// The next places in the order by a formula: each of its two parts is a list of its own, by number, of those whom the
/// sieve lets through and of whom the formula is true, or false.
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
    asked(tx, who, about, key)?;
    let by = match order.of {
        Of::People => &PEOPLE_BY_CREATED,
        Of::Companies => &COMPANIES_BY_CREATED,
    };
    let by_number = Order { by: By::Column(by), ..*order };
    let parts = match order.turn {
        Turn::Down => [(1.0, key.to_owned()), (0.0, format!("!{key}"))],
        Turn::Up => [(0.0, format!("!{key}")), (1.0, key.to_owned())],
    };
    if after.is_some_and(|after| ![Key::Real(0.0), Key::Real(1.0)].contains(&after.value)) {
        return Err(places::of_another_order());
    }
    let is_before = |value: &Key| after.is_some_and(|after| after.value != *value);
    let parts = parts.map(|(value, text)| (Key::Real(value), text));
    let mut found: Vec<Cursor> = Vec::new();
    for (value, text) in parts.into_iter().skip_while(|(value, _)| is_before(value)) {
        if found.len() >= wanted {
            break;
        }
        let after = after.filter(|after| after.value == value);
        let after = after.map(|after| Cursor { value: Key::Int(after.id), id: after.id });
        let part = condition::read_of(tx, about.0, about.1, &text)?;
        let condition = match &sieve.condition {
            Some(asked) => asked.and(part.condition()),
            None => part,
        };
        let sieve = Sieve { condition: Some(condition), ..sieve.clone() };
        let left = (after.as_ref(), wanted - found.len());
        let Some(those) = places::places(tx, who, &by_number, &sieve, left, now)? else {
            return Ok(None);
        };
        found.extend(those.into_iter().map(|place| Cursor { value: value.clone(), id: place.id }));
    }
    Ok(Some(found))
}

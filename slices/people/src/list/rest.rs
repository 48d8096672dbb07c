//! The end of an order: those of whom it is unknown by what the order goes.
//!
//! **Promise:** they come after all others, whichever way the order goes, among themselves in the order in which they
//! came; so every list holds whom it counts.
//! **Never:** looks for them where a condition lets nobody of them through, or while the page is full of others.

use funnel::condition::{Condition, Term};
use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
use team::User;

use super::order::{By, COMPANIES_BY_CREATED, Order, PEOPLE_BY_CREATED};
use super::places::places;
use super::sieve::Sieve;
use super::{Cursor, Key};
use crate::{Of, condition};

/// The next places of an order, and then of those of whom it says nothing.
pub(super) fn with_rest(
    tx: &mut Tx,
    who: &User,
    order: &Order<'_>,
    sieve: &Sieve,
    (after, wanted): (Option<&Cursor>, usize),
    now: Moment,
) -> Result<Option<Vec<Cursor>>, Failure> {
    let is_past = after.is_some_and(|after| after.value == Key::Unknown);
    let mut found = Vec::new();
    if !is_past {
        let Some(places) = places(tx, who, order, sieve, (after, wanted), now)? else {
            return Ok(None);
        };
        found = places;
    }
    if found.len() < wanted
        && let Some(term) = order.by.may_be_unknown()
        && !asks_to_know(sieve, &term, now)
    {
        let unknown = unknown(term);
        let part = (&Key::Unknown, &unknown);
        let left = (after, wanted - found.len());
        let Some(rest) = by_number(tx, who, order, part, sieve, left, now)? else {
            return Ok(None);
        };
        found.extend(rest);
    }
    Ok(Some(found))
}

/// That nothing is known of a term.
pub(super) fn unknown(term: Term) -> Condition {
    Condition::Not(Box::new(Condition::Known(term)))
}

/// Whether a condition is true of those alone of whom a term is known: of whoever has a place in its order.
fn asks_to_know(sieve: &Sieve, term: &Term, now: Moment) -> bool {
    let reach = sieve.condition.as_ref().map(|asked| asked.reach(term, now));
    reach.is_some_and(|(low, high)| low.is_some() || high.is_some())
}

/// The next places of one part of an order, in which nobody stands before another: those of whom a condition is true,
/// by number, each with the value of the part.
pub(super) fn by_number(
    tx: &mut Tx,
    who: &User,
    order: &Order<'_>,
    (value, part): (&Key, &Condition),
    sieve: &Sieve,
    (after, wanted): (Option<&Cursor>, usize),
    now: Moment,
) -> Result<Option<Vec<Cursor>>, Failure> {
    let created = match order.of {
        Of::People => &PEOPLE_BY_CREATED,
        Of::Companies => &COMPANIES_BY_CREATED,
    };
    let by_number = Order { by: By::Column(created), ..*order };
    let asked = match &sieve.condition {
        Some(asked) => asked.and(part),
        None => condition::read_of(tx, order.of, order.lens, EVERYBODY)?.and(part),
    };
    let sieve = Sieve { condition: Some(asked), ..sieve.clone() };
    let after = after.filter(|after| after.value == *value);
    let after = after.map(|after| Cursor { value: Key::Int(after.id), id: after.id });
    let places = places(tx, who, &by_number, &sieve, (after.as_ref(), wanted), now)?;
    let of_part = |place: Cursor| Cursor { value: value.clone(), id: place.id };
    Ok(places.map(|places| places.into_iter().map(of_part).collect()))
}

/// What is true of everybody, in the text form.
const EVERYBODY: &str = "true";

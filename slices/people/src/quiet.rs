//! `quiet`: people of whom nothing was heard since a moment.

use moment::Moment;
use platform::db::{Made, Tx};
use platform::failure::Failure;
use team::{Right, User};

use crate::PersonId;
use crate::list::Sieve;

/// The moment so many months before another, in UTC; the last of a shorter month where its day is not in it.
pub fn months_before(now: Moment, months: u32) -> Moment {
    let here = now.timestamp().to_zoned_datetime(jiff::tz::TimeZone::UTC);
    let span = jiff::Span::new().try_months(i64::from(months));
    let before = span.and_then(|span| here.checked_sub(span));
    before.map_or(Moment::START, |before| before.timestamp().into())
}

/// Everybody whom a sieve lets through who did nothing themselves since a moment, and whom we knew by then; by id. Nothing
/// while the condition is not ready.
///
/// # Errors
/// `Forbidden` without the right to read people; as [`Sieve::set`].
pub fn quiet(
    tx: &mut Tx,
    who: &User,
    sieve: &Sieve,
    since: Moment,
    now: Moment,
) -> Result<Option<Vec<PersonId>>, Failure> {
    who.may(Right::ReadPeople)?;
    let Some(set) = sieve.set(tx, who, now)? else { return Ok(None) };
    let mut made = Made::default();
    made.text("select q.id from (").made(&set);
    made.text(") q join standing t on t.person_id = q.id and t.lens_id = ").arg(sieve.lens);
    made.text(" join person p on p.id = q.id where t.touched_at < ").arg(since);
    made.text(" and p.created_at < ").arg(since).text(" order by q.id");
    let mut found = Vec::new();
    tx.each_made(&made, |row| {
        found.push(row.int(0));
        Ok(())
    })?;
    Ok(Some(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_those_of_the_calendar() {
        for (now, months, before) in [
            ("2026-11-30T12:00:00Z", 9, "2026-02-28T12:00:00Z"),
            ("2026-11-30T12:00:00Z", 24, "2024-11-30T12:00:00Z"),
            ("2026-01-15T00:00:00Z", 1, "2025-12-15T00:00:00Z"),
        ] {
            let before: Moment = before.parse().unwrap();
            assert_eq!(months_before(now.parse().unwrap(), months), before);
        }
    }
}

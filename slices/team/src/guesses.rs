//! Guesses of somebody who is known: so many of what they may not see, then a pause.

use moment::{Moment, Span};
use platform::db::Tx;
use platform::failure::Failure;

use crate::store;
use crate::throttle::{PAUSE_MINUTES, bucket, seconds_until};
use crate::user::User;

/// What somebody may meet by chance within the pause: more than a list of a fair holds of a colleague's people.
const GUESSES_MAX: i64 = 60;

fn of(who: &User) -> Vec<u8> {
    bucket(format!("guesses {}", who.id.0))
}

/// Whether somebody may go on.
///
/// # Errors
/// `TooMany` with how long to wait, after too many.
pub fn may_go_on(tx: &mut Tx, who: &User, now: Moment) -> Result<(), Failure> {
    let pause = Span::minutes(PAUSE_MINUTES);
    match store::tries(tx, of(who))? {
        Some((tries, since_at)) if tries >= GUESSES_MAX && since_at + pause > now => {
            Err(Failure::TooMany { retry_after_s: seconds_until(now, since_at + pause) })
        }
        _ => Ok(()),
    }
}

/// Counts some more.
///
/// # Errors
/// `Broken` when the database fails.
pub fn count(tx: &mut Tx, who: &User, guesses: usize, now: Moment) -> Result<(), Failure> {
    let quiet_since = now - Span::minutes(PAUSE_MINUTES);
    for _ in 0..i64::try_from(guesses).unwrap_or(GUESSES_MAX).min(GUESSES_MAX) {
        store::count_try(tx, of(who), now, quiet_since, GUESSES_MAX)?;
    }
    Ok(())
}

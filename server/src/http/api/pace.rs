//! Pace: how many calls a token may make. Off unless the configuration says a number.
//!
//! Each token has a bucket that fills evenly within a minute: the generic cell rate algorithm (ITU-T I.371), which keeps one
//! moment for each. It lives in this process: several on one database each count for themselves.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use moment::{Moment, Span};

const MINUTE_US: i64 = 60_000_000;
/// Tokens after which those that are quiet are let go of.
const TOKENS_KEPT: usize = 10_000;

/// The limit and what was used of it.
#[derive(Debug, Default)]
pub(super) struct Pace {
    per_minute: u32,
    /// From when on each token has its whole minute again.
    whole_at: Mutex<HashMap<i64, Moment>>,
}

/// What is left to a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Left {
    limit: u32,
    remaining: i64,
    /// Until it has its whole minute again, in seconds.
    reset_s: i64,
    /// How long to wait for the next call, if this one is one too many.
    pub(super) wait_s: Option<i64>,
}

impl Pace {
    pub(super) fn new(per_minute: u32) -> Pace {
        Pace { per_minute, whole_at: Mutex::default() }
    }

    /// Counts a call; nothing if there is no limit.
    pub(super) fn take(&self, token: i64, now: Moment) -> Option<Left> {
        if self.per_minute == 0 {
            return None;
        }
        let one = Span(MINUTE_US / i64::from(self.per_minute));
        let mut whole_at = self.whole_at.lock().unwrap_or_else(PoisonError::into_inner);
        if whole_at.len() >= TOKENS_KEPT {
            whole_at.retain(|_, at| *at > now);
        }
        let at = whole_at.get(&token).copied().unwrap_or(now).max(now);
        let after = at + one;
        let over = (after - now).0 - MINUTE_US;
        let seconds =
            |us: i64| us.max(0).div_euclid(1_000_000) + i64::from(us.rem_euclid(1_000_000) > 0);
        let is_taken = over <= 0;
        let until = if is_taken { after } else { at };
        if is_taken {
            whole_at.insert(token, after);
        }
        let used = (until - now).0;
        Some(Left {
            limit: self.per_minute,
            remaining: (MINUTE_US - used).max(0) / one.0,
            reset_s: seconds(used),
            wait_s: (!is_taken).then(|| seconds(over).max(1)),
        })
    }
}

impl Left {
    pub(super) fn tell(self, headers: &mut HeaderMap) {
        let limit = ("ratelimit-limit", i64::from(self.limit));
        let rest = [("ratelimit-remaining", self.remaining), ("ratelimit-reset", self.reset_s)];
        for (name, number) in [limit].into_iter().chain(rest) {
            headers.insert(HeaderName::from_static(name), HeaderValue::from(number));
        }
        if let Some(wait) = self.wait_s {
            headers.insert(axum::http::header::RETRY_AFTER, HeaderValue::from(wait));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_holds_so_many_calls_and_fills_evenly() {
        let pace = Pace::new(60);
        let at = |seconds: i64| Moment::from_seconds(1_000 + seconds);
        for left in (0..60).rev() {
            let taken = pace.take(7, at(0)).unwrap();
            assert_eq!((taken.remaining, taken.wait_s), (left, None));
        }
        assert_eq!(pace.take(7, at(0)).unwrap().wait_s, Some(1));
        assert_eq!(pace.take(8, at(0)).unwrap().remaining, 59, "another's token");
        assert_eq!(pace.take(7, at(1)).unwrap().wait_s, None, "one has come back");
        assert_eq!(pace.take(7, at(1)).unwrap().wait_s, Some(1));
        let later = pace.take(7, at(100)).unwrap();
        assert_eq!((later.remaining, later.reset_s), (59, 1));
    }

    #[test]
    fn without_a_limit_nothing_is_counted() {
        assert_eq!(Pace::new(0).take(7, Moment::from_seconds(1)), None);
    }
}

//! Clocks: the only places that know what time it is.
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::UNIX_EPOCH;

use moment::{Moment, Span};

/// Says what time it is. Taken as an argument, so that a replay gives the same answer twice.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Moment;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that everybody else is handed"
    )]
    fn now(&self) -> Moment {
        let now = std::time::SystemTime::now();
        let us =
            |length: std::time::Duration| i64::try_from(length.as_micros()).unwrap_or(i64::MAX);
        match now.duration_since(UNIX_EPOCH) {
            Ok(since) => Moment(us(since)),
            Err(before) => Moment(-us(before.duration())),
        }
    }
}

/// A clock that stands still until it is set: for tests, demonstrations and replays.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// A clock that stands at that moment.
    pub fn at(now: Moment) -> FixedClock {
        FixedClock(AtomicI64::new(now.0))
    }

    /// Puts the hands to that moment, forwards or backwards.
    pub fn set(&self, now: Moment) {
        self.0.store(now.0, Ordering::SeqCst);
    }

    /// Moves the hands on and gives the new time.
    pub fn advance(&self, span: Span) -> Moment {
        Moment(self.0.fetch_add(span.0, Ordering::SeqCst).saturating_add(span.0))
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Moment {
        Moment(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_moves_only_when_told() {
        let clock = FixedClock::at(Moment(5));
        assert_eq!((clock.now(), clock.now()), (Moment(5), Moment(5)));
        assert_eq!(clock.advance(Span(3)), Moment(8));
        clock.set(Moment(-1));
        assert_eq!(clock.now(), Moment(-1));
        assert!(SystemClock.now() > Moment::from_seconds(1_700_000_000));
    }
}

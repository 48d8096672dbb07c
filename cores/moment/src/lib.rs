//! Moments and spans: time as Sluice counts it, in whole microseconds since 1970 in UTC.
//!
//! **Promise:** a [`Moment`] is one `i64`, orders as it is stored, and prints and parses as RFC 3339.
//! **Never:** asks what time it is. Whoever needs *now* is handed it.
#![warn(missing_docs)]

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub i64);

/// A length of time in microseconds; negative if it points backwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub i64);

/// Microseconds in a second.
pub const SECOND_US: i64 = 1_000_000;
/// Microseconds in a day of 24 hours, which is what a day in a definition means.
pub const DAY_US: i64 = 86_400 * SECOND_US;

impl Moment {
    /// Before everything that can be written down.
    pub const START: Moment = Moment(i64::MIN / 4);
    /// After everything that can be written down.
    pub const END: Moment = Moment(i64::MAX / 4);

    /// The moment that many whole seconds after 1970.
    pub const fn from_seconds(seconds: i64) -> Moment {
        Moment(seconds * SECOND_US)
    }

    /// Midnight in UTC at the start of the day that holds this moment, as a count of days since 1970.
    pub const fn day(self) -> i64 {
        self.0.div_euclid(DAY_US)
    }

    /// As a timestamp of the calendar library, for zones and formats.
    pub fn timestamp(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(if self.0 < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        })
    }
}

impl From<jiff::Timestamp> for Moment {
    fn from(timestamp: jiff::Timestamp) -> Moment {
        Moment(timestamp.as_microsecond())
    }
}

/// Why a text is not a moment, in words for whoever wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAMoment(String);

impl fmt::Display for NotAMoment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is no moment; write it like 2026-06-30T12:00:00Z", self.0)
    }
}

impl std::error::Error for NotAMoment {}

impl FromStr for Moment {
    type Err = NotAMoment;

    fn from_str(text: &str) -> Result<Moment, NotAMoment> {
        text.parse::<jiff::Timestamp>().map(Moment::from).map_err(|_| NotAMoment(text.to_owned()))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.timestamp().fmt(f)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Moment, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Span {
    /// That many days of 24 hours.
    pub const fn days(days: i64) -> Span {
        Span(days * DAY_US)
    }
    /// That many hours.
    pub const fn hours(hours: i64) -> Span {
        Span(hours * 3_600 * SECOND_US)
    }
    /// That many minutes.
    pub const fn minutes(minutes: i64) -> Span {
        Span(minutes * 60 * SECOND_US)
    }
    /// That many seconds.
    pub const fn seconds(seconds: i64) -> Span {
        Span(seconds * SECOND_US)
    }
}

impl Add<Span> for Moment {
    type Output = Moment;
    fn add(self, span: Span) -> Moment {
        Moment(self.0.saturating_add(span.0))
    }
}

impl Sub<Span> for Moment {
    type Output = Moment;
    fn sub(self, span: Span) -> Moment {
        Moment(self.0.saturating_sub(span.0))
    }
}

impl Sub for Moment {
    type Output = Span;
    fn sub(self, earlier: Moment) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_prints_as_it_was_read() {
        for text in ["2026-06-30T12:00:00Z", "1970-01-01T00:00:00Z", "2018-02-26T19:58:54.25Z"] {
            assert_eq!(text.parse::<Moment>().unwrap().to_string(), text);
        }
        assert_eq!(Moment(0) + Span::days(1), Moment::from_seconds(86_400));
        assert_eq!(Moment(-1).day(), -1);
        assert!("yesterday".parse::<Moment>().unwrap_err().to_string().contains("2026-06-30"));
    }
}

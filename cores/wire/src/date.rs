//! Dates and times as files hold them, by a format that was told.
//!
//! **Promise:** a text is a moment under its format, or refused with a reason: no 30 February, no
//! year 0, nothing before 1900 or after 2200.
//! **Never:** guesses a format while reading; [`guess`] proposes one from a sample, for a person to
//! confirm, and says when two fit.
//!
//! | format | reads |
//! |---|---|
//! | `iso` | `2026-06-30`, `2026-06-30 12:00`, `2026-06-30T12:00:00.25+02:00` (ISO 8601, extended) |
//! | `rfc3339` | as `iso`, with a time and an offset, none may be missing |
//! | `unix`, `unix_ms` | seconds or milliseconds since 1970 in UTC |
//! | `%d.%m.%Y %H:%M` | as strftime has it; a `%z` or `%:z` in it wins over the zone |
//!
//! What has no offset of its own is a time in the zone that was told, and a date is its midnight
//! there. A time that the zone skips (when clocks go forward) is taken as if they had not; of one
//! that it has twice, the first.

#[cfg(test)]
mod tests;

use std::fmt;

use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::{Offset, TimeZone};
use moment::{Moment, SECOND_US};

/// The first year that is believed.
pub const YEAR_MIN: i16 = 1900;
/// The last year that is believed.
pub const YEAR_MAX: i16 = 2200;

/// A format, with the zone of what does not say its own.
#[derive(Clone, Debug)]
pub struct Format {
    name: Box<str>,
    way: Way,
    zone: TimeZone,
    /// What texts of a pattern look like.
    shape: Option<Box<str>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Iso,
    Rfc3339,
    Unix,
    UnixMs,
    Pattern,
}

/// Why a format cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadFormat {
    /// Neither a name nor a pattern of strftime; with the reason.
    Pattern(String, String),
    /// No such time zone.
    Zone(String),
}

impl fmt::Display for BadFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadFormat::Pattern(name, reason) => write!(
                f,
                "{name:?} is no date format ({reason}); use iso, rfc3339, unix, unix_ms or a \
                 pattern like %d.%m.%Y %H:%M"
            ),
            BadFormat::Zone(name) => {
                write!(f, "{name:?} is no time zone; use one like Europe/Berlin or UTC")
            }
        }
    }
}

impl std::error::Error for BadFormat {}

/// Why a text is no date, in words for whoever wrote it. The text is repeated as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotADate {
    /// It does not have the format.
    Format {
        /// The text.
        text: String,
        /// The format.
        format: Box<str>,
    },
    /// It has the format, and the calendar has no such day or time.
    Impossible(String),
    /// A year before [`YEAR_MIN`] or after [`YEAR_MAX`].
    Absurd(String),
}

impl fmt::Display for NotADate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotADate::Format { text, format } => {
                write!(f, "{text:?} is not a date as {format} has it")
            }
            NotADate::Impossible(text) => write!(f, "{text:?} is no day or time that there is"),
            NotADate::Absurd(text) => {
                write!(f, "{text:?} is not between the years {YEAR_MIN} and {YEAR_MAX}")
            }
        }
    }
}

impl std::error::Error for NotADate {}

/// The zone of that name (`Europe/Berlin`, `UTC`), from the time zone database.
///
/// # Errors
/// [`BadFormat::Zone`] if there is none.
pub fn zone(name: &str) -> Result<TimeZone, BadFormat> {
    match name {
        "UTC" | "utc" | "Z" => Ok(TimeZone::UTC),
        _ => TimeZone::get(name).map_err(|_| BadFormat::Zone(name.to_owned())),
    }
}

impl Format {
    /// From its name or pattern (see the module), and the zone of what does not say its own.
    ///
    /// # Errors
    /// [`BadFormat::Pattern`] if it is neither, or cannot give a date.
    pub fn new(name: &str, zone: TimeZone) -> Result<Format, BadFormat> {
        let (way, shape) = match name {
            "iso" => (Way::Iso, None),
            "rfc3339" => (Way::Rfc3339, None),
            "unix" => (Way::Unix, None),
            "unix_ms" => (Way::UnixMs, None),
            pattern => {
                let shape = check_pattern(pattern)
                    .map_err(|reason| BadFormat::Pattern(name.to_owned(), reason))?;
                (Way::Pattern, Some(shape.into_boxed_str()))
            }
        };
        Ok(Format { name: name.into(), way, zone, shape })
    }

    /// Its name or pattern.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The moment that the text names.
    ///
    /// # Errors
    /// [`NotADate`], with the text.
    pub fn read(&self, text: &str) -> Result<Moment, NotADate> {
        let trimmed = text.trim();
        let other = || NotADate::Format { text: text.to_owned(), format: self.name.clone() };
        let impossible = || NotADate::Impossible(text.to_owned());
        let absurd = || NotADate::Absurd(text.to_owned());
        let (civil, offset) = match self.way {
            Way::Unix | Way::UnixMs => {
                let unit_us = if self.way == Way::Unix { SECOND_US } else { 1_000 };
                let moment = unix(trimmed, unit_us).ok_or_else(other)?;
                return moment.filter(|moment| is_believed(*moment)).ok_or_else(absurd);
            }
            Way::Iso | Way::Rfc3339 => {
                let iso = Iso::scan(trimmed).ok_or_else(other)?;
                if self.way == Way::Rfc3339 && (iso.time.is_none() || iso.offset_minutes.is_none())
                {
                    return Err(other());
                }
                (iso.civil().ok_or_else(impossible)?, iso.offset().ok_or_else(impossible)?)
            }
            Way::Pattern => {
                let Ok(parts) = BrokenDownTime::parse(self.name.as_bytes(), trimmed) else {
                    // What is out of range (day 32) does not parse either.
                    let is_shaped = self.shape.as_deref() == Some(&*shape(trimmed));
                    return Err(if is_shaped { impossible() } else { other() });
                };
                if let Some(timestamp) = parts.timestamp() {
                    let moment = Some(Moment::from(timestamp));
                    return moment.filter(|moment| is_believed(*moment)).ok_or_else(absurd);
                }
                (parts.to_datetime().map_err(|_| impossible())?, parts.offset())
            }
        };
        if !(YEAR_MIN..=YEAR_MAX).contains(&civil.year()) {
            return Err(absurd());
        }
        let timestamp = match offset {
            Some(offset) => offset.to_timestamp(civil),
            None => self.zone.to_timestamp(civil),
        };
        timestamp.map(Moment::from).map_err(|_| absurd())
    }
}

fn is_believed(moment: Moment) -> bool {
    let year = Offset::UTC.to_datetime(moment.timestamp()).year();
    (YEAR_MIN..=YEAR_MAX).contains(&year)
}

/// Counted in that unit since 1970: `None` if it is no count, `Some(None)` if nothing so large is.
fn unix(text: &str, unit_us: i64) -> Option<Option<Moment>> {
    let (is_negative, text) = text.strip_prefix('-').map_or((false, text), |text| (true, text));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |digits: &str| digits.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(fraction) {
        return None;
    }
    // As many digits of the fraction as there are in a microsecond; the rest is cut off.
    let (mut parts_us, mut digit_us) = (0, unit_us / 10);
    for digit in fraction.bytes() {
        parts_us += i64::from(digit - b'0') * digit_us;
        digit_us /= 10;
    }
    let us = whole.parse::<i64>().ok().and_then(|whole| whole.checked_mul(unit_us));
    let us = us.and_then(|us| us.checked_add(parts_us));
    Some(us.map(|us| Moment(if is_negative { -us } else { us })))
}

/// The text with each run of digits made one zero: `30.6.2026` and `1.12.1999` are of one shape.
fn shape(text: &str) -> String {
    let mut shape = String::new();
    for c in text.chars() {
        match c {
            c if c.is_ascii_digit() && shape.ends_with('0') => {}
            c if c.is_ascii_digit() => shape.push('0'),
            c => shape.push(c),
        }
    }
    shape
}

/// Writes a moment by the pattern and reads it again: what survives that is a pattern of dates.
/// Gives the shape of what it writes.
fn check_pattern(pattern: &str) -> Result<String, String> {
    if !pattern.contains('%') {
        return Err("a pattern has parts like %Y".to_owned());
    }
    if pattern.contains("%Q") || pattern.contains("%:Q") {
        return Err("the name of a zone is told beside the pattern, or as an offset, %z".to_owned());
    }
    let offset = Offset::from_seconds(2 * 3_600).map_err(|error| error.to_string())?;
    let sample = offset
        .to_timestamp(DateTime::constant(2026, 11, 30, 13, 45, 56, 0))
        .map_err(|error| error.to_string())?
        .to_zoned_datetime(offset.to_time_zone());
    let written = BrokenDownTime::from(&sample)
        .to_string(pattern)
        .map_err(|_| "it holds a part that no date has".to_owned())?;
    let read = BrokenDownTime::parse(pattern, &written)
        .map_err(|_| "what it writes it cannot read again".to_owned())?;
    if read.timestamp().is_none() && read.to_date().ok() != Some(sample.date()) {
        return Err("it does not say year, month and day".to_owned());
    }
    if read.timestamp().is_none() && read.to_datetime().is_err() {
        return Err("it has minutes without hours".to_owned());
    }
    Ok(shape(&written))
}

/// What stands in a text of ISO 8601, in its extended form.
struct Iso {
    date: (i16, i8, i8),
    /// Hour, minute, second, nanosecond.
    time: Option<(i8, i8, i8, i32)>,
    offset_minutes: Option<i32>,
}

impl Iso {
    /// Reads `2026-06-30[T12:00[:00[.25]][Z|+02:00|+0200|+02]]`; a blank or a small t does as well.
    fn scan(text: &str) -> Option<Iso> {
        let mut rest = text.as_bytes();
        let year = i16::try_from(digits(&mut rest, 4)?).ok()?;
        take(&mut rest, b"-")?;
        let month = two(&mut rest)?;
        take(&mut rest, b"-")?;
        let date = (year, month, two(&mut rest)?);
        if rest.is_empty() {
            return Some(Iso { date, time: None, offset_minutes: None });
        }
        take(&mut rest, b"Tt ")?;
        let hour = two(&mut rest)?;
        take(&mut rest, b":")?;
        let (minute, mut second, mut nanosecond) = (two(&mut rest)?, 0, 0);
        if take(&mut rest, b":").is_some() {
            second = two(&mut rest)?;
            if take(&mut rest, b".,").is_some() {
                let mut unit = 100_000_000;
                nanosecond = digits(&mut rest, 1)? * unit;
                while let Some(digit) = digits(&mut rest, 1) {
                    unit /= 10;
                    nanosecond += digit * unit;
                }
            }
        }
        let offset_minutes = match rest.first() {
            None => None,
            Some(b'Z' | b'z') => {
                rest = rest.get(1..)?;
                Some(0)
            }
            Some(_) => {
                let is_west = take(&mut rest, b"+-")? == b'-';
                let mut minutes = digits(&mut rest, 2)? * 60;
                let has_colon = take(&mut rest, b":").is_some();
                if has_colon || !rest.is_empty() {
                    minutes += digits(&mut rest, 2)?;
                }
                Some(if is_west { -minutes } else { minutes })
            }
        };
        let time = Some((hour, minute, second, nanosecond));
        rest.is_empty().then_some(Iso { date, time, offset_minutes })
    }

    fn civil(&self) -> Option<DateTime> {
        let (year, month, day) = self.date;
        let (hour, minute, second, nanosecond) = self.time.unwrap_or_default();
        let time = Time::new(hour, minute, second, nanosecond).ok()?;
        Some(DateTime::from_parts(Date::new(year, month, day).ok()?, time))
    }

    /// `None` if it says one that no zone has.
    fn offset(&self) -> Option<Option<Offset>> {
        match self.offset_minutes {
            None => Some(None),
            Some(minutes) => Offset::from_seconds(minutes * 60).ok().map(Some),
        }
    }
}

fn digits(rest: &mut &[u8], count: usize) -> Option<i32> {
    let (digits, behind) = rest.split_at_checked(count)?;
    let mut number = 0;
    for digit in digits {
        number = number * 10 + i32::from(digit.is_ascii_digit().then(|| digit - b'0')?);
    }
    *rest = behind;
    Some(number)
}

fn two(rest: &mut &[u8]) -> Option<i8> {
    digits(rest, 2).and_then(|number| i8::try_from(number).ok())
}

fn take(rest: &mut &[u8], any_of: &[u8]) -> Option<u8> {
    let (first, behind) = rest.split_first()?;
    any_of.contains(first).then(|| {
        *rest = behind;
        *first
    })
}

/// What a sample of a column lets one propose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    /// A format that reads every text of the sample.
    pub format: &'static str,
    /// Another that reads them all too, and otherwise: day and month may be the other way round.
    pub or: Option<&'static str>,
}

/// Formats that are tried, the likelier ones first.
const TRIED: [&str; 23] = [
    "iso",
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M %p",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%Y/%m/%d %H:%M:%S",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%a, %d %b %Y %H:%M:%S %z",
];

/// Proposes the format of a column of dates from some of its texts; empty ones do not count. `None`
/// if no usual format reads them all. Where day and month could be either way round in all of them,
/// day first is proposed and month first named beside it. Counts since 1970 are proposed only if
/// they fall between 2000 and 2100.
pub fn guess<'a>(sample: impl IntoIterator<Item = &'a str>) -> Option<Guess> {
    let sample: Vec<&str> =
        sample.into_iter().map(str::trim).filter(|text| !text.is_empty()).collect();
    if sample.is_empty() {
        return None;
    }
    let reads_all = |name: &str| {
        Format::new(name, TimeZone::UTC)
            .is_ok_and(|format| sample.iter().all(|text| format.read(text).is_ok()))
    };
    for (name, low, high) in
        [("unix", 946_684_800, 4_102_444_800_i64), ("unix_ms", 946_684_800_000, 4_102_444_800_000)]
    {
        let is_near =
            |text: &&str| text.parse().is_ok_and(|count: i64| (low..high).contains(&count));
        if sample.iter().all(is_near) {
            return Some(Guess { format: name, or: None });
        }
    }
    let format = *TRIED.iter().find(|name| reads_all(name))?;
    let swapped = |name: &&&str| {
        name.replace("%d", "%!").replace("%m", "%d").replace("%!", "%m") == format
            && **name != format
    };
    let or = TRIED.iter().find(swapped).filter(|name| reads_all(name)).copied();
    Some(Guess { format, or })
}

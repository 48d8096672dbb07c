//! Numbers, times and spans in words, the same on every page and in every column.

use jiff::ZonedDateTime;
use jiff::tz::TimeZone;
use moment::{DAY_US, Moment, SECOND_US, Span};

/// A whole number in groups of three: `1,903`.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        text.push('−');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count with its noun: `1 person`, `1,903 people`.
pub fn counted(number: i64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// A share of a whole with one digit after the point: `24.7 %`; nothing of nothing is unknown.
pub fn percent(part: i64, whole: i64) -> Option<String> {
    if whole == 0 {
        return None;
    }
    // In tenths of a per cent, rounded half up.
    let tenths = (i128::from(part) * 2000 + i128::from(whole)).div_euclid(i128::from(whole) * 2);
    Some(format!("{}.{} %", tenths / 10, (tenths % 10).abs()))
}

/// Bytes as a file's size: `812 B`, `1.4 MB`.
pub fn bytes(number: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if number < 1000 {
        return format!("{number} B");
    }
    let mut tenths = number / 100;
    let mut unit = 0;
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths /= 1000;
        unit += 1;
    }
    let unit = UNITS.get(unit).copied().unwrap_or_default();
    if tenths >= 100 {
        format!("{} {unit}", tenths / 10)
    } else {
        format!("{}.{} {unit}", tenths / 10, tenths % 10)
    }
}

/// How long ago, in one unit, for a narrow column: `now`, `19 min`, `14 h`, `26 d`, `8 mo`, `3 y`.
pub fn ago(span: Span) -> String {
    let minutes = span.0 / (60 * SECOND_US);
    let days = span.0 / DAY_US;
    match (minutes, days) {
        (..1, _) => "now".to_owned(),
        (..60, _) => format!("{minutes} min"),
        (_, ..1) => format!("{} h", minutes / 60),
        (_, ..100) => format!("{days} d"),
        (_, ..730) => format!("{} mo", days * 12 / 365),
        _ => format!("{} y", days / 365),
    }
}

/// How long something lasted or takes, in one unit: `40 s`, `4 min`, `3 h`, `64 days`.
pub fn lasting(span: Span) -> String {
    let seconds = span.0 / SECOND_US;
    match seconds {
        ..90 => format!("{seconds} s"),
        90..5_400 => format!("{} min", (seconds + 30) / 60),
        5_400..172_800 => format!("{} h", (seconds + 1_800) / 3_600),
        _ => format!("{} days", (seconds + 43_200) / 86_400),
    }
}

/// A moment on a page: what a machine reads, and what people do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct When {
    /// RFC 3339 in UTC, for `<time datetime>`.
    pub iso: String,
    /// As it is shown.
    pub words: String,
}

/// Writes moments as seen at `now`, in the workspace's zone.
#[derive(Clone, Debug)]
pub struct Almanac {
    now: Moment,
    zone: TimeZone,
}

impl Almanac {
    /// `zone` by its IANA name; what is not known there counts as UTC.
    pub fn new(now: Moment, zone: &str) -> Almanac {
        Almanac { now, zone: TimeZone::get(zone).unwrap_or(TimeZone::UTC) }
    }

    /// What it takes for now.
    pub fn now(&self) -> Moment {
        self.now
    }

    /// When a day begins here, of a date as a field of a form sends it: `2026-07-01`.
    pub fn begins(&self, date: &str) -> Option<Moment> {
        let date: jiff::civil::Date = date.parse().ok()?;
        let start = date.to_zoned_datetime(self.zone.clone()).ok()?.timestamp();
        Some(Moment(start.as_microsecond()))
    }

    fn local(&self, moment: Moment) -> ZonedDateTime {
        moment.timestamp().to_zoned_datetime(self.zone.clone())
    }

    fn when(&self, moment: Moment, words: String) -> When {
        When { iso: moment.to_string(), words }
    }

    /// The day: `12 Nov`, with the year if it is another: `12 Nov 2024`.
    pub fn day(&self, moment: Moment) -> When {
        let local = self.local(moment);
        let same_year = local.year() == self.local(self.now).year();
        let words = local.strftime(if same_year { "%-d %b" } else { "%-d %b %Y" }).to_string();
        self.when(moment, words)
    }

    /// The day with its year always: `12 Nov 2025`.
    pub fn date(&self, moment: Moment) -> When {
        self.when(moment, self.local(moment).strftime("%-d %b %Y").to_string())
    }

    /// Day and time: `12 Nov, 09:42`.
    pub fn minute(&self, moment: Moment) -> When {
        let words = format!("{}, {}", self.day(moment).words, self.local(moment).strftime("%H:%M"));
        self.when(moment, words)
    }

    /// Day, year and time, for receipts: `12 Nov 2025, 09:42`.
    pub fn full(&self, moment: Moment) -> When {
        self.when(moment, self.local(moment).strftime("%-d %b %Y, %H:%M").to_string())
    }

    /// The time of day: `08:51`, for what stands under a heading with its day.
    pub fn clock(&self, moment: Moment) -> When {
        self.when(moment, self.local(moment).strftime("%H:%M").to_string())
    }

    /// A heading: `Today`, `Yesterday`, `Friday 14 November`, `3 September 2024`.
    pub fn heading(&self, moment: Moment) -> String {
        let (local, now) = (self.local(moment), self.local(self.now));
        let days = now.date().since(local.date()).map_or(i32::MAX, |span| span.get_days());
        match days {
            0 => "Today".to_owned(),
            1 => "Yesterday".to_owned(),
            _ if local.year() == now.year() => local.strftime("%A %-d %B").to_string(),
            _ => local.strftime("%-d %B %Y").to_string(),
        }
    }

    /// How long ago, for a narrow column; see [`ago`].
    pub fn ago(&self, moment: Moment) -> When {
        self.when(moment, ago(self.now - moment))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_where_one_lives() {
        for (zone, date, begins) in [
            ("UTC", "2026-07-01", Some("2026-07-01T00:00:00Z")),
            ("Europe/Berlin", "2026-07-01", Some("2026-06-30T22:00:00Z")),
            ("Europe/Berlin", "2026-02-30", None),
            ("Europe/Berlin", "", None),
        ] {
            let found = Almanac::new(Moment(0), zone).begins(date);
            assert_eq!(found.map(|at| at.to_string()).as_deref(), begins, "{zone} {date}");
        }
    }

    #[test]
    fn numbers_are_grouped_by_three() {
        for (number, text) in [(0, "0"), (999, "999"), (1_903, "1,903"), (-1_000_000, "−1,000,000")]
        {
            assert_eq!(grouped(number), text);
        }
        assert_eq!(counted(1, "person", "people"), "1 person");
        assert_eq!(counted(0, "person", "people"), "0 people");
    }

    #[test]
    fn a_share_is_rounded_and_nothing_of_nothing_is_unknown() {
        for (part, whole, text) in [
            (471, 1903, Some("24.8 %")),
            (131, 586, Some("22.4 %")),
            (1, 1, Some("100.0 %")),
            (0, 5, Some("0.0 %")),
            (0, 0, None),
        ] {
            assert_eq!(percent(part, whole).as_deref(), text);
        }
    }

    #[test]
    fn sizes_have_at_most_three_digits_before_the_unit() {
        for (number, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_400, "1.4 kB"),
            (52_428_800, "52 MB"),
            (3_100_000_000, "3.1 GB"),
        ] {
            assert_eq!(bytes(number), text);
        }
    }

    #[test]
    fn spans_take_one_unit() {
        for (span, text) in [
            (Span::seconds(-5), "now"),
            (Span::minutes(19), "19 min"),
            (Span::hours(14), "14 h"),
            (Span::days(26), "26 d"),
            (Span::days(250), "8 mo"),
            (Span::days(1100), "3 y"),
        ] {
            assert_eq!(ago(span), text);
        }
        for (span, text) in
            [(Span::seconds(40), "40 s"), (Span::minutes(4), "4 min"), (Span::days(64), "64 days")]
        {
            assert_eq!(lasting(span), text);
        }
    }

    #[test]
    fn a_day_is_one_of_the_workspace_not_of_utc() {
        let now = "2026-06-30T12:00:00Z".parse().unwrap();
        let almanac = Almanac::new(now, "America/Sao_Paulo");
        let late = "2026-06-30T01:30:00Z".parse().unwrap();
        assert_eq!(almanac.minute(late).words, "29 Jun, 22:30");
        assert_eq!(almanac.minute(late).iso, "2026-06-30T01:30:00Z");
        assert_eq!(almanac.heading(late), "Yesterday");
        assert_eq!(almanac.heading(now), "Today");
        assert_eq!(almanac.heading("2026-06-12T12:00:00Z".parse().unwrap()), "Friday 12 June");
        assert_eq!(almanac.heading("2025-07-01T12:00:00Z".parse().unwrap()), "1 July 2025");
        assert_eq!(almanac.day("2025-07-01T12:00:00Z".parse().unwrap()).words, "1 Jul 2025");
        assert_eq!(Almanac::new(now, "Nowhere/At_All").clock(now).words, "12:00");
    }
}

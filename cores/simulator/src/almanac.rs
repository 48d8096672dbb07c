//! The calendar of the story: busy and slow days, office hours, newsletters, webinars, fairs.

use moment::{DAY_US, Moment, SECOND_US, Span};

use crate::chance::Chance;

/// How much happens in each month of the year, January first; 100 is an ordinary one.
const MONTHS: [u64; 12] = [95, 100, 115, 100, 105, 105, 80, 62, 122, 115, 112, 70];
/// How much happens on each day of the week, Monday first.
const WEEKDAYS: [u64; 7] = [19, 22, 21, 20, 14, 2, 2];
/// The last days before the end are busier, as after a campaign that has just begun.
const LATE_PUSH_DAYS: i64 = 28;

/// Topics of the webinars, in turn.
pub(crate) const WEBINARS: [&str; 8] = [
    "winter-roads",
    "cold-chain-proof",
    "tours-without-spreadsheets",
    "last-mile-cost",
    "driver-hours",
    "peak-season",
    "empty-kilometres",
    "depots-and-ramps",
];

/// Subjects of the newsletters, in turn.
const LETTERS: [&str; 9] = [
    "Planning for peaks",
    "What a missed slot costs",
    "Three tours, one driver less",
    "Cold, on time and proven",
    "The ramp is not a car park",
    "How Monday became quiet",
    "Tolls, and what to do about them",
    "Planners on holiday, tours on time",
    "News from Fernwheel",
];

/// Fairs of the year as `(month, day, campaign before the year)`.
const FAIRS: [(i64, i64, &str); 3] =
    [(3, 12, "fair-kuehlkette"), (6, 4, "fair-transporama"), (10, 15, "fair-baltic-freight")];

/// A date on which something goes out to many at once.
pub(crate) struct Occasion {
    pub at: Moment,
    pub campaign: Box<str>,
    /// Of a webinar, what it is about; of a newsletter, its subject.
    pub about: &'static str,
}

/// Everything about time that all people of a story share.
pub(crate) struct Almanac {
    pub start: Moment,
    pub until: Moment,
    first_day: i64,
    /// For each day of the story, how much happens up to its end.
    busy_until: Vec<u64>,
    /// One newsletter a month, on its first Tuesday.
    pub letters: Vec<Occasion>,
    /// One webinar a month, on its third Thursday.
    pub webinars: Vec<Occasion>,
    pub fairs: Vec<Occasion>,
    /// Quarters as `2026q2`, for campaigns that run so long.
    quarters: Vec<(i64, Box<str>)>,
}

impl Almanac {
    pub fn new(until: Moment, years: u32) -> Almanac {
        let start = until - Span::days(365 * i64::from(years.max(1)));
        let (first_day, last_day) = (start.day(), until.day());
        let days = last_day - first_day + 1;
        let mut sum = 0;
        let busy_until = (first_day..=last_day)
            .map(|day| {
                let growth = 400 + (2_000 * (day - first_day) / days) as u64;
                let push = if day > last_day - LATE_PUSH_DAYS { 17 } else { 10 };
                let (_, month, _) = civil(day);
                sum += MONTHS[month as usize - 1] * WEEKDAYS[weekday(day)] * growth * push / 1000;
                sum
            })
            .collect();
        let mut almanac = Almanac {
            start,
            until,
            first_day,
            busy_until,
            letters: Vec::new(),
            webinars: Vec::new(),
            fairs: Vec::new(),
            quarters: Vec::new(),
        };
        // A month more than the story, for what is booked ahead.
        (first_day..=last_day + 31).for_each(|day| almanac.mark(day));
        almanac
    }

    fn mark(&mut self, day: i64) {
        let (year, month, date) = civil(day);
        let weekday = weekday(day);
        let occasion = |hour, campaign: String, about| Occasion {
            at: at_hour(day, hour),
            campaign: campaign.into(),
            about,
        };
        if weekday == 1 && date <= 7 {
            let subject = LETTERS[(year * 12 + month) as usize % LETTERS.len()];
            self.letters.push(occasion(6, format!("letter-{year}-{month:02}"), subject));
        }
        if weekday == 3 && (15..=21).contains(&date) {
            let about = WEBINARS[(year * 12 + month) as usize % WEBINARS.len()];
            self.webinars.push(occasion(9, format!("webinar-{about}-{year}"), about));
        }
        for (_, _, name) in FAIRS.iter().filter(|fair| (fair.0, fair.1) == (month, date)) {
            self.fairs.push(occasion(14, format!("{name}-{year}"), ""));
        }
        let quarter = format!("{year}q{}", (month + 2) / 3).into_boxed_str();
        if self.quarters.last().is_none_or(|last| last.1 != quarter) {
            self.quarters.push((day, quarter));
        }
    }

    /// A day of the story, busy ones more often.
    pub fn some_day(&self, chance: &mut Chance) -> i64 {
        let total = self.busy_until.last().copied().unwrap_or(1);
        let drawn = ((u128::from(chance.word()) * u128::from(total)) >> 64) as u64;
        self.first_day + self.busy_until.partition_point(|until| *until <= drawn) as i64
    }

    /// The quarter of a moment, as `2026q2`.
    pub fn quarter(&self, at: Moment) -> &str {
        let place = self.quarters.partition_point(|quarter| quarter.0 <= at.day());
        self.quarters.get(place.saturating_sub(1)).map_or("", |quarter| &quarter.1)
    }

    /// The occasions after a moment.
    pub fn after(occasions: &[Occasion], at: Moment) -> &[Occasion] {
        &occasions[occasions.partition_point(|occasion| occasion.at <= at)..]
    }
}

/// Monday is 0.
pub(crate) fn weekday(day: i64) -> usize {
    (day + 3).rem_euclid(7) as usize
}

/// Year, month and day of a count of days since 1970, by the proleptic Gregorian calendar: years
/// begin in March, so that the leap day is the last of its year.
pub(crate) fn civil(day: i64) -> (i64, i64, i64) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let date = of_year - (153 * from_march + 2) / 5 + 1;
    (year_of_era + era * 400 + i64::from(month <= 2), month, date)
}

/// That hour of that day, in UTC.
pub(crate) fn at_hour(day: i64, hour: i64) -> Moment {
    Moment(day * DAY_US + hour * 3600 * SECOND_US)
}

/// A time in office hours of that day, 6:00 to 16:30 in UTC, fuller before and after noon.
pub(crate) fn office_time(day: i64, chance: &mut Chance) -> Moment {
    let hump = if chance.hit(0.55) { 8 * 3600 } else { 13 * 3600 };
    let off = chance.between(-3600, 3600) + chance.between(-3600, 3600) + chance.between(0, 5400);
    at_hour(day, 0) + Span::seconds(hump + off)
}

/// The same moment if it is in office hours, else one in the next office hours.
pub(crate) fn at_work(at: Moment, chance: &mut Chance) -> Moment {
    let (mut day, second) = (at.day(), at.0.rem_euclid(DAY_US) / SECOND_US);
    let late = second >= 17 * 3600;
    if !late && second >= 6 * 3600 && weekday(day) < 5 {
        return at;
    }
    if late {
        day += 1;
    }
    while weekday(day) >= 5 {
        day += 1;
    }
    office_time(day, chance)
}

/// Some days later, within office hours.
pub(crate) fn days_later(at: Moment, days: f64, chance: &mut Chance) -> Moment {
    at_work(at + Span::seconds((days * 86_400.0) as i64), chance)
}

/// The same moment by day, else a later one: people sleep, if not all at the same hours.
pub(crate) fn awake(at: Moment) -> Moment {
    match at.0.rem_euclid(DAY_US) / SECOND_US / 3600 {
        21.. => at + Span::hours(10),
        0..5 => at + Span::hours(6),
        _ => at,
    }
}

/// Some minutes later, whatever the hour.
pub(crate) fn minutes_later(at: Moment, low: i64, high: i64, chance: &mut Chance) -> Moment {
    at + Span::seconds(chance.between(low * 60, high * 60))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Purpose;

    #[test]
    fn days_have_the_dates_of_the_calendar() {
        let day = |text: &str| format!("{text}T00:00:00Z").parse::<Moment>().unwrap().day();
        assert_eq!(civil(day("2024-02-29")), (2024, 2, 29));
        assert_eq!(civil(day("2025-12-31")), (2025, 12, 31));
        assert_eq!(civil(day("1969-03-01")), (1969, 3, 1));
        assert_eq!(weekday(day("2026-06-30")), 1);
        for at in 0..30_000 {
            let (year, month, date) = civil(at);
            assert_eq!(day(&format!("{year:04}-{month:02}-{date:02}")), at);
        }
    }

    #[test]
    fn work_is_done_in_office_hours() {
        let mut chance = Chance::new(1, Purpose::Person, 1);
        for hours in 0..24 * 21 {
            let at = at_work(Moment(1_700_000_000 * SECOND_US) + Span::hours(hours), &mut chance);
            assert!(weekday(at.day()) < 5, "{at}");
            assert!((5..18).contains(&(at.0.rem_euclid(DAY_US) / SECOND_US / 3600)), "{at}");
        }
    }

    #[test]
    fn busy_days_come_more_often_and_the_end_is_busy() {
        let until = "2026-06-30T12:00:00Z".parse().unwrap();
        let almanac = Almanac::new(until, 2);
        let mut chance = Chance::new(1, Purpose::Person, 1);
        let days: Vec<i64> = (0..20_000).map(|_| almanac.some_day(&mut chance)).collect();
        let share = |of: &dyn Fn(i64) -> bool| days.iter().filter(|day| of(**day)).count();
        assert!(days.iter().all(|day| (almanac.start.day()..=until.day()).contains(day)));
        assert!(share(&|day| weekday(day) >= 5) < 1_200);
        assert!(share(&|day| until.day() - day < 21) > 1_000);
        assert!(share(&|day| civil(day).1 == 8) * 3 < share(&|day| civil(day).1 == 9) * 2);
        assert_eq!(almanac.quarter(until), "2026q2");
        assert_eq!(almanac.letters.len(), 25);
    }
}

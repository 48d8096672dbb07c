//! What a backtest's draft would bring to each team, week by week, beside what the team can take on.

use std::collections::HashMap;

use funnel::backtest::Report;
use moment::{Moment, Span};
use platform::page::words::{Almanac, counted, grouped};

use crate::pages::flow::title_case;

/// Weeks above the capacity that are named.
const NAMED: usize = 6;
/// The picture, in its own units.
const WIDTH: f64 = 960.0;
const LEFT: f64 = 34.0;
const RIGHT: f64 = 40.0;
const TOP: f64 = 18.0;
const FLOOR: f64 = 118.0;
/// Days that are named below it.
const TICKS: usize = 5;

/// What each team can take on in a week, as an address says it: `capacity` for all, `capacity-sales` for one.
#[derive(Clone, Debug, Default)]
pub(super) struct Capacity(HashMap<String, u64>);

impl Capacity {
    /// Reads the query of an address; what is no number is nothing.
    pub(super) fn of(query: &HashMap<String, String>) -> Capacity {
        let said = query.iter().filter_map(|(name, value)| {
            let team = name.strip_prefix("capacity")?;
            Some((team.strip_prefix('-').unwrap_or(team).to_owned(), value.trim().parse().ok()?))
        });
        Capacity(said.collect())
    }

    fn of_team(&self, team: &str) -> Option<u64> {
        self.0.get(team).or_else(|| self.0.get("")).copied()
    }
}

/// A week as the table tells it.
pub(super) struct WeekLine {
    pub(super) when: String,
    pub(super) arrivals: i64,
    pub(super) over: Option<String>,
}

/// A team's load.
pub(super) struct TeamLoad {
    pub(super) team: String,
    pub(super) title: String,
    pub(super) capacity: String,
    pub(super) words: String,
    pub(super) is_over: bool,
    pub(super) picture: String,
    pub(super) weeks: Vec<WeekLine>,
}

/// The load of every team that owns a stage; nothing of a backtest of an earlier release.
pub(super) fn teams(report: &Report, capacity: &Capacity, almanac: &Almanac) -> Vec<TeamLoad> {
    let each = report.team_weeks().into_iter();
    each.map(|(team, weeks)| {
        let limit = capacity.of_team(&team);
        let day = |week: usize| report.week(week).map_or_else(String::new, |at| day(at, almanac));
        let over: Vec<(String, u64)> = weeks
            .iter()
            .enumerate()
            .filter(|(_, n)| limit.is_some_and(|limit| **n > limit))
            .map(|(week, n)| (day(week), *n))
            .collect();
        let words = words(&team, &weeks, limit, &over);
        TeamLoad {
            capacity: limit.map(|limit| limit.to_string()).unwrap_or_default(),
            is_over: !over.is_empty(),
            picture: picture(&weeks, limit, &words, day),
            weeks: weeks
                .iter()
                .enumerate()
                .map(|(week, n)| WeekLine {
                    when: day(week),
                    arrivals: int(*n),
                    over: limit.filter(|limit| n > limit).map(|l| format!("{} above", n - l)),
                })
                .collect(),
            words,
            title: title_case(&team),
            team,
        }
    })
    .collect()
}

/// The day on which a week begins, wherever the workspace is: at noon it is that day everywhere.
fn day(at: Moment, almanac: &Almanac) -> String {
    almanac.date(at + Span::hours(12)).words
}

fn int(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn words(team: &str, weeks: &[u64], limit: Option<u64>, over: &[(String, u64)]) -> String {
    let most = grouped(int(weeks.iter().copied().max().unwrap_or_default()));
    let all = counted(int(weeks.len().try_into().unwrap_or(u64::MAX)), "week", "weeks");
    let Some(limit) = limit else {
        return format!("{all}, {most} arrivals in the fullest. Say what {team} can take on.");
    };
    if over.is_empty() {
        return format!(
            "None of {all} brings {team} more than {limit}; the fullest brings {most}."
        );
    }
    let mut named: Vec<String> =
        over.iter().take(NAMED).map(|(day, n)| format!("{day} ({n})")).collect();
    if over.len() > NAMED {
        named.push(format!("{} more", over.len() - NAMED));
    }
    let last = named.pop().unwrap_or_default();
    let named = if named.is_empty() { last } else { format!("{} and {last}", named.join(", ")) };
    let verb = if over.len() == 1 { "brings" } else { "bring" };
    format!("{} of {all} {verb} {team} more than {limit}: from {named}.", over.len())
}

/// Bars by week, the capacity as a line across, and a mark above each week that exceeds it.
#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a picture's places")]
fn picture(
    weeks: &[u64],
    limit: Option<u64>,
    words: &str,
    day: impl Fn(usize) -> String,
) -> String {
    let most = weeks.iter().copied().chain(limit).max().unwrap_or(1).max(1);
    let step = (WIDTH - LEFT - RIGHT) / weeks.len().max(1) as f64;
    let (wide, x) = ((step * 0.76).max(0.8), |week: usize| LEFT + step * week as f64);
    let y = |n: u64| FLOOR - (FLOOR - TOP) * n as f64 / most as f64;
    let (mut bars, mut over, mut marks) = (String::new(), String::new(), String::new());
    for (week, n) in weeks.iter().enumerate().filter(|(_, n)| **n > 0) {
        let is_over = limit.is_some_and(|limit| *n > limit);
        let bar = format!("M{:.1} {FLOOR}V{:.1}h{wide:.1}V{FLOOR}Z", x(week), y(*n));
        if is_over {
            over.push_str(&bar)
        } else {
            bars.push_str(&bar)
        }
        if is_over {
            let (middle, top) = (x(week) + wide / 2.0, y(*n));
            marks.push_str(&format!("M{:.1} {:.1}l-3 -5h6Z", middle, top - 3.0));
        }
    }
    let right = WIDTH - RIGHT;
    let mut svg = format!(
        "<svg class=\"chart chart--wide\" viewBox=\"0 0 {WIDTH} 142\" role=\"img\" aria-label=\"{}\">\
         <path class=\"grid\" d=\"M{LEFT} {TOP}H{right}\"/><path class=\"axis\" d=\"M{LEFT} {FLOOR}H{right}\"/>\
         <text x=\"{}\" y=\"{}\" text-anchor=\"end\">{most}</text><text x=\"{}\" y=\"{}\" text-anchor=\"end\">0</text>\
         <path class=\"load\" d=\"{bars}\"/><path class=\"load load--over\" d=\"{over}\"/><path class=\"load-mark\" d=\"{marks}\"/>",
        escaped(words),
        LEFT - 6.0,
        TOP + 4.0,
        LEFT - 6.0,
        FLOOR + 4.0
    );
    if let Some(limit) = limit {
        let at = y(limit);
        svg.push_str(&format!(
            "<path class=\"capacity\" d=\"M{LEFT} {at:.1}H{right}\"/><text x=\"{:.1}\" y=\"{:.1}\" class=\"t-b\">{limit}</text>",
            right + 5.0, at + 4.0
        ));
    }
    let last = weeks.len().saturating_sub(1);
    let ticks = TICKS.min(weeks.len());
    for tick in 0..ticks {
        let week = last * tick / ticks.saturating_sub(1).max(1);
        let (anchor, at) = match tick {
            0 => ("start", LEFT),
            _ if tick + 1 == ticks => ("end", right),
            _ => ("middle", x(week) + wide / 2.0),
        };
        svg.push_str(&format!(
            "<text x=\"{at:.1}\" y=\"136\" text-anchor=\"{anchor}\">{}</text>",
            day(week)
        ));
    }
    svg.push_str("</svg>");
    svg
}

/// A team is named by whoever wrote the definition.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capacity_is_for_all_or_for_one_team() {
        let query = [("capacity", "9"), ("capacity-sales", " 4 "), ("capacity-both", "x")];
        let query = query.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let capacity = Capacity::of(&query.into_iter().collect());
        assert_eq!(capacity.of_team("sales"), Some(4));
        assert_eq!(capacity.of_team("marketing"), Some(9));
        assert_eq!(capacity.of_team("both"), Some(9));
    }

    #[test]
    fn the_weeks_above_are_counted_and_named() {
        let week = |n: u64| (format!("day {n}"), n);
        assert_eq!(
            words("sales", &[1, 5], Some(4), &[week(5)]),
            "1 of 2 weeks brings sales more than 4: from day 5 (5)."
        );
        let many: Vec<_> = (5..13).map(week).collect();
        let said = words("sales", &[9; 20], Some(4), &many);
        assert!(said.starts_with("8 of 20 weeks bring sales more than 4"), "{said}");
        assert!(said.ends_with("day 10 (10) and 2 more."), "{said}");
        assert!(words("sales", &[1, 3], Some(4), &[]).contains("the fullest brings 3"));
        let picture = picture(&[0, 2, 7], Some(4), "\"a\" & b", |week| week.to_string());
        assert!(
            picture.contains("&quot;a&quot; &amp; b") && picture.contains("class=\"capacity\"")
        );
    }
}

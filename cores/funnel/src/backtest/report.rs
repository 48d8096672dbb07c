//! What a backtest came to, as numbers that say what they stand on.

use std::collections::BTreeMap;
use std::fmt;

use moment::{DAY_US, Moment};
use serde::{Deserialize, Serialize};

use super::count::{Counted, Days, Side, week};
use super::{Backtest, HISTORY_MIN, JUDGED, Shifts, WINNERS_MIN};
use crate::definition::Definition;
use crate::standing::Stage;

/// What a backtest came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The draft's figures, for each stage that it knows.
    pub stages: BTreeMap<Stage, StageFigures>,
    /// The same of what was lived, under the definitions that were in force.
    pub in_force: BTreeMap<Stage, StageFigures>,
    /// Who would have moved, when, for each stage that either knows.
    pub moved: BTreeMap<Stage, Shift>,
    /// What the draft would have brought to each owner of a stage, week by week: `marketing`, `sales`, `both` …
    pub load: BTreeMap<String, OwnerLoad>,
    /// People judged.
    pub people: u64,
    /// Activities and observations read.
    pub entries: u64,
    /// People whose deal was won.
    pub won: u64,
    /// People of whom the draft says something else than was lived.
    pub differ: u64,
    /// When the first that is recorded happened.
    pub from: Option<Moment>,
    /// When the last did.
    pub to: Option<Moment>,
    /// What was recorded until then was seen.
    pub until: Moment,
    /// How long after a call a win counts, in days; `None`: any time later.
    pub within_days: Option<i64>,
}

/// How good a stage is at calling those who will win.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StageFigures {
    /// People who were called so, or more, before their deal was won or without one.
    pub called: u64,
    /// Those of them who won afterwards, in time.
    pub won: u64,
    /// `won` of `called`; `None` if nobody was called.
    pub precision: Option<f64>,
    /// Where it lies with 95 % confidence.
    pub precision_interval: Option<Interval>,
    /// `won` of everybody who won.
    pub recall: Option<f64>,
    /// Where it lies with 95 % confidence.
    pub recall_interval: Option<Interval>,
    /// Called too recently to be judged, so not counted as called.
    pub too_recent: u64,
    /// First called so when their deal had been won already, so not counted as called.
    pub too_late: u64,
    /// Days from the call to the win.
    pub lead_days: Option<Quartiles>,
    /// Moves to this very stage in a week.
    pub weekly: Load,
}

/// From where to where.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The least.
    pub low: f64,
    /// The most.
    pub high: f64,
}

impl Interval {
    /// Wilson's interval for a share, at 95 %; `None` of nobody.
    #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "people fit 53 bits")]
    pub fn of(part: u64, whole: u64) -> Option<Interval> {
        if whole == 0 {
            return None;
        }
        let (n, z) = (whole as f64, 1.959_963_984_540_054_f64);
        let share = part as f64 / n;
        let middle = share + z * z / (2.0 * n);
        let half = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
        let whole = 1.0 + z * z / n;
        Some(Interval {
            low: ((middle - half) / whole).max(0.0),
            high: ((middle + half) / whole).min(1.0),
        })
    }
}

/// A spread of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quartiles {
    /// A quarter took at most so many.
    pub p25: i64,
    /// Half.
    pub median: i64,
    /// Three quarters.
    pub p75: i64,
}

/// Arrivals in a week.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Load {
    /// On average, over the weeks from the first that happened to the last.
    pub mean: f64,
    /// In the fullest week.
    pub max: u64,
}

/// Arrivals in the stages of one owner.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OwnerLoad {
    /// On average, over the weeks from the first that happened to the last.
    pub mean: f64,
    /// In the fullest week.
    pub max: u64,
    /// In each week from the first on; see [`Report::week`]. Nothing in a report of an earlier release.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weeks: Vec<u64>,
}

/// How first calls of a stage lie to those that were lived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    /// Called by the draft alone.
    pub only_draft: u64,
    /// Called in life alone.
    pub only_in_force: u64,
    /// At the same moment.
    pub same: u64,
    /// Earlier under the draft.
    pub earlier: u64,
    /// Half of them by so many days or more.
    pub earlier_days: Option<i64>,
    /// Later under the draft.
    pub later: u64,
    /// Half of them by so many days or more.
    pub later_days: Option<i64>,
}

/// Why a history says nothing about a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thin {
    /// Too few people won.
    Winners(u64),
    /// It is too short, in days.
    Short(i64),
    /// It is shorter than the time in which a win would count, in days.
    ShorterThanWithin(i64, i64),
}

impl fmt::Display for Thin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Thin::Winners(0) => write!(
                f,
                "nobody's deal is recorded as won, so nothing tells a good call from a bad one; import won deals first"
            ),
            Thin::Winners(n) => write!(
                f,
                "only {n} people won a deal; with fewer than {WINNERS_MIN} any precision would be chance"
            ),
            Thin::Short(days) => write!(
                f,
                "the history is {days} days long; a backtest needs at least {}",
                HISTORY_MIN.0 / DAY_US
            ),
            Thin::ShorterThanWithin(days, within) => write!(
                f,
                "the history is {days} days long, and a win counts for {within} days after a call; ask for less"
            ),
        }
    }
}

impl Backtest {
    /// Why what was counted is too thin to say anything; `None` if it is not.
    pub fn thin(&self) -> Option<Thin> {
        if self.winners < WINNERS_MIN {
            return Some(Thin::Winners(self.winners));
        }
        let span = self.first.zip(self.last).map_or(0, |(first, last)| (last - first).0);
        if span < HISTORY_MIN.0 {
            return Some(Thin::Short(span / DAY_US));
        }
        let within = self.asked.within.filter(|within| span < within.0)?;
        Some(Thin::ShorterThanWithin(span / DAY_US, within.0 / DAY_US))
    }

    /// What was counted, in numbers. `draft` is the definition that was judged, `in_force` the one that holds.
    pub fn report(&self, draft: &Definition, in_force: Option<&Definition>) -> Report {
        let weeks =
            self.first.zip(self.last).map_or(1, |(first, last)| week(last) - week(first) + 1);
        let figures = |side: &Side, definition: &Definition| -> BTreeMap<Stage, StageFigures> {
            let known = JUDGED.iter().zip(&side.0);
            let known = known.filter(|(stage, _)| definition.stage(**stage).is_some());
            known.map(|(stage, counted)| (*stage, self.figures(counted, weeks))).collect()
        };
        let stages = figures(&self.draft, draft);
        let in_force =
            in_force.map(|definition| figures(&self.lived, definition)).unwrap_or_default();
        let moved = JUDGED.iter().zip(&self.shifts);
        let moved =
            moved.filter(|(stage, _)| stages.contains_key(stage) || in_force.contains_key(stage));
        Report {
            moved: moved.map(|(stage, shifts)| (*stage, shift(shifts))).collect(),
            load: self.load(draft, weeks),
            stages,
            in_force,
            people: self.people,
            entries: self.entries,
            won: self.winners,
            differ: self.differ,
            from: self.first,
            to: self.last,
            until: self.asked.until,
            within_days: self.asked.within.map(|within| within.0 / DAY_US),
        }
    }

    #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "people fit 53 bits")]
    fn figures(&self, counted: &Counted, weeks: i64) -> StageFigures {
        let share = |part: u64, whole: u64| (whole > 0).then(|| part as f64 / whole as f64);
        StageFigures {
            called: counted.called,
            won: counted.won,
            precision: share(counted.won, counted.called),
            precision_interval: Interval::of(counted.won, counted.called),
            recall: share(counted.won, self.winners),
            recall_interval: Interval::of(counted.won, self.winners),
            too_recent: counted.too_recent,
            too_late: counted.too_late,
            lead_days: quartiles(&counted.lead),
            weekly: load(&counted.weeks, weeks),
        }
    }

    fn load(&self, draft: &Definition, weeks: i64) -> BTreeMap<String, OwnerLoad> {
        let first = self.first.map_or(0, week);
        let mut teams: BTreeMap<String, BTreeMap<i64, u64>> = BTreeMap::new();
        for (stage, counted) in JUDGED.iter().zip(&self.draft.0) {
            let owner = draft.stage(*stage).and_then(|rule| rule.owner.clone());
            let Some(owner) = owner else { continue };
            let team = teams.entry(owner).or_default();
            for (week, n) in &counted.weeks {
                *team.entry(*week).or_default() += n;
            }
        }
        let owner = |by_week: BTreeMap<i64, u64>| {
            let Load { mean, max } = load(&by_week, weeks);
            // Somebody may move after the last that happened, for time moves standings too.
            let last = by_week.keys().next_back().map_or(0, |last| last - first + 1);
            let each = (first..first + weeks.max(last)).map(|week| by_week.get(&week).copied());
            OwnerLoad { mean, max, weeks: each.map(Option::unwrap_or_default).collect() }
        };
        teams.into_iter().map(|(team, by_week)| (team, owner(by_week))).collect()
    }
}

impl Report {
    /// The Monday, at midnight in UTC, on which a week of [`OwnerLoad::weeks`] begins.
    pub fn week(&self, number: usize) -> Option<Moment> {
        let number = i64::try_from(number).ok()?;
        Some(Moment(((week(self.from?) + number) * 7 - 3) * DAY_US))
    }

    /// Arrivals for each team, week by week: those in the stages that it owns, alone or with another. What
    /// `both` own comes to marketing and to sales.
    pub fn team_weeks(&self) -> BTreeMap<String, Vec<u64>> {
        let mut teams: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        for (owner, load) in self.load.iter().filter(|(_, load)| !load.weeks.is_empty()) {
            let owners: &[&str] = match owner.as_str() {
                "both" => &["marketing", "sales"],
                one => &[one],
            };
            for team in owners {
                let weeks = teams.entry((*team).to_owned()).or_default();
                weeks.resize(weeks.len().max(load.weeks.len()), 0);
                weeks.iter_mut().zip(&load.weeks).for_each(|(sum, n)| *sum += n);
            }
        }
        teams
    }
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "people fit 53 bits")]
fn load(by_week: &BTreeMap<i64, u64>, weeks: i64) -> Load {
    let all: u64 = by_week.values().sum();
    Load {
        mean: all as f64 / weeks as f64,
        max: by_week.values().copied().max().unwrap_or_default(),
    }
}

fn quartiles(days: &Days) -> Option<Quartiles> {
    Some(Quartiles {
        p25: days.percentile(25)?,
        median: days.percentile(50)?,
        p75: days.percentile(75)?,
    })
}

fn shift(shifts: &Shifts) -> Shift {
    Shift {
        only_draft: shifts.only_draft,
        only_in_force: shifts.only_lived,
        same: shifts.same,
        earlier: shifts.earlier.count(),
        earlier_days: shifts.earlier.percentile(50),
        later: shifts.later.count(),
        later_days: shifts.later.percentile(50),
    }
}

//! Two backtests side by side: by how much the second differs, and whether that could be chance.

use std::collections::BTreeMap;

use serde::Serialize;

use super::report::{Interval, Load, Report, StageFigures};
use crate::standing::Stage;

/// How the second of two backtests differs from the first; every difference is the second less the first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// For each stage that both know.
    pub stages: BTreeMap<Stage, StageDifference>,
    /// For each team that either gives work to.
    pub load: BTreeMap<String, LoadDifference>,
    /// Whether both were asked the same of the same people, so that nothing but the definitions differs.
    pub is_alike: bool,
}

/// How the figures of a stage differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct StageDifference {
    /// People called.
    pub called: i64,
    /// Those of them who won.
    pub won: i64,
    /// Precision.
    pub precision: Option<ShareDifference>,
    /// Recall.
    pub recall: Option<ShareDifference>,
    /// Days from the call to the win, at the median.
    pub lead_days: Option<i64>,
    /// Moves to the stage in a week.
    pub weekly: f64,
}

/// How a share differs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ShareDifference {
    /// By how much.
    pub by: f64,
    /// Whether the intervals at 95 % lie apart; where they overlap it may be chance.
    pub is_apart: bool,
}

/// What two backtests bring to a team in a week.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct LoadDifference {
    /// By the first.
    pub first: Load,
    /// By the second.
    pub second: Load,
}

impl Report {
    /// Holds another backtest against this one.
    pub fn compared_with(&self, second: &Report) -> Comparison {
        let stages = self.stages.iter().filter_map(|(stage, first)| {
            Some((*stage, stage_difference(first, second.stages.get(stage)?)))
        });
        let mut load: BTreeMap<String, LoadDifference> = BTreeMap::new();
        for (team, weeks) in self.team_weeks() {
            load.entry(team).or_default().first = of_weeks(&weeks);
        }
        for (team, weeks) in second.team_weeks() {
            load.entry(team).or_default().second = of_weeks(&weeks);
        }
        // Where the past ends is another moment each time; what it holds need not be another.
        let asked = |report: &Report| {
            (report.within_days, report.people, report.won, report.entries, report.from, report.to)
        };
        Comparison { stages: stages.collect(), load, is_alike: asked(self) == asked(second) }
    }
}

fn stage_difference(first: &StageFigures, second: &StageFigures) -> StageDifference {
    let days = |figures: &StageFigures| figures.lead_days.map(|days| days.median);
    StageDifference {
        called: less(second.called, first.called),
        won: less(second.won, first.won),
        precision: share(
            (first.precision, first.precision_interval),
            (second.precision, second.precision_interval),
        ),
        recall: share(
            (first.recall, first.recall_interval),
            (second.recall, second.recall_interval),
        ),
        lead_days: days(first).zip(days(second)).map(|(first, second)| second - first),
        weekly: second.weekly.mean - first.weekly.mean,
    }
}

fn less(a: u64, b: u64) -> i64 {
    i64::try_from(i128::from(a) - i128::from(b)).unwrap_or(i64::MAX)
}

type Share = (Option<f64>, Option<Interval>);

fn share(first: Share, second: Share) -> Option<ShareDifference> {
    let ((a, a_lies), (b, b_lies)) = (first, second);
    let (a, b) = a.zip(b)?;
    let is_apart = a_lies.zip(b_lies).is_some_and(|(a, b)| a.high < b.low || b.high < a.low);
    Some(ShareDifference { by: b - a, is_apart })
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "people fit 53 bits")]
fn of_weeks(weeks: &[u64]) -> Load {
    let all: u64 = weeks.iter().sum();
    Load {
        mean: all as f64 / weeks.len().max(1) as f64,
        max: weeks.iter().copied().max().unwrap_or_default(),
    }
}

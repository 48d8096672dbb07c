//! `sluice definition backtest FILE`

use std::path::PathBuf;

use clap::Args;
use funnel::backtest::{Interval, Shift, StageFigures};
use funnels::backtest::{self, BACKTEST, BacktestView, Question};
use moment::{Moment, Span};
use platform::failure::Failure;

use super::super::job;
use super::read_definition;
use crate::house::{House, asking};
use crate::say::{Ink, Outcome, table};

/// People who differ, named at a terminal.
const NAMED: usize = 10;

/// Run a definition over the whole past
#[derive(Args)]
#[command(
    long_about = "Runs a definition over everybody's history, as of each moment by what had been recorded by then, and \
        holds it against the deals that were really won: of those it calls a prospect or an opportunity, how many \
        won afterwards (precision); of those who won, how many it had called (recall); how long before; how many a \
        week each team would get; and who would have stood elsewhere than they did. Changes nothing.\n\n\
        A history with fewer than 10 people who won, or shorter than 8 weeks, is refused: it would say nothing.",
    after_long_help = "Examples:\n  \
        sluice definition backtest ours.toml\n  \
        sluice definition backtest ours.toml --within 180d\n  \
        sluice definition backtest ours.toml --until 2026-01-01T00:00:00Z --json | jq .stages.prospect"
)]
pub(crate) struct Backtest {
    /// The definition
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The lens to compare with [default: the main one]
    #[arg(long, value_name = "NAME")]
    lens: Option<String>,
    /// How soon after a call a win counts, in days: 180d [default: any time later]
    #[arg(long, value_name = "DAYS", value_parser = read_days)]
    within: Option<Span>,
    /// Where the past ends [default: now]
    #[arg(long, value_name = "MOMENT")]
    until: Option<Moment>,
}

fn read_days(text: &str) -> Result<Span, String> {
    let days: Option<i64> = text.strip_suffix('d').unwrap_or(text).parse().ok();
    let days = days.filter(|days| (1..=36_500).contains(days));
    days.map(Span::days).ok_or_else(|| "say how many days, such as 180d".to_owned())
}

impl Backtest {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let definition = read_definition(&self.file)?;
        let app = house.open_begun()?;
        let asking = asking(&app);
        let now = app.clock.now();
        let question = Question { within: self.within, until: self.until };
        let started = app.db.write_blocking(move |tx| {
            let (who, lens) = (asking, self.lens.as_deref());
            backtest::start(tx, who, &definition.text, lens, question, now)
        })?;
        let progress = house.mouth.progress("testing");
        job::run(&app, &house.jobs(), started.job, &progress, ("done", "total"))?;
        let row = app.db.read_blocking(move |tx| backtest::load(tx, asking, started.backtest))?;
        let view = row.view()?;
        let id = app.public_ids().encode(BACKTEST, started.backtest);
        let mut value = serde_json::to_value(&view).map_err(anyhow::Error::from)?;
        if let Some(value) = value.as_object_mut() {
            value.insert("backtest".to_owned(), id.clone().into());
        }
        house.mouth.result(&value, |ink| {
            format!("{}\n{}", shown(&view, ink), ink.quiet(format_args!("kept as {id}")))
        })?;
        Ok(Outcome::Done)
    }
}

fn shown(view: &BacktestView, ink: Ink) -> String {
    let report = &view.report;
    let span = report.from.zip(report.to);
    let from = span.map(|(from, to)| format!("from {from} to {to}; ")).unwrap_or_default();
    let within = report.within_days.map_or_else(
        || "any time after the call".to_owned(),
        |days| format!("within {days} days of the call"),
    );
    let mut text = format!(
        "{}\n{}\n\n",
        ink.strong(&view.definition),
        ink.quiet(format_args!(
            "{} people, {from}{} won; a win counts {within}",
            report.people, report.won
        ))
    );
    let mut rows = vec![
        ["", "called", "won", "precision", "95 %", "recall", "95 %", "days before", "a week"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for (stage, figures) in &report.stages {
        rows.push(figures_row(stage.as_str(), figures));
        if let Some(lived) = report.in_force.get(stage) {
            rows.push(figures_row(&format!("  {}, version {}", view.lens, view.version), lived));
        }
    }
    text.push_str(&table(&rows));
    for (stage, shift) in &report.moved {
        text.push_str(&moved(stage.as_str(), shift));
    }
    for (team, load) in &report.load {
        text.push_str(&format!(
            "{team}: {:.1} arrivals a week, {} in the fullest\n",
            load.mean, load.max
        ));
    }
    let told = view.differences.len().min(NAMED);
    text.push_str(&format!("\n{}", ink.strong(format_args!("{} people differ", report.differ))));
    for one in view.differences.iter().take(told) {
        let when =
            |call: Option<Moment>| call.map_or_else(|| "never".to_owned(), |at| at.to_string());
        text.push_str(&format!(
            "\n  {}  {}: {} {}, {} {}",
            one.name,
            one.stage,
            view.definition,
            when(one.draft.as_ref().map(|call| call.at)),
            view.lens,
            when(one.in_force.as_ref().map(|call| call.at)),
        ));
    }
    text
}

pub(super) fn figures_row(name: &str, figures: &StageFigures) -> Vec<String> {
    let share = |share: Option<f64>| share.map_or_else(|| "-".to_owned(), percent);
    let interval = |found: Option<Interval>| {
        found.map_or_else(
            || "-".to_owned(),
            |i| format!("{} to {}", percent(i.low), percent(i.high)),
        )
    };
    vec![
        name.to_owned(),
        figures.called.to_string(),
        figures.won.to_string(),
        share(figures.precision),
        interval(figures.precision_interval),
        share(figures.recall),
        interval(figures.recall_interval),
        figures.lead_days.map_or_else(|| "-".to_owned(), |days| days.median.to_string()),
        format!("{:.1}", figures.weekly.mean),
    ]
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

fn moved(stage: &str, shift: &Shift) -> String {
    let by = |days: Option<i64>| {
        days.map(|days| format!(" (half by {days} days or more)")).unwrap_or_default()
    };
    format!(
        "{stage}: {} more, {} fewer; {} earlier{}, {} later{}, {} at the same moment\n",
        shift.only_draft,
        shift.only_in_force,
        shift.earlier,
        by(shift.earlier_days),
        shift.later,
        by(shift.later_days),
        shift.same
    )
}

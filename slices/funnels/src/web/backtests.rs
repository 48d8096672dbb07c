//! `/backtests/{id}`: what a draft would have said of the past.

use std::collections::HashMap;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use funnel::Stage;
use funnel::backtest::{Report, Shift, StageFigures};
use people::frame;
use people::pages::marks::{StageMark, TruthMark};
use people::pages::money::money;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::words::{Almanac, grouped};
use platform::page::{Page, filters};
use team::User;

use super::compare::{self, Choice};
use super::load::{self, Capacity, TeamLoad};
use super::plot;
use crate::backtest::{
    self, BACKTEST, BacktestRow, BacktestView, CallView, DifferenceView, Outcome,
};
use crate::panel::mark;
use crate::why::BecauseView;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/backtests/{test}", get(page))
        .route("/backtests/{test}/progress", get(progress))
        .route("/backtests/{test}/cancel", post(cancel))
}

pub(super) fn id_of(tx: &Tx, text: &str) -> Result<i64, Failure> {
    tx.public_ids().decode(BACKTEST, text).ok_or_else(|| Failure::missing("backtest", text))
}

async fn page(
    State(app): State<App>,
    who: User,
    Path(test): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Page, Failure> {
    let now = app.clock.now();
    let (shell, view) = app
        .db
        .read(move |tx| {
            let id = id_of(tx, &test)?;
            let row = backtest::load(tx, &who, id)?;
            let almanac = Almanac::new(now, &team::workspace(tx)?.zone);
            let body = part(tx, &row, &Capacity::of(&query), &almanac)?;
            let mut others = compare::choices(tx, &who, &almanac)?;
            others.retain(|other| other.id != test);
            if row.result.is_none() {
                others.clear();
            }
            let sub = match row.asked.within {
                Some(within) => format!(
                    "A win counts within {} days of the call. Everybody is seen as of each moment; nothing later was visible.",
                    within.0 / moment::DAY_US
                ),
                None => "A win counts any time after the call. Everybody is seen as of each moment; nothing later was visible.".to_owned(),
            };
            Ok((frame::shell(tx, &who, "/definitions")?, BacktestPage { name: row.name, here: test, others, sub, body }))
        })
        .await?;
    let title = format!("Backtest: {}", view.name);
    Ok(Page::new(&shell, &title, &view))
}

async fn progress(
    State(app): State<App>,
    who: User,
    Path(test): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let part = app
        .db
        .read(move |tx| {
            let id = id_of(tx, &test)?;
            let row = backtest::load(tx, &who, id)?;
            let almanac = Almanac::new(now, &team::workspace(tx)?.zone);
            part(tx, &row, &Capacity::of(&query), &almanac)
        })
        .await?;
    Ok(Page::part(&Raw { part }).into_response())
}

async fn cancel(
    State(app): State<App>,
    who: User,
    Path(test): Path<String>,
) -> Result<Redirect, Failure> {
    let now = app.clock.now();
    let back = format!("/backtests/{test}");
    app.db
        .write(move |tx| {
            let id = id_of(tx, &test)?;
            backtest::cancel(tx, &who, id, now)
        })
        .await?;
    Ok(Redirect::to(&back))
}

#[derive(Template)]
#[template(source = "{{ part|safe }}", ext = "html")]
struct Raw {
    part: String,
}

#[derive(Template)]
#[template(path = "backtest.html")]
struct BacktestPage {
    name: String,
    here: String,
    others: Vec<Choice>,
    sub: String,
    body: String,
}

#[derive(Template)]
#[template(path = "backtest_running.html")]
struct Running {
    here: String,
    done: i64,
    /// How many there are; nothing before the first of them was looked at.
    total: Option<i64>,
}

/// What a draft would have done with a stage, beside what was.
pub(super) struct StageLine {
    pub(super) mark: StageMark,
    pub(super) called: i64,
    pub(super) lived_called: Option<i64>,
    pub(super) joined: String,
    pub(super) same: i64,
    pub(super) earlier: i64,
    pub(super) earlier_by: String,
    pub(super) later: i64,
    pub(super) later_by: String,
    pub(super) won: i64,
    pub(super) won_note: String,
    pub(super) lead_time: String,
    pub(super) lead_note: String,
    pub(super) weekly: String,
    pub(super) weekly_note: String,
    pub(super) chart: String,
}

struct ReceiptLine {
    truth: TruthMark,
    words: String,
}

struct ReceiptPart {
    title: String,
    lines: Vec<ReceiptLine>,
}

/// Somebody of whom a draft says something else than was lived.
pub(super) struct PersonLine {
    pub(super) name: String,
    pub(super) href: String,
    pub(super) company: String,
    pub(super) stage: StageMark,
    pub(super) lived: String,
    pub(super) draft: String,
    pub(super) change: String,
    pub(super) tone: &'static str,
    pub(super) outcome: String,
    pub(super) because: String,
    receipts: Vec<ReceiptPart>,
}

#[derive(Default, Template)]
#[template(path = "backtest_done.html")]
struct Done {
    refusal: Option<String>,
    span: String,
    won: i64,
    stages: Vec<StageLine>,
    load: Vec<TeamLoad>,
    differ: i64,
    shown_of: usize,
    people: Vec<PersonLine>,
}

pub(super) fn int(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn part(
    tx: &mut Tx,
    row: &BacktestRow,
    capacity: &Capacity,
    almanac: &Almanac,
) -> Result<String, Failure> {
    let rendered = if let Some(refusal) = &row.refusal {
        Done { refusal: Some(refusal.clone()), ..Done::default() }.render()
    } else if row.state() == backtest::State::Cancelled {
        Done { refusal: Some(backtest::CANCELLED.to_owned()), ..Done::default() }.render()
    } else if row.result.is_some() {
        done(&row.view()?, capacity, almanac).render()
    } else {
        let job = match row.job {
            Some(job) => platform::jobs::find(tx, job)?,
            None => None,
        };
        let told = job.as_ref().and_then(|job| job.progress.clone());
        let number = |name: &str| told.as_ref().and_then(|told| told.get(name)?.as_i64());
        match job
            .and_then(|job| (job.state == platform::jobs::State::Dead).then_some(job.last_error))
        {
            Some(error) => {
                let words = error.unwrap_or_else(|| "It failed without a word.".to_owned());
                Done { refusal: Some(words), ..Done::default() }.render()
            }
            None => {
                let here = format!("/backtests/{}", tx.public_ids().encode(BACKTEST, row.id));
                Running {
                    here,
                    done: number("done").unwrap_or_default(),
                    total: number("total").filter(|total| *total > 0),
                }
                .render()
            }
        }
    };
    rendered.map_err(|cause| Failure::Broken(anyhow::Error::from(cause)))
}

fn done(view: &BacktestView, capacity: &Capacity, almanac: &Almanac) -> Done {
    let report = &view.report;
    let span = report.from.zip(report.to).map(|(from, to)| {
        format!("from {} to {}", almanac.date(from).words, almanac.date(to).words)
    });
    Done {
        refusal: None,
        span: format!(
            "{} histories {}; {} won. Held against {}, version {}.",
            grouped(int(report.people)),
            span.unwrap_or_default(),
            grouped(int(report.won)),
            view.lens,
            view.version
        ),
        won: int(report.won),
        stages: report
            .stages
            .iter()
            .rev()
            .map(|(stage, figures)| stage_line(view, *stage, figures))
            .collect(),
        load: load::teams(report, capacity, almanac),
        differ: int(report.differ),
        shown_of: usize::try_from(report.differ).unwrap_or(usize::MAX),
        people: view.differences.iter().map(|one| person_line(one, almanac)).collect(),
    }
}

pub(super) fn stage_line(view: &BacktestView, stage: Stage, figures: &StageFigures) -> StageLine {
    let report: &Report = &view.report;
    let lived = report.in_force.get(&stage);
    let end = plot::precision_end(report.stages.values().chain(report.in_force.values()));
    let shift = report.moved.get(&stage).copied().unwrap_or_default();
    let Shift { only_draft, only_in_force, same, earlier, earlier_days, later, later_days } = shift;
    let median = |days: Option<i64>| match days {
        Some(0) => "median under a day".to_owned(),
        Some(days) => format!("median {days} days"),
        None => "nobody".to_owned(),
    };
    let won_note = lived.map_or_else(String::new, |lived| {
        let before = format!("version {}", view.version);
        match (figures.won, lived.won) {
            (new, old) if new > old => format!("{} more than {before}", new - old),
            (new, old) if new < old => format!("{} fewer than {before}", old - new),
            _ => format!("as many as {before}"),
        }
    });
    StageLine {
        mark: StageMark::of(stage.as_str()),
        called: int(figures.called),
        lived_called: lived.map(|lived| int(lived.called)),
        joined: format!("{} leave, {} join", grouped(int(only_in_force)), grouped(int(only_draft))),
        same: int(same),
        earlier: int(earlier),
        earlier_by: median(earlier_days),
        later: int(later),
        later_by: median(later_days),
        won: int(figures.won),
        won_note,
        lead_time: figures.lead_days.map_or_else(
            || "nobody won".to_owned(),
            |days| match days.median {
                0 => "under a day".to_owned(),
                1 => "1 day".to_owned(),
                median => format!("{median} days"),
            },
        ),
        lead_note: figures.lead_days.map_or_else(String::new, |days| {
            format!("half of them {} to {} days", days.p25, days.p75)
        }),
        weekly: format!("{:.1}", figures.weekly.mean),
        weekly_note: lived.map_or_else(String::new, |lived| {
            format!("{:.1} under version {}", lived.weekly.mean, view.version)
        }),
        chart: chart(stage, (figures, lived), end, view.version),
    }
}

/// Precision and recall, the draft's with its interval, beside what is in force. Whatever the stage, precision is drawn
/// on one scale, which ends with `end`.
fn chart(
    stage: Stage,
    (draft, lived): (&StageFigures, Option<&StageFigures>),
    end: f64,
    version: u32,
) -> String {
    let measures = [
        (
            ("Precision", 30.0, end),
            draft.precision,
            draft.precision_interval,
            lived.and_then(|l| l.precision),
        ),
        (("Recall", 100.0, 1.0), draft.recall, draft.recall_interval, lived.and_then(|l| l.recall)),
    ];
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let mut svg = format!(
        "<svg class=\"chart\" viewBox=\"0 0 340 160\" role=\"img\" aria-label=\"{stage}: precision and recall of the draft with 95 % intervals\">"
    );
    for ((name, y, end), value, interval, was) in measures {
        let x = |share: f64| plot::x(share, end);
        svg.push_str(&plot::scale(name, end, y, y + 34.0));
        if let Some(interval) = interval {
            svg.push_str(&format!(
                "<path class=\"interval\" d=\"M{:.1} {y}H{:.1}\"/>",
                x(interval.low),
                x(interval.high)
            ));
        }
        if let Some(was) = was {
            svg.push_str(&format!(
                "<circle cx=\"{:.1}\" cy=\"{y}\" r=\"4.5\" class=\"pt-hollow\"/><text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                x(was), x(was), y + 18.0, percent(was)
            ));
        }
        if let Some(value) = value {
            svg.push_str(&format!(
                "<circle cx=\"{:.1}\" cy=\"{y}\" r=\"5\" class=\"pt-solid\"/><text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\" class=\"t-b\">{}</text>",
                x(value), x(value), y - 11.0, percent(value)
            ));
        }
    }
    if lived.is_some() {
        svg.push_str(&format!(
            "<circle cx=\"74\" cy=\"152\" r=\"3.5\" class=\"pt-hollow\"/><text x=\"83\" y=\"156\">version {version}</text>\
             <circle cx=\"148\" cy=\"152\" r=\"4\" class=\"pt-solid\"/><text x=\"157\" y=\"156\">the draft, with 95 % interval</text>"
        ));
    }
    svg.push_str("</svg>");
    svg
}

pub(super) fn person_line(one: &DifferenceView, almanac: &Almanac) -> PersonLine {
    let when = |call: Option<&CallView>| {
        call.map_or_else(|| "never".to_owned(), |call| almanac.date(call.at).words)
    };
    let (change, tone) = match one.days_earlier {
        Some(0) => ("the same day".to_owned(), ""),
        Some(days) if days > 0 => (format!("{days} d earlier"), "pos"),
        Some(days) => (format!("{} d later", -days), ""),
        None if one.draft.is_some() => ("joins".to_owned(), "pos"),
        None => ("not at all".to_owned(), "neg"),
    };
    let receipt = |title: &str, call: &CallView| ReceiptPart {
        title: format!("{title}: {}", call.receipt.rule),
        lines: call
            .receipt
            .because
            .iter()
            .map(|line| ReceiptLine {
                truth: mark(line.truth),
                words: match &line.seen {
                    Some(seen) => format!("{} = {seen}", line.english),
                    None => line.english.clone(),
                },
            })
            .collect(),
    };
    PersonLine {
        name: one.name.clone(),
        href: format!("/people/{}", one.person),
        company: one.company.clone().unwrap_or_default(),
        stage: StageMark::of(one.stage.as_str()),
        lived: when(one.in_force.as_ref()),
        draft: when(one.draft.as_ref()),
        change,
        tone,
        outcome: outcome(&one.outcome),
        because: one.because.clone().or_else(|| parted(one)).unwrap_or_default(),
        receipts: one
            .draft
            .iter()
            .map(|call| receipt("The draft", call))
            .chain(one.in_force.iter().map(|call| receipt("As it was", call)))
            .collect(),
    }
}

/// What became of somebody's deals, in a word or two.
fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Untold => "unknown".to_owned(),
        Outcome::NoDeal => "no deal".to_owned(),
        Outcome::Open => "open".to_owned(),
        Outcome::Lost => "lost".to_owned(),
        Outcome::Won { amount_minor: Some(minor), currency } => {
            format!("won {}", money(*minor, currency.as_deref().unwrap_or_default()))
        }
        Outcome::Won { .. } => "won".to_owned(),
    }
}

/// The first line of a receipt that the other has not, or has otherwise; the first of all if they are alike.
fn parted(one: &DifferenceView) -> Option<String> {
    let lines =
        |call: Option<&CallView>| call.map(|call| call.receipt.because.clone()).unwrap_or_default();
    let (draft, lived) = (lines(one.draft.as_ref()), lines(one.in_force.as_ref()));
    let differs = |line: &BecauseView, others: &[BecauseView]| {
        let told = |line: &BecauseView| (line.condition.clone(), line.truth, line.seen.clone());
        others.iter().all(|other| told(other) != told(line))
    };
    let found = draft
        .iter()
        .find(|line| differs(line, &lived))
        .or_else(|| lived.iter().find(|line| differs(line, &draft)));
    found.or(draft.first()).or(lived.first()).map(|line| line.english.clone())
}

//! `/backtests/compare?a=…&b=…`: two stored backtests side by side.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::routing::get;
use funnel::Stage;
use funnel::backtest::{
    Comparison, Interval, LoadDifference, Quartiles, ShareDifference, StageDifference, StageFigures,
};
use moment::Moment;
use people::frame;
use people::pages::marks::StageMark;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::words::{Almanac, counted, grouped};
use platform::page::{Page, filters};
use serde::Deserialize;
use team::User;

use super::backtests::{id_of, int};
use super::plot;
use crate::backtest::{self, BACKTEST, ComparedView, SideView};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/backtests/compare", get(page))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Ask {
    a: String,
    b: String,
}

/// A backtest that can be chosen.
pub(super) struct Choice {
    pub(super) id: String,
    pub(super) words: String,
}

struct Side {
    letter: &'static str,
    name: String,
    href: String,
    when: String,
}

struct Figure {
    what: &'static str,
    first: String,
    second: String,
    difference: String,
    note: &'static str,
    tone: &'static str,
}

struct StagePart {
    name: &'static str,
    mark: StageMark,
    figures: Vec<Figure>,
    chart: String,
}

struct LoadLine {
    team: String,
    first: String,
    second: String,
    difference: String,
}

#[derive(Template)]
#[template(path = "backtest_compare.html")]
struct ComparePage {
    choices: Vec<Choice>,
    a: String,
    b: String,
    refusal: Option<String>,
    sides: Vec<Side>,
    unlike: bool,
    stages: Vec<StagePart>,
    load: Vec<LoadLine>,
}

async fn page(State(app): State<App>, who: User, Query(ask): Query<Ask>) -> Result<Page, Failure> {
    let now = app.clock.now();
    let (shell, view) = app
        .db
        .read(move |tx| {
            let view = view(tx, &who, ask, now)?;
            Ok((frame::shell(tx, &who, "/definitions")?, view))
        })
        .await?;
    Ok(Page::new(&shell, "Two backtests", &view))
}

/// The backtests that ended with a result, the newest first.
pub(super) fn choices(tx: &mut Tx, who: &User, almanac: &Almanac) -> Result<Vec<Choice>, Failure> {
    let ended = backtest::list(tx, who)?.into_iter();
    Ok(ended
        .filter_map(|row| {
            let glimpse: Glimpse = serde_json::from_str(row.result.as_deref()?).ok()?;
            let told = glimpse.stages.get_key_value(&Stage::Prospect);
            let told = told.or_else(|| glimpse.stages.iter().next_back());
            let told = told.map_or_else(String::new, |(stage, figures)| {
                format!(", {} called {stage}", grouped(int(figures.called)))
            });
            Some(Choice {
                id: tx.public_ids().encode(BACKTEST, row.id),
                words: format!("{}, {}{told}", row.name, almanac.full(row.started_at).words),
            })
        })
        .collect())
}

/// As much of a result as tells two backtests of one name apart.
#[derive(Deserialize)]
struct Glimpse {
    stages: BTreeMap<Stage, Called>,
}

#[derive(Deserialize)]
struct Called {
    called: u64,
}

fn view(tx: &mut Tx, who: &User, ask: Ask, now: Moment) -> Result<ComparePage, Failure> {
    let almanac = Almanac::new(now, &team::workspace(tx)?.zone);
    let choices = choices(tx, who, &almanac)?;
    // Without a choice the newest is held against the one before it.
    let nth = |n: usize| choices.get(n).map(|choice| choice.id.clone()).unwrap_or_default();
    let a = if ask.a.is_empty() { nth(1) } else { ask.a };
    let b = if ask.b.is_empty() { nth(0) } else { ask.b };
    let mut page = ComparePage {
        choices,
        refusal: None,
        sides: Vec::new(),
        unlike: false,
        stages: Vec::new(),
        load: Vec::new(),
        a,
        b,
    };
    if page.a.is_empty() || page.b.is_empty() {
        page.refusal = Some("It takes two backtests that ended with a result.".to_owned());
        return Ok(page);
    }
    let (first, second) = (id_of(tx, &page.a)?, id_of(tx, &page.b)?);
    match backtest::compare(tx, who, first, second) {
        Ok(found) => fill(&mut page, &found, &almanac),
        Err(refused @ Failure::Refused { .. }) => page.refusal = Some(refused.to_string()),
        Err(failure) => return Err(failure),
    }
    Ok(page)
}

fn fill(page: &mut ComparePage, found: &ComparedView, almanac: &Almanac) {
    let ComparedView { first, second, difference } = found;
    let Comparison { stages, load, is_alike } = difference;
    page.sides = vec![side("A", first, almanac), side("B", second, almanac)];
    page.unlike = !is_alike;
    let sides = [&first.report, &second.report];
    let end = plot::precision_end(sides.into_iter().flat_map(|report| report.stages.values()));
    page.stages = stages
        .iter()
        .rev()
        .filter_map(|(stage, by)| {
            let (a, b) = (first.report.stages.get(stage)?, second.report.stages.get(stage)?);
            Some(StagePart {
                name: stage.as_str(),
                mark: StageMark::of(stage.as_str()),
                figures: figures(a, b, by),
                chart: chart(*stage, a, b, end),
            })
        })
        .collect();
    page.load = load.iter().map(|(team, by)| load_line(team, by)).collect();
}

fn side(letter: &'static str, side: &SideView, almanac: &Almanac) -> Side {
    Side {
        letter,
        name: side.definition.clone(),
        href: format!("/backtests/{}", side.backtest),
        when: format!(
            "{}, against {}, version {}, {}",
            almanac.full(side.started_at).words,
            side.lens,
            side.version,
            counted(int(side.report.people), "history", "histories")
        ),
    }
}

fn figures(a: &StageFigures, b: &StageFigures, by: &StageDifference) -> Vec<Figure> {
    let plain = |what, first: String, second: String, difference: String| Figure {
        what,
        first,
        second,
        difference,
        note: "",
        tone: "",
    };
    let count = |n: u64| grouped(int(n));
    let of_share = |what, (a, a_lies), (b, b_lies), by: Option<ShareDifference>| Figure {
        note: match by {
            Some(by) if by.is_apart => "the intervals lie apart",
            Some(by) if points(by).ends_with("points") => "the intervals overlap: it may be chance",
            _ => "",
        },
        tone: match by {
            Some(by) if by.is_apart && by.by > 0.0 => "pos",
            Some(by) if by.is_apart => "neg",
            _ => "",
        },
        ..plain(what, share(a, a_lies), share(b, b_lies), by.map_or_else(dash, points))
    };
    vec![
        plain("Called", count(a.called), count(b.called), signed(by.called)),
        plain("Won, called before", count(a.won), count(b.won), signed(by.won)),
        of_share(
            "Precision",
            (a.precision, a.precision_interval),
            (b.precision, b.precision_interval),
            by.precision,
        ),
        of_share("Recall", (a.recall, a.recall_interval), (b.recall, b.recall_interval), by.recall),
        plain(
            "Days before the win",
            days(a.lead_days),
            days(b.lead_days),
            by.lead_days.map_or_else(dash, signed),
        ),
        plain(
            "A week",
            format!("{:.1}", a.weekly.mean),
            format!("{:.1}", b.weekly.mean),
            signed_tenths(by.weekly),
        ),
    ]
}

fn load_line(team: &str, by: &LoadDifference) -> LoadLine {
    let LoadDifference { first, second } = by;
    let words = |mean: f64, max: u64| format!("{mean:.1}, {} in the fullest", grouped(int(max)));
    LoadLine {
        team: team.to_owned(),
        first: words(first.mean, first.max),
        second: words(second.mean, second.max),
        difference: signed_tenths(second.mean - first.mean),
    }
}

fn dash() -> String {
    "unknown".to_owned()
}

fn share(share: Option<f64>, lies: Option<Interval>) -> String {
    match (share, lies) {
        (Some(share), Some(lies)) => {
            format!("{} ({} to {})", percent(share), percent(lies.low), percent(lies.high))
        }
        (Some(share), None) => percent(share),
        (None, _) => dash(),
    }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

fn points(by: ShareDifference) -> String {
    match signed_tenths(by.by * 100.0) {
        more if more.starts_with(['+', '−']) => format!("{more} points"),
        same => same,
    }
}

fn days(days: Option<Quartiles>) -> String {
    days.map_or_else(dash, |days| format!("{} ({} to {})", days.median, days.p25, days.p75))
}

fn signed(n: i64) -> String {
    match n {
        0 => "the same".to_owned(),
        n if n > 0 => format!("+{}", grouped(n)),
        n => format!("−{}", grouped(n.saturating_neg())),
    }
}

fn signed_tenths(n: f64) -> String {
    match format!("{:.1}", n.abs()) {
        same if same == "0.0" => "the same".to_owned(),
        more if n > 0.0 => format!("+{more}"),
        less => format!("−{less}"),
    }
}

/// Precision and recall of both, each with its interval. Whatever the stage, precision is drawn on one scale, which ends
/// with `end`.
fn chart(stage: Stage, a: &StageFigures, b: &StageFigures, end: f64) -> String {
    let rows = [
        (
            ("Precision", 32.0, end),
            [(a.precision, a.precision_interval), (b.precision, b.precision_interval)],
        ),
        (("Recall", 112.0, 1.0), [(a.recall, a.recall_interval), (b.recall, b.recall_interval)]),
    ];
    let mut svg = format!(
        "<svg class=\"chart\" viewBox=\"0 0 340 156\" role=\"img\" aria-label=\"{stage}: precision and recall of A and B with 95 % intervals\">"
    );
    for ((name, middle, end), sides) in rows {
        let x = |share: f64| plot::x(share, end);
        svg.push_str(&plot::scale(name, end, middle, middle + 40.0));
        for (letter, class, y, text_y, (share, lies)) in [
            ("A", "hollow", middle - 7.0, middle - 16.0, sides[0]),
            ("B", "solid", middle + 7.0, middle + 24.0, sides[1]),
        ] {
            if let Some(lies) = lies {
                svg.push_str(&format!(
                    "<path class=\"interval interval--{class}\" d=\"M{:.1} {y}H{:.1}\"/>",
                    x(lies.low),
                    x(lies.high)
                ));
            }
            if let Some(share) = share {
                svg.push_str(&format!(
                    "<circle cx=\"{:.1}\" cy=\"{y}\" r=\"4.5\" class=\"pt-{class}\"/><text x=\"{:.1}\" y=\"{text_y}\" text-anchor=\"middle\" class=\"t-b\">{letter} {}</text>",
                    x(share), x(share), percent(share)
                ));
            }
        }
    }
    svg.push_str("</svg>");
    svg
}

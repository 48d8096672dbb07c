//! `GET /lenses`: several definitions side by side.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use funnel::Stage;
use moment::Moment;
use people::frame;
use people::pages::marks::StageMark;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::words::grouped;
use platform::page::{Page, filters};
use team::User;

use crate::agreement::{AgreementView, Depth, LensesView, PointView, lenses};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/lenses", get(page))
}

async fn page(State(app): State<App>, who: User) -> Result<Page, Failure> {
    let now = app.clock.now();
    let (shell, panel) = app
        .db
        .read(move |tx| {
            let panel = panel(tx, &who, Depth::Whole, now)?;
            Ok((frame::shell(tx, &who, "/lenses")?, panel))
        })
        .await?;
    Ok(Page::new(&shell, "Lenses", &LensesPage { panel }))
}

/// The panel that compares lenses, with a link to the whole comparison unless this is it.
pub(super) fn panel(tx: &mut Tx, who: &User, depth: Depth, now: Moment) -> Result<String, Failure> {
    let found = lenses(tx, who, depth, now)?;
    let more = (depth == Depth::Counts && found.lenses.len() > 1).then_some("/lenses");
    let panel = Panel {
        more,
        everybody: found.lenses.iter().map(|lens| int(lens.stages.values().sum())).collect(),
        rows: rows(&found),
        pairs: found.agreement.iter().map(pair).collect(),
        lenses: found.lenses.iter().map(|lens| Name { name: lens.name.clone() }).collect(),
    };
    panel.render().map_err(|cause| Failure::Broken(anyhow::Error::from(cause)))
}

#[derive(Template)]
#[template(path = "lenses_page.html")]
struct LensesPage {
    panel: String,
}

struct Name {
    name: String,
}

struct Row {
    stage: StageMark,
    counts: Vec<i64>,
}

struct Part {
    people: i64,
    words: String,
    because: Vec<String>,
}

struct Pair {
    a: String,
    b: String,
    value: f64,
    share: String,
    of: String,
    kappa: String,
    trend: Option<String>,
    parted: Vec<Part>,
}

#[derive(Template)]
#[template(path = "lenses.html")]
struct Panel {
    more: Option<&'static str>,
    lenses: Vec<Name>,
    rows: Vec<Row>,
    /// What each column comes to.
    everybody: Vec<i64>,
    pairs: Vec<Pair>,
}

fn int(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn rows(found: &LensesView) -> Vec<Row> {
    // Whom a lens has at no stage comes last.
    let (nowhere, somewhere) =
        Stage::ALL.iter().partition::<Vec<&Stage>, _>(|stage| **stage == Stage::None);
    somewhere
        .into_iter()
        .chain(nowhere)
        .map(|stage| Row {
            stage: StageMark::of(stage.as_str()),
            counts: found
                .lenses
                .iter()
                .map(|lens| int(lens.stages.get(stage).copied().unwrap_or_default()))
                .collect(),
        })
        .collect()
}

fn pair(view: &AgreementView) -> Pair {
    let share = view.share.map_or_else(|| "nobody".to_owned(), |s| format!("{:.1} %", s * 100.0));
    let kappa = match (view.kappa, view.in_words) {
        (Some(kappa), Some(words)) => {
            format!("Cohen's kappa of everybody {kappa:.2}: {words}, beyond what chance would give")
        }
        _ => "Chance alone would agree on everybody, so this says nothing".to_owned(),
    };
    let parted = view.parted.iter().map(|part| Part {
        people: int(part.people),
        words: format!("{} says {}, {} says {}", view.a, stage(part.a), view.b, stage(part.b)),
        because: part
            .because
            .iter()
            .map(|one| {
                let lack = grouped(int(one.no + one.unknown));
                let unknown = match one.unknown {
                    0 => String::new(),
                    n if n == one.no + one.unknown => ", unknown of each".to_owned(),
                    n => format!(", unknown of {n}"),
                };
                format!("{lack} of {} lack: {}{unknown}", part.looked_at, one.english)
            })
            .collect(),
    });
    Pair {
        a: view.a.clone(),
        b: view.b.clone(),
        value: view.share.unwrap_or_default(),
        share,
        of: of(view),
        kappa,
        trend: trend(&view.trend),
        parted: parted.collect(),
    }
}

/// Of whom the agreement is said, and who is left out.
fn of(view: &AgreementView) -> String {
    let (same, people) = (grouped(int(view.same)), grouped(int(view.people)));
    let left_out = match view.nowhere {
        0 => String::new(),
        n => format!("; {} at no stage under both are left out", grouped(int(n))),
    };
    format!("{same} alike, of {people} at a stage under at least one of them{left_out}")
}

fn stage(stage: Stage) -> &'static str {
    if stage == Stage::None { "no stage" } else { stage.as_str() }
}

/// A line of kappas, its first and last named.
fn trend(points: &[PointView]) -> Option<String> {
    const WIDTH: f64 = 288.0;
    const HEIGHT: f64 = 40.0;
    let known: Vec<(f64, f64)> = (0_u32..)
        .zip(points)
        .filter_map(|(place, point)| Some((f64::from(place), point.kappa?)))
        .collect();
    let (first, last) = (known.first()?, known.last()?);
    let step = WIDTH / f64::from(u32::try_from(points.len().max(2) - 1).unwrap_or(1));
    let y = |kappa: f64| HEIGHT - kappa.clamp(-0.2, 1.0).mul_add(HEIGHT / 1.2, HEIGHT / 6.0);
    let line: Vec<String> =
        known.iter().map(|(x, kappa)| format!("{:.1},{:.1}", x * step, y(*kappa))).collect();
    Some(format!(
        "<svg class=\"chart\" viewBox=\"0 0 330 56\" role=\"img\" aria-label=\"kappa from {:.2} a year ago to {:.2} now\">\
         <path class=\"axis\" d=\"M0 {zero:.1}H{WIDTH}\"/><polyline class=\"line\" points=\"{}\"/>\
         <text x=\"0\" y=\"54\">a year ago {:.2}</text><text x=\"294\" y=\"{:.1}\" class=\"t-b\">{:.2}</text></svg>",
        first.1,
        last.1,
        line.join(" "),
        first.1,
        y(last.1) + 4.0,
        last.1,
        zero = y(0.0),
    ))
}

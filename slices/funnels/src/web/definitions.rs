//! `/definitions`: every version with its file, the drafts, and the latest backtests.

use askama::Template;
use axum::Router;
use axum::extract::{Form, Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use funnel::{Definition, Stage};
use moment::Moment;
use people::frame;
use people::pages::marks::StageMark;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::words::Almanac;
use platform::page::{Page, filters};
use serde::Deserialize;
use team::{Right, User};

use super::packs::{self, PackLine};
use crate::backtest::{self, BACKTEST, BacktestRow};
use crate::drafts::{self, DRAFT};
use crate::lens::{self, Lens};
use crate::waiting;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/definitions", get(page))
        .route("/definitions/take-back", post(take_back))
        .route("/definitions/{lens}/{version}", get(file))
}

#[derive(Deserialize)]
struct TakenBack {
    lens: String,
}

async fn take_back(
    State(app): State<App>,
    who: User,
    Form(form): Form<TakenBack>,
) -> Result<Redirect, Failure> {
    let now = app.clock.now();
    app.db.write(move |tx| waiting::take_back(tx, &who, Some(&form.lens), now)).await?;
    Ok(Redirect::to("/definitions"))
}

struct VersionLine {
    number: i64,
    name: String,
    href: String,
    from: String,
    adopted: String,
}

struct LensLine {
    name: String,
    versions: Vec<VersionLine>,
    waiting: Option<WaitingLine>,
}

/// What is to follow the version in force.
struct WaitingLine {
    name: String,
    from: String,
}

struct DraftLine {
    href: String,
    name: String,
    note: String,
    lens: String,
    state: &'static str,
    changed: String,
}

struct TestLine {
    href: String,
    name: String,
    when: String,
    /// How far it is, if it came to nothing.
    state: &'static str,
    stage: StageMark,
    called: String,
    won: String,
    precision: String,
    recall: String,
}

#[derive(Template)]
#[template(path = "definitions.html")]
struct DefinitionsPage {
    may_change: bool,
    lenses: Vec<LensLine>,
    drafts: Vec<DraftLine>,
    backtests: Vec<TestLine>,
    packs: Vec<PackLine>,
    main: String,
}

async fn page(State(app): State<App>, who: User) -> Result<Page, Failure> {
    let now = app.clock.now();
    let (shell, view) = app
        .db
        .read(move |tx| {
            let view = definitions(tx, &who, now)?;
            Ok((frame::shell(tx, &who, "/definitions")?, view))
        })
        .await?;
    Ok(Page::new(&shell, "Definitions", &view))
}

fn definitions(tx: &mut Tx, who: &User, now: Moment) -> Result<DefinitionsPage, Failure> {
    who.may(Right::ReadDefinitions)?;
    let almanac = Almanac::new(now, &team::workspace(tx)?.zone);
    let lenses = lens::lenses(tx)?;
    let waiting = waiting::list(tx, who)?;
    let adopters: Vec<i64> = lenses
        .iter()
        .flat_map(|lens| &lens.versions)
        .filter_map(|(row, _)| row.adopted_by)
        .collect();
    let names = team::names(tx, &adopters)?;
    let name_of = |id: Option<i64>| {
        let found = id.and_then(|id| names.iter().find(|(user, _)| *user == id));
        found.map(|(_, name)| format!(" by {name}")).unwrap_or_default()
    };
    let lens_name = |id: i64| {
        let found = lenses.iter().find(|lens| lens.id == id);
        found.map(|lens| lens.name.clone()).unwrap_or_default()
    };
    let drafts = drafts::list(tx, who)?
        .into_iter()
        .map(|row| DraftLine {
            href: format!("/definitions/drafts/{}", tx.public_ids().encode(DRAFT, row.id)),
            name: Definition::parse(&row.text)
                .map_or_else(|_| "with mistakes".to_owned(), |definition| definition.name),
            lens: lens_name(row.lens),
            state: row.state.as_str(),
            changed: almanac.ago(row.changed_at).words,
            note: row.note,
        })
        .collect();
    let backtests = backtest::list(tx, who)?
        .into_iter()
        .map(|row| test_line(tx, row, &almanac))
        .collect::<Result<Vec<_>, _>>()?;
    let version_line = |lens: &Lens, row: &crate::VersionRow| VersionLine {
        number: row.version,
        name: row.name.clone(),
        href: format!("/definitions/{}/{}", lens.id, row.version),
        from: if row.from == Moment::START {
            "from the start".to_owned()
        } else {
            format!("from {}", almanac.full(row.from).words)
        },
        adopted: if row.is_starter {
            "came with the workspace".to_owned()
        } else {
            format!("{}{}", almanac.full(row.adopted_at).words, name_of(row.adopted_by))
        },
    };
    Ok(DefinitionsPage {
        packs: packs::lines(),
        main: lenses.first().map(|lens| lens.name.clone()).unwrap_or_default(),
        may_change: who.can(Right::ChangeDefinitions),
        lenses: lenses
            .iter()
            .map(|lens| LensLine {
                name: lens.name.clone(),
                versions: lens
                    .versions
                    .iter()
                    .rev()
                    .map(|(row, _)| version_line(lens, row))
                    .collect(),
                waiting: waiting.iter().find(|one| one.lens == lens.id).map(|one| WaitingLine {
                    name: one.name.clone(),
                    from: almanac.full(one.from).words,
                }),
            })
            .collect(),
        drafts,
        backtests,
    })
}

/// One line of figures: those of the stage that tells most, the prospect if there is one.
fn test_line(tx: &mut Tx, row: BacktestRow, almanac: &Almanac) -> Result<TestLine, Failure> {
    let mut line = TestLine {
        href: format!("/backtests/{}", tx.public_ids().encode(BACKTEST, row.id)),
        name: row.name.clone(),
        when: almanac.ago(row.started_at).words,
        state: match row.state() {
            backtest::State::Done => "",
            other => other.as_str(),
        },
        stage: StageMark::None,
        called: String::new(),
        won: String::new(),
        precision: String::new(),
        recall: String::new(),
    };
    if row.result.is_some() {
        let report = row.view()?.report;
        let told =
            report.stages.get_key_value(&Stage::Prospect).or(report.stages.iter().next_back());
        if let Some((stage, figures)) = told {
            let percent = |share: Option<f64>| {
                share.map_or_else(String::new, |s| format!("{:.1} %", s * 100.0))
            };
            line.stage = StageMark::of(stage.as_str());
            line.called = figures.called.to_string();
            line.won = figures.won.to_string();
            line.precision = percent(figures.precision);
            line.recall = percent(figures.recall);
        }
    }
    Ok(line)
}

/// A version as its file.
async fn file(
    State(app): State<App>,
    who: User,
    Path((lens, version)): Path<(i64, i64)>,
) -> Result<Response, Failure> {
    who.may(Right::ReadDefinitions)?;
    let (name, text) = app
        .db
        .read(move |tx| {
            let lens = lens::by_id(tx, lens)?;
            let found = lens.versions.iter().find(|(row, _)| row.version == version);
            let (row, definition) = found.ok_or_else(|| Failure::missing("version", version))?;
            let plain =
                |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
            let name: String = lens.name.chars().map(plain).collect();
            Ok((format!("{name}-{}.toml", row.version), definition.text.clone()))
        })
        .await?;
    let disposition = format!("attachment; filename=\"{name}\"");
    let kind = "application/toml; charset=utf-8".to_owned();
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition)], text)
        .into_response())
}

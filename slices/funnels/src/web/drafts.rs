//! `/definitions/drafts`: a draft with what it changes, and the way from it to a version.

use askama::Template;
use axum::Router;
use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use funnel::definition::{Mark, Piece};
use people::frame;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::words::Almanac;
use platform::page::{Page, filters};
use serde::Deserialize;
use team::{Right, User};

use crate::backtest::{self, BACKTEST, Question};
use crate::drafts::{self, Checked, DRAFT, DraftRow, DraftView, State as Progress};
use crate::lens::{self, From, Lens};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/definitions/check", post(check))
        .route("/definitions/drafts", post(begin))
        .route("/definitions/drafts/{draft}", get(show).post(change))
        .route("/definitions/drafts/{draft}/approve", post(approve))
        .route("/definitions/drafts/{draft}/adopt", post(adopt))
}

#[derive(Deserialize)]
struct Begun {
    lens: String,
    /// A pack to begin with, instead of what is in force.
    #[serde(default)]
    pack: String,
}

async fn begin(
    State(app): State<App>,
    who: User,
    Form(form): Form<Begun>,
) -> Result<Redirect, Failure> {
    let now = app.clock.now();
    let text = match form.pack.as_str() {
        "" => None,
        pack => Some(funnel::packs::find(pack).ok_or_else(|| Failure::missing("pack", pack))?),
    };
    let begin = move |tx: &mut Tx| {
        if text.is_some() {
            lens::make(tx, &who, &form.lens, now)?;
        }
        drafts::create(tx, &who, Some(&form.lens), text, "", now)
    };
    let id = app.db.write(begin).await?;
    Ok(Redirect::to(&address(&app, id)))
}

pub(super) fn address(app: &App, draft: i64) -> String {
    format!("/definitions/drafts/{}", app.public_ids().encode(DRAFT, draft))
}

fn id_of(app: &App, draft: &str) -> Result<i64, Failure> {
    app.public_ids().decode(DRAFT, draft).ok_or_else(|| Failure::missing("draft", draft))
}

struct FaultLine {
    line: u32,
    column: u32,
    words: String,
}

pub(super) struct PieceLine {
    pub(super) mark: &'static str,
    pub(super) words: String,
    /// What stands between it and the piece before.
    pub(super) gap: &'static str,
}

/// A part of a definition with what is kept, gone and new of it.
pub(super) struct ChangeLine {
    pub(super) part: String,
    pub(super) pieces: Vec<PieceLine>,
}

pub(super) fn change_lines(changes: &[funnel::definition::Change]) -> Vec<ChangeLine> {
    let piece = |(piece, before): (&Piece, Option<&Piece>)| PieceLine {
        gap: piece.gap(before, "·"),
        mark: match piece.mark {
            Mark::Kept => "kept",
            Mark::Gone => "gone",
            Mark::New => "new",
        },
        words: piece.words.clone(),
    };
    let line = |change: &funnel::definition::Change| ChangeLine {
        part: change.part.clone(),
        pieces: change
            .pieces
            .iter()
            .zip(std::iter::once(None).chain(change.pieces.iter().map(Some)))
            .map(piece)
            .collect(),
    };
    changes.iter().map(line).collect()
}

#[derive(Template)]
#[template(path = "checked.html")]
struct CheckedPart {
    faults: Vec<FaultLine>,
    /// Names that nobody knows, near one that is known.
    doubts: Vec<FaultLine>,
    doubted: String,
    against: String,
    changes: Vec<ChangeLine>,
    failing: Vec<FaultLine>,
    verdict: String,
}

/// What can be said of a text that is being written.
async fn check(
    State(app): State<App>,
    who: User,
    Form(form): Form<Written>,
) -> Result<Page, Failure> {
    who.may(Right::ReadDefinitions)?;
    let part = app
        .db
        .read(move |tx| {
            let lens = lens::of_drafts(tx, &who, Some(&form.lens))?;
            let in_force = lens.current().map(|(_, definition)| definition.clone());
            Ok(checked(&drafts::check(tx, &form.text, in_force.as_deref())?, &lens))
        })
        .await?;
    Ok(Page::part(&part))
}

/// What is wrong, and what was probably meant.
pub(super) fn fault_words(fault: &funnel::condition::Fault) -> String {
    match &fault.nearest {
        Some(name) => format!("{}; did you mean {name}?", fault.words),
        None => fault.words.clone(),
    }
}

fn checked(found: &Checked, lens: &Lens) -> CheckedPart {
    let fault = |fault: &funnel::condition::Fault| FaultLine {
        line: fault.line,
        column: fault.column,
        words: fault_words(fault),
    };
    let failing: Vec<FaultLine> = found
        .examples
        .iter()
        .filter_map(|example| {
            let words = example.failed.as_ref()?;
            Some(FaultLine {
                line: example.line,
                column: 1,
                words: format!("{}: {words}", example.name),
            })
        })
        .collect();
    CheckedPart {
        faults: found.faults.iter().map(fault).collect(),
        doubts: found.doubts.iter().map(fault).collect(),
        doubted: match found.doubts.len() {
            1 => "A name that nobody here knows".to_owned(),
            count => format!("{count} names that nobody here knows"),
        },
        against: lens.current().map_or_else(String::new, |(row, _)| {
            format!("against {}, version {}", lens.name, row.version)
        }),
        changes: change_lines(&found.changes),
        verdict: match (found.examples.len(), failing.len()) {
            (0, _) => "none: nothing says what it is meant to do".to_owned(),
            (count, 0) => format!("all {count} hold"),
            (count, failed) => format!("{failed} of {count} fail"),
        },
        failing,
    }
}

struct TeamLine {
    name: String,
    said: Option<String>,
}

struct RunLine {
    href: String,
    when: String,
    words: String,
}

#[derive(Template)]
#[template(path = "draft.html")]
struct DraftPage {
    here: String,
    name: String,
    lens: String,
    state: &'static str,
    story: String,
    refusal: Option<String>,
    revision: i64,
    text: String,
    note: String,
    is_open: bool,
    is_draft: bool,
    is_proposed: bool,
    is_approved: bool,
    may_change: bool,
    teams: Vec<TeamLine>,
    checked: String,
    backtests: Vec<RunLine>,
}

async fn show(
    State(app): State<App>,
    who: User,
    Path(draft): Path<String>,
) -> Result<Page, Failure> {
    let id = id_of(&app, &draft)?;
    shown(&app, who, id, None, None).await
}

/// The page of a draft; after a refusal with what it says, and with the text that its author had written.
async fn shown(
    app: &App,
    who: User,
    id: i64,
    refusal: Option<String>,
    written: Option<Written>,
) -> Result<Page, Failure> {
    let now = app.clock.now();
    let here = address(app, id);
    let (shell, view) = app
        .db
        .read(move |tx| {
            let found = drafts::view(tx, &who, id)?;
            let almanac = Almanac::new(now, &team::workspace(tx)?.zone);
            let mut page = draft_page(tx, &who, found, here, &almanac)?;
            page.refusal = refusal;
            if let Some(written) = written {
                (page.text, page.note) = (written.text, written.note);
            }
            Ok((frame::shell(tx, &who, "/definitions")?, page))
        })
        .await?;
    Ok(Page::new(&shell, &view.name, &view))
}

fn draft_page(
    tx: &mut Tx,
    who: &User,
    found: DraftView,
    here: String,
    almanac: &Almanac,
) -> Result<DraftPage, Failure> {
    let DraftView { row, lens, checked: said, approvals, teams, missing } = found;
    let mut ids: Vec<i64> = approvals.iter().filter_map(|yes| yes.user).collect();
    ids.extend([row.made_by, row.changed_by].into_iter().flatten());
    let names = team::names(tx, &ids)?;
    let name_of = |id: Option<i64>| {
        let found = id.and_then(|id| names.iter().find(|(user, _)| *user == id));
        found.map_or_else(|| "the operator".to_owned(), |(_, name)| name.clone())
    };
    let teams = teams
        .into_iter()
        .map(|team| TeamLine {
            said: approvals
                .iter()
                .find(|yes| yes.team == team)
                .map(|yes| format!("{}, {}", name_of(yes.user), almanac.ago(yes.at).words)),
            name: team,
        })
        .collect();
    let backtests = backtest::list(tx, who)?
        .into_iter()
        .filter(|test| test.text == row.text)
        .map(|test| RunLine {
            href: format!("/backtests/{}", tx.public_ids().encode(BACKTEST, test.id)),
            when: almanac.full(test.started_at).words,
            words: match test.state() {
                backtest::State::Refused => "no answer",
                other => other.as_str(),
            }
            .to_owned(),
        })
        .collect();
    let checked = checked(&said, &lens)
        .render()
        .map_err(|cause| Failure::Broken(anyhow::Error::from(cause)))?;
    let story = story(&row, &name_of(row.changed_by), almanac);
    Ok(DraftPage {
        here,
        name: said.name.unwrap_or_else(|| "A draft with mistakes".to_owned()),
        lens: lens.name,
        state: row.state.as_str(),
        story,
        refusal: None,
        revision: row.revision,
        is_open: row.state.is_open(),
        is_draft: row.state == Progress::Draft,
        is_proposed: row.state == Progress::Proposed,
        is_approved: missing.is_empty(),
        may_change: row.state.is_open() && who.can(Right::ChangeDefinitions),
        text: row.text,
        note: row.note,
        teams,
        checked,
        backtests,
    })
}

fn story(row: &DraftRow, name: &str, almanac: &Almanac) -> String {
    match (row.version, row.closed_at) {
        (Some(version), Some(at)) => format!("as version {version}, {}", almanac.full(at).words),
        (None, Some(at)) => almanac.full(at).words,
        _ => format!("last changed {} by {name}", almanac.ago(row.changed_at).words),
    }
}

/// What an author has written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Written {
    text: String,
    note: String,
    lens: String,
    revision: i64,
    #[serde(rename = "do")]
    what: String,
}

async fn change(
    State(app): State<App>,
    who: User,
    Path(draft): Path<String>,
    Form(mut form): Form<Written>,
) -> Result<Response, Failure> {
    let id = id_of(&app, &draft)?;
    // A form sends lines that end as on a typewriter.
    form.text = form.text.replace("\r\n", "\n");
    let (now, author, written) = (app.clock.now(), who.clone(), form.clone());
    let done = app
        .db
        .write(move |tx| {
            if written.what == "withdraw" {
                drafts::withdraw(tx, &author, id, now)?;
                return Ok(None);
            }
            let texts = (written.text.as_str(), written.note.as_str());
            drafts::save(tx, &author, (id, written.revision), texts, now)?;
            match written.what.as_str() {
                "test" => {
                    let lens = Some(written.lens.as_str());
                    let question = Question::default();
                    let test = backtest::start(tx, &author, &written.text, lens, question, now)?;
                    Ok(Some(format!(
                        "/backtests/{}",
                        tx.public_ids().encode(BACKTEST, test.backtest)
                    )))
                }
                _ => Ok(None),
            }
        })
        .await;
    // What was written is saved whether or not it can be proposed.
    let done = match done {
        Ok(None) if form.what == "propose" => {
            let author = who.clone();
            app.db.write(move |tx| drafts::propose(tx, &author, id, now)).await.map(|()| None)
        }
        done => done,
    };
    match done {
        Ok(next) => Ok(Redirect::to(&next.unwrap_or_else(|| address(&app, id))).into_response()),
        Err(failure @ (Failure::Refused { .. } | Failure::Invalid(_))) => {
            let is_lost = matches!(failure, Failure::Refused { code: "draft_changed", .. });
            let words = match &failure {
                Failure::Invalid(_) if form.what == "propose" => {
                    "It is saved, and can be proposed once what is named beside it is mended."
                        .to_owned()
                }
                other => other.to_string(),
            };
            let page = shown(&app, who, id, Some(words), is_lost.then_some(form)).await?;
            Ok(page.into_response())
        }
        Err(failure) => Err(failure),
    }
}

#[derive(Deserialize)]
struct Yes {
    team: String,
}

async fn approve(
    State(app): State<App>,
    who: User,
    Path(draft): Path<String>,
    Form(form): Form<Yes>,
) -> Result<Response, Failure> {
    let (id, now, approver) = (id_of(&app, &draft)?, app.clock.now(), who.clone());
    let done = app.db.write(move |tx| drafts::approve(tx, &approver, id, &form.team, now)).await;
    answer(&app, who, id, done).await
}

#[derive(Deserialize)]
struct Adopting {
    from: String,
    #[serde(default)]
    day: String,
}

async fn adopt(
    State(app): State<App>,
    who: User,
    Path(draft): Path<String>,
    Form(form): Form<Adopting>,
) -> Result<Response, Failure> {
    let (id, now, adopter) = (id_of(&app, &draft)?, app.clock.now(), who.clone());
    let from = match form.from.as_str() {
        "start" => Ok(From::Start),
        "day" => {
            let zone = app.db.read(|tx| Ok(team::workspace(tx)?.zone)).await?;
            Almanac::new(now, &zone)
                .begins(&form.day)
                .map(From::Moment)
                .ok_or_else(|| Failure::refused("day", "Choose the day from which it holds."))
        }
        _ => Ok(From::Usual),
    };
    let done = match from {
        Ok(from) => {
            app.db.write(move |tx| drafts::adopt(tx, &adopter, id, from, now)).await.map(|_| ())
        }
        Err(failure) => Err(failure),
    };
    answer(&app, who, id, done).await
}

/// Back to the draft, with the refusal if there is one.
async fn answer(
    app: &App,
    who: User,
    id: i64,
    done: Result<(), Failure>,
) -> Result<Response, Failure> {
    match done {
        Ok(()) => Ok(Redirect::to(&address(app, id)).into_response()),
        Err(failure @ (Failure::Refused { .. } | Failure::Invalid(_))) => {
            Ok(shown(app, who, id, Some(failure.to_string()), None).await?.into_response())
        }
        Err(failure) => Err(failure),
    }
}

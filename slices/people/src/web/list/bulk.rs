//! `/people/bulk` and `/changes/{change}`: a change of many, and how it goes.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Form as Fields, Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use futures_util::stream::try_unfold;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::Page;
use platform::page::words::Almanac;
use serde::Deserialize;
use serde_json::Value as Json;
use team::{Right, User};
use wire::write::{Style, Writer};

use super::ask::Ask;
use super::{Looked, int};
use crate::bulk::{self, CHANGE, ChangeRow, Chosen, Deed, Matching};
use crate::fields::Labels;
use crate::of::Kept;
use crate::pages::change::{ChangeLedger, ChangePage, RejectionLine};
use crate::pages::list::Waiting;
use crate::pages::marks::Bar;
use crate::{Of, frame, lists};

/// Rejections on a page.
const SHOWN: i64 = 50;
/// Rejections that are told at once.
const PIECE_ROWS: i64 = 500;

pub(super) fn routes() -> Router<App> {
    let of = |of: Of| {
        let start = move |app, who, asked| change(of, app, who, asked);
        Router::new().route(&format!("{}/bulk", of.page()), post(start))
    };
    of(Of::People)
        .merge(of(Of::Companies))
        .route("/changes/{change}", get(show))
        .route("/changes/{change}/progress", get(progress))
        .route("/changes/{change}/rejected.csv", get(rejected))
}

/// What is to be done, and to whom.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    /// `owner`, `list`, `out`, `fact` or `recycle`.
    #[serde(rename = "do")]
    deed: String,
    /// Public ids with commas between.
    these: String,
    /// `1` for whoever the list shows, all of them.
    all: String,
    user: String,
    list: String,
    new_list: String,
    key: String,
    value: String,
    reason: String,
    stage: String,
    #[serde(rename = "where")]
    condition: String,
    #[serde(rename = "in")]
    within: String,
    /// The list to go back to.
    back: String,
}

async fn change(
    of: Of,
    State(app): State<App>,
    who: User,
    Fields(asked): Fields<Asked>,
) -> Result<Response, Failure> {
    who.may(Right::EditPeople)?;
    let now = app.clock.now();
    let back = asked.back.clone();
    let (change, is_job) = app
        .db
        .write(move |tx| {
            let chosen = chosen(tx, &who, of, &asked)?;
            let deed = deed(tx, &who, of, &asked, now)?;
            let started = bulk::start(tx, &who, &chosen, &deed, now)?;
            Ok((tx.public_ids().encode(CHANGE, started.change), started.job.is_some()))
        })
        .await?;
    // A list of ours and nothing else.
    let is_ours = ["/people", "/companies", "/segments/", "/lists/"]
        .iter()
        .any(|base| back.starts_with(base));
    let at = if is_job || !is_ours {
        format!("/changes/{change}")
    } else {
        let joint = if back.contains('?') { '&' } else { '?' };
        format!("{back}{joint}told={change}")
    };
    Ok(Redirect::to(&at).into_response())
}

fn chosen(tx: &mut Tx, who: &User, of: Of, asked: &Asked) -> Result<Chosen, Failure> {
    if asked.all != "1" {
        let outside = tx.public_ids();
        let read = |text: &str| {
            let found = outside.decode(of.prefix(), text.trim());
            found.ok_or_else(|| Failure::missing(of.one(), text))
        };
        let named = asked.these.split(',').filter(|text| !text.trim().is_empty());
        return Ok(Chosen::these(of, named.map(read).collect::<Result<_, _>>()?));
    }
    let ask = Ask {
        of,
        stage: asked.stage.clone(),
        condition: asked.condition.clone(),
        within: asked.within.clone(),
        ..Ask::default()
    };
    let looked = Looked::of(tx, who, &ask)?;
    if let Some(Waiting::Fault(words)) = looked.fault {
        return Err(Failure::refused("condition", words));
    }
    Ok(Chosen::Matching(Matching {
        of: looked.of,
        lens: looked.lens.id,
        stages: looked.wanted.stages(),
        condition: looked.wanted.condition_text(),
        list: looked.wanted.list(),
    }))
}

fn deed(
    tx: &mut Tx,
    who: &User,
    of: Of,
    asked: &Asked,
    now: moment::Moment,
) -> Result<Deed, Failure> {
    Ok(match asked.deed.as_str() {
        "owner" => {
            let user = match asked.user.as_str() {
                "" => None,
                text => {
                    let user = tx.public_ids().decode(team::USER, text);
                    Some(user.ok_or_else(|| Failure::missing("user", text))?)
                }
            };
            Deed::Owner { user }
        }
        "list" => {
            let list = match asked.new_list.trim() {
                "" => lists::meant(tx, who, &asked.list)?.id,
                name => lists::make(tx, who, of, name, now)?,
            };
            Deed::PutIn { list }
        }
        "out" => Deed::TakeOut { list: lists::meant(tx, who, &asked.list)?.id },
        "fact" => Deed::Fact { key: asked.key.trim().to_owned(), value: value(&asked.value) },
        "recycle" => Deed::Recycle { reason: asked.reason.clone() },
        other => {
            let words = format!("there is nothing called {other}: owner, list, out, fact, recycle");
            return Err(Failure::invalid("do", words));
        }
    })
}

/// What somebody typed: a number and a truth are such, nothing takes back.
fn value(typed: &str) -> Json {
    let typed = typed.trim();
    let number = typed.parse::<f64>().ok().filter(|number| number.is_finite());
    // A number that would not be written so again, like a telephone with a zero before it, is a text.
    let number = number.filter(|number| number.to_string() == typed);
    match (typed, number) {
        ("", _) => Json::Null,
        ("true", _) => Json::Bool(true),
        ("false", _) => Json::Bool(false),
        (_, Some(number)) => Json::from(number),
        (text, None) => Json::from(text),
    }
}

fn found(tx: &mut Tx, who: &User, id: &str) -> Result<ChangeRow, Failure> {
    let inside =
        tx.public_ids().decode(CHANGE, id).ok_or_else(|| Failure::missing("change", id))?;
    bulk::load(tx, who, inside)
}

/// What a change came to, in a line: for the list from which it was asked.
pub(super) fn told(tx: &mut Tx, who: &User, id: &str) -> Result<Option<ChangeLedger>, Failure> {
    if id.is_empty() {
        return Ok(None);
    }
    let row = found(tx, who, id)?;
    ledger(tx, &row, who, String::new()).map(Some)
}

fn ledger(
    tx: &mut Tx,
    row: &ChangeRow,
    who: &User,
    started: String,
) -> Result<ChangeLedger, Failure> {
    let counts = row.counts;
    let is_running = row.finished_at.is_none();
    let mut failure = None;
    if let (true, Some(job)) = (is_running, row.job) {
        let job = platform::jobs::find(tx, job)?;
        failure = job
            .filter(|job| job.state == platform::jobs::State::Dead)
            .map(|job| job.last_error.unwrap_or_else(|| "It failed without a word.".to_owned()));
    }
    Ok(ChangeLedger {
        href: format!("/changes/{}", tx.public_ids().encode(CHANGE, row.id)),
        deed: row.deed.words_with(&Labels::seen(tx, who)?),
        of: row.chosen.of(),
        started,
        is_gathered: row.gathered_at.is_some(),
        is_running: is_running && failure.is_none(),
        whole: int(counts.whole),
        changed: int(counts.changed),
        unchanged: int(counts.unchanged),
        rejected: int(counts.rejected),
        is_balanced: counts.done() == counts.whole,
        bar: Bar {
            class: "job__bar",
            parts: vec![
                ("accent", int(counts.changed)),
                ("mute", int(counts.unchanged)),
                ("neg", int(counts.rejected)),
            ],
            whole: int(counts.whole),
            words: format!(
                "{} {}: {} changed, {} unchanged, {} rejected",
                counts.whole,
                row.chosen.of().word(),
                counts.changed,
                counts.unchanged,
                counts.rejected
            ),
        },
        failure,
    })
}

fn line(
    tx: &mut Tx,
    who: &User,
    id: &str,
    now: moment::Moment,
) -> Result<(ChangeRow, ChangeLedger), Failure> {
    let row = found(tx, who, id)?;
    let almanac = Almanac::new(now, &team::workspace(tx)?.zone);
    let started = format!("started {}", almanac.minute(row.started_at).words);
    let ledger = ledger(tx, &row, who, started)?;
    Ok((row, ledger))
}

async fn show(State(app): State<App>, who: User, Path(id): Path<String>) -> Result<Page, Failure> {
    let now = app.clock.now();
    let (shell, view) = app
        .db
        .read(move |tx| {
            let (row, ledger) = line(tx, &who, &id, now)?;
            let (outside, of) = (tx.public_ids(), row.chosen.of());
            let rejections = bulk::rejections(tx, &row, 0, SHOWN)?;
            let rejections = rejections.into_iter().map(|one| RejectionLine {
                href: format!("{}/{}", of.page(), outside.encode(of.prefix(), one.subject)),
                name: one.name,
                reason: one.reason,
            });
            let view = ChangePage { ledger, rejections: rejections.collect() };
            Ok((frame::shell(tx, &who, of.page())?, view))
        })
        .await?;
    Ok(Page::new(&shell, &view.title(), &view))
}

async fn progress(
    State(app): State<App>,
    who: User,
    Path(id): Path<String>,
) -> Result<Page, Failure> {
    let now = app.clock.now();
    let view = app.db.read(move |tx| Ok(line(tx, &who, &id, now)?.1)).await?;
    Ok(Page::part(&view))
}

/// Whom it could not be done to, each with the reason; the next are read once those before have been taken.
async fn rejected(
    State(app): State<App>,
    who: User,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let change = Arc::new(app.db.read(move |tx| found(tx, &who, &id)).await?);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"rejected.csv\""),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    let pieces = try_unfold(Some(0), move |at: Option<i64>| {
        let (app, change) = (app.clone(), Arc::clone(&change));
        async move {
            let Some(after) = at else { return Ok::<_, Failure>(None) };
            let piece = app.db.read(move |tx| piece(tx, &change, after)).await?;
            Ok(Some(piece))
        }
    });
    Ok((headers, Body::from_stream(pieces)).into_response())
}

/// A piece of the file, and after whom it goes on.
fn piece(tx: &mut Tx, change: &ChangeRow, after: i64) -> Result<(Vec<u8>, Option<i64>), Failure> {
    let (outside, of) = (tx.public_ids(), change.chosen.of());
    let mut text = Vec::new();
    let mut writer = Writer::new(&mut text, Style { is_defused: true, ..Style::default() });
    if after == 0 {
        writer.row([of.one(), "name", "reason"])?;
    }
    let rows = bulk::rejections(tx, change, after, PIECE_ROWS)?;
    for one in &rows {
        writer.row([&outside.encode(of.prefix(), one.subject), &one.name, &one.reason])?;
    }
    drop(writer);
    Ok((text, rows.last().map(|last| last.subject)))
}

//! `/imports`: bring a file, say what its columns mean, look at what would happen, and let it happen.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::Page;
use platform::page::words::Almanac;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use team::{Right, User};
use wire::table::{Layout, Record, Table};

use super::list::encode;
use crate::frame;
use crate::import::{self, Counts, Exception, IMPORT_ID, ImportRow, Kept};
use crate::pages::imports::{ExceptionLine, ImportPage, ImportsPage, Ledger};
use crate::pages::marks::Bar;
use columns::Looked;

mod columns;
mod step;
mod told;

/// An upload may have so many bytes.
const UPLOAD_BYTES_MAX: u64 = 2 << 30;
/// The form of the mapping step may have so many bytes: a text twice, and a choice for each of very many columns.
const MAPPING_BYTES_MAX: usize = 4 << 20;
/// Rows that are looked at for the proposal.
const SAMPLE_ROWS: usize = 50;
/// Imports on the list, and refused rows on a page.
const SHOWN: i64 = 50;
/// Letters that are shown of a row.
const RAW_LETTERS: usize = 200;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/imports", get(list).post(upload).layer(DefaultBodyLimit::disable()))
        .route("/imports/new", get(step::new))
        .route("/imports/dry-run", post(step::dry_run).layer(mapping_limit()))
        .route("/imports/start", post(step::start).layer(mapping_limit()))
        .route("/imports/{import}", get(show))
        .route("/imports/{import}/progress", get(progress))
        .route("/imports/{import}/rejected.csv", get(told::rejected))
        .route("/imports/{import}/noted.csv", get(told::noted))
}

fn mapping_limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(MAPPING_BYTES_MAX)
}

async fn list(State(app): State<App>, who: User) -> Result<Page, Failure> {
    listed(app, who, None).await
}

async fn listed(app: App, who: User, error: Option<String>) -> Result<Page, Failure> {
    who.may(Right::ImportPeople)?;
    let now = app.clock.now();
    let (shell, view) = app
        .db
        .read(move |tx| {
            let almanac = Almanac::new(now, &team::workspace(tx)?.zone);
            let mut imports = Vec::new();
            for row in import::list(tx, SHOWN)?.iter().filter(|row| is_theirs(&who, row)) {
                imports.push(ledger(tx, row, &almanac)?);
            }
            Ok((frame::shell(tx, &who, "/imports")?, ImportsPage { imports, error }))
        })
        .await?;
    Ok(Page::new(&shell, "Imports", &view))
}

async fn upload(
    State(app): State<App>,
    who: User,
    mut form: Multipart,
) -> Result<Response, Failure> {
    who.may(Right::ImportPeople)?;
    let unreadable = |error: axum::extract::multipart::MultipartError| {
        Failure::refused("unreadable", format!("the upload broke off: {error}"))
    };
    while let Some(mut part) = form.next_field().await.map_err(unreadable)? {
        if part.name() != Some("file") {
            continue;
        }
        let name = part.file_name().unwrap_or_default().to_owned();
        if name.is_empty() {
            break;
        }
        let (mut sum, mut bytes) = (Sha256::new(), 0_u64);
        let mut file = app.files.create(&*app.dice, UPLOAD_BYTES_MAX)?;
        while let Some(chunk) = part.chunk().await.map_err(unreadable)? {
            sum.update(&chunk);
            bytes += u64::try_from(chunk.len()).unwrap_or(0);
            file = waiting(move || file.write(&chunk).map(|()| file)).await?;
        }
        let kept = waiting(move || file.keep()).await?;
        let hash: String = sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let file = Kept { name: name.clone(), key: kept.name, hash, bytes };
        let readable = {
            let (app, key) = (app.clone(), file.key.clone());
            waiting(move || sample(&app, &key, &Layout::default())).await
        };
        return match readable {
            Ok(looked) if !looked.header.is_empty() => {
                let at = format!(
                    "/imports/new?file={}&name={}&hash={}&bytes={}",
                    file.key,
                    encode(&file.name),
                    file.hash,
                    file.bytes
                );
                Ok(Redirect::to(&at).into_response())
            }
            Ok(_) => empty(app, who, &name).await,
            Err(failure) => {
                let words = format!("{name} can't be read as a table: {failure}");
                Ok(listed(app, who, Some(words)).await?.into_response())
            }
        };
    }
    Ok(listed(app, who, Some("Choose a file first.".to_owned())).await?.into_response())
}

async fn empty(app: App, who: User, name: &str) -> Result<Response, Failure> {
    Ok(listed(app, who, Some(format!("{name} is empty."))).await?.into_response())
}

/// Runs what reads and writes files on a thread that may wait.
pub(super) async fn waiting<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(Failure::broken)?
}

/// The beginning of a file that is written as the layout says.
fn sample(app: &App, key: &str, layout: &Layout) -> Result<Looked, Failure> {
    let unreadable =
        |error: wire::table::Unreadable| Failure::refused("unreadable", error.to_string());
    let mut table = Table::open(app.files.open(key)?, layout).map_err(unreadable)?;
    let mut rows = Vec::new();
    while rows.len() < SAMPLE_ROWS {
        match table.next().map_err(unreadable)? {
            Some(Record::Row(row)) => rows.push(row.iter().map(str::to_owned).collect()),
            Some(Record::Rejected(_)) => {}
            None => break,
        }
    }
    Ok(Looked::new(table.header().clone(), rows))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct File {
    file: String,
    name: String,
    hash: String,
    bytes: u64,
}

fn int(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn exception(row: &Exception) -> ExceptionLine {
    let raw = row.raw.chars().take(RAW_LETTERS).collect();
    ExceptionLine { line: int(row.line), reason: row.reason.clone(), raw }
}

fn found(tx: &mut Tx, who: &User, id: &str) -> Result<ImportRow, Failure> {
    who.may(Right::ImportPeople)?;
    let inside =
        tx.public_ids().decode(IMPORT_ID, id).ok_or_else(|| Failure::missing("import", id))?;
    let row = import::load(tx, inside)?;
    if is_theirs(who, &row) { Ok(row) } else { Err(Failure::missing("import", id)) }
}

/// Rows that did not fit are shown as they stood: whoever sees a part of the people sees their own imports alone.
fn is_theirs(who: &User, row: &ImportRow) -> bool {
    crate::sight::must_see_all(who).is_ok() || row.started_by == who.actor()
}

fn ledger(tx: &mut Tx, row: &ImportRow, almanac: &Almanac) -> Result<Ledger, Failure> {
    let Counts { rows, created, updated, unchanged, rejected, noted } = row.counts;
    let is_running = row.finished_at.is_none() && row.failure.is_none();
    let mut percent = 100;
    if let (true, Some(job)) = (is_running, row.job) {
        let progress = platform::jobs::find(tx, job)?.and_then(|job| job.progress);
        let read = progress.and_then(|progress| progress.get("bytes")?.as_u64()).unwrap_or(0);
        percent = int(read.saturating_mul(100) / row.bytes.max(1)).min(100);
    }
    Ok(Ledger {
        href: format!("/imports/{}", tx.public_ids().encode(IMPORT_ID, row.id)),
        file: row.file_name.clone(),
        started: format!("started {}", almanac.minute(row.started_at).words),
        rows: int(rows),
        created: int(created),
        updated: int(updated),
        unchanged: int(unchanged),
        rejected: int(rejected),
        noted: int(noted),
        bar: Bar {
            class: "job__bar",
            parts: vec![
                ("accent", int(created)),
                ("prospect", int(updated)),
                ("mute", int(unchanged)),
                ("neg", int(rejected)),
            ],
            whole: if is_running && percent > 0 {
                int(rows).saturating_mul(100) / percent
            } else {
                int(rows)
            },
            words: format!(
                "{rows} rows: {created} created, {updated} updated, {unchanged} unchanged, {rejected} rejected"
            ),
        },
        percent,
        is_running,
        is_balanced: row.counts.add_up(),
        failure: row.failure.clone(),
    })
}

async fn show(State(app): State<App>, who: User, Path(id): Path<String>) -> Result<Page, Failure> {
    let now = app.clock.now();
    let (shell, view) = app
        .db
        .read(move |tx| {
            let row = found(tx, &who, &id)?;
            let almanac = Almanac::new(now, &team::workspace(tx)?.zone);
            let rejections = import::rejections(tx, row.id, 0, SHOWN)?;
            let notes = import::notes(tx, row.id, 0, SHOWN)?;
            let view = ImportPage {
                ledger: ledger(tx, &row, &almanac)?,
                rejections: rejections.iter().map(exception).collect(),
                notes: notes.iter().map(exception).collect(),
                mapping: row.mapping.clone(),
            };
            Ok((frame::shell(tx, &who, "/imports")?, view))
        })
        .await?;
    let title = format!("Import of {}", view.ledger.file);
    Ok(Page::new(&shell, &title, &view))
}

async fn progress(
    State(app): State<App>,
    who: User,
    Path(id): Path<String>,
) -> Result<Page, Failure> {
    let now = app.clock.now();
    let view = app
        .db
        .read(move |tx| {
            let row = found(tx, &who, &id)?;
            let almanac = Almanac::new(now, &team::workspace(tx)?.zone);
            ledger(tx, &row, &almanac)
        })
        .await?;
    Ok(Page::part(&view))
}

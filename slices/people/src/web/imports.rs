//! `/imports`: bring a file, say what its columns mean, look at what would happen, and let it happen.

use std::io::Read;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Form, Multipart, Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use moment::Moment;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::Page;
use platform::page::words::Almanac;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use team::{Right, User};
use wire::table::{Header, Layout, Record, Table};
use wire::write::{Style, Writer};

use super::list::encode;
use crate::frame;
use crate::import::mapping::{Mapping, guess};
use crate::import::{self, Counts, ImportRow, Kept, Rejection};
use crate::pages::imports::{
    ColumnLine, DryLine, ImportPage, ImportsPage, Ledger, MappingPage, RejectionLine,
};
use crate::pages::marks::{Bar, StageMark};

mod columns;

/// The prefix of an import's public id.
const IMPORT: &str = "imp";
/// An upload may have so many bytes.
const UPLOAD_BYTES_MAX: u64 = 2 << 30;
/// Rows that are looked at for the proposal.
const SAMPLE_ROWS: usize = 50;
/// Imports on the list, and refused rows on a page.
const SHOWN: i64 = 50;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/imports", get(list).post(upload))
        .route("/imports/new", get(new))
        .route("/imports/dry-run", post(dry_run))
        .route("/imports/start", post(start))
        .route("/imports/{import}", get(show))
        .route("/imports/{import}/progress", get(progress))
        .route("/imports/{import}/rejected.csv", get(rejected))
        .layer(DefaultBodyLimit::disable())
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
            for row in import::list(tx, SHOWN)? {
                imports.push(ledger(tx, &row, &almanac)?);
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
            waiting(move || sample(&app, &key)).await
        };
        return match readable {
            Ok((header, _)) if !header.is_empty() => {
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
async fn waiting<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(Failure::broken)?
}

/// The names of a file's columns and its first rows.
fn sample(app: &App, key: &str) -> Result<(Header, Vec<Vec<String>>), Failure> {
    table_of(app.files.open(key)?)
}

fn table_of(file: impl Read) -> Result<(Header, Vec<Vec<String>>), Failure> {
    let unreadable =
        |error: wire::table::Unreadable| Failure::refused("unreadable", error.to_string());
    let mut table = Table::open(file, &Layout::default()).map_err(unreadable)?;
    let mut rows = Vec::new();
    while rows.len() < SAMPLE_ROWS {
        match table.next().map_err(unreadable)? {
            Some(Record::Row(row)) => rows.push(row.iter().map(str::to_owned).collect()),
            Some(Record::Rejected(_)) => {}
            None => break,
        }
    }
    Ok((table.header().clone(), rows))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct File {
    file: String,
    name: String,
    hash: String,
    bytes: u64,
}

async fn new(State(app): State<App>, who: User, Query(file): Query<File>) -> Result<Page, Failure> {
    who.may(Right::ImportPeople)?;
    let (looked, key) = (app.clone(), file.file.clone());
    let (header, rows) = waiting(move || sample(&looked, &key)).await?;
    let proposal = guess(&header, &rows);
    let targets = columns::targets(&proposal.mapping, &header);
    let remarks = |column: &str| {
        let of_column = proposal.remarks.iter().filter(|remark| remark.column == column);
        of_column.map(|remark| remark.words.clone()).collect::<Vec<_>>().join("; ")
    };
    let lines = lines(&header, &rows, &targets, remarks);
    let text = columns::to_toml(&file.name, &header, &targets);
    shown(app, who, file, lines, text, Vec::new(), None).await
}

fn lines(
    header: &Header,
    rows: &[Vec<String>],
    targets: &[String],
    remarks: impl Fn(&str) -> String,
) -> Vec<ColumnLine> {
    let sample = |place: usize| {
        let values =
            rows.iter().filter_map(|row| row.get(place)).find(|value| !value.trim().is_empty());
        values.map(|value| value.chars().take(60).collect()).unwrap_or_default()
    };
    header
        .labels()
        .iter()
        .enumerate()
        .map(|(place, name)| ColumnLine {
            field: format!("column-{place}"),
            name: name.clone(),
            sample: sample(place),
            target: targets.get(place).cloned().unwrap_or_default(),
            remark: remarks(name),
        })
        .collect()
}

async fn shown(
    app: App,
    who: User,
    file: File,
    columns: Vec<ColumnLine>,
    text: String,
    errors: Vec<String>,
    dry: Option<DryLine>,
) -> Result<Page, Failure> {
    let shell = app.db.read(move |tx| frame::shell(tx, &who, "/imports")).await?;
    let view = MappingPage {
        hidden: vec![
            ("file", file.file),
            ("name", file.name.clone()),
            ("hash", file.hash),
            ("bytes", file.bytes.to_string()),
            ("was", text.clone()),
        ],
        file: file.name,
        columns,
        targets: columns::TARGETS.to_vec(),
        text,
        errors,
        dry,
    };
    let title = format!("Import {}", view.file);
    Ok(Page::new(&shell, &title, &view))
}

/// The form of the mapping step, read.
struct Asked {
    file: File,
    header: Header,
    rows: Vec<Vec<String>>,
    targets: Vec<String>,
    text: String,
}

async fn asked(app: &App, form: &[(String, String)]) -> Result<Asked, Failure> {
    let field = |name: &str| {
        form.iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.clone())
            .unwrap_or_default()
    };
    let file = File {
        file: field("file"),
        name: field("name"),
        hash: field("hash"),
        bytes: field("bytes").parse().unwrap_or_default(),
    };
    let (looked, key) = (app.clone(), file.file.clone());
    let (header, rows) = waiting(move || sample(&looked, &key)).await?;
    let targets: Vec<String> =
        (0..header.len()).map(|place| field(&format!("column-{place}"))).collect();
    // Browsers send line ends as CR LF.
    let (text, was) = (field("text").replace("\r\n", "\n"), field("was").replace("\r\n", "\n"));
    let text = if text.trim() == was.trim() {
        columns::to_toml(&file.name, &header, &targets)
    } else {
        text
    };
    Ok(Asked { file, header, rows, targets, text })
}

async fn dry_run(
    State(app): State<App>,
    who: User,
    Form(form): Form<Vec<(String, String)>>,
) -> Result<Page, Failure> {
    let asked = asked(&app, &form).await?;
    let (runs, user, key, text) =
        (app.clone(), who.clone(), asked.file.file.clone(), asked.text.clone());
    let found = waiting(move || {
        let lens = runs.db.read_blocking(crate::main_lens)?.id;
        import::dry_run(&runs, &user, &key, &text, Some(lens))
    })
    .await;
    let lines = lines(&asked.header, &asked.rows, &asked.targets, |_| String::new());
    match found {
        Ok(dry) => {
            let dry = dry_line(&dry);
            shown(app, who, asked.file, lines, asked.text, Vec::new(), Some(dry)).await
        }
        Err(failure) => {
            let page =
                shown(app, who, asked.file, lines, asked.text, words_of(failure)?, None).await?;
            Ok(page.with_status(axum::http::StatusCode::UNPROCESSABLE_ENTITY))
        }
    }
}

/// What is wrong with a mapping or a file, as lines for the page; any other failure stays one.
fn words_of(failure: Failure) -> Result<Vec<String>, Failure> {
    match failure {
        Failure::Invalid(fields) => Ok(fields.into_iter().map(|field| field.words).collect()),
        Failure::Refused { words, .. } => Ok(vec![words]),
        other => Err(other),
    }
}

fn int(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn dry_line(dry: &import::DryRun) -> DryLine {
    DryLine {
        rows: int(dry.counts.rows),
        created: int(dry.counts.created),
        updated: int(dry.counts.updated),
        unchanged: int(dry.counts.unchanged),
        rejected: int(dry.counts.rejected),
        rejections: dry.rejections.iter().take(10).map(rejection).collect(),
        stages: dry
            .stages
            .iter()
            .filter(|(_, count)| *count > 0)
            .map(|(stage, count)| (StageMark::of(stage.as_str()), int(*count)))
            .collect(),
    }
}

fn rejection(row: &Rejection) -> RejectionLine {
    let raw = row.raw.chars().take(200).collect();
    RejectionLine { line: int(row.line), reason: row.reason.clone(), raw }
}

async fn start(
    State(app): State<App>,
    who: User,
    Form(form): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let asked = asked(&app, &form).await?;
    let file = asked.file.clone();
    let kept = Kept { name: file.name, key: file.file, hash: file.hash, bytes: file.bytes };
    let (now, user, text) = (app.clock.now(), who.clone(), asked.text.clone());
    let checked = Mapping::parse(&text).map(|mapping| mapping.check(&asked.header));
    let problems: Vec<String> = match checked {
        Ok(problems) | Err(problems) => problems.iter().map(ToString::to_string).collect(),
    };
    if !problems.is_empty() {
        let lines = lines(&asked.header, &asked.rows, &asked.targets, |_| String::new());
        let page = shown(app, who, asked.file, lines, asked.text, problems, None).await?;
        return Ok(page.with_status(axum::http::StatusCode::UNPROCESSABLE_ENTITY).into_response());
    }
    let at = app
        .db
        .write(move |tx| {
            let started = import::start(tx, &user, &kept, &text, now)?;
            Ok(format!("/imports/{}", tx.public_ids().encode(IMPORT, started.import)))
        })
        .await?;
    Ok(Redirect::to(&at).into_response())
}

fn found(tx: &mut Tx, who: &User, id: &str) -> Result<ImportRow, Failure> {
    who.may(Right::ImportPeople)?;
    let inside =
        tx.public_ids().decode(IMPORT, id).ok_or_else(|| Failure::missing("import", id))?;
    import::load(tx, inside)
}

fn ledger(tx: &mut Tx, row: &ImportRow, almanac: &Almanac) -> Result<Ledger, Failure> {
    let Counts { rows, created, updated, unchanged, rejected } = row.counts;
    let is_running = row.finished_at.is_none() && row.failure.is_none();
    let mut percent = 100;
    if let (true, Some(job)) = (is_running, row.job) {
        let progress = platform::jobs::find(tx, job)?.and_then(|job| job.progress);
        let read = progress.and_then(|progress| progress.get("bytes")?.as_u64()).unwrap_or(0);
        percent = int(read.saturating_mul(100) / row.bytes.max(1)).min(100);
    }
    Ok(Ledger {
        href: format!("/imports/{}", tx.public_ids().encode(IMPORT, row.id)),
        file: row.file_name.clone(),
        started: format!("started {}", almanac.minute(row.started_at).words),
        rows: int(rows),
        created: int(created),
        updated: int(updated),
        unchanged: int(unchanged),
        rejected: int(rejected),
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
            let rejections =
                import::rejections(tx, row.id, 0, SHOWN)?.iter().map(rejection).collect();
            let view = ImportPage {
                ledger: ledger(tx, &row, &almanac)?,
                rejections,
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
    let now: Moment = app.clock.now();
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

async fn rejected(
    State(app): State<App>,
    who: User,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let csv = app
        .db
        .read(move |tx| {
            let row = found(tx, &who, &id)?;
            let style = Style { is_defused: true, ..Style::default() };
            let mut writer = Writer::new(Vec::new(), style);
            writer.row(["row", "line", "reason", "raw"])?;
            let mut after = 0;
            loop {
                let some = import::rejections(tx, row.id, after, 1_000)?;
                let Some(last) = some.last() else { break };
                after = last.row;
                for refused in &some {
                    let (row, line) = (refused.row.to_string(), refused.line.to_string());
                    writer.row([row.as_str(), &line, &refused.reason, &refused.raw])?;
                }
            }
            Ok(writer.finish()?)
        })
        .await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"rejected.csv\""),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, Body::from(csv)).into_response())
}

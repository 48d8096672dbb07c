//! The page of the audit log, and the log as a file.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::Page;
use platform::page::words::Almanac;
use serde::Deserialize;
use tokio::sync::mpsc;

use crate::audit::{self, Noted, Texts};
use crate::frame::{settings, shell};
use crate::pages::{AuditPage, Line};
use crate::role::Right;
use crate::user::User;
use crate::workspace;

/// Rows of a page.
const ROWS: usize = 50;
/// Pieces of an export that wait to be sent.
const PIECES_WAITING: usize = 4;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/audit", get(show))
        .route("/audit.csv", get(csv))
        .route("/audit.jsonl", get(json_lines))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct After {
    after: String,
}

async fn show(
    State(app): State<App>,
    who: User,
    Query(texts): Query<Texts>,
    Query(After { after }): Query<After>,
) -> Result<Page, Failure> {
    who.may(Right::ReadAudit)?;
    let now = app.clock.now();
    let after = Some(after).filter(|after| !after.is_empty());
    let (shell, page) = app
        .db
        .read(move |tx| {
            let read = texts.read(tx, now);
            let (found, errors) = match read {
                Ok(asked) => (audit::list(tx, &who, &asked, after.as_deref(), ROWS)?, Vec::new()),
                Err(Failure::Invalid(errors)) => {
                    (audit::Page { rows: Vec::new(), next: None }, errors)
                }
                Err(failure) => return Err(failure),
            };
            let almanac = Almanac::new(now, &workspace::workspace(tx)?.zone);
            let page = AuditPage {
                settings: settings(&who, "/audit"),
                errors,
                query: query(&texts),
                asked: texts,
                lines: found.rows.into_iter().map(|row| line(row, &almanac)).collect(),
                next: found.next,
            };
            Ok((shell(tx, &who, "/audit")?, page))
        })
        .await?;
    let status = if page.is_wrong() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(Page::new(&shell, "Audit log", &page).with_status(status))
}

fn query(texts: &Texts) -> String {
    let Texts { user, what, on, mouth, since, until } = texts;
    let pairs = [
        ("user", user),
        ("what", what),
        ("on", on),
        ("mouth", mouth),
        ("since", since),
        ("until", until),
    ];
    let said = pairs.into_iter().filter(|(_, value)| !value.is_empty());
    let pair = |(name, value): (&str, &String)| format!("{name}={}", escaped(value));
    said.map(pair).collect::<Vec<_>>().join("&")
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn line(row: Noted, almanac: &Almanac) -> Line {
    let by = match row.by {
        Some(who) => who.name,
        None if row.mouth == "page" => "nobody signed in".to_owned(),
        None => "operator".to_owned(),
    };
    let detail = row.detail.as_object().map(|detail| {
        let one = |(name, value): (&String, &serde_json::Value)| match value.as_str() {
            Some(text) => format!("{name} {text}"),
            None => format!("{name} {value}"),
        };
        detail.iter().map(one).collect::<Vec<_>>().join(", ")
    });
    Line {
        at: almanac.full(row.at),
        by,
        mouth: row.mouth,
        token: row.token.map(|token| token.name),
        what: row.what,
        subject: row.subject,
        detail: detail.unwrap_or_default(),
    }
}

async fn csv(
    State(app): State<App>,
    who: User,
    Query(texts): Query<Texts>,
) -> Result<Response, Failure> {
    audit_as_csv(app, who, texts).await
}

async fn json_lines(
    State(app): State<App>,
    who: User,
    Query(texts): Query<Texts>,
) -> Result<Response, Failure> {
    audit_as_json_lines(app, who, texts).await
}

/// What is asked of the audit log, as a file of CSV that is sent while it is read.
///
/// # Errors
/// `Forbidden` without the right to read the audit log; `Invalid` with every field that can't be read.
pub async fn audit_as_csv(app: App, who: User, texts: Texts) -> Result<Response, Failure> {
    sent(app, who, texts, "text/csv; charset=utf-8", "audit.csv", audit::csv).await
}

/// The same as JSON Lines.
///
/// # Errors
/// As [`audit_as_csv`].
pub async fn audit_as_json_lines(app: App, who: User, texts: Texts) -> Result<Response, Failure> {
    let lines = |rows: &[Noted], _: bool| audit::json_lines(rows);
    sent(app, who, texts, "application/x-ndjson", "audit.jsonl", lines).await
}

/// Sends the log piece by piece, as fast as it is taken.
async fn sent(
    app: App,
    who: User,
    texts: Texts,
    kind: &'static str,
    name: &'static str,
    write: impl Fn(&[Noted], bool) -> Result<Vec<u8>, Failure> + Send + 'static,
) -> Result<Response, Failure> {
    who.may(Right::ReadAudit)?;
    let (now, asker) = (app.clock.now(), who.clone());
    let asked = app
        .db
        .write(move |tx: &mut Tx| {
            let asked = texts.read(tx, now)?;
            let detail = serde_json::json!({ "asked": texts });
            audit::note(tx, &asker, "audit.exported", audit::Subject::NONE, detail, now)?;
            Ok(asked)
        })
        .await?;
    let (send, mut receive) = mpsc::channel::<Result<Bytes, Failure>>(PIECES_WAITING);
    tokio::task::spawn_blocking(move || {
        let mut is_first = true;
        let told = audit::export(&app, &who, &asked, |rows| {
            let piece = write(&rows, is_first)?;
            is_first = false;
            // Whoever has stopped reading wants no more.
            send.blocking_send(Ok(piece.into())).map_err(|_| Failure::Busy { retry_after_s: 1 })
        });
        if let Err(failure) = told {
            let _unheard = send.blocking_send(Err(failure));
        }
    });
    let pieces = futures_util::stream::poll_fn(move |context| receive.poll_recv(context));
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}

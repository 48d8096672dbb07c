//! `/files/{file}`: what hangs on a note, as a download.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use futures_util::stream::unfold;
use platform::app::App;
use platform::failure::Failure;
use team::User;
use tokio::io::AsyncReadExt;

use crate::file::{self, Download};
use crate::{FILE, record};

/// Bytes that are read at once.
const PIECE_BYTES: usize = 64 << 10;
/// Nothing in it runs, wherever a browser may put it.
const POLICY: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";

pub(super) fn routes() -> Router<App> {
    Router::new().route("/files/{file}", get(give)).route("/files/{file}/remove", post(take_off))
}

async fn give(
    State(app): State<App>,
    who: User,
    Path(file): Path<String>,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let found = app
        .db
        .write(move |tx| {
            let id = tx.public_ids().decode(FILE, &file);
            let id = id.ok_or_else(|| Failure::missing("file", &file))?;
            file::download(tx, &who, id, now)
        })
        .await?;
    sent(&app, &found).await
}

/// A file as an answer: always to be saved, never to be shown.
///
/// # Errors
/// `Missing` if it is not where it should be.
pub async fn sent(app: &App, found: &Download) -> Result<Response, Failure> {
    let opened = app.files.open(&found.key)?;
    let from = tokio::fs::File::from_std(opened);
    let pieces = unfold(from, |mut from| async move {
        let mut piece = vec![0; PIECE_BYTES];
        match from.read(&mut piece).await {
            Ok(0) => None,
            Ok(length) => {
                piece.truncate(length);
                Some((Ok(piece), from))
            }
            Err(error) => Some((Err(error), from)),
        }
    });
    let mut headers = HeaderMap::new();
    let media = HeaderValue::from_str(&found.file.media).map_err(Failure::broken)?;
    let attachment = HeaderValue::from_str(&disposition(&found.file.name));
    headers.insert(header::CONTENT_TYPE, media);
    headers.insert(header::CONTENT_DISPOSITION, attachment.map_err(Failure::broken)?);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(found.file.bytes));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok((headers, Body::from_stream(pieces)).into_response())
}

/// A name for a download: in ASCII for the oldest, and as it is (RFC 6266, RFC 8187).
fn disposition(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || " .-_()".contains(c) { c } else { '_' })
        .collect();
    let mut whole = String::new();
    for byte in name.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_' => {
                whole.push(char::from(byte));
            }
            other => whole.push_str(&format!("%{other:02X}")),
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}")
}

async fn take_off(
    State(app): State<App>,
    who: User,
    Path(file): Path<String>,
) -> Result<Redirect, Failure> {
    let now = app.clock.now();
    let back = app
        .db
        .write(move |tx| {
            let id = tx.public_ids().decode(FILE, &file);
            let id = id.ok_or_else(|| Failure::missing("file", &file))?;
            let subject = file::remove(tx, &who, id, now)?;
            Ok(record::address(tx, subject))
        })
        .await?;
    Ok(Redirect::to(&back))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_break_out_of_no_header() {
        let text = disposition("\u{fc}ber \"a\"\r\nX: y.pdf");
        assert_eq!(
            text,
            "attachment; filename=\"_ber _a___X_ y.pdf\"; filename*=UTF-8''%C3%BCber%20%22a%22%0D%0AX%3A%20y.pdf"
        );
        assert!(HeaderValue::from_str(&text).is_ok());
    }
}

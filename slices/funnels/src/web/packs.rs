//! Definitions as files: the packs that the program ships with, and a file of one's own as the beginning of a draft.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use funnel::definition::TEXT_BYTES_MAX;
use funnel::{Definition, packs};
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use team::{Right, User};

use crate::{drafts, lens};

/// What a form adds around the file.
const FORM_BYTES: usize = 16_384;

pub(super) fn routes() -> Router<App> {
    let upload = post(upload).layer(DefaultBodyLimit::max(TEXT_BYTES_MAX + FORM_BYTES));
    Router::new().route("/definitions/packs/{pack}", get(file)).route("/definitions/files", upload)
}

/// A pack as the page lists it.
pub(super) struct PackLine {
    pub(super) key: &'static str,
    pub(super) name: String,
    pub(super) about: String,
}

/// The packs, the one with which a workspace begins first.
pub(super) fn lines() -> Vec<PackLine> {
    let read = |(key, text): &(&'static str, &'static str)| {
        let definition = Definition::parse(text).ok()?;
        let about = definition.about.unwrap_or_default();
        Some(PackLine { key, name: definition.name, about })
    };
    packs::ALL.iter().rev().filter_map(read).collect()
}

async fn file(who: User, Path(pack): Path<String>) -> Result<Response, Failure> {
    who.may(Right::ReadDefinitions)?;
    let text = packs::find(&pack).ok_or_else(|| Failure::missing("pack", &pack))?;
    let disposition = format!("attachment; filename=\"{pack}.toml\"");
    let kind = "application/toml; charset=utf-8".to_owned();
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition)], text)
        .into_response())
}

/// Begins a draft with a file, for a lens that there is or a new one. What is wrong in it is named beside the draft.
async fn upload(
    State(app): State<App>,
    who: User,
    mut form: Multipart,
) -> Result<Redirect, Failure> {
    who.may(Right::ChangeDefinitions)?;
    let broken = |error: axum::extract::multipart::MultipartError| {
        Failure::refused("unreadable", format!("the upload broke off: {error}"))
    };
    let (mut name, mut text) = (String::new(), None);
    while let Some(part) = form.next_field().await.map_err(broken)? {
        match part.name() {
            Some("lens") => name = part.text().await.map_err(broken)?,
            Some("file") => text = Some(part.bytes().await.map_err(broken)?),
            _ => {}
        }
    }
    let text = text.filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| Failure::invalid("file", "choose a definition's file first"))?;
    let text = String::from_utf8(text.to_vec())
        .map_err(|_| Failure::invalid("file", "this is no text in UTF-8"))?;
    let now = app.clock.now();
    let begin = move |tx: &mut Tx| {
        let lens = lens::make(tx, &who, &name, now)?;
        let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        drafts::create(tx, &who, Some(&lens.name), Some(&text), "", now)
    };
    let id = app.db.write(begin).await?;
    Ok(Redirect::to(&super::drafts::address(&app, id)))
}

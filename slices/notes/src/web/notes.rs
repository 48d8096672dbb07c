//! Writing, changing and removing notes, who is offered to be named, and following.

use axum::extract::multipart::{Field as Part, MultipartError};
use axum::extract::{DefaultBodyLimit, Form, Multipart, Path, Query, State};
use axum::response::Redirect;
use axum::routing::{get, post};
use axum::{Json, Router};
use platform::app::App;
use platform::failure::Failure;
use serde::{Deserialize, Serialize};
use team::{Right, User};

use crate::file::{self, FILES_MAX, Keeping, NewFile};
use crate::note::{Audience, LETTERS_MAX};
use crate::write::{Change, NewNote, edit, write};
use crate::{NOTE, follow, mention, record, remove};

/// Bytes of a form: its files, its text, and what stands between them.
const FORM_BYTES_MAX: usize = 220 << 20;
/// Bytes of a text in the form: letters may have four.
const TEXT_BYTES_MAX: usize = LETTERS_MAX * 4;

pub(super) fn routes() -> Router<App> {
    let with_files = || DefaultBodyLimit::max(FORM_BYTES_MAX);
    Router::new()
        .route("/people/{person}/notes", post(add).layer(with_files()))
        .route("/companies/{company}/notes", post(add).layer(with_files()))
        .route("/people/{person}/colleagues", get(offer))
        .route("/companies/{company}/colleagues", get(offer))
        .route("/people/{person}/follow", post(follow_or_not))
        .route("/companies/{company}/follow", post(follow_or_not))
        .route("/notes/{note}/edit", post(change).layer(with_files()))
        .route("/notes/{note}/remove", post(take_away))
        .route("/notes/{note}/restore", post(bring_back))
}

/// What a form with files says.
#[derive(Default)]
struct Sent {
    text: String,
    audience: String,
    revision: Option<i64>,
    files: Vec<NewFile>,
}

impl Sent {
    fn audience(&self) -> Result<Option<Audience>, Failure> {
        let word = Some(self.audience.as_str()).filter(|word| !word.is_empty());
        word.map(Audience::parse).transpose()
    }
}

fn unreadable(error: MultipartError) -> Failure {
    Failure::refused("unreadable", format!("The form can't be read: {}", error.body_text()))
}

async fn text_of(mut part: Part<'_>) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(unreadable)? {
        if bytes.len() + chunk.len() > TEXT_BYTES_MAX {
            let words = format!("a note has {LETTERS_MAX} letters at most");
            return Err(Failure::invalid("text", words));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Reads a form; what it brought is kept only if all of it can be read.
async fn sent(app: &App, form: Multipart) -> Result<Sent, Failure> {
    let mut sent = Sent::default();
    match read(app, form, &mut sent).await {
        Ok(()) => Ok(sent),
        Err(failure) => {
            file::drop_kept(app, &sent.files);
            Err(failure)
        }
    }
}

async fn read(app: &App, mut form: Multipart, sent: &mut Sent) -> Result<(), Failure> {
    while let Some(mut part) = form.next_field().await.map_err(unreadable)? {
        match part.name().unwrap_or_default() {
            "text" => sent.text = text_of(part).await?,
            "audience" => sent.audience = text_of(part).await?,
            "revision" => sent.revision = text_of(part).await?.trim().parse().ok(),
            "file" => {
                let name = part.file_name().unwrap_or_default().to_owned();
                // A field of files in which nothing was chosen sends one without a name.
                if name.is_empty() {
                    continue;
                }
                if sent.files.len() == FILES_MAX {
                    let words = format!(
                        "A note holds {FILES_MAX} files at most; write another for the rest."
                    );
                    return Err(Failure::refused("too_many_files", words));
                }
                let mut keeping = Keeping::begin(app, &name)?;
                while let Some(chunk) = part.chunk().await.map_err(unreadable)? {
                    keeping = keeping.write(chunk).await?;
                }
                sent.files.push(keeping.keep().await?);
            }
            _ => {}
        }
    }
    Ok(())
}

async fn add(
    State(app): State<App>,
    who: User,
    Path(which): Path<String>,
    form: Multipart,
) -> Result<Redirect, Failure> {
    who.may(Right::EditPeople)?;
    let sent = sent(&app, form).await?;
    let (now, files) = (app.clock.now(), sent.files.clone());
    let written = app
        .db
        .write(move |tx| {
            let audience = sent.audience()?.unwrap_or_default();
            let new = NewNote { text: sent.text, audience, files: sent.files };
            let note = write(tx, &who, &which, &new, now)?;
            Ok(at(tx, note.subject, note.id))
        })
        .await;
    let back = written.inspect_err(|_| file::drop_kept(&app, &files))?;
    Ok(Redirect::to(&back))
}

fn at(tx: &platform::Tx, subject: i64, note: i64) -> String {
    format!("{}#{}", record::address(tx, subject), tx.public_ids().encode(NOTE, note))
}

fn meant(tx: &platform::Tx, note: &str) -> Result<i64, Failure> {
    tx.public_ids().decode(NOTE, note).ok_or_else(|| Failure::missing("note", note))
}

async fn change(
    State(app): State<App>,
    who: User,
    Path(note): Path<String>,
    form: Multipart,
) -> Result<Redirect, Failure> {
    who.may(Right::EditPeople)?;
    let sent = sent(&app, form).await?;
    let (now, files) = (app.clock.now(), sent.files.clone());
    let changed = app
        .db
        .write(move |tx| {
            let id = meant(tx, &note)?;
            let (audience, revision) = (sent.audience()?, sent.revision);
            let change = Change { text: Some(sent.text), audience, files: sent.files };
            let note = edit(tx, &who, id, &change, revision, now)?;
            Ok(at(tx, note.subject, note.id))
        })
        .await;
    let back = changed.inspect_err(|_| file::drop_kept(&app, &files))?;
    Ok(Redirect::to(&back))
}

async fn take_away(
    State(app): State<App>,
    who: User,
    Path(note): Path<String>,
) -> Result<Redirect, Failure> {
    let now = app.clock.now();
    let back = app
        .db
        .write(move |tx| {
            let id = meant(tx, &note)?;
            let subject = remove::remove(tx, &who, id, now)?;
            Ok(record::address_without(tx, subject, id))
        })
        .await?;
    Ok(Redirect::to(&back))
}

async fn bring_back(
    State(app): State<App>,
    who: User,
    Path(note): Path<String>,
) -> Result<Redirect, Failure> {
    let now = app.clock.now();
    let back = app
        .db
        .write(move |tx| {
            let id = meant(tx, &note)?;
            let subject = remove::restore(tx, &who, id, now)?;
            Ok(at(tx, subject, id))
        })
        .await?;
    Ok(Redirect::to(&back))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Typed {
    q: String,
}

/// A colleague as they are offered.
#[derive(Serialize)]
struct Offered {
    name: String,
    email: String,
    /// What is put behind the sign.
    said: String,
}

async fn offer(
    State(app): State<App>,
    who: User,
    Path(which): Path<String>,
    Query(typed): Query<Typed>,
) -> Result<Json<Vec<Offered>>, Failure> {
    let offered = app
        .db
        .read(move |tx| {
            let found = mention::offered(tx, &who, &which, &typed.q)?;
            let all = team::colleagues(tx)?;
            let is_alone = |name: &str| {
                all.iter().filter(|one| one.name.to_lowercase() == name.to_lowercase()).count() == 1
            };
            let offered = found.into_iter().map(|one| Offered {
                said: if is_alone(&one.name) { one.name.clone() } else { one.email.clone() },
                name: one.name,
                email: one.email,
            });
            Ok(offered.collect::<Vec<_>>())
        })
        .await?;
    Ok(Json(offered))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct FollowForm {
    /// `no` to follow no more.
    follow: String,
}

async fn follow_or_not(
    State(app): State<App>,
    who: User,
    Path(which): Path<String>,
    Form(form): Form<FollowForm>,
) -> Result<Redirect, Failure> {
    let now = app.clock.now();
    let back = app
        .db
        .write(move |tx| {
            let subject = match form.follow.as_str() {
                "no" => follow::unfollow(tx, &who, &which)?,
                _ => follow::follow(tx, &who, &which, now)?,
            };
            Ok(record::address(tx, subject))
        })
        .await?;
    Ok(Redirect::to(&back))
}

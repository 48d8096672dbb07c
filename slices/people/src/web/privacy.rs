//! `/people/{person}/privacy`, and what is done from there: a basis is recorded, all is taken out, somebody is erased.

use axum::Router;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use moment::Moment;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::Page;
use platform::page::words::Almanac;
use serde::Deserialize;
use team::{Right, User};

use super::imports::waiting;
use crate::basis::{self, BASES, Basis, Purpose};
use crate::erase::{self, Erased};
use crate::export::stream::{self, Attachment, Sink};
use crate::pages::privacy::{ErasedPage, PrivacyPage, PurposeLine, WordLine};
use crate::{PERSON, frame, gdpr, person};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/people/{person}/privacy", get(page))
        .route("/people/{person}/basis", post(say))
        .route("/people/{person}/everything", get(everything))
        .route("/people/{person}/erase", post(erase))
}

async fn page(
    State(app): State<App>,
    who: User,
    Path(person): Path<String>,
) -> Result<Page, Failure> {
    shown(app, who, person, Vec::new()).await
}

async fn shown(app: App, who: User, person: String, errors: Vec<String>) -> Result<Page, Failure> {
    let now = app.clock.now();
    let (shell, view) = app
        .db
        .read(move |tx| {
            let view = PrivacyPage { errors, ..view(tx, &who, &person, now)? };
            Ok((frame::shell(tx, &who, "/people")?, view))
        })
        .await?;
    let title = format!("Privacy of {}", view.name);
    Ok(Page::new(&shell, &title, &view))
}

fn view(tx: &mut Tx, who: &User, which: &str, now: Moment) -> Result<PrivacyPage, Failure> {
    let (id, purposes) = basis::purposes(tx, who, which, now)?;
    let row = person::row(tx, who, id)?;
    let almanac = Almanac::new(now, &team::workspace(tx)?.zone);
    Ok(PrivacyPage {
        here: format!("/people/{}", tx.public_ids().encode(PERSON, id)),
        purposes: purposes.iter().map(|purpose| line(purpose, &almanac)).collect(),
        bases: BASES.iter().map(|basis| (basis.word, basis.label)).collect(),
        today: almanac.date(now).iso.get(..10).unwrap_or_default().to_owned(),
        may_edit: who.can(Right::EditPeople),
        may_erase: who.can(Right::ErasePeople),
        files: match gdpr::attached(tx, id)?.len() {
            0 => "No file hangs on a note about them.".to_owned(),
            1 => "The file that hangs on a note about them is in it.".to_owned(),
            files => format!("The {files} files that hang on notes about them are in it."),
        },
        typed: erase::confirmation(&row),
        errors: Vec::new(),
        name: row.name,
    })
}

fn label(word: Option<&str>) -> String {
    match word {
        Some(word) => Basis::parse(word).map_or(word, |basis| basis.label).to_owned(),
        None => "Unknown again".to_owned(),
    }
}

fn line(purpose: &Purpose, almanac: &Almanac) -> PurposeLine {
    let word = |word: &basis::Word| {
        let mut says = format!("since {}, from {}", almanac.date(word.at).words, word.source);
        if let Some(until) = word.until {
            says.push_str(&format!(", until {}", almanac.date(until).words));
        }
        WordLine {
            label: label(word.basis.as_deref()),
            says,
            evidence: word.evidence.clone().unwrap_or_default(),
        }
    };
    PurposeLine {
        purpose: purpose.purpose.clone(),
        word: purpose.basis.clone().unwrap_or_default(),
        label: label(purpose.basis.as_deref()),
        tone: match purpose.allows {
            Some(true) => "pos",
            Some(false) => "neg",
            None => "",
        },
        said: purpose.said.iter().map(word).collect(),
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct BasisForm {
    purpose: String,
    basis: String,
    evidence: String,
    at: String,
    until: String,
}

async fn say(
    State(app): State<App>,
    who: User,
    Path(person): Path<String>,
    Form(form): Form<BasisForm>,
) -> Result<Response, Failure> {
    who.may(Right::EditPeople)?;
    let now = app.clock.now();
    let (whom, asker) = (person.clone(), who.clone());
    let said = app.db.write(move |tx| {
        let almanac = Almanac::new(now, &team::workspace(tx)?.zone);
        let day = |name: &str, text: &str| match text.trim() {
            "" => Ok(None),
            text => match almanac.begins(text) {
                Some(at) => Ok(Some(at)),
                None => Err(Failure::invalid(name, "write a day like 2026-11-30")),
            },
        };
        let (at, until) = (day("at", &form.at)?, day("until", &form.until)?);
        let BasisForm { purpose, basis, evidence, .. } = form;
        basis::say(tx, &asker, &whom, &basis::Ask { purpose, basis, evidence, at, until }, now)
    });
    match said.await {
        Ok(()) => {
            Ok(Redirect::to(&format!("/people/{}/privacy", encoded(&person))).into_response())
        }
        Err(failure) => refused(app, who, person, failure).await,
    }
}

fn encoded(person: &str) -> String {
    person.bytes().fold(String::new(), |mut text, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => text.push(char::from(byte)),
            other => text.push_str(&format!("%{other:02X}")),
        }
        text
    })
}

/// The page once more, with what is wrong.
async fn refused(
    app: App,
    who: User,
    person: String,
    failure: Failure,
) -> Result<Response, Failure> {
    let errors = match failure {
        Failure::Invalid(fields) => {
            fields.into_iter().map(|field| format!("{}: {}", field.name, field.words)).collect()
        }
        Failure::Refused { words, .. } => vec![words],
        other => return Err(other),
    };
    let page = shown(app, who, person, errors).await?;
    Ok(page.with_status(StatusCode::UNPROCESSABLE_ENTITY).into_response())
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct EverythingAsk {
    /// `zip`, which holds the files, too; or `json` or `txt`, which name them.
    #[serde(rename = "as")]
    form: String,
}

async fn everything(
    State(app): State<App>,
    who: User,
    Path(person): Path<String>,
    Query(ask): Query<EverythingAsk>,
) -> Result<Response, Failure> {
    let kind = match ask.form.as_str() {
        "txt" => "text/plain; charset=utf-8",
        "json" => "application/json",
        "zip" | "" => return all_of(app, who, person).await,
        _ => return Err(Failure::invalid("as", "zip, json or txt")),
    };
    who.may(Right::ErasePeople)?;
    let now = app.clock.now();
    let all = app.db.write(move |tx| gdpr::everything(tx, &who, &person, now)).await?;
    let text = match ask.form.as_str() {
        "txt" => gdpr::outline(&all.told),
        _ => serde_json::to_string_pretty(&all.told).map_err(anyhow::Error::from)?,
    };
    let name = format!("attachment; filename=\"{}.{}\"", all.id(), ask.form);
    let name = HeaderValue::from_str(&name).map_err(Failure::broken)?;
    Ok((
        [
            (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
            (header::CONTENT_DISPOSITION, name),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ],
        text,
    )
        .into_response())
}

/// Answers with everything about somebody in one file, as the page and the API do.
///
/// # Errors
/// As [`gdpr::everything`] and [`gdpr::Everything::zip`]; `Busy` while too much is sent.
pub async fn all_of(app: App, who: User, person: String) -> Result<Response, Failure> {
    who.may(Right::ErasePeople)?;
    let now = app.clock.now();
    let all = app.db.write(move |tx| gdpr::everything(tx, &who, &person, now)).await?;
    let name = format!("{}.zip", all.id());
    let attachment = Attachment { name, media_type: "application/zip" };
    let files = app.files.clone();
    stream::send(&app, &attachment, move |_, sink: &mut Sink| {
        let begun = || {
            sink.begin(None)?;
            Ok(sink)
        };
        all.zip(&files, now, begun).map(drop)
    })
    .await
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct EraseForm {
    confirm: String,
}

async fn erase(
    State(app): State<App>,
    who: User,
    Path(person): Path<String>,
    Form(form): Form<EraseForm>,
) -> Result<Response, Failure> {
    who.may(Right::ErasePeople)?;
    match erase_confirmed(app.clone(), who.clone(), person.clone(), form.confirm).await {
        Ok(erased) => {
            let shell = app.db.read(move |tx| frame::shell(tx, &who, "/people")).await?;
            Ok(Page::new(&shell, "Erased", &told(&erased)).into_response())
        }
        Err(failure @ (Failure::Invalid(_) | Failure::Refused { .. })) => {
            refused(app, who, person, failure).await
        }
        Err(other) => Err(other),
    }
}

/// Erases somebody whose name was typed, as the page and the API do, and has the database written anew.
///
/// # Errors
/// As [`erase::look`], [`erase::must_be_confirmed`] and [`erase::erase`].
pub async fn erase_confirmed(
    app: App,
    who: User,
    person: String,
    typed: String,
) -> Result<Erased, Failure> {
    who.may(Right::ErasePeople)?;
    let (asker, whom) = (who.clone(), person.clone());
    app.db.read(move |tx| erase::must_be_confirmed(tx, &asker, &whom, &typed)).await?;
    let (looks, asker, whom) = (app.clone(), who.clone(), person.clone());
    let looked = waiting(move || erase::look(&looks, &asker, &whom)).await?;
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let erased = erase::erase(tx, &who, &person, &looked, now)?;
            erase::scrub_later(tx, now)?;
            Ok(erased)
        })
        .await
}

fn told(erased: &Erased) -> ErasedPage {
    let int = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    ErasedPage {
        counts: vec![
            ("Rows about them that are gone", int(erased.rows)),
            ("Rows of imports and jobs that are blank or gone", int(erased.blanked)),
            ("Entries about others out of which they were taken", int(erased.redacted)),
            ("Files that go", i64::try_from(erased.files).unwrap_or(i64::MAX)),
            (
                "Keys that can't come back without notice",
                i64::try_from(erased.keys).unwrap_or(i64::MAX),
            ),
        ],
    }
}

//! The second factor: at the door, and on the page of one's account.

use axum::Router;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use platform::app::App;
use platform::failure::{Failure, Field};
use platform::page::Page;
use serde::Deserialize;

use super::here::Here;
use super::me::again;
use super::passkeys::{knocker, refused};
use crate::device::device;
use crate::frame::{settings, shell};
use crate::origin::local_path;
use crate::pages::{CodePage, CodesPage, EnrolPage, FirstCodesPage, OfferPage};
use crate::passkey::Site;
use crate::second::{self, Enrolment, Offer, Taken};
use crate::session::SignedIn;
use crate::user::User;
use crate::{step, workspace};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/sign-in/code", get(show).post(enter))
        .route("/sign-in/enrol", get(show_enrol).post(enrol))
        .route("/me/second", post(offer))
        .route("/me/second/confirm", post(confirm))
        .route("/me/second/codes", post(codes))
        .route("/me/second/remove", post(remove))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct CodeForm {
    next: String,
    code: String,
}

async fn show(
    State(app): State<App>,
    headers: HeaderMap,
    Query(form): Query<CodeForm>,
) -> Result<Response, Failure> {
    code_page(&app, &headers, &form.next, Vec::new()).await
}

/// The page that asks for the second thing; whoever has not shown the first is sent to where one does.
pub(super) async fn code_page(
    app: &App,
    headers: &HeaderMap,
    next: &str,
    errors: Vec<Field>,
) -> Result<Response, Failure> {
    let (now, token) = (app.clock.now(), step::token(headers).unwrap_or_default().to_owned());
    let held = app
        .db
        .read(move |tx| {
            let (user, _) = second::asked(tx, &token, now)?;
            second::held(tx, user)
        })
        .await;
    let held = match held {
        Err(Failure::SignIn) => return Ok(Redirect::to("/sign-in").into_response()),
        held => held?,
    };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = CodePage {
        next: local_path(next).to_owned(),
        has_app: held.since.is_some(),
        has_passkeys: held.passkeys > 0 && Site::of(app, headers).is_ok(),
        errors,
    };
    Ok(Page::bare("Sign in", &page).with_status(status).into_response())
}

async fn enter(
    State(app): State<App>,
    here: Here,
    headers: HeaderMap,
    Form(form): Form<CodeForm>,
) -> Result<Response, Failure> {
    let reach = here.reach()?;
    let token = step::token(&headers).unwrap_or_default();
    match second::enter(&app, (token, &form.code), knocker(&here)).await {
        Ok(signed_in) => here.let_in(reach, &signed_in, &form.next),
        Err(failure) => {
            refused(failure, |errors| code_page(&app, &headers, &form.next, errors)).await
        }
    }
}

async fn show_enrol(
    State(app): State<App>,
    headers: HeaderMap,
    Query(form): Query<CodeForm>,
) -> Result<Response, Failure> {
    enrol_page(&app, &headers, &form.next, Vec::new()).await
}

/// The page on which one gets a second factor that is demanded.
pub(super) async fn enrol_page(
    app: &App,
    headers: &HeaderMap,
    next: &str,
    errors: Vec<Field>,
) -> Result<Response, Failure> {
    let (now, token) = (app.clock.now(), step::token(headers).unwrap_or_default().to_owned());
    let found = app
        .db
        .read(move |tx| Ok((second::look(tx, &token, now)?, workspace::workspace(tx)?.name)))
        .await;
    let (Enrolment { offer, .. }, workspace) = match found {
        Err(Failure::SignIn) => return Ok(Redirect::to("/sign-in").into_response()),
        found => found?,
    };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = EnrolPage {
        workspace,
        next: local_path(next).to_owned(),
        has_passkeys: Site::of(app, headers).is_ok(),
        device: device(headers),
        secret: offer.secret,
        qr: offer.qr,
        errors,
    };
    Ok(Page::bare("Get a second factor", &page).with_status(status).into_response())
}

async fn enrol(
    State(app): State<App>,
    here: Here,
    headers: HeaderMap,
    Form(form): Form<CodeForm>,
) -> Result<Response, Failure> {
    here.reach()?;
    let token = step::token(&headers).unwrap_or_default();
    let taken = Taken::App(form.code.clone());
    match second::enrol(&app, token, taken, knocker(&here)).await {
        Ok(entered) => enrolled(&here, entered, &form.next),
        Err(failure) => {
            refused(failure, |errors| enrol_page(&app, &headers, &form.next, errors)).await
        }
    }
}

/// In, with the recovery codes that are shown this once.
pub(super) fn enrolled(
    here: &Here,
    (signed_in, codes): (SignedIn, Vec<String>),
    next: &str,
) -> Result<Response, Failure> {
    let reach = here.reach()?;
    let page = FirstCodesPage { codes, next: local_path(next).to_owned() };
    let mut response = Page::bare("Recovery codes", &page).into_response();
    response.headers_mut().append(header::SET_COOKIE, signed_in.cookie(reach)?);
    response.headers_mut().append(header::SET_COOKIE, step::forgetting(reach)?);
    Ok(response)
}

async fn offer(State(app): State<App>, who: User, here: Here) -> Result<Response, Failure> {
    let reach = here.reach()?;
    match second::offer(&app, &who, &here.session).await {
        Ok(offer) => {
            let cookie = step::cookie(reach, &offer.token)?;
            let mut response = offer_page(&app, who, offer, Vec::new()).await?.into_response();
            response.headers_mut().append(header::SET_COOKIE, cookie);
            Ok(response)
        }
        Err(failure) => again(&app, who, here, failure).await,
    }
}

async fn offer_page(
    app: &App,
    who: User,
    offer: Offer,
    errors: Vec<Field>,
) -> Result<Page, Failure> {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let Offer { secret, qr, .. } = offer;
    let page = OfferPage { settings: settings(&who, "/me"), secret, qr, errors };
    let shell = app.db.read(move |tx| shell(tx, &who, "/me")).await?;
    Ok(Page::new(&shell, "Authenticator app", &page).with_status(status))
}

#[derive(Deserialize)]
struct Confirm {
    code: String,
}

async fn confirm(
    State(app): State<App>,
    who: User,
    here: Here,
    headers: HeaderMap,
    Form(Confirm { code }): Form<Confirm>,
) -> Result<Response, Failure> {
    let (now, dice, asker) = (app.clock.now(), std::sync::Arc::clone(&app.dice), who.clone());
    let token = step::token(&headers).unwrap_or_default().to_owned();
    let begun = token.clone();
    let confirmed =
        app.db.write(move |tx| second::confirm(tx, &asker, (&begun, &code), &*dice, now)).await;
    match confirmed {
        Ok(codes) => {
            let mut response = codes_page(&app, who, codes).await?.into_response();
            response.headers_mut().append(header::SET_COOKIE, step::forgetting(here.reach()?)?);
            Ok(response)
        }
        Err(Failure::Invalid(errors)) => {
            let asker = who.clone();
            let offer = app.db.read(move |tx| second::offered(tx, &asker, &token, now)).await?;
            Ok(offer_page(&app, who, offer, errors).await?.into_response())
        }
        Err(failure) => again(&app, who, here, failure).await,
    }
}

pub(super) async fn codes_page(app: &App, who: User, codes: Vec<String>) -> Result<Page, Failure> {
    let page = CodesPage { settings: settings(&who, "/me"), codes };
    let shell = app.db.read(move |tx| shell(tx, &who, "/me")).await?;
    Ok(Page::new(&shell, "Recovery codes", &page))
}

async fn codes(State(app): State<App>, who: User, here: Here) -> Result<Response, Failure> {
    let (now, dice) = (app.clock.now(), std::sync::Arc::clone(&app.dice));
    let (asker, session) = (who.clone(), here.session.clone());
    let made = app.db.write(move |tx| second::renew_codes(tx, &asker, &session, &*dice, now)).await;
    match made {
        Ok(codes) => Ok(codes_page(&app, who, codes).await?.into_response()),
        Err(failure) => again(&app, who, here, failure).await,
    }
}

async fn remove(State(app): State<App>, who: User, here: Here) -> Result<Response, Failure> {
    let now = app.clock.now();
    let (asker, session) = (who.clone(), here.session.clone());
    match app.db.write(move |tx| second::remove(tx, &asker, &session, now)).await {
        Ok(()) => Ok(Redirect::to("/me?done=second-off#second").into_response()),
        Err(failure) => again(&app, who, here, failure).await,
    }
}

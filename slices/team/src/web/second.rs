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

use super::here::{Here, Shown, shown};
use super::me::again;
use crate::frame::{settings, shell};
use crate::origin::local_path;
use crate::pages::{CodePage, CodesPage, OfferPage};
use crate::second::{self, Offer};
use crate::step;
use crate::user::User;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/sign-in/code", get(show).post(enter))
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

fn page(next: &str, errors: Vec<Field>) -> Page {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = CodePage { next: local_path(next).to_owned(), errors };
    Page::bare("Sign in", &page).with_status(status)
}

async fn show(headers: HeaderMap, Query(form): Query<CodeForm>) -> Response {
    match step::token(&headers) {
        Some(_) => page(&form.next, Vec::new()).into_response(),
        None => Redirect::to("/sign-in").into_response(),
    }
}

async fn enter(
    State(app): State<App>,
    here: Here,
    headers: HeaderMap,
    Form(form): Form<CodeForm>,
) -> Result<Response, Failure> {
    let reach = here.reach()?;
    let Some(token) = step::token(&headers) else {
        return Ok(Redirect::to("/sign-in").into_response());
    };
    let shown_code = (token, form.code.as_str());
    let entered =
        second::enter(&app, shown_code, here.peer, here.device.clone(), here.before()).await;
    let failure = match entered {
        Ok(signed_in) => {
            let mut response = here.enter(&signed_in, local_path(&form.next))?;
            response.headers_mut().append(header::SET_COOKIE, step::forgetting(reach)?);
            return Ok(response);
        }
        Err(Failure::SignIn) => return Ok(Redirect::to("/sign-in").into_response()),
        Err(failure) => failure,
    };
    match shown(failure, "/sign-in/code")? {
        Shown::Here(errors) => Ok(page(&form.next, errors).into_response()),
        Shown::Elsewhere(response) => Ok(response),
    }
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

async fn codes_page(app: &App, who: User, codes: Vec<String>) -> Result<Page, Failure> {
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

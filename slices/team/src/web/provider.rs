//! To a provider of single sign-on, and back.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use platform::app::App;
use platform::failure::Failure;
use serde::Deserialize;

use super::here::{Here, Shown, shown};
use super::{go_on, split};
use crate::origin::{address, local_path};
use crate::provider::{self, Back};
use crate::second::Entry;
use crate::step;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/sign-in/provider", get(away))
        .route("/sign-in/provider/back", get(back))
        .route("/sign-in/provider/{provider}", get(away))
        .route("/sign-in/provider/{provider}/back", get(back))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Next {
    next: String,
}

/// By a link, and not by a form: our pages forbid forms that lead to another host.
async fn away(
    State(app): State<App>,
    here: Here,
    headers: HeaderMap,
    key: Option<Path<String>>,
    Query(Next { next }): Query<Next>,
) -> Result<Response, Failure> {
    let reach = here.reach()?;
    let key = key.map(|Path(key)| key).unwrap_or_default();
    let redirect = format!("{}{}/back", address(&app, &headers), provider::path(&key));
    match provider::begin(&app, &key, &redirect, local_path(&next)).await {
        Ok(away) => {
            let mut response = Redirect::to(&away.href).into_response();
            response.headers_mut().insert(header::SET_COOKIE, step::cookie(reach, &away.token)?);
            Ok(response)
        }
        Err(failure) => wrong(&app, &headers, failure).await,
    }
}

async fn back(
    State(app): State<App>,
    here: Here,
    headers: HeaderMap,
    key: Option<Path<String>>,
    Query(back): Query<Back>,
) -> Result<Response, Failure> {
    let reach = here.reach()?;
    let key = key.map(|Path(key)| key).unwrap_or_default();
    let token = step::token(&headers).unwrap_or_default();
    let device = here.device.clone();
    match provider::enter(&app, &key, (token, back), here.peer, device, here.before()).await {
        Ok((entry, next)) => {
            let mut response = go_on(&entry, reach, local_path(&next))?;
            if let Entry::In(_) = entry {
                response.headers_mut().append(header::SET_COOKIE, step::forgetting(reach)?);
            }
            Ok(response)
        }
        Err(failure) => wrong(&app, &headers, failure).await,
    }
}

/// The page to sign in, with what went wrong.
async fn wrong(app: &App, headers: &HeaderMap, failure: Failure) -> Result<Response, Failure> {
    let status = failure.problem().0.status;
    match shown(failure, "/sign-in")? {
        Shown::Here(errors) => super::sign_in_again(app, headers, "/", split(errors), status).await,
        Shown::Elsewhere(response) => Ok(response),
    }
}

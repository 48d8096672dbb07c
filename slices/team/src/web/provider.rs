//! To the provider of single sign-on, and back.

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use platform::app::App;
use platform::failure::Failure;
use serde::Deserialize;

use super::here::{Here, Shown, shown};
use crate::origin::{Reach, host, local_path};
use crate::provider::{self, Back};
use crate::step;

/// Where the provider sends a browser back to.
const BACK: &str = "/sign-in/provider/back";

pub(super) fn routes() -> Router<App> {
    Router::new().route("/sign-in/provider", get(away)).route(BACK, get(back))
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
    Query(Next { next }): Query<Next>,
) -> Result<Response, Failure> {
    let reach = here.reach()?;
    let scheme = match reach {
        Reach::Encrypted => "https",
        Reach::Local | Reach::Open => "http",
    };
    let redirect = format!("{scheme}://{}{BACK}", host(&headers));
    match provider::begin(&app, &redirect, local_path(&next)).await {
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
    Query(back): Query<Back>,
) -> Result<Response, Failure> {
    let reach = here.reach()?;
    let token = step::token(&headers).unwrap_or_default();
    let device = here.device.clone();
    match provider::enter(&app, (token, back), here.peer, device, here.before()).await {
        Ok((signed_in, next)) => {
            let mut response = here.enter(&signed_in, local_path(&next))?;
            response.headers_mut().append(header::SET_COOKIE, step::forgetting(reach)?);
            Ok(response)
        }
        Err(failure) => wrong(&app, &headers, failure).await,
    }
}

/// The page to sign in, with what went wrong.
async fn wrong(app: &App, headers: &HeaderMap, failure: Failure) -> Result<Response, Failure> {
    let status = failure.problem().0.status;
    match shown(failure, "/sign-in")? {
        Shown::Here(errors) => {
            let words = errors.into_iter().next().map(|error| error.words).unwrap_or_default();
            let (first, rest) = words.split_once(". ").unwrap_or((&words, ""));
            let error = (format!("{}.", first.trim_end_matches('.')), rest.to_owned());
            super::sign_in_again(app, headers, error, status).await
        }
        Shown::Elsewhere(response) => Ok(response),
    }
}

//! `POST /api/try`: a call made by whoever is signed in, as they are, and how it was answered.
//!
//! A session opens no call: a page of another site could make a browser show it. Here it has to come with JSON from a page
//! of ours, which no form of another site can send, and the guard against forged requests has looked at it before.

use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::routing::any;
use axum::{Json, Router};
use platform::App;
use platform::failure::Failure;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use team::{Caller, Right, User};
use tower::ServiceExt as _;

use crate::http::api::call::Call;
use crate::http::api::door;
use crate::http::api::pace::Pace;
use crate::http::api::table;

/// Bytes of an answer that are shown.
const SHOWN_BYTES_MAX: usize = 1 << 20;
/// Headers of an answer that are shown.
const SHOWN: [&str; 9] = [
    "content-type",
    "etag",
    "location",
    "idempotent-replayed",
    "ratelimit-limit",
    "ratelimit-remaining",
    "ratelimit-reset",
    "retry-after",
    "allow",
];
/// Headers that a call heeds.
const HEEDED: [&str; 2] = ["idempotency-key", "if-match"];

/// Every call, for whoever is known already.
#[derive(Clone)]
pub(in crate::http::api) struct Inside(Router<App>);

/// The calls behind a door that is told who asks.
pub(super) fn inside(pace: &Arc<Pace>) -> Inside {
    let mut router = Router::new();
    for (path, calls) in table::by_path() {
        let pace = Arc::clone(pace);
        let answer = move |State(app): State<App>, path, mut request: Request| {
            let who = request.extensions_mut().remove::<User>();
            known(app, Arc::clone(&pace), calls, (who, path), request)
        };
        router = router.route(&format!("/api/v1{path}"), any(answer));
    }
    Inside(router)
}

async fn known(
    app: App,
    pace: Arc<Pace>,
    calls: &'static [Call],
    (who, path): (Option<User>, door::Path),
    request: Request,
) -> Result<axum::response::Response, Failure> {
    let who = who.ok_or(Failure::SignIn)?;
    let (parts, body) = request.into_parts();
    Ok(door::answer_for(app, &pace, calls, Caller::known(who), path, parts, body).await)
}

/// A call as the page sends it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tried {
    method: String,
    /// Below `/api/v1`, with its query.
    path: String,
    /// What goes into the body, as it is.
    #[serde(default)]
    body: Option<String>,
    /// Headers by their names in small letters; those that calls heed.
    #[serde(default)]
    headers: Map<String, Value>,
}

pub(super) async fn answer(
    inside: Inside,
    State(app): State<App>,
    who: User,
    headers: HeaderMap,
    Json(tried): Json<Tried>,
) -> Result<Json<Value>, Failure> {
    let method = tried.method.parse::<Method>();
    let method = method.map_err(|_| Failure::invalid("/method", "this is no method"))?;
    if opens_doors(&method, &tried.path) {
        team::must_be_proved(&app, &headers).await?;
    }
    let mut request = Request::builder().method(method).uri(format!("/api/v1{}", tried.path));
    for (name, value) in &tried.headers {
        let known = HEEDED.contains(&name.as_str());
        let value = value.as_str().and_then(|value| HeaderValue::from_str(value).ok());
        let (true, Some(value), Ok(name)) = (known, value, name.parse::<HeaderName>()) else {
            return Err(Failure::invalid(format!("/headers/{name}"), "no call heeds this"));
        };
        request = request.header(name, value);
    }
    if tried.body.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    let body = tried.body.map_or_else(Body::empty, Body::from);
    let request = request.extension(who).body(body);
    let request = request.map_err(|_| Failure::invalid("/path", "this is no address"))?;
    let begun = Instant::now();
    let response = match inside.0.with_state(app).oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    let (parts, body) = response.into_parts();
    // What is longer is not cut: half of a file says nothing.
    let bytes = to_bytes(body, SHOWN_BYTES_MAX).await;
    let took_us = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
    let is_whole = bytes.is_ok();
    let text = String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned();
    let shown = SHOWN.iter().filter_map(|name| {
        let value = parts.headers.get(*name)?.to_str().ok()?;
        Some(((*name).to_owned(), Value::from(value)))
    });
    Ok(Json(json!({
        "status": parts.status.as_u16(),
        "headers": shown.collect::<Map<_, _>>(),
        "body": text,
        "is_whole": is_whole,
        "took_us": took_us,
    })))
}

/// Whether a call changes who may come in: on a page that takes a proof of who one is, so it does here.
fn opens_doors(method: &Method, path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let is_meant = |call: &&Call| {
        let (mut said, mut asked) = (call.path.split('/'), path.split('/'));
        loop {
            match (said.next(), asked.next()) {
                (None, None) => return true,
                (Some(part), Some(other)) if part.starts_with('{') || part == other => {}
                _ => return false,
            }
        }
    };
    let rules = [Right::ManageTeam, Right::ManageWorkspace];
    let changes = |call: &Call| call.is_secret || rules.contains(&call.right);
    let calls = table::calls().iter().filter(|call| call.method == *method).filter(is_meant);
    *method != Method::GET && calls.into_iter().any(changes)
}

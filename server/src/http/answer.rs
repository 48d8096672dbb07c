//! What every answer has: headers that bind the browser, an id, a line in the log, a size that travels well.

use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use platform::App;
use platform::dice::Dice;
use platform::failure::Failure;
use platform::failure::http::by_accept;
use team::TrustedOrigins;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;
use tracing::Instrument;

/// What the layers are told.
pub(crate) struct Layers {
    pub form_bytes_max: usize,
    pub body_timeout: Duration,
    pub origins: Vec<String>,
}

/// Letters of a request's id: 80 bits, enough to find one line among all that were ever written.
const REQUEST_ID_LETTERS: usize = 16;
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Headers of every answer that does not say otherwise itself.
const HEADERS: [(HeaderName, &str); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // Not `no-referrer`: with that, browsers send `Origin: null` with our own forms.
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=()",
    ),
];

/// Puts the layers around all routes, the outermost last.
pub(crate) fn dress(router: Router<App>, app: App, layers: Layers) -> Router {
    let dice = Arc::clone(&app.dice);
    let trusted = TrustedOrigins(layers.origins.into());
    router
        .with_state(app)
        .layer(CatchPanicLayer::custom(broken))
        .layer(DefaultBodyLimit::max(layers.form_bytes_max))
        .layer(RequestBodyTimeoutLayer::new(layers.body_timeout))
        .layer(from_fn_with_state(trusted, team::refuse_forged))
        .layer(from_fn(by_accept))
        .layer(CompressionLayer::new())
        .layer(from_fn(bind))
        .layer(from_fn_with_state(dice, account))
}

/// A page that panicked: an accident like others, with a number in the log.
fn broken(panic: Box<dyn Any + Send>) -> Response {
    let said = panic.downcast_ref::<String>().map(String::as_str);
    let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no words");
    Failure::broken(format_args!("a page panicked: {said}")).into_response()
}

async fn bind(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // Whoever brings a policy says in it who may put a frame around the page.
    let has_policy = headers.contains_key(header::CONTENT_SECURITY_POLICY);
    for (name, value) in HEADERS {
        if has_policy && name == header::X_FRAME_OPTIONS {
            continue;
        }
        set_default(headers, name, value);
    }
    // What is shown to somebody is for them: no cache on the way may keep it.
    set_default(headers, header::CACHE_CONTROL, "no-store");
    response
}

fn set_default(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.entry(name).or_insert(HeaderValue::from_static(value));
}

/// Gives the request an id and writes a line about it: the route (never the path, which may name somebody),
/// the status, how long it took.
async fn account(
    State(dice): State<Arc<dyn Dice>>,
    path: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let mut id = dice.token();
    id.truncate(REQUEST_ID_LETTERS);
    let route = path.as_ref().map_or("none", MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    let span = tracing::info_span!("request", id);
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, duration_us) = (response.status().as_u16(), micros(started.elapsed()));
    span.in_scope(|| match response.status() {
        StatusCode::OK if is_probe(&route) => {
            tracing::debug!(%method, route, status, duration_us, "answered")
        }
        status_code if status_code.is_server_error() => {
            tracing::warn!(%method, route, status, duration_us, "answered");
        }
        _ => tracing::info!(%method, route, status, duration_us, "answered"),
    });
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

fn micros(length: Duration) -> u64 {
    u64::try_from(length.as_micros()).unwrap_or(u64::MAX)
}

fn is_probe(route: &str) -> bool {
    matches!(route, "/healthz" | "/readyz")
}

//! What every answer has: headers that bind the browser, an account of it, a size that travels well.

use std::any::Any;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use platform::App;
use platform::failure::Failure;
use platform::failure::http::by_accept;
use team::TrustedOrigins;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use super::account::{Account, account};
use super::peer::Caller;

/// What the layers are told.
pub(crate) struct Layers {
    pub form_bytes_max: usize,
    pub body_timeout: Duration,
    pub origins: Vec<String>,
    /// For how many days a browser is to come back encrypted only; 0 says nothing of it.
    pub hsts_days: u32,
    pub account: Account,
}

/// Headers of every answer that does not say otherwise itself.
const HEADERS: [(HeaderName, &str); 8] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // Not `no-referrer`: with that, browsers send `Origin: null` with our own forms.
    (header::REFERRER_POLICY, "same-origin"),
    // For what older browsers would do with a file that somebody opens from the page.
    (HeaderName::from_static("x-permitted-cross-domain-policies"), "none"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), \
         magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-create=(self), \
         publickey-credentials-get=(self), screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()",
    ),
];

/// Puts the layers around all routes, the outermost last.
pub(crate) fn dress(router: Router<App>, app: App, layers: Layers) -> Router {
    let trusted = TrustedOrigins(layers.origins.into());
    let hsts = (layers.hsts_days > 0)
        .then(|| format!("max-age={}", u64::from(layers.hsts_days) * 24 * 3_600))
        .and_then(|text| HeaderValue::try_from(text).ok());
    router
        .with_state(app)
        .layer(CatchPanicLayer::custom(broken))
        .layer(DefaultBodyLimit::max(layers.form_bytes_max))
        .layer(RequestBodyTimeoutLayer::new(layers.body_timeout))
        .layer(from_fn_with_state(trusted, team::refuse_forged))
        .layer(from_fn(by_accept))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(hsts, bind))
        .layer(from_fn_with_state(layers.account, account))
}

/// A page that panicked: an accident like others, with a number in the log.
fn broken(panic: Box<dyn Any + Send>) -> Response {
    let said = panic.downcast_ref::<String>().map(String::as_str);
    let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no words");
    Failure::broken(format_args!("a page panicked: {said}")).into_response()
}

async fn bind(
    State(hsts): State<Option<HeaderValue>>,
    caller: Option<Extension<Caller>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // Said over an open line it would be ignored, and rightly: anybody could have said it (RFC 6797, 7.2).
    if let (Some(hsts), Some(Extension(Caller { is_encrypted: true, .. }))) = (hsts, caller) {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, hsts);
    }
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

//! The forgery guard: another site's page cannot make a user's browser change anything here.
//!
//! Browsers say with every unsafe request which site sent it: the newer ones in `Sec-Fetch-Site` (W3C Fetch
//! Metadata), all of this decade in `Origin` (RFC 6454). Whoever sends neither is no browser, and carries no
//! user's cookie by accident. `SameSite=Lax` on the cookie stands behind it.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use platform::failure::Failure;

use crate::origin::{host, origin};

/// Addresses besides the requested host whose pages may send forms here, as `https://host[:port]`; for
/// whoever has a proxy in front that changes the host.
#[derive(Clone, Debug, Default)]
pub struct TrustedOrigins(pub Arc<[String]>);

/// A layer for the whole router: an unsafe method from another site's page is refused before anything reads it.
pub async fn refuse_forged(
    State(trusted): State<TrustedOrigins>,
    request: Request,
    next: Next,
) -> Response {
    if is_forged(request.method(), request.headers(), &trusted.0) {
        let words = "This came from a page of another address, so it was not done. If there is a proxy in \
            front of Sluice, let it pass the Host header on, or name its address in the configuration under \
            http.origins.";
        return Failure::refused("forged_request", words).into_response();
    }
    next.run(request).await
}

fn is_forged(method: &Method, headers: &HeaderMap, trusted: &[String]) -> bool {
    if method.is_safe() {
        return false;
    }
    let origin = origin(headers);
    if origin.is_some_and(|origin| trusted.iter().any(|known| known == origin)) {
        return false;
    }
    match headers.get("sec-fetch-site").map(|site| site.as_bytes()) {
        Some(b"same-origin" | b"none") => false,
        Some(_) => true,
        None => origin.is_some_and(|origin| {
            let page = origin.split_once("://").map_or("", |(_, page)| page);
            page.is_empty() || !page.eq_ignore_ascii_case(host(headers))
        }),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn only_pages_of_this_host_may_change_something() {
        let trusted = ["https://crm.north.example".to_owned()];
        for (method, pairs, expected) in [
            (Method::POST, &[("host", "a.example"), ("sec-fetch-site", "same-origin")][..], false),
            (Method::POST, &[("host", "a.example"), ("sec-fetch-site", "none")], false),
            (Method::POST, &[("host", "a.example"), ("sec-fetch-site", "cross-site")], true),
            (Method::DELETE, &[("host", "a.example"), ("sec-fetch-site", "same-site")], true),
            (Method::GET, &[("host", "a.example"), ("sec-fetch-site", "cross-site")], false),
            (
                Method::POST,
                &[("host", "a.example:8080"), ("origin", "http://a.example:8080")],
                false,
            ),
            (Method::POST, &[("host", "a.example"), ("origin", "https://evil.example")], true),
            (Method::POST, &[("host", "a.example"), ("origin", "http://a.example:8080")], true),
            (Method::POST, &[("host", "a.example"), ("origin", "null")], true),
            (Method::POST, &[("host", "inside"), ("origin", "https://crm.north.example")], false),
            (Method::PUT, &[("host", "a.example")], false),
        ] {
            let headers = pairs
                .iter()
                .map(|&(name, value)| {
                    (HeaderName::from_static(name), HeaderValue::from_static(value))
                })
                .collect();
            assert_eq!(is_forged(&method, &headers, &trusted), expected, "{method} {pairs:?}");
        }
    }
}

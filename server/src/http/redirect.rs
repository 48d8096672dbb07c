//! The port for browsers that come without TLS: it sends them on, and takes nothing.

use axum::Router;
use axum::http::{HeaderMap, Method, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use platform::failure::Failure;

/// Where TLS is, unless a browser is told otherwise.
const USUAL_PORT: u16 = 443;

/// Answers every request with the same address, encrypted.
pub(super) fn router(port: u16) -> Router {
    Router::new().fallback(move |method: Method, address: Uri, headers: HeaderMap| async move {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        answer(&method, host.unwrap_or_default(), &address, port)
    })
}

fn answer(method: &Method, host: &str, address: &Uri, port: u16) -> Response {
    // What a form holds was sent in the open already; it is not to be sent on as if nothing were.
    let target = if method.is_safe() { target(host, address, port) } else { None };
    match target {
        Some(target) => Redirect::permanent(&target).into_response(),
        None => Failure::refused("not_encrypted", "This address is reached by https:// only.")
            .into_response(),
    }
}

/// The same address by TLS; nothing for a host that is no name.
fn target(host: &str, address: &Uri, port: u16) -> Option<String> {
    let name = match host.strip_prefix('[') {
        Some(rest) => host.get(..rest.find(']')? + 2)?,
        None => host.split(':').next()?,
    };
    let is_name = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte));
    let path = address.path_and_query().map_or("/", |path| path.as_str());
    let port = if port == USUAL_PORT { String::new() } else { format!(":{port}") };
    is_name.then(|| format!("https://{name}{port}{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_sent_to_the_same_page() {
        for (host, path, port, expected) in [
            ("crm.example", "/people?q=a", 443, Some("https://crm.example/people?q=a")),
            ("crm.example:80", "/", 8443, Some("https://crm.example:8443/")),
            ("[::1]:80", "/", 443, Some("https://[::1]/")),
            ("evil.example/x", "/", 443, None),
            ("a b", "/", 443, None),
            ("", "/", 443, None),
        ] {
            let address: Uri = path.parse().unwrap();
            assert_eq!(target(host, &address, port).as_deref(), expected, "{host}{path}");
        }
    }

    #[test]
    fn a_form_is_not_sent_on() {
        let address: Uri = "/sign-in".parse().unwrap();
        assert_eq!(answer(&Method::POST, "crm.example", &address, 443).status(), 409);
        assert_eq!(answer(&Method::GET, "crm.example", &address, 443).status(), 308);
    }
}

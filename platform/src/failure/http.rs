//! Failures as HTTP: the one file that knows status codes.
//!
//! A failure answers as `application/problem+json` (RFC 9457). Where the request asks for a page, [`by_accept`] turns
//! that into one, with the [`Face`] that the program was given. What broke is logged under an incident's number, and
//! the answer tells that number and nothing else.
use std::sync::{Arc, OnceLock};

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_TYPE, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::{Failure, Field};
use crate::dice::{Dice, SystemDice};

/// What a failure tells outside; RFC 9457, with our code, fields and incident beside its own members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// `about:blank`: the status and the code say it all.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The status in words, the same for all of its kind.
    pub title: &'static str,
    /// The status.
    pub status: u16,
    /// What went wrong this time, for people.
    pub detail: String,
    /// What went wrong, for callers: stable.
    pub code: &'static str,
    /// Fields that could not be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// By which number the log knows what broke.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incident: Option<String>,
    /// By which id the log knows the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

/// The id of a request; the server puts it into the request's extensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(pub Arc<str>);

/// How failures look to people: set once, by whoever assembles the program.
#[derive(Clone, Copy)]
pub struct Face {
    /// The page of a problem: the whole HTML document.
    pub page: fn(&Problem) -> String,
    /// Where to sign in; `?next=` and the path that was asked for are added.
    pub sign_in: &'static str,
}

static FACE: OnceLock<Face> = OnceLock::new();

/// Sets how failures look to people. The first call counts.
pub fn set_face(face: Face) {
    let _first_counts = FACE.set(face);
}

/// The longest plain words that are passed on.
const BARE_BYTES_MAX: usize = 4_096;
const PROBLEM: HeaderValue = HeaderValue::from_static("application/problem+json");
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

impl Failure {
    /// What this failure tells outside, and how many seconds to wait. Logs what broke.
    pub fn problem(&self) -> (Problem, Option<u32>) {
        let mut fields = Vec::new();
        let mut incident = None;
        let mut wait = None;
        let mut detail = self.to_string();
        let (status, code) = match self {
            Failure::Invalid(invalid) => {
                fields.clone_from(invalid);
                (StatusCode::UNPROCESSABLE_ENTITY, "invalid")
            }
            Failure::Missing { .. } => (StatusCode::NOT_FOUND, "missing"),
            Failure::Forbidden => (StatusCode::FORBIDDEN, "forbidden"),
            Failure::SignIn => (StatusCode::UNAUTHORIZED, "sign_in"),
            Failure::Token => (StatusCode::UNAUTHORIZED, "token"),
            Failure::Refused { code, .. } => (StatusCode::CONFLICT, *code),
            Failure::TooMany { retry_after_s } => {
                wait = Some(*retry_after_s);
                (StatusCode::TOO_MANY_REQUESTS, "too_many")
            }
            Failure::RefusedAt { code, field } => {
                fields.push(field.clone());
                (StatusCode::CONFLICT, *code)
            }
            Failure::Busy { retry_after_s } => {
                wait = Some(*retry_after_s);
                (StatusCode::SERVICE_UNAVAILABLE, "busy")
            }
            Failure::Broken(cause) => {
                let number: String = SystemDice::default().token().chars().take(8).collect();
                tracing::error!(incident = number, cause = format!("{cause:#}"), "something broke");
                detail = format!("Something broke on our side. The log knows it as {number}.");
                incident = Some(number);
                (StatusCode::INTERNAL_SERVER_ERROR, "broken")
            }
        };
        let title = status.canonical_reason().unwrap_or("Failure");
        let status = status.as_u16();
        let kind = "about:blank";
        (Problem { kind, title, status, detail, code, fields, incident, request_id: None }, wait)
    }
}

impl Problem {
    /// A problem that no verb has: of the request itself.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Problem {
        Problem {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Failure"),
            status: status.as_u16(),
            detail: detail.into(),
            code,
            fields: Vec::new(),
            incident: None,
            request_id: None,
        }
    }
}

/// The answer for callers; the problem travels with it, so that [`by_accept`] can make a page of it.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let text = serde_json::to_string(&self).unwrap_or_default();
        let mut response = Response::new(Body::from(text));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, PROBLEM);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response.extensions_mut().insert(self);
        response
    }
}

/// As [`Problem`], with how long to wait and what to show.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (problem, wait) = self.problem();
        let is_token = matches!(self, Failure::Token);
        let mut response = problem.into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = wait {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if is_token {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// Lets a failure answer in the form that was asked for: `.layer(axum::middleware::from_fn(by_accept))`.
pub async fn by_accept(request: Request, next: Next) -> Response {
    // Whatever a program calls answers as for programs.
    let is_call = request.uri().path().starts_with("/api/");
    let wants_page = !is_call && prefers_page(request.headers());
    let back = (request.method() == Method::GET)
        .then(|| request.uri().path_and_query().map(|path| path.as_str().to_owned()))
        .flatten();
    let id = request.extensions().get::<RequestId>().map(|id| id.0.to_string());
    let response = told(next.run(request).await).await;
    match response.extensions().get::<Problem>().cloned() {
        Some(problem) => {
            let problem = Problem { request_id: id, ..problem };
            if wants_page {
                as_page(response, &problem, back.as_deref())
            } else {
                as_json(response, &problem)
            }
        }
        None => response,
    }
}

/// The same answer with all that is known of the problem by now.
fn as_json(response: Response, problem: &Problem) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(axum::http::header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(serde_json::to_string(problem).unwrap_or_default()))
}

/// What was refused before any verb heard of it, for a body that is too large or of the wrong kind or an address
/// that takes no such method, is told as every other failure is. Other answers are left as they are.
async fn told(response: Response) -> Response {
    let status = response.status();
    let is_bare = match response.headers().get(CONTENT_TYPE) {
        Some(kind) => kind.as_bytes().starts_with(b"text/plain"),
        None => true,
    };
    let is_failure = status.is_client_error() || status.is_server_error();
    if !is_failure || !is_bare || response.extensions().get::<Problem>().is_some() {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let said = axum::body::to_bytes(body, BARE_BYTES_MAX).await.unwrap_or_default();
    let said = String::from_utf8_lossy(&said).trim().to_owned();
    let (code, words) = match status {
        StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "that is larger than this address takes"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            ("media_type", "this address takes another kind of body")
        }
        StatusCode::METHOD_NOT_ALLOWED => ("method", "this address does not take that method"),
        StatusCode::NOT_FOUND => ("missing", "there is nothing at this address"),
        status if status.is_client_error() => ("unreadable", "the request could not be read"),
        _ => ("broken", "something broke on our side"),
    };
    // What the framework says names the field; of its own breakages it says too much.
    let detail = match said.as_str() {
        "" => words.to_owned(),
        said if status.is_client_error() => format!("{words}: {said}"),
        _ => words.to_owned(),
    };
    let problem = Problem::new(status, code, detail);
    let text = serde_json::to_string(&problem).unwrap_or_default();
    parts.headers.remove(axum::http::header::CONTENT_LENGTH);
    parts.headers.insert(CONTENT_TYPE, PROBLEM);
    parts.headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    parts.extensions.insert(problem);
    Response::from_parts(parts, Body::from(text))
}

fn as_page(response: Response, problem: &Problem, back: Option<&str>) -> Response {
    let face = FACE.get();
    let (mut parts, _) = response.into_parts();
    if let (Some(face), StatusCode::UNAUTHORIZED) = (face, parts.status) {
        let target = match back {
            Some(path) if path != "/" => {
                format!("{}?next={}", face.sign_in, escaped_for_query(path))
            }
            _ => face.sign_in.to_owned(),
        };
        if let Ok(target) = HeaderValue::from_str(&target) {
            parts.status = StatusCode::SEE_OTHER;
            parts.headers.insert(LOCATION, target);
            parts.headers.remove(CONTENT_TYPE);
            return Response::from_parts(parts, Body::empty());
        }
    }
    let html = face.map_or_else(|| plain_page(problem), |face| (face.page)(problem));
    parts.headers.insert(CONTENT_TYPE, HTML);
    Response::from_parts(parts, Body::from(html))
}

/// Whether HTML is wanted rather than JSON: by the weights of `Accept` (RFC 9110, 12.5.1), JSON if it does not care.
fn prefers_page(headers: &HeaderMap) -> bool {
    let mut page = 0.0_f32;
    let mut json = 0.0_f32;
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    for range in accepted.flat_map(|value| value.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let weight = parts
            .find_map(|part| part.strip_prefix("q="))
            .map_or(1.0, |q| q.parse().unwrap_or(0.0));
        match name.as_str() {
            "text/html" | "application/xhtml+xml" => page = page.max(weight),
            "application/json" | "application/problem+json" => json = json.max(weight),
            _ => {}
        }
    }
    page > json || headers.contains_key("hx-request")
}

fn escaped_for_query(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// A page for a program without a face.
fn plain_page(problem: &Problem) -> String {
    let safe = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title>\
         <h1>{title}</h1><p>{detail}</p></html>",
        title = safe(problem.title),
        detail = safe(&problem.detail)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_has_its_status_and_code() {
        for (failure, status, code) in [
            (Failure::invalid("email", "has no @"), 422, "invalid"),
            (Failure::missing("file", 7), 404, "missing"),
            (Failure::Forbidden, 403, "forbidden"),
            (Failure::SignIn, 401, "sign_in"),
            (Failure::Token, 401, "token"),
            (Failure::refused("deal_closed", "It is closed."), 409, "deal_closed"),
            (Failure::TooMany { retry_after_s: 3 }, 429, "too_many"),
            (
                Failure::RefusedAt {
                    code: "erased",
                    field: Field { name: "/email".to_owned(), words: "was erased".to_owned() },
                },
                409,
                "erased",
            ),
            (Failure::Busy { retry_after_s: 3 }, 503, "busy"),
            (Failure::broken("the disk said something secret"), 500, "broken"),
        ] {
            let (problem, _) = failure.problem();
            assert_eq!((problem.status, problem.code), (status, code));
            assert!(!problem.detail.contains("secret"), "{}", problem.detail);
            assert_eq!(problem.incident.is_some(), status == 500);
        }
    }

    #[test]
    fn a_busy_answer_says_when_to_come_back() {
        let response = Failure::Busy { retry_after_s: 3 }.into_response();
        assert_eq!(response.headers()[RETRY_AFTER], "3");
        assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
    }

    #[test]
    fn browsers_get_pages_and_callers_get_json() {
        for (accept, page) in [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true),
            ("application/json", false),
            ("*/*", false),
            ("text/html;q=0.5, application/json", false),
            ("application/problem+json;q=0.1, text/html;q=0.2", true),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_str(accept).unwrap());
            assert_eq!(prefers_page(&headers), page, "{accept}");
        }
    }

    #[test]
    fn a_page_escapes_what_it_shows_and_sign_in_leads_back() {
        let (problem, _) = Failure::refused("x", "<script>").problem();
        let page = as_page(Failure::refused("x", "<script>").into_response(), &problem, None);
        assert_eq!((page.status(), &page.headers()[CONTENT_TYPE]), (StatusCode::CONFLICT, &HTML));
        assert!(plain_page(&problem).contains("&lt;script&gt;"));
        assert_eq!(escaped_for_query("/people?q=a&b#é"), "/people%3Fq%3Da%26b%23%C3%A9");
    }

    #[test]
    fn what_the_framework_refuses_is_told_as_every_other_failure() {
        use axum::routing::post;
        use tower::ServiceExt as _;
        let app = axum::Router::new()
            .route("/", post(|_: axum::Json<serde_json::Value>| async { "done" }))
            .layer(axum::extract::DefaultBodyLimit::max(10))
            .layer(axum::middleware::from_fn(by_accept));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for (method, kind, body, status, code) in [
            ("GET", "application/json", "{}", 405, "method"),
            ("POST", "text/plain", "{}", 415, "media_type"),
            ("POST", "application/json", "{\"a\": 12345}", 413, "too_large"),
            ("POST", "application/json", "{", 400, "unreadable"),
        ] {
            let request = axum::http::Request::builder()
                .method(method)
                .uri("/")
                .header(CONTENT_TYPE, kind)
                .body(Body::from(body))
                .unwrap();
            let answer = runtime.block_on(app.clone().oneshot(request)).unwrap();
            assert_eq!(
                (answer.status().as_u16(), &answer.headers()[CONTENT_TYPE]),
                (status, &PROBLEM)
            );
            assert_eq!(answer.extensions().get::<Problem>().unwrap().code, code);
        }
    }
}

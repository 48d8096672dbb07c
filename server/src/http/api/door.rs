//! The way of every call: who calls, how often, what they sent, whether it was done before; then the verb, and its answer.

use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{FromRequestParts, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use moment::Span;
use platform::App;
use platform::failure::http::Problem;
use platform::failure::{Failure, Field};
use platform::once::{Before, Once};
use serde_json::Value;
use team::{Caller, User};

use super::ask::{self, Ask, CHANGED};
use super::body;
use super::call::{By, Call, Gives, Takes};
use super::given::Given;
use super::pace::Pace;

/// How long an answer is kept for whoever makes the same call again.
const KEPT_FOR: Span = Span::hours(24);
/// Letters of a key.
const KEY_LETTERS_MAX: usize = 255;
const KEY: &str = "idempotency-key";
/// A key that was used for something else.
const KEY_USED: &str = "idempotency_key";

pub(super) type Path = Result<RawPathParams, RawPathParamsRejection>;

/// Answers a request to an address that takes these calls.
pub(super) async fn answer(
    app: App,
    pace: Arc<Pace>,
    calls: &'static [Call],
    path: Path,
    request: Request,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let Some(call) = called(&parts.method, calls) else {
        return other_method(&parts.method, calls);
    };
    if let Some(open) = call.without_token.filter(|_| !Caller::is_shown(&parts.headers)) {
        return open(app, Request::from_parts(parts, body)).await;
    }
    let caller = match Caller::from_request_parts(&mut parts, &app).await {
        Ok(caller) => caller,
        Err(failure) => return failure.into_response(),
    };
    answer_for(app, &pace, calls, caller, path, parts, body).await
}

/// Answers a request of whoever is known, or shows a token that was known a moment ago.
pub(super) async fn answer_for(
    app: App,
    pace: &Pace,
    calls: &'static [Call],
    caller: Caller,
    path: Path,
    parts: Parts,
    body: Body,
) -> Response {
    let Some(call) = called(&parts.method, calls) else {
        return other_method(&parts.method, calls);
    };
    let left = pace.take(counted_as(caller.supposed()), app.clock.now());
    let mut response = match left.and_then(|left| left.wait_s) {
        Some(wait) => {
            let words =
                format!("that are more calls a minute than this token may make; wait {wait} s");
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many", words).into_response()
        }
        None => match Box::pin(made(app, call, caller, path, parts, body)).await {
            Ok(response) => response,
            Err(Refusal(response)) => *response,
        },
    };
    if let Some(left) = left {
        left.tell(response.headers_mut());
    }
    response
}

/// The call that a method asks for; HEAD asks as GET does.
fn called(method: &Method, calls: &'static [Call]) -> Option<&'static Call> {
    let wanted = if method == Method::HEAD { &Method::GET } else { method };
    calls.iter().find(|call| call.method == *wanted)
}

/// What these calls are asked by.
fn allowed(calls: &[Call]) -> HeaderValue {
    let mut methods: Vec<&str> = calls.iter().map(|call| call.method.as_str()).collect();
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.push("OPTIONS");
    HeaderValue::from_str(&methods.join(", ")).unwrap_or(HeaderValue::from_static("OPTIONS"))
}

fn other_method(method: &Method, calls: &[Call]) -> Response {
    let mut response = if method == Method::OPTIONS {
        StatusCode::NO_CONTENT.into_response()
    } else {
        let there: Vec<String> =
            calls.iter().map(|call| format!("{} ({})", call.method, call.summary)).collect();
        let words = format!(
            "this address does not take the method {method}; it takes {}",
            there.join(", ")
        );
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method", words).into_response()
    };
    response.headers_mut().insert(header::ALLOW, allowed(calls));
    response
}

/// Refusals that are about a member of what was sent, whichever call it is: the code, and the way to it.
const NAMED: [(&str, &str); 18] = [
    ("built_in", "/role"),
    ("day_has_come", "/wake_on"),
    ("invited_already", "/email"),
    ("no_criterion", "/criterion"),
    ("no_promise", "/promise"),
    ("no_reason", "/reason"),
    ("no_role", "/role"),
    ("nobody", "/people"),
    ("not_a_reason", "/reason"),
    ("only_recycled", "/to"),
    ("there_already", "/to"),
    ("user_exists", "/email"),
    ("value", "/value"),
    ("wake_condition", "/wake_when"),
    ("wakes_at_once", "/wake_when"),
    ("changed_since", "/edit"),
    ("name_taken", "/name"),
    ("no_such_source", "/from"),
];

/// A refusal, ready to be sent.
struct Refusal(Box<Response>);

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Refusal {
        let status = match &failure {
            Failure::Refused { code: CHANGED, .. } => StatusCode::PRECONDITION_FAILED,
            Failure::Refused { code: "no_lens", .. } => StatusCode::NOT_FOUND,
            Failure::Refused { code: "file_too_large", .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Failure::Refused { .. } => StatusCode::CONFLICT,
            _ => return Refusal(Box::new(failure.into_response())),
        };
        let (problem, _) = failure.problem();
        let mut told = Problem::new(status, problem.code, problem.detail);
        let named = NAMED.iter().find(|(code, _)| *code == told.code);
        told.fields.extend(
            named.map(|(_, member)| Field {
                name: (*member).to_owned(),
                words: told.detail.clone(),
            }),
        );
        Refusal(Box::new(told.into_response()))
    }
}

impl From<body::Refused> for Refusal {
    fn from(response: body::Refused) -> Refusal {
        Refusal(response)
    }
}

/// Whose calls these are, for whoever counts them: the token's, and of whoever tries them on a page their own.
fn counted_as(who: &User) -> i64 {
    who.mouth.token().unwrap_or(-who.id.0)
}

/// Whether somebody may make this call.
fn permitted(call: &Call, who: &User) -> Result<(), Failure> {
    who.may(call.right)?;
    if call.changes() { who.may_change() } else { Ok(()) }
}

/// The call, as asked by whoever it is now.
fn confirmed(
    tx: &mut platform::Tx,
    call: &Call,
    caller: Caller,
    mut ask: Ask,
) -> Result<Ask, Failure> {
    ask.who = caller.confirm(tx, ask.now)?;
    permitted(call, &ask.who)?;
    Ok(ask)
}

async fn made(
    app: App,
    call: &'static Call,
    mut caller: Caller,
    path: Path,
    parts: Parts,
    body: Body,
) -> Result<Response, Refusal> {
    let needs_more = matches!(call.by, By::Sending(_) | By::Waiting(_));
    // Whoever might not a moment ago may be allowed to by now.
    if needs_more || permitted(call, caller.supposed()).is_err() {
        caller = caller.look(&app).await?;
        permitted(call, caller.supposed())?;
    }
    let path = path.map_err(|_| Failure::missing("call", "at this address"))?;
    let path = path.iter().map(|(name, text)| (name.to_owned(), text.to_owned()));
    let given = ask::read(call, path, &parts.uri)?;
    let if_match = condition(call, &parts.headers)?;
    let key = key(call, &parts.headers)?;
    let (mut file, mut bytes) = (None, Vec::new());
    match &call.takes {
        Takes::Nothing => {}
        Takes::File => file = Some(body),
        Takes::Json(..) => bytes = body::read(&parts.headers, body).await?,
    }
    let body = match &call.takes {
        Takes::Json(shape, _) => {
            let value = serde_json::from_slice(&bytes)
                .map_err(|error| body::unreadable(&format!("this is no JSON: {error}")))?;
            ask::check(shape, &value)?;
            value
        }
        Takes::Nothing | Takes::File => Value::Null,
    };
    let address = parts.uri.path_and_query().map(|at| at.as_str().to_owned()).unwrap_or_default();
    let once = key.map(|key| {
        let asked = [parts.method.as_str().as_bytes(), address.as_bytes(), &bytes];
        Once::new(counted_as(caller.supposed()), &key, &asked)
    });
    drop(bytes);
    let fields = given
        .get("fields")
        .and_then(Value::as_array)
        .map(|fields| fields.iter().filter_map(Value::as_str).map(str::to_owned).collect());
    let (now, outside) = (app.clock.now(), app.public_ids());
    let file = Mutex::new(file);
    let who = caller.supposed().clone();
    let ask = Ask { who, now, outside, given, body, file, if_match, fields };
    let given = match call.by {
        By::Sending(verb) => return Ok(verb(app, ask).await?),
        By::Reading(verb) => {
            let work = move |tx: &mut platform::Tx| {
                let ask = confirmed(tx, call, caller, ask)?;
                verb(tx, &ask)
            };
            app.db.read(work).await?
        }
        By::Waiting(verb) => verb(app, ask).await?,
        By::Writing(verb) => {
            let work = move |tx: &mut platform::Tx| {
                let ask = confirmed(tx, call, caller, ask)?;
                let Some(once) = once else { return verb(tx, &ask) };
                match once.before(tx, now)? {
                    Before::Same(answer) => {
                        let given: Given =
                            serde_json::from_str(&answer).map_err(anyhow::Error::from)?;
                        return Ok(given.repeated());
                    }
                    Before::Other => {
                        let words =
                            "This Idempotency-Key was shown with another call; take a new one.";
                        return Err(Failure::refused(KEY_USED, words));
                    }
                    Before::Nothing => {}
                }
                let given = verb(tx, &ask)?;
                let answer = serde_json::to_string(&given).map_err(anyhow::Error::from)?;
                once.keep(tx, &answer, now, now + KEPT_FOR)?;
                Ok(given)
            };
            app.db.write(work).await?
        }
    };
    Ok(as_described(call, given))
}

/// `If-Match`, if the call heeds it.
fn condition(call: &Call, headers: &HeaderMap) -> Result<Option<ask::IfMatch>, Failure> {
    let found = ask::if_match(headers)?;
    if found.is_some() && call.method != Method::GET && !call.has_condition() {
        let words = "this call can't tell whether what it changes is as it was read";
        return Err(Failure::invalid("If-Match", words));
    }
    Ok(found)
}

/// `Idempotency-Key`, if there is one and the call heeds it. Of a call that changes nothing it does not matter.
fn key(call: &Call, headers: &HeaderMap) -> Result<Option<String>, Failure> {
    let Some(key) = headers.get(KEY).filter(|_| call.method != Method::GET) else {
        return Ok(None);
    };
    let wrong = |words: String| Failure::invalid("Idempotency-Key", words);
    if !call.is_kept() {
        return Err(wrong(
            "what this call gives is kept nowhere, so it can't be given again".to_owned(),
        ));
    }
    let key =
        key.to_str().ok().map(str::trim).filter(|key| (1..=KEY_LETTERS_MAX).contains(&key.len()));
    let words = || format!("write it in 1 to {KEY_LETTERS_MAX} letters of ASCII");
    key.map(|key| Some(key.to_owned())).ok_or_else(|| wrong(words()))
}

/// The answer; while testing, only if it is as the call is described.
fn as_described(call: &Call, given: Given) -> Response {
    if cfg!(debug_assertions)
        && let Some(words) = undescribed(call, &given)
    {
        return Failure::broken(format_args!("{} gave what it does not say: {words}", call.id))
            .into_response();
    }
    given.into_response()
}

/// What of an answer is not as the call says.
fn undescribed(call: &Call, given: &Given) -> Option<String> {
    let Some((_, _, shape)) = call.gives.iter().find(|(status, ..)| *status == given.status) else {
        return Some(format!("status {}", given.status));
    };
    match (shape, &given.value) {
        (Gives::Json(shape), Some(value)) => {
            ask::check(shape, value).err().map(|failure| format!("{failure}: {value}"))
        }
        (Gives::Nothing, None) => None,
        (Gives::Json(_) | Gives::File(_), None) | (Gives::Nothing | Gives::File(_), Some(_)) => {
            Some("a body where none is said, or none where one is".to_owned())
        }
    }
}

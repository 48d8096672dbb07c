//! An account of every request: an id that goes with it, a line in the log, and what the figures count.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use axum::Extension;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use hyper::body::{Frame, SizeHint};
use platform::dice::Dice;
use platform::failure::http::RequestId;
use tokio::sync::watch;
use tracing::Instrument;

use super::metrics::{Figures, Streaming};
use super::peer::Caller;

/// Letters of a request's id: 80 bits, enough to find one line among all that were ever written.
const REQUEST_ID_LETTERS: usize = 16;
/// How long an id may be that a proxy of ours gave.
const GIVEN_ID_LETTERS: std::ops::RangeInclusive<usize> = 8..=64;
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What the account is kept with.
#[derive(Clone)]
pub(crate) struct Account {
    pub dice: Arc<dyn Dice>,
    pub figures: Arc<Figures>,
    pub stopping: watch::Receiver<bool>,
}

/// Gives the request an id and writes a line about it: the route (never the path, which may name somebody),
/// the status, how long it took.
pub(super) async fn account(
    State(account): State<Account>,
    caller: Option<Extension<Caller>>,
    path: Option<MatchedPath>,
    mut request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let is_by_proxy = caller.is_some_and(|Extension(caller)| caller.is_by_proxy);
    let given = is_by_proxy.then(|| given_id(request.headers().get(REQUEST_ID))).flatten();
    let id = given.unwrap_or_else(|| {
        let mut id = account.dice.token();
        id.truncate(REQUEST_ID_LETTERS);
        id
    });
    request.extensions_mut().insert(RequestId(id.as_str().into()));
    let route = path.as_ref().map_or("none", MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    let span = tracing::info_span!("request", id);
    let mut response = next.run(request).instrument(span.clone()).await;
    let length = started.elapsed();
    let (status, duration_us) = (response.status(), micros(length));
    span.in_scope(|| {
        let code = status.as_u16();
        match status {
            StatusCode::OK if is_probe(&route) => {
                tracing::debug!(%method, route, status = code, duration_us, "answered");
            }
            status if status.is_server_error() => {
                tracing::warn!(%method, route, status = code, duration_us, "answered");
            }
            _ => tracing::info!(%method, route, status = code, duration_us, "answered"),
        }
    });
    account.figures.note(&method, &route, status, length);
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    if is_stream(&response) { response.map(|body| counted(body, &account)) } else { response }
}

/// An id that a proxy gave the request, if it can go into a log: letters, digits and what joins them. A stranger's is
/// not taken: it could be anything, also a name, and the same for every request.
fn given_id(header: Option<&HeaderValue>) -> Option<String> {
    let text = header?.to_str().ok()?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let is_id = GIVEN_ID_LETTERS.contains(&text.len()) && text.bytes().all(is_plain);
    is_id.then(|| text.to_owned())
}

fn micros(length: std::time::Duration) -> u64 {
    u64::try_from(length.as_micros()).unwrap_or(u64::MAX)
}

fn is_probe(route: &str) -> bool {
    matches!(route, "/healthz" | "/readyz" | "/metrics")
}

fn is_stream(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"))
}

/// The body of an answer that goes on for as long as somebody listens: counted while it does, and ended when the
/// program stops, which else would wait for it.
struct Stream {
    body: Body,
    /// Until the program stops; then nothing.
    stopped: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    _counted: Streaming,
}

fn counted(body: Body, account: &Account) -> Body {
    let mut stopping = account.stopping.clone();
    let stopped = async move {
        let _either_way = stopping.wait_for(|&stopping| stopping).await.map(drop);
    };
    let stopped = Some(Box::pin(stopped) as Pin<Box<dyn Future<Output = ()> + Send>>);
    Body::new(Stream { body, stopped, _counted: account.figures.streaming() })
}

impl HttpBody for Stream {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(stopped) = &mut self.stopped else { return Poll::Ready(None) };
        if stopped.as_mut().poll(context).is_ready() {
            self.stopped = None;
            return Poll::Ready(None);
        }
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_was_given_is_kept_if_it_is_one() {
        for (text, expected) in [
            ("7f3c1a90-5b1e-4d0f-9f0e-2d8f3f6c1b7a", true),
            ("edge.1_2-345678", true),
            ("short", false),
            ("ann@north.example", false),
            ("with a blank in it", false),
            ("semi;colon;12345", false),
        ] {
            let header = HeaderValue::from_static(text);
            assert_eq!(given_id(Some(&header)).is_some(), expected, "{text}");
        }
        let long = HeaderValue::from_str(&"a".repeat(65)).unwrap();
        assert_eq!((given_id(Some(&long)), given_id(None)), (None, None));
    }

    #[tokio::test]
    async fn a_stream_is_counted_and_ends_with_the_program() {
        let (stop, stopping) = watch::channel(false);
        let dice = Arc::new(platform::dice::SystemDice::default());
        let account = Account { dice, figures: Arc::default(), stopping };
        let endless = Body::new(Endless);
        let mut body = counted(endless, &account);
        assert_eq!(account.figures.streams(), 1);
        let waker = std::task::Waker::noop();
        let mut context = Context::from_waker(waker);
        assert!(Pin::new(&mut body).poll_frame(&mut context).is_pending());
        stop.send_replace(true);
        assert!(matches!(Pin::new(&mut body).poll_frame(&mut context), Poll::Ready(None)));
        drop(body);
        assert_eq!(account.figures.streams(), 0);
    }

    /// A body of which nothing ever comes.
    struct Endless;

    impl HttpBody for Endless {
        type Data = Bytes;
        type Error = axum::Error;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
            Poll::Pending
        }
    }
}

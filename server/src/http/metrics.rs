//! `/metrics`: how the program is doing, for Prometheus. No label names a person, an address or a path.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use platform::failure::Failure;
use platform::metrics::{Exposition, Histogram, Kind};
use platform::{App, jobs};

/// What the names begin with.
const PREFIX: &str = "sluice";
/// The methods that are told apart; whoever invents others makes no new figures.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// What is counted of requests.
#[derive(Default)]
pub(crate) struct Figures {
    routes: Mutex<HashMap<(&'static str, String), RouteFigures>>,
    streams: Arc<AtomicI64>,
}

struct RouteFigures {
    statuses: BTreeMap<u16, u64>,
    durations: Arc<Histogram>,
}

/// Held for as long as somebody listens to a stream.
pub(super) struct Streaming(Arc<AtomicI64>);

impl Drop for Streaming {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Figures {
    /// Counts an answer.
    pub(super) fn note(&self, method: &Method, route: &str, status: StatusCode, length: Duration) {
        let method = METHODS.into_iter().find(|known| *known == method.as_str()).unwrap_or("other");
        let mut routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        let figures = routes.entry((method, route.to_owned())).or_insert_with(|| RouteFigures {
            statuses: BTreeMap::new(),
            durations: Arc::new(Histogram::of_durations()),
        });
        *figures.statuses.entry(status.as_u16()).or_default() += 1;
        figures.durations.note_duration(length);
    }

    /// One more listens, until what is given is dropped.
    pub(super) fn streaming(&self) -> Streaming {
        self.streams.fetch_add(1, Ordering::Relaxed);
        Streaming(Arc::clone(&self.streams))
    }

    /// How many listen.
    pub(super) fn streams(&self) -> i64 {
        self.streams.load(Ordering::Relaxed)
    }

    fn tell(&self, told: &mut Exposition) {
        let routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sorted: Vec<_> = routes.iter().collect();
        sorted.sort_by_key(|(key, _)| *key);
        let name = format!("{PREFIX}_http_requests_total");
        told.family(&name, Kind::Counter, "Requests that were answered.");
        for ((method, route), figures) in &sorted {
            for (status, count) in &figures.statuses {
                let status = status.to_string();
                let labels = [("method", *method), ("route", route), ("status", status.as_str())];
                told.sample(&name, &labels, count);
            }
        }
        let name = format!("{PREFIX}_http_request_duration_seconds");
        told.family(&name, Kind::Histogram, "How long it took to begin an answer.");
        for ((method, route), figures) in &sorted {
            told.histogram(&name, &[("method", method), ("route", route)], &figures.durations);
        }
        let name = format!("{PREFIX}_http_streams");
        told.one(&name, Kind::Gauge, "Browsers that listen for events now.", self.streams());
    }
}

/// `/metrics` for whoever reaches the address.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/metrics", get(show))
}

/// `/metrics` for whoever shows the token: `Authorization: Bearer …`.
pub(super) fn guarded_routes(token: &str) -> Router<App> {
    let expected: Arc<str> = format!("Bearer {token}").into();
    let guarded = move |headers: HeaderMap, state, figures| async move {
        let shown = headers.get(header::AUTHORIZATION).map_or(&b""[..], |value| value.as_bytes());
        if is_same(shown, expected.as_bytes()) {
            show(state, figures).await
        } else {
            Failure::Token.into_response()
        }
    };
    Router::new().route("/metrics", get(guarded))
}

/// Compares in a time that depends on the lengths alone.
fn is_same(shown: &[u8], expected: &[u8]) -> bool {
    let differs = shown.iter().zip(expected).fold(0, |differs, (a, b)| differs | (a ^ b));
    shown.len() == expected.len() && differs == 0
}

async fn show(State(app): State<App>, Extension(figures): Extension<Arc<Figures>>) -> Response {
    let now = app.clock.now();
    let asked =
        app.db.read(move |tx| Ok((jobs::tally(tx)?, people::stand::watched(tx, now)?))).await;
    let mut told = Exposition::default();
    told.family("sluice_build_info", Kind::Gauge, "The version that runs.");
    told.sample("sluice_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
    figures.tell(&mut told);
    app.db.tell_figures(PREFIX, &mut told);
    told.one(
        "sluice_database_up",
        Kind::Gauge,
        "Whether the database answered just now.",
        u8::from(asked.is_ok()),
    );
    match asked {
        Ok((jobs, people)) => {
            told.family("sluice_jobs", Kind::Gauge, "Jobs that are not done with.");
            for (state, count) in
                [("waiting", jobs.waiting), ("running", jobs.running), ("dead", jobs.dead)]
            {
                told.sample("sluice_jobs", &[("state", state)], count);
            }
            let late_us = jobs.oldest_run_at.map_or(0, |at| (now - at).0.max(0));
            told.one(
                "sluice_jobs_late_seconds",
                Kind::Gauge,
                "For how long the job that waits longest has been due.",
                late_us / moment::SECOND_US,
            );
            told.one("sluice_people", Kind::Gauge, "People in the workspace.", people.people);
            told.one(
                "sluice_standings_due",
                Kind::Gauge,
                "Standings whose time has come and that were not stood anew yet; counted up to 10,000.",
                people.due,
            );
        }
        Err(failure) => tracing::warn!(%failure, "the figures lack what the database knows"),
    }
    ([(header::CONTENT_TYPE, Exposition::CONTENT_TYPE)], told.text()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_told_by_route_and_status() {
        let figures = Figures::default();
        let length = Duration::from_millis(3);
        figures.note(&Method::GET, "/people/{who}", StatusCode::OK, length);
        figures.note(&Method::GET, "/people/{who}", StatusCode::NOT_FOUND, length);
        figures.note(&Method::from_bytes(b"BREW").unwrap(), "none", StatusCode::NOT_FOUND, length);
        let mut told = Exposition::default();
        figures.tell(&mut told);
        let text = told.text();
        for line in [
            r#"sluice_http_requests_total{method="GET",route="/people/{who}",status="200"} 1"#,
            r#"sluice_http_requests_total{method="GET",route="/people/{who}",status="404"} 1"#,
            r#"sluice_http_requests_total{method="other",route="none",status="404"} 1"#,
            r#"sluice_http_request_duration_seconds_count{method="GET",route="/people/{who}"} 2"#,
            "sluice_http_streams 0",
        ] {
            assert!(text.lines().any(|told| told == line), "{line} in\n{text}");
        }
    }

    #[test]
    fn a_token_is_the_same_or_not() {
        assert!(is_same(b"Bearer a", b"Bearer a"));
        for shown in [&b""[..], b"Bearer", b"Bearer b", b"Bearer ab"] {
            assert!(!is_same(shown, b"Bearer a"), "{shown:?}");
        }
    }
}

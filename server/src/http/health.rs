//! Health: whether the process lives, and whether it can do its work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Json, Router};
use platform::App;
use serde_json::json;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::house;

/// How long the database may take to answer.
const DATABASE_WAIT: Duration = Duration::from_secs(5);

/// What the parts of the process say of themselves.
#[derive(Clone)]
pub(crate) struct Health {
    works: Arc<AtomicBool>,
    /// Whether this process is one that works on jobs.
    is_worker: bool,
}

/// Held by the worker while it runs.
pub(crate) struct Working(Arc<AtomicBool>);

impl Health {
    /// Of a process that works on jobs, or leaves that to others.
    pub(crate) fn of(is_worker: bool) -> Health {
        Health { works: Arc::default(), is_worker }
    }

    /// From now until this is dropped the worker runs.
    pub(crate) fn working(&self) -> Working {
        self.works.store(true, Ordering::Relaxed);
        Working(Arc::clone(&self.works))
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// `/healthz`: the process lives. `/readyz`: the database answers and is up to date, and jobs are worked on,
/// unless that is left to other processes.
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/healthz", get(|| async { "ok\n" })).route("/readyz", get(ready))
}

async fn ready(State(app): State<App>, Extension(health): Extension<Health>) -> Response {
    let asked = spawn_blocking(move || app.db.steps_blocking(&house::migrations()));
    let (database, migrations) = match timeout(DATABASE_WAIT, asked).await {
        Ok(Ok(Ok(steps))) if steps.iter().all(|step| step.applied) => ("answers", "done"),
        Ok(Ok(Ok(_))) => ("answers", "pending"),
        Ok(Ok(Err(_)) | Err(_)) => ("fails", "unknown"),
        Err(_) => ("does not answer", "unknown"),
    };
    let jobs = match (health.works.load(Ordering::Relaxed), health.is_worker) {
        (true, _) => "worked on",
        (false, true) => "not worked on",
        (false, false) => "worked on elsewhere",
    };
    let is_ready = (database, migrations) == ("answers", "done") && jobs != "not worked on";
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let told =
        json!({ "ready": is_ready, "database": database, "migrations": migrations, "jobs": jobs });
    (status, Json(told)).into_response()
}

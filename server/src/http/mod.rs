//! The web server around the routes of the slices: connections, limits, headers, health, logs.

mod answer;
mod api;
mod connections;
mod face;
mod health;
mod patience;
mod peer;
mod start;
mod stop;
mod wake;

use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use platform::failure::Failure;
use platform::jobs;
use platform::{App, Location};
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::sync::watch;

use crate::config::Http;
use crate::house::{House, usable};
use answer::{Layers, dress};
use connections::{Limits, accept};
use health::Health;
use stop::Signals;

/// In the folder of a workspace, held by the server that serves it.
const LOCK_FILE: &str = "serve.lock";

/// Serves the workspace until it is told to stop.
///
/// # Errors
/// `Refused` if the address is taken, the folder cannot be written or is served already, or the database was
/// written by a newer program; each says what to do.
pub(crate) fn serve(house: &House) -> Result<(), Failure> {
    usable(house.folder())?;
    let _held = hold(house)?;
    let runtime = Builder::new_multi_thread()
        .worker_threads(house.config.work.threads)
        .thread_name("web")
        .enable_all()
        .build()?;
    let (listener, address) = runtime.block_on(listen(&house.config.http.listen))?;
    let app = house.open()?;
    let ended = runtime.block_on(run(house, app, listener, address));
    // What still runs on a thread of its own has had its time.
    runtime.shutdown_timeout(Duration::from_secs(1));
    ended
}

async fn run(
    house: &House,
    app: App,
    listener: TcpListener,
    address: SocketAddr,
) -> Result<(), Failure> {
    let http = &house.config.http;
    let health = Health::default();
    let router = dress(routes(), app.clone(), layers(http)).layer(axum::Extension(health.clone()));
    face::wear();
    let (stop, stopping) = watch::channel(false);
    // Whoever reads that we listen may tell us to stop.
    let signals = Signals::hear()?;
    let registry = house.jobs().parallel(house.config.work.jobs);
    let is_set_up = app.db.read(team::workspace).await?.is_set_up;
    house.mouth.note(format_args!("listening on http://{address}"));
    if !is_set_up {
        house.mouth.note("This workspace is new: open the address, and make yourself its owner.");
    }
    tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "started");
    let working = {
        let (app, stopping) = (app.clone(), stopping.clone());
        async move {
            let _alive = health.working();
            jobs::work(app, registry, stopping).await;
        }
    };
    let waking = wake::wake(app.clone(), stopping.clone());
    let serving = accept(listener, router, limits(http), stopping);
    let (cut_off, (), (), ()) = tokio::join!(serving, working, waking, stop::told(signals, stop));
    tracing::info!(cut_off, "stopped");
    Ok(())
}

fn routes() -> Router<App> {
    Router::new()
        .merge(start::routes())
        .merge(api::routes())
        .merge(health::routes())
        .merge(platform::assets::routes())
        .merge(team::routes())
        .merge(people::web::routes())
        .merge(funnels::web::routes())
        .fallback(face::no_such_page)
}

fn layers(http: &Http) -> Layers {
    Layers {
        form_bytes_max: http.form_bytes_max,
        body_timeout: Duration::from_secs(http.body_timeout_s),
        origins: http.origins.clone(),
    }
}

fn limits(http: &Http) -> Limits {
    Limits {
        connections_max: http.connections_max,
        head: Duration::from_secs(http.head_timeout_s),
        answer: Duration::from_secs(http.answer_timeout_s),
        stop: Duration::from_secs(http.stop_timeout_s),
        trusted_proxies: http.trusted_proxies.clone().into(),
    }
}

async fn listen(address: &str) -> Result<(TcpListener, SocketAddr), Failure> {
    let listener = TcpListener::bind(address).await.map_err(|error| {
        let words = match error.kind() {
            ErrorKind::AddrInUse => format!(
                "{address} is taken by another program, perhaps another Sluice. Stop that one, or choose another \
                 port: --listen 127.0.0.1:0 takes any free one."
            ),
            ErrorKind::PermissionDenied => {
                format!("This user may not listen on {address}. Choose a port from 1024 on.")
            }
            _ => format!("Nothing can listen on {address}: {error}. Write it like 127.0.0.1:8080."),
        };
        Failure::refused("listen", words)
    })?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Takes the folder for this process, until the file is dropped. Commands may work beside a server; two servers
/// on one folder are a mistake. PostgreSQL may be served by many.
fn hold(house: &House) -> Result<Option<File>, Failure> {
    if let Location::Postgres(_) = house.location() {
        return Ok(None);
    }
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(house.folder().join(LOCK_FILE))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => {
            let words = format!(
                "Another Sluice serves {} already. Stop that one first; or name another folder with --data.",
                house.folder().display()
            );
            Err(Failure::refused("served_already", words))
        }
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

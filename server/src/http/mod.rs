//! The web server around the routes of the slices: connections, limits, headers, health, logs; and the worker beside it.

mod account;
mod answer;
pub(crate) mod api;
mod away;
mod certificate;
mod connections;
mod face;
mod health;
mod metrics;
mod network;
mod patience;
mod peer;
mod port;
mod proxy_protocol;
mod redirect;
mod start;
mod stop;
mod tidy;
mod tls;
mod wake;

use std::fs::{File, TryLockError};
use std::sync::Arc;
use std::time::Duration;

use axum::{Extension, Router};
use platform::failure::Failure;
use platform::jobs;
use platform::{App, Location};
use tokio::runtime::Builder;
use tokio::sync::watch;

use crate::config::{Config, Http};
use crate::house::{House, usable};
use account::Account;
use answer::{Layers, dress};
use connections::{Limits, accept};
use health::Health;
use metrics::Figures;
use peer::Trust;
use port::{Port, Ports};
use stop::Signals;
use tls::Tls;

pub(crate) use network::Network;
pub(crate) use peer::ForwardedBy;
pub(crate) use tls::{Paths as TlsPaths, valid_until};

/// In the folder of a workspace, held by the server that serves it.
const LOCK_FILE: &str = "serve.lock";

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Answers requests, works on jobs, and wakes whoever is due.
    Both,
    /// Answers requests; others work.
    Web,
    /// Works on jobs and wakes whoever is due; others answer.
    Work,
}

impl Role {
    fn answers(self) -> bool {
        self != Role::Work
    }

    fn works(self) -> bool {
        self != Role::Web
    }
}

/// Serves the workspace until it is told to stop.
///
/// # Errors
/// `Refused` if an address is taken, the folder cannot be written or is served already, the certificate cannot be
/// read, or the database was written by a newer program; each says what to do.
pub(crate) fn serve(house: &House, role: Role) -> Result<(), Failure> {
    usable(house.folder())?;
    let _held = hold(house, role)?;
    let runtime = Builder::new_multi_thread()
        .worker_threads(house.config.work.threads)
        .thread_name("web")
        .enable_all()
        .build()?;
    let ports = runtime.block_on(Ports::open(&house.config, role))?;
    let tls = house.config.tls.paths().filter(|_| role.answers()).map(Tls::open).transpose()?;
    let app = house.open()?;
    app.db.go_live(&app.dice.token())?;
    let ended = runtime.block_on(run(house, app, ports, tls, role));
    // What still runs on a thread of its own has had its time.
    runtime.shutdown_timeout(Duration::from_secs(1));
    ended
}

async fn run(
    house: &House,
    app: App,
    ports: Ports,
    tls: Option<Tls>,
    role: Role,
) -> Result<(), Failure> {
    let config = &house.config;
    let health = Health::of(role.works());
    let (stop, stopping) = watch::channel(false);
    let figures = Arc::new(Figures::default());
    let wrap = |routes: Router<App>| {
        let dice = Arc::clone(&app.dice);
        let figures = Arc::clone(&figures);
        let account = Account { dice, figures: Arc::clone(&figures), stopping: stopping.clone() };
        dress(routes, app.clone(), layers(&config.http, account))
            .layer(Extension(health.clone()))
            .layer(Extension(figures))
    };
    face::wear();
    // Whoever reads that we listen may tell us to stop, or that there is another certificate.
    let signals = Signals::hear()?;
    let renewal = tls.as_ref().map(Tls::renewal).transpose()?;
    let registry = house.jobs().parallel(config.work.jobs);
    let is_set_up = app.db.read(team::workspace).await?.is_set_up;
    announce(house, &ports, tls.is_some(), is_set_up);
    tracing::info!(
        ?role,
        address = ports.pages_address(),
        version = env!("CARGO_PKG_VERSION"),
        "started"
    );

    let open = limits(&config.http, None);
    let pages = wrap(routes(config));
    let (pages_limits, encrypted) = (limits(&config.http, tls.clone()), ports.pages_socket());
    let serving = serve_at(ports.pages, pages, pages_limits, stopping.clone());
    let watched = wrap(metrics::routes().merge(health::routes()));
    let watching = serve_at(ports.watched, watched, open.clone(), stopping.clone());
    let redirecting = redirect::router(encrypted.map_or(443, |address| address.port()));
    let redirecting = serve_at(ports.redirect, redirecting, open, stopping.clone());
    let renewing = renewal.map(|renewal| renewal.run(stopping.clone()));
    let working = role.works().then(|| {
        let (app, stopping, health) = (app.clone(), stopping.clone(), health.clone());
        async move {
            let _alive = health.working();
            jobs::work(app, registry, stopping).await;
        }
    });
    let waking = role.works().then(|| wake::wake(app.clone(), stopping.clone()));
    let jobs_days = config.work.keep_jobs_days;
    let tidying = role.works().then(|| tidy::tidy(app.clone(), jobs_days, stopping.clone()));
    // A stop has been heeded when nobody listens any more whether there is one.
    drop(stopping);
    let (cut_off, _, _, (), (), (), (), ()) = tokio::join!(
        serving,
        watching,
        redirecting,
        if_any(renewing),
        if_any(working),
        if_any(waking),
        if_any(tidying),
        stop::told(signals, stop)
    );
    tracing::info!(cut_off, "stopped");
    Ok(())
}

async fn if_any(work: Option<impl Future<Output = ()>>) {
    if let Some(work) = work {
        work.await;
    }
}

/// Answers at a port, if it is open; gives how many connections had to be cut off.
async fn serve_at(
    port: Option<Port>,
    router: Router,
    limits: Limits,
    stopping: watch::Receiver<bool>,
) -> usize {
    match port {
        Some(port) => accept(port.listener, router, limits, stopping).await,
        None => 0,
    }
}

/// Says to whoever started it where it is to be found.
fn announce(house: &House, ports: &Ports, is_encrypted: bool, is_set_up: bool) {
    let mouth = &house.mouth;
    if let Some(port) = &ports.watched {
        mouth.note(format_args!("figures on http://{}/metrics", port.address));
    }
    if let Some(port) = &ports.redirect {
        mouth.note(format_args!("sending on from http://{}", port.address));
    }
    let Some(port) = &ports.pages else {
        return mouth.note(format_args!("working on the jobs of {}", house.location()));
    };
    let scheme = if is_encrypted { "https" } else { "http" };
    mouth.note(format_args!("listening on {scheme}://{}", port.address));
    if !is_set_up {
        mouth.note("This workspace is new: open the address, and make yourself its owner.");
    }
}

/// The pages and calls as they are served, for a test that knocks at all of them.
#[cfg(test)]
pub(crate) fn for_tests(house: &House, app: &App) -> Router {
    let (_stop, stopping) = watch::channel(false);
    let figures = Arc::new(Figures::default());
    let dice = Arc::clone(&app.dice);
    let account = Account { dice, figures: Arc::clone(&figures), stopping };
    face::wear();
    dress(routes(&house.config), app.clone(), layers(&house.config.http, account))
        .layer(Extension(Health::of(false)))
        .layer(Extension(figures))
}

pub(crate) fn routes(config: &Config) -> Router<App> {
    let routes = Router::new()
        .merge(start::routes())
        .merge(api::routes(&config.api))
        .merge(health::routes())
        .merge(platform::assets::routes())
        .merge(team::routes())
        .merge(people::web::routes())
        .merge(notes::web::routes())
        .merge(funnels::web::routes())
        .merge(::away::web::routes())
        .merge(away::routes())
        .fallback(face::no_such_page);
    match config.metrics.token.as_str() {
        "" => routes,
        token => routes.merge(metrics::guarded_routes(token)),
    }
}

fn layers(http: &Http, account: Account) -> Layers {
    Layers {
        form_bytes_max: http.form_bytes_max,
        body_timeout: Duration::from_secs(http.body_timeout_s),
        origins: http.origins.clone(),
        hsts_days: http.hsts_days,
        account,
    }
}

fn limits(http: &Http, tls: Option<Tls>) -> Limits {
    Limits {
        connections_max: http.connections_max,
        head: Duration::from_secs(http.head_timeout_s),
        answer: Duration::from_secs(http.answer_timeout_s),
        stop: Duration::from_secs(http.stop_timeout_s),
        trust: Trust { proxies: http.trusted_proxies.clone().into(), by: http.forwarded_by },
        proxy_protocol: http.proxy_protocol,
        tls,
    }
}

/// Takes the folder for this process, until the file is dropped. Commands may work beside a server; two servers
/// on one folder are a mistake. PostgreSQL may be served by many.
fn hold(house: &House, role: Role) -> Result<Option<File>, Failure> {
    if let Location::Postgres(_) = house.location() {
        return Ok(None);
    }
    if role != Role::Both {
        let words = format!(
            "{} is an SQLite workspace, which one process serves: start `sluice serve`. Separate `web` and `work` \
             processes share a PostgreSQL database: name it with --database.",
            house.folder().display()
        );
        return Err(Failure::refused("needs_postgres", words));
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

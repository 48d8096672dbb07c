//! `sluice serve`; and its two halves, `sluice web` and `sluice work`.

use clap::Args;
use platform::failure::Failure;
use serde_json::json;

use super::LogFormat;
use crate::config::{Config, DEFAULTS};
use crate::house::House;
use crate::http::{self, Role};
use crate::say::Outcome;

/// Serve the pages, and work on jobs
#[derive(Args)]
#[command(
    long_about = "Serves the workspace in the browser and works on its jobs, until it is told to stop.\n\n\
        With SIGTERM or ^C it takes no more requests, lets those under way end, asks jobs to stop at their next \
        checkpoint, and closes the database; a second signal ends it at once, and nothing that was acknowledged is \
        lost by that either.",
    after_long_help = "Examples:\n  \
        sluice serve                                  ./sluice-data on http://127.0.0.1:8080\n  \
        sluice serve --listen 127.0.0.1:0             any free port; the address is printed\n  \
        sluice --data /srv/north serve --log json\n  \
        sluice --database postgres://sluice@db/north serve\n  \
        sluice serve --defaults > my.toml             every setting, to change and to start with:\n  \
        sluice --config my.toml serve\n\n\
        GET /healthz answers while the process lives, GET /readyz while it can work. Behind TLS of its own ([tls] in the \
        configuration) SIGHUP reads the certificate anew."
)]
pub(crate) struct Serve {
    /// Where to listen; port 0 takes any free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// How logs are written [default: text]
    #[arg(long, value_name = "FORMAT")]
    log: Option<LogFormat>,
    /// Print config.default.toml, every setting with its default and its variable, and serve nothing
    #[arg(long)]
    defaults: bool,
}

impl Serve {
    pub(super) fn overlay(&self, config: &mut Config) {
        overlay(config, self.listen.as_deref(), self.log);
    }

    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        if self.defaults {
            let value = json!({ "defaults": DEFAULTS });
            house.mouth.result(&value, |_| DEFAULTS.to_owned())?;
            return Ok(Outcome::Done);
        }
        http::serve(house, Role::Both)?;
        Ok(Outcome::Done)
    }
}

/// Serve the pages, and leave jobs to `sluice work`
#[derive(Args)]
#[command(
    long_about = "Serves the workspace in the browser and leaves its jobs to `sluice work`: for a workspace on PostgreSQL \
        that one process does not carry any more. As many as you like may run, on as many machines, on one database. Files \
        that are uploaded lie in the workspace's folder, so that all of them need to see the same one.",
    after_long_help = "Examples:\n  \
        sluice --database postgres://sluice@db/north --data /srv/north web --listen 0.0.0.0:8080\n  \
        sluice --database postgres://sluice@db/north --data /srv/north work"
)]
pub(crate) struct Web {
    /// Where to listen; port 0 takes any free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// How logs are written [default: text]
    #[arg(long, value_name = "FORMAT")]
    log: Option<LogFormat>,
}

impl Web {
    pub(super) fn overlay(&self, config: &mut Config) {
        overlay(config, self.listen.as_deref(), self.log);
    }

    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        http::serve(house, Role::Web)?;
        Ok(Outcome::Done)
    }
}

/// Work on jobs, and leave the pages to `sluice web`
#[derive(Args)]
#[command(
    long_about = "Works on the jobs of a workspace on PostgreSQL and wakes whoever's time has come, and leaves the pages to \
        `sluice web`. As many as you like may run on one database. It listens nowhere, unless metrics.listen names an address \
        at which it tells its figures and its health.",
    after_long_help = "Examples:\n  \
        sluice --database postgres://sluice@db/north --data /srv/north work\n  \
        SLUICE_METRICS_LISTEN=127.0.0.1:9464 sluice --config north.toml work --log json"
)]
pub(crate) struct Work {
    /// How logs are written [default: text]
    #[arg(long, value_name = "FORMAT")]
    log: Option<LogFormat>,
}

impl Work {
    pub(super) fn overlay(&self, config: &mut Config) {
        overlay(config, None, self.log);
    }

    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        http::serve(house, Role::Work)?;
        Ok(Outcome::Done)
    }
}

fn overlay(config: &mut Config, listen: Option<&str>, log: Option<LogFormat>) {
    if let Some(listen) = listen {
        listen.clone_into(&mut config.http.listen);
    }
    if let Some(log) = log {
        config.log.format = log;
    }
}

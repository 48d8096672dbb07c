//! `sluice serve`

use clap::Args;
use platform::failure::Failure;
use serde_json::json;

use super::LogFormat;
use crate::config::{Config, DEFAULTS};
use crate::house::House;
use crate::http;
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
        GET /healthz answers while the process lives, GET /readyz while it can work."
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
        if let Some(listen) = &self.listen {
            config.http.listen.clone_from(listen);
        }
        if let Some(log) = self.log {
            config.log.format = log;
        }
    }

    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        if self.defaults {
            let value = json!({ "defaults": DEFAULTS });
            house.mouth.result(&value, |_| DEFAULTS.to_owned())?;
            return Ok(Outcome::Done);
        }
        http::serve(house)?;
        Ok(Outcome::Done)
    }
}

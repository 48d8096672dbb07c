//! Logs: lines on standard error, for people or for machines.

use std::io::{IsTerminal, stderr};

use platform::failure::Failure;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::SubscriberBuilder;

use crate::config::{Log, LogFormat};

/// Begins to write logs; once in a process.
///
/// # Errors
/// `Refused` with `configuration` if the level cannot be read.
pub(crate) fn start(log: &Log, has_colour: bool) -> Result<(), Failure> {
    let filter: EnvFilter = log.level.parse().map_err(|error| {
        Failure::refused("configuration", format!("log.level {:?}: {error}", log.level))
    })?;
    let lines = SubscriberBuilder::default().with_env_filter(filter).with_writer(stderr);
    let begun = match log.format {
        LogFormat::Text => lines.with_ansi(has_colour && stderr().is_terminal()).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    begun.map_err(|error| anyhow::anyhow!("begin the log: {error}").into())
}

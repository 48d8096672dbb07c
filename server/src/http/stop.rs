//! Being told to stop.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// The exit code of a stop that could not wait.
const EXIT_AT_ONCE: i32 = 1;

/// SIGTERM and ^C, heard from the moment this is made. Before that, either ends the process as the system does.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    /// Heard so that it does not end the process, as it does where nobody hears it: whoever reloads a service that has
    /// no certificate to read anew means no harm.
    _hang_up: Signal,
}

impl Signals {
    pub fn hear() -> std::io::Result<Signals> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            _hang_up: signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Waits for a signal, then tells everybody who looks at `stop`. A second signal ends the process at once.
pub(super) async fn told(mut signals: Signals, stop: watch::Sender<bool>) {
    signals.next().await;
    tracing::info!("stopping");
    stop.send_replace(true);
    let second = async move {
        signals.next().await;
        tracing::warn!("stopped at once");
        // What was acknowledged is on disk; everything else is undone when the database is opened next.
        std::process::exit(EXIT_AT_ONCE);
    };
    // Everybody holds a receiver for as long as they are busy.
    tokio::select! {
        () = second => {}
        () = stop.closed() => {}
    }
}

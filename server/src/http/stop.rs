//! Being told to stop.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// The exit code of a stop that could not wait.
const EXIT_AT_ONCE: i32 = 1;

/// Waits for SIGTERM or ^C, then tells everybody who looks at `stop`. A second signal ends the process at once.
pub(super) async fn told(stop: watch::Sender<bool>) {
    let signals = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    let (Ok(mut terminate), Ok(mut interrupt)) = signals else {
        tracing::error!("signals cannot be heard; end the process to stop it");
        return std::future::pending().await;
    };
    next(&mut terminate, &mut interrupt).await;
    tracing::info!("stopping");
    stop.send_replace(true);
    let second = async move {
        next(&mut terminate, &mut interrupt).await;
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

async fn next(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

//! What other processes write into the file, a command beside the server say: that they did is seen, and not what.
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use crate::Failure;
use crate::args;
use crate::db::queue::Queue;
use crate::db::{Tx, answer_blocking, sql};
use crate::live::Incoming;

/// How often the file is looked at while anybody listens.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Has everybody who listens look anew when another process has written. While nobody listens nothing is done; it ends
/// when `begun`, which says that somebody listens, is let go of.
pub(crate) fn look_beside(writes: &Arc<Queue>, begun: &Receiver<()>, incoming: &Incoming) {
    let mut known = answer_blocking(writes, version).ok();
    loop {
        let waited = match incoming.is_heard() {
            true => begun.recv_timeout(LOOK_EVERY),
            false => begun.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        if waited == Err(RecvTimeoutError::Disconnected) {
            return;
        }
        match answer_blocking(writes, version) {
            Ok(version) => {
                if known.is_some_and(|known| known != version) {
                    incoming.look_anew();
                }
                known = Some(version);
            }
            Err(failure) => tracing::debug!(%failure, "it was not seen whether others wrote"),
        }
    }
}

/// A number that is another once another connection has written. Asked of the connection by which this process writes, for
/// its own writes do not count there.
fn version(tx: &mut Tx) -> Result<i64, Failure> {
    let row = tx.row(sql("pragma data_version"), args![])?;
    Ok(row.map_or(0, |row| row.int(0)))
}

//! Several processes on one database tell each other what was just committed: LISTEN and NOTIFY over a connection of
//! its own. A process that is killed between its commit and this says nothing; whoever listens looks anew at times.
use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use postgres::fallible_iterator::FallibleIterator;
use postgres::{Client, Error};

use super::Address;
use crate::live::{Incoming, Said};

/// How long what was said here waits at most before it is passed on.
const TURN: Duration = Duration::from_millis(100);
/// How long to wait before a lost connection is made anew.
const RECONNECT_AFTER: Duration = Duration::from_secs(2);
/// Bytes of one message; PostgreSQL takes less than 8,000.
const MESSAGE_BYTES_MAX: usize = 7_000;

const CHANNEL: &str = "listen sluice_live";
const NOTIFY: &str = "select pg_notify('sluice_live', $1)";

/// Passes on until nobody can say anything any more. `process` tells this process's messages from others'.
pub(crate) fn relay(
    address: &Address,
    process: &str,
    outgoing: &Receiver<Said>,
    incoming: &Incoming,
) {
    let mut is_first = true;
    loop {
        if !is_first {
            match outgoing.recv_timeout(RECONNECT_AFTER) {
                Err(RecvTimeoutError::Disconnected) => return,
                Ok(_) | Err(RecvTimeoutError::Timeout) => {}
            }
        }
        is_first = false;
        match connected(address, process, outgoing, incoming) {
            Ok(()) => return,
            Err(error) => {
                tracing::info!(%error, "the live connection to PostgreSQL is made anew");
                incoming.missed();
            }
        }
    }
}

fn connected(
    address: &Address,
    process: &str,
    outgoing: &Receiver<Said>,
    incoming: &Incoming,
) -> Result<(), Error> {
    let Address { config, tls, .. } = address;
    let mut client = tls.connect(config)?;
    client.batch_execute(CHANNEL)?;
    loop {
        let heard = client.notifications().timeout_iter(TURN).next()?;
        if let Some(notification) = heard {
            hear(notification.payload(), process, incoming);
        }
        let mut said = Vec::new();
        let is_over = loop {
            match outgoing.try_recv() {
                Ok(one) => said.push(one),
                Err(std::sync::mpsc::TryRecvError::Empty) => break false,
                Err(std::sync::mpsc::TryRecvError::Disconnected) => break true,
            }
        };
        tell(&mut client, process, said)?;
        if is_over {
            return Ok(());
        }
    }
}

fn hear(payload: &str, process: &str, incoming: &Incoming) {
    let Some((from, rest)) = payload.split_once(' ') else { return };
    if from == process {
        return;
    }
    match serde_json::from_str::<Vec<Said>>(rest) {
        Ok(said) => said.into_iter().for_each(|one| incoming.say(one)),
        Err(error) => {
            tracing::info!(%error, "another process said something that can't be read");
            incoming.missed();
        }
    }
}

/// Says each thing once, as many in one message as fit.
fn tell(client: &mut Client, process: &str, said: Vec<Said>) -> Result<(), Error> {
    let mut known = BTreeSet::new();
    let mut message = String::new();
    for one in said {
        let Ok(text) = serde_json::to_string(&one) else { continue };
        if !known.insert(text.clone()) || text.len() > MESSAGE_BYTES_MAX {
            continue;
        }
        if !message.is_empty() && message.len() + text.len() > MESSAGE_BYTES_MAX {
            client.execute(NOTIFY, &[&format!("{process} [{message}]")])?;
            message.clear();
        }
        if !message.is_empty() {
            message.push(',');
        }
        message.push_str(&text);
    }
    if !message.is_empty() {
        client.execute(NOTIFY, &[&format!("{process} [{message}]")])?;
    }
    Ok(())
}

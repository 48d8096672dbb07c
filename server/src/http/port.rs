//! Ports: where a process listens, opened before anything else so that a mistake is said at once.

use std::io::ErrorKind;
use std::net::SocketAddr;

use platform::failure::Failure;
use tokio::net::TcpListener;

use super::Role;
use crate::config::Config;

/// A port that is open.
pub(super) struct Port {
    pub listener: TcpListener,
    pub address: SocketAddr,
}

/// Every port that a process opens.
pub(super) struct Ports {
    /// Pages and calls.
    pub pages: Option<Port>,
    /// Figures and health, for whoever watches.
    pub watched: Option<Port>,
    /// Browsers that come without TLS.
    pub redirect: Option<Port>,
}

impl Ports {
    /// Opens those that the configuration names and the process needs.
    ///
    /// # Errors
    /// `Refused` with `listen`, saying what to choose instead.
    pub async fn open(config: &Config, role: Role) -> Result<Ports, Failure> {
        let answers = role.answers();
        Ok(Ports {
            pages: if answers { Some(open(&config.http.listen).await?) } else { None },
            watched: open_if_named(&config.metrics.listen).await?,
            redirect: if answers { open_if_named(&config.tls.redirect_from).await? } else { None },
        })
    }

    /// Where pages are answered, if they are.
    pub fn pages_socket(&self) -> Option<SocketAddr> {
        self.pages.as_ref().map(|port| port.address)
    }

    /// The same for the log.
    pub fn pages_address(&self) -> String {
        self.pages_socket().map_or("none".to_owned(), |address| address.to_string())
    }
}

async fn open_if_named(address: &str) -> Result<Option<Port>, Failure> {
    if address.is_empty() { Ok(None) } else { open(address).await.map(Some) }
}

async fn open(address: &str) -> Result<Port, Failure> {
    let listener = TcpListener::bind(address).await.map_err(|error| {
        let words = match error.kind() {
            ErrorKind::AddrInUse => format!(
                "{address} is taken by another program, perhaps another Sluice. Stop that one, or choose another \
                 port: --listen 127.0.0.1:0 takes any free one."
            ),
            ErrorKind::PermissionDenied => format!(
                "This user may not listen on {address}. Choose a port from 1024 on, or let the system lend the right: \
                 AmbientCapabilities=CAP_NET_BIND_SERVICE in its systemd unit."
            ),
            _ => format!("Nothing can listen on {address}: {error}. Write it like 127.0.0.1:8080."),
        };
        Failure::refused("listen", words)
    })?;
    let address = listener.local_addr()?;
    Ok(Port { listener, address })
}

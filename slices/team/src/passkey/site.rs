//! Of which site a passkey is: the host to which it is bound, and the page that may ask for it.

use std::net::IpAddr;

use axum::http::HeaderMap;
use platform::app::App;
use platform::failure::Failure;

use crate::origin::address;

/// A site to which passkeys are bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Site {
    /// The name of the host.
    pub rp_id: String,
    /// The address of its pages, as a browser says it.
    pub origin: String,
}

impl Site {
    /// The site that was asked for: by the address that is configured, else by the host of the request, which is what the
    /// browser has in its bar.
    ///
    /// # Errors
    /// `Refused` with `no_passkeys` where the host is a number, or the connection is in the open: browsers make no passkeys
    /// there.
    pub(crate) fn of(app: &App, headers: &HeaderMap) -> Result<Site, Failure> {
        Site::at(&address(app, headers)).ok_or_else(|| {
            let words = "Passkeys are bound to the name of a host and need an encrypted connection: open Sluice by its name, \
                as https://sales.north.example, or http://localhost on the machine itself.";
            Failure::refused("no_passkeys", words)
        })
    }

    /// The site of an address like `https://host[:port]`, if there can be passkeys.
    fn at(origin: &str) -> Option<Site> {
        let (scheme, place) = origin.split_once("://")?;
        let name = place.split(':').next().unwrap_or_default().to_ascii_lowercase();
        let is_local = name == "localhost" || name.ends_with(".localhost");
        let is_named =
            !name.is_empty() && !name.starts_with('[') && name.parse::<IpAddr>().is_err();
        let is_fit = is_named && (scheme == "https" || is_local);
        is_fit.then(|| Site { rp_id: name, origin: origin.to_ascii_lowercase() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_are_bound_to_a_name() {
        for (origin, rp_id) in [
            ("https://sales.north.example", Some("sales.north.example")),
            ("https://Sales.North.example:8443", Some("sales.north.example")),
            ("http://localhost:8080", Some("localhost")),
            ("http://127.0.0.1:8080", None),
            ("https://192.168.1.5", None),
            ("https://[::1]:8080", None),
            ("http://sales.north.example", None),
            ("https://", None),
            ("nonsense", None),
        ] {
            assert_eq!(Site::at(origin).map(|site| site.rp_id).as_deref(), rp_id, "{origin}");
        }
        let site = Site::at("https://Sales.north.example:8443").unwrap();
        assert_eq!(site.origin, "https://sales.north.example:8443");
    }
}

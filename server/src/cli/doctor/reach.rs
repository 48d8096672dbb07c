//! How the program is reached: its address, the proxies before it, its certificate.

use std::net::SocketAddr;

use moment::{Moment, Span};

use super::{Check, ill, mind, well};
use crate::config::Config;
use crate::house::House;
use crate::http::valid_until;

/// Days before a certificate's end at which somebody should have renewed it.
const CERTIFICATE_DAYS_MIN: i64 = 14;

pub(super) fn checks(house: &House, now: Moment) -> Vec<Check> {
    let config = &house.config;
    let mut checks = vec![address(config), proxies(config), origins(config)];
    checks.extend(config.tls.paths().map(|_| certificate(config, now)));
    checks
}

/// Whether what is spoken can be overheard.
fn address(config: &Config) -> Check {
    let name = "address";
    let listen = config.http.listen.as_str();
    let is_encrypted = config.tls.paths().is_some();
    let place = listen.parse::<SocketAddr>().ok();
    let is_local = place.map_or(listen.starts_with("localhost:"), |place| place.ip().is_loopback());
    match (is_encrypted, is_local) {
        (true, _) => well(name, format!("{listen}, by TLS.")),
        (false, true) => well(name, format!("{listen}, from this machine alone.")),
        (false, false) => mind(
            name,
            format!(
                "{listen} is reached from elsewhere without TLS: passwords could be overheard on the way."
            ),
            "Unless a proxy with TLS stands before it on a network of yours: name tls.certificate and tls.key, or listen on 127.0.0.1.",
        ),
    }
}

/// Whether somebody is believed who should not be.
fn proxies(config: &Config) -> Check {
    let name = "proxies";
    let proxies = &config.http.trusted_proxies;
    if let Some(everybody) = proxies.iter().find(|network| network.is_everybody()) {
        return ill(
            name,
            format!(
                "http.trusted_proxies holds {everybody}: anybody may say that they are anybody, and guess passwords for ever."
            ),
            "Name the addresses of your own proxies only.",
        );
    }
    if config.http.proxy_protocol && proxies.is_empty() {
        return ill(
            name,
            "http.proxy_protocol is on, and nobody is trusted to speak it.",
            "Name your balancers in http.trusted_proxies.",
        );
    }
    let shown: Vec<String> = proxies.iter().map(ToString::to_string).collect();
    well(
        name,
        match shown.as_slice() {
            [] => "Nobody speaks for others.".to_owned(),
            shown => format!("Believed to speak for others: {}.", shown.join(", ")),
        },
    )
}

/// Whether the pages that may send forms here are named as a browser names them.
fn origins(config: &Config) -> Check {
    let name = "hosts";
    let is_origin = |origin: &&String| {
        let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        host.is_none_or(|host| host.is_empty() || host.contains(['/', '?', '#', '@', ' ', '*']))
    };
    match config.http.origins.iter().find(is_origin) {
        Some(wrong) => ill(
            name,
            format!("http.origins holds {wrong:?}, which no browser will ever say."),
            "Write it as browsers do, without a path: https://crm.example or https://crm.example:8443.",
        ),
        None if config.http.origins.is_empty() => {
            well(name, "Forms are taken from pages of the host that was asked for.")
        }
        None => {
            well(name, format!("Forms are also taken from {}.", config.http.origins.join(", ")))
        }
    }
}

fn certificate(config: &Config, now: Moment) -> Check {
    let name = "certificate";
    let Some(paths) = config.tls.paths() else { return well(name, "None.") };
    let until = match valid_until(&paths) {
        Ok(until) => until,
        Err(failure) => {
            return ill(
                name,
                failure.to_string(),
                "Renew both files; what serves reads them within a minute.",
            );
        }
    };
    let days = (until - now).0.div_euclid(Span::days(1).0);
    if until <= now {
        let words = format!("It ended at {until}: browsers refuse it.");
        return ill(
            name,
            words,
            "Renew it now; what serves reads the files within a minute, or at once on SIGHUP.",
        );
    }
    if days < CERTIFICATE_DAYS_MIN {
        let words = format!("It ends at {until}, in {days} days.");
        return mind(
            name,
            words,
            "See why it was not renewed by itself (certbot renew --dry-run).",
        );
    }
    well(name, format!("Valid until {until}, for {days} days."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(change: impl FnOnce(&mut Config)) -> Config {
        let mut config = crate::config::read(None, &Default::default()).unwrap();
        change(&mut config);
        config
    }

    #[test]
    fn what_can_be_overheard_or_lied_about_is_said() {
        let listens = |address: &str| config(|config| config.http.listen = address.to_owned());
        for (address_text, expected) in [
            ("127.0.0.1:8080", "from this machine alone"),
            ("[::1]:8080", "from this machine alone"),
            ("localhost:8080", "from this machine alone"),
            ("0.0.0.0:8080", "could be overheard"),
            ("crm.example:8080", "could be overheard"),
        ] {
            let check = address(&listens(address_text));
            assert!(check.words.contains(expected), "{address_text}: {check:?}");
        }
        let everybody = config(|config| {
            config.http.trusted_proxies = vec!["0.0.0.0/0".parse().unwrap()];
        });
        assert!(proxies(&everybody).words.contains("anybody may say"));
        for (origin, expected) in [
            ("https://crm.example", "also taken from"),
            ("https://crm.example/", "no browser will ever say"),
            ("crm.example", "no browser will ever say"),
            ("https://*.example", "no browser will ever say"),
        ] {
            let check = origins(&config(|config| config.http.origins = vec![origin.to_owned()]));
            assert!(check.words.contains(expected), "{origin}: {check:?}");
        }
    }
}

//! Who is at the other end: the connection's address or, if that is a proxy of ours, the one it speaks for.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, header};
use serde::Deserialize;

use super::network::{Network, any_contains};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Which header our proxies write. Only that one is read: a proxy passes on what it does not write itself, so that
/// the other one would be in the hands of whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ForwardedBy {
    /// `X-Forwarded-For` and `X-Forwarded-Proto`
    XForwardedFor,
    /// `Forwarded`, RFC 7239
    Forwarded,
}

/// Whom we believe, and what.
#[derive(Clone, Debug)]
pub(crate) struct Trust {
    pub proxies: Arc<[Network]>,
    pub by: ForwardedBy,
}

/// A connection: from where, and whether it is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub from: IpAddr,
    pub is_encrypted: bool,
}

/// Who sent a request, as far as it can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    pub address: IpAddr,
    /// Whether the browser's own connection is encrypted, be it to us or to a proxy of ours.
    pub is_encrypted: bool,
    /// Whether a proxy of ours passed it on or sent it.
    pub is_by_proxy: bool,
}

/// The nearest address that is no proxy of ours. Each proxy adds on the right whom it speaks to; what stands
/// further left was written by somebody we do not know, and is not believed.
pub(crate) fn caller(line: Line, headers: &HeaderMap, trust: &Trust) -> Caller {
    let connected = line.from.to_canonical();
    if !any_contains(&trust.proxies, connected) {
        return Caller { address: connected, is_encrypted: line.is_encrypted, is_by_proxy: false };
    }
    let hops = match trust.by {
        ForwardedBy::XForwardedFor => x_forwarded(headers),
        ForwardedBy::Forwarded => forwarded(headers),
    };
    let mut caller =
        Caller { address: connected, is_encrypted: line.is_encrypted, is_by_proxy: true };
    for hop in hops.into_iter().rev() {
        let Some(address) = hop.address else { return caller };
        caller.address = address.to_canonical();
        caller.is_encrypted = hop.is_encrypted.unwrap_or(caller.is_encrypted);
        if !any_contains(&trust.proxies, caller.address) {
            return caller;
        }
    }
    caller
}

/// What one proxy wrote.
#[derive(Debug, PartialEq, Eq)]
struct Hop {
    /// Nothing if it is hidden or cannot be read.
    address: Option<IpAddr>,
    /// Nothing if it was not said.
    is_encrypted: Option<bool>,
}

fn items(headers: &HeaderMap, name: &HeaderName) -> Vec<String> {
    let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(|item| item.trim().to_owned()).collect()
}

fn x_forwarded(headers: &HeaderMap) -> Vec<Hop> {
    let schemes = items(headers, &FORWARDED_PROTO);
    let addresses = items(headers, &FORWARDED_FOR);
    let (count, scheme_count) = (addresses.len(), schemes.len());
    let hop = |(place, address): (usize, &String)| {
        // Most proxies write one scheme, their own browser's; some a list as long as that of the addresses.
        let scheme = if count == scheme_count { schemes.get(place) } else { schemes.last() };
        let is_encrypted = scheme.map(|scheme| scheme.eq_ignore_ascii_case("https"));
        Hop { address: named(address), is_encrypted }
    };
    addresses.iter().enumerate().map(hop).collect()
}

/// RFC 7239: `for=192.0.2.43;proto=https, for="[2001:db8::1]:4711"`. A comma inside quotes is not foreseen for
/// addresses, and makes what it cuts unreadable: then it is not believed.
fn forwarded(headers: &HeaderMap) -> Vec<Hop> {
    let hop = |item: &String| {
        let mut hop = Hop { address: None, is_encrypted: None };
        for pair in item.split(';') {
            let Some((name, value)) = pair.split_once('=') else { continue };
            let value = value.trim().trim_matches('"');
            match name.trim().to_ascii_lowercase().as_str() {
                "for" => hop.address = named(value),
                "proto" => hop.is_encrypted = Some(value.eq_ignore_ascii_case("https")),
                _ => {}
            }
        }
        hop
    };
    items(headers, &header::FORWARDED).iter().map(hop).collect()
}

/// An address with or without its port, and with the brackets of IPv6.
fn named(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn trust(by: ForwardedBy) -> Trust {
        let proxies = ["127.0.0.1", "10.0.0.0/8"].map(|network| network.parse().unwrap());
        Trust { proxies: proxies.to_vec().into(), by }
    }

    fn told(from: &str, by: ForwardedBy, pairs: &[(HeaderName, &'static str)]) -> Caller {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, HeaderValue::from_static(value));
        }
        caller(Line { from: from.parse().unwrap(), is_encrypted: false }, &headers, &trust(by))
    }

    #[test]
    fn only_our_proxies_speak_for_others() {
        for (connected, lines, expected) in [
            ("203.0.113.7", &[][..], "203.0.113.7"),
            ("203.0.113.7", &["198.51.100.1"], "203.0.113.7"),
            ("127.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("::ffff:127.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("127.0.0.1", &["1.2.3.4, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
            ("10.9.9.9", &["1.2.3.4", "198.51.100.1"], "198.51.100.1"),
            ("127.0.0.1", &["198.51.100.1, nonsense"], "127.0.0.1"),
            ("127.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
            ("127.0.0.1", &["[2001:db8::1]:4711"], "2001:db8::1"),
            ("127.0.0.1", &[], "127.0.0.1"),
        ] {
            let pairs: Vec<_> = lines.iter().map(|line| (FORWARDED_FOR, *line)).collect();
            let caller = told(connected, ForwardedBy::XForwardedFor, &pairs);
            assert_eq!(caller.address.to_string(), expected, "{connected} {lines:?}");
        }
    }

    #[test]
    fn the_standard_header_says_the_same() {
        for (line, expected, is_encrypted) in [
            ("for=198.51.100.1;proto=https", "198.51.100.1", true),
            ("For=\"[2001:db8::1]:4711\"; Proto=HTTPS", "2001:db8::1", true),
            ("for=1.2.3.4;proto=https, for=198.51.100.1;proto=http", "198.51.100.1", false),
            ("for=198.51.100.1, for=10.0.0.2;proto=https", "198.51.100.1", true),
            ("for=_hidden;proto=https", "127.0.0.1", false),
            ("for=unknown", "127.0.0.1", false),
            ("proto=https", "127.0.0.1", false),
        ] {
            let caller = told("127.0.0.1", ForwardedBy::Forwarded, &[(header::FORWARDED, line)]);
            assert_eq!(caller.address.to_string(), expected, "{line}");
            assert_eq!(caller.is_encrypted, is_encrypted, "{line}");
        }
    }

    #[test]
    fn the_header_that_our_proxy_does_not_write_is_not_read() {
        let both = [(header::FORWARDED, "for=6.6.6.6"), (FORWARDED_FOR, "198.51.100.1")];
        assert_eq!(
            told("127.0.0.1", ForwardedBy::XForwardedFor, &both).address.to_string(),
            "198.51.100.1"
        );
        assert_eq!(told("127.0.0.1", ForwardedBy::Forwarded, &both).address.to_string(), "6.6.6.6");
    }

    #[test]
    fn a_scheme_is_believed_of_a_proxy_alone() {
        for (from, schemes, expected) in [
            ("127.0.0.1", "https", true),
            ("127.0.0.1", "http", false),
            ("203.0.113.7", "https", false),
        ] {
            let pairs = [(FORWARDED_FOR, "198.51.100.1"), (FORWARDED_PROTO, schemes)];
            let caller = told(from, ForwardedBy::XForwardedFor, &pairs);
            assert_eq!(caller.is_encrypted, expected, "{from} {schemes}");
        }
    }
}

//! Who is at the other end: the connection's address or, if that is a proxy of ours, the one it speaks for.

use std::net::IpAddr;

use axum::http::HeaderMap;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The nearest address that is no proxy of ours. Each proxy adds on the right whom it speaks to; what stands
/// further left was written by somebody we do not know, and is not believed.
pub(crate) fn peer(connected: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> IpAddr {
    let connected = connected.to_canonical();
    let is_ours = |address: &IpAddr| proxies.iter().any(|proxy| proxy.to_canonical() == *address);
    if !is_ours(&connected) {
        return connected;
    }
    let named: Vec<&str> = headers
        .get_all(FORWARDED_FOR)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .collect();
    let mut nearest = connected;
    for name in named.into_iter().rev() {
        let Ok(address) = name.parse::<IpAddr>() else { return nearest };
        nearest = address.to_canonical();
        if !is_ours(&nearest) {
            return nearest;
        }
    }
    nearest
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_our_proxies_speak_for_others() {
        let ours = ["127.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()];
        for (connected, forwarded, expected) in [
            ("203.0.113.7", &[][..], "203.0.113.7"),
            ("203.0.113.7", &["198.51.100.1"], "203.0.113.7"),
            ("127.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("::ffff:127.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("127.0.0.1", &["1.2.3.4, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
            ("127.0.0.1", &["1.2.3.4", "198.51.100.1"], "198.51.100.1"),
            ("127.0.0.1", &["198.51.100.1, nonsense"], "127.0.0.1"),
            ("127.0.0.1", &[], "127.0.0.1"),
        ] {
            let mut headers = HeaderMap::new();
            for line in forwarded {
                headers.append(FORWARDED_FOR, HeaderValue::from_static(line));
            }
            let peer = peer(connected.parse().unwrap(), &headers, &ours);
            assert_eq!(peer.to_string(), expected, "{connected} {forwarded:?}");
        }
    }
}

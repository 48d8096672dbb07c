//! What a request says about where it came from: its host, the page that sent it, the network behind it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use axum::http::{HeaderMap, header};
use platform::app::App;

/// The address at which people open the program, as `https://host[:port]`, if whoever runs it has said so. A part of the
/// app.
pub struct PublicAddress(pub Option<String>);

/// Who is at the other end of the connection. The server puts it into the request's extensions: it alone
/// knows which proxies may speak for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

impl Peer {
    /// Where no connection is known, as in tests.
    pub const NOWHERE: Peer = Peer(IpAddr::V4(Ipv4Addr::UNSPECIFIED));

    /// The network that one household or office usually has: the first 24 bits of an IPv4 address, the
    /// first 64 of an IPv6 one.
    pub fn network(self) -> IpAddr {
        match self.0.to_canonical() {
            IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                Ipv4Addr::new(a, b, c, 0).into()
            }
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
            }
        }
    }
}

/// The host that was asked for, with its port if the port was named.
pub(crate) fn host(headers: &HeaderMap) -> &str {
    headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default()
}

/// The page that sent the request, as `https://host[:port]`; browsers say so with every unsafe method.
pub(crate) fn origin(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or("null"))
}

/// Whether that host is this very machine, which browsers reach without encryption.
pub(crate) fn is_local(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    match name.parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => {
            name.eq_ignore_ascii_case("localhost")
                || name.to_ascii_lowercase().ends_with(".localhost")
        }
    }
}

/// How the browser reached us, as far as it matters for a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// By an encrypted connection; assumed wherever nothing speaks against it.
    Encrypted,
    /// Without encryption, on this machine: a `Secure` cookie might not be kept.
    Local,
    /// Without encryption, from elsewhere: a `Secure` cookie would be dropped, and any other overheard.
    Open,
}

/// A browser names the scheme itself, in `Origin`. So neither proxies nor configuration are to be trusted.
pub(crate) fn reach(headers: &HeaderMap) -> Reach {
    let is_local = is_local(host(headers));
    match origin(headers) {
        Some(origin) if origin.starts_with("https://") => Reach::Encrypted,
        Some(origin) if origin.starts_with("http://") && !is_local => Reach::Open,
        _ if is_local => Reach::Local,
        _ => Reach::Encrypted,
    }
}

/// The address at which a browser has us: as it is configured, else as the request has it.
pub(crate) fn address(app: &App, headers: &HeaderMap) -> String {
    let configured = app.find_part::<PublicAddress>().and_then(|address| address.0.clone());
    configured.unwrap_or_else(|| {
        let scheme = match reach(headers) {
            Reach::Encrypted => "https",
            Reach::Local | Reach::Open => "http",
        };
        format!("{scheme}://{}", host(headers))
    })
}

/// The page of this very host from which a request was sent, if the browser says so.
pub fn came_from(headers: &HeaderMap) -> Option<String> {
    let page = headers.get(header::REFERER)?.to_str().ok()?;
    let (_, rest) = page.split_once("://")?;
    let path = rest.strip_prefix(host(headers))?;
    path.starts_with('/').then(|| local_path(path).to_owned())
}

/// Where to go after signing in: a path of this very host, else the start page. What a browser might read
/// as another host (`//host`, `/\host`) or that could break a header is not one.
pub(crate) fn local_path(next: &str) -> &str {
    let is_path = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && next.bytes().all(|byte| byte.is_ascii_graphic());
    if is_path { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|&(name, value)| {
                (header::HeaderName::from_static(name), header::HeaderValue::from_static(value))
            })
            .collect()
    }

    #[test]
    fn a_page_of_another_host_is_not_where_one_came_from() {
        for (referer, expected) in [
            ("https://sluice.example/people?q=a", Some("/people?q=a")),
            ("https://sluice.example", None),
            ("https://sluice.example.evil/x", None),
            ("https://evil.example/sluice.example/", None),
            ("nonsense", None),
        ] {
            let headers = headers(&[("host", "sluice.example"), ("referer", referer)]);
            assert_eq!(came_from(&headers).as_deref(), expected, "{referer}");
        }
    }

    #[test]
    fn this_machine_goes_by_several_names() {
        for (host, expected) in [
            ("localhost", true),
            ("LOCALHOST:8080", true),
            ("app.localhost:1", true),
            ("127.0.0.1:8080", true),
            ("127.8.8.8", true),
            ("[::1]:8080", true),
            ("192.168.1.5:8080", false),
            ("localhost.evil.example", false),
            ("127.0.0.1.evil.example", false),
            ("notlocalhost", false),
            ("", false),
        ] {
            assert_eq!(is_local(host), expected, "{host}");
        }
    }

    #[test]
    fn how_a_browser_reached_us() {
        for (pairs, expected) in [
            (&[("host", "localhost:8080")][..], Reach::Local),
            (&[("host", "localhost:8080"), ("origin", "http://localhost:8080")], Reach::Local),
            (&[("host", "localhost"), ("origin", "https://localhost")], Reach::Encrypted),
            (&[("host", "sales.north.example")], Reach::Encrypted),
            (
                &[("host", "sales.north.example"), ("origin", "https://sales.north.example")],
                Reach::Encrypted,
            ),
            (&[("host", "192.168.1.5:8080"), ("origin", "http://192.168.1.5:8080")], Reach::Open),
        ] {
            assert_eq!(reach(&headers(pairs)), expected, "{pairs:?}");
        }
    }

    #[test]
    fn only_a_path_of_this_host_is_gone_to() {
        for (next, expected) in [
            ("/people?stage=lead", "/people?stage=lead"),
            ("", "/"),
            ("people", "/"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("https://evil.example/", "/"),
            ("/a\r\nset-cookie: x=y", "/"),
            ("/ümlaut", "/"),
        ] {
            assert_eq!(local_path(next), expected, "{next:?}");
        }
    }

    #[test]
    fn a_network_is_what_neighbours_share() {
        for (address, network) in [
            ("203.0.113.77", "203.0.113.0"),
            ("::ffff:203.0.113.77", "203.0.113.0"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ] {
            let peer = Peer(address.parse().unwrap());
            assert_eq!(peer.network(), network.parse::<IpAddr>().unwrap());
        }
    }
}

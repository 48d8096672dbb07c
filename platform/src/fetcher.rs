//! The fetcher: the only place that opens an outbound HTTP connection.
//!
//! **Promise:** nothing that somebody types makes this program talk to its own network: only http and https, only to
//! addresses that the whole world can reach, and to the very address that was checked; no redirect is followed, and
//! bytes and seconds are limited.
//! **Never:** reads configuration. Whoever assembles the program says which origins may lie nearer.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HOST, USER_AGENT};
use axum::http::{HeaderName, Method, Request, Uri};
use http_body_util::{BodyExt as _, Limited};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::Failure;

/// Bytes of an answer at most.
pub const ANSWER_BYTES_MAX: usize = 2 << 20;
/// How long a whole exchange may take.
const EXCHANGE_SECONDS_MAX: u64 = 15;

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The status, whatever it is; a redirect, too, is given back as it is.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Fetch {
    method: Method,
    url: String,
    headers: Vec<(HeaderName, String)>,
    body: Vec<u8>,
}

impl Fetch {
    /// Asks for what is at an address.
    pub fn get(url: &str) -> Fetch {
        Fetch { method: Method::GET, url: url.to_owned(), headers: Vec::new(), body: Vec::new() }
    }

    /// Sends a form to an address; the fields as they are to be read there.
    pub fn post_form(url: &str, fields: &[(&str, &str)]) -> Fetch {
        let pair = |(name, value): &(&str, &str)| format!("{}={}", escaped(name), escaped(value));
        let body = fields.iter().map(pair).collect::<Vec<_>>().join("&").into_bytes();
        let kind = (CONTENT_TYPE, "application/x-www-form-urlencoded".to_owned());
        Fetch { method: Method::POST, url: url.to_owned(), headers: vec![kind], body }
    }

    /// The same with a header.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: String) -> Fetch {
        self.headers.push((name, value));
        self
    }
}

/// For a form, and for what stands in an address.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Fetches. Cheap to clone.
#[derive(Clone)]
pub struct Fetcher {
    tls: Arc<ClientConfig>,
    /// Origins, as `http://host:port`, that may lie on this machine or in a private network.
    near: Arc<[String]>,
}

impl Fetcher {
    /// A fetcher that trusts the certificates of this machine. `near` are origins, as `https://host[:port]`, that may
    /// lie on this machine or in a private network, because whoever runs the program said so.
    ///
    /// # Errors
    /// `Broken` if TLS cannot be had.
    pub fn new(near: Vec<String>) -> Result<Fetcher, Failure> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let ring = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(ring)
            .with_safe_default_protocol_versions()
            .map_err(|error| anyhow!("TLS for what is fetched: {error}"))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Fetcher { tls: Arc::new(tls), near: near.into() })
    }

    /// Asks, and gives what came back.
    ///
    /// # Errors
    /// `Refused` with `address` for an address that may not be asked, or with `no_answer` if nothing came of it.
    pub async fn fetch(&self, fetch: Fetch) -> Result<Fetched, Failure> {
        let limit = Duration::from_secs(EXCHANGE_SECONDS_MAX);
        let host = target(&fetch.url)?.host.clone();
        let answer = tokio::time::timeout(limit, self.exchange(fetch)).await;
        let answer =
            answer.unwrap_or_else(|_| Err(anyhow!("it took longer than {limit:?}").into()));
        answer.map_err(|failure| match failure {
            Failure::Broken(cause) => {
                tracing::warn!("a fetch failed: {cause:#}");
                Failure::refused("no_answer", format!("{host} gave no answer that can be used."))
            }
            other => other,
        })
    }

    async fn exchange(&self, fetch: Fetch) -> Result<Fetched, Failure> {
        let target = target(&fetch.url)?;
        let is_near_allowed =
            self.near.iter().any(|near| near.trim_end_matches('/') == target.origin);
        let found = tokio::net::lookup_host((target.host.as_str(), target.port)).await;
        let found = found.map_err(|error| anyhow!("look {} up: {error}", target.host))?;
        // Each of them must be fit: one that is not tells that the name plays with us.
        let found: Vec<SocketAddr> = found.collect();
        let is_fit = |address: &SocketAddr| is_near_allowed || is_public(address.ip());
        let Some(address) = found.first().filter(|_| found.iter().all(is_fit)) else {
            let words = format!("{} lies on this machine or in a private network.", target.host);
            return Err(Failure::refused("address", words));
        };
        let stream = TcpStream::connect(address).await?;
        let request = request(fetch, &target)?;
        if !target.is_tls {
            return talk(stream, request).await;
        }
        let name = ServerName::try_from(target.host.clone()).map_err(anyhow::Error::from)?;
        let stream = TlsConnector::from(Arc::clone(&self.tls)).connect(name, stream).await?;
        talk(stream, request).await
    }
}

/// Where an address leads.
struct Target {
    is_tls: bool,
    host: String,
    port: u16,
    /// Scheme, host and port as they are written.
    origin: String,
    authority: String,
    path: String,
}

fn target(url: &str) -> Result<Target, Failure> {
    let wrong = || Failure::refused("address", format!("{url:?} is no address that can be asked."));
    let uri: Uri = url.parse().map_err(|_| wrong())?;
    let is_tls = match uri.scheme_str() {
        Some("https") => true,
        Some("http") => false,
        _ => return Err(wrong()),
    };
    let authority = uri.authority().ok_or_else(wrong)?;
    if authority.as_str().contains('@') {
        return Err(wrong()); // who asks is said in headers, not in addresses
    }
    let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
    let scheme = if is_tls { "https" } else { "http" };
    Ok(Target {
        is_tls,
        port: authority.port_u16().unwrap_or(if is_tls { 443 } else { 80 }),
        origin: format!("{scheme}://{authority}"),
        authority: authority.to_string(),
        path: uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        host,
    })
}

fn request(fetch: Fetch, target: &Target) -> Result<Request<Body>, Failure> {
    let mut request = Request::builder()
        .method(fetch.method)
        .uri(&target.path)
        .header(HOST, &target.authority)
        .header(USER_AGENT, "Sluice")
        .header(ACCEPT, "application/json")
        .header(CONTENT_LENGTH, fetch.body.len());
    for (name, value) in fetch.headers {
        request = request.header(name, value);
    }
    Ok(request.body(Body::from(fetch.body)).map_err(anyhow::Error::from)?)
}

async fn talk<S>(stream: S, request: Request<Body>) -> Result<Fetched, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let shaken = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = shaken.map_err(anyhow::Error::from)?;
    let mut connection = pin!(connection);
    let mut exchange = pin!(async {
        let answer = sender.send_request(request).await.map_err(anyhow::Error::from)?;
        let status = answer.status().as_u16();
        let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await;
        let body = body.map_err(|error| anyhow!("read the answer: {error}"))?;
        Ok(Fetched { status, body: body.to_bytes().to_vec() })
    });
    tokio::select! {
        answer = &mut exchange => answer,
        _ended = &mut connection => exchange.await,
    }
}

/// Whether the whole world can reach an address: not this machine, no private network, nothing reserved (IANA's
/// registries of special-purpose addresses, RFC 6890).
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_reserved = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224.., ..)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 168, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !is_reserved
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    // Of all there is, only 2000::/3 is given out; in it lie documentation, benchmarks, Teredo and 6to4, whose
    // addresses hold others.
    let is_given_out = a & 0xe000 == 0x2000;
    let is_special = (a == 0x2001 && (b < 0x0200 || b == 0x0db8)) || a == 0x2002 || a == 0x3fff;
    is_given_out && !is_special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_everybody_reaches_are_public() {
        for (address, expected) in [
            ("93.184.216.34", true),
            ("2606:2800:220:1:248:1893:25c8:1946", true),
            ("127.0.0.1", false),
            ("127.8.8.8", false),
            ("0.0.0.0", false),
            ("10.1.2.3", false),
            ("172.16.0.1", false),
            ("172.32.0.1", true),
            ("192.168.1.1", false),
            ("169.254.169.254", false),
            ("100.64.0.1", false),
            ("198.18.0.1", false),
            ("203.0.113.7", false),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("::1", false),
            ("::", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:93.184.216.34", true),
            ("fe80::1", false),
            ("fd00::1", false),
            ("ff02::1", false),
            ("64:ff9b::7f00:1", false),
            ("2002:7f00:1::", false),
            ("2001:db8::1", false),
        ] {
            assert_eq!(is_public(address.parse().unwrap()), expected, "{address}");
        }
    }

    #[test]
    fn what_is_no_address_to_be_asked_is_refused() {
        for url in [
            "file:///etc/passwd",
            "gopher://a.example/",
            "//a.example",
            "/x",
            "http://u:p@a.example/",
            "",
        ] {
            assert!(matches!(target(url), Err(Failure::Refused { code: "address", .. })), "{url}");
        }
        let target = target("https://[2606:2800::1]:8443/x?y=1").unwrap();
        assert_eq!(
            (target.host.as_str(), target.port, target.path.as_str()),
            ("2606:2800::1", 8443, "/x?y=1")
        );
    }

    /// A server that answers each of its connections with this.
    async fn server(answer: &'static str) -> String {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let listener = listener.into_std().unwrap();
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                while let Ok((mut stream, _)) = listener.accept().await {
                    let mut bytes = [0; 4096];
                    let _read = stream.read(&mut bytes).await;
                    let _written = stream.write_all(answer.as_bytes()).await;
                }
            });
        });
        address
    }

    #[tokio::test]
    async fn this_machine_is_asked_only_where_that_is_allowed() {
        let address = server("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
        let far = Fetcher::new(Vec::new()).unwrap();
        for url in [address.clone(), address.replace("127.0.0.1", "localhost")] {
            let refused = far.fetch(Fetch::get(&url)).await;
            assert!(
                matches!(refused, Err(Failure::Refused { code: "address", .. })),
                "{refused:?}"
            );
        }
        let near = Fetcher::new(vec![address.clone()]).unwrap();
        let fetched = near.fetch(Fetch::post_form(&address, &[("a", "b c&d")])).await.unwrap();
        assert_eq!((fetched.status, fetched.body.as_slice()), (200, &b"{}"[..]));
        let other = near.fetch(Fetch::get("http://127.0.0.1:1/")).await;
        assert!(
            matches!(other, Err(Failure::Refused { code: "address", .. })),
            "another port is another origin"
        );
    }

    #[tokio::test]
    async fn a_redirect_is_given_back_and_not_followed() {
        let answer =
            "HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n";
        let address = server(answer).await;
        let near = Fetcher::new(vec![address.clone()]).unwrap();
        assert_eq!(near.fetch(Fetch::get(&address)).await.unwrap().status, 302);
    }

    #[tokio::test]
    async fn an_answer_without_end_is_cut_off() {
        let address = server("HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n").await;
        let near = Fetcher::new(vec![address.clone()]).unwrap();
        let refused = near.fetch(Fetch::get(&address)).await;
        assert!(matches!(refused, Err(Failure::Refused { code: "no_answer", .. })), "{refused:?}");
    }
}

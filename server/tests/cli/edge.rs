//! The edge: TLS of our own, proxies before us, and who is believed to stand behind them.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustix::process::Signal;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::program::{Answer, Program, Served, answer};

/// Writes a certificate for localhost and its key into the folder of the program; gives the certificate.
fn certificate(program: &Program) -> CertificateDer<'static> {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    program.write("key.pem", &signing_key.serialize_pem());
    program.write("certificate.pem", &cert.pem());
    cert.der().clone()
}

fn encrypted(program: &Program, more: &str) -> Served {
    let text = format!("[tls]\ncertificate = \"certificate.pem\"\nkey = \"key.pem\"\n{more}");
    let file = program.write("tls.toml", &text);
    program.serve(&["--config", &file])
}

/// Asks by TLS, trusting that certificate alone.
fn ask(served: &Served, trusted: &CertificateDer<'static>, head: &str) -> Result<Answer, String> {
    let mut stream = connected(served, trusted);
    stream.write_all(head.as_bytes()).map_err(|error| error.to_string())?;
    Ok(answer(stream))
}

fn connected(
    served: &Served,
    trusted: &CertificateDer<'static>,
) -> StreamOwned<ClientConnection, TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    StreamOwned::new(connection, served.connect())
}

#[test]
fn it_speaks_tls_and_takes_up_a_new_certificate() {
    let program = Program::new();
    let first = certificate(&program);
    let served = encrypted(&program, "redirect_from = \"127.0.0.1:0\"\n");
    let head = "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    let answer = ask(&served, &first, head).unwrap();
    assert_eq!((answer.status, answer.body.as_str()), (200, "ok\n"));
    assert_eq!(answer.headers["strict-transport-security"], "max-age=31536000");

    let second = certificate(&program);
    served.signal(Signal::HUP);
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while ask(&served, &second, head).is_err() && std::time::Instant::now() < patience {
        std::thread::yield_now();
    }
    assert!(ask(&served, &first, head).is_err(), "the old certificate is shown no more");

    // A file that cannot be read leaves it as it is.
    program.write("certificate.pem", "nonsense");
    served.signal(Signal::HUP);
    assert_eq!(ask(&served, &second, head).unwrap().status, 200);
    // Whoever does not speak TLS is answered with nothing, and keeps nobody else from it.
    let mut open = served.connect();
    open.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mut said = Vec::new();
    let _reset = open.read_to_end(&mut said);
    assert!(!String::from_utf8_lossy(&said).contains("HTTP/1.1"), "{said:?}");
    served.signal(Signal::TERM);
    let (status, log) = served.ended();
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(log.contains("sending on from http://127.0.0.1:"), "{log}");
    assert!(log.contains("the certificate stays as it was"), "{log}");
}

#[test]
fn a_new_certificate_is_taken_up_while_others_go_on() {
    let program = Program::new();
    let first = certificate(&program);
    let served = encrypted(&program, "");
    // Whoever reads that it listens may tell it at once.
    let second = certificate(&program);
    served.signal(Signal::HUP);
    let head = "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    let taken = |new: &CertificateDer<'static>, old: &CertificateDer<'static>| {
        let patience = std::time::Instant::now() + std::time::Duration::from_secs(30);
        loop {
            // At any moment it is one of the two: nobody is turned away.
            if let Ok(answer) = ask(&served, new, head) {
                assert_eq!(answer.status, 200);
                return;
            }
            let before = ask(&served, old, head).or_else(|_| ask(&served, new, head));
            assert_eq!(before.unwrap().status, 200);
            assert!(std::time::Instant::now() < patience, "it still shows the old one");
        }
    };
    taken(&second, &first);
    // Whoever is connected already goes on with the one that they met.
    let mut kept = connected(&served, &second);
    let alive = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let once_more = |kept: &mut StreamOwned<ClientConnection, TcpStream>| {
        kept.write_all(alive.as_bytes()).unwrap();
        let mut said = Vec::new();
        while !said.ends_with(b"ok\n") {
            let mut byte = [0];
            kept.read_exact(&mut byte).unwrap();
            said.push(byte[0]);
        }
        assert!(said.starts_with(b"HTTP/1.1 200"), "{said:?}");
    };
    once_more(&mut kept);
    let third = certificate(&program);
    served.signal(Signal::HUP);
    taken(&third, &second);
    once_more(&mut kept);
}

#[test]
fn a_certificate_that_does_not_work_is_named_at_the_start() {
    let program = Program::new();
    certificate(&program);
    let good = std::fs::read_to_string(program.file("certificate.pem")).unwrap();
    certificate(&program);
    let text = "[tls]\ncertificate = \"certificate.pem\"\nkey = \"key.pem\"\n";
    let file = program.write("tls.toml", text);
    for (certificate, expected) in [
        (good.as_str(), "and its key key.pem do not work"),
        ("nothing", "certificate.pem holds no certificate"),
    ] {
        program.write("certificate.pem", certificate);
        let ran = program.run(&["--config", &file, "serve", "--listen", "127.0.0.1:0"]);
        assert_eq!(ran.code, 1);
        assert!(ran.err.contains(expected), "{}", ran.err);
    }
}

#[test]
fn a_proxy_of_ours_says_that_the_browser_came_by_tls() {
    let program = Program::new();
    let served = program.serve(&[]);
    for (headers, expected) in [
        (&[("x-forwarded-for", "203.0.113.7"), ("x-forwarded-proto", "https")][..], true),
        (&[("x-forwarded-for", "203.0.113.7"), ("x-forwarded-proto", "http")], false),
        (&[("forwarded", "for=203.0.113.7;proto=https")], false),
    ] {
        let answer = served.ask("GET", "/healthz", headers, "");
        let is_told = answer.headers.contains_key("strict-transport-security");
        assert_eq!(is_told, expected, "{headers:?}");
    }
    let file = program.write(
        "standard.toml",
        "[http]\nforwarded_by = \"forwarded\"\nhsts_days = 1\nconnections_max = 9\n",
    );
    drop(served);
    let served = program.serve(&["--config", &file]);
    let forwarded = [("forwarded", "for=203.0.113.7;proto=https")];
    let answer = served.ask("GET", "/healthz", &forwarded, "");
    assert_eq!(answer.headers["strict-transport-security"], "max-age=86400");
}

/// Tries to sign in with a wrong password, after what the proxy says first; gives the status.
fn wrong_try(served: &Served, first: &[u8], from: &str) -> u16 {
    let body = "email=mara@north.example&password=wrong+word";
    let headers: Vec<_> =
        Some(("x-forwarded-for", from)).filter(|_| !from.is_empty()).into_iter().collect();
    let mut stream = served.connect();
    stream.write_all(first).unwrap();
    stream.write_all(served.head("POST", "/sign-in", &headers, body.len()).as_bytes()).unwrap();
    stream.write_all(body.as_bytes()).unwrap();
    let answer = answer(stream);
    let wait = answer.headers.get("retry-after").map(|wait| wait.parse::<u32>().unwrap());
    let is_asked_to_wait = wait.is_some_and(|wait| (1..=600).contains(&wait));
    assert_eq!(answer.status == 429, is_asked_to_wait, "{answer:?}");
    answer.status
}

/// How many wrong tries one network has before it must wait.
const TRIES: usize = 5;

#[test]
fn tries_are_counted_for_who_stands_behind_a_proxy_and_nobody_lies_about_it() {
    let program = Program::new();
    program.begin();
    let served = program.serve(&[]);
    for _ in 0..TRIES {
        assert_ne!(wrong_try(&served, b"", "203.0.113.7"), 429);
    }
    assert_eq!(wrong_try(&served, b"", "203.0.113.7"), 429);
    assert_ne!(wrong_try(&served, b"", "198.51.100.1"), 429, "another network");
    assert_eq!(wrong_try(&served, b"", "9.9.9.9, 203.0.113.7"), 429, "what a stranger put before");
}

#[test]
fn what_a_stranger_says_of_others_is_not_believed() {
    let program = Program::new();
    program.begin();
    let file = program.write("nobody.toml", "[http]\ntrusted_proxies = [\"10.0.0.0/8\"]\n");
    let served = program.serve(&["--config", &file]);
    let tries = (0..TRIES).map(|number| wrong_try(&served, b"", &format!("203.0.{number}.7")));
    assert!(tries.collect::<Vec<_>>().iter().all(|status| *status != 429));
    assert_eq!(wrong_try(&served, b"", "198.51.100.1"), 429, "all of them were one");
}

#[test]
fn a_balancer_says_first_for_whom_it_speaks() {
    let program = Program::new();
    program.begin();
    let file = program.write("balancer.toml", "[http]\nproxy_protocol = true\n");
    let served = program.serve(&["--config", &file]);
    let line = |from: &str| format!("PROXY TCP4 {from} 192.0.2.1 4711 443\r\n").into_bytes();
    for _ in 0..TRIES {
        assert_ne!(wrong_try(&served, &line("203.0.113.7"), ""), 429);
    }
    assert_eq!(wrong_try(&served, &line("203.0.113.7"), ""), 429);
    assert_ne!(wrong_try(&served, &line("198.51.100.1"), ""), 429);
    // The browser behind the balancer is no proxy of ours, and speaks for itself alone.
    assert_eq!(wrong_try(&served, &line("203.0.113.7"), "192.0.2.77"), 429);

    // A connection of the balancer that does not say it is no connection.
    for first in [&b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"[..], b"PROXY TCP4 nonsense\r\n"] {
        let mut stream: TcpStream = served.connect();
        stream.write_all(first).unwrap();
        let mut said = Vec::new();
        let _reset = stream.read_to_end(&mut said);
        assert_eq!(String::from_utf8_lossy(&said), "", "{first:?}");
    }
}

#[test]
fn nobody_else_is_asked_for_it() {
    let program = Program::new();
    let text = "[http]\nproxy_protocol = true\ntrusted_proxies = [\"10.0.0.0/8\"]\n";
    let file = program.write("balancer.toml", text);
    let served = program.serve(&["--config", &file]);
    assert_eq!(served.get("/healthz").status, 200);
    let mut stream = served.connect();
    stream
        .write_all(b"PROXY TCP4 203.0.113.7 192.0.2.1 1 2\r\nGET / HTTP/1.1\r\nhost: x\r\n\r\n")
        .unwrap();
    assert_eq!(answer(stream).status, 400, "and from a stranger it is no request");
}

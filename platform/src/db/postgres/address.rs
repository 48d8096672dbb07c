//! The address of a server: what the driver reads of it, and how far TLS is to go.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use postgres::Config;
use postgres::config::{Host, SslMode};

use super::tls::{Encrypted, Tls};
use crate::Failure;

/// How long to wait for a server that does not answer.
const CONNECT_WAIT: Duration = Duration::from_secs(10);

/// How much is asked of the connection, by the words of libpq (PostgreSQL, 32.19.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// In the open.
    Disable,
    /// By TLS if the server speaks it, whoever it is.
    Prefer,
    /// By TLS, whoever the server is; with a root certificate as [`Mode::VerifyCa`].
    Require,
    /// By TLS with a server whose certificate one of ours has signed.
    VerifyCa,
    /// The same, and it must be for the host that was asked for.
    VerifyFull,
}

const MODES: [(&str, Mode); 5] = [
    ("disable", Mode::Disable),
    ("prefer", Mode::Prefer),
    ("require", Mode::Require),
    ("verify-ca", Mode::VerifyCa),
    ("verify-full", Mode::VerifyFull),
];

impl Mode {
    /// As libpq reads it.
    pub(crate) fn as_str(self) -> &'static str {
        MODES.iter().find(|(_, mode)| *mode == self).map_or("", |(word, _)| word)
    }
}

/// A server, and how it is reached.
#[derive(Clone)]
pub(crate) struct Address {
    /// What the driver needs.
    pub config: Config,
    /// How the connection is kept from others.
    pub tls: Tls,
    /// How much was asked of it.
    pub mode: Mode,
    /// The certificates that are believed; those of the machine unless one is named.
    pub roots: Option<PathBuf>,
}

/// Reads a connection text, `postgres://…` or `host=… dbname=…`, with `sslmode` and `sslrootcert` as libpq has them.
pub(crate) fn parse(text: &str) -> Result<Address, Failure> {
    let (rest, asked, roots) = without_tls(text);
    let mut config: Config = rest.parse().map_err(|error: postgres::Error| {
        let why = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        Failure::invalid("database", format!("is no PostgreSQL address: {error}: {why}"))
    })?;
    let mode = match asked.as_deref() {
        None if is_far(&config) => Mode::Prefer,
        None => Mode::Disable,
        Some(word) => {
            let known = MODES.iter().find(|(known, _)| *known == word).map(|(_, mode)| *mode);
            known.ok_or_else(|| {
                let known = MODES.map(|(word, _)| word).join(", ");
                Failure::invalid("database", format!("has sslmode={word}; there are {known}"))
            })?
        }
    };
    let mode = match mode {
        _ if is_socket(&config) => Mode::Disable,
        Mode::Require if roots.is_some() => Mode::VerifyCa,
        Mode::VerifyCa if roots.is_none() => {
            let words = "has sslmode=verify-ca: say whose certificates are believed with sslrootcert=FILE, or take \
                 verify-full";
            return Err(Failure::invalid("database", words));
        }
        mode => mode,
    };
    config.ssl_mode(match mode {
        Mode::Disable => SslMode::Disable,
        Mode::Prefer => SslMode::Prefer,
        Mode::Require | Mode::VerifyCa | Mode::VerifyFull => SslMode::Require,
    });
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_WAIT);
    }
    if config.get_application_name().is_none() {
        config.application_name("sluice");
    }
    let tls = match mode {
        Mode::Disable => Tls::Open,
        mode => Tls::Encrypted(Encrypted::new(mode, roots.as_deref())?),
    };
    Ok(Address { config, tls, mode, roots })
}

fn is_socket(config: &Config) -> bool {
    config.get_hosts().iter().all(|host| matches!(host, Host::Unix(_)))
}

/// Whether a server lies on another machine.
pub(crate) fn is_far(config: &Config) -> bool {
    config.get_hosts().iter().any(|host| match host {
        Host::Tcp(name) => match name.parse::<IpAddr>() {
            Ok(address) => !address.is_loopback(),
            Err(_) => name != "localhost",
        },
        Host::Unix(_) => false,
    })
}

/// The host and the database of a connection text.
pub(crate) fn without_secrets(text: &str) -> String {
    let Ok(config) = without_tls(text).0.parse::<Config>() else {
        return "postgres://?".to_owned();
    };
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(name)) => name.clone(),
        Some(Host::Unix(path)) => path.display().to_string(),
        None => String::new(),
    };
    format!("postgres://{host}/{}", config.get_dbname().unwrap_or_default())
}

/// The text without what the driver does not know, `sslmode` and `sslrootcert`, and these.
fn without_tls(text: &str) -> (String, Option<String>, Option<PathBuf>) {
    let (mut mode, mut roots) = (None, None);
    let mut is_ours = |pair: &str, read: fn(&str) -> String| {
        let (place, word) = match pair.split_once('=') {
            Some(("sslmode", word)) => (&mut mode, word),
            Some(("sslrootcert", path)) => (&mut roots, path),
            _ => return false,
        };
        *place = Some(read(word));
        true
    };
    let rest = if text.contains("://") {
        match text.split_once('?') {
            None => text.to_owned(),
            Some((place, query)) => {
                let kept: Vec<&str> =
                    query.split('&').filter(|pair| !is_ours(pair, unescaped)).collect();
                let mark = if kept.is_empty() { "" } else { "?" };
                format!("{place}{mark}{}", kept.join("&"))
            }
        }
    } else {
        let kept: Vec<&str> =
            words(text).into_iter().filter(|pair| !is_ours(pair, unquoted)).collect();
        kept.join(" ")
    };
    // By this word libpq means the certificates of the machine, as we do where none are named.
    let roots = roots.filter(|path| path != "system").map(PathBuf::from);
    (rest, mode, roots)
}

/// `name=value` pairs, between which there are blanks; in a value in quotes a blank is a blank.
fn words(text: &str) -> Vec<&str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    text.split(|letter: char| {
        let ends = letter.is_whitespace() && !is_quoted;
        is_quoted ^= letter == '\'' && !is_escaped;
        is_escaped = letter == '\\' && !is_escaped;
        ends
    })
    .filter(|word| !word.is_empty())
    .collect()
}

fn unquoted(value: &str) -> String {
    let inner = value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    inner.unwrap_or(value).replace("\\'", "'").replace("\\\\", "\\")
}

/// RFC 3986, 2.1.
fn unescaped(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let [first, after @ ..] = rest {
        let code = (*first == b'%').then(|| after.get(..2)).flatten();
        let code = code.and_then(|two| std::str::from_utf8(two).ok());
        match code.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_how_far_tls_goes() {
        for (text, expected) in [
            ("host=/run/postgresql dbname=s", Mode::Disable),
            ("host=/run/postgresql dbname=s sslmode=require", Mode::Disable),
            ("postgres://s@localhost/s", Mode::Disable),
            ("postgres://s@127.0.0.1/s", Mode::Disable),
            ("postgres://s@db.north.example/s", Mode::Prefer),
            ("postgres://s@db.north.example/s?sslmode=disable", Mode::Disable),
            ("postgres://s@localhost/s?sslmode=require", Mode::Require),
            ("host=db user=s sslmode='verify-full' dbname=s", Mode::VerifyFull),
            (
                "postgres://s@db/s?connect_timeout=3&sslmode=verify-full&sslrootcert=system",
                Mode::VerifyFull,
            ),
        ] {
            let address = parse(text).unwrap();
            assert_eq!(address.mode, expected, "{text}");
            assert_eq!(
                address.config.get_user().is_some(),
                text.contains("s@") || text.contains("user")
            );
        }
        let timeout = parse("postgres://s@db/s?connect_timeout=3&sslmode=require").unwrap();
        assert_eq!(timeout.config.get_connect_timeout(), Some(&Duration::from_secs(3)));
    }

    #[test]
    fn what_cannot_be_is_said() {
        for (text, expected) in [
            ("postgres://s@db/s?sslmode=verify", "sslmode=verify; there are disable, prefer"),
            ("postgres://s@db/s?sslmode=verify-ca", "sslrootcert=FILE"),
            ("postgres://s@db/s?sslmode=verify-full&sslrootcert=/no%2dwhere.pem", "/no-where.pem"),
            ("mysql://s@db/s", "is no PostgreSQL address"),
        ] {
            let words = parse(text).map(drop).unwrap_err().to_string();
            assert!(words.contains(expected), "{text}: {words}");
        }
    }

    #[test]
    fn quotes_hold_a_value_together() {
        let (rest, mode, roots) =
            without_tls(r"host=db password='a \' b' sslrootcert='/a b/\'c.pem' sslmode=require");
        assert_eq!(rest, r"host=db password='a \' b'");
        assert_eq!(mode.as_deref(), Some("require"));
        assert_eq!(roots, Some(PathBuf::from("/a b/'c.pem")));
    }
}

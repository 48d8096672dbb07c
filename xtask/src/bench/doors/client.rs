//! One connection to the program, kept as a browser or another program keeps it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;

/// After how long a connection is opened anew.
const REST: Duration = Duration::from_secs(2);

/// A connection, and who asks by it.
pub(super) struct Client {
    stream: BufReader<TcpStream>,
    used_at: Instant,
    address: String,
    pub(super) bearer: Option<String>,
    cookie: Option<String>,
    takes_gzip: bool,
}

impl Client {
    pub(super) fn open(address: &str) -> anyhow::Result<Client> {
        Ok(Client {
            stream: connected(address)?,
            used_at: Instant::now(),
            address: address.to_owned(),
            bearer: None,
            cookie: None,
            takes_gzip: false,
        })
    }

    pub(super) fn with_token(address: &str, token: &str) -> anyhow::Result<Client> {
        Ok(Client { bearer: Some(token.to_owned()), ..Client::open(address)? })
    }

    pub(super) fn must(
        &mut self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<()> {
        self.text(method, path, body).map(drop)
    }

    /// What is answered, as JSON.
    pub(super) fn json(
        &mut self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<Value> {
        let text = self.text(method, path, body)?;
        serde_json::from_str(&text).with_context(|| format!("{method} {path}"))
    }

    /// What is answered, as text.
    pub(super) fn text(
        &mut self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<String> {
        let (status, body) = self.ask(method, path, body)?;
        let body = String::from_utf8_lossy(&body).into_owned();
        ensure!((200..300).contains(&status), "{method} {path}: {status} {body}");
        Ok(body)
    }

    pub(super) fn ask(
        &mut self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<(u16, Vec<u8>)> {
        let body = body.map(Value::to_string).unwrap_or_default();
        self.send(method, path, "application/json", &body)?;
        let (status, _, body) = self.answer()?;
        Ok((status, body))
    }

    /// Bytes of an address as they are sent to a browser that takes gzip.
    pub(super) fn packed(&mut self, path: &str) -> anyhow::Result<usize> {
        self.takes_gzip = true;
        let answer = self.ask("GET", path, None);
        self.takes_gzip = false;
        let (status, packed) = answer?;
        ensure!(status == 200, "GET {path}: {status}");
        Ok(packed.len())
    }

    pub(super) fn sign_in(&mut self, email: &str, password: &str) -> anyhow::Result<()> {
        let form = format!("email={}&password={}", escaped(email), escaped(password));
        self.send("POST", "/sign-in", "application/x-www-form-urlencoded", &form)?;
        let (_, cookie, _) = self.answer()?;
        self.cookie = Some(cookie.context("no session: is the owner let in?")?);
        Ok(())
    }

    fn send(&mut self, method: &str, path: &str, kind: &str, body: &str) -> anyhow::Result<()> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n", self.address);
        if method != "GET" {
            head.push_str(&format!("content-type: {kind}\r\ncontent-length: {}\r\n", body.len()));
        }
        if let Some(bearer) = &self.bearer {
            head.push_str(&format!("authorization: Bearer {bearer}\r\n"));
        }
        if self.takes_gzip {
            head.push_str("accept-encoding: gzip\r\n");
        }
        if let Some(cookie) = &self.cookie {
            head.push_str(&format!("cookie: {cookie}\r\n"));
        }
        // The program closes connections that rest.
        if self.used_at.elapsed() > REST {
            self.stream = connected(&self.address)?;
        }
        self.used_at = Instant::now();
        let stream = self.stream.get_mut();
        stream.write_all(format!("{head}\r\n{body}").as_bytes())?;
        Ok(())
    }

    /// Status, the session's cookie if one is set, and the body.
    fn answer(&mut self) -> anyhow::Result<(u16, Option<String>, Vec<u8>)> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.with_context(|| format!("no answer: {line:?}"))?;
        let (mut length, mut is_chunked, mut cookie) = (0, false, None);
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse()?,
                "transfer-encoding" => is_chunked = value == "chunked",
                "set-cookie" => cookie = value.split(';').next().map(str::to_owned),
                _ => {}
            }
        }
        let mut body = Vec::new();
        if !is_chunked {
            body.resize(length, 0);
            self.stream.read_exact(&mut body)?;
            return Ok((status, cookie, body));
        }
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let Ok(size) = usize::from_str_radix(line.trim(), 16) else {
                bail!("no chunk: {line:?}")
            };
            let begun = body.len();
            body.resize(begun + size, 0);
            if let Some(rest) = body.get_mut(begun..) {
                self.stream.read_exact(rest)?;
            }
            line.clear();
            self.stream.read_line(&mut line)?;
            if size == 0 {
                return Ok((status, cookie, body));
            }
        }
    }
}

fn connected(address: &str) -> anyhow::Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    Ok(BufReader::with_capacity(1 << 16, stream))
}

/// A text as part of an address: everything but letters and digits escaped.
pub(super) fn escaped(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(one).collect()
}

//! The PROXY protocol, versions 1 and 2: what a load balancer that only passes bytes on says of whom it passes on.
//!
//! As in its specification (haproxy, doc/proxy-protocol.txt). Where it is switched on, a connection from a proxy of
//! ours must begin with it, and one from anybody else is taken as it is: its header would be no request and is
//! refused as one.

use std::io::{Error, ErrorKind, Result};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use tokio::io::{AsyncRead, AsyncReadExt};

/// What every header of version 2 begins with, and nothing in HTTP does.
const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
/// The longest header of version 1, with its line end.
const LINE_BYTES_MAX: usize = 107;
/// The longest rest of a header of version 2 that is read: addresses, and what some balancers add.
const REST_BYTES_MAX: usize = 4_096;

/// Reads the header, and nothing beyond it. Nothing if the proxy speaks for itself, as in its health checks, or
/// does not know whom it speaks for.
///
/// # Errors
/// `InvalidData` for what is no such header; else as reading.
pub(crate) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Result<Option<IpAddr>> {
    let mut start = [0; 12];
    stream.read_exact(&mut start).await?;
    if start == SIGNATURE { second(stream).await } else { first(stream, &start).await }
}

/// Version 1: a line, `PROXY TCP4 198.51.100.1 192.0.2.1 56324 443`.
async fn first(stream: &mut (impl AsyncRead + Unpin), start: &[u8]) -> Result<Option<IpAddr>> {
    let mut line = start.to_vec();
    if !line.starts_with(b"PROXY ") {
        return Err(wrong("no PROXY header"));
    }
    while !line.ends_with(b"\r\n") {
        if line.len() >= LINE_BYTES_MAX {
            return Err(wrong("a PROXY line without an end"));
        }
        line.push(stream.read_u8().await?);
    }
    let text = std::str::from_utf8(&line).map_err(|_| wrong("a PROXY line that is no text"))?;
    let parts: Vec<&str> = text.trim_end().split(' ').collect();
    match parts[..] {
        [_, "UNKNOWN", ..] => Ok(None),
        [_, "TCP4", source, target, _, _] => {
            let (source, _): (Ipv4Addr, Ipv4Addr) = (parsed(source)?, parsed(target)?);
            Ok(Some(source.into()))
        }
        [_, "TCP6", source, target, _, _] => {
            let (source, _): (Ipv6Addr, Ipv6Addr) = (parsed(source)?, parsed(target)?);
            Ok(Some(source.into()))
        }
        _ => Err(wrong("a PROXY line that cannot be read")),
    }
}

fn parsed<T: std::str::FromStr>(text: &str) -> Result<T> {
    text.parse().map_err(|_| wrong("a PROXY line with an address that is none"))
}

/// Version 2: the signature, version and command, family, length, addresses, and whatever else was added.
async fn second(stream: &mut (impl AsyncRead + Unpin)) -> Result<Option<IpAddr>> {
    let (command, family) = (stream.read_u8().await?, stream.read_u8().await?);
    let length = usize::from(stream.read_u16().await?);
    if length > REST_BYTES_MAX {
        return Err(wrong("a PROXY header that is too long"));
    }
    let mut rest = vec![0; length];
    stream.read_exact(&mut rest).await?;
    match (command, family) {
        // LOCAL: the proxy asks on its own behalf.
        (0x20, _) => Ok(None),
        (0x21, 0x11 | 0x12) => {
            let bytes: [u8; 4] = head(&rest, 12)?;
            Ok(Some(Ipv4Addr::from(bytes).into()))
        }
        (0x21, 0x21 | 0x22) => {
            let bytes: [u8; 16] = head(&rest, 36)?;
            Ok(Some(Ipv6Addr::from(bytes).into()))
        }
        // Another family, such as a socket of the machine: no address that we could name.
        (0x21, _) => Ok(None),
        _ => Err(wrong("a PROXY header of another version")),
    }
}

/// The first bytes of what must be at least so long.
fn head<const N: usize>(rest: &[u8], length_min: usize) -> Result<[u8; N]> {
    let bytes = if rest.len() < length_min { None } else { rest.first_chunk::<N>() };
    bytes.copied().ok_or_else(|| wrong("a PROXY header that is too short"))
}

fn wrong(words: &str) -> Error {
    Error::new(ErrorKind::InvalidData, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn told(bytes: &[u8]) -> std::result::Result<(Option<String>, usize), String> {
        let mut stream = bytes;
        match read(&mut stream).await {
            Ok(address) => Ok((address.map(|address| address.to_string()), stream.len())),
            Err(error) => Err(error.to_string()),
        }
    }

    fn v2(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
        let mut bytes = SIGNATURE.to_vec();
        bytes.extend([command, family]);
        bytes.extend(u16::try_from(rest.len()).unwrap().to_be_bytes());
        bytes.extend(rest);
        bytes
    }

    #[tokio::test]
    async fn the_first_version_is_a_line() {
        for (text, expected) in [
            ("PROXY TCP4 198.51.100.1 192.0.2.1 56324 443\r\nGET", Some("198.51.100.1")),
            ("PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r\nGET", Some("2001:db8::1")),
            ("PROXY UNKNOWN\r\nGET", None),
            ("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\nGET", None),
        ] {
            assert_eq!(told(text.as_bytes()).await, Ok((expected.map(str::to_owned), 3)), "{text}");
        }
    }

    #[tokio::test]
    async fn the_second_version_is_bytes() {
        let four = [198, 51, 100, 1, 192, 0, 2, 1, 0, 1, 0, 2];
        let mut six = [0; 36];
        six[..4].copy_from_slice(&[0x20, 0x01, 0x0d, 0xb8]);
        six[15] = 1;
        let mut more = four.to_vec();
        more.extend([3, 0, 1, 7]);
        for (bytes, expected) in [
            (v2(0x21, 0x11, &four), Some("198.51.100.1")),
            (v2(0x21, 0x11, &more), Some("198.51.100.1")),
            (v2(0x21, 0x21, &six), Some("2001:db8::1")),
            (v2(0x20, 0x00, &[]), None),
            (v2(0x21, 0x31, &[0; 216]), None),
        ] {
            let mut stream = bytes.clone();
            stream.extend(b"GET");
            assert_eq!(told(&stream).await, Ok((expected.map(str::to_owned), 3)), "{bytes:?}");
        }
    }

    #[tokio::test]
    async fn what_is_no_header_is_refused() {
        let long = format!("PROXY TCP4 {}", "1".repeat(200));
        let too_long = v2(0x21, 0x11, &[0; REST_BYTES_MAX + 1]);
        let too_short = v2(0x21, 0x11, &[1, 2, 3, 4]);
        let other = v2(0x31, 0x11, &[0; 12]);
        for bytes in [
            b"GET / HTTP/1.1\r\n\r\n".as_slice(),
            b"PROXY TCP4 a b 1 2\r\n",
            b"PROXY TCP4 1.2.3.4\r\n",
            b"PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n",
            b"PROXY T",
            long.as_bytes(),
            &too_long,
            &too_short,
            &other,
        ] {
            assert!(told(bytes).await.is_err(), "{bytes:?}");
        }
    }
}

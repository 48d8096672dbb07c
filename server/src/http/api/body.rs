//! What a program sends: JSON, plain or in gzip, up to a size that holds for what it unpacks to.

use std::io::Read;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::read::MultiGzDecoder;
use futures_util::StreamExt;
use platform::failure::http::Problem;

/// The answer to a body that is not taken.
pub(super) type Refused = Box<Response>;

/// Most bytes of what is told in one call: 1,000 people.
pub(super) const BODY_BYTES_MAX: usize = 8 << 20;

/// The bytes of a body of JSON.
///
/// # Errors
/// The answer for what is no JSON by its own word, is packed in another way, or is too large.
pub(super) async fn read(headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Refused> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let kind =
        text(header::CONTENT_TYPE).and_then(|kind| kind.split(';').next()).unwrap_or_default();
    let kind = kind.trim().to_ascii_lowercase();
    if kind != "application/json" && !(kind.starts_with("application/") && kind.ends_with("+json"))
    {
        let words = "send JSON, with content-type: application/json";
        return Err(unsupported(words, (header::ACCEPT, "application/json")));
    }
    let packed = collected(headers, body).await?;
    match text(header::CONTENT_ENCODING).map(str::to_ascii_lowercase).as_deref() {
        None | Some("" | "identity") => Ok(packed),
        Some("gzip" | "x-gzip") => unpacked(&packed),
        Some(_) => {
            let words = "a body may be sent as it is or in gzip, and in no other packing";
            Err(unsupported(words, (header::ACCEPT_ENCODING, "gzip, identity")))
        }
    }
}

async fn collected(headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Refused> {
    let said =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if said.is_some_and(|bytes: usize| bytes > BODY_BYTES_MAX) {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(said.unwrap_or(0));
    let mut stream = body.into_data_stream();
    while let Some(piece) = stream.next().await {
        let Ok(piece) = piece else { return Err(unreadable("the body broke off")) };
        if bytes.len() + piece.len() > BODY_BYTES_MAX {
            return Err(too_large());
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

fn unpacked(packed: &[u8]) -> Result<Vec<u8>, Refused> {
    let most = u64::try_from(BODY_BYTES_MAX).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    match MultiGzDecoder::new(packed).take(most + 1).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() > BODY_BYTES_MAX => Err(too_large()),
        Ok(_) => Ok(bytes),
        Err(error) => Err(unreadable(&format!("this is no gzip: {error}"))),
    }
}

/// What cannot be read at all.
pub(super) fn unreadable(words: &str) -> Refused {
    Box::new(Problem::new(StatusCode::BAD_REQUEST, "unreadable", words).into_response())
}

fn too_large() -> Refused {
    let words = format!(
        "that is larger than the {} MB that one call takes, unpacked",
        BODY_BYTES_MAX >> 20
    );
    Box::new(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", words).into_response())
}

fn unsupported(words: &str, (name, value): (header::HeaderName, &'static str)) -> Refused {
    let problem = Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media_type", words);
    let mut response = problem.into_response();
    response.headers_mut().insert(name, HeaderValue::from_static(value));
    Box::new(response)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    }

    #[test]
    fn a_bomb_is_put_down_before_it_goes_off() {
        assert_eq!(unpacked(&gzip(b"{}")).unwrap(), b"{}");
        let bomb = gzip(&vec![b' '; 100 << 20]);
        assert!(bomb.len() < 200_000);
        assert_eq!(unpacked(&bomb).unwrap_err().status(), StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(unpacked(b"{}").unwrap_err().status(), StatusCode::BAD_REQUEST);
    }
}

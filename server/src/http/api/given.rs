//! What a call gives.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// An answer, which may be kept and given again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Given {
    pub(super) status: u16,
    /// Nothing of a call that gives nothing.
    pub(super) value: Option<Value>,
    tag: Option<String>,
    location: Option<String>,
    #[serde(skip)]
    is_repeated: bool,
}

const REPEATED: HeaderName = HeaderName::from_static("idempotent-replayed");

impl Given {
    fn new(status: u16, value: Option<Value>) -> Given {
        Given { status, value, tag: None, location: None, is_repeated: false }
    }

    pub(super) fn value(value: Value) -> Given {
        Given::new(200, Some(value))
    }

    /// Something that is new, and where it is found.
    pub(super) fn created(value: Value, place: &str) -> Given {
        Given { location: Some(format!("/api/v1{place}")), ..Given::new(201, Some(value)) }
    }

    /// Something that was begun and goes on, and where one sees how far it is.
    pub(super) fn accepted(value: Value, place: &str) -> Given {
        Given { location: Some(format!("/api/v1{place}")), ..Given::new(202, Some(value)) }
    }

    pub(super) fn nothing() -> Given {
        Given::new(204, None)
    }

    pub(super) fn tagged(self, tag: String) -> Given {
        Given { tag: Some(tag), ..self }
    }

    /// The same as it was given before.
    pub(super) fn repeated(self) -> Given {
        Given { is_repeated: true, ..self }
    }
}

impl IntoResponse for Given {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let mut response = match self.value {
            Some(value) => (status, Json(value)).into_response(),
            None => status.into_response(),
        };
        let headers = response.headers_mut();
        let tag = self.tag.map(|tag| format!("\"{tag}\""));
        for (name, text) in [(header::ETAG, tag), (header::LOCATION, self.location)] {
            let value = text.and_then(|text| HeaderValue::from_str(&text).ok());
            headers.extend(value.map(|value| (name, value)));
        }
        if self.is_repeated {
            headers.insert(REPEATED, HeaderValue::from_static("true"));
        }
        response
    }
}

/// A tag of what something is made of: another whenever anything of it is.
pub(super) fn tag(parts: &[&str]) -> String {
    let mut sum = Sha256::new();
    for part in parts {
        sum.update(part.len().to_be_bytes());
        sum.update(part);
    }
    sum.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

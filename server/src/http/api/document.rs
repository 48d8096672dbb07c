//! `/api/v1/openapi.json`: what can be called, in OpenAPI 3.1, made of the table of calls. It holds no data, so whoever
//! asks may have it.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::call::{Call, Gives, Param, Takes};
use super::shape::Shape;
use super::table;

static DOCUMENT: LazyLock<String> = LazyLock::new(|| whole().to_string());

pub(super) async fn document() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str()).into_response()
}

pub(super) fn whole() -> Value {
    let mut paths = Map::new();
    paths.insert("/api/v1/openapi.json".to_owned(), json!({ "get": description() }));
    for (path, calls) in table::by_path() {
        let calls = calls.iter().map(|call| (call.method.as_str().to_lowercase(), operation(call)));
        paths.insert(format!("/api/v1{path}"), Value::Object(calls.collect()));
    }
    let schemas: Map<String, Value> =
        table::shapes().map(|(name, shape)| (name.to_owned(), shape.schema())).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Sluice",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
            "description": "What programs ask and tell. `sluice token create` makes the token that each call shows; it may \
                what its user may, or less.",
        },
        "servers": [ { "url": "/" } ],
        "security": [ { "token": [] } ],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
            "schemas": schemas,
            "parameters": { "IdempotencyKey": key(), "IfMatch": if_match() },
            "headers": headers(),
            "responses": { "Problem": {
                "description": "What went wrong, and which fields (RFC 9457).",
                "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
            } },
        },
    })
}

fn key() -> Value {
    json!({
        "name": "Idempotency-Key", "in": "header", "required": false,
        "schema": { "type": "string", "minLength": 1, "maxLength": 255, "format": "key" },
        "description": "The same call with the same key within 24 hours is not done again: it gets the answer of the first, with \
            `Idempotent-Replayed: true`. Another call with that key is refused. What was refused was not done, and may be \
            sent again.",
    })
}

fn if_match() -> Value {
    json!({
        "name": "If-Match", "in": "header", "required": false,
        "schema": { "type": "string", "minLength": 1 },
        "description": "The ETag as it was read. If it has changed since, nothing is done, and the answer is 412.",
    })
}

fn headers() -> Value {
    let text = || json!({ "type": "string" });
    let number = || json!({ "type": "integer", "minimum": 0 });
    json!({
        "ETag": { "schema": text(), "description": "Another whenever something is recorded about it." },
        "Location": { "schema": text(), "description": "Where it is found." },
        "RateLimit-Limit": { "schema": number(), "description": "Calls that this token may make in a minute, if there is a limit." },
        "RateLimit-Remaining": { "schema": number(), "description": "Calls that are left at once, if there is a limit." },
        "RateLimit-Reset": { "schema": number(), "description": "Seconds until all of them are there again, if there is a limit." },
        "Retry-After": { "schema": number(), "description": "Seconds to wait." },
    })
}

fn description() -> Value {
    json!({
        "operationId": "describe",
        "tags": ["description"],
        "summary": "This description",
        "security": [],
        "responses": { "200": {
            "description": "OpenAPI 3.1.", "content": { "application/json": { "schema": { "type": "object" } } },
        } },
    })
}

fn operation(call: &Call) -> Value {
    let mut parameters: Vec<Value> =
        call.parts.iter().map(|part| parameter(part, "path")).collect();
    parameters.extend(call.query.iter().map(|param| parameter(param, "query")));
    let refer = |name: &str| json!({ "$ref": format!("#/components/parameters/{name}") });
    if call.is_kept() {
        parameters.push(refer("IdempotencyKey"));
    }
    if call.has_condition() {
        parameters.push(refer("IfMatch"));
    }
    let mut operation = json!({
        "operationId": call.id,
        "tags": [call.subject()],
        "summary": call.summary,
        "x-right": call.right.as_str(),
    });
    let Some(members) = operation.as_object_mut() else { return operation };
    if !call.more.is_empty() {
        members.insert("description".to_owned(), json!(call.more));
    }
    if !parameters.is_empty() {
        members.insert("parameters".to_owned(), json!(parameters));
    }
    match &call.takes {
        Takes::Nothing => {}
        Takes::Json(shape, example) => {
            let content =
                json!({ "application/json": { "schema": shape.schema(), "example": example } });
            members
                .insert("requestBody".to_owned(), json!({ "required": true, "content": content }));
        }
        Takes::File => {
            let schema =
                json!({ "type": "string", "contentMediaType": "application/octet-stream" });
            let content = json!({ "application/octet-stream": { "schema": schema } });
            members
                .insert("requestBody".to_owned(), json!({ "required": true, "content": content }));
        }
    }
    members.insert("responses".to_owned(), responses(call));
    operation
}

fn parameter(param: &Param, place: &str) -> Value {
    let Shape { says, example, .. } = &param.shape;
    let bare = Shape { says: "", example: None, ..param.shape.clone() };
    let mut value = json!({
        "name": param.name, "in": place, "required": place == "path", "schema": bare.schema(),
    });
    let Some(members) = value.as_object_mut() else { return value };
    if !says.is_empty() {
        members.insert("description".to_owned(), json!(says));
    }
    if let Some(example) = example {
        members.insert("example".to_owned(), example.clone());
    }
    if matches!(param.shape.kind, super::shape::Kind::List { .. }) {
        members.insert("style".to_owned(), json!("form"));
        members.insert("explode".to_owned(), json!(false));
    }
    value
}

/// The answers of a call: what it gives, and the problems that it may have.
fn responses(call: &Call) -> Value {
    let refer = |name: &str| json!({ "$ref": format!("#/components/headers/{name}") });
    let mut responses = Map::new();
    for (status, words, gives) in &call.gives {
        let mut response = json!({ "description": words });
        let mut headers = Map::new();
        if call.is_tagged && *status < 204 {
            headers.insert("ETag".to_owned(), refer("ETag"));
        }
        if matches!(status, 201 | 202) {
            headers.insert("Location".to_owned(), refer("Location"));
        }
        for name in ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"] {
            headers.insert(name.to_owned(), refer(name));
        }
        if let Some(members) = response.as_object_mut() {
            members.insert("headers".to_owned(), Value::Object(headers));
            let file = || json!({ "schema": { "type": "string" } });
            let content: Map<String, Value> = match gives {
                Gives::Nothing => Map::new(),
                Gives::Json(shape) => {
                    [("application/json".to_owned(), json!({ "schema": shape.schema() }))]
                        .into_iter()
                        .collect()
                }
                Gives::File(kinds) => {
                    kinds.iter().map(|kind| ((*kind).to_owned(), file())).collect()
                }
            };
            if !content.is_empty() {
                members.insert("content".to_owned(), Value::Object(content));
            }
        }
        responses.insert(status.to_string(), response);
    }
    for status in call.problems() {
        let problem = json!({ "$ref": "#/components/responses/Problem" });
        responses.entry(status.to_string()).or_insert(problem);
    }
    Value::Object(responses)
}

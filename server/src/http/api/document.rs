//! `/api/v1/openapi.json`: what can be called, in OpenAPI 3.1. It holds no data, so whoever asks may have it.

use axum::Json;
use people::list::Sort;
use people::upsert::PEOPLE_MAX;
use serde_json::{Value, json};

use super::people::LIMIT_MAX;

pub(super) async fn document() -> Json<Value> {
    Json(whole())
}

fn whole() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Sluice",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
            "description": "People, told and asked by programs. `sluice token create` makes the token that each call shows.",
        },
        "servers": [ { "url": "/" } ],
        "security": [ { "token": [] } ],
        "paths": {
            "/api/v1/openapi.json": { "get": description() },
            "/api/v1/people": { "get": list(), "post": tell() },
            "/api/v1/people/batch": { "post": tell_many() },
            "/api/v1/people/export": { "get": export() },
            "/api/v1/people/{who}": { "get": one() },
        },
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
            "schemas": schemas(),
            "responses": { "Problem": {
                "description": "What went wrong, and which fields (RFC 9457).",
                "content": { "application/problem+json": { "schema": of("Problem") } },
            } },
        },
    })
}

fn of(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

fn answer(words: &str, schema: Value) -> Value {
    json!({ "description": words, "content": { "application/json": { "schema": schema } } })
}

/// The answers of a call: what it gives, and the problems that it may have.
fn answers(good: &[(&str, Value)], problems: &[&str]) -> Value {
    let problem = || json!({ "$ref": "#/components/responses/Problem" });
    let good = good.iter().map(|(status, answer)| ((*status).to_owned(), answer.clone()));
    let problems = problems.iter().map(|status| ((*status).to_owned(), problem()));
    good.chain(problems).collect::<serde_json::Map<_, _>>().into()
}

fn asked(name: &str, words: &str, schema: Value) -> Value {
    json!({ "name": name, "in": "query", "required": false, "description": words, "schema": schema })
}

fn description() -> Value {
    json!({
        "operationId": "describe",
        "summary": "This description",
        "security": [],
        "responses": answers(&[("200", answer("OpenAPI 3.1.", json!({ "type": "object" })))], &[]),
    })
}

fn list() -> Value {
    let text = || json!({ "type": "string" });
    let sorts: Vec<&str> = Sort::ALL.iter().map(|(_, word)| *word).collect();
    let stages = "Only people at one of these stages, with commas between.";
    json!({
        "operationId": "listPeople",
        "summary": "People with where they stand, a page at a time",
        "parameters": [
            asked("where", "A condition, as definitions write them: company.employees >= 50 && did(\"form.submitted\"). \
                It is asked alone, and `count` says how many meet it.", text()),
            asked("lens", "The lens to look through; the main one unless said.", text()),
            asked("stage", stages, text()),
            asked("search", "A name, the beginning of one, or an e-mail address.", text()),
            asked("sort", "By what they are ordered.", json!({ "type": "string", "enum": sorts, "default": "touched" })),
            asked("order", "Names come from A unless said, all else the largest first.", json!({ "type": "string", "enum": ["asc", "desc"] })),
            asked("limit", "People of a page.", json!({ "type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": 50 })),
            asked("after", "Where the page before ended: its `next`.", text()),
            asked("fields", "Members of a person with commas between; the id comes always.", text()),
        ],
        "responses": answers(&[("200", answer("A page.", of("Page")))], &["401", "403", "404", "409", "422", "503"]),
    })
}

fn export() -> Value {
    let text = || json!({ "type": "string" });
    let sorts: Vec<&str> = Sort::ALL.iter().map(|(_, word)| *word).collect();
    let file = json!({
        "description": "The file, sent while it is read from one snapshot. If it can't be sent whole, the connection breaks off.",
        "headers": { "sluice-count": { "description": "How many people it has.", "schema": { "type": "integer" } } },
        "content": { "text/csv": { "schema": text() }, "application/x-ndjson": { "schema": text() } },
    });
    json!({
        "operationId": "exportPeople",
        "summary": "A list of people as a file",
        "description": "CSV for spreadsheets, formulas defused; or JSON Lines, an object for each person and a last line that says how many.",
        "parameters": [
            asked("where", "A condition, as definitions write them; it is asked alone.", text()),
            asked("lens", "The lens to look through; the main one unless said.", text()),
            asked("stage", "Only people at one of these stages, with commas between; they come stage by stage.", text()),
            asked("search", "A name, the beginning of one, or an e-mail address.", text()),
            asked("sort", "By what they are ordered within a stage.", json!({ "type": "string", "enum": sorts, "default": "name" })),
            asked("order", "Names come from A unless said, all else the largest first.", json!({ "type": "string", "enum": ["asc", "desc"] })),
            asked("format", "How it is written.", json!({ "type": "string", "enum": ["csv", "jsonl"], "default": "csv" })),
            asked("facts", "Facts that are columns, too, with commas between: person.custom.plan.", text()),
        ],
        "responses": answers(&[("200", file)], &["401", "403", "404", "409", "422", "503"]),
    })
}

fn one() -> Value {
    json!({
        "operationId": "getPerson",
        "summary": "Everything about a person",
        "parameters": [
            { "name": "who", "in": "path", "required": true, "schema": { "type": "string", "minLength": 1 },
              "description": "The id, an e-mail address, a telephone, or system:id of another system." },
            asked("lens", "The lens to look through; the main one unless said.", json!({ "type": "string" })),
        ],
        "responses": answers(&[("200", answer("The person.", of("Person")))], &["401", "403", "404", "409", "422"]),
    })
}

fn tell() -> Value {
    json!({
        "operationId": "tellPerson",
        "summary": "Create or update a person, found by any of their keys",
        "description": "The same news twice changes nothing.",
        "requestBody": { "required": true, "content": { "application/json": { "schema": of("NewPerson"), "example": {
            "email": "ann@north.example", "name": "Ann North", "company": { "domain": "north.example", "facts": { "company.employees": 120 } },
            "activities": [ { "kind": "form.submitted", "at": "2026-01-02T03:04:05Z", "properties": { "asset": "prices" } } ],
        } } } },
        "responses": answers(
            &[("200", answer("Known before; `status` says whether anything was news.", of("Person"))),
              ("201", answer("Created.", of("Person")))],
            &["400", "401", "403", "413", "415", "422"],
        ),
    })
}

fn tell_many() -> Value {
    let people = json!({ "type": "array", "items": of("NewPerson"), "maxItems": PEOPLE_MAX });
    json!({
        "operationId": "tellPeople",
        "summary": "Create or update up to 1,000 people at once",
        "description": "What is wrong with one hinders no other: each has its own result, in their order.",
        "requestBody": { "required": true, "content": { "application/json": { "schema": { "oneOf": [
            people,
            { "type": "object", "required": ["people"], "additionalProperties": false, "properties": { "people": people } },
        ] } } } },
        "responses": answers(&[("200", answer("What came of each.", of("Told")))], &["400", "401", "403", "413", "415", "422"]),
    })
}

fn schemas() -> Value {
    let text = || json!({ "type": "string" });
    let maybe = |kind: &str| json!({ "type": [kind, "null"] });
    let value = json!({
        "type": ["string", "number", "boolean", "array", "null"], "items": { "type": "string" },
        "description": "null takes back what was held.",
    });
    let values = json!({ "type": "object", "additionalProperties": value });
    json!({
        "NewPerson": {
            "type": "object", "additionalProperties": false,
            "description": "At least one of email, phone and ids says who it is.",
            "properties": {
                "email": maybe("string"),
                "phone": maybe("string"),
                "ids": { "type": "object", "additionalProperties": text(), "description": "What other systems call them." },
                "name": maybe("string"), "title": maybe("string"), "country": maybe("string"),
                "facts": values,
                "company": { "anyOf": [of("NewCompany"), { "type": "null" }] },
                "activities": { "type": "array", "items": of("NewActivity") },
            },
        },
        "NewCompany": {
            "type": "object", "additionalProperties": false,
            "description": "A domain or a name says which.",
            "properties": { "domain": maybe("string"), "name": maybe("string"), "facts": values },
        },
        "NewActivity": {
            "type": "object", "additionalProperties": false, "required": ["kind"],
            "properties": {
                "kind": { "type": "string", "examples": ["form.submitted"] },
                "at": { "type": ["string", "null"], "format": "date-time" },
                "id": { "type": ["string", "null"], "description": "Tells it from others of its kind: told twice, it is one." },
                "campaign": maybe("string"), "source": maybe("string"),
                "properties": values,
            },
        },
        "Listed": {
            "type": "object", "required": ["id"],
            "properties": {
                "id": text(), "name": text(), "email": maybe("string"), "title": maybe("string"),
                "company": maybe("string"), "owner": maybe("string"), "stage": maybe("string"), "kind": maybe("string"),
                "temperature": maybe("string"), "criteria": { "type": "object", "additionalProperties": maybe("boolean") },
                "fit": { "type": "array", "items": { "type": "number" } }, "engagement": { "type": "number" },
                "intent": maybe("number"), "likelihood": maybe("number"), "since": maybe("string"),
            },
        },
        "Page": {
            "type": "object", "required": ["people", "next", "lens"],
            "properties": {
                "people": { "type": "array", "items": of("Listed") },
                "next": { "type": ["string", "null"], "description": "What `after` says for the next page; null at the end." },
                "lens": text(),
                "count": { "type": "integer", "description": "How many meet the condition." },
            },
        },
        "Person": {
            "type": "object", "required": ["id", "name", "keys", "standing", "facts", "history"],
            "properties": {
                "id": text(), "name": text(), "email": maybe("string"), "phone": maybe("string"),
                "status": { "type": "string", "enum": ["created", "updated", "unchanged"], "description": "What came of what was told." },
                "keys": { "type": "array", "items": { "type": "object" } },
                "company": { "type": ["object", "null"] }, "lens": text(), "standing": { "type": ["object", "null"] },
                "facts": { "type": "array", "items": { "type": "object" } },
                "company_facts": { "type": "array", "items": { "type": "object" } },
                "history": { "type": "array", "items": { "type": "object" } },
            },
        },
        "Told": {
            "type": "object", "required": ["counts", "results"],
            "properties": {
                "counts": {
                    "type": "object", "required": ["rows", "created", "updated", "unchanged", "rejected"],
                    "additionalProperties": { "type": "integer" },
                    "description": "rows = created + updated + unchanged + rejected.",
                },
                "results": { "type": "array", "items": {
                    "type": "object", "required": ["status"],
                    "properties": {
                        "status": { "type": "string", "enum": ["created", "updated", "unchanged", "rejected"] },
                        "id": text(),
                        "errors": { "type": "array", "items": of("Field") },
                    },
                } },
            },
        },
        "Field": {
            "type": "object", "required": ["name", "words"],
            "properties": {
                "name": { "type": "string", "description": "The way to it: a parameter, or a JSON pointer into what was sent." },
                "words": text(),
            },
        },
        "Problem": {
            "type": "object", "required": ["type", "title", "status", "detail", "code"],
            "properties": {
                "type": text(), "title": text(), "status": { "type": "integer" }, "detail": text(), "code": text(),
                "fields": { "type": "array", "items": of("Field") }, "incident": text(),
            },
        },
    })
}

//! What is told of people.

use people::PERSON;
use people::upsert::{Tally, Told, update, upsert};
use platform::Tx;
use platform::failure::{Failure, Field};
use serde_json::{Value, json};

use super::one;
use crate::http::api::ask::Ask;
use crate::http::api::given::Given;

/// One person: 201 for a new one, 200 for one who was known.
pub(super) fn one(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let told = upsert(tx, &ask.who, std::slice::from_ref(&ask.body), ask.now)?.pop();
    let told = told.ok_or_else(|| Failure::broken("nothing came of a person"))?;
    let status = told.as_str();
    match told {
        Told::Rejected(fields) => Err(Failure::Invalid(fields)),
        Told::Conflict(words) => Err(Failure::refused("two_people", words)),
        Told::Created(id) | Told::Updated(id) | Told::Unchanged(id) => {
            let id = ask.outside.encode(PERSON, id);
            let value = json!({ "id": id, "status": status });
            Ok(match status {
                "created" => Given::created(value, &format!("/people/{id}")),
                _ => Given::value(value),
            })
        }
    }
}

/// Many people: what came of each, in their order, and how many came to what.
pub(super) fn many(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let people = match &ask.body {
        Value::Array(people) => Some(people),
        body => body.get("people").and_then(Value::as_array),
    };
    let told = upsert(tx, &ask.who, people.map_or(&[], Vec::as_slice), ask.now)?;
    let results: Vec<Value> = told.iter().map(|one| result(one, ask)).collect();
    Ok(Given::value(json!({ "counts": Tally::of(&told), "results": results })))
}

pub(in crate::http::api) fn result(told: &Told, ask: &Ask) -> Value {
    let field = |field: &Field| json!({ "name": field.name, "words": field.words });
    match told {
        Told::Rejected(fields) => json!({
            "status": told.as_str(), "errors": fields.iter().map(field).collect::<Vec<_>>(),
        }),
        Told::Conflict(words) => json!({
            "status": told.as_str(), "errors": [{ "name": "", "words": words }],
        }),
        Told::Created(id) | Told::Updated(id) | Told::Unchanged(id) => {
            json!({ "status": told.as_str(), "id": ask.outside.encode(PERSON, *id) })
        }
    }
}

/// More of somebody who is known.
pub(super) fn more(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let id = people::person::find(tx, &ask.who, ask.text("person"))?;
    // From here on nobody else records of them, so that they are still as they were found when it is written.
    tx.lock("subject", &[id])?;
    if ask.if_match.is_some() {
        let (_, history) = people::person::history(tx, &ask.who, ask.text("person"))?;
        ask.must_match(&one::tag_of(&history))?;
    }
    match update(tx, &ask.who, id, &ask.body, ask.now)? {
        Told::Rejected(fields) => Err(Failure::Invalid(fields)),
        Told::Conflict(words) => Err(Failure::refused("two_people", words)),
        Told::Created(_) | Told::Updated(_) | Told::Unchanged(_) => {
            one::given(tx, ask, &ask.outside.encode(PERSON, id))
        }
    }
}

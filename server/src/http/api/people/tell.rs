//! What is told of people.

use people::PERSON;
use people::upsert::{Tally, Told, update, upsert};
use platform::Tx;
use platform::failure::{Failure, Field};
use serde_json::{Value, json};

use super::one;
use crate::http::api::ask::Ask;
use crate::http::api::given::Given;
use crate::http::api::shape::named;

/// One person: 201 for a new one, 200 for one who was known.
pub(super) fn one(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let told = upsert(tx, &ask.who, std::slice::from_ref(&ask.body), ask.now)?.pop();
    let told = told.ok_or_else(|| Failure::broken("nothing came of a person"))?;
    one_told(told, |id, status| {
        let id = ask.outside.encode(PERSON, id);
        let value = json!({ "id": id, "status": status });
        (value, format!("/people/{id}"))
    })
}

/// What came of one: its value, and where it is found.
pub(in crate::http::api) fn one_told(
    told: Told,
    value: impl Fn(i64, &'static str) -> (Value, String),
) -> Result<Given, Failure> {
    let status = told.as_str();
    match told {
        Told::Rejected(fields) => Err(Failure::Invalid(fields)),
        Told::Conflict(code, field) => Err(against(code, field)),
        Told::Created(id) => {
            let (value, place) = value(id, status);
            Ok(Given::created(value, &place))
        }
        Told::Updated(id) | Told::Unchanged(id) => Ok(Given::value(value(id, status).0)),
    }
}

/// What stands against one that could be read: of the whole, or of a part of it.
pub(in crate::http::api) fn against(code: &'static str, field: Field) -> Failure {
    match field.name.as_str() {
        "" => Failure::refused(code, field.words),
        _ => Failure::RefusedAt { code, field },
    }
}

/// Many people: what came of each, in their order, and how many came to what.
pub(super) fn many(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let people = match &ask.body {
        Value::Array(people) => Some(people),
        body => body.get("people").and_then(Value::as_array),
    };
    let people = people.map_or(&[][..], Vec::as_slice);
    let came = upsert(tx, &ask.who, people, ask.now)?;
    let came = placed(came, people, "NewPerson");
    let results: Vec<Value> = came.iter().map(|one| told(one, PERSON, ask)).collect();
    Ok(Given::value(json!({ "counts": Tally::of(&came), "results": results })))
}

/// The same, each member that is wrong with the way to it: what could not be read at all is held against its shape.
pub(in crate::http::api) fn placed(
    mut came: Vec<Told>,
    rows: &[Value],
    shape: &'static str,
) -> Vec<Told> {
    for (told, row) in came.iter_mut().zip(rows) {
        let Told::Rejected(fields) = told else { continue };
        let mut wrong = Vec::new();
        if fields.iter().any(|field| field.name.is_empty()) {
            named(shape).check(row, "", &mut wrong);
        }
        if !wrong.is_empty() {
            *fields = wrong;
        }
    }
    came
}

/// What came of one of many.
pub(in crate::http::api) fn told(told: &Told, prefix: &str, ask: &Ask) -> Value {
    let error = |code: &str, field: &Field| json!({ "code": code, "name": field.name, "words": field.words });
    match told {
        Told::Rejected(fields) => json!({
            "status": told.as_str(),
            "errors": fields.iter().map(|field| error("invalid", field)).collect::<Vec<_>>(),
        }),
        Told::Conflict(code, field) => json!({
            "status": told.as_str(), "errors": [error(code, field)],
        }),
        Told::Created(id) | Told::Updated(id) | Told::Unchanged(id) => {
            json!({ "status": told.as_str(), "id": ask.outside.encode(prefix, *id) })
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
        Told::Conflict(code, field) => Err(against(code, field)),
        Told::Created(_) | Told::Updated(_) | Told::Unchanged(_) => {
            one::given(tx, ask, &ask.outside.encode(PERSON, id))
        }
    }
}

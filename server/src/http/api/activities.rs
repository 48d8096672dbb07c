//! `/activities`: what happened to people who are known.

use people::PERSON;
use people::upsert::{PEOPLE_MAX, Told, record_activities};
use platform::Tx;
use platform::failure::Failure;
use serde_json::{Value, json};
use team::Right;

use super::ask::Ask;
use super::call::{Call, post};
use super::given::Given;
use super::people::{activity, placed, told, who};
use super::shape::{Shape, any, count, either, has, id, list, may, named, object, word};

fn example() -> Value {
    json!({ "person": "ann@north.example", "kind": "page.viewed", "at": "2026-01-03T10:00:00Z", "properties": { "path": "/pricing" } })
}

pub(super) fn calls() -> Vec<Call> {
    let several = list(any()).most(PEOPLE_MAX).says("Each as `PersonActivity`.");
    vec![
        post("/activities", "tellActivity", "Tell of something that happened to a person")
            .more("Told twice, it is one: by its `id`, or by its kind, person and time.")
            .right(Right::EditPeople)
            .takes(named("PersonActivity"), example())
            .gives(200, "Recorded, or known before.", named("Recorded"))
            .refuses(&[404])
            .writes(one),
        post("/activities/batch", "tellActivities", "Tell of up to 1,000 activities at once")
            .more(
                "What is wrong with one hinders no other: each has its own result, in their order.",
            )
            .right(Right::ImportPeople)
            .takes(
                either(vec![several.clone(), object(vec![has("activities", several)])]),
                json!({ "activities": [example()] }),
            )
            .gives(200, "What came of each.", named("RecordedMany"))
            .writes(many),
    ]
}

pub(super) fn shapes() -> Vec<(&'static str, Shape)> {
    let mut members = vec![has("person", who())];
    members.extend(activity());
    let result = object(vec![
        has("status", word(&["recorded", "known", "rejected"])),
        may("person", id()),
        may("errors", list(named("Wrong"))),
    ]);
    let counts = ["rows", "recorded", "known", "rejected"].map(|name| has(name, count()));
    vec![
        ("PersonActivity", object(members)),
        (
            "Recorded",
            object(vec![has("status", word(&["recorded", "known"])), has("person", id())]),
        ),
        (
            "RecordedMany",
            object(vec![
                has("counts", object(counts.into()).says("rows = recorded + known + rejected.")),
                has("results", list(result)),
            ]),
        ),
    ]
}

fn status(told: &Told) -> &'static str {
    match told {
        Told::Created(_) | Told::Updated(_) => "recorded",
        Told::Unchanged(_) => "known",
        Told::Rejected(_) | Told::Conflict(..) => "rejected",
    }
}

fn one(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    // Whom it means is asked first: that there is nobody is not a mistake in how it is written.
    people::person::find(tx, &ask.who, ask.said("person").unwrap_or_default())?;
    let told = record_activities(tx, &ask.who, std::slice::from_ref(&ask.body), ask.now)?.pop();
    match told.ok_or_else(|| Failure::broken("nothing came of an activity"))? {
        Told::Rejected(fields) => Err(Failure::Invalid(fields)),
        Told::Conflict(_, field) => Err(Failure::broken(field.words)),
        came @ (Told::Created(id) | Told::Updated(id) | Told::Unchanged(id)) => {
            let person = ask.outside.encode(PERSON, id);
            Ok(Given::value(json!({ "status": status(&came), "person": person })))
        }
    }
}

fn many(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let activities = match &ask.body {
        Value::Array(activities) => Some(activities),
        body => body.get("activities").and_then(Value::as_array),
    };
    let activities = activities.map_or(&[][..], Vec::as_slice);
    let came = record_activities(tx, &ask.who, activities, ask.now)?;
    let came = placed(came, activities, "PersonActivity");
    let result = |one: &Told| {
        let mut value = told(one, PERSON, ask);
        if let Some(members) = value.as_object_mut() {
            members.insert("status".to_owned(), json!(status(one)));
            let id = members.remove("id");
            members.extend(id.map(|id| ("person".to_owned(), id)));
        }
        value
    };
    let results: Vec<Value> = came.iter().map(result).collect();
    let of = |word: &str| came.iter().filter(|one| status(one) == word).count();
    Ok(Given::value(json!({
        "counts": {
            "rows": came.len(), "recorded": of("recorded"), "known": of("known"), "rejected": of("rejected"),
        },
        "results": results,
    })))
}

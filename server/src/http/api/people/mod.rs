//! `/people`: who there is, and what is told of them.

mod hands;
mod list;
mod one;
mod shapes;
mod tell;

use people::upsert::PEOPLE_MAX;
use serde_json::json;
use team::Right;

use super::call::{Call, get, patch, post};
use super::shape::{Shape, any, either, has, list as several, named, object, text_of, word};

pub(super) use hands::owner;
pub(super) use list::{condition, orders, within};
pub(super) use one::{fact, tag_of};
pub(super) use shapes::{activity, any_stage, company_members, shapes};
pub(super) use tell::{against, one_told, placed, told};

/// People of a page, unless asked otherwise.
pub(super) const LIMIT_USUAL: usize = 50;
/// People of a page at most.
pub(super) const LIMIT_MAX: i64 = 1_000;

/// Whom a path means.
pub(super) fn who() -> Shape {
    text_of(1, 512).example("ann@north.example").says(
        "The id, an e-mail address, a telephone, system:id of another system, or a name that one person has.",
    )
}

pub(super) fn calls() -> Vec<Call> {
    let people = several(any()).most(PEOPLE_MAX).says("Each as `NewPerson`.");
    let mut calls = vec![
        list::call(),
        post("/people", "tellPerson", "Create or update a person, found by any of their keys")
            .more(
                "The same news twice changes nothing. What is told of an address, a telephone or another system's id that \
                 is known goes to whom it names. Refused are keys that name two people (`two_people`), those of somebody whom you \
                 do not see (`key_taken`), and those of somebody who was erased (`erased`) unless they come back on purpose. A \
                 fact that is not yours to write is named by its way, as whatever else can't be taken.",
            )
            .right(Right::EditPeople)
            .takes(named("NewPerson"), shapes::example())
            .gives(200, "Known before; `status` says whether anything was news.", named("ToldPerson"))
            .gives(201, "Created.", named("ToldPerson"))
            .refuses(&[409])
            .writes(tell::one),
        post("/people/batch", "tellPeople", "Create or update up to 1,000 people at once")
            .more("What is wrong with one hinders no other: each has its own result, in their order.")
            .right(Right::ImportPeople)
            .takes(
                either(vec![people.clone(), object(vec![has("people", people)])]),
                json!({ "people": [
                    shapes::example(),
                    { "ids": { "crm_id": "7" }, "facts": { "person.custom.plan": "pro" } },
                ] }),
            )
            .gives(200, "What came of each.", named("Told"))
            .writes(tell::many),
        get("/people/{person}", "getPerson", "What is held of a person, and where they stand")
            .at("person", who())
            .lens()
            .gives(200, "The person.", named("Person"))
            .refuses(&[409])
            .tagged()
            .reads(one::get),
        patch("/people/{person}", "updatePerson", "Tell more of a person who is known")
            .more("Members that are left out stay as they are; a fact that is null is held no more.")
            .right(Right::EditPeople)
            .at("person", who())
            .lens()
            .takes(named("News"), json!({ "title": "CEO", "facts": { "person.custom.seats": 12 } }))
            .gives(200, "The person as they are now.", named("Person"))
            .refuses(&[409])
            .tagged()
            .writes(tell::more),
        get("/people/{person}/activities", "listActivities", "What a person did, the newest first")
            .at("person", who())
            .ask("limit", super::limit())
            .ask("after", super::after())
            .gives(200, "A page.", super::page("activities", named("Activity")))
            .refuses(&[409])
            .reads(one::activities),
        get("/people/{person}/facts", "listFacts", "What was said of a person, by whom and when, the newest first")
            .at("person", who())
            .ask("key", text_of(1, 200).says("Only this fact.").example("person.title"))
            .gives(200, "Every time that something was said of a fact.", object(vec![
                has("facts", several(named("Said")).most(100_000)),
            ]))
            .refuses(&[409])
            .reads(one::facts),
        get("/people/{person}/standings", "listStandings", "Where a person stands, through every lens")
            .at("person", who())
            .gives(200, "One for each lens under which a definition is in force.", object(vec![
                has("standings", several(named("LensStanding"))),
            ]))
            .refuses(&[409])
            .reads(one::standings),
        get("/people/{person}/transitions", "listTransitions", "How a person got there: every move with its receipt")
            .at("person", who())
            .lens()
            .gives(200, "The moves, the newest first.", object(vec![
                has("lens", text_of(1, 200)),
                has("transitions", several(named("Transition")).most(100_000)),
            ]))
            .refuses(&[409])
            .reads(one::transitions),
    ];
    calls.extend(hands::calls());
    calls
}

/// The stages, as they are asked for.
pub(super) fn stages() -> Shape {
    word(&["lead", "prospect", "opportunity", "customer", "recycled", "disqualified"])
}

//! What users say by hand of people and companies: a fact, an owner, and back; all that was said of a fact; and which
//! sources are believed before others.

use people::edit::{self, Edited};
use people::said::{SaidView, said};
use platform::Tx;
use platform::failure::{Failure, Field};
use serde_json::{Value, json};
use team::Right;

use super::ask::Ask;
use super::call::{Call, get, post};
use super::given::Given;
use super::members;
use super::people::{owner, who};
use super::shape::{Shape, has, id, like, list, moment, named, object, text, text_of, word};

/// The longest value that is said by hand.
const VALUE_MOST: usize = 4_096;

pub(super) fn calls() -> Vec<Call> {
    let key = || text_of(1, 100).format("fact").example("person.title").says("The fact.");
    let of_company = || {
        text_of(1, 512)
            .example("north.example")
            .says("The id, the domain, or the name of a company.")
    };
    let fact = |of: &'static str, format| {
        object(vec![
            has("key", like(of, 100).format(format).says("The fact.")),
            has(
                "value",
                text_of(0, VALUE_MOST)
                    .or_null()
                    .says("As one would type it; null and nothing say that it is unknown."),
            ),
        ])
    };
    let taken_back =
        || object(vec![has("edit", text_of(1, 100).says("As the edit called itself."))]);
    let undone = |path, id, summary| {
        post(path, id, summary)
            .more("What held before holds again, as its own source had said it; refused if somebody said something else since.")
            .right(Right::EditPeople)
            .takes(taken_back(), json!({ "edit": "1782906000000000~17" }))
            .gives(200, "It is taken back.", named("Edit"))
            .refuses(&[409])
    };
    let told = |path, id, summary, fact: Shape, example: Value| {
        post(path, id, summary)
            .more("The fact has `edit` as its source; what was said before stays in its history. What programs know of somebody they tell by PATCH.")
            .right(Right::EditPeople)
            .takes(fact, example)
            .gives(200, "It is said.", named("Edit"))
            .refuses(&[409])
    };
    vec![
        told("/people/{person}/facts", "setFact", "Say by hand what a fact of a person is", fact("^person(\\.[a-z0-9_]{1,30}){1,3}$", "fact"), json!({ "key": "person.title", "value": "COO" }))
            .at("person", who())
            .writes(|tx, ask| set(tx, ask, "person")),
        told("/companies/{company}/facts", "setCompanyFact", "Say by hand what a fact of a company is", fact("^company(\\.[a-z0-9_]{1,30}){1,3}$", "company-fact"), json!({ "key": "company.industry", "value": "rail" }))
            .at("company", of_company())
            .writes(|tx, ask| set(tx, ask, "company")),
        get("/people/{person}/facts/{key}", "getFact", "All that was ever said of a fact of a person, and whose word holds")
            .at("person", who())
            .at("key", key())
            .gives(200, "The fact.", named("SaidOfFact"))
            .refuses(&[409])
            .reads(|tx, ask| one(tx, ask, "person")),
        get("/companies/{company}/facts/{key}", "getCompanyFact", "All that was ever said of a fact of a company, and whose word holds")
            .at("company", of_company())
            .at("key", key().example("company.employees"))
            .gives(200, "The fact.", named("SaidOfFact"))
            .refuses(&[409])
            .reads(|tx, ask| one(tx, ask, "company")),
        undone("/people/{person}/undo", "undoEdit", "Take an edit of a person back")
            .at("person", who())
            .writes(|tx, ask| undo(tx, ask, "person")),
        undone("/companies/{company}/undo", "undoCompanyEdit", "Take an edit of a company back")
            .at("company", of_company())
            .writes(|tx, ask| undo(tx, ask, "company")),
        post("/people/{person}/owner", "assignPerson", "Say who looks after a person")
            .right(Right::EditPeople)
            .at("person", who())
            .takes(owner(), json!({ "owner": null }))
            .gives(200, "They are looked after so.", named("Edit"))
            .refuses(&[409])
            .writes(assign),
        get("/sources", "listSources", "Which sources of facts are believed before others")
            .gives(200, "The most trusted first; none while the newest word holds, whoever's it is.", named("Sources"))
            .reads(sources),
        post("/sources", "rankSources", "Say which sources of facts are believed before others")
            .more(
                "From then on what a less trusted source says against a more trusted one is kept beside it and moves nobody. \
                 What was recorded before stays as it was ruled. Among equals the newest word holds.",
            )
            .right(Right::ManageWorkspace)
            .takes(named("Sources"), json!({ "sources": ["edit", "api", "import"] }))
            .gives(200, "As they are believed now.", named("Sources"))
            .writes(rank),
    ]
}

pub(super) fn shapes() -> Vec<(&'static str, Shape)> {
    let edit = object(vec![
        has("id", id().says("Of whom.")),
        has("edit", text().says("What takes it back again.")),
    ]);
    let saying = object(vec![
        has("value", text().says("As people read it.")),
        has("source", text()),
        has("by", text().or_null().says("The user who said it, by name, if one did.")),
        has("at", moment()),
        has("expires_at", moment().or_null()),
        has("state", word(&["held", "past", "outranked", "suspect", "expired"])),
    ]);
    let said = object(vec![
        has("key", text()),
        has("held", named("Saying").or_null()),
        has(
            "others",
            list(named("Saying")).says("What other sources last said, where it is not what holds."),
        ),
        has("all", list(named("Saying")).most(100_000).says("Everything, the newest first.")),
    ]);
    let sources = object(vec![has(
        "sources",
        list(like("^[A-Za-z0-9_.-]{1,100}$", 100)).most(50).says("The most trusted first."),
    )]);
    vec![("Edit", edit), ("Saying", saying), ("SaidOfFact", said), ("Sources", sources)]
}

fn edited(tx: &Tx, edited: Edited) -> Given {
    let id = edit::public_id(tx, edited.subject);
    Given::value(json!({ "id": id, "edit": edited.to_text() }))
}

/// Whom the path means: a company is asked for by its id, so that a person of that name is never meant.
fn meant(tx: &mut Tx, ask: &Ask, part: &str) -> Result<String, Failure> {
    let which = ask.text(part);
    let subject = match part {
        "company" => people::companies::find(tx, &ask.who, which)?,
        _ => people::person::find(tx, &ask.who, which)?,
    };
    Ok(edit::public_id(tx, subject))
}

fn set(tx: &mut Tx, ask: &Ask, part: &str) -> Result<Given, Failure> {
    let which = meant(tx, ask, part)?;
    let (key, value) = (ask.said("key").unwrap_or_default(), ask.said("value").unwrap_or_default());
    let done = edit::edit(tx, &ask.who, &which, key, value, ask.now);
    // What a fact takes hangs on the fields of the workspace, and is no matter of how it is written.
    let done = done.map_err(|failure| match members(failure) {
        Failure::Invalid(wrong) if wrong.iter().all(|field| field.name == "/value") => {
            Failure::refused("value", failure_words(&wrong))
        }
        other => other,
    })?;
    Ok(edited(tx, done))
}

fn failure_words(wrong: &[Field]) -> String {
    wrong.iter().map(|field| field.words.as_str()).collect::<Vec<_>>().join("; ")
}

fn undo(tx: &mut Tx, ask: &Ask, part: &str) -> Result<Given, Failure> {
    let which = meant(tx, ask, part)?;
    let edit = ask.said("edit").unwrap_or_default();
    let done = edit::undo(tx, &ask.who, &which, edit, ask.now).map_err(members)?;
    Ok(edited(tx, done))
}

fn one(tx: &mut Tx, ask: &Ask, part: &str) -> Result<Given, Failure> {
    let which = meant(tx, ask, part)?;
    let SaidView { key, held, others, all, .. } =
        said(tx, &ask.who, &which, ask.text("key"), ask.now)?;
    Ok(Given::value(json!({ "key": key, "held": held, "others": others, "all": all })))
}

fn assign(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let (_, done) = edit::assign(tx, &ask.who, ask.text("person"), ask.said("owner"), ask.now)?;
    Ok(edited(tx, done))
}

fn sources(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    Ok(Given::value(json!({ "sources": people::sources::sources(tx, &ask.who)? })))
}

fn rank(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let order = ask.body.get("sources").and_then(Value::as_array);
    let order: Vec<String> =
        order.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    let now = people::sources::rank(tx, &ask.who, &order, ask.now).map_err(members)?;
    Ok(Given::value(json!({ "sources": now })))
}

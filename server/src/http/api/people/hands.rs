//! What somebody decides of a person: an answer, a move, a handoff, an owner, and what is said against a move.

use funnel::Stage;
use funnels::answer::{self, Answer, NOTE_BYTES_MAX};
use funnels::dispute::{self, DISPUTE, WORDS_BYTES_MAX};
use funnels::hand::{self, Move, REASON_BYTES_MAX, Waking};
use platform::Tx;
use platform::failure::Failure;
use serde_json::{Value, json};
use team::Right;

use super::shapes::any_stage;
use super::{stages, who};
use crate::http::api::ask::Ask;
use crate::http::api::at_field;
use crate::http::api::call::{Call, post};
use crate::http::api::given::Given;
use crate::http::api::shape::{
    Shape, has, id, like, may, moment, object, text, text_of, truth, word,
};

pub(super) fn calls() -> Vec<Call> {
    let reason = |most| like("\\S", most).says("Why; the receipt keeps it.");
    let answer = object(vec![
        has("criterion", text_of(1, 100).says("The criterion of the definition, like budget.")),
        has(
            "answer",
            word(&["yes", "no", "unknown"]).says("unknown takes an earlier answer back."),
        ),
        may("note", text_of(0, NOTE_BYTES_MAX).says("What was said, in a few words.")),
        may("from", word(&["call", "mail", "meeting", "chat"]).says("Where it comes from.")),
    ]);
    let step = object(vec![
        has("to", stages()),
        has("reason", reason(REASON_BYTES_MAX)),
        may(
            "every_lens",
            truth()
                .usually(false)
                .says("Whether it counts under every lens whose gate lets them through."),
        ),
        may("wake_on", day().says("The day on which whoever is recycled wakes.")),
        may("wake_when", text_of(0, 4_000).says("A condition that wakes whoever is recycled.")),
        may(
            "promise",
            text_of(0, REASON_BYTES_MAX).says("What whoever is recycled was promised last."),
        ),
        may("promise_by", day().says("By which day.")),
    ]);
    let handoff = object(vec![
        has("answer", word(&["accepted", "rejected"])),
        may("reason", reason(REASON_BYTES_MAX).says("Why; whoever is rejected needs a reason.")),
    ]);
    let against = object(vec![
        has("at", moment().says("When the move was made: `at` of the transition.")),
        has("to", any_stage().says("Where it led.")),
        has("words", text_of(1, WORDS_BYTES_MAX).says("What is wrong with it.")),
    ]);
    let dispute = text_of(1, 100).says("The id of what is said against a move.");
    vec![
        post("/people/{person}/answers", "answerCriterion", "Note the answer to a criterion's question")
            .more("It counts at once, under every lens that asks for the criterion, until it runs out as the definition says.")
            .right(Right::EditPeople)
            .at("person", who())
            .lens()
            .takes(answer, json!({ "criterion": "need", "answer": "yes", "from": "call", "note": "Loses two drivers a month" }))
            .gives(200, "Where they stood, and where they stand now.", object(vec![
                has("before", any_stage()),
                has("after", any_stage()),
            ]))
            .refuses(&[409])
            .writes(answered),
        post("/people/{person}/moves", "movePerson", "Move somebody to a stage or an exit by hand")
            .more(
                "It obeys the gate of the stage: what the definition says must hold however one arrives. Whoever is recycled \
                 may be given a day and a condition; they wake when the first of them comes, or as the definition says. \
                 Recycling them again puts them off.",
            )
            .right(Right::EditPeople)
            .at("person", who())
            .lens()
            .takes(step, json!({ "to": "recycled", "reason": "No budget this year", "wake_on": "2099-03-01" }))
            .gives(200, "Where they stand now.", object(vec![has("stage", any_stage())]))
            .refuses(&[409])
            .writes(moved),
        post("/people/{person}/handoff", "answerHandoff", "Take somebody on who was handed over, or hand them back")
            .more("The newest answer holds; the first says whether it came within the definition's `sla`.")
            .right(Right::EditPeople)
            .at("person", who())
            .lens()
            .takes(handoff, json!({ "answer": "rejected", "reason": "A student" }))
            .gives_nothing("It is noted.")
            .refuses(&[409])
            .writes(handed),
        post("/people/{person}/disputes", "disputeMove", "Say that a move was wrong")
            .right(Right::EditPeople)
            .at("person", who())
            .lens()
            .takes(against, json!({ "at": "2026-07-01T09:00:00Z", "to": "lead", "words": "She only asked for directions" }))
            .gives(201, "It stands beside the move.", object(vec![has("id", id())]))
            .refuses(&[409])
            .writes(disputed),
        post("/disputes/{dispute}/resolve", "resolveDispute", "Answer what is said against a move")
            .more("Whether a definition changes for it is another matter.")
            .right(Right::ChangeDefinitions)
            .at("dispute", dispute)
            .takes(
                object(vec![has("words", text_of(1, WORDS_BYTES_MAX).says("How it was settled."))]),
                json!({ "words": "Version 8 asks for a reply" }),
            )
            .gives_nothing("It is answered.")
            .writes(resolved),
    ]
}

/// A day as people write it.
fn day() -> Shape {
    text_of(0, 40).format("day").example("2027-03-01")
}

/// A person as they are named in the path.
pub(in crate::http::api) fn owner() -> Shape {
    object(vec![has(
        "owner",
        text().or_null().says("A user, by id, address or whole name; null for nobody."),
    )])
}

fn answered(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let said = |name: &str| ask.said(name).unwrap_or_default().to_owned();
    let yes = match ask.said("answer") {
        Some("yes") => Some(true),
        Some("no") => Some(false),
        _ => None,
    };
    let said = Answer { criterion: said("criterion"), yes, note: said("note"), from: said("from") };
    let came = answer::answer(tx, &ask.who, ask.text("person"), ask.lens(), &said, ask.now);
    Ok(Given::value(json!(came?)))
}

fn moved(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let said = |name: &str| ask.said(name).unwrap_or_default().to_owned();
    let to = ask.said("to").and_then(Stage::parse).unwrap_or(Stage::None);
    let step = Move {
        to,
        reason: said("reason"),
        everywhere: ask.body.get("every_lens").and_then(Value::as_bool).unwrap_or_default(),
        wake: Waking {
            on: said("wake_on"),
            when: said("wake_when"),
            promise: said("promise"),
            promise_by: said("promise_by"),
        },
    };
    // Which of two days it is that can't be read is known here alone.
    let of_day = if step.wake.promise_by.is_empty() { "/wake_on" } else { "/promise_by" };
    let done = hand::move_to(tx, &ask.who, ask.text("person"), ask.lens(), &step, ask.now);
    done.map_err(|failure| at_field(failure, &[("no_date", of_day)]))?;
    Ok(Given::value(json!({ "stage": to })))
}

fn handed(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let said = (ask.said("answer") == Some("accepted"), ask.said("reason").unwrap_or_default());
    hand::hand_over(tx, &ask.who, ask.text("person"), ask.lens(), said, ask.now)?;
    Ok(Given::nothing())
}

fn disputed(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let at = ask.said("at").and_then(|at| at.parse().ok());
    let at = at.ok_or_else(|| Failure::invalid("/at", "this is no moment"))?;
    let to = ask.said("to").and_then(Stage::parse).unwrap_or(Stage::None);
    let words = ask.said("words").unwrap_or_default();
    let person = ask.text("person");
    let id = dispute::raise(tx, &ask.who, person, ask.lens(), (at, to), words, ask.now);
    let id = ask.outside.encode(DISPUTE, id?);
    let place = format!("/disputes/{id}");
    Ok(Given::created(json!({ "id": id }), &place))
}

fn resolved(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let id = ask.id("dispute", DISPUTE)?;
    let words = ask.said("words").unwrap_or_default();
    dispute::resolve(tx, &ask.who, id, words, ask.now)?;
    Ok(Given::nothing())
}

//! `/changes`: one thing done to many people.

use funnel::Stage;
use people::bulk::{self, CHANGE, ChangeRow, Chosen, Deed, NAMED_MAX};
use people::{PERSON, PersonId, lens_for, lists};
use platform::Tx;
use platform::failure::{Failure, Field};
use serde_json::{Value, json};
use team::Right;

use super::ask::Ask;
use super::at_field;
use super::call::{Call, get, post};
use super::given::Given;
use super::people::{stages, who};
use super::shape::{
    Shape, any, count, either, has, id, list, may, moment, named, object, text, text_of, truth,
    word,
};

/// Rejections of a page, unless asked otherwise.
const USUAL: usize = 50;

pub(super) fn calls() -> Vec<Call> {
    let part = || text_of(1, 100).says("The id of a change.");
    let matching = object(vec![
        may("where", text_of(1, 32_000).format("condition").says("A condition.")),
        may("stages", list(stages()).most(6)),
        may("segment", text_of(1, 200).says("The id or the name of a segment.")),
        may("list", text_of(1, 200).says("The id or the name of a list.")),
    ])
    .says("Whoever meets all of this when it begins.");
    let asked = object(vec![
        has("do", named("Deed")),
        may(
            "people",
            list(who()).least(1).most(NAMED_MAX).says("These; or, in its stead, `matching`."),
        ),
        may("matching", matching),
    ])
    .any_of(&["people", "matching"]);
    vec![
        post("/changes", "changeMany", "Do one thing to many people")
            .more(
                "Few are changed at once, many by a job: ask for the change until it is `is_done`. Each comes to changed, \
                 unchanged or rejected, and these add up.",
            )
            .right(Right::EditPeople)
            .takes(
                asked,
                json!({ "do": { "what": "fact", "key": "person.custom.plan", "value": "pro" }, "people": ["ann@north.example"] }),
            )
            .gives(200, "It is done.", named("Change"))
            .gives(202, "It was begun.", named("Change"))
            .refuses(&[404, 409])
            .writes(start),
        get("/changes/{change}", "getChange", "A change: how far it is, and what it came to")
            .at("change", part())
            .gives(200, "The change.", named("Change"))
            .reads(one),
        get("/changes/{change}/rejected", "listChangeRejected", "To whom it could not be done, each with the reason")
            .at("change", part())
            .ask("limit", super::limit())
            .ask("after", super::after())
            .gives(200, "A page.", super::page("people", object(vec![
                has("person", id()),
                has("name", text()),
                has("reason", text()),
            ])))
            .refuses(&[409])
            .reads(rejected),
    ]
}

pub(super) fn shapes() -> Vec<(&'static str, Shape)> {
    let deed = |what: &'static str, mut more: Vec<super::shape::Member>| {
        more.insert(0, has("what", word(&[what])));
        object(more)
    };
    let in_list = || text_of(1, 200).says("The id or the name of a list.");
    let deeds = either(vec![
        deed(
            "fact",
            vec![
                has("key", text_of(1, 100).format("fact")),
                has("value", any().says("null says that it is unknown.")),
            ],
        ),
        deed(
            "owner",
            vec![has(
                "user",
                text_of(1, 254)
                    .format("user")
                    .or_null()
                    .says("A user, by id, address or whole name; null for nobody."),
            )],
        ),
        deed("put_in", vec![has("list", in_list())]),
        deed("take_out", vec![has("list", in_list())]),
        deed("recycle", vec![has("reason", text_of(1, 500).says("What the receipt will say."))]),
    ]);
    let change = object(vec![
        has("id", id()),
        has("does", text().says("In a few words.")),
        has("started_at", moment()),
        has("finished_at", moment().or_null()),
        has("is_done", truth()),
        has("failure", text().or_null().says("Why it stands still.")),
        has("people", count().says("How many were chosen; 0 until that is settled.")),
        has("changed", count()),
        has("unchanged", count()),
        has("rejected", count()),
        has("adds_up", truth().says("people = changed + unchanged + rejected.")),
    ]);
    vec![("Deed", deeds.says("What is done to each.")), ("Change", change)]
}

fn value(tx: &mut Tx, row: &ChangeRow, ask: &Ask) -> Result<Value, Failure> {
    let counts = row.counts;
    let mut failure = None;
    if let (None, Some(job)) = (row.finished_at, row.job) {
        let job = platform::jobs::find(tx, job)?;
        let dead = job.filter(|job| job.state == platform::jobs::State::Dead);
        failure = dead
            .map(|job| job.last_error.unwrap_or_else(|| "It failed without a word.".to_owned()));
    }
    Ok(json!({
        "id": ask.outside.encode(CHANGE, row.id),
        "does": row.deed.words(),
        "started_at": row.started_at,
        "finished_at": row.finished_at,
        "is_done": row.finished_at.is_some(),
        "failure": failure,
        "people": counts.people,
        "changed": counts.changed,
        "unchanged": counts.unchanged,
        "rejected": counts.rejected,
        "adds_up": counts.done() == counts.people,
    }))
}

fn start(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    ask.who.may(Right::EditPeople)?;
    let (chosen, deed) = (chosen(tx, ask)?, deed(tx, ask)?);
    let started = bulk::start(tx, &ask.who, &chosen, &deed, ask.now).map_err(|failure| {
        match at_field(failure, &[("condition", "/matching/where")]) {
            Failure::Invalid(wrong) => Failure::Invalid(wrong.into_iter().map(placed).collect()),
            other => other,
        }
    })?;
    let row = bulk::load(tx, &ask.who, started.change)?;
    let place = format!("/changes/{}", ask.outside.encode(CHANGE, started.change));
    let value = value(tx, &row, ask)?;
    Ok(if started.job.is_some() { Given::accepted(value, &place) } else { Given::value(value) })
}

/// A field of the deed, as the member that says it.
fn placed(Field { name, words }: Field) -> Field {
    let name = if name.starts_with('/') { name } else { format!("/do/{name}") };
    Field { name, words }
}

fn chosen(tx: &mut Tx, ask: &Ask) -> Result<Chosen, Failure> {
    let named = ask.body.get("people").and_then(Value::as_array);
    let matching = ask.body.get("matching").filter(|value| value.is_object());
    if named.is_some() && matching.is_some() {
        let words = "say `people` or `matching`, not both";
        return Err(Failure::invalid("/matching", words));
    }
    if let Some(named) = named {
        let mut wrong = Vec::new();
        let mut people: Vec<PersonId> = Vec::with_capacity(named.len());
        for (place, one) in named.iter().enumerate() {
            match people::person::find(tx, &ask.who, one.as_str().unwrap_or_default()) {
                Ok(id) => people.push(id),
                Err(failure @ Failure::Broken(_)) => return Err(failure),
                Err(failure) => wrong
                    .push(Field { name: format!("/people/{place}"), words: failure.to_string() }),
            }
        }
        return if wrong.is_empty() {
            Ok(Chosen::People(people))
        } else {
            Err(Failure::Invalid(wrong))
        };
    }
    let said = |name: &str| matching.and_then(|it| it.get(name)).and_then(Value::as_str);
    let lens = lens_for(tx, &ask.who, None)?.id;
    let read = |tx: &mut Tx, text: &str| -> Result<String, Failure> {
        let asked = people::condition::read(tx, lens, text)?;
        asked.check(tx, &ask.who)?;
        Ok(asked.condition().to_string())
    };
    let own = match said("where") {
        Some(text) => Some(
            read(tx, text)
                .map_err(|failure| at_field(failure, &[("condition", "/matching/where")]))?,
        ),
        None => None,
    };
    let of_segment = match said("segment") {
        Some(which) => {
            let text = people::segment::meant(tx, &ask.who, which)?.condition;
            Some(read(tx, &text)?)
        }
        None => None,
    };
    let condition = match (own, of_segment) {
        (Some(own), Some(other)) => Some(format!("({own}) && ({other})")),
        (own, other) => own.or(other),
    };
    let list = match said("list") {
        Some(which) => Some(lists::meant(tx, &ask.who, which)?.id),
        None => None,
    };
    let stages = matching.and_then(|it| it.get("stages")).and_then(Value::as_array);
    let stages: Vec<Stage> =
        stages.into_iter().flatten().filter_map(Value::as_str).filter_map(Stage::parse).collect();
    Ok(Chosen::Matching { lens, stages, condition, list })
}

fn deed(tx: &mut Tx, ask: &Ask) -> Result<Deed, Failure> {
    let deed = ask.body.get("do").cloned().unwrap_or_default();
    let text = |name: &str| deed.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(match text("what").as_str() {
        "owner" => Deed::Owner {
            user: match deed.get("user").and_then(Value::as_str) {
                Some(user) => Some(people::edit::user(tx, user)?),
                None => None,
            },
        },
        "put_in" => Deed::PutIn { list: lists::meant(tx, &ask.who, &text("list"))?.id },
        "take_out" => Deed::TakeOut { list: lists::meant(tx, &ask.who, &text("list"))?.id },
        "recycle" => Deed::Recycle { reason: text("reason") },
        _ => Deed::Fact { key: text("key"), value: deed.get("value").cloned().unwrap_or_default() },
    })
}

fn found(tx: &mut Tx, ask: &Ask) -> Result<ChangeRow, Failure> {
    bulk::load(tx, &ask.who, ask.id("change", CHANGE)?)
}

fn one(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let row = found(tx, ask)?;
    Ok(Given::value(value(tx, &row, ask)?))
}

fn rejected(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let change = found(tx, ask)?.id;
    let after =
        ask.find("after").map(|text| ask.outside.decode(PERSON, text).ok_or_else(super::no_place));
    let limit = ask.size("limit", USUAL);
    let one_more = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let mut rows = bulk::rejections(tx, change, after.transpose()?.unwrap_or(0), one_more)?;
    let is_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| is_more).map(|row| ask.outside.encode(PERSON, row.person));
    let people: Vec<Value> = rows
        .iter()
        .map(|row| json!({ "person": ask.outside.encode(PERSON, row.person), "name": row.name, "reason": row.reason }))
        .collect();
    Ok(Given::value(json!({ "people": people, "next": next })))
}

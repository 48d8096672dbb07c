//! `/changes`: one thing done to many people or companies.

use funnel::Stage;
use people::bulk::{self, CHANGE, ChangeRow, Chosen, Deed, Matching, NAMED_MAX};
use people::of::Kept;
use people::{Of, lens_for, lists};
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
    let which = text_of(1, 254).says("A company, by id, domain or whole name.");
    let meeting = |of, condition| {
        object(vec![
            of,
            may("where", text_of(1, 32_000).format(condition).says("A condition.")),
            may("stages", list(stages()).most(6)),
            may("segment", text_of(1, 200).says("The id or the name of a segment.")),
            may("list", text_of(1, 200).says("The id or the name of a list.")),
        ])
    };
    let of_people = may(
        "of",
        word(&[Of::People.word()])
            .usually("people")
            .says("Whom it means; a condition, a segment and a list are of the same."),
    );
    let of_companies = has("of", word(&[Of::Companies.word()]));
    let matching =
        either(vec![meeting(of_people, "condition"), meeting(of_companies, "company-condition")])
            .says("Whoever meets all of this when it begins.");
    let asked = object(vec![
        has("do", named("Deed")),
        may(
            "people",
            list(who())
                .least(1)
                .most(NAMED_MAX)
                .says("These; or, in its stead, `companies` or `matching`."),
        ),
        may("companies", list(which).least(1).most(NAMED_MAX).says("These companies.")),
        may("matching", matching),
    ])
    .one_of(&["people", "companies", "matching"]);
    vec![
        post("/changes", "changeMany", "Do one thing to many people or companies")
            .more(
                "Few are changed at once, many by a job: ask for the change until it is `is_done`. Each comes to changed, \
                 unchanged or rejected, and these add up. Of companies a fact is told, and they are put into lists and \
                 taken out; owners and recycling are people's.",
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
                has("person", id().or_null().says("null in a change of companies.")),
                has("company", id().or_null().says("null in a change of people.")),
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
        has("of", word(&[Of::People.word(), Of::Companies.word()])),
        has("people", count().says("How many people were chosen; 0 until that is settled.")),
        has("companies", count().says("How many companies were chosen; 0 until that is settled.")),
        has("changed", count()),
        has("unchanged", count()),
        has("rejected", count()),
        has("adds_up", truth().says("people + companies = changed + unchanged + rejected.")),
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
        "of": row.chosen.of().word(),
        "people": if row.chosen.of() == Of::People { counts.whole } else { 0 },
        "companies": if row.chosen.of() == Of::Companies { counts.whole } else { 0 },
        "changed": counts.changed,
        "unchanged": counts.unchanged,
        "rejected": counts.rejected,
        "adds_up": counts.done() == counts.whole,
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
    // With nothing in it it says nothing, as in the description.
    let is_said = |value: &&Value| value.as_object().is_some_and(|said| !said.is_empty());
    let matching = ask.body.get("matching").filter(is_said);
    let named = Of::BOTH.map(|of| (of, ask.body.get(of.word()).and_then(Value::as_array)));
    let mut named = named.into_iter().filter_map(|(of, some)| Some((of, some?)));
    match (named.next(), named.next(), matching) {
        (Some((of, some)), None, None) => return these(tx, of, some, ask),
        (None, _, _) => {}
        (Some(_), _, _) => {
            let words = "say one of `people`, `companies` and `matching`";
            return Err(Failure::invalid("/matching", words));
        }
    }
    let said = |name: &str| matching.and_then(|it| it.get(name)).and_then(Value::as_str);
    let lens = lens_for(tx, &ask.who, None)?.id;
    let of = said("of").and_then(Of::parse).unwrap_or_default();
    let read = |tx: &mut Tx, text: &str| -> Result<String, Failure> {
        let asked = people::condition::read_of(tx, of, lens, text)?;
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
            let row = people::segment::meant_of(tx, &ask.who, of, which)?;
            let text = row.condition;
            Some(read(tx, &text)?)
        }
        None => None,
    };
    let condition = match (own, of_segment) {
        (Some(own), Some(other)) => Some(format!("({own}) && ({other})")),
        (own, other) => own.or(other),
    };
    let list = match said("list") {
        Some(which) => Some(lists::meant_of(tx, &ask.who, of, which)?.id),
        None => None,
    };
    let stages = matching.and_then(|it| it.get("stages")).and_then(Value::as_array);
    let stages: Vec<Stage> =
        stages.into_iter().flatten().filter_map(Value::as_str).filter_map(Stage::parse).collect();
    Ok(Chosen::Matching(Matching { of, lens, stages, condition, list }))
}

/// Those who are named one by one.
fn these(tx: &mut Tx, of: Of, some: &[Value], ask: &Ask) -> Result<Chosen, Failure> {
    let mut wrong = Vec::new();
    let mut found: Vec<i64> = Vec::with_capacity(some.len());
    for (place, one) in some.iter().enumerate() {
        let which = one.as_str().unwrap_or_default();
        let meant = match of {
            Of::People => people::person::find(tx, &ask.who, which),
            Of::Companies => people::companies::find(tx, &ask.who, which),
        };
        match meant {
            Ok(id) => found.push(id),
            Err(failure @ Failure::Broken(_)) => return Err(failure),
            Err(failure) => {
                let name = format!("/{}/{place}", of.word());
                wrong.push(Field { name, words: failure.to_string() });
            }
        }
    }
    if wrong.is_empty() {
        return Ok(Chosen::these(of, found));
    }
    // It is well written: who is meant is not there.
    let words: Vec<String> = wrong.iter().map(|it| format!("{}: {}", it.name, it.words)).collect();
    Err(Failure::refused("not_there", words.join("; ")))
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
    let change = found(tx, ask)?;
    let of = change.chosen.of();
    let after = ask
        .find("after")
        .map(|text| ask.outside.decode(of.prefix(), text).ok_or_else(super::no_place));
    let limit = ask.size("limit", USUAL);
    let one_more = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let mut rows = bulk::rejections(tx, &change, after.transpose()?.unwrap_or(0), one_more)?;
    let is_more = rows.len() > limit;
    rows.truncate(limit);
    let id = |subject: i64| ask.outside.encode(of.prefix(), subject);
    let next = rows.last().filter(|_| is_more).map(|row| id(row.subject));
    let rejected: Vec<Value> = rows
        .iter()
        .map(|row| {
            let (person, company) = match of {
                Of::People => (Some(id(row.subject)), None),
                Of::Companies => (None, Some(id(row.subject))),
            };
            json!({ "person": person, "company": company, "name": row.name, "reason": row.reason })
        })
        .collect();
    Ok(Given::value(json!({ "people": rejected, "next": next })))
}

//! `/segments` of people and of companies, which always follow their condition, and `/lists`, in which people are until they are taken out.

use funnel::condition::Subject;
use people::lists::{self, LIST, ListRow};
use people::segment::{self, SEGMENT, SegmentRow};
use people::{PersonId, lens_for};
use platform::Tx;
use platform::failure::{Failure, Field};
use serde_json::{Value, json};
use team::Right;

use super::ask::Ask;
use super::call::{Call, delete, get, patch, post};
use super::given::{Given, tag};
use super::people::{condition, who, within};
use super::shape::{
    Shape, count, has, id, like, list, may, moment, named, object, text, text_of, word,
};

/// People who are put into a list or taken out at once.
const PEOPLE_MAX: usize = 1_000;

fn name() -> Shape {
    like("[A-Za-z0-9]", 100)
        .format("name")
        .says("By which people know it; no other of its kind has the same.")
}

fn segment_part() -> Shape {
    text_of(1, 200)
        .says("The id or the name of a segment; of a name that both have, that of people.")
}

fn of_whom() -> Shape {
    word(&["people", "companies"])
}

fn list_part() -> Shape {
    text_of(1, 200).says("The id or the name of a list.")
}

pub(super) fn calls() -> Vec<Call> {
    let whom = object(vec![has("people", list(who()).least(1).most(PEOPLE_MAX))]);
    let example = json!({ "people": ["ann@north.example"] });
    vec![
        get("/segments", "listSegments", "Every segment")
            .ask("of", of_whom().says("Only segments of people, or of companies."))
            .gives(
                200,
                "By name, those of people first.",
                object(vec![has("segments", list(named("Segment")).most(100_000))]),
            )
            .reads(segments),
        post("/segments", "createSegment", "Save a condition under a name")
            .right(Right::EditPeople)
            .takes(
                object(vec![
                    has("name", name()),
                    has("condition", condition()),
                    may("of", of_whom().says("What the condition is about; people unless said.")),
                ]),
                json!({ "name": "Large firms", "condition": "company.employees >= 50" }),
            )
            .gives(201, "The segment.", named("Segment"))
            .refuses(&[409])
            .tagged()
            .writes(create_segment),
        get("/segments/{segment}", "getSegment", "One segment: its condition")
            .at("segment", segment_part())
            .gives(200, "The segment.", named("Segment"))
            .tagged()
            .reads(get_segment),
        patch("/segments/{segment}", "changeSegment", "Give a segment another name or condition")
            .right(Right::EditPeople)
            .at("segment", segment_part())
            .takes(
                object(vec![may("name", name()), may("condition", condition())]),
                json!({ "condition": "company.employees >= 100" }),
            )
            .gives(200, "The segment as it is now.", named("Segment"))
            .refuses(&[409])
            .tagged()
            .writes(change_segment),
        delete(
            "/segments/{segment}",
            "removeSegment",
            "Remove a segment; the people in it stay as they are",
        )
        .right(Right::EditPeople)
        .at("segment", segment_part())
        .gives_nothing("It is gone.")
        .tagged()
        .writes(remove_segment),
        within(get(
            "/segments/{segment}/people",
            "listSegmentPeople",
            "Who is in a segment now, a page at a time",
        ))
        .at("segment", segment_part()),
        get("/lists", "listLists", "Every list of people")
            .gives(
                200,
                "By name.",
                object(vec![has("lists", list(named("PeopleList")).most(100_000))]),
            )
            .reads(all_lists),
        post("/lists", "createList", "Make a list with nobody in it")
            .right(Right::EditPeople)
            .takes(object(vec![has("name", name())]), json!({ "name": "Fair 2026" }))
            .gives(201, "The list.", named("PeopleList"))
            .refuses(&[409])
            .writes(create_list),
        get("/lists/{list}", "getList", "One list")
            .at("list", list_part())
            .gives(200, "The list.", named("PeopleList"))
            .reads(get_list),
        patch("/lists/{list}", "renameList", "Give a list another name")
            .right(Right::EditPeople)
            .at("list", list_part())
            .takes(object(vec![has("name", name())]), json!({ "name": "Fair in spring" }))
            .gives(200, "The list as it is now.", named("PeopleList"))
            .refuses(&[409])
            .writes(rename_list),
        delete("/lists/{list}", "removeList", "Remove a list; the people in it stay as they are")
            .right(Right::EditPeople)
            .at("list", list_part())
            .gives_nothing("It is gone.")
            .writes(remove_list),
        within(get("/lists/{list}/people", "listListPeople", "Who is in a list, a page at a time"))
            .at("list", list_part()),
        post("/lists/{list}/people", "putIntoList", "Put people into a list")
            .right(Right::EditPeople)
            .at("list", list_part())
            .takes(whom.clone(), example.clone())
            .gives(200, "How many came in; of whom nobody is meant, why.", named("Moved"))
            .writes(put_in),
        post("/lists/{list}/take-out", "takeOutOfList", "Take people out of a list")
            .right(Right::EditPeople)
            .at("list", list_part())
            .takes(whom, example)
            .gives(200, "How many left; of whom nobody is meant, why.", named("Moved"))
            .writes(take_out),
    ]
}

pub(super) fn shapes() -> Vec<(&'static str, Shape)> {
    vec![
        (
            "Segment",
            object(vec![
                has("id", id()),
                has("name", text()),
                has("of", of_whom()),
                has("condition", text_of(0, 64_000)),
                has("made_at", moment()),
            ]),
        ),
        (
            "PeopleList",
            object(vec![
                has("id", id()),
                has("name", text()),
                has("people", count().says("How many are in it.")),
                has("made_at", moment()),
            ]),
        ),
        (
            "Moved",
            object(vec![
                has("moved", count()),
                has("unchanged", count()),
                has("errors", list(named("Field"))),
            ]),
        ),
    ]
}

fn segment_value(row: &SegmentRow, ask: &Ask) -> Given {
    Given::value(json_of(row, ask)).tagged(tag_of(row))
}

fn json_of(row: &SegmentRow, ask: &Ask) -> Value {
    json!({
        "id": ask.outside.encode(SEGMENT, row.id),
        "name": row.name,
        "of": of(row.subject),
        "condition": row.condition,
        "made_at": row.made_at,
    })
}

fn of(subject: Subject) -> &'static str {
    match subject {
        Subject::Person => "people",
        Subject::Company => "companies",
    }
}

fn tag_of(row: &SegmentRow) -> String {
    tag(&[&row.id.to_string(), &row.name, &row.condition])
}

/// What can't be read is the caller's to mend, not a rule that stands against it.
fn mended(failure: Failure) -> Failure {
    match failure {
        Failure::Refused { code: "condition", words } => Failure::invalid("/condition", words),
        other => other,
    }
}

fn segments(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let mut rows = Vec::new();
    for subject in [Subject::Person, Subject::Company] {
        if ask.find("of").is_none_or(|asked| asked == of(subject)) {
            rows.extend(segment::segments_of(tx, &ask.who, subject)?);
        }
    }
    let values: Vec<Value> = rows.iter().map(|row| json_of(row, ask)).collect();
    Ok(Given::value(json!({ "segments": values })))
}

fn create_segment(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let lens = lens_for(tx, &ask.who, None)?.id;
    let said = |name: &str| ask.said(name).unwrap_or_default();
    let what = (said("name"), said("condition"));
    let subject = match ask.said("of") {
        Some("companies") => Subject::Company,
        _ => Subject::Person,
    };
    let id = segment::make_of(tx, &ask.who, lens, subject, what, ask.now).map_err(mended)?;
    let row = segment::load(tx, &ask.who, id)?;
    let place = format!("/segments/{}", ask.outside.encode(SEGMENT, id));
    Ok(Given::created(json_of(&row, ask), &place).tagged(tag_of(&row)))
}

fn get_segment(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let row = segment::meant_of_any(tx, &ask.who, ask.text("segment"))?;
    Ok(segment_value(&row, ask))
}

/// The segment, if it is as it was read.
fn same(tx: &mut Tx, ask: &Ask) -> Result<SegmentRow, Failure> {
    let id = segment::meant_of_any(tx, &ask.who, ask.text("segment"))?.id;
    tx.lock("segment", &[id])?;
    let row = segment::load(tx, &ask.who, id)?;
    ask.must_match(&tag_of(&row))?;
    Ok(row)
}

fn change_segment(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let row = same(tx, ask)?;
    let lens = lens_for(tx, &ask.who, None)?.id;
    let what =
        (ask.said("name").unwrap_or(&row.name), ask.said("condition").unwrap_or(&row.condition));
    segment::change(tx, &ask.who, lens, row.id, what, ask.now).map_err(mended)?;
    let row = segment::load(tx, &ask.who, row.id)?;
    Ok(segment_value(&row, ask))
}

fn remove_segment(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let row = same(tx, ask)?;
    segment::remove(tx, &ask.who, row.id, ask.now)?;
    Ok(Given::nothing())
}

fn list_value(row: &ListRow, ask: &Ask) -> Value {
    json!({
        "id": ask.outside.encode(LIST, row.id),
        "name": row.name,
        "people": row.people,
        "made_at": row.made_at,
    })
}

fn all_lists(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let rows = lists::lists(tx, &ask.who)?;
    let values: Vec<Value> = rows.iter().map(|row| list_value(row, ask)).collect();
    Ok(Given::value(json!({ "lists": values })))
}

fn meant(tx: &mut Tx, ask: &Ask) -> Result<ListRow, Failure> {
    lists::meant(tx, &ask.who, ask.text("list"))
}

fn create_list(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let id = lists::make(tx, &ask.who, ask.said("name").unwrap_or_default(), ask.now)?;
    let row = lists::load(tx, &ask.who, id)?;
    let place = format!("/lists/{}", ask.outside.encode(LIST, id));
    Ok(Given::created(list_value(&row, ask), &place))
}

fn get_list(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    Ok(Given::value(list_value(&meant(tx, ask)?, ask)))
}

fn rename_list(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let id = meant(tx, ask)?.id;
    lists::rename(tx, &ask.who, id, ask.said("name").unwrap_or_default(), ask.now)?;
    Ok(Given::value(list_value(&lists::load(tx, &ask.who, id)?, ask)))
}

fn remove_list(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let id = meant(tx, ask)?.id;
    lists::remove(tx, &ask.who, id, ask.now)?;
    Ok(Given::nothing())
}

/// Those who are meant, each once, and why nobody is by the others.
fn whom(tx: &mut Tx, ask: &Ask) -> Result<(Vec<PersonId>, Vec<Field>), Failure> {
    let (mut people, mut errors) = (Vec::new(), Vec::new());
    let named = ask.body.get("people").and_then(Value::as_array);
    for (place, who) in named.into_iter().flatten().enumerate() {
        match people::person::find(tx, &ask.who, who.as_str().unwrap_or_default()) {
            Ok(id) if people.contains(&id) => {}
            Ok(id) => people.push(id),
            Err(failure @ Failure::Broken(_)) => return Err(failure),
            Err(failure) => {
                errors.push(Field { name: format!("/people/{place}"), words: failure.to_string() })
            }
        }
    }
    Ok((people, errors))
}

fn moved(moved: usize, people: usize, errors: &[Field]) -> Given {
    Given::value(json!({ "moved": moved, "unchanged": people - moved, "errors": errors }))
}

fn put_in(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let id = meant(tx, ask)?.id;
    let (people, errors) = whom(tx, ask)?;
    let new = lists::put_in(tx, &ask.who, id, &people, ask.now)?;
    Ok(moved(new.len(), people.len(), &errors))
}

fn take_out(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let id = meant(tx, ask)?.id;
    let (people, errors) = whom(tx, ask)?;
    let gone = lists::take_out(tx, &ask.who, id, &people)?;
    Ok(moved(gone.len(), people.len(), &errors))
}

//! `/segments`, which always follow their condition, and `/lists`, in which whoever was put in is until they are taken out;
//! both of people or of companies.

use people::lists::{self, LIST, ListRow};
use people::segment::{self, SEGMENT, SegmentRow};
use people::{Of, lens_for};
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

/// People or companies that are put into a list or taken out at once.
const AT_ONCE_MAX: usize = 1_000;

fn name() -> Shape {
    like("[A-Za-z0-9]", 100)
        .format("name")
        .says("By which people know it; no other of its kind has the same.")
}

fn of_either() -> Shape {
    word(&[Of::People.word(), Of::Companies.word()])
}

fn which_company() -> Shape {
    text_of(1, 254).example("north.example").says("A company, by id, domain or whole name.")
}

fn segment_part() -> Shape {
    text_of(1, 200)
        .says("The id or the name of a segment; of a name that both have, that of people.")
}

fn list_part() -> Shape {
    text_of(1, 200).says("The id or the name of a list.")
}

pub(super) fn calls() -> Vec<Call> {
    let some = |what: Shape| list(what).least(1).most(AT_ONCE_MAX);
    let people = || object(vec![has("people", some(who()))]);
    let companies = || object(vec![has("companies", some(which_company()))]);
    let either = object(vec![may("people", some(who())), may("companies", some(which_company()))])
        .any_of(&["people", "companies"]);
    let example = json!({ "people": ["ann@north.example"] });
    vec![
        get("/segments", "listSegments", "Every segment")
            .ask("of", of_either().says("Only segments of people, or of companies."))
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
                    may("of", of_either().says("What the condition is about; people unless said.")),
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
        get("/lists", "listLists", "Every list of people and of companies")
            .gives(
                200,
                "By name.",
                object(vec![has("lists", list(named("PeopleList")).most(100_000))]),
            )
            .reads(all_lists),
        post("/lists", "createList", "Make a list with none in it")
            .right(Right::EditPeople)
            .takes(
                object(vec![
                    has("name", name()),
                    may("of", of_either().usually("people").says("What it is to hold.")),
                ]),
                json!({ "name": "Fair 2026" }),
            )
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
        delete("/lists/{list}", "removeList", "Remove a list; whoever is in it stays as they are")
            .right(Right::EditPeople)
            .at("list", list_part())
            .gives_nothing("It is gone.")
            .writes(remove_list),
        within(get("/lists/{list}/people", "listListPeople", "Who is in a list, a page at a time"))
            .at("list", list_part()),
        post("/lists/{list}/people", "putIntoList", "Put people into a list")
            .right(Right::EditPeople)
            .at("list", list_part())
            .takes(people(), example.clone())
            .gives(200, "How many came in; of whom nobody is meant, why.", named("Moved"))
            .refuses(&[409])
            .writes(put_in_people),
        post("/lists/{list}/companies", "putCompaniesIntoList", "Put companies into a list")
            .right(Right::EditPeople)
            .at("list", list_part())
            .takes(companies(), json!({ "companies": ["north.example"] }))
            .gives(200, "How many came in; of which none is meant, why.", named("Moved"))
            .refuses(&[409])
            .writes(put_in_companies),
        post("/lists/{list}/take-out", "takeOutOfList", "Take people or companies out of a list")
            .right(Right::EditPeople)
            .at("list", list_part())
            .takes(either, example)
            .gives(200, "How many left; of whom nobody is meant, why.", named("Moved"))
            .refuses(&[409])
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
                has("of", of_either()),
                has("condition", text_of(0, 64_000)),
                has("made_at", moment()),
            ]),
        ),
        (
            "PeopleList",
            object(vec![
                has("id", id()),
                has("name", text()),
                has("of", of_either().says("What it holds.")),
                has("people", count().says("How many people are in it.")),
                has("companies", count().says("How many companies are in it.")),
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
        "of": row.of.word(),
        "condition": row.condition,
        "made_at": row.made_at,
    })
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
    for of in Of::BOTH {
        if ask.find("of").is_none_or(|asked| asked == of.word()) {
            rows.extend(segment::segments_of(tx, &ask.who, of)?);
        }
    }
    let values: Vec<Value> = rows.iter().map(|row| json_of(row, ask)).collect();
    Ok(Given::value(json!({ "segments": values })))
}

fn create_segment(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let lens = lens_for(tx, &ask.who, None)?.id;
    let said = |name: &str| ask.said(name).unwrap_or_default();
    let what = (said("name"), said("condition"));
    let of = ask.said("of").and_then(Of::parse).unwrap_or_default();
    let id = segment::make_of(tx, &ask.who, lens, of, what, ask.now).map_err(mended)?;
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
        "of": row.of.word(),
        "people": if row.of == Of::People { row.members } else { 0 },
        "companies": if row.of == Of::Companies { row.members } else { 0 },
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
    let of = ask.said("of").and_then(Of::parse).unwrap_or_default();
    let id = lists::make(tx, &ask.who, of, ask.said("name").unwrap_or_default(), ask.now)?;
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

/// Those who are meant, each once, and why nobody is by the others; of the list's own kind.
fn whom(tx: &mut Tx, of: Of, ask: &Ask) -> Result<(Vec<i64>, Vec<Field>), Failure> {
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    let named = ask.body.get(of.word()).and_then(Value::as_array);
    for (place, which) in named.into_iter().flatten().enumerate() {
        let which = which.as_str().unwrap_or_default();
        let meant = match of {
            Of::People => people::person::find(tx, &ask.who, which),
            Of::Companies => people::companies::find(tx, &ask.who, which),
        };
        match meant {
            Ok(id) if found.contains(&id) => {}
            Ok(id) => found.push(id),
            Err(failure @ Failure::Broken(_)) => return Err(failure),
            Err(failure) => {
                let name = format!("/{}/{place}", of.word());
                errors.push(Field { name, words: failure.to_string() });
            }
        }
    }
    Ok((found, errors))
}

fn moved(moved: usize, whole: usize, errors: &[Field]) -> Given {
    Given::value(json!({ "moved": moved, "unchanged": whole - moved, "errors": errors }))
}

fn put_in_people(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    put_in(tx, Of::People, ask)
}

fn put_in_companies(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    put_in(tx, Of::Companies, ask)
}

fn put_in(tx: &mut Tx, of: Of, ask: &Ask) -> Result<Given, Failure> {
    let id = lists::meant_of(tx, &ask.who, of, ask.text("list"))?.id;
    let (found, errors) = whom(tx, of, ask)?;
    let new = lists::put_in(tx, &ask.who, id, &found, ask.now)?;
    Ok(moved(new.len(), found.len(), &errors))
}

fn take_out(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let of = if ask.body.get("companies").is_some() { Of::Companies } else { Of::People };
    let id = lists::meant_of(tx, &ask.who, of, ask.text("list"))?.id;
    let (found, errors) = whom(tx, of, ask)?;
    let gone = lists::take_out(tx, &ask.who, id, &found, ask.now)?;
    Ok(moved(gone.len(), found.len(), &errors))
}

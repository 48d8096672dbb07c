//! `/definitions`: the lenses, the versions of their definitions, and the adoption of another.

use funnel::condition::Fault;
use funnels::lens::{self, From, Lens};
use funnels::waiting::{self, Waiting};
use funnels::{VersionRow, drafts};
use moment::Moment;
use platform::Tx;
use platform::failure::Failure;
use serde_json::{Value, json};
use team::Right;

use super::ask::Ask;
use super::call::{Call, delete, get, post};
use super::given::{Given, tag};
use super::shape::{
    Shape, count, either, has, list, may, moment, named, object, text, text_of, truth, whole, word,
};

/// What a definition is at the least.
pub(super) const EXAMPLE: &str = "name = \"Plain\"\n\
    [stages.lead]\nenter = 'known(person.email)'\n\
    [stages.customer]\nenter = 'did(\"deal.won\")'\n";

pub(super) fn lens_part() -> Shape {
    text_of(1, 100).says("The name of a lens.").example("Shared")
}

/// A definition in its text.
pub(super) fn definition() -> Shape {
    text_of(1, funnel::definition::TEXT_BYTES_MAX)
        .format("definition")
        .says("The definition: TOML, as its file.")
}

/// The name of a lens, in what is told.
pub(super) fn lens_name() -> Shape {
    text_of(1, 40).format("lens").or_null().says("The lens, by its name: the main one unless said.")
}

/// From when a version holds, in what is told.
pub(super) fn from() -> Shape {
    either(vec![word(&["usual", "start"]), moment()]).usually("usual").says(
        "From when on it holds: `start` tells everybody's story anew, a moment from then on; `usual` is `start` as long as \
         nobody has chosen a definition, and now after that.",
    )
}

pub(super) fn calls() -> Vec<Call> {
    vec![
        get("/definitions", "listDefinitions", "Every lens with the definition that is in force")
            .right(Right::ReadDefinitions)
            .gives(200, "The lenses, the main one first.", object(vec![
                has("lenses", list(named("Lens"))),
            ]))
            .reads(all),
        get("/definitions/{lens}", "listVersions", "Every version of the definition of a lens")
            .right(Right::ReadDefinitions)
            .at("lens", lens_part())
            .gives(200, "The versions, the oldest first.", object(vec![
                has("lens", text()),
                has("versions", list(named("Version")).most(100_000)),
            ]))
            .reads(versions),
        get("/definitions/{lens}/{version}", "getDefinition", "One version of a definition, with its text")
            .right(Right::ReadDefinitions)
            .at("lens", lens_part())
            .at("version", whole(1, i64::MAX).example(1))
            .gives(200, "The version.", named("Definition"))
            .tagged()
            .reads(one),
        post("/definitions/check", "checkDefinition", "Say what is wrong with a definition, and what it would change")
            .more("Changes nothing. `changes` are told from the version that is in force under the lens.")
            .right(Right::ReadDefinitions)
            .takes(
                object(vec![has("text", text_of(0, funnel::definition::TEXT_BYTES_MAX)), may("lens", lens_name())]),
                json!({ "text": EXAMPLE }),
            )
            .gives(200, "What can be said of it.", named("Checked"))
            .refuses(&[404])
            .reads(check),
        post("/definitions/adopt", "adoptDefinition", "Put a definition in force")
            .more(
                "It becomes the next version of the lens, and a job stands everybody anew. The same text again changes \
                 nothing. A name that no lens has makes a new one. From a moment that is still to come it waits until then, \
                 and can be taken back. What takes the yes of several teams goes by a draft.",
            )
            .right(Right::ChangeDefinitions)
            .takes(
                object(vec![has("text", definition()), may("lens", lens_name()), may("from", from())]),
                json!({ "text": EXAMPLE, "lens": "Plain" }),
            )
            .gives(200, "The version that is in force now.", named("Adopted"))
            .refuses(&[409])
            .writes(adopt),
        delete("/definitions/{lens}/waiting", "takeBackDefinition", "Take back a definition that waits for its moment")
            .more("What is in force stays so, and the draft that it was stays proposed.")
            .right(Right::ChangeDefinitions)
            .at("lens", lens_part())
            .gives(200, "What was taken back.", named("Waiting"))
            .refuses(&[409])
            .writes(take_back),
    ]
}

pub(super) fn shapes() -> Vec<(&'static str, Shape)> {
    let version = || {
        vec![
            has("lens", text()),
            has("version", whole(1, i64::MAX)),
            has("name", text().says("As the definition calls itself.")),
            has(
                "from",
                moment().or_null().says("From when on it holds; null is over the whole past."),
            ),
            has("adopted_at", moment()),
        ]
    };
    let mut whole_version = version();
    whole_version.push(has("text", text_of(0, funnel::definition::TEXT_BYTES_MAX)));
    let piece = object(vec![
        has("mark", word(&["kept", "gone", "new"])),
        has("words", text()),
        has(
            "goes_on",
            truth().says("Whether it goes on with the piece before it, within one condition."),
        ),
    ]);
    let example = object(vec![
        has("name", text()),
        has("line", count()),
        has("holds", truth()),
        has("words", text().or_null().says("What was found instead.")),
    ]);
    let fault = object(vec![
        has("line", count()),
        has("column", count()),
        has("words", text()),
        has("nearest", text().or_null().says("The known name that is nearest.")),
    ]);
    let change = object(vec![has("part", text()), has("pieces", list(piece))]);
    vec![
        ("Doubt", fault.clone().says("A name that is not known, and what was probably meant.")),
        (
            "Lens",
            object(vec![
                has("name", text()),
                has("in_force", named("Version").or_null()),
                has(
                    "waiting",
                    named("Waiting").or_null().says("What is to follow it, and from when on."),
                ),
            ]),
        ),
        (
            "Waiting",
            object(vec![
                has("name", text().says("As the definition calls itself.")),
                has("from", moment().says("From when on it is to hold.")),
            ]),
        ),
        ("Version", object(version())),
        ("Definition", object(whole_version)),
        (
            "Checked",
            object(vec![
                has("name", text().or_null()),
                has("is_sound", truth().says("Whether it could be adopted as it is.")),
                has("faults", list(fault.clone())),
                has(
                    "doubts",
                    list(fault).says(
                        "Names that are not known here but lie near one that is. They are no mistakes: a fact or a kind of \
                         activity is known once it was recorded.",
                    ),
                ),
                has("examples", list(example)),
                has("changes", list(change).says("In English, part by part.")),
            ]),
        ),
        (
            "Adopted",
            object(vec![
                has("lens", text()),
                has(
                    "version",
                    whole(1, i64::MAX).or_null().says("Null while it waits for its moment."),
                ),
                has("from", moment().or_null()),
                has(
                    "waits",
                    truth().says("Whether it is to hold from a moment that is still to come."),
                ),
                has(
                    "is_new",
                    truth().says("Whether anything changed; if so a job stands everybody anew."),
                ),
            ]),
        ),
    ]
}

/// Null for the beginning of time.
fn since(from: Moment) -> Option<Moment> {
    (from != Moment::START).then_some(from)
}

fn version(lens: &Lens, row: &VersionRow) -> Value {
    json!({
        "lens": lens.name,
        "version": row.version,
        "name": row.name,
        "from": since(row.from),
        "adopted_at": row.adopted_at,
    })
}

fn waiting_value(waiting: &Waiting) -> Value {
    json!({ "name": waiting.name, "from": waiting.from })
}

fn all(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let waiting = waiting::list(tx, &ask.who)?;
    let lens = |lens: &Lens| {
        json!({
            "name": lens.name,
            "in_force": lens.current().map(|(row, _)| version(lens, row)),
            "waiting": waiting.iter().find(|one| one.lens == lens.id).map(waiting_value),
        })
    };
    Ok(Given::value(json!({ "lenses": lens::lenses(tx)?.iter().map(lens).collect::<Vec<_>>() })))
}

fn versions(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let lens = lens::of(tx, &ask.who, ask.lens())?;
    let versions: Vec<Value> = lens.versions.iter().map(|(row, _)| version(&lens, row)).collect();
    Ok(Given::value(json!({ "lens": lens.name, "versions": versions })))
}

fn one(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let lens = lens::of(tx, &ask.who, ask.lens())?;
    let wanted = ask.whole("version");
    let found = lens.versions.iter().find(|(row, _)| Some(row.version) == wanted);
    let missing = || Failure::missing("version", wanted.unwrap_or_default());
    let (row, definition) = found.ok_or_else(missing)?;
    let mut value = version(&lens, row);
    if let Some(members) = value.as_object_mut() {
        members.insert("text".to_owned(), json!(definition.text));
    }
    Ok(Given::value(value).tagged(tag(&[&lens.name, &definition.text])))
}

fn check(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let lens = lens::of(tx, &ask.who, ask.said("lens"))?;
    let in_force = lens.current().map(|(_, definition)| definition.clone());
    let checked = drafts::check(tx, ask.said("text").unwrap_or_default(), in_force.as_deref())?;
    Ok(Given::value(checked_value(&checked)))
}

pub(super) fn checked_value(checked: &drafts::Checked) -> Value {
    let fault = |fault: &Fault| json!({ "line": fault.line, "column": fault.column, "words": fault.words, "nearest": fault.nearest });
    let example = |one: &funnel::definition::Outcome| json!({ "name": one.name, "line": one.line, "holds": one.failed.is_none(), "words": one.failed });
    json!({
        "name": checked.name,
        "is_sound": checked.is_sound(),
        "faults": checked.faults.iter().map(fault).collect::<Vec<_>>(),
        "doubts": checked.doubts.iter().map(fault).collect::<Vec<_>>(),
        "examples": checked.examples.iter().map(example).collect::<Vec<_>>(),
        "changes": checked.changes,
    })
}

/// From when on it is to hold, as it was told.
pub(super) fn from_of(ask: &Ask) -> From {
    match ask.said("from") {
        None | Some("usual") => From::Usual,
        Some("start") => From::Start,
        Some(at) => at.parse().map_or(From::Usual, From::Moment),
    }
}

pub(super) fn adopted(tx: &mut Tx, adopted: &lens::Adopted) -> Result<Value, Failure> {
    Ok(json!({
        "lens": lens::by_id(tx, adopted.lens)?.name,
        "version": adopted.version,
        "from": since(adopted.from),
        "waits": adopted.version.is_none(),
        "is_new": adopted.job.is_some(),
    }))
}

fn adopt(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let text = ask.said("text").unwrap_or_default();
    let done = lens::adopt(tx, &ask.who, ask.said("lens"), text, from_of(ask), ask.now)?;
    Ok(Given::value(adopted(tx, &done)?))
}

fn take_back(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let back = waiting::take_back(tx, &ask.who, ask.lens(), ask.now)?;
    Ok(Given::value(waiting_value(&back)))
}

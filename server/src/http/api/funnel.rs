//! `/funnel`, `/lenses` and `/search`: how many stand where, how far two lenses agree, and what is found by a word.

use funnel::Stage;
use funnels::agreement::{self, Depth};
use people::search::{HITS_MAX, Search};
use platform::Tx;
use platform::failure::Failure;
use serde_json::{Map, Value, json};
use team::Right;

use super::ask::Ask;
use super::call::{Call, get};
use super::given::Given;
use super::people::any_stage;
use super::shape::{
    Shape, count, has, id, list, map, may, moment, named, number, object, share, text, text_of,
    truth, whole, word,
};
use crate::listed;

/// Days of a window at most.
const DAYS_MAX: i64 = 36_500;
/// Hits of each kind, unless asked otherwise.
const HITS_USUAL: usize = 10;

pub(super) fn calls() -> Vec<Call> {
    let hits = i64::try_from(HITS_MAX).unwrap_or(i64::MAX);
    vec![
        get("/funnel", "getFunnel", "How many people stand where, and how they came there")
            .lens()
            .ask("days", whole(1, DAYS_MAX).says("Only the moves of those who came in during so many days; everybody's unless said.").example(90))
            .gives(200, "The funnel.", named("Funnel"))
            .refuses(&[409])
            .reads(funnel),
        get("/lenses", "compareLenses", "What each lens makes of everybody, and how far each two agree")
            .ask("depth", word(&["now", "whole"]).usually("now").says("whole also says on which conditions they part, and how it was over the last year, which takes longer."))
            .gives(200, "The lenses.", named("Lenses"))
            .refuses(&[409])
            .reads(lenses),
        get("/search", "search", "People, companies, and what was said and written, by words")
            .more("Case and accents do not matter, and words may be begun only. Where nothing is found, one slip of the keyboard in each word is forgiven, and `instead` says so.")
            .ask("q", text_of(0, 200).says("Words, or the beginnings of words; an address, a telephone, a domain, an id.").example("ann"))
            .ask("limit", whole(1, hits).usually(HITS_USUAL).says("How many of each kind."))
            .gives(200, "What is found.", named("Found"))
            .reads(search),
        get("/people/{person}/why-not", "whyNot", "What keeps a person from a stage, and what would bring them there")
            .at("person", super::people::who())
            .lens()
            .ask("stage", word(&["lead", "prospect", "opportunity", "customer"]).says("The stage; the next one up unless said."))
            .gives(200, "Why not.", named("WhyNot"))
            .refuses(&[409])
            .reads(why_not),
    ]
}

pub(super) fn shapes() -> Vec<(&'static str, Shape)> {
    let moved = object(vec![
        has("from", any_stage().says("none for those who came in.")),
        has("to", any_stage()),
        has("via", text().or_null().says("By which way they came in.")),
        has("count", count()),
    ]);
    let funnel = object(vec![
        has("lens", text()),
        has("version", whole(0, i64::MAX)),
        has("since", moment().or_null()),
        has("stages", map(count()).says("How many stand at each.")),
        has("moves", list(moved).most(100_000)),
    ]);
    let missing = object(vec![
        has("condition", text()),
        has("english", text()),
        has("no", count()),
        has("unknown", count()),
    ]);
    let parted = object(vec![
        has("a", any_stage()),
        has("b", any_stage()),
        has("people", count()),
        has(
            "because",
            list(missing)
                .says("What the lens that has them lower misses, the most frequent first."),
        ),
        has("looked_at", count().says("Of how many that is said.")),
    ]);
    let kappa = || {
        number().or_null().says("Cohen's kappa of everybody, those who stand nowhere under both included: 1 on everybody, 0 as chance would; null where chance alone would agree.")
    };
    let point = object(vec![
        has("at", moment()),
        has("people", count()),
        has("share", share().or_null()),
        has("kappa", kappa()),
    ]);
    let agreement = object(vec![
        has("a", text()),
        has("b", text()),
        has(
            "people",
            count().says(
                "Who stand anywhere under either: of them `same`, `share` and `parted` are said.",
            ),
        ),
        has("nowhere", count().says("Who stand nowhere under both.")),
        has("same", count()),
        has("share", share().or_null()),
        has("kappa", kappa()),
        has("in_words", text().or_null()),
        has("parted", list(parted)),
        has("trend", list(point).says("A point every 30 days, the last of them now.")),
    ]);
    let lens = object(vec![
        has("name", text()),
        has("definition", text()),
        has("version", whole(0, i64::MAX)),
        has("from", moment().or_null()),
        has("stages", map(count())),
    ]);
    let person = object(vec![
        has("id", id()),
        has("name", text()),
        has("title", text().or_null()),
        has("company", text().or_null()),
        has("stage", any_stage()),
    ]);
    let company =
        object(vec![has("id", id()), has("name", text()), has("domain", text().or_null())]);
    let said = object(vec![
        has("about", id().says("The person or the company.")),
        has("name", text()),
        has("kind", text().says("The kind of the activity; note for a note.")),
        has("at", moment()),
        has("text", text().says("The words around what was found.")),
    ]);
    vec![
        ("Funnel", funnel),
        ("Lenses", object(vec![has("lenses", list(lens)), has("agreement", list(agreement))])),
        (
            "Found",
            object(vec![
                has("people", list(person)),
                has("companies", list(company)),
                has("texts", list(said)),
                has(
                    "instead",
                    text().or_null().says("What was looked for, where nothing has what was asked."),
                ),
            ]),
        ),
        ("Explained", explained()),
        ("WhyNot", why_not_shape()),
    ]
}

fn explained() -> Shape {
    let rest = object(vec![
        has("what", text()),
        may("source", text()),
        has("at", moment()),
        has("id", count()),
    ]);
    object(vec![
        has("text", text_of(0, 64_000)),
        has("english", text_of(0, 64_000)),
        has("truth", word(&["true", "false", "unknown"])),
        may(
            "seen",
            text().says(
                "The value seen; `hidden` where it is kept from the caller, and the truth with it.",
            ),
        ),
        may("rests_on", list(rest).most(100_000)),
        may("parts", list(named("Explained")).most(100_000).says("What it is made of.")),
    ])
    .says("A part of a condition as it was found, its own parts beneath it.")
}

fn why_not_shape() -> Shape {
    let part = || named("Explained").or_null();
    let step = object(vec![
        has("what", word(&["answer", "learn", "happen"])),
        has("of", text().says("The criterion, the fact, or the kind of activity.")),
        has("english", text()),
        has("ask", text().or_null()),
        has("yes", truth().or_null()),
    ]);
    let way = object(vec![
        has(
            "cost",
            count().says(
                "An answer 1, a fact 2, something of ours 3, something of theirs 5, a deal 40.",
            ),
        ),
        has("to", any_stage()),
        has("steps", list(step)),
    ]);
    object(vec![
        has("person", id()),
        has("name", text()),
        has("lens", text()),
        has("version", whole(0, i64::MAX)),
        has("stage", any_stage()),
        has("stands", any_stage()),
        has("is_there", truth().says("Whether they stand there already, or higher.")),
        has("is_known", truth().says("Whether the definition has such a stage at all.")),
        has("enter", part()),
        has("gate", part()),
        has("wake", part()),
        has("against", list(named("Explained")).most(100_000)),
        has("ways", list(way).says("The cheapest first; none if nothing new alone would.")),
        has(
            "ask",
            object(vec![has("criterion", text()), has("ask", text())])
                .or_null()
                .says("The question to ask next."),
        ),
        has(
            "is_kept",
            truth().says(
                "Whether it asks for a fact that is hidden from the caller: then what would bring them there is kept, too.",
            ),
        ),
    ])
}

fn funnel(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let found = funnels::funnel::funnel(tx, &ask.who, ask.lens(), ask.whole("days"), ask.now)?;
    let at = found.tally.iter().filter(|(stage, _)| *stage != Stage::None);
    let stages: Map<String, Value> =
        at.map(|(stage, count)| (stage.as_str().to_owned(), json!(count))).collect();
    let moves = found.moves.iter().map(|moved| {
        json!({
            "from": moved.from, "to": moved.to, "count": moved.count,
            "via": Some(&moved.via).filter(|via| !via.is_empty()),
        })
    });
    Ok(Given::value(json!({
        "lens": found.lens,
        "version": found.version.version,
        "since": found.since,
        "stages": stages,
        "moves": moves.collect::<Vec<_>>(),
    })))
}

fn lenses(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    ask.who.may(Right::ReadPeople)?;
    let depth = if ask.find("depth") == Some("whole") { Depth::Whole } else { Depth::Counts };
    Ok(Given::value(json!(agreement::lenses(tx, &ask.who, depth, ask.now)?)))
}

fn search(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let limit = ask.size("limit", HITS_USUAL);
    let asked =
        Search { text: ask.text("q").to_owned(), people: limit, companies: limit, texts: limit };
    let found = people::search::search(tx, &ask.who, &asked)?;
    Ok(Given::value(listed::found(&found, ask.outside)))
}

fn why_not(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let stage = ask.find("stage").and_then(Stage::parse);
    let why =
        funnels::why_not::why_not(tx, &ask.who, ask.text("person"), ask.lens(), stage, ask.now)?;
    Ok(Given::value(json!(why)))
}

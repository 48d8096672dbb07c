//! `/kinds`: who stands where as which kind, and what was paid for them.

use funnels::kinds::kinds;
use platform::Tx;
use platform::failure::Failure;
use serde_json::json;

use super::ask::Ask;
use super::call::{Call, get};
use super::given::Given;
use super::shape::{Shape, count, has, list, named, object, text, whole, word};

const STAGES: [&str; 7] =
    ["none", "lead", "prospect", "opportunity", "customer", "recycled", "disqualified"];

pub(super) fn calls() -> Vec<Call> {
    let all = object(vec![
        has("lens", text()),
        has("lines", list(named("KindLine")).most(100_000)),
        has("total", named("KindLine").says("All of them; its stage and kind say nothing.")),
    ]);
    let words = "How many people are which kind, and what was paid for them";
    vec![
        get("/kinds", "listKinds", words)
            .more(
                "Whoever the user sees is in one line. What was paid is the `cost_minor` of their `feed.purchased` \
                 activities, by currency.",
            )
            .lens()
            .gives(200, "The kinds at each stage, the most people first.", all)
            .reads(all_kinds),
    ]
}

pub(super) fn shapes() -> Vec<(&'static str, Shape)> {
    let minor = || whole(i64::MIN, i64::MAX);
    let paid = object(vec![
        has("currency", text().says("Its code.")),
        has("total_minor", minor().says("In minor units.")),
        has("each_minor", minor().says("For each of `people`, rounded.")),
        has("people", count().says("Who were bought with it.")),
        has("purchases", count()),
    ]);
    let line = object(vec![
        has("stage", word(&STAGES).says("`none` for those who stand nowhere.")),
        has("kind", text().or_null().says("Null where no kind of the definition holds.")),
        has("people", count()),
        has("bought", count().says("How many of them came from a lead feed.")),
        has("unpriced", count().says("Purchases of theirs that name no price.")),
        has("paid", list(named("Paid")).most(1_000)),
    ]);
    vec![("KindLine", line), ("Paid", paid)]
}

fn all_kinds(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let found = kinds(tx, &ask.who, ask.lens())?;
    Ok(Given::value(json!({ "lens": found.lens, "lines": found.lines, "total": found.total })))
}

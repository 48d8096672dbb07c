//! `/people/export`, `/companies/export`: a list as a file.

use axum::response::Response;
use people::Of;
use platform::App;
use platform::failure::Failure;
use serde_json::json;
use team::Right;

use super::ask::Ask;
use super::call::{Call, get};
use super::listing::in_address;
use super::people::{condition, orders, stages};
use super::shape::{Shape, list as several, text_of, word};

/// Facts that are columns beside the usual ones, at most.
const FACTS_MOST: usize = 20;

pub(super) fn calls() -> Vec<Call> {
    let people = asked(
        get("/people/export", "exportPeople", "A list of people as a file"),
        stages(),
        "A name, the beginning of one, or an e-mail address.",
    )
    .ask("sort", orders().says("name, fit, engagement, touched, created, or a fact; by name unless said. Of whom a fact is unknown comes last."))
    .ask("facts", facts("person.custom.plan"))
    .sends(|app, ask| Box::pin(send(app, Of::People, ask)));
    let way_up = word(&["lead", "prospect", "opportunity", "customer", "none"]);
    let companies = asked(
        get("/companies/export", "exportCompanies", "A list of companies as a file"),
        way_up,
        "A name, the beginning of one, or a domain.",
    )
    .ask("sort", super::companies::orders().says("name, stage, people, touched, intent, created, or a fact of companies; by name unless said. Of which it is unknown comes last."))
    .ask("facts", facts("company.custom.region"))
    .sends(|app, ask| Box::pin(send(app, Of::Companies, ask)));
    vec![people, companies]
}

fn facts(example: &str) -> Shape {
    several(text_of(1, 100).format("fact"))
        .most(FACTS_MOST)
        .says("Facts that are columns, too.")
        .example(json!([example]))
}

/// What is asked of either.
fn asked(call: Call, stages: Shape, search: &'static str) -> Call {
    call.more(
        "CSV for spreadsheets, formulas defused; or JSON Lines, an object for each row and a last line that says how \
         many. It is sent while it is read from one snapshot; `sluice-count` says how many rows it has, and if it can't \
         be sent whole, the connection breaks off.",
    )
    .lens()
    .ask("where", in_address(condition()))
    .ask("in", text_of(1, 100).says("Only those of a segment, a list or a view, by its id."))
    .ask("stage", several(stages).most(6).says("Only those at one of these stages."))
    .ask("search", text_of(0, 200).says(search))
    .ask(
        "order",
        word(&["asc", "desc"]).says("Names and facts come from A unless said, all else the largest first."),
    )
    .ask("format", word(&["csv", "jsonl"]).usually("csv").says("How it is written."))
    .right(Right::ExportPeople)
    .gives_a_file("The file.", &["text/csv", "application/x-ndjson"])
    .refuses(&[409])
}

async fn send(app: App, of: Of, ask: Ask) -> Result<Response, Failure> {
    let text = |name: &str| ask.find(name).unwrap_or_default().to_owned();
    let words = |name: &str| ask.words(name).unwrap_or_default().join(",");
    let export = funnels::web::export::Ask {
        condition: text("where"),
        lens: text("lens"),
        stage: words("stage"),
        sort: text("sort"),
        dir: text("order"),
        q: text("search"),
        within: text("in"),
        format: text("format"),
        facts: words("facts"),
    };
    let sent = funnels::web::export::answer(app, ask.who, of, export).await;
    // What can't be read is the caller's to mend, not a rule that stands against it.
    sent.map_err(|failure| super::at_field(failure, &[("condition", "where")]))
}

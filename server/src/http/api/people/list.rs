//! People by a list or by a condition, a page at a time.

use std::time::Duration;

use axum::response::Response;
use funnel::{Condition, Stage};
use funnels::lens::Lens;
use funnels::segment::Segment;
use people::list::{Cursor, List, PAGE_ROWS_MAX, Sort};
use people::{PERSON, PersonId};
use platform::App;
use platform::failure::Failure;
use serde_json::{Value, json};
use team::Right;

use super::{LIMIT_MAX, LIMIT_USUAL, stages};
use crate::http::api::ask::Ask;
use crate::http::api::call::{Call, get};
use crate::http::api::given::Given;
use crate::http::api::no_place;
use crate::http::api::shape::{
    count, fields_of, has, list as several, may, named, object, text, text_of, whole, word,
};
use crate::listed::{self, Page};

/// How long a call waits for a word that was never asked for to be read out of everybody's history.
const WORDS_WAIT: Duration = Duration::from_secs(25);
const WORDS_LOOK: Duration = Duration::from_millis(40);
/// After how many seconds to ask again, if that was not enough.
const WORDS_RETRY_S: u32 = 15;

pub(super) fn call() -> Call {
    let page = object(vec![
        has("people", several(named("Listed"))),
        has("next", text().or_null().says("What `after` says for the next page; null at the end.")),
        has("lens", text()),
        may("count", count().says("How many meet the condition.")),
    ]);
    get("/people", "listPeople", "People with where they stand, a page at a time")
        .lens()
        .ask("where", condition())
        .ask(
            "stage",
            several(stages())
                .most(6)
                .says("Only people at one of these stages.")
                .example(json!(["lead", "prospect"])),
        )
        .ask("search", text_of(0, 200).says("A name, the beginning of one, or an e-mail address."))
        .ask(
            "sort",
            word(&["name", "fit", "engagement", "touched", "created"])
                .usually("touched")
                .says("By what they are ordered."),
        )
        .ask(
            "order",
            word(&["asc", "desc"])
                .says("Names come from A unless said, all else the largest first."),
        )
        .ask(
            "limit",
            whole(1, LIMIT_MAX).usually(LIMIT_USUAL).says("People of a page.").example(10),
        )
        .ask("after", super::super::after())
        .ask(
            "fields",
            fields_of(&named("Listed"))
                .says("Members of each; the id comes always.")
                .example(json!(["name", "stage"])),
        )
        .gives(200, "A page.", page)
        .refuses(&[409])
        .waits(|app, ask| Box::pin(list(app, ask)))
}

/// The same as a file.
pub(super) fn export() -> Call {
    get("/people/export", "exportPeople", "A list of people as a file")
        .more(
            "CSV for spreadsheets, formulas defused; or JSON Lines, an object for each person and a last line that says how \
             many. It is sent while it is read from one snapshot; `sluice-count` says how many people it has, and if it can't \
             be sent whole, the connection breaks off.",
        )
        .lens()
        .ask("where", condition())
        .ask("stage", several(stages()).most(6).says("Only people at one of these stages; they come stage by stage."))
        .ask("search", text_of(0, 200).says("A name, the beginning of one, or an e-mail address."))
        .ask("sort", word(&["name", "fit", "engagement", "touched"]).usually("name").says("By what they are ordered within a stage."))
        .ask("order", word(&["asc", "desc"]).says("Names come from A unless said, all else the largest first."))
        .ask("format", word(&["csv", "jsonl"]).usually("csv").says("How it is written."))
        .ask("facts", several(text_of(1, 100).format("fact")).most(20).says("Facts that are columns, too.").example(json!(["person.custom.plan"])))
        .right(Right::ExportPeople)
        .gives_a_file("The file.", &["text/csv", "application/x-ndjson"])
        .refuses(&[409])
        .sends(|app, ask| Box::pin(send(app, ask)))
}

async fn send(app: App, ask: Ask) -> Result<Response, Failure> {
    must_be_alone(&ask, &["stage", "search"])?;
    let text = |name: &str| ask.find(name).unwrap_or_default().to_owned();
    let words = |name: &str| ask.words(name).unwrap_or_default().join(",");
    let export = funnels::web::export::Ask {
        condition: text("where"),
        lens: text("lens"),
        stage: words("stage"),
        sort: text("sort"),
        dir: text("order"),
        q: text("search"),
        format: text("format"),
        facts: words("facts"),
    };
    // What can't be read is the caller's to mend, not a rule that stands against it.
    funnels::web::export::answer(app, ask.who, export).await.map_err(|failure| match failure {
        Failure::Refused { code: "condition", words } => Failure::invalid("where", words),
        other => other,
    })
}

pub(in crate::http::api) fn condition() -> crate::http::api::shape::Shape {
    text_of(1, 32_000).format("condition").example("company.employees >= 50 && did(\"form.submitted\")").says(
        "A condition as definitions write them, or its JSON. It is asked without stage, search, sort and order, and `count` \
         says how many meet it; they come in the order of their ids.",
    )
}

async fn list(app: App, ask: Ask) -> Result<Given, Failure> {
    let page = match ask.find("where") {
        Some(condition) => meeting(&app, &ask, condition).await?,
        None => listed(&app, &ask).await?,
    };
    let row = |row| ask.few(listed::one(row, &page, ask.outside, ask.now));
    let people: Vec<Value> = page.rows.iter().map(row).collect();
    let mut value = json!({ "people": people, "next": page.next, "lens": page.lens.label });
    if let (Some(count), Some(value)) = (page.count, value.as_object_mut()) {
        value.insert("count".to_owned(), json!(count));
    }
    Ok(Given::value(value))
}

/// Those at some stages, or of some name, in an order.
async fn listed(app: &App, ask: &Ask) -> Result<Page, Failure> {
    let stages = ask.words("stage").unwrap_or_default();
    let stages: Vec<Stage> = stages.into_iter().filter_map(Stage::parse).collect();
    let sort = ask.find("sort").and_then(Sort::parse).unwrap_or(Sort::Touched);
    let descending = ask.find("order").map_or(sort.is_down_by_itself(), |order| order == "desc");
    let after =
        ask.find("after").map(|text| Cursor::parse(text).ok_or_else(no_place)).transpose()?;
    if after.as_ref().is_some_and(|after| !after.fits(&sort)) {
        let words = "This place belongs to another order; begin anew, without `after`.";
        return Err(Failure::refused("other_order", words));
    }
    let (who, lens, search) =
        (ask.who.clone(), ask.lens().map(str::to_owned), ask.find("search").map(str::to_owned));
    let (limit, now) = (ask.size("limit", LIMIT_USUAL), ask.now);
    app.db
        .read(move |tx| {
            let lens = people::lens_for(tx, &who, lens.as_deref())?;
            let few = limit.min(PAGE_ROWS_MAX);
            let mut list =
                List { lens: lens.id, stages, sort, descending, after, search, limit: few };
            let mut rows = Vec::with_capacity(limit);
            loop {
                let view = people::list::list(tx, &who, &list, now)?;
                rows.extend(view.rows);
                list.limit = limit.saturating_sub(rows.len()).min(PAGE_ROWS_MAX);
                list.after = view.next;
                if list.limit == 0 || list.after.is_none() {
                    break;
                }
            }
            let next = list.after.as_ref().map(Cursor::to_text);
            Page::new(tx, lens, rows, next, None, None)
        })
        .await
}

/// Those who meet a condition, in the order in which they came.
async fn meeting(app: &App, ask: &Ask, condition: &str) -> Result<Page, Failure> {
    must_be_alone(ask, &["stage", "search", "sort", "order"])?;
    let segment = segment(app, ask, condition).await?;
    let outside = ask.outside;
    let after: PersonId = match ask.find("after") {
        Some(text) => outside.decode(PERSON, text).ok_or_else(no_place)?,
        None => 0,
    };
    let (who, now, lens) = (ask.who.clone(), ask.now, ask.lens().map(str::to_owned));
    let limit = ask.size("limit", LIMIT_USUAL);
    app.db
        .read(move |tx| {
            let lens = people::lens_for(tx, &who, lens.as_deref())?;
            let not_ready = || Failure::Busy { retry_after_s: WORDS_RETRY_S };
            let count = segment.count(tx, &who, now)?.ok_or_else(not_ready)?;
            let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
            let found = segment.people(tx, &who, now, (after, one_more))?;
            let mut ids = found.ok_or_else(not_ready)?;
            let is_more = ids.len() > limit;
            ids.truncate(limit);
            let next = ids.last().filter(|_| is_more).map(|id| outside.encode(PERSON, *id));
            let rows = people::list::of(tx, &who, lens.id, &ids)?;
            Page::new(tx, lens, rows, next, Some(count), None)
        })
        .await
}

/// A condition is asked without these.
fn must_be_alone(ask: &Ask, others: &[&str]) -> Result<(), Failure> {
    if ask.find("where").is_some() && others.iter().any(|name| ask.given.contains_key(*name)) {
        let words = "A condition is asked alone: say the stage in it, as stage == \"lead\".";
        return Err(Failure::refused("where_alone", words));
    }
    Ok(())
}

/// The text of a condition that is written as text or as JSON.
fn as_text(lens: &Lens, written: &str) -> Result<String, Failure> {
    if !written.trim_start().starts_with('{') {
        return Ok(written.to_owned());
    }
    let names = lens.current().map(|(_, definition)| definition.names()).unwrap_or_default();
    let read = Condition::from_json(written, &names);
    read.map(|condition| condition.to_string())
        .map_err(|fault| Failure::invalid("where", fault.to_string()))
}

/// The condition, once what it asks for is at hand: the first time a word is asked, a job reads all histories.
async fn segment(app: &App, ask: &Ask, condition: &str) -> Result<Segment, Failure> {
    // What can't be read is the caller's to mend, not a rule that stands against it.
    let mended = |failure| match failure {
        Failure::Refused { code: "condition", words } => Failure::invalid("where", words),
        other => other,
    };
    let (who, text, lens) = (ask.who.clone(), condition.to_owned(), ask.lens().map(str::to_owned));
    let read = app.db.read(move |tx| {
        let lens = funnels::lens::of(tx, &who, lens.as_deref())?;
        Segment::read(&lens, &as_text(&lens, &text)?)
    });
    let segment = read.await.map_err(mended)?;
    let (who, asked, now) = (ask.who.clone(), segment.clone(), ask.now);
    let job = app.db.write(move |tx| asked.prepare(tx, &who, now)).await.map_err(mended)?;
    if job.is_none() {
        return Ok(segment);
    }
    let started = tokio::time::Instant::now();
    while started.elapsed() < WORDS_WAIT {
        tokio::time::sleep(WORDS_LOOK).await;
        let (who, asked) = (ask.who.clone(), segment.clone());
        if app.db.read(move |tx| asked.count(tx, &who, now)).await?.is_some() {
            break;
        }
    }
    Ok(segment)
}

//! People, a page at a time: by a condition, a list, a segment, a text, in any order.

use std::sync::Arc;

use funnel::Stage;
use funnel::condition::Fault;
use people::list::{Cursor, List, ListView, Sieve, Sort};
use people::missing::Toward;
use people::{LensLabel, Of, PersonId};
use platform::failure::Failure;
use platform::{App, Tx};
use serde_json::{Value, json};

use super::{LIMIT_MAX, LIMIT_USUAL, stages};
use crate::http::api::ask::Ask;
use crate::http::api::call::{Call, get};
use crate::http::api::given::Given;
use crate::http::api::listing::{self, in_address};
use crate::http::api::shape::{
    Shape, count, either, fields_of, has, like, list as several, may, named, object, text, text_of,
    truth, whole, word,
};
use crate::listed::{self, Page};

pub(super) fn call() -> Call {
    let segment = text_of(1, 200).says("Only people in this segment: its id or its name.");
    let list = text_of(1, 200).says("Only people in this list: its id or its name.");
    let call = get("/people", "listPeople", "People with where they stand, a page at a time").more(
        "Everything that is asked must hold. A fact or a kind of activity that was never asked for before is read out of \
         everybody's history once; if that takes longer than a call waits, the answer is 503, and says when to ask again.",
    );
    asked(call.lens()).ask("segment", segment).ask("list", list)
}

/// The same of a segment or a list, which stands in the path.
pub(in crate::http::api) fn within(call: Call) -> Call {
    asked(call.lens())
}

/// What is asked of any list of people.
fn asked(call: Call) -> Call {
    let page = object(vec![
        has("people", several(named("Listed"))),
        has("next", text().or_null().says("What `after` says for the next page; null at the end.")),
        has("lens", text()),
        may("count", count().says("How many there are, on all pages; if it was asked for.")),
        listing::doubts_member(),
    ]);
    let toward = ["lead", "prospect", "opportunity", "customer", "next"];
    call.ask("where", in_address(condition()))
        .ask("stage", at_stages())
        .ask("search", search())
        .ask("sort", sort())
        .ask("order", order())
        .ask("count", truth().usually(false).says("Whether to say how many there are. A condition is counted over everybody, which may take longer than the page."))
        .ask("missing", word(&toward).says("Say of each what is missing for this stage, or for the next one."))
        .ask("limit", whole(1, LIMIT_MAX).usually(LIMIT_USUAL).says("People of a page.").example(10))
        .ask("after", super::super::after())
        .ask(
            "fields",
            fields_of(&named("Listed"))
                .says("Members of each; the id comes always.")
                .example(json!(["name", "stage"])),
        )
        .gives(200, "A page.", page)
        .refuses(&[404, 409])
        .waits(|app, ask| Box::pin(list(app, ask)))
}

fn at_stages() -> Shape {
    several(stages())
        .most(6)
        .says("Only people at one of these stages.")
        .example(json!(["lead", "prospect"]))
}

fn search() -> Shape {
    text_of(0, 200).says(
        "Words of a name or their beginnings, an address, a telephone: of those whom it finds the nearest, without more pages; \
         with `sort` the 1,000 that are nearest, in that order and page by page.",
    )
}

/// What people can be ordered by.
pub(in crate::http::api) fn orders() -> Shape {
    let words = word(&["name", "fit", "engagement", "touched", "created"]);
    let fact = like("^(person|company)(\\.[a-z0-9_]{1,30}){1,3}$", 100).format("fact");
    either(vec![words, fact])
}

fn sort() -> Shape {
    orders().says(
        "By what they are ordered: name, fit, engagement, touched (when they last did something), created, or a fact like \
         company.employees; of whom that is unknown comes last, whichever the `order`. A formula is a fact: false comes before true. `touched` unless said; with `where`, `segment` or `list` in \
         the order in which they came.",
    )
}

fn order() -> Shape {
    word(&["asc", "desc"])
        .says("Names and facts come from the smallest unless said, all else from the largest; with `where`, `segment` or `list` and \
               no `sort` the first who came comes first.")
}

pub(in crate::http::api) fn condition() -> Shape {
    text_of(1, 32_000)
        .format("condition")
        .example("company.employees >= 50 && did(\"form.submitted\")")
        .says("A condition as definitions write them, or its JSON.")
}

/// A list that is asked for, as it was understood.
struct Wanted {
    doubts: Vec<Fault>,
    lens: LensLabel,
    list: List,
    sieve: Sieve,
}

async fn list(app: App, ask: Ask) -> Result<Given, Failure> {
    let ask = Arc::new(ask);
    let asked = Arc::clone(&ask);
    let wanted = app.db.read(move |tx| wanted(tx, &asked)).await.map_err(listing::mended)?;
    let wanted = Arc::new(wanted);
    let page = ready(&app, &ask, Arc::clone(&wanted)).await.map_err(listing::mended)?;
    let row = |row| ask.few(listed::one(row, &page, ask.outside, ask.now));
    let people: Vec<Value> = page.rows.iter().map(row).collect();
    let (next, lens) = (page.next.clone(), &page.lens.label);
    Ok(listing::told("people", people, next, lens, page.count, &wanted.doubts))
}

fn wanted(tx: &mut Tx, ask: &Ask) -> Result<Wanted, Failure> {
    let who = &ask.who;
    let lens = people::lens_for(tx, who, ask.lens())?;
    let condition = listing::condition(tx, ask, lens.id, Of::People)?;
    let doubts = listing::doubts(tx, ask, lens.id, Of::People)?;
    let in_list = match ask.find("list") {
        Some(which) => Some(people::lists::meant_of(tx, who, Of::People, which)?.id),
        None => None,
    };
    let stages = ask.words("stage").unwrap_or_default();
    let stages: Vec<Stage> = stages.into_iter().filter_map(Stage::parse).collect();
    let said = ask.find("sort").and_then(Sort::parse);
    let is_said = said.is_some();
    let is_narrow = condition.is_some() || in_list.is_some();
    let usual = if is_narrow { Sort::Created } else { Sort::Touched };
    let sort = said.unwrap_or(usual);
    let is_down = sort.is_down_by_itself() && (is_said || !is_narrow);
    let descending = ask.find("order").map_or(is_down, |order| order == "desc");
    let after = listing::after(ask, |after| sort.fits(after))?;
    let search = ask.find("search").map(str::trim).filter(|text| !text.is_empty());
    // In an order of their own they are a list like others, with pages.
    let found = match search.filter(|_| is_said) {
        Some(text) => Some(people::list::found(tx, who, text)?),
        None => None,
    };
    let search = search.filter(|_| !is_said).map(str::to_owned);
    let sieve =
        Sieve { stages: stages.clone(), condition, list: in_list, found, ..Sieve::of(lens.id) };
    let limit = ask.size("limit", LIMIT_USUAL);
    let list = List { lens: lens.id, stages, sort, descending, after, search, limit };
    Ok(Wanted { doubts, lens, list, sieve })
}

/// The page, once what it asks for is at hand.
async fn ready(app: &App, ask: &Arc<Ask>, wanted: Arc<Wanted>) -> Result<Page, Failure> {
    let (asked, here) = (Arc::clone(ask), Arc::clone(&wanted));
    let read = move |tx: &mut Tx| page(tx, &asked, &here);
    let asked = Arc::clone(ask);
    let prepare = move |tx: &mut Tx| {
        let condition = wanted.sieve.condition.as_ref();
        let sort = (wanted.lens.id, &wanted.list.sort);
        people::list::prepare(tx, &asked.who, condition, sort, asked.now).map(drop)
    };
    listing::once_ready(app, read, prepare).await
}

/// A page; nothing while something is not ready.
fn page(tx: &mut Tx, ask: &Ask, wanted: &Wanted) -> Result<Option<Page>, Failure> {
    let Wanted { lens, list, sieve, .. } = wanted;
    let page = |limit, after| {
        let list = List { limit, after, ..list.clone() };
        let found = people::list::list_of(tx, &ask.who, &list, sieve, ask.now)?;
        Ok(found.map(|ListView { rows, next, .. }| (rows, next)))
    };
    let Some((rows, next)) = listing::filled(list.limit, list.after.clone(), page)? else {
        return Ok(None);
    };
    let mut count = None;
    if listing::is_counted(ask) {
        count = counted(tx, ask, list, sieve)?;
        if count.is_none() {
            return Ok(None);
        }
    }
    let next = next.as_ref().map(Cursor::to_text);
    let mut page = Page::new(tx, lens.clone(), rows, next, count, None)?;
    if let Some(toward) = ask.find("missing").and_then(Toward::parse) {
        let ids: Vec<PersonId> = page.rows.iter().map(|row| row.person.id).collect();
        let lacks = funnels::missing::missing(tx, &ask.who, lens.id, &ids, toward, ask.now)?;
        page.lacks = Some(lacks);
    }
    Ok(Some(page))
}

/// How many there are, of a search those whom it finds.
fn counted(tx: &mut Tx, ask: &Ask, list: &List, sieve: &Sieve) -> Result<Option<u64>, Failure> {
    let found = match &list.search {
        Some(text) => Some(people::list::found(tx, &ask.who, text)?),
        None => sieve.found.clone(),
    };
    Sieve { found, ..sieve.clone() }.count(tx, &ask.who, ask.now)
}

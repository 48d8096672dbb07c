//! People, a page at a time: by a condition, a list, a segment, a text, in any order.

use std::sync::Arc;
use std::time::Duration;

use funnel::condition::{Names, Subject};
use funnel::{Condition, Stage};
use people::condition::{ADDRESS_LETTERS_MAX, Asked};
use people::list::{Cursor, List, ListView, PAGE_ROWS_MAX, Sieve, Sort};
use people::missing::Toward;
use people::{LensLabel, PersonId};
use platform::failure::Failure;
use platform::{App, Tx};
use serde_json::{Value, json};

use super::{LIMIT_MAX, LIMIT_USUAL, stages};
use crate::http::api::ask::Ask;
use crate::http::api::call::{Call, get};
use crate::http::api::given::Given;
use crate::http::api::no_place;
use crate::http::api::shape::{
    Shape, count, either, fields_of, has, like, list as several, may, named, object, text, text_of,
    truth, whole, word,
};
use crate::listed::{self, Page};

/// How long a call waits for a word that was never asked for to be read out of everybody's history.
const WORDS_WAIT: Duration = Duration::from_secs(25);
const WORDS_LOOK: Duration = Duration::from_millis(40);
/// After how many seconds to ask again, if that was not enough.
const WORDS_RETRY_S: u32 = 15;

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
         company.employees; of whom that is unknown is left out. `touched` unless said; with `where`, `segment` or `list` in \
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

/// The same where it stands in an address, which holds no long one.
pub(in crate::http::api) fn in_address(condition: Shape) -> Shape {
    condition
        .at_most(ADDRESS_LETTERS_MAX)
        .longer("save it as a segment, which is asked by its name")
}

/// What can't be read is the caller's to mend, not a rule that stands against it.
pub(in crate::http::api) fn mended(failure: Failure) -> Failure {
    match failure {
        Failure::Refused { code: "condition", words } => Failure::invalid("where", words),
        other => other,
    }
}

/// A list that is asked for, as it was understood.
struct Wanted {
    lens: LensLabel,
    list: List,
    sieve: Sieve,
}

async fn list(app: App, ask: Ask) -> Result<Given, Failure> {
    let ask = Arc::new(ask);
    let asked = Arc::clone(&ask);
    let wanted = app.db.read(move |tx| wanted(tx, &asked)).await.map_err(mended)?;
    let page = ready(&app, &ask, Arc::new(wanted)).await.map_err(mended)?;
    let row = |row| ask.few(listed::one(row, &page, ask.outside, ask.now));
    let people: Vec<Value> = page.rows.iter().map(row).collect();
    let mut value = json!({ "people": people, "next": page.next, "lens": page.lens.label });
    if let (Some(count), Some(value)) = (page.count, value.as_object_mut()) {
        value.insert("count".to_owned(), json!(count));
    }
    Ok(Given::value(value))
}

fn wanted(tx: &mut Tx, ask: &Ask) -> Result<Wanted, Failure> {
    let who = &ask.who;
    let lens = people::lens_for(tx, who, ask.lens())?;
    let own = ask.find("where").map(|text| as_text(tx, ask, text, Subject::Person)).transpose()?;
    let of_segment = match ask.find("segment") {
        Some(which) => Some(people::segment::meant(tx, who, which)?.condition),
        None => None,
    };
    let text = match (own, of_segment) {
        (Some(own), Some(other)) => Some(format!("({own}) && ({other})")),
        (own, other) => own.or(other),
    };
    let condition: Option<Arc<dyn Asked>> = match text {
        Some(text) => {
            let asked = people::condition::read(tx, lens.id, &text)?;
            asked.check(tx, who)?;
            Some(asked)
        }
        None => None,
    };
    let in_list = match ask.find("list") {
        Some(which) => Some(people::lists::meant_of(tx, who, people::Of::People, which)?.id),
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
    let after = ask.find("after").map(|text| Cursor::parse(text).ok_or_else(no_place));
    let after = after.transpose()?;
    let search = ask.find("search").map(str::trim).filter(|text| !text.is_empty());
    // In an order of their own they are a list like others, with pages.
    let found = match search.filter(|_| is_said) {
        Some(text) => Some(people::list::found(tx, who, text)?),
        None => None,
    };
    if after.as_ref().is_some_and(|after| !sort.fits(after)) {
        let words = "This place belongs to another order; begin anew, without `after`.";
        return Err(Failure::refused("other_order", words));
    }
    let search = search.filter(|_| !is_said).map(str::to_owned);
    let sieve =
        Sieve { stages: stages.clone(), condition, list: in_list, found, ..Sieve::of(lens.id) };
    let limit = ask.size("limit", LIMIT_USUAL);
    let list = List { lens: lens.id, stages, sort, descending, after, search, limit };
    Ok(Wanted { lens, list, sieve })
}

/// The page, once what it asks for is at hand.
async fn ready(app: &App, ask: &Arc<Ask>, wanted: Arc<Wanted>) -> Result<Page, Failure> {
    let (asked, here) = (Arc::clone(ask), Arc::clone(&wanted));
    let read = move |tx: &mut Tx| page(tx, &asked, &here);
    let asked = Arc::clone(ask);
    let prepare = move |tx: &mut Tx| {
        let condition = wanted.sieve.condition.as_ref();
        people::list::prepare(tx, &asked.who, condition, &wanted.list.sort, asked.now).map(drop)
    };
    once_ready(app, read, prepare).await
}

/// What is read once what it asks for is at hand: the first time a word is asked, a job reads all histories.
pub(in crate::http::api) async fn once_ready<T: Send + 'static>(
    app: &App,
    read: impl Fn(&mut Tx) -> Result<Option<T>, Failure> + Clone + Send + 'static,
    prepare: impl Fn(&mut Tx) -> Result<(), Failure> + Clone + Send + 'static,
) -> Result<T, Failure> {
    let started = tokio::time::Instant::now();
    let mut is_prepared = false;
    loop {
        if let Some(found) = app.db.read(read.clone()).await? {
            return Ok(found);
        }
        if !is_prepared {
            app.db.write(prepare.clone()).await?;
            is_prepared = true;
        }
        if started.elapsed() >= WORDS_WAIT {
            return Err(Failure::Busy { retry_after_s: WORDS_RETRY_S });
        }
        tokio::time::sleep(WORDS_LOOK).await;
    }
}

/// A page, made of as many of the list's own as it takes; nothing while something is not ready.
fn page(tx: &mut Tx, ask: &Ask, wanted: &Wanted) -> Result<Option<Page>, Failure> {
    let Wanted { lens, list, sieve } = wanted;
    let limit = list.limit;
    let mut list = List { limit: limit.min(PAGE_ROWS_MAX), ..list.clone() };
    let mut rows = Vec::with_capacity(limit);
    loop {
        let found = people::list::list_of(tx, &ask.who, &list, sieve, ask.now)?;
        let Some(ListView { rows: more, next, .. }) = found else { return Ok(None) };
        rows.extend(more);
        list.limit = limit.saturating_sub(rows.len()).min(PAGE_ROWS_MAX);
        list.after = next;
        if list.limit == 0 || list.after.is_none() {
            break;
        }
    }
    let count = match ask.given.get("count").and_then(Value::as_bool) {
        Some(true) => match counted(tx, ask, &list, sieve)? {
            Some(count) => Some(count),
            None => return Ok(None),
        },
        Some(false) | None => None,
    };
    let next = list.after.as_ref().map(Cursor::to_text);
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

/// The text of a condition that is written as text or as JSON.
pub(in crate::http::api) fn as_text(
    tx: &mut Tx,
    ask: &Ask,
    written: &str,
    subject: Subject,
) -> Result<String, Failure> {
    if !written.trim_start().starts_with('{') {
        return Ok(written.to_owned());
    }
    let lens = funnels::lens::of(tx, &ask.who, ask.lens())?;
    let names = lens.current().map(|(_, definition)| definition.names()).unwrap_or_default();
    let read = Condition::from_json(written, &Names { subject, ..names });
    read.map(|condition| condition.to_string())
        .map_err(|fault| Failure::invalid("where", fault.to_string()))
}

//! Companies, a page at a time: by a condition about them, a segment, a text, in any order.

use std::sync::Arc;

use funnel::condition::Fault;
use people::companies::{self, CompanyList, CompanySort};
use people::condition::ADDRESS_LETTERS_MAX;
use people::list::Cursor;
use people::{Of, lists};
use platform::failure::Failure;
use platform::{App, Tx};
use serde_json::json;

use crate::http::api::ask::Ask;
use crate::http::api::call::{Call, get};
use crate::http::api::given::Given;
use crate::http::api::listing::{self, in_address};
use crate::http::api::people::{LIMIT_MAX, LIMIT_USUAL};
use crate::http::api::shape::{
    Shape, count, either, fields_of, has, like, list as several, may, named, object, text, text_of,
    truth, whole, word,
};
use crate::listed;

const WHERE: &str = "company.employees >= 50 && somebody(person.seniority == \"vp\")";

fn condition() -> Shape {
    let condition = text_of(1, ADDRESS_LETTERS_MAX).format("company-condition").example(WHERE).says(
        "A condition about companies, as text or its JSON: `company.…`, `score.intent`, `stage`, `people`, what was recorded of \
         the company itself by did(), count() and since(), and somebody(…) with a condition about people for whoever works there.",
    );
    in_address(condition)
}

/// By what companies are ordered.
pub(in crate::http::api) fn orders() -> Shape {
    let words: Vec<&str> = CompanySort::ALL.iter().map(|(_, word)| *word).collect();
    let fact = like("^company(\\.[a-z0-9_]{1,30}){1,3}$", 100).format("fact");
    either(vec![word(&words), fact])
}

/// What is asked of any list of companies.
fn asked(call: Call) -> Call {
    let segment =
        text_of(1, 200).says("Only companies in this segment of companies: its id or its name.");
    let list =
        text_of(1, 200).says("Only companies in this list of companies: its id or its name.");
    call.lens()
        .ask("where", condition())
        .ask("segment", segment)
        .ask("list", list)
        .ask("search", text_of(0, 200).says("A name, the beginning of one, or a domain: of those that it finds the nearest, without more pages; with `sort` the 1,000 that are nearest, in that order and page by page."))
}

pub(super) fn page_call() -> Call {
    let page = object(vec![
        has("companies", several(named("ListedCompany"))),
        has("next", text().or_null().says("What `after` says for the next page; null at the end.")),
        has("lens", text()),
        may("count", count().says("How many there are, on all pages; if it was asked for.")),
        listing::doubts_member(),
    ]);
    let call = get("/companies", "listCompanies", "Companies with where they stand, a page at a time").more(
        "Where a company stands, how many work there and when somebody there was last heard of is what the people make of it \
         whom you see. Everything that is asked must hold. A fact or a kind of activity that was never asked for before is read \
         out of all histories once; if that takes longer than a call waits, the answer is 503, and says when to ask again.",
    );
    asked(call)
        .ask("sort", orders().says("By what they are ordered: name, stage, people, touched (when somebody there last did something), intent, created, or a fact like company.employees; of which intent or the fact is unknown comes last, whichever the `order`. A formula is a fact: false comes before true. In the order in which they came unless said."))
        .ask("order", word(&["asc", "desc"]).says("Names and facts come from the smallest unless said, all else from the largest; without `sort` the first that came comes first."))
        .ask("count", truth().usually(false).says("Whether to say how many there are."))
        .ask("limit", whole(1, LIMIT_MAX).usually(LIMIT_USUAL).says("Companies of a page.").example(10))
        .ask("after", super::super::after())
        .ask(
            "fields",
            fields_of(&named("ListedCompany"))
                .says("Members of each; the id comes always.")
                .example(json!(["name", "stage"])),
        )
        .gives(200, "A page.", page)
        .refuses(&[404, 409])
        .waits(|app, ask| Box::pin(paged(app, ask)))
}

pub(super) fn count_call() -> Call {
    asked(get(
        "/companies/count",
        "countCompanies",
        "How many companies there are, or meet a condition",
    ))
    .gives(
        200,
        "How many.",
        object(vec![has("count", count()), has("lens", text()), listing::doubts_member()]),
    )
    .refuses(&[404, 409])
    .waits(|app, ask| Box::pin(counted(app, ask)))
}

/// A list that is asked for, as it was understood, and the lens under which.
#[derive(Clone)]
struct Wanted {
    doubts: Vec<Fault>,
    list: CompanyList,
    lens: String,
}

fn wanted(tx: &mut Tx, ask: &Ask) -> Result<Wanted, Failure> {
    let who = &ask.who;
    let lens = people::lens_for(tx, who, ask.lens())?;
    let condition = listing::condition(tx, ask, lens.id, Of::Companies)?;
    let doubts = listing::doubts(tx, ask, lens.id, Of::Companies)?;
    let in_list = match ask.find("list") {
        Some(which) => Some(lists::meant_of(tx, who, Of::Companies, which)?.id),
        None => None,
    };
    let search = ask.find("search").map(str::trim).filter(|text| !text.is_empty());
    let said = ask.find("sort").and_then(CompanySort::parse);
    let is_said = said.is_some();
    // A text by itself has an order of its own, the nearest first, and that of names stands for it.
    let usual = if search.is_some() { CompanySort::Name } else { CompanySort::Created };
    let sort = said.unwrap_or(usual);
    let is_down = is_said && sort.is_down_by_itself();
    let descending = ask.find("order").map_or(is_down, |order| order == "desc");
    let after = listing::after(ask, |after| sort.fits(after))?;
    let limit = ask.size("limit", LIMIT_USUAL);
    let search = search.map(str::to_owned);
    let list = CompanyList {
        condition,
        list: in_list,
        search,
        sort,
        descending,
        after,
        limit,
        ..CompanyList::of(lens.id)
    };
    Ok(Wanted { doubts, list, lens: lens.label })
}

async fn paged(app: App, ask: Ask) -> Result<Given, Failure> {
    let ask = Arc::new(ask);
    let wanted = understood(&app, &ask).await?;
    let (asked, here) = (Arc::clone(&ask), wanted.clone());
    let read = move |tx: &mut Tx| {
        let list = &here.list;
        let page = |limit, after| {
            let list = CompanyList { limit, after, ..list.clone() };
            let found = companies::list(tx, &asked.who, &list, asked.now)?;
            Ok(found.map(|view| (view.rows, view.next)))
        };
        let Some((rows, next)) = listing::filled(list.limit, list.after.clone(), page)? else {
            return Ok(None);
        };
        let mut count = None;
        if listing::is_counted(&asked) {
            count = companies::count(tx, &asked.who, list, asked.now)?;
            if count.is_none() {
                return Ok(None);
            }
        }
        Ok(Some((rows, next, count)))
    };
    let (rows, next, count) = at_hand(&app, &ask, &wanted, read).await?;
    let rows = rows.iter().map(|one| ask.few(listed::company(one, ask.outside))).collect();
    let next = next.as_ref().map(Cursor::to_text);
    Ok(listing::told("companies", rows, next, &wanted.lens, count, &wanted.doubts))
}

async fn counted(app: App, ask: Ask) -> Result<Given, Failure> {
    let ask = Arc::new(ask);
    let wanted = understood(&app, &ask).await?;
    let (asked, here) = (Arc::clone(&ask), wanted.clone());
    let read = move |tx: &mut Tx| companies::count(tx, &asked.who, &here.list, asked.now);
    let count = at_hand(&app, &ask, &wanted, read).await?;
    let mut value = json!({ "count": count, "lens": wanted.lens });
    listing::doubted(&mut value, &wanted.doubts);
    Ok(Given::value(value))
}

async fn understood(app: &App, ask: &Arc<Ask>) -> Result<Wanted, Failure> {
    let asked = Arc::clone(ask);
    app.db.read(move |tx| wanted(tx, &asked)).await.map_err(listing::mended)
}

async fn at_hand<T: Send + 'static>(
    app: &App,
    ask: &Arc<Ask>,
    wanted: &Wanted,
    read: impl Fn(&mut Tx) -> Result<Option<T>, Failure> + Clone + Send + 'static,
) -> Result<T, Failure> {
    let (asked, here) = (Arc::clone(ask), wanted.clone());
    let prepare =
        move |tx: &mut Tx| companies::prepare(tx, &asked.who, &here.list, asked.now).map(drop);
    listing::once_ready(app, read, prepare).await.map_err(listing::mended)
}

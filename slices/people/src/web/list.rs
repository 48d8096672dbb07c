//! `GET /people`, what it asks for as one builds a condition, and the counts that keep it live.

mod ask;
mod bulk;
mod choices;
mod columns;
mod conditions;
mod saved;

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use funnel::Stage;
use funnel::condition::form::Form;
use moment::Moment;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::Page;
use serde_json::{Map, Value, json};
use team::{Right, User};

use self::ask::{ALL, Ask, cols};
use self::choices::{
    column_choices, densities, density, formulas, label, missing, tabs, view_here, within,
};
use self::columns::{Column, Filling, heads};
use crate::LensLabel;
use crate::condition::Asked;
use crate::fields;
use crate::frame;
use crate::list::{self, Cursor, List, ListView, Sieve, Sort};
use crate::lists::{self, LIST, ListRow};
use crate::missing::Toward;
use crate::pages::chips;
use crate::pages::list::{ListPage, ReadingPart, Total, Waiting};
use crate::pages::marks::{Bar, Heat, StageMark, Temperature, TruthMark};
use crate::segment::{self, SEGMENT, SegmentRow};
use crate::stand::{self, Standing};
use crate::views::{self, VIEW, ViewRow};

/// Rows on a page.
const ROWS: usize = 50;
/// People among whom a condition is counted before the page is sent; among more it is asked for afterwards.
const COUNTED_AT_ONCE: u64 = 20_000;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/people", get(page))
        .route("/people/counts", get(counts))
        .route("/people/count", get(count))
        .route("/people/ready", get(ready))
        .route("/people/conditions", get(conditions::parts).post(conditions::build))
        .merge(saved::routes())
        .merge(bulk::routes())
}

/// Percent-encodes a value of a query (RFC 3986, 2.3: all but the unreserved).
pub(crate) fn encode(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

async fn page(
    State(app): State<App>,
    who: User,
    Query(ask): Query<Ask>,
) -> Result<Response, Failure> {
    let ask = Ask { within: String::new(), ..ask };
    if ask.is_empty() {
        let user = who.clone();
        let first = app
            .db
            .read(move |tx| {
                let first = views::first(tx, &user)?;
                Ok(first.map(|view| tx.public_ids().encode(VIEW, view.id)))
            })
            .await?;
        if let Some(view) = first {
            return Ok(Redirect::to(&format!("/people?view={view}")).into_response());
        }
    }
    Ok(shown(app, who, ask).await?.into_response())
}

/// The page of people, of a segment or of a list.
async fn shown(app: App, who: User, ask: Ask) -> Result<Page, Failure> {
    let now = app.clock.now();
    let user = who.clone();
    let (shell, view, unready) = app
        .db
        .read(move |tx| {
            let (looked, ask) = Looked::at(tx, &user, ask)?;
            let (view, is_ready) = view(tx, &user, &ask, &looked, now)?;
            let unready = Some(looked).filter(|_| !is_ready);
            let here = if ask.within.is_empty() { "/people" } else { "/segments" };
            Ok((frame::shell(tx, &user, here)?, view, unready))
        })
        .await?;
    if let Some(looked) = unready {
        let prepare = move |tx: &mut Tx| {
            list::prepare(tx, &who, looked.sieve.condition.as_ref(), &looked.list.sort, now)
        };
        app.db.write(prepare).await?;
    }
    Ok(Page::new(&shell, &view.title, &view))
}

/// An address as it is understood.
struct Looked {
    lens: LensLabel,
    sieve: Sieve,
    list: List,
    /// The condition of the address alone.
    own: Option<Arc<dyn Asked>>,
    /// Why the condition can't be read.
    fault: Option<String>,
    within: Within,
    views: Vec<ViewRow>,
}

/// Of what the list is.
enum Within {
    Everybody,
    Segment(SegmentRow),
    List(ListRow),
}

impl Looked {
    /// Understands an address, with what its view shows.
    fn at(tx: &mut Tx, who: &User, mut ask: Ask) -> Result<(Looked, Ask), Failure> {
        let mut views = Vec::new();
        if ask.within.is_empty() {
            views = views::views(tx, who)?;
            let here = tx.public_ids().decode(VIEW, &ask.view);
            match views.iter().find(|view| Some(view.id) == here) {
                Some(view) => ask.take(view),
                None if ask.view != ALL => ask.view.clear(),
                None => {}
            }
        }
        let looked = Looked::of(tx, who, &ask)?;
        Ok((Looked { views, ..looked }, ask))
    }

    fn of(tx: &mut Tx, who: &User, ask: &Ask) -> Result<Looked, Failure> {
        who.may(Right::ReadPeople)?;
        let lens = crate::lens_for(tx, who, None)?;
        let within = match ask.within.split_once('_') {
            Some((SEGMENT, _)) => Within::Segment(segment::meant(tx, who, &ask.within)?),
            Some((LIST, _)) => Within::List(lists::meant(tx, who, &ask.within)?),
            Some(_) => return Err(Failure::missing("segment", &ask.within)),
            None => Within::Everybody,
        };
        let stages = match ask.stage.as_str() {
            "" => Vec::new(),
            word => vec![Stage::parse(word).ok_or_else(|| Failure::missing("stage", word))?],
        };
        let sort = Sort::parse(&ask.sort).unwrap_or(Sort::Engagement);
        let descending = match ask.dir.as_str() {
            "asc" => false,
            "desc" => true,
            _ => sort.is_down_by_itself(),
        };
        let of_segment = match &within {
            Within::Segment(row) => row.condition.as_str(),
            Within::Everybody | Within::List(_) => "",
        };
        let read = condition(tx, who, lens.id, &ask.condition).and_then(|own| {
            Ok((own, condition(tx, who, lens.id, &both(of_segment, &ask.condition))?))
        });
        let (own, condition, fault) = match read {
            Ok((own, condition)) => (own, condition, None),
            Err(Failure::Refused { words, .. }) => (None, None, Some(words)),
            Err(other) => return Err(other),
        };
        let list = List {
            lens: lens.id,
            stages: stages.clone(),
            sort,
            descending,
            after: Cursor::parse(&ask.after),
            search: Some(ask.q.clone()).filter(|q| !q.trim().is_empty()),
            limit: ROWS,
        };
        let in_list = match &within {
            Within::List(row) => Some(row.id),
            Within::Everybody | Within::Segment(_) => None,
        };
        let sieve = Sieve { stages, condition, list: in_list, ..Sieve::of(lens.id) };
        Ok(Looked { lens, sieve, list, own, fault, within, views: Vec::new() })
    }

    fn title(&self) -> String {
        match &self.within {
            Within::Everybody => "People".to_owned(),
            Within::Segment(row) => row.name.clone(),
            Within::List(row) => row.name.clone(),
        }
    }
}

/// Two conditions of which both must hold; either may be empty.
fn both(a: &str, b: &str) -> String {
    match (a.trim(), b.trim()) {
        ("", one) | (one, "") => one.to_owned(),
        (a, b) => format!("({a}) && ({b})"),
    }
}

fn condition(
    tx: &mut Tx,
    who: &User,
    lens: crate::LensId,
    text: &str,
) -> Result<Option<Arc<dyn Asked>>, Failure> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let asked = crate::condition::read(tx, lens, text)?;
    asked.check(tx, who)?;
    Ok(Some(asked))
}

/// The page, and whether all that it asks for is ready.
fn view(
    tx: &mut Tx,
    who: &User,
    ask: &Ask,
    looked: &Looked,
    now: Moment,
) -> Result<(ListPage, bool), Failure> {
    let Looked { lens, sieve, list, fault, .. } = looked;
    let found = match fault {
        Some(_) => None,
        None => list::list_of(tx, who, list, sieve, now)?,
    };
    let is_ready = found.is_some() || fault.is_some();
    let waiting = match (fault, &found) {
        (Some(words), _) => Some(Waiting::Fault(words.clone())),
        (None, None) => Some(Waiting::Reading(ask.asking("/people/ready"))),
        (None, Some(_)) => None,
    };
    let tally = stand::tally_for(tx, who, lens.id)?;
    let found = found.unwrap_or_else(|| ListView { rows: Vec::new(), next: None });
    let (toward, columns) = (Toward::parse(&ask.missing), ask.columns());
    let mut fields = fields::fields(tx, who)?;
    // A formula of companies says nothing of people.
    fields.retain(|field| !(field.kind == fields::Kind::Formula && field.is_of_company()));
    let mut heads = heads(ask, &columns, &list.sort, list.descending);
    let shown = heads.iter_mut().skip(1).filter(|head| head.cell != "missing");
    for (head, column) in shown.zip(&columns) {
        head.label = label(column, &fields);
    }
    let mut filling = Filling::of(tx, who, (lens, &found.rows, &columns), toward, now)?;
    filling.judge(tx, who, &found.rows, &formulas(&columns, &fields))?;
    let rows = found.rows.iter().map(|row| filling.row(row, &heads, &columns)).collect();
    let everyone: u64 = tally.iter().map(|(_, n)| *n).sum();
    let more = found.next.map(|cursor| Ask { after: cursor.to_text(), ..ask.clone() }.href());
    let form = looked.own.as_ref().map(|asked| Form::of(asked.condition()));
    let may_edit = who.can(Right::EditPeople);
    let users = if may_edit { team::holders(tx, Right::EditPeople)? } else { Vec::new() };
    let outside = tx.public_ids();
    let lists = if may_edit { lists::lists(tx, who)? } else { Vec::new() };
    let page = ListPage {
        title: looked.title(),
        base: ask.base(),
        tabs: tabs(ask, looked, &tally, outside),
        within: within(&looked.within, ask, outside),
        view: view_here(ask, &looked.views, who, outside),
        told: bulk::told(tx, who, &ask.told)?,
        users: users.into_iter().map(|(id, name)| (outside.encode(team::USER, id), name)).collect(),
        lists: lists.into_iter().map(|row| (outside.encode(LIST, row.id), row.name)).collect(),
        back: Ask { after: String::new(), ..ask.clone() }.href(),
        may_edit,
        may_share: who.can(Right::ManageLists),
        chips: chips::bar(form.as_ref())?,
        condition: ask.condition.trim().to_owned(),
        shown: cols(&columns),
        columns: column_choices(ask, &columns, &fields),
        densities: densities(ask),
        density: density(&ask.density).to_owned(),
        missing: missing(ask),
        search: ask.q.clone(),
        kept: ask.kept(),
        unordered: unordered(ask, &list.sort).filter(|_| more.is_none()),
        more,
        rows,
        total: total(tx, who, ask, sieve, (everyone, waiting.is_some()), now)?,
        is_bar_shown: sieve.condition.is_none() && sieve.list.is_none(),
        waiting,
        heads,
        bar: bar(&tally),
        is_empty: everyone == 0,
        may_demo: who.can(Right::ManageWorkspace),
        may_import: who.can(Right::ImportPeople),
        export: export(who, ask, &columns).filter(|_| everyone > 0).unwrap_or_default(),
    };
    Ok((page, is_ready))
}

/// Where those who are shown are a file; nothing if the user may not take them out.
fn export(who: &User, ask: &Ask, columns: &[Column]) -> Option<String> {
    if !who.can(Right::ExportPeople) {
        return None;
    }
    let facts: Vec<&str> = columns
        .iter()
        .filter_map(|column| match column {
            Column::Fact(key) => Some(key.as_str()),
            _ => None,
        })
        .collect();
    let facts = facts.join(",");
    let asked = [
        ("stage", &ask.stage),
        ("where", &ask.condition),
        ("q", &ask.q),
        ("sort", &ask.sort),
        ("dir", &ask.dir),
        ("in", &ask.within),
        ("facts", &facts),
    ];
    let said: Vec<String> = asked
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", encode(value)))
        .collect();
    let joint = if said.is_empty() { "" } else { "?" };
    Some(format!("/people/export{joint}{}", said.join("&")))
}

/// How many are found: at once where that costs little, else it is asked for by the page.
fn total(
    tx: &mut Tx,
    who: &User,
    ask: &Ask,
    sieve: &Sieve,
    (everyone, is_waiting): (u64, bool),
    now: Moment,
) -> Result<Total, Failure> {
    if sieve.condition.is_none() && sieve.list.is_none() {
        return Ok(Total { count: sieve.count(tx, who, now)?.map(int), asks: String::new() });
    }
    let asks = ask.asking("/people/count");
    if is_waiting || everyone > COUNTED_AT_ONCE {
        return Ok(Total { count: None, asks });
    }
    Ok(Total { count: sieve.count(tx, who, now)?.map(int), asks })
}

/// Those of whom the fact is unknown by which the list is ordered: the fact, and where they are.
fn unordered(ask: &Ask, sort: &Sort) -> Option<(String, String)> {
    let Sort::Fact(key) = sort else { return None };
    let unknown = format!("!known({key})");
    let condition = match ask.condition.trim() {
        "" => unknown,
        other => format!("({other}) && {unknown}"),
    };
    let href = ask.but(|ask| {
        (ask.sort, ask.dir) = ("name".to_owned(), String::new());
        ask.condition = condition;
    });
    Some((Column::Fact(key.clone()).label(), href))
}

fn int(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Engagement as it is now: what was stored, halved since.
pub(crate) fn engagement(standing: &Standing, lens: &LensLabel, now: Moment) -> f64 {
    let Some(half) = lens.half_life_us else { return standing.engagement };
    #[expect(
        clippy::as_conversions,
        clippy::cast_precision_loss,
        reason = "a score needs no more digits"
    )]
    let halvings = (now - standing.folded_at).0 as f64 / half as f64;
    standing.engagement * (-halvings).exp2()
}

/// The temperature with a pip for each criterion of the framework.
pub(crate) fn temperature(standing: &Standing, lens: &LensLabel) -> Option<Temperature> {
    let heat = match standing.temperature {
        3 => Heat::Hot,
        2 => Heat::Warm,
        1 => Heat::Cold,
        _ => return None,
    };
    let pips = lens.framework.iter().filter_map(|place| {
        let truth = match standing.criteria.as_bytes().get(*place)? {
            b't' => TruthMark::True,
            b'f' => TruthMark::False,
            _ => TruthMark::Unknown,
        };
        Some((lens.criteria.get(*place)?.clone(), truth))
    });
    Some(Temperature { heat, pips: pips.collect() })
}

fn bar(tally: &[(Stage, u64)]) -> Bar {
    let standing = tally.iter().filter(|(stage, count)| *stage != Stage::None && *count > 0);
    let words: Vec<String> = standing
        .clone()
        .map(|(stage, count)| StageMark::of(stage.as_str()).counted(int(*count)))
        .collect();
    Bar {
        class: "mixbar not-phone",
        parts: standing.map(|(stage, count)| (stage.as_str(), int(*count))).collect(),
        whole: 0,
        words: words.join(", "),
    }
}

/// How many stand where, for a page that is open.
async fn counts(State(app): State<App>, who: User) -> Result<Json<Value>, Failure> {
    who.may(Right::ReadPeople)?;
    let tally = app
        .db
        .read(move |tx| {
            let lens = crate::lens_for(tx, &who, None)?;
            stand::tally_for(tx, &who, lens.id)
        })
        .await?;
    let everyone: u64 = tally.iter().map(|(_, count)| count).sum();
    let mut counts: Map<String, Value> =
        tally.iter().map(|(stage, count)| (stage.as_str().to_owned(), json!(count))).collect();
    counts.insert(String::new(), json!(everyone));
    Ok(Json(Value::Object(counts)))
}

/// How many meet a condition, for a page that is open; nothing while it is not ready.
async fn count(
    State(app): State<App>,
    who: User,
    Query(ask): Query<Ask>,
) -> Result<Json<Value>, Failure> {
    let now = app.clock.now();
    let count = app
        .db
        .read(move |tx| {
            let (looked, _) = Looked::at(tx, &who, ask)?;
            match looked.fault {
                Some(_) => Ok(None),
                None => looked.sieve.count(tx, &who, now),
            }
        })
        .await?;
    Ok(Json(json!({ "count": count })))
}

/// Whether what a list asks for is ready, for a page that waits for it.
async fn ready(State(app): State<App>, who: User, Query(ask): Query<Ask>) -> Result<Page, Failure> {
    let now = app.clock.now();
    let asked = ask.clone();
    let is_ready = app
        .db
        .read(move |tx| {
            let (mut looked, _) = Looked::at(tx, &who, asked)?;
            looked.list.limit = 1;
            let is_read = list::list_of(tx, &who, &looked.list, &looked.sieve, now)?.is_some();
            Ok(is_read || looked.fault.is_some())
        })
        .await?;
    let asks = if is_ready { String::new() } else { ask.asking("/people/ready") };
    Ok(Page::part(&ReadingPart { asks }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_column_again_turns_the_order_round() {
        let ask = Ask::default();
        let href = |sort: Sort, descending, cell: &str| {
            let heads = heads(&ask, &ask.columns(), &sort, descending);
            heads.into_iter().find(|head| head.cell == cell).unwrap().href
        };
        assert!(href(Sort::Name, false, "name").contains("dir=desc"));
        assert!(href(Sort::Name, true, "name").contains("dir=asc"));
        assert!(href(Sort::Fit, true, "name").contains("dir=asc"));
        assert!(href(Sort::Fit, true, "fit").contains("dir=asc"));
        assert!(href(Sort::Name, true, "fit").contains("dir=desc"));
        assert!(href(Sort::Name, true, "co").contains("sort=company.name&dir=asc"));
    }

    #[test]
    fn what_is_missing_stands_beside_the_stage() {
        let ask = Ask { missing: "next".into(), ..Ask::default() };
        let heads = heads(&ask, &ask.columns(), &Sort::Name, false);
        let cells: Vec<&str> = heads.iter().map(|head| head.cell).collect();
        assert_eq!(&cells[..4], ["name", "co", "stage", "missing"]);
        assert!(missing(&ask)[1].is_here);
    }

    #[test]
    fn whoever_is_in_no_order_can_be_shown() {
        let ask = Ask { condition: "a || b".into(), ..Ask::default() };
        let (label, href) = unordered(&ask, &Sort::Fact("person.custom.plan".into())).unwrap();
        assert_eq!(label, "plan");
        assert!(href.contains(&encode("(a || b) && !known(person.custom.plan)")), "{href}");
        assert_eq!(unordered(&ask, &Sort::Name), None);
    }
}

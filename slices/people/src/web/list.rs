//! `GET /people`, `GET /companies`, what they ask for as one builds a condition, and the counts that keep them live.

mod ask;
mod bulk;
mod choices;
mod columns;
mod conditions;
mod counted;
mod held;
mod rows;
mod saved;
mod wanted;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use funnel::Stage;
use funnel::condition::Fault;
use funnel::condition::form::Form;
use moment::Moment;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::Page;
use team::{FieldRight, Right, User};

use self::ask::{ALL, Ask, cols};
use self::choices::{
    column_choices, densities, density, formulas, label, missing, tabs, view_here, within,
};
use self::columns::{Column, heads};
use self::counted::{total, without};
use self::rows::Shown;
use self::saved::with_stage;
use self::wanted::{Found, Narrowed, Order, Wanted};
use crate::condition::{self, Asked};
use crate::export::Format;
use crate::fields::{self, Kind, Labels};
use crate::formula::Formulas;
use crate::frame;
use crate::list::Cursor;
use crate::lists::{self, LIST, ListRow};
use crate::of::Kept;
use crate::pages::chips;
use crate::pages::list::{ListPage, ReadingPart, Waiting};
use crate::pages::marks::{Bar, Heat, StageMark, Temperature, TruthMark};
use crate::segment::{self, SEGMENT, SegmentRow};
use crate::stand::Standing;
use crate::views::{self, VIEW, ViewRow};
use crate::{LensLabel, Of};

/// Rows on a page.
const ROWS: usize = 50;
/// Among how many a condition is counted before the page is sent; among more it is asked for afterwards.
const COUNTED_AT_ONCE: u64 = 20_000;

pub(super) fn routes() -> Router<App> {
    let of = |of: Of| {
        let at = |rest: &str| format!("{}{rest}", of.page());
        let conditions = get(move |app, who| conditions::parts(of, app, who))
            .post(move |app, who, built| conditions::build(of, app, who, built));
        Router::new()
            .route(of.page(), get(move |app, who, ask| page(of, app, who, ask)))
            .route(&at("/counts"), get(move |app, who| counted::counts(of, app, who)))
            .route(&at("/count"), get(move |app, who, ask| counted::count(of, app, who, ask)))
            .route(&at("/ready"), get(move |app, who, ask| ready(of, app, who, ask)))
            .route(&at("/conditions"), conditions)
    };
    of(Of::People).merge(of(Of::Companies)).merge(saved::routes()).merge(bulk::routes())
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
    of: Of,
    State(app): State<App>,
    who: User,
    Query(ask): Query<Ask>,
) -> Result<Response, Failure> {
    let ask = Ask { of, within: String::new(), ..ask };
    if ask.is_empty() {
        let user = who.clone();
        let first = app
            .db
            .read(move |tx| {
                let first = views::first(tx, &user, of)?;
                Ok(first.map(|view| tx.public_ids().encode(VIEW, view.id)))
            })
            .await?;
        if let Some(view) = first {
            return Ok(Redirect::to(&format!("{}?view={view}", of.page())).into_response());
        }
    }
    Ok(shown(app, who, ask).await?.into_response())
}

/// The page of people or of companies, of a segment or of a list.
async fn shown(app: App, who: User, ask: Ask) -> Result<Page, Failure> {
    let now = app.clock.now();
    let user = who.clone();
    let (shell, view, unready) = app
        .db
        .read(move |tx| {
            let (looked, ask) = Looked::at(tx, &user, ask)?;
            let (view, is_ready) = view(tx, &user, &ask, &looked, now)?;
            let unready = Some(looked).filter(|_| !is_ready);
            let here = if ask.within.is_empty() { ask.of.page() } else { "/segments" };
            Ok((frame::shell(tx, &user, here)?, view, unready))
        })
        .await?;
    if let Some(looked) = unready {
        app.db.write(move |tx| looked.wanted.prepare(tx, &who, now)).await?;
    }
    Ok(Page::new(&shell, &view.title, &view))
}

/// An address as it is understood.
struct Looked {
    of: Of,
    lens: LensLabel,
    wanted: Wanted,
    /// The condition of the address alone.
    own: Option<Arc<dyn Asked>>,
    /// Why nobody can be shown.
    fault: Option<Waiting>,
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
            views = views::views(tx, who, ask.of)?;
            let here = tx.public_ids().decode(VIEW, &ask.view);
            match views.iter().find(|view| Some(view.id) == here) {
                Some(view) => ask.take(view),
                None if ask.view != ALL => ask.view.clear(),
                None => {}
            }
        }
        let looked = Looked::of(tx, who, &ask)?;
        ask.of = looked.of;
        Ok((Looked { views, ..looked }, ask))
    }

    fn of(tx: &mut Tx, who: &User, ask: &Ask) -> Result<Looked, Failure> {
        who.may(Right::ReadPeople)?;
        let lens = crate::lens_for(tx, who, None)?;
        let within = match ask.within.split_once('_') {
            Some((SEGMENT, _)) => Within::Segment(segment::meant_of_any(tx, who, &ask.within)?),
            Some((LIST, _)) => Within::List(lists::meant(tx, who, &ask.within)?),
            Some(_) => return Err(Failure::missing("segment", &ask.within)),
            None => Within::Everybody,
        };
        let of = match &within {
            Within::Everybody => ask.of,
            Within::Segment(row) => row.of,
            Within::List(row) => row.of,
        };
        let stage = match ask.stage.as_str() {
            "" => None,
            word => Some(Stage::parse(word).ok_or_else(|| Failure::missing("stage", word))?),
        };
        let order = Order::parse(of, &ask.sort).unwrap_or_else(|| Order::usual(of, who));
        let descending = match ask.dir.as_str() {
            "asc" => false,
            "desc" => true,
            _ => order.is_down_by_itself(),
        };
        let of_segment = match &within {
            Within::Segment(row) => row.condition.as_str(),
            Within::Everybody | Within::List(_) => "",
        };
        let all = both(of_segment, &ask.condition);
        let all = match of {
            Of::People => all,
            Of::Companies => with_stage(&ask.stage, &all),
        };
        let read = condition::fits_address(&ask.condition)
            .and_then(|()| condition(tx, who, (of, lens.id), &ask.condition))
            .and_then(|own| Ok((own, condition(tx, who, (of, lens.id), &all)?)))
            .and_then(|read| order.may_be_asked(tx, who, (of, lens.id)).map(|()| read));
        let (own, condition, fault) = match read {
            Ok((own, condition)) => (own, condition, None),
            Err(Failure::Refused { code: "formula_order" | "hidden_field", words }) => {
                (None, None, Some(Waiting::NoOrder(words)))
            }
            Err(Failure::Refused { words, .. }) => (None, None, Some(Waiting::Fault(words))),
            Err(other) => return Err(other),
        };
        let list = match &within {
            Within::List(row) => Some(row.id),
            Within::Everybody | Within::Segment(_) => None,
        };
        let narrowed = Narrowed { lens: lens.id, stage, condition, list };
        let search = Some(ask.q.clone()).filter(|q| !q.trim().is_empty());
        let after = Cursor::parse(&ask.after);
        let wanted = Wanted::new(narrowed, (order, descending), (search, after), ROWS);
        Ok(Looked { of, lens, wanted, own, fault, within, views: Vec::new() })
    }

    fn title(&self) -> String {
        match &self.within {
            Within::Everybody => match self.of {
                Of::People => "People".to_owned(),
                Of::Companies => "Companies".to_owned(),
            },
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
    about: (Of, crate::LensId),
    text: &str,
) -> Result<Option<Arc<dyn Asked>>, Failure> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    wanted::read(tx, who, about, text).map(Some)
}

/// The page, and whether all that it asks for is ready.
fn view(
    tx: &mut Tx,
    who: &User,
    ask: &Ask,
    looked: &Looked,
    now: Moment,
) -> Result<(ListPage, bool), Failure> {
    let Looked { of, lens, wanted, fault, .. } = looked;
    let found = match fault {
        Some(_) => None,
        None => wanted.find(tx, who, now)?,
    };
    let is_ready = found.is_some() || fault.is_some();
    let waiting = match (fault, &found) {
        (Some(fault), _) => Some(fault.clone()),
        (None, None) => Some(Waiting::Reading(ask.asking("ready"))),
        (None, Some(_)) => None,
    };
    let tally = wanted::tally(tx, who, *of, lens.id)?;
    let found = found.unwrap_or_else(|| Found::none(*of));
    let (columns, order) = (ask.columns(), wanted.order());
    let mut fields = fields::fields(tx, who)?;
    let labels = Labels::of(who, &fields);
    // A formula says nothing of others.
    fields.retain(|field| field.kind != Kind::Formula || field.key.starts_with(of.facts()));
    let mut heads = heads(ask, &columns, &order, wanted.is_descending());
    let formulas = formulas(&columns, &fields);
    let shown = heads.iter_mut().skip(1).filter(|head| head.cell != "missing");
    for (head, column) in shown.zip(&columns) {
        head.label = label(column, &fields);
        if formulas.contains(&column.word()) && head.sorted.is_empty() {
            // Those of whom it is true come first.
            head.href =
                ask.but(|ask| (ask.sort, ask.dir) = (column.word().to_owned(), "desc".to_owned()));
        }
    }
    let judged = Formulas::read(tx, who, (*of, lens.id), |key| formulas.contains(&key))?;
    let shown = Shown { ask, lens, heads: &heads, columns: &columns, formulas: &judged };
    let rows = rows::filled(tx, who, &found.rows, &shown, now)?;
    let everyone: u64 = tally.iter().map(|(_, n)| *n).sum();
    let shown_count = rows.len();
    let more = found.next.map(|cursor| Ask { after: cursor.to_text(), ..ask.clone() }.href());
    let doubts = match &looked.own {
        Some(asked) => condition::doubts(tx, &ask.condition, asked.condition())?,
        None => Vec::new(),
    };
    let form = looked.own.as_ref().map(|asked| Form::of(asked.condition()));
    let may_edit = who.can(Right::EditPeople);
    let may_assign = may_edit && *of == Of::People && who.field(crate::OWNER) == FieldRight::Write;
    let users = if may_assign { team::colleagues(tx)? } else { Vec::new() };
    let outside = tx.public_ids();
    let mut lists = if may_edit { lists::lists(tx, who)? } else { Vec::new() };
    lists.retain(|row| row.of == *of);
    let page = ListPage {
        title: looked.title(),
        of: *of,
        base: ask.base(),
        tabs: tabs(ask, looked, &tally, outside),
        within: within(&looked.within, ask, &labels, outside),
        view: view_here(ask, &looked.views, who, outside),
        told: bulk::told(tx, who, &ask.told)?,
        may_assign,
        users: users
            .into_iter()
            .map(|one| (outside.encode(team::USER, one.id), one.name))
            .collect(),
        lists: lists.into_iter().map(|row| (outside.encode(LIST, row.id), row.name)).collect(),
        back: Ask { after: String::new(), ..ask.clone() }.href(),
        may_edit,
        may_share: who.can(Right::ManageLists),
        chips: chips::bar(form.as_ref(), (*of).into(), &labels)?,
        condition: ask.condition.trim().to_owned(),
        shown: cols(*of, &columns),
        columns: column_choices(ask, &columns, &fields),
        densities: densities(ask),
        density: density(&ask.density).to_owned(),
        missing: missing(ask),
        search: ask.q.clone(),
        kept: ask.kept(),
        more,
        rows,
        total: total(tx, who, ask, wanted, (everyone, waiting.as_ref(), shown_count), now)?,
        doubts: doubts.iter().map(doubt).collect(),
        is_searched: wanted.is_searched(),
        nearest: (wanted.is_nearest_first() && shown_count >= ROWS)
            .then(|| i64::try_from(ROWS).unwrap_or(i64::MAX)),
        without: match waiting {
            None => without(tx, who, (ask, &fields), wanted, everyone, now)?,
            Some(_) => None,
        },
        is_bar_shown: !wanted.is_narrow() && !wanted.is_searched() && waiting.is_none(),
        waiting,
        heads,
        bar: bar(&tally),
        is_empty: everyone == 0,
        may_demo: who.can(Right::ManageWorkspace),
        may_import: who.can(Right::ImportPeople),
        exports: if everyone > 0 { exports(who, ask, &columns, &judged) } else { Vec::new() },
        may_make: crate::make::may_make(who, *of),
    };
    Ok((page, is_ready))
}

/// Where those who are shown are a file; nothing if the user may not take them out.
fn exports(
    who: &User,
    ask: &Ask,
    columns: &[Column],
    judged: &Formulas,
) -> Vec<(&'static str, String)> {
    if !who.can(Right::ExportPeople) {
        return Vec::new();
    }
    let facts: Vec<&str> = columns
        .iter()
        .filter_map(|column| match column {
            // What is kept from them on the page is asked for in no file.
            Column::Fact(key) if !who.is_hidden(key) && !judged.keep(key) => Some(key.as_str()),
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
    let said: String = asked
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("&{name}={}", encode(value)))
        .collect();
    let as_file =
        |format: Format| format!("{}/export?format={}{said}", ask.of.page(), format.as_str());
    vec![
        ("CSV, for spreadsheets", as_file(Format::Csv)),
        ("JSON Lines, for programs", as_file(Format::JsonLines)),
    ]
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

/// A name that nobody here has used, and what was probably meant.
fn doubt(fault: &Fault) -> String {
    match &fault.nearest {
        Some(name) => format!("{}; did you mean {name}?", fault.words),
        None => fault.words.clone(),
    }
}

/// Whether what a list asks for is ready, for a page that waits for it.
async fn ready(
    of: Of,
    State(app): State<App>,
    who: User,
    Query(ask): Query<Ask>,
) -> Result<Page, Failure> {
    let now = app.clock.now();
    let ask = Ask { of, ..ask };
    let asked = ask.clone();
    let is_ready = app
        .db
        .read(move |tx| {
            let (looked, _) = Looked::at(tx, &who, asked)?;
            let is_read = looked.wanted.only_one().find(tx, &who, now)?.is_some();
            Ok(is_read || looked.fault.is_some())
        })
        .await?;
    let asks = if is_ready { String::new() } else { ask.asking("ready") };
    Ok(Page::part(&ReadingPart { asks }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::Sort;

    #[test]
    fn the_same_column_again_turns_the_order_round() {
        let ask = Ask::default();
        let href = |sort: Sort, descending, cell: &str| {
            let heads = heads(&ask, &ask.columns(), &Order::People(sort), descending);
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
        let heads = heads(&ask, &ask.columns(), &Order::People(Sort::Name), false);
        let cells: Vec<&str> = heads.iter().map(|head| head.cell).collect();
        assert_eq!(&cells[..4], ["name", "co", "stage", "missing"]);
        assert!(missing(&ask)[1].is_here);
    }
}

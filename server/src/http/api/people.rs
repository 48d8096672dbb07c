//! `/api/v1/people`

use std::time::Duration;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use funnel::Stage;
use funnels::segment::Segment;
use people::list::{Cursor, List, PAGE_ROWS_MAX, Sort};
use people::upsert::{Tally, Told, upsert};
use people::{PERSON, PersonId};
use platform::App;
use platform::failure::{Failure, Field};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use team::{Caller, Right, User};

use super::body::Body;
use crate::listed::{self, Page};

/// People of a page, unless asked otherwise.
const LIMIT_USUAL: usize = 50;
/// People of a page at most.
pub(super) const LIMIT_MAX: usize = 1_000;
/// How long a call waits for a word that was never asked for to be read out of everybody's history.
const WORDS_WAIT: Duration = Duration::from_secs(25);
const WORDS_LOOK: Duration = Duration::from_millis(40);
/// After how many seconds to ask again, if that was not enough.
const WORDS_RETRY_S: u32 = 15;

/// What is asked of the list.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Asked {
    /// A condition, as definitions write them.
    #[serde(rename = "where")]
    condition: Option<String>,
    lens: Option<String>,
    /// Stages with commas between.
    stage: Option<String>,
    search: Option<String>,
    sort: Option<String>,
    /// `asc` or `desc`.
    order: Option<String>,
    limit: Option<String>,
    after: Option<String>,
    /// Members of a person with commas between.
    fields: Option<String>,
}

pub(super) async fn list(
    State(app): State<App>,
    Caller(who): Caller,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Value>, Failure> {
    who.may(Right::ReadPeople)?;
    let Query(asked) = asked.map_err(|wrong| Failure::invalid("query", wrong.body_text()))?;
    let limit = limit(asked.limit.as_deref())?;
    let fields = asked.fields.clone();
    let page = match asked.condition.clone() {
        Some(condition) => meeting(&app, &who, asked, &condition, limit).await?,
        None => listed(&app, who, asked, limit).await?,
    };
    let (outside, now) = (app.public_ids(), app.clock.now());
    let people: Vec<Value> =
        page.rows.iter().map(|row| listed::one(row, &page, outside, now)).collect();
    let people = match &fields {
        Some(fields) => sparse(people, fields)?,
        None => people,
    };
    let mut value = json!({ "people": people, "next": page.next, "lens": page.lens.label });
    if let (Some(count), Some(value)) = (page.count, value.as_object_mut()) {
        value.insert("count".to_owned(), json!(count));
    }
    Ok(Json(value))
}

fn limit(text: Option<&str>) -> Result<usize, Failure> {
    let Some(text) = text else { return Ok(LIMIT_USUAL) };
    let number = text.parse().ok().filter(|number| (1..=LIMIT_MAX).contains(number));
    let words = || format!("a whole number from 1 to {LIMIT_MAX}");
    number.ok_or_else(|| Failure::invalid("limit", words()))
}

/// Those members alone that were asked for, and the id.
fn sparse(people: Vec<Value>, fields: &str) -> Result<Vec<Value>, Failure> {
    let fields: Vec<&str> = fields.split(',').map(str::trim).filter(|it| !it.is_empty()).collect();
    let mut few = Vec::with_capacity(people.len());
    for person in people {
        let Value::Object(person) = person else { continue };
        if let Some(unknown) = fields.iter().find(|field| !person.contains_key(**field)) {
            let known: Vec<&str> = person.keys().map(String::as_str).collect();
            let words = format!("people have no {unknown}; they have {}", known.join(", "));
            return Err(Failure::invalid("fields", words));
        }
        let asked = |name: &String| name == "id" || fields.contains(&name.as_str());
        let person: Map<String, Value> =
            person.into_iter().filter(|(name, _)| asked(name)).collect();
        few.push(Value::Object(person));
    }
    Ok(few)
}

/// Those at some stages, or of some name, in an order.
async fn listed(app: &App, who: User, asked: Asked, limit: usize) -> Result<Page, Failure> {
    let Asked { lens, stage, search, sort, order, after, .. } = asked;
    let stages: Vec<Stage> = match stage.as_deref() {
        Some(text) => text.split(',').map(read_stage).collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    let words = "there are name, fit, engagement and touched";
    let sort = match sort.as_deref() {
        Some(word) => Sort::parse(word).ok_or_else(|| Failure::invalid("sort", words))?,
        None => Sort::Touched,
    };
    let descending = match order.as_deref() {
        Some("asc") => false,
        Some("desc") => true,
        Some(_) => return Err(Failure::invalid("order", "there are asc and desc")),
        None => sort != Sort::Name,
    };
    let after = after.map(|text| Cursor::parse(&text).ok_or_else(no_place)).transpose()?;
    app.db
        .read(move |tx| {
            let lens = people::lens_for(tx, &who, lens.as_deref())?;
            let few = limit.min(PAGE_ROWS_MAX);
            let mut list =
                List { lens: lens.id, stages, sort, descending, after, search, limit: few };
            let mut rows = Vec::with_capacity(limit);
            loop {
                let view = people::list::list(tx, &who, &list)?;
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

fn read_stage(text: &str) -> Result<Stage, Failure> {
    let found = Stage::parse(text.trim()).filter(|stage| *stage != Stage::None);
    let words = "there are lead, prospect, opportunity, customer, recycled and disqualified";
    found.ok_or_else(|| Failure::invalid("stage", words))
}

/// Those who meet a condition, in the order in which they came.
async fn meeting(
    app: &App,
    who: &User,
    asked: Asked,
    condition: &str,
    limit: usize,
) -> Result<Page, Failure> {
    let Asked { lens, stage, search, sort, order, after, .. } = asked;
    if [stage, search, sort, order].iter().any(Option::is_some) {
        let words = "a condition is asked alone: say the stage in it, as stage == \"lead\"; who meets it comes in \
                     the order of their ids";
        return Err(Failure::invalid("where", words));
    }
    let segment = segment(app, who, lens.clone(), condition).await?;
    let outside = app.public_ids();
    let after: PersonId = match &after {
        Some(text) => outside.decode(PERSON, text).ok_or_else(no_place)?,
        None => 0,
    };
    let (who, now) = (who.clone(), app.clock.now());
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

/// The condition, once what it asks for is at hand: the first time a word is asked, a job reads all histories.
async fn segment(
    app: &App,
    who: &User,
    lens: Option<String>,
    condition: &str,
) -> Result<Segment, Failure> {
    let (asker, text) = (who.clone(), condition.to_owned());
    let read = app
        .db
        .read(move |tx| Segment::read(&funnels::lens::of(tx, &asker, lens.as_deref())?, &text));
    // What can't be read is the caller's to mend, not a rule that stands against it.
    let segment = read.await.map_err(|failure| match failure {
        Failure::Refused { code: "condition", words } => Failure::invalid("where", words),
        other => other,
    })?;
    let (asker, asked, now) = (who.clone(), segment.clone(), app.clock.now());
    let job = app.db.write(move |tx| asked.prepare(tx, &asker, now)).await;
    let job = job.map_err(|failure| match failure {
        Failure::Refused { code: "condition", words } => Failure::invalid("where", words),
        other => other,
    })?;
    if job.is_none() {
        return Ok(segment);
    }
    let started = tokio::time::Instant::now();
    while started.elapsed() < WORDS_WAIT {
        tokio::time::sleep(WORDS_LOOK).await;
        let (asker, asked) = (who.clone(), segment.clone());
        if app.db.read(move |tx| asked.count(tx, &asker, now)).await?.is_some() {
            break;
        }
    }
    Ok(segment)
}

fn no_place() -> Failure {
    Failure::invalid("after", "this is no place in this list: take it as the page before gave it")
}

/// Everybody whom a list or a condition names, as a file.
pub(super) async fn export(
    State(app): State<App>,
    Caller(who): Caller,
    asked: Result<Query<funnels::web::export::Ask>, QueryRejection>,
) -> Result<Response, Failure> {
    let Query(asked) = asked.map_err(|wrong| Failure::invalid("query", wrong.body_text()))?;
    funnels::web::export::answer(app, who, asked).await
}

/// What is asked of one person.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct OneAsked {
    lens: Option<String>,
}

pub(super) async fn one(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(who): Path<String>,
    asked: Result<Query<OneAsked>, QueryRejection>,
) -> Result<Json<Value>, Failure> {
    let Query(asked) = asked.map_err(|wrong| Failure::invalid("query", wrong.body_text()))?;
    Ok(Json(person(&app, caller, who, asked.lens).await?))
}

async fn person(
    app: &App,
    caller: User,
    who: String,
    lens: Option<String>,
) -> Result<Value, Failure> {
    let (now, outside) = (app.clock.now(), app.public_ids());
    let record = app
        .db
        .read(move |tx| people::person::record(tx, &caller, &who, lens.as_deref(), now))
        .await?;
    Ok(listed::whole(&record, outside, now))
}

/// One person: 201 for a new one, 200 for one who was known.
pub(super) async fn tell(
    State(app): State<App>,
    Caller(caller): Caller,
    Body(body): Body,
) -> Result<Response, Failure> {
    let (who, now) = (caller.clone(), app.clock.now());
    let people = vec![body];
    let told = app.db.write(move |tx| upsert(tx, &who, &people, now)).await?;
    let told =
        told.into_iter().next().ok_or_else(|| Failure::broken("nothing came of a person"))?;
    let id = match told.person() {
        Some(id) => app.public_ids().encode(PERSON, id),
        None => return Err(rejected(told)),
    };
    let mut value = person(&app, caller, id.clone(), None).await?;
    if let Some(value) = value.as_object_mut() {
        value.insert("status".to_owned(), json!(told.as_str()));
    }
    let status = match told {
        Told::Created(_) => StatusCode::CREATED,
        _ => StatusCode::OK,
    };
    let mut response = (status, Json(value)).into_response();
    let location = HeaderValue::from_str(&format!("/api/v1/people/{id}"));
    response.headers_mut().extend(location.ok().map(|location| (header::LOCATION, location)));
    Ok(response)
}

fn rejected(told: Told) -> Failure {
    match told {
        Told::Rejected(fields) => Failure::Invalid(fields),
        Told::Created(_) | Told::Updated(_) | Told::Unchanged(_) => Failure::broken("taken"),
    }
}

/// Many people: what came of each, in their order, and how many came to what.
pub(super) async fn tell_many(
    State(app): State<App>,
    Caller(who): Caller,
    Body(body): Body,
) -> Result<Json<Value>, Failure> {
    let people = match body {
        Value::Array(people) => people,
        Value::Object(mut whole) => match (whole.remove("people"), whole.keys().next()) {
            (Some(Value::Array(people)), None) => people,
            (_, Some(other)) => {
                let words = "there is no such member: send { \"people\": [ … ] }";
                return Err(Failure::invalid(format!("/{other}"), words));
            }
            _ => return Err(no_people()),
        },
        _ => return Err(no_people()),
    };
    let now = app.clock.now();
    let told = app.db.write(move |tx| upsert(tx, &who, &people, now)).await?;
    let outside = app.public_ids();
    let results: Vec<Value> = told.iter().map(|one| result(one, outside)).collect();
    Ok(Json(json!({ "counts": Tally::of(&told), "results": results })))
}

fn no_people() -> Failure {
    Failure::invalid("", "send a list of people, or { \"people\": [ … ] }")
}

fn result(told: &Told, outside: platform::public_id::PublicIds) -> Value {
    let mut value = json!({ "status": told.as_str() });
    let Some(members) = value.as_object_mut() else { return value };
    if let Some(id) = told.person() {
        members.insert("id".to_owned(), json!(outside.encode(PERSON, id)));
    }
    if let Told::Rejected(fields) = told {
        let field = |field: &Field| json!({ "name": field.name, "words": field.words });
        members.insert("errors".to_owned(), fields.iter().map(field).collect());
    }
    value
}

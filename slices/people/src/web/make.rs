//! `/people/new` and `/companies/new`: a person or a company by hand.

use axum::Router;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use moment::Moment;
use platform::app::App;
use platform::db::Tx;
use platform::failure::{Failure, Field};
use platform::page::Page;
use platform::page::words::Almanac;
use serde::Deserialize;
use team::{FieldRight, Right, Sight, User};

use crate::make::{self, CompanyDraft, Made, News, PersonDraft, Taken, may_make};
use crate::of::Kept;
use crate::pages::make::{Input, KnownLine, MakePage};
use crate::pages::person::label;
use crate::{COMPANY, OWNER, Of, PERSON, frame, sight};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/people/new", get(new_person).post(make_person))
        .route("/companies/new", get(new_company).post(make_company))
}

/// What the form says beside the draft.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct How {
    updates: String,
    brings_back: String,
}

impl How {
    fn taken(&self) -> Taken {
        Taken { updates: self.updates == "yes", brings_back: self.brings_back == "yes" }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct PersonForm {
    email: String,
    phone: String,
    name: String,
    title: String,
    company: String,
    owner: String,
    updates: String,
    brings_back: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct CompanyForm {
    name: String,
    domain: String,
    industry: String,
    country: String,
    employees: String,
    updates: String,
}

/// What was typed, whichever of the two is made.
#[derive(Clone, Debug)]
enum Draft {
    Person(PersonDraft),
    Company(CompanyDraft),
}

impl Draft {
    fn of(&self) -> Of {
        match self {
            Draft::Person(_) => Of::People,
            Draft::Company(_) => Of::Companies,
        }
    }

    fn take(&self, tx: &mut Tx, who: &User, how: Taken, now: Moment) -> Result<Made, Failure> {
        match self {
            Draft::Person(draft) => make::person(tx, who, draft, how, now),
            Draft::Company(draft) => make::company(tx, who, draft, how, now),
        }
    }

    /// Its fields: the fact, name, label, sort, hint and value of each.
    fn inputs(&self) -> Vec<(&'static str, Input)> {
        let input = |name, label, sort, hint, value: &String| Input {
            name,
            label,
            sort,
            hint,
            value: value.clone(),
            wrong: None,
        };
        match self {
            Draft::Person(it) => vec![
                ("person.email", input("email", "E-mail", "email", "", &it.email)),
                ("person.name", input("name", "Name", "text", "", &it.name)),
                (
                    "person.phone",
                    input(
                        "phone",
                        "Telephone",
                        "tel",
                        "As it is written abroad: +49 30 123456",
                        &it.phone,
                    ),
                ),
                ("person.title", input("title", "Title", "text", "", &it.title)),
                (
                    "company.name",
                    input(
                        "company",
                        "Company",
                        "text",
                        "Its domain or its name; one that nobody knows is made",
                        &it.company,
                    ),
                ),
            ],
            Draft::Company(it) => vec![
                ("company.name", input("name", "Name", "text", "", &it.name)),
                ("company.domain", input("domain", "Domain", "text", "north.example", &it.domain)),
                ("company.industry", input("industry", "Industry", "text", "", &it.industry)),
                (
                    "company.country",
                    input("country", "Country", "text", "In two letters: DE", &it.country),
                ),
                (
                    "company.employees",
                    input("employees", "People who work there", "text", "", &it.employees),
                ),
            ],
        }
    }
}

async fn new_person(State(app): State<App>, who: User) -> Result<Response, Failure> {
    // Whoever sees a part of the people looks after whom they make, unless they say otherwise.
    let owner = if who.sight == Sight::Everybody { String::new() } else { ME.to_owned() };
    shown(app, who, Draft::Person(PersonDraft { owner, ..PersonDraft::default() }), Told::default())
        .await
}

async fn new_company(State(app): State<App>, who: User) -> Result<Response, Failure> {
    shown(app, who, Draft::Company(CompanyDraft::default()), Told::default()).await
}

async fn make_person(
    State(app): State<App>,
    who: User,
    Form(form): Form<PersonForm>,
) -> Result<Response, Failure> {
    let PersonForm { email, phone, name, title, company, owner, updates, brings_back } = form;
    let draft = PersonDraft { email, phone, name, title, company, owner };
    made(app, who, Draft::Person(draft), How { updates, brings_back }).await
}

async fn make_company(
    State(app): State<App>,
    who: User,
    Form(form): Form<CompanyForm>,
) -> Result<Response, Failure> {
    let CompanyForm { name, domain, industry, country, employees, updates } = form;
    let draft = CompanyDraft { name, domain, industry, country, employees };
    made(app, who, Draft::Company(draft), How { updates, brings_back: String::new() }).await
}

/// What stands in the form for whoever fills it in.
const ME: &str = "me";

/// What is to be said above the form and in it.
#[derive(Clone, Debug, Default)]
struct Told {
    wrong: Vec<Field>,
    known: Option<(i64, Vec<News>)>,
    erased: Option<Moment>,
    status: Option<StatusCode>,
}

async fn made(app: App, who: User, draft: Draft, how: How) -> Result<Response, Failure> {
    let (now, user, asked) = (app.clock.now(), who.clone(), draft.clone());
    let done = app
        .db
        .write(move |tx| {
            let mut asked = asked;
            if let Draft::Person(draft) = &mut asked
                && draft.owner == ME
            {
                draft.owner = tx.public_ids().encode(team::USER, user.id.0);
            }
            let made = asked.take(tx, &user, how.taken(), now)?;
            // Whoever gives away one of their own at once may not see them.
            let at = match made {
                Made::Created(id) | Made::Updated(id) | Made::Unchanged(id) => {
                    let is_seen = sight::sees(tx, &user, id)?;
                    Some(if is_seen { record(tx, id) } else { asked.of().page().to_owned() })
                }
                Made::Known(..) | Made::Erased(_) => None,
            };
            Ok((made, at))
        })
        .await;
    let told = match done {
        Ok((_, Some(at))) => return Ok(Redirect::to(&at).into_response()),
        Ok((Made::Erased(at), None)) => {
            Told { erased: Some(at), status: Some(StatusCode::CONFLICT), ..Told::default() }
        }
        Ok((Made::Known(id, news), None)) => {
            Told { known: Some((id, news)), status: Some(StatusCode::CONFLICT), ..Told::default() }
        }
        Ok((_, None)) => return Err(Failure::broken("something was made and is nowhere")),
        Err(Failure::Invalid(wrong)) => {
            Told { wrong, status: Some(StatusCode::UNPROCESSABLE_ENTITY), ..Told::default() }
        }
        Err(Failure::Refused { words, .. }) => {
            let wrong = vec![Field { name: String::new(), words }];
            Told { wrong, status: Some(StatusCode::CONFLICT), ..Told::default() }
        }
        Err(other) => return Err(other),
    };
    shown(app, who, draft, told).await
}

fn record(tx: &Tx, id: i64) -> String {
    let outside = tx.public_ids();
    if journal::is_company(id) {
        format!("/companies/{}", outside.encode(COMPANY, id))
    } else {
        format!("/people/{}", outside.encode(PERSON, id))
    }
}

/// The form, with what was typed and what is wrong with it.
async fn shown(app: App, who: User, draft: Draft, told: Told) -> Result<Response, Failure> {
    who.may(Right::EditPeople)?;
    let (now, of, status) = (app.clock.now(), draft.of(), told.status);
    let (shell, view) = app
        .db
        .read(move |tx| {
            let view = page(tx, &who, &draft, told, now)?;
            Ok((frame::shell(tx, &who, of.page())?, view))
        })
        .await?;
    let title = if of == Of::People { "New person" } else { "New company" };
    let page = Page::new(&shell, title, &view);
    Ok(page.with_status(status.unwrap_or(StatusCode::OK)).into_response())
}

fn page(
    tx: &mut Tx,
    who: &User,
    draft: &Draft,
    told: Told,
    now: Moment,
) -> Result<MakePage, Failure> {
    let Told { wrong, known, erased, .. } = told;
    let mut inputs = draft.inputs();
    inputs.retain(|(key, input)| {
        who.field(key) == FieldRight::Write || wrong.iter().any(|field| field.name == input.name)
    });
    let mut inputs: Vec<Input> = inputs.into_iter().map(|(_, input)| input).collect();
    let words = |name: &str| {
        let found = wrong.iter().find(|field| field.name == name);
        found.map(|field| sentence(&field.words))
    };
    for input in &mut inputs {
        input.wrong = words(input.name);
    }
    let is_shown = |name: &str| name == "owner" || inputs.iter().any(|input| input.name == name);
    let at_large = wrong.iter().filter(|field| !is_shown(&field.name));
    let at_large = at_large.map(|field| sentence(&field.words)).collect();
    let known = match known {
        Some((id, news)) => Some(known_line(tx, who, id, news)?),
        None => None,
    };
    let erased = match erased {
        Some(at) => Some(Almanac::new(now, &team::workspace(tx)?.zone).date(at).words),
        None => None,
    };
    Ok(MakePage {
        of: draft.of(),
        users: users(tx, who, draft)?,
        owner_wrong: words("owner"),
        inputs,
        at_large,
        known,
        erased,
        may_make: may_make(who, draft.of()),
    })
}

/// Who may look after a new person.
fn users(tx: &mut Tx, who: &User, draft: &Draft) -> Result<Vec<(String, String, bool)>, Failure> {
    let Draft::Person(draft) = draft else { return Ok(Vec::new()) };
    if who.field(OWNER) < FieldRight::Write {
        return Ok(Vec::new());
    }
    let outside = tx.public_ids();
    let me = outside.encode(team::USER, who.id.0);
    let mut users = Vec::new();
    if who.sight == Sight::Everybody {
        users.push((String::new(), "No one".to_owned(), draft.owner.is_empty()));
    }
    for user in team::colleagues(tx)? {
        let id = outside.encode(team::USER, user.id);
        let is_here = draft.owner == id || (draft.owner == ME && id == me);
        users.push((id, user.name, is_here));
    }
    Ok(users)
}

fn known_line(tx: &mut Tx, who: &User, id: i64, news: Vec<News>) -> Result<KnownLine, Failure> {
    let name = if journal::is_company(id) {
        crate::company::row(tx, who, id)?.name
    } else {
        crate::person::row(tx, who, id)?.name
    };
    let called = |key: &str| match key {
        "company" => "Company".to_owned(),
        OWNER => "Looked after by".to_owned(),
        key => label(key),
    };
    let news = news.into_iter().map(|it| (called(&it.key), it.says, it.held));
    Ok(KnownLine { name, href: record(tx, id), news: news.collect() })
}

/// With a capital letter and a stop.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>());
    let text = format!("{}{}", first.unwrap_or_default(), letters.collect::<String>());
    if text.ends_with(['.', '!', '?']) { text } else { format!("{text}.") }
}

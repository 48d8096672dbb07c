//! Service users and the tokens of the whole workspace.

use axum::Router;
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use moment::Moment;
use platform::app::App;
use platform::db::Tx;
use platform::failure::{Failure, Field};
use platform::page::words::Almanac;
use platform::page::{Page, Shell};
use serde::Deserialize;

use super::here::{Here, Shown, shown};
use super::invitations::roles;
use super::me::{TokenForm, Which, rights, token_line};
use crate::colleague::USER;
use crate::frame::{settings, shell};
use crate::pages::{ServiceLine, TokensPage};
use crate::role::Right;
use crate::service::{create_service, services};
use crate::token::{self, TOKEN};
use crate::user::User;
use crate::{roster, session, workspace};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/tokens", get(show).post(make))
        .route("/tokens/users", post(make_service))
        .route("/tokens/revoke", post(revoke))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    done: String,
}

async fn show(
    State(app): State<App>,
    who: User,
    Query(asked): Query<Asked>,
) -> Result<Page, Failure> {
    let done = match asked.done.as_str() {
        "revoked" => Some("That token opens nothing any more."),
        "service" => Some("The service user is there; now it needs a token."),
        _ => None,
    };
    page(&app, who, done, Vec::new(), None).await
}

async fn page(
    app: &App,
    who: User,
    done: Option<&'static str>,
    errors: Vec<Field>,
    fresh: Option<String>,
) -> Result<Page, Failure> {
    let now = app.clock.now();
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (shell, mut page) = app.db.read(move |tx| view(tx, &who, now)).await?;
    (page.done, page.errors, page.fresh) = (done, errors, fresh);
    Ok(Page::new(&shell, "Service tokens", &page).with_status(status))
}

fn view(tx: &mut Tx, who: &User, now: Moment) -> Result<(Shell, TokensPage), Failure> {
    let almanac = Almanac::new(now, &workspace::workspace(tx)?.zone);
    let ids = tx.public_ids();
    let services = services(tx, who)?;
    let service = |(id, name, role): (i64, String, String)| ServiceLine {
        id: ids.encode(USER, id),
        name,
        role,
    };
    let tokens = token::tokens(tx, who)?;
    let page = TokensPage {
        settings: settings(who, "/tokens"),
        errors: Vec::new(),
        done: None,
        roles: roles(tx, who)?,
        services: services.into_iter().map(service).collect(),
        tokens: tokens.iter().map(|row| token_line(row, &almanac, ids, now)).collect(),
        rights: rights(who),
        fresh: None,
    };
    Ok((shell(tx, who, "/tokens")?, page))
}

async fn again(app: &App, who: User, failure: Failure) -> Result<Response, Failure> {
    match shown(failure, "/tokens")? {
        Shown::Here(errors) => Ok(page(app, who, None, errors, None).await?.into_response()),
        Shown::Elsewhere(response) => Ok(response),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ServiceForm {
    service: String,
    role: String,
}

async fn make_service(
    State(app): State<App>,
    who: User,
    here: Here,
    Form(form): Form<ServiceForm>,
) -> Result<Response, Failure> {
    let (now, asker) = (app.clock.now(), who.clone());
    let make = move |tx: &mut Tx| {
        asker.may(Right::ManageTeam)?;
        session::must_be_proved(tx, &here.session, now)?;
        let role = roster::role_named(tx, &form.role)?;
        create_service(tx, &asker, (&form.service, role), now)
    };
    match app.db.write(make).await {
        Ok(_) => Ok(Redirect::to("/tokens?done=service").into_response()),
        Err(failure) => again(&app, who, failure).await,
    }
}

async fn make(
    State(app): State<App>,
    who: User,
    here: Here,
    Form(form): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let form = TokenForm(form);
    let (now, asker, secret) = (app.clock.now(), who.clone(), token::secret(&app));
    let make = move |tx: &mut Tx| {
        asker.may(Right::ManageTeam)?;
        session::must_be_proved(tx, &here.session, now)?;
        let id = tx.public_ids().decode(USER, form.field("user"));
        let user = match id {
            Some(id) => roster::user(tx, id)?,
            None => None,
        };
        let user = user.ok_or_else(|| Failure::missing("user", form.field("user")))?;
        token::create(tx, &asker, form.ask(user.email)?, &secret, now)
    };
    match app.db.write(make).await {
        Ok((fresh, _)) => Ok(page(&app, who, None, Vec::new(), Some(fresh)).await?.into_response()),
        Err(failure) => again(&app, who, failure).await,
    }
}

/// One's own, and with the right to manage the team everybody's; back to the page from which it came.
async fn revoke(
    State(app): State<App>,
    who: User,
    headers: axum::http::HeaderMap,
    Form(Which { id }): Form<Which>,
) -> Result<Redirect, Failure> {
    let now = app.clock.now();
    let number = app.public_ids().decode(TOKEN, &id);
    let number = number.ok_or_else(|| Failure::missing("token", &id))?;
    app.db.write(move |tx| token::revoke(tx, &who, number, now)).await?;
    let from = crate::came_from(&headers).unwrap_or_default();
    let back = if from.starts_with("/tokens") {
        "/tokens?done=revoked"
    } else {
        "/me?done=revoked#tokens"
    };
    Ok(Redirect::to(back))
}

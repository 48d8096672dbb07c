//! `GET /second-factor`: of whom one is asked, and who has one.

use axum::Router;
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use platform::app::App;
use platform::db::Tx;
use platform::failure::{Failure, Field};
use platform::page::{Page, Shell};
use serde::Deserialize;

use super::here::{Here, Shown, shown};
use crate::colleague::USER;
use crate::demand::{self, EVERYBODY, State as Held};
use crate::frame::{settings, shell};
use crate::pages::{DemandPage, RoleLine, StateLine};
use crate::role::Right;
use crate::user::User;
use crate::{roster, session};

const HERE: &str = "/second-factor";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/second-factor", get(show).post(save))
        .route("/second-factor/forget", post(forget))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    done: String,
    ended: u64,
}

async fn show(
    State(app): State<App>,
    who: User,
    Query(asked): Query<Asked>,
) -> Result<Page, Failure> {
    let done = match asked.done.as_str() {
        "saved" => Some(match asked.ended {
            0 => "Saved. Nobody had to be signed out.".to_owned(),
            1 => {
                "Saved. One browser is signed out, whose user must get a second factor.".to_owned()
            }
            ended => format!(
                "Saved. {ended} browsers are signed out, whose users must get a second factor."
            ),
        }),
        "forgotten" => Some("Taken away; they are signed out everywhere.".to_owned()),
        _ => None,
    };
    page(&app, who, done, Vec::new()).await
}

async fn page(
    app: &App,
    who: User,
    done: Option<String>,
    errors: Vec<Field>,
) -> Result<Page, Failure> {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (shell, mut page) = app.db.read(move |tx| view(tx, &who)).await?;
    (page.done, page.errors) = (done, errors);
    Ok(Page::new(&shell, "Second factor", &page).with_status(status))
}

fn view(tx: &mut Tx, who: &User) -> Result<(Shell, DemandPage), Failure> {
    let demands = demand::demands(tx, who)?;
    let ids = tx.public_ids();
    let is_of = |name: &str| demands.of.iter().any(|known| known == name);
    let roles = roster::roles(tx, who)?;
    let page = DemandPage {
        settings: settings(who, HERE),
        errors: Vec::new(),
        done: None,
        is_of_everybody: is_of(EVERYBODY),
        roles: roles
            .into_iter()
            .map(|row| RoleLine {
                name: row.role.to_string(),
                users: row.users,
                is_demanded: is_of(row.role.as_str()),
            })
            .collect(),
        demanded: demands.demanded(),
        have: demands.have(),
        states: demands
            .users
            .iter()
            .map(|state| StateLine {
                id: ids.encode(USER, state.id),
                name: state.name.clone(),
                email: state.email.clone(),
                role: state.role.clone(),
                is_demanded: state.is_demanded,
                has: has(state),
                codes_left: state.codes_left,
            })
            .collect(),
    };
    Ok((shell(tx, who, HERE)?, page))
}

fn has(state: &Held) -> String {
    let passkeys = match state.passkeys {
        0 => None,
        1 => Some("a passkey".to_owned()),
        count => Some(format!("{count} passkeys")),
    };
    let app = state.has_app.then(|| "an app".to_owned());
    passkeys.into_iter().chain(app).collect::<Vec<_>>().join(" and ")
}

async fn again(app: &App, who: User, failure: Failure) -> Result<Response, Failure> {
    match shown(failure, HERE)? {
        Shown::Here(errors) => Ok(page(app, who, None, errors).await?.into_response()),
        Shown::Elsewhere(response) => Ok(response),
    }
}

/// A role is ticked or not sent.
async fn save(
    State(app): State<App>,
    who: User,
    here: Here,
    Form(form): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let (now, asker) = (app.clock.now(), who.clone());
    let ticked = form.into_iter().filter(|(name, _)| name == "of").map(|(_, role)| role);
    let of: Vec<String> = ticked.collect();
    let save = move |tx: &mut Tx| {
        asker.may(Right::ManageWorkspace)?;
        session::must_be_proved(tx, &here.session, now)?;
        demand::demand(tx, &asker, &of, now)
    };
    match app.db.write(save).await {
        Ok(ended) => Ok(Redirect::to(&format!("{HERE}?done=saved&ended={ended}")).into_response()),
        Err(failure) => again(&app, who, failure).await,
    }
}

#[derive(Deserialize)]
struct Whose {
    user: String,
}

async fn forget(
    State(app): State<App>,
    who: User,
    here: Here,
    Form(Whose { user }): Form<Whose>,
) -> Result<Response, Failure> {
    let (now, asker) = (app.clock.now(), who.clone());
    let forget = move |tx: &mut Tx| {
        asker.may(Right::ManageWorkspace)?;
        session::must_be_proved(tx, &here.session, now)?;
        demand::forget(tx, &asker, &user, now)
    };
    match app.db.write(forget).await {
        Ok(()) => Ok(Redirect::to(&format!("{HERE}?done=forgotten")).into_response()),
        Err(failure) => again(&app, who, failure).await,
    }
}

//! Invitations: the page of whoever invites, and the one to which a link leads.

use axum::Router;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use moment::Moment;
use platform::app::App;
use platform::db::Tx;
use platform::failure::{Failure, Field};
use platform::page::words::Almanac;
use platform::page::{Page, Shell};
use serde::Deserialize;

use super::go_on;
use super::here::{Here, Shown, shown};
use super::me::Which;
use crate::frame::{settings, shell};
use crate::invitation::{self, Accept, INVITATION, Invitation};
use crate::origin::{address, host};
use crate::pages::{InvitationLine, InvitationsPage, JoinPage};
use crate::role::{Right, Role};
use crate::user::User;
use crate::{roster, store, workspace};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/invitations", get(show).post(invite))
        .route("/invitations/renew", post(renew))
        .route("/invitations/revoke", post(revoke))
        .route("/join/{invitation}", get(show_join).post(join))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    done: String,
}

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
struct InviteForm {
    email: String,
    role: String,
}

async fn show(
    State(app): State<App>,
    who: User,
    Query(asked): Query<Asked>,
) -> Result<Page, Failure> {
    let done = (asked.done == "revoked").then_some("That link lets nobody in any more.");
    let form = InviteForm { role: Role::Member.to_string(), ..InviteForm::default() };
    page(&app, who, form, done, Vec::new(), None).await
}

async fn page(
    app: &App,
    who: User,
    form: InviteForm,
    done: Option<&'static str>,
    errors: Vec<Field>,
    fresh: Option<(String, String)>,
) -> Result<Page, Failure> {
    let now = app.clock.now();
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (shell, mut page) = app.db.read(move |tx| view(tx, &who, form, now)).await?;
    (page.done, page.errors, page.fresh) = (done, errors, fresh);
    Ok(Page::new(&shell, "Invitations", &page).with_status(status))
}

fn view(
    tx: &mut Tx,
    who: &User,
    form: InviteForm,
    now: Moment,
) -> Result<(Shell, InvitationsPage), Failure> {
    let almanac = Almanac::new(now, &workspace::workspace(tx)?.zone);
    let ids = tx.public_ids();
    let invitations = invitation::list(tx, who)?;
    let mut inviters: Vec<i64> = invitations.iter().filter_map(|one| one.invited_by).collect();
    inviters.sort_unstable();
    inviters.dedup();
    let names = store::names(tx, &inviters)?;
    let by = |id: Option<i64>| {
        let name = id.and_then(|id| names.iter().find(|(known, _)| *known == id));
        name.map_or_else(|| "operator".to_owned(), |(_, name)| name.clone())
    };
    let line = |one: Invitation| {
        let (state, is_waiting) = match one {
            Invitation { accepted_at: Some(at), .. } => {
                (format!("joined {}", almanac.day(at).words), false)
            }
            Invitation { revoked_at: Some(at), .. } => {
                (format!("taken back {}", almanac.day(at).words), false)
            }
            Invitation { expires_at, .. } if expires_at <= now => ("run out".to_owned(), true),
            Invitation { expires_at, .. } => {
                (format!("until {}", almanac.day(expires_at).words), true)
            }
        };
        InvitationLine {
            id: ids.encode(INVITATION, one.id),
            by: by(one.invited_by),
            made: almanac.day(one.created_at),
            email: one.email,
            role: one.role,
            state,
            is_waiting,
        }
    };
    let page = InvitationsPage {
        settings: settings(who, "/invitations"),
        errors: Vec::new(),
        done: None,
        email: form.email,
        roles: roles(tx, who)?,
        role: form.role,
        fresh: None,
        lines: invitations.into_iter().map(line).collect(),
    };
    Ok((shell(tx, who, "/invitations")?, page))
}

/// The names of the roles that somebody may give.
pub(super) fn roles(tx: &mut Tx, who: &User) -> Result<Vec<String>, Failure> {
    let roles = roster::roles(tx, who)?.into_iter().map(|row| row.role);
    Ok(roles.filter(|role| who.may_give(role).is_ok()).map(|role| role.to_string()).collect())
}

async fn invite(
    State(app): State<App>,
    who: User,
    here: Here,
    headers: HeaderMap,
    Form(form): Form<InviteForm>,
) -> Result<Response, Failure> {
    who.may(Right::ManageTeam)?;
    here.reach()?;
    let (now, token, asker) = (app.clock.now(), app.dice.token(), who.clone());
    let (link, asked) = (link(&app, &headers, &token), form.clone());
    let made = app
        .db
        .write(move |tx| {
            let role = roster::role_named(tx, &asked.role)?;
            invitation::invite(tx, &asker, (&asked.email, role), &token, now)
        })
        .await;
    match made {
        Ok(invitation) => fresh(&app, who, invitation, link).await,
        Err(failure) => match shown(failure, "/invitations")? {
            Shown::Here(errors) => {
                Ok(page(&app, who, form, None, errors, None).await?.into_response())
            }
            Shown::Elsewhere(response) => Ok(response),
        },
    }
}

async fn fresh(
    app: &App,
    who: User,
    invitation: Invitation,
    link: String,
) -> Result<Response, Failure> {
    let form = InviteForm { role: invitation.role, ..InviteForm::default() };
    let fresh = Some((link, invitation.email));
    Ok(page(app, who, form, None, Vec::new(), fresh).await?.into_response())
}

/// The link by which somebody comes in, as browsers reach us.
fn link(app: &App, headers: &HeaderMap, token: &str) -> String {
    format!("{}{}", address(app, headers), invitation::way(token))
}

fn number(app: &App, id: &str) -> Result<i64, Failure> {
    app.public_ids().decode(INVITATION, id).ok_or_else(|| Failure::missing("invitation", id))
}

async fn renew(
    State(app): State<App>,
    who: User,
    here: Here,
    headers: HeaderMap,
    Form(Which { id }): Form<Which>,
) -> Result<Response, Failure> {
    who.may(Right::ManageTeam)?;
    here.reach()?;
    let (now, token, asker, id) =
        (app.clock.now(), app.dice.token(), who.clone(), number(&app, &id)?);
    let link = link(&app, &headers, &token);
    let renewed = app.db.write(move |tx| invitation::renew(tx, &asker, id, &token, now)).await?;
    fresh(&app, who, renewed, link).await
}

async fn revoke(
    State(app): State<App>,
    who: User,
    Form(Which { id }): Form<Which>,
) -> Result<Redirect, Failure> {
    who.may(Right::ManageTeam)?;
    let (now, id) = (app.clock.now(), number(&app, &id)?);
    app.db.write(move |tx| invitation::revoke(tx, &who, id, now)).await?;
    Ok(Redirect::to("/invitations?done=revoked"))
}

async fn show_join(
    State(app): State<App>,
    here: Here,
    headers: HeaderMap,
    Path(token): Path<String>,
) -> Result<Response, Failure> {
    let found = match here.reach() {
        Ok(_) => invitation::look(&app, &token, here.peer).await,
        Err(failure) => Err(failure),
    };
    match found {
        Ok(invitation) => join_page(&app, &headers, Some(invitation), "", Vec::new()).await,
        Err(failure) => nobody(&app, &headers, failure).await,
    }
}

async fn nobody(app: &App, headers: &HeaderMap, failure: Failure) -> Result<Response, Failure> {
    match shown(failure, "/sign-in")? {
        Shown::Here(errors) => join_page(app, headers, None, "", errors).await,
        Shown::Elsewhere(response) => Ok(response),
    }
}

async fn join_page(
    app: &App,
    headers: &HeaderMap,
    invitation: Option<Invitation>,
    name: &str,
    errors: Vec<Field>,
) -> Result<Response, Failure> {
    let status = match (&invitation, errors.is_empty()) {
        (Some(_), true) => StatusCode::OK,
        (Some(_), false) => StatusCode::UNPROCESSABLE_ENTITY,
        (None, _) => StatusCode::NOT_FOUND,
    };
    let (email, role) = invitation.map(|one| (one.email, one.role)).unzip();
    let page = JoinPage {
        workspace: app.db.read(workspace::workspace).await?.name,
        host: host(headers).to_owned(),
        email,
        role: role.unwrap_or_default(),
        name: name.to_owned(),
        errors,
    };
    Ok(Page::bare("Join", &page).with_status(status).into_response())
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct JoinForm {
    name: String,
    password: String,
}

async fn join(
    State(app): State<App>,
    here: Here,
    headers: HeaderMap,
    Path(token): Path<String>,
    Form(form): Form<JoinForm>,
) -> Result<Response, Failure> {
    here.reach()?;
    let device = here.device.clone();
    let ask = Accept { name: form.name.clone(), password: form.password, device };
    let accepted = invitation::accept(&app, &token, ask, here.peer, here.before()).await;
    let failure = match accepted {
        Ok(entry) => return go_on(&entry, here.reach()?, "/"),
        Err(failure) => failure,
    };
    let Failure::Invalid(errors) = failure else { return nobody(&app, &headers, failure).await };
    let invitation = invitation::look(&app, &token, here.peer).await?;
    join_page(&app, &headers, Some(invitation), &form.name, errors).await
}

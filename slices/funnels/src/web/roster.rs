//! `GET /team`: users, teams, roles and territories, each changed by a form.

use askama::Template;
use axum::Router;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use people::frame;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::{Page, filters};
use serde::Deserialize;
use team::frame::Subnav;
use team::roster::{
    self, Holder, Place, RoleAsk, TEAM, TeamAsk, TeamRow, TerritoryAsk, UserChange,
};
use team::sight::SEES;
use team::{FieldRights, RIGHTS, Right, Rights, Role, Sees, USER, User};

use crate::territory;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/team", get(page))
        .route("/team/users/{user}", post(change_user))
        .route("/team/teams", post(make_team))
        .route("/team/teams/{team}/place", post(place))
        .route("/team/teams/{team}/remove", post(remove_team))
        .route("/team/roles", post(make_role))
        .route("/team/roles/remove", post(remove_role))
        .route("/team/territories", post(make_territory))
        .route("/team/territories/remove", post(remove_territory))
}

/// Whom somebody may see, to be chosen from.
struct Choice {
    value: &'static str,
    words: &'static str,
    is_here: bool,
}

fn choices(here: Sees) -> Vec<Choice> {
    let choice = |&(sees, words): &(Sees, &'static str)| Choice {
        value: sees.as_str(),
        words,
        is_here: sees == here,
    };
    SEES.iter().map(choice).collect()
}

struct UserLine {
    id: String,
    name: String,
    email: String,
    role: String,
    sees: Vec<Choice>,
    teams: String,
    is_suspended: bool,
}

struct MemberLine {
    id: String,
    name: String,
    is_manager: bool,
}

struct TeamLine {
    id: String,
    name: String,
    under: String,
    members: Vec<MemberLine>,
}

struct RoleLine {
    name: String,
    sees: &'static str,
    /// Each rule by itself.
    fields: Vec<String>,
    users: u64,
    is_removable: bool,
}

struct RightLine {
    word: &'static str,
    what: &'static str,
    /// Of each role in its order.
    has: Vec<bool>,
}

struct TerritoryLine {
    name: String,
    condition: String,
    holders: String,
    people: i64,
    is_made: bool,
}

#[derive(Template)]
#[template(path = "team.html")]
struct TeamPage {
    subnav: Subnav,
    error: Option<String>,
    users: Vec<UserLine>,
    teams: Vec<TeamLine>,
    roles: Vec<RoleLine>,
    rights: Vec<RightLine>,
    territories: Vec<TerritoryLine>,
    sees: Vec<Choice>,
}

async fn page(State(app): State<App>, who: User) -> Result<Page, Failure> {
    shown(app, who, None).await
}

async fn shown(app: App, who: User, error: Option<String>) -> Result<Page, Failure> {
    let (shell, view) = app
        .db
        .read(move |tx| {
            let view = view(tx, &who, error)?;
            Ok((frame::shell(tx, &who, "/team")?, view))
        })
        .await?;
    Ok(Page::new(&shell, "Team", &view))
}

fn view(tx: &mut Tx, who: &User, error: Option<String>) -> Result<TeamPage, Failure> {
    who.may(Right::ManageTeam)?;
    let (users, teams) = (roster::users(tx, who)?, roster::teams(tx, who)?);
    let (roles, territories) = (roster::roles(tx, who)?, territory::territories(tx, who)?);
    let ids = tx.public_ids();
    let team_name =
        |id: i64| teams.iter().find(|team| team.id == id).map(|team| team.name.as_str());
    let user_name =
        |id: i64| users.iter().find(|user| user.id == id).map(|user| user.name.as_str());
    let holder = |one: &Holder| match one {
        Holder::User(id) => user_name(*id),
        Holder::Team(id) => team_name(*id),
    };
    let has = |right: Right| roles.iter().map(|row| row.role.rights().contains(right)).collect();
    Ok(TeamPage {
        subnav: Subnav::at(who, "/team"),
        error,
        users: users
            .iter()
            .map(|user| UserLine {
                id: ids.encode(USER, user.id),
                name: user.name.clone(),
                email: user.email.clone(),
                role: user.role.as_str().to_owned(),
                sees: choices(user.sees),
                teams: joined(user.teams.iter().filter_map(|(team, _)| team_name(*team))),
                is_suspended: user.suspended_at.is_some(),
            })
            .collect(),
        teams: teams
            .iter()
            .map(|team| TeamLine {
                id: ids.encode(TEAM, team.id),
                name: team.name.clone(),
                under: team.parent.and_then(team_name).unwrap_or_default().to_owned(),
                members: members(team, ids),
            })
            .collect(),
        rights: RIGHTS
            .iter()
            .map(|&(right, word, what)| RightLine { word, what, has: has(right) })
            .collect(),
        territories: territories
            .iter()
            .map(|(row, people)| TerritoryLine {
                name: row.name.clone(),
                condition: row.territory.condition.clone(),
                holders: joined(row.holders.iter().filter_map(holder)),
                people: i64::try_from(*people).unwrap_or(i64::MAX),
                is_made: row.territory.built_to.is_none(),
            })
            .collect(),
        sees: choices(Sees::Everybody),
        roles: roles
            .into_iter()
            .map(|row| RoleLine {
                name: row.role.as_str().to_owned(),
                sees: row.role.sees().words(),
                fields: (row.role.fields().to_string().split_whitespace())
                    .map(str::to_owned)
                    .collect(),
                is_removable: row.users == 0 && matches!(row.role, Role::Custom(_)),
                users: row.users,
            })
            .collect(),
    })
}

fn joined<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

fn members(team: &TeamRow, ids: platform::public_id::PublicIds) -> Vec<MemberLine> {
    let line = |one: &roster::Member| MemberLine {
        id: ids.encode(USER, one.user),
        name: one.name.clone(),
        is_manager: one.is_manager,
    };
    team.members.iter().map(line).collect()
}

/// Back to the part of the page where one was, or the page with the words of the refusal.
async fn answer(
    app: App,
    who: User,
    part: &str,
    done: Result<(), Failure>,
) -> Result<Response, Failure> {
    let (words, status) = match done {
        Ok(()) => return Ok(Redirect::to(&format!("/team#{part}")).into_response()),
        Err(Failure::Refused { words, .. }) => (words, StatusCode::CONFLICT),
        Err(failure @ Failure::Invalid(_)) => {
            (failure.to_string(), StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(other) => return Err(other),
    };
    Ok(shown(app, who, Some(words)).await?.with_status(status).into_response())
}

/// Does it in one transaction, and answers.
async fn done(
    app: App,
    who: User,
    part: &'static str,
    work: impl FnOnce(&mut Tx, &User) -> Result<(), Failure> + Send + 'static,
) -> Result<Response, Failure> {
    let asker = who.clone();
    let done = app.db.write(move |tx| work(tx, &asker)).await;
    answer(app, who, part, done).await
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct UserForm {
    role: Option<String>,
    sees: Option<String>,
    #[serde(rename = "do")]
    act: String,
}

async fn change_user(
    State(app): State<App>,
    who: User,
    Path(user): Path<String>,
    Form(form): Form<UserForm>,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let change = match form.act.as_str() {
        "suspend" | "restore" => {
            UserChange { suspended: Some(form.act == "suspend"), ..UserChange::default() }
        }
        _ => UserChange {
            role: form.role,
            sees: form.sees.as_deref().and_then(Sees::parse),
            ..UserChange::default()
        },
    };
    done(app, who, "users", move |tx, who| {
        roster::change_user(tx, who, &user, change, now).map(drop)
    })
    .await
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct TeamForm {
    name: String,
    under: String,
}

async fn make_team(
    State(app): State<App>,
    who: User,
    Form(form): Form<TeamForm>,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let ask = TeamAsk { changes: None, name: form.name, parent: form.under };
    done(app, who, "teams", move |tx, who| roster::save_team(tx, who, &ask, now).map(drop)).await
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct PlaceForm {
    user: String,
    place: String,
}

async fn place(
    State(app): State<App>,
    who: User,
    Path(team): Path<String>,
    Form(form): Form<PlaceForm>,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let place = match form.place.as_str() {
        "manager" => Place::Manager,
        "outside" => Place::Outside,
        _ => Place::Member,
    };
    done(app, who, "teams", move |tx, who| roster::place(tx, who, (&form.user, &team), place, now))
        .await
}

async fn remove_team(
    State(app): State<App>,
    who: User,
    Path(team): Path<String>,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    done(app, who, "teams", move |tx, who| roster::remove_team(tx, who, &team, now)).await
}

/// The role's form; a right is ticked or not sent.
async fn make_role(
    State(app): State<App>,
    who: User,
    Form(form): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let field = |name: &str| {
        let found = form.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let ticked = form.iter().filter(|(name, _)| name == "may");
    let rights: Vec<Right> = ticked.filter_map(|(_, word)| Right::parse(word)).collect();
    let (name, sees, fields) = (field("name"), field("sees"), field("fields"));
    done(app, who, "roles", move |tx, who| {
        who.may(Right::ManageTeam)?;
        let fields = FieldRights::parse(&fields.replace(',', " "))
            .map_err(|wrong| Failure::invalid("fields", wrong.to_string()))?;
        let rights = Rights::of(&rights);
        let sees = Sees::parse(&sees).unwrap_or(Sees::Own);
        roster::save_role(tx, who, RoleAsk { changes: None, name, rights, sees, fields }, now)
            .map(drop)
    })
    .await
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Named {
    role: String,
    territory: String,
}

async fn remove_role(
    State(app): State<App>,
    who: User,
    Form(form): Form<Named>,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    done(app, who, "roles", move |tx, who| roster::remove_role(tx, who, &form.role, now)).await
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct TerritoryForm {
    name: String,
    condition: String,
    holder: String,
}

async fn make_territory(
    State(app): State<App>,
    who: User,
    Form(form): Form<TerritoryForm>,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let TerritoryForm { name, condition, holder } = form;
    let ask = TerritoryAsk { changes: None, name, condition, holders: vec![holder] };
    done(app, who, "territories", move |tx, who| territory::save(tx, who, ask, now).map(drop)).await
}

async fn remove_territory(
    State(app): State<App>,
    who: User,
    Form(form): Form<Named>,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    done(app, who, "territories", move |tx, who| territory::remove(tx, who, &form.territory, now))
        .await
}

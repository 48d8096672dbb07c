//! `/users`: who is in the workspace, and what they may.

use platform::failure::Failure;
use platform::{App, Tx};
use serde_json::{Value, json};
use team::create_user::{CreateUser, create_user};
use team::roster::{self, UserChange, UserRow};
use team::service::create_service as create_service_user;
use team::{Right, Sees, USER};

use super::ask::Ask;
use super::call::{Call, get, patch, post};
use super::given::Given;
use super::members;
use super::shape::{Shape, has, id, list, may, moment, named, object, text, text_of, truth, word};
use super::tokens::scope;

pub(super) fn sees() -> Shape {
    word(&["own", "team", "everybody"])
        .says("How far they see: their own people, their team's, or everybody.")
}

pub(super) fn calls() -> Vec<Call> {
    vec![
        get("/me", "getMe", "On whose behalf a token speaks, and what it may")
            .gives(200, "The user.", named("Me"))
            .reads(me),
        get("/users", "listUsers", "Every user")
            .right(Right::ManageTeam)
            .gives(200, "The users, by name.", object(vec![has("users", list(named("User")).most(100_000))]))
            .reads(all),
        post("/users", "createUser", "Make a user who signs in with a password")
            .right(Right::ManageTeam)
            .takes(
                object(vec![
                    has("email", text_of(1, 254).format("email")),
                    may("name", text_of(0, 100).format("name").says("The address goes for it unless said.")),
                    has("role", text_of(1, 100).format("role").says("The name of a role: owner, admin, member, or one that was made.")),
                    has("password", text_of(1, 256).format("password")),
                ]),
                json!({ "email": "ben@north.example", "name": "Ben", "role": "member", "password": "a long and quiet night" }),
            )
            .gives(201, "The user.", made())
            .refuses(&[409])
            .secret()
            .waits(|app, ask| Box::pin(create(app, ask))),
        post("/users/service", "createServiceUser", "Make a user for programs that act for nobody in particular")
            .more("It signs in nowhere; only its tokens speak for it.")
            .right(Right::ManageTeam)
            .takes(
                object(vec![has("name", text_of(1, 100).format("name")), has("role", text_of(1, 100).format("role"))]),
                json!({ "name": "Nightly report", "role": "viewer" }),
            )
            .gives(201, "The user.", made())
            .refuses(&[409])
            .writes(create_service),
        get("/users/{user}", "getUser", "One user")
            .right(Right::ManageTeam)
            .at("user", text_of(1, 254).example("mara@north.example").says("The id or the address of a user."))
            .gives(200, "The user.", named("User"))
            .reads(one),
        patch("/users/{user}", "changeUser", "Change a user: their name, their role, how far they see, whether they get in")
            .right(Right::ManageTeam)
            .at("user", text_of(1, 254).example("ben@north.example").says("The id or the address of a user."))
            .takes(
                object(vec![
                    may("name", text_of(1, 100).format("name")),
                    may("role", text_of(1, 100).format("role")),
                    may("sees", sees()),
                    may("is_suspended", truth()),
                ]),
                json!({ "name": "Ben Lind" }),
            )
            .gives(200, "The user as they are now.", named("User"))
            .refuses(&[409])
            .writes(change),
    ]
}

/// A user who is new.
fn made() -> Shape {
    object(vec![has("id", id()), has("name", text()), has("email", text()), has("role", text())])
}

pub(super) fn shapes() -> Vec<(&'static str, Shape)> {
    let team = object(vec![has("id", id()), has("is_manager", truth())]);
    vec![
        (
            "Me",
            object(vec![
                has("id", id()),
                has("name", text()),
                has("email", text()),
                has("role", text()),
                has("scope", scope()),
                has("expires_at", moment().or_null().says("When the token opens nothing more.")),
                has("sees", sees()),
                has(
                    "rights",
                    list(text()).says("What this token may, as `x-right` of each call names it."),
                ),
            ]),
        ),
        (
            "User",
            object(vec![
                has("id", id()),
                has("name", text()),
                has("email", text()),
                has("role", text()),
                has("sees", sees()),
                has("suspended_at", moment().or_null().says("Since when they open nothing.")),
                has("has_password", truth()),
                has("created_at", moment()),
                has("teams", list(team)),
            ]),
        ),
    ]
}

fn me(_: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let who = &ask.who;
    let rights = team::RIGHTS.iter().filter(|(right, ..)| who.can(*right));
    Ok(Given::value(json!({
        "id": ask.outside.encode(USER, who.id.0),
        "name": who.name,
        "email": who.email,
        "role": who.role.as_str(),
        "scope": who.scope.told(),
        "expires_at": who.until,
        "sees": who.sight.sees().as_str(),
        "rights": rights.map(|(_, word, _)| *word).collect::<Vec<_>>(),
    })))
}

fn value(row: &UserRow, ask: &Ask) -> Value {
    let team = |(id, is_manager): &(i64, bool)| json!({ "id": ask.outside.encode(roster::TEAM, *id), "is_manager": is_manager });
    json!({
        "id": ask.outside.encode(USER, row.id),
        "name": row.name,
        "email": row.email,
        "role": row.role.as_str(),
        "sees": row.sees.as_str(),
        "suspended_at": row.suspended_at,
        "has_password": row.has_password,
        "created_at": row.created_at,
        "teams": row.teams.iter().map(team).collect::<Vec<_>>(),
    })
}

fn all(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let users: Vec<Value> =
        roster::users(tx, &ask.who)?.iter().map(|row| value(row, ask)).collect();
    Ok(Given::value(json!({ "users": users })))
}

async fn create(app: App, ask: Ask) -> Result<Given, Failure> {
    let said = |name: &str| ask.said(name).unwrap_or_default().to_owned();
    let (who, role) = (ask.who.clone(), said("role"));
    who.may(Right::ManageTeam)?;
    let role = app.db.read(move |tx| roster::role_named(tx, &role)).await.map_err(members)?;
    let new =
        CreateUser { email: said("email"), name: said("name"), role, password: said("password") };
    let user = create_user(&app, &who, new).await.map_err(members)?;
    let id = ask.outside.encode(USER, user.id.0);
    let value =
        json!({ "id": id, "name": user.name, "email": user.email, "role": user.role.as_str() });
    Ok(Given::created(value, &format!("/users/{id}")))
}

fn create_service(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    ask.who.may(Right::ManageTeam)?;
    let role = roster::role_named(tx, ask.said("role").unwrap_or_default()).map_err(members)?;
    let name = ask.said("name").unwrap_or_default();
    let user = create_service_user(tx, &ask.who, (name, role), ask.now).map_err(|failure| {
        // The form calls it otherwise.
        match failure {
            Failure::Invalid(_) => {
                Failure::invalid("/name", "say in 1 to 100 characters what it is called")
            }
            other => other,
        }
    })?;
    let id = ask.outside.encode(USER, user.id.0);
    let value =
        json!({ "id": id, "name": user.name, "email": user.email, "role": user.role.as_str() });
    Ok(Given::created(value, &format!("/users/{id}")))
}

fn one(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let which = ask.text("user").trim();
    let (id, small) = (ask.outside.decode(USER, which), which.to_lowercase());
    let is_meant = |row: &&UserRow| Some(row.id) == id || row.email.to_lowercase() == small;
    let rows = roster::users(tx, &ask.who)?;
    let row = rows.iter().find(is_meant).ok_or_else(|| Failure::missing("user", which))?;
    Ok(Given::value(value(row, ask)))
}

fn change(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let said = |name: &str| ask.said(name).map(str::to_owned);
    let change = UserChange {
        name: said("name"),
        role: said("role"),
        sees: ask.said("sees").and_then(Sees::parse),
        suspended: ask.body.get("is_suspended").and_then(Value::as_bool),
    };
    let row =
        roster::change_user(tx, &ask.who, ask.text("user"), change, ask.now).map_err(members)?;
    Ok(Given::value(value(&row, ask)))
}

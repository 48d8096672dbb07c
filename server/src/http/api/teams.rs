//! `/teams`: who works with whom, and who manages whom.

use platform::Tx;
use platform::failure::Failure;
use serde_json::{Value, json};
use team::roster::{self, Place, TEAM, TeamAsk, TeamRow};
use team::{Right, USER};

use super::ask::Ask;
use super::call::{Call, delete, get, patch, post};
use super::given::Given;
use super::shape::{Shape, has, id, list, may, named, object, text, text_of, truth};
use super::{members, name};

pub(super) fn calls() -> Vec<Call> {
    let part = || text_of(1, 100).says("The id or the name of a team.");
    let under = || {
        text_of(1, 100)
            .format("team")
            .or_null()
            .says("The team above it, whose managers see what it sees.")
    };
    let member = object(vec![
        has("user", text_of(1, 254).format("user").says("The id or the address of a user.")),
        may(
            "is_manager",
            truth().usually(false).says("Whether they see what the teams beneath it see."),
        ),
    ]);
    let calls = vec![
        get("/teams", "listTeams", "Every team, with who is in it")
            .gives(200, "By name.", object(vec![has("teams", list(named("Team")).most(100_000))]))
            .reads(all_teams),
        post("/teams", "createTeam", "Make a team")
            .takes(
                object(vec![has("name", name()), may("under", under())]),
                json!({ "name": "North" }),
            )
            .gives(201, "The team.", named("Team"))
            .refuses(&[404, 409])
            .writes(|tx, ask| save_team(tx, ask, None)),
        patch("/teams/{team}", "changeTeam", "Call a team otherwise, or put it beneath another")
            .at("team", part())
            .takes(
                object(vec![may("name", name()), may("under", under())]),
                json!({ "under": null }),
            )
            .gives(200, "The team as it is now.", named("Team"))
            .refuses(&[409])
            .writes(|tx, ask| {
                let before = team(tx, ask)?;
                save_team(tx, ask, Some(before))
            }),
        delete(
            "/teams/{team}",
            "removeTeam",
            "Take a team away; its users stay, and the teams beneath it go to the one above",
        )
        .at("team", part())
        .gives_nothing("It is gone.")
        .writes(remove_team),
        post(
            "/teams/{team}/members",
            "joinTeam",
            "Put a user into a team, or say whether they manage it",
        )
        .at("team", part())
        .takes(member, json!({ "user": "mara@north.example", "is_manager": true }))
        .gives(200, "The team as it is now.", named("Team"))
        .writes(|tx, ask| {
            let is_manager = ask.body.get("is_manager").and_then(Value::as_bool) == Some(true);
            let place = if is_manager { Place::Manager } else { Place::Member };
            let user = ask.said("user").unwrap_or_default().to_owned();
            placed(tx, ask, &user, place)
        }),
        delete("/teams/{team}/members/{user}", "leaveTeam", "Take a user out of a team")
            .at("team", part())
            .at("user", text_of(1, 254).says("The id or the address of a user."))
            .gives(200, "The team as it is now.", named("Team"))
            .writes(|tx, ask| placed(tx, ask, ask.text("user"), Place::Outside)),
    ];
    calls.into_iter().map(|call| call.right(Right::ManageTeam)).collect()
}

pub(super) fn shapes() -> Vec<(&'static str, Shape)> {
    let member = object(vec![
        has("id", id()),
        has("name", text()),
        has("email", text()),
        has("is_manager", truth()),
    ]);
    let team = object(vec![
        has("id", id()),
        has("name", text()),
        has("under", id().or_null().says("The team above it.")),
        has("members", list(member).most(100_000)),
    ]);
    vec![("Team", team)]
}

fn team_value(row: &TeamRow, ask: &Ask) -> Value {
    let member = |one: &roster::Member| {
        json!({
            "id": ask.outside.encode(USER, one.user), "name": one.name, "email": one.email,
            "is_manager": one.is_manager,
        })
    };
    json!({
        "id": ask.outside.encode(TEAM, row.id),
        "name": row.name,
        "under": row.parent.map(|id| ask.outside.encode(TEAM, id)),
        "members": row.members.iter().map(member).collect::<Vec<_>>(),
    })
}

fn all_teams(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let teams: Vec<Value> =
        roster::teams(tx, &ask.who)?.iter().map(|row| team_value(row, ask)).collect();
    Ok(Given::value(json!({ "teams": teams })))
}

/// The team that the path means.
fn team(tx: &mut Tx, ask: &Ask) -> Result<TeamRow, Failure> {
    let which = ask.text("team").trim();
    let (id, small) = (ask.outside.decode(TEAM, which), which.to_lowercase());
    let is_meant = |row: &TeamRow| Some(row.id) == id || row.name.to_lowercase() == small;
    let found = roster::teams(tx, &ask.who)?.into_iter().find(is_meant);
    found.ok_or_else(|| Failure::missing("team", which))
}

fn save_team(tx: &mut Tx, ask: &Ask, before: Option<TeamRow>) -> Result<Given, Failure> {
    let above = before.as_ref().and_then(|row| row.parent);
    let above = above.map(|id| ask.outside.encode(TEAM, id)).unwrap_or_default();
    let parent = match ask.body.get("under") {
        None => above,
        Some(under) => under.as_str().unwrap_or_default().to_owned(),
    };
    let name = match (&before, ask.said("name")) {
        (_, Some(name)) => name.to_owned(),
        (Some(row), None) => row.name.clone(),
        (None, None) => String::new(),
    };
    let changes = before.as_ref().map(|row| ask.outside.encode(TEAM, row.id));
    let row = roster::save_team(tx, &ask.who, &TeamAsk { changes, name, parent }, ask.now)
        .map_err(members)?;
    let value = team_value(&row, ask);
    Ok(match before {
        Some(_) => Given::value(value),
        None => Given::created(value, "/teams"),
    })
}

fn remove_team(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    roster::remove_team(tx, &ask.who, ask.text("team"), ask.now)?;
    Ok(Given::nothing())
}

fn placed(tx: &mut Tx, ask: &Ask, user: &str, place: Place) -> Result<Given, Failure> {
    roster::place(tx, &ask.who, (user, ask.text("team")), place, ask.now)?;
    let row = team(tx, ask)?;
    Ok(Given::value(team_value(&row, ask)))
}

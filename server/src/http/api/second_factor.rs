//! `/second-factor`: of whom one is asked, and who has one.

use platform::Tx;
use platform::failure::Failure;
use serde_json::{Value, json};
use team::demand::{self, State};
use team::{Right, USER};

use super::ask::Ask;
use super::call::{Call, delete, get, patch};
use super::given::Given;
use super::shape::{Shape, count, has, id, list, named, object, text, text_of, truth};

/// Roles that are named at most.
const ROLES_MAX: usize = 100;

pub(super) fn calls() -> Vec<Call> {
    let of = || {
        list(text_of(1, 100).format("role"))
            .most(ROLES_MAX)
            .says("The names of roles, or `everybody`.")
    };
    vec![
        get("/second-factor", "getSecondFactor", "Of whom a second factor is asked, and who has one")
            .right(Right::ManageWorkspace)
            .gives(200, "What is asked.", named("SecondFactor"))
            .reads(told),
        patch("/second-factor", "demandSecondFactor", "Ask a second factor of whoever has these roles, and of nobody else")
            .more("Whoever must have one and has none is signed out, and gets one when they sign in again. Tokens go on.")
            .right(Right::ManageWorkspace)
            .takes(object(vec![has("of", of())]), json!({ "of": [] }))
            .gives(200, "What is asked now.", named("SecondFactor"))
            .refuses(&[409])
            .writes(demanded),
        delete("/users/{user}/second-factor", "forgetSecondFactor", "Take a user's second factor away, who has lost it")
            .more("Their passkeys, their app and their recovery codes are taken away, and they are signed out everywhere.")
            .right(Right::ManageWorkspace)
            .at("user", text_of(1, 254).example("ben@north.example").says("The id or the address of a user."))
            .gives_nothing("It is taken away.")
            .writes(forget),
    ]
}

pub(super) fn shapes() -> Vec<(&'static str, Shape)> {
    let user = object(vec![
        has("id", id()),
        has("name", text()),
        has("email", text()),
        has("role", text()),
        has("is_demanded", truth()),
        has("has_app", truth()),
        has("passkeys", count()),
        has("recovery_codes_left", count()),
    ]);
    vec![(
        "SecondFactor",
        object(vec![
            has("of", list(text()).says("The names of roles; `everybody` for everybody.")),
            has("demanded", count().says("Of how many of the users it is asked.")),
            has("have", count().says("How many of the users have one.")),
            has("users", list(user).most(100_000)),
        ]),
    )]
}

fn told(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let demands = demand::demands(tx, &ask.who)?;
    let user = |state: &State| {
        json!({
            "id": ask.outside.encode(USER, state.id),
            "name": state.name,
            "email": state.email,
            "role": state.role,
            "is_demanded": state.is_demanded,
            "has_app": state.has_app,
            "passkeys": state.passkeys,
            "recovery_codes_left": state.codes_left,
        })
    };
    Ok(Given::value(json!({
        "of": demands.of,
        "demanded": demands.demanded(),
        "have": demands.have(),
        "users": demands.users.iter().map(user).collect::<Vec<_>>(),
    })))
}

fn demanded(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let of = ask.body.get("of").and_then(Value::as_array);
    let names = of.into_iter().flatten().filter_map(Value::as_str);
    let of: Vec<String> = names.map(str::to_owned).collect();
    demand::demand(tx, &ask.who, &of, ask.now)?;
    told(tx, ask)
}

fn forget(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    demand::forget(tx, &ask.who, ask.text("user"), ask.now)?;
    Ok(Given::nothing())
}

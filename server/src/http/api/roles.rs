//! `/roles`: what each role may, whom it sees, and what of them.

use platform::Tx;
use platform::failure::Failure;
use serde_json::{Value, json};
use team::roster::{self, ROLE, RoleAsk, RoleRow};
use team::{FieldRights, RIGHTS, Right, Rights, Role, Sees};

use super::ask::Ask;
use super::call::{Call, delete, get, patch, post};
use super::given::Given;
use super::shape::{
    Member, Shape, count, has, id, list, map, may, named, object, text, text_of, word,
};
use super::users::sees;
use super::{members, name};

pub(super) fn calls() -> Vec<Call> {
    let part = || text_of(1, 100).says("The name of a role.");
    let words: Vec<&'static str> = RIGHTS.iter().map(|(_, word, _)| *word).collect();
    let powers = || -> Vec<Member> {
        vec![
            may("may", list(word(&words)).most(words.len()).says("What it may: rights, as `x-right` of each call names them.")),
            may("sees", sees()),
            may(
                "fields",
                map(word(&["hidden", "read", "write"])).most(200).keys("^(person|company)\\.([a-z0-9_]{1,30}\\.){0,2}([a-z0-9_]{1,30}|\\*)$", "^$").says(
                    "What may be done with facts, by their names: person.phone, company.*; what is not named may be written.",
                ),
            ),
        ]
    };
    let with = |first: Member| {
        let mut members = vec![first];
        members.extend(powers());
        object(members)
    };
    let example = json!({ "name": "Caller", "may": ["people.read", "people.edit"], "sees": "team", "fields": { "person.custom.salary": "hidden" } });
    let calls = vec![
        get("/roles", "listRoles", "Every role, with what it may and sees")
            .gives(200, "The program's first.", object(vec![has("roles", list(named("Role")))]))
            .reads(all_roles),
        post("/roles", "createRole", "Make a role of rights")
            .more("Nobody makes a role that may or sees more than they do.")
            .takes(with(has("name", name())), example)
            .gives(201, "The role.", named("Role"))
            .refuses(&[409])
            .writes(create_role),
        patch("/roles/{role}", "changeRole", "Change a role, for everybody who has it")
            .more("Members that are left out stay as they are.")
            .at("role", part())
            .takes(with(may("name", name())), json!({ "sees": "own" }))
            .gives(200, "The role as it is now.", named("Role"))
            .refuses(&[409])
            .writes(change_role),
        delete("/roles/{role}", "removeRole", "Take a role away that nobody has")
            .at("role", part())
            .gives_nothing("It is gone.")
            .refuses(&[409])
            .writes(|tx, ask| {
                let gone = roster::remove_role(tx, &ask.who, ask.text("role"), ask.now);
                gone.map_err(|failure| no_role(failure, ask))?;
                Ok(Given::nothing())
            }),
    ];
    calls.into_iter().map(|call| call.right(Right::ManageTeam)).collect()
}

pub(super) fn shapes() -> Vec<(&'static str, Shape)> {
    let role = object(vec![
        has("id", id().or_null().says("null for a role of the program's.")),
        has("name", text()),
        has("may", list(text())),
        has("sees", sees()),
        has("fields", map(word(&["hidden", "read", "write"]))),
        may("users", count().says("How many have it.")),
    ]);
    vec![("Role", role)]
}

fn role_value(role: &Role, users: Option<u64>, ask: &Ask) -> Value {
    let rules = role.fields().rules().iter();
    let rules: serde_json::Map<String, Value> =
        rules.map(|(name, right)| (name.clone(), json!(right.as_str()))).collect();
    let mut value = json!({
        "id": match role { Role::Custom(role) => Some(ask.outside.encode(ROLE, role.id)), _ => None },
        "name": role.as_str(),
        "may": role.rights().iter().map(Right::as_str).collect::<Vec<_>>(),
        "sees": role.sees().as_str(),
        "fields": rules,
    });
    if let (Some(users), Some(members)) = (users, value.as_object_mut()) {
        members.insert("users".to_owned(), json!(users));
    }
    value
}

fn all_roles(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let value = |row: &RoleRow| role_value(&row.role, Some(row.users), ask);
    let roles: Vec<Value> = roster::roles(tx, &ask.who)?.iter().map(value).collect();
    Ok(Given::value(json!({ "roles": roles })))
}

/// That there is no such role is said as of everything else that a path means.
fn no_role(failure: Failure, ask: &Ask) -> Failure {
    match failure {
        Failure::Refused { code: "no_role", .. } => Failure::missing("role", ask.text("role")),
        other => other,
    }
}

/// The rights, the sight and the rules that were said, in the place of those before.
fn role_ask(ask: &Ask, before: Option<&Role>) -> Result<RoleAsk, Failure> {
    let said = ask.body.get("may").and_then(Value::as_array).map(|words| {
        let rights: Vec<Right> =
            words.iter().filter_map(Value::as_str).filter_map(Right::parse).collect();
        Rights::of(&rights)
    });
    let rules = ask.body.get("fields").and_then(Value::as_object).map(|rules| {
        let rules = rules
            .iter()
            .map(|(name, right)| format!("{name}={}", right.as_str().unwrap_or_default()));
        rules.collect::<Vec<_>>().join(" ")
    });
    let fields = match rules {
        Some(text) => FieldRights::parse(&text)
            .map_err(|wrong| Failure::invalid("/fields", wrong.to_string()))?,
        None => before.map(|role| FieldRights::clone(role.fields())).unwrap_or_default(),
    };
    let sees = ask.said("sees").and_then(Sees::parse);
    Ok(RoleAsk {
        changes: before.map(|role| role.as_str().to_owned()),
        name: ask.said("name").or(before.map(Role::as_str)).unwrap_or_default().to_owned(),
        rights: said.or(before.map(Role::rights)).unwrap_or_default(),
        sees: sees.or(before.map(Role::sees)).unwrap_or(Sees::Everybody),
        fields,
    })
}

fn create_role(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let role = roster::save_role(tx, &ask.who, role_ask(ask, None)?, ask.now).map_err(members)?;
    Ok(Given::created(role_value(&role, None, ask), "/roles"))
}

fn change_role(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let before =
        roster::role_named(tx, ask.text("role")).map_err(|failure| no_role(failure, ask))?;
    let role = role_ask(ask, Some(&before))?;
    let role = roster::save_role(tx, &ask.who, role, ask.now).map_err(members)?;
    Ok(Given::value(role_value(&role, None, ask)))
}

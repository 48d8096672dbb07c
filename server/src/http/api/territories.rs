//! `/territories`: who sees whom by a condition over facts.

use funnels::territory::{self, Saved};
use platform::Tx;
use platform::failure::Failure;
use serde_json::{Value, json};
use team::Right;
use team::roster::{Holder, TERRITORY, TerritoryAsk, TerritoryRow};

use super::ask::Ask;
use super::call::{Call, delete, get, patch, post};
use super::given::Given;
use super::shape::{Shape, count, has, id, list, may, named, object, text, text_of, truth};
use super::{members, name};

pub(super) fn calls() -> Vec<Call> {
    let part = || text_of(1, 100).says("The id or the name of a territory.");
    let condition =
        || text_of(1, 32_000).format("facts-condition").says("A condition over facts alone.");
    let holders = || {
        list(text_of(1, 254).format("user"))
            .least(1)
            .most(1_000)
            .says("Whose it is: addresses or ids of users, names or ids of teams.")
    };
    let example = json!({ "name": "Germany, large", "where": "person.country == \"DE\" && company.employees > 500", "for": ["mara@north.example"] });
    let calls = vec![
        get(
            "/territories",
            "listTerritories",
            "Every territory, with whose it is and how many people are in it",
        )
        .gives(200, "By name.", object(vec![has("territories", list(named("Territory")))]))
        .reads(all_territories),
        post(
            "/territories",
            "createTerritory",
            "Let users and teams see people by a condition over facts",
        )
        .more("A job finds who is in it; from then on it is kept up as facts change.")
        .takes(
            object(vec![has("name", name()), has("where", condition()), has("for", holders())]),
            example,
        )
        .gives(202, "It is being made; `is_made` says when it is.", named("Territory"))
        .refuses(&[404, 409])
        .writes(|tx, ask| save_territory(tx, ask, None)),
        patch(
            "/territories/{territory}",
            "changeTerritory",
            "Change a territory; what is left out stays",
        )
        .at("territory", part())
        .takes(
            object(vec![may("name", name()), may("where", condition()), may("for", holders())]),
            json!({ "name": "Germany" }),
        )
        .gives(
            202,
            "It is as you said; if its condition is another one, it is being made anew.",
            named("Territory"),
        )
        .refuses(&[409])
        .writes(|tx, ask| {
            let before = territory::named(tx, &ask.who, ask.text("territory"))?;
            save_territory(tx, ask, Some(before))
        }),
        delete("/territories/{territory}", "removeTerritory", "Take a territory away")
            .at("territory", part())
            .gives_nothing("It is gone.")
            .writes(|tx, ask| {
                territory::remove(tx, &ask.who, ask.text("territory"), ask.now)?;
                Ok(Given::nothing())
            }),
    ];
    calls.into_iter().map(|call| call.right(Right::ManageTeam)).collect()
}

pub(super) fn shapes() -> Vec<(&'static str, Shape)> {
    let territory = object(vec![
        has("id", id()),
        has("name", text()),
        has("where", text_of(0, 64_000)),
        has("for", list(id()).says("Ids of users and teams.")),
        has("people", count().says("How many are in it.")),
        has("is_made", truth().says("Whether everybody has been looked at.")),
    ]);
    vec![("Territory", territory)]
}

fn territory_value((row, people): &(TerritoryRow, u64), ask: &Ask) -> Value {
    let holder = |one: &Holder| one.to_text(ask.outside);
    json!({
        "id": ask.outside.encode(TERRITORY, row.territory.id),
        "name": row.name,
        "where": row.territory.condition,
        "for": row.holders.iter().map(holder).collect::<Vec<_>>(),
        "people": people,
        "is_made": row.territory.built_to.is_none(),
    })
}

fn all_territories(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let rows = territory::territories(tx, &ask.who)?;
    let values: Vec<Value> = rows.iter().map(|row| territory_value(row, ask)).collect();
    Ok(Given::value(json!({ "territories": values })))
}

fn save_territory(tx: &mut Tx, ask: &Ask, before: Option<TerritoryRow>) -> Result<Given, Failure> {
    let said = |name: &str| ask.said(name).map(str::to_owned);
    let holders = ask
        .body
        .get("for")
        .and_then(Value::as_array)
        .map(|all| all.iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>());
    let held =
        |row: &TerritoryRow| row.holders.iter().map(|one| one.to_text(ask.outside)).collect();
    let wanted = TerritoryAsk {
        changes: before.as_ref().map(|row| ask.outside.encode(TERRITORY, row.territory.id)),
        name: said("name").or(before.as_ref().map(|row| row.name.clone())).unwrap_or_default(),
        condition: said("where")
            .or(before.as_ref().map(|row| row.territory.condition.clone()))
            .unwrap_or_default(),
        holders: holders.or(before.as_ref().map(held)).unwrap_or_default(),
    };
    let Saved { territory: id, .. } =
        territory::save(tx, &ask.who, wanted, ask.now).map_err(|failure| match failure {
            Failure::Invalid(mut wrong) => {
                wrong
                    .iter_mut()
                    .filter(|field| field.name == "condition")
                    .for_each(|field| "where".clone_into(&mut field.name));
                members(Failure::Invalid(wrong))
            }
            other => other,
        })?;
    let rows = territory::territories(tx, &ask.who)?;
    let row = rows.into_iter().find(|(row, _)| row.territory.id == id);
    let row = row.ok_or_else(|| Failure::broken("a territory is gone that was saved"))?;
    Ok(Given::accepted(territory_value(&row, ask), "/territories"))
}

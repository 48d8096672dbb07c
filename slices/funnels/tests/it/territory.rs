//! Who is in a territory is who its condition holds of, as facts change and when the condition does.

use std::sync::Arc;

use funnels::territory;
use people::PersonId;
use people::upsert::{Told, upsert};
use platform::failure::Failure;
use platform::harness::World;
use platform::jobs::{self, Registry};
use serde_json::{Value, json};
use team::roster::{self, TerritoryAsk, UserChange};
use team::{Sees, User, colleague};

use crate::house::both;

fn tell(world: &World, person: Value) -> PersonId {
    let now = world.now();
    let told = world.db.write_blocking(move |tx| {
        upsert(tx, &User::operator(), std::slice::from_ref(&person), now)
    });
    match told.unwrap().remove(0) {
        Told::Created(id) | Told::Updated(id) | Told::Unchanged(id) => id,
        refused => panic!("{refused:?}"),
    }
}

fn person(email: &str, country: &str, employees: u32) -> Value {
    let domain = email.split('@').nth(1).unwrap();
    json!({ "email": email, "country": country,
        "company": { "domain": domain, "facts": { "company.employees": employees } } })
}

fn save(world: &World, changes: Option<&str>, condition: &str) -> Result<(), Failure> {
    let ask = TerritoryAsk {
        changes: changes.map(str::to_owned),
        name: "Large, German".to_owned(),
        condition: condition.to_owned(),
        holders: vec!["eve@north.example".to_owned()],
    };
    let now = world.now();
    let saved = world
        .db
        .write_blocking(move |tx| territory::save(tx, &User::operator(), ask.clone(), now))?;
    if let Some(job) = saved.job {
        let registry = Registry::new(vec![Arc::new(territory::Build)]);
        jobs::run_now(&world.app, &registry, job).unwrap();
    }
    Ok(())
}

/// Whom eve sees.
fn seen(world: &World, eve: i64) -> Vec<PersonId> {
    let found = world.db.read_blocking(move |tx| {
        let eve = roster::user(tx, eve)?.unwrap();
        let everybody = people::ids_after(tx, 0, 100)?;
        people::sight::seen(tx, &eve, &everybody)
    });
    found.unwrap()
}

#[test]
fn a_territory_is_kept_as_facts_change_and_made_anew_with_its_condition() {
    both(|world| {
        let now = world.now();
        let eve = world.db.write_blocking(move |tx| {
            let who = User::operator();
            let eve = colleague::colleague(tx, &who, "Eve", "eve@north.example", now)?;
            let sees = UserChange { sees: Some(Sees::Own), ..UserChange::default() };
            roster::change_user(tx, &who, "eve@north.example", sees, now)?;
            Ok(eve.0)
        });
        let eve = eve.unwrap();
        let ann = tell(world, person("ann@large.example", "DE", 900));
        let ben = tell(world, person("ben@small.example", "DE", 9));
        assert_eq!(seen(world, eve), Vec::<PersonId>::new());
        save(world, None, r#"person.country == "DE" && company.employees > 100"#).unwrap();
        assert_eq!(seen(world, eve), [ann]);

        let cat = tell(world, person("cat@large.example", "DE", 900));
        assert_eq!(seen(world, eve), [ann, cat], "whoever is new is judged at once");
        tell(world, person("ann@large.example", "FR", 900));
        assert_eq!(seen(world, eve), [cat], "whoever moves away leaves");
        tell(world, person("ben@small.example", "DE", 900));
        assert_eq!(seen(world, eve), [ben, cat], "a fact of the company moves its people");

        save(world, Some("large, german"), r#"person.country == "FR""#).unwrap();
        assert_eq!(seen(world, eve), [ann]);
        for odd in
            [r#"did("form.submitted")"#, "score.fit > 3", "person.country ==", "stage == \"lead\""]
        {
            let refused = save(world, Some("large, german"), odd);
            assert!(matches!(refused, Err(Failure::Invalid(_))), "{odd}: {refused:?}");
        }
        let remove = move |tx: &mut platform::db::Tx| {
            territory::remove(tx, &User::operator(), "Large, German", now)
        };
        world.db.write_blocking(remove).unwrap();
        assert!(seen(world, eve).is_empty());
    });
}

//! What a condition asks of one row, and what of several: two comparisons of facts are of different facts, and whoever
//! is in two territories is one person.

use std::sync::Arc;

use people::upsert::{Told, upsert};
use people::{PersonId, sight};
use platform::harness::World;
use serde_json::{Value, json};
use team::sight::Limits;
use team::{Sees, Sight, User};

use crate::house::both;
use crate::sight::meeting;

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

fn person(email: &str, (x, y, u, v): (u32, u32, u32, u32)) -> Value {
    json!({ "email": email, "facts": { "person.custom.x": x, "person.custom.y": y,
        "person.custom.u": u, "person.custom.v": v } })
}

#[test]
fn two_comparisons_of_facts_are_of_different_facts() {
    const X: &str = "person.custom.x == person.custom.y";
    const U: &str = "person.custom.u == person.custom.v";
    both(|world| {
        tell(world, person("ann@north.example", (1, 1, 2, 2)));
        tell(world, person("ben@north.example", (1, 1, 2, 3)));
        tell(world, person("cem@north.example", (1, 5, 2, 3)));
        for (condition, wanted) in [
            (format!("{X} && {U}"), 1),
            (format!("{X} || {U}"), 2),
            (format!("{X} && !({U})"), 1),
            (format!("!({X}) && !({U})"), 1),
            ("person.custom.x <= person.custom.y && person.custom.x < person.custom.v".into(), 3),
            ("person.custom.x < person.custom.y && person.custom.x >= person.custom.y".into(), 0),
        ] {
            let found = meeting(world, &User::operator(), condition.clone().leak());
            assert_eq!(found.unwrap(), (wanted, wanted as usize), "{condition}");
        }
    });
}

#[test]
fn whoever_is_in_two_territories_is_one_person() {
    both(|world| {
        let ann = tell(world, person("ann@north.example", (1, 1, 2, 2)));
        let ben = tell(world, person("ben@north.example", (1, 5, 2, 2)));
        tell(world, person("cem@north.example", (1, 1, 2, 2)));
        let are_in = vec![(1, ann), (2, ann), (2, ben)];
        let enter =
            move |tx: &mut platform::db::Tx| sight::enter_and_leave(tx, are_in.clone(), Vec::new());
        world.db.write_blocking(enter).unwrap();
        let limits = Limits { sees: Sees::Own, owners: Vec::new(), territories: vec![1, 2] };
        let who = User { sight: Sight::Limited(Arc::new(limits)), ..User::operator() };
        for (condition, wanted) in [
            ("true", 2),
            ("person.custom.x == 1", 2),
            ("person.custom.x == person.custom.y", 1),
            ("!(person.custom.x == 7)", 2),
            ("!did(\"page.viewed\")", 2),
        ] {
            let found = meeting(world, &who, condition).unwrap();
            assert_eq!(found, (wanted, wanted as usize), "{condition}");
        }
    });
}

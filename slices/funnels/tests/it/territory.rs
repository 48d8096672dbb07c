//! Who is in a territory is who its condition holds of, as facts change and when the condition does.

use std::sync::Arc;

use funnel::Stage;
use funnel::history::{Entry, Fact, Observation, What};
use funnels::{refold, territory};
use journal::{Batch, NewEntry};
use moment::Span;
use people::PersonId;
use people::upsert::{Told, upsert};
use platform::failure::Failure;
use platform::harness::World;
use platform::jobs::{self, Registry};
use serde_json::{Value, json};
use team::roster::{self, TerritoryAsk, UserChange};
use team::{Sees, User, colleague};

use crate::house::{adopt, both, nothing_differs};

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
    save_as(world, "Large, German", changes, condition)
}

fn save_as(
    world: &World,
    name: &str,
    changes: Option<&str>,
    condition: &str,
) -> Result<(), Failure> {
    let ask = TerritoryAsk {
        changes: changes.map(str::to_owned),
        name: name.to_owned(),
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

/// Somebody who sees their own people and those of their territories.
fn eve(world: &World) -> i64 {
    let now = world.now();
    let eve = world.db.write_blocking(move |tx| {
        let who = User::operator();
        let eve = colleague::colleague(tx, &who, "Eve", "eve@north.example", now)?;
        let sees = UserChange { sees: Some(Sees::Own), ..UserChange::default() };
        roster::change_user(tx, &who, "eve@north.example", sees, now)?;
        Ok(eve.0)
    });
    eve.unwrap()
}

/// How many of whom eve sees stand at each stage, as it is kept, where that is what is counted.
fn counted(world: &World, eve: i64) -> Vec<(Stage, u64)> {
    nothing_differs(world);
    let tally = world.db.read_blocking(move |tx| {
        let (eve, lens) = (roster::user(tx, eve)?.unwrap(), people::main_lens(tx)?.id);
        people::stand::tally_for(tx, &eve, lens)
    });
    let tally = tally.unwrap();
    let all: u64 = tally.iter().map(|(_, n)| n).sum();
    assert_eq!(all, u64::try_from(seen(world, eve).len()).unwrap());
    tally.into_iter().filter(|(_, n)| *n > 0).collect()
}

fn assign(world: &World, whom: &'static str, owner: Option<&'static str>) {
    let now = world.now();
    let assign = move |tx: &mut platform::db::Tx| {
        people::edit::assign(tx, &User::operator(), whom, owner, now)
    };
    world.db.write_blocking(assign).unwrap();
}

const RULES: &str = r#"
name = "Rules"
[stages.lead]
enter = 'known(person.email)'
[stages.prospect]
enter = 'company.employees > 50'
"#;
/// Under which nobody stands elsewhere.
const MORE_RULES: &str = r#"
name = "Rules"
[stages.lead]
enter = 'known(person.email)'
[stages.prospect]
enter = 'company.employees > 51'
"#;

#[test]
fn whoever_is_seen_by_territories_is_counted_as_they_move() {
    both(|world| {
        adopt(world, RULES, funnels::lens::From::Start);
        let eve = eve(world);
        tell(world, person("ann@large.example", "DE", 900));
        tell(world, person("ben@small.example", "DE", 9));
        tell(world, person("cat@other.example", "FR", 70));
        assert!(counted(world, eve).is_empty());
        save_as(world, "German", None, r#"person.country == "DE""#).unwrap();
        assert_eq!(counted(world, eve), [(Stage::Lead, 1), (Stage::Prospect, 1)]);
        // Ann is in both, and one person.
        save_as(world, "Large", None, "company.employees > 60").unwrap();
        assert_eq!(counted(world, eve), [(Stage::Lead, 1), (Stage::Prospect, 2)]);
        tell(world, person("dan@large.example", "DE", 900));
        tell(world, person("ben@small.example", "DE", 55));
        assert_eq!(counted(world, eve), [(Stage::Prospect, 4)]);
        // Whoever she looks after is counted as hers, and once.
        assign(world, "ann@large.example", Some("eve@north.example"));
        assert_eq!(counted(world, eve), [(Stage::Prospect, 4)]);
        tell(world, person("ann@large.example", "FR", 900));
        tell(world, person("ben@small.example", "FR", 9));
        assert_eq!(counted(world, eve), [(Stage::Prospect, 3)]);
        save_as(world, "Large", Some("large"), r#"person.country == "FR""#).unwrap();
        assert_eq!(counted(world, eve), [(Stage::Prospect, 4)], "nobody falls back");
        assign(world, "ann@large.example", None);
        adopt(world, MORE_RULES, funnels::lens::From::Start);
        assert_eq!(counted(world, eve), [(Stage::Prospect, 4)]);
        let now = world.now();
        for gone in ["German", "Large"] {
            let remove = move |tx: &mut platform::db::Tx| {
                territory::remove(tx, &User::operator(), gone, now)
            };
            world.db.write_blocking(remove).unwrap();
            nothing_differs(world);
        }
        assert!(counted(world, eve).is_empty());
    });
}

#[test]
fn whoever_is_in_a_territory_by_a_fact_that_expires_leaves_it_then() {
    both(|world| {
        adopt(world, RULES, funnels::lens::From::Start);
        let eve = eve(world);
        let ann = tell(world, person("ann@large.example", "DE", 900));
        tell(world, person("ben@small.example", "DE", 9));
        // No definition reads this.
        save_as(world, "In Berlin", None, r#"person.custom.visits == "Berlin""#).unwrap();
        let now = world.now();
        let visits = Fact {
            expires_at: Some(now + Span::days(3)),
            ..Fact::certain("person.custom.visits", "Berlin")
        };
        let says = move |tx: &mut platform::db::Tx| {
            let what =
                What::Facts(Observation { source: "test".into(), facts: vec![visits.clone()] });
            let entry = Entry { id: tx.ids(1)?, occurred_at: now, recorded_at: now, what };
            let new = NewEntry { subject: ann, entry, is_dated: true, source: None, actor: None };
            let new_subjects = std::collections::BTreeSet::new();
            let batch =
                Batch { now, entries: vec![new], new_subjects, repeats: journal::Repeats::Keep };
            journal::record(tx, batch)
        };
        world.db.write_blocking(says).unwrap();
        assert_eq!(counted(world, eve), [(Stage::Prospect, 1)]);
        assert_eq!(refold::next_wake(&world.app).unwrap(), Some(now + Span::days(3)));
        world.clock.advance(Span::days(3));
        refold::wake_due(&world.app).unwrap();
        assert_eq!(seen(world, eve), Vec::<PersonId>::new());
        assert!(counted(world, eve).is_empty());
        assert_eq!(refold::next_wake(&world.app).unwrap(), None);
    });
}

#[test]
fn a_territory_is_kept_as_facts_change_and_made_anew_with_its_condition() {
    both(|world| {
        let (now, eve) = (world.now(), eve(world));
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

//! What is derived is made again from the ground, and is what it was.

use platform::db::Sql;
use platform::harness::World;
use platform::jobs;
use platform::tables::{Kept, Tables};
use platform::{Tx, args};

use crate::house::{both, bring, nothing_differs, registry};

fn derived(world: &World) -> Vec<String> {
    world
        .db
        .read_blocking(|tx| {
            let mut held = Vec::new();
            for table in ["person", "company", "search_name", "search_word", "stage_tally"] {
                let text = format!("select * from {table}");
                tx.each(Sql::built(&text), args![], |row| {
                    let cells = (0..row.width()).map(|at| format!("{:?}", row.value(at)));
                    held.push(format!("{table} {}", cells.collect::<Vec<_>>().join(" ")));
                    Ok(())
                })?;
            }
            held.sort();
            Ok(held)
        })
        .unwrap()
}

#[test]
fn what_is_derived_is_made_again_as_it_was() {
    both(|world| {
        let mut file = "email,name,basis,first\n".to_owned();
        for nth in 0..1_200 {
            file.push_str(&format!("p{nth}@north.example,Person {nth} Märt,consent,2026-01-02\n"));
        }
        bring(world, &file);
        let before = derived(world);
        let now = world.now();
        let job = world.db.write_blocking(move |tx| {
            let tables = tx.part::<Tables>();
            for table in tables.0.iter().filter(|table| table.kept == Kept::Derived) {
                tx.execute(Sql::built(&format!("delete from {}", table.name)), args![])?;
            }
            funnels::arrive::begin(tx)?;
            let none = serde_json::Value::Null;
            jobs::enqueue(tx, away::rebuild::REBUILD, Some("all"), &none, now)
        });
        let under_way = |tx: &mut Tx| away::rebuild::is_under_way(tx);
        assert!(world.db.read_blocking(under_way).unwrap());
        jobs::run_now(&world.app, &registry(), job.unwrap()).unwrap();
        world.drain(&registry());
        assert!(!world.db.read_blocking(under_way).unwrap());
        assert_eq!(derived(world), before);
        nothing_differs(world);
        // Twice changes nothing.
        let again = world.db.write_blocking(move |tx| {
            people::rebuild::rebuild(tx, 0, 10_000, now).map(|made| made.len())
        });
        assert_eq!(again.unwrap(), 1_200);
        assert_eq!(derived(world), before);
    });
}

use std::collections::HashSet;
use std::sync::Mutex;

use platform::{Failure, args};

use crate::{ADD, both};

#[test]
fn ids_are_unique_over_threads_failures_and_processes() {
    both(|world| {
        let other = world.reopened();
        let taken = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for thread in 0..6_u32 {
                let (db, taken) = (if thread % 2 == 0 { &world.db } else { &other }, &taken);
                scope.spawn(move || {
                    for round in 0..40_u32 {
                        let count = (round * 37 + thread) % 90 + 1;
                        let first = if round % 3 == 0 {
                            db.ids().take(count).unwrap()
                        } else {
                            let (tell, told) = std::sync::mpsc::channel();
                            let result = db.write_blocking(move |tx| {
                                let first = tx.ids(count)?;
                                tell.send(first).unwrap();
                                tx.execute(ADD, args![first, "x"])?;
                                if round % 3 == 1 { Err(Failure::Forbidden) } else { Ok(()) }
                            });
                            let first = told.recv().unwrap();
                            if result.is_err() {
                                // What a closure took that was undone is nobody's; on SQLite it may be given again.
                                continue;
                            }
                            first
                        };
                        taken.lock().unwrap().extend(first..first + i64::from(count));
                    }
                });
            }
        });
        drop(other);
        let later = world.reopened();
        taken.lock().unwrap().push(later.ids().take(1).unwrap());
        taken.lock().unwrap().push(later.ids().take(5_000).unwrap());
        let taken = taken.into_inner().unwrap();
        assert_eq!(taken.iter().collect::<HashSet<_>>().len(), taken.len());
        assert!(taken.iter().all(|id| (1..200_000).contains(id)), "small and dense");
    });
}

#[test]
fn public_ids_are_those_of_the_workspace() {
    both(|world| {
        let text = world.app.public_ids().encode("per", 42);
        assert_eq!(world.reopened().public_ids().decode("per", &text), Some(42));
        let inside = world.db.read_blocking(|tx| Ok(tx.public_ids())).unwrap();
        assert_eq!(inside.encode("per", 42), text);
        assert_eq!(inside.decode("com", &text), None);
    });
}

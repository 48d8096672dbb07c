use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use platform::db::{Db, Dialect};
use platform::harness::World;
use platform::{Failure, Tx, args};

use crate::{ADD, NOTES, both, count};

/// How many notes there are, as it is kept.
struct Notes(i64);

/// Asks as a verb does that writes: how many notes there are, and whether that had to be read.
struct Asker {
    reads: Arc<AtomicUsize>,
}

impl Asker {
    fn new() -> Asker {
        Asker { reads: Arc::default() }
    }

    fn kept(reads: &AtomicUsize, tx: &mut Tx) -> Result<i64, Failure> {
        let notes = tx.kept(&["note"], |tx| {
            reads.fetch_add(1, Ordering::Relaxed);
            count(tx).map(Notes)
        })?;
        Ok(notes.0)
    }

    fn ask(&self, world: &World) -> (i64, bool) {
        let reads = Arc::clone(&self.reads);
        let before = self.reads.load(Ordering::Relaxed);
        let found = world.db.write_blocking(move |tx| Asker::kept(&reads, tx)).unwrap();
        (found, self.reads.load(Ordering::Relaxed) > before)
    }
}

#[test]
fn what_is_kept_is_what_would_be_read() {
    both(|world| {
        let asker = Asker::new();
        // PostgreSQL has several who write, and keeps nothing.
        let anew = world.db.dialect() == Dialect::Postgres;
        assert_eq!(asker.ask(world), (0, true));
        assert_eq!(asker.ask(world), (0, anew));

        world.db.write_blocking(|tx| tx.execute(ADD, args![1, "one"])).unwrap();
        assert_eq!(asker.ask(world), (1, true), "it was written");
        assert_eq!(asker.ask(world), (1, anew));
        let other = platform::sql("insert into tally (shelf, book) values ('a', 1)");
        world.db.write_blocking(move |tx| tx.execute(other, args![])).unwrap();
        assert_eq!(asker.ask(world), (1, anew), "another table was");

        let reads = Arc::clone(&asker.reads);
        let undone = world.db.write_blocking(move |tx| -> Result<(), Failure> {
            tx.execute(ADD, args![2, "two"])?;
            assert_eq!(Asker::kept(&reads, tx)?, 2);
            Err(Failure::refused("no", "no"))
        });
        undone.unwrap_err();
        assert_eq!(asker.ask(world), (1, true), "what was undone is not kept");

        let beside = Db::open(&world.location, &[NOTES.migrations]).unwrap();
        assert_eq!(asker.ask(world), (1, anew));
        beside.write_blocking(|tx| tx.execute(ADD, args![3, "three"])).unwrap();
        assert_eq!(asker.ask(world).0, 2, "another process has written");
    });
}

#[test]
fn whoever_is_undone_takes_along_what_was_kept_beside_others() {
    both(|world| {
        let asker = Asker::new();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
        runtime.block_on(async {
            let mut set = tokio::task::JoinSet::new();
            for id in 0..200_i64 {
                let (db, reads) = (world.db.clone(), Arc::clone(&asker.reads));
                set.spawn(async move {
                    let work = move |tx: &mut Tx| {
                        tx.execute(ADD, args![id, "x"])?;
                        let known = Asker::kept(&reads, tx)?;
                        // On PostgreSQL others commit in between.
                        let is_alone = tx.dialect() == Dialect::Sqlite;
                        assert!(!is_alone || known == count(tx)?);
                        if id % 3 == 0 { Err(Failure::refused("no", "no")) } else { Ok(known) }
                    };
                    let broke = matches!(db.write(work).await, Err(Failure::Broken(_)));
                    assert!(!broke, "it was not as it would be read");
                });
            }
            set.join_all().await;
        });
        assert_eq!(asker.ask(world).0, world.db.read_blocking(count).unwrap());
    });
}

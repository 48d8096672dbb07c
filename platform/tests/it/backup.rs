use std::sync::atomic::{AtomicBool, Ordering};

use platform::db::{Dialect, Options};
use platform::{Db, Failure, Location, args, sql};

use crate::{ADD, NOTES, both, count};

#[test]
fn a_backup_shows_one_moment_while_writing_goes_on() {
    both(|world| {
        let rows = (0..20_000_i64).map(|id| args![id * 2, "first of a pair"]).collect();
        world.db.write_blocking(move |tx| tx.bulk(ADD, rows)).unwrap();
        let stop = AtomicBool::new(false);
        let path = world.folder().join("copy").join("sluice.db");
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let backup = std::thread::scope(|scope| {
            scope.spawn(|| {
                // Notes come in pairs, so that a copy of half a transaction would be seen.
                for id in (100_000_i64..).step_by(2) {
                    if stop.load(Ordering::Relaxed) {
                        break;
                    }
                    world
                        .db
                        .write_blocking(move |tx| {
                            tx.execute(ADD, args![id, "first"])?;
                            tx.execute(ADD, args![id + 1, "second"])
                        })
                        .unwrap();
                }
            });
            let backup = world.db.backup_to(&path);
            stop.store(true, Ordering::Relaxed);
            backup.unwrap()
        });
        assert_eq!(backup.bytes, std::fs::metadata(&path).unwrap().len());
        assert!(matches!(
            world.db.backup_to(&path),
            Err(Failure::Refused { code: "backup_exists", .. })
        ));
        match world.dialect {
            Dialect::Postgres => assert_eq!(&std::fs::read(&path).unwrap()[..5], b"PGDMP"),
            Dialect::Sqlite => {
                let location = Location::Folder(path.parent().unwrap().to_owned());
                let copy =
                    Db::open_with(&location, &[NOTES.migrations], Options::default()).unwrap();
                let before = sql("select id, words from note where id < 100000 order by id");
                let rows = |db: &Db| db.read_blocking(move |tx| tx.rows(before, args![])).unwrap();
                assert_eq!(rows(&copy), rows(&world.db));
                assert_eq!(copy.read_blocking(count).unwrap() % 2, 0);
                assert_eq!(copy.public_ids(), world.db.public_ids());
                assert!(copy.ids().take(1).unwrap() > 0);
            }
        }
        assert!(!format!("{:?} {}", world.location, world.location).contains("user"));
        let nowhere = world.folder().join("no such folder").join("x");
        assert!(matches!(world.db.backup_to(&nowhere), Err(Failure::Broken(_))));
    });
}

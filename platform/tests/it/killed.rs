//! What holds after a process was killed: it is this test itself, started once more.
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use platform::{Db, Location, Row, args, sql};

use crate::{ADD, NOTES, both};

const WHERE: &str = "SLUICE_TEST_WRITE_UNTIL_KILLED";

/// Writes notes and says so, until somebody kills it; does nothing where nobody asked for it.
#[test]
fn writes_until_killed() {
    #[expect(clippy::disallowed_methods, reason = "how the other test tells this one what to do")]
    let Ok(place) = std::env::var(WHERE) else { return };
    let location = if place.contains("host=") {
        Location::Postgres(place)
    } else {
        Location::Folder(place.into())
    };
    let db = Db::open(&location, &[NOTES.migrations]).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let id = db
                        .write_blocking(|tx| {
                            let id = tx.ids(30)?;
                            tx.execute(ADD, args![id, "first"])?;
                            tx.execute(ADD, args![id + 1, "second"])?;
                            Ok(id)
                        })
                        .unwrap();
                    println!("acknowledged {id}");
                }
            });
        }
    });
}

#[test]
fn what_was_acknowledged_outlives_a_killed_process_and_no_id_comes_twice() {
    both(|world| {
        let place = match &world.location {
            Location::Folder(folder) => folder.to_str().unwrap().to_owned(),
            Location::Postgres(address) => address.clone(),
        };
        let mut acknowledged = Vec::new();
        for round in 0..3 {
            let mut child = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "killed::writes_until_killed", "--nocapture"])
                .env(WHERE, &place)
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let lines = BufReader::new(child.stdout.take().unwrap()).lines();
            let mut heard = 0;
            for line in lines.map_while(Result::ok) {
                if let Some(id) = line.split("acknowledged ").nth(1) {
                    acknowledged.push(id.parse::<i64>().unwrap());
                    heard += 1;
                    if heard == 60 + round * 17 {
                        child.kill().unwrap();
                    }
                }
            }
            child.wait().unwrap();
            assert!(heard >= 60, "it was killed while it wrote");
        }
        let rows = world
            .db
            .read_blocking(|tx| tx.rows(sql("select id, words from note order by id"), args![]))
            .unwrap();
        let words = |row: &Row| row.text(1).to_owned();
        for pair in rows.chunks(2) {
            assert_eq!(
                (words(&pair[0]), words(&pair[1])),
                ("first".into(), "second".into()),
                "both or none"
            );
        }
        let kept: std::collections::HashSet<i64> = rows.iter().map(|row| row.int(0)).collect();
        let total = acknowledged.len();
        acknowledged.sort_unstable();
        acknowledged.dedup();
        assert_eq!(acknowledged.len(), total, "an id came twice");
        assert!(acknowledged.iter().all(|id| kept.contains(id)), "something acknowledged is gone");
    });
}

//! What holds after a process was killed: it is one of these tests, started once more by another.
use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;

use moment::Moment;
use platform::clock::SystemClock;
use platform::dice::SystemDice;
use platform::files::Files;
use platform::harness::World;
use platform::jobs::{self, Again, Job, Registry, Run};
use platform::{App, Db, Location, Row, Tx, args, sql};
use serde_json::{Value, json};

use crate::{ADD, NOTES, both, counted};

const WHERE: &str = "SLUICE_TEST_UNTIL_KILLED";

/// The database, if this process was started to do that; else the test that asks has nothing to do.
fn asked_for(what: &str) -> Option<Db> {
    #[expect(clippy::disallowed_methods, reason = "how one test tells another what to do")]
    let asked = std::env::var(WHERE).ok()?;
    let place = asked.strip_prefix(what)?.strip_prefix(' ')?;
    let location = if place.contains("host=") || place.contains("://") {
        Location::Postgres(place.to_owned())
    } else {
        Location::Folder(place.into())
    };
    Some(Db::open(&location, &[NOTES.migrations]).unwrap())
}

/// Starts that test in a process of its own and kills it once it has acknowledged so much; gives all that it has.
fn hear_until_killed(world: &World, what: &str, test: &str, enough: usize) -> Vec<i64> {
    let place = match &world.location {
        Location::Folder(folder) => folder.to_str().unwrap(),
        Location::Postgres(address) => address,
    };
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(WHERE, format!("{what} {place}"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut heard = Vec::new();
    for line in lines.map_while(Result::ok) {
        if let Some(number) = line.split("acknowledged ").nth(1) {
            heard.push(number.parse().unwrap());
            if heard.len() == enough {
                child.kill().unwrap();
            }
        }
    }
    child.wait().unwrap();
    assert!(heard.len() >= enough, "it was killed while it wrote");
    heard
}

#[test]
fn writes_until_killed() {
    let Some(db) = asked_for("notes") else { return };
    let add_pair = |tx: &mut Tx| {
        let id = tx.ids(30)?;
        tx.execute(ADD, args![id, "first"])?;
        tx.execute(ADD, args![id + 1, "second"])?;
        Ok(id)
    };
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    println!("acknowledged {}", db.write_blocking(add_pair).unwrap());
                }
            });
        }
    });
}

#[test]
fn what_was_acknowledged_outlives_a_killed_process_and_no_id_comes_twice() {
    both(|world| {
        let mut acknowledged = Vec::new();
        for enough in [60, 77, 94] {
            let test = "killed::writes_until_killed";
            acknowledged.extend(hear_until_killed(world, "notes", test, enough));
        }
        let list = sql("select id, words from note order by id");
        let rows = world.db.read_blocking(move |tx| tx.rows(list, args![])).unwrap();
        let words = |row: &Row| row.text(1).to_owned();
        for pair in rows.chunks(2) {
            let pair = (words(&pair[0]), words(&pair[1]));
            assert_eq!(pair, ("first".into(), "second".into()), "both or none");
        }
        let kept: HashSet<i64> = rows.iter().map(|row| row.int(0)).collect();
        let distinct: HashSet<i64> = acknowledged.iter().copied().collect();
        assert_eq!(distinct.len(), acknowledged.len(), "an id came twice");
        assert!(distinct.is_subset(&kept), "something acknowledged is gone");
    });
}

/// A job that counts, a step in each transaction, and says how far it is.
struct Count {
    to: u64,
}

impl Job for Count {
    fn name(&self) -> &'static str {
        "notes.count"
    }
    fn run(&self, app: &App, run: &mut Run) -> Result<Value, Again> {
        let from = run.earlier_progress().and_then(Value::as_u64).unwrap_or(0);
        for step in from + 1..=self.to {
            run.checkpoint()?;
            let ticket = run.ticket();
            app.db.write_blocking(move |tx| {
                // A step done twice would meet its own note.
                tx.execute(ADD, args![step as i64, "counted"])?;
                ticket.save_progress(tx, &json!(step))
            })?;
            println!("acknowledged {step}");
        }
        Ok(json!({"from": from, "to": self.to}))
    }
}

fn enqueue_count(db: &Db) -> i64 {
    let start = |tx: &mut Tx| jobs::enqueue(tx, "notes.count", Some("one"), &json!({}), Moment(0));
    db.write_blocking(start).unwrap()
}

#[test]
fn counts_until_killed() {
    let Some(db) = asked_for("job") else { return };
    let files = Files::new(std::env::temp_dir());
    let app = App::new(db, Arc::new(SystemClock), Arc::new(SystemDice::default()), files);
    let id = enqueue_count(&app.db);
    jobs::run_now(&app, &Registry::new(vec![Arc::new(Count { to: u64::MAX })]), id).unwrap();
}

#[test]
fn the_job_of_a_killed_process_goes_on_at_once_where_it_was() {
    both(|world| {
        let heard = hear_until_killed(world, "job", "killed::counts_until_killed", 50).len() as u64;
        let to = heard + 100;
        let registry = Registry::new(vec![Arc::new(Count { to })]);
        let id = enqueue_count(&world.db);
        let result = jobs::run_now(&world.app, &registry, id).unwrap();
        // The last step may have been kept and not been told any more.
        let from = result["from"].as_u64().unwrap();
        assert!(from == heard || from == heard + 1, "{result} after {heard}");
        assert_eq!(counted(world), to as i64);
    });
}

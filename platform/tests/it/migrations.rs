use platform::db::{Options, Upgrade};
use platform::harness::World;
use platform::{Db, Failure, Migrations, args, sql};

use crate::{NOTES, both};

const FIRST: (&str, &str) =
    ("0001_a", "create table a (id bigint not null primary key); insert into a (id) values (1);");
const SECOND: (&str, &str) =
    ("0002_b", "create table b (id bigint not null primary key, body {blob});");
const BROKEN: (&str, &str) =
    ("0002_b", "create table b (id bigint not null primary key); insert into nowhere values (1);");

const OLD: Migrations = Migrations { slice: "shop", files: &[FIRST] };
const NEW: Migrations = Migrations { slice: "shop", files: &[FIRST, SECOND] };
const HALF: Migrations = Migrations { slice: "shop", files: &[FIRST, BROKEN] };
const EDITED: Migrations =
    Migrations { slice: "shop", files: &[("0001_a", "create table a (id bigint)")] };

fn open(world: &World, shop: Migrations, upgrade: Upgrade) -> Result<Db, Failure> {
    let options = Options { upgrade, durable: false, ..Options::default() };
    Db::open_with(&world.location, &[NOTES.migrations, shop], options)
}

fn code(result: Result<Db, Failure>) -> (&'static str, String) {
    match result {
        Err(Failure::Refused { code, words }) => (code, words),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was opened"),
    }
}

#[test]
fn steps_run_once_and_in_order() {
    both(|world| {
        for shop in [OLD, OLD, NEW, NEW] {
            open(world, shop, Upgrade::Run).unwrap();
        }
        let db = open(world, NEW, Upgrade::Refuse).unwrap();
        assert_eq!(
            db.read_blocking(|tx| tx.rows(sql("select id from a"), args![])).unwrap().len(),
            1
        );
        assert!(
            db.steps_blocking(&[NOTES.migrations, NEW]).unwrap().iter().all(|step| step.applied)
        );
    });
}

#[test]
fn a_newer_an_older_and_an_edited_database_are_refused_in_words() {
    both(|world| {
        let (which, words) = code(open(world, NEW, Upgrade::Refuse));
        assert_eq!(which, "older_database");
        assert!(words.contains("shop/0001_a") && words.contains("sluice migrate"), "{words}");
        open(world, NEW, Upgrade::Run).unwrap();
        let (which, words) = code(open(world, OLD, Upgrade::Run));
        assert_eq!(which, "newer_database");
        assert!(words.contains("shop/0002_b") && words.contains("restore a backup"), "{words}");
        let (which, _) = code(open(world, EDITED, Upgrade::Run));
        assert_eq!(which, "changed_migration");
        // Nothing was harmed by asking.
        open(world, NEW, Upgrade::Refuse).unwrap();
    });
}

#[test]
fn a_step_that_fails_leaves_those_before_it_and_nothing_of_itself() {
    both(|world| {
        let Err(failure) = open(world, HALF, Upgrade::Run) else { panic!("it was opened") };
        assert!(failure.to_string().contains("shop/0002_b"), "{failure}");
        let db = open(world, NEW, Upgrade::Run).unwrap();
        assert_eq!(
            db.read_blocking(|tx| tx.rows(sql("select id, body from b"), args![])).unwrap(),
            []
        );
    });
}

#[test]
fn processes_that_start_together_do_not_get_in_each_others_way() {
    both(|world| {
        std::thread::scope(|scope| {
            let opening: Vec<_> =
                (0..6).map(|_| scope.spawn(|| open(world, NEW, Upgrade::Run).map(drop))).collect();
            for one in opening {
                one.join().unwrap().unwrap();
            }
        });
    });
}

//! The upgrade path: what an earlier version left behind is brought up to date, and holds what it held.
//!
//! Each fixture is a workspace as a release wrote it, in SQL; docs/how-to/keep-the-upgrade-path.md says how it is made.

use std::path::{Path, PathBuf};

use platform::Location;
use platform::db::Dialect;
use platform::harness::world;
use serde_json::Value;

use crate::program::Program;

/// The names of all fixtures, and where they lie.
fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/upgrade");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|kind| kind == "json")).collect();
    found.sort();
    assert!(!found.is_empty(), "there is no fixture to bring up to date");
    found
}

fn text(fixture: &Path, kind: &str) -> String {
    std::fs::read_to_string(fixture.with_extension(kind)).unwrap()
}

#[test]
fn an_sqlite_file_of_every_release_is_brought_up_to_date() {
    for fixture in fixtures() {
        println!("{}", fixture.display());
        let program = Program::new();
        std::fs::create_dir(program.workspace()).unwrap();
        let file = rusqlite::Connection::open(program.workspace().join("sluice.db")).unwrap();
        file.execute_batch(&text(&fixture, "sqlite.sql")).unwrap();
        file.close().unwrap();
        upgraded(&program, &fixture);
    }
}

#[test]
fn a_postgresql_database_of_every_release_is_brought_up_to_date() {
    for fixture in fixtures() {
        println!("{}", fixture.display());
        let world = world(Dialect::Postgres, &[]);
        let Location::Postgres(address) = &world.location else { panic!("{}", world.location) };
        let mut client = postgres::Client::connect(address, postgres::NoTls).unwrap();
        client.batch_execute("drop schema public cascade; create schema public").unwrap();
        client.batch_execute(&text(&fixture, "postgres.sql")).unwrap();
        drop(client);
        upgraded(&Program::on(address), &fixture);
    }
}

/// Brings it up to date, and sees that everybody is there, stands where replaying puts them, and comes in as before.
fn upgraded(program: &Program, fixture: &Path) {
    let then: Value = serde_json::from_str(&text(fixture, "json")).unwrap();
    let people = |funnel: &Value| -> u64 {
        let stages = funnel["stages"].as_object().unwrap();
        stages.values().map(|count| count.as_u64().unwrap()).sum()
    };
    program.run(&["migrate"]).must_be_done();
    let funnel = program.run(&["funnel", "--json"]).must_be_done().json();
    assert_eq!(people(&funnel), people(&then), "{funnel} was {then}");
    let verified = program.run(&["verify", "--json"]);
    assert_eq!((verified.code, &verified.json()["differences"]), (0, &Value::from(0)));

    let ill: Vec<Value> = program.run(&["doctor", "--json"]).json()["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["verdict"] == "ill")
        .cloned()
        .collect();
    assert!(ill.is_empty(), "{ill:#?}");

    let served = program.serve(&[]);
    let form = "email=mara@fixture.example&password=correct+horse";
    let signed_in = served.ask("POST", "/sign-in", &[], form);
    assert_eq!(signed_in.status, 303, "the password of then opens the door now");
    let cookie = signed_in.headers["set-cookie"].split(';').next().unwrap().to_owned();
    for page in ["/people", "/funnel", "/imports", "/handoffs"] {
        assert_eq!(served.ask("GET", page, &[("cookie", &cookie)], "").status, 200, "{page}");
    }
}

//! A whole workspace moves: out of one database, into the other, and back; and a backup is restored.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use platform::Location;
use platform::db::Dialect;
use platform::harness::world;
use serde_json::Value;

use crate::program::Program;

const DEFINITION: &str = r#"
name = "Ours"
[stages.lead]
enter = 'did("form.submitted")'
[stages.prospect]
enter = 'did("email.replied")'
[stages.customer]
enter = 'did("deal.won")'
"#;
const LEADS: &str = "email,name,first\nzita@north.example,Zita Zeisig,2026-01-02\n\
    bo@east.example,Bo East,2026-01-03\nbad,Bad,yesterday\n";
const MAPPING: &str = r#"
name = "Leads"
[key]
email = "email"
[facts]
"person.name" = { column = "name" }
[[activities]]
kind = "form.submitted"
at = { column = "first", format = "%Y-%m-%d" }
recorded = "occurred"
"#;

/// A workspace with something in it of every kind that the command line makes.
fn filled(program: &Program) {
    program.run(&["demo", "--people", "150"]).must_be_done();
    program.begin();
    let password = ["user", "create", "--email", "ben@north.example", "--role", "member"];
    let args = [&password[..], &["--password-stdin"]].concat();
    program.run_with(&args, "correct horse\n").must_be_done();
    let (leads, mapping) =
        (program.write("leads.csv", LEADS), program.write("leads.toml", MAPPING));
    program.run(&["import", &leads, "--mapping", &mapping]).must_be_done();
    let ours = program.write("ours.toml", DEFINITION);
    let draft = program.write("draft.toml", &DEFINITION.replace("Ours", "Draft"));
    for args in [
        &["team", "create", "North"][..],
        &["team", "join", "North", "ben@north.example"],
        &["role", "create", "Caller", "--may", "people.read,people.edit"],
        &[
            "territory",
            "create",
            "Germany",
            "--where",
            "person.country == \"DE\"",
            "--for",
            "ben@north.example",
        ],
        &["field", "create", "Plan", "--type", "text"],
        &["set", "bo@east.example", "person.custom.plan", "pro"],
        &["assign", "bo@east.example", "ben@north.example"],
        &["sources", "edit", "api", "import"],
        &[
            "segment",
            "create",
            "Germans",
            "--where",
            "person.country == \"DE\" && !did(\"email.sent\", days(30))",
        ],
        &["people", "--segment", "Germans"],
        &["list", "create", "Fair"],
        &["list", "add", "Fair", "bo@east.example", "zita@north.example"],
        &["definition", "adopt", &ours, "--lens", "Sales"],
        &["definition", "propose", &draft, "--note", "try it"],
        &["answer", "bo@east.example", "need", "yes"],
        &["move", "bo@east.example", "prospect", "--reason", "Asked", "--every-lens"],
        &["gdpr", "erase", "zita@north.example", "--yes"],
    ] {
        program.run(args).must_be_done();
    }
}

fn unpacked(program: &Program, name: &str) -> PathBuf {
    let folder = program.file(&format!("{name}.d"));
    std::fs::create_dir(&folder).unwrap();
    let ran = Command::new("tar")
        .args(["xzf", program.file(name).to_str().unwrap(), "-C", folder.to_str().unwrap()])
        .output()
        .unwrap();
    assert!(ran.status.success(), "{ran:?}");
    folder
}

/// The rows of every table, sorted, as a databases sort texts in their own ways.
fn rows(folder: &Path) -> BTreeMap<String, Vec<String>> {
    let mut rows: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in std::fs::read_dir(folder.join("tables")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().split('.').next().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        rows.entry(name.to_owned()).or_default().extend(text.lines().map(str::to_owned));
    }
    rows.values_mut().for_each(|lines| lines.sort());
    rows
}

/// What the program says of everybody, to be compared.
fn seen(program: &Program) -> Vec<Value> {
    let asks = [
        &["funnel", "--json"][..],
        &["people", "--limit", "200", "--sort", "name", "--json"],
        &["people", "--segment", "Germans", "--limit", "200", "--json"],
        &["list", "list", "--json"],
        &["field", "list", "--json"],
        &["lenses", "--json"],
        &["team", "list", "--json"],
        &["territory", "list", "--json"],
        &["definition", "show"],
        &["search", "bo", "--json"],
    ];
    asks.map(|args| {
        let out = program.run(args).must_be_done().out;
        let mut said = serde_json::from_str(&out).unwrap_or(Value::from(out));
        still(&mut said);
        said
    })
    .into()
}

/// Leaves out what is as of the moment at which it is asked: a score that decays, and where the past is looked at.
fn still(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|name, _| name != "engagement" && name != "trend");
            members.values_mut().for_each(still);
        }
        Value::Array(values) => values.iter_mut().for_each(still),
        _ => {}
    }
}

/// Takes the whole workspace out of one and into the other; gives what was taken out.
fn moved(from: &Program, to: &Program) -> BTreeMap<String, Vec<String>> {
    let args = ["workspace", "export", "whole.tar.gz", "--with-secrets", "--json"];
    let out = from.run(&args).must_be_done().json()["exported"].clone();
    assert_eq!(from.run(&args).json()["error"]["code"], "file_exists");
    let file = from.file("whole.tar.gz");
    let file = file.to_str().unwrap();
    let into =
        to.run(&["workspace", "import", file, "--json"]).must_be_done().json()["imported"].clone();
    for what in ["tables", "rows", "files"] {
        assert_eq!(into[what], out[what], "{what} are counted alike");
    }
    assert_eq!(
        to.run(&["workspace", "import", file, "--json"]).json()["error"]["code"],
        "not_empty"
    );
    let verified = to.run(&["verify", "--json"]).must_be_done().json();
    assert!(verified["people"].as_u64().unwrap() > 150, "{verified}");
    rows(&unpacked(from, "whole.tar.gz"))
}

#[test]
fn a_workspace_moves_from_database_to_database_with_nothing_lost() {
    let worlds = [world(Dialect::Postgres, &[]), world(Dialect::Postgres, &[])];
    let [one, two] = worlds.each_ref().map(|world| match &world.location {
        Location::Postgres(address) => Program::on(address),
        other @ Location::Folder(_) => panic!("{other}"),
    });
    let first = Program::new();
    filled(&first);
    let expected = seen(&first);
    let places = [&first, &Program::new(), &one, &two, &Program::new()];
    let mut before: Option<BTreeMap<String, Vec<String>>> = None;
    for pair in places.windows(2) {
        let mut rows = moved(pair[0], pair[1]);
        for (table, count) in [("activity", 500), ("erased_key", 1), ("dispute", 0), ("draft", 1)] {
            assert!(rows.get(table).map_or(0, Vec::len) >= count, "{table}");
        }
        // What was noted since then comes besides, and what was is as it was.
        let audit = rows.remove("audit").unwrap();
        if let Some(mut before) = before.replace(rows.clone()) {
            let audit_before = before.remove("audit").unwrap();
            assert!(audit_before.iter().all(|row| audit.contains(row)));
            for (table, lines) in &rows {
                assert_eq!(lines, &before[table], "{table} is another");
            }
            assert_eq!(before.keys().collect::<Vec<_>>(), rows.keys().collect::<Vec<_>>());
        }
        before.as_mut().unwrap().insert("audit".to_owned(), audit);
        assert_eq!(seen(pair[1]), expected);
        pair[1].run(&["doctor"]);
    }
    let last = places[4];
    let ran = last.run(&["audit", "--check", "--json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    // Whoever was erased stays erased.
    let (leads, mapping) = (last.write("leads.csv", LEADS), last.write("leads.toml", MAPPING));
    let again = last.run(&["import", &leads, "--mapping", &mapping, "--json"]).must_be_done();
    assert_eq!(again.json()["rejected"], 2);
}

#[test]
fn without_secrets_a_workspace_arrives_and_passwords_are_given_anew() {
    let (from, to) = (Program::new(), Program::new());
    from.begin();
    from.run(&["workspace", "export", "whole.tar.gz"]).must_be_done();
    let held = rows(&unpacked(&from, "whole.tar.gz"));
    assert!(!held["team_user"][0].contains("password_hash"), "{held:?}");
    assert!(!held.contains_key("session") && !held.contains_key("token"));
    let file = from.file("whole.tar.gz");
    to.run(&["workspace", "import", file.to_str().unwrap()]).must_be_done();
    let sign_in = |expected: u16| {
        let served = to.serve(&[]);
        let form = "email=mara%40north.example&password=another+horse";
        let origin = format!("http://{}", served.address);
        let answer = served.ask("POST", "/sign-in", &[("origin", &origin)], form);
        assert_eq!(answer.status, expected, "{}", answer.body);
    };
    sign_in(409);
    let args = ["user", "password", "mara@north.example", "--password-stdin"];
    to.run_with(&args, "another horse\n").must_be_done();
    sign_in(303);
    let nobody = ["user", "password", "nobody@north.example", "--password-stdin"];
    assert_eq!(to.run_with(&nobody, "another horse\n").code, 1);
}

#[test]
fn a_backup_made_while_everything_goes_on_is_restored() {
    Program::on_both(|program| {
        program.run(&["demo", "--people", "300"]).must_be_done();
        let stages = |program: &Program| program.run(&["funnel", "--json"]).must_be_done().out;
        let is_done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut turn = 0;
                while !is_done.load(Ordering::Relaxed) {
                    turn += 1;
                    let name = format!("turn{turn}");
                    let text = LEADS.replace("@", &format!("+{turn}@"));
                    let leads = program.write(&format!("{name}.csv"), &text);
                    let mapping = program.write(&format!("{name}.toml"), MAPPING);
                    program.run(&["import", &leads, "--mapping", &mapping]).must_be_done();
                }
            });
            for turn in 0..3 {
                program.run(&["backup", &format!("b{turn}")]).must_be_done();
            }
            is_done.store(true, Ordering::Relaxed);
        });
        program.run(&["backup", "last"]).must_be_done();
        let expected = stages(program);
        for name in ["b0", "b1", "b2", "last"] {
            let world = world(Dialect::Postgres, &[]);
            let restored = match (program.database(), &world.location) {
                (Some(_), Location::Postgres(address)) => Program::on(&emptied(address)),
                _ => Program::new(),
            };
            let backup = program.file(name);
            let backup = backup.to_str().unwrap();
            let ran = restored.run(&["restore", backup, "--json"]).must_be_done();
            assert!(ran.json()["people"].as_u64().unwrap() >= 300, "{ran:?}");
            restored.run(&["verify"]).must_be_done();
            if name == "last" {
                assert_eq!(stages(&restored), expected);
            }
            let again = restored.run(&["restore", backup, "--json"]);
            assert_eq!(
                (again.code, &again.json()["error"]["code"]),
                (1, &Value::from("not_empty"))
            );
        }
    });
}

/// A database without tables: the harness makes its own with the platform's.
fn emptied(address: &str) -> String {
    let mut client = postgres::Client::connect(address, postgres::NoTls).unwrap();
    client.batch_execute("drop schema public cascade; create schema public").unwrap();
    address.to_owned()
}

#[test]
fn what_is_no_backup_is_refused_in_words() {
    let program = Program::new();
    program.begin();
    program.run(&["backup", "b.db"]).must_be_done();
    let text = program.write("text.txt", "hello");
    let whole = std::fs::read(program.file("b.db")).unwrap();
    let half = program.file("half.db");
    std::fs::write(&half, &whole[..whole.len() / 2]).unwrap();
    let world = world(Dialect::Postgres, &[]);
    let Location::Postgres(address) = &world.location else { panic!("{}", world.location) };
    let server = Program::on(&emptied(address));
    let empty = Program::new();
    let backup = program.file("b.db");
    for (on, file, code) in [
        (&empty, "none.db", "no_backup"),
        (&empty, &*text, "no_backup"),
        (&empty, half.to_str().unwrap(), "broken"),
        (&server, backup.to_str().unwrap(), "other_backup"),
        (&program, backup.to_str().unwrap(), "not_empty"),
    ] {
        let ran = on.run(&["restore", file, "--json"]);
        assert_eq!((ran.code, &ran.json()["error"]["code"]), (1, &Value::from(code)), "{ran:?}");
    }
    assert!(!empty.workspace().join("sluice.db").exists());
}

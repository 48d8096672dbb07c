//! Commands: what they print where, and with which code they end.

use platform::{Db, Location, Migrations, Slice};
use serde_json::{Value, json};

use crate::program::Program;

const OWNER: [&str; 7] =
    ["user", "create", "--email", "mara@north.example", "--role", "owner", "--password-stdin"];

#[test]
fn a_user_is_made_once() {
    Program::on_both(|program| {
        let ran = program.run_with(&OWNER, "correct horse\n").must_be_done();
        assert_eq!(
            (ran.out.as_str(), ran.err.as_str()),
            ("mara@north.example can sign in as owner.\n", "")
        );
        let ran = program.run_with(&OWNER, "correct horse\n");
        assert_eq!((ran.code, ran.out.as_str()), (1, ""));
        assert_eq!(ran.err, "sluice: Somebody signs in with mara@north.example already.\n");
    });
}

#[test]
fn with_json_a_program_finds_what_came_of_it_on_standard_output() {
    let program = Program::new();
    let mut args = OWNER.to_vec();
    args.push("--json");
    let ran = program.run_with(&args, "short");
    assert_eq!(ran.code, 1);
    let error = &ran.json()["error"];
    assert_eq!(error["code"], "invalid");
    assert_eq!(error["fields"][0]["name"], "password");
    assert_eq!(ran.err, "sluice: password: is too short: take 8 characters or more\n");

    let ran = program.run_with(&args, "correct horse").must_be_done();
    assert_eq!(
        ran.json(),
        json!({ "email": "mara@north.example", "name": "mara", "role": "owner" })
    );
    assert_eq!(ran.err, "");
}

#[test]
fn what_is_not_understood_ends_with_2() {
    let program = Program::new();
    let without_password = &OWNER[..6];
    for args in [&["frobnicate"][..], &[], &["serve", "--log", "xml"], without_password] {
        let ran = program.run(args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}");
        assert!(ran.err.contains("Usage") || ran.err.contains("--help"), "{args:?}: {}", ran.err);
    }
}

#[test]
fn an_unknown_role_is_refused_with_those_that_there_are() {
    let program = Program::new();
    let args = ["user", "create", "--email", "a@b.example", "--role", "boss", "--password-stdin"];
    let ran = program.run_with(&args, "correct horse\n");
    assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{ran:?}");
    assert!(ran.err.contains("there are owner, admin, manager"), "{}", ran.err);
}

#[test]
fn a_wrong_folder_is_said_and_not_made() {
    let program = Program::new();
    for args in [&["backup", "b.db"][..], &["migrate"]] {
        let ran = program.run(args);
        assert_eq!(ran.code, 1);
        assert!(ran.err.contains("There is no workspace in workspace."), "{}", ran.err);
    }
    let ran = program.run(&["doctor", "--json"]);
    assert_eq!((ran.code, &ran.json()["well"]), (3, &Value::Bool(false)));
    assert!(!program.workspace().exists());

    program.write("workspace", "a file where the folder should be");
    let ran = program.run_with(&OWNER, "correct horse\n");
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("cannot be written") && ran.err.contains("--data"), "{}", ran.err);
}

#[test]
fn the_configuration_is_read_and_its_mistakes_are_named() {
    let program = Program::new();
    let file = program.write("my.toml", "[http]\nlissen = \"x\"\n");
    let ran = program.run(&["--config", &file, "doctor"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("http.lissen is not known"), "{}", ran.err);

    let mut command = program.command(&["doctor"]);
    let output = command.env("SLUICE_LISTEN", "x").output().unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains("SLUICE_HTTP_LISTEN"));

    let defaults = program.run(&["serve", "--defaults"]).must_be_done().out;
    let file = program.write("defaults.toml", &defaults);
    program.begin();
    program.run(&["--config", &file, "doctor"]).must_be_done();
}

#[test]
fn nothing_is_coloured_where_nobody_looks() {
    let program = Program::new();
    program.begin();
    for args in
        [&["doctor"][..], &["migrate"], &["serve", "--log", "xml"], &["backup", "/nowhere/b"]]
    {
        let ran = program.run(args);
        assert!(!format!("{}{}", ran.out, ran.err).contains('\x1b'), "{ran:?}");
    }
}

#[test]
fn every_pack_classifies_the_people_as_expected() {
    let program = Program::new();
    let people = program.write("people.json", funnel::packs::PEOPLE);
    let expected: Value = serde_json::from_str(funnel::packs::EXPECTED).unwrap();
    let as_of = expected["as_of"].as_str().unwrap();
    for (name, text) in funnel::packs::ALL {
        let file = program.write(&format!("{name}.toml"), text);
        let args = ["definition", "try", &file, "--people", &people, "--as-of", as_of, "--json"];
        let ran = program.run(&args).must_be_done();
        assert_eq!(ran.json(), expected["packs"][*name], "{name}");
        assert_eq!(ran.err, "");
        let ran = program.run(&["definition", "check", &file]).must_be_done();
        assert!(ran.out.contains("examples hold"), "{name}: {}", ran.out);
    }
    assert!(!program.workspace().exists(), "this needs no workspace");
}

#[test]
fn mistakes_of_a_definition_are_named_with_their_place() {
    let program = Program::new();
    let file =
        program.write("bad.toml", "name = \"Bad\"\n[stages.lead]\nenter = 'know(person.email)'\n");
    let ran = program.run(&["definition", "check", &file]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("bad.toml:3:") && ran.err.contains("known"), "{}", ran.err);

    let failing = "name = \"Odd\"\n[stages.lead]\nenter = 'known(person.email)'\n[examples]\n\
                   \"nobody is a lead\" = { expect = \"lead\" }\n";
    let file = program.write("odd.toml", failing);
    let ran = program.run(&["definition", "check", &file, "--json"]);
    assert_eq!(ran.code, 3);
    assert_eq!(ran.json()["examples"][0]["holds"], Value::Bool(false));
}

#[test]
fn names_that_are_not_known_are_doubted_with_their_place() {
    let program = Program::new();
    let text = "name = \"Doubtful\"\n[stages.lead]\nenter = 'did(\"email.replyed\") || company.employes > 9'\n";
    let file = program.write("doubtful.toml", text);
    let ran = program.run(&["definition", "check", &file]).must_be_done();
    let employees = "doubtful.toml:3:34: nothing here is called company.employes; did you mean company.employees?";
    assert!(ran.out.contains(employees), "{}", ran.out);
    assert!(!program.workspace().exists(), "this needs no workspace");
    program.begin();
    let adopted = program.run(&["definition", "adopt", &file, "--json"]).must_be_done().json();
    let proposed = program.run(&["definition", "propose", &file, "--json"]).must_be_done().json();
    for doubts in [&adopted["doubts"], &proposed["doubts"]] {
        let nearest = ["\"email.replied\"", "company.employees"];
        assert_eq!([&doubts[0]["nearest"], &doubts[1]["nearest"]], nearest);
    }
}

const KNOWN: [fn() -> Slice; 6] =
    [team::slice, journal::slice, people::slice, notes::slice, funnels::slice, away::slice];

/// The tables of every slice, and one that only a newer program knows.
fn with_a_later_step() -> Vec<Migrations> {
    let later =
        Migrations { slice: "later", files: &[("0001_later", "create table later (id bigint)")] };
    let mut known = KNOWN.map(|slice| slice().migrations).to_vec();
    known.push(later);
    known
}

#[test]
fn an_older_database_is_brought_up_to_date_and_a_newer_one_refused() {
    Program::on_both(|program| {
        let location = match program.database() {
            Some(address) => Location::Postgres(address.to_owned()),
            None => Location::Folder(program.workspace()),
        };
        drop(Db::open(&location, &[]).unwrap());
        let ran = program.run(&["migrate", "--check", "--json"]);
        assert_eq!((ran.code, &ran.json()["up_to_date"]), (3, &Value::Bool(false)));
        assert!(program.run(&["doctor"]).out.contains("sluice migrate"));
        let ran = program.run(&["migrate", "--json"]).must_be_done();
        assert_eq!(ran.json()["up_to_date"], Value::Bool(true));
        assert!(
            ran.json()["steps"]
                .as_array()
                .unwrap()
                .contains(&json!({ "step": "team/0001_team", "state": "done now" }))
        );
        program.run(&["migrate", "--check"]).must_be_done();

        drop(Db::open(&location, &with_a_later_step()).unwrap());
        for command in ["migrate", "doctor", "serve"] {
            let ran = program.run(&[command]);
            assert_ne!(ran.code, 0, "{command}");
            let said = format!("{}{}", ran.out, ran.err);
            assert!(
                said.contains("written by a newer Sluice: it has migration later/0001_later"),
                "{said}"
            );
        }
    });
}

#[test]
fn a_backup_is_whole_and_overwrites_nothing() {
    let program = Program::new();
    program.begin();
    let serving = program.serve(&[]);
    let ran = program.run(&["backup", "b.db", "--json"]).must_be_done();
    assert_eq!(ran.json()["file"], "b.db");
    assert_eq!(ran.json()["bytes"], std::fs::metadata(program.file("b.db")).unwrap().len());
    let ran = program.run(&["backup", "b.db"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("exists already"), "{}", ran.err);
    drop(serving);

    assert!(program.run(&["doctor"]).must_be_done().out.contains("The last is of"));
    let restored = Program::new();
    std::fs::create_dir(restored.workspace()).unwrap();
    std::fs::copy(program.file("b.db"), restored.workspace().join("sluice.db")).unwrap();
    restored.run(&["doctor"]).must_be_done();
    assert_eq!(restored.run_with(&OWNER, "correct horse\n").code, 1, "the owner is in it");
}

#[test]
fn a_damaged_database_is_ill() {
    let program = Program::new();
    program.begin();
    let file = program.workspace().join("sluice.db");
    let mut bytes = std::fs::read(&file).unwrap();
    let end = bytes.len();
    bytes[end / 2..].fill(0xff);
    std::fs::write(&file, bytes).unwrap();
    let ran = program.run(&["doctor"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.out.contains("ILL") && ran.out.contains("backup"), "{}", ran.out);
}

//! A workspace at the command line: files in, standings with receipts out.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::program::Program;

const LEADS: &str = "mql_id,email,contacted,origin\n\
    a1,ann@north.example,2026-01-05,social\n\
    b2,ben@south.example,2026-01-06,\n\
    c3,=cmd()@x,2026-13-45,social\n\
    d4,dan@west.example,2026-01-08,paid\n";
const LEADS_MAPPING: &str = r#"
[key]
mql_id = "mql_id"
email = "email"
[facts]
"person.custom.origin" = "origin"
[[activities]]
kind = "form.submitted"
at = { column = "contacted", format = "%Y-%m-%d" }
recorded = "occurred"
"#;
const DEALS: &str = "mql_id;won\na1;2026-02-01\n";
const DEALS_MAPPING: &str = r#"
[key]
mql_id = "mql_id"
[[activities]]
kind = "deal.won"
at = { column = "won", format = "%Y-%m-%d" }
recorded = "occurred"
"#;
const DEFINITION: &str = r#"
name = "Ours"
[stages.lead]
enter = 'did("form.submitted")'
[stages.customer]
enter = 'did("deal.won")'
[examples]
"a form makes a lead" = { did = ["form.submitted"], expect = "lead" }
"#;

/// A workspace with the files in it and the definition in force.
fn filled(program: &Program) {
    let leads = program.write("leads.csv", LEADS);
    let leads_mapping = program.write("leads.toml", LEADS_MAPPING);
    let deals = program.write("deals.csv", DEALS);
    let deals_mapping = program.write("deals.toml", DEALS_MAPPING);
    let definition = program.write("ours.toml", DEFINITION);
    let ran =
        program.run(&["import", &leads, "--mapping", &leads_mapping, "--json"]).must_be_done();
    assert_eq!(ran.out, "{\"in\":4,\"created\":3,\"updated\":0,\"unchanged\":0,\"rejected\":1}\n");
    let ran =
        program.run(&["import", &deals, "--mapping", &deals_mapping, "--json"]).must_be_done();
    assert_eq!(
        ran.json(),
        json!({ "in": 1, "created": 0, "updated": 1, "unchanged": 0, "rejected": 0 })
    );
    let ran = program.run(&["definition", "adopt", &definition, "--json"]).must_be_done();
    assert_eq!((&ran.json()["is_new"], &ran.json()["people"]), (&Value::Bool(true), &json!(3)));
}

#[test]
fn files_become_a_funnel() {
    Program::on_both(|program| {
        filled(program);
        let ran = program.run(&["funnel", "--json"]).must_be_done();
        let expected = "{\"stages\":{\"lead\":2,\"prospect\":0,\"opportunity\":0,\"customer\":1,\
                        \"recycled\":0,\"disqualified\":0}}\n";
        assert_eq!((ran.out.as_str(), ran.err.as_str()), (expected, ""));
        let ran = program.run(&["verify", "--json"]).must_be_done();
        assert_eq!((&ran.json()["people"], &ran.json()["differences"]), (&json!(3), &json!(0)));

        let again = program.run(&["definition", "adopt", "ours.toml"]).must_be_done();
        assert!(again.out.contains("in force already"), "{}", again.out);
        let again = program
            .run(&["import", "leads.csv", "--mapping", "leads.toml", "--json"])
            .must_be_done();
        assert_eq!(
            again.json(),
            json!({ "in": 4, "created": 0, "updated": 0, "unchanged": 3, "rejected": 1 })
        );
    });
}

#[test]
fn a_rejected_row_is_kept_with_its_reason_and_runs_no_formula() {
    let program = Program::new();
    filled(&program);
    let file = std::fs::read_to_string(program.workspace().join("rejected-leads.csv")).unwrap();
    let lines: Vec<&str> = file.lines().collect();
    assert_eq!(lines[0], "row,line,reason,as it stood");
    assert!(lines[1].starts_with("3,4,"), "{file}");
    assert!(file.contains("2026-13-45"), "{file}");
    let own = program.file("own.csv");
    let args = [
        "import",
        "leads.csv",
        "--mapping",
        "leads.toml",
        "--rejected",
        own.to_str().unwrap(),
        "--json",
    ];
    let ran = program.run(&args).must_be_done();
    assert!(ran.err.contains("own.csv") && own.exists(), "{}", ran.err);
}

#[test]
fn a_dry_run_tells_and_changes_nothing() {
    let program = Program::new();
    let leads = program.write("leads.csv", LEADS);
    let mapping = program.write("leads.toml", LEADS_MAPPING);
    let ran = program
        .run(&["import", &leads, "--mapping", &mapping, "--dry-run", "--json"])
        .must_be_done();
    assert_eq!(ran.json()["counts"]["created"], 3);
    assert_eq!(ran.json()["rejections"][0]["line"], 4);
    assert_eq!(program.run(&["funnel", "--json"]).must_be_done().json()["stages"]["lead"], 0);
    assert_eq!(std::fs::read_dir(program.workspace().join("files")).unwrap().count(), 0);
}

#[test]
fn what_is_wrong_with_an_import_is_said_before_anything_is_made() {
    let program = Program::new();
    let leads = program.write("leads.csv", LEADS);
    let mapping = program.write("bad.toml", "[key]\nemial = 7\n");
    for (file, mapping, expected) in [
        (leads.as_str(), mapping.as_str(), "mapping"),
        (&leads, "none.toml", "none.toml cannot be read"),
        ("none.csv", &program.write("good.toml", LEADS_MAPPING), "There is no file none.csv"),
    ] {
        let ran = program.run(&["import", file, "--mapping", mapping]);
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(ran.err.contains(expected), "{}", ran.err);
        assert!(!program.workspace().exists());
    }
}

#[test]
fn a_condition_is_asked_of_everybody() {
    Program::on_both(|program| {
        filled(program);
        let ask = |condition: &str, more: &[&str]| {
            program.run(&[&["people", "--where", condition, "--json"], more].concat())
        };
        let all = ask(r#"did("form.submitted") || did("deal.won")"#, &[]).must_be_done().json();
        assert_eq!((&all["count"], &all["next"]), (&json!(3), &Value::Null));
        let bought = r#"did("deal.won", days(9000)) && stage == "customer""#;
        let bought = ask(bought, &[]).must_be_done().json();
        assert_eq!(bought["count"], 1);
        assert_eq!(bought["people"][0]["stage"], "customer");

        let first = ask("known(person.email)", &["--limit", "2"]).must_be_done().json();
        let next = first["next"].as_str().unwrap();
        let rest = ask("known(person.email)", &["--limit", "2", "--after", next]);
        let rest = rest.must_be_done().json();
        assert_eq!((first["people"].as_array().unwrap().len(), &rest["count"]), (2, &json!(3)));
        assert_eq!(rest["people"].as_array().unwrap().len(), 1);
        assert!(!first["people"].as_array().unwrap().contains(&rest["people"][0]));

        for (condition, words) in [
            ("person.email ==", "line 1, column"),
            (r#"criterion.budgt"#, "criterion"),
            (r#"person.email.matches("a+")"#, "matches() cannot be asked of everybody"),
        ] {
            let ran = ask(condition, &[]);
            assert!(ran.code == 1 && ran.err.contains(words), "{condition}: {}", ran.err);
        }
    });
}

#[test]
fn anybody_can_be_looked_at_and_explained() {
    Program::on_both(|program| {
        filled(program);
        let list = program.run(&["people", "--sort", "name", "--json"]).must_be_done().json();
        let names: Vec<&str> = list["people"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["email"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["ann@north.example", "ben@south.example", "dan@west.example"]);
        assert_eq!(list["stages"]["customer"], 1);

        let first = program
            .run(&["people", "--sort", "name", "--limit", "2", "--json"])
            .must_be_done()
            .json();
        let next = first["next"].as_str().unwrap();
        let args = ["people", "--sort", "name", "--limit", "2", "--after", next, "--json"];
        let second = program.run(&args).must_be_done().json();
        assert_eq!(second["people"].as_array().unwrap().len(), 1);
        assert_eq!((&second["people"][0], &second["next"]), (&list["people"][2], &Value::Null));

        let customers =
            program.run(&["people", "--stage", "customer", "--json"]).must_be_done().json();
        let id = customers["people"][0]["id"].as_str().unwrap();
        for who in [id, "ANN@north.example", "mql_id:a1", "a1"] {
            let why = program.run(&["why", who, "--json"]).must_be_done().json();
            assert_eq!(why["stage"], "customer", "{who}");
            assert_eq!(why["moves"][0]["because"][0]["condition"], "did(\"deal.won\")");
            let person = program.run(&["person", who, "--json"]).must_be_done().json();
            assert_eq!(
                (&person["id"], &person["standing"]["stage"]),
                (&json!(id), &json!("customer"))
            );
            let did: Vec<&Value> =
                person["history"].as_array().unwrap().iter().map(|e| &e["did"]).collect();
            assert!(did.contains(&&json!("form.submitted")) && did.contains(&&json!("deal.won")));
        }
        let told = program.run(&["why", "a1"]).must_be_done().out;
        assert!(
            told.contains("bought: a deal was won") && told.contains("deal.won, 2026-02-01"),
            "{told}"
        );
        assert!(program.run(&["person", "a1"]).must_be_done().out.contains("person.custom.origin"));

        let nobody = program.run(&["why", "nobody@x.example", "--json"]);
        assert_eq!((nobody.code, &nobody.json()["error"]["code"]), (1, &json!("missing")));
    });
}

#[test]
fn a_later_definition_holds_from_its_moment() {
    let program = Program::new();
    filled(&program);
    let later = program.write("later.toml", &DEFINITION.replace("\"Ours\"", "\"Later\""));
    let wrong = program.run(&["definition", "adopt", &later, "--from", "yesterday"]);
    assert_eq!(wrong.code, 2);
    let moment = "2026-03-01T00:00:00Z";
    let ran =
        program.run(&["definition", "adopt", &later, "--from", moment, "--json"]).must_be_done();
    assert_eq!((&ran.json()["version"], &ran.json()["from"]), (&json!(3), &json!(moment)));
    program.run(&["verify"]).must_be_done();

    let failing = DEFINITION.replace("expect = \"lead\"", "expect = \"prospect\"");
    let failing = program.write("failing.toml", &failing);
    let ran = program.run(&["definition", "adopt", &failing]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("a form makes a lead"), "{}", ran.err);
}

#[test]
fn an_import_killed_halfway_ends_with_the_same_numbers() {
    const ROWS: usize = 20_000;
    Program::on_both(|program| {
        let mut text = String::from("mql_id,email,contacted,origin\n");
        for row in 0..ROWS {
            text.push_str(&format!("id{row},person{row}@north.example,2026-01-05,social\n"));
        }
        let leads = program.write("leads.csv", &text);
        let mapping = program.write("leads.toml", LEADS_MAPPING);
        let args = ["import", leads.as_str(), "--mapping", &mapping, "--json"];
        let mut child =
            program.command(&args).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        // The first words of its progress: some rows are done, and most are not.
        let said = lines.next().unwrap().unwrap();
        assert!(said.starts_with("importing: "), "{said}");
        child.kill().unwrap();
        child.wait().unwrap();

        let ran = program.run(&args).must_be_done();
        assert!(ran.err.contains("going on where it was"), "{}", ran.err);
        assert_eq!(
            ran.json(),
            json!({ "in": ROWS, "created": ROWS, "updated": 0, "unchanged": 0, "rejected": 0 })
        );
        program.run(&["verify"]).must_be_done();
        program.run(&["doctor"]).must_be_done();
    });
}

#[test]
fn an_adoption_killed_halfway_is_completed_by_whoever_comes_next() {
    let definition = "name = \"Everybody\"\n[stages.lead]\nenter = 'known(person.email) || known(person.phone)'\n";
    Program::on_both(|program| {
        program.run(&["demo", "--people", "10000"]).must_be_done();
        let file = program.write("everybody.toml", definition);
        let args = ["definition", "adopt", file.as_str(), "--from", "start"];
        let mut child =
            program.command(&args).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let said = lines.next().unwrap().unwrap();
        assert!(said.starts_with("standing: "), "{said}");
        child.kill().unwrap();
        child.wait().unwrap();
        // Most still stand as before: that is no difference between live and replay, but half of a job.
        let ran = program.run(&["verify", "--json"]);
        assert_eq!((ran.code, &ran.json()["error"]["code"]), (1, &json!("being_stood_anew")));
        let words = ran.json()["error"]["words"].as_str().unwrap_or_default().to_owned();
        assert!(
            words.contains("standing everybody anew") && words.contains("Verify after it"),
            "{words}"
        );

        let served = program.serve(&[]);
        let stands = |program: &Program| {
            let stages = program.run(&["funnel", "--json"]).must_be_done().json()["stages"].clone();
            let stages = stages.as_object().unwrap();
            stages.values().map(|count| count.as_u64().unwrap()).sum::<u64>()
                - stages["lead"].as_u64().unwrap()
        };
        let patience = std::time::Instant::now() + std::time::Duration::from_secs(120);
        // Everybody has had their turn a moment before the job has ended.
        while (stands(program) > 0 || program.run(&["verify"]).code == 1)
            && std::time::Instant::now() < patience
        {
            std::thread::sleep(std::time::Duration::from_millis(200));
        }
        drop(served);
        program.run(&["verify"]).must_be_done();
    });
}

#[test]
fn an_import_beside_a_server_is_done_once() {
    let program = Program::new();
    let _served = program.serve(&[]);
    filled(&program);
    program.run(&["verify"]).must_be_done();
}

#[test]
fn a_demo_tells_the_same_story_twice_and_only_into_an_empty_workspace() {
    let funnels = [Program::new(), Program::new()].map(|program| {
        let ran = program.run(&["demo", "--people", "60", "--json"]).must_be_done();
        assert_eq!(ran.json()["people"], 60);
        let refused = program.run(&["demo", "--people", "60"]);
        assert_eq!(refused.code, 1);
        program.run(&["verify"]).must_be_done();
        let stages = program.run(&["funnel", "--json"]).must_be_done().json()["stages"].clone();
        let count: u64 =
            stages.as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
        assert_eq!(count, 60);
        program.run(&["people", "--json"]).must_be_done().json()["people"][0]["name"].clone()
    });
    assert_eq!(funnels[0], funnels[1]);
}

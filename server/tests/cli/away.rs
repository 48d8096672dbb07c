//! Out and away: what leaves the program, and that it is whole.

use serde_json::{Value, json};

use crate::program::Program;

const LEADS: &str =
    "email,name,plan\nann@north.example,Ann North,pro\nbo@east.example,=Bo(),basic\n";
const MAPPING: &str = r#"
name = "Leads"
[key]
email = "email"
[facts]
"person.name" = { column = "name" }
"person.custom.plan" = { column = "plan" }
"#;

/// A workspace with an owner and two people.
fn begun(program: &Program) {
    program.begin();
    let (leads, mapping) =
        (program.write("leads.csv", LEADS), program.write("leads.toml", MAPPING));
    program.run(&["import", &leads, "--mapping", &mapping]).must_be_done();
}

fn token(program: &Program) -> String {
    let args = ["token", "create", "--user", "mara@north.example", "--name", "test", "--json"];
    program.run(&args).must_be_done().json()["token"].as_str().unwrap().to_owned()
}

#[test]
fn a_list_is_a_file_through_every_mouth() {
    Program::on_both(|program| {
        begun(program);
        let args = ["export", "people.csv", "--fact", "person.custom.plan", "--json"];
        let ran = program.run(&args).must_be_done();
        assert_eq!(ran.json(), json!({ "file": "people.csv", "people": 2 }));
        let csv = std::fs::read_to_string(program.file("people.csv")).unwrap();
        assert_eq!(csv.lines().count(), 3, "{csv}");
        assert!(csv.contains(",ann@north.example,") && csv.contains(",\"'=Bo()\","), "{csv}");
        assert!(csv.contains(",pro\n"), "{csv}");
        let again = program.run(&args);
        assert_eq!((again.code, &again.json()["error"]["code"]), (1, &json!("file_exists")));

        let wanted =
            ["export", "-", "--format", "jsonl", "--where", "person.custom.plan == \"pro\""];
        let ran = program.run(&wanted).must_be_done();
        let lines: Vec<Value> =
            ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!((lines.len(), &lines[0]["email"]), (2, &json!("ann@north.example")));
        assert_eq!(lines[1], json!({ "end": { "people": 1 } }));

        let bearer = format!("Bearer {}", token(program));
        let served = program.serve(&[]);
        let answer = served.ask(
            "GET",
            "/api/v1/people/export?search=ann&format=jsonl",
            &[("authorization", &bearer)],
            "",
        );
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.headers["sluice-count"], "1");
        assert!(answer.body.contains("{\"end\":{\"people\":1}}"), "{}", answer.body);
        let name = &answer.headers["content-disposition"];
        assert!(name.starts_with("attachment; filename=\"people-20") && name.ends_with(".jsonl\""));
        let odd = [("authorization", bearer.as_str())];
        let answer = served.ask("GET", "/api/v1/people/export?format=xls", &odd, "");
        assert_eq!(answer.status, 422, "{}", answer.body);
        assert_eq!(served.get("/people/export").status, 401);
    });
}

#[test]
fn who_is_erased_is_told_all_before_and_comes_back_only_on_purpose() {
    Program::on_both(|program| {
        begun(program);
        program.run(&["gdpr", "export", "ann@north.example", "ann.json"]).must_be_done();
        let told: Value =
            serde_json::from_str(&std::fs::read_to_string(program.file("ann.json")).unwrap())
                .unwrap();
        assert_eq!(told["person"]["keys"]["email"], json!(["ann@north.example"]), "{told}");
        let history = told["tables"]["activity"].as_array().unwrap();
        assert!(
            history.iter().any(|row| row["properties"]["facts"]["person.custom.plan"] == "pro")
        );
        program.run(&["gdpr", "export", "ann@north.example", "ann.txt"]).must_be_done();
        let outline = std::fs::read_to_string(program.file("ann.txt")).unwrap();
        assert!(outline.contains("person.custom.plan: pro\n"), "{outline}");

        let whole = program.run(&["gdpr", "export", "ann@north.example", "ann.zip", "--json"]);
        let whole = whole.must_be_done().json();
        assert_eq!((&whole["files"], &whole["holds_files"]), (&json!(0), &json!(true)), "{whole}");
        let zip = std::fs::read(program.file("ann.zip")).unwrap();
        assert!(zip.starts_with(b"PK\x03\x04"), "a ZIP file");

        let before = program.run(&["funnel", "--json"]).must_be_done().json();
        assert_eq!(program.run(&["gdpr", "erase", "ann@north.example"]).code, 2);
        let erased = program.run(&["gdpr", "erase", "ann@north.example", "--yes", "--json"]);
        let erased = erased.must_be_done().json();
        assert!(erased["keys"] == 1 && erased["rows"].as_u64().unwrap() >= 4, "{erased}");
        assert_eq!(program.run(&["person", "ann@north.example"]).code, 1);
        let after = program.run(&["funnel", "--json"]).must_be_done().json();
        assert_eq!(before["flow"], after["flow"], "what they counted for stays counted");
        program.run(&["verify"]).must_be_done();

        let (leads, mapping) = (program.file("leads.csv"), program.file("leads.toml"));
        let mut args = vec![
            "import",
            leads.to_str().unwrap(),
            "--mapping",
            mapping.to_str().unwrap(),
            "--json",
        ];
        let counts = program.run(&args).must_be_done().json();
        assert_eq!((&counts["rejected"], &counts["unchanged"]), (&json!(1), &json!(1)), "{counts}");
        let rejected = std::fs::read_to_string(program.workspace().join("rejected-leads.csv"));
        let rejected = rejected.unwrap();
        assert!(rejected.contains("was erased on") && !rejected.contains("north"), "{rejected}");
        args.push("--bring-back");
        let counts = program.run(&args).must_be_done().json();
        assert_eq!((&counts["rejected"], &counts["created"]), (&json!(0), &json!(1)), "{counts}");
        args.pop();
        let counts = program.run(&args).must_be_done().json();
        assert_eq!(counts["unchanged"], 2, "{counts}");
        program.run(&["verify"]).must_be_done();
        assert!(
            !program.workspace().join("files").read_dir().unwrap().any(|_| true),
            "no copy stays"
        );
    });
}

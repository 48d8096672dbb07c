//! What sales and marketing decide by hand, at the command line.

use serde_json::json;

use crate::program::Program;

const LEADS: &str = "mql_id,email,contacted\n\
    a1,ann@north.example,2026-01-05\n\
    b2,ben@south.example,2026-01-06\n\
    d4,dan@west.example,2026-01-08\n";
const MAPPING: &str = r#"
[key]
mql_id = "mql_id"
email = "email"
[[activities]]
kind = "form.submitted"
at = { column = "contacted", format = "%Y-%m-%d" }
recorded = "occurred"
"#;
const DEFINITION: &str = r#"
name = "Ours"
[stages.lead]
enter = 'did("form.submitted")'
sla   = { accept = "4h" }
[exits.disqualified]
reasons = ["a student"]
"#;

fn filled(program: &Program) {
    program.begin();
    let definition = program.write("ours.toml", DEFINITION);
    program.run(&["definition", "adopt", &definition]).must_be_done();
    let (leads, mapping) = (program.write("l.csv", LEADS), program.write("l.toml", MAPPING));
    program.run(&["import", &leads, "--mapping", &mapping]).must_be_done();
}

#[test]
fn sales_answers_and_the_answers_add_up() {
    Program::on_both(|program| {
        filled(program);
        let found = program.run(&["handoffs", "--json"]).must_be_done().json();
        assert_eq!((&found["waits"], &found["overdue"]), (&json!(3), &json!(3)));
        let ran = program.run(&["handoff", "mql_id:b2", "rejected"]);
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(ran.err.contains("Say why"), "{}", ran.err);
        program.run(&["handoff", "mql_id:b2", "rejected", "--reason", "A student"]).must_be_done();
        program.run(&["handoff", "ann@north.example", "accepted"]).must_be_done();
        let found = program.run(&["handoffs", "--json"]).must_be_done().json();
        let total = &found["total"];
        assert_eq!((&total["handed_over"], &total["late"]), (&json!(3), &json!(2)));
        assert_eq!(found["sources"][0]["reasons"], json!([{ "reason": "A student", "count": 1 }]));
        assert_eq!(found["versions"][0]["name"], "Ours");
        let ran = program.run(&["handoffs", "--since", "2026-02-01"]).must_be_done();
        assert!(ran.out.contains("0 handed over = 0 accepted"), "{}", ran.out);
        assert!(ran.out.contains("Waiting: 1"), "{}", ran.out);
        let verified = program.run(&["verify", "--json"]).must_be_done().json();
        assert_eq!(verified["differences"], 0);
    });
}

#[test]
fn whoever_is_recycled_waits_for_what_was_said() {
    let program = Program::new();
    filled(&program);
    let recycle = ["move", "mql_id:a1", "recycled", "--reason", "No budget"];
    let with = |more: &[&str]| program.run(&[&recycle[..], more].concat());
    let ran = with(&["--wake-on", "soon"]);
    assert!(ran.code == 1 && ran.err.contains("write it like 2027-03-01"), "{ran:?}");
    let ran = with(&["--wake-when", "criterion.money"]);
    assert!(ran.code == 1 && ran.err.contains("They cannot wake by that"), "{ran:?}");
    let when = "did( \"email.replied\",dwell() )";
    let said =
        ["--wake-on", "2126-03-01", "--wake-when", when, "--promise", "A call", "--every-lens"];
    with(&said).must_be_done();
    let found = program.run(&["why", "mql_id:a1", "--json"]).must_be_done().json();
    let by_hand = &found["moves"][0]["by_hand"];
    assert_eq!(by_hand["wake_when"], "did(\"email.replied\", dwell())");
    assert_eq!((&by_hand["promise"], &by_hand["lens"]), (&json!("A call"), &json!(null)));
    let ran = program.run(&["why", "mql_id:a1"]).must_be_done();
    assert!(ran.out.contains("counts under every lens"), "{}", ran.out);
    let ran = program.run(&["move", "mql_id:b2", "disqualified", "--reason", "rude"]);
    assert!(ran.code == 1 && ran.err.contains("knows these reasons"), "{ran:?}");
}

#[test]
fn a_move_is_disputed_and_the_dispute_settled() {
    Program::on_both(|program| {
        filled(program);
        let none = program.run(&["dispute", "raise", "mql_id:a1", "No", "--to", "customer"]);
        assert!(none.code == 1 && none.err.contains("`sluice why` lists them"), "{none:?}");
        let raised = ["dispute", "raise", "mql_id:a1", "She only asked the way", "--json"];
        let raised = program.run(&raised).must_be_done().json();
        assert_eq!(raised["to"], "lead");
        let id = raised["id"].as_str().unwrap();
        let why = |words: &str| {
            let ran = program.run(&["why", "mql_id:a1"]).must_be_done();
            assert!(ran.out.contains(words), "{}", ran.out);
        };
        why(&format!("disputed {id}: She only asked the way  the operator, "));
        let ran = program.run(&["dispute", "resolve", "dsp_0", "No"]);
        assert!(ran.code == 1 && ran.err.contains("dispute"), "{ran:?}");
        program.run(&["dispute", "resolve", id, "A form is a form"]).must_be_done();
        why("    settled: A form is a form  the operator, ");
        let again = program.run(&["dispute", "resolve", id, "Again"]);
        assert_eq!(again.code, 1, "it is settled once");
        // At the moment that `why` says, too.
        let at = raised["at"].as_str().unwrap();
        program.run(&["dispute", "raise", "mql_id:a1", "Still", "--at", at]).must_be_done();
        why("Still");
    });
}

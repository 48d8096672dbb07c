//! Notes at the command line: for whom they are, and back within a day.

use serde_json::json;

use crate::program::Program;

const WHO: &str = "ann@north.example";

fn filled(program: &Program) {
    program.begin();
    let leads = program.write("l.csv", "email\nann@north.example\n");
    let mapping = program.write("l.toml", "[key]\nemail = \"email\"\n");
    program.run(&["import", &leads, "--mapping", &mapping]).must_be_done();
}

#[test]
fn a_note_is_for_everybody_for_a_team_or_private() {
    let program = Program::new();
    filled(&program);
    let mara = |args: &[&str]| program.run(&[&["--as", "mara@north.example"], args].concat());
    for (how, audience) in [("--team", "team"), ("--private", "me")] {
        let told =
            mara(&["note", "add", WHO, "Asks for Ben.", how, "--json"]).must_be_done().json();
        assert_eq!(told["audience"], audience);
        let ran = program.run(&["note", "add", WHO, "Mine", how]);
        assert!(ran.code == 1 && ran.err.contains("operator"), "{}", ran.err);
    }
    program.run(&["note", "add", WHO, "Signs after the board met."]).must_be_done();
    let listed = mara(&["note", "list", WHO]).must_be_done();
    for words in [", for a team", ", private", "after the board"] {
        assert!(listed.out.contains(words), "{words}: {}", listed.out);
    }
    let others = program.run(&["note", "list", WHO, "--json"]).must_be_done().json();
    assert_eq!(others["notes"].as_array().unwrap().len(), 1, "the operator reads what all read");
    let both = program.run(&["note", "add", WHO, "x", "--team", "--private"]);
    assert_eq!(both.code, 2, "{}", both.err);
}

#[test]
fn a_removed_note_is_brought_back() {
    let program = Program::new();
    filled(&program);
    let told = program.run(&["note", "add", WHO, "Keep me.", "--json"]).must_be_done().json();
    let id = told["id"].as_str().unwrap();
    program.run(&["note", "remove", id]).must_be_done();
    let none = json!({ "notes": [] });
    assert_eq!(program.run(&["note", "list", WHO, "--json"]).must_be_done().json(), none);
    let back = program.run(&["note", "restore", id, "--json"]).must_be_done().json();
    assert_eq!((&back["id"], &back["text"]), (&json!(id), &json!("Keep me.")));
    let listed = program.run(&["note", "list", WHO]).must_be_done();
    assert!(listed.out.contains("Keep me."), "{}", listed.out);
    let again = program.run(&["note", "restore", id]);
    assert!(again.code == 1 && again.err.contains("there is no note"), "{}", again.err);
}

//! Notes at the command line: for whom they are, and back within a day.

use serde_json::json;

use crate::api::{Caller, PEOPLE, token};
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

#[test]
fn what_one_was_told_is_marked_as_seen_one_by_one_and_until_a_moment() {
    let program = Program::new();
    filled(&program);
    let ben = ["user", "create", "--email", "ben@north.example", "--role", "member"];
    program
        .run_with(&[&ben[..], &["--password-stdin"]].concat(), "battery staple\n")
        .must_be_done();
    let args = ["token", "create", "--user", "ben@north.example", "--name", "test", "--json"];
    let bens = program.run(&args).must_be_done().json()["token"].as_str().unwrap().to_owned();
    let served = program.serve(&[]);
    let mara = Caller { served: &served, token: token(&program, &[]) };
    let ben = Caller { served: &served, token: bens };
    for text in ["@ben calls on Monday.", "@ben, and on Friday."] {
        let (status, told) = mara.tell(&format!("{PEOPLE}/{WHO}/notes"), &json!({ "text": text }));
        assert_eq!(status, 201, "{told}");
    }

    let told = |caller: &Caller<'_>| {
        let page = caller.get("/api/v1/notifications");
        page["notifications"].as_array().unwrap().clone()
    };
    assert_eq!(told(&mara), Vec::<serde_json::Value>::new(), "one is not told what one did");
    let [last, first] = told(&ben).try_into().unwrap();
    assert_eq!(first["kind"], "mentioned", "{first}");
    assert_eq!((&first["by"], &first["seen_at"]), (&json!("mara"), &json!(null)));
    let way = format!("/api/v1/notifications/{}/seen", first["id"].as_str().unwrap());
    let (status, refused) = mara.tell(&way, &json!({}));
    assert_eq!(status, 404, "what another was told is not there: {refused}");
    let (status, seen) = ben.tell(&way, &json!({}));
    assert!(status == 200 && seen["seen_at"].is_string(), "{status} {seen}");
    assert_eq!(ben.tell(&way, &json!({})), (200, seen.clone()), "seen once is seen");
    assert_eq!(told(&ben), [last.clone(), seen], "the other waits still");
    let until = json!({ "until": last["at"] });
    assert_eq!(ben.tell("/api/v1/notifications/seen", &until).1, json!({ "seen": 1 }));
    assert!(told(&ben).iter().all(|one| one["seen_at"].is_string()));
}

//! The fortune teller: answers in, verdicts out, at the command line and over HTTP.

use serde_json::{Value, json};

use crate::program::Program;

const FREE_TRIAL: &str = r#"{"firm": "profile", "act": "trial", "talk": "nobody", "place": "all"}"#;
const SET_UP: &str =
    "workspace=North&zone=UTC&name=Mara&email=mara@north.example&password=correct+horse";

#[test]
fn answers_become_the_verdict_of_every_lens() {
    Program::on_both(|program| {
        program.begin();
        let ours = program.write(
            "ours.toml",
            "name = \"Ours\"\n[stages.lead]\nenter = 'did(\"trial.started\")'\n",
        );
        program.run(&["definition", "adopt", &ours, "--lens", "Sales", "--json"]).must_be_done();
        let nested = format!(r#"{{"lens": "default", "answers": {FREE_TRIAL}}}"#);
        for input in [FREE_TRIAL, &nested] {
            let ran = program.run_with(&["tell", "--json"], input).must_be_done();
            assert_eq!(
                ran.json(),
                json!({
                    "lens": "Shared", "stage": "prospect", "settled": true, "asked": 4,
                    "next": null, "implied": {},
                    "lenses": {
                        "Shared": { "stage": "prospect", "so_far": false, "change":
                            { "question": "act", "answer": "demo seen", "stage": "opportunity" } },
                        "Sales": { "stage": "lead", "so_far": false, "change": null },
                    },
                })
            );
        }
        let ran = program.run_with(&["tell", "--lens", "sales", "--json"], "").must_be_done();
        let next = &ran.json()["next"];
        assert_eq!((&next["question"], &next["answers"][4]), (&json!("act"), &json!("trial")));
        let ran = program.run_with(&["tell", "--json"], r#"{"act": "called sales"}"#);
        assert_eq!(ran.must_be_done().json()["implied"], json!({ "talk": "both" }));
        let people = program.run(&["people", "--json"]).must_be_done().json();
        assert_eq!(people["people"], json!([]), "nobody is recorded");
    });
}

#[test]
fn the_packs_are_asked_without_any_workspace() {
    let program = Program::new();
    let ran = program.run_with(&["tell", "--pack", "default"], "1\n5\nnobody\n1\n").must_be_done();
    assert!(ran.out.starts_with("prospect, settled after 4 answers\ndefault\n"), "{}", ran.out);
    let ran = program.run_with(&["tell", "--packs", "--json"], FREE_TRIAL).must_be_done();
    let json = ran.json();
    let lenses = json["lenses"].as_object().unwrap();
    assert_eq!((lenses.len(), lenses.keys().next().unwrap().as_str()), (9, "default"));
    assert_eq!(lenses["article-b"]["change"]["question"], "budget");
    assert!(!program.workspace().exists());
}

#[test]
fn what_there_is_not_is_refused_with_what_there_is() {
    let program = Program::new();
    for (input, code, words) in [
        (r#"{"mood": "good"}"#, "invalid", "mood: is no question; there are firm, act, talk"),
        (r#"{"need": "soon"}"#, "invalid", "need: has no answer \"soon\"; there are now, later"),
        (r#"{"budget": true}"#, "invalid", "budget: has no answer \"true\"; there are yes, no, ?"),
        (r#"{"lens": "mine"}"#, "no_lens", "There is no lens mine; there is default, article-a"),
        ("[1]", "invalid", "must be an object"),
        ("{", "invalid", "can't be read"),
    ] {
        let ran = program.run_with(&["tell", "--packs", "--json"], input);
        assert_eq!(ran.code, 1, "{input}");
        let error = &ran.json()["error"];
        assert_eq!(error["code"], code, "{input}");
        assert!(error["words"].as_str().unwrap().contains(words), "{input}: {error}");
    }
    let ran = program.run_with(&["tell", "--packs"], "7\n");
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("there are profile, market, outside, ?"), "{}", ran.err);
    let ran = program.run_with(&["tell", "--packs"], "1\nbought\n1\n");
    assert!(ran.err.contains("one answer too many"), "{}", ran.err);
    assert!(program.run(&["tell"]).err.contains("There is no workspace"));
}

#[test]
fn a_stranger_is_answered_only_where_it_is_public() {
    let json = [("content-type", "application/json")];
    let program = Program::new();
    let served = program.serve(&[]);
    let entered = served.ask("POST", "/setup", &[], SET_UP);
    let cookie = entered.headers["set-cookie"].split(';').next().unwrap().to_owned();
    let page = [("accept", "text/html"), ("cookie", cookie.as_str())];
    let asked = served.ask("GET", "/tell?embed=1", &page, "");
    assert_eq!(asked.status, 200);
    assert!(asked.headers["content-security-policy"].contains("frame-ancestors 'none'"));
    assert!(asked.body.contains("What kind of firm is it?") && asked.body.contains("/people"));
    assert_eq!(served.ask("GET", "/tell", &[("accept", "text/html")], "").status, 303);
    assert_eq!(served.ask("POST", "/api/v1/tell", &json, FREE_TRIAL).status, 401);
    let own = [("content-type", "application/json"), ("cookie", cookie.as_str())];
    let told = served.ask("POST", "/api/v1/tell", &own, FREE_TRIAL);
    assert_eq!(told.status, 200, "{}", told.body);
    // A program shows a token, with no more rights than its user and the token have.
    let token = ["token", "create", "--user", "mara@north.example", "--name", "asks", "--json"];
    let token = program.run(&token).must_be_done().json()["token"].as_str().unwrap().to_owned();
    let (shown, other) = (format!("Bearer {token}"), format!("Bearer {token}x"));
    let by = |shown| [("content-type", "application/json"), ("authorization", shown)];
    let told = served.ask("POST", "/api/v1/tell", &by(&shown), FREE_TRIAL);
    assert_eq!(told.status, 200, "{}", told.body);
    let refused = served.ask("POST", "/api/v1/tell", &by(&shown), r#"{"mood":"good"}"#);
    assert_eq!(refused.status, 422, "{}", refused.body);
    assert_eq!(served.ask("POST", "/api/v1/tell", &by(&other), FREE_TRIAL).status, 401);
    drop(served);

    program.write("public.toml", "[tell]\npublic = true\n");
    let served = program.serve(&["--config", "public.toml"]);
    let told = served.ask("POST", "/api/v1/tell", &json, FREE_TRIAL);
    let told: Value = serde_json::from_str(&told.body).unwrap();
    assert_eq!((&told["stage"], &told["settled"]), (&json!("prospect"), &json!(true)));
    assert_eq!(served.ask("POST", "/api/v1/tell", &by(&shown), FREE_TRIAL).status, 200);
    // What opens nothing is said to be so, also where nobody would have to show anything.
    assert_eq!(served.ask("POST", "/api/v1/tell", &by(&other), FREE_TRIAL).status, 401);
    for (path, headers) in [("/tell", &[][..]), ("/tell?embed=1", &page)] {
        let asked = served.ask("GET", path, headers, "");
        assert_eq!(asked.status, 200, "{path}");
        assert!(asked.headers["content-security-policy"].ends_with("frame-ancestors *"), "{path}");
        assert!(!asked.headers.contains_key("x-frame-options"), "{path}");
        assert!(!asked.body.contains("/people"), "{path} has no menu");
    }
    let inside = served.ask("GET", "/tell", &page, "");
    assert!(inside.headers["content-security-policy"].contains("frame-ancestors 'none'"));
    let other = served.ask("GET", "/people", &[("accept", "text/html")], "");
    assert_eq!(other.status, 303, "nothing else is public");
}

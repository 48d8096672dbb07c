//! A score in which a fact counts that is hidden from somebody is told to them through no mouth, and said to be kept.

use serde_json::{Value, json};

use crate::hidden::{begun_under, page};
use crate::program::Served;

/// Whoever knows this and the other facts reads off a fit of 60 that many work there, and off one of 20 that few do.
const DEFINITION: &str = r#"
name = "Shared"
[scores.fit]
points = [ { when = 'company.employees >= 50', add = 40 }, { when = 'known(person.email)', add = 20 } ]
[scores.engagement]
points = [ { on = 'demo.held', add = 5 } ]
[scores.likelihood]
points = [ { when = 'score.fit >= 50', add = 1 } ]
[stages.lead]
enter = 'known(person.email)'
[stages.prospect]
enter = 'score.fit >= 50'
"#;
const SAM: &str = "sam@north.example";
const ANN: &str = "ann@large.example";

fn call(served: &Served, token: &str, path: &str) -> (u16, Value) {
    let bearer = format!("Bearer {token}");
    let answer = served.ask("GET", &format!("/api/v1{path}"), &[("authorization", &bearer)], "");
    (answer.status, serde_json::from_str(&answer.body).unwrap_or_default())
}

#[test]
fn a_score_that_is_made_of_what_is_hidden_is_kept_and_said_to_be() {
    let program = begun_under(DEFINITION);
    let [sam, mara] = [SAM, "mara@north.example"].map(|user| {
        let made = program.run(&["token", "create", "--user", user, "--name", "x", "--json"]);
        made.must_be_done().json()["token"].as_str().unwrap().to_owned()
    });
    let id = program.run(&["person", ANN, "--json"]).must_be_done().json()["id"].clone();
    let id = id.as_str().unwrap();
    let served = program.serve(&[]);

    // By a call: where somebody stands, and a list of people.
    let kept = (json!(null), json!(null), json!(0.0), json!(["fit", "likelihood"]));
    let told = (json!([60.0, 60.0]), json!(1.0), json!(0.0), json!([]));
    for (token, expected) in [(&sam, &kept), (&mara, &told)] {
        let standings = call(&served, token, &format!("/people/{id}/standings")).1;
        let people = call(&served, token, "/people?search=ann").1;
        let record = call(&served, token, &format!("/people/{id}")).1;
        for one in [&standings["standings"][0], &people["people"][0], &record["standing"]] {
            let of = |name: &str| one[name].clone();
            let found = (of("fit"), of("likelihood"), of("engagement"), of("kept"));
            assert_eq!(&found, expected, "{one}");
            assert_eq!(one["stage"], "prospect", "where somebody stands is told");
        }
    }
    // What asks for it, or is ordered by it, would tell it.
    for asked in ["where=score.fit%20%3E%3D%2050", "sort=fit"] {
        let (status, told) = call(&served, &sam, &format!("/people?{asked}"));
        assert!((409..=422).contains(&status), "{asked}: {status} {told}");
        assert!(told["detail"].as_str().unwrap().contains("is kept from you"), "{told}");
        let (status, told) = call(&served, &mara, &format!("/people?{asked}"));
        assert_eq!(status, 200, "{asked}: {told}");
    }
    assert_eq!(call(&served, &sam, "/people?sort=engagement").0, 200);

    // On a page: the record, the list, and an order of it.
    let (status, record) = page(&served, "sam", &format!("/people/{id}"));
    assert_eq!((status, record.matches("Kept from you").count()), (200, 2), "{record}");
    assert!(record.contains("aria-label=\"Fit kept from you\""), "{record}");
    assert!(page(&served, "mara", &format!("/people/{id}")).1.contains("Fit 60"));
    let list = page(&served, "sam", "/people?cols=fit,engagement").1;
    assert_eq!(list.matches("Kept from you").count(), 3, "{list}");
    assert!(page(&served, "sam", "/people?sort=fit").1.contains("score.fit is kept from you"));

    // Why, and why not.
    let why = |token: &str| call(&served, token, &format!("/people/{id}/transitions")).1;
    let receipt = |told: &Value| {
        let found = &told["transitions"][0]["because"][0];
        (found["condition"].clone(), found["truth"].clone(), found["seen"].clone())
    };
    assert_eq!(receipt(&why(&sam)), (json!("score.fit >= 50"), json!("unknown"), json!("hidden")),);
    assert_eq!(receipt(&why(&mara)).1, json!("true"));
    let rests = &why(&sam)["transitions"][0]["because"][0]["rests_on"];
    assert!(!rests.to_string().contains("employees"), "{rests}");
    drop(served);

    // By command.
    let run = |args: &[&str]| program.run(&[&["--as", SAM], args].concat()).must_be_done();
    let why_not = |who: &str| run(&["why-not", who, "--stage", "prospect", "--json"]).json();
    let [large, small] = [ANN, "ben@small.example"].map(why_not);
    for part in ["ways", "against", "ask", "is_kept"] {
        assert_eq!(large[part], small[part], "{part}");
    }
    assert_eq!(large["is_kept"], json!(true));
    for told in [&large, &small] {
        let (enter, of_facts) = (&told["enter"], &told["enter"]["parts"][0]);
        for part in [enter, of_facts] {
            assert_eq!((&part["truth"], &part["seen"]), (&json!("unknown"), &json!("hidden")));
        }
        assert!(!told.to_string().contains("\"company.employees\""), "{told}");
    }
    let shown = run(&["people"]).out;
    assert_eq!(shown.matches("hidden").count(), 3, "{shown}");
    let person = run(&["person", ANN, "--json"]).json();
    assert_eq!(person["standing"]["kept"], json!(["fit", "likelihood"]));
    assert_eq!(person["standing"]["fit"], Value::Null);
    run(&["export", "people.csv"]);
    let file = std::fs::read_to_string(program.file("people.csv")).unwrap();
    let mut lines = file.trim_start_matches('\u{feff}').lines();
    let heads: Vec<&str> = lines.next().unwrap().split(',').collect();
    let place = |name: &str| heads.iter().position(|head| *head == name).unwrap();
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        for name in ["fit_low", "fit_high", "likelihood"] {
            assert_eq!(cells[place(name)], "", "{name}: {line}");
        }
        assert_eq!(cells[place("engagement")], "0", "{line}");
    }
}

/// A backtest is made of everybody and of everything, its people and their receipts included: whoever is not told
/// everything is told of none.
#[test]
fn a_backtest_is_told_to_nobody_from_whom_something_is_kept() {
    let program = begun_under(DEFINITION);
    let file =
        program.write("draft.toml", &DEFINITION.replace("score.fit >= 50", "score.fit >= 10"));
    let done = program.run(&["definition", "backtest", &file, "--json"]);
    let ran = program.run(&["--as", SAM, "definition", "backtest", &file]);
    assert!(ran.code == 1 && ran.err.contains("you see a part"), "{}", ran.err);
    let token = program.run(&["token", "create", "--user", SAM, "--name", "x", "--json"]);
    let token = token.must_be_done().json()["token"].as_str().unwrap().to_owned();
    let served = program.serve(&[]);
    for path in ["/backtests", "/backtests/bkt_1"] {
        let (status, told) = call(&served, &token, path);
        assert!(status == 409 || status == 404, "{status} {told}");
    }
    let (_, told) = call(&served, &token, "/backtests");
    assert_eq!(told["code"], "sees_some", "{told} {}", done.err);
    for path in ["/definitions", "/funnel"] {
        let (status, body) = page(&served, "sam", path);
        assert!(
            status < 500 && !body.contains("ann@large") && !body.contains("Figueroa"),
            "{path}: {body}"
        );
    }
}

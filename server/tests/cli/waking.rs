//! Time moves people, whether or not anybody serves: who became due while no process ran is woken by the next one.

use moment::{Moment, Span};
use platform::clock::{Clock as _, SystemClock};
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::program::{Program, Served};

/// Whoever sent a form is a prospect for a minute.
const BRIEF: &str = r#"
name = "Brief"
[stages.lead]
enter = 'known(person.email)'
[stages.prospect]
enter = 'did("form.submitted", minutes(1))'
leave = { when = '!did("form.submitted", minutes(1))', to = "lead", reason = "a minute is over" }
"#;
/// How long after the form was told of the minute is over.
const LEFT: Span = Span::seconds(6);

fn now() -> Moment {
    SystemClock.now()
}

fn moves(served: &Served, token: &str) -> Vec<(String, String)> {
    let bearer = format!("Bearer {token}");
    let at = "/api/v1/people/ann@north.example/transitions";
    let answer = served.ask("GET", at, &[("authorization", &bearer)], "");
    assert_eq!(answer.status, 200, "{}", answer.body);
    let told: Value = serde_json::from_str(&answer.body).unwrap();
    let text = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
    let moves = told["transitions"].as_array().unwrap().iter();
    moves.map(|one| (text(one, "to"), text(one, "at"))).collect()
}

/// Tells of a form that was sent nearly a minute ago, kills the program, and serves again: once the minute is over, or
/// before.
fn killed_and_served_again(program: &Program, is_late: bool) {
    program.begin();
    let definition = program.write("brief.toml", BRIEF);
    program.run(&["definition", "adopt", &definition]).must_be_done();
    let token = ["token", "create", "--user", "mara@north.example", "--name", "x", "--json"];
    let token = program.run(&token).must_be_done().json();
    let token = token["token"].as_str().unwrap();

    let served = program.serve(&[]);
    let sent = now() - Span::minutes(1) + LEFT;
    let person = json!({ "email": "ann@north.example",
        "activities": [{ "kind": "form.submitted", "at": sent.to_string() }] });
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let told = served.ask("POST", "/api/v1/people", &headers, &person.to_string());
    assert_eq!(told.status, 201, "{}", told.body);
    served.signal(Signal::KILL);
    assert_eq!(served.ended().0.code(), None);

    let due = sent + Span::minutes(1);
    // Nobody runs while the minute ends.
    while is_late && now() <= due {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let served = program.serve(&[]);
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(60);
    let found = loop {
        let found = moves(&served, token);
        if found.first().is_some_and(|(to, _)| to == "lead") && found.len() > 1 {
            assert!(now() >= due, "woken too soon");
            break found;
        }
        assert!(std::time::Instant::now() < patience, "nobody was woken: {found:?}");
        std::thread::yield_now();
    };
    assert_eq!(found[0], ("lead".to_owned(), due.to_string()), "as of when it was due");
    drop(served);
    assert_eq!(program.run(&["verify"]).must_be_done().code, 0);
}

#[test]
fn who_became_due_while_nobody_served_is_woken_at_the_start() {
    Program::on_both(|program| killed_and_served_again(program, true));
}

#[test]
fn who_was_to_wake_before_the_program_was_killed_wakes_then_in_the_next() {
    Program::on_both(|program| killed_and_served_again(program, false));
}

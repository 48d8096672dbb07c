//! Calls that are made again, that come too late, or that are too many.

use platform::Location;
use platform::db::Dialect;
use platform::harness::world;
use serde_json::{Value, json};

use crate::api::{Caller, PEOPLE, token};
use crate::program::Program;

#[test]
fn a_call_that_is_made_again_under_its_key_is_not_done_again() {
    let world = world(Dialect::Postgres, &[]);
    let Location::Postgres(address) = &world.location else { panic!("{}", world.location) };
    for program in [Program::new(), Program::on(address)] {
        program.begin();
        let (token, other) = (token(&program, &[]), token(&program, &[]));
        let served = program.serve(&[]);
        let tell = |token: &str, key: &str, body: &str| {
            let bearer = format!("Bearer {token}");
            let headers = [
                ("authorization", bearer.as_str()),
                ("content-type", "application/json"),
                ("idempotency-key", key),
            ];
            served.ask("POST", PEOPLE, &headers, body)
        };
        let (ann, ben) = (r#"{"email":"ann@north.example"}"#, r#"{"email":"ben@north.example"}"#);
        let first = tell(&token, "k1", ann);
        let again = tell(&token, "k1", ann);
        assert_eq!((first.status, again.status), (201, 201), "{}", again.body);
        assert_eq!(
            (&first.body, again.headers["idempotent-replayed"].as_str()),
            (&again.body, "true")
        );
        assert_eq!(first.headers["location"], again.headers["location"]);
        let reused = tell(&token, "k1", ben);
        assert!(reused.status == 409 && reused.body.contains("idempotency_key"), "{}", reused.body);
        let others = tell(&other, "k1", ann);
        assert_eq!(
            (others.status, others.headers.contains_key("idempotent-replayed")),
            (200, false)
        );
        // What was refused was not done, and its key is free.
        assert_eq!(tell(&token, "k2", r#"{"email":"nobody"}"#).status, 422);
        assert_eq!(tell(&token, "k2", ben).status, 201);
        assert_eq!(tell(&token, "", ben).status, 422);
    }
}

#[test]
fn what_has_changed_since_it_was_read_is_left_as_it_is() {
    let program = Program::new();
    program.begin();
    let token = token(&program, &[]);
    let served = program.serve(&[]);
    let bearer = format!("Bearer {token}");
    let ask = |method: &str, tag: &str, body: &str| {
        let mut headers =
            vec![("authorization", bearer.as_str()), ("content-type", "application/json")];
        if !tag.is_empty() {
            headers.push(("if-match", tag));
        }
        served.ask(method, "/api/v1/people/ann@north.example", &headers, body)
    };
    let caller = Caller { served: &served, token: token.clone() };
    assert_eq!(caller.tell(PEOPLE, &json!({ "email": "ann@north.example" })).0, 201);
    let read = ask("GET", "", "").headers["etag"].clone();
    let changed = ask("PATCH", &read, r#"{"title":"CEO"}"#);
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_ne!(changed.headers["etag"], read);
    let late = ask("PATCH", &read, r#"{"title":"COO"}"#);
    assert!(late.status == 412 && late.body.contains("\"changed\""), "{}", late.body);
    assert_eq!(ask("PATCH", "*", r#"{"title":"COO"}"#).status, 200);
    assert_eq!(ask("PATCH", "", r#"{"title":"CTO"}"#).status, 200);
    assert_eq!(ask("PATCH", "CTO", r#"{"title":"CTO"}"#).status, 412);
    let whole: Value = serde_json::from_str(&ask("GET", "", "").body).unwrap();
    assert_eq!(whole["title"], "CTO");
    // Names that somebody else has do not become hers.
    assert_eq!(caller.tell(PEOPLE, &json!({ "email": "ben@north.example" })).0, 201);
    let theirs = ask("PATCH", "", r#"{"email":"ben@north.example"}"#);
    assert!(theirs.status == 409 && theirs.body.contains("two_people"), "{}", theirs.body);
}

#[test]
fn calls_are_counted_where_there_is_a_limit() {
    let program = Program::new();
    program.begin();
    let token = token(&program, &[]);
    let file = program.write("sluice.toml", "[api]\ncalls_per_minute_max = 2\n");
    let served = program.start_with(&["--config", &file], "serve", &["--listen", "127.0.0.1:0"]);
    let caller = Caller { served: &served, token };
    let left: Vec<String> = (0..2)
        .map(|_| caller.ask("GET", PEOPLE, "").headers["ratelimit-remaining"].clone())
        .collect();
    assert_eq!(left, ["1", "0"]);
    let one_too_many = caller.ask("GET", PEOPLE, "");
    assert_eq!((one_too_many.status, one_too_many.headers["ratelimit-limit"].as_str()), (429, "2"));
    assert!(one_too_many.headers["retry-after"].parse::<u32>().unwrap() > 0);
    assert_eq!(one_too_many.headers["content-type"], "application/problem+json");
    assert_eq!(served.get("/api/v1/openapi.json").status, 200, "the description is free");
}

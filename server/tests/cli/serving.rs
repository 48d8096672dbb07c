//! Serving: how it starts, what it answers, and how it stops.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use platform::Location;
use platform::db::Dialect;
use platform::harness::world;
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::program::{Answer, Program, Served, answer};

const SET_UP: &str =
    "workspace=North&zone=UTC&name=Mara&email=mara@north.example&password=correct+horse";

fn cookie(answer: &Answer) -> String {
    answer.headers["set-cookie"].split(';').next().unwrap().to_owned()
}

#[test]
fn a_new_workspace_says_how_to_begin_and_an_old_one_does_not() {
    let program = Program::new();
    let served = program.serve(&[]);
    assert_eq!(served.get("/").headers["location"], "/people");
    assert_eq!(served.get("/sign-in").headers["location"], "/setup");
    assert_eq!(served.get("/setup").status, 200);
    let entered = served.ask("POST", "/setup", &[], SET_UP);
    assert_eq!((entered.status, entered.headers["location"].as_str()), (303, "/"));
    let signed_in = served.ask("GET", "/sign-in", &[("cookie", &cookie(&entered))], "");
    assert_eq!(signed_in.headers["location"], "/");
    served.signal(Signal::TERM);
    let (status, log) = served.ended();
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(log.contains("make yourself its owner"), "{log}");

    let served = program.serve(&[]);
    let signed_in = served.ask("GET", "/sign-in", &[("cookie", &cookie(&entered))], "");
    assert_eq!(signed_in.headers["location"], "/", "a session outlives the process");
    served.signal(Signal::INT);
    let (status, log) = served.ended();
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(!log.contains("make yourself its owner"), "{log}");
}

#[test]
fn it_says_that_it_lives_and_that_it_can_work() {
    let world = world(Dialect::Postgres, &[]);
    let Location::Postgres(address) = &world.location else { panic!("{}", world.location) };
    for program in [Program::new(), Program::on(address)] {
        let served = program.serve(&[]);
        assert_eq!(served.get("/healthz").body, "ok\n");
        let ready = served.get("/readyz");
        assert_eq!(ready.status, 200);
        let told: Value = serde_json::from_str(&ready.body).unwrap();
        assert_eq!(
            (&told["ready"], &told["database"]),
            (&Value::Bool(true), &Value::from("answers"))
        );
        served.signal(Signal::TERM);
        assert_eq!(served.ended().0.code(), Some(0));
    }
}

#[test]
fn every_answer_binds_the_browser() {
    let program = Program::new();
    let served = program.serve(&[]);
    for path in ["/healthz", "/setup", "/nowhere", "/assets/app.css", "/sign-out"] {
        let answer = served.get(path);
        let policy = &answer.headers["content-security-policy"];
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(answer.headers["referrer-policy"], "same-origin", "{path}");
        assert_eq!(answer.headers["x-frame-options"], "DENY", "{path}");
        assert_eq!(answer.headers["cross-origin-opener-policy"], "same-origin", "{path}");
        assert_eq!(answer.headers["cross-origin-resource-policy"], "same-origin", "{path}");
        assert!(answer.headers["permissions-policy"].contains("camera=()"), "{path}");
        assert!(!answer.headers.contains_key("server"), "{path}: it does not say what it is");
        assert!(!answer.headers.contains_key("strict-transport-security"), "{path}: not by TLS");
        assert_eq!(answer.headers["x-request-id"].len(), 16, "{path}");
    }
}

#[test]
fn another_sites_page_changes_nothing() {
    let program = Program::new();
    let served = program.serve(&[]);
    for foreign in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        let refused = served.ask("POST", "/setup", &[foreign], SET_UP);
        assert_eq!(refused.status, 409, "{foreign:?}");
        assert!(refused.body.contains("forged_request"), "{}", refused.body);
    }
    let own = format!("http://{}", served.address);
    assert_eq!(served.ask("POST", "/setup", &[("origin", &own)], SET_UP).status, 303);
}

#[test]
fn a_form_that_is_too_large_is_refused() {
    let program = Program::new();
    let served = program.serve(&[]);
    let form = format!("workspace={}", "x".repeat(3 << 20));
    let mut stream = served.connect();
    stream.write_all(served.head("POST", "/setup", &[], form.len()).as_bytes()).unwrap();
    // It may answer and hang up before all is sent.
    let _cut = stream.write_all(form.as_bytes());
    let mut text = Vec::new();
    match stream.read_to_end(&mut text) {
        Ok(_) => assert!(text.starts_with(b"HTTP/1.1 413"), "{}", String::from_utf8_lossy(&text)),
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
    }
    assert_eq!(served.get("/healthz").status, 200);
}

#[test]
fn logs_for_machines_hold_no_personal_data() {
    let program = Program::new();
    let served = program.serve(&["--log", "json"]);
    served.ask("POST", "/setup", &[], SET_UP);
    served.ask("POST", "/sign-in", &[], "email=mara@north.example&password=wrong+word");
    served.get("/people/ann@north.example?q=ann@north.example");
    served.signal(Signal::TERM);
    let (_, log) = served.ended();
    let lines: Vec<Value> =
        log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let answered: Vec<&Value> = lines.iter().filter(|line| line["message"] == "answered").collect();
    assert_eq!(answered.len(), 3, "{log}");
    assert!(
        answered.iter().all(|line| line["duration_us"].is_u64() && line["span"]["id"].is_string())
    );
    for personal in ["north.example", "mara", "Mara", "wrong", "correct", "127.0.0.1:"] {
        let named: Vec<&Value> = lines
            .iter()
            .filter(|line| line["message"] != "started" && line.to_string().contains(personal))
            .collect();
        assert!(named.is_empty(), "{personal}: {named:?}");
    }
}

#[test]
fn one_folder_is_served_once_and_one_port_by_one() {
    let program = Program::new();
    let served = program.serve(&[]);
    let ran = program.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("Another Sluice serves workspace already"), "{}", ran.err);

    let other = Program::new();
    let ran = other.run(&["serve", "--listen", &served.address]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("is taken by another program"), "{}", ran.err);
    let ran = other.run(&["serve", "--listen", "nonsense"]);
    assert!(ran.err.contains("Write it like 127.0.0.1:8080"), "{}", ran.err);
    program.run(&["doctor"]).must_be_done();
}

/// A request whose body has not come yet.
fn begun(served: &Served) -> TcpStream {
    let mut stream = served.connect();
    stream
        .write_all(
            served.head("POST", "/setup", &[("expect", "100-continue")], SET_UP.len()).as_bytes(),
        )
        .unwrap();
    // The server asks for the body as soon as somebody reads it: the request is under way.
    let mut asked = [0; 25];
    stream.read_exact(&mut asked).unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream
}

#[test]
fn a_stop_lets_the_request_under_way_end() {
    let program = Program::new();
    let served = program.serve(&[]);
    let idle = served.connect();
    let mut stream = begun(&served);
    served.signal(Signal::TERM);
    while TcpStream::connect(&served.address).is_ok() {
        std::thread::yield_now();
    }
    stream.write_all(SET_UP.as_bytes()).unwrap();
    assert_eq!(answer(stream).status, 303);
    let (status, log) = served.ended();
    assert_eq!(status.code(), Some(0), "{log}");
    drop(idle);
    assert!(program.run(&["doctor"]).must_be_done().out.contains("up to date"));
    let served = program.serve(&[]);
    assert_eq!(served.get("/sign-in").status, 200, "what was acknowledged is there");
}

#[test]
fn a_second_signal_does_not_wait() {
    let program = Program::new();
    let served = program.serve(&[]);
    let _stuck = begun(&served);
    served.signal(Signal::TERM);
    while TcpStream::connect(&served.address).is_ok() {
        std::thread::yield_now();
    }
    served.signal(Signal::TERM);
    let (status, log) = served.ended();
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(log.contains("stopped at once"), "{log}");
}

#[test]
fn a_kill_leaves_a_folder_that_serves_again() {
    let program = Program::new();
    let served = program.serve(&[]);
    assert_eq!(served.ask("POST", "/setup", &[], SET_UP).status, 303);
    served.signal(Signal::KILL);
    assert_eq!(served.ended().0.code(), None);
    let served = program.serve(&[]);
    assert_eq!(served.get("/sign-in").status, 200, "the owner is there");
}

#[test]
fn slow_clients_are_given_up() {
    let program = Program::new();
    let file = program.write("short.toml", "[http]\nhead_timeout_s = 1\nbody_timeout_s = 1\n");
    let served = program.serve(&["--config", &file]);
    let mut slow_head = served.connect();
    slow_head.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n").unwrap();
    let mut slow_body = begun(&served);
    slow_body.write_all(b"workspace=").unwrap();
    for stream in [&mut slow_head, &mut slow_body] {
        // Longer than the server may take; so this fails if it waits for ever.
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut said = Vec::new();
        let _reset = stream.read_to_end(&mut said).map_err(|error| {
            assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}");
        });
        assert!(!String::from_utf8_lossy(&said).contains("303"));
    }
}

#[test]
fn a_list_that_leaves_packed_arrives_whole() {
    let program = Program::new();
    program.run(&["demo", "--people", "40"]).must_be_done();
    program.begin();
    let served = program.serve(&[]);
    let sign_in = "email=mara@north.example&password=correct+horse";
    let cookie = cookie(&served.ask("POST", "/sign-in", &[], sign_in));
    let headers = [("cookie", cookie.as_str()), ("accept-encoding", "gzip")];
    let mut stream = served.connect();
    stream.write_all(served.head("GET", "/people/export", &headers, 0).as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    assert!(bytes.ends_with(b"\r\n0\r\n\r\n"), "its last piece says that it is the last");
}

#[test]
fn a_backtest_that_was_cancelled_is_said_to_be_and_not_to_be_refused() {
    let world = world(Dialect::Postgres, &[]);
    let Location::Postgres(address) = &world.location else { panic!("{}", world.location) };
    let program = Program::on(address);
    program.begin();
    let token = ["token", "create", "--user", "mara@north.example", "--name", "x", "--json"];
    let token = program.run(&token).must_be_done().json()["token"].as_str().unwrap().to_owned();
    // Nobody works here, so that it is still to run when it is cancelled.
    let served = program.start("web", &["--listen", "127.0.0.1:0"]);
    let bearer = format!("Bearer {token}");
    let ask = |method: &str, path: &str, body: &str| -> Value {
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let answer = served.ask(method, &format!("/api/v1{path}"), &headers, body);
        assert!(answer.status < 300, "{method} {path}: {} {}", answer.status, answer.body);
        serde_json::from_str(&answer.body).unwrap()
    };
    let text = "name = \"Ours\"\n[stages.lead]\nenter = 'known(person.email)'\n";
    let begun = ask("POST", "/backtests", &json!({ "text": text }).to_string());
    let id = begun["id"].as_str().unwrap();
    let state = |told: &Value| (told["state"].clone(), told["refusal"].clone());
    let at = format!("/backtests/{id}");
    assert_eq!(state(&ask("GET", &at, "")), (json!("running"), Value::Null));
    for method in ["DELETE", "DELETE", "GET"] {
        assert_eq!(state(&ask(method, &at, "")), (json!("cancelled"), Value::Null));
    }
    assert_eq!(ask("GET", "/backtests", "")["backtests"][0]["state"], "cancelled");

    let form = "email=mara@north.example&password=correct+horse";
    let entered = served.ask("POST", "/sign-in", &[], form);
    let cookie = entered.headers["set-cookie"].split(';').next().unwrap().to_owned();
    let page = |path: &str| served.ask("GET", path, &[("cookie", &cookie)], "").body;
    assert!(page(&at).contains("was cancelled before it came to anything"), "{}", page(&at));
    assert!(page("/definitions").contains(", cancelled</td>"), "{}", page("/definitions"));
    let compared = program.run(&["definition", "compare", id, id]);
    assert_eq!(compared.code, 1);
    assert!(compared.err.contains("This backtest was cancelled"), "{}", compared.err);
}

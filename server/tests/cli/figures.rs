//! What is told to whoever watches: figures, and ids by which a request is found again.

use platform::Location;
use platform::db::Dialect;
use platform::harness::world;
use rustix::process::Signal;
use serde_json::Value;

use crate::program::{Answer, Program, Served};

const WATCHED: &str = "[metrics]\nlisten = \"127.0.0.1:0\"\n";
const TOKEN: &str = "a-token-that-nobody-guesses";

/// Asks at the address for figures.
fn watched(served: &Served, path: &str) -> Answer {
    served.ask_at(&served.figures, "GET", path, &[], "")
}

/// The value of a figure, by its name with its labels.
fn figure(text: &str, name: &str) -> Option<f64> {
    let line =
        text.lines().find(|line| line.rsplit_once(' ').is_some_and(|(key, _)| key == name))?;
    line.rsplit_once(' ')?.1.parse().ok()
}

#[test]
fn figures_are_told_at_an_address_of_their_own() {
    Program::on_both(|program| {
        program.run(&["demo", "--people", "20"]).must_be_done();
        let file = program.write("watched.toml", WATCHED);
        let served = program.serve(&["--config", &file]);
        served.get("/sign-in");
        served.get("/people/per_0000000000000");
        served.get("/ann@north.example");
        assert_eq!(served.get("/metrics").status, 404, "not where the pages are");
        let told = watched(&served, "/metrics");
        assert_eq!(told.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
        let text = told.body;
        for (name, value) in [
            ("sluice_people", 20.0),
            ("sluice_database_up", 1.0),
            ("sluice_http_streams", 0.0),
            (r#"sluice_jobs{state="dead"}"#, 0.0),
            (
                r#"sluice_http_requests_total{method="GET",route="/people/{person}",status="401"}"#,
                1.0,
            ),
            (r#"sluice_http_requests_total{method="GET",route="none",status="404"}"#, 2.0),
            (
                r#"sluice_http_request_duration_seconds_count{method="GET",route="/people/{person}"}"#,
                1.0,
            ),
        ] {
            assert_eq!(figure(&text, name), Some(value), "{name} in\n{text}");
        }
        for name in [
            r#"sluice_database_wait_seconds_count{work="read"}"#,
            r#"sluice_database_waiting{work="write"}"#,
            "sluice_database_group_size_count",
            "sluice_standings_due",
        ] {
            assert!(figure(&text, name).is_some(), "{name} in\n{text}");
        }
        assert!(!text.contains("north.example"), "no label names a person:\n{text}");
        assert_eq!(watched(&served, "/healthz").body, "ok\n");
        assert_eq!(watched(&served, "/readyz").status, 200);
        assert_eq!(watched(&served, "/people").status, 404, "nothing else is there");
    });
}

#[test]
fn figures_are_told_where_the_pages_are_to_whoever_shows_the_token() {
    let program = Program::new();
    let file = program.write("token.toml", &format!("[metrics]\ntoken = \"{TOKEN}\"\n"));
    let served = program.serve(&["--config", &file]);
    let bearer = format!("Bearer {TOKEN}");
    for (shown, status) in [
        (None, 401),
        (Some("Bearer a-token-that-nobody-guessed"), 401),
        (Some("Bearer "), 401),
        (Some(TOKEN), 401),
        (Some(bearer.as_str()), 200),
    ] {
        let headers: Vec<_> = shown.map(|shown| ("authorization", shown)).into_iter().collect();
        assert_eq!(served.ask("GET", "/metrics", &headers, "").status, status, "{shown:?}");
    }
}

#[test]
fn a_request_is_found_again_by_its_id() {
    let program = Program::new();
    let served = program.serve(&["--log", "json"]);
    let page = served.ask("GET", "/nowhere", &[("accept", "text/html")], "");
    let id = &page.headers["x-request-id"];
    assert!(page.body.contains(&format!("<code>{id}</code>")), "the page names its request");
    let json = served.get("/nowhere");
    let problem: Value = serde_json::from_str(&json.body).unwrap();
    assert_eq!(problem["request_id"], json.headers["x-request-id"].as_str());

    // This machine is a proxy that is believed.
    let given = [("x-request-id", "edge-0123456789")];
    assert_eq!(served.ask("GET", "/healthz", &given, "").headers["x-request-id"], given[0].1);
    for odd in ["ann@north.example", "x", "a b c d e f g h"] {
        let answer = served.ask("GET", "/healthz", &[("x-request-id", odd)], "");
        assert_ne!(answer.headers["x-request-id"], odd);
    }
    served.signal(Signal::TERM);
    let (_, log) = served.ended();
    assert!(log.contains(&format!("\"id\":\"{id}\"")), "{log}");
}

#[test]
fn a_stranger_gives_a_request_no_id() {
    let program = Program::new();
    let file = program.write("nobody.toml", "[http]\ntrusted_proxies = []\n");
    let served = program.serve(&["--config", &file]);
    let answer = served.ask("GET", "/healthz", &[("x-request-id", "edge-0123456789")], "");
    assert_ne!(answer.headers["x-request-id"], "edge-0123456789");
}

#[test]
fn two_that_answer_and_one_that_works_share_a_database() {
    let world = world(Dialect::Postgres, &[]);
    let Location::Postgres(address) = &world.location else { panic!("{}", world.location) };
    let program = Program::on(address);
    program.begin();
    let pages = [0, 1].map(|_| program.start("web", &["--listen", "127.0.0.1:0"]));
    let sign_in = "email=mara@north.example&password=correct+horse";
    let signed_in = pages[0].ask("POST", "/sign-in", &[], sign_in);
    let cookie = signed_in.headers["set-cookie"].split(';').next().unwrap().to_owned();
    let ready: Value = serde_json::from_str(&pages[1].get("/readyz").body).unwrap();
    assert_eq!((&ready["ready"], &ready["jobs"]), (&true.into(), &"worked on elsewhere".into()));

    // Begun through one, and by nobody worked on.
    let begun = pages[0].ask("POST", "/demo", &[("cookie", &cookie)], "people=30");
    assert_eq!(begun.status, 303);
    let funnel = |program: &Program| {
        let stages = program.run(&["funnel", "--json"]).must_be_done().json()["stages"].clone();
        stages.as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!(funnel(&program), 0);

    // Done by the worker, and seen through the other.
    let file = program.write("watched.toml", WATCHED);
    let worker = program.start("work", &["--config", &file]);
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while funnel(&program) < 30 && std::time::Instant::now() < patience {
        std::thread::yield_now();
    }
    let seen = pages[1].ask("GET", "/people", &[("cookie", &cookie)], "");
    assert_eq!(seen.status, 200);
    assert!(seen.body.contains("data-row"), "the other shows who was told of");
    let text = watched(&worker, "/metrics").body;
    assert_eq!(figure(&text, "sluice_people"), Some(30.0), "{text}");
    assert_eq!(watched(&worker, "/readyz").status, 200);
    for served in pages.into_iter().chain([worker]) {
        served.signal(Signal::TERM);
        let (status, log) = served.ended();
        assert_eq!(status.code(), Some(0), "{log}");
    }
    program.run(&["verify"]).must_be_done();
}

#[test]
fn an_sqlite_workspace_is_served_by_one_process() {
    let program = Program::new();
    for command in ["web", "work"] {
        let ran = program.run(&[command]);
        assert_eq!(ran.code, 1, "{command}");
        assert!(ran.err.contains("is an SQLite workspace"), "{}", ran.err);
    }
}

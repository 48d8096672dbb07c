//! What a stranger or a colleague may try, and what comes of it. docs/security.md says which test stands for what.

use std::io::{Read, Write};

use platform::Location;
use platform::db::Dialect;
use platform::harness::world;
use serde_json::{Value, json};

use crate::program::{Answer, Program, Served, answer};

/// A name that would run, were it not escaped: in text, in an attribute, in a script.
const EVIL: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";
const SIGN_IN: &str = "email=mara@north.example&password=correct+horse";

/// A workspace with its owner, served.
fn begun(program: &Program) -> Served {
    program.begin();
    program.serve(&[])
}

fn cookie_of(answer: &Answer) -> String {
    answer.headers["set-cookie"].split(';').next().unwrap().to_owned()
}

fn signed_in(served: &Served) -> String {
    cookie_of(&served.ask("POST", "/sign-in", &[], SIGN_IN))
}

fn token(program: &Program) -> String {
    let args = ["token", "create", "--user", "mara@north.example", "--name", "t", "--json"];
    let made = program.run(&args).must_be_done().json();
    format!("Bearer {}", made["token"].as_str().unwrap())
}

fn tell(served: &Served, token: &str, path: &str, body: &Value) -> Answer {
    let headers = [("authorization", token), ("content-type", "application/json")];
    served.ask("POST", path, &headers, &body.to_string())
}

/// Sends bytes as they are, and gives what came back before the line was cut.
fn raw(served: &Served, bytes: &[u8]) -> String {
    let mut stream = served.connect();
    let _cut = stream.write_all(bytes);
    let mut said = Vec::new();
    let _reset = stream.read_to_end(&mut said);
    String::from_utf8_lossy(&said).into_owned()
}

#[test]
fn what_somebody_is_called_runs_nowhere() {
    let program = Program::new();
    let served = begun(&program);
    let (token, cookie) = (token(&program), signed_in(&served));
    let person = json!({ "email": "ann@evil.example", "facts": {
        "person.name": EVIL, "person.title": EVIL, "company.name": EVIL, "company.domain": "evil.example" } });
    assert!(tell(&served, &token, "/api/v1/people", &person).status < 300);
    let headers = [("cookie", cookie.as_str()), ("accept", "text/html")];
    let list = served.ask("GET", "/people", &headers, "");
    let id = list.body.split("/people/per_").nth(1).unwrap().split(['"', '?']).next().unwrap();
    let record = format!("/people/per_{id}");
    let question = "/people?q=%3Cscript%3Ealert(1)%3C/script%3E%22onfocus=%22x";
    let nowhere = "/%3Cscript%3Ealert(1)%3C/script%3E";
    for path in ["/people", &record, question, nowhere, "/people/%3Cimg%20src=x%3E"] {
        let page = served.ask("GET", path, &headers, "");
        assert!(page.headers["content-type"].starts_with("text/html"), "{path}");
        for wrong in ["<script>alert", "<img src=x", "\"onfocus=\""] {
            assert!(!page.body.contains(wrong), "{path} holds {wrong}");
        }
    }
}

#[test]
fn no_path_leads_out_of_what_is_served() {
    let program = Program::new();
    let served = begun(&program);
    let cookie = signed_in(&served);
    for path in [
        "/assets/../../Cargo.toml",
        "/assets/..%2f..%2fCargo.toml",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
        "/assets/....//....//etc/passwd",
        "/../../../../etc/passwd",
        "//etc/passwd",
        "/imports/..%2f..%2fsluice.db",
        "/imports/../sluice.db",
        "/sluice.db",
        "/files/../sluice.db",
        "/people/..%2f..%2f..%2fetc%2fpasswd",
        "/people/%00",
    ] {
        let answer = served.ask("GET", path, &[("cookie", &cookie)], "");
        assert!((400..500).contains(&answer.status), "{path}: {}", answer.status);
        assert!(!answer.body.contains("root:") && !answer.body.contains("SQLite"), "{path}");
    }
}

#[test]
fn what_is_asked_writes_no_header_and_leads_to_no_other_host() {
    let program = Program::new();
    let served = begun(&program);
    for next in [
        "/%0d%0aset-cookie:%20evil=1",
        "%2f%2fevil.example",
        "/%5cevil.example",
        "https:%2f%2fevil.example",
        "javascript:alert(1)",
    ] {
        let form = format!("{SIGN_IN}&next={next}");
        let answer = served.ask("POST", "/sign-in", &[], &form);
        assert_eq!(answer.headers["location"], "/", "{next}");
        assert!(!answer.headers["set-cookie"].contains("evil"), "{next}");
    }
    let cookie = signed_in(&served);
    let headers = [("cookie", cookie.as_str()), ("host", "evil.example")];
    let start = raw(&served, b"GET / HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n");
    assert!(start.contains("location: /people\r\n"), "a host that was made up is not repeated");
    let back = [headers[0], ("referer", "https://evil.example/people")];
    let chosen = served.ask("POST", "/lens", &back, "choice=1");
    let location = chosen.headers.get("location").map_or("/", String::as_str);
    assert!(location.starts_with('/') && !location.starts_with("//"), "{location}");
}

#[test]
fn a_session_that_somebody_planted_is_not_the_one_that_is_signed_in() {
    let program = Program::new();
    let served = begun(&program);
    let planted = "sluice=plantedplantedplantedpl";
    let answer = served.ask("POST", "/sign-in", &[("cookie", planted)], SIGN_IN);
    assert_ne!(cookie_of(&answer), planted);
    let seen = served.ask("GET", "/people", &[("cookie", planted)], "");
    assert_eq!(seen.status, 401);
    // Whoever signs in anew ends what they had, and whoever signs out ends it for everybody who copied it.
    let (first, second) = (cookie_of(&answer), {
        let again = served.ask("POST", "/sign-in", &[("cookie", &cookie_of(&answer))], SIGN_IN);
        cookie_of(&again)
    });
    assert_eq!(served.ask("GET", "/people", &[("cookie", &first)], "").status, 401);
    assert_eq!(served.ask("GET", "/people", &[("cookie", &second)], "").status, 200);
    served.ask("POST", "/sign-out", &[("cookie", &second)], "");
    assert_eq!(served.ask("GET", "/people", &[("cookie", &second)], "").status, 401);
}

#[test]
fn a_form_gives_nobody_more_than_it_asks_for() {
    let program = Program::new();
    let served = begun(&program);
    // Set-up is over, whatever is sent to it.
    let again =
        "workspace=X&zone=UTC&name=Eve&email=eve@evil.example&password=correct+horse&role=owner";
    served.ask("POST", "/setup", &[], again);
    let form = "email=eve@evil.example&password=correct+horse&role=owner&id=1&user_id=1";
    assert!(served.ask("POST", "/sign-in", &[], form).status >= 400);
    // A call says nothing of what the program decides.
    let token = token(&program);
    for extra in ["id", "stage", "standing", "owner_id", "created_at", "lens", "merged_into"] {
        let mut person = json!({ "email": "ann@north.example" });
        person[extra] = json!("per_0000000000000");
        let told = tell(&served, &token, "/api/v1/people", &person);
        assert_eq!(told.status, 422, "{extra}: {}", told.body);
    }
}

#[test]
fn text_that_would_be_sql_is_text() {
    let world = world(Dialect::Postgres, &[]);
    let Location::Postgres(address) = &world.location else { panic!("{}", world.location) };
    for program in [Program::new(), Program::on(address)] {
        program.run(&["demo", "--people", "20"]).must_be_done();
        let served = begun(&program);
        let (token, cookie) = (token(&program), signed_in(&served));
        for evil in [
            "'%20or%201=1--",
            "%25'%20or%20''='",
            "1;drop%20table%20person",
            "\\'",
            "%22%20union%20select%20secret",
        ] {
            for path in [
                "/people?q=",
                "/people?stage=",
                "/people?sort=",
                "/people?after=",
                "/people/",
                "/funnel?days=",
                "/imports/",
                "/search?q=",
                "/companies/",
            ] {
                let answer =
                    served.ask("GET", &format!("{path}{evil}"), &[("cookie", &cookie)], "");
                assert!(answer.status < 500, "{path}{evil}: {}", answer.body);
            }
            for path in ["q", "where", "stage", "limit", "after", "fields", "sort"] {
                let path = format!("/api/v1/people?{path}={evil}");
                let answer = served.ask("GET", &path, &[("authorization", &token)], "");
                assert!(answer.status < 500, "{path}: {}", answer.body);
                let told: Value = serde_json::from_str(&answer.body).unwrap();
                assert!(
                    told["people"].as_array().is_none_or(Vec::is_empty),
                    "{path} found somebody"
                );
            }
        }
        let total = program.run(&["funnel", "--json"]).must_be_done().json();
        assert_eq!(
            total["stages"].as_object().unwrap().values().filter_map(Value::as_u64).sum::<u64>(),
            20
        );
    }
}

#[test]
fn a_request_that_is_two_is_none() {
    let program = Program::new();
    let served = begun(&program);
    for head in [
        "content-length: 5\r\ncontent-length: 6\r\n",
        "transfer-encoding: chunked, identity\r\n",
        "content-length: -1\r\n",
        "content-length: 1e3\r\n",
        "host: b\r\n",
        "bad header\r\n",
        "x: a\0b\r\n",
    ] {
        let request = format!(
            "POST /sign-in HTTP/1.1\r\nhost: a\r\n{head}\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nhost: a\r\n\r\n"
        );
        let said = raw(&served, request.as_bytes());
        let is_refused = said.is_empty() || said.starts_with("HTTP/1.1 4");
        assert!(is_refused && !said.contains("\r\n\r\nok\n"), "{head:?}: {said}");
    }
}

#[test]
fn heads_and_bodies_have_an_end() {
    let program = Program::new();
    let served = begun(&program);
    let many: String = (0..500).map(|number| format!("x-{number}: y\r\n")).collect();
    let long = format!("x: {}\r\n", "y".repeat(1 << 20));
    for head in [&many, &long] {
        let said = raw(&served, format!("GET / HTTP/1.1\r\nhost: a\r\n{head}\r\n").as_bytes());
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 431"), "{:.80}", said);
    }
    let uri = format!("GET /people?q={} HTTP/1.1\r\nhost: a\r\n\r\n", "y".repeat(100_000));
    let said = raw(&served, uri.as_bytes());
    assert!(said.is_empty() || said.starts_with("HTTP/1.1 4"), "{:.80}", said);

    // A body without a length that goes on is cut where the limit is.
    let mut chunks = b"POST /sign-in HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\
        content-type: application/x-www-form-urlencoded\r\ntransfer-encoding: chunked\r\n\r\n"
        .to_vec();
    for _ in 0..64 {
        chunks.extend(format!("10000\r\n{}\r\n", "a".repeat(0x10000)).into_bytes());
    }
    let said = raw(&served, &chunks);
    assert!(said.is_empty() || said.starts_with("HTTP/1.1 413"), "{said:.80}");
    assert_eq!(served.get("/healthz").status, 200);
}

#[test]
fn what_is_packed_is_not_unpacked() {
    // 10 MB of nothing in 10 kB would be a bomb, if somebody unpacked it. Nobody does: it is not read as a form.
    let program = Program::new();
    let served = begun(&program);
    let token = token(&program);
    for packing in ["gzip", "deflate", "br", "zstd"] {
        let headers = [
            ("authorization", token.as_str()),
            ("content-type", "application/json"),
            ("content-encoding", packing),
        ];
        let answer = served.ask("POST", "/api/v1/people", &headers, "\u{1f}\u{8b}\u{8}");
        assert!((400..500).contains(&answer.status), "{packing}: {}", answer.status);
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
    assert!((400..500).contains(&served.ask("POST", "/api/v1/people", &headers, &deep).status));
}

#[test]
fn a_door_opens_only_with_its_own_key() {
    let program = Program::new();
    let served = begun(&program);
    let (token, cookie) = (token(&program), signed_in(&served));
    let bare = token.trim_start_matches("Bearer ").to_owned();
    let call = "/api/v1/people";
    assert_eq!(served.ask("GET", call, &[("authorization", &token)], "").status, 200);
    for headers in [
        &[][..],
        &[("cookie", cookie.as_str())],
        &[("authorization", bare.as_str())],
        &[("authorization", "Basic bWFyYTpjb3JyZWN0")],
        &[("authorization", "Bearer sluice_")],
        &[("x-api-key", bare.as_str())],
    ] {
        assert_eq!(served.ask("GET", call, headers, "").status, 401, "{headers:?}");
    }
    let in_the_open = format!("{call}?token={bare}&access_token={bare}");
    assert_eq!(served.ask("GET", &in_the_open, &[], "").status, 401, "not in an address");
    assert_eq!(served.ask("GET", "/people", &[("authorization", &token)], "").status, 401);
}

#[test]
fn no_method_is_taken_that_nobody_offers() {
    let program = Program::new();
    let served = begun(&program);
    for method in ["TRACE", "TRACK", "CONNECT", "DEBUG", "PROPFIND"] {
        for path in ["/people", "/sign-in", "/api/v1/people"] {
            let said = raw(
                &served,
                format!("{method} {path} HTTP/1.1\r\nhost: a\r\nx-secret: echoed\r\nconnection: close\r\n\r\n")
                    .as_bytes(),
            );
            assert!(
                said.starts_with("HTTP/1.1 4") && !said.contains("echoed"),
                "{method} {path}: {said:.60}"
            );
        }
    }
}

#[test]
fn what_leaves_as_a_file_is_a_file_and_nothing_else() {
    let program = Program::new();
    program.run(&["demo", "--people", "10"]).must_be_done();
    let served = begun(&program);
    let (token, cookie) = (token(&program), signed_in(&served));
    let person =
        json!({ "email": "ann@north.example", "facts": { "person.name": "=cmd|' /C calc'!A0" } });
    tell(&served, &token, "/api/v1/people", &person);
    let list = served.ask("GET", "/people/export", &[("cookie", &cookie)], "");
    assert!(list.headers["content-type"].starts_with("text/csv"));
    assert!(list.headers["content-disposition"].starts_with("attachment; filename=\""));
    assert_eq!(list.headers["x-content-type-options"], "nosniff");
    let formula = list.body.lines().find(|line| line.contains("cmd|")).unwrap();
    let begins = |start: &str| formula.contains(&format!(",{start}")) || formula.starts_with(start);
    assert!(
        !begins("=cmd") && !begins("\"=cmd"),
        "a cell that would be a formula is text: {formula}"
    );
}

/// The same words and the same headers for whoever exists and whoever does not.
#[test]
fn nobody_learns_by_asking_who_has_a_key() {
    let program = Program::new();
    let served = begun(&program);
    let known = served.ask("POST", "/sign-in", &[], "email=mara@north.example&password=wrong");
    let unknown = served.ask("POST", "/sign-in", &[], "email=eve@north.example&password=wrong");
    assert_eq!(known.status, unknown.status);
    let plain = |answer: &Answer| answer.body.replace("mara@", "").replace("eve@", "");
    assert_eq!(plain(&known), plain(&unknown));
    let names = |answer: &Answer| {
        let mut names: Vec<String> = answer.headers.keys().cloned().collect();
        names.sort();
        names
    };
    assert_eq!(names(&known), names(&unknown));
    // Records that are not there and those that one may not see are told alike, before anybody is known.
    let cookie = signed_in(&served);
    for id in ["per_0000000000000", "1", "per_x"] {
        let path = format!("/people/{id}");
        assert_eq!(served.ask("GET", &path, &[], "").status, 401, "{path}");
        assert_eq!(served.ask("GET", &path, &[("cookie", &cookie)], "").status, 404, "{path}");
    }
}

#[test]
fn a_pipeline_of_requests_is_answered_in_its_order() {
    let program = Program::new();
    let served = program.serve(&[]);
    let mut stream = served.connect();
    stream
        .write_all(
            b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\nGET /nowhere HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
        )
        .unwrap();
    let first = answer(stream);
    assert_eq!(first.status, 200);
    assert!(first.body.contains("HTTP/1.1 404"), "{}", first.body);
}

//! `/api/v1`, as a program calls it.

use platform::Location;
use platform::db::Dialect;
use platform::harness::world;
use serde_json::{Value, json};

use crate::examples::upload;
use crate::program::{Answer, Program, Served};

pub struct Caller<'a> {
    pub served: &'a Served,
    pub token: String,
}

impl Caller<'_> {
    pub fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        self.served.ask(method, path, &headers, body)
    }

    pub fn get(&self, path: &str) -> Value {
        let answer = self.ask("GET", path, "");
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }

    pub fn tell(&self, path: &str, body: &Value) -> (u16, Value) {
        let answer = self.ask("POST", path, &body.to_string());
        (answer.status, serde_json::from_str(&answer.body).unwrap())
    }

    /// Everybody by their pages, by address.
    fn everybody(&self, question: &str) -> Vec<String> {
        let (mut found, mut after) = (Vec::new(), String::new());
        loop {
            let page = self.get(&format!("/api/v1/people?{question}&limit=3{after}"));
            let people = page["people"].as_array().unwrap();
            assert!(people.len() <= 3);
            found.extend(people.iter().map(|one| one["email"].as_str().unwrap().to_owned()));
            let Some(next) = page["next"].as_str() else { return found };
            after = format!("&after={next}");
        }
    }
}

pub fn token(program: &Program, more: &[&str]) -> String {
    let mut args =
        vec!["token", "create", "--user", "mara@north.example", "--name", "test", "--json"];
    args.extend(more);
    program.run(&args).must_be_done().json()["token"].as_str().unwrap().to_owned()
}

/// A text as it is written in an address.
pub fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b',' => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

pub const PEOPLE: &str = "/api/v1/people";
const BATCH: &str = "/api/v1/people/batch";

#[test]
fn people_are_told_and_asked_on_both_databases() {
    let world = world(Dialect::Postgres, &[]);
    let Location::Postgres(address) = &world.location else { panic!("{}", world.location) };
    for program in [Program::new(), Program::on(address)] {
        program.begin();
        let token = token(&program, &[]);
        let served = program.serve(&[]);
        let caller = Caller { served: &served, token };
        let ann = json!({
            "email": "Ann@North.example", "name": "Ann North", "ids": { "crm_id": "7" },
            "facts": { "person.custom.plan": "pro", "person.custom.seats": 3 },
            "company": { "domain": "north.example", "facts": { "company.employees": 120 } },
            "activities": [ { "kind": "form.submitted", "at": "2026-01-02T03:04:05Z", "properties": { "asset": "prices" } } ],
        });
        let (status, told) = caller.tell(PEOPLE, &ann);
        assert_eq!((status, &told["status"]), (201, &json!("created")), "{told}");
        let id = told["id"].as_str().unwrap().to_owned();
        let (status, told) = caller.tell(PEOPLE, &ann);
        assert_eq!((status, &told["status"], &told["id"]), (200, &json!("unchanged"), &json!(id)));
        let more = json!({ "ids": { "crm_id": "7" }, "title": "CEO" });
        let (status, told) = caller.tell(PEOPLE, &more);
        assert_eq!((status, &told["status"], &told["id"]), (200, &json!("updated"), &json!(id)));
        let whole = caller.get(&format!("{PEOPLE}/{id}"));
        assert_eq!(whole["company"]["domain"], "north.example");
        let did = caller.get(&format!("{PEOPLE}/ann@north.example/activities?limit=1"));
        assert_eq!(
            (&did["activities"][0]["kind"], &did["activities"][0]["properties"], &did["next"]),
            (&json!("form.submitted"), &json!({ "asset": "prices" }), &Value::Null)
        );
        let held = |key: &str| {
            let facts = whole["facts"].as_array().unwrap();
            let fact = facts.iter().find(|fact| fact["key"] == key).unwrap();
            (fact["value"].clone(), fact["source"].clone())
        };
        assert_eq!(held("person.custom.plan"), (json!("pro"), json!("api")));
        assert_eq!(held("person.custom.seats"), (json!(3), json!("api")), "a number stays one");
        let moves = caller.get(&format!("{PEOPLE}/{id}/transitions"));
        assert_eq!(moves["transitions"][0]["to"], "lead", "{moves}");
        assert_eq!(
            caller.get(&format!("{PEOPLE}/{id}/standings"))["standings"][0]["stage"],
            "lead"
        );

        let people: Vec<Value> =
            (0..10).map(|n| json!({ "email": format!("p{n}@south.example") })).collect();
        let mut mixed = people.clone();
        mixed.insert(3, json!({ "email": "nobody" }));
        mixed.insert(6, json!({ "email": "x@y.example", "nickname": "x" }));
        mixed.push(json!({ "email": "p0@south.example", "ids": { "crm_id": "7" } }));
        let (status, told) = caller.tell(BATCH, &json!({ "people": mixed }));
        assert_eq!(status, 200);
        assert_eq!(
            told["counts"],
            json!({ "rows": 13, "created": 10, "updated": 0, "unchanged": 0, "rejected": 3 })
        );
        let results = told["results"].as_array().unwrap();
        assert_eq!(results[3]["errors"][0]["name"], "/email");
        assert!(results[6]["errors"][0]["words"].as_str().unwrap().contains("nickname"));
        assert!(results[12]["errors"][0]["words"].as_str().unwrap().contains("name two people"));
        let (_, told) = caller.tell(BATCH, &json!(people));
        assert_eq!(told["counts"]["unchanged"], 10);

        let mut by_name = caller.everybody("sort=name");
        assert_eq!((by_name.len(), by_name[0].as_str()), (11, "ann@north.example"));
        let mut met = caller.everybody("where=known(person.email)");
        by_name.sort();
        met.sort();
        assert_eq!(met, by_name, "each once, by either way");
        let condition = "company.employees >= 100 && did(\"form.submitted\")";
        let question = "company.employees%20%3E%3D%20100%20%26%26%20did(%22form.submitted%22)";
        let page = caller.get(&format!("{PEOPLE}?where={question}&fields=email&count=true"));
        assert_eq!(
            (&page["count"], &page["people"]),
            (&json!(1), &json!([{ "id": id, "email": "ann@north.example" }]))
        );
        let listed = program.run(&["people", "--where", condition, "--json"]).must_be_done().json();
        assert_eq!(listed["count"], page["count"], "the command line gives the same");
        assert_eq!(program.run(&["verify"]).must_be_done().code, 0);
    }
}

#[test]
fn whoever_shows_no_token_or_too_small_a_one_is_refused() {
    let program = Program::new();
    program.begin();
    let (writes, reads) =
        (token(&program, &[]), token(&program, &["--scope", "read", "--expires", "1d"]));
    let served = program.serve(&[]);
    let nobody = served.get(PEOPLE);
    assert_eq!((nobody.status, nobody.headers["www-authenticate"].as_str()), (401, "Bearer"));
    assert_eq!(nobody.headers["content-type"], "application/problem+json");
    // A browser that asks for pages is told as programs are, and a session opens nothing here.
    let entered =
        served.ask("POST", "/sign-in", &[], "email=mara@north.example&password=correct+horse");
    let cookie = entered.headers["set-cookie"].split(';').next().unwrap();
    let headers = [("cookie", cookie), ("accept", "text/html")];
    let browser = served.ask("GET", PEOPLE, &headers, "");
    assert_eq!(
        (browser.status, browser.headers["content-type"].as_str()),
        (401, "application/problem+json")
    );
    let reader = Caller { served: &served, token: reads };
    assert_eq!(reader.get(PEOPLE)["people"], json!([]));
    let person = json!({ "email": "ann@north.example" });
    assert_eq!(reader.tell(PEOPLE, &person).0, 403);
    assert_eq!(reader.tell(BATCH, &json!([person])).0, 403);
    // Nor does it change what is its user's own.
    let view = json!({ "name": "Mine", "stage": "lead" });
    assert_eq!(reader.tell("/api/v1/views", &view).0, 403);
    assert_eq!(reader.ask("POST", "/api/v1/me/sessions/end", "").status, 403);
    assert_eq!(reader.ask("POST", "/api/v1/definitions/check", r#"{"text":""}"#).status, 200);
    let writer = Caller { served: &served, token: writes };
    assert_eq!(writer.tell(PEOPLE, &person).0, 201);
    // A token opens the calls, and no page.
    assert_eq!(writer.ask("GET", "/people", "").status, 401);
    let listed = program.run(&["token", "list", "--json"]).must_be_done().json();
    let tokens = listed["tokens"].as_array().unwrap();
    assert!(
        tokens.len() == 2 && tokens.iter().all(|it| it["last_used_at"].is_string()),
        "{listed}"
    );
    for one in tokens {
        program.run(&["token", "revoke", one["id"].as_str().unwrap()]).must_be_done();
    }
    assert_eq!(writer.ask("GET", PEOPLE, "").status, 401);
    assert_eq!(reader.ask("GET", PEOPLE, "").status, 401);
    let ran = program.run(&["token", "create", "--user", "x@y.example", "--name", "x"]);
    assert!(ran.code == 1 && ran.err.contains("there is no user x@y.example"), "{}", ran.err);
    let ran = program.run(&["token", "create", "--user", "x", "--name", "x", "--expires", "soon"]);
    assert!(ran.code == 2 && ran.err.contains("like 90d or 12h"), "{}", ran.err);
}

#[test]
fn what_is_wrong_with_a_call_is_said_with_its_place() {
    let program = Program::new();
    program.begin();
    let token = token(&program, &[]);
    let served = program.serve(&[]);
    let caller = Caller { served: &served, token };
    let person_value = |more: Value| {
        let mut person = json!({ "email": "ann@north.example" });
        person.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        person
    };
    let person = |more: Value| person_value(more).to_string();
    let activity = |activity: Value| person(json!({ "activities": [activity] }));
    let too_many = vec![json!({}); 1_001];
    let long = format!("{PEOPLE}?where={}", "a".repeat(4_001));
    let rows = [
        ("POST", PEOPLE, "{".to_owned(), 400, "this is no JSON"),
        ("POST", PEOPLE, "7".to_owned(), 422, "an object is wanted"),
        ("POST", PEOPLE, "{}".to_owned(), 422, "give at least one of email, phone, ids"),
        ("POST", PEOPLE, person(json!({ "is_admin": true })), 422, "is_admin"),
        ("POST", PEOPLE, person(json!({ "phone": "call me" })), 422, "/phone"),
        ("POST", PEOPLE, person(json!({ "ids": { "CRM": "7" } })), 422, "/ids/CRM"),
        ("POST", PEOPLE, person(json!({ "ids": { "crm": "" } })), 422, "/ids/crm"),
        (
            "POST",
            PEOPLE,
            person(json!({ "facts": { "person.a": { "b": 1 } } })),
            422,
            "/facts/person.a",
        ),
        (
            "POST",
            PEOPLE,
            person(json!({ "facts": { "person.owner": "me" } })),
            422,
            "/facts/person.owner",
        ),
        ("POST", PEOPLE, person(json!({ "facts": { "a/b": 1 } })), 422, "/facts/a~1b"),
        ("POST", PEOPLE, person(json!({ "company": {} })), 422, "/company"),
        ("POST", PEOPLE, person(json!({ "company": { "domain": "no" } })), 422, "/company/domain"),
        ("POST", PEOPLE, activity(json!({ "kind": "Viewed" })), 422, "/activities/0/kind"),
        ("POST", PEOPLE, activity(json!({ "kind": "stage.moved" })), 422, "/activities/0/kind"),
        (
            "POST",
            PEOPLE,
            activity(json!({ "kind": "page.viewed", "at": "2099-01-01T00:00:00Z" })),
            422,
            "/activities/0/at",
        ),
        (
            "POST",
            PEOPLE,
            activity(json!({ "kind": "page.viewed", "properties": { "a": {} } })),
            422,
            "/activities/0/properties/a",
        ),
        ("POST", BATCH, json!(too_many).to_string(), 422, "0 to 1000 are taken"),
        ("POST", BATCH, json!({ "people": 7 }).to_string(), 422, "a list is wanted"),
        ("POST", BATCH, json!({ "people": [], "all": true }).to_string(), 422, "/all"),
        ("GET", "/api/v1/people?where=person.email%20%3D%3D", String::new(), 422, "line 1"),
        ("GET", long.as_str(), String::new(), 422, "at most 4000 are taken: save it as a segment"),
        ("GET", "/api/v1/people?stage=boss", String::new(), 422, "there are lead"),
        ("GET", "/api/v1/people?limit=0", String::new(), 422, "from 1 to 1000"),
        ("GET", "/api/v1/people?after=nowhere", String::new(), 409, "no place in this list"),
        ("GET", "/api/v1/people?sort=luck", String::new(), 422, "touched"),
        ("GET", "/api/v1/people?page=2", String::new(), 422, "there is no parameter page"),
        ("GET", "/api/v1/people/per_7", String::new(), 404, "per_7"),
        ("GET", "/api/v1/peopel", String::new(), 404, "below /api/v1/people?"),
        ("DELETE", PEOPLE, String::new(), 405, "it takes GET"),
    ];
    for (method, path, body, status, words) in rows {
        let answer = caller.ask(method, path, &body);
        assert_eq!(answer.status, status, "{method} {path} {body:.80}: {}", answer.body);
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{path}");
        assert!(answer.body.contains(words), "{method} {path} {body:.80}: {}", answer.body);
    }
    // Of many, each has its own, with the way to all that is wrong.
    let odd =
        json!([person_value(json!({ "activities": [{ "kind": "x", "at": "yesterday" }] })), null]);
    let (_, told) = caller.tell(BATCH, &odd);
    let mut names: Vec<&str> = told["results"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|one| one["errors"].as_array().unwrap())
        .map(|field| field["name"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["", "/activities/0/at", "/activities/0/kind"], "{told}");
    let bearer = format!("Bearer {}", caller.token);
    let form = served.ask("POST", PEOPLE, &[("authorization", &bearer)], "email=a@b.example");
    assert_eq!(form.status, 415, "{}", form.body);
    assert_eq!(caller.get(PEOPLE)["people"], json!([]), "nothing of all this was taken");
}

#[test]
fn the_description_is_of_the_calls_that_there_are() {
    let program = Program::new();
    program.begin();
    let token = token(&program, &[]);
    let served = program.serve(&[]);
    let caller = Caller { served: &served, token };
    let answer = served.get("/api/v1/openapi.json");
    assert_eq!(answer.status, 200, "it holds no data, and asks for no token");
    let document: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    for (path, calls) in document["paths"].as_object().unwrap() {
        let at = path.replace(['{', '}'], "");
        for method in ["get", "post", "put", "patch", "delete"] {
            let body = if method == "get" { "" } else { "{}" };
            let answer = caller.ask(&method.to_uppercase(), &at, body);
            assert_eq!(answer.status != 405, calls.get(method).is_some(), "{method} {path}");
            if answer.status == 405 {
                let allowed: Vec<&str> =
                    answer.headers["allow"].split(',').map(str::trim).collect();
                let there = calls.as_object().unwrap().keys().map(|call| call.to_uppercase());
                assert!(there.into_iter().all(|call| allowed.contains(&call.as_str())), "{path}");
            }
        }
        for call in calls.as_object().unwrap().values() {
            let responses = call["responses"].as_object().unwrap();
            assert!(
                call["operationId"].is_string() && responses.keys().any(|it| it.starts_with('2'))
            );
        }
    }
    // What is referred to is there.
    let text = document.to_string();
    for part in text.split("\"#/components/").skip(1) {
        let way = part.split('"').next().unwrap();
        assert!(!document.pointer(&format!("/components/{way}")).unwrap().is_null(), "{way}");
    }
}

#[test]
fn a_condition_goes_with_stages_a_text_a_list_and_any_order() {
    let program = Program::new();
    program.begin();
    let token = token(&program, &[]);
    let served = program.serve(&[]);
    let caller = Caller { served: &served, token };
    let people: Vec<Value> = (0..9)
        .map(|n| {
            json!({
                "email": format!("p{n}@south.example"),
                "name": format!("{} Person {n}", if n % 2 == 0 { "Ann" } else { "Ben" }),
                "facts": { "person.custom.seats": 9 - n, "person.country": if n < 6 { "DE" } else { "FR" } },
            })
        })
        .collect();
    assert_eq!(caller.tell(BATCH, &json!(people)).0, 200);
    let who = |n: &[usize]| n.iter().map(|n| format!("p{n}@south.example")).collect::<Vec<_>>();
    // A slip of the finger finds nobody, and is told.
    let slip = caller.get(&format!("{PEOPLE}?where=person.contry%20%3D%3D%20%22DE%22"));
    assert_eq!(
        (&slip["people"], &slip["doubts"][0]["nearest"]),
        (&json!([]), &json!("person.country"))
    );
    let slip = caller.get("/api/v1/companies/count?where=company.employes%20%3E%203");
    assert_eq!((&slip["count"], &slip["doubts"][0]["column"]), (&json!(0), &json!(1)));
    let german = "where=person.country%20%3D%3D%20%22DE%22";
    assert_eq!(caller.get(&format!("{PEOPLE}?{german}")).get("doubts"), None);
    let by_seats = format!("{german}&sort=person.custom.seats");
    assert_eq!(caller.everybody(&by_seats), who(&[5, 4, 3, 2, 1, 0]));
    assert_eq!(caller.everybody(&format!("{by_seats}&order=desc")), who(&[0, 1, 2, 3, 4, 5]));
    assert_eq!(caller.everybody(german), who(&[0, 1, 2, 3, 4, 5]), "as they came");
    assert_eq!(caller.everybody(&format!("{german}&stage=customer")), who(&[]));
    assert_eq!(
        caller.everybody(&format!("{german}&stage=lead&sort=name")),
        who(&[0, 2, 4, 1, 3, 5])
    );
    let ann = format!("{german}&search=ann&sort=person.custom.seats");
    assert_eq!(
        caller.everybody(&ann),
        who(&[4, 2, 0]),
        "those of a text in an order, page by page"
    );
    let counted =
        |question: &str| caller.get(&format!("{PEOPLE}?{question}&count=true"))["count"].clone();
    assert_eq!(counted(&ann), 3);
    assert_eq!(counted(&format!("{german}&search=ann")), 3);
    assert_eq!(
        (counted(german), counted("limit=1"), counted("search=ben")),
        (json!(6), json!(9), json!(4))
    );
    let page = caller.get(&format!("{PEOPLE}?{german}"));
    assert_eq!(page.get("count"), None, "nobody asked how many there are");
    let lacking = caller.get(&format!("{PEOPLE}?missing=next&limit=1&fields=missing"));
    assert!(lacking["people"][0]["missing"]["words"].is_string(), "{lacking}");

    // Lists and segments are asked like everybody, and by their own paths.
    let (status, list) = caller.tell("/api/v1/lists", &json!({ "name": "Fair" }));
    assert_eq!(status, 201, "{list}");
    let whom = json!({ "people": who(&[1, 7, 8]) });
    assert_eq!(caller.tell("/api/v1/lists/Fair/people", &whom).1["moved"], 3);
    let segment = json!({ "name": "Germans", "condition": "person.country == \"DE\"" });
    assert_eq!(caller.tell("/api/v1/segments", &segment).0, 201);
    assert_eq!(caller.everybody("list=Fair&sort=name"), who(&[8, 1, 7]));
    assert_eq!(caller.everybody("list=Fair&segment=Germans"), who(&[1]));
    let emails = |at: &str| -> Vec<String> {
        let page = caller.get(at);
        let people = page["people"].as_array().unwrap();
        people.iter().map(|one| one["email"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(emails("/api/v1/lists/Fair/people?search=ann"), who(&[8]));
    assert_eq!(emails("/api/v1/segments/Germans/people?limit=2&sort=name"), who(&[0, 2]));
    let wrong = caller.ask("GET", &format!("{PEOPLE}?{german}&sort=name&after=i7~7"), "");
    assert_eq!((wrong.status, wrong.body.contains("other_order")), (409, true));
    let nobody = caller.ask("GET", "/api/v1/lists/Nothing/people", "");
    assert_eq!(nobody.status, 404, "{}", nobody.body);

    // Of whom it is unknown comes last, in either direction; the page before ends where it will.
    let unknown: Vec<Value> =
        (9..13).map(|n| json!({ "email": format!("p{n}@south.example") })).collect();
    assert_eq!(caller.tell(BATCH, &json!(unknown)).0, 200);
    let seats = "sort=person.custom.seats";
    let risen = who(&[8, 7, 6, 5, 4, 3, 2, 1, 0, 9, 10, 11, 12]);
    assert_eq!(caller.everybody(seats), risen);
    let fallen = who(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 11, 10, 9]);
    assert_eq!(caller.everybody(&format!("{seats}&order=desc")), fallen);
    let listed =
        program.run(&["people", "--sort", "person.custom.seats", "--limit", "10", "--json"]);
    let listed = listed.must_be_done().json();
    let after = listed["next"].as_str().expect("a next page");
    let rest = ["people", "--sort", "person.custom.seats", "--json", "--after", after];
    let rest = program.run(&rest).must_be_done().json();
    let rest: Vec<&str> =
        rest["people"].as_array().unwrap().iter().filter_map(|one| one["email"].as_str()).collect();
    assert_eq!(rest, who(&[10, 11, 12]));
    let wrong = caller.ask("GET", &format!("{PEOPLE}?sort=name&after={after}"), "");
    assert_eq!((wrong.status, wrong.body.contains("other_order")), (409, true), "{}", wrong.body);
}

#[test]
fn what_a_page_or_a_command_does_a_call_does_too() {
    let program = Program::new();
    program.begin();
    let token = token(&program, &[]);
    let served = program.serve(&[]);
    let caller = Caller { served: &served, token };
    assert_eq!(caller.tell(PEOPLE, &json!({ "email": "ann@north.example", "name": "Ann" })).0, 201);
    let ann = "/api/v1/people/ann@north.example";
    let tell = |at: &str, body: Value| {
        let (status, value) = caller.tell(&format!("{ann}/{at}"), &body);
        assert!((200..300).contains(&status), "{at}: {status} {value}");
        value
    };
    // An edit, what was said, and back.
    tell("facts", json!({ "key": "person.title", "value": "COO" }));
    let edit = tell("facts", json!({ "key": "person.title", "value": "CEO" }));
    let said = caller.get(&format!("{ann}/facts/person.title"));
    assert_eq!((&said["held"]["value"], said["all"].as_array().unwrap().len()), (&json!("CEO"), 2));
    tell("undo", json!({ "edit": edit["edit"] }));
    assert_eq!(caller.get(ann)["title"], "COO");
    let taken = caller.tell(&format!("{ann}/undo"), &json!({ "edit": edit["edit"] }));
    assert_eq!((taken.0, &taken.1["code"]), (409, &json!("changed_since")));
    // An answer and a move; what is wrong is said of its member.
    tell("answers", json!({ "criterion": "need", "answer": "yes" }));
    let field = |at: &str, body: Value| {
        let (status, problem) = caller.tell(&format!("{ann}/{at}"), &body);
        assert!(status == 422 || status == 409, "{problem}");
        problem["fields"][0]["name"].as_str().unwrap().to_owned()
    };
    assert_eq!(field("answers", json!({ "criterion": "luck", "answer": "yes" })), "/criterion");
    assert_eq!(field("moves", json!({ "to": "recycled", "reason": " " })), "/reason");
    let wake = json!({ "to": "recycled", "reason": "No budget", "wake_on": "soon" });
    assert_eq!(field("moves", wake), "/wake_on");
    assert_eq!(field("facts", json!({ "key": "Title", "value": "x" })), "/key");
    // Bulk, in their own numbers.
    let change = json!({ "do": { "what": "fact", "key": "person.custom.plan", "value": "pro" }, "matching": { "where": "known(person.email)" } });
    let (status, begun) = caller.tell("/api/v1/changes", &change);
    assert_eq!(status, 202, "{begun}");
    let at = format!("/api/v1/changes/{}", begun["id"].as_str().unwrap());
    let done = loop {
        let change = caller.get(&at);
        if change["is_done"] == true {
            break change;
        }
    };
    assert_eq!((&done["changed"], &done["adds_up"]), (&json!(1), &json!(true)), "{done}");
    // Views are one's own, and go with their tag.
    let (status, view) =
        caller.tell("/api/v1/views", &json!({ "name": "Mine", "shows": { "stage": "lead" } }));
    assert_eq!(status, 201, "{view}");
    let at = format!("/api/v1/views/{}", view["id"].as_str().unwrap());
    let changed = caller.ask("PATCH", &at, r#"{"shows":{"where":"person.country =="}}"#);
    assert!(changed.status == 422 && changed.body.contains("/shows/where"), "{}", changed.body);
    assert_eq!(caller.ask("DELETE", &at, "").status, 204);
    // The team, by names and by ids.
    let (_, team) = caller.tell("/api/v1/teams", &json!({ "name": "North" }));
    let (status, joined) =
        caller.tell("/api/v1/teams/north/members", &json!({ "user": "mara@north.example" }));
    assert_eq!((status, &joined["members"][0]["email"]), (200, &json!("mara@north.example")));
    let under = json!({ "name": "Coast", "under": team["id"] });
    assert_eq!(caller.tell("/api/v1/teams", &under).1["under"], team["id"]);
    let (status, problem) = caller.tell(
        "/api/v1/users",
        &json!({ "email": "x@y.example", "role": "boss", "password": "a long and quiet night" }),
    );
    assert_eq!((status, &problem["fields"][0]["name"]), (409, &json!("/role")));
    let (status, invited) = caller
        .tell("/api/v1/invitations", &json!({ "email": "ida@north.example", "role": "member" }));
    assert_eq!(status, 201, "{invited}");
    let join = served.get(invited["join"].as_str().unwrap());
    assert!(join.status == 200 && join.body.contains("ida@north.example"), "{}", join.status);
    let log = caller.get("/api/v1/audit?what=invitation.&mouth=api");
    assert_eq!(log["rows"][0]["what"], "invitation.made", "{log}");
    assert_eq!(caller.get("/api/v1/audit/check")["breaks"], json!([]));
    let found = caller.get("/api/v1/search?q=ann");
    assert_eq!(found["people"][0]["name"], "Ann", "{found}");
    assert_eq!(caller.get("/api/v1/funnel")["stages"]["lead"], 1);
}

#[test]
fn a_command_on_behalf_of_a_user_does_and_shows_no_more_than_they_may() {
    let program = Program::new();
    program.begin();
    let token = token(&program, &[]);
    let served = program.serve(&[]);
    let caller = Caller { served: &served, token };
    let told = json!([{ "email": "ann@north.example", "name": "Ann" }, { "email": "ben@south.example", "name": "Ben" }]);
    assert_eq!(caller.tell(BATCH, &told).0, 200);
    for (email, role) in [("vera@north.example", "viewer"), ("sam@north.example", "member")] {
        let user = json!({ "email": email, "role": role, "password": "a long and quiet night" });
        assert_eq!(caller.tell("/api/v1/users", &user).0, 201);
    }
    program.run(&["user", "change", "sam@north.example", "--sees", "own"]).must_be_done();
    program.run(&["assign", "ben@south.example", "sam@north.example"]).must_be_done();
    let mine =
        program.run(&["--as", "sam@north.example", "people", "--json"]).must_be_done().json();
    assert_eq!(mine["people"].as_array().unwrap().len(), 1, "{mine}");
    assert_eq!(mine["people"][0]["name"], "Ben");
    for hidden in [&["person", "ann@north.example"][..], &["why", "ann@north.example"]] {
        let ran = program.run(&[&["--as", "sam@north.example"], hidden].concat());
        assert!(ran.code == 1 && ran.err.contains("there is no person"), "{}", ran.err);
    }
    let ran = program.run(&[
        "--as",
        "vera@north.example",
        "set",
        "ann@north.example",
        "person.title",
        "x",
    ]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    program
        .run(&["--as", "sam@north.example", "set", "ben@south.example", "person.title", "CEO"])
        .must_be_done();
    // What is kept by owners is what is counted, whoever looks after whom and wherever they go.
    let verified = || assert_eq!(program.run(&["verify"]).must_be_done().code, 0);
    verified();
    for (owner, to) in
        [("", "recycled"), ("vera@north.example", "lead"), ("sam@north.example", "disqualified")]
    {
        program.run(&["assign", "ben@south.example", owner]).must_be_done();
        program.run(&["move", "ben@south.example", to, "--reason", "so"]).must_be_done();
        verified();
    }
    program.run(&["gdpr", "erase", "ben@south.example", "--yes"]).must_be_done();
    verified();
    let log = caller.get("/api/v1/audit?user=sam@north.example");
    let row = &log["rows"][0];
    assert_eq!((&row["what"], &row["mouth"]), (&json!("fact.edited"), &json!("command")), "{log}");
    let ran = program.run(&["--as", "sam@north.example", "verify"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    let ran = program.run(&["--as", "nobody@north.example", "people"]);
    assert!(ran.code == 1 && ran.err.contains("there is no user"), "{}", ran.err);
}

#[test]
fn a_file_is_brought_tried_and_imported_and_says_what_it_refused() {
    let program = Program::new();
    program.begin();
    let token = token(&program, &[]);
    let served = program.serve(&[]);
    let caller = Caller { served: &served, token };
    let brought = upload(&caller, "/api/v1/uploads?name=leads.csv");
    let brought: Value = serde_json::from_str(&brought.body).unwrap();
    assert_eq!(brought["columns"], json!(["Email", "Name"]));
    let ask = json!({ "upload": brought["upload"], "mapping": brought["mapping"] });
    let (status, tried) = caller.tell("/api/v1/imports/try", &ask);
    assert_eq!((status, &tried["counts"]["created"]), (200, &json!(1)), "{tried}");
    assert_eq!(caller.get(PEOPLE)["people"], json!([]), "nothing was changed");
    let wrong = json!({ "upload": brought["upload"], "mapping": "[key]\nemail = \"E-Mail\"\n" });
    let (status, problem) = caller.tell("/api/v1/imports/try", &wrong);
    assert!(status == 422 && problem["detail"].as_str().unwrap().contains("Email"), "{problem}");
    let (status, begun) = caller.tell("/api/v1/imports", &ask);
    assert_eq!(status, 202, "{begun}");
    let at = format!("/api/v1/imports/{}", begun["id"].as_str().unwrap());
    let done = loop {
        let import = caller.get(&at);
        if import["state"] != "running" {
            break import;
        }
    };
    assert_eq!((&done["state"], &done["adds_up"]), (&json!("done"), &json!(true)), "{done}");
    assert_eq!(
        done["counts"],
        json!({ "in": 2, "created": 1, "updated": 0, "unchanged": 0, "rejected": 1 })
    );
    let rejected = caller.get(&format!("{at}/rejected"));
    assert_eq!(
        (&rejected["rows"][0]["raw"], &rejected["next"]),
        (&json!("nobody,No One"), &Value::Null)
    );
    assert_eq!(caller.get(PEOPLE)["people"][0]["email"], "ann@north.example");
    let (status, _) = caller.tell("/api/v1/imports", &json!({ "upload": "x", "mapping": "y" }));
    assert_eq!(status, 404);
}

//! `/api/v1`, as a program calls it.

use platform::Location;
use platform::db::Dialect;
use platform::harness::world;
use serde_json::{Value, json};

use crate::program::{Answer, Program, Served};

struct Caller<'a> {
    served: &'a Served,
    token: String,
}

impl Caller<'_> {
    fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        self.served.ask(method, path, &headers, body)
    }

    fn get(&self, path: &str) -> Value {
        let answer = self.ask("GET", path, "");
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }

    fn tell(&self, path: &str, body: &Value) -> (u16, Value) {
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

fn token(program: &Program, more: &[&str]) -> String {
    let mut args =
        vec!["token", "create", "--user", "mara@north.example", "--name", "test", "--json"];
    args.extend(more);
    program.run(&args).must_be_done().json()["token"].as_str().unwrap().to_owned()
}

const PEOPLE: &str = "/api/v1/people";
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
        assert_eq!(
            whole["history"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|it| it["did"] == "form.submitted")
                .count(),
            1
        );
        let plan = whole["facts"]
            .as_array()
            .unwrap()
            .iter()
            .find(|fact| fact["key"] == "person.custom.plan");
        assert_eq!(
            plan.map(|fact| (&fact["value"], &fact["source"])),
            Some((&json!("pro"), &json!("api")))
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
        let page = caller.get(&format!("{PEOPLE}?where={question}&fields=email"));
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
    let person = |more: Value| {
        let mut person = json!({ "email": "ann@north.example" });
        person.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        person.to_string()
    };
    let activity = |activity: Value| person(json!({ "activities": [activity] }));
    let too_many = vec![json!({}); 1_001];
    let rows = [
        ("POST", PEOPLE, "{".to_owned(), 400, "this is no JSON"),
        ("POST", PEOPLE, "7".to_owned(), 422, "a person is an object"),
        ("POST", PEOPLE, "{}".to_owned(), 422, "nothing says who it is"),
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
        ("POST", BATCH, json!(too_many).to_string(), 422, "at most 1000"),
        ("POST", BATCH, json!({ "people": 7 }).to_string(), 422, "send a list of people"),
        ("POST", BATCH, json!({ "people": [], "all": true }).to_string(), 422, "/all"),
        ("GET", "/api/v1/people?where=person.email%20%3D%3D", String::new(), 422, "line 1"),
        ("GET", "/api/v1/people?where=true&stage=lead", String::new(), 422, "asked alone"),
        ("GET", "/api/v1/people?stage=boss", String::new(), 422, "there are lead"),
        ("GET", "/api/v1/people?limit=0", String::new(), 422, "from 1 to 1000"),
        ("GET", "/api/v1/people?after=nowhere", String::new(), 422, "no place in this list"),
        ("GET", "/api/v1/people?sort=luck", String::new(), 422, "touched"),
        ("GET", "/api/v1/people?page=2", String::new(), 422, "unknown field `page`"),
        ("GET", "/api/v1/people/per_7", String::new(), 404, "per_7"),
        ("GET", "/api/v1/persons", String::new(), 404, "openapi.json lists"),
        ("DELETE", PEOPLE, String::new(), 405, "method"),
    ];
    for (method, path, body, status, words) in rows {
        let answer = caller.ask(method, path, &body);
        assert_eq!(answer.status, status, "{method} {path} {body:.80}: {}", answer.body);
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{path}");
        assert!(answer.body.contains(words), "{method} {path} {body:.80}: {}", answer.body);
    }
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
        let path = path.replace("{who}", "per_7");
        for method in ["get", "post", "put", "patch", "delete"] {
            let answer = caller.ask(&method.to_uppercase(), &path, "{}");
            assert_eq!(answer.status != 405, calls.get(method).is_some(), "{method} {path}");
        }
        for call in calls.as_object().unwrap().values() {
            assert!(call["operationId"].is_string() && call["responses"]["200"].is_object());
        }
    }
    // What is referred to is there.
    let text = document.to_string();
    for part in text.split("\"#/components/").skip(1) {
        let way = part.split('"').next().unwrap();
        assert!(!document.pointer(&format!("/components/{way}")).unwrap().is_null(), "{way}");
    }
    // The example is taken as it stands.
    let example =
        &document["paths"][PEOPLE]["post"]["requestBody"]["content"]["application/json"]["example"];
    assert_eq!(caller.tell(PEOPLE, example).0, 201);
}

//! What the description of the API shows as an example, told to a program that has what each of them needs.

use serde_json::{Value, json};

use crate::api::{Caller, PEOPLE, encoded, token};
use crate::program::{Answer, Program};

/// Every example of the description is made as it stands. The program checks its own answers against their shapes while
/// it is tested, so that one which is not as it is described comes back as 500.
#[test]
fn every_example_is_answered_as_it_is_described() {
    let program = Program::new();
    program.begin();
    let token = token(&program, &[]);
    let served = program.serve(&[]);
    let caller = Caller { served: &served, token };
    let document: Value = serde_json::from_str(&served.get("/api/v1/openapi.json").body).unwrap();
    let mut made = 0;
    let handing = json!({ "text": HANDING, "from": "start" });
    assert_eq!(caller.tell("/api/v1/definitions/adopt", &handing).0, 200);
    assert_eq!(caller.tell(PEOPLE, &json!({ "email": "ann@north.example" })).0, 201);
    // Somebody who is erased is there to be erased.
    assert_eq!(caller.tell(PEOPLE, &json!({ "email": "leaver@north.example" })).0, 201);
    // What is told first is there to be asked for.
    for method in ["post", "get", "patch", "delete"] {
        for (path, calls) in document["paths"].as_object().unwrap() {
            let Some(call) = calls.get(method) else { continue };
            let at = |name: &'static str| examples(call, name);
            let asked: Vec<String> =
                at("query").into_iter().map(|(name, text)| format!("{name}={text}")).collect();
            let mut queries = vec![String::new()];
            queries.extend((!asked.is_empty()).then(|| asked.join("&")));
            for query in queries {
                let mut way = path.clone();
                for (name, text) in at("path") {
                    way = way.replace(&format!("{{{name}}}"), &text);
                }
                while let Some(name) = way.split(['{', '}']).nth(1).map(str::to_owned) {
                    way = way.replacen(&format!("{{{name}}}"), &seed(&caller, path, &name), 1);
                }
                if call["operationId"] == "takeBackDefinition" {
                    let text = "name = \"Later\"\n[stages.lead]\nenter = 'true'\n";
                    let later = json!({ "text": text, "from": "2999-01-01T00:00:00Z" });
                    let (status, waits) = caller.tell("/api/v1/definitions/adopt", &later);
                    assert_eq!((status, &waits["waits"]), (200, &json!(true)), "{waits}");
                }
                let answer = match call["requestBody"]["content"].get("application/octet-stream") {
                    Some(_) => upload(&caller, &way),
                    None => {
                        let body = &call["requestBody"]["content"]["application/json"]["example"];
                        let body = real(&caller, &way, body.clone());
                        caller.ask(&method.to_uppercase(), &format!("{way}?{query}"), &body)
                    }
                };
                let status = answer.status.to_string();
                // Two backtests that came to something are more than an example brings along.
                let is_without = call["operationId"] == "compareBacktests" && status == "409"
                    // No passkey is made without a browser.
                    || call["operationId"] == "renameMyPasskey" && status == "404"
                    // And nobody is told of what they do themselves.
                    || call["operationId"] == "seeNotification" && status == "404";
                assert!(
                    status.starts_with('2') || is_without,
                    "{method} {way}?{query}: {status} {}",
                    answer.body
                );
                assert!(call["responses"].get(&status).is_some(), "{method} {way}: {status}");
                made += 1;
            }
        }
    }
    assert!(made >= 130, "{made}");
}

/// A definition whose leads are handed over.
const HANDING: &str = "name = \"Handing\"\n\
    [criteria]\nneed = { ask = \"What does it cost you today?\" }\n\
    [stages.lead]\nenter = 'known(person.email)'\nowner = \"marketing\"\nsla = { accept = \"4h\" }\n\
    [stages.opportunity]\nenter = 'did(\"demo.held\")'\nowner = \"sales\"\n\
    [stages.customer]\nenter = 'did(\"deal.won\")'\n";

/// An example, with what only a workspace knows in the place of what it made up.
fn real(caller: &Caller<'_>, way: &str, mut body: Value) -> String {
    if body.is_null() {
        return String::new();
    }
    if body["upload"] == "…" {
        body["upload"] = json!(uploaded(caller));
    }
    if way.ends_with("/undo") {
        let (of, _) = way.rsplit_once('/').unwrap();
        let key = if of.contains("/companies/") { "company.industry" } else { "person.title" };
        let (status, edited) =
            caller.tell(&format!("{of}/facts"), &json!({ "key": key, "value": "rail" }));
        assert_eq!(status, 200, "{edited}");
        body["edit"] = edited["edit"].clone();
    }
    if way.ends_with("/disputes") {
        let moves = caller.get(&way.replace("/disputes", "/transitions"));
        (body["at"], body["to"]) =
            (moves["transitions"][0]["at"].clone(), moves["transitions"][0]["to"].clone());
    }
    body.to_string()
}

/// The examples of what goes into the path or the query, as it is written there.
fn examples(call: &Value, place: &str) -> Vec<(String, String)> {
    let parameters = call["parameters"].as_array().cloned().unwrap_or_default();
    let said = parameters.iter().filter(|it| it["in"] == place && !it["example"].is_null());
    said.map(|it| {
        let text = match &it["example"] {
            Value::String(text) => text.clone(),
            Value::Array(items) => {
                items.iter().map(|it| it.as_str().unwrap()).collect::<Vec<_>>().join(",")
            }
            other => other.to_string(),
        };
        (it["name"].as_str().unwrap().to_owned(), encoded(&text))
    })
    .collect()
}

const LEADS: &str = "Email,Name\nann@north.example,Ann North\nnobody,No One\n";

pub fn upload(caller: &Caller<'_>, way: &str) -> Answer {
    let bearer = format!("Bearer {}", caller.token);
    let headers = [("authorization", bearer.as_str()), ("content-type", "text/csv")];
    caller.served.ask("POST", way, &headers, LEADS)
}

fn uploaded(caller: &Caller<'_>) -> String {
    let answer = upload(caller, "/api/v1/uploads?name=leads.csv");
    assert_eq!(answer.status, 201, "{}", answer.body);
    let upload: Value = serde_json::from_str(&answer.body).unwrap();
    upload["upload"].as_str().unwrap().to_owned()
}

/// The id of something of that name that is ready for the call.
fn seed(caller: &Caller<'_>, path: &str, name: &str) -> String {
    let tell = |at: &str, body: Value| {
        let (status, value) = caller.tell(&format!("/api/v1{at}"), &body);
        assert!((200..300).contains(&status), "{at}: {value}");
        value
    };
    let len = |at: &str, of: &str| caller.get(at)[of].as_array().unwrap().len();
    let value = match name {
        "draft" => {
            let draft = tell("/drafts", json!({ "note": path }));
            let at = format!("/drafts/{}", draft["id"].as_str().unwrap());
            if path.ends_with("approve") || path.ends_with("adopt") {
                tell(&format!("{at}/propose"), json!({}));
            }
            for team in draft["teams"].as_array().unwrap() {
                if path.ends_with("adopt") {
                    tell(&format!("{at}/approve"), json!({ "team": team }));
                }
            }
            draft
        }
        "backtest" => tell(
            "/backtests",
            json!({ "text": "name = \"Plain\"\n[stages.lead]\nenter = 'true'\n" }),
        ),
        "import" => tell(
            "/imports",
            json!({ "upload": uploaded(caller), "mapping": "[key]\nemail = \"Email\"\n" }),
        ),
        "token" => tell("/tokens", json!({ "name": "seed" })),
        "note" | "file" => {
            let note = tell("/people/ann@north.example/notes", json!({ "text": "Seed" }));
            if name == "note" {
                let id = note["id"].as_str().unwrap().to_owned();
                if path.ends_with("restore") {
                    let gone = caller.ask("DELETE", &format!("/api/v1/notes/{id}"), "");
                    assert_eq!(gone.status, 204, "{}", gone.body);
                }
                return id;
            }
            let at = format!("/api/v1/notes/{}/files?name=seed.csv", note["id"].as_str().unwrap());
            let answer = upload(caller, &at);
            assert_eq!(answer.status, 201, "{}", answer.body);
            let note: Value = serde_json::from_str(&answer.body).unwrap();
            note["files"][0].clone()
        }
        // A name is taken once.
        "segment" => {
            let name = format!("Seed {}", len("/api/v1/segments", "segments"));
            tell("/segments", json!({ "name": name, "condition": "known(person.email)" }))
        }
        "list" => {
            let name = format!("Seed {}", len("/api/v1/lists", "lists"));
            let of = if path.ends_with("/companies") { "companies" } else { "people" };
            tell("/lists", json!({ "name": name, "of": of }))
        }
        "view" => tell("/views", json!({ "name": "Seed", "shows": {} })),
        "change" => tell(
            "/changes",
            json!({ "do": { "what": "owner", "user": null }, "people": ["ann@north.example"] }),
        ),
        "dispute" => {
            let at = "/people/ann@north.example/disputes";
            let body = json!({ "at": "", "to": "", "words": "no" });
            let body = real(caller, &format!("/api/v1{at}"), body);
            tell(at, serde_json::from_str(&body).unwrap())
        }
        "session" => {
            let form = "email=mara@north.example&password=correct+horse";
            assert_eq!(caller.served.ask("POST", "/sign-in", &[], form).status, 303);
            caller.get("/api/v1/me/sessions")["sessions"][0].clone()
        }
        "field" => {
            let label = format!("Seed {}", len("/api/v1/fields", "fields"));
            let field = tell("/fields", json!({ "label": label, "type": "text" }));
            return field["key"].as_str().unwrap().to_owned();
        }
        "invitation" => {
            let email = format!("seed{}@north.example", len("/api/v1/invitations", "invitations"));
            tell("/invitations", json!({ "email": email, "role": "member" }))
        }
        "team" => {
            let name = format!("Seed {}", len("/api/v1/teams", "teams"));
            tell("/teams", json!({ "name": name }))
        }
        "role" => {
            let name = format!("Seed {}", len("/api/v1/roles", "roles"));
            tell("/roles", json!({ "name": name, "may": ["people.read"] }));
            return encoded(&name);
        }
        "territory" => {
            let name = format!("Seed {}", len("/api/v1/territories", "territories"));
            let whose = json!(["mara@north.example"]);
            tell(
                "/territories",
                json!({ "name": name, "where": "known(person.country)", "for": whose }),
            )
        }
        "user" => return "mara@north.example".to_owned(),
        "passkey" => return "pky_none".to_owned(),
        "notification" => return "ntf_none".to_owned(),
        "other" => return seed(caller, path, "backtest"),
        _ => panic!("{path}: what is {name}?"),
    };
    value["id"].as_str().unwrap().to_owned()
}

//! Lists on their way out, by every door: what is in the file, and what is refused before the first of it is sent.

use serde_json::{Value, json};

use crate::api::{Caller, token};
use crate::program::Program;

const PASSWORD: &str = "a long and quiet night";

/// Somebody from whom telephones and what companies earn are kept, with a token.
fn veiled(program: &Program, caller: &Caller<'_>) -> String {
    let args = ["role", "create", "Veiled", "--may", "people.read,people.edit,people.export"];
    let hidden = ["--field", "person.phone=hidden", "--field", "company.custom.revenue=hidden"];
    program.run(&[&args[..], &hidden].concat()).must_be_done();
    let vera = json!({ "email": "vera@north.example", "role": "Veiled", "password": PASSWORD });
    assert_eq!(caller.tell("/api/v1/users", &vera).0, 201);
    let args = ["token", "create", "--user", "vera@north.example", "--name", "test", "--json"];
    program.run(&args).must_be_done().json()["token"].as_str().unwrap().to_owned()
}

#[test]
fn a_fact_that_is_kept_from_whoever_exports_is_refused_before_anything_is_sent() {
    Program::on_both(|program| {
        program.begin();
        let token = token(program, &[]);
        let served = program.serve(&[]);
        let caller = Caller { served: &served, token };
        let ann = json!({ "email": "ann@north.example", "phone": "+49 30 1234567",
            "company": { "domain": "north.example", "facts": { "company.custom.revenue": 7 } } });
        assert_eq!(caller.tell("/api/v1/people", &ann).0, 201);
        let vera = Caller { served: &served, token: veiled(program, &caller) };
        for (of, key) in [("people", "person.phone"), ("companies", "company.custom.revenue")] {
            for format in ["csv", "jsonl"] {
                let path = format!("/api/v1/{of}/export?facts={key}&format={format}");
                let refused = vera.ask("GET", &path, "");
                assert_eq!(refused.status, 422, "{path}: {}", refused.body);
                let problem: Value = serde_json::from_str(&refused.body).unwrap();
                assert_eq!(problem["fields"][0]["name"], "facts", "{problem}");
                let words = problem["fields"][0]["words"].as_str().unwrap();
                assert!(words.contains(key), "{problem}");
                let whole = caller.ask("GET", &path, "");
                assert_eq!((whole.status, whole.headers["sluice-count"].as_str()), (200, "1"));
            }
            let log = caller.get(&format!("/api/v1/audit?what={of}.exported"));
            let rows = log["rows"].as_array().unwrap();
            assert_eq!(rows.len(), 2, "what was refused was not exported: {log}");
            assert!(rows.iter().all(|row| row["by"]["name"] == "mara"), "{log}");
        }
        // The page shows her the column as kept, and the way to the file leaves it out.
        let form = format!("email=vera@north.example&password={}", PASSWORD.replace(' ', "+"));
        let entered = served.ask("POST", "/sign-in", &[], &form);
        let cookie = entered.headers["set-cookie"].split(';').next().unwrap();
        let headers = [("cookie", cookie), ("accept", "text/html")];
        for (page, kept) in [
            ("/people?cols=person.phone,person.email", "person.phone"),
            ("/companies?cols=company.custom.revenue,company.domain", "company.custom.revenue"),
        ] {
            let shown = served.ask("GET", page, &headers, "");
            assert_eq!(shown.status, 200, "{page}: {}", shown.body);
            assert!(shown.body.contains("Kept from you"), "{page}");
            let link = shown.body.split("href=\"").find(|part| part.contains("/export")).unwrap();
            let link = link.split('"').next().unwrap().replace("&amp;", "&").replace("&#38;", "&");
            assert!(!link.contains(kept), "{link}");
            let file = served.ask("GET", &link, &headers, "");
            let count = file.headers.get("sluice-count").map(String::as_str);
            assert_eq!((file.status, count), (200, Some("1")), "{link}: {}", file.body);
            assert!(file.body.contains("north.example"), "{link}: {}", file.body);
            let of = page.split('?').next().unwrap();
            let named = served.ask("GET", &format!("{of}/export?facts={kept}"), &headers, "");
            assert_eq!(named.status, 422, "{}", named.body);
        }
    });
}

#[test]
fn the_list_its_file_and_the_record_say_the_same_of_companies_and_formulas() {
    Program::on_both(|program| {
        program.begin();
        let token = token(program, &[]);
        let served = program.serve(&[]);
        let caller = Caller { served: &served, token };
        let ann = json!({ "email": "ann@north.example", "title": "CEO",
            "company": { "domain": "north.example", "facts": { "company.employees": 120 } } });
        let (_, told) = caller.tell("/api/v1/people", &ann);
        let id = told["id"].as_str().unwrap();
        for field in [
            json!({ "label": "Big fish", "key": "big", "type": "formula", "formula": "person.title == \"CEO\"" }),
            json!({ "label": "Large", "of_company": true, "type": "formula", "formula": "company.employees > 500" }),
        ] {
            let (status, made) = caller.tell("/api/v1/fields", &field);
            assert_eq!(status, 201, "{made}");
        }
        let facts = "company.employees,person.custom.big,company.custom.large";
        let path = format!("/api/v1/people/export?format=jsonl&facts={facts}");
        let file = caller.ask("GET", &path, "");
        assert_eq!(file.status, 200, "{}", file.body);
        let line = file.body.lines().find(|line| line.starts_with("{\"id\"")).unwrap();
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(
            (&line["company.employees"], &line["person.custom.big"], &line["company.custom.large"]),
            (&json!(120), &json!(true), &json!(false)),
        );
        let path = "/api/v1/companies/export?facts=company.custom.large";
        assert!(caller.ask("GET", path, "").body.contains(",no"), "{path}");
        let csv = program.file("out.csv");
        let csv = csv.to_str().unwrap();
        let args = ["export", csv, "--fact", "company.employees", "--fact", "person.custom.big"];
        program.run(&args).must_be_done();
        let written = std::fs::read_to_string(csv).unwrap();
        assert!(written.trim_end().ends_with(",120,yes"), "{written}");

        let form = "email=mara@north.example&password=correct+horse";
        let entered = served.ask("POST", "/sign-in", &[], form);
        let cookie = entered.headers["set-cookie"].split(';').next().unwrap();
        let headers = [("cookie", cookie), ("accept", "text/html")];
        let page = |path: &str| {
            let page = served.ask("GET", path, &headers, "");
            assert_eq!(page.status, 200, "{path}: {}", page.body);
            page.body
        };
        let list = page("/people?cols=co,company.employees,person.custom.big");
        assert!(list.contains(">120<") && list.contains(">Yes<"), "{list}");
        let link = list.split("href=\"").find(|part| part.contains("/export")).unwrap();
        let link = link.split('"').next().unwrap().replace("&amp;", "&").replace("&#38;", "&");
        assert!(page(&link).contains(",120,yes"), "{link}");

        let record = page(&format!("/people/{id}"));
        let line = record.split("id=\"fact-person.custom.big\"").nth(1).unwrap();
        let line = line.split("</div>").next().unwrap();
        assert!(line.contains("Big fish") && line.contains(">Yes<"), "{line}");
        assert!(line.contains("worked out from its condition"), "{line}");
        assert!(
            !line.contains("data-edit") && !line.contains("<a "),
            "it is changed by nobody: {line}"
        );
        let record = page("/companies/north.example");
        let line = record.split("id=\"fact-company.custom.large\"").nth(1).unwrap();
        assert!(line.split("</div>").next().unwrap().contains(">No<"), "{line}");

        let person = caller.get(&format!("/api/v1/people/{id}"));
        let company = caller.get("/api/v1/companies/north.example");
        for (facts, key, value) in [
            (&person["facts"], "person.custom.big", true),
            (&person["company_facts"], "company.custom.large", false),
            (&company["facts"], "company.custom.large", false),
        ] {
            let fact = facts.as_array().unwrap().iter().find(|fact| fact["key"] == key).unwrap();
            assert_eq!((&fact["value"], &fact["source"]), (&json!(value), &json!("formula")));
        }
        let shown = program.run(&["person", "ann@north.example"]).must_be_done().out;
        assert!(shown.contains("person.custom.big") && shown.contains("Yes"), "{shown}");
    });
}

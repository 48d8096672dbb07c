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
            assert!(rows.iter().all(|row| row["user"] != "vera@north.example"), "{log}");
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

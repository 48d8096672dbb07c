//! What is refused says what and where, for programs; and what was done is found in the audit log.

use serde_json::{Value, json};

use crate::api::{Caller, PEOPLE, token};
use crate::program::Program;

/// The newest line of the audit log about something.
fn noted(caller: &Caller<'_>, what: &str) -> Value {
    let log = caller.get(&format!("/api/v1/audit?what={what}&limit=1"));
    assert!(log["rows"][0].is_object(), "nothing is noted of {what}: {log}");
    log["rows"][0].clone()
}

#[test]
fn what_went_into_a_list_and_out_of_it_is_in_the_audit_log_and_which_facts_were_told() {
    Program::on_both(|program| {
        program.begin();
        let token = token(program, &[]);
        let served = program.serve(&[]);
        let caller = Caller { served: &served, token };
        let ann = json!({ "email": "ann@north.example", "company": { "domain": "north.example" } });
        let (_, told) = caller.tell(PEOPLE, &ann);
        let id = told["id"].clone();
        let created = noted(&caller, "person.created");
        assert_eq!(created["detail"]["facts"], json!(["company.domain", "person.email"]));
        assert_eq!(caller.tell(PEOPLE, &json!({ "email": "ben@south.example" })).0, 201);

        let (_, list) = caller.tell("/api/v1/lists", &json!({ "name": "Fair" }));
        let list = list["id"].as_str().unwrap().to_owned();
        let both = json!({ "people": ["ann@north.example", "ben@south.example"] });
        let (status, moved) = caller.tell(&format!("/api/v1/lists/{list}/people"), &both);
        assert_eq!((status, &moved["moved"]), (200, &json!(2)), "{moved}");
        let row = noted(&caller, "list.put_in");
        assert_eq!((&row["subject"], &row["detail"]["people"]), (&json!(list), &json!(2)), "{row}");
        assert!(row["detail"]["ids"].as_array().unwrap().contains(&id), "{row}");
        let one = json!({ "people": ["ann@north.example"] });
        assert_eq!(caller.tell(&format!("/api/v1/lists/{list}/take-out"), &one).0, 200);
        let row = noted(&caller, "list.taken_out");
        assert_eq!((&row["subject"], &row["detail"]["ids"]), (&json!(list), &json!([id])), "{row}");
        // Whoever was not in it was not taken out.
        assert_eq!(caller.tell(&format!("/api/v1/lists/{list}/take-out"), &one).0, 200);
        let log = caller.get("/api/v1/audit?what=list.taken_out");
        assert_eq!(log["rows"].as_array().unwrap().len(), 1, "{log}");

        // The same by the command line and on the page.
        program.run(&["list", "add", "Fair", "ann@north.example"]).must_be_done();
        let row = noted(&caller, "list.put_in");
        assert_eq!((&row["subject"], &row["mouth"]), (&json!(list), &json!("command")), "{row}");
        assert_eq!(row["detail"]["changed"], 1, "{row}");
        program.run(&["list", "take", "Fair", "ann@north.example"]).must_be_done();
        assert_eq!(noted(&caller, "list.taken_out")["mouth"], "command");
        let form = "email=mara@north.example&password=correct+horse";
        let entered = served.ask("POST", "/sign-in", &[], form);
        let cookie = entered.headers["set-cookie"].split(';').next().unwrap();
        let form = format!("do=list&list=Fair&these={}", id.as_str().unwrap());
        let done = served.ask("POST", "/people/bulk", &[("cookie", cookie)], &form);
        assert!(done.status < 400, "{} {}", done.status, done.body);
        let row = noted(&caller, "list.put_in");
        assert_eq!((&row["subject"], &row["mouth"]), (&json!(list), &json!("page")), "{row}");

        let path = format!("{PEOPLE}/ann@north.example");
        let news = json!({ "title": "CEO", "facts": { "person.custom.plan": "secret plan" } });
        assert_eq!(caller.ask("PATCH", &path, &news.to_string()).status, 200);
        let row = noted(&caller, "person.changed");
        assert_eq!(row["detail"]["facts"], json!(["person.custom.plan", "person.title"]), "{row}");
        assert!(!row.to_string().contains("secret plan"), "{row}");
        let news = json!({ "facts": { "company.industry": "rail" } });
        let path = "/api/v1/companies/north.example";
        assert_eq!(caller.ask("PATCH", path, &news.to_string()).status, 200);
        let row = noted(&caller, "company.changed");
        assert_eq!(row["detail"]["facts"], json!(["company.industry"]), "{row}");
    });
}

#[test]
fn each_refusal_has_its_code_and_names_what_it_is_about() {
    Program::on_both(|program| {
        program.begin();
        let token = token(program, &[]);
        let served = program.serve(&[]);
        let caller = Caller { served: &served, token };
        let gone = json!({ "email": "gone@north.example", "ids": { "crm": "9" } });
        assert_eq!(caller.tell(PEOPLE, &gone).0, 201);
        program.run(&["gdpr", "erase", "gone@north.example", "--yes"]).must_be_done();
        for email in ["ann@north.example", "ben@south.example"] {
            assert_eq!(caller.tell(PEOPLE, &json!({ "email": email })).0, 201);
        }
        let args = ["role", "create", "Veiled", "--may", "people.read,people.edit,people.import"];
        let fields = [
            "--field",
            "person.title=read",
            "--field",
            "company.*=read",
            "--field",
            "person.id.*=read",
        ];
        program.run(&[&args[..], &fields].concat()).must_be_done();
        let vera = json!({ "email": "vera@north.example", "role": "Veiled", "password": "a long and quiet night" });
        assert_eq!(caller.tell("/api/v1/users", &vera).0, 201);
        let args = ["token", "create", "--user", "vera@north.example", "--name", "t", "--json"];
        let made = program.run(&args).must_be_done().json();
        let vera = Caller { served: &served, token: made["token"].as_str().unwrap().to_owned() };

        let email = "new@north.example";
        for (who, person, status, code, name) in [
            (&vera, json!({ "email": email, "title": "CEO" }), 422, "invalid", "/title"),
            (
                &vera,
                json!({ "email": email, "facts": { "person.title": "CEO" } }),
                422,
                "invalid",
                "/facts/person.title",
            ),
            (
                &vera,
                json!({ "email": email, "company": { "name": "North" } }),
                422,
                "invalid",
                "/company/name",
            ),
            (
                &vera,
                json!({ "email": email, "company": { "facts": { "company.industry": "rail" }, "domain": "n.example" } }),
                422,
                "invalid",
                "/company/domain",
            ),
            (&vera, json!({ "email": email, "ids": { "crm": "1" } }), 422, "invalid", "/ids/crm"),
            (&caller, json!({ "email": "gone@north.example" }), 409, "erased", "/email"),
            (&caller, json!({ "email": email, "ids": { "crm": "9" } }), 409, "erased", "/ids/crm"),
        ] {
            let (was, problem) = who.tell(PEOPLE, &person);
            assert_eq!((was, &problem["code"]), (status, &json!(code)), "{person}: {problem}");
            assert_eq!(problem["fields"][0]["name"], name, "{person}: {problem}");
            let (was, many) = who.tell(&format!("{PEOPLE}/batch"), &json!([person, { "ids": {} }]));
            assert_eq!(was, 200, "{many}");
            let error = &many["results"][0]["errors"][0];
            assert_eq!((&error["code"], &error["name"]), (&json!(code), &json!(name)), "{many}");
        }
        let news = json!({ "title": "CEO" }).to_string();
        let refused = vera.ask("PATCH", &format!("{PEOPLE}/ann@north.example"), &news);
        assert!(refused.status == 422 && refused.body.contains("\"/title\""), "{}", refused.body);
        let two = json!({ "email": "ben@south.example" }).to_string();
        let refused = caller.ask("PATCH", &format!("{PEOPLE}/ann@north.example"), &two);
        assert!(
            refused.status == 409 && refused.body.contains("\"two_people\""),
            "{}",
            refused.body
        );
        let firm = json!({ "domain": "n.example", "facts": { "company.industry": "rail" } });
        let (status, problem) = vera.tell("/api/v1/companies", &firm);
        assert_eq!((status, &problem["fields"][0]["name"]), (422, &json!("/domain")), "{problem}");
        let back = json!({ "email": "gone@north.example", "bring_back": true });
        assert_eq!(caller.tell(PEOPLE, &back).0, 201);
    });
}

//! Companies at the doors of programs: lists of a condition in any order, counts, segments, formulas; and no more of
//! any than whoever asks sees.

use serde_json::{Value, json};

use crate::api::{Caller, encoded, token};
use crate::program::Program;

const COMPANIES: &str = "/api/v1/companies";

/// The companies by name, by their pages of two.
fn all(caller: &Caller<'_>, question: &str) -> Vec<String> {
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let page = caller.get(&format!("{COMPANIES}?{question}&limit=2{after}"));
        let companies = page["companies"].as_array().unwrap();
        found.extend(companies.iter().map(|one| one["name"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { return found };
        after = format!("&after={next}");
    }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn companies_are_asked_by_a_condition_in_any_order() {
    let program = Program::new();
    program.begin();
    let token = token(&program, &[]);
    let served = program.serve(&[]);
    let caller = Caller { served: &served, token };
    let person = |email: &str, at: &str, employees: u32, title: &str| {
        let domain = at.to_lowercase() + ".example";
        json!({ "email": email, "name": email, "title": title,
            "company": { "domain": domain, "name": at, "facts": { "company.employees": employees } } })
    };
    let people = [
        person("a@north.example", "North", 120, "CEO"),
        person("b@north.example", "North", 120, "Clerk"),
        person("c@east.example", "East", 12, "Clerk"),
        person("d@south.example", "South", 900, "CEO"),
    ];
    assert_eq!(caller.tell("/api/v1/people/batch", &json!(people)).0, 200);
    assert_eq!(all(&caller, "sort=name"), names(&["East", "North", "South"]));
    assert_eq!(all(&caller, "sort=people")[0], "North");
    assert_eq!(all(&caller, "sort=company.employees"), names(&["East", "North", "South"]));
    // Of none is the intent known: they come as they came, or the other way round.
    assert_eq!(all(&caller, "sort=intent&order=asc"), names(&["North", "East", "South"]));
    assert_eq!(all(&caller, "sort=intent"), names(&["South", "East", "North"]));
    let asked = |text: &str| format!("where={}", encoded(text));
    let large = asked("company.employees >= 100 && stage == \"lead\" && people <= 2");
    assert_eq!(all(&caller, &format!("{large}&sort=name&order=desc")), names(&["South", "North"]));
    let ruled = asked("somebody(person.title == \"CEO\")");
    assert_eq!(all(&caller, &format!("{ruled}&sort=name")), names(&["North", "South"]));
    let none = asked("!somebody(person.title == \"CEO\")");
    assert_eq!(all(&caller, &none), names(&["East"]));
    let json = asked(
        r#"{"somebody":{"compare":{"left":{"fact":"person.title"},"op":"==","right":{"literal":{"text":"CEO"}}}}}"#,
    );
    assert_eq!(all(&caller, &format!("{json}&sort=name")), names(&["North", "South"]));
    assert_eq!(caller.get(&format!("{COMPANIES}/count?{ruled}"))["count"], 2);
    let page = caller.get(&format!("{COMPANIES}?{ruled}&count=true&limit=1&fields=stage,people"));
    assert_eq!((&page["count"], page["companies"][0].as_object().unwrap().len()), (&json!(2), 3));
    let wrong = caller.ask("GET", &format!("{COMPANIES}?{}", asked("person.title == \"CEO\"")), "");
    assert_eq!(wrong.status, 422, "{}", wrong.body);
    assert!(wrong.body.contains("write somebody("), "{}", wrong.body);

    // Segments of companies have names of their own.
    for of in ["people", "companies"] {
        let segment = json!({ "name": "Large", "of": of, "condition": "company.employees >= 100" });
        let (status, made) = caller.tell("/api/v1/segments", &segment);
        assert_eq!((status, &made["of"]), (201, &json!(of)), "{made}");
    }
    let listed = caller.get("/api/v1/segments?of=companies");
    assert_eq!(listed["segments"].as_array().unwrap().len(), 1);
    assert_eq!(all(&caller, "segment=Large&sort=name"), names(&["North", "South"]));
    let of_people = json!({ "name": "Odd", "condition": "people > 3" });
    assert_eq!(caller.tell("/api/v1/segments", &of_people).0, 422);

    // A formula of companies stands for its condition.
    let field = json!({ "label": "Led", "of_company": true, "type": "formula", "formula": "somebody(person.title == \"CEO\")" });
    let (status, made) = caller.tell("/api/v1/fields", &field);
    assert_eq!(status, 201, "{made}");
    let led = asked("company.custom.led && company.employees < 500");
    assert_eq!(all(&caller, &led), names(&["North"]));
    // It orders them: those of which it is true, then those of which it is false.
    let of_all = all(&caller, "sort=company.custom.led&order=desc");
    assert_eq!((of_all.len(), &of_all[..2]), (3, &names(&["South", "North"])[..]));
    let mut turned = all(&caller, "sort=company.custom.led");
    turned.reverse();
    assert_eq!(turned, of_all);
    let args = ["companies", "--sort", "company.custom.led", "--reverse", "--json"];
    let told: Value = program.run(&args).must_be_done().json();
    assert_eq!(told["companies"][0]["name"], "South");
    let of_people = caller.ask("GET", "/api/v1/people?sort=company.custom.led", "");
    assert_eq!(of_people.status, 409, "{}", of_people.body);
    assert!(of_people.body.contains("formula_order"), "{}", of_people.body);

    // The command line lists the same.
    let args =
        ["companies", "--where", "somebody(person.title == \"CEO\")", "--sort", "people", "--json"];
    let told: Value = program.run(&args).must_be_done().json();
    assert_eq!((&told["count"], &told["companies"][0]["name"]), (&json!(2), &json!("North")));
    let segments = program.run(&["segment", "list", "--of", "companies", "--json"]).must_be_done();
    assert_eq!(segments.json()["segments"][0]["companies"], 2);

    // Somebody who sees one of North's two people sees North, as that one makes it.
    let sam = json!({ "email": "sam@north.example", "role": "member", "password": "a long and quiet night" });
    assert_eq!(caller.tell("/api/v1/users", &sam).0, 201);
    program.run(&["user", "change", "sam@north.example", "--sees", "own"]).must_be_done();
    program.run(&["assign", "b@north.example", "sam@north.example"]).must_be_done();
    let args = ["--as", "sam@north.example", "companies", "--sort", "people", "--json"];
    let mine = program.run(&args).must_be_done().json();
    assert_eq!((&mine["count"], &mine["companies"][0]["people"]), (&json!(1), &json!(1)), "{mine}");
    let args = ["--as", "sam@north.example", "companies", "--segment", "Large", "--json"];
    assert_eq!(program.run(&args).must_be_done().json()["count"], 1);
    let ceo = "somebody(person.title == \"CEO\")";
    let args = ["--as", "sam@north.example", "companies", "--where", ceo, "--json"];
    assert_eq!(program.run(&args).must_be_done().json()["count"], 0, "the CEO is not Sam's");
    assert_eq!(program.run(&["verify"]).must_be_done().code, 0);
}

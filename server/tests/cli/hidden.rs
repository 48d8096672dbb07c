//! What is hidden from somebody is told through no mouth, and takes nothing else from them; and lists say whom they count.

use serde_json::{Value, json};

use crate::program::{Program, Served};

const DEFINITION: &str = r#"
name = "Shared"
[stages.lead]
enter = 'known(person.email)'
[stages.prospect]
enter = 'company.employees >= 50 && did("demo.held")'
"#;

/// The same under a definition that asks for it where somebody enters.
fn begun() -> Program {
    begun_under(DEFINITION)
}

/// A workspace of three people, at a large firm, at a small one and at one of which nothing is known; Sam does not see
/// how many work where.
pub(crate) fn begun_under(definition: &str) -> Program {
    let program = Program::new();
    program.begin();
    let file = program.write("shared.toml", definition);
    program.run(&["definition", "adopt", &file]).must_be_done();
    for (name, firm, employees) in [
        ("Ann Figueroa", "large.example", "100"),
        ("Ben Figueroa", "small.example", "10"),
        ("Eve Ost", "none.example", ""),
    ] {
        let address = format!("{}@{firm}", name.split(' ').next().unwrap().to_lowercase());
        let args = ["person", "add", "--email", &address, "--name", name, "--company", firm];
        program.run(&args).must_be_done();
        if !employees.is_empty() {
            program.run(&["set", firm, "company.employees", employees]).must_be_done();
        }
    }
    let args = [
        "role",
        "create",
        "caller",
        "--may",
        "people.read,people.edit,people.export",
        "--field",
        "company.employees=hidden",
    ];
    program.run(&args).must_be_done();
    let args =
        ["user", "create", "--email", "sam@north.example", "--role", "caller", "--password-stdin"];
    program.run_with(&args, "correct horse\n").must_be_done();
    program
}

/// A page, as somebody gets it: with its status.
pub(crate) fn page(served: &Served, who: &str, path: &str) -> (u16, String) {
    let form = format!("email={who}%40north.example&password=correct+horse");
    let entered = served.ask("POST", "/sign-in", &[], &form);
    let cookie = entered.headers["set-cookie"].split(';').next().unwrap().to_owned();
    let answer = served.ask("GET", path, &[("cookie", &cookie), ("accept", "text/html")], "");
    (answer.status, answer.body)
}

#[test]
fn why_not_is_silent_of_what_is_hidden() {
    let program = begun();
    let told = |who: &str, person: &str| -> Value {
        program
            .run(&["--as", who, "why-not", person, "--stage", "prospect", "--json"])
            .must_be_done()
            .json()
    };
    let [large, small, none] = ["ann@large.example", "ben@small.example", "eve@none.example"]
        .map(|person| told("sam@north.example", person));
    for part in ["enter", "ways", "against", "ask", "is_kept"] {
        assert!(
            large[part] == small[part] && small[part] == none[part],
            "{part}: {large} {small} {none}"
        );
    }
    let employees = &large["enter"]["parts"][0];
    assert_eq!((&employees["truth"], &employees["seen"]), (&json!("unknown"), &json!("hidden")));
    assert_eq!((&large["is_kept"], &large["ways"]), (&json!(true), &json!([])));
    let mara = told("mara@north.example", "ann@large.example");
    assert_eq!(
        (&mara["enter"]["parts"][0]["truth"], &mara["is_kept"]),
        (&json!("true"), &json!(false))
    );
    let words = program
        .run(&["--as", "sam@north.example", "why-not", "ann@large.example", "--stage", "prospect"])
        .must_be_done()
        .out;
    assert!(
        words.contains("= hidden from you") && words.contains("is hidden from you, for it asks"),
        "{words}"
    );
    let served = program.serve(&[]);
    let id =
        program.run(&["person", "ann@large.example", "--json"]).must_be_done().json()["id"].clone();
    let (status, record) = page(&served, "sam", &format!("/people/{}", id.as_str().unwrap()));
    assert!(status == 200 && record.contains("hidden from you"), "{record}");
}

#[test]
fn one_segment_of_what_is_hidden_takes_no_page_from_anybody() {
    let program = begun();
    for (name, condition) in
        [("Large", "company.employees >= 50"), ("Everybody", "known(person.email)")]
    {
        program.run(&["segment", "create", name, "--where", condition]).must_be_done();
    }
    let served = program.serve(&[]);
    let (status, body) = page(&served, "sam", "/segments");
    assert_eq!(status, 200, "{body}");
    assert_eq!(body.matches("data-fault").count(), 1, "{body}");
    assert!(body.contains("company.employees is kept from you"), "{body}");
    assert!(body.contains("Large") && body.contains("Everybody"));
    let (_, body) = page(&served, "mara", "/segments");
    assert_eq!(body.matches("data-fault").count(), 0, "{body}");
    // An order of what is hidden is said not to be had, on either list and in a view.
    for path in [
        "/people?sort=company.employees",
        "/companies?sort=company.employees",
        "/people?where=company.employees+%3E+1",
    ] {
        let (status, body) = page(&served, "sam", path);
        assert!(status == 200 && body.contains("is kept from you"), "{path}: {status} {body}");
        assert!(body.contains("Nobody is counted"), "{path}: {body}");
        assert!(!body.contains("data-row="), "{path}");
    }
}

/// What stands at the foot of a list, without its marks.
fn foot(body: &str) -> String {
    let (_, rest) = body.split_once("<footer class=\"listfoot\"").expect("a foot");
    let (foot, _) = rest.split_once("</footer>").expect("its end");
    let mut words = String::new();
    let mut is_mark = true;
    for letter in foot.chars() {
        match letter {
            '<' => is_mark = true,
            '>' => is_mark = false,
            letter if !is_mark => words.push(letter),
            _ => {}
        }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_foot_of_a_list_says_whom_it_counts() {
    let program = begun();
    let served = program.serve(&[]);
    let at = |path: &str| foot(&page(&served, "mara", path).1);
    assert!(at("/people").starts_with("3 people, live"), "{}", at("/people"));
    assert_eq!(at("/people?q=figueroa"), "2 people found");
    assert_eq!(at("/people?q=figueroa&stage=prospect"), "0 people found");
    assert_eq!(at("/companies?q=large"), "1 companies found");
    let count = |path: &str| page(&served, "mara", path).1;
    assert_eq!(count("/people/count?q=figueroa"), r#"{"count":2,"is_more":false}"#);
    // The order by a fact is read out of the histories the first time that it is asked for.
    for path in ["/people?sort=company.employees", "/companies?sort=company.employees"] {
        let begun = std::time::Instant::now();
        while page(&served, "mara", path).1.contains("data-poll") {
            assert!(begun.elapsed().as_secs() < 60, "{path} is never ready");
        }
    }
    let words = at("/people?sort=company.employees");
    assert!(
        words.starts_with("3 people, live 1 without company employees, listed last."),
        "{words}"
    );
    let words = at("/companies?sort=company.employees");
    assert!(words.contains("1 without employees, listed last."), "{words}");
    let words = at("/people?sort=company.employees&where=known(company.employees)");
    assert!(!words.contains("without"), "nobody is without a value: {words}");
}

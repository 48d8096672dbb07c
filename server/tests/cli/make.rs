//! People and companies made by command: known ones are left as they are, and say so.

use serde_json::{Value, json};

use crate::program::Program;

#[test]
fn a_person_and_a_company_are_made_by_command() {
    Program::on_both(|program| {
        program.begin();
        let ran = |args: &[&str]| -> Value {
            program.run(&[args, &["--json"]].concat()).must_be_done().json()
        };
        let ann = [
            "person",
            "add",
            "--email",
            "ann@north.example",
            "--name",
            "Ann North",
            "--company",
            "north.example",
            "--owner",
            "mara@north.example",
        ];
        let made = ran(&ann);
        assert_eq!((&made["status"], &made["news"]), (&json!("created"), &json!([])), "{made}");
        let told = ran(&["person", "ann@north.example"]);
        assert_eq!(told["id"], made["id"]);
        let known = ran(&["person", "add", "--email", "ann@north.example", "--title", "COO"]);
        let news = json!([{ "fact": "person.title", "says": "COO", "held": null }]);
        assert_eq!(
            (&known["status"], &known["news"], &known["id"]),
            (&json!("known"), &news, &made["id"])
        );
        let words = program
            .run(&["person", "add", "--email", "ann@north.example", "--title", "COO"])
            .must_be_done()
            .out;
        assert!(words.contains("is known already, and nothing was changed."), "{words}");
        assert!(
            words.contains("Would be new, with --update") && words.contains("person.title"),
            "{words}"
        );
        let told = ran(&["person", "ann@north.example"]).to_string();
        assert!(!told.contains("COO"), "{told}");
        let update =
            ["person", "add", "--email", "ann@north.example", "--title", "COO", "--update"];
        assert_eq!(ran(&update)["status"], "updated");
        assert_eq!(ran(&update)["status"], "unchanged");

        let made = ran(&["company", "add", "--name", "South Lines", "--employees", "1,240"]);
        assert_eq!(made["status"], "created", "{made}");
        let known = ran(&["company", "add", "--name", "south lines", "--domain", "south.example"]);
        assert_eq!((&known["status"], &known["id"]), (&json!("known"), &made["id"]), "{known}");
        let known = ran(&["company", "add", "--domain", "north.example"]);
        assert_eq!(known["status"], "known", "Ann's company: {known}");

        let wrong = program.run(&["person", "add", "--email", "nobody", "--json"]);
        assert_eq!((wrong.code, &wrong.json()["error"]["fields"][0]["name"]), (1, &json!("email")));
        let wrong = program.run(&["person", "add", "--name", "Nobody"]);
        assert_eq!(wrong.code, 2, "by what they are known again is not said: {}", wrong.err);
        assert_eq!(program.run(&["person"]).code, 2, "whom, is not said");
        assert_eq!(program.run(&["verify"]).must_be_done().code, 0);

        program.run(&["gdpr", "erase", "ann@north.example", "--yes"]).must_be_done();
        let gone = program.run(&[&ann[..], &["--json"]].concat());
        assert_eq!(
            (gone.code, &gone.json()["error"]["code"]),
            (1, &json!("erased")),
            "{}",
            gone.out
        );
        assert_eq!(ran(&[&ann[..], &["--bring-back"]].concat())["status"], "created");
    });
}

#[test]
fn whoever_may_only_look_is_offered_no_form_and_whoever_sees_a_part_none_for_a_company() {
    let program = Program::new();
    program.begin();
    program.run(&["company", "add", "--domain", "north.example"]).must_be_done();
    for (email, role) in [("vera@north.example", "viewer"), ("sam@north.example", "member")] {
        let args = ["user", "create", "--email", email, "--role", role, "--password-stdin"];
        program.run_with(&args, "correct horse\n").must_be_done();
    }
    program.run(&["user", "change", "sam@north.example", "--sees", "own"]).must_be_done();
    let served = program.serve(&[]);
    let page = |who: &str, path: &str| {
        let form = format!("email={who}%40north.example&password=correct+horse");
        let entered = served.ask("POST", "/sign-in", &[], &form);
        let cookie = entered.headers["set-cookie"].split(';').next().unwrap().to_owned();
        served.ask("GET", path, &[("cookie", &cookie), ("accept", "text/html")], "")
    };
    let offers = |who: &str, path: &str| {
        let body = page(who, path).body;
        (body.contains("href=\"/people/new\""), body.contains("href=\"/companies/new\""))
    };
    assert_eq!(offers("mara", "/people"), (true, true));
    assert_eq!(offers("vera", "/people"), (false, false));
    assert_eq!(offers("vera", "/companies"), (false, false));
    assert_eq!(offers("sam", "/people"), (true, false));
    assert_eq!(page("vera", "/people/new").status, 403);
    let form = page("sam", "/people/new").body;
    assert!(
        form.contains("data-make") && form.contains("selected>sam<"),
        "theirs unless they say: {form}"
    );
    let none = page("sam", "/companies/new").body;
    assert!(
        !none.contains("data-make") && none.contains("with somebody who works there"),
        "{none}"
    );
}

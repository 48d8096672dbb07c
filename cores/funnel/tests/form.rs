//! The form of a condition, and a condition put in the place of another in a definition's text.

mod conditions;

use funnel::condition::Names;
use funnel::condition::form::{Cell, Form, Row};
use funnel::definition::places::{Unplaced, places, rewrite};
use funnel::{Condition, packs};
use proptest::prelude::*;

fn row(term: &str, op: &str, value: &str, within: &str, filter: &str) -> Row {
    Row {
        term: term.into(),
        op: op.into(),
        value: value.into(),
        within: within.into(),
        filter: filter.into(),
    }
}

#[test]
fn an_atomic_condition_has_its_cells() {
    let rows = [
        ("score.fit >= 60", row("score.fit", ">=", "60", "", "")),
        ("person.title == \"COO\"", row("person.title", "==", "COO", "", "")),
        ("person.zip == \"60\"", row("person.zip", "==", "\"60\"", "", "")),
        ("person.word == \"stage\"", row("person.word", "==", "\"stage\"", "", "")),
        ("person.since < date(\"2026-01-31\")", row("person.since", "<", "2026-01-31", "", "")),
        ("dwell() >= days(180)", row("dwell()", ">=", "180 days", "", "")),
        (
            "company.industry in [\"logistics\", \"food, drink\"]",
            row("company.industry", "in", "logistics, \"food, drink\"", "", ""),
        ),
        ("\"rail\" in company.tags", row("company.tags", "holds", "rail", "", "")),
        ("person.title.startsWith(\"Head \")", row("person.title", "text", "", "", "")),
        ("known(person.email)", row("person.email", "known", "", "", "")),
        ("known(score.fit >= 60)", row("known(score.fit >= 60)", "text", "", "", "")),
        ("criterion.budget", row("criterion.budget", "is", "", "", "")),
        ("true", row("", "always", "", "", "")),
        ("two_way(days(90))", row("two_way()", "did", "", "90 days", "")),
        ("two_way()", row("two_way()", "did", "", "", "")),
        (
            "did(\"*\", dwell(), direction == \"inbound\")",
            row("*", "did", "", "this stage", "direction == \"inbound\""),
        ),
        ("did([\"form.*\", \"call.received\"])", row("form.*, call.received", "did", "", "", "")),
        ("count(\"page.viewed\", days(7)) >= 3", row("page.viewed", "count >=", "3", "7 days", "")),
        ("since(\"email.replied\") < days(14)", row("email.replied", "since <", "14 days", "", "")),
        (
            "met(criterion.a, criterion.b) >= 2",
            row("met(criterion.a, criterion.b)", ">=", "2", "", ""),
        ),
        ("60 <= score.fit", row("60", "<=", "score.fit", "", "")),
    ];
    for (text, mut expected) in rows {
        let condition = Condition::parse(text).unwrap();
        if expected.op == "text" {
            expected.term = text.to_owned();
        }
        assert_eq!(Row::of(&condition), expected, "{text}");
        let read = Form::of(&condition).read(&Names::default(), false);
        assert_eq!(read, Ok(condition), "{text}");
    }
}

#[test]
fn what_is_wrong_is_said_of_the_row_and_the_cell() {
    let names = Names {
        criteria: Some(vec!["budget".into()]),
        kinds: Some(vec!["MQL".into()]),
        ..Names::default()
    };
    let rows = [
        (row("", "==", "1", "", ""), Cell::Term, "choose what is asked"),
        (row("score.fit", ">=", "", "", ""), Cell::Value, "a value is missing"),
        (row("score.fit", ">=", "many", "", ""), Cell::Value, "expected a number, found a text"),
        (row("criterion.budgt", "is", "", "", ""), Cell::Term, "did you mean budget?"),
        (row("kind", "==", "MQ", "", ""), Cell::Value, "did you mean MQL?"),
        (row("page", "did", "", "", ""), Cell::Term, "is no activity"),
        (row("page.viewed", "did", "", "soon", ""), Cell::Within, "expected"),
        (
            row("page.viewed", "did", "", "", "direction == \"inbund\""),
            Cell::Where,
            "did you mean inbound?",
        ),
        (row("person.a == 1 || person.b", "is", "", "", ""), Cell::Term, "more than one"),
        (row("score.fit", "~", "3", "", ""), Cell::Op, "there is no operator"),
    ];
    for (wrong, cell, words) in rows {
        let good = Form::Row(row("score.fit", ">", "1", "", ""));
        let form = Form::All(vec![good, Form::Not(Box::new(Form::Row(wrong.clone())))]);
        let faults = form.read(&names, false).unwrap_err();
        let [fault] = faults.as_slice() else { panic!("{wrong:?} gave {faults:?}") };
        assert_eq!((fault.row, fault.cell), (Some(1), cell), "{fault:?}");
        assert!(fault.words.contains(words), "{fault:?}");
    }
}

#[test]
fn what_somebody_who_works_there_meets_is_a_group_of_rows_about_people() {
    let of_companies = || Names::default().of_companies();
    for text in [
        "somebody(person.seniority == \"vp\")",
        "company.employees >= 50 && somebody(stage == \"lead\" && (score.fit > 40 || did(\"email.replied\")))",
        "!somebody(!known(person.email)) || somebody(company.industry == \"food\" || score.fit > 1)",
    ] {
        let condition = Condition::parse_with(text, &of_companies()).unwrap();
        let form = Form::of(&condition);
        let json = serde_json::to_string(&form).unwrap();
        assert!(json.contains("{\"somebody\":") && !json.contains("\"op\":\"text\""), "{json}");
        let read = Form::from_json(&json).unwrap().read(&of_companies(), false);
        assert_eq!(read, Ok(condition), "{text}");
    }

    let somebody = |form: Form| Form::Somebody(Box::new(form));
    let of = |term: &str, op: &str, value: &str| Form::Row(row(term, op, value, "", ""));
    let faulty = Form::All(vec![
        of("company.employees", ">=", "50"),
        somebody(Form::Any(vec![of("person.title", "==", "COO"), of("people", ">=", "2")])),
        of("person.title", "==", "COO"),
    ]);
    let faults = faulty.read(&of_companies(), false).unwrap_err();
    let rows: Vec<_> = faults.iter().map(|fault| fault.row).collect();
    assert_eq!(rows, [Some(2), Some(3)], "people there work nowhere, and companies have no title");

    let twice = somebody(somebody(of("person.title", "==", "COO")));
    assert!(twice.read(&of_companies(), false).unwrap_err()[0].words.contains("of companies"));
    let of_people = somebody(of("person.title", "==", "COO")).read(&Names::default(), false);
    assert!(of_people.unwrap_err()[0].words.contains("of companies"));
    let without = Form::All(vec![of("people", ">=", "2"), somebody(Form::All(Vec::new()))]);
    assert_eq!(without.read(&of_companies(), false).unwrap().to_string(), "people >= 2");
}

#[test]
fn json_may_say_rows_and_conditions_side_by_side() {
    let json = r#"{ "any": [ { "row": { "term": "path", "op": "==", "value": "/pricing" } },
        { "not": { "is": { "field": "bulk" } } }, { "all": [] } ] }"#;
    let form = Form::from_json(json).unwrap();
    let read = form.read(&Names::default(), true).unwrap();
    assert_eq!(read.to_string(), "path == \"/pricing\" || !bulk");
    assert!(Form::from_json(&" ".repeat(1 << 20)).unwrap_err().contains("at most"));
    assert!(Form::from_json(r#"{ "rows": [] }"#).unwrap_err().contains("no condition"));
    let deep = format!("{}{}", "{\"not\":".repeat(40), "{\"all\":[]}") + &"}".repeat(40);
    assert!(Form::from_json(&deep).unwrap().read(&Names::default(), false).is_err());
    let empty = Form::All(vec![Form::Not(Box::new(Form::Any(Vec::new())))]);
    assert_eq!(empty.read(&Names::default(), false).unwrap_err()[0].row, None);
}

#[test]
fn every_condition_of_the_packs_has_a_place_and_stays_as_it_is_when_nothing_changes() {
    for (name, text) in packs::ALL {
        let found = places(text).unwrap();
        assert!(!found.conditions.is_empty(), "{name}");
        for placed in &found.conditions {
            let condition = placed.condition.as_ref().unwrap();
            let form = Form::of(condition);
            let same = rewrite(text, &placed.place, &form).unwrap();
            assert_eq!(same, *text);
        }
    }
}

#[test]
fn a_condition_is_put_in_its_place_and_nothing_else_is_touched() {
    let text = packs::DEFAULT;
    let place: Vec<String> =
        ["stages", "opportunity", "leave", "1", "when"].map(str::to_owned).to_vec();
    let form = Form::Row(row("score.fit", "<", "40", "", ""));
    let new = rewrite(text, &place, &form).unwrap();
    let old = "'met(criterion.budget, criterion.authority, criterion.need, criterion.timing) < 2'";
    assert_eq!(new, text.replacen(old, "'score.fit < 40'", 1));
    let found = places(&new).unwrap();
    let at = found.conditions.iter().find(|placed| placed.place == place).unwrap();
    assert_eq!(
        at.beside,
        [("to".to_owned(), "prospect".to_owned()), ("reason".into(), "criteria failed".into())]
    );
}

#[test]
fn quotes_are_those_that_hold_the_condition() {
    let text = "name = \"x\" # first\n[kinds]\nMQL = \"score.fit > 1\" # why\nSQL = '''\nscore.fit > 2'''\n";
    let change = |text: &str, kind: &str, form: Row| {
        rewrite(text, &["kinds".to_owned(), kind.to_owned()], &Form::Row(form)).unwrap()
    };
    let one = change(text, "MQL", row("score.fit", ">", "3", "", ""));
    assert!(one.contains("MQL = \"score.fit > 3\" # why\n"), "{one}");
    let two = change(&one, "SQL", row("person.title", "==", "O'Neill \\ \"co\"", "", ""));
    assert!(two.contains("name = \"x\" # first\n"), "{two}");
    let found = places(&two).unwrap();
    assert_eq!(found.conditions[1].text, r#"person.title == "O'Neill \\ \"co\"""#);
}

#[test]
fn what_can_not_be_placed_is_refused() {
    let form = Form::Row(row("score.fit", ">", "3", "", ""));
    let place = ["kinds".to_owned(), "MQL".to_owned()];
    assert!(matches!(rewrite("name = ", &place, &form), Err(Unplaced::Text(_))));
    assert_eq!(rewrite("name = 'x'", &place, &form), Err(Unplaced::NoPlace));
    let text = "[kinds]\nMQL = 'score.fitt > 3'";
    let found = places(text).unwrap();
    let fault = found.conditions[0].condition.as_ref().unwrap_err();
    assert_eq!((fault.line, fault.column), (2, 8));
    assert_eq!(rewrite(text, &place, &form).unwrap(), "[kinds]\nMQL = 'score.fit > 3'");
}

proptest! {
    /// A form that nobody touched says what the condition said.
    #[test]
    fn a_condition_reads_back_from_its_form(condition in conditions::any()) {
        let json = serde_json::to_string(&Form::of(&condition)).unwrap();
        let form: Form = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(form.read(&Names::default(), false), Ok(condition));
    }
}

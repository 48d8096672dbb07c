//! The condition language: what it refuses and where, how it prints, what it says in English.

mod conditions;

use funnel::condition::{DEPTH_MAX, Names};
use funnel::{Condition, Definition, packs};
use proptest::prelude::*;

#[test]
fn a_wrong_condition_is_refused_with_its_place_what_was_expected_and_the_nearest_name() {
    let rows = [
        ("", "line 1, column 1: expected a condition, found the end"),
        ("persn.title", "line 1, column 1: \"persn.title\" is not known; did you mean person?"),
        ("score.fitt >= 60", "line 1, column 1: there is no score \"fitt\"; did you mean fit?"),
        ("score.fit >= \"60\"", "line 1, column 14: expected a number, found a text"),
        ("score.fit", "line 1, column 1: expected a condition, found a number on its own"),
        (
            "score.fit > 1 &&\n  dwell() > 3",
            "line 2, column 13: expected a length of time, found a number",
        ),
        (
            "criterion.budgt",
            "line 1, column 1: there is no criterion \"budgt\"; did you mean budget?",
        ),
        (
            "met(criterion.budget, criterion.budget) > 1",
            "line 1, column 23: criterion.budget is counted twice",
        ),
        (
            "stage == \"prospekt\"",
            "line 1, column 10: expected one of none, lead, prospect, opportunity, customer, recycled, disqualified, found \"prospekt\"; did you mean prospect?",
        ),
        (
            "kind in [\"MQ\"]",
            "line 1, column 10: expected one of MQL, none, found \"MQ\"; did you mean MQL?",
        ),
        (
            "did(\"page.viewed\", direction == \"inbund\")",
            "line 1, column 33: expected one of inbound, outbound, internal, found \"inbund\"; did you mean inbound?",
        ),
        (
            "did(\"page\")",
            "line 1, column 5: \"page\" is no activity; write it like \"form.submitted\" or \"form.*\"",
        ),
        (
            "did(page.viewed)",
            "line 1, column 5: expected an activity like \"email.replied\", found page.viewed",
        ),
        ("dit(\"page.viewed\")", "line 1, column 1: there is no function dit(); did you mean did?"),
        (
            "did(\"a.b\", did(\"c.d\"))",
            "line 1, column 12: a filter asks of the activity's own fields only",
        ),
        ("did(\"a.b\", days(0))", "line 1, column 12: expected a window like days(30) or dwell()"),
        ("two_way(3)", "line 1, column 9: expected a window like days(30) or dwell()"),
        ("days(1.5) < dwell()", "line 1, column 6: expected a whole number of days up to 1000000"),
        (
            "person.since < date(\"2026-02-30\")",
            "line 1, column 21: \"2026-02-30\" is no date; write it like 2026-01-31",
        ),
        ("person.a = 1", "line 1, column 10: '=' has no meaning here; equality is written =="),
        ("person.a & person.b", "line 1, column 10: '&' has no meaning here; and is written &&"),
        ("!person.a == 1", "line 1, column 2: expected parentheses: write !(a == b)"),
        ("person.a < \"b\"", "line 1, column 12: a text has no order: expected == or !="),
        ("person.a in []", "line 1, column 14: expected a condition, found ]"),
        ("person.a in [1, \"b\"]", "line 1, column 17: expected a number, like the first"),
        ("1 == 1", "line 1, column 6: expected something that can change, found a value"),
        (
            "person.a.startsWit(\"b\")",
            "line 1, column 1: there is no test startsWit(); did you mean startsWith?",
        ),
        (
            "person.a.matches(\"(\")",
            "line 1, column 18: this pattern cannot be read: error: unclosed group",
        ),
        ("person.a == \"b", "line 1, column 13: this text has no closing \""),
        ("person.a person.b", "line 1, column 10: expected && or || or the end, found person.b"),
        ("(person.a", "line 1, column 10: expected ), found the end"),
        ("person.a && ", "line 1, column 13: expected a condition, found the end"),
    ];
    let names = Names {
        criteria: Some(vec!["budget".into(), "need".into()]),
        kinds: Some(vec!["MQL".into()]),
        ..Names::default()
    };
    for (text, words) in rows {
        let fault = Condition::parse_with(text, &names).unwrap_err();
        assert_eq!(fault.to_string(), words, "{text}");
    }
}

#[test]
fn a_condition_that_could_take_a_server_down_is_refused() {
    let deep = format!("{}person.a{}", "(".repeat(DEPTH_MAX + 1), ")".repeat(DEPTH_MAX + 1));
    let negated = format!("{}person.a", "!".repeat(100_000));
    let nodes = vec!["person.a"; 2_000].join(" && ");
    let long = format!("person.a == \"{}\"", "x".repeat(20_000));
    let list = format!("person.a in [{}]", vec!["1"; 1_500].join(", "));
    let pattern = "person.a.matches(\"(((a{100}){100}){100})\")".to_owned();
    let rows = [
        (deep, "levels deep"),
        (negated, "at most 16384 bytes"),
        ("!".repeat(100) + "person.a", "levels deep"),
        (nodes, "at most"),
        (long, "at most 16384 bytes"),
        (list, "at most 1000 parts"),
        (pattern, "this pattern cannot be read"),
    ];
    for (text, words) in rows {
        let fault = Condition::parse(&text).unwrap_err().to_string();
        assert!(fault.contains(words), "{fault}");
    }
    assert!(Condition::parse(&("!".repeat(DEPTH_MAX - 1) + "person.a")).is_ok());
}

#[test]
fn a_formatted_condition_prints_to_itself() {
    let rows = [
        "true",
        "known(person.email) || known(person.phone)",
        "!(person.country == \"FR\") && !did(\"*\", days(180), direction == \"inbound\")",
        "(score.fit >= 60 || two_way(days(90))) && dwell() >= days(180)",
        "did([\"a.b\", \"c.*\"], dwell(), path.startsWith(\"/x\\\"y\\\\\") && (bulk || says in [\"a\", \"b\"]))",
        "met(criterion.budget, criterion.need) >= 3 || count(\"page.viewed\", days(7)) < 2",
        "\"route-planning\" in company.technologies && since(\"email.replied\") < hours(14)",
        "score.likelihood >= -0.25 && person.custom.plan.matches(\"^a.*b$\")",
        "company.founded > date(\"2026-01-31\") && !company.competitor",
        "known(score.fit >= 60 || !did(\"deal.won\")) && !known(known(person.email))",
        "known((company.competitor)) && known(!company.competitor) && known((true))",
        "stage in [\"lead\", \"prospect\"] && temperature != \"hot\" && kind == \"none\"",
    ];
    for text in rows {
        assert_eq!(Condition::parse(text).unwrap().to_string(), text);
    }
}

#[test]
fn conditions_are_said_in_english() {
    let rows = [
        ("did(\"email.replied\", days(30))", "replied to an e-mail in the last 30 days"),
        ("!did(\"deal.won\")", "no deal was won"),
        ("!did(\"deal.lost\", days(90))", "no deal was lost in the last 90 days"),
        ("!did(\"email.replied\", days(30))", "not replied to an e-mail in the last 30 days"),
        (
            "!did(\"*\", days(180), direction == \"inbound\")",
            "did nothing (direction is inbound) in the last 180 days",
        ),
        ("!did(\"product.used\")", "did no product.used"),
        (
            "!did([\"trial.started\", \"product.used\"])",
            "none of these: started a trial or did product.used",
        ),
        ("two_way(days(90))", "both sides have spoken in the last 90 days"),
        ("score.fit >= 60 && known(person.email)", "fit is at least 60 and email is known"),
        ("company.industry in [\"food\", \"retail\"]", "company industry is food or retail"),
        ("\"crm\" in company.technologies", "company technologies include crm"),
        ("criterion.budget && !criterion.need", "budget: yes and need: no"),
        ("met(criterion.budget, criterion.need) >= 1", "at least 1 of 2 hold (budget, need)"),
        (
            "count(\"page.viewed\", days(7)) >= 3",
            "viewed a page in the last 7 days at least 3 times",
        ),
        ("since(\"email.replied\") < days(1)", "last replied to an e-mail less than 1 day ago"),
        ("dwell() >= days(180)", "time in the stage is at least 180 days"),
        (
            "(did(\"demo.held\") || stage == \"lead\") && !(score.intent < 5)",
            "(saw a demo or stage is lead) and not: intent is below 5",
        ),
        ("known(score.fit >= 60)", "it is known whether fit is at least 60"),
        (
            "!known(criterion.budget || score.fit >= 60)",
            "it is not known whether (budget: yes or fit is at least 60)",
        ),
        (
            "did(\"call.received\", days(30), asks == \"sales\")",
            "called (asks is sales) in the last 30 days",
        ),
        (
            "did([\"trial.started\", \"product.used\"], dwell())",
            "started a trial or did product.used since the stage was entered",
        ),
    ];
    for (text, english) in rows {
        assert_eq!(Condition::parse(text).unwrap().in_english().to_string(), english, "{text}");
    }
}

#[test]
fn facts_are_said_by_the_names_that_they_have_here() {
    let called = |key: &str| match key {
        "person.custom.plan_2" => Some("Tariff (new)".to_owned()),
        "company.custom.region" => Some("Region".to_owned()),
        _ => None,
    };
    for (text, english) in [
        (r#"person.custom.plan_2 == "Pro""#, "Tariff (new) is Pro"),
        (r#"!known(person.custom.plan_2)"#, "Tariff (new) is not known"),
        (r#"person.custom.plan_2 in ["a", "b"]"#, "Tariff (new) is a or b"),
        ("!person.custom.plan_2", "Tariff (new) is not true"),
        (
            r#"company.custom.region == "EU" && !(person.title == "CEO" || person.custom.plan_2 >= 3)"#,
            "Region is EU and not (title is CEO or Tariff (new) is at least 3)",
        ),
        ("person.custom.plan_2 > company.employees", "Tariff (new) is above company employees"),
    ] {
        let condition = Condition::parse(text).unwrap();
        assert_eq!(condition.in_english_with(&called).to_string(), english, "{text}");
        // A text keeps the keys.
        assert_eq!(
            condition.to_string(),
            Condition::parse(&condition.to_string()).unwrap().to_string()
        );
        assert!(condition.to_string().contains("person.custom.plan_2"));
    }
}

#[test]
fn a_wrong_definition_is_refused_with_all_its_faults_and_their_places() {
    let rows: &[(&str, &[&str])] = &[
        ("x = ", &["line 1"]),
        (
            "name = \"A\"\n[stages.prospekt]\nenter = 'true'",
            &["line 2, column 1: there is no stage \"prospekt\"; did you mean prospect?"],
        ),
        (
            "name = \"A\"\n[criteria]\na = { from = 'person.x >' }\n[stages.lead]\nenter = 'criterion.b'\n",
            &[
                "line 3, column 25: expected a condition, found the end",
                "line 5, column 10: there is no criterion \"b\"; did you mean a?",
            ],
        ),
        (
            "name = \"A\"\n[criteria]\na = { from = 'criterion.b' }\nb = { yes = 'score.fit > 1' }\n[scores.fit]\npoints = [{ when = 'criterion.a', add = 1 }]",
            &[
                "line 3, column 1: a circle: criterion.a reads criterion.b reads score.fit reads criterion.a",
            ],
        ),
        (
            "name = \"A\"\n[criteria]\na = { from = 'stage == \"lead\"' }",
            &["line 3, column 7: this reads the stage, which is decided later"],
        ),
        (
            "name = \"A\"\n[stages.lead]\nenter = 'known(person.a == 1 && dwell() > days(1))'",
            &[
                "line 3, column 1: known(…) of a condition that asks how long somebody is in the stage",
            ],
        ),
        (
            "name = \"A\"\n[temperature]\nhot = 'temperature == \"cold\"'",
            &["line 3, column 1: this reads temperature, which is decided later"],
        ),
        (
            "name = \"A\"\n[stages.lead]\nenter = 'kind == \"none\"'",
            &["line 3, column 1: this reads the kind, which is decided later"],
        ),
        (
            "name = \"A\"\n[stages.lead]\nenter = 'true'\nleave = { when = 'true', to = \"customer\" }",
            &["leaving lead goes down or out, not to customer"],
        ),
        (
            "name = \"A\"\n[scores.engagement]\nhalf_life = \"2 weeks\"\npoints = []",
            &["line 3, column 13: \"2 weeks\" is no length of time"],
        ),
        (
            "name = \"A\"\n[scores.engagement]\nhalf_life = \"2d\"\npoints = [{ on = \"a.b\", add = 1 }]\n[stages.lead]\nenter = 'score.engagement > score.fit'",
            &["line 6, column 1: a score that halves with time is compared with a number"],
        ),
        (
            "name = \"A\"\n[examples]\nx = { did = [\"a.b 3x\"], expect = \"lad\" }",
            &["is no age like 9d", "there is no stage \"lad\"; did you mean lead?"],
        ),
        (
            "name = \"A\"\nstage = 1",
            &["line 2, column 1: there is no key \"stage\"; did you mean stages?"],
        ),
        ("[kinds]\nMQL = 'true'", &["expected a name"]),
        (
            "name = \"A\"\n[frameworks]\nBANT = [\"budget\"]",
            &["line 3, column 9: there is no criterion \"budget\""],
        ),
    ];
    for (text, words) in rows {
        let faults = Definition::parse(text).unwrap_err();
        let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), words.len(), "{text}\n{said:?}");
        for (said, words) in said.iter().zip(*words) {
            assert!(said.contains(words), "{text}\n{said}\n{words}");
        }
    }
}

#[test]
fn the_json_form_is_the_tree_and_obeys_the_same_rules() {
    let text = "did(\"email.*\", days(30), says == \"interested\") && !(score.fit < 60)";
    let json = r#"{"all":[{"did":{"activities":{"kinds":["email.*"],"filter":{"compare":{"left":{"field":"says"},"op":"==","right":{"literal":{"text":"interested"}}}}},"window":{"last":{"count":30,"unit":"days"}}}},{"not":{"compare":{"left":{"score":"fit"},"op":"<","right":{"literal":{"number":60.0}}}}}]}"#;
    let condition = Condition::parse(text).unwrap();
    assert_eq!(condition.to_json().to_string(), json);
    let any = Names::default();
    let nested =
        format!(r#"{{"all":[{{"all":[{json}]}},{{"any":[{{"is":{{"fact":"person.a"}}}}]}}]}}"#);
    let joined = Condition::from_json(&nested, &any).unwrap();
    assert_eq!(joined.to_string(), format!("{text} && person.a"));
    let rows = [
        (r#"{"is":{"fact":"person.a || true"}}"#, "this tree is no condition"),
        (r#"{"is":{"fact":"sesame"}}"#, "\"sesame\" is not known"),
        (r#"{"all":[]}"#, "expected a condition"),
        (r#"{"did":{"activities":{"kinds":[]}}}"#, "expected an activity"),
        (r#"{"is":"stage"}"#, "expected a condition, found a text on its own"),
        (
            r#"{"compare":{"left":{"score":"fit"},"op":">=","right":{"literal":{"text":"60"}}}}"#,
            "expected a number, found a text",
        ),
        (r#"{"compare":{"left":{"score":"fitt"}}}"#, "line 1, column 34: this is no condition"),
        (r#"{"known":{"fact":"person.a"},"x":1}"#, "this is no condition"),
    ];
    for (json, words) in rows {
        let fault = Condition::from_json(json, &any).unwrap_err().to_string();
        assert!(fault.contains(words), "{json}: {fault}");
    }
    let deep = format!("{}true{}", r#"{"not":"#.repeat(5_000), "}".repeat(5_000));
    assert!(Condition::from_json(&deep, &any).is_err());
}

#[test]
fn a_definition_that_would_explode_is_refused() {
    let mut doubling = "name = \"A\"\n[criteria]\nc0 = { from = 'person.a' }\n".to_owned();
    for n in 1..60 {
        let before = n - 1;
        doubling += &format!("c{n} = {{ from = 'criterion.c{before} && !criterion.c{before}' }}\n");
    }
    let faults = Definition::parse(&doubling).unwrap_err();
    let words = "hangs on more than 1000 atomic conditions";
    assert!(faults[0].to_string().contains(words), "{}", faults[0]);

    let many: Vec<String> = (0..200).map(|n| format!("person.a{n} == {n}")).collect();
    let many = many.join(" && ");
    let mut large = "name = \"A\"\n[kinds]\n".to_owned();
    for n in 0..12 {
        large += &format!("K{n} = '{many}'\n");
    }
    let faults = Definition::parse(&large).unwrap_err();
    let words = "at most 2000 atomic conditions, this one 2400";
    assert!(faults[0].to_string().contains(words), "{}", faults[0]);
}

#[test]
fn every_condition_of_the_packs_prints_and_parses_back() {
    for (name, text) in packs::ALL {
        let definition = Definition::parse(text).unwrap();
        for rule in &definition.stages {
            let again = Condition::parse(&rule.enter.to_string()).unwrap();
            assert_eq!(again, rule.enter, "{name}, {}", rule.stage);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_parses_to_the_same_tree(condition in conditions::any()) {
        let text = condition.to_string();
        let again = Condition::parse(&text).map_err(|fault| TestCaseError::fail(format!("{text}: {fault}")))?;
        prop_assert_eq!(again.to_string(), text);
        prop_assert_eq!(again, condition);
    }

    #[test]
    fn the_json_form_gives_the_same_tree_back(condition in conditions::any()) {
        let json = condition.to_json().to_string();
        let again = Condition::from_json(&json, &Names::default());
        let again = again.map_err(|fault| TestCaseError::fail(format!("{json}: {fault}")))?;
        prop_assert_eq!(again, condition);
    }

    #[test]
    fn no_text_makes_the_parser_fall_over(text in "\\PC{0,60}|[a-z.()\\[\\]!&|=<>\" 0-9,]{0,80}") {
        if let Ok(condition) = Condition::parse(&text) {
            prop_assert!(Condition::parse(&condition.to_string()).is_ok());
        }
        let _ = Definition::parse(&text);
    }
}

#[test]
fn conditions_about_companies_read_as_they_are_written() {
    let names = Names::default().of_companies();
    for text in [
        "company.employees >= 50 && stage in [\"prospect\", \"customer\"]",
        "people > 3 || score.intent >= 20 || known(company.industry)",
        "somebody(person.seniority == \"vp\" && did(\"email.replied\", days(30)))",
        "!somebody(stage == \"customer\") && did(\"deal.lost\")",
    ] {
        let condition = Condition::parse_with(text, &names).unwrap();
        assert_eq!(condition.to_string(), text);
        let json = condition.to_json().to_string();
        assert_eq!(Condition::from_json(&json, &names).as_ref(), Ok(&condition), "{json}");
        assert!(Condition::parse(text).is_err() || !text.contains("people"), "{text}");
    }
    let english = Condition::parse_with("somebody(known(person.email))", &names).unwrap();
    assert_eq!(english.in_english().to_string(), "somebody there meets (email is known)");
}

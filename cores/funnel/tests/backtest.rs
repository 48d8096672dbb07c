//! Backtest: counted as one would by hand, in parts as in one piece.

mod random;

use funnel::backtest::{Asked, Backtest, Interval, Moved, Report, Thin};
use funnel::history::History;
use funnel::people_file::PeopleFile;
use funnel::{Definition, Stage, fold, packs};
use moment::{Moment, Span};
use proptest::prelude::*;

const RULE: &str = r#"
name = "Replies"
[stages.lead]
enter = 'did("form.submitted")'
owner = "marketing"
[stages.prospect]
enter = 'did("email.replied")'
owner = "sales"
[stages.customer]
enter = 'did("deal.won")'
"#;

fn definition(text: &str) -> Definition {
    Definition::parse(text).unwrap_or_else(|faults| panic!("{faults:?}"))
}

/// What somebody did, each with its day.
fn person(did: &[(i64, &str)]) -> History {
    let day = |day: i64| Moment::from_seconds(day * 86_400);
    let steps: Vec<String> = did
        .iter()
        .map(|(at, kind)| format!(r#"{{"at": "{}", "did": "{kind}"}}"#, day(*at)))
        .collect();
    let text = format!(r#"{{"people": [{{"id": "x", "history": [{}]}}]}}"#, steps.join(","));
    PeopleFile::parse(&text).unwrap_or_else(|wrong| panic!("{wrong}")).people.remove(0).history
}

fn until(day: i64, within: Option<i64>) -> Asked {
    Asked { until: Moment::from_seconds(day * 86_400), within: within.map(Span::days) }
}

fn tested(people: &[History], asked: Asked) -> (Backtest, Report) {
    let rule = definition(RULE);
    let mut test = Backtest::new(&rule, asked);
    for history in people {
        test.person(history, &[]);
    }
    let report = test.report(&rule, None);
    (test, report)
}

#[test]
fn a_call_is_good_if_a_win_comes_after_it_in_time() {
    let people = [
        person(&[(0, "form.submitted"), (10, "email.replied"), (30, "deal.won")]),
        person(&[(0, "form.submitted"), (12, "email.replied")]),
        person(&[(5, "form.submitted"), (6, "deal.won")]),
        // Whoever answers after the deal was no foresight of the rule.
        person(&[(2, "deal.won"), (3, "email.replied")]),
        person(&[(95, "email.replied")]),
    ];
    let (_, report) = tested(&people, until(100, None));
    let prospect = report.stages[&Stage::Prospect];
    assert_eq!((prospect.called, prospect.won, prospect.too_late), (3, 1, 0));
    assert_eq!((report.won, report.people), (3, 5));
    assert!((prospect.precision.unwrap() - 1.0 / 3.0).abs() < 1e-12);
    assert!((prospect.recall.unwrap() - 1.0 / 3.0).abs() < 1e-12);
    assert_eq!(prospect.lead_days.unwrap().median, 20);
    let lead = report.stages[&Stage::Lead];
    assert_eq!((lead.called, lead.won), (4, 2), "a prospect is at least a lead");
    assert_eq!((lead.weekly.max, report.load["sales"].max), (2, 1));
    assert!(!report.stages.contains_key(&Stage::Opportunity), "the rule knows none");

    let (_, report) = tested(&people, until(100, Some(15)));
    let prospect = report.stages[&Stage::Prospect];
    assert_eq!((prospect.called, prospect.won, prospect.too_recent), (2, 0, 1));
}

#[test]
fn what_was_recorded_later_is_not_seen() {
    let mut late = person(&[(0, "form.submitted"), (10, "email.replied"), (30, "deal.won")]);
    late.entries[1].recorded_at = Moment::from_seconds(40 * 86_400);
    let (_, report) = tested(std::slice::from_ref(&late), until(100, None));
    assert_eq!(report.stages[&Stage::Prospect].called, 0, "the reply came to light after the win");
    let (_, report) = tested(&[late], until(20, None));
    assert_eq!((report.stages[&Stage::Prospect].called, report.won), (0, 0));
}

#[test]
fn each_week_has_its_load_and_what_both_own_comes_to_both() {
    // 1 January 1970 was a Thursday, so day 4 begins the second week.
    let people = [
        person(&[(0, "form.submitted"), (10, "email.replied")]),
        person(&[(3, "form.submitted"), (4, "email.replied")]),
        person(&[(4, "form.submitted")]),
    ];
    let (_, report) = tested(&people, until(100, None));
    assert_eq!(report.load["marketing"].weeks, [2, 1]);
    assert_eq!(report.load["sales"].weeks, [0, 2]);
    assert_eq!(report.week(0).unwrap().to_string(), "1969-12-29T00:00:00Z");
    assert_eq!(report.week(1).unwrap().to_string(), "1970-01-05T00:00:00Z");

    let rule = definition(&RULE.replace("sales", "both"));
    let mut test = Backtest::new(&rule, until(100, None));
    for history in &people {
        test.person(history, &[]);
    }
    let both = test.report(&rule, None);
    let teams = both.team_weeks();
    assert_eq!((&teams["marketing"][..], &teams["sales"][..]), (&[2, 3][..], &[0, 2][..]));

    let found = report.compared_with(&both);
    assert!(found.is_alike);
    assert_eq!((found.load["marketing"].first.max, found.load["marketing"].second.max), (2, 3));
    assert!((found.load["marketing"].second.mean - 2.5).abs() < 1e-12);
    let stored = serde_json::to_string(&report).unwrap().replace(",\"weeks\":[0,2]", "");
    let older: Report = serde_json::from_str(&stored).unwrap();
    assert!(!older.team_weeks().contains_key("sales"), "an earlier release kept no weeks");
}

#[test]
fn two_backtests_differ_by_what_the_second_has_more() {
    let mut people =
        vec![person(&[(0, "form.submitted"), (9, "email.replied"), (30, "deal.won")]); 40];
    people.extend(vec![person(&[(0, "form.submitted")]); 200]);
    let (_, first) = tested(&people, until(100, None));
    let wide = definition(&RULE.replace("email.replied", "form.submitted"));
    let mut test = Backtest::new(&wide, until(100, None));
    for history in &people {
        test.person(history, &[]);
    }
    let found = first.compared_with(&test.report(&wide, None));
    let prospect = found.stages[&Stage::Prospect];
    assert_eq!((prospect.called, prospect.won, prospect.lead_days), (200, 0, Some(9)));
    let precision = prospect.precision.unwrap();
    assert!((precision.by - (40.0 / 240.0 - 1.0)).abs() < 1e-12 && precision.is_apart);
    assert!(!prospect.recall.unwrap().is_apart);
}

#[test]
fn a_history_too_thin_says_so() {
    let won = |n: usize| {
        let mut people = vec![person(&[(0, "form.submitted"), (1, "deal.won")]); n];
        people.push(person(&[(100, "form.submitted")]));
        people
    };
    assert_eq!(tested(&won(9), until(100, None)).0.thin(), Some(Thin::Winners(9)));
    assert_eq!(tested(&won(10), until(99, None)).0.thin(), Some(Thin::Short(1)));
    assert_eq!(
        tested(&won(10), until(100, Some(180))).0.thin(),
        Some(Thin::ShorterThanWithin(100, 180))
    );
    assert_eq!(tested(&won(10), until(100, Some(90))).0.thin(), None);
}

#[test]
fn an_interval_is_wilsons() {
    // From the closed formula, worked by hand: 10 of 100.
    let found = Interval::of(10, 100).unwrap();
    assert!(
        (found.low - 0.055_229).abs() < 1e-5 && (found.high - 0.174_366).abs() < 1e-5,
        "{found:?}"
    );
    assert_eq!(Interval::of(0, 0), None);
    assert!(Interval::of(0, 10).unwrap().low.abs() < 1e-12);
}

proptest! {
    #![proptest_config(random::config(64))]

    #[test]
    fn parts_put_together_are_the_whole_and_agree_with_a_naive_count(
        people in prop::collection::vec(random::histories(), 1..12), cut in 0..12_usize, step in 1..random::STEPS
    ) {
        let asked = Asked { until: random::moment(step) + Span::minutes(1), within: None };
        for (name, text) in packs::ALL {
            let draft = definition(text);
            let lived = definition(packs::DEFAULT);
            let moves = |history: &History| -> Vec<Moved> {
                fold(&lived, history, asked.until).transitions.iter().map(Moved::from).collect()
            };
            let count = |people: &[History]| {
                let mut test = Backtest::new(&draft, asked);
                let differ = people.iter().filter(|one| test.person(one, &moves(one)).is_some()).count();
                (test, differ)
            };
            let (whole, differ) = count(&people);
            let cut = cut.min(people.len());
            let (mut first, _) = count(&people[..cut]);
            first.merge(&count(&people[cut..]).0);
            let report = whole.report(&draft, Some(&lived));
            prop_assert_eq!(&report, &first.report(&draft, Some(&lived)), "{}", name);
            prop_assert_eq!(usize::try_from(report.differ).unwrap_or(0), differ);
            for (stage, figures) in &report.stages {
                let called = people.iter().filter(|one| {
                    let won = one.entries.iter().find(|entry| {
                        entry.recorded_at.max(entry.occurred_at) <= asked.until
                            && matches!(&entry.what, funnel::history::What::Activity(a) if a.kind.as_str() == "deal.won")
                    });
                    let steps = fold(&draft, one, asked.until).transitions;
                    let call = steps.iter().find(|s| s.to >= *stage && s.to < Stage::Customer);
                    call.is_some_and(|call| won.is_none_or(|won| call.at <= won.occurred_at))
                }).count();
                prop_assert_eq!(figures.called, u64::try_from(called).unwrap_or(0), "{} {}", name, stage);
            }
            if *name == "default" {
                prop_assert_eq!(report.differ, 0, "a draft that is in force changes nothing");
                prop_assert_eq!(&report.stages, &report.in_force);
            }
        }
    }
}

//! Moves by hand: the lens under which they count, and whoever is recycled until a day or a condition.

use funnel::history::{Activity, Entry, Fact, History, Observation, What};
use funnel::receipt::{Part, Rule};
use funnel::{ByHand, Definition, Folded, Folder, InForce, Stage, fold};
use moment::{Moment, Span};

const START: Moment = Moment::from_seconds(1_767_225_600);
/// A lead is whom we can write to, a prospect has answered lately.
const RULES: &str = r#"
name = "Test"
[criteria]
need = { ask = "What does it cost you?", expires = "90d" }
[scores.engagement]
half_life = "7d"
points = [ { on = "page.viewed", add = 40 } ]
[stages.lead]
enter = 'known(person.email)'
[stages.prospect]
enter = 'did("email.replied", days(30))'
[kinds]
keen = 'did("page.viewed")'
"#;

fn day(days: i64) -> Moment {
    START + Span::days(days)
}

fn at(id: i64, days: i64, what: What) -> Entry {
    Entry { id, occurred_at: day(days), recorded_at: day(days), what }
}

fn did(id: i64, days: i64, kind: &str) -> Entry {
    at(id, days, What::Activity(Activity::usual(kind)))
}

fn hand(id: i64, days: i64, by_hand: &ByHand) -> Entry {
    at(id, days, What::Activity(by_hand.activity()))
}

fn known() -> Entry {
    let facts = vec![Fact::certain("person.email", "a@x.example")];
    at(1, 0, What::Facts(Observation { source: "form".into(), facts }))
}

fn rules() -> Definition {
    Definition::parse(RULES).unwrap_or_else(|faults| panic!("{faults:?}"))
}

/// Recycled on the second day.
fn recycled(change: impl FnOnce(&mut ByHand)) -> Entry {
    let mut by_hand = ByHand::to(Stage::Recycled, "no budget before spring");
    change(&mut by_hand);
    hand(2, 2, &by_hand)
}

fn folded(entries: Vec<Entry>, until: i64) -> Folded {
    fold(&rules(), &History::new(entries), day(until))
}

fn last(folded: &Folded) -> (Moment, Stage) {
    let step = folded.transitions.last().unwrap_or_else(|| panic!("nothing moved"));
    (step.at, step.to)
}

#[test]
fn whoever_is_recycled_until_a_day_wakes_exactly_then_and_the_receipt_says_so() {
    let entries = vec![known(), recycled(|by_hand| by_hand.wake_on = Some(day(40)))];
    let before = folded(entries.clone(), 39);
    assert_eq!((before.standing.stage, before.standing.next_at), (Stage::Recycled, Some(day(40))));
    let after = folded(entries, 90);
    assert_eq!(last(&after), (day(40), Stage::Lead));
    let step = after.transitions.last().unwrap();
    assert_eq!((&step.receipt.rule, step.evidence_at), (&Rule::Wake(2), day(40)));
    assert_eq!(step.reason.as_deref(), Some("the day came"));
    let row = &step.receipt.because[0];
    assert_eq!((row.part, row.rests_on[0].at, row.rests_on[0].id), (Part::Wake, day(40), 2));
    assert_eq!(&*step.receipt.because[1].condition, "known(person.email)");
}

#[test]
fn whoever_wakes_stands_where_the_rules_put_them() {
    let recycle = recycled(|by_hand| by_hand.wake_on = Some(day(40)));
    let found = folded(vec![known(), recycle, did(3, 20, "email.replied")], 41);
    assert_eq!(last(&found), (day(40), Stage::Prospect));
}

#[test]
fn whom_no_rule_takes_up_wakes_at_the_lowest_stage() {
    let recycle = recycled(|by_hand| by_hand.wake_on = Some(day(40)));
    let nobody = vec![did(1, 0, "page.viewed"), recycle];
    let found = folded(nobody, 41);
    assert_eq!(last(&found), (day(40), Stage::Lead));
    assert!(
        found.transitions.last().unwrap().receipt.because.iter().any(|row| !row.truth.is_true())
    );
}

#[test]
fn a_condition_wakes_at_the_moment_at_which_it_holds() {
    let cases = [
        ("did(\"page.viewed\", dwell())", day(10)),
        ("dwell() >= days(25)", day(27)),
        ("since(\"page.viewed\") >= days(5)", day(15)),
        ("score.engagement > 1 && score.engagement <= 20", day(17)),
        ("criterion.need", day(30)),
    ];
    let need = at(4, 30, What::Activity(Activity::answer("need", true)));
    for (text, wakes_at) in cases {
        assert!(rules().wake(text).is_ok(), "{text}");
        let recycle = recycled(|by_hand| by_hand.wake_when = Some(text.into()));
        let entries = vec![known(), recycle, did(3, 10, "page.viewed"), need.clone()];
        let found = folded(entries.clone(), 60);
        assert_eq!(last(&found), (wakes_at, Stage::Lead), "{text}");
        let step = found.transitions.last().unwrap();
        assert_eq!(step.reason.as_deref(), Some("what they waited for holds"), "{text}");
        let before = fold(&rules(), &History::new(entries), wakes_at - Span(1)).standing;
        assert_eq!(before.stage, Stage::Recycled, "{text}");
        if wakes_at != day(10) && wakes_at != day(30) {
            assert_eq!(before.next_at, Some(wakes_at), "{text}");
        }
    }
}

#[test]
fn what_is_said_last_holds_and_nothing_holds_once_they_have_left() {
    let later = |by_hand: &mut ByHand| by_hand.wake_on = Some(day(40));
    let mut again = ByHand::to(Stage::Recycled, "later still");
    again.wake_on = Some(day(70));
    let found = folded(vec![known(), recycled(later), hand(3, 30, &again)], 90);
    assert_eq!(last(&found), (day(70), Stage::Lead));
    let stages: Vec<Stage> = found.transitions.iter().map(|step| step.to).collect();
    assert_eq!(stages, [Stage::Lead, Stage::Recycled, Stage::Lead], "to be put off is no move");
    let back = hand(3, 20, &ByHand::to(Stage::Prospect, "called us"));
    let out = hand(4, 25, &ByHand::to(Stage::Recycled, "by mistake"));
    let found = folded(vec![known(), recycled(later), back, out], 90);
    assert_eq!((last(&found).0, found.standing.stage), (day(25), Stage::Recycled));
    assert_eq!(found.standing.next_at, None);
}

#[test]
fn histories_before_change_nothing_of_what_is_found() {
    let recycle = |text: &str| recycled(|by_hand| by_hand.wake_when = Some(text.into()));
    let texts = ["did(\"page.viewed\", dwell())", "dwell() >= days(9)", "no condition", "true"];
    let rules = rules();
    let mut folder = Folder::of(&rules);
    for round in 0..3 {
        for text in texts {
            let history = History::new(vec![known(), recycle(text), did(3, 10, "page.viewed")]);
            let found = folder.fold(&history, day(60));
            assert_eq!(found, fold(&rules, &history, day(60)), "{text}, round {round}");
        }
        let plain = History::new(vec![known(), did(3, 10, "page.viewed")]);
        assert_eq!(folder.fold(&plain, day(60)), fold(&rules, &plain, day(60)));
    }
}

#[test]
fn a_move_counts_under_its_own_lens_and_one_for_all_under_each() {
    let rules = rules();
    let under = |lens: Option<&str>, named: Option<&str>| {
        let in_force = InForce { from: Moment::START, version: 1, definition: &rules, lens };
        let mut by_hand = ByHand::to(Stage::Prospect, "met at a fair");
        by_hand.lens = named.map(Box::from);
        let history = History::new(vec![known(), hand(2, 2, &by_hand)]);
        Folder::new(&[in_force]).fold(&history, day(3)).standing.stage
    };
    assert_eq!(under(Some("Sales"), Some("Sales")), Stage::Prospect);
    assert_eq!(under(Some("Shared"), Some("Sales")), Stage::Lead);
    assert_eq!(under(Some("Shared"), Some("*")), Stage::Prospect);
    assert_eq!(under(Some("Shared"), None), Stage::Prospect, "an older move keeps its meaning");
    assert_eq!(under(None, Some("Sales")), Stage::Prospect, "nobody says under which lens");
}

#[test]
fn what_nobody_can_wake_by_is_refused_in_words() {
    let many = vec!["did(\"page.viewed\")"; 51].join(" && ");
    let cases = [
        ("criterion.ned", "need"),
        ("kind == \"keen\"", "decided later"),
        ("score.engagement > score.fit", "compared with a number"),
        ("did(", "line 1"),
        (many.as_str(), "ask for fewer"),
    ];
    for (text, words) in cases {
        let refused = rules().wake(text).unwrap_err();
        assert!(refused.contains(words), "{text}: {refused}");
    }
}

#[test]
fn a_definition_may_list_the_reasons_that_a_hand_gives() {
    let reasons = |exits: &str| {
        let found = Definition::parse(&format!(
            "name = \"Test\"\n[stages.lead]\nenter = 'known(person.email)'\n\
             leave = {{ when = 'dwell() > days(9)', reason = \"cooled\" }}\n{exits}"
        ));
        let definition = found.unwrap_or_else(|faults| panic!("{}", faults[0]));
        let both = [Stage::Recycled, Stage::Disqualified].map(|exit| {
            let found = definition.reasons(exit);
            (found.words.join(", "), found.is_list)
        });
        assert_eq!(definition.reasons(Stage::Lead).words.len(), 0);
        both
    };
    let by_rule =
        "[exits.disqualified]\nenter = { when = 'company.competitor', reason = \"competitor\" }";
    assert_eq!(reasons(by_rule), [("cooled".into(), false), ("competitor".into(), false)]);
    let listed = format!("{by_rule}\nreasons = [\"a student\", \"competitor\"]\n");
    let found = reasons(&format!("{listed}[exits.recycled]\nreasons = \"no budget\""));
    let expected = [("no budget, cooled", true), ("a student, competitor", true)];
    assert_eq!(found, expected.map(|(words, is_list)| (words.to_owned(), is_list)));
    let twice = "name = \"T\"\n[exits.recycled]\nreasons = [\"a\", \"a\"]";
    assert!(Definition::parse(twice).unwrap_err()[0].to_string().contains("each another"));
}

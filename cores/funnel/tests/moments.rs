//! When things move: the edges of windows, hand moves and gates, versions, late news, receipts.

use funnel::history::{
    Activity, Agent, Entry, Fact, History, Kind, Observation, Value, What, usual,
};
use funnel::receipt::Rule;
use funnel::{Definition, Folder, InForce, Stage, Transition, Truth, fold, fold_versions, packs};
use moment::{Moment, Span};

const START: Moment = Moment::from_seconds(1_767_225_600);

/// Day and fraction of a day after the start.
fn day(days: f64) -> Moment {
    Moment(START.0 + (days * 86_400e6) as i64)
}

fn did(id: i64, days: f64, kind: &str, properties: &[(&str, &str)]) -> Entry {
    let usual = usual(kind);
    let activity = Activity {
        kind: Kind::new(kind),
        channel: usual.map(|(channel, _)| channel),
        direction: usual.map(|(_, direction)| direction),
        agent: Agent::Human,
        campaign: None,
        properties: properties.iter().map(|&(key, value)| (key.into(), value.into())).collect(),
    };
    let at = day(days);
    Entry { id, occurred_at: at, recorded_at: at, what: What::Activity(activity) }
}

fn fact(id: i64, days: f64, key: &str, value: impl Into<Value>) -> Entry {
    let facts = vec![Fact::certain(key, value)];
    let what = What::Facts(Observation { source: "form".into(), facts });
    Entry { id, occurred_at: day(days), recorded_at: day(days), what }
}

fn definition(rules: &str) -> Definition {
    Definition::parse(&format!("name = \"Test\"\n{rules}")).unwrap_or_else(|faults| {
        panic!("{}", faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })
}

fn pack(name: &str) -> Definition {
    let found = packs::find(name).and_then(|text| Definition::parse(text).ok());
    found.unwrap_or_else(|| panic!("no pack {name}"))
}

fn moves(transitions: &[Transition]) -> Vec<(Moment, Stage)> {
    transitions.iter().map(|transition| (transition.at, transition.to)).collect()
}

#[test]
fn each_comparison_with_an_age_turns_at_its_own_microsecond() {
    let ten = day(10.0);
    let after = Moment(ten.0 + 1);
    let rows = [
        ("did(\"email.replied\", days(10))", Some(ten), false),
        ("!did(\"email.replied\", days(10))", Some(ten), true),
        ("count(\"email.replied\", days(10)) >= 1", Some(ten), false),
        ("count(\"email.replied\", days(10)) == 0", Some(ten), true),
        ("since(\"email.replied\") < days(10)", Some(ten), false),
        ("since(\"email.replied\") <= days(10)", Some(after), false),
        ("since(\"email.replied\") >= days(10)", Some(ten), true),
        ("since(\"email.replied\") > days(10)", Some(after), true),
        ("days(10) > since(\"email.replied\")", Some(ten), false),
        ("since(\"email.replied\") == days(10)", Some(ten), true),
        ("since(\"call.made\") > days(1)", None, false),
        ("did(\"email.replied\")", None, true),
    ];
    let history = History::new(vec![did(1, 0.0, "email.replied", &[])]);
    for (condition, at, afterwards) in rows {
        let definition = definition(&format!("[kinds]\nK = '{condition}'"));
        let mut folder = Folder::of(&definition);
        let first = folder.fold(&history, day(1.0)).standing;
        assert_eq!(first.next_at, at, "{condition}");
        if let Some(at) = at {
            let kind = |at: Moment, folder: &mut Folder| folder.fold(&history, at).standing.kind;
            let before = kind(Moment(at.0 - 1), &mut folder);
            assert_eq!(before, first.kind, "{condition}");
            assert_eq!(kind(at, &mut folder).is_some(), afterwards, "{condition}");
        } else {
            assert_eq!(first.kind.is_some(), afterwards, "{condition}");
        }
    }
}

#[test]
fn what_one_stage_waits_for_wakes_nobody_at_another() {
    let definition = definition(
        "[stages.lead]\nenter = 'true'\n[stages.prospect]\nenter = 'did(\"demo.held\")'\n\
         leave = { when = '!did(\"*\", days(30))' }\n[stages.customer]\nenter = 'did(\"deal.won\")'",
    );
    let mut entries = vec![did(1, 0.0, "demo.held", &[])];
    let standing = fold(&definition, &History::new(entries.clone()), day(1.0)).standing;
    assert_eq!((standing.stage, standing.next_at), (Stage::Prospect, Some(day(30.0))));
    entries.push(did(2, 0.5, "deal.won", &[]));
    let standing = fold(&definition, &History::new(entries), day(1.0)).standing;
    assert_eq!((standing.stage, standing.next_at), (Stage::Customer, None));
}

#[test]
fn a_score_that_a_source_told_runs_out_though_no_rule_reads_it() {
    let definition = definition("[stages.lead]\nenter = 'did(\"page.viewed\")'");
    let mut told = fact(2, 1.0, "score.intent", 81);
    if let What::Facts(observation) = &mut told.what {
        observation.facts[0].expires_at = Some(day(30.0));
    }
    let history = History::new(vec![did(1, 0.0, "page.viewed", &[]), told]);
    let before = fold(&definition, &history, day(29.0)).standing;
    assert_eq!(
        (before.scores.intent.map(|range| range.low), before.next_at),
        (Some(81.0), Some(day(30.0)))
    );
    let after = fold(&definition, &history, day(30.0)).standing;
    assert_eq!((after.scores.intent, after.next_at), (None, None));
}

#[test]
fn a_falling_score_crosses_its_number_between_entries() {
    let definition = definition(
        "[scores.engagement]\nhalf_life = \"10d\"\npoints = [{ on = \"page.viewed\", add = 40 }]\n\
         [stages.lead]\nenter = 'score.engagement >= 5'\n\
         leave = { when = 'score.engagement < 10', to = \"none\", reason = \"faded\" }",
    );
    let history = History::new(vec![did(1, 0.0, "page.viewed", &[])]);
    let folded = fold(&definition, &history, day(60.0));
    // 40 is 10 after two half-lives, and below it a microsecond or so later.
    let faded = folded.transitions.last().unwrap();
    assert_eq!((faded.from, faded.to), (Stage::Lead, Stage::None));
    let late = (faded.at - day(20.0)).0;
    assert!((1..=100).contains(&late), "{late} microseconds after the second half-life");
    let before = fold(&definition, &history, day(19.0)).standing;
    assert_eq!(before.next_at, Some(faded.at));
    let engagement = before.scores.engagement.unwrap();
    assert!((engagement.at(day(20.0)) - 10.0).abs() < 1e-9);
    assert_eq!(engagement.half_life, Some(Span::days(10)));
}

#[test]
fn a_hand_obeys_the_gate_and_leaves_a_receipt() {
    let moved = [("to", "opportunity"), ("reason", "met at the fair")];
    let entries = vec![
        fact(1, 0.0, "person.email", "a@x.example"),
        did(2, 1.0, "stage.moved", &moved),
        did(3, 2.0, "email.sent", &[]),
        did(4, 3.0, "email.replied", &[]),
        did(5, 4.0, "stage.moved", &moved),
    ];
    let folded = fold(&pack("default"), &History::new(entries), day(5.0));
    let expected = [(day(0.0), Stage::Lead), (day(4.0), Stage::Opportunity)];
    assert_eq!(moves(&folded.transitions), expected);
    let by_hand = &folded.transitions[1];
    assert_eq!(by_hand.receipt.rule, Rule::Hand(5));
    assert_eq!(by_hand.reason.as_deref(), Some("met at the fair"));
    assert_eq!(&*by_hand.receipt.because[0].condition, "two_way()");
    assert_eq!(by_hand.receipt.because[0].truth, Truth::True);
}

#[test]
fn whom_the_rules_would_move_back_at_once_stays_until_something_is_recorded_or_changes() {
    let history = History::new(vec![
        did(1, 1.0, "email.sent", &[]),
        did(2, 2.0, "email.replied", &[]),
        did(3, 5.0, "stage.moved", &[("to", "lead"), ("reason", "a mistake")]),
        did(4, 6.0, "page.viewed", &[]),
    ]);
    let folded = fold(&pack("article-c-communication"), &history, day(7.0));
    let expected = [
        (day(1.0), Stage::Lead),
        (day(2.0), Stage::Prospect),
        (day(5.0), Stage::Lead),
        (day(6.0), Stage::Prospect),
    ];
    assert_eq!(moves(&folded.transitions), expected);
}

#[test]
fn late_news_moves_when_it_is_learned_and_its_receipt_says_when_it_happened() {
    let mut reply = did(2, 3.0, "email.replied", &[]);
    reply.recorded_at = day(40.0);
    let history = History::new(vec![did(1, 1.0, "email.sent", &[]), reply]);
    let folded = fold(&pack("article-c-communication"), &history, day(50.0));
    let last = folded.transitions.last().unwrap();
    assert_eq!((last.at, last.evidence_at, last.to), (day(40.0), day(3.0), Stage::Prospect));
    let rests: Vec<&str> =
        last.receipt.because[0].rests_on.iter().map(|rest| &*rest.what).collect();
    assert_eq!(rests, ["email.sent", "email.replied"]);
    let before = fold(&pack("article-c-communication"), &history, day(39.9)).standing;
    assert_eq!(before.stage, Stage::Lead);
}

#[test]
fn a_version_holds_from_its_moment_and_the_stage_carries_over() {
    let first = definition("[stages.lead]\nenter = 'did(\"page.viewed\")'");
    let second = definition(
        "[stages.lead]\nenter = 'false'\nleave = { when = 'dwell() >= days(30)', reason = \"old\" }\n\
         [stages.prospect]\nenter = 'count(\"page.viewed\") >= 2'",
    );
    let versions = [
        InForce { from: Moment::START, version: 1, definition: &first, lens: None },
        InForce { from: day(10.0), version: 2, definition: &second, lens: None },
    ];
    let one = History::new(vec![did(1, 0.0, "page.viewed", &[])]);
    let folded = fold_versions(&versions, &one, day(50.0));
    assert_eq!(moves(&folded.transitions), [(day(0.0), Stage::Lead), (day(30.0), Stage::Recycled)]);
    let numbers: Vec<u32> = folded.transitions.iter().map(|t| t.receipt.version).collect();
    assert_eq!(numbers, [1, 2]);
    assert_eq!(fold_versions(&versions, &one, day(5.0)).standing.next_at, Some(day(10.0)));

    let two = History::new(vec![did(1, 0.0, "page.viewed", &[]), did(2, 1.0, "page.viewed", &[])]);
    let folded = fold_versions(&versions, &two, day(50.0));
    assert_eq!(moves(&folded.transitions), [(day(0.0), Stage::Lead), (day(10.0), Stage::Prospect)]);
}

#[test]
fn a_receipt_names_all_that_it_rests_on_and_survives_storage() {
    let answer = |id, criterion| {
        did(id, 3.0, "criterion.answered", &[("criterion", criterion), ("value", "yes")])
    };
    let history = History::new(vec![
        fact(1, 0.0, "person.email", "a@x.example"),
        fact(2, 0.0, "company.budget", 9000),
        did(3, 1.0, "email.sent", &[]),
        did(4, 2.0, "email.replied", &[]),
        answer(5, "need"),
        answer(6, "timing"),
    ]);
    let folded = fold(&pack("default"), &history, day(4.0));
    let transition = folded.transitions.last().unwrap();
    assert_eq!(transition.to, Stage::Opportunity);
    let rows: Vec<String> = transition
        .receipt
        .because
        .iter()
        .filter(|row| row.truth.is_true())
        .map(|row| {
            let ids: Vec<String> = row.rests_on.iter().map(|rest| rest.id.to_string()).collect();
            let seen = row.seen.as_deref().unwrap_or("-");
            format!("{}: {seen} [{}]", row.condition, ids.join(" "))
        })
        .collect();
    assert_eq!(
        rows,
        [
            "temperature == \"hot\": hot [2 5 6]",
            "met(criterion.budget, criterion.authority, criterion.need, criterion.timing) >= 3: 3 to 4 [2 5 6]",
            "criterion.budget: - [2]",
            "company.budget >= 5000: 9000 [2]",
            "criterion.need: - [5]",
            "criterion.timing: - [6]",
            "two_way(): - [3 4]",
        ]
    );
    let stored = serde_json::to_string(transition).unwrap();
    assert_eq!(serde_json::from_str::<Transition>(&stored).unwrap(), *transition);
    assert!(stored.len() < 2_500, "{} bytes: {stored}", stored.len());
    let fact = &transition.receipt.because[1].rests_on[0];
    assert_eq!((&*fact.what, fact.source.as_deref()), ("company.budget", Some("form")));
}

#[test]
fn criteria_say_since_when_and_until_when() {
    let history = History::new(vec![
        fact(1, 0.0, "company.budget", 9000),
        did(2, 1.0, "criterion.answered", &[("criterion", "demand"), ("value", "no")]),
    ]);
    let standing = fold(&pack("default"), &history, day(4.0)).standing;
    let found = |name: &str| {
        let criterion = standing.criteria.iter().find(|criterion| &*criterion.name == name);
        let criterion = criterion.unwrap();
        (criterion.truth, criterion.since, criterion.expires_at)
    };
    assert_eq!(found("budget"), (Truth::True, Some(day(0.0)), None));
    assert_eq!(found("timing"), (Truth::False, Some(day(1.0)), Some(day(91.0))));
    assert_eq!(found("need"), (Truth::Unknown, None, None));
    assert_eq!(standing.next_at, Some(day(91.0)));
}

#[test]
fn a_gate_and_a_question_from_outside_are_explained() {
    let asked =
        funnel::Condition::parse("person.title == \"COO\" || did(\"email.replied\", days(9))");
    let pack = pack("default");
    let version = InForce { from: Moment::START, version: 1, definition: &pack, lens: None };
    let mut folder = Folder::asking(&[version], &[asked.unwrap()]);
    let history = History::new(vec![did(1, 0.0, "email.replied", &[])]);
    let explained = folder.explain(&history, day(1.0)).remove(0);
    assert_eq!(explained.truth, Truth::True);
    let parts: Vec<Truth> = explained.parts.iter().map(|part| part.truth).collect();
    assert_eq!(parts, [Truth::Unknown, Truth::True]);
    assert_eq!(explained.parts[1].rests_on[0].id, 1);
    let gate = folder.gate(&history, day(1.0), "proposal.sent").unwrap();
    assert_eq!(gate.truth, Truth::False);
    assert!(folder.gate(&history, day(1.0), "email.sent").is_none());
}

#[test]
fn a_won_deal_outweighs_an_exit_and_no_rule_unmakes_a_customer() {
    let history = History::new(vec![
        fact(1, 0.0, "person.email", "a@x.example"),
        fact(2, 1.0, "company.competitor", true),
        did(3, 2.0, "deal.won", &[]),
        fact(4, 3.0, "company.competitor", true),
    ]);
    let folded = fold(&pack("default"), &history, day(4.0));
    let expected =
        [(day(0.0), Stage::Lead), (day(1.0), Stage::Disqualified), (day(2.0), Stage::Customer)];
    assert_eq!(moves(&folded.transitions), expected);
}

#[test]
fn without_news_nobody_moves_for_ever() {
    let round = definition(
        "[stages.lead]\nenter = 'known(person.email)'\n\
         leave = { when = 'dwell() >= days(1)', to = \"recycled\" }\n\
         [exits.recycled]\nwake = 'dwell() >= days(1)'",
    );
    let email = |id, days| fact(id, days, "person.email", "a@x.example");
    let most = funnel::fold::MOVES_WITHOUT_NEWS_MAX;
    let late = day(10_000.0);
    let folded = fold(&round, &History::new(vec![email(1, 0.0)]), late);
    assert_eq!(folded.transitions.len(), most);
    assert_eq!(folded.transitions.last().unwrap().at, day(99.0));
    assert_eq!(folded.standing.next_at, None, "nobody is woken in vain");
    // Whatever is recorded sets them going again.
    let folded = fold(&round, &History::new(vec![email(1, 0.0), email(2, 5_000.0)]), late);
    assert_eq!(folded.transitions.len(), 2 * most);
}

//! The fold agrees with one that keeps nothing and judges anew at every moment, on random histories
//! under every pack and under a definition that uses what no pack does.

mod oracle;
mod random;

use std::sync::OnceLock;

use funnel::history::{Activity, Entry, Fact, History, Observation, What};
use funnel::{Condition, Definition, Folder, InForce, Stage, packs};
use moment::{Moment, Span};
use proptest::prelude::*;

fn definitions() -> &'static [(String, Definition)] {
    static READ: OnceLock<Vec<(String, Definition)>> = OnceLock::new();
    READ.get_or_init(read)
}

fn read() -> Vec<(String, Definition)> {
    let packs = packs::ALL.iter().map(|(name, text)| (*name, (*text).to_owned()));
    packs
        .chain([("stress", include_str!("random/stress.toml").to_owned())])
        .map(|(name, text)| match Definition::parse(&text) {
            Ok(definition) => (name.to_owned(), definition),
            Err(faults) => panic!("{name}: {faults:?}"),
        })
        .collect()
}

/// The lens of every definition here; some moves by hand are meant for another.
const LENS: &str = "Shared";

fn asking(definition: &Definition, asked: &[Condition]) -> Folder {
    let lens = Some(LENS);
    Folder::asking(&[InForce { from: Moment::START, version: 1, definition, lens }], asked)
}

/// Scores are added up in another order, so that a crossing may be found some microseconds apart.
fn same(a: Moment, b: Moment) -> bool {
    (a - b).0.abs() <= 2_000
}

proptest! {
    #![proptest_config(random::config(60))]

    #[test]
    fn the_fold_agrees_with_the_oracle(history in random::histories(), step in 0..random::STEPS + 400) {
        let as_of = random::moment(step) + Span::minutes(1);
        for (name, definition) in definitions() {
            let asked: Vec<_> = definition.stages.iter().map(|rule| rule.enter.clone()).collect();
            let mut folder = asking(definition, &asked);
            let folded = folder.fold(&history, as_of);
            let horizon = as_of + Span::days(60);
            let (told, changes_at) = oracle::tell((definition, LENS), &history, as_of, horizon, &asked);
            let asked: Vec<_> = folder.explain(&history, as_of).iter().map(|part| part.truth).collect();
            prop_assert_eq!(asked, told.asked, "{}", name);
            let found = &folded.standing;
            let moves: Vec<_> = folded.transitions.iter().map(|t| {
                (t.at, t.from, t.to, t.reason.as_ref().map(ToString::to_string))
            }).collect();
            let agree = moves.len() == told.moves.len() && moves.iter().zip(&told.moves).all(|(a, b)| {
                same(a.0, b.0) && (a.1, a.2, &a.3) == (b.1, b.2, &b.3)
            });
            prop_assert!(agree, "{name}: moves\n{moves:?}\n{:?}", told.moves);
            prop_assert_eq!(found.stage, told.stage, "{}", name);
            prop_assert_eq!(found.kind.as_deref(), told.kind.as_deref(), "{}", name);
            prop_assert_eq!(found.temperature, told.temperature, "{}", name);
            let criteria: Vec<_> = found.criteria.iter().map(|c| c.truth).collect();
            prop_assert_eq!(criteria, told.criteria, "{}", name);
            if let Some(engagement) = found.scores.engagement {
                prop_assert!((engagement.value - told.engagement).abs() < 1e-6, "{}", name);
            }
            if let Some(fit) = found.scores.fit {
                prop_assert!((fit.low - told.fit.0).abs() + (fit.high - told.fit.1).abs() < 1e-9);
            }
            if let Some(at) = changes_at {
                let next = found.next_at.unwrap_or(Moment::END);
                prop_assert!(next.0 <= at.0 + 2_000, "{name}: changes at {at}, next_at {next}");
            }
            prop_assert!(found.next_at.is_none_or(|next| next > as_of));
        }
    }

    #[test]
    fn what_was_so_stays_so(history in random::histories(), steps in (0..random::STEPS, 0..random::STEPS)) {
        let (first, second) = (steps.0.min(steps.1), steps.0.max(steps.1));
        let (first, second) = (random::moment(first), random::moment(second));
        for (name, definition) in definitions() {
            let mut folder = asking(definition, &[]);
            let earlier = folder.fold(&history, first);
            let later = folder.fold(&history, second);
            let kept: Vec<_> = later.transitions.iter().filter(|t| t.at <= first).cloned().collect();
            prop_assert_eq!(&earlier.transitions, &kept, "{}", name);
            // What was recorded since is not seen at all: live is replay.
            let mut known = history.clone();
            known.entries.retain(|entry| entry.recorded_at <= first);
            prop_assert_eq!(&folder.fold(&known, first), &earlier, "{}", name);
        }
    }
}

proptest! {
    #![proptest_config(random::config(60))]

    #[test]
    fn what_was_so_stays_so_when_another_version_takes_over(
        history in random::histories(),
        names in (0..definitions().len(), 0..definitions().len()),
        steps in (0..random::STEPS, 0..random::STEPS, 0..random::STEPS),
    ) {
        let from = random::moment(steps.2);
        let version = |version, from, at: usize| {
            InForce { from, version, definition: &definitions()[at].1, lens: Some(LENS) }
        };
        let mut folder = Folder::new(&[version(1, Moment::START, names.0), version(2, from, names.1)]);
        let (first, second) = (random::moment(steps.0.min(steps.1)), random::moment(steps.0.max(steps.1)));
        let earlier = folder.fold(&history, first);
        let later = folder.fold(&history, second);
        let kept: Vec<_> = later.transitions.iter().filter(|t| t.at <= first).cloned().collect();
        prop_assert_eq!(&earlier.transitions, &kept);
        prop_assert!(later.transitions.is_sorted_by_key(|t| t.at));
        for t in &later.transitions {
            prop_assert_eq!(t.receipt.version, if t.at < from { 1 } else { 2 }, "{:?}", t);
        }
        let mut known = history.clone();
        known.entries.retain(|entry| entry.recorded_at <= first);
        prop_assert_eq!(&folder.fold(&known, first), &earlier);
    }
}

/// Answers that had run out when they were recorded, or when another version took over, say nothing: they were once
/// taken for a moment that is still to come, which lies behind.
#[test]
fn an_answer_that_has_run_out_moves_nobody() {
    let text = r#"
        name = "Told"
        [criteria]
        need = { ask = "Is there a need?", expires = "20d" }
        [stages.lead]
        enter = 'did("*")'
        [stages.prospect]
        enter = 'criterion.need'
    "#;
    let definition = Definition::parse(text).expect("reads");
    let answered = |recorded: i64| {
        let properties = vec![("criterion".into(), "need".into()), ("value".into(), "yes".into())];
        let activity = Activity { properties, ..Activity::usual("criterion.answered") };
        let (occurred_at, recorded_at) = (random::moment(0), random::moment(recorded));
        History::new(vec![Entry {
            id: 1,
            occurred_at,
            recorded_at,
            what: What::Activity(activity),
        }])
    };
    let moves = |versions: &[InForce<'_>], history: &History| {
        let folded = Folder::new(versions).fold(history, random::moment(1_000));
        folded.transitions.iter().map(|t| (t.at, t.to)).collect::<Vec<_>>()
    };
    let version = |version, from| InForce { from, version, definition: &definition, lens: None };
    // In time, on the last day, and when it was over: a step is six hours, and eighty are twenty days.
    let only = [version(1, Moment::START)];
    for (recorded, stage) in
        [(0, Stage::Prospect), (79, Stage::Prospect), (80, Stage::Lead), (400, Stage::Lead)]
    {
        let found = moves(&only, &answered(recorded));
        assert_eq!(found, [(random::moment(recorded), stage)]);
    }
    let lead = r#"
        name = "Lead"
        [stages.lead]
        enter = 'did("*")'
    "#;
    let lead = Definition::parse(lead).expect("reads");
    let before = InForce { from: Moment::START, version: 1, definition: &lead, lens: None };
    for (from, to) in [(79, Some(Stage::Prospect)), (80, None), (400, None)] {
        let found = moves(&[before, version(2, random::moment(from))], &answered(0));
        let mut wanted = vec![(random::moment(0), Stage::Lead)];
        wanted.extend(to.map(|to| (random::moment(from), to)));
        assert_eq!(found, wanted);
    }
}

/// Found by the property above: a move by hand that is recorded later, but happened before, names what to wake by.
#[test]
fn nobody_waits_for_what_another_wake_up_asks() {
    let entry = |id: i64, steps: (i64, i64), what: What| Entry {
        id,
        occurred_at: random::moment(steps.0),
        recorded_at: random::moment(steps.1),
        what,
    };
    let did = |id, kind: &str| entry(id, (0, 0), What::Activity(Activity::usual(kind)));
    let fact = |id, fact: Fact| {
        let what = What::Facts(Observation { source: "form".into(), facts: vec![fact] });
        entry(id, (0, 0), what)
    };
    let recycled = |id, steps, wake: Option<&str>| {
        let mut properties =
            vec![("to".into(), "recycled".into()), ("reason".into(), "later".into())];
        properties.extend(wake.map(|wake| ("wake_when".into(), wake.into())));
        let what = What::Activity(Activity { properties, ..Activity::usual("stage.moved") });
        entry(id, steps, what)
    };
    let mut entries: Vec<Entry> = (0..5).map(|id| did(id, "page.viewed")).collect();
    entries.extend((5..7).map(|id| did(id, "chat.answered")));
    entries.push(fact(7, Fact::certain("score.intent", 81.0)));
    entries.push(fact(8, Fact::certain("company.industry", "food")));
    entries.push(fact(9, Fact::certain("person.email", "a@x.example")));
    entries.push(recycled(10, (626, 629), None));
    let known = History::new(entries.clone());
    entries.push(recycled(11, (446, 665), Some("!did(\"*\", days(11))")));
    let whole = History::new(entries);
    for (name, definition) in definitions() {
        let mut folder = asking(definition, &[]);
        let at = random::moment(664);
        assert_eq!(folder.fold(&known, at), folder.fold(&whole, at), "{name}");
    }
}

//! Why not, and what next: every way named arrives, nothing known is supposed away.

mod random;

use funnel::history::{Activity, Entry, Fact, History, Observation, What};
use funnel::people_file::PeopleFile;
use funnel::why_not::{Asker, Step, Way, WhyNot};
use funnel::{Definition, InForce, Stage, packs, why_not};
use moment::{Moment, Span};
use proptest::prelude::*;

fn pack(name: &str) -> Definition {
    let found = packs::find(name).and_then(|text| Definition::parse(text).ok());
    found.unwrap_or_else(|| panic!("no pack {name}"))
}

fn ask(definition: &Definition, history: &History, as_of: Moment, stage: Stage) -> WhyNot {
    why_not(
        &[InForce { from: Moment::START, version: 1, definition, lens: None }],
        history,
        as_of,
        stage,
    )
}

fn of(pack_name: &str, person: &str, stage: Stage) -> WhyNot {
    let file = PeopleFile::parse(packs::PEOPLE).unwrap_or_else(|wrong| panic!("{wrong}"));
    let person = file.people.iter().find(|one| one.id == person);
    let person = person.unwrap_or_else(|| panic!("nobody of that name"));
    ask(&pack(pack_name), &person.history, file.as_of.unwrap_or(Moment::END), stage)
}

fn ways(found: &WhyNot) -> Vec<String> {
    let english = |steps: &[Step]| steps.iter().map(Step::english).collect::<Vec<_>>().join("; ");
    found
        .ways
        .iter()
        .map(|way| format!("{} {}: {}", way.cost, way.to, english(&way.steps)))
        .collect()
}

/// Where these steps would lead, told by nothing but the fold.
fn supposing(definition: &Definition, history: &History, as_of: Moment, steps: &[Step]) -> Stage {
    let news = steps.iter().flat_map(|step| match step {
        Step::Answer { criterion, yes, .. } => {
            vec![What::Activity(Activity::answer(criterion, *yes))]
        }
        Step::Learn { key, value, .. } => vec![What::Facts(Observation {
            source: "supposed".into(),
            facts: vec![Fact::certain(key, value.clone())],
        })],
        Step::Happen { activity, times, .. } => {
            (0..*times).map(|_| What::Activity(activity.clone())).collect()
        }
    });
    let mut entries = history.entries.clone();
    let last = entries.iter().map(|entry| entry.id).max().unwrap_or(0);
    entries.extend((last + 1..).zip(news).map(|(id, what)| Entry {
        id,
        occurred_at: as_of,
        recorded_at: as_of,
        what,
    }));
    funnel::fold(definition, &History::new(entries), as_of).standing.stage
}

/// What is wrong with the ways that were named: each must arrive, none may lose a step, or a repetition, and still
/// arrive, and none may contain another.
fn faults(
    definition: &Definition,
    history: &History,
    as_of: Moment,
    found: &WhyNot,
) -> Vec<String> {
    let arrives = |steps: &[Step]| {
        let to = supposing(definition, history, as_of, steps);
        !to.is_exit() && to >= found.stage
    };
    let mut faults = Vec::new();
    for (at, way) in found.ways.iter().enumerate() {
        let named = way.in_brief().join("; ");
        if !arrives(&way.steps) {
            faults.push(format!("{named} does not lead there"));
        }
        for (which, step) in way.steps.iter().enumerate() {
            let mut fewer = way.steps.clone();
            fewer.remove(which);
            if arrives(&fewer) {
                faults.push(format!("{named} leads there without {}", step.english()));
            }
            if let Step::Happen { activity, times: 2.., english } = step {
                let (activity, english) = (activity.clone(), english.clone());
                let mut once = way.steps.clone();
                once[which] = Step::Happen { activity, times: 1, english };
                if arrives(&once) {
                    faults.push(format!("{named} leads there with {} but once", step.english()));
                }
            }
        }
        for (_, other) in found.ways.iter().enumerate().filter(|(other, _)| *other != at) {
            if other.steps.iter().all(|step| way.steps.iter().any(|one| one.includes(step))) {
                faults.push(format!("{named} contains {}", other.in_brief().join("; ")));
            }
        }
    }
    faults
}

#[test]
fn whoever_calls_and_asks_need_not_be_written_to() {
    let definition = Definition::parse(
        r#"
        name = "Small"
        [stages.opportunity]
        gate = 'two_way()'
        enter = 'did("call.received", asks == "sales") || did("demo.held")'
        "#,
    )
    .unwrap_or_else(|wrong| panic!("{wrong:?}"));
    let as_of = random::moment(9);
    let written = Entry {
        id: 1,
        occurred_at: random::moment(1),
        recorded_at: random::moment(1),
        what: What::Activity(Activity::usual("email.sent")),
    };
    let history = History::new(vec![written]);
    let found = ask(&definition, &history, as_of, Stage::Opportunity);
    assert_eq!(
        ways(&found),
        ["5 opportunity: saw a demo", "5 opportunity: called (asks is sales)"],
    );
}

#[test]
fn nobody_of_the_packs_is_asked_for_more_than_it_takes() {
    let file = PeopleFile::parse(packs::PEOPLE).unwrap_or_else(|wrong| panic!("{wrong}"));
    let as_of = file.as_of.unwrap_or(Moment::END);
    for (name, text) in packs::ALL {
        let definition = Definition::parse(text).unwrap_or_default();
        for person in &file.people {
            for stage in Stage::CLIMB {
                let found = ask(&definition, &person.history, as_of, stage);
                let faults = faults(&definition, &person.history, as_of, &found);
                assert_eq!(faults, Vec::<String>::new(), "{name} {} {stage}", person.id);
            }
        }
    }
}

#[test]
fn a_reply_and_a_question_are_what_somebody_lacks() {
    let found = of("default", "form-silent", Stage::Prospect);
    assert_eq!(found.stands, Stage::Lead);
    assert_eq!(ways(&found)[0], "2 prospect: learn that intent is at least 70");
    assert!(ways(&found).contains(&"5 prospect: they answer".to_owned()), "{:?}", ways(&found));
    assert_eq!(found.ask, None);

    let found = of("default", "cold-answered", Stage::Opportunity);
    assert_eq!(ways(&found)[0], "1 opportunity: answer yes: What does the problem cost you today?");
    assert_eq!(found.ask.map(|q| q.criterion).as_deref(), Some("need"));
}

#[test]
fn what_is_not_known_may_become_known_either_way() {
    let definition = Definition::parse(
        "name = \"A\"\n[stages.lead]\nenter = 'known(person.seats >= 50 && company.competitor)'",
    );
    let definition = definition.unwrap_or_else(|wrong| panic!("{wrong:?}"));
    let nobody = History::default();
    let found = ask(&definition, &nobody, Moment::from_seconds(0), Stage::Lead);
    assert!(found.ways.iter().any(|way| way.steps.len() == 1), "{:?}", ways(&found));
}

#[test]
fn a_gate_is_part_of_every_way() {
    let found = of("default", "free-trial", Stage::Opportunity);
    assert!(!found.ways.is_empty());
    for way in &found.ways {
        let talks = way.steps.iter().any(|step| match step {
            Step::Happen { activity, .. } => activity.kind.as_str() != "trial.started",
            _ => false,
        });
        assert!(talks, "{:?}", ways(&found));
    }
    // A demo is a talk and a reason at once.
    assert!(ways(&found).iter().any(|way| way.starts_with("5 opportunity: saw a demo")));
}

#[test]
fn what_is_known_is_never_supposed_away() {
    let found = of("article-b", "bad-fit-reply", Stage::Lead);
    assert_eq!(ways(&found), Vec::<String>::new());
    let against: Vec<&str> = found.against.iter().map(|part| part.text.as_str()).collect();
    assert_eq!(against, ["criterion.audience"]);
    assert_eq!(found.against[0].rests_on[0].what.as_ref(), "company.industry");

    let found = of("default", "competitor", Stage::Prospect);
    assert_eq!((found.stands, found.ways.len()), (Stage::Disqualified, 0));
    assert_eq!(found.against[0].text, "company.competitor");
}

#[test]
fn whoever_stands_there_lacks_nothing() {
    let found = of("default", "customer", Stage::Opportunity);
    assert_eq!((found.stands, found.ways.len(), found.against.len()), (Stage::Customer, 0, 0));
}

#[test]
fn a_list_says_in_a_few_words_what_is_missing() {
    let file = PeopleFile::parse(packs::PEOPLE).unwrap_or_else(|wrong| panic!("{wrong}"));
    let definition = pack("default");
    let versions =
        [InForce { from: Moment::START, version: 1, lens: None, definition: &definition }];
    let mut asker = Asker::new(&versions, file.as_of.unwrap_or(Moment::END));
    let mut brief = |person: &str, stage: Option<Stage>| {
        let person = file.people.iter().find(|one| one.id == person);
        let found = asker.missing(&person.unwrap_or_else(|| panic!("nobody")).history, stage);
        (found.stage, found.way.map(|way| way.in_brief().join("; ")).unwrap_or_default())
    };
    let at = |stage, words: &str| (Some(stage), words.to_owned());
    assert_eq!(brief("form-silent", None), at(Stage::Prospect, "intent is at least 70"));
    assert_eq!(brief("cold-answered", None), at(Stage::Opportunity, "yes to need"));
    assert_eq!(brief("customer", Some(Stage::Opportunity)), at(Stage::Opportunity, ""));
    assert_eq!(brief("customer", None), (None, String::new()));
    assert_eq!(brief("competitor", None), at(Stage::Lead, ""));

    let answer = |name: &str, yes| Step::Answer { criterion: name.into(), yes, ask: None };
    let steps = vec![answer("a", true), answer("b", false), answer("c", true), answer("d", true)];
    let way = Way { cost: 4, steps, to: Stage::Prospect };
    assert_eq!(way.in_brief(), ["yes to a, c and d", "no to b"]);
}

proptest! {
    #![proptest_config(random::config(40))]

    #[test]
    fn what_is_missing_is_the_first_way_of_all(history in random::histories(), step in 0..random::STEPS, at in 0..4_usize) {
        let as_of = random::moment(step) + Span::minutes(1);
        let stage = Stage::CLIMB[at];
        let definition = pack("default");
        let versions = [InForce {
        from: Moment::START,
        version: 1,
        lens: None,
        definition: &definition,
    }];
        let mut asker = Asker::new(&versions, as_of);
        let whole = asker.why_not(&history, stage);
        let missing = asker.missing(&history, Some(stage));
        prop_assert_eq!(missing.way, whole.ways.into_iter().next());
        prop_assert_eq!(missing.stands, whole.stands);
    }

    #[test]
    fn every_way_leads_there_for_anybody(history in random::histories(), step in 0..random::STEPS, at in 0..4_usize) {
        let as_of = random::moment(step) + Span::minutes(1);
        let stage = Stage::CLIMB[at];
        for (name, text) in packs::ALL {
            let definition = Definition::parse(text).unwrap_or_default();
            let found = ask(&definition, &history, as_of, stage);
            let mut last = 0;
            for way in &found.ways {
                prop_assert!(way.to >= stage && !way.to.is_exit(), "{name}");
                prop_assert!(!way.steps.is_empty() && way.cost >= last, "{name}");
                last = way.cost;
            }
            prop_assert_eq!(faults(&definition, &history, as_of, &found), Vec::<String>::new(), "{}", name);
            let there = !found.stands.is_exit() && found.stands >= stage;
            prop_assert!(!there || found.ways.is_empty());
        }
    }
}

//! Stories under the default definition: a funnel with people in every part of it.

use std::collections::BTreeMap;

use funnel::{Definition, Folder, Stage, packs};
use moment::{Moment, Span};
use simulator::{Detail, Story, history};

const PEOPLE: usize = 5_000;

#[test]
fn the_default_definition_shows_a_healthy_funnel() {
    let definition = Definition::parse(packs::DEFAULT).unwrap();
    let mut folder = Folder::of(&definition);
    // 2026-06-30T12:00:00Z.
    let story = Story::new(1, PEOPLE, Moment::from_seconds(1_782_820_800), 2, Detail::Lean);
    let last_month = story.until() - Span::days(30);
    let mut stages: BTreeMap<Stage, usize> = BTreeMap::new();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut temperatures: BTreeMap<&str, usize> = BTreeMap::new();
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let (mut moved, mut came_back, mut won_elsewhere) = (0, 0, 0);
    for (company, people) in story.each_company(0..story.companies()) {
        for person in &people {
            let folded = folder.fold(&history(&company, person), story.until());
            let standing = folded.standing;
            *stages.entry(standing.stage).or_default() += 1;
            if let Some(kind) = standing.kind {
                *kinds.entry(kind.to_string()).or_default() += 1;
            }
            *temperatures.entry(standing.temperature.unwrap().as_str()).or_default() += 1;
            won_elsewhere += usize::from(person.truth.won != (standing.stage == Stage::Customer));
            for transition in &folded.transitions {
                moved += usize::from(transition.at > last_month);
                came_back += usize::from(transition.from == Stage::Recycled);
                if let Some(reason) = &transition.reason {
                    *reasons.entry(reason.to_string()).or_default() += 1;
                }
            }
        }
    }
    let seen = format!("{stages:?} {kinds:?} {temperatures:?} {reasons:?} {moved} {came_back}");
    let percent = |count: Option<&usize>| 100.0 * *count.unwrap_or(&0) as f64 / PEOPLE as f64;
    for (stage, low, high) in [
        (Stage::Lead, 48.0, 62.0),
        (Stage::Prospect, 14.0, 23.0),
        (Stage::Opportunity, 3.0, 6.5),
        (Stage::Customer, 3.0, 5.5),
        (Stage::Recycled, 11.0, 20.0),
        (Stage::Disqualified, 0.5, 2.5),
        (Stage::None, 0.0, 0.01),
    ] {
        assert!((low..high).contains(&percent(stages.get(&stage))), "{stage}: {seen}");
    }
    for (kind, low) in [("SRL", 0.2), ("SQL", 3.0), ("MQL", 0.5), ("IQL", 2.0), ("MSRL", 3.0)] {
        assert!((low..12.0).contains(&percent(kinds.get(kind))), "{kind}: {seen}");
    }
    for (temperature, low) in [("hot", 1.5), ("warm", 12.0), ("cold", 40.0)] {
        assert!(percent(temperatures.get(temperature)) > low, "{temperature}: {seen}");
    }
    for reason in ["cooled", "lost", "criteria failed", "competitor"] {
        assert!(reasons.get(reason).is_some_and(|count| *count >= 20), "{reason}: {seen}");
    }
    assert!(moved > PEOPLE / 10, "few moves in the last month: {seen}");
    assert!(came_back > PEOPLE / 50, "few came back: {seen}");
    assert_eq!(won_elsewhere, 0, "customers are those who won: {seen}");
}

#[test]
fn proposals_are_sent_when_their_gate_stands_open() {
    let definition = Definition::parse(packs::DEFAULT).unwrap();
    let mut folder = Folder::of(&definition);
    let story = Story::new(2, 3_000, Moment::from_seconds(1_782_820_800), 2, Detail::Lean);
    let (mut sent, mut allowed) = (0, 0);
    for (company, people) in story.each_company(0..story.companies()) {
        for person in &people {
            let whole = history(&company, person);
            for entry in &whole.entries {
                let funnel::history::What::Activity(activity) = &entry.what else { continue };
                if activity.kind.as_str() == "proposal.sent" {
                    let before = entry.occurred_at - Span::seconds(1);
                    let gate = folder.gate(&whole, before, "proposal.sent").unwrap();
                    sent += 1;
                    allowed += usize::from(gate.truth == funnel::Truth::True);
                }
            }
        }
    }
    assert!(sent > 100 && allowed * 100 >= sent * 85, "{allowed} of {sent}");
}

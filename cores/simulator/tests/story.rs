//! What a story promises, held against stories.

use std::collections::{HashMap, HashSet};

use funnel::history::{Activity, Agent, Entry, KNOWN_KINDS, Value, What};
use moment::{DAY_US, Moment, Span};
use proptest::prelude::*;
use simulator::{Approach, Detail, Fate, Persona, SimPerson, Story, history};

/// 2026-06-30T12:00:00Z.
fn until() -> Moment {
    Moment::from_seconds(1_782_820_800)
}

fn story(seed: u64, people: usize) -> Story {
    Story::new(seed, people, until(), 2, Detail::Lean)
}

fn activities(entries: &[Entry]) -> impl Iterator<Item = (&Entry, &Activity)> {
    entries.iter().filter_map(|entry| match &entry.what {
        What::Activity(activity) => Some((entry, activity)),
        What::Facts(_) => None,
    })
}

fn did<'a>(entries: &'a [Entry], kind: &'a str) -> impl Iterator<Item = (&'a Entry, &'a Activity)> {
    activities(entries).filter(move |(_, activity)| activity.kind.as_str() == kind)
}

fn property<'a>(activity: &'a Activity, name: &str) -> Option<&'a Value> {
    activity.properties.iter().find(|(key, _)| &**key == name).map(|(_, value)| value)
}

/// FNV-1a over everything that is told, number by number and letter by letter.
fn fingerprint(story: &Story) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut take = |text: &str| {
        for byte in text.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    };
    for (company, people) in story.each_company(0..story.companies()) {
        take(&format!("{company:?}"));
        people.iter().for_each(|person| take(&format!("{person:?}")));
    }
    hash
}

#[test]
fn the_same_seed_tells_the_same_story_on_every_machine() {
    let told = |seed| fingerprint(&Story::new(seed, 300, until(), 2, Detail::Full));
    assert_eq!(told(7), told(7));
    assert_ne!(told(7), told(8));
    // Changes whenever the story is changed on purpose, and never by the machine it runs on.
    assert_eq!(told(7), 5_867_924_283_236_032_385);
}

#[test]
fn a_shorter_story_is_the_beginning_of_a_longer_one() {
    let (short, long) = (story(3, 130), story(3, 5_000));
    assert!(short.each_person(0..130).eq(long.each_person(0..130)));
    assert_eq!(
        short.each_company(0..usize::MAX).map(|(_, people)| people.len()).sum::<usize>(),
        130
    );
    assert_eq!(story(3, 0).companies(), 0);
    assert_eq!(story(3, 0).each_company(0..9).count(), 0);
    assert!(short.person(130).is_none() && short.company(short.companies()).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn anybody_alone_is_the_same_as_in_the_row(seed: u64, from in 0_usize..900, count in 1_usize..40) {
        let story = story(seed, 1_000);
        let row: Vec<SimPerson> = story.each_person(from..from + count).collect();
        for person in &row {
            let alone = story.person(person.index);
            prop_assert_eq!(Some(person), alone.as_ref());
        }
        let company = story.company(row[0].company_index).unwrap();
        prop_assert!(company.staff.contains(&from));
        let (same, people) = story.each_company(company.index..company.index + 1).next().unwrap();
        prop_assert_eq!(&same, &company);
        prop_assert!(people.contains(&row[0]));
    }

    #[test]
    fn histories_are_in_order_and_within_the_story(seed: u64, person in 0_usize..2_000_000, years in 1_u32..5) {
        let story = Story::new(seed, 2_000_000, until(), years, Detail::Full);
        let person = story.person(person).unwrap();
        let company = story.company(person.company_index).unwrap();
        prop_assert!(!person.entries.is_empty() && !company.entries.is_empty());
        for entries in [&person.entries, &company.entries] {
            let key = |entry: &Entry| (entry.occurred_at, entry.id);
            prop_assert!(entries.windows(2).all(|pair| key(&pair[0]) < key(&pair[1])));
            for entry in entries {
                prop_assert!(entry.occurred_at <= entry.recorded_at && entry.recorded_at <= until());
                prop_assert!(entry.occurred_at >= story.begins() - Span::days(3));
                prop_assert!(entry.id > 0);
            }
        }
        let both = history(&company, &person);
        let ids: HashSet<i64> = both.entries.iter().map(|entry| entry.id).collect();
        prop_assert_eq!(ids.len(), person.entries.len() + company.entries.len());
        prop_assert!(person.keys.email.is_some() || person.keys.phone.is_some());
    }

    #[test]
    fn a_lean_story_is_the_full_one_without_its_texts(seed: u64, person in 0_usize..5_000) {
        let tell = |detail| Story::new(seed, 5_000, until(), 2, detail).person(person).unwrap();
        let (mut full, lean) = (tell(Detail::Full), tell(Detail::Lean));
        for entry in &mut full.entries {
            if let What::Activity(activity) = &mut entry.what {
                activity.properties.retain(|(name, _)| !["subject", "text"].contains(&&**name));
            }
        }
        prop_assert_eq!(full, lean);
    }
}

#[test]
fn no_two_people_share_a_key_and_every_address_is_invented() {
    let story = story(11, 60_000);
    let mut keys = HashSet::new();
    let mut mixed = 0;
    for person in story.each_person(0..60_000) {
        let mut facts = HashMap::new();
        for entry in &person.entries {
            if let What::Facts(observed) = &entry.what {
                for fact in &observed.facts {
                    assert!(fact.key.starts_with("person."), "{}", fact.key);
                    facts.insert(fact.key.clone(), fact.clone());
                }
            }
        }
        for (key, value) in
            [("person.email", &person.keys.email), ("person.phone", &person.keys.phone)]
        {
            let known = facts.get(key).map(|fact| fact.value.clone());
            assert_eq!(known, value.as_deref().map(Value::from), "{key} of {}", person.name);
        }
        if let Some(email) = person.keys.email {
            assert!(email.ends_with(".example"), "{email}");
            let suspect = facts["person.email"].suspect;
            assert_eq!(suspect, !email.is_ascii(), "{email}");
            mixed += usize::from(suspect);
            assert!(keys.insert(email.clone()), "{email} twice");
        }
        if let Some(phone) = person.keys.phone {
            assert!(
                phone.starts_with('+') && phone[1..].bytes().all(|digit| digit.is_ascii_digit())
            );
            assert!(keys.insert(phone.clone()), "{phone} twice");
        }
    }
    assert!((50..400).contains(&mixed), "{mixed} suspect addresses");
}

#[test]
fn the_truth_is_in_the_history() {
    let story = story(5, 20_000);
    let mut won = 0;
    for person in story.each_person(0..20_000) {
        let truth = &person.truth;
        let deals = did(&person.entries, "deal.won").count();
        assert_eq!(truth.won, deals > 0, "person {}", person.index);
        won += usize::from(truth.won);
        assert!(!truth.won || truth.fate == Fate::Won);
        if truth.fate == Fate::NoDeal {
            assert_eq!(did(&person.entries, "deal.opened").count(), 0);
            assert_eq!(truth.chances.len(), 1);
        }
        assert!(truth.chances.windows(2).all(|pair| pair[0].0 <= pair[1].0));
        let last = truth.chances.last().unwrap().1;
        assert_eq!(last > 0.999_999, truth.won);
        assert!(truth.chance_at(truth.arrived_at).is_some());
        assert_eq!(truth.chance_at(truth.arrived_at - Span::seconds(1)), None);
        for (_, opened) in did(&person.entries, "deal.opened") {
            assert!(matches!(property(opened, "amount_minor"), Some(Value::Number(n)) if *n > 0.0));
            assert!(matches!(property(opened, "currency"), Some(Value::Text(c)) if c.len() == 3));
        }
    }
    assert!((600..1_000).contains(&won), "{won} of 20,000 won");
}

#[test]
fn the_model_is_the_one_that_is_written_down() {
    let bit = |holds: bool| f64::from(u8::from(holds));
    for person in story(8, 3_000).each_person(0..3_000) {
        let truth = &person.truth;
        let timing = truth.intent.at(truth.arrived_at + Span::days(10));
        let persona = match truth.persona {
            Persona::Silent => -3.2,
            Persona::Subscriber => -1.4,
            Persona::Researcher => -0.6,
            Persona::Skeptic => -1.1,
            Persona::Evaluator | Persona::Caller => 1.7,
            Persona::Tester => 1.4,
        };
        let approach = match truth.approach {
            Approach::Referral => 0.6,
            Approach::Call => 0.3,
            Approach::Feed => -0.4,
            _ => 0.0,
        };
        let (budget, authority) = (bit(truth.criteria.budget), bit(truth.criteria.authority));
        let deal = -5.60
            + 2.4 * truth.fit
            + 2.2 * truth.need
            + 2.4 * timing
            + 0.5 * budget
            + 0.5 * authority
            + persona
            + approach;
        assert!((deal - truth.deal_logit).abs() < 1e-9, "person {}", person.index);
        let effort = truth.effort;
        let answer =
            bit(effort.answer_hours <= 4.0) * 0.35 - bit(effort.answer_hours > 24.0) * 0.35;
        let close = -4.85
            + 1.9 * truth.fit
            + 1.8 * truth.need
            + 1.5 * timing
            + 0.8 * budget
            + 0.6 * authority
            + answer
            + 0.15 * f64::from(effort.calls)
            + 0.25 * bit(effort.has_colleagues)
            + effort.skill;
        assert!((close - truth.close_logit).abs() < 1e-9, "person {}", person.index);
        let chance = |logit: f64| 1.0 / (1.0 + (-logit).exp());
        let won = chance(truth.win_logit);
        let is_rival = won < 1e-8;
        assert!(is_rival || (won - chance(deal) * chance(close)).abs() < 1e-9);
    }
}

/// Area under the ROC curve, by ranks.
fn area(mut scored: Vec<(f64, bool)>) -> f64 {
    scored.sort_by(|a, b| a.0.total_cmp(&b.0));
    let won = scored.iter().filter(|(_, won)| *won).count() as f64;
    let ranks: f64 =
        scored.iter().enumerate().filter(|(_, (_, won))| *won).map(|(at, _)| at as f64 + 1.0).sum();
    (ranks - won * (won + 1.0) / 2.0) / (won * (scored.len() as f64 - won))
}

#[test]
fn the_hidden_model_is_calibrated_and_its_best_area_is_known() {
    let story = story(21, 60_000);
    let mut people: Vec<(f64, bool)> = Vec::new();
    let mut deals: Vec<(f64, bool)> = Vec::new();
    for person in story.each_person(0..60_000) {
        let won = person.truth.fate == Fate::Won;
        people.push((person.truth.win_logit, won));
        if person.truth.fate != Fate::NoDeal {
            deals.push((person.truth.close_logit, won));
        }
    }
    for (scored, low, high) in [(&people, 0.86, 0.93), (&deals, 0.66, 0.76)] {
        let best = area(scored.clone());
        assert!((low..high).contains(&best), "best area {best}");
        let mut sorted = scored.clone();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        for part in sorted.chunks(scored.len() / 5) {
            let count = part.len() as f64;
            let expected = part.iter().map(|(logit, _)| 1.0 / (1.0 + (-logit).exp())).sum::<f64>();
            let seen = part.iter().filter(|(_, won)| *won).count() as f64;
            let spread = (expected * (1.0 - expected / count)).sqrt().max(1.0);
            assert!((seen - expected).abs() < 4.0 * spread, "{seen} won, {expected:.0} expected");
        }
    }
}

#[test]
fn a_first_day_tells_nothing_of_the_outcome_beyond_the_traits() {
    // Among evaluators of equal log-odds, those who will win have done on their first day neither
    // more nor less than those who never come to a deal.
    let story = story(9, 120_000);
    let mut bands: HashMap<i32, [(f64, f64); 2]> = HashMap::new();
    for person in story.each_person(0..120_000) {
        let truth = &person.truth;
        if truth.persona != Persona::Evaluator || truth.approach == Approach::Fair {
            continue;
        }
        let day = truth.arrived_at + Span::days(1);
        let acts = activities(&person.entries).filter(|(entry, _)| entry.occurred_at < day).count();
        let band = bands.entry((truth.deal_logit * 2.0).floor() as i32).or_default();
        let side = &mut band[usize::from(truth.fate != Fate::NoDeal)];
        *side = (side.0 + acts as f64, side.1 + 1.0);
    }
    let mut compared = 0;
    for [without, with] in bands.values().filter(|band| band[0].1 > 300.0 && band[1].1 > 300.0) {
        let (a, b) = (without.0 / without.1, with.0 / with.1);
        assert!((a / b - 1.0).abs() < 0.12, "{a:.2} activities without a deal, {b:.2} with one");
        compared += 1;
    }
    assert!(compared >= 3, "{compared} bands were large enough");
}

#[test]
fn every_kind_that_the_program_knows_occurs() {
    let mut seen: HashSet<String> = HashSet::new();
    let (mut lengths, mut late, mut entries, mut weekend) = (Vec::new(), 0, 0, 0);
    let (mut asks, mut says, mut agents) = (HashSet::new(), HashSet::new(), HashSet::new());
    let story = story(2, 20_000);
    for person in story.each_person(0..20_000) {
        lengths.push(person.entries.len());
        entries += person.entries.len();
        for (entry, activity) in activities(&person.entries) {
            seen.insert(activity.kind.as_str().to_owned());
            agents.insert(activity.agent);
            late += usize::from(entry.recorded_at - entry.occurred_at > Span::hours(12));
            weekend += usize::from((entry.occurred_at.day() + 3) % 7 >= 5);
            for (name, seen) in [("asks", &mut asks), ("says", &mut says)] {
                if let Some(Value::Text(word)) = property(activity, name) {
                    seen.insert(word.to_string());
                }
            }
        }
    }
    let missing: Vec<&str> = KNOWN_KINDS
        .iter()
        .map(|known| known.kind)
        // Moves by hand are a team's; facts are told as facts.
        .filter(|kind| !["stage.moved", "fact.observed"].contains(kind) && !seen.contains(*kind))
        .collect();
    assert!(missing.is_empty(), "never happens: {missing:?}");
    assert_eq!(agents, HashSet::from([Agent::Human, Agent::Machine, Agent::Unsure]));
    assert!(asks.contains("sales") && asks.contains("support"));
    assert_eq!(says, ["interested", "not now", "stop"].map(String::from).into());
    lengths.sort_unstable();
    let mean = entries as f64 / 20_000.0;
    assert!((18.0..23.0).contains(&mean), "{mean:.1} entries a person");
    assert!(lengths[4_000] <= 7 && lengths[19_800] >= 120, "no heavy tail");
    let share = |count: usize| count as f64 / entries as f64;
    assert!((0.012..0.04).contains(&share(late)), "{} late", share(late));
    assert!((0.01..0.08).contains(&share(weekend)), "{} at weekends", share(weekend));
}

#[test]
fn nobody_is_written_to_in_bulk_after_leaving() {
    for person in story(6, 20_000).each_person(0..20_000) {
        let left = ["email.unsubscribed", "email.complained"]
            .iter()
            .filter_map(|kind| did(&person.entries, kind).next())
            .map(|(entry, _)| entry.occurred_at)
            .min();
        let Some(left) = left else { continue };
        let bulk = did(&person.entries, "email.sent")
            .filter(|(entry, sent)| {
                entry.occurred_at > left && property(sent, "bulk") == Some(&Value::Bool(true))
            })
            .count();
        assert_eq!(bulk, 0, "person {}", person.index);
    }
}

#[test]
fn proposals_follow_demos_and_both_follow_a_talk() {
    for person in story(4, 20_000).each_person(0..20_000) {
        let first = |kind| did(&person.entries, kind).map(|(entry, _)| entry.occurred_at).next();
        if let Some(proposed) = first("proposal.sent") {
            assert!(first("demo.held").is_some_and(|demo| demo < proposed));
            assert!(first("call.connected").is_some_and(|talk| talk < proposed));
        }
    }
}

#[test]
fn the_last_weeks_are_busy() {
    let story = story(1, 20_000);
    let mut weeks = [0; 104];
    for person in story.each_person(0..20_000) {
        for (entry, _) in activities(&person.entries) {
            let age = (until() - entry.occurred_at).0 / (7 * DAY_US);
            weeks[(age as usize).min(103)] += 1;
        }
    }
    let mean = |of: &[i32]| of.iter().sum::<i32>() / of.len() as i32;
    assert!(mean(&weeks[..3]) > mean(&weeks[26..78]), "{weeks:?}");
    assert!(weeks.iter().all(|week| *week > 200), "{weeks:?}");
}

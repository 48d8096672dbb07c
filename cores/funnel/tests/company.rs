//! A company's score, on random histories of random people: live is replay, nothing sees the future,
//! and every moment agrees with a count that keeps nothing.
#![expect(clippy::unwrap_used, reason = "what a helper meets unexpectedly fails its test")]

mod random;

use std::cmp::Ordering;

use funnel::Definition;
use funnel::employment::Employed;
use funnel::fold::company::{CompanyScore, Counted, Deed};
use funnel::history::{Agent, Entry, History, What};
use moment::{DAY_US, Moment};
use proptest::prelude::*;

const COMPANY: i64 = 1;
const NAMED: [f64; 3] = [8.1, 19.7, 40.3];
const HALF_LIFE_DAYS: f64 = 9.0;
const RULE: &str = r#"
    name = "Market"
    [scores.intent]
    of = "company"
    half_life = "9d"
    points = [ { on = "page.viewed", add = 4, max_per_day = 2 }, { on = ["email.*", "call.*"], add = 10 }, { on = "deal.*", add = -25 } ]
    [temperature]
    hot = 'score.intent >= 40.3'
    [stages.lead]
    enter = 'score.intent > 8.1'
    leave = { when = 'score.intent < 8.1', to = "none" }
    [gates]
    "deal.opened" = 'score.intent > 19.7'
"#;

#[derive(Clone, Debug)]
struct Staff {
    by: i64,
    history: History,
    employed: Vec<Employed>,
}

fn staff() -> impl Strategy<Value = Vec<Staff>> {
    let word = (0..random::STEPS, -40_i64..200, prop::option::weighted(0.9, 0_i64..2));
    let one = (random::histories(), prop::collection::vec(word, 0..4));
    prop::collection::vec(one, 1..5).prop_map(|people| {
        (1..)
            .zip(people)
            .map(|(place, (history, words))| person(place * 2, history, words))
            .collect()
    })
}

fn person(by: i64, history: History, words: Vec<(i64, i64, Option<i64>)>) -> Staff {
    let mut employed: Vec<Employed> = words
        .into_iter()
        .map(|(step, delay, company)| Employed {
            said_at: random::moment(step),
            known_at: random::moment(step + delay),
            company: company.map(|other| COMPANY + 2 * other),
        })
        .collect();
    employed.sort_by_key(|word| word.said_at);
    Staff { by, history, employed }
}

fn score() -> CompanyScore {
    CompanyScore::of(&Definition::parse(RULE).unwrap()).unwrap()
}

fn deeds(score: &CompanyScore, staff: &[Staff]) -> Vec<Deed> {
    let of = |one: &Staff| score.deeds(one.by, &one.history.entries, &one.employed);
    staff.iter().flat_map(of).filter(|deed| deed.company == COMPANY).collect()
}

/// What was known of them by a moment.
fn known_by(staff: &[Staff], at: Moment) -> Vec<Staff> {
    let mut staff = staff.to_vec();
    for one in &mut staff {
        one.history.entries.retain(|entry| entry.recorded_at <= at);
        one.employed.retain(|word| word.known_at <= at);
    }
    staff
}

/// The score at a moment, counted from nothing.
fn value_at(staff: &[Staff], at: Moment) -> f64 {
    let mut counted: Vec<(Moment, i64, i64, f64, &str)> = Vec::new();
    for one in staff {
        for entry in &one.history.entries {
            let What::Activity(activity) = &entry.what else { continue };
            if activity.agent != Agent::Human || entry.occurred_at.max(entry.recorded_at) > at {
                continue;
            }
            let kind = activity.kind.as_str();
            let (add, point) = match kind.split('.').next() {
                Some("page") => (4.0, "page"),
                Some("email" | "call") => (10.0, "talk"),
                Some("deal") => (-25.0, "deal"),
                _ => continue,
            };
            if worked_at(one, entry, at) == Some(COMPANY) {
                counted.push((entry.occurred_at, one.by, entry.id, add, point));
            }
        }
    }
    counted.sort_by_key(|(at, by, id, ..)| (*at, *by, *id));
    let day = |at: Moment| at.0.div_euclid(DAY_US);
    let mut sum = 0.0;
    for (place, (done, _, _, add, point)) in counted.iter().enumerate() {
        let same = |other: &&(Moment, i64, i64, f64, &str)| {
            other.4 == *point && day(other.0) == day(*done)
        };
        let before = counted[..place].iter().filter(same).count();
        if *point != "page" || before < 2 {
            let days = (at - *done).0 as f64 / DAY_US as f64;
            sum += add * (-days / HALF_LIFE_DAYS).exp2();
        }
    }
    sum
}

fn worked_at(one: &Staff, entry: &Entry, at: Moment) -> Option<i64> {
    let mut first = None;
    let mut newest = None;
    for word in one.employed.iter().filter(|word| word.said_at.max(word.known_at) <= at) {
        first = first.or(Some(word.company));
        if word.said_at <= entry.occurred_at {
            newest = Some(word.company);
        }
    }
    newest.or(first).flatten()
}

fn lies(value: f64) -> [Ordering; 3] {
    NAMED.map(|number| value.total_cmp(&number))
}

proptest! {
    #![proptest_config(random::config(60))]

    #[test]
    fn live_is_replay_and_nothing_sees_the_future(
        staff in staff(),
        steps in (0..random::STEPS + 300, 0..random::STEPS + 300),
    ) {
        let score = score();
        let (first, second) =
            (random::moment(steps.0.min(steps.1)), random::moment(steps.0.max(steps.1)));
        let earlier = score.count(&deeds(&score, &known_by(&staff, first)), first);
        let whole = score.count(&deeds(&score, &staff), second);
        let kept: Vec<_> = whole.crossings.iter().filter(|c| c.at <= first).copied().collect();
        prop_assert_eq!(&earlier.crossings, &kept);
        prop_assert!(earlier.next_at.is_none_or(|next| next > first));
        // What follows without anything that was recorded later does not follow before it was told.
        let unseen = score.count(&deeds(&score, &known_by(&staff, first)), second);
        if let Some(next) = unseen.crossings.get(earlier.crossings.len()) {
            prop_assert!(earlier.next_at.is_some_and(|told| told <= next.at));
        }
    }

    #[test]
    fn it_agrees_with_a_count_that_keeps_nothing(
        staff in staff(),
        steps in prop::collection::vec(0..random::STEPS + 300, 12),
    ) {
        let score = score();
        let mut deeds = deeds(&score, &staff);
        let Counted { crossings, .. } = score.count(&deeds, random::moment(random::STEPS + 300));
        deeds.reverse();
        let again = score.count(&deeds, random::moment(random::STEPS + 300));
        prop_assert_eq!(&crossings, &again.crossings, "the order of deeds is of no matter");
        for step in steps {
            let at = random::moment(step);
            let value = value_at(&staff, at);
            if NAMED.iter().any(|number| (value - number).abs() < 1e-6) {
                continue;
            }
            let told = crossings.iter().rfind(|c| c.at <= at).map_or(0.0, |c| c.value);
            prop_assert_eq!(lies(told), lies(value), "{} is told as {} at {}", value, told, at);
        }
    }
}

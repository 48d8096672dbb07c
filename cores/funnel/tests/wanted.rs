//! What a definition does not look at need not be read, and moves are the same without what they rest on.

mod random;

use funnel::backtest::Moved;
use funnel::history::{History, What};
use funnel::{Definition, Folder, Wanted, hand, packs};
use proptest::prelude::*;

const STRESS: &str = include_str!("random/stress.toml");

/// The history as one reads it who looks at no more than this.
fn read(history: &History, wanted: &Wanted) -> History {
    let mut entries = history.entries.clone();
    for entry in &mut entries {
        match &mut entry.what {
            What::Facts(observation) => observation.facts.retain(|fact| wanted.fact(&fact.key)),
            What::Activity(activity) => {
                if !wanted.properties(&activity.kind) {
                    activity.properties.clear();
                }
                if !wanted.campaign(&activity.kind) {
                    activity.campaign = None;
                }
            }
        }
    }
    History { entries }
}

proptest! {
    #![proptest_config(random::config(64))]

    #[test]
    fn a_fold_of_what_is_looked_at_is_the_fold_of_everything(
        history in random::histories(), step in 1..random::STEPS
    ) {
        let until = random::moment(step);
        // What a hand said that somebody waits for stands in their history alone.
        let waits = history.entries.iter().any(|entry| hand::wake_when(&entry.what).is_some());
        for (name, text) in packs::ALL.iter().copied().chain([("stress", STRESS)]) {
            let definition = Definition::parse(text).unwrap_or_else(|faults| panic!("{faults:?}"));
            let mut folder = Folder::of(&definition);
            let folded = folder.fold(&history, until);
            let moves: Vec<Moved> = folded.transitions.iter().map(Moved::from).collect();
            prop_assert_eq!(&folder.moves(&history, until), &moves, "{}", name);
            if !waits {
                let seen = read(&history, &folder.wanted());
                prop_assert_eq!(&folder.fold(&seen, until), &folded, "{}", name);
                prop_assert_eq!(&folder.moves(&seen, until), &moves, "{}", name);
            }
        }
    }
}

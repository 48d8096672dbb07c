//! Moves by hand: what the activity `stage.moved` says, read and written in one place.

use moment::Moment;

use crate::history::{Activity, Agent, Value, What};
use crate::standing::Stage;

/// The lens that means all of them.
pub const EVERY_LENS: &str = "*";
/// The most wake-up conditions of one history that are followed: the first in its order.
pub const WAKES_MAX: usize = 32;

/// The kind of a move by hand.
pub const KIND: &str = "stage.moved";

/// A move by hand.
#[derive(Clone, Debug, PartialEq)]
pub struct ByHand {
    /// Where to.
    pub to: Stage,
    /// Why.
    pub reason: Option<Box<str>>,
    /// Under which lens it counts, by its name; under every one if none is said, or [`EVERY_LENS`].
    pub lens: Option<Box<str>>,
    /// When whoever is recycled wakes.
    pub wake_on: Option<Moment>,
    /// What wakes whoever is recycled: the text of a condition.
    pub wake_when: Option<Box<str>>,
    /// What they were promised last.
    pub promise: Option<Box<str>>,
    /// By when.
    pub promise_by: Option<Moment>,
}

impl ByHand {
    /// A move for a reason, under every lens, and no more.
    pub fn to(to: Stage, reason: &str) -> ByHand {
        ByHand {
            to,
            reason: Some(reason.into()),
            lens: None,
            wake_on: None,
            wake_when: None,
            promise: None,
            promise_by: None,
        }
    }

    /// What an activity says, if it is a human's move by hand to a stage that there is.
    pub fn of(activity: &Activity) -> Option<ByHand> {
        let to = to(activity)?;
        let text = |name| text(activity, name).map(Box::from);
        Some(ByHand {
            to,
            reason: text("reason"),
            lens: text("lens"),
            wake_on: time(activity, "wake_on"),
            wake_when: text("wake_when"),
            promise: text("promise"),
            promise_by: time(activity, "promise_by"),
        })
    }

    /// The activity that says so.
    pub fn activity(&self) -> Activity {
        let mut properties = vec![("to".into(), self.to.as_str().into())];
        let texts = [
            ("reason", &self.reason),
            ("lens", &self.lens),
            ("wake_when", &self.wake_when),
            ("promise", &self.promise),
        ];
        for (name, text) in texts {
            properties.extend(text.as_ref().map(|text| (name.into(), Value::Text(text.clone()))));
        }
        for (name, at) in [("wake_on", self.wake_on), ("promise_by", self.promise_by)] {
            properties.extend(at.map(|at| (name.into(), Value::Time(at))));
        }
        Activity { properties, ..Activity::usual(KIND) }
    }

    /// Whether a move or an answer that names this lens counts under `under`: it does where it names none or
    /// every one, and where nobody says under which lens one looks.
    pub fn counts(named: Option<&str>, under: Option<&str>) -> bool {
        match (named, under) {
            (None | Some(EVERY_LENS), _) | (_, None) => true,
            (Some(named), Some(under)) => named == under,
        }
    }
}

/// Where a human's move by hand leads.
pub(crate) fn to(activity: &Activity) -> Option<Stage> {
    if activity.agent != Agent::Human || activity.kind.as_str() != KIND {
        return None;
    }
    text(activity, "to").and_then(Stage::parse)
}

/// The wake-up condition of an entry that recycles by hand.
pub fn wake_when(what: &What) -> Option<&str> {
    let What::Activity(activity) = what else { return None };
    to(activity).filter(|to| *to == Stage::Recycled)?;
    text(activity, "wake_when")
}

/// A property that is a text.
pub fn text<'a>(activity: &'a Activity, name: &str) -> Option<&'a str> {
    activity.properties.iter().find_map(|(key, value)| match value {
        Value::Text(text) if &**key == name => Some(&**text),
        _ => None,
    })
}

/// A property that is a moment.
pub(crate) fn time(activity: &Activity, name: &str) -> Option<Moment> {
    activity.properties.iter().find_map(|(key, value)| match value {
        Value::Time(at) if &**key == name => Some(*at),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_move_by_hand_reads_as_it_was_written() {
        let whole = ByHand {
            lens: Some("Sales".into()),
            wake_on: Some(Moment::from_seconds(1_800_000_000)),
            wake_when: Some("did(\"email.replied\")".into()),
            promise: Some("a call".into()),
            promise_by: Some(Moment::from_seconds(1_700_000_000)),
            ..ByHand::to(Stage::Recycled, "no budget")
        };
        for by_hand in [whole, ByHand::to(Stage::Lead, "a mistake")] {
            assert_eq!(ByHand::of(&by_hand.activity()), Some(by_hand));
        }
        assert_eq!(ByHand::of(&Activity::usual("email.sent")), None);
    }

    #[test]
    fn a_move_counts_under_its_lens_and_one_without_under_every() {
        let cases = [
            (None, Some("Sales"), true),
            (Some("*"), Some("Sales"), true),
            (Some("Sales"), Some("Sales"), true),
            (Some("Sales"), Some("Shared"), false),
            (Some("Sales"), None, true),
        ];
        for (named, under, counts) in cases {
            assert_eq!(ByHand::counts(named, under), counts, "{named:?} under {under:?}");
        }
    }
}

//! What differs, in words: of whom, what is stored, and what the fold says, and no more than that.

use std::collections::{BTreeMap, BTreeSet};

use funnel::Stage;
use funnel::fold::company::{Crossing, Deed};
use moment::Moment;
use people::stand::Standing;
use platform::page::words::counted;

use crate::handoff::store::HandoffRow;
use crate::store::TransitionRow;

/// How many of a kind are told; the rest is counted.
const TOLD_MAX: usize = 5;

/// As it is stored, and as the fold has it.
pub(crate) type Pair = (String, String);

/// The fields of a standing that differ.
pub(crate) fn standing(stored: &Standing, folded: &Standing) -> Pair {
    let (stored, folded) = (fields(stored), fields(folded));
    let differ = |one: &[(&str, String)], other: &[(&str, String)]| {
        let differing = one.iter().zip(other).filter(|(one, other)| one != other);
        listed(differing.map(|((name, value), _)| format!("{name} {value}")).collect())
    };
    (differ(&stored, &folded), differ(&folded, &stored))
}

/// A standing of which nothing is stored.
pub(crate) fn no_standing(folded: &Standing) -> Pair {
    ("nothing".to_owned(), format!("stage {}, version {}", folded.stage, folded.version))
}

fn fields(standing: &Standing) -> Vec<(&'static str, String)> {
    let or = |value: Option<String>, none: &str| value.unwrap_or_else(|| none.to_owned());
    let temperature = match standing.temperature {
        3 => "hot",
        2 => "warm",
        1 => "cold",
        _ => "none",
    };
    let heard = (standing.touched_at != Moment::START).then(|| standing.touched_at.to_string());
    vec![
        ("stage", standing.stage.to_string()),
        ("version", standing.version.to_string()),
        ("kind", or(standing.kind.clone(), "none")),
        ("temperature", temperature.to_owned()),
        ("criteria", standing.criteria.clone()),
        ("fit", format!("{} to {}", standing.fit.0, standing.fit.1)),
        ("engagement", format!("{} (ordered by {})", standing.engagement, standing.engagement_key)),
        ("intent", or(standing.intent.map(|it| it.to_string()), "unknown")),
        ("likelihood", or(standing.likelihood.map(|it| it.to_string()), "unknown")),
        ("since", or(standing.entered_at.map(|at| at.to_string()), "never")),
        ("last heard of", or(heard, "never")),
        ("changes by itself at", or(standing.next_at.map(|at| at.to_string()), "never")),
    ]
}

/// The moves that differ.
pub(crate) fn moves(stored: &[TransitionRow], folded: &[TransitionRow]) -> Pair {
    const PARTS: [(&str, fn(&TransitionRow, &TransitionRow) -> bool); 6] = [
        ("reason", |one, other| one.reason != other.reason),
        ("evidence", |one, other| one.evidence_at != other.evidence_at),
        ("way in", |one, other| one.via != other.via),
        ("place", |one, other| one.seq != other.seq),
        ("stage before", |one, other| one.from != other.from),
        ("receipt", |one, other| one.receipt != other.receipt),
    ];
    let told = |step: &TransitionRow| {
        format!("to {} at {} by version {}", step.to, step.moved_at, step.version)
    };
    in_turn(stored, folded, told, |one, other| {
        let parts = PARTS.iter().filter(|(_, differs)| differs(one, other));
        parts.map(|(name, _)| (*name).to_owned()).collect()
    })
}

/// The handoffs that differ.
pub(crate) fn handoffs(stored: &[HandoffRow], folded: &[HandoffRow]) -> Pair {
    let told = |one: &HandoffRow| {
        let outcome = one.outcome.as_str().replace('_', " ");
        format!("to {} at {}, due {}, {outcome}", one.stage, one.handed_at, one.due_at)
    };
    in_turn(stored, folded, told, |_, _| vec!["source, answer or version".to_owned()])
}

/// What a person or a company did for a company's score, where it differs; each by the rule that counts it.
pub(crate) fn deeds(stored: &BTreeSet<(i64, Deed)>, derived: &BTreeSet<(i64, Deed)>) -> Pair {
    let told = |(_, one): &(i64, Deed)| {
        format!("one of {} that counts from {}", one.occurred_at, one.counts_from)
    };
    let list = |all: &BTreeSet<(i64, Deed)>| all.iter().cloned().collect::<Vec<_>>();
    let about = |_: &(i64, Deed), _: &(i64, Deed)| vec!["rule, point or doer".to_owned()];
    in_turn(&list(stored), &list(derived), told, about)
}

/// What a company's scores came to, where it differs.
pub(crate) fn crossings(stored: &[Vec<Crossing>], counted: &[Vec<Crossing>]) -> Pair {
    let told = |one: &Crossing| format!("{} from {}", one.value, one.at);
    let (stored, counted) = (stored.concat(), counted.concat());
    in_turn(&stored, &counted, told, |_, _| Vec::new())
}

/// How many deeds there are, and how many moments at which a score came to something.
pub(crate) fn sizes((deeds, crossings): (u64, u64)) -> String {
    let of =
        |n: u64, one: &str, many: &str| counted(i64::try_from(n).unwrap_or(i64::MAX), one, many);
    format!(
        "{} and {}",
        of(deeds, "deed", "deeds"),
        of(crossings, "change of a score", "changes of a score")
    )
}

/// Where a company stands by itself, and its intent; nothing if that is not kept.
pub(crate) fn alone(alone: Option<(Stage, Option<f64>)>) -> String {
    match alone {
        None => "nothing".to_owned(),
        Some((stage, None)) => format!("{stage}, intent unknown"),
        Some((stage, Some(intent))) => format!("{stage}, intent {intent}"),
    }
}

/// How many stand at each stage, where it differs.
pub(crate) fn tally(stored: &[(Stage, u64)], counted: &[(Stage, u64)]) -> Pair {
    let of = |all: &[(Stage, u64)]| all.iter().map(|(stage, n)| (stage.to_string(), *n)).collect();
    counts(&of(stored), &of(counted))
}

/// Counts by what they are of, where they differ: those that are none are nothing.
pub(crate) fn counts(stored: &BTreeMap<String, u64>, counted: &BTreeMap<String, u64>) -> Pair {
    let told = |all: &BTreeMap<String, u64>, others: &BTreeMap<String, u64>| {
        let names = all.keys().chain(others.keys()).collect::<BTreeSet<_>>();
        let of =
            |counts: &BTreeMap<String, u64>, name: &str| counts.get(name).copied().unwrap_or(0);
        let differing = names.into_iter().filter(|name| of(all, name) != of(others, name));
        listed(differing.map(|name| format!("{name} {}", of(all, name))).collect())
    };
    (told(stored, counted), told(counted, stored))
}

/// Where two rows of things part: those of the one that the other has not, in words; where the words are the same,
/// what about them is not.
fn in_turn<T: PartialEq>(
    stored: &[T],
    folded: &[T],
    told: impl Fn(&T) -> String,
    about: impl Fn(&T, &T) -> Vec<String>,
) -> Pair {
    let of = |one: &[T], other: &[T]| -> Vec<String> {
        one.iter().filter(|it| !other.contains(it)).map(&told).collect()
    };
    let (before, after) = (of(stored, folded), of(folded, stored));
    if before != after {
        return (listed(before), listed(after));
    }
    let pair = stored.iter().zip(folded).find(|(one, other)| one != other);
    let about = pair.map(|(one, other)| about(one, other)).unwrap_or_default();
    let about = if about.is_empty() { "order".to_owned() } else { about.join(" and ") };
    (listed(before), format!("the same with another {about}"))
}

fn listed(mut all: Vec<String>) -> String {
    let more = all.len().saturating_sub(TOLD_MAX);
    all.truncate(TOLD_MAX);
    match (all.is_empty(), more) {
        (true, _) => "nothing".to_owned(),
        (false, 0) => all.join(", "),
        (false, more) => format!("{} and {more} more", all.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(to: Stage, receipt: &str) -> TransitionRow {
        TransitionRow {
            moved_at: Moment::START,
            seq: 0,
            from: Stage::None,
            to,
            reason: None,
            version: 3,
            evidence_at: Moment::START,
            via: String::new(),
            receipt: receipt.to_owned(),
        }
    }

    #[test]
    fn only_what_differs_is_told() {
        let (lead, prospect) = (step(Stage::Lead, "a"), step(Stage::Prospect, "b"));
        let at = Moment::START;
        assert_eq!(
            moves(std::slice::from_ref(&lead), &[lead.clone(), prospect]),
            ("nothing".to_owned(), format!("to prospect at {at} by version 3"))
        );
        assert_eq!(
            moves(std::slice::from_ref(&lead), &[step(Stage::Lead, "c")]).1,
            "the same with another receipt"
        );
        assert_eq!(
            tally(
                &[(Stage::Lead, 3), (Stage::Customer, 1)],
                &[(Stage::Lead, 4), (Stage::Customer, 1)]
            ),
            ("lead 3".to_owned(), "lead 4".to_owned())
        );
        let many: Vec<TransitionRow> = (0..8).map(|n| step(Stage::Lead, &n.to_string())).collect();
        assert!(moves(&many, &[]).0.ends_with("and 3 more"));
    }
}

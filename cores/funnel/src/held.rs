//! What holds of a person from a moment on if nothing new is recorded: the facts, and when each kind
//! of activity last happened. What is known ahead holds later, what expires holds no longer then.
//!
//! **Promise:** at any moment from the first on, what holds is what the fold sees of the same history.

use std::collections::BTreeMap;

use moment::Moment;

use crate::history::{Agent, Entry, Fact, Observation, Value, What};

/// The word under which activities of all kinds are counted together.
pub const ANY: &str = "*";

/// A fact, and for how long it holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeldFact<'h> {
    /// From when on; `None`: already now.
    pub from: Option<Moment>,
    /// Until when, that moment not included; `None`: for good.
    pub until: Option<Moment>,
    /// The fact; never one that was taken back.
    pub fact: &'h Fact,
}

impl HeldFact<'_> {
    /// What it says to a comparison: nothing if it is not believed, though it is known.
    pub fn value(&self) -> &Value {
        if self.fact.suspect { &Value::Null } else { &self.fact.value }
    }
}

/// What happened of one kind, and for how long this is all that did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeldActivity<'h> {
    /// The kind, or what several of them begin with and a `*`.
    pub kind: &'h str,
    /// From when on; `None`: already now.
    pub from: Option<Moment>,
    /// Until when, that moment not included; `None`: for good.
    pub until: Option<Moment>,
    /// When a human did it last, if one did.
    pub last_at: Option<Moment>,
    /// How often humans did.
    pub count: u32,
    /// When anybody did it last, machines included.
    pub any_at: Moment,
}

/// The facts that hold from a moment on, those of one key after each other.
pub fn facts(entries: &[Entry], now: Moment) -> Vec<HeldFact<'_>> {
    let mut keys: BTreeMap<&str, Vec<Turn<(usize, &Fact)>>> = BTreeMap::new();
    let mut ahead = Vec::new();
    for (place, entry) in entries.iter().enumerate() {
        let What::Facts(observation) = &entry.what else { continue };
        let visible = entry.occurred_at.max(entry.recorded_at);
        if visible > now {
            ahead.push((visible, place, observation));
            continue;
        }
        for fact in &observation.facts {
            keys.insert(&fact.key, vec![Turn { from: None, what: (place, fact) }]);
        }
    }
    ahead.sort_by_key(|(visible, place, _)| (*visible, *place));
    for (visible, place, observation) in ahead {
        take_over(&mut keys, visible, place, observation);
    }
    let mut held = Vec::with_capacity(keys.len());
    for turns in keys.values() {
        for (at, turn) in turns.iter().enumerate() {
            let (_, fact) = turn.what;
            let next = turns.get(at + 1).and_then(|next| next.from);
            let until = [next, fact.expires_at].into_iter().flatten().min();
            let over = until.is_some_and(|until| until <= turn.from.unwrap_or(now));
            if !over && says_something(&fact.value) {
                held.push(HeldFact { from: turn.from, until, fact });
            }
        }
    }
    held
}

/// What holds from a moment on, until the next turn.
struct Turn<T> {
    from: Option<Moment>,
    what: T,
}

/// The newest fact of a key holds, by when it happened; what becomes visible later but is older
/// changes nothing.
fn take_over<'h>(
    keys: &mut BTreeMap<&'h str, Vec<Turn<(usize, &'h Fact)>>>,
    visible: Moment,
    place: usize,
    observation: &'h Observation,
) {
    for fact in &observation.facts {
        let turns = keys.entry(&fact.key).or_default();
        let turn = Turn { from: Some(visible), what: (place, fact) };
        match turns.last_mut() {
            Some(last) if last.what.0 > place => {}
            Some(last) if last.from == Some(visible) => *last = turn,
            _ => turns.push(turn),
        }
    }
}

/// A number that is none is stored as nothing.
fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Number(number) => number.is_finite(),
        Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Time(_) => true,
    }
}

#[derive(Clone, Copy)]
struct Tally {
    last_at: Option<Moment>,
    count: u32,
    any_at: Moment,
}

/// What happened of a kind, from a moment on, the turns after each other. The kind is one, or what several of them
/// begin with and a `*`.
pub fn activities<'k>(entries: &[Entry], kind: &'k str, now: Moment) -> Vec<HeldActivity<'k>> {
    let mut turns: Vec<Turn<Tally>> = Vec::new();
    let mut ahead = Vec::new();
    for entry in entries {
        let What::Activity(activity) = &entry.what else { continue };
        if !is_of(activity.kind.as_str(), kind) {
            continue;
        }
        let visible = entry.occurred_at.max(entry.recorded_at);
        let human = activity.agent == Agent::Human;
        if visible > now {
            ahead.push((visible, entry.occurred_at, human));
        } else {
            tally(&mut turns, None, entry.occurred_at, human);
        }
    }
    ahead.sort_by_key(|(visible, ..)| *visible);
    for (visible, at, human) in ahead {
        tally(&mut turns, Some(visible), at, human);
    }
    let until = |at: usize| turns.get(at + 1).and_then(|next: &Turn<Tally>| next.from);
    let held = turns.iter().enumerate().map(|(at, turn)| {
        let Tally { last_at, count, any_at } = turn.what;
        HeldActivity { kind, from: turn.from, until: until(at), last_at, count, any_at }
    });
    held.collect()
}

/// Whether a kind is the one asked for, or begins as one that ends in `*` does.
pub fn is_of(kind: &str, asked: &str) -> bool {
    asked.strip_suffix('*').map_or(kind == asked, |start| kind.starts_with(start))
}

fn tally(turns: &mut Vec<Turn<Tally>>, from: Option<Moment>, at: Moment, human: bool) {
    let last = turns.last();
    let before = last.map_or(Tally { last_at: None, count: 0, any_at: at }, |turn| turn.what);
    let what = Tally {
        last_at: if human { before.last_at.max(Some(at)) } else { before.last_at },
        count: before.count.saturating_add(u32::from(human)),
        any_at: before.any_at.max(at),
    };
    match turns.last_mut() {
        Some(last) if last.from == from => last.what = what,
        _ => turns.push(Turn { from, what }),
    }
}

/// Several texts as one, in which [`item`] finds any of them.
pub fn items(texts: &[Box<str>]) -> String {
    texts.iter().map(|text| item(text)).collect()
}

/// A text as [`items`] writes it: found there only as a whole.
pub fn item(text: &str) -> String {
    // A quotation mark within a text follows a backslash, so that a comma before one begins an item.
    let quoted = serde_json::to_string(text).unwrap_or_default();
    format!(",{quoted}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Activity;

    fn entry(id: i64, at: i64, known: i64, what: What) -> Entry {
        Entry { id, occurred_at: Moment(at), recorded_at: Moment(known), what }
    }

    fn fact(key: &str, value: impl Into<Value>) -> What {
        let facts = vec![Fact::certain(key, value)];
        What::Facts(Observation { source: "test".into(), facts })
    }

    #[test]
    fn a_fact_holds_until_it_expires_or_a_newer_one_is_visible() {
        let mut expiring = Fact::certain("b", 1);
        expiring.expires_at = Some(Moment(40));
        let expiring = What::Facts(Observation { source: "test".into(), facts: vec![expiring] });
        let entries = [
            entry(1, 10, 10, fact("a", "old")),
            entry(2, 12, 30, fact("a", "late and older than the next")),
            entry(3, 15, 15, fact("a", "now")),
            entry(4, 16, 16, expiring),
            entry(5, 17, 17, fact("gone", 1)),
            entry(
                6,
                18,
                18,
                What::Facts(Observation {
                    source: "test".into(),
                    facts: vec![Fact { value: Value::Null, ..Fact::certain("gone", 1) }],
                }),
            ),
            entry(7, 50, 20, fact("a", "ahead")),
        ];
        let told = |now: i64| -> Vec<(String, Option<i64>, Option<i64>)> {
            facts(&entries, Moment(now))
                .iter()
                .map(|held| {
                    let value = match &held.fact.value {
                        Value::Text(text) => text.to_string(),
                        other => format!("{other:?}"),
                    };
                    (value, held.from.map(|at| at.0), held.until.map(|at| at.0))
                })
                .collect()
        };
        let number = "Number(1.0)".to_owned();
        assert_eq!(
            told(20),
            [
                ("now".into(), None, Some(50)),
                ("ahead".into(), Some(50), None),
                (number, None, Some(40))
            ]
        );
        assert_eq!(told(60), [("ahead".into(), None, None)]);
    }

    #[test]
    fn activities_are_counted_as_they_become_visible() {
        let by = |agent, kind| What::Activity(Activity { agent, ..Activity::usual(kind) });
        let entries = [
            entry(1, 10, 10, by(Agent::Human, "page.viewed")),
            entry(2, 11, 11, by(Agent::Machine, "page.viewed")),
            entry(3, 30, 12, by(Agent::Human, "meeting.held")),
        ];
        let told: Vec<_> = ["*", "meeting.held", "page.*"]
            .iter()
            .flat_map(|kind| activities(&entries, kind, Moment(20)))
            .map(|held| {
                let (last, from) = (held.last_at.map(|at| at.0), held.from.map(|at| at.0));
                (held.kind, from, held.until.map(|at| at.0), last, held.count, held.any_at.0)
            })
            .collect();
        assert_eq!(
            told,
            [
                ("*", None, Some(30), Some(10), 1, 11),
                ("*", Some(30), None, Some(30), 2, 30),
                ("meeting.held", Some(30), None, Some(30), 1, 30),
                ("page.*", None, None, Some(10), 1, 11),
            ]
        );
    }

    #[test]
    fn an_item_is_found_as_a_whole_only() {
        let all = items(&["a\\".into(), "x\",\"b\"".into(), "c,d".into()]);
        for (text, is_there) in
            [("a\\", true), ("c,d", true), ("b", false), ("c", false), ("x\",\"b\"", true)]
        {
            assert_eq!(all.contains(&item(text)), is_there, "{text} in {all}");
        }
    }
}

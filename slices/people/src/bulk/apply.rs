//! What is done to some people, and what each of them comes to.

use std::collections::{BTreeSet, HashMap, HashSet};

use funnel::Stage;
use funnel::history::{Entry, Fact, Observation, Value, What};
use journal::{Batch, NewEntry, Repeats};
use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
use serde_json::Value as Json;
use team::{FieldRight, Right, User};

use super::{Deed, HandsSource};
use crate::fields::Fields;
use crate::project::{Newest, OUTSIDE_ID, OWNER, WORKS_AT};
use crate::{PersonId, lists};

/// What facts that are told by hand name as their source.
const SOURCE: &str = "hand";
/// Longest key of a fact, and longest text, in bytes.
const KEY_BYTES_MAX: usize = 100;
const TEXT_BYTES_MAX: usize = 10_000;
/// Facts that name somebody, or that have verbs of their own: they are no one value for many people.
const NOT_FOR_MANY: [&str; 4] = ["person.email", "person.phone", "person.name", WORKS_AT];

/// What somebody came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// It made a difference.
    Changed,
    /// It was so already.
    Unchanged,
    /// It could not be done, for this reason.
    Rejected(String),
}

/// Refuses what can't be done to anybody.
pub(super) fn check(tx: &mut Tx, who: &User, deed: &Deed) -> Result<(), Failure> {
    who.may(Right::EditPeople)?;
    match deed {
        Deed::Fact { key, value } => {
            let is_plain = |byte: u8| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._".contains(&byte)
            };
            let is_key = key.len() > "person.".len()
                && key.len() <= KEY_BYTES_MAX
                && key.starts_with("person.")
                && key.bytes().all(is_plain);
            if !is_key || key.starts_with(OUTSIDE_ID) || key == OWNER {
                let words = "name a fact of a person in small letters, like person.custom.plan";
                return Err(Failure::invalid("key", words));
            }
            if who.field(key) != FieldRight::Write {
                let words = format!("{key} is not yours to change");
                return Err(Failure::invalid("key", words));
            }
            if NOT_FOR_MANY.contains(&key.as_str()) {
                let words = format!("{key} is each one's own: change it on their record");
                return Err(Failure::invalid("key", words));
            }
            let value = value_of(value).ok_or_else(|| {
                let words = format!("a value is a text of at most {TEXT_BYTES_MAX} bytes, a number, a truth or a list of texts");
                Failure::invalid("value", words)
            })?;
            let checked = Fields::load(tx)?.check(key, value);
            checked.map(|_| ()).map_err(|words| Failure::invalid("value", words))
        }
        Deed::Owner { .. } if who.field(OWNER) != FieldRight::Write => {
            Err(Failure::invalid("owner", "who looks after them is not yours to change"))
        }
        Deed::Owner { user: Some(user) } => {
            let found = team::names(tx, &[*user])?;
            if found.is_empty() {
                return Err(Failure::invalid("owner", "there is no such user"));
            }
            Ok(())
        }
        Deed::Owner { user: None } => Ok(()),
        Deed::PutIn { list } | Deed::TakeOut { list } => lists::load(tx, who, *list).map(|_| ()),
        Deed::Recycle { reason } if reason.trim().is_empty() => {
            let words = "a move by hand needs a reason: it is what its receipt will say";
            Err(Failure::invalid("reason", words))
        }
        Deed::Recycle { .. } => Ok(()),
    }
}

/// A value as it is recorded.
fn value_of(json: &Json) -> Option<Value> {
    match json {
        Json::Null => Some(Value::Null),
        Json::Bool(truth) => Some(Value::Bool(*truth)),
        Json::Number(number) => number.as_f64().filter(|it| it.is_finite()).map(Value::Number),
        Json::String(text) => (text.len() <= TEXT_BYTES_MAX).then(|| Value::from(text.as_str())),
        Json::Array(items) => {
            let texts: Option<Vec<Box<str>>> =
                items.iter().map(|item| item.as_str().map(Box::from)).collect();
            texts.map(Value::List)
        }
        Json::Object(_) => None,
    }
}

/// Does it to these people, and says what each came to.
pub(super) fn apply(
    tx: &mut Tx,
    who: &User,
    deed: &Deed,
    people: &[PersonId],
    now: Moment,
) -> Result<Vec<(PersonId, Done)>, Failure> {
    match deed {
        Deed::Fact { key, value } => {
            let value = value_of(value).unwrap_or(Value::Null);
            // The field may have changed since it was asked for.
            match Fields::load(tx)?.check(key, value) {
                Ok(value) => tell(tx, who, people, key, &value, now),
                Err(words) => Ok(people
                    .iter()
                    .map(|person| (*person, Done::Rejected(words.clone())))
                    .collect()),
            }
        }
        Deed::Owner { user } => {
            let value = match user {
                Some(user) => Value::from(tx.public_ids().encode(team::USER, *user).as_str()),
                None => Value::Null,
            };
            tell(tx, who, people, OWNER, &value, now)
        }
        Deed::PutIn { list } => {
            let changed = lists::put_in(tx, who, *list, people, now)?;
            Ok(told(people, &changed))
        }
        Deed::TakeOut { list } => {
            let changed = lists::take_out(tx, who, *list, people)?;
            Ok(told(people, &changed))
        }
        Deed::Recycle { reason } => {
            let hands = tx.part::<HandsSource>();
            let mut done = Vec::with_capacity(people.len());
            for person in people {
                let came_to = match hands.0.move_to(tx, who, *person, Stage::Recycled, reason, now)
                {
                    Ok(()) => Done::Changed,
                    Err(Failure::Refused { code: "there_already", .. }) => Done::Unchanged,
                    Err(Failure::Refused { words, .. }) => Done::Rejected(words),
                    Err(Failure::Missing { .. }) => {
                        Done::Rejected("There is no such person.".to_owned())
                    }
                    Err(other) => return Err(other),
                };
                done.push((*person, came_to));
            }
            Ok(done)
        }
    }
}

fn told(people: &[PersonId], changed: &[PersonId]) -> Vec<(PersonId, Done)> {
    let changed: HashSet<PersonId> = changed.iter().copied().collect();
    let done = |person: &PersonId| {
        (*person, if changed.contains(person) { Done::Changed } else { Done::Unchanged })
    };
    people.iter().map(done).collect()
}

/// Records a fact of everybody who does not hold it already.
fn tell(
    tx: &mut Tx,
    who: &User,
    people: &[PersonId],
    key: &str,
    value: &Value,
    now: Moment,
) -> Result<Vec<(PersonId, Done)>, Failure> {
    let known: HashMap<PersonId, Vec<Entry>> =
        journal::histories(tx, people)?.into_iter().collect();
    let mut entries = Vec::new();
    let mut changed = Vec::new();
    let mut gone = HashSet::new();
    for person in people {
        let Some(history) = known.get(person).filter(|history| !history.is_empty()) else {
            gone.insert(*person);
            continue;
        };
        let newest = Newest::of(history, now);
        if newest.value(key) == Some(value).filter(|value| **value != Value::Null) {
            continue;
        }
        changed.push(*person);
        let facts = vec![Fact::certain(key, value.clone())];
        let what = What::Facts(Observation { source: SOURCE.into(), facts });
        let entry = Entry { id: tx.ids(1)?, occurred_at: now, recorded_at: now, what };
        entries.push(NewEntry {
            subject: *person,
            entry,
            is_dated: true,
            source: None,
            actor: who.actor(),
        });
    }
    let batch = Batch { now, entries, new_subjects: BTreeSet::new(), repeats: Repeats::Keep };
    journal::record(tx, batch)?;
    let mut done = told(people, &changed);
    for (person, done) in &mut done {
        if gone.contains(person) {
            *done = Done::Rejected("There is no such person any more.".to_owned());
        }
    }
    Ok(done)
}

//! What is done to some people or companies, and what each of them comes to.

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
use crate::fields::{Absent, Fields};
use crate::of::Kept;
use crate::project::{Newest, OUTSIDE_ID, OWNER, WORKS_AT};
use crate::{Of, lists};

/// What facts that are told by hand name as their source.
const SOURCE: &str = "hand";
/// Longest key of a fact, and longest text, in bytes.
const KEY_BYTES_MAX: usize = 100;
const TEXT_BYTES_MAX: usize = 10_000;
/// Facts that name somebody, or that have verbs of their own: they are no one value for many people.
const NOT_FOR_MANY: [&str; 6] =
    ["person.email", "person.phone", "person.name", WORKS_AT, "company.name", "company.domain"];
/// What a lens makes of a company, never told by anybody.
const OWN_SCORES: &str = "company.score.";

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

/// Refuses what can't be done to any of them.
pub(super) fn check(tx: &mut Tx, who: &User, of: Of, deed: &Deed) -> Result<(), Failure> {
    who.may(Right::EditPeople)?;
    match deed {
        Deed::Owner { .. } | Deed::Recycle { .. } if of == Of::Companies => {
            let words =
                "this is done to people: of companies facts are told, and they are put into lists";
            Err(Failure::invalid("what", words))
        }
        Deed::Fact { key, value } => {
            let is_plain = |byte: u8| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._".contains(&byte)
            };
            let begins = of.facts();
            let is_key = key.len() > begins.len()
                && key.len() <= KEY_BYTES_MAX
                && key.starts_with(begins)
                && key.bytes().all(is_plain);
            let is_made = [OUTSIDE_ID, OWN_SCORES].iter().any(|made| key.starts_with(made));
            if !is_key || is_made || key == OWNER {
                let one = of.one();
                let words =
                    format!("name a fact of a {one} in small letters, like {begins}custom.plan");
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
            let value = checked.map_err(|words| Failure::invalid("value", words))?;
            let fact = Fact::certain(key, value);
            match Absent::of(tx, who, std::iter::once(&fact))?.named_by(&fact) {
                Some(words) => Err(Failure::invalid("value", words)),
                None => Ok(()),
            }
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
        Deed::PutIn { list } | Deed::TakeOut { list } => {
            let list = lists::load(tx, who, *list)?;
            if list.of == of { Ok(()) } else { Err(list.is_not_of(of)) }
        }
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

/// Does it to these people or companies, and says what each came to.
pub(super) fn apply(
    tx: &mut Tx,
    who: &User,
    deed: &Deed,
    some: &[i64],
    now: Moment,
) -> Result<Vec<(i64, Done)>, Failure> {
    match deed {
        Deed::Fact { key, value } => {
            let value = value_of(value).unwrap_or(Value::Null);
            // The field may have changed since it was asked for.
            let checked = Fields::load(tx)?.check(key, value);
            let checked = match checked {
                Ok(value) => {
                    let fact = Fact::certain(key, value.clone());
                    let absent = Absent::of(tx, who, std::iter::once(&fact))?;
                    absent.named_by(&fact).map_or(Ok(value), Err)
                }
                Err(words) => Err(words),
            };
            match checked {
                Ok(value) => tell(tx, who, some, key, &value, now),
                Err(words) => Ok(some
                    .iter()
                    .map(|subject| (*subject, Done::Rejected(words.clone())))
                    .collect()),
            }
        }
        Deed::Owner { user } => {
            let value = match user {
                Some(user) => Value::from(tx.public_ids().encode(team::USER, *user).as_str()),
                None => Value::Null,
            };
            tell(tx, who, some, OWNER, &value, now)
        }
        Deed::PutIn { list } => {
            let changed = lists::put_some_in(tx, who, *list, some, now)?;
            Ok(told(some, &changed))
        }
        Deed::TakeOut { list } => {
            let changed = lists::take_some_out(tx, who, *list, some)?;
            Ok(told(some, &changed))
        }
        Deed::Recycle { reason } => {
            let hands = tx.part::<HandsSource>();
            let mut done = Vec::with_capacity(some.len());
            for person in some {
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

fn told(some: &[i64], changed: &[i64]) -> Vec<(i64, Done)> {
    let changed: HashSet<i64> = changed.iter().copied().collect();
    let done = |subject: &i64| {
        (*subject, if changed.contains(subject) { Done::Changed } else { Done::Unchanged })
    };
    some.iter().map(done).collect()
}

/// Records a fact of everybody who does not hold it already.
fn tell(
    tx: &mut Tx,
    who: &User,
    some: &[i64],
    key: &str,
    value: &Value,
    now: Moment,
) -> Result<Vec<(i64, Done)>, Failure> {
    let known: HashMap<i64, Vec<Entry>> = journal::histories(tx, some)?.into_iter().collect();
    let mut entries = Vec::new();
    let mut changed = Vec::new();
    let mut gone = HashSet::new();
    for subject in some {
        let Some(history) = known.get(subject).filter(|history| !history.is_empty()) else {
            gone.insert(*subject);
            continue;
        };
        let newest = Newest::of(history, now);
        if newest.value(key) == Some(value).filter(|value| **value != Value::Null) {
            continue;
        }
        changed.push(*subject);
        let facts = vec![Fact::certain(key, value.clone())];
        let what = What::Facts(Observation { source: SOURCE.into(), facts });
        let entry = Entry { id: tx.ids(1)?, occurred_at: now, recorded_at: now, what };
        entries.push(NewEntry {
            subject: *subject,
            entry,
            is_dated: true,
            source: None,
            actor: who.actor(),
        });
    }
    let batch = Batch { now, entries, new_subjects: BTreeSet::new(), repeats: Repeats::Keep };
    journal::record(tx, batch)?;
    let mut done = told(some, &changed);
    for (subject, done) in &mut done {
        if gone.contains(subject) {
            let one = Of::subject(*subject).one();
            *done = Done::Rejected(format!("There is no such {one} any more."));
        }
    }
    Ok(done)
}

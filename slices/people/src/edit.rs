//! `edit`, `undo`, `assign`: what a user says of a person or a company by hand.
//!
//! An edit is a fact like others, with `edit` as its source and the user beside it; what was said before stays in the
//! history. To undo is to record once more what held before, as its own source had said it.

use funnel::history::{Entry, Fact, Observation, Value, What};
use journal::{Batch, NewEntry, Repeats};
use moment::{Moment, Span};
use platform::db::Tx;
use platform::failure::Failure;
use serde_json::json;
use team::{FieldRight, Right, User, audit};

use crate::fields::{Absent, Fields};
use crate::project::{OUTSIDE_ID, OWNER};
use crate::{COMPANY, PERSON, PersonId, WORKS_AT, find, sight, store, taken};

/// The source of what users say by hand.
pub const EDIT: &str = "edit";
/// Longest value, in bytes.
const VALUE_BYTES_MAX: usize = 4_096;
/// Longest name of a fact, in bytes.
const KEY_BYTES_MAX: usize = 100;

/// Which entry an edit became: enough to take it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edited {
    /// Of whom.
    pub subject: i64,
    /// When it holds from.
    pub at: Moment,
    /// The entry.
    pub id: i64,
}

impl Edited {
    /// As it stands in an address.
    pub fn to_text(self) -> String {
        format!("{}~{}", self.at.0, self.id)
    }

    /// Read from an address.
    pub fn parse(subject: i64, text: &str) -> Option<Edited> {
        let (at, id) = text.split_once('~')?;
        Some(Edited { subject, at: Moment(at.parse().ok()?), id: id.parse().ok()? })
    }
}

/// The person or the company that `which` means, of those whom the user sees: see [`find`].
///
/// # Errors
/// As [`find::find`] and [`find::company`].
pub fn subject(tx: &mut Tx, who: &User, which: &str) -> Result<i64, Failure> {
    if which.trim().starts_with("cmp_") {
        return find::company(tx, who, which);
    }
    match find::find(tx, who, which) {
        Err(Failure::Missing { .. }) => find::company(tx, who, which)
            .map_err(|_| Failure::missing("person or company", which.trim())),
        found => found,
    }
}

/// The public id of a person or a company.
pub fn public_id(tx: &Tx, subject: i64) -> String {
    let prefix = if journal::is_company(subject) { COMPANY } else { PERSON };
    tx.public_ids().encode(prefix, subject)
}

/// Says what a fact of a person or a company is; nothing typed says that it is unknown.
///
/// # Errors
/// `Forbidden` without the right to edit people or to write this field; `Missing` if nobody is meant whom the user
/// sees; `Invalid` for a name that is none and a value that is none of it; `Refused` with `key_taken` if the address
/// or the telephone is somebody else's.
pub fn edit(
    tx: &mut Tx,
    who: &User,
    which: &str,
    key: &str,
    value: &str,
    now: Moment,
) -> Result<Edited, Failure> {
    who.may(Right::EditPeople)?;
    let subject = subject(tx, who, which)?;
    may_write(who, subject, key)?;
    tx.lock("subject", &[subject])?;
    let history = history(tx, subject)?;
    let (fields, typed) = (Fields::load(tx)?, value.trim());
    let value = if fields.rules(key) {
        // A field says itself what it takes, and whether anything is told of it at all.
        let value = if typed.is_empty() { Value::Null } else { Value::from(typed) };
        fields.check(key, value).map_err(|words| Failure::invalid("value", words))?
    } else {
        value_of(key, typed, held(&history, key).map(|(_, fact)| &fact.value))?
    };
    not_taken(tx, who, (subject, key, &value), now)?;
    let fact = Fact::certain(key, value);
    if let Some(words) = Absent::of(tx, who, std::iter::once(&fact))?.named_by(&fact) {
        return Err(Failure::invalid("value", words));
    }
    let edited = say(tx, who, (subject, &history), fact, EDIT, now)?;
    audit::note(tx, who, "fact.edited", of(subject), json!({ "fact": key }), now)?;
    Ok(edited)
}

/// Says who looks after a person: a user, or nobody.
///
/// # Errors
/// `Forbidden` without the right to edit people or to write the owner; `Missing` if nobody is meant whom the user sees,
/// or there is no such user.
pub fn assign(
    tx: &mut Tx,
    who: &User,
    person: &str,
    owner: Option<&str>,
    now: Moment,
) -> Result<(PersonId, Edited), Failure> {
    who.may(Right::EditPeople)?;
    let person = find::find(tx, who, person)?;
    if who.field(OWNER) < FieldRight::Write {
        return Err(Failure::Forbidden);
    }
    let value = match owner.map(str::trim).filter(|owner| !owner.is_empty()) {
        Some(owner) => Value::from(tx.public_ids().encode(team::USER, user(tx, owner)?)),
        None => Value::Null,
    };
    tx.lock("subject", &[person])?;
    let history = history(tx, person)?;
    let edited = say(tx, who, (person, &history), Fact::certain(OWNER, value), EDIT, now)?;
    audit::note(tx, who, "person.assigned", (PERSON, person), json!({ "owner": owner }), now)?;
    Ok((person, edited))
}

/// The user whom a public id, an address or a whole name means.
///
/// # Errors
/// `Missing` if nobody does, or several are called so.
pub fn user(tx: &mut Tx, which: &str) -> Result<i64, Failure> {
    let missing = || Failure::missing("user", which);
    let colleagues = team::colleagues(tx)?;
    if let Some(id) = tx.public_ids().decode(team::USER, which) {
        let found = colleagues.iter().find(|one| one.id == id);
        return found.map(|one| one.id).ok_or_else(missing);
    }
    let small = which.to_lowercase();
    let mut found = colleagues
        .iter()
        .filter(|one| one.email.to_lowercase() == small || one.name.to_lowercase() == small);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one.id),
        _ => Err(missing()),
    }
}

/// Takes an edit back: what held before holds again, as its source had said it.
///
/// # Errors
/// `Forbidden` without the right to edit people or to write the field; `Missing` for no such edit; `Refused` with
/// `changed_since` if somebody said something else since.
pub fn undo(
    tx: &mut Tx,
    who: &User,
    which: &str,
    edit: &str,
    now: Moment,
) -> Result<Edited, Failure> {
    who.may(Right::EditPeople)?;
    let subject = subject(tx, who, which)?;
    let missing = || Failure::missing("edit", edit);
    let edit = Edited::parse(subject, edit).ok_or_else(missing)?;
    tx.lock("subject", &[subject])?;
    let history = history(tx, subject)?;
    let place =
        history.iter().position(|entry| (entry.occurred_at, entry.id) == (edit.at, edit.id));
    let place = place.ok_or_else(missing)?;
    let taken = history.get(place).map(|entry| &entry.what);
    let Some(What::Facts(Observation { facts, .. })) = taken else { return Err(missing()) };
    let [fact] = facts.as_slice() else { return Err(missing()) };
    let key = fact.key.to_string();
    if key != OWNER {
        may_write(who, subject, &key)?;
    } else if who.field(OWNER) < FieldRight::Write {
        return Err(Failure::Forbidden);
    }
    if !held(&history, &key).is_some_and(|(_, newest)| std::ptr::eq(newest, fact)) {
        let words = "Somebody has said something else since, so that it was left as it is.";
        return Err(Failure::refused("changed_since", words));
    }
    let before = history.get(..place).and_then(|before| held(before, &key));
    let unknown = Fact::certain(&key, Value::Null);
    let (source, fact) = before.map_or((EDIT, unknown), |(source, fact)| (source, fact.clone()));
    let edited = say(tx, who, (subject, &history), fact, source, now)?;
    audit::note(tx, who, "fact.restored", of(subject), json!({ "fact": key }), now)?;
    Ok(edited)
}

fn of(subject: i64) -> (&'static str, i64) {
    (if journal::is_company(subject) { COMPANY } else { PERSON }, subject)
}

/// Lets pass who may write a fact of that name, if it is one that may be said by hand.
fn may_write(who: &User, subject: i64, key: &str) -> Result<(), Failure> {
    let begins = if journal::is_company(subject) { "company." } else { "person." };
    let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '.';
    let rest = key.strip_prefix(begins).unwrap_or_default();
    if rest.is_empty() || key.len() > KEY_BYTES_MAX || !key.chars().all(is_letter) {
        let words = format!("a fact is named like {begins}title, in small letters, digits and _");
        return Err(Failure::invalid("key", words));
    }
    if key.starts_with(OUTSIDE_ID) || key == WORKS_AT || key == OWNER || rest.starts_with("score.")
    {
        let words =
            "this is said elsewhere: ids and employers by imports and the API, owners by assigning";
        return Err(Failure::invalid("key", words));
    }
    if who.field(key) < FieldRight::Write { Err(Failure::Forbidden) } else { Ok(()) }
}

/// All that was recorded of a person or a company.
pub(crate) fn history(tx: &mut Tx, subject: i64) -> Result<Vec<Entry>, Failure> {
    Ok(journal::histories(tx, &[subject])?.pop().map(|(_, entries)| entries).unwrap_or_default())
}

/// The newest word on a fact, and whose it is.
pub(crate) fn held<'a>(history: &'a [Entry], key: &str) -> Option<(&'a str, &'a Fact)> {
    history.iter().rev().find_map(|entry| {
        let What::Facts(observation) = &entry.what else { return None };
        let fact = observation.facts.iter().rfind(|fact| *fact.key == *key)?;
        Some((&*observation.source, fact))
    })
}

/// What was typed, as a fact of that name holds it.
pub(crate) fn value_of(key: &str, typed: &str, held: Option<&Value>) -> Result<Value, Failure> {
    if typed.is_empty() {
        return Ok(Value::Null);
    }
    if typed.len() > VALUE_BYTES_MAX {
        return Err(Failure::invalid(
            "value",
            format!("at most {VALUE_BYTES_MAX} bytes are taken"),
        ));
    }
    let wrong = |words: String| Failure::invalid("value", words);
    Ok(match (key, held) {
        ("person.email", _) => {
            identity::email::normal(typed).map_err(|error| wrong(error.to_string()))?.into()
        }
        ("person.phone", _) => {
            identity::phone::normal(typed).map_err(|error| wrong(error.to_string()))?.into()
        }
        ("company.domain", _) => {
            identity::domain::normal(typed).map_err(|error| wrong(error.to_string()))?.into()
        }
        ("person.name", _) => {
            identity::name::normal(typed).map_err(|error| wrong(error.to_string()))?.into()
        }
        ("company.employees", _) | (_, Some(Value::Number(_))) => {
            let digits: String =
                typed.chars().filter(|c| !matches!(c, ',' | ' ' | '\u{a0}')).collect();
            let number = digits.parse::<f64>().ok().filter(|number| number.is_finite());
            let number = number.ok_or_else(|| wrong(format!("{typed:?} is no number")))?;
            Value::Number(number)
        }
        (_, Some(Value::Bool(_))) => match typed.to_lowercase().as_str() {
            "yes" | "true" => Value::Bool(true),
            "no" | "false" => Value::Bool(false),
            _ => return Err(wrong("say yes or no".to_owned())),
        },
        (_, Some(Value::List(_))) => {
            let parts = typed.split(',').map(str::trim).filter(|part| !part.is_empty());
            Value::List(parts.map(Box::from).collect())
        }
        (_, Some(Value::Time(_))) => {
            let text =
                if typed.len() == 10 { format!("{typed}T00:00:00Z") } else { typed.to_owned() };
            let moment =
                text.parse().map_err(|_| wrong("write a day like 2026-01-31".to_owned()))?;
            Value::Time(moment)
        }
        (_, Some(Value::Text(_) | Value::Null) | None) => identity::clean(typed).into(),
    })
}

/// Lets pass an address or a telephone that is nobody else's.
fn not_taken(
    tx: &mut Tx,
    who: &User,
    (subject, key, value): (i64, &str, &Value),
    now: Moment,
) -> Result<(), Failure> {
    let kind = match key {
        "person.email" => "email",
        "person.phone" => "phone",
        _ => return Ok(()),
    };
    let Value::Text(text) = value else { return Ok(()) };
    taken::may_ask(tx, who, now)?;
    match store::key(tx, false, kind, text)? {
        Some(other) if other != subject => {
            if sight::seen(tx, who, &[other])?.is_empty() {
                taken::met(tx, who, 1, now)?;
            }
            let words =
                format!("{text} is somebody else's already, so that it would find two people.");
            Err(Failure::refused("key_taken", words))
        }
        _ => Ok(()),
    }
}

/// Records a fact that holds from now on, or from just after what is dated later.
fn say(
    tx: &mut Tx,
    who: &User,
    (subject, history): (i64, &[Entry]),
    fact: Fact,
    source: &str,
    now: Moment,
) -> Result<Edited, Failure> {
    let says = |entry: &&Entry| match &entry.what {
        What::Facts(observation) => observation.facts.iter().any(|said| said.key == fact.key),
        What::Activity(_) => false,
    };
    let last = history.iter().rev().find(says).map(|entry| entry.occurred_at);
    let at = last.map_or(now, |last| now.max(last + Span(1)));
    let edited = Edited { subject, at, id: tx.ids(1)? };
    let entry = Entry {
        id: edited.id,
        occurred_at: at,
        recorded_at: now,
        what: What::Facts(Observation { source: source.into(), facts: vec![fact] }),
    };
    let new = NewEntry { subject, entry, is_dated: true, source: None, actor: who.actor() };
    let batch =
        Batch { now, entries: vec![new], new_subjects: Default::default(), repeats: Repeats::Keep };
    if source == EDIT {
        journal::record(tx, batch)?
    } else {
        journal::restore(tx, batch)?
    };
    Ok(edited)
}

//! What is found: names and texts are put in and taken out in the transaction that changes them.

use std::collections::{BTreeSet, HashMap};

use funnel::history::{Activity, Entry, Value, What};
use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;

use super::store::{self, NewText};
use super::words::{name_words, slips, text_words, turns};
use crate::store::{CompanyRow, PersonRow};

/// What somebody is called of whom we know nothing: nobody looks for them by that.
pub(crate) const NO_NAME: &str = "No name yet";

/// The words by which a person is found.
pub(super) fn of_person(person: &PersonRow) -> Vec<String> {
    if person.name == NO_NAME { Vec::new() } else { name_words(&person.name) }
}

/// The words by which a company is found: of its name, and the first of its domain.
pub(super) fn of_company(company: &CompanyRow) -> Vec<String> {
    let mut words = if company.name == NO_NAME { Vec::new() } else { name_words(&company.name) };
    let label = company.domain.as_deref().and_then(|domain| domain.split('.').next());
    for word in label.map(name_words).unwrap_or_default() {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

/// A subject with the words by which it was found, and those by which it is to be.
pub(super) struct Renamed {
    pub id: i64,
    pub before: Vec<String>,
    pub after: Vec<String>,
}

/// Brings what is found by names up to date.
pub(super) fn rename(tx: &mut Tx, of_company: bool, renamed: &[Renamed]) -> Result<(), Failure> {
    let (mut gone, mut come) = (Vec::new(), Vec::new());
    let (mut gone_words, mut come_words) = (BTreeSet::new(), BTreeSet::new());
    for one in renamed.iter().filter(|one| one.before != one.after) {
        gone.extend(turns(&one.before).into_iter().map(|turn| (turn, one.id)));
        come.extend(turns(&one.after).into_iter().map(|turn| (turn, one.id)));
        gone_words.extend(one.before.iter().filter(|word| !one.after.contains(word)).cloned());
        come_words.extend(one.after.iter().cloned());
    }
    store::remove_turns(tx, of_company, gone)?;
    store::add_turns(tx, of_company, come)?;
    let new = store::new_words(tx, come_words)?;
    let new_slips: Vec<(String, &str)> = new
        .iter()
        .flat_map(|word| slips(word).into_iter().map(move |slip| (slip, word.as_str())))
        .collect();
    store::add_words(tx, &new, &new_slips)?;
    for word in gone_words {
        if !store::is_said(tx, &word)? {
            store::remove_word(tx, &word, &slips(&word))?;
        }
    }
    Ok(())
}

/// People as they are called now; `before` has the rows of those who are not new.
pub(crate) fn people(
    tx: &mut Tx,
    before: &HashMap<i64, PersonRow>,
    now: &[PersonRow],
) -> Result<(), Failure> {
    let renamed: Vec<Renamed> = now
        .iter()
        .map(|person| Renamed {
            id: person.id,
            before: before.get(&person.id).map(of_person).unwrap_or_default(),
            after: of_person(person),
        })
        .collect();
    rename(tx, false, &renamed)
}

/// Companies as they are called now.
pub(crate) fn companies(
    tx: &mut Tx,
    before: &HashMap<i64, CompanyRow>,
    now: &[CompanyRow],
) -> Result<(), Failure> {
    let renamed: Vec<Renamed> = now
        .iter()
        .map(|company| Renamed {
            id: company.id,
            before: before.get(&company.id).map(of_company).unwrap_or_default(),
            after: of_company(company),
        })
        .collect();
    rename(tx, true, &renamed)
}

/// What an activity says in words of its own.
pub(crate) fn text_of(activity: &Activity) -> String {
    let said = activity.properties.iter().filter_map(|(name, value)| match (&**name, value) {
        ("subject" | "text", Value::Text(text)) => Some(&**text),
        _ => None,
    });
    said.collect::<Vec<_>>().join(" ")
}

fn new_text(subject: i64, entry: &Entry) -> Option<NewText> {
    let What::Activity(activity) = &entry.what else { return None };
    let words = text_words(&text_of(activity));
    (!words.is_empty()).then_some(NewText {
        subject,
        entry: entry.id,
        at: entry.occurred_at,
        is_note: false,
        reader: None,
        words,
    })
}

/// Activities that were just recorded.
pub(crate) fn activities<'a>(
    tx: &mut Tx,
    fresh: impl Iterator<Item = (i64, &'a Entry)>,
) -> Result<(), Failure> {
    let texts: Vec<NewText> =
        fresh.filter_map(|(subject, entry)| new_text(subject, entry)).collect();
    store::add_texts(tx, &texts)
}

/// Activities of a subject that may be found already.
pub(super) fn activities_again(
    tx: &mut Tx,
    subject: i64,
    history: &[Entry],
) -> Result<(), Failure> {
    let mut texts: Vec<NewText> =
        history.iter().filter_map(|entry| new_text(subject, entry)).collect();
    if !texts.is_empty() {
        let known = store::texts_of(tx, subject)?;
        texts.retain(|text| !known.contains(&text.entry));
    }
    store::add_texts(tx, &texts)
}

/// A note about a person or a company, found by its words from now on; by `reader` alone if one is named.
/// What was found of it before is found no more.
///
/// # Errors
/// `Broken` when the database fails.
pub fn note(
    tx: &mut Tx,
    subject: i64,
    note: i64,
    text: &str,
    reader: Option<i64>,
    at: Moment,
) -> Result<(), Failure> {
    store::remove_texts(tx, subject, Some(note))?;
    let words = text_words(text);
    if words.is_empty() {
        return Ok(());
    }
    store::add_texts(tx, &[NewText { subject, entry: note, at, is_note: true, reader, words }])
}

/// Takes one text about a person or a company out of what is found.
///
/// # Errors
/// `Broken` when the database fails.
pub fn forget_text(tx: &mut Tx, subject: i64, entry: i64) -> Result<(), Failure> {
    store::remove_texts(tx, subject, Some(entry))
}

/// Takes a person or a company and every text about them out of what is found; to be called before their row goes.
///
/// # Errors
/// `Broken` when the database fails.
pub fn forget(tx: &mut Tx, subject: i64) -> Result<(), Failure> {
    store::remove_texts(tx, subject, None)?;
    if journal::is_company(subject) {
        let before = crate::store::companies(tx, &[subject])?;
        let before = before.values().map(of_company).next().unwrap_or_default();
        rename(tx, true, &[Renamed { id: subject, before, after: Vec::new() }])
    } else {
        let before = crate::store::people(tx, &[subject])?;
        let before = before.values().map(of_person).next().unwrap_or_default();
        rename(tx, false, &[Renamed { id: subject, before, after: Vec::new() }])
    }
}

//! `basis`: on which lawful basis somebody's data serves which purpose (Art. 6 and 7 of the GDPR), with its evidence.
//!
//! A basis is a fact like others, `person.basis.marketing`, so that it has a source, a time and, if it runs out, an end;
//! conditions ask for it, lists show it, imports and programs may say it. What shows that it was given stands beside it,
//! as `person.basis.marketing.evidence`. Whoever takes it back says so: *withdrawn* is known, and is not unknown.

use std::collections::BTreeMap;

use funnel::history::{Entry, Fact, Observation, Value, What};
use journal::{Batch, NewEntry, Repeats};
use moment::{Moment, Span};
use platform::db::Tx;
use platform::failure::Failure;
use serde::Serialize;
use serde_json::json;
use team::{FieldRight, Right, User, audit};

use crate::edit::EDIT;
use crate::{PERSON, PersonId, find};

/// How the names of these facts begin.
pub const BASIS: &str = "person.basis.";
const EVIDENCE: &str = ".evidence";
/// Purposes that are asked about though nothing is said of them yet.
pub const USUAL: [&str; 2] = ["marketing", "sales"];
/// Longest name of a purpose, in bytes.
const PURPOSE_BYTES_MAX: usize = 60;
/// Longest evidence, in characters.
const EVIDENCE_LETTERS_MAX: usize = 2_000;

/// A basis: its word, what people call it, whether it allows, and how else it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Basis {
    /// As it is stored and asked for.
    pub word: &'static str,
    /// As people call it.
    pub label: &'static str,
    /// Whether the purpose may be served while it holds.
    pub allows: bool,
    others: &'static [&'static str],
}

/// Every basis; the last two take one away.
pub const BASES: [Basis; 8] = [
    Basis {
        word: "consent",
        label: "Consent",
        allows: true,
        others: &["opt-in", "opted in", "double opt-in", "subscribed", "yes", "true", "1"],
    },
    Basis { word: "contract", label: "Contract", allows: true, others: &[] },
    Basis {
        word: "legitimate_interest",
        label: "Legitimate interest",
        allows: true,
        others: &["legitimate interests", "interest"],
    },
    Basis {
        word: "legal_obligation",
        label: "Legal obligation",
        allows: true,
        others: &["obligation"],
    },
    Basis { word: "public_task", label: "Public task", allows: true, others: &[] },
    Basis { word: "vital_interests", label: "Vital interests", allows: true, others: &[] },
    Basis {
        word: "withdrawn",
        label: "Withdrawn",
        allows: false,
        others: &["opt-out", "opted out", "unsubscribed", "no", "false", "0", "revoked"],
    },
    Basis { word: "objected", label: "Objected", allows: false, others: &["objection"] },
];

impl Basis {
    /// From its word, in any letters, or from how others write it.
    pub fn parse(text: &str) -> Option<Basis> {
        let small = text.trim().to_lowercase();
        let plain = small.replace([' ', '-'], "_");
        let is_it = |basis: &Basis| basis.word == plain || basis.others.contains(&small.as_str());
        BASES.into_iter().find(is_it)
    }
}

/// The purpose of a fact that says a basis.
pub fn purpose(key: &str) -> Option<&str> {
    key.strip_prefix(BASIS).filter(|rest| !rest.is_empty() && !rest.ends_with(EVIDENCE))
}

/// A value as a fact of a basis holds it, or why it is none.
///
/// # Errors
/// What there is to choose from, in words.
pub fn value(value: &Value) -> Result<Value, String> {
    let text = match value {
        Value::Null => return Ok(Value::Null),
        Value::Text(text) => text.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Number(number) => number.to_string(),
        Value::List(_) | Value::Time(_) => String::new(),
    };
    match Basis::parse(&text) {
        Some(basis) => Ok(Value::from(basis.word)),
        None => {
            let words: Vec<&str> = BASES.iter().map(|basis| basis.word).collect();
            Err(format!("{text:?} is no lawful basis; there are {}", words.join(", ")))
        }
    }
}

/// What is said about a purpose.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// `marketing`.
    pub purpose: String,
    /// The word of a basis.
    pub basis: String,
    /// What shows it: the form, the mail, the clause.
    pub evidence: String,
    /// Since when it holds; now unless said.
    pub at: Option<Moment>,
    /// Until when it holds, if it runs out.
    pub until: Option<Moment>,
}

/// Records on which basis somebody's data serves a purpose.
///
/// # Errors
/// `Forbidden` without the right to edit people or to write this field; `Missing` if nobody is meant whom the user sees;
/// `Invalid` for a purpose, a basis, an evidence or a time that can't be.
pub fn say(tx: &mut Tx, who: &User, person: &str, ask: &Ask, now: Moment) -> Result<(), Failure> {
    who.may(Right::EditPeople)?;
    let id = find::find(tx, who, person)?;
    let purpose = ask.purpose.trim();
    let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if purpose.is_empty() || purpose.len() > PURPOSE_BYTES_MAX || !purpose.chars().all(is_letter) {
        let words = "a purpose is named like marketing, in small letters, digits and _";
        return Err(Failure::invalid("purpose", words));
    }
    let key = format!("{BASIS}{purpose}");
    if who.field(&key) < FieldRight::Write {
        return Err(Failure::Forbidden);
    }
    let wrong = |words: String| Failure::invalid("basis", words);
    let basis = value(&Value::from(ask.basis.trim())).map_err(wrong)?;
    let evidence = ask.evidence.trim();
    if evidence.chars().count() > EVIDENCE_LETTERS_MAX {
        let words = format!("at most {EVIDENCE_LETTERS_MAX} letters are taken");
        return Err(Failure::invalid("evidence", words));
    }
    if ask.at.is_some_and(|at| at > now) {
        return Err(Failure::invalid("at", "it can't be given in the future"));
    }
    if ask.until.is_some_and(|until| until <= ask.at.unwrap_or(now)) {
        return Err(Failure::invalid("until", "it would end before it begins"));
    }
    tx.lock("subject", &[id])?;
    let own = journal::histories(tx, &[id])?.pop().map(|(_, own)| own).unwrap_or_default();
    let last = own.iter().rev().find(|entry| said(entry, &key).is_some());
    let after = last.map_or(now, |last| now.max(last.occurred_at + Span(1)));
    let fact = |key: String, value: Value| Fact {
        expires_at: ask.until,
        ..Fact::certain(key.as_str(), value)
    };
    let told = match evidence {
        "" => Value::Null,
        text => Value::from(text),
    };
    let entry = Entry {
        id: tx.ids(1)?,
        occurred_at: ask.at.unwrap_or(after),
        recorded_at: now,
        what: What::Facts(Observation {
            source: EDIT.into(),
            facts: vec![fact(key.clone(), basis.clone()), fact(format!("{key}{EVIDENCE}"), told)],
        }),
    };
    let new = NewEntry { subject: id, entry, is_dated: true, source: None, actor: who.actor() };
    let batch =
        Batch { now, entries: vec![new], new_subjects: Default::default(), repeats: Repeats::Keep };
    journal::record(tx, batch)?;
    let word = match &basis {
        Value::Text(word) => word.to_string(),
        _ => String::new(),
    };
    let detail = json!({ "purpose": purpose, "basis": word });
    audit::note(tx, who, "basis.recorded", (PERSON, id), detail, now)
}

/// What an entry says of a fact.
fn said<'a>(entry: &'a Entry, key: &str) -> Option<(&'a str, &'a Fact)> {
    let What::Facts(observation) = &entry.what else { return None };
    let fact = observation.facts.iter().rfind(|fact| *fact.key == *key)?;
    Some((&*observation.source, fact))
}

/// What was said about a purpose at one time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Word {
    /// The word of the basis; nothing if it is unknown again.
    pub basis: Option<String>,
    /// Since when.
    pub at: Moment,
    /// Until when, if it runs out.
    pub until: Option<Moment>,
    /// When we learned of it.
    pub recorded_at: Moment,
    /// Where it comes from.
    pub source: String,
    /// What shows it.
    pub evidence: Option<String>,
}

/// On which basis a purpose is served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Purpose {
    /// `marketing`.
    pub purpose: String,
    /// The word of the basis that holds; nothing if none is known.
    pub basis: Option<String>,
    /// Whether the purpose may be served; nothing if that is unknown, which is not yes.
    pub allows: Option<bool>,
    /// All that was said, the newest first.
    pub said: Vec<Word>,
}

/// Every purpose of which something was said, and the usual ones, with what holds.
///
/// # Errors
/// `Forbidden` without the right to read people; `Missing` if nobody is meant whom the user sees.
pub fn purposes(
    tx: &mut Tx,
    who: &User,
    person: &str,
    now: Moment,
) -> Result<(PersonId, Vec<Purpose>), Failure> {
    who.may(Right::ReadPeople)?;
    let id = find::find(tx, who, person)?;
    let own = journal::histories(tx, &[id])?.pop().map(|(_, own)| own).unwrap_or_default();
    let mut found = told(&own, now);
    found.retain(|purpose| !who.is_hidden(&format!("{BASIS}{}", purpose.purpose)));
    Ok((id, found))
}

fn told(own: &[Entry], now: Moment) -> Vec<Purpose> {
    let mut words: BTreeMap<String, Vec<Word>> =
        USUAL.iter().map(|purpose| ((*purpose).to_owned(), Vec::new())).collect();
    for entry in own.iter().rev().filter(|entry| entry.recorded_at <= now) {
        let What::Facts(observation) = &entry.what else { continue };
        for fact in &observation.facts {
            let Some(purpose) = purpose(&fact.key) else { continue };
            let text = |value: &Value| match value {
                Value::Text(text) => Some(text.to_string()),
                _ => None,
            };
            let evidence = said(entry, &format!("{}{EVIDENCE}", fact.key));
            words.entry(purpose.to_owned()).or_default().push(Word {
                basis: text(&fact.value),
                at: entry.occurred_at,
                until: fact.expires_at,
                recorded_at: entry.recorded_at,
                source: observation.source.to_string(),
                evidence: evidence.and_then(|(_, fact)| text(&fact.value)),
            });
        }
    }
    let purpose = |(purpose, said): (String, Vec<Word>)| {
        let newest = said.iter().find(|word| word.at <= now);
        let holds = newest.filter(|word| word.until.is_none_or(|until| until > now));
        let basis = holds.and_then(|word| word.basis.clone());
        let allows = basis.as_deref().and_then(Basis::parse).map(|basis| basis.allows);
        Purpose { purpose, basis, allows, said }
    };
    words.into_iter().map(purpose).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_basis_is_read_however_others_write_it() {
        for (text, word) in [
            ("Consent", Some("consent")),
            ("Double Opt-In", Some("consent")),
            ("legitimate interest", Some("legitimate_interest")),
            ("unsubscribed", Some("withdrawn")),
            ("No", Some("withdrawn")),
            ("perhaps", None),
            ("", None),
        ] {
            assert_eq!(Basis::parse(text).map(|basis| basis.word), word, "{text}");
        }
        assert!(value(&Value::from("perhaps")).unwrap_err().contains("legitimate_interest"));
        assert_eq!(value(&Value::Bool(true)), Ok(Value::from("consent")));
        assert_eq!(value(&Value::Null), Ok(Value::Null));
    }

    #[test]
    fn evidence_is_no_purpose() {
        assert_eq!(purpose("person.basis.marketing"), Some("marketing"));
        assert_eq!(purpose("person.basis.marketing.evidence"), None);
        assert_eq!(purpose("person.basis."), None);
        assert_eq!(purpose("person.title"), None);
    }

    #[test]
    fn what_is_unknown_or_over_does_not_allow() {
        let entry = |at: i64, basis: &str, until: Option<i64>| Entry {
            id: at,
            occurred_at: Moment(at),
            recorded_at: Moment(at),
            what: What::Facts(Observation {
                source: "form".into(),
                facts: vec![
                    Fact {
                        expires_at: until.map(Moment),
                        ..Fact::certain("person.basis.marketing", basis)
                    },
                    Fact::certain("person.basis.marketing.evidence", "ticked the box"),
                ],
            }),
        };
        let allows = |own: &[Entry], now: i64| told(own, Moment(now))[0].allows;
        let own = [entry(10, "consent", Some(50)), entry(30, "withdrawn", None)];
        assert_eq!(allows(&[], 5), None);
        assert_eq!((allows(&own[..1], 20), allows(&own[..1], 50)), (Some(true), None));
        assert_eq!(allows(&own, 40), Some(false));
        let told = told(&own, Moment(40));
        assert_eq!((told[0].said.len(), told[1].purpose.as_str()), (2, "sales"));
        assert_eq!(told[0].said[1].evidence.as_deref(), Some("ticked the box"));
    }
}

//! The form of a draft: its conditions in pieces, and the terms that may be chosen for them.

use std::collections::{BTreeMap, BTreeSet};

use funnel::condition::doubts::{FIELDS, Vocabulary};
use funnel::condition::{Condition, Fault, Names, Term};
use funnel::definition::places::{self, Placed, Places};
use funnel::history::{KNOWN_KINDS, What};
use people::fields::Kind;
use people::import::mapping::KNOWN_FACTS;
use platform::db::Tx;
use platform::failure::Failure;
use team::{Right, User};

use crate::project;

/// People whose histories are looked through for facts and kinds of activities.
const LOOKED_THROUGH: i64 = 60;
/// Terms of a sort that are offered at most.
const OFFERED_MAX: usize = 300;
/// A draft in pieces.
#[derive(Clone, Debug)]
pub struct FormView {
    /// Its conditions in the order of the text, or why it can't be read at all.
    pub conditions: Result<Vec<Placed>, Vec<Fault>>,
    /// What may be asked about, each with its sort, as `sort_of` of a row names them.
    pub terms: BTreeMap<String, &'static str>,
    /// What a filter may ask about.
    pub fields: BTreeSet<String>,
}

/// Takes the text of a definition apart for whoever edits it in the form.
///
/// # Errors
/// `Forbidden` without the right to read definitions.
pub fn form(tx: &mut Tx, who: &User, text: &str) -> Result<FormView, Failure> {
    who.may(Right::ReadDefinitions)?;
    let mut terms = terms(tx, &Names::default())?;
    // A fold reads what was told; a formula is told by nobody, so that a definition would find it unknown of everybody.
    for field in people::fields::all(tx)?.iter().filter(|field| field.kind == Kind::Formula) {
        terms.remove(&field.key);
    }
    let mut fields: BTreeSet<String> = FIELDS.iter().map(|field| (*field).to_owned()).collect();
    let conditions = places::places(text).map(|Places { conditions, names }| {
        terms.extend(criteria(&names));
        for condition in conditions.iter().filter_map(|placed| placed.condition.as_ref().ok()) {
            asked(condition, &mut terms, &mut fields);
        }
        conditions
    });
    Ok(FormView { conditions, terms, fields })
}

/// What can be asked in this workspace, over the names of a definition.
///
/// # Errors
/// `Broken` when the database fails.
pub fn terms(tx: &mut Tx, names: &Names) -> Result<BTreeMap<String, &'static str>, Failure> {
    let mut terms = standing_terms();
    for field in people::fields::all(tx)? {
        let sort = if field.kind == Kind::Formula { "truth" } else { "fact" };
        terms.insert(field.key, sort);
    }
    for (term, sort) in seen(tx)? {
        if terms.len() < OFFERED_MAX {
            terms.entry(term).or_insert(sort);
        }
    }
    terms.extend(criteria(names));
    Ok(terms)
}

/// The names that every workspace knows.
pub fn known_everywhere() -> Vocabulary {
    Vocabulary::of_facts(KNOWN_FACTS)
}

/// The names that are known here: those that every workspace knows, the fields that were made, and what the histories of
/// some people hold.
///
/// # Errors
/// `Broken` when the database fails.
pub fn known(tx: &mut Tx) -> Result<Vocabulary, Failure> {
    let mut known = known_everywhere();
    for field in people::fields::all(tx)? {
        known.know_fact(&field.key);
    }
    for person in people::ids_after(tx, 0, LOOKED_THROUGH)? {
        for entry in project::history_of(tx, person)?.entries {
            match &entry.what {
                What::Activity(activity) => {
                    known.know_kind(activity.kind.as_str());
                    activity.properties.iter().for_each(|(name, _)| known.know_field(name));
                }
                What::Facts(observation) => {
                    observation.facts.iter().for_each(|fact| known.know_fact(&fact.key));
                }
            }
        }
    }
    Ok(known)
}

fn criteria(names: &Names) -> impl Iterator<Item = (String, &'static str)> {
    let names = names.criteria.iter().flatten();
    names.map(|name| (format!("criterion.{name}"), "truth"))
}

/// What can be asked in every workspace.
fn standing_terms() -> BTreeMap<String, &'static str> {
    let facts = KNOWN_FACTS.iter().map(|fact| (*fact, "fact"));
    let kinds = KNOWN_KINDS.iter().map(|known| (known.kind, "activity"));
    let kinds = kinds.filter(|(kind, _)| *kind != "fact.observed");
    let own = [
        ("score.fit", "number"),
        ("score.engagement", "number"),
        ("score.intent", "number"),
        ("score.likelihood", "number"),
        ("stage", "word"),
        ("kind", "word"),
        ("temperature", "word"),
        ("dwell()", "time"),
        (funnel::condition::form::TALK, "talk"),
        ("*", "activity"),
    ];
    facts.chain(kinds).chain(own).map(|(term, sort)| (term.to_owned(), sort)).collect()
}

/// Facts and kinds of activities in the histories of some people.
fn seen(tx: &mut Tx) -> Result<BTreeMap<String, &'static str>, Failure> {
    let mut found = BTreeMap::new();
    for person in people::ids_after(tx, 0, LOOKED_THROUGH)? {
        for entry in project::history_of(tx, person)?.entries {
            match &entry.what {
                What::Activity(activity) => {
                    found.insert(activity.kind.as_str().to_owned(), "activity");
                }
                What::Facts(observation) => {
                    let keys = observation.facts.iter().map(|fact| &*fact.key);
                    let asked = keys
                        .filter(|key| key.starts_with("person.") || key.starts_with("company."));
                    found.extend(asked.map(|key| (key.to_owned(), "fact")));
                }
            }
        }
    }
    Ok(found)
}

/// What a condition asks already.
fn asked(
    condition: &Condition,
    terms: &mut BTreeMap<String, &'static str>,
    fields: &mut BTreeSet<String>,
) {
    condition.terms(&mut |term| match term {
        Term::Fact(name) => drop(terms.insert(name.clone(), "fact")),
        Term::Met(_) => drop(terms.insert(term.to_string(), "number")),
        Term::Field(name) => drop(fields.insert(name.clone())),
        _ => {}
    });
}

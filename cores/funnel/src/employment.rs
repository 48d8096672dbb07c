//! Where somebody works, and what their history reads of the companies at which they did.
//!
//! **Promise:** at any moment a history says of a company what was known then of the one at which they
//! worked, as we knew it then. Who changes employer keeps what was read before, and what had moved for
//! it; from the change on the facts of the former are unknown, unless the new one tells them too.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use moment::Moment;

use crate::history::{Entry, Fact, History, Observation, Value, What};

/// What was said, at some moment, about where a person works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Employed {
    /// From when on it held.
    pub said_at: Moment,
    /// Since when we know it.
    pub known_at: Moment,
    /// The company; `None` if they work nowhere that we know.
    pub company: Option<i64>,
}

impl Employed {
    /// From when on a history shows it.
    pub(crate) fn visible_at(&self) -> Moment {
        self.said_at.max(self.known_at)
    }
}

/// For how long we knew somebody to work at one company.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Employment {
    /// The company; `None` after they left one for nowhere that we know.
    pub company: Option<i64>,
    /// From when on.
    pub from: Moment,
    /// Until when, that moment not included; `None`: as far as we know.
    pub until: Option<Moment>,
}

/// The employments that words about them, in the order of their history, come to: each begins when we
/// heard of it, and of several words that we heard the one that speaks of the latest time holds.
pub fn employments(words: &[Employed]) -> Vec<Employment> {
    let mut looks: Vec<Moment> = words.iter().map(|word| word.known_at).collect();
    looks.sort_unstable();
    looks.dedup();
    let mut found: Vec<Employment> = Vec::new();
    for look in looks {
        let newest = words.iter().rfind(|word| word.known_at <= look);
        let company = newest.and_then(|word| word.company);
        if found.last().and_then(|last| last.company) == company {
            continue;
        }
        if let Some(last) = found.last_mut() {
            last.until = Some(look);
        }
        found.push(Employment { company, from: look, until: None });
    }
    found
}

/// What takes facts back says as its source.
const LEFT: &str = "another employer";

/// A person's whole history: their own, and during each employment what is known of that company, from
/// the moment at which we knew both it and that they work there.
///
/// The facts of the first company stand where they were told. Those of a later one stand where they
/// became news to this person, for they have to outlast what the former had said.
///
/// # Errors
/// What `known`, which gives the entries of a company, fails with.
pub fn joined<E>(
    own: Vec<Entry>,
    employments: &[Employment],
    mut known: impl FnMut(i64) -> Result<Arc<Vec<Entry>>, E>,
) -> Result<History, E> {
    let mut entries = own;
    let mut read = Read::default();
    for (place, employment) in (0_i64..).zip(employments) {
        let company = employment.company.map(&mut known).transpose()?;
        let of_company = company.as_ref().map_or(&[][..], |known| known.as_slice());
        if place == 0 {
            entries.extend(seen(of_company, employment).map(|entry| late(entry, employment.from)));
            if employments.len() > 1 {
                read.note(of_company, employment);
            }
            continue;
        }
        let mut news = told(of_company, employment);
        let at_once = news.iter().filter(|entry| entry.occurred_at == employment.from);
        let unsaid = read.unsaid(at_once);
        if !unsaid.is_empty() {
            entries.push(taken_back(unsaid, employment.from, i64::MIN + place));
        }
        news.extend(read.deeds(of_company, employment));
        read.note(of_company, employment);
        entries.extend(news);
    }
    Ok(History::new(entries))
}

/// What became visible of a company while somebody worked there.
fn seen<'h>(
    known: &'h [Entry],
    employment: &Employment,
) -> impl Iterator<Item = &'h Entry> + use<'h> {
    let Employment { from, until, .. } = *employment;
    known.iter().filter(move |entry| until.is_none_or(|until| visible(entry, from) < until))
}

fn visible(entry: &Entry, from: Moment) -> Moment {
    entry.occurred_at.max(entry.recorded_at).max(from)
}

/// The entry, not visible before a moment.
fn late(entry: &Entry, from: Moment) -> Entry {
    Entry { recorded_at: entry.recorded_at.max(from), ..entry.clone() }
}

/// What was read of earlier employers.
#[derive(Default)]
struct Read {
    deeds: BTreeSet<(Option<i64>, i64)>,
    /// Facts that the last one told.
    facts: BTreeSet<Box<str>>,
}

impl Read {
    fn note(&mut self, known: &[Entry], employment: &Employment) {
        self.facts.clear();
        for entry in seen(known, employment) {
            match &entry.what {
                What::Activity(_) => _ = self.deeds.insert((employment.company, entry.id)),
                What::Facts(told) => {
                    self.facts.extend(told.facts.iter().map(|fact| fact.key.clone()));
                }
            }
        }
    }

    /// What the new one did, but for what was read already when they worked there before.
    fn deeds(&self, known: &[Entry], employment: &Employment) -> Vec<Entry> {
        seen(known, employment)
            .filter(|entry| matches!(entry.what, What::Activity(_)))
            .filter(|entry| !self.deeds.contains(&(employment.company, entry.id)))
            .map(|entry| late(entry, employment.from))
            .collect()
    }

    /// The facts that the last one told and these entries don't.
    fn unsaid<'h>(&self, entries: impl Iterator<Item = &'h Entry>) -> Vec<Box<str>> {
        let mut unsaid = self.facts.clone();
        for entry in entries {
            let What::Facts(told) = &entry.what else { continue };
            told.facts.iter().for_each(|fact| _ = unsaid.remove(&fact.key));
        }
        unsaid.into_iter().collect()
    }
}

fn taken_back(keys: Vec<Box<str>>, at: Moment, id: i64) -> Entry {
    let facts = keys.iter().map(|key| Fact::certain(key, Value::Null)).collect();
    let what = What::Facts(Observation { source: LEFT.into(), facts });
    Entry { id, occurred_at: at, recorded_at: at, what }
}

/// The facts of a company in the order in which they became news, each dated by when it did; what was
/// overtaken before it could be read is left out.
fn told(known: &[Entry], employment: &Employment) -> Vec<Entry> {
    let mut order: Vec<(Moment, (Moment, i64), &Entry, &Observation)> = Vec::new();
    for entry in seen(known, employment) {
        if let What::Facts(observation) = &entry.what {
            let place = (entry.occurred_at, entry.id);
            order.push((visible(entry, employment.from), place, entry, observation));
        }
    }
    order.sort_by_key(|(at, place, ..)| (*at, *place));
    let mut newest: BTreeMap<&str, (Moment, i64)> = BTreeMap::new();
    let mut told = Vec::with_capacity(order.len());
    for together in order.chunk_by(|(a, ..), (b, ..)| a == b) {
        for (_, place, _, observation) in together {
            for fact in &observation.facts {
                let held = newest.entry(&fact.key).or_insert(*place);
                *held = (*held).max(*place);
            }
        }
        for (at, place, entry, observation) in together {
            let is_news = |fact: &&Fact| newest.get(&*fact.key) == Some(place);
            let facts: Vec<Fact> = observation.facts.iter().filter(is_news).cloned().collect();
            if !facts.is_empty() {
                let what = What::Facts(Observation { source: observation.source.clone(), facts });
                // What is known ahead stays known before it holds: somebody waits for the moment.
                let recorded_at = entry.recorded_at.max(employment.from);
                told.push(Entry { id: entry.id, occurred_at: *at, recorded_at, what });
            }
        }
    }
    told
}

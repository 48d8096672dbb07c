//! Doubts: names that nobody knows and that lie near one that is known.
//!
//! Facts, kinds of activities and their properties come with the data, so an unknown one is no mistake; it holds of
//! nobody until somebody has it. One that differs from a known one by a slip of the finger is worth a word, though.

use std::collections::BTreeSet;

use super::fault::{Fault, slips};
use super::kinds;
use super::lex::{Token, tokens};
use super::{Activities, Condition, Term, TextTest};
use crate::history::KNOWN_KINDS;

/// The fields of an activity that a filter may ask about, besides whatever else it carries.
pub const FIELDS: [&str; 12] = [
    "direction",
    "channel",
    "agent",
    "campaign",
    "kind",
    "path",
    "asset",
    "says",
    "asks",
    "about",
    "bulk",
    "reason",
];

/// The names that are known: those to which the program gives a meaning, and those that a workspace uses.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    facts: BTreeSet<String>,
    kinds: BTreeSet<String>,
    fields: BTreeSet<String>,
}

impl Vocabulary {
    /// The kinds and fields that every workspace knows, and these facts.
    pub fn of_facts<'a>(facts: impl IntoIterator<Item = &'a str>) -> Vocabulary {
        let owned = |names: &mut dyn Iterator<Item = &str>| names.map(str::to_owned).collect();
        Vocabulary {
            facts: owned(&mut facts.into_iter()),
            kinds: owned(&mut KNOWN_KINDS.iter().map(|known| known.kind)),
            fields: owned(&mut FIELDS.into_iter()),
        }
    }

    /// With a fact more.
    pub fn know_fact(&mut self, name: &str) {
        self.facts.insert(name.to_owned());
    }

    /// With a kind of activity more.
    pub fn know_kind(&mut self, name: &str) {
        self.kinds.insert(name.to_owned());
    }

    /// With a property of activities more.
    pub fn know_field(&mut self, name: &str) {
        self.fields.insert(name.to_owned());
    }

    /// What a fact of this name was probably meant to be. Facts of one's own, and ids from outside, are nobody's
    /// slip of the finger: only the last word of a name is held against those of the same subject.
    fn near_fact(&self, name: &str) -> Option<&str> {
        if self.facts.contains(name) {
            return None;
        }
        let (before, word) = name.rsplit_once('.')?;
        let alike = self.facts.iter().filter_map(|fact| Some((fact, fact.rsplit_once('.')?)));
        let alike = alike.filter(|(_, (of, _))| *of == before);
        nearest(word, alike.map(|(fact, (_, word))| (word, fact.as_str())))
    }

    /// What a kind, or a pattern over kinds, was probably meant to be.
    fn near_kind(&self, pattern: &str) -> Option<String> {
        if self.kinds.iter().any(|kind| kinds::matches(pattern, kind)) {
            return None;
        }
        let (subject, verb) = pattern.split_once('.')?;
        let known = || self.kinds.iter().filter_map(|kind| kind.split_once('.'));
        if verb == "*" {
            let near = nearest(subject, known().map(|(of, _)| (of, of)))?;
            return Some(format!("{near}.*"));
        }
        let near = nearest(verb, known().filter(|(of, _)| *of == subject).map(|(_, it)| (it, it)));
        if let Some(verb) = near {
            return Some(format!("{subject}.{verb}"));
        }
        let near = nearest(subject, known().filter(|(_, it)| *it == verb).map(|(of, _)| (of, of)));
        if let Some(subject) = near {
            return Some(format!("{subject}.{verb}"));
        }
        nearest(pattern, self.kinds.iter().map(|kind| (kind.as_str(), kind.as_str())))
            .map(str::to_owned)
    }

    fn near_field(&self, name: &str) -> Option<&str> {
        if self.fields.contains(name) {
            return None;
        }
        nearest(name, self.fields.iter().map(|field| (field.as_str(), field.as_str())))
    }

    /// The doubt about a kind that stands at a byte of a text by itself.
    pub(crate) fn doubt_kind(&self, text: &str, byte: usize, kind: &str) -> Option<Fault> {
        let nearest = self.near_kind(kind)?;
        let words = format!("nothing here is called {kind:?}");
        Some(Fault { nearest: Some(format!("{nearest:?}")), ..Fault::at(text, byte, words) })
    }
}

/// What is doubtful about a condition that could be read from a text, with its place in that text.
pub fn doubts(text: &str, condition: &Condition, known: &Vocabulary) -> Vec<Fault> {
    let mut fields: BTreeSet<&str> = BTreeSet::new();
    let mut kinds: BTreeSet<&str> = BTreeSet::new();
    condition.terms(&mut |term| match term {
        Term::Field(name) => drop(fields.insert(name)),
        Term::Count { activities, .. } | Term::Since(activities) => {
            kinds.extend(activities.kinds.iter().map(String::as_str));
        }
        _ => {}
    });
    did(condition, &mut |activities| kinds.extend(activities.kinds.iter().map(String::as_str)));
    let Ok(tokens) = tokens(text) else { return Vec::new() };
    let mut found = Vec::new();
    for (token, byte) in &tokens {
        let doubt = match token {
            Token::Name(name) => {
                let name = without_test(name);
                let near = match name.split('.').next() {
                    _ if fields.contains(name) => known.near_field(name).map(str::to_owned),
                    Some("person" | "company") => known.near_fact(name).map(str::to_owned),
                    _ => None,
                };
                near.map(|near| {
                    let words = format!("nothing here is called {name}");
                    Fault { nearest: Some(near), ..Fault::at(text, *byte, words) }
                })
            }
            Token::Text(kind) if kinds.contains(kind.as_str()) => {
                known.doubt_kind(text, *byte, kind)
            }
            _ => None,
        };
        found.extend(doubt);
    }
    found
}

/// A name without the test of a text behind it: `path` of `path.startsWith`.
fn without_test(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((name, test)) if TextTest::ALL.iter().any(|known| known.as_str() == test) => name,
        _ => name,
    }
}

fn did<'a>(condition: &'a Condition, see: &mut dyn FnMut(&'a Activities)) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().for_each(|part| did(part, see));
        }
        Condition::Not(part) | Condition::Decided(part) | Condition::Somebody(part) => {
            did(part, see);
        }
        Condition::Did { activities, .. } => see(activities),
        _ => {}
    }
}

/// The name whose key has the fewest slips from a word, a third of its letters at most.
fn nearest<'a>(word: &str, known: impl Iterator<Item = (&'a str, &'a str)>) -> Option<&'a str> {
    let letters = word.chars().count();
    known
        .map(|(key, name)| (slips(word, key), name))
        .filter(|(slips, _)| slips * 3 <= letters)
        .min()
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_told_with_its_place_and_what_was_meant() {
        let mut known = Vocabulary::of_facts(["person.email", "person.title", "company.employees"]);
        known.know_fact("person.custom.plan");
        known.know_kind("product.report_made");
        for (text, expected) in [
            (r#"did("email.replyed")"#, &["1:5 \"email.replied\""][..]),
            (r#"did(["emial.replied", "form.*"], days(3))"#, &["1:6 \"email.replied\""]),
            (r#"did("emial.*")"#, &["1:5 \"email.*\""]),
            ("known(person.title) &&\n  company.employes > 10", &["2:3 company.employees"]),
            (r#"person.emial.contains("x")"#, &["1:1 person.email"]),
            (r#"person.custom.paln == "x""#, &["1:1 person.custom.plan"]),
            (r#"count("product.report_maed") > 1"#, &["1:7 \"product.report_made\""]),
            (r#"did("page.viewed", chanel == "web")"#, &["1:20 channel"]),
            (
                r#"since("call.recieved", pth.startsWith("/")) < days(3)"#,
                &["1:7 \"call.received\"", "1:24 path"],
            ),
            // Whatever is near nothing comes with the data, and what is said is nobody's name.
            (
                r#"did("product.exported") && person.shoe_size > 40 && person.title == "email.replyed""#,
                &[],
            ),
            (r#"did("email.*", says == "emial.replied") && person.custom.anything == "x""#, &[]),
            (r#"did("*") && company.email == "x""#, &[]),
        ] {
            let condition =
                Condition::parse(text).unwrap_or_else(|wrong| panic!("{text}: {wrong}"));
            let found = doubts(text, &condition, &known);
            let found: Vec<String> = found
                .iter()
                .map(|it| {
                    format!("{}:{} {}", it.line, it.column, it.nearest.as_deref().unwrap_or(""))
                })
                .collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}

//! What names somebody: by which a text is recognised as theirs, however it is written there.

use std::collections::BTreeSet;

use funnel::history::{Entry, Value, What};
use regex::{Regex, RegexBuilder};
use serde_json::Value as Json;

use crate::PersonRow;
use crate::find::name_key;
use crate::project::OUTSIDE_ID;

/// Digits of a telephone that are looked for: its end, for the beginning is written in many ways.
const PHONE_DIGITS: usize = 8;
/// The largest pattern that is built.
const PATTERN_BYTES_MAX: usize = 64 << 20;
/// Shorter outside ids are looked for nowhere: they would be found in everybody's rows.
const ID_LETTERS_MIN: usize = 5;

/// What stands in place of a value of theirs.
pub const ERASED: &str = "[erased]";

/// The values that name somebody.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// In small letters.
    addresses: BTreeSet<String>,
    /// The last digits of each number.
    phones: BTreeSet<String>,
    /// The words of each name, of those that have several.
    names: BTreeSet<Vec<String>>,
    ids: BTreeSet<String>,
}

impl Named {
    pub(crate) fn of(row: &PersonRow, keys: &[(String, String)], own: &[Entry]) -> Named {
        let mut named = Named::default();
        named.name(&row.name);
        for (kind, value) in keys {
            named.key(kind, value);
        }
        for entry in own {
            let What::Facts(observation) = &entry.what else { continue };
            let mut parts = ["", ""];
            for fact in &observation.facts {
                let Value::Text(text) = &fact.value else { continue };
                match fact.key.as_ref() {
                    "person.name" => named.name(text),
                    "person.given_name" => parts[0] = text,
                    "person.family_name" => parts[1] = text,
                    "person.email" => named.key("email", text),
                    "person.phone" => named.key("phone", text),
                    key if key.starts_with(OUTSIDE_ID) => named.key("id", text),
                    _ => {}
                }
            }
            named.name(&parts.join(" "));
        }
        named
    }

    fn key(&mut self, kind: &str, value: &str) {
        match kind {
            "email" => _ = self.addresses.insert(value.to_lowercase()),
            "phone" => {
                let digits = digits(value);
                let end = digits.len().saturating_sub(PHONE_DIGITS);
                if digits.len() >= PHONE_DIGITS {
                    self.phones.insert(digits.get(end..).unwrap_or_default().to_owned());
                }
            }
            _ if value.chars().count() >= ID_LETTERS_MIN => {
                self.ids.insert(value.to_lowercase());
            }
            _ => {}
        }
    }

    fn name(&mut self, name: &str) {
        let words = words(name);
        if words.len() > 1 {
            self.names.insert(words);
        }
    }

    /// Another id by which they are known outside.
    pub(crate) fn id(&mut self, id: &str) {
        self.key("id", id);
    }

    /// The same without the names, which others may have, too.
    pub(crate) fn alone(&self) -> Named {
        Named { names: BTreeSet::new(), ..self.clone() }
    }

    /// A text without what names them; nothing if it holds nothing of them. Of JSON only values change.
    pub fn redacted(&self, text: &str) -> Option<String> {
        if !self.is_in(text) {
            return None;
        }
        let json = text.starts_with(['{', '[']).then(|| serde_json::from_str::<Json>(text));
        let Some(Ok(mut value)) = json else { return Some(self.without(text)) };
        self.redact_value(&mut value, false).then(|| value.to_string())
    }

    /// What is nothing but theirs becomes unknown; in a list, where nothing can be unknown, it is said to be erased.
    fn redact_value(&self, value: &mut Json, is_in_list: bool) -> bool {
        match value {
            Json::Object(members) => {
                let members = members.values_mut().map(|value| self.redact_value(value, false));
                members.fold(false, |any, is| any | is)
            }
            Json::Array(items) => {
                let items = items.iter_mut().map(|value| self.redact_value(value, true));
                items.fold(false, |any, is| any | is)
            }
            Json::String(text) if self.is_in(text) => {
                let left = self.without(text);
                *value = match left == ERASED && !is_in_list {
                    true => Json::Null,
                    false => Json::String(left),
                };
                true
            }
            // A moment, in whose digits a number may stand by chance, is no number of theirs.
            Json::String(_) | Json::Number(_) | Json::Null | Json::Bool(_) => false,
        }
    }

    /// A text in which each of their values is replaced; the whole of it where one is written in pieces.
    /// A condition without the addresses and ids that name them; nothing if it holds none. It stays a condition: they stand
    /// in texts.
    pub fn condition(&self, text: &str) -> Option<String> {
        let left = self.without_keys(text);
        (left != text).then_some(left)
    }

    fn without_keys(&self, text: &str) -> String {
        let keys = self.addresses.iter().chain(&self.ids);
        keys.fold(text.to_owned(), |left, value| replaced(&left, value))
    }

    fn without(&self, text: &str) -> String {
        let left = self.without_keys(text);
        if self.is_in(&left) { ERASED.to_owned() } else { left }
    }

    /// Whether a text holds one of them: an address, the end of a number, all words of a name, an outside id.
    pub fn is_in(&self, text: &str) -> bool {
        let small = text.to_lowercase();
        if self.addresses.iter().any(|address| small.contains(address)) {
            return true;
        }
        if !self.phones.is_empty() {
            let digits = digits(text);
            if self.phones.iter().any(|phone| digits.contains(phone)) {
                return true;
            }
        }
        if self.ids.iter().any(|id| holds_word(&small, id)) {
            return true;
        }
        if self.names.is_empty() {
            return false;
        }
        let there: BTreeSet<String> = words(text).into_iter().collect();
        self.names.iter().any(|name| name.iter().all(|word| there.contains(word)))
    }
}

/// The values that name some people, looked for all at once.
pub(crate) struct Any(Option<Regex>);

impl Any {
    pub(crate) fn of<'a>(people: impl Iterator<Item = &'a Named>) -> Any {
        let mut parts: Vec<String> = Vec::new();
        for named in people {
            parts.extend(named.addresses.iter().chain(&named.ids).map(|text| regex::escape(text)));
            parts.extend(named.phones.iter().map(|digits| {
                digits.chars().map(String::from).collect::<Vec<_>>().join("[^0-9]*")
            }));
        }
        if parts.is_empty() {
            return Any(None);
        }
        let built = RegexBuilder::new(&parts.join("|"))
            .case_insensitive(true)
            .size_limit(PATTERN_BYTES_MAX)
            .build();
        // Too many to be looked for at once are looked for one by one.
        Any(built.ok().or_else(|| Regex::new("").ok()))
    }

    /// Whether a text may hold one of them; whether it does, each says for themselves.
    pub(crate) fn may_be_in(&self, text: &str) -> bool {
        self.0.as_ref().is_some_and(|pattern| pattern.is_match(text))
    }
}

/// A text without a value, in whichever letters it is written there.
fn replaced(text: &str, value: &str) -> String {
    // Small letters may take another number of bytes; then places don't agree, and the whole is given up later.
    let small = text.to_lowercase();
    if small.len() != text.len() {
        return text.to_owned();
    }
    let (mut left, mut from) = (String::with_capacity(text.len()), 0);
    for (at, found) in small.match_indices(value) {
        let Some(before) = text.get(from..at) else { return text.to_owned() };
        left.push_str(before);
        left.push_str(ERASED);
        from = at + found.len();
    }
    left.push_str(text.get(from..).unwrap_or_default());
    left
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn words(text: &str) -> Vec<String> {
    let key = name_key(text);
    key.split(|c: char| !c.is_alphanumeric())
        .filter(|it| !it.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Whether the word stands in the text with nothing of a word before or behind it.
fn holds_word(text: &str, word: &str) -> bool {
    let is_edge = |c: Option<char>| !c.is_some_and(char::is_alphanumeric);
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let behind = text.get(at + word.len()..).and_then(|behind| behind.chars().next());
        is_edge(before) && is_edge(behind)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ann() -> Named {
        let mut named = Named::default();
        named.name("Ánn O'North");
        named.name("Ann");
        named.key("email", "ann@north.example");
        named.key("phone", "+4930123456789");
        named.key("mql_id", "a7f3c9");
        named.key("crm_id", "7");
        named
    }

    #[test]
    fn some_people_are_looked_for_at_once() {
        let any = Any::of([ann().alone(), Named::default()].iter());
        for (text, may_be) in [
            ("to ANN@North.example", true),
            ("0 30 / 123 456-789", true),
            ("A7F3C9", true),
            ("O'North, Ann", false),
            ("", false),
        ] {
            assert_eq!(any.may_be_in(text), may_be, "{text}");
        }
        assert!(!Any::of([Named::default()].iter()).may_be_in("anything"));
    }

    #[test]
    fn what_names_them_is_taken_out_of_a_text_of_others() {
        for (text, expected) in [
            ("met Ann@North.example today", Some("met [erased] today")),
            (r#"{"to":"ann@north.example","n":7}"#, Some(r#"{"to":null,"n":7}"#)),
            (
                r#"{"facts":{"a":["x","id a7f3c9"]}}"#,
                Some(r#"{"facts":{"a":["x","id [erased]"]}}"#),
            ),
            ("call 030 / 123 456-789", Some("[erased]")),
            (r#"{"t":4930123456789}"#, None),
            ("İ ann@north.example", Some("[erased]")),
            ("O'North, Ann", None),
            ("nothing", None),
        ] {
            assert_eq!(ann().alone().redacted(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_row_is_theirs_however_it_is_written() {
        for (row, is_theirs) in [
            ("ANN@North.example;x", true),
            ("x,\"0 30 / 123 456-789\"", true),
            ("O’North, ann;CEO", true),
            ("id=A7F3C9,", true),
            ("a7f3c9b", false),
            ("Ann South", false),
            ("7,Bo East,bo@east.example", false),
            ("joann@northern.example", false),
            ("", false),
        ] {
            assert_eq!(ann().is_in(row), is_theirs, "{row}");
        }
    }
}

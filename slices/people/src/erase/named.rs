//! What names somebody: by which a text is recognised as theirs, however it is written there.

use std::collections::BTreeSet;

use funnel::history::{Entry, Value, What};

use crate::PersonRow;
use crate::find::name_key;
use crate::project::OUTSIDE_ID;

/// Digits of a telephone that are looked for: its end, for the beginning is written in many ways.
const PHONE_DIGITS: usize = 8;
/// Shorter outside ids are looked for nowhere: they would be found in everybody's rows.
const ID_LETTERS_MIN: usize = 5;

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

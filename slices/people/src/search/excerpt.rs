//! The words around what was looked for.

use crate::find::name_key;

/// Letters before what was found, and after.
const BEFORE: usize = 48;
const AFTER: usize = 110;

/// A part of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// What stands before what was found.
    pub before: String,
    /// The word that was found, as it is written.
    pub hit: String,
    /// What stands after it.
    pub after: String,
}

/// The part of a text around its first word that begins with one of these; its beginning if none does.
pub fn excerpt(text: &str, words: &[String]) -> Excerpt {
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let begins = |word: &str| {
        let word = name_key(word);
        words.iter().any(|wanted| word.starts_with(wanted.as_str()))
    };
    let mut found = (0, 0);
    let mut start = None;
    for (place, letter) in text.char_indices().chain([(text.len(), ' ')]) {
        match (start, letter.is_alphanumeric()) {
            (None, true) => start = Some(place),
            (Some(from), false) => {
                if text.get(from..place).is_some_and(begins) {
                    found = (from, place);
                    break;
                }
                start = None;
            }
            (None, false) | (Some(_), true) => {}
        }
    }
    let (from, to) = found;
    let before = text.get(..from).unwrap_or_default();
    let after = text.get(to..).unwrap_or_default();
    let skipped = before.chars().count().saturating_sub(BEFORE);
    let kept: String = before.chars().skip(skipped).collect();
    let is_cut = after.chars().nth(AFTER).is_some();
    Excerpt {
        before: if skipped > 0 { format!("…{kept}") } else { kept },
        hit: text.get(from..to).unwrap_or_default().to_owned(),
        after: after.chars().take(AFTER).chain(is_cut.then_some('…')).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_is_shown_as_it_was_written() {
        let words = ["budget".to_owned()];
        let found = excerpt("There is\n no  Bùdgets this year.", &words);
        assert_eq!(
            (found.before.as_str(), found.hit.as_str(), found.after.as_str()),
            ("There is no ", "Bùdgets", " this year.")
        );
        let long = format!("{}budget{}", "x ".repeat(100), " y".repeat(200));
        let found = excerpt(&long, &words);
        assert!(found.before.starts_with('…') && found.after.ends_with('…'), "{found:?}");
        assert_eq!(excerpt("nothing of it", &words).after, "nothing of it");
    }
}

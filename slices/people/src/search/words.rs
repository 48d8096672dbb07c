//! Words as they are searched: small letters without accents; and how a slip of the keyboard is forgiven.

use std::collections::BTreeSet;

use crate::find::name_key;

/// Letters of a word that count; what comes after is not looked at.
const WORD_LETTERS_MAX: usize = 32;
/// Words of a name that count.
const NAME_WORDS_MAX: usize = 8;
/// Distinct words of a text that count.
const TEXT_WORDS_MAX: usize = 200;
/// Letters that a word must have before a slip in it is forgiven: shorter ones are like too many others.
const SLIP_LETTERS_MIN: usize = 4;
const SLIP_LETTERS_MAX: usize = 24;

/// The words of a text in their order.
pub(super) fn words(text: &str) -> Vec<String> {
    name_key(text)
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(WORD_LETTERS_MAX).collect())
        .collect()
}

/// The distinct words of a name in their order.
pub(super) fn name_words(text: &str) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut words = words(text);
    words.retain(|word| seen.insert(word.clone()));
    words.truncate(NAME_WORDS_MAX);
    words
}

/// The distinct words of a longer text, without single letters.
pub(super) fn text_words(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for word in words(text) {
        if word.chars().nth(1).is_some() {
            found.insert(word);
        }
        if found.len() == TEXT_WORDS_MAX {
            break;
        }
    }
    found
}

/// A name begun at each of its words: `ann lind` and `lind ann`.
pub(super) fn turns(words: &[String]) -> Vec<String> {
    let turn = |first: usize| {
        let (before, from) = words.split_at(first);
        from.iter().chain(before).map(String::as_str).collect::<Vec<_>>().join(" ")
    };
    (0..words.len()).map(turn).collect()
}

/// The word, and what is left of it when any one letter falls out; none for what is too short, too long or a number.
pub(super) fn slips(word: &str) -> BTreeSet<String> {
    let letters: Vec<char> = word.chars().collect();
    if letters.len() < SLIP_LETTERS_MIN
        || letters.len() > SLIP_LETTERS_MAX
        || letters.iter().any(char::is_ascii_digit)
    {
        return BTreeSet::new();
    }
    let without = |gone: usize| {
        let left = letters.iter().enumerate().filter(|(place, _)| *place != gone);
        left.map(|(_, letter)| *letter).collect()
    };
    (0..letters.len()).map(without).chain([word.to_owned()]).collect()
}

/// Whether one slip makes one word of the other: a letter too many, too few, another, or two in the wrong order.
pub(super) fn is_one_slip(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let same = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (rest_a, rest_b) = (a.get(same..).unwrap_or_default(), b.get(same..).unwrap_or_default());
    match (rest_a, rest_b) {
        ([], []) => false,
        ([_, after @ ..], _) if after == rest_b => true,
        (_, [_, after @ ..]) if after == rest_a => true,
        ([x, y, after_a @ ..], [v, w, after_b @ ..]) if (x, y) == (w, v) => after_a == after_b,
        ([_, after_a @ ..], [_, after_b @ ..]) => after_a == after_b,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_by_each_of_its_words() {
        let words = name_words("Élodie Žižek-Lind");
        assert_eq!(words, ["elodie", "zizek", "lind"]);
        assert_eq!(turns(&words), ["elodie zizek lind", "zizek lind elodie", "lind elodie zizek"]);
        assert_eq!(name_words("Ann ann ANN"), ["ann"]);
        assert!(turns(&[]).is_empty());
    }

    #[test]
    fn one_slip_is_forgiven_and_two_are_not() {
        for (a, b, forgiven) in [
            ("muller", "muler", true),
            ("muller", "mulller", true),
            ("muller", "mulker", true),
            ("muller", "mulelr", true),
            ("muller", "uller", true),
            ("muller", "mullers", true),
            ("muller", "muller", false),
            ("muller", "mulkre", false),
            ("muller", "muer", false),
            ("abcd", "cdab", false),
        ] {
            assert_eq!((is_one_slip(a, b), is_one_slip(b, a)), (forgiven, forgiven), "{a} {b}");
            // Whatever is forgiven is found by what the two share.
            assert!(!forgiven || slips(a).intersection(&slips(b)).next().is_some(), "{a} {b}");
        }
        assert!(slips("ann").is_empty() && slips("12345").is_empty());
    }

    #[test]
    fn a_long_text_counts_as_far_as_its_limit() {
        let text: String = (0..500).map(|n| format!("word{n} ")).collect();
        assert_eq!(text_words(&text).len(), TEXT_WORDS_MAX);
        assert_eq!(text_words("a I we"), BTreeSet::from(["we".to_owned()]));
    }
}

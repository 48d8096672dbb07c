//! Letters that are not those one reads: the Cyrillic о in “fооd”.
//!
//! Unicode Technical Standard 39 calls a text single-script if some script (or one of the usual
//! combinations, such as the Japanese) has all of its letters. Here each word is held to that, not
//! the whole text, for a text of honest words of two scripts is honest; and as in the standard's
//! “highly restrictive” level a word may join Latin letters to Chinese, Japanese or Korean ones.
//! In an address a part is suspect, too, if its letters are all of another script than Latin, all
//! look like Latin ones, and stand beside Latin ones (`сосо.com`).

use std::fmt;

use unicode_normalization::char::is_combining_mark;
use unicode_security::confusable_detection::skeleton;
use unicode_security::mixed_script::AugmentedScriptSet;

use crate::text::is_direction;

/// What is suspect about a text, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Suspicion {
    /// A word has letters of scripts that no language writes together.
    Mixed {
        /// The word.
        word: String,
        /// The scripts, as Unicode calls them, in the order in which they occur.
        scripts: Vec<&'static str>,
    },
    /// A part of an address is written in letters that look like Latin ones.
    LooksLatin {
        /// The part.
        word: String,
        /// The script.
        script: &'static str,
    },
    /// A hidden mark turns the direction of the text, so that it shows as another one.
    Turned,
}

impl fmt::Display for Suspicion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Suspicion::Mixed { word, scripts } => {
                write!(f, "{word:?} mixes {} letters", scripts.join(" and "))
            }
            Suspicion::LooksLatin { word, script } => {
                write!(f, "{word:?} is written in {script} letters that look like Latin ones")
            }
            Suspicion::Turned => f.write_str("a hidden mark turns the direction of the text"),
        }
    }
}

/// What is suspect about a text, if anything. A fact that is suspect is held, and not believed.
///
/// ```
/// let suspicion = identity::suspect("bruno.k\u{435}llerhof@nordkost.example").unwrap();
/// assert_eq!(suspicion.to_string(), "\"k\u{435}llerhof\" mixes Latin and Cyrillic letters");
/// assert_eq!(identity::suspect("Дмитрий"), None);
/// ```
pub fn suspect(text: &str) -> Option<Suspicion> {
    if text.is_ascii() {
        return None;
    }
    if text.contains(is_direction) {
        return Some(Suspicion::Turned);
    }
    words(text).find_map(mixed).or_else(|| {
        let is_address = !text.trim().contains(char::is_whitespace) && text.contains(['@', '.']);
        is_address.then(|| looks_latin(text)).flatten()
    })
}

/// Runs of letters, digits and the marks on them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| {
        c.is_alphanumeric() || is_combining_mark(c) || matches!(c, '\u{200c}' | '\u{200d}')
    };
    text.split(move |c: char| !is_part(c)).filter(|word| !word.is_empty())
}

fn mixed(word: &str) -> Option<Suspicion> {
    if word.is_ascii() || !AugmentedScriptSet::for_str(word).is_empty() {
        return None;
    }
    let mut beside_latin = AugmentedScriptSet::default();
    let mut scripts: Vec<&'static str> = Vec::new();
    for c in word.chars() {
        let set = AugmentedScriptSet::for_char(c);
        if set.is_all() {
            continue;
        }
        let Some(name) = set.base.iter().next().map(|script| script.full_name()) else { continue };
        if name != LATIN {
            beside_latin.intersect_with(set);
        }
        if !scripts.contains(&name) {
            scripts.push(name);
        }
    }
    let is_usual = scripts.contains(&LATIN)
        && !beside_latin.is_all()
        && (beside_latin.jpan || beside_latin.kore || beside_latin.hanb);
    (!is_usual).then(|| Suspicion::Mixed { word: word.to_owned(), scripts })
}

const LATIN: &str = "Latin";

fn looks_latin(address: &str) -> Option<Suspicion> {
    if !address.contains(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    words(address).find_map(|word| {
        if word.contains(|c: char| c.is_ascii_alphabetic()) || !word.contains(char::is_alphabetic) {
            return None;
        }
        let set = AugmentedScriptSet::for_str(word);
        let script = set.base.iter().next().map(|script| script.full_name())?;
        let is_other = !set.is_all() && script != LATIN;
        let looks = skeleton(word).all(|c| c.is_ascii_alphanumeric());
        (is_other && looks).then(|| Suspicion::LooksLatin { word: word.to_owned(), script })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_two_scripts_in_a_word_are_suspect() {
        for (text, words) in [
            (
                "bruno.k\u{435}llerhof@n\u{43e}rdkost.example",
                "\"k\u{435}llerhof\" mixes Latin and Cyrillic letters",
            ),
            ("f\u{43e}\u{43e}d", "\"f\u{43e}\u{43e}d\" mixes Latin and Cyrillic letters"),
            ("Brun\u{43e} Kellerhof", "\"Brun\u{43e}\" mixes Latin and Cyrillic letters"),
            ("\u{39d}ordkost", "\"\u{39d}ordkost\" mixes Greek and Latin letters"),
            ("логистик\u{61}", "\"логистика\" mixes Cyrillic and Latin letters"),
            (
                "\u{441}\u{43e}rvane.example",
                "\"\u{441}\u{43e}rvane\" mixes Cyrillic and Latin letters",
            ),
            ("ann\u{202e}moc.example", "a hidden mark turns the direction of the text"),
            (
                "ann@\u{441}\u{43e}\u{441}\u{43e}.com",
                "\"\u{441}\u{43e}\u{441}\u{43e}\" is written in Cyrillic letters that look like Latin ones",
            ),
        ] {
            let found = suspect(text).map(|suspicion| suspicion.to_string());
            // The Latin a at the end of the fifth prints like the Cyrillic one that is meant here.
            let words = words.replace("логистика", "логистик\u{61}");
            assert_eq!(found.as_deref(), Some(words.as_str()), "{text}");
        }
    }

    #[test]
    fn honest_texts_are_not() {
        for text in [
            "",
            "food",
            "Kärnan Bageri, Žižkov, Łódź, Ñandú, İstanbul, naïve œuvre",
            "Zu\u{308}rich",
            "Дмитрий Шостакович",
            "Αλέξανδρος Παπαδόπουλος",
            "株式会社トヨタ自動車 すし",
            "Tシャツ専門店 IT部門",
            "삼성전자 三星 SK하이닉스",
            "北京大学 (Peking University)",
            "ООО Google, отдел IT",
            "Иван Petrov",
            "שלום עולם",
            "مرحبا ١٢٣",
            "สวัสดี",
            "हिन्दी",
            "+49 30 123456",
            "5 µm, 20 °C, №7, ½",
            "иван@почта.рф",
            "иван@example.com",
            "müller@straße.example",
            "👩\u{200d}💻 Ann",
        ] {
            assert_eq!(suspect(text), None, "{text}");
        }
    }
}

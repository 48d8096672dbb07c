//! Names of people, as far as that can be kept simple: there is no rule for all of the world's names,
//! so a name is kept whole, and its parts are only taken for how to address somebody.

use std::fmt;

use crate::text::{clean, fold};

/// Bytes of a name; longer ones are something else.
pub const NAME_BYTES_MAX: usize = 200;

/// Why a text is no name, in words for whoever wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAName {
    text: String,
    reason: &'static str,
}

impl fmt::Display for NotAName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a name: {}", self.text, self.reason)
    }
}

impl std::error::Error for NotAName {}

/// The name with blanks trimmed and collapsed, in NFC; case stays as it is.
///
/// # Errors
/// [`NotAName`] for what is empty, an address, without a letter, or longer than [`NAME_BYTES_MAX`].
pub fn normal(text: &str) -> Result<String, NotAName> {
    let name = clean(text);
    let refuse =
        |reason| Err(NotAName { text: text.chars().take(NAME_BYTES_MAX).collect(), reason });
    if name.is_empty() {
        return refuse("it is empty");
    }
    if name.len() > NAME_BYTES_MAX {
        return refuse("it is longer than a name can be");
    }
    if name.contains('@') || name.contains("://") {
        return refuse("it is an address");
    }
    if !name.contains(char::is_alphabetic) {
        return refuse("it has no letter");
    }
    Ok(name)
}

/// The parts of a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// What friends say; the whole name if it is one word.
    pub given: String,
    /// What families share, with its particles; empty if the name is one word.
    pub family: String,
}

/// Parts a name: `Ann Lind`, `Lind, Ann`, `Dr. Ludwig van Beethoven`. Titles before it fall away,
/// particles (`van`, `de la`) go with the family, of other words the last is the family's.
///
/// ```
/// let parts = identity::name::split("Dr. Ludwig van Beethoven");
/// assert_eq!((parts.given.as_str(), parts.family.as_str()), ("Ludwig", "van Beethoven"));
/// ```
pub fn split(name: &str) -> Parts {
    let name = clean(name);
    if let Some((family, given)) = name.split_once(',') {
        let (family, given) = (family.trim(), given.trim());
        if !given.is_empty() && !family.is_empty() && !is_suffix(given) {
            return Parts { given: without_titles(given).join(" "), family: family.to_owned() };
        }
    }
    let words = without_titles(name.split(',').next().unwrap_or_default());
    let particle = words.iter().skip(1).position(|word| PARTICLES.contains(word));
    let mut family_at = match particle {
        Some(at) => at + 1,
        None => words.len().saturating_sub(1),
    };
    if particle.is_none() && words.len() > 2 && words.last().is_some_and(|word| is_suffix(word)) {
        family_at -= 1;
    }
    let (given, family) = words.split_at_checked(family_at.max(1)).unwrap_or((&words, &[]));
    Parts { given: given.join(" "), family: family.join(" ") }
}

/// The name of these parts, either of which may be empty.
pub fn join(given: &str, family: &str) -> String {
    clean(&format!("{given} {family}"))
}

/// How names are ordered and searched: small letters without accents, blanks collapsed. Never shown.
///
/// ```
/// assert_eq!(identity::name::sort_key(" Žižek,  Élodie"), "zizek, elodie");
/// ```
pub fn sort_key(name: &str) -> String {
    clean(&fold(&clean(name)))
}

fn without_titles(name: &str) -> Vec<&str> {
    let mut words: Vec<&str> = name.split(' ').filter(|word| !word.is_empty()).collect();
    while let [first, _, ..] = words.as_slice() {
        let bare = first.trim_end_matches('.').to_lowercase();
        if !TITLES.contains(&bare.as_str()) {
            break;
        }
        words.remove(0);
    }
    words
}

fn is_suffix(word: &str) -> bool {
    let bare = word.replace('.', "").to_lowercase();
    SUFFIXES.contains(&bare.as_str())
}

const TITLES: [&str; 22] = [
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "dr",
    "prof",
    "sir",
    "dame",
    "herr",
    "frau",
    "hr",
    "fr",
    "dipl.-ing",
    "ing",
    "mag",
    "m",
    "mme",
    "mlle",
    "sr",
    "sra",
    "dott",
];
const SUFFIXES: [&str; 10] = ["jr", "sr", "ii", "iii", "iv", "phd", "md", "mba", "esq", "msc"];
const PARTICLES: [&str; 27] = [
    "van", "von", "vom", "zu", "zum", "zur", "de", "der", "den", "del", "della", "delle", "di",
    "da", "dal", "das", "do", "dos", "du", "des", "la", "le", "ten", "ter", "bin", "ibn", "al",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_is_tidied_or_refused() {
        assert_eq!(normal("  Ann \t Lind ").as_deref(), Ok("Ann Lind"));
        assert_eq!(normal("Zu\u{308}lal").as_deref(), Ok("Zülal"));
        for (text, reason) in [
            ("", "empty"),
            ("ann@north.example", "an address"),
            ("http://north.example", "an address"),
            ("12345", "no letter"),
            ("-", "no letter"),
        ] {
            assert!(normal(text).unwrap_err().to_string().contains(reason), "{text}");
        }
        assert!(normal(&"a".repeat(201)).is_err());
    }

    #[test]
    fn the_parts_of_usual_names_are_found() {
        for (name, given, family) in [
            ("Ann Lind", "Ann", "Lind"),
            ("Lind, Ann", "Ann", "Lind"),
            ("Ann", "Ann", ""),
            ("", "", ""),
            ("Ann Marie Lind", "Ann Marie", "Lind"),
            ("Dr. Ludwig van Beethoven", "Ludwig", "van Beethoven"),
            ("Prof. Dr. Eva von der Heide", "Eva", "von der Heide"),
            ("Frau Marie Curie", "Marie", "Curie"),
            ("van Gogh", "van", "Gogh"),
            ("Martin King Jr.", "Martin", "King Jr."),
            ("Ann Lind, PhD", "Ann", "Lind"),
            ("Dr.", "Dr.", ""),
            ("Garcia Lopez, Maria", "Maria", "Garcia Lopez"),
            ("山田太郎", "山田太郎", ""),
        ] {
            let parts = split(name);
            assert_eq!((parts.given.as_str(), parts.family.as_str()), (given, family), "{name}");
        }
        assert_eq!(join(" Ann ", "Lind"), "Ann Lind");
        assert_eq!(join("", "Lind"), "Lind");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]
        #[test]
        fn the_normal_form_is_a_fixed_point_and_splitting_never_fails(text in "\\PC{0,30}") {
            split(&text);
            prop_assert_eq!(sort_key(&sort_key(&text)), sort_key(&text));
            if let Ok(name) = normal(&text) {
                prop_assert_eq!(normal(&name), Ok(name.clone()));
            }
        }
    }
}

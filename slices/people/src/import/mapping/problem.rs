//! What is wrong with a mapping, and the name that was probably meant.

use std::fmt;

use funnel::condition::slips;

/// What is wrong with a mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line of the mapping, from 1.
    pub line: usize,
    /// The key, with the tables it stands in: `activities[1].at.format`. Empty for a slip of TOML.
    pub key: String,
    /// What is wrong, and what was expected.
    pub words: String,
    /// The name that was probably meant.
    pub nearest: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if !self.key.is_empty() {
            write!(f, ", {}", self.key)?;
        }
        write!(f, ": {}", self.words)?;
        match &self.nearest {
            Some(nearest) => write!(f, "; did you mean {nearest:?}?"),
            None => Ok(()),
        }
    }
}

/// The name among `names` that was probably meant: the same but for case and punctuation, or the one
/// with the fewest slips of a finger, a third of its letters at most.
pub(super) fn nearest<'a>(
    typed: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let bare = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let typed = bare(typed);
    if typed.is_empty() {
        return None;
    }
    names
        .into_iter()
        .map(|name| (slips(&typed, &bare(name)), name))
        .filter(|(slips, _)| slips * 3 <= typed.chars().count())
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_the_one_with_the_fewest_slips() {
        let names = ["person.title", "person.email", "company.name"];
        for (typed, expected) in [
            ("person.titel", Some("person.title")),
            ("Person.Title", Some("person.title")),
            ("preson.emial", Some("person.email")),
            ("person_email", Some("person.email")),
            ("weather", None),
            ("", None),
        ] {
            assert_eq!(nearest(typed, names), expected, "{typed}");
        }
    }
}

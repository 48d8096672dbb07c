//! The definitions that the program ships with: published articles taken at their word, and the one
//! that a new workspace starts with.

/// Each pack's name and text; `default` is the last.
pub const ALL: &[(&str, &str)] = &[
    ("article-a", include_str!("../packs/article-a.toml")),
    ("article-b", include_str!("../packs/article-b.toml")),
    ("article-c-communication", include_str!("../packs/article-c-communication.toml")),
    ("article-c-fit", include_str!("../packs/article-c-fit.toml")),
    ("article-d", include_str!("../packs/article-d.toml")),
    ("article-e-marketing", include_str!("../packs/article-e-marketing.toml")),
    ("article-e-sales", include_str!("../packs/article-e-sales.toml")),
    ("article-e-shared", include_str!("../packs/article-e-shared.toml")),
    ("default", DEFAULT),
];

/// The text of the definition that a new workspace starts with.
pub const DEFAULT: &str = include_str!("../packs/default.toml");

/// Invented people as dated histories, in the form that [`crate::people_file`] reads.
pub const PEOPLE: &str = include_str!("../packs/people.json");

/// How each pack classifies [`PEOPLE`].
pub const EXPECTED: &str = include_str!("../packs/expected.json");

/// A pack's text by its name.
pub fn find(name: &str) -> Option<&'static str> {
    ALL.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

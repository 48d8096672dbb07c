//! People or companies: what a condition is about, and with it all that is made of a condition.

use serde::{Deserialize, Serialize};

/// Of whom or what: of people or of companies. It is the one word for it, from a condition to the lists, segments, views
/// and changes of many that hold whoever it finds.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Of {
    /// Of people: `person.…` and what is held of their company.
    #[default]
    People,
    /// Of companies: `company.…`, where they stand, and `somebody(…)` who works there.
    Companies,
}

impl Of {
    /// Both.
    pub const BOTH: [Of; 2] = [Of::People, Of::Companies];

    /// The word, as addresses, programs and people say it: `people`, `companies`.
    pub const fn word(self) -> &'static str {
        match self {
            Of::People => "people",
            Of::Companies => "companies",
        }
    }

    /// From its word.
    pub fn parse(word: &str) -> Option<Of> {
        Of::BOTH.into_iter().find(|of| of.word() == word)
    }

    /// One of them: `person`, `company`.
    pub const fn one(self) -> &'static str {
        match self {
            Of::People => "person",
            Of::Companies => "company",
        }
    }

    /// How their facts begin: `person.`, `company.`.
    pub const fn facts(self) -> &'static str {
        match self {
            Of::People => "person.",
            Of::Companies => "company.",
        }
    }
}

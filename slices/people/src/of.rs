//! Of what a list, a view, a segment or a change of many is: of people or of companies.

use funnel::condition::Subject;
use serde::{Deserialize, Serialize};

/// People or companies.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Of {
    /// Of people.
    #[default]
    People,
    /// Of companies.
    Companies,
}

impl Of {
    /// Both.
    pub const BOTH: [Of; 2] = [Of::People, Of::Companies];

    /// As it is stored in a column `of_company`.
    pub const fn code(self) -> i64 {
        match self {
            Of::People => 0,
            Of::Companies => 1,
        }
    }

    /// From a column `of_company`.
    pub const fn from_code(code: i64) -> Of {
        if code == 0 { Of::People } else { Of::Companies }
    }

    /// What conditions about them are about.
    pub const fn about(self) -> Subject {
        match self {
            Of::People => Subject::Person,
            Of::Companies => Subject::Company,
        }
    }

    /// What somebody is whose number that is.
    pub const fn subject(id: i64) -> Of {
        if journal::is_company(id) { Of::Companies } else { Of::People }
    }

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

    /// The prefix of their public ids.
    pub const fn prefix(self) -> &'static str {
        match self {
            Of::People => crate::PERSON,
            Of::Companies => crate::COMPANY,
        }
    }

    /// The page on which they are listed, under which the records are.
    pub const fn page(self) -> &'static str {
        match self {
            Of::People => "/people",
            Of::Companies => "/companies",
        }
    }
}

impl From<Subject> for Of {
    fn from(subject: Subject) -> Of {
        match subject {
            Subject::Person => Of::People,
            Subject::Company => Of::Companies,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reads_back_from_its_word_and_its_column() {
        for of in Of::BOTH {
            assert_eq!((Of::parse(of.word()), Of::from_code(of.code())), (Some(of), of));
        }
        assert_eq!(Of::parse("contacts"), None);
    }
}

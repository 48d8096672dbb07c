//! What this slice has of people and of companies, each in its place: a column, a page, ids.

pub use funnel::condition::Of;

/// Where people and companies are kept and shown.
pub trait Kept: Copy {
    /// As it is stored in a column `of_company`.
    fn code(self) -> i64;

    /// From a column `of_company`.
    fn from_code(code: i64) -> Self;

    /// What somebody is whose number that is.
    fn subject(id: i64) -> Self;

    /// The prefix of their public ids.
    fn prefix(self) -> &'static str;

    /// The page on which they are listed, under which the records are.
    fn page(self) -> &'static str;
}

impl Kept for Of {
    fn code(self) -> i64 {
        match self {
            Of::People => 0,
            Of::Companies => 1,
        }
    }

    fn from_code(code: i64) -> Of {
        if code == 0 { Of::People } else { Of::Companies }
    }

    fn subject(id: i64) -> Of {
        if journal::is_company(id) { Of::Companies } else { Of::People }
    }

    fn prefix(self) -> &'static str {
        match self {
            Of::People => crate::PERSON,
            Of::Companies => crate::COMPANY,
        }
    }

    fn page(self) -> &'static str {
        match self {
            Of::People => "/people",
            Of::Companies => "/companies",
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

//! By what companies are ordered.

use platform::failure::Failure;
use team::User;

use crate::list::order::{self, By};
use crate::list::{Cursor, is_fact, kept_order, may_order_by};
use crate::{LensId, WORKS_AT};
use platform::db::Tx;

/// By what the list of companies is ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CompanySort {
    /// By name, from A.
    Name,
    /// By where they stand.
    Stage,
    /// By how many people work there.
    People,
    /// By when somebody there last did something.
    Touched,
    /// By their score of intent. Of which it is unknown comes last, whichever way.
    Intent,
    /// By when we first knew of them.
    Created,
    /// By a fact, or a formula: `company.employees`. Of which it is unknown comes last, whichever way.
    Fact(String),
}

impl CompanySort {
    /// Those that every workspace has, with the word used in addresses.
    pub const ALL: [(CompanySort, &'static str); 6] = [
        (CompanySort::Name, "name"),
        (CompanySort::Stage, "stage"),
        (CompanySort::People, "people"),
        (CompanySort::Touched, "touched"),
        (CompanySort::Intent, "intent"),
        (CompanySort::Created, "created"),
    ];

    /// The word used in addresses: a fact's is its key.
    pub fn word(&self) -> &str {
        match self {
            CompanySort::Name => "name",
            CompanySort::Stage => "stage",
            CompanySort::People => "people",
            CompanySort::Touched => "touched",
            CompanySort::Intent => "intent",
            CompanySort::Created => "created",
            CompanySort::Fact(key) => key,
        }
    }

    /// From its word.
    pub fn parse(word: &str) -> Option<CompanySort> {
        let mut known = CompanySort::ALL.into_iter();
        let known = known.find(|(_, other)| *other == word).map(|(sort, _)| sort);
        let is_of_company = word.starts_with("company.") && is_fact(word);
        known.or_else(|| is_of_company.then(|| CompanySort::Fact(word.to_owned())))
    }

    /// Whether the largest comes first unless it is asked otherwise.
    pub fn is_down_by_itself(&self) -> bool {
        !matches!(self, CompanySort::Name | CompanySort::Fact(_))
    }

    pub(super) fn by(&self) -> By<'_> {
        By::Column(match self {
            CompanySort::Name => &order::COMPANIES_BY_NAME,
            CompanySort::Stage => &order::COMPANIES_BY_STAGE,
            CompanySort::People => &order::COMPANIES_BY_PEOPLE,
            CompanySort::Touched => &order::COMPANIES_BY_TOUCHED,
            CompanySort::Intent => &order::COMPANIES_BY_INTENT,
            CompanySort::Created => &order::COMPANIES_BY_CREATED,
            CompanySort::Fact(key) => return By::Fact(key),
        })
    }

    /// Whether the user may see the order.
    ///
    /// # Errors
    /// `Refused` with `hidden_field` for the order of what is kept from the user.
    pub(crate) fn may_order(&self, tx: &mut Tx, who: &User, lens: LensId) -> Result<(), Failure> {
        let of = match self {
            CompanySort::Name => "company.name",
            CompanySort::Fact(key) => key,
            CompanySort::Stage | CompanySort::People | CompanySort::Touched => WORKS_AT,
            CompanySort::Intent if crate::kept_scores(tx, who, lens)?.intent => {
                return Err(kept_order("score.intent"));
            }
            CompanySort::Intent | CompanySort::Created => return Ok(()),
        };
        may_order_by(who, of)
    }

    /// Whether a cursor is a place in this order.
    pub fn fits(&self, cursor: &Cursor) -> bool {
        self.by().fits(cursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_of_companies_reads_from_its_word() {
        for (sort, word) in CompanySort::ALL {
            assert_eq!((sort.word(), CompanySort::parse(word)), (word, Some(sort.clone())));
        }
        let fact = CompanySort::Fact("company.employees".into());
        assert_eq!(CompanySort::parse("company.employees"), Some(fact));
        for odd in ["", "company.", "person.title", "fit", "company.x y"] {
            assert_eq!(CompanySort::parse(odd), None, "{odd}");
        }
    }
}

//! What a page lists: people or companies, asked in one form.

use std::sync::Arc;

use funnel::Stage;
use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
use team::User;

use crate::companies::{self, CompanyList, CompanySort, ListedCompany};
use crate::condition::{self, Asked};
use crate::list::{self, Cursor, List, Listed, Sieve, Sort, formula};
use crate::{LensId, Of, WORKS_AT, stand};

/// By what a list is ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Order {
    People(Sort),
    Companies(CompanySort),
}

impl Order {
    /// From its word in an address.
    pub(super) fn parse(of: Of, word: &str) -> Option<Order> {
        match of {
            Of::People => Sort::parse(word).map(Order::People),
            Of::Companies => CompanySort::parse(word).map(Order::Companies),
        }
    }

    /// The one in which a list is shown unless it is asked otherwise.
    pub(super) fn usual(of: Of, who: &User) -> Order {
        match of {
            Of::People => Order::People(Sort::Engagement),
            Of::Companies if !who.is_hidden(WORKS_AT) => Order::Companies(CompanySort::Touched),
            // What people make of companies is kept from them, and so is its order.
            Of::Companies => Order::Companies(CompanySort::Created),
        }
    }

    /// The order by a fact.
    pub(super) fn by_fact(of: Of, key: &str) -> Order {
        match of {
            Of::People => Order::People(Sort::Fact(key.to_owned())),
            Of::Companies => Order::Companies(CompanySort::Fact(key.to_owned())),
        }
    }

    /// Its word in an address.
    pub(super) fn word(&self) -> &str {
        match self {
            Order::People(sort) => sort.word(),
            Order::Companies(sort) => sort.word(),
        }
    }

    /// Whether the largest comes first unless it is asked otherwise.
    pub(super) fn is_down_by_itself(&self) -> bool {
        match self {
            Order::People(sort) => sort.is_down_by_itself(),
            Order::Companies(sort) => sort.is_down_by_itself(),
        }
    }

    /// Whether whoever looks may have it here; of a formula it may be asked only what its condition may.
    ///
    /// # Errors
    /// `Refused` with `formula_order`, and with `hidden_field` for the order of what is kept from the user.
    pub(super) fn may_be_asked(
        &self,
        tx: &mut Tx,
        who: &User,
        about: (Of, LensId),
    ) -> Result<(), Failure> {
        match self {
            Order::People(sort) => list::may_order(tx, who, about.1, sort)?,
            Order::Companies(sort) => sort.may_order(tx, who, about.1)?,
        }
        match self.fact() {
            Some(key) if formula::is_one(tx, key)? => formula::asked(tx, who, about, key).map(drop),
            Some(_) | None => Ok(()),
        }
    }

    /// The fact of which it is the order: of whom that is unknown comes last.
    pub(super) fn fact(&self) -> Option<&str> {
        match self {
            Order::People(Sort::Fact(key)) | Order::Companies(CompanySort::Fact(key)) => Some(key),
            Order::Companies(CompanySort::Intent) => Some("score.intent"),
            Order::People(_) | Order::Companies(_) => None,
        }
    }
}

/// What is asked.
#[derive(Clone, Debug)]
pub(super) enum Wanted {
    People { list: List, sieve: Sieve },
    Companies(CompanyList),
}

/// A page of it.
pub(super) struct Found {
    pub(super) rows: Rows,
    pub(super) next: Option<Cursor>,
}

/// Those who are on a page.
pub(super) enum Rows {
    People(Vec<Listed>),
    Companies(Vec<ListedCompany>),
}

impl Found {
    /// Nobody, while nobody can be shown.
    pub(super) fn none(of: Of) -> Found {
        let rows = match of {
            Of::People => Rows::People(Vec::new()),
            Of::Companies => Rows::Companies(Vec::new()),
        };
        Found { rows, next: None }
    }
}

/// What is asked of each, besides the search and the order.
#[derive(Clone, Debug)]
pub(super) struct Narrowed {
    pub(super) lens: LensId,
    pub(super) stage: Option<Stage>,
    pub(super) condition: Option<Arc<dyn Asked>>,
    pub(super) list: Option<i64>,
}

impl Wanted {
    /// The list of those of whom all this holds.
    pub(super) fn new(
        narrowed: Narrowed,
        (order, descending): (Order, bool),
        (search, after): (Option<String>, Option<Cursor>),
        limit: usize,
    ) -> Wanted {
        let Narrowed { lens, stage, condition, list } = narrowed;
        match order {
            Order::People(sort) => {
                let stages: Vec<Stage> = stage.into_iter().collect();
                let sieve = Sieve { stages: stages.clone(), condition, list, ..Sieve::of(lens) };
                let list = List { lens, stages, sort, descending, after, search, limit };
                Wanted::People { list, sieve }
            }
            // Companies have no index of each stage's order: a stage is a part of the condition.
            Order::Companies(sort) => Wanted::Companies(CompanyList {
                lens,
                condition,
                list,
                search,
                sort,
                descending,
                after,
                limit,
            }),
        }
    }

    /// Everybody of whom a condition is true, in no order to speak of.
    pub(super) fn all(of: Of, lens: LensId, asked: Arc<dyn Asked>) -> Wanted {
        let narrowed = Narrowed { lens, stage: None, condition: Some(asked), list: None };
        let order = match of {
            Of::People => Order::People(Sort::Created),
            Of::Companies => Order::Companies(CompanySort::Created),
        };
        Wanted::new(narrowed, (order, false), (None, None), 1)
    }

    pub(super) fn order(&self) -> Order {
        match self {
            Wanted::People { list, .. } => Order::People(list.sort.clone()),
            Wanted::Companies(list) => Order::Companies(list.sort.clone()),
        }
    }

    pub(super) fn is_descending(&self) -> bool {
        match self {
            Wanted::People { list, .. } => list.descending,
            Wanted::Companies(list) => list.descending,
        }
    }

    fn condition(&self) -> Option<&Arc<dyn Asked>> {
        match self {
            Wanted::People { sieve, .. } => sieve.condition.as_ref(),
            Wanted::Companies(list) => list.condition.as_ref(),
        }
    }

    /// The condition as text.
    pub(super) fn condition_text(&self) -> Option<String> {
        self.condition().map(|asked| asked.condition().to_string())
    }

    /// The list that they are in.
    pub(super) fn list(&self) -> Option<i64> {
        match self {
            Wanted::People { sieve, .. } => sieve.list,
            Wanted::Companies(list) => list.list,
        }
    }

    /// The stages at one of which they stand, besides what the condition says of it.
    pub(super) fn stages(&self) -> Vec<Stage> {
        match self {
            Wanted::People { list, .. } => list.stages.clone(),
            Wanted::Companies(_) => Vec::new(),
        }
    }

    /// Whether a condition or a list narrows it, so that nothing that is kept says how many there are.
    pub(super) fn is_narrow(&self) -> bool {
        self.condition().is_some() || self.list().is_some()
    }

    /// One row of it is enough.
    pub(super) fn only_one(mut self) -> Wanted {
        match &mut self {
            Wanted::People { list, .. } => list.limit = 1,
            Wanted::Companies(list) => list.limit = 1,
        }
        self
    }

    /// What is searched for; nothing if nothing is.
    fn search(&self) -> Option<&str> {
        let search = match self {
            Wanted::People { list, .. } => list.search.as_deref(),
            Wanted::Companies(list) => list.search.as_deref(),
        };
        search.map(str::trim).filter(|text| !text.is_empty())
    }

    /// Whether a search is shown as far as one page goes, the nearest first.
    pub(super) fn is_nearest_first(&self) -> bool {
        let is_in_order = match self {
            Wanted::People { .. } => false,
            Wanted::Companies(list) => list.sort != CompanySort::Name || list.descending,
        };
        self.search().is_some() && !is_in_order
    }

    /// Whether there are more than were counted: a search finds so many at most.
    pub(super) fn is_more_than(&self, count: u64) -> bool {
        self.is_searched() && usize::try_from(count).is_ok_and(|count| count >= list::FOUND_MAX)
    }

    /// Whether something is searched for.
    pub(super) fn is_searched(&self) -> bool {
        self.search().is_some()
    }

    /// A page; nothing while something is not ready.
    pub(super) fn find(
        &self,
        tx: &mut Tx,
        who: &User,
        now: Moment,
    ) -> Result<Option<Found>, Failure> {
        Ok(match self {
            Wanted::People { list, sieve } => list::list_of(tx, who, list, sieve, now)?
                .map(|view| Found { rows: Rows::People(view.rows), next: view.next }),
            Wanted::Companies(list) => companies::list(tx, who, list, now)?
                .map(|view| Found { rows: Rows::Companies(view.rows), next: view.next }),
        })
    }

    /// How many there are on all pages; nothing while the condition is not ready.
    pub(super) fn count(
        &self,
        tx: &mut Tx,
        who: &User,
        now: Moment,
    ) -> Result<Option<u64>, Failure> {
        match (self, self.search()) {
            (Wanted::People { list, sieve }, Some(text)) => {
                let stages = list.stages.clone();
                let found = list::searched(tx, who, text, &Sieve { stages, ..sieve.clone() }, now)?;
                Ok(found.map(|found| u64::try_from(found.len()).unwrap_or(u64::MAX)))
            }
            (Wanted::People { sieve, .. }, None) => sieve.count(tx, who, now),
            (Wanted::Companies(list), _) => companies::count(tx, who, list, now),
        }
    }

    /// Has made ready what the condition and the order ask for.
    pub(super) fn prepare(&self, tx: &mut Tx, who: &User, now: Moment) -> Result<(), Failure> {
        match self {
            Wanted::People { list, sieve } => {
                let sort = (list.lens, &list.sort);
                list::prepare(tx, who, sieve.condition.as_ref(), sort, now).map(drop)
            }
            Wanted::Companies(list) => companies::prepare(tx, who, list, now).map(drop),
        }
    }
}

/// Reads a condition about people, or about companies, that the user may ask.
pub(super) fn read(
    tx: &mut Tx,
    who: &User,
    (of, lens): (Of, LensId),
    text: &str,
) -> Result<Arc<dyn Asked>, Failure> {
    let asked = condition::read_of(tx, of, lens, text)?;
    asked.check(tx, who)?;
    Ok(asked)
}

/// How many of those whom the user sees stand at each stage.
pub(super) fn tally(
    tx: &mut Tx,
    who: &User,
    of: Of,
    lens: LensId,
) -> Result<Vec<(Stage, u64)>, Failure> {
    match of {
        Of::People => stand::tally_for(tx, who, lens),
        Of::Companies => companies::tally(tx, who, lens),
    }
}

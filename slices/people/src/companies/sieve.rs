//! Which companies a list is made of, of those that the user sees.

use std::collections::HashSet;
use std::sync::Arc;

use moment::Moment;
use platform::db::{Made, Tx};
use platform::failure::Failure;
use team::{Sight, User};

use super::list::{CompanyList, FOUND_MAX};
use crate::condition::Asked;
use crate::list::among::first;
use crate::{CompanyId, LensId, Of, lists, search, sight};

/// The id of no company.
const NONE: CompanyId = 0;

/// Which companies a list lets through; every one, unless something is asked.
#[derive(Clone, Debug)]
pub(super) struct CompanySieve {
    lens: LensId,
    condition: Option<Arc<dyn Asked>>,
    list: Option<i64>,
    /// Those that a search found, the nearest first.
    pub(super) found: Option<Vec<CompanyId>>,
}

impl CompanySieve {
    /// What a list asks, its search made.
    pub(super) fn of(tx: &mut Tx, who: &User, ask: &CompanyList) -> Result<CompanySieve, Failure> {
        let text = ask.search.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let found = match text {
            Some(text) => Some(search::companies_found(tx, who, text, FOUND_MAX)?),
            None => None,
        };
        let condition = ask.condition.clone();
        Ok(CompanySieve { lens: ask.lens, condition, list: ask.list, found })
    }

    /// Whether every company is let through.
    pub(super) fn is_open(&self) -> bool {
        self.condition.is_none() && self.list.is_none() && self.found.is_none()
    }

    /// Those of some companies that are let through, in their order; nothing while the condition is not ready.
    pub(super) fn among(
        &self,
        tx: &mut Tx,
        who: &User,
        companies: &[CompanyId],
        now: Moment,
    ) -> Result<Option<Vec<CompanyId>>, Failure> {
        let mut left = sight::seen_companies(tx, who, companies)?;
        if let Some(found) = &self.found {
            let found: HashSet<&CompanyId> = found.iter().collect();
            left.retain(|id| found.contains(id));
        }
        if let Some(list) = self.list {
            let those = lists::among(tx, Of::Companies, list, &left)?;
            let those: HashSet<CompanyId> = those.into_iter().collect();
            left.retain(|id| those.contains(id));
        }
        if let Some(asked) = &self.condition {
            let Some(those) = asked.among(tx, who, now, &left)? else { return Ok(None) };
            let those: HashSet<CompanyId> = those.into_iter().collect();
            left.retain(|id| those.contains(id));
        }
        Ok(Some(left))
    }

    /// A statement that gives `id`, every company that is let through; nothing while the condition is not ready.
    pub(super) fn set(
        &self,
        tx: &mut Tx,
        who: &User,
        now: Moment,
    ) -> Result<Option<Made>, Failure> {
        let set = match &self.condition {
            Some(asked) => match asked.set(tx, who, now)? {
                Some(set) => set,
                None => return Ok(None),
            },
            None => {
                let mut made = Made::default();
                match &who.sight {
                    Sight::Everybody => {
                        made.text("select a.id as id from company a");
                    }
                    Sight::Limited(limits) => {
                        sight::gather_companies(&mut made, self.lens, limits);
                    }
                }
                made
            }
        };
        let set = match self.list {
            Some(list) => {
                let mut made = Made::default();
                made.text("select d.id as id from (").made(&set);
                made.text(
                    ") d where exists (select 1 from people_list_company m where m.list_id = ",
                );
                made.arg(list).text(" and m.company_id = d.id)");
                made
            }
            None => set,
        };
        let Some(found) = &self.found else { return Ok(Some(set)) };
        let mut made = Made::default();
        made.text("select f.id as id from (").made(&set).text(") f where f.id in (");
        // None has no number, so that a list of none is one that can be written.
        made.arg(NONE);
        for id in found {
            made.text(", ").arg(*id);
        }
        made.text(")");
        Ok(Some(made))
    }

    /// How many are let through; nothing while the condition is not ready.
    pub(super) fn count(
        &self,
        tx: &mut Tx,
        who: &User,
        now: Moment,
    ) -> Result<Option<u64>, Failure> {
        let Some(set) = self.set(tx, who, now)? else { return Ok(None) };
        Ok(Some(first(tx, Made::default().text("select count(*) from (").made(&set).text(") n"))?))
    }
}

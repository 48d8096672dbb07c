//! Whom a list of people, or of companies, lets through, of those whom the user sees.

use std::collections::HashSet;
use std::sync::Arc;

use funnel::Stage;
use moment::Moment;
use platform::db::{Made, Tx};
use platform::failure::Failure;
use team::{Sight, User};

use crate::condition::Asked;
use crate::{LensId, Of, lists, sight, stand};

/// The id of nobody.
const NOBODY: i64 = 0;

/// Whom a list lets through; everybody, or every company, unless something is asked.
#[derive(Clone, Debug)]
pub struct Sieve {
    /// Of people, or of companies.
    pub of: Of,
    /// Under which lens they stand.
    pub lens: LensId,
    /// At these stages; at any if empty. Of companies a stage is a part of the condition.
    pub stages: Vec<Stage>,
    /// Of whom this is true.
    pub condition: Option<Arc<dyn Asked>>,
    /// Who are in this list.
    pub list: Option<i64>,
    /// Who are among these, as [`super::found`] finds them, the nearest first.
    pub found: Option<Vec<i64>>,
}

impl Sieve {
    /// Lets everybody through who stands under a lens.
    pub fn of(lens: LensId) -> Sieve {
        let (of, stages) = (Of::People, Vec::new());
        Sieve { of, lens, stages, condition: None, list: None, found: None }
    }

    /// The stages at one of which everybody stands who is let through; nothing where it may be any.
    pub(super) fn all_stand(&self) -> Option<Vec<Stage>> {
        let asked = self.condition.as_ref().and_then(|asked| asked.condition().stages());
        match (asked, self.stages.as_slice()) {
            (None, []) => None,
            (None, stages) => Some(stages.to_vec()),
            (Some(asked), []) => Some(asked.into_iter().collect()),
            (Some(asked), stages) => {
                Some(asked.into_iter().filter(|stage| stages.contains(stage)).collect())
            }
        }
    }

    /// Whether everybody of some stages is let through.
    pub(super) fn is_wide(&self) -> bool {
        self.condition.is_none() && self.list.is_none() && self.found.is_none()
    }

    /// Whether everybody is let through.
    pub(super) fn is_open(&self) -> bool {
        self.is_wide() && self.stages.is_empty()
    }

    /// Those of some people, or companies, who are let through, in their order; nothing while the condition is not ready.
    ///
    /// # Errors
    /// `Broken` when the database fails.
    pub fn among(
        &self,
        tx: &mut Tx,
        who: &User,
        those: &[i64],
        now: Moment,
    ) -> Result<Option<Vec<i64>>, Failure> {
        let keep = |left: &mut Vec<i64>, those: Vec<i64>| {
            let those: HashSet<i64> = those.into_iter().collect();
            left.retain(|id| those.contains(id));
        };
        let mut left = match (&self.condition, self.of) {
            // A condition is true for somebody of those alone whom they see.
            (Some(_), _) => those.to_vec(),
            (None, Of::People) => sight::seen(tx, who, those)?,
            (None, Of::Companies) => sight::seen_companies(tx, who, those)?,
        };
        if let Some(found) = &self.found {
            keep(&mut left, found.clone());
        }
        if !self.stages.is_empty() {
            let standings = stand::stages(tx, self.lens, &left)?;
            left.retain(|id| standings.get(id).is_some_and(|stage| self.stages.contains(stage)));
        }
        if let Some(list) = self.list {
            let those = lists::among(tx, self.of, list, &left)?;
            keep(&mut left, those);
        }
        if let Some(asked) = &self.condition {
            let Some(those) = asked.among(tx, who, now, &left)? else { return Ok(None) };
            keep(&mut left, those);
        }
        Ok(Some(left))
    }

    /// A statement that gives `id`, everybody who is let through; nothing while the condition is not ready.
    ///
    /// # Errors
    /// `Broken` when the database fails.
    pub fn set(&self, tx: &mut Tx, who: &User, now: Moment) -> Result<Option<Made>, Failure> {
        let (row, rows, id) = match self.of {
            Of::People => ("person", "people_list_person", "person_id"),
            Of::Companies => ("company", "people_list_company", "company_id"),
        };
        let mut set = match (&self.condition, &who.sight) {
            (Some(asked), _) => match asked.set(tx, who, now)? {
                Some(set) => Some(set),
                None => return Ok(None),
            },
            (None, Sight::Everybody) => None,
            (None, Sight::Limited(limits)) => {
                let mut made = Made::default();
                match self.of {
                    Of::People => sight::gather(&mut made, limits),
                    Of::Companies => sight::gather_companies(&mut made, self.lens, limits),
                }
                Some(made)
            }
        };
        if let Some(list) = self.list {
            let mut made = Made::default();
            match &set {
                None => {
                    made.text("select m.").text(id).text(" as id from ").text(rows);
                    made.text(" m where m.list_id = ").arg(list);
                }
                Some(set) => {
                    made.text("select d.id as id from (").made(set);
                    made.text(") d where exists (select 1 from ").text(rows);
                    made.text(" m where m.list_id = ").arg(list);
                    made.text(" and m.").text(id).text(" = d.id)");
                }
            }
            set = Some(made);
        }
        if let Some(found) = &self.found {
            let mut made = Made::default();
            match &set {
                None => made.text("select f.id as id from ").text(row).text(" f where f.id in ("),
                Some(set) => {
                    made.text("select f.id as id from (").made(set).text(") f where f.id in (")
                }
            };
            // Nobody has no number, so that a list of nobody is one that can be written.
            made.arg(NOBODY);
            for id in found {
                made.text(", ").arg(*id);
            }
            made.text(")");
            set = Some(made);
        }
        Ok(Some(match (set, self.of) {
            (Some(set), _) if self.stages.is_empty() => set,
            (None, Of::Companies) => {
                let mut made = Made::default();
                made.text("select a.id as id from company a");
                made
            }
            (set, _) => self.standing(set.as_ref()),
        }))
    }

    /// Those of a set who stand at the stages, or everybody who does.
    fn standing(&self, set: Option<&Made>) -> Made {
        let mut made = Made::default();
        match set {
            Some(set) => {
                made.text("select c.id as id from (").made(set);
                made.text(") c cross join standing s where s.person_id = c.id and s.lens_id = ");
            }
            None => {
                made.text("select s.person_id as id from standing s where s.lens_id = ");
            }
        }
        made.arg(self.lens);
        for (place, stage) in self.stages.iter().enumerate() {
            made.text(if place == 0 { " and s.stage in (" } else { ", " }).arg(stage.code());
        }
        made.text(if self.stages.is_empty() { "" } else { ")" });
        made
    }

    /// How many are let through; nothing while the condition is not ready.
    ///
    /// # Errors
    /// `Broken` when the database fails.
    pub fn count(&self, tx: &mut Tx, who: &User, now: Moment) -> Result<Option<u64>, Failure> {
        if self.is_wide() && self.of == Of::People {
            let tally = stand::tally_for(tx, who, self.lens)?;
            let here = tally
                .iter()
                .filter(|(stage, _)| self.stages.is_empty() || self.stages.contains(stage));
            return Ok(Some(here.map(|(_, n)| n).sum()));
        }
        if let (Some(asked), [], None, None) =
            (&self.condition, self.stages.as_slice(), self.list, &self.found)
        {
            return asked.count(tx, who, now);
        }
        let Some(set) = self.set(tx, who, now)? else { return Ok(None) };
        Ok(Some(first(tx, Made::default().text("select count(*) from (").made(&set).text(") n"))?))
    }
}

/// The number in the first row of a statement.
pub(crate) fn first(tx: &mut Tx, made: &Made) -> Result<u64, Failure> {
    let mut number = 0;
    tx.each_made(made, |row| {
        number = row.int(0).unsigned_abs();
        Ok(())
    })?;
    Ok(number)
}

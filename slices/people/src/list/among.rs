//! Which people a list is made of, of those whom the user sees, and how their places in an order are found.

use std::collections::HashSet;

use super::order::{self, gather, walk};
use super::walk::{Reach, Stretched, Walks, stretches};
use super::{Arc, Arg, Asked, Cursor, Failure, LensId, List, Moment, PersonId, Stage, Tx};
use platform::db::Made;
use team::{Sight, User};

/// People who are gathered and put in order rather than met on a walk, unless the walk finds nobody.
const GATHER_MAX: i64 = 20_000;
/// The id of nobody.
const NOBODY: PersonId = 0;

/// Whom a list lets through; everybody, unless something is asked.
#[derive(Clone, Debug)]
pub struct Sieve {
    /// Under which lens they stand.
    pub lens: LensId,
    /// At these stages; at any if empty.
    pub stages: Vec<Stage>,
    /// Of whom this is true.
    pub condition: Option<Arc<dyn Asked>>,
    /// Who are in this list.
    pub list: Option<i64>,
    /// Who are among these, as [`super::found`] finds them.
    pub found: Option<Vec<PersonId>>,
}

impl Sieve {
    /// Lets everybody through who stands under a lens.
    pub fn of(lens: LensId) -> Sieve {
        Sieve { lens, stages: Vec::new(), condition: None, list: None, found: None }
    }

    /// The stages at one of which everybody stands who is let through; nothing where it may be any.
    fn all_stand(&self) -> Option<Vec<Stage>> {
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
    fn is_wide(&self) -> bool {
        self.condition.is_none() && self.list.is_none() && self.found.is_none()
    }

    /// Whether everybody is let through.
    pub(super) fn is_open(&self) -> bool {
        self.is_wide() && self.stages.is_empty()
    }

    /// Those of some people who are let through, in their order; nothing while the condition is not ready.
    ///
    /// # Errors
    /// `Broken` when the database fails.
    pub fn among(
        &self,
        tx: &mut Tx,
        who: &User,
        people: &[PersonId],
        now: Moment,
    ) -> Result<Option<Vec<PersonId>>, Failure> {
        let mut left = crate::sight::seen(tx, who, people)?;
        if let Some(found) = &self.found {
            left.retain(|id| found.contains(id));
        }
        if !self.stages.is_empty() {
            let standings = crate::stand::stages(tx, self.lens, &left)?;
            left.retain(|id| standings.get(id).is_some_and(|stage| self.stages.contains(stage)));
        }
        if let Some(list) = self.list {
            let those: HashSet<PersonId> =
                crate::lists::among(tx, crate::Of::People, list, &left)?.into_iter().collect();
            left.retain(|id| those.contains(id));
        }
        if let Some(asked) = &self.condition {
            let Some(those) = asked.among(tx, who, now, &left)? else { return Ok(None) };
            let those: HashSet<PersonId> = those.into_iter().collect();
            left.retain(|id| those.contains(id));
        }
        Ok(Some(left))
    }

    /// A statement that gives `id`, everybody who is let through; nothing while the condition is not ready.
    ///
    /// # Errors
    /// `Broken` when the database fails.
    pub fn set(&self, tx: &mut Tx, who: &User, now: Moment) -> Result<Option<Made>, Failure> {
        let mut set = match &self.condition {
            Some(asked) => match asked.set(tx, who, now)? {
                Some(set) => Some(set),
                None => return Ok(None),
            },
            None => match &who.sight {
                Sight::Everybody => None,
                Sight::Limited(limits) => {
                    let mut made = Made::default();
                    crate::sight::gather(&mut made, limits);
                    Some(made)
                }
            },
        };
        if let Some(list) = self.list {
            let mut made = Made::default();
            match &set {
                None => {
                    made.text(
                        "select m.person_id as id from people_list_person m where m.list_id = ",
                    );
                    made.arg(list);
                }
                Some(set) => {
                    made.text("select d.id as id from (").made(set);
                    made.text(
                        ") d where exists (select 1 from people_list_person m where m.list_id = ",
                    );
                    made.arg(list).text(" and m.person_id = d.id)");
                }
            }
            set = Some(made);
        }
        if let Some(found) = &self.found {
            let mut made = Made::default();
            match &set {
                None => made.text("select f.id as id from person f where f.id in ("),
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
        let mut made = Made::default();
        match set {
            Some(set) if self.stages.is_empty() => return Ok(Some(set)),
            Some(set) => {
                made.text("select c.id as id from (").made(&set);
                made.text(") c cross join standing s where s.person_id = c.id and s.lens_id = ");
            }
            None => {
                made.text("select s.person_id as id from standing s where s.lens_id = ");
            }
        }
        made.arg(self.lens);
        self.add_stages(&mut made);
        Ok(Some(made))
    }

    fn add_stages(&self, made: &mut Made) {
        for (place, stage) in self.stages.iter().enumerate() {
            made.text(if place == 0 { " and s.stage in (" } else { ", " }).arg(stage.code());
        }
        if !self.stages.is_empty() {
            made.text(")");
        }
    }

    /// How many are let through; nothing while the condition is not ready.
    ///
    /// # Errors
    /// `Broken` when the database fails.
    pub fn count(&self, tx: &mut Tx, who: &User, now: Moment) -> Result<Option<u64>, Failure> {
        if self.is_wide() {
            let tally = crate::stand::tally_for(tx, who, self.lens)?;
            let here = tally
                .iter()
                .filter(|(stage, _)| self.stages.is_empty() || self.stages.contains(stage));
            return Ok(Some(here.map(|(_, n)| n).sum()));
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

/// The next places of whoever the sieve lets through, `wanted` at most; nothing while something is not ready.
pub(super) fn places(
    tx: &mut Tx,
    who: &User,
    ask: &List,
    sieve: &Sieve,
    wanted: usize,
    now: Moment,
) -> Result<Option<Vec<Cursor>>, Failure> {
    let after = ask.after.as_ref();
    let stages = sieve.all_stand();
    // What the order itself leaves out need not be asked of each.
    let kept = order::keeps_stages(&ask.sort);
    let still = if kept { Sieve { stages: Vec::new(), ..sieve.clone() } } else { sieve.clone() };
    // Of somebody's few an index would pass many of others before it came to one; of many it comes to the next soon.
    let is_limited = matches!(who.sight, Sight::Limited(_));
    let is_gathered = sieve.found.is_some()
        || is_limited && sieve.condition.is_none() && is_few(tx, who, sieve, now)?;
    if is_gathered {
        let Some(set) = sieve.set(tx, who, now)? else { return Ok(None) };
        return gather(tx, ask, &set, wanted, now);
    }
    if still.is_open() && !is_limited {
        return walk(tx, ask, stages.as_deref(), after, wanted, now);
    }
    let walks = PeopleWalk { who, ask, still: &still, sieve, stages: stages.as_deref(), now };
    match stretches(tx, &walks, after, wanted)? {
        None => Ok(None),
        Some(Stretched::Full(found)) => Ok(Some(found)),
        Some(Stretched::Few) => {
            let Some(set) = sieve.set(tx, who, now)? else { return Ok(None) };
            gather(tx, ask, &set, wanted, now)
        }
    }
}

/// The list of people, walked.
struct PeopleWalk<'a> {
    who: &'a User,
    ask: &'a List,
    /// What is asked of each place.
    still: &'a Sieve,
    /// What is asked in all.
    sieve: &'a Sieve,
    stages: Option<&'a [Stage]>,
    now: Moment,
}

impl Walks for PeopleWalk<'_> {
    fn walk(
        &self,
        tx: &mut Tx,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Option<Vec<Cursor>>, Failure> {
        walk(tx, self.ask, self.stages, after, limit, self.now)
    }

    fn keep(&self, tx: &mut Tx, ids: &[PersonId]) -> Result<Option<Vec<PersonId>>, Failure> {
        self.still.among(tx, self.who, ids, self.now)
    }

    fn reach(&self) -> Reach {
        let by = self.ask.sort.term();
        Reach::of(self.ask.turn(), self.sieve.condition.as_deref(), by.as_ref(), self.now)
    }

    fn is_few(&self, tx: &mut Tx) -> Result<bool, Failure> {
        is_few(tx, self.who, self.sieve, self.now)
    }
}

/// Whether so few are let through that they are better gathered.
fn is_few(tx: &mut Tx, who: &User, sieve: &Sieve, now: Moment) -> Result<bool, Failure> {
    let Some(set) = sieve.set(tx, who, now)? else { return Ok(true) };
    are_few(tx, &set)
}

/// Whether a set has so few that they are better gathered.
pub(crate) fn are_few(tx: &mut Tx, set: &Made) -> Result<bool, Failure> {
    let mut made = Made::default();
    made.text("select count(*) from (select f.id from (").made(set);
    made.text(") f limit ").arg(Arg::from(GATHER_MAX + 1)).text(") n");
    Ok(first(tx, &made)? <= GATHER_MAX.unsigned_abs())
}

//! Territories: who is in them, judged from the facts in everybody's history, and kept as histories grow.
//!
//! **Promise:** a territory that is made anew is nobody's until each person has been looked at, so that nobody is seen by
//! a condition that holds no more. **Never:** asks for anything but facts: what somebody did, or where they stand, moves
//! by itself, and who may see whom must not.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use funnel::condition::{Condition, Term};
use funnel::history::History;
use funnel::{Folder, Truth};
use moment::Moment;
use people::{PersonId, sight};
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::jobs::{self, Again, Job, Run};
use serde_json::{Value, json};
use team::User;
use team::roster::{self, TERRITORY, Territory, TerritoryAsk, TerritoryRow};

use crate::company::Companies;
use crate::everybody::in_steps;
use crate::lens::Definitions;
use crate::project;

/// The job that makes territories.
pub const BUILD: &str = "funnels.territories";

/// People done in one transaction: others get in between.
const CHUNK_PEOPLE: i64 = 1_000;

/// A territory that was saved, and the job that makes it, if it has to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Saved {
    /// The territory.
    pub territory: i64,
    /// The job.
    pub job: Option<i64>,
}

/// Makes a territory, or changes one; who is in it is found by a job.
///
/// # Errors
/// As [`roster::save_territory`]; `Invalid` for a condition that is none, or that asks for more than facts.
pub fn save(tx: &mut Tx, who: &User, ask: TerritoryAsk, now: Moment) -> Result<Saved, Failure> {
    who.may_arrange()?;
    let condition = read(&ask.condition)?.to_string();
    let territory = roster::save_territory(tx, who, &TerritoryAsk { condition, ..ask }, now)?;
    let all = roster::held_territories(tx)?;
    let is_made = all.iter().any(|one| one.id == territory && one.built_to.is_none());
    if is_made {
        return Ok(Saved { territory, job: None });
    }
    sight::clear_territory(tx, territory)?;
    let job = jobs::enqueue(tx, BUILD, Some("territories"), &json!({}), now)?;
    Ok(Saved { territory, job: Some(job) })
}

/// Takes a territory away.
///
/// # Errors
/// As [`roster::remove_territory`].
pub fn remove(tx: &mut Tx, who: &User, territory: &str, now: Moment) -> Result<(), Failure> {
    let id = roster::remove_territory(tx, who, territory, now)?;
    sight::clear_territory(tx, id)
}

/// Every territory by name, and how many people are in each.
///
/// # Errors
/// `Forbidden` without the right to manage the team.
pub fn territories(tx: &mut Tx, who: &User) -> Result<Vec<(TerritoryRow, u64)>, Failure> {
    let rows = roster::territories(tx, who)?;
    rows.into_iter()
        .map(|row| Ok((sight::count_in_territory(tx, row.territory.id)?, row)))
        .map(|found| found.map(|(people, row)| (row, people)))
        .collect()
}

/// The territory that a name, in any capitals, or a public id names.
///
/// # Errors
/// `Forbidden` without the right to manage the team; `Missing`.
pub fn named(tx: &mut Tx, who: &User, name: &str) -> Result<TerritoryRow, Failure> {
    let id = tx.public_ids().decode(TERRITORY, name.trim());
    let wanted = name.trim().to_lowercase();
    let rows = roster::territories(tx, who)?;
    let is_meant =
        |row: &TerritoryRow| Some(row.territory.id) == id || row.name.to_lowercase() == wanted;
    rows.into_iter().find(is_meant).ok_or_else(|| Failure::missing("territory", name.trim()))
}

/// A condition over facts.
fn read(text: &str) -> Result<Condition, Failure> {
    let invalid = |words: String| Failure::invalid("condition", words);
    let condition = Condition::parse(text).map_err(|fault| invalid(fault.to_string()))?;
    if asks_more(&condition) {
        let words = "a territory asks for facts alone, like person.country == \"DE\" or company.employees > 50";
        return Err(invalid(words.to_owned()));
    }
    Ok(condition)
}

fn asks_more(condition: &Condition) -> bool {
    let inner = match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().any(asks_more),
        Condition::Not(part) => asks_more(part),
        Condition::Did { .. } | Condition::TwoWay { .. } => true,
        _ => false,
    };
    let mut more = inner;
    condition.terms(&mut |term| more |= !matches!(term, Term::Fact(_) | Term::Literal(_)));
    more
}

/// What judges people by the conditions of all territories, made ready once: to read them takes longer than to judge one
/// person.
#[derive(Default)]
pub(crate) struct KeptFolder(Mutex<Option<(Vec<String>, Folder)>>);

impl KeptFolder {
    /// Takes it away, if it is of these conditions.
    fn take(&self, conditions: &[String]) -> Option<Folder> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.take_if(|(of, _)| of == conditions).map(|(_, folder)| folder)
    }

    fn put(&self, conditions: Vec<String>, folder: Folder) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((conditions, folder));
    }
}

fn conditions_of(territories: &[Territory]) -> Vec<String> {
    territories.iter().map(|one| one.condition.clone()).collect()
}

/// Judges people by the conditions of territories.
pub(crate) struct Keeper {
    territories: Vec<Territory>,
    folder: Option<Folder>,
    /// Whether it is of all territories, and its folder is kept for the next.
    is_whole: bool,
}

impl Keeper {
    /// Of every territory; of none in most workspaces, and then nothing is done.
    pub(crate) fn load(tx: &mut Tx) -> Result<Keeper, Failure> {
        let territories = roster::held_territories(tx)?;
        if territories.is_empty() {
            return Ok(Keeper::of(territories));
        }
        let kept = tx.part::<Definitions>().territories.take(&conditions_of(&territories));
        Ok(match kept {
            Some(folder) => Keeper { territories, folder: Some(folder), is_whole: true },
            None => Keeper { is_whole: true, ..Keeper::of(territories) },
        })
    }

    fn of(territories: Vec<Territory>) -> Keeper {
        // What can't be read any more holds of nobody.
        let read = |one: &Territory| {
            Condition::parse(&one.condition).unwrap_or(Condition::Constant(false))
        };
        let conditions: Vec<Condition> = territories.iter().map(read).collect();
        let folder = (!territories.is_empty()).then(|| Folder::asking(&[], &conditions));
        Keeper { territories, folder, is_whole: false }
    }

    /// Puts these people where their facts have them now, and nowhere else; each with whether nobody knew them before.
    pub(crate) fn keep<'h>(
        self,
        tx: &mut Tx,
        people: impl Iterator<Item = (PersonId, bool, &'h History)>,
        now: Moment,
    ) -> Result<(), Failure> {
        let Some(mut folder) = self.folder else { return Ok(()) };
        let mut known = Vec::new();
        let mut are_in: HashSet<(i64, PersonId)> = HashSet::new();
        for (person, is_new, history) in people {
            if !is_new {
                known.push(person);
            }
            let judged = folder.explain(history, now);
            let holding = self.territories.iter().zip(&judged);
            let holding = holding.filter(|(_, part)| part.truth == Truth::True);
            are_in.extend(holding.map(|(territory, _)| (territory.id, person)));
        }
        if self.is_whole {
            let conditions = conditions_of(&self.territories);
            tx.part::<Definitions>().territories.put(conditions, folder);
        }
        let mut were_in = sight::territories_of(tx, &known)?;
        were_in.retain(|(territory, _)| self.territories.iter().any(|one| one.id == *territory));
        let mut enter: Vec<_> = are_in.difference(&were_in).copied().collect();
        let mut leave: Vec<_> = were_in.difference(&are_in).copied().collect();
        enter.sort_unstable();
        leave.sort_unstable();
        sight::enter_and_leave(tx, enter, leave)
    }
}

/// Makes the territories that are not whole. May run twice, and goes on where it was.
pub struct Build;

impl Job for Build {
    fn name(&self) -> &'static str {
        BUILD
    }

    fn run(&self, app: &App, run: &mut Run) -> Result<Value, Again> {
        in_steps(app, run, step)
    }
}

/// The next people of the territories that have come the least far; how many, and nothing once all are whole.
fn step(tx: &mut Tx, now: Moment) -> Result<Option<u64>, Failure> {
    let all = roster::held_territories(tx)?;
    let Some(after) = all.iter().filter_map(|one| one.built_to).min() else { return Ok(None) };
    let mine: Vec<Territory> = all.into_iter().filter(|one| one.built_to == Some(after)).collect();
    let people = people::ids_after(tx, after, CHUNK_PEOPLE)?;
    let last = people.last().copied();
    if last.is_some() {
        tx.lock("subject", &people)?;
        let mut companies = Companies::default();
        let mut histories = Vec::with_capacity(people.len());
        for subject in project::subjects_of(tx, &people)? {
            histories.push((subject.person, project::whole(tx, subject.own, &mut companies)?));
        }
        let judged = histories.iter().map(|(person, history)| (*person, false, history));
        Keeper::of(mine.clone()).keep(tx, judged, now)?;
    }
    for territory in &mine {
        roster::built(tx, territory, last)?;
    }
    Ok(Some(u64::try_from(people.len()).unwrap_or(0)))
}

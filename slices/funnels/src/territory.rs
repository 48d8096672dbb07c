//! Territories: who is in them, judged from the facts in everybody's history, and kept as histories grow.
//!
//! **Promise:** a territory that is made anew is nobody's until each person has been looked at, so that nobody is seen by
//! a condition that holds no more. **Never:** asks for anything but facts: what somebody did, or where they stand, moves
//! by itself, and who may see whom must not. A fact that expires, or begins to hold, moves whoever it is of at that moment.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Mutex, PoisonError};

use funnel::condition::{Condition, Term};
use funnel::history::History;
use funnel::{Folder, Truth, held};
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
        Condition::Not(part) | Condition::Decided(part) => asks_more(part),
        Condition::Did { .. } | Condition::TwoWay { .. } => true,
        _ => false,
    };
    let mut more = inner;
    condition.terms(&mut |term| more |= !matches!(term, Term::Fact(_) | Term::Literal(_)));
    more
}

/// What judges people by the conditions of territories.
struct Judge {
    folder: Folder,
    /// Of what the conditions are made, those of territories among them that are not judged.
    keys: BTreeSet<String>,
}

impl Judge {
    /// Of some of all territories.
    fn of(territories: &[Territory], all: &[Territory]) -> Judge {
        // What can't be read any more holds of nobody.
        let read = |one: &Territory| {
            Condition::parse(&one.condition).unwrap_or(Condition::Constant(false))
        };
        let mut keys = BTreeSet::new();
        for one in all {
            read(one).terms(&mut |term| {
                if let Term::Fact(key) = term {
                    keys.insert(key.clone());
                }
            });
        }
        let conditions: Vec<Condition> = territories.iter().map(read).collect();
        Judge { folder: Folder::asking(&[], &conditions), keys }
    }

    /// In which of the territories somebody is now.
    fn holding(&mut self, territories: &[Territory], history: &History, now: Moment) -> Vec<i64> {
        let judged = self.folder.explain(history, now);
        let holding = territories.iter().zip(&judged);
        let holding = holding.filter(|(_, part)| part.truth == Truth::True);
        holding.map(|(territory, _)| territory.id).collect()
    }

    /// When something else holds of somebody that a territory asks for, if nothing new is recorded.
    fn changes_at(&self, history: &History, now: Moment) -> Option<Moment> {
        let held = held::facts(&history.entries, now).into_iter();
        let asked = held.filter(|one| self.keys.contains(&*one.fact.key));
        asked.flat_map(|one| [one.from, one.until]).flatten().min()
    }
}

/// What judges people by the conditions of all territories, made ready once: to read them takes longer than to judge one
/// person.
#[derive(Default)]
pub(crate) struct KeptJudge(Mutex<Option<(Vec<String>, Judge)>>);

impl KeptJudge {
    /// Takes it away, if it is of these conditions.
    fn take(&self, conditions: &[String]) -> Option<Judge> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.take_if(|(of, _)| of == conditions).map(|(_, judge)| judge)
    }

    fn put(&self, conditions: Vec<String>, judge: Judge) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((conditions, judge));
    }
}

fn conditions_of(territories: &[Territory]) -> Vec<String> {
    territories.iter().map(|one| one.condition.clone()).collect()
}

/// Keeps who is in territories.
pub(crate) struct Keeper {
    territories: Vec<Territory>,
    judge: Option<Judge>,
    /// Whether it is of all territories, and what judges is kept for the next.
    is_whole: bool,
}

impl Keeper {
    /// Of every territory; of none in most workspaces, and then nothing is done.
    pub(crate) fn load(tx: &mut Tx) -> Result<Keeper, Failure> {
        let territories = roster::held_territories(tx)?;
        if territories.is_empty() {
            return Ok(Keeper { territories, judge: None, is_whole: true });
        }
        let kept = tx.part::<Definitions>().territories.take(&conditions_of(&territories));
        let judge = kept.unwrap_or_else(|| Judge::of(&territories, &territories));
        Ok(Keeper { territories, judge: Some(judge), is_whole: true })
    }

    /// Of those that are whole: the others are nobody's until they are.
    pub(crate) fn of_whole(tx: &mut Tx) -> Result<Keeper, Failure> {
        let mut all = roster::held_territories(tx)?;
        all.retain(|one| one.built_to.is_none());
        Ok(Keeper::of(all.clone(), &all))
    }

    /// Of some of all territories.
    fn of(territories: Vec<Territory>, all: &[Territory]) -> Keeper {
        let judge = (!territories.is_empty()).then(|| Judge::of(&territories, all));
        Keeper { territories, judge, is_whole: false }
    }

    /// Puts these people where their facts have them now, and nowhere else, and remembers when that could change; each
    /// with whether nobody knew them before.
    pub(crate) fn keep<'h>(
        self,
        tx: &mut Tx,
        people: impl Iterator<Item = (PersonId, bool, &'h History)>,
        now: Moment,
    ) -> Result<(), Failure> {
        let Keeper { territories, judge, is_whole } = self;
        let Some(mut judge) = judge else { return Ok(()) };
        let (mut known, mut wakes) = (Vec::new(), BTreeMap::new());
        let mut are_in: HashSet<(i64, PersonId)> = HashSet::new();
        for (person, is_new, history) in people {
            if !is_new {
                known.push(person);
            }
            let holding = judge.holding(&territories, history, now);
            are_in.extend(holding.into_iter().map(|territory| (territory, person)));
            if let Some(at) = judge.changes_at(history, now) {
                wakes.insert(person, at);
            }
        }
        if is_whole {
            tx.part::<Definitions>().territories.put(conditions_of(&territories), judge);
        }
        let were_in = stored(tx, &territories, &known)?;
        let mut enter: Vec<_> = are_in.difference(&were_in).copied().collect();
        let mut leave: Vec<_> = were_in.difference(&are_in).copied().collect();
        enter.sort_unstable();
        leave.sort_unstable();
        sight::wake_at(tx, &known, &wakes)?;
        sight::enter_and_leave(tx, enter, leave)
    }

    /// The same, with their histories read from the journal.
    pub(crate) fn keep_whole(
        self,
        tx: &mut Tx,
        people: &[PersonId],
        now: Moment,
    ) -> Result<(), Failure> {
        if self.judge.is_none() {
            return Ok(());
        }
        let mut companies = Companies::default();
        let mut histories = Vec::with_capacity(people.len());
        for subject in project::subjects_of(tx, people)? {
            histories.push((subject.person, project::whole(tx, subject.own, &mut companies)?));
        }
        self.keep(tx, histories.iter().map(|(person, history)| (*person, false, history)), now)
    }

    /// Those of these people who are kept in other territories than they are in; for whoever checks.
    pub(crate) fn differs<'h>(
        &mut self,
        tx: &mut Tx,
        people: impl Iterator<Item = (PersonId, &'h History)>,
        now: Moment,
    ) -> Result<BTreeSet<PersonId>, Failure> {
        let Some(judge) = &mut self.judge else { return Ok(BTreeSet::new()) };
        let mut ids = Vec::new();
        let mut are_in: HashSet<(i64, PersonId)> = HashSet::new();
        for (person, history) in people {
            ids.push(person);
            let holding = judge.holding(&self.territories, history, now);
            are_in.extend(holding.into_iter().map(|territory| (territory, person)));
        }
        let were_in = stored(tx, &self.territories, &ids)?;
        Ok(are_in.symmetric_difference(&were_in).map(|(_, person)| *person).collect())
    }
}

/// In which of these territories these people are, as it is kept.
fn stored(
    tx: &mut Tx,
    territories: &[Territory],
    people: &[PersonId],
) -> Result<HashSet<(i64, PersonId)>, Failure> {
    let mut stored = sight::territories_of(tx, people)?;
    stored.retain(|(territory, _)| territories.iter().any(|one| one.id == *territory));
    Ok(stored)
}

/// Puts people where their facts have them whose time has come: something expired, or began to hold.
///
/// # Errors
/// `Broken` when the database fails.
pub(crate) fn wake_due(app: &App, now: Moment) -> Result<(), Failure> {
    let mut before = Vec::new();
    loop {
        let ids = app.db.write_blocking(move |tx| {
            let ids = sight::due(tx, now, CHUNK_PEOPLE)?;
            if ids.is_empty() {
                return Ok(ids);
            }
            let all = roster::held_territories(tx)?;
            if all.is_empty() {
                sight::wake_nobody(tx)?;
                return Ok(Vec::new());
            }
            tx.lock("subject", &ids)?;
            Keeper::of(all.clone(), &all).keep_whole(tx, &ids, now)?;
            Ok(ids)
        })?;
        if ids.is_empty() {
            return Ok(());
        }
        if ids == before {
            let words = "people whose time has come could not be put into their territories";
            return Err(Failure::broken(words));
        }
        before = ids;
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
    let is_mine = |one: &&Territory| one.built_to == Some(after);
    let mine: Vec<Territory> = all.iter().filter(is_mine).cloned().collect();
    let people = people::ids_after(tx, after, CHUNK_PEOPLE)?;
    let last = people.last().copied();
    if last.is_some() {
        tx.lock("subject", &people)?;
        Keeper::of(mine.clone(), &all).keep_whole(tx, &people, now)?;
    }
    for territory in &mine {
        roster::built(tx, territory, last)?;
    }
    Ok(Some(u64::try_from(people.len()).unwrap_or(0)))
}

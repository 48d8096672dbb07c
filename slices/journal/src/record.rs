//! `record`: the only door through which activities and facts are written.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use funnel::history::{Entry, Fact, Observation, Value, What};
use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;

use crate::{Projections, SubjectId, sources, store, tidy};

/// Something to be recorded.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// Of whom.
    pub subject: SubjectId,
    /// What, when, and since when it is known.
    pub entry: Entry,
    /// Whether its source said when; else it is dated by when it came.
    pub is_dated: bool,
    /// Through which mouth it came: `import`, `form`, `api` … An observation names its own source.
    pub source: Option<Box<str>>,
    /// The user who did it, if one did.
    pub actor: Option<i64>,
}

/// What to do with a fact that says what is held already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeats {
    /// Record it: it was seen again, and is younger now.
    Keep,
    /// Leave it out, and what its source had said already, so that the same file twice changes nothing.
    Drop,
}

/// What is recorded together, or not at all.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Now; the projections stand as of this moment.
    pub now: Moment,
    /// Entries in any order.
    pub entries: Vec<NewEntry>,
    /// Subjects that did not exist before this transaction: nothing is recorded of them yet.
    pub new_subjects: BTreeSet<SubjectId>,
    /// What to do with facts that are held already.
    pub repeats: Repeats,
}

/// A subject whose history grew.
#[derive(Clone, Debug)]
pub struct Changed {
    /// Who.
    pub subject: SubjectId,
    /// Whether nothing had been recorded of it before.
    pub is_new: bool,
    /// The whole history, what is new included, in order.
    pub history: Vec<Entry>,
    /// Places in the history of what is new, in order.
    pub fresh: Vec<usize>,
}

/// What a batch came to.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Now, as the batch said.
    pub now: Moment,
    /// Subjects with something new, in order of their ids.
    pub changed: Vec<Changed>,
    /// For each entry of the batch, in its order, whether anything of it was new.
    pub inserted: Vec<bool>,
    /// Subjects of which nothing was new, with their whole histories: they were read to find that, and need not be again.
    pub known: Vec<(SubjectId, Vec<Entry>)>,
    /// The user who did all of it, if it was one.
    pub actor: Option<i64>,
}

/// Writes entries that are not there yet and brings every projection up to date, in this transaction.
///
/// # Errors
/// `Broken` when the database fails; whatever a projection refuses.
pub fn record(tx: &mut Tx, batch: Batch) -> Result<Recorded, Failure> {
    let says = |new: &NewEntry| matches!(new.entry.what, What::Facts(_));
    let order = if batch.entries.iter().any(says) { sources::sources(tx)? } else { Vec::new() };
    record_ruled(tx, batch, &order)
}

/// As [`record`], of facts that are given back as they were said before: no source goes before another.
///
/// # Errors
/// As [`record`].
pub fn restore(tx: &mut Tx, batch: Batch) -> Result<Recorded, Failure> {
    record_ruled(tx, batch, &[])
}

fn record_ruled(tx: &mut Tx, batch: Batch, order: &[String]) -> Result<Recorded, Failure> {
    let Batch { now, mut entries, new_subjects, repeats } = batch;
    for new in &mut entries {
        tidy::without_nul(&mut new.entry);
        tidy::said_once(&mut new.entry);
    }
    let mut histories = known(tx, &entries, &new_subjects)?;
    let mut inserted = vec![false; entries.len()];

    // In the order in which things happened, so that a fact repeated within the batch is seen as such; what
    // happened at one moment stays in the batch's order.
    let mut places: Vec<usize> = (0..entries.len()).collect();
    places.sort_by_key(|&at| entries.get(at).map(|new| (new.subject, new.entry.occurred_at)));
    let mut changed = BTreeSet::new();
    let mut fresh = Vec::with_capacity(order.len());
    for at in places {
        let Some(new) = entries.get_mut(at) else { continue };
        let history = histories.entry(new.subject).or_default();
        if repeats == Repeats::Drop && !keep_news(history, new) {
            continue;
        }
        if !order.is_empty() {
            outrank(history, new, order);
        }
        if repeats == Repeats::Drop && matches!(new.entry.what, What::Facts(_)) {
            new.entry.id = history.last_word(&new.entry);
        }
        if !history.insert(&new.entry) {
            continue;
        }
        changed.insert(new.subject);
        if let Some(flag) = inserted.get_mut(at) {
            *flag = true;
        }
        fresh.push(at);
    }
    let rows: Vec<&NewEntry> = fresh.iter().filter_map(|&at| entries.get(at)).collect();
    store::insert(tx, &rows)?;

    let changed = changed
        .into_iter()
        .map(|subject| {
            let known = histories.remove(&subject).unwrap_or_default();
            let (fresh, history) = (known.fresh_places(), known.entries);
            Changed { subject, is_new: new_subjects.contains(&subject), history, fresh }
        })
        .collect();
    let known = histories.into_iter().filter(|(_, known)| !known.entries.is_empty());
    let known = known.map(|(subject, known)| (subject, known.entries)).collect();
    let first = entries.first().and_then(|new| new.actor);
    let actor = first.filter(|_| entries.iter().all(|new| new.actor == first));
    let recorded = Recorded { now, changed, inserted, known, actor };
    project(tx, &recorded)?;
    Ok(recorded)
}

/// Brings every projection up to date, in the order in which the server wired them.
pub(crate) fn project(tx: &mut Tx, recorded: &Recorded) -> Result<(), Failure> {
    if recorded.changed.is_empty() {
        return Ok(());
    }
    let projections = tx.part::<Projections>();
    for projection in &projections.0 {
        projection.project(tx, recorded)?;
    }
    Ok(())
}

/// A history that grows while a batch is read.
#[derive(Default)]
struct Known {
    entries: Vec<Entry>,
    seen: HashSet<(Moment, i64)>,
    /// Ids of what was told to have happened.
    happened: HashSet<i64>,
    fresh: Vec<(Moment, i64)>,
}

impl Known {
    /// Puts the entry in its place; false if it is there already.
    fn insert(&mut self, entry: &Entry) -> bool {
        if !self.seen.insert((entry.occurred_at, entry.id)) {
            return false;
        }
        if matches!(entry.what, What::Activity(_)) {
            self.happened.insert(entry.id);
        }
        let place = self
            .entries
            .partition_point(|there| (there.occurred_at, there.id) < (entry.occurred_at, entry.id));
        self.entries.insert(place, entry.clone());
        self.fresh.push((entry.occurred_at, entry.id));
        true
    }

    /// Where what was put in stands.
    fn fresh_places(&self) -> Vec<usize> {
        let place = |key: &(Moment, i64)| {
            self.entries.partition_point(|there| (there.occurred_at, there.id) < *key)
        };
        let mut places: Vec<usize> = self.fresh.iter().map(place).collect();
        places.sort_unstable();
        places
    }

    /// The entry's id, or one above those of what was observed at the same moment: of two words at one moment the
    /// later holds.
    fn last_word(&self, entry: &Entry) -> i64 {
        let at = entry.occurred_at;
        let until = self.entries.partition_point(|there| there.occurred_at <= at);
        let there =
            self.entries.iter().take(until).rev().take_while(|there| there.occurred_at == at);
        let observed = there.filter(|there| matches!(there.what, What::Facts(_)));
        let above = observed.map(|there| there.id.saturating_add(1)).max();
        above.map_or(entry.id, |above| above.max(entry.id))
    }

    /// What was said about a fact until a moment, the newest first: by whom, when, and what.
    fn said<'a>(
        &'a self,
        key: &'a str,
        at: Moment,
    ) -> impl Iterator<Item = (&'a str, Moment, &'a Fact)> {
        self.told(at, move |fact| *fact.key == *key)
    }

    /// The same of all facts that are asked for.
    fn told<'a>(
        &'a self,
        at: Moment,
        is_asked: impl Fn(&Fact) -> bool + Copy + 'a,
    ) -> impl Iterator<Item = (&'a str, Moment, &'a Fact)> {
        let until = self.entries.partition_point(|entry| entry.occurred_at <= at);
        let observed =
            self.entries.iter().take(until).rev().filter_map(|entry| match &entry.what {
                What::Facts(observation) => Some((entry.occurred_at, observation)),
                What::Activity(_) => None,
            });
        observed.flat_map(move |(said_at, observation)| {
            let asked = observation.facts.iter().rev().filter(move |fact| is_asked(fact));
            asked.map(move |fact| (&*observation.source, said_at, fact))
        })
    }

    /// Whether a fact says more than is held at a moment, and than its own source had said: on that very moment
    /// if it is dated, else the last time that it said anything. A file that contradicts itself says several
    /// things at once; its last word holds, and none of them is news when the file comes again.
    fn is_news(&self, source: &str, fact: &Fact, at: Moment, is_dated: bool) -> bool {
        let repeats = |said: &Fact| {
            said.value == fact.value
                && said.suspect == fact.suspect
                && said.expires_at.is_none_or(|expires| at < expires)
        };
        match self.said(&fact.key, at).next() {
            None => return fact.value != Value::Null,
            Some((_, _, held)) if repeats(held) => return false,
            Some(_) => {}
        }
        let outranked = format!("{}{}", sources::OUTRANKED, fact.key);
        let of_key = |said: &Fact| said.key == fact.key || *said.key == *outranked;
        let mut own = self.told(at, of_key).filter(|(by, ..)| *by == source).peekable();
        let last = if is_dated { Some(at) } else { own.peek().map(|(_, said_at, _)| *said_at) };
        !own.take_while(|(_, said_at, _)| Some(*said_at) == last).any(|(.., said)| repeats(said))
    }
}

fn known(
    tx: &mut Tx,
    entries: &[NewEntry],
    new_subjects: &BTreeSet<SubjectId>,
) -> Result<BTreeMap<SubjectId, Known>, Failure> {
    let subjects: BTreeSet<SubjectId> =
        entries.iter().map(|new| new.subject).filter(|id| !new_subjects.contains(id)).collect();
    let subjects: Vec<SubjectId> = subjects.into_iter().collect();
    // Two who record of the same subject at once take turns, so that neither misses what the other wrote.
    tx.lock("subject", &subjects)?;
    let histories = store::histories(tx, &subjects)?;
    Ok(histories
        .into_iter()
        .map(|(subject, entries)| {
            let seen = entries.iter().map(|entry| (entry.occurred_at, entry.id)).collect();
            let happened = entries.iter().filter(|it| matches!(it.what, What::Activity(_)));
            let happened = happened.map(|entry| entry.id).collect();
            (subject, Known { entries, seen, happened, fresh: Vec::new() })
        })
        .collect())
}

/// Puts facts aside that a more trusted source contradicts.
fn outrank(history: &Known, new: &mut NewEntry, order: &[String]) {
    let at = new.entry.occurred_at;
    let What::Facts(Observation { facts, source }) = &mut new.entry.what else { return };
    let own = sources::rank(order, source);
    for fact in facts {
        let is_believed = |held: &Fact| {
            held.value != Value::Null
                && !held.suspect
                && held.expires_at.is_none_or(|expires| at < expires)
        };
        let held = history.said(&fact.key, at).next();
        if held.is_some_and(|(by, _, held)| is_believed(held) && sources::rank(order, by) < own) {
            fact.key = format!("{}{}", sources::OUTRANKED, fact.key).into();
        }
    }
}

/// Leaves out facts that are no news; false if nothing is left of the entry. An activity that was told before, as its id
/// says, is none either, whatever time is given for it now.
fn keep_news(history: &Known, new: &mut NewEntry) -> bool {
    let (at, is_dated, id) = (new.entry.occurred_at, new.is_dated, new.entry.id);
    let What::Facts(Observation { facts, source }) = &mut new.entry.what else {
        return !history.happened.contains(&id);
    };
    facts.retain(|fact| history.is_news(source, fact, at, is_dated));
    !facts.is_empty()
}

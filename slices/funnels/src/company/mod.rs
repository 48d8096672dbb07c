//! Scores of companies: what their people and they themselves did, counted, and told as facts.
//!
//! **Promise:** what is stored is what `funnel::fold::company` yields of the histories, at any time; where no
//! definition in force counts a score of the company, nothing is read, written or waited for.
//! **Never:** writes the journal. What is told of a company is derived, and is no activity, so that it can't count.
//!
//! Three tables, each derived from the one before: deeds, from one subject's own history; crossings, from one
//! company's deeds; and when a company is to be counted again.

mod alone;
mod check;
mod count;
mod derive;
mod rules;
pub(crate) mod store;

pub(crate) use alone::{Alones, check_alone, everybody, restand as restand_alone, wake_alone};
pub(crate) use check::{Differs, check};
pub(crate) use count::{catch_up, wake_due};
pub(crate) use derive::derive_everybody;
pub(crate) use rules::{KeptRules, Rules};
pub(crate) use store::next_due;

use std::collections::hash_map::Entry as Slot;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use funnel::fold::company::{CompanyScore, Crossing};
use funnel::history::{Entry, Fact, Observation, Value, What};
use funnel::{Definition, Wanted};
use journal::Recorded;
use moment::Moment;
use people::{CompanyId, CompanyLook, LensId, PersonId};
use platform::db::Tx;
use platform::failure::Failure;

use crate::lens::{self, Lens};

/// Derives and counts what was just recorded; gives the people who are to be folded for it, and makes those
/// due who are too many to be folded at once.
///
/// # Errors
/// `Broken` when the database fails.
pub(crate) fn project(
    tx: &mut Tx,
    lenses: &[Lens],
    recorded: &Recorded,
) -> Result<Vec<PersonId>, Failure> {
    let rules = Rules::of(tx, lenses);
    if rules.is_empty() {
        alone::project(tx, lenses, recorded)?;
        return Ok(Vec::new());
    }
    let weighing = recorded.changed.iter().filter(|changed| {
        changed.fresh.iter().filter_map(|place| changed.history.get(*place)).any(may_weigh)
    });
    let subjects = weighing.map(|changed| (changed.subject, changed.history.as_slice()));
    let touched = derive::derive(tx, &rules, subjects)?;
    let changed = count::count_in_time(tx, &rules, &touched, recorded.now)?;
    alone::project(tx, lenses, recorded)?;
    count::colleagues(tx, &changed, recorded.now)
}

/// Forgets what somebody did for companies, which are to be counted anew; gives how many deeds.
///
/// # Errors
/// `Broken` when the database fails.
pub(crate) fn forget(tx: &mut Tx, person: PersonId, now: Moment) -> Result<u64, Failure> {
    let done = store::deeds_by(tx, &[person])?.remove(&person).unwrap_or_default();
    let deeds: Vec<_> = done.into_iter().collect();
    let companies: Touched = deeds.iter().map(|(_, deed)| deed.company).collect();
    store::drop_deeds(tx, &deeds)?;
    store::fall_behind(tx, companies.into_iter().map(|company| (company, now)))?;
    Ok(u64::try_from(deeds.len()).unwrap_or(u64::MAX))
}

/// Whether an entry can be a deed, or say whose deeds they are.
fn may_weigh(entry: &Entry) -> bool {
    match &entry.what {
        What::Activity(_) => true,
        What::Facts(observation) => {
            observation.facts.iter().any(|fact| *fact.key == *people::WORKS_AT)
        }
    }
}

/// What companies are known to be, what is told of their scores included; each read once.
#[derive(Default)]
pub(crate) struct Companies {
    rules: Option<Arc<Rules>>,
    /// How a draft counts, and until when.
    draft: Option<(CompanyScore, Moment)>,
    /// What is looked at in their own histories; all of it, if nobody says.
    wanted: Option<Wanted>,
    known: HashMap<CompanyId, Arc<Vec<Entry>>>,
    /// Their own histories, as far as they are at hand.
    own: HashMap<CompanyId, Vec<Entry>>,
}

impl Companies {
    /// Under lenses that are at hand already.
    pub(crate) fn under(tx: &Tx, lenses: &[Lens]) -> Companies {
        Companies { rules: Some(Rules::of(tx, lenses)), ..Companies::default() }
    }

    /// The same, with the histories of companies that were read to record what was recorded.
    pub(crate) fn beside(tx: &Tx, lenses: &[Lens], recorded: &Recorded) -> Companies {
        let changed = recorded.changed.iter().map(|one| (one.subject, &one.history));
        let known = recorded.known.iter().map(|(subject, history)| (*subject, history));
        let companies = changed.chain(known).filter(|(subject, _)| journal::is_company(*subject));
        let own = companies.map(|(company, history)| (company, history.clone())).collect();
        Companies { own, ..Companies::under(tx, lenses) }
    }

    /// A company's own history is this: it was read for something else, and need not be again.
    pub(crate) fn know(&mut self, company: CompanyId, own: Vec<Entry>) {
        self.own.insert(company, own);
    }

    /// With what a draft would tell, counted on the way; see [`can_count`].
    pub(crate) fn of_draft(draft: Option<CompanyScore>, until: Moment) -> Companies {
        Companies { draft: draft.map(|score| (score, until)), ..Companies::default() }
    }

    /// The same, of which only this is looked at.
    pub(crate) fn of_whom(mut self, wanted: Wanted) -> Companies {
        self.wanted = Some(wanted);
        self
    }

    /// Others, told and counted in the same way, of whom nothing was read.
    pub(crate) fn alike(&self) -> Companies {
        Companies { rules: self.rules.clone(), draft: self.draft.clone(), ..Companies::default() }
    }

    /// What a company is known to be.
    pub(crate) fn load(
        &mut self,
        tx: &mut Tx,
        company: CompanyId,
    ) -> Result<Arc<Vec<Entry>>, Failure> {
        if let Some(known) = self.known.get(&company) {
            return Ok(Arc::clone(known));
        }
        let own = match (self.own.remove(&company), &self.wanted) {
            (Some(own), _) => own,
            (None, Some(wanted)) => journal::wanted_of(tx, company, wanted)?,
            (None, None) => journal::wanted_of(tx, company, &Wanted::everything())?,
        };
        self.put(tx, company, own)
    }

    /// The same, of one whose own history is at hand already.
    pub(crate) fn put(
        &mut self,
        tx: &mut Tx,
        company: CompanyId,
        own: Vec<Entry>,
    ) -> Result<Arc<Vec<Entry>>, Failure> {
        let rules = match &mut self.rules {
            Some(rules) => rules,
            none => none.insert(Rules::in_force(tx)?),
        };
        let mut known = own;
        let told = told(tx, rules, company, &known)?;
        if let Some((score, until)) = &self.draft
            && !rules.0.iter().any(|rule| rule.score.rule() == score.rule())
        {
            let deeds = store::deeds_of(tx, &[company])?.remove(&(company, score.activities()));
            let counted = score.count(&deeds.unwrap_or_default(), *until);
            let begins = first_known(&known);
            known.extend(facts(score, "folded by the draft", company, begins, &counted.crossings));
        }
        known.extend(told);
        let known = Arc::new(known);
        match self.known.entry(company) {
            Slot::Occupied(mut slot) => _ = slot.insert(Arc::clone(&known)),
            Slot::Vacant(slot) => _ = slot.insert(Arc::clone(&known)),
        }
        Ok(known)
    }

    /// Everything that was read.
    pub(crate) fn histories(&self) -> impl Iterator<Item = &[Entry]> {
        self.known.values().map(|entries| entries.as_slice())
    }

    /// Forgets what was read if it is more than so many companies.
    pub(crate) fn keep_few(&mut self, companies_max: usize) {
        if self.known.len() + self.own.len() > companies_max {
            self.known.clear();
            self.own.clear();
        }
    }
}

/// What is told of a company's scores, as facts: 0 points from when we first knew of it, then each crossing.
fn told(
    tx: &mut Tx,
    rules: &Rules,
    company: CompanyId,
    own: &[Entry],
) -> Result<Vec<Entry>, Failure> {
    if rules.is_empty() {
        return Ok(Vec::new());
    }
    let scores = store::scores(tx, &[company])?;
    let begins = first_known(own);
    let mut told = Vec::new();
    for rule in &rules.0 {
        let crossings = scores.get(&(company, rule.score.rule())).map_or(&[][..], Vec::as_slice);
        told.extend(facts(&rule.score, &rule.source, company, begins, crossings));
    }
    Ok(told)
}

/// Since when we know of a company, by its own history.
fn first_known(own: &[Entry]) -> Option<Moment> {
    own.iter().map(|entry| entry.occurred_at.max(entry.recorded_at)).min()
}

/// 0 points from when we first knew of a company, unless it had some by then, and each crossing.
fn facts(
    score: &CompanyScore,
    source: &str,
    company: CompanyId,
    begins: Option<Moment>,
    crossings: &[Crossing],
) -> Vec<Entry> {
    let begins = begins.filter(|at| crossings.first().is_none_or(|first| first.at > *at));
    let zero = begins.map(|at| Crossing { at, value: 0.0 });
    let entry = |crossing: Crossing| {
        let (of, at) = (company.to_string(), crossing.at.0.to_string());
        let facts = vec![Fact::certain(score.key(), crossing.value)];
        Entry {
            id: journal::natural_id(&["company.score", score.key(), &of, &at]),
            occurred_at: crossing.at,
            recorded_at: crossing.at,
            what: What::Facts(Observation { source: source.into(), facts }),
        }
    };
    zero.into_iter().chain(crossings.iter().copied()).map(entry).collect()
}

/// Whether the past says what a draft makes of companies: the activities that give points are those of some
/// definition in force, and what was done is at hand.
///
/// # Errors
/// `Refused` with `company_score` if it is not; `Broken` when the database fails.
pub(crate) fn can_count(tx: &mut Tx, draft: &Definition) -> Result<(), Failure> {
    let Some(score) = CompanyScore::of(draft) else { return Ok(()) };
    let rules = Rules::in_force(tx)?;
    if rules.0.iter().any(|rule| rule.score.activities() == score.activities()) {
        return Ok(());
    }
    let words = "This draft gives companies points for activities, or in an order, for which no definition in force \
                 does, so that what was done for each company is not at hand. Adopt it under a lens of its own \
                 first; then it can be tried over the past.";
    Err(Failure::refused("company_score", words.to_owned()))
}

/// What a lens makes of a company by itself: where it stands by its own deals, and its score in words of all.
///
/// # Errors
/// `Missing` if there is no such lens; `Broken` when the database fails.
pub(crate) fn look(
    tx: &mut Tx,
    lens: LensId,
    company: CompanyId,
    own: &[Entry],
    now: Moment,
) -> Result<CompanyLook, Failure> {
    let lenses = lens::lenses(tx)?;
    let rules = Rules::of(tx, &lenses);
    let told = told(tx, &rules, company, own)?;
    let Some(lens) = lenses.iter().find(|found| found.id == lens) else {
        return Err(Failure::missing("lens", lens));
    };
    let stage = alone::of(tx, lens, own, &told, now).stage;
    let current = lens.current().and_then(|(_, definition)| CompanyScore::of(definition));
    let facts = current.map_or_else(Vec::new, |score| named(&told, &score));
    Ok(CompanyLook { stage, facts })
}

/// What is told of one score, under the name that people know.
fn named(told: &[Entry], score: &CompanyScore) -> Vec<Entry> {
    let mut found = Vec::new();
    for entry in told {
        let What::Facts(observation) = &entry.what else { continue };
        if observation.facts.iter().any(|fact| *fact.key == *score.key()) {
            let mut entry = entry.clone();
            let facts = observation.facts.iter();
            let facts = facts.map(|fact| Fact {
                key: score.score().fact().into(),
                value: in_hundredths(&fact.value),
                ..fact.clone()
            });
            entry.what = What::Facts(Observation {
                source: observation.source.clone(),
                facts: facts.collect(),
            });
            found.push(entry);
        }
    }
    found
}

/// As people read it: a score that has just fallen below 15 need not show fifteen digits.
fn in_hundredths(value: &Value) -> Value {
    match value {
        Value::Number(number) => Value::Number((number * 100.0).round() / 100.0),
        other => other.clone(),
    }
}

/// Companies, each once, in order.
type Touched = BTreeSet<CompanyId>;

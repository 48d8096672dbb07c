//! What has been seen of one history so far. Buffers are kept from one history to the next.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::leaf::{Class, LeafId};
use super::plan::{ANSWERED, Plan, id, index};
use super::score::Tally;
use crate::hand::{self, ByHand};
use crate::history::{Activity, Agent, Entry, KNOWN_KINDS, Kind, Observation, Value, What};
use crate::standing::{Stage, Temperature};
use crate::truth::{Range, Truth};

/// Never, as a moment at which something changes.
pub(super) const NEVER: i64 = i64::MAX;

/// An activity that a pattern takes, by its place in the history.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    pub(super) at: i64,
    pub(super) entry: u32,
}

/// The newest fact of a key, by its places.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    pub(super) entry: u32,
    pub(super) fact: u32,
    pub(super) expires_at: i64,
}

/// The newest answer to a criterion.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    pub(super) entry: u32,
    pub(super) truth: Truth,
    pub(super) expires_at: i64,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) hits: Vec<Vec<Hit>>,
    /// By when they were learned; kept for patterns that are read so.
    pub(super) learned: Vec<Vec<Hit>>,
    pub(super) facts: Vec<Option<Held>>,
    pub(super) answers: Vec<Option<Answer>>,
    pub(super) tallies: Vec<Tally>,
    /// Of leaves of the class `Base`.
    pub(super) truths: Vec<Truth>,
    /// When each leaf of the plan's `timed` may change next by time alone.
    pub(super) flips: Vec<i64>,
    pub(super) criteria: Vec<Truth>,
    /// Points while conditions hold, of each score.
    pub(super) ranges: Vec<Range>,
    pub(super) temperature: Option<Temperature>,
    pub(super) dirty: Vec<LeafId>,
    pub(super) is_dirty: Vec<bool>,
    /// Something changed that is not seen in a kept truth.
    pub(super) force: bool,
    /// Which row of the plan's `watched` holds: the leaves that are followed.
    pub(super) watch: usize,
    /// Hand moves to make now: entry and stage.
    pub(super) by_hand: Vec<(u32, Stage)>,
}

/// Which patterns take a kind; found once for each kind.
#[derive(Debug, Default)]
pub(super) struct KindMemo {
    /// Of those that the program itself gives meaning to, by their places.
    known: Vec<Option<Box<[u32]>>>,
    others: HashMap<Box<str>, Box<[u32]>, BuildHasherDefault<Fnv>>,
}

/// The hash FNV-1a (G. Fowler, L. C. Noll, K.-P. Vo): short keys, of a closed few thousand.
pub(super) struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Fnv {
        Fnv(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    fn finish(&self) -> u64 {
        self.0
    }
}

impl KindMemo {
    /// Kinds remembered; beyond them each is looked up anew, so that strangers cannot fill memory.
    const KINDS_MAX: usize = 4_096;

    fn with(&mut self, plan: &Plan, kind: &Kind, mut each: impl FnMut(u32)) {
        let taken =
            |at: &usize| plan.patterns.get(*at).is_some_and(|p| p.takes_kind(kind.as_str()));
        let find = || -> Box<[u32]> { (0..plan.patterns.len()).filter(taken).map(id).collect() };
        if let Some(place) = kind.known() {
            if self.known.len() <= place {
                self.known.resize(KNOWN_KINDS.len(), None);
            }
            let found = self.known[place].get_or_insert_with(find);
            found.iter().for_each(|&pattern| each(pattern));
            return;
        }
        if let Some(found) = self.others.get(kind.as_str()) {
            found.iter().for_each(|&pattern| each(pattern));
            return;
        }
        let found = find();
        found.iter().for_each(|&pattern| each(pattern));
        if self.others.len() < Self::KINDS_MAX {
            self.others.insert(kind.as_str().into(), found);
        }
    }
}

impl State {
    /// Forgets a history and makes room for another under this plan.
    pub(super) fn reset(&mut self, plan: &Plan) {
        clear(&mut self.hits, plan.patterns.len());
        clear(&mut self.learned, plan.patterns.len());
        refill(&mut self.facts, plan.facts.len(), None);
        refill(&mut self.answers, plan.criteria.len(), None);
        self.tallies.resize_with(plan.scores.len(), Tally::default);
        for (tally, rule) in self.tallies.iter_mut().zip(&plan.scores) {
            tally.clear(rule.on.len());
        }
        self.truths.clone_from(&plan.reads.of_nothing);
        refill(&mut self.flips, plan.reads.timed.len(), NEVER);
        refill(&mut self.criteria, plan.criteria.len(), Truth::Unknown);
        refill(&mut self.ranges, plan.scores.len(), Range::exactly(0.0));
        self.temperature = None;
        self.dirty.clear();
        refill(&mut self.is_dirty, plan.leaves.len(), false);
        self.by_hand.clear();
        self.force = true;
        self.watch = 0;
    }

    /// Follows the leaves of another row of `watched` from now on; those that were not followed so
    /// far are to be looked at.
    pub(super) fn watch(&mut self, plan: &Plan, row: usize) {
        let before = std::mem::replace(&mut self.watch, row);
        if before == row {
            return;
        }
        let (before, after) = (&plan.reads.watched[before], &plan.reads.watched[row]);
        for (at, (was, is)) in before.iter().zip(after).enumerate() {
            let slot = index(plan.reads.timed_slot[at]);
            match self.flips.get_mut(slot) {
                _ if *is && !*was => self.touch(plan, id(at)),
                Some(flip) if !*is => *flip = NEVER,
                _ => {}
            }
        }
    }

    /// Takes in one entry that has just become visible.
    /// Takes in an entry, by its place in the history, as of now.
    pub(super) fn see(
        &mut self,
        plan: &Plan,
        memo: &mut KindMemo,
        (place, entry): (u32, &Entry),
        now: i64,
    ) {
        match &entry.what {
            What::Activity(activity) => self.activity(plan, memo, (place, entry), activity, now),
            What::Facts(observation) => self.observation(plan, place, observation),
        }
    }

    fn activity(
        &mut self,
        plan: &Plan,
        memo: &mut KindMemo,
        (place, entry): (u32, &Entry),
        activity: &Activity,
        now: i64,
    ) {
        let hit = Hit { at: entry.occurred_at.0, entry: place };
        memo.with(plan, &activity.kind, |at| {
            let Some(pattern) = plan.patterns.get(index(at)) else { return };
            if pattern.takes(activity) {
                self.hit(plan, at, hit, entry.occurred_at.max(entry.recorded_at).0);
            }
        });
        if activity.agent != Agent::Human {
            return;
        }
        match activity.kind.as_str() {
            ANSWERED => self.answer(plan, hit, activity, now),
            hand::KIND => {
                let counts = ByHand::counts(hand::text(activity, "lens"), plan.lens.as_deref());
                let to = hand::to(activity).filter(|_| counts);
                self.by_hand.extend(to.map(|to| (place, to)));
                self.force = true;
            }
            _ => {}
        }
    }

    fn hit(&mut self, plan: &Plan, pattern: u32, hit: Hit, learned_at: i64) {
        let at = index(pattern);
        if let Some(hits) = self.hits.get_mut(at) {
            if hits.last().is_none_or(|last| last.entry < hit.entry) {
                hits.push(hit);
            } else {
                let place = hits.partition_point(|other| other.entry < hit.entry);
                hits.insert(place, hit);
            }
        }
        if plan.reads.learned[at] {
            self.learned[at].push(Hit { at: learned_at, entry: hit.entry });
        }
        for &leaf in &plan.reads.leaves_of_pattern[at] {
            self.touch(plan, leaf);
        }
        for &(score, point) in &plan.reads.points_of_pattern[at] {
            let (tally, rule) = (&mut self.tallies[index(score)], &plan.scores[index(score)]);
            tally.add(&rule.on, rule.half_life, hit.entry, hit.at, point);
            for &leaf in &plan.reads.leaves_of_score[index(score)] {
                self.touch(plan, leaf);
            }
        }
    }

    /// An answer that is heard of when it has run out already, late or by another version, says nothing any more.
    fn answer(&mut self, plan: &Plan, hit: Hit, activity: &Activity, now: i64) {
        let named = hand::text(activity, "criterion").and_then(|name| plan.criterion_ids.get(name));
        let Some(&at) = named else { return };
        let slot = &mut self.answers[index(at)];
        if slot.is_some_and(|newest| newest.entry > hit.entry) {
            return;
        }
        let truth = match activity.properties.iter().find(|(key, _)| &**key == "value") {
            Some((_, Value::Bool(value))) => Truth::from(*value),
            Some((_, Value::Text(text))) if &**text == "yes" => Truth::True,
            Some((_, Value::Text(text))) if &**text == "no" => Truth::False,
            _ => Truth::Unknown,
        };
        let expires_at = plan.criteria[index(at)]
            .expires
            .filter(|_| truth.is_known())
            .map_or(NEVER, |expires| hit.at.saturating_add(expires.0));
        *slot = Some(match expires_at <= now {
            true => Answer { entry: hit.entry, truth: Truth::Unknown, expires_at: NEVER },
            false => Answer { entry: hit.entry, truth, expires_at },
        });
        self.force = true;
    }

    fn observation(&mut self, plan: &Plan, place: u32, observation: &Observation) {
        for (fact, found) in (0..).zip(&observation.facts) {
            let Some(&at) = plan.fact_ids.get(&*found.key) else { continue };
            let slot = &mut self.facts[index(at)];
            if slot.is_some_and(|newest| newest.entry > place) {
                continue;
            }
            let expires_at = found.expires_at.map_or(NEVER, |moment| moment.0);
            *slot = Some(Held { entry: place, fact, expires_at });
            for &leaf in &plan.reads.leaves_of_fact[index(at)] {
                self.touch(plan, leaf);
            }
        }
    }

    /// A leaf is to be looked at again.
    pub(super) fn touch(&mut self, plan: &Plan, leaf: LeafId) {
        if !plan.reads.watched[self.watch][index(leaf)] {
            return;
        }
        match plan.leaves.get(index(leaf)).map(|leaf| leaf.class) {
            Some(Class::Base) => {
                if let Some(slot @ false) = self.is_dirty.get_mut(index(leaf)) {
                    *slot = true;
                    self.dirty.push(leaf);
                }
            }
            _ => self.force = true,
        }
    }
}

fn clear<T>(lists: &mut Vec<Vec<T>>, count: usize) {
    lists.iter_mut().for_each(Vec::clear);
    lists.resize_with(count, Vec::new);
}

fn refill<T: Clone>(list: &mut Vec<T>, count: usize, value: T) {
    list.clear();
    list.resize(count, value);
}

//! The fold: a history in, a standing and its transitions out.
//!
//! It stops at every moment at which something could move: when an entry becomes visible, when a
//! window, an age or an answer runs out, when a fact expires, when a halving score crosses a number
//! that the definition names, and when another version of the definition takes over. Between those
//! nothing changes, so folding on is the same as folding anew.

pub mod company;
mod demand;
mod evidence;
mod leaf;
mod moves;
mod pattern;
mod plan;
mod reads;
mod score;
mod standing;
mod state;
mod value;
mod view;
mod wake;
mod weighs;

use std::collections::HashMap;
use std::sync::Arc;

use moment::Moment;

use crate::backtest::Moved;
use crate::condition::{Activities, Condition};
use crate::definition::Definition;
use crate::explain::Explained;
use crate::hand;
use crate::history::{Activity, Entry, History, What};
use crate::receipt::{Judged, Receipt, Rule};
use crate::standing::{Folded, Stage, Transition};
use crate::truth::Truth;
use crate::wanted::Wanted;
pub use demand::Demand;
use moves::Visited;
pub(crate) use plan::{OURS, TALKS, THEIRS};
use plan::{Plan, id, index};
use reads::Reads;
use state::{KindMemo, NEVER, State};
use view::View;
use wake::Wake;

/// A definition and the moment from which it holds.
#[derive(Clone, Copy, Debug)]
pub struct InForce<'d> {
    /// From when on; the first version holds from [`Moment::START`] whatever it says.
    pub from: Moment,
    /// Its number, for receipts.
    pub version: u32,
    /// The definition.
    pub definition: &'d Definition,
    /// The lens of which it is: moves by hand that name another do not count. Without one all of them do.
    pub lens: Option<&'d str>,
}

/// Folds a history under one definition, as of a moment. For many histories use a [`Folder`].
pub fn fold(definition: &Definition, history: &History, as_of: Moment) -> Folded {
    Folder::of(definition).fold(history, as_of)
}

/// Folds a history under the versions of a definition, each in force from its moment on; the stage
/// carries over from one to the next.
pub fn fold_versions(versions: &[InForce<'_>], history: &History, as_of: Moment) -> Folded {
    Folder::new(versions).fold(history, as_of)
}

/// Whether an activity is one of these.
pub(crate) fn matches(activities: &Activities, activity: &Activity) -> bool {
    let pattern = pattern::Pattern::new(activities);
    pattern.takes_kind(activity.kind.as_str()) && pattern.takes(activity)
}

/// Folds many histories under the same definitions: made ready once, buffers used again.
#[derive(Debug)]
pub struct Folder {
    versions: Vec<Version>,
    /// The wake-up conditions of moves by hand that `versions` follow.
    wakes: Vec<Box<str>>,
    /// The same versions as they follow others, and none.
    others: HashMap<Vec<Box<str>>, Vec<Version>>,
    state: State,
    order: Vec<(i64, u32)>,
}

/// Sets of wake-up conditions for which versions are kept ready; few, for folders live long.
const OTHERS_MAX: usize = 8;

#[derive(Debug)]
struct Version {
    from: Moment,
    number: u32,
    plan: Plan,
    memo: KindMemo,
}

/// Moves that one person makes by time alone, without anything new; then they stay until there is news. A definition
/// may let people wake and cool again for years, but not without end.
pub const MOVES_WITHOUT_NEWS_MAX: usize = 100;

/// Where the fold of one history has got to.
struct Run {
    now: i64,
    stage: Stage,
    entered: Option<i64>,
    /// What wakes them, if a hand recycled them and said so.
    wake: Option<Wake>,
    /// A move was held back at the last moment, for its stage had been seen there already.
    unsettled: bool,
    /// What had been found then, if so.
    held_back: Vec<Truth>,
    /// The entries that became visible at this moment: places in the order of visibility.
    fresh: (usize, usize),
    /// Moves since the last entry became visible.
    without_news: usize,
    /// Whether moves are told with what they rest on.
    is_told: bool,
    transitions: Vec<Transition>,
}

impl Folder {
    /// Makes versions ready; they are put in order of their moments.
    pub fn new(versions: &[InForce<'_>]) -> Folder {
        Folder::asking(versions, &[])
    }

    /// Makes one definition ready, as version 1.
    pub fn of(definition: &Definition) -> Folder {
        Folder::new(&[InForce { from: Moment::START, version: 1, definition, lens: None }])
    }

    /// Makes versions ready, and conditions that [`Folder::explain`] is to judge under them.
    pub fn asking(versions: &[InForce<'_>], conditions: &[Condition]) -> Folder {
        let mut versions: Vec<Version> = versions
            .iter()
            .map(|version| Version {
                from: version.from,
                number: version.version,
                plan: Plan::new(version.definition, version.lens, conditions),
                memo: KindMemo::default(),
            })
            .collect();
        versions.sort_by_key(|version| version.from);
        if versions.is_empty() {
            let plan = Plan::new(&Definition::default(), None, conditions);
            versions.push(Version {
                from: Moment::START,
                number: 0,
                plan,
                memo: KindMemo::default(),
            });
        }
        Folder {
            versions,
            wakes: Vec::new(),
            others: HashMap::new(),
            state: State::default(),
            order: Vec::new(),
        }
    }

    /// Makes ready to follow the wake-up conditions that a history names, and no others: what is found of it must
    /// not hang on the histories before.
    fn follow(&mut self, entries: &[Entry]) {
        let wakes = wake::named(entries);
        if wakes == self.wakes {
            return;
        }
        let ready = self.others.remove(&wakes).unwrap_or_else(|| {
            let plain = match self.wakes.is_empty() {
                true => Some(&self.versions),
                false => self.others.get(&Vec::new()),
            };
            plain.into_iter().flatten().map(|version| version.waking(&wakes)).collect()
        });
        if self.others.len() >= OTHERS_MAX {
            self.others.retain(|wakes, _| wakes.is_empty());
        }
        let before = std::mem::replace(&mut self.versions, ready);
        self.others.insert(std::mem::replace(&mut self.wakes, wakes), before);
    }

    /// Folds a history as of a moment. Entries must be in order, as [`History::new`] puts them.
    pub fn fold(&mut self, history: &History, as_of: Moment) -> Folded {
        let entries = &history.entries;
        let (run, version) = self.run(entries, as_of);
        let version = &self.versions[version];
        let later = self.later(&run, entries, as_of);
        let standing = standing::standing(&version.plan, &mut self.state, entries, &run, later);
        Folded { standing, transitions: run.transitions }
    }

    /// As [`Folder::fold`], but of the moves no more than when and where to: for whoever counts them. That takes less
    /// than half as long.
    pub fn moves(&mut self, history: &History, as_of: Moment) -> Vec<Moved> {
        let (run, _) = self.go(&history.entries, as_of, false);
        run.transitions.iter().map(Moved::from).collect()
    }

    /// What these definitions look at in a history, besides what every entry says of itself. What somebody waits for
    /// whom a hand recycled ([`hand::wake_when`]) is not among it: it stands in their history alone.
    pub fn wanted(&self) -> Wanted {
        let mut wanted = Wanted::nothing();
        self.versions.iter().for_each(|version| version.plan.want(&mut wanted));
        wanted
    }

    /// Judges the conditions handed to [`Folder::asking`], as of a moment.
    pub fn explain(&mut self, history: &History, as_of: Moment) -> Vec<Explained> {
        let mut folded = Vec::new();
        self.settle(history, as_of, |view| {
            folded = view.plan.asked.iter().map(|c| view.explain(&c.source, &c.node)).collect();
        });
        folded
    }

    /// Judges what must hold before the program or a person does such a thing (`[gates]`), as of a
    /// moment; `None` if the definition has no such gate.
    pub fn gate(&mut self, history: &History, as_of: Moment, kind: &str) -> Option<Explained> {
        let mut found = None;
        self.settle(history, as_of, |view| {
            let gate = view.plan.gates.iter().find(|(name, _)| name == kind);
            found = gate.map(|(_, c)| view.explain(&c.source, &c.node));
        });
        found
    }

    /// Folds and hands over a view of the settled standing.
    fn settle(&mut self, history: &History, as_of: Moment, see: impl FnOnce(&View<'_>)) {
        let entries = &history.entries;
        let (run, version) = self.run(entries, as_of);
        let plan = &self.versions[version].plan;
        standing::finish(plan, &mut self.state, entries, &run);
        let view = View::new(plan, &self.state, entries, &run);
        let kind = standing::kind(&view);
        see(&View { kind: kind.as_deref(), ..view });
    }

    /// Goes from moment to moment as far as `as_of`; gives the version in force then.
    fn run(&mut self, entries: &[Entry], as_of: Moment) -> (Run, usize) {
        self.go(entries, as_of, true)
    }

    /// The same; `is_told`: with receipts.
    fn go(&mut self, entries: &[Entry], as_of: Moment, is_told: bool) -> (Run, usize) {
        self.follow(entries);
        self.order_entries(entries);
        let mut run = Run {
            now: Moment::START.0,
            stage: Stage::None,
            entered: None,
            wake: None,
            unsettled: false,
            held_back: Vec::new(),
            fresh: (0, 0),
            without_news: 0,
            is_told,
            transitions: Vec::new(),
        };
        let mut current = 0;
        let mut flip = NEVER;
        self.state.reset(&self.versions[0].plan);
        loop {
            let visible = self.order.get(run.fresh.1).map_or(NEVER, |&(at, _)| at);
            let switch = self.versions.get(current + 1).map_or(NEVER, |next| next.from.0);
            let now = visible.min(switch).min(flip);
            if now > as_of.0 || now == NEVER {
                run.now = as_of.0;
                return (run, current);
            }
            run.now = now;
            run.fresh.0 = run.fresh.1;
            if now == switch {
                current += 1;
                self.take_over(current, entries, &run);
                run.held_back.clear();
            }
            self.take_in(current, entries, &mut run);
            if run.fresh.1 == 0 {
                continue; // Nobody is there yet.
            }
            let Version { plan, number, .. } = &self.versions[current];
            let state = &mut self.state;
            state.force |= run.wake.is_some_and(|wake| wake.at == now);
            let changed = refresh(plan, state, entries, &run, flip <= now);
            let fresh = run.fresh.0 < run.fresh.1;
            if fresh {
                run.without_news = 0;
            }
            if changed || state.force || run.unsettled && fresh {
                state.derive(plan, entries, now);
                // A move that was held back waits for news: an entry, or something that changed.
                let waits = run.unsettled && !fresh;
                if !waits || found(plan, state, entries, &run) != run.held_back {
                    judge(plan, *number, state, entries, &self.order, &mut run);
                }
                state.force = false;
                refresh_flips(plan, state, entries, &run);
            }
            flip = next_flip(state).min(run.wake.map_or(NEVER, |wake| wake.flip(now)));
            debug_assert!(flip > now, "a fold never goes back in time");
        }
    }

    /// Orders entries by when they became visible, then as the history does.
    fn order_entries(&mut self, entries: &[Entry]) {
        self.order.clear();
        let visible = |entry: &Entry| entry.occurred_at.max(entry.recorded_at).0;
        self.order.extend((0..).zip(entries).map(|(place, entry)| (visible(entry), place)));
        if !self.order.is_sorted() {
            self.order.sort_unstable();
        }
    }

    /// Hands over to another version: it sees what is visible so far, at once.
    fn take_over(&mut self, version: usize, entries: &[Entry], run: &Run) {
        let Version { plan, memo, .. } = &mut self.versions[version];
        let row = self.state.watch;
        self.state.reset(plan);
        self.state.watch(plan, row);
        for &(_, place) in self.order.get(..run.fresh.1).unwrap_or(&[]) {
            if let Some(entry) = entries.get(index(place)) {
                self.state.see(plan, memo, (place, entry), run.now);
            }
        }
        self.state.by_hand.clear();
    }

    /// Takes in the entries that become visible now.
    fn take_in(&mut self, version: usize, entries: &[Entry], run: &mut Run) {
        let Version { plan, memo, .. } = &mut self.versions[version];
        while let Some(&(at, place)) = self.order.get(run.fresh.1).filter(|(at, _)| *at <= run.now)
        {
            debug_assert!(at <= run.now);
            if let Some(entry) = entries.get(index(place)) {
                self.state.see(plan, memo, (place, entry), run.now);
            }
            run.fresh.1 += 1;
        }
    }

    /// The next moment at which something already recorded becomes visible, or another version is
    /// in force.
    fn later(&self, run: &Run, entries: &[Entry], as_of: Moment) -> i64 {
        let known = self.order.get(run.fresh.1..).unwrap_or(&[]).iter().find(|(_, place)| {
            entries.get(index(*place)).is_some_and(|entry| entry.recorded_at <= as_of)
        });
        let switch = self.versions.iter().map(|version| version.from.0).find(|&at| at > as_of.0);
        known.map_or(NEVER, |&(at, _)| at).min(switch.unwrap_or(NEVER))
    }
}

impl<'a> View<'a> {
    fn new(plan: &'a Plan, state: &'a State, entries: &'a [Entry], run: &Run) -> View<'a> {
        let (now, stage, entered, wake) = (run.now, run.stage, run.entered, run.wake);
        View { plan, state, entries, now, stage, entered, wake, kind: None }
    }
}

/// Looks again at every leaf that was touched or whose time has come; says whether any changed.
fn refresh(
    plan: &Plan,
    state: &mut State,
    entries: &[Entry],
    run: &Run,
    time_has_come: bool,
) -> bool {
    if time_has_come {
        for slot in 0..state.flips.len() {
            if state.flips[slot] <= run.now {
                state.flips[slot] = NEVER;
                state.touch(plan, plan.reads.timed[slot]);
            }
        }
        for answer in state.answers.iter_mut().flatten() {
            if answer.expires_at <= run.now {
                answer.truth = Truth::Unknown;
                answer.expires_at = NEVER;
                state.force = true;
            }
        }
    }
    look(plan, state, entries, run)
}

/// Looks again at every leaf that was touched; says whether any changed.
fn look(plan: &Plan, state: &mut State, entries: &[Entry], run: &Run) -> bool {
    let mut changed = false;
    while let Some(at) = state.dirty.pop() {
        let leaf = &plan.leaves[index(at)];
        state.is_dirty[index(at)] = false;
        let view = View::new(plan, state, entries, run);
        let truth = view.test(leaf);
        let slot = index(plan.reads.timed_slot[index(at)]);
        if slot < state.flips.len() {
            let flip = view.flip(leaf, false);
            state.flips[slot] = flip;
        }
        changed |= state.truths[index(at)] != truth;
        state.truths[index(at)] = truth;
    }
    changed
}

impl Run {
    /// Which row of the plan's `watched` is followed by whoever stands so, or while a move is held back.
    fn row(&self, all: bool) -> usize {
        Reads::row(self.stage, all, self.wake.and_then(|wake| wake.when))
    }
}

impl Version {
    /// The same, following these wake-up conditions too.
    fn waking(&self, wakes: &[Box<str>]) -> Version {
        let Version { from, number, plan, .. } = self;
        Version {
            from: *from,
            number: *number,
            plan: plan.waking(wakes),
            memo: KindMemo::default(),
        }
    }
}

/// What is found for every leaf that stages hang on, for every criterion, and for the day on which they wake.
fn found(plan: &Plan, state: &State, entries: &[Entry], run: &Run) -> Vec<Truth> {
    let view = View::new(plan, state, entries, run);
    let live = plan.leaves.iter().zip(&plan.reads.watched[run.row(true)]).filter(|(_, is)| **is);
    let day = run.wake.map(|wake| Truth::from(wake.at <= run.now));
    live.map(|(leaf, _)| view.test(leaf)).chain(state.criteria.iter().copied()).chain(day).collect()
}

/// Finds anew when leaves that are not kept may change, for somebody who stands as the run says.
fn refresh_flips(plan: &Plan, state: &mut State, entries: &[Entry], run: &Run) {
    for (slot, &at) in plan.reads.timed.iter().enumerate() {
        let leaf = &plan.leaves[index(at)];
        if leaf.class != leaf::Class::Base && plan.reads.watched[state.watch][index(at)] {
            let flip = View::new(plan, state, entries, run).flip(leaf, false);
            state.flips[slot] = flip;
        }
    }
}

fn next_flip(state: &State) -> i64 {
    let answers = state.answers.iter().flatten().map(|answer| answer.expires_at);
    state.flips.iter().copied().chain(answers).min().unwrap_or(NEVER)
}

/// From now on follows what can move the person from where they stand, or everything while a move
/// is held back.
fn watch(plan: &Plan, state: &mut State, entries: &[Entry], run: &Run) {
    let row = run.row(run.unsettled);
    if row != state.watch {
        state.watch(plan, row);
        look(plan, state, entries, run);
        state.derive(plan, entries, run.now);
    }
}

/// Makes the moves of one moment.
fn judge(
    plan: &Plan,
    version: u32,
    state: &mut State,
    entries: &[Entry],
    order: &[(i64, u32)],
    run: &mut Run,
) {
    let mut visited = Visited::starting(run.stage);
    let by_hand = std::mem::take(&mut state.by_hand);
    if !by_hand.is_empty() {
        // A hand may reach past what was followed.
        run.unsettled = true;
        watch(plan, state, entries, run);
    }
    for &(place, to) in &by_hand {
        let view = View::new(plan, state, entries, run);
        let entry = entries.get(index(place));
        if to == run.stage && to == Stage::Recycled {
            // They stay, and wake by what was said last.
            run.wake = Wake::of(plan, entry, place);
        }
        if to == run.stage || !moves::may_stand(plan, to, &view) {
            continue;
        }
        let rule = Rule::Hand(entry.map_or(0, |entry| entry.id));
        let mut because = Vec::new();
        let gate = moves::rules(plan, to).and_then(|rules| rules.gate.as_ref());
        if let Some(gate) = gate.filter(|_| run.is_told) {
            view.rows(gate, crate::receipt::Part::Gate, &mut because);
        }
        let evidence_at = entry.map_or(run.now, |entry| entry.occurred_at.0);
        let reason = entry.and_then(reason_by_hand);
        record(run, to, reason, evidence_at, Receipt { version, rule, because });
        run.wake = Wake::of(plan, entry, place);
        visited.note(to);
    }
    run.unsettled = false;
    while run.without_news < MOVES_WITHOUT_NEWS_MAX {
        watch(plan, state, entries, run);
        let view = View::new(plan, state, entries, run);
        let Some(found) = moves::next(&view, &mut visited) else { break };
        let (because, evidence_at) = match run.is_told {
            true => {
                let because = moves::rows(&view, found.to, &found.rule);
                let evidence_at = evidence_at(&because, entries, order, run);
                (because, evidence_at)
            }
            false => (Vec::new(), run.now),
        };
        let receipt = Receipt { version, rule: found.rule, because };
        let (to, reason) = (found.to, found.reason);
        record(run, to, reason, evidence_at, receipt);
        visited.note(to);
    }
    // Whoever has moved long enough without news is looked at again as soon as there is any.
    run.unsettled = visited.cut || run.without_news >= MOVES_WITHOUT_NEWS_MAX;
    if run.unsettled {
        watch(plan, state, entries, run);
        run.held_back = found(plan, state, entries, run);
    }
    state.by_hand = by_hand;
    state.by_hand.clear();
}

fn record(run: &mut Run, to: Stage, reason: Option<Arc<str>>, evidence_at: i64, receipt: Receipt) {
    run.transitions.push(Transition {
        at: Moment(run.now),
        evidence_at: Moment(evidence_at),
        from: run.stage,
        to,
        reason,
        receipt,
    });
    run.stage = to;
    run.entered = Some(run.now);
    run.wake = None;
    run.without_news += 1;
}

fn reason_by_hand(entry: &Entry) -> Option<Arc<str>> {
    let What::Activity(activity) = &entry.what else { return None };
    hand::text(activity, "reason").map(Arc::from)
}

/// When the evidence that was new at this moment happened; now, if time alone moved.
fn evidence_at(because: &[Judged], entries: &[Entry], order: &[(i64, u32)], run: &Run) -> i64 {
    let fresh = order.get(run.fresh.0..run.fresh.1).unwrap_or(&[]);
    let fresh = fresh.iter().filter_map(|&(_, place)| entries.get(index(place)));
    let rested = |id: i64| because.iter().any(|row| row.rests_on.iter().any(|rest| rest.id == id));
    fresh
        .clone()
        .filter(|entry| rested(entry.id))
        .map(|entry| entry.occurred_at.0)
        .max()
        .or_else(|| fresh.map(|entry| entry.occurred_at.0).max())
        .unwrap_or(run.now)
}

impl Folder {
    /// The number of atomic conditions that the first version tells apart; for measuring.
    pub fn conditions(&self) -> u32 {
        id(self.versions.first().map_or(0, |version| version.plan.leaves.len()))
    }
}

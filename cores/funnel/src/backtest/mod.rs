//! Backtest: what a definition would have said of the past, held against the deals that were really won.
//!
//! **Promise:** a person is judged as of each moment by what had been recorded by then, as [`crate::fold`]
//! does; a stage that somebody reached only after their deal was won is no foresight and is not counted as
//! one. **Never:** says a rate without how many it stands on.

mod compare;
mod count;
mod report;

use moment::{Moment, Span};

use crate::definition::Definition;
use crate::fold::{Folder, InForce};
use crate::history::{Entry, History, What};
use crate::standing::{Stage, Transition};
use crate::wanted::Wanted;
use count::{Days, Side};

pub use compare::{Comparison, LoadDifference, ShareDifference, StageDifference};
pub use report::{Interval, Load, OwnerLoad, Quartiles, Report, Shift, StageFigures, Thin};

/// The stages that a backtest judges: those that one climbs before anything is won.
pub const JUDGED: [Stage; 3] = [Stage::Lead, Stage::Prospect, Stage::Opportunity];
/// Fewer people who won than this say nothing about a rule.
pub const WINNERS_MIN: u64 = 10;
/// A shorter history than this says nothing about a rule.
pub const HISTORY_MIN: Span = Span::days(56);
/// The activity that says a deal was won.
pub const WON: &str = "deal.won";

/// What is asked of the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Where the past ends; what was recorded later is not seen.
    pub until: Moment,
    /// How long after being called somebody may win so that it counts; `None`: any time later. Whoever was
    /// called less than this before `until` is not judged: there is still time.
    pub within: Option<Span>,
}

/// A move to a stage, as it was lived or would have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// When.
    pub at: Moment,
    /// To where.
    pub to: Stage,
}

impl From<&Transition> for Moved {
    fn from(step: &Transition) -> Moved {
        Moved { at: step.at, to: step.to }
    }
}

/// That a draft says something else of somebody than was lived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parted {
    /// The highest stage on which they part.
    pub stage: Stage,
    /// When the draft first calls them that, if it does.
    pub draft: Option<Moment>,
    /// When they first were called that, if they were.
    pub lived: Option<Moment>,
}

/// Somebody of whom a draft says something else than was lived.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The highest stage on which they part.
    pub stage: Stage,
    /// When the draft first calls them that, if it does.
    pub draft: Option<Moment>,
    /// When they first were called that, if they were.
    pub lived: Option<Moment>,
    /// Everything that the draft does with them, with receipts.
    pub transitions: Vec<Transition>,
}

/// Counts a draft's verdicts over many histories, one after the other. Parts counted apart are put together
/// with [`Backtest::merge`].
#[derive(Debug)]
pub struct Backtest {
    asked: Asked,
    folder: Folder,
    people: u64,
    entries: u64,
    winners: u64,
    first: Option<Moment>,
    last: Option<Moment>,
    draft: Side,
    lived: Side,
    shifts: [Shifts; 3],
    differ: u64,
}

/// How a draft's first calls lie to those that were lived.
#[derive(Clone, Debug, Default)]
struct Shifts {
    only_draft: u64,
    only_lived: u64,
    same: u64,
    earlier: Days,
    later: Days,
}

impl Backtest {
    /// Ready to judge a draft as if it had always been in force.
    pub fn new(draft: &Definition, asked: Asked) -> Backtest {
        Backtest::under(None, draft, asked)
    }

    /// The same under the lens of that name: moves by hand that name another do not count.
    pub fn under(lens: Option<&str>, draft: &Definition, asked: Asked) -> Backtest {
        let in_force = InForce { from: Moment::START, version: 1, definition: draft, lens };
        Backtest {
            asked,
            folder: Folder::new(&[in_force]),
            people: 0,
            entries: 0,
            winners: 0,
            first: None,
            last: None,
            draft: Side::default(),
            lived: Side::default(),
            shifts: [Shifts::default(), Shifts::default(), Shifts::default()],
            differ: 0,
        }
    }

    /// Takes in one person: their history, and the moves that they really made. Gives how the draft parts
    /// from these, if it does.
    pub fn person(&mut self, history: &History, lived: &[Moved]) -> Option<Parted> {
        let until = self.asked.until;
        let drafted = self.folder.moves(history, until);
        let lived: Vec<Moved> = lived.iter().copied().filter(|step| step.at <= until).collect();
        let seen = history.entries.iter().filter(|entry| is_visible(entry, until));
        let mut won_at = None;
        for entry in seen {
            self.entries += 1;
            let at = entry.occurred_at;
            self.first = Some(self.first.map_or(at, |first| first.min(at)));
            self.last = Some(self.last.map_or(at, |last| last.max(at)));
            if won_at.is_none() && is_win(entry) {
                won_at = Some(entry.occurred_at);
            }
        }
        self.people += 1;
        self.winners += u64::from(won_at.is_some());
        self.draft.count(&drafted, won_at, self.asked);
        self.lived.count(&lived, won_at, self.asked);
        let mut parted = None;
        for (shift, stage) in self.shifts.iter_mut().zip(JUDGED) {
            let (draft, lived) = (count::reached(&drafted, stage), count::reached(&lived, stage));
            if shift.note(draft, lived) {
                parted = Some((stage, draft, lived));
            }
        }
        let (stage, draft, lived) = parted?;
        self.differ += 1;
        Some(Parted { stage, draft, lived })
    }

    /// Tells how the draft parts from what was lived, with receipts. It folds once more: few are told of.
    pub fn tell(&mut self, history: &History, parted: Parted) -> Difference {
        let Parted { stage, draft, lived } = parted;
        let transitions = self.folder.fold(history, self.asked.until).transitions;
        Difference { stage, draft, lived, transitions }
    }

    /// What is looked at in a history; see [`Folder::wanted`].
    pub fn wanted(&self) -> Wanted {
        self.folder.wanted()
    }

    /// Adds what another counted of other people under the same draft.
    pub fn merge(&mut self, other: &Backtest) {
        self.people += other.people;
        self.entries += other.entries;
        self.winners += other.winners;
        self.differ += other.differ;
        self.first = self.first.into_iter().chain(other.first).min();
        self.last = self.last.into_iter().chain(other.last).max();
        self.draft.merge(&other.draft);
        self.lived.merge(&other.lived);
        for (own, others) in self.shifts.iter_mut().zip(&other.shifts) {
            own.only_draft += others.only_draft;
            own.only_lived += others.only_lived;
            own.same += others.same;
            own.earlier.merge(&others.earlier);
            own.later.merge(&others.later);
        }
    }

    /// People judged so far.
    pub fn people(&self) -> u64 {
        self.people
    }
}

impl Shifts {
    /// Notes when a stage was first reached under the draft and in life; says whether the two part.
    fn note(&mut self, draft: Option<Moment>, lived: Option<Moment>) -> bool {
        match (draft, lived) {
            (None, None) => false,
            (Some(_), None) => {
                self.only_draft += 1;
                true
            }
            (None, Some(_)) => {
                self.only_lived += 1;
                true
            }
            (Some(draft), Some(lived)) if draft == lived => {
                self.same += 1;
                false
            }
            (Some(draft), Some(lived)) if draft < lived => {
                self.earlier.add(lived - draft);
                true
            }
            (Some(draft), Some(lived)) => {
                self.later.add(draft - lived);
                true
            }
        }
    }
}

fn is_visible(entry: &Entry, until: Moment) -> bool {
    entry.occurred_at.max(entry.recorded_at) <= until
}

fn is_win(entry: &Entry) -> bool {
    matches!(&entry.what, What::Activity(activity) if activity.kind.as_str() == WON)
}

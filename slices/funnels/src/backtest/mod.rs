//! Backtests: a draft runs over the whole past before anybody adopts it.
//!
//! A backtest is a job that only reads: it takes nobody's turn to write, may be cancelled, and starts from the
//! beginning when it was killed. What it came to is stored and can be compared with others.

mod compare;
mod parting;
mod run;
pub(crate) mod store;
mod view;

use funnel::backtest::Asked;
use moment::{Moment, Span};
use people::LensId;
use platform::db::Tx;
use platform::failure::Failure;
use serde_json::{Value, json};
use team::{Right, User, audit};

use crate::lens;

pub use compare::{ComparedView, SideView, compare};
pub use parting::Outcome;
pub use run::{BACKTEST_JOB, Backtest};
pub use store::BacktestRow;
pub use view::{BacktestView, CallView, DifferenceView};

/// The prefix of a backtest's public id.
pub const BACKTEST: &str = "bkt";
/// Backtests that a list shows.
const LISTED: i64 = 50;

/// What is asked of the past, as people say it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// How long after being called somebody may win so that it counts; `None`: any time later.
    pub within: Option<Span>,
    /// Where the past ends; `None`: now.
    pub until: Option<Moment>,
}

/// How far a backtest is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It runs, or waits for its turn.
    Running,
    /// It came to something.
    Done,
    /// It says nothing, and why.
    Refused,
    /// Somebody gave it up before it ended.
    Cancelled,
}

impl State {
    /// Every state.
    pub const ALL: [State; 4] = [State::Running, State::Done, State::Refused, State::Cancelled];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            State::Running => "running",
            State::Done => "done",
            State::Refused => "refused",
            State::Cancelled => "cancelled",
        }
    }
}

/// What is said of one that was cancelled.
pub const CANCELLED: &str = "This backtest was cancelled before it came to anything.";

/// A backtest that was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Started {
    /// The backtest.
    pub backtest: i64,
    /// Its job.
    pub job: i64,
}

/// Starts a backtest of a draft against what was lived under a lens, the main one unless named.
///
/// # Errors
/// `Forbidden` without the right to read people; `Invalid` with every problem of the draft; `Missing` for a lens
/// that there is not; `Refused` with `company_score` if what was done for companies is not at hand.
pub fn start(
    tx: &mut Tx,
    who: &User,
    text: &str,
    lens: Option<&str>,
    question: Question,
    now: Moment,
) -> Result<Started, Failure> {
    who.may(Right::ReadPeople)?;
    people::sight::must_see_all(who)?;
    let definition = lens::read(text)?;
    crate::company::can_count(tx, &definition)?;
    let lens = lens::of_drafts(tx, who, lens)?;
    let id = tx.ids(1)?;
    let until = question.until.map_or(now, |until| until.min(now));
    let row = BacktestRow {
        id,
        lens: lens.id,
        job: None,
        name: definition.name,
        text: text.to_owned(),
        asked: Asked { until, within: question.within },
        started_at: now,
        started_by: who.actor(),
        finished_at: None,
        result: None,
        refusal: None,
    };
    store::add(tx, &row)?;
    let unique = id.to_string();
    let payload = json!({ "backtest": id });
    let job = platform::jobs::enqueue(tx, BACKTEST_JOB, Some(&unique), &payload, now)?;
    store::set_job(tx, id, job)?;
    audit::note(tx, who, "backtest.started", (BACKTEST, id), Value::Null, now)?;
    Ok(Started { backtest: id, job })
}

/// One backtest.
///
/// # Errors
/// `Forbidden` without the right to read people; `Missing` if there is none.
pub fn load(tx: &mut Tx, who: &User, id: i64) -> Result<BacktestRow, Failure> {
    who.may(Right::ReadPeople)?;
    people::sight::must_see_all(who)?;
    store::load(tx, id)?.ok_or_else(|| Failure::missing("backtest", id))
}

/// The newest backtests, the newest first.
///
/// # Errors
/// `Forbidden` without the right to read people.
pub fn list(tx: &mut Tx, who: &User) -> Result<Vec<BacktestRow>, Failure> {
    who.may(Right::ReadPeople)?;
    people::sight::must_see_all(who)?;
    store::list(tx, LISTED)
}

/// The newest backtest under a lens that came to something.
///
/// # Errors
/// As [`list`].
pub fn latest(tx: &mut Tx, who: &User, lens: LensId) -> Result<Option<BacktestRow>, Failure> {
    who.may(Right::ReadPeople)?;
    people::sight::must_see_all(who)?;
    store::latest(tx, lens)
}

/// Gives a backtest up; false if it had ended.
///
/// # Errors
/// As [`load`].
pub fn cancel(tx: &mut Tx, who: &User, id: i64, now: Moment) -> Result<bool, Failure> {
    let row = load(tx, who, id)?;
    let (None, Some(job)) = (row.finished_at, row.job) else { return Ok(false) };
    let cancelled = platform::jobs::cancel(tx, job, now)?;
    if cancelled {
        store::finish(tx, id, now, None, None)?;
        audit::note(tx, who, "backtest.given-up", (BACKTEST, id), Value::Null, now)?;
    }
    Ok(cancelled)
}

impl BacktestRow {
    /// How far it is.
    pub fn state(&self) -> State {
        match (&self.result, &self.refusal, self.finished_at) {
            (Some(_), _, _) => State::Done,
            (None, Some(_), _) => State::Refused,
            (None, None, Some(_)) => State::Cancelled,
            (None, None, None) => State::Running,
        }
    }

    /// What it came to.
    ///
    /// # Errors
    /// `Refused` with `no_result`, `cancelled` or `unfinished`, each with its reason.
    pub fn view(&self) -> Result<BacktestView, Failure> {
        if let Some(refusal) = &self.refusal {
            return Err(Failure::refused("no_result", refusal.clone()));
        }
        if self.state() == State::Cancelled {
            return Err(Failure::refused("cancelled", CANCELLED));
        }
        let result = self
            .result
            .as_deref()
            .ok_or_else(|| Failure::refused("unfinished", "This backtest has not ended yet."))?;
        Ok(serde_json::from_str(result).map_err(anyhow::Error::from)?)
    }
}

//! Running a backtest: as many readers as there are processors, each with a snapshot and a share of the people.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use funnel::Definition;
use funnel::backtest::{Backtest as Counted, Difference, Moved};
use funnel::fold::company::CompanyScore;
use moment::Moment;
use people::{LensId, PersonId};
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::jobs::{Again, Job, Run};
use serde_json::{Value, json};

use super::store::{self, BacktestRow};
use super::view::{self, BacktestView};
use crate::company::Companies;
use crate::reading::{AT_ONCE, Reading};
use crate::{lens, refold};

/// The job that runs a backtest.
pub const BACKTEST_JOB: &str = "funnels.backtest";
/// People whom a reader takes at a time: those who work together were often met together.
const CHUNK_PEOPLE: i64 = 4_096;
/// People who differ and are told one by one, each with both receipts.
const TOLD_MAX: usize = 100;
/// How often progress is told and a wish to stop is heard.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Runs a draft over the whole past and stores what it came to.
pub struct Backtest;

impl Job for Backtest {
    fn name(&self) -> &'static str {
        BACKTEST_JOB
    }

    fn run(&self, app: &App, run: &mut Run) -> Result<Value, Again> {
        let id = run.payload().get("backtest").and_then(Value::as_i64).unwrap_or_default();
        let (row, name) = app.db.read_blocking(move |tx| {
            let row = store::load(tx, id)?.ok_or_else(|| Failure::missing("backtest", id))?;
            let lens = lens::by_id(tx, row.lens)?;
            Ok((row, lens.name))
        })?;
        // Whoever's time has come has moved, whether or not a server was there to see it.
        refold::wake_due(app)?;
        let (definition, lens) = (lens::read(&row.text)?, row.lens);
        let (counted, differences) = count(app, run, &row, (&name, &definition))?;
        let (ticket, now) = (run.ticket(), app.clock.now());
        if let Some(thin) = counted.thin() {
            let words = format!("The history is too thin for a backtest: {thin}.");
            let refusal = words.clone();
            app.db.write_blocking(move |tx| {
                ticket.confirm(tx)?;
                store::finish(tx, id, now, None, Some(&refusal))
            })?;
            return Ok(json!({ "people": counted.people(), "refusal": words }));
        }
        let (name, until) = (row.name, row.asked.until);
        app.db
            .write_blocking(move |tx| {
                ticket.confirm(tx)?;
                let lens = lens::by_id(tx, lens)?;
                let in_force = lens.current().map(|(_, definition)| Arc::clone(definition));
                let view = BacktestView {
                    definition: name,
                    version: lens.version_at(now),
                    report: counted.report(&definition, in_force.as_deref()),
                    differences: view::differences(tx, (&lens, &definition), until, differences)?,
                    lens: lens.name,
                };
                let result = serde_json::to_string(&view).map_err(anyhow::Error::from)?;
                store::finish(tx, id, now, Some(&result), None)?;
                Ok(json!({ "people": view.report.people }))
            })
            .map_err(Again::from)
    }
}

/// What all readers share.
struct Shared {
    lens: LensId,
    /// How the draft counts the score of a company, and until when.
    draft: (Option<CompanyScore>, Moment),
    after: Mutex<PersonId>,
    done: AtomicU64,
    stop: AtomicBool,
}

type Part = (Counted, BTreeMap<PersonId, Difference>);

fn count(
    app: &App,
    run: &mut Run,
    row: &BacktestRow,
    (lens, definition): (&str, &Definition),
) -> Result<Part, Again> {
    let total = app.db.read_blocking(people::count)?;
    let shared = Arc::new(Shared {
        lens: row.lens,
        draft: (CompanyScore::of(definition), row.asked.until),
        after: Mutex::new(0),
        done: AtomicU64::new(0),
        stop: AtomicBool::new(false),
    });
    let readers = std::thread::available_parallelism().map_or(1, usize::from);
    let parts = std::thread::scope(|scope| -> Result<Vec<Part>, Again> {
        let readers: Vec<_> = (0..readers)
            .map(|_| {
                let counted = Counted::under(Some(lens), definition, row.asked);
                let shared = Arc::clone(&shared);
                scope.spawn(move || app.db.read_blocking(move |tx| read(tx, &shared, counted)))
            })
            .collect();
        while !readers.iter().all(std::thread::ScopedJoinHandle::is_finished) {
            run.progress(json!({ "done": shared.done.load(Ordering::Relaxed), "total": total }));
            if let Err(stopped) = run.checkpoint() {
                shared.stop.store(true, Ordering::Relaxed);
                return Err(stopped);
            }
            std::thread::sleep(LOOK_EVERY);
        }
        let broken = |_| Failure::broken("a reader of a backtest broke off");
        readers.into_iter().map(|reader| Ok(reader.join().map_err(broken)??)).collect()
    })?;
    run.progress(json!({ "done": total, "total": total }));
    let mut parts = parts.into_iter();
    let none = || (Counted::under(Some(lens), definition, row.asked), BTreeMap::new());
    let (mut counted, mut differences) = parts.next().unwrap_or_else(none);
    for (part, found) in parts {
        counted.merge(&part);
        differences.extend(found);
    }
    keep_first(&mut differences);
    Ok((counted, differences))
}

/// Takes one share of the people after the other until nobody is left.
fn read(tx: &mut Tx, shared: &Shared, mut counted: Counted) -> Result<Part, Failure> {
    let mut differences = BTreeMap::new();
    let (draft, until) = shared.draft.clone();
    let mut reading = Reading::new(counted.wanted(), Companies::of_draft(draft, until));
    loop {
        let (mut after, ids) = next(tx, shared)?;
        if ids.is_empty() {
            return Ok((counted, differences));
        }
        for some in ids.chunks(AT_ONCE) {
            if shared.stop.load(Ordering::Relaxed) {
                return Ok((counted, differences));
            }
            let Some(last) = some.last().copied() else { continue };
            let mut moves = store::moves(tx, shared.lens, (after, last))?.into_iter().peekable();
            for (person, history) in reading.between(tx, (after, last), |_, _, _, _| Ok(()))? {
                while moves.next_if(|(other, _)| *other < person).is_some() {}
                let lived = moves.next_if(|(other, _)| *other == person);
                let lived: &[Moved] = lived.as_ref().map_or(&[], |(_, moves)| moves);
                let parted = counted.person(&history, lived);
                let is_told = differences.len() < TOLD_MAX
                    || differences.last_key_value().is_some_and(|(last, _)| person < *last);
                if let Some(parted) = parted.filter(|_| is_told) {
                    differences.insert(person, counted.tell(&history, parted));
                    keep_first(&mut differences);
                }
            }
            after = last;
            shared.done.fetch_add(u64::try_from(some.len()).unwrap_or(0), Ordering::Relaxed);
        }
    }
}

/// The next people whom nobody has taken, and after whom they come.
fn next(tx: &mut Tx, shared: &Shared) -> Result<(PersonId, Vec<PersonId>), Failure> {
    let mut after = shared.after.lock().unwrap_or_else(PoisonError::into_inner);
    let before = *after;
    let ids = people::ids_after(tx, before, CHUNK_PEOPLE)?;
    if let Some(last) = ids.last() {
        *after = *last;
    }
    Ok((before, ids))
}

fn keep_first(differences: &mut BTreeMap<PersonId, Difference>) {
    while differences.len() > TOLD_MAX {
        differences.pop_last();
    }
}

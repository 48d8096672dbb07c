//! Re-standing: everybody after an adoption, and whoever's time has come.
//!
//! Everybody is folded aside, from a snapshot and without holding up a writer, a chunk ahead of the one that is being
//! written. Whoever was stood anew in between, because something was recorded of them, is seen by the revision of
//! their standing, and folded again where it is written.

use std::collections::{BTreeSet, HashMap};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use funnel::Wanted;
use funnel::condition::Score;
use journal::SubjectId;
use moment::Moment;
use people::{CompanyId, LensId, PersonId};
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::jobs::{Again, Job, Run};
use serde_json::{Value, json};

use crate::company::{self, Companies};
use crate::former::Former;
use crate::handoff::derive;
use crate::kept;
use crate::lens::Lens;
use crate::project::Judged;
use crate::reading::{AT_ONCE, Reading};
use crate::segment::{Keeper, News};
use crate::spent::{self, Spent};
use crate::{lens, project, territory};

/// The job that re-stands everybody.
pub const REFOLD: &str = "funnels.refold";

/// People folded aside and written in one transaction: the more, the fewer times a page of an index is written; the
/// fewer, the sooner others get in between. A sixtieth of everybody, within these bounds: whoever wants to write waits
/// for about a second, and little is kept in memory.
const ASIDE_PEOPLE: (u64, u64) = (4_000, 16_000);
/// Into how many parts everybody is cut, if that is within the bounds.
const PARTS: u64 = 60;
/// People whose time has come, re-stood in one transaction.
const DUE_PEOPLE: i64 = 1_000;

/// Re-stands everybody under the definitions in force. May run twice: it writes only what differs.
pub struct Refold;

impl Job for Refold {
    fn name(&self) -> &'static str {
        REFOLD
    }

    fn run(&self, app: &App, run: &mut Run) -> Result<Value, Again> {
        let total = app.db.read_blocking(people::count)?;
        let earlier = run.earlier_progress();
        let after: PersonId =
            earlier.and_then(|so_far| so_far.get("after")?.as_i64()).unwrap_or_default();
        let mut done = earlier.and_then(|so_far| so_far.get("done")?.as_u64()).unwrap_or_default();
        if done == 0 {
            company::derive_everybody(app, run)?;
            // Of a workspace that comes from elsewhere, or from before, the companies have no names to be ordered by
            // yet. Else they are stood with the people between whom they stand, if there are any.
            if run.payload().get("for").is_some() || total == 0 {
                company::everybody(app, run)?;
            }
        }
        let asked = run.payload().get("for").and_then(Value::as_array);
        let is_for = |what| asked.is_some_and(|all| all.iter().any(|asked| *asked == what));
        let (keeps, wakes) = (is_for(kept::KNOWN_AHEAD), is_for(kept::TERRITORY_WAKE));
        let (least, most) = ASIDE_PEOPLE;
        let at_once = i64::try_from((total / PARTS).clamp(least, most)).unwrap_or(i64::MAX);
        // Handed over when the one before is written: of two chunks at most anything is kept in memory.
        let (sender, receiver) = sync_channel(0);
        std::thread::scope(|scope| -> Result<Value, Again> {
            // Dropped however this ends, so that whoever folds never waits for one who has gone.
            let receiver: Receiver<Result<Aside, Failure>> = receiver;
            scope.spawn(move || fold_aside(app, (after, at_once), &sender));
            loop {
                run.checkpoint()?;
                let Ok(aside) = receiver.recv() else { break };
                let aside = aside?;
                let (now, ticket) = (app.clock.now(), run.ticket());
                let count = aside.people.len();
                let last = aside.people.last().copied();
                app.db.write_blocking(move |tx| {
                    ticket.confirm(tx)?;
                    if wakes {
                        territory::Keeper::load(tx)?.keep_whole(tx, &aside.people, now)?;
                    }
                    aside.write(tx, keeps, now)
                })?;
                done += u64::try_from(count).unwrap_or(0);
                run.progress(json!({ "after": last, "done": done, "total": total.max(done) }));
            }
            Ok(json!({ "people": done }))
        })
    }
}

/// Some people, and the companies between them, folded as a snapshot had them.
#[derive(Default)]
struct Aside {
    people: Vec<PersonId>,
    /// The companies, and those of which something else is kept than was folded.
    companies: (Vec<CompanyId>, BTreeSet<CompanyId>),
    /// The version in force under each lens.
    versions: Vec<(LensId, Option<i64>)>,
    judged: Vec<(LensId, Vec<Judged>)>,
    former: Former,
    spent: Spent,
    /// How often each standing under a lens was written.
    revisions: HashMap<LensId, HashMap<PersonId, i64>>,
}

/// Folds everybody after a person, chunk by chunk, until all are done or nobody takes them.
fn fold_aside(
    app: &App,
    (mut after, at_once): (PersonId, i64),
    to: &SyncSender<Result<Aside, Failure>>,
) {
    loop {
        let now = app.clock.now();
        let aside = app.db.read_blocking(move |tx| Aside::read(tx, (after, at_once), now));
        match aside.map(|aside| (aside.people.last().copied(), aside)) {
            Ok((None, _)) => return,
            Ok((Some(last), aside)) => {
                after = last;
                if to.send(Ok(aside)).is_err() {
                    return;
                }
            }
            Err(failure) => {
                let _nobody_waits = to.send(Err(failure));
                return;
            }
        }
    }
}

impl Aside {
    fn read(tx: &mut Tx, (after, at_once): (PersonId, i64), now: Moment) -> Result<Aside, Failure> {
        let mut people = people::ids_after(tx, after, at_once + 1)?;
        let is_end = i64::try_from(people.len()).is_ok_and(|found| found <= at_once);
        if !is_end {
            people.pop();
        }
        let lenses = lens::lenses(tx)?;
        let mut aside = Aside { people, versions: in_force(&lenses), ..Aside::default() };
        let (Some(first), Some(last)) = (aside.people.first(), aside.people.last()) else {
            return Ok(aside);
        };
        for lens in &lenses {
            let revisions = people::stand::revisions(tx, lens.id, *first, *last)?;
            aside.revisions.insert(lens.id, revisions);
        }
        let mut reading = Reading::new(wanted(tx, &lenses), Companies::under(tx, &lenses));
        let mut after = after;
        let people = aside.people.clone();
        for some in people.chunks(AT_ONCE) {
            let last = some.last().copied().unwrap_or(after);
            let until = if is_end && people.last() == Some(&last) { SubjectId::MAX } else { last };
            aside.some(tx, &lenses, &mut reading, (after, until), now)?;
            after = last;
        }
        Ok(aside)
    }

    /// Folds those between two, companies as well.
    fn some(
        &mut self,
        tx: &mut Tx,
        lenses: &[Lens],
        reading: &mut Reading,
        between: (SubjectId, SubjectId),
        now: Moment,
    ) -> Result<(), Failure> {
        let mut alone = company::Alones::default();
        let Aside { former, spent, .. } = self;
        let histories = reading.between(tx, between, |tx, subject, own, employed| {
            if journal::is_company(subject) {
                return alone.add(tx, lenses, (subject, own), now);
            }
            former.note(subject, employed);
            spent.note(subject, own);
            Ok(())
        })?;
        self.companies.1.extend(alone.differing(tx)?);
        self.companies.0.extend(alone.companies());
        let histories: Vec<_> =
            histories.into_iter().map(|(person, history)| (person, false, history)).collect();
        for (lens, under) in project::judge(tx, lenses, &histories, now)? {
            match self.judged.iter_mut().find(|(known, _)| *known == lens) {
                Some((_, known)) => known.extend(under),
                None => self.judged.push((lens, under)),
            }
        }
        Ok(())
    }

    /// Writes what was folded; whoever is not as they were is folded anew. `keeps`: what conditions ask of those who
    /// had several employers is kept anew.
    fn write(self, tx: &mut Tx, keeps: bool, now: Moment) -> Result<(), Failure> {
        let Aside { people, companies, versions, mut judged, former, spent, revisions } = self;
        let (Some(first), Some(last)) = (people.first(), people.last()) else { return Ok(()) };
        let moved = if keeps { former.people() } else { BTreeSet::new() };
        former.write(tx)?;
        spent.write(tx)?;
        let ids: Vec<PersonId> = moved.iter().copied().collect();
        restand_with(tx, &ids, Keeper::everything, now)?;
        if in_force(&lens::lenses(tx)?) != versions {
            company::restand_alone(tx, &companies.0, now)?;
            return restand(tx, &people, now);
        }
        // Of the others nothing changes; and if something did since, it was written with it.
        company::restand_alone(tx, &companies.1.into_iter().collect::<Vec<_>>(), now)?;
        // Whoever was just stood anew is among them.
        let mut stale = BTreeSet::new();
        for (lens, under) in &judged {
            let then = revisions.get(lens);
            let today = people::stand::revisions(tx, *lens, *first, *last)?;
            let is_stale = |person: &PersonId| {
                today.get(person) != then.and_then(|revisions| revisions.get(person))
            };
            stale.extend(under.iter().map(|one| one.person).filter(is_stale));
        }
        for (_, under) in &mut judged {
            under.retain(|one| !stale.contains(&one.person));
        }
        project::write(tx, judged, None)?;
        restand(tx, &stale.into_iter().collect::<Vec<_>>(), now)
    }
}

/// What is looked at in a history by whoever stands somebody under these lenses.
fn wanted(tx: &Tx, lenses: &[Lens]) -> Wanted {
    let definitions = tx.part::<lens::Definitions>();
    let mut wanted = Wanted::nothing().and_kinds(spent::BOUGHT).and_fact(Score::Intent.fact());
    for lens in lenses.iter().filter(|lens| !lens.versions.is_empty()) {
        wanted = wanted.and(&definitions.with_folder(lens, |folder| folder.wanted()));
        if derive::asks(lens) {
            wanted = wanted.and_kinds("handoff.*").and_campaigns();
        }
    }
    wanted
}

fn in_force(lenses: &[Lens]) -> Vec<(LensId, Option<i64>)> {
    lenses.iter().map(|lens| (lens.id, lens.current().map(|(row, _)| row.version))).collect()
}

/// Re-stands these people as of now.
///
/// # Errors
/// `Broken` when the database fails.
pub(crate) fn restand(tx: &mut Tx, ids: &[PersonId], now: Moment) -> Result<(), Failure> {
    restand_with(tx, ids, |_| News::default(), now)
}

fn restand_with(
    tx: &mut Tx,
    ids: &[PersonId],
    news: impl Fn(&Keeper) -> News,
    now: Moment,
) -> Result<(), Failure> {
    if ids.is_empty() {
        return Ok(());
    }
    let mut subjects = project::subjects_of(tx, ids)?;
    let (lenses, mut keeper) = (lens::lenses(tx)?, Keeper::load(tx)?);
    subjects.iter_mut().for_each(|subject| subject.news = news(&keeper));
    let companies = Companies::under(tx, &lenses);
    project::fold(tx, (&lenses, companies), &mut keeper, subjects, None, now)
}

/// Counts the companies and re-stands the people of whom something could have changed by now without anything new;
/// gives how many people.
///
/// # Errors
/// `Broken` when the database fails.
pub fn wake_due(app: &App) -> Result<u64, Failure> {
    let now = app.clock.now();
    company::wake_due(app, now)?;
    company::wake_alone(app, now)?;
    territory::wake_due(app, now)?;
    let mut woken = 0;
    let mut before = Vec::new();
    loop {
        let ids = app.db.write_blocking(move |tx| {
            let ids = people::stand::due(tx, now, 0, DUE_PEOPLE)?;
            restand(tx, &ids, now)?;
            Ok(ids)
        })?;
        if ids.is_empty() {
            return Ok(woken);
        }
        if ids == before {
            return Err(Failure::broken("people whose time has come could not be re-stood"));
        }
        woken += u64::try_from(ids.len()).unwrap_or(0);
        before = ids;
    }
}

/// When the next standing, score of a company, or territory could change by itself.
///
/// # Errors
/// `Broken` when the database fails.
pub fn next_wake(app: &App) -> Result<Option<Moment>, Failure> {
    app.db.read_blocking(|tx| {
        let companies = [company::next_due(tx)?, people::companies::standing::next_due(tx)?];
        let people = [people::stand::next_due(tx)?, people::sight::next_due(tx)?];
        Ok(companies.into_iter().chain(people).flatten().min())
    })
}

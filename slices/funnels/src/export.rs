//! `export`: the people of a list, or those who meet a condition, as a file; through a page, the API and the command line.

use std::io::Write;
use std::time::Duration;

use funnel::Stage;
use moment::Moment;
use people::PersonId;
use people::export::{self, Exported, Layout, Listing, Whom};
use people::list::{List, Sort};
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use team::{Right, User};

use crate::lens;
use crate::segment::Segment;

/// How long a page or a program waits for what a condition asks for the first time.
const WORDS_WAIT: Duration = Duration::from_secs(25);
const WORDS_LOOK: Duration = Duration::from_millis(40);
/// After how many seconds to ask again, if that was not enough.
const WORDS_RETRY_S: u32 = 15;

/// Which people, seen through which lens.
#[derive(Clone, Debug)]
pub struct Export {
    /// The lens; the one through which the user looks unless said.
    pub lens: Option<String>,
    /// Only people who meet a condition; it is asked alone.
    pub condition: Option<String>,
    /// Only these stages; all if empty.
    pub stages: Vec<Stage>,
    /// The order within a stage.
    pub sort: Sort,
    /// Whether the largest comes first.
    pub descending: bool,
    /// A name, the beginning of one, or an address.
    pub search: Option<String>,
    /// What the file holds.
    pub layout: Layout,
}

impl Export {
    /// The condition, read; nothing if none is asked.
    ///
    /// # Errors
    /// `Forbidden` without the right to export; `Invalid` for a condition that is none, or that is asked with
    /// something else.
    pub fn segment(&self, tx: &mut Tx, who: &User) -> Result<Option<Segment>, Failure> {
        who.may(Right::ExportPeople)?;
        let Some(condition) = &self.condition else { return Ok(None) };
        if !self.stages.is_empty() || self.search.is_some() {
            let words = "a condition is asked alone: say the stage in it, as stage == \"lead\"";
            return Err(Failure::invalid("where", words));
        }
        let lens = lens::of(tx, who, self.lens.as_deref())?;
        Segment::read(&lens, condition).map(Some).map_err(|failure| match failure {
            Failure::Refused { code: "condition", words } => Failure::invalid("where", words),
            other => other,
        })
    }

    /// The condition, once what it asks for is at hand: the first time a word is asked, a job reads all histories.
    ///
    /// # Errors
    /// As [`Export::segment`]; `Busy` if that takes longer than a caller should wait.
    pub async fn ready(&self, app: &App, who: &User) -> Result<Option<Segment>, Failure> {
        let (ask, asker) = (self.clone(), who.clone());
        let Some(segment) = app.db.read(move |tx| ask.segment(tx, &asker)).await? else {
            return Ok(None);
        };
        let (asker, asked, now) = (who.clone(), segment.clone(), app.clock.now());
        if app.db.write(move |tx| asked.prepare(tx, &asker, now)).await?.is_none() {
            return Ok(Some(segment));
        }
        let started = tokio::time::Instant::now();
        while started.elapsed() < WORDS_WAIT {
            tokio::time::sleep(WORDS_LOOK).await;
            let (asker, asked) = (who.clone(), segment.clone());
            if app.db.read(move |tx| asked.count(tx, &asker, now)).await?.is_some() {
                return Ok(Some(segment));
            }
        }
        Err(Failure::Busy { retry_after_s: WORDS_RETRY_S })
    }

    /// Writes the file; `begin` is told how many it will have before the first of it is written.
    ///
    /// # Errors
    /// `Forbidden` without the right to export; `Busy` while a condition is not ready, see [`Export::ready`]; `Broken`
    /// when the database or the stream fails.
    pub fn write<W: Write>(
        &self,
        tx: &mut Tx,
        who: &User,
        segment: Option<&Segment>,
        now: Moment,
        to: &mut W,
        begin: impl FnOnce(&mut W, u64) -> Result<(), Failure>,
    ) -> Result<Exported, Failure> {
        who.may(Right::ExportPeople)?;
        let lens = people::lens_for(tx, who, self.lens.as_deref())?;
        let Some(segment) = segment else {
            let mut listing = Listing::of(tx, who, self.list(lens.id))?;
            begin(to, listing.announced())?;
            let announced = listing.announced();
            let mut next = |tx: &mut Tx, limit: usize| listing.next(tx, who, limit);
            let whom = Whom { announced, next: &mut next };
            return export::write(tx, who, &lens, &self.layout, whom, now, to);
        };
        let busy = || Failure::Busy { retry_after_s: WORDS_RETRY_S };
        let announced = segment.count(tx, who, now)?.ok_or_else(busy)?;
        begin(to, announced)?;
        let mut after: PersonId = 0;
        let mut next = |tx: &mut Tx, limit: usize| {
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let ids = segment.people(tx, who, now, (after, limit))?.ok_or_else(busy)?;
            after = ids.last().copied().unwrap_or(after);
            Ok(ids)
        };
        let whom = Whom { announced, next: &mut next };
        export::write(tx, who, &lens, &self.layout, whom, now, to)
    }

    fn list(&self, lens: people::LensId) -> List {
        List {
            lens,
            stages: self.stages.clone(),
            sort: self.sort.clone(),
            descending: self.descending,
            after: None,
            search: self.search.clone(),
            limit: people::list::PAGE_ROWS_MAX,
        }
    }
}

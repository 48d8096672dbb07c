//! `export`: the people of a list, a segment, a frozen list or a view, or those who meet a condition, as a file; through a
//! page, the API and the command line.

use std::io::Write;
use std::time::Duration;

use funnel::Stage;
use moment::Moment;
use people::export::{self, Exported, Layout, Listing, Whom};
use people::list::{self, List, Sieve, Sort};
use people::lists::{self, LIST};
use people::segment::{self, SEGMENT};
use people::views::{self, VIEW};
use people::{LensLabel, condition};
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use serde_json::json;
use team::audit::{self, Subject};
use team::{Right, User};

/// How long a page or a program waits for what a condition asks for the first time.
const WORDS_WAIT: Duration = Duration::from_secs(25);
const WORDS_LOOK: Duration = Duration::from_millis(40);
/// After how many seconds to ask again, if that was not enough.
const WORDS_RETRY_S: u32 = 15;

/// Which people, seen through which lens, in which order.
#[derive(Clone, Debug)]
pub struct Export {
    /// The lens; the one through which the user looks unless said.
    pub lens: Option<String>,
    /// Only people of a segment, a list or a view, by its public id.
    pub within: Option<String>,
    /// Only people who meet a condition.
    pub condition: Option<String>,
    /// Only these stages; all if empty.
    pub stages: Vec<Stage>,
    /// The order; the view's, if it is of one, else by name.
    pub sort: Option<Sort>,
    /// Whether the largest comes first; as is usual for the order unless said.
    pub descending: Option<bool>,
    /// A name, the beginning of one, or an address; those who are found come as they are found.
    pub search: Option<String>,
    /// What the file holds.
    pub layout: Layout,
}

/// An export, read: who is let through, and in which order they come.
#[derive(Clone, Debug)]
struct Read {
    lens: LensLabel,
    list: List,
    sieve: Sieve,
    subject: Subject,
}

impl Export {
    fn read(&self, tx: &mut Tx, who: &User) -> Result<Read, Failure> {
        who.may(Right::ExportPeople)?;
        let lens = people::lens_for(tx, who, self.lens.as_deref())?;
        let mut sieve = Sieve { stages: self.stages.clone(), ..Sieve::of(lens.id) };
        let mut conditions: Vec<String> = self.condition.clone().into_iter().collect();
        let (mut sort, mut descending) = (self.sort.clone(), self.descending);
        let mut subject = Subject::NONE;
        let outside = tx.public_ids();
        if let Some(within) = self.within.as_deref() {
            if let Some(id) = outside.decode(LIST, within) {
                sieve.list = Some(lists::load(tx, who, id)?.id);
                subject = (LIST, id).into();
            } else if let Some(id) = outside.decode(SEGMENT, within) {
                conditions.push(segment::load(tx, who, id)?.condition);
                subject = (SEGMENT, id).into();
            } else if let Some(id) = outside.decode(VIEW, within) {
                let shows = views::load(tx, who, id)?.shows;
                conditions.extend(Some(shows.condition).filter(|text| !text.trim().is_empty()));
                if sieve.stages.is_empty() {
                    sieve.stages.extend(Stage::parse(&shows.stage));
                }
                sort = sort.or_else(|| Sort::parse(&shows.sort));
                descending = descending.or(match shows.dir.as_str() {
                    "asc" => Some(false),
                    "desc" => Some(true),
                    _ => None,
                });
                subject = (VIEW, id).into();
            } else {
                let words = "Name a segment (seg_…), a list (lst_…) or a view (viw_…) by its id.";
                return Err(Failure::refused("no_such_list", words));
            }
        }
        if !conditions.is_empty() {
            let text = match conditions.as_slice() {
                [one] => one.clone(),
                more => format!("({})", more.join(") && (")),
            };
            let asked = condition::read(tx, lens.id, &text).map_err(|failure| match failure {
                Failure::Refused { code: "condition", words } => Failure::invalid("where", words),
                other => other,
            })?;
            sieve.condition = Some(asked);
        }
        let sort = sort.unwrap_or(Sort::Name);
        let list = List {
            lens: lens.id,
            stages: sieve.stages.clone(),
            descending: descending.unwrap_or(sort.is_down_by_itself()),
            sort,
            after: None,
            search: self.search.clone(),
            limit: list::PAGE_ROWS_MAX,
        };
        Ok(Read { lens, list, sieve, subject })
    }

    /// Has made ready what is asked for; gives the jobs that make it, none if all is ready: the first time a word is
    /// asked, a job reads all histories.
    ///
    /// # Errors
    /// `Forbidden` without the right to export; `Invalid` for a condition that is none; `Missing` for a list, a segment
    /// or a view that there is not.
    pub fn prepare(&self, tx: &mut Tx, who: &User, now: Moment) -> Result<Vec<i64>, Failure> {
        let read = self.read(tx, who)?;
        list::prepare(tx, who, read.sieve.condition.as_ref(), &read.list.sort, now)
    }

    /// Waits until all is at hand, and notes in the audit log who takes how many people out.
    ///
    /// # Errors
    /// As [`Export::prepare`]; `Busy` if that takes longer than a caller should wait.
    pub async fn begin(&self, app: &App, who: &User) -> Result<(), Failure> {
        let started = tokio::time::Instant::now();
        let (ask, asker, now) = (self.clone(), who.clone(), app.clock.now());
        let mut jobs = app.db.write(move |tx| ask.prepare(tx, &asker, now)).await?;
        while !jobs.is_empty() {
            if started.elapsed() > WORDS_WAIT {
                return Err(Failure::Busy { retry_after_s: WORDS_RETRY_S });
            }
            tokio::time::sleep(WORDS_LOOK).await;
            let open = app.db.read(move |tx| {
                let mut open = Vec::new();
                for job in jobs {
                    let row = platform::jobs::find(tx, job)?;
                    if row.is_some_and(|row| row.done_at.is_none()) {
                        open.push(job);
                    }
                }
                Ok(open)
            });
            jobs = open.await?;
        }
        let (ask, asker) = (self.clone(), who.clone());
        let people = app.db.read(move |tx| {
            let read = ask.read(tx, &asker)?;
            Ok(Listing::of(tx, &asker, read.list, read.sieve, now)?.announced())
        });
        let people = people.await?;
        let (ask, asker) = (self.clone(), who.clone());
        app.db.write(move |tx| ask.note(tx, &asker, people, now)).await
    }

    /// Notes in the audit log who takes how many people out, and which facts of them.
    ///
    /// # Errors
    /// As [`Export::prepare`].
    pub fn note(&self, tx: &mut Tx, who: &User, people: u64, now: Moment) -> Result<(), Failure> {
        let read = self.read(tx, who)?;
        let stages: Vec<&str> = self.stages.iter().map(|stage| stage.as_str()).collect();
        // A condition or a search may name somebody: that there was one is enough.
        let detail = json!({
            "people": people,
            "format": self.layout.format.as_str(),
            "facts": self.layout.facts,
            "stages": stages,
            "has_condition": self.condition.is_some(),
            "has_search": self.search.is_some(),
        });
        audit::note(tx, who, "people.exported", read.subject, detail, now)
    }

    /// Writes the file; `begin` is told how many it will have before the first of it is written.
    ///
    /// # Errors
    /// `Forbidden` without the right to export; `Busy` while something is not ready, see [`Export::begin`]; `Broken`
    /// when the database or the stream fails.
    pub fn write<W: Write>(
        &self,
        tx: &mut Tx,
        who: &User,
        now: Moment,
        to: &mut W,
        begin: impl FnOnce(&mut W, u64) -> Result<(), Failure>,
    ) -> Result<Exported, Failure> {
        let Read { lens, list, sieve, .. } = self.read(tx, who)?;
        let mut listing = Listing::of(tx, who, list, sieve, now)?;
        let announced = listing.announced();
        begin(to, announced)?;
        let mut next = |tx: &mut Tx, limit: usize| listing.next(tx, who, limit, now);
        let whom = Whom { announced, next: &mut next };
        export::write(tx, who, &lens, &self.layout, whom, now, to)
    }
}

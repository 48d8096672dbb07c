//! `export`: the people or the companies of a list, a segment, a frozen list or a view, or those that meet a condition, as
//! a file; through a page, the API and the command line.

use std::io::Write;
use std::time::Duration;

use funnel::Stage;
use moment::Moment;
use people::companies::{CompanyList, CompanySort};
use people::export::{self, Exported, Layout, Listed, Listing, Whom};
use people::list::{self, List, Sieve, Sort};
use people::lists::{self, LIST};
use people::segment::{self, SEGMENT};
use people::views::{self, VIEW};
use people::{LensLabel, Of, condition};
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

/// Which people or companies, seen through which lens, in which order.
#[derive(Clone, Debug)]
pub struct Export {
    /// People or companies.
    pub of: Of,
    /// The lens; the one through which the user looks unless said.
    pub lens: Option<String>,
    /// Only those of a segment, a list or a view, by its public id.
    pub within: Option<String>,
    /// Only those that meet a condition.
    pub condition: Option<String>,
    /// Only these stages; all if empty.
    pub stages: Vec<Stage>,
    /// The order, as an address of the list says it; the view's, if it is of one, else by name.
    pub sort: Option<String>,
    /// Whether the largest comes first; as is usual for the order unless said.
    pub descending: Option<bool>,
    /// A name, the beginning of one, or an address; those that are found come as they are found.
    pub search: Option<String>,
    /// What the file holds.
    pub layout: Layout,
}

/// An export, read: who is let through, and in which order they come.
#[derive(Clone, Debug)]
struct Read {
    lens: LensLabel,
    listed: Listed,
    subject: Subject,
}

/// What narrows an export, and its order, as they are gathered from what is asked and from what it is of.
struct Gathered {
    conditions: Vec<String>,
    stages: Vec<Stage>,
    list: Option<i64>,
    sort: Option<String>,
    descending: Option<bool>,
    subject: Subject,
}

impl Export {
    fn read(&self, tx: &mut Tx, who: &User) -> Result<Read, Failure> {
        who.may(Right::ExportPeople)?;
        let lens = people::lens_for(tx, who, self.lens.as_deref())?;
        self.layout.may_hold(tx, who, (self.of, lens.id))?;
        let Gathered { mut conditions, stages, list, sort, descending, subject } =
            self.gather(tx, who)?;
        if self.of == Of::Companies && !stages.is_empty() {
            let words: Vec<String> =
                stages.iter().map(|stage| format!("\"{}\"", stage.as_str())).collect();
            conditions.push(format!("stage in [{}]", words.join(", ")));
        }
        let condition = match conditions.as_slice() {
            [] => None,
            [one] => Some(one.clone()),
            more => Some(format!("({})", more.join(") && ("))),
        };
        let condition = match condition {
            Some(text) => {
                let asked = condition::read_of(tx, self.of, lens.id, &text);
                let asked = asked.map_err(|failure| match failure {
                    Failure::Refused { code: "condition", words } => {
                        Failure::invalid("where", words)
                    }
                    other => other,
                })?;
                Some(asked)
            }
            None => None,
        };
        let word = sort.as_deref().unwrap_or("name");
        let no_order = |words: &str| Failure::invalid("sort", words);
        let listed = match self.of {
            Of::People => {
                let words = "there are name, fit, engagement, touched and created, and facts like person.country";
                let sort = Sort::parse(word).ok_or_else(|| no_order(words))?;
                let sieve = Sieve { stages: stages.clone(), condition, list, ..Sieve::of(lens.id) };
                let list = List {
                    lens: lens.id,
                    stages,
                    descending: descending.unwrap_or(sort.is_down_by_itself()),
                    sort,
                    after: None,
                    search: self.search.clone(),
                    limit: list::PAGE_ROWS_MAX,
                };
                Listed::People(list, sieve)
            }
            Of::Companies => {
                let words = "there are name, stage, people, touched, intent and created, and facts like company.country";
                let sort = CompanySort::parse(word).ok_or_else(|| no_order(words))?;
                Listed::Companies(CompanyList {
                    condition,
                    list,
                    search: self.search.clone(),
                    descending: descending.unwrap_or(sort.is_down_by_itself()),
                    sort,
                    ..CompanyList::of(lens.id)
                })
            }
        };
        Ok(Read { lens, listed, subject })
    }

    /// What is asked, with what the segment, the list or the view asks besides.
    fn gather(&self, tx: &mut Tx, who: &User) -> Result<Gathered, Failure> {
        let mut gathered = Gathered {
            conditions: self.condition.clone().into_iter().collect(),
            stages: self.stages.clone(),
            list: None,
            sort: self.sort.clone(),
            descending: self.descending,
            subject: Subject::NONE,
        };
        let Some(within) = self.within.as_deref() else { return Ok(gathered) };
        let outside = tx.public_ids();
        let of = if let Some(id) = outside.decode(LIST, within) {
            let row = lists::load(tx, who, id)?;
            (gathered.list, gathered.subject) = (Some(row.id), (LIST, id).into());
            row.of
        } else if let Some(id) = outside.decode(SEGMENT, within) {
            let row = segment::load(tx, who, id)?;
            gathered.conditions.push(row.condition);
            gathered.subject = (SEGMENT, id).into();
            row.of
        } else if let Some(id) = outside.decode(VIEW, within) {
            let view = views::load(tx, who, id)?;
            let shows = view.shows;
            gathered.conditions.extend(Some(shows.condition).filter(|it| !it.trim().is_empty()));
            if gathered.stages.is_empty() {
                gathered.stages.extend(Stage::parse(&shows.stage));
            }
            let order = Some(shows.sort).filter(|word| is_order(self.of, word));
            gathered.sort = gathered.sort.or(order);
            gathered.descending = gathered.descending.or(match shows.dir.as_str() {
                "asc" => Some(false),
                "desc" => Some(true),
                _ => None,
            });
            gathered.subject = (VIEW, id).into();
            view.of
        } else {
            let words = "Name a segment (seg_…), a list (lst_…) or a view (viw_…) by its id.";
            return Err(Failure::refused("no_such_list", words));
        };
        if of != self.of {
            let (there, here) = (of.word(), self.of.word());
            let words = format!("{within} is of {there}, and this is an export of {here}.");
            return Err(Failure::refused("no_such_list", words));
        }
        Ok(gathered)
    }

    /// Has made ready what is asked for; gives the jobs that make it, none if all is ready: the first time a word is
    /// asked, a job reads all histories.
    ///
    /// # Errors
    /// `Forbidden` without the right to export; `Invalid` for a condition that is none and for facts that are kept from the
    /// user; `Missing` for a list, a segment or a view that there is not.
    pub fn prepare(&self, tx: &mut Tx, who: &User, now: Moment) -> Result<Vec<i64>, Failure> {
        let read = self.read(tx, who)?;
        let mut jobs = read.listed.prepare(tx, who, now)?;
        jobs.extend(self.layout.prepare(tx, who, (self.of, read.lens.id), now)?);
        jobs.sort_unstable();
        jobs.dedup();
        Ok(jobs)
    }

    /// Waits until all is at hand, and notes in the audit log who takes how many out.
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
        let rows = app.db.read(move |tx| {
            let read = ask.read(tx, &asker)?;
            Ok(Listing::of(tx, &asker, read.listed, now)?.announced())
        });
        let rows = rows.await?;
        let (ask, asker) = (self.clone(), who.clone());
        app.db.write(move |tx| ask.note(tx, &asker, rows, now)).await
    }

    /// Notes in the audit log who takes how many out, and which facts of them.
    ///
    /// # Errors
    /// As [`Export::prepare`].
    pub fn note(&self, tx: &mut Tx, who: &User, rows: u64, now: Moment) -> Result<(), Failure> {
        let read = self.read(tx, who)?;
        let stages: Vec<&str> = self.stages.iter().map(|stage| stage.as_str()).collect();
        // A condition or a search may name somebody: that there was one is enough.
        let detail = json!({
            self.of.word(): rows,
            "format": self.layout.format.as_str(),
            "facts": self.layout.facts,
            "stages": stages,
            "has_condition": self.condition.is_some(),
            "has_search": self.search.is_some(),
        });
        let what = match self.of {
            Of::People => "people.exported",
            Of::Companies => "companies.exported",
        };
        audit::note(tx, who, what, read.subject, detail, now)
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
        let Read { lens, listed, .. } = self.read(tx, who)?;
        self.layout.must_be_ready(tx, who, (self.of, lens.id), now)?;
        let mut listing = Listing::of(tx, who, listed, now)?;
        let announced = listing.announced();
        begin(to, announced)?;
        let mut next = |tx: &mut Tx, limit: usize| listing.next(tx, who, limit, now);
        let whom = Whom { of: self.of, announced, next: &mut next };
        export::write(tx, who, &lens, &self.layout, whom, now, to)
    }
}

/// Whether a view's order is one; it may have been of a word that is none any more.
fn is_order(of: Of, word: &str) -> bool {
    match of {
        Of::People => Sort::parse(word).is_some(),
        Of::Companies => CompanySort::parse(word).is_some(),
    }
}

//! The job that makes a workspace from before the search findable, a few people at a time.

use moment::Moment;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::jobs::{self, Again, Job, Run};
use platform::settings;
use serde_json::{Value, json};

use super::index;
use crate::store;

/// The job's name.
pub const BUILD: &str = "people.search";

/// Under which it is kept that everything is found.
const BUILT: &str = "people.search";

/// Subjects done in one transaction: others get in between.
const CHUNK: i64 = 500;

/// Whether everybody is found by now.
///
/// # Errors
/// `Broken` when the database fails.
pub fn is_built(tx: &mut Tx) -> Result<bool, Failure> {
    Ok(settings::find(tx, BUILT)?.is_some())
}

/// Sees to it that everybody is found: at once where nobody is yet, else by a job.
///
/// # Errors
/// `Broken` when the database fails.
pub fn build(tx: &mut Tx, now: Moment) -> Result<Option<i64>, Failure> {
    if store::ids_after(tx, 0, 1)?.is_empty() && store::companies_after(tx, 0, 1)?.is_empty() {
        settings::save(tx, BUILT, "1")?;
        return Ok(None);
    }
    jobs::enqueue(tx, BUILD, Some("all"), &json!({}), now).map(Some)
}

/// Puts every name and every text into what is found. May run twice, and goes on where it was.
pub struct Build;

impl Job for Build {
    fn name(&self) -> &'static str {
        BUILD
    }

    fn run(&self, app: &App, run: &mut Run) -> Result<Value, Again> {
        let place = |name: &str| {
            let earlier = run.earlier_progress().and_then(|earlier| earlier.get(name)?.as_i64());
            earlier.unwrap_or(0)
        };
        let (mut people, mut companies, mut done) =
            (place("people"), place("companies"), place("done"));
        loop {
            run.checkpoint()?;
            let ticket = run.ticket();
            let step = app.db.write_blocking(move |tx| {
                let (found, people, companies) = step(tx, people, companies)?;
                let done = done + found;
                let words = json!({ "people": people, "companies": companies, "done": done });
                ticket.save_progress(tx, &words)?;
                if found == 0 {
                    settings::save(tx, BUILT, "1")?;
                }
                Ok((found, people, companies))
            })?;
            let found = step.0;
            (people, companies) = (step.1, step.2);
            done += found;
            if found == 0 {
                return Ok(json!({ "done": done }));
            }
        }
    }
}

/// The next people, then the next companies; how many, and how far each has come.
fn step(tx: &mut Tx, people: i64, companies: i64) -> Result<(i64, i64, i64), Failure> {
    let ids = store::ids_after(tx, people, CHUNK)?;
    if let Some(last) = ids.last().copied() {
        tx.lock("subject", &ids)?;
        let rows: Vec<_> = store::people(tx, &ids)?.into_values().collect();
        index::people(tx, &Default::default(), &rows)?;
        for (subject, history) in journal::histories(tx, &ids)? {
            index::activities_again(tx, subject, &history)?;
        }
        return Ok((i64::try_from(ids.len()).unwrap_or(CHUNK), last, companies));
    }
    let ids = store::companies_after(tx, companies, CHUNK)?;
    let Some(last) = ids.last().copied() else { return Ok((0, people, companies)) };
    tx.lock("subject", &ids)?;
    let rows: Vec<_> = store::companies(tx, &ids)?.into_values().collect();
    index::companies(tx, &Default::default(), &rows)?;
    for (subject, history) in journal::histories(tx, &ids)? {
        index::activities_again(tx, subject, &history)?;
    }
    Ok((i64::try_from(ids.len()).unwrap_or(CHUNK), people, last))
}

//! The job that makes what is held under new words, for everybody, a few people at a time.

use moment::Moment;
use people::{CompanyId, PersonId};
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::jobs::{Again, Job, Run};
use serde_json::Value;

use super::keep::Keeper;
use super::store::{self, Rows, Word};
use crate::company::Companies;
use crate::everybody::in_steps;
use crate::project;

/// The job that makes words ready.
pub const BUILD: &str = "funnels.words";

/// People done in one transaction: others get in between.
const CHUNK_PEOPLE: i64 = 1_000;

/// Makes what is held under the words that are not ready. May run twice, and goes on where it was.
pub struct Build;

impl Job for Build {
    fn name(&self) -> &'static str {
        BUILD
    }

    fn run(&self, app: &App, run: &mut Run) -> Result<Value, Again> {
        in_steps(app, run, step)
    }
}

/// The next people, or companies, of the words that have come the least far; gives how many, nothing if all words are
/// ready.
fn step(tx: &mut Tx, now: Moment) -> Result<Option<u64>, Failure> {
    let words = store::words(tx)?;
    let place = |word: &Word| word.built_to.map(|to| (to, word.is_company));
    let Some(least) = words.iter().filter_map(place).min() else { return Ok(None) };
    let (after, is_company) = least;
    let words: Vec<Word> = words.into_iter().filter(|word| place(word) == Some(least)).collect();
    let numbers: Vec<i64> = words.iter().map(|word| word.id).collect();
    let subjects = match is_company {
        true => people::companies::ids_after(tx, after, CHUNK_PEOPLE)?,
        false => people::ids_after(tx, after, CHUNK_PEOPLE)?,
    };
    let Some(last) = subjects.last().copied() else {
        store::built(tx, &numbers, None)?;
        return Ok(Some(0));
    };
    for word in &words {
        store::clear(tx, word, after, last)?;
    }
    match is_company {
        true => make_of_companies(tx, words, &subjects, now)?,
        false => make(tx, words, &subjects, now)?,
    }
    store::built(tx, &numbers, Some(last))?;
    Ok(Some(u64::try_from(subjects.len()).unwrap_or(0)))
}

fn make(tx: &mut Tx, words: Vec<Word>, people: &[PersonId], now: Moment) -> Result<(), Failure> {
    let mut keeper = Keeper::of(words);
    let everything = keeper.everything();
    let mut companies = Companies::default();
    let mut rows = Rows::default();
    for subject in project::subjects_of(tx, people)? {
        let history = project::whole(tx, subject.own, &mut companies)?;
        keeper.rows(&mut rows, subject.person, true, &everything, &history.entries, now);
    }
    keeper.mark_companies(tx, companies.histories())?;
    rows.write(tx)
}

fn make_of_companies(
    tx: &mut Tx,
    words: Vec<Word>,
    companies: &[CompanyId],
    now: Moment,
) -> Result<(), Failure> {
    let keeper = Keeper::of(words);
    let everything = keeper.all(true);
    let mut rows = Rows::default();
    for (company, own) in journal::histories(tx, companies)? {
        keeper.rows(&mut rows, company, true, &everything, &own, now);
    }
    rows.write(tx)
}

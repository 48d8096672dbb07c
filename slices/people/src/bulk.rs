//! Changes of many people or companies at once: a fact, a list; of people who looks after them, out with a way back.
//!
//! **Promise:** who they are is settled before anything is done, each of them comes to changed, unchanged or rejected,
//! and these add up to how many they are. Killed, a change goes on where it was.

mod apply;
mod run;
mod store;

use std::sync::Arc;

use funnel::Stage;
use moment::Moment;
use platform::db::{Sql, Tx};
use platform::failure::Failure;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use team::{Right, User, audit};

use crate::companies::{self, CompanyList, CompanySort};
use crate::condition::Asked;
use crate::fields::Labels;
use crate::list::Sieve;
use crate::lists::LIST;
use crate::{CompanyId, LensId, Of, PersonId, condition, sight};

pub use apply::Done;
pub use run::Bulk;
pub use store::{ChangeRow, Counts, Rejection};

pub(crate) const ALL: &[Sql] = store::ALL;

/// The prefix of a change's public id.
pub const CHANGE: &str = "chg";
/// The name of the job.
pub const BULK: &str = "people.bulk";
/// People or companies named one by one, at most.
pub const NAMED_MAX: usize = 20_000;
/// People or companies that are changed while somebody waits; more are a job's.
pub const AT_ONCE_MAX: usize = 200;

/// Companies whose places are looked up at a time.
const COMPANIES_AT_ONCE: usize = 10_000;

/// What is done to each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do")]
pub enum Deed {
    /// A fact is told by hand; null takes it back.
    Fact {
        /// Its key: `person.custom.plan`, `company.industry`.
        key: String,
        /// What holds now.
        value: Json,
    },
    /// Somebody looks after them from now on, or nobody.
    Owner {
        /// The user.
        user: Option<i64>,
    },
    /// They are put into a list.
    PutIn {
        /// The list.
        list: i64,
    },
    /// They are taken out of a list.
    TakeOut {
        /// The list.
        list: i64,
    },
    /// They are recycled by hand, for a reason.
    Recycle {
        /// The reason that the receipt will give.
        reason: String,
    },
}

impl Deed {
    /// What it does, in a few words: `set person.custom.plan`.
    pub fn words(&self) -> String {
        self.words_with(&Labels::default())
    }

    /// The same, with a field by its label: `set Plan`.
    pub fn words_with(&self, labels: &Labels) -> String {
        let called = |key: &str| labels.label(key).unwrap_or(key).to_owned();
        match self {
            Deed::Fact { key, value: Json::Null } => format!("take back {}", called(key)),
            Deed::Fact { key, .. } => format!("set {}", called(key)),
            Deed::Owner { user: Some(_) } => "set the owner".to_owned(),
            Deed::Owner { user: None } => "take away the owner".to_owned(),
            Deed::PutIn { .. } => "put into a list".to_owned(),
            Deed::TakeOut { .. } => "take out of a list".to_owned(),
            Deed::Recycle { .. } => "recycle".to_owned(),
        }
    }
}

/// To whom it is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Chosen {
    /// To these people.
    People(Vec<PersonId>),
    /// To these companies.
    Companies(Vec<CompanyId>),
    /// To whoever meets all of this when it begins.
    Matching(Matching),
}

/// Whom a change is done to, before it is known who they are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Matching {
    /// People or companies.
    #[serde(default)]
    pub of: Of,
    /// Under which lens they stand.
    pub lens: LensId,
    /// At these stages; at any if empty.
    pub stages: Vec<Stage>,
    /// A condition in the text form.
    pub condition: Option<String>,
    /// A list that they are in.
    pub list: Option<i64>,
}

impl Chosen {
    /// These people, or these companies.
    pub fn these(of: Of, ids: Vec<i64>) -> Chosen {
        match of {
            Of::People => Chosen::People(ids),
            Of::Companies => Chosen::Companies(ids),
        }
    }

    /// Whether it is done to people or to companies.
    pub fn of(&self) -> Of {
        match self {
            Chosen::People(_) => Of::People,
            Chosen::Companies(_) => Of::Companies,
            Chosen::Matching(matching) => matching.of,
        }
    }

    /// Those who are named one by one.
    fn named(&self) -> Option<&[i64]> {
        match self {
            Chosen::People(named) | Chosen::Companies(named) => Some(named),
            Chosen::Matching(_) => None,
        }
    }

    /// Who they are now of those whom the user sees, in order; nothing while the condition is not ready.
    ///
    /// # Errors
    /// `Refused` with `condition` for a text that is none any more.
    pub fn subjects(
        &self,
        tx: &mut Tx,
        who: &User,
        now: Moment,
    ) -> Result<Option<Vec<i64>>, Failure> {
        let mut found = match self {
            Chosen::People(people) => {
                let known: Vec<PersonId> = crate::store::people(tx, people)?.into_keys().collect();
                sight::seen(tx, who, &known)?
            }
            Chosen::Companies(companies) => sight::seen_subjects(tx, who, companies)?,
            Chosen::Matching(matching) => {
                let Some(found) = matching.subjects(tx, who, now)? else { return Ok(None) };
                found
            }
        };
        found.sort_unstable();
        found.dedup();
        Ok(Some(found))
    }
}

impl Matching {
    /// Who they are; nothing while the condition is not ready.
    fn subjects(&self, tx: &mut Tx, who: &User, now: Moment) -> Result<Option<Vec<i64>>, Failure> {
        let mut found = Vec::new();
        match self.of {
            Of::People => {
                let condition = self.condition(tx)?;
                let stages = self.stages.clone();
                let sieve = Sieve { stages, condition, list: self.list, ..Sieve::of(self.lens) };
                let Some(set) = sieve.set(tx, who, now)? else { return Ok(None) };
                tx.each_made(&set, |row| {
                    found.push(row.int(0));
                    Ok(())
                })?;
            }
            Of::Companies => {
                let mut list = CompanyList {
                    condition: self.condition(tx)?,
                    list: self.list,
                    sort: CompanySort::Created,
                    ..CompanyList::of(self.lens)
                };
                loop {
                    let page = companies::heads(tx, who, &list, COMPANIES_AT_ONCE, now)?;
                    let Some((ids, next)) = page else { return Ok(None) };
                    found.extend(ids);
                    list.after = next;
                    if list.after.is_none() {
                        break;
                    }
                }
            }
        }
        Ok(Some(found))
    }

    /// What is asked of each; of companies the stages, too, for these are no part of their list.
    fn condition(&self, tx: &mut Tx) -> Result<Option<Arc<dyn Asked>>, Failure> {
        let words: Vec<String> =
            self.stages.iter().map(|stage| format!("\"{}\"", stage.as_str())).collect();
        let of_stages = (self.of == Of::Companies && !words.is_empty())
            .then(|| format!("stage in [{}]", words.join(", ")));
        let text = match (&self.condition, of_stages) {
            (Some(own), Some(stages)) => Some(format!("({own}) && {stages}")),
            (own, stages) => own.clone().or(stages),
        };
        text.map(|text| condition::read_of(tx, self.of, self.lens, &text)).transpose()
    }

    /// Has made ready what the condition asks for; gives the job that makes it, if there is something to make.
    fn prepare(&self, tx: &mut Tx, who: &User, now: Moment) -> Result<Option<i64>, Failure> {
        match self.condition(tx)? {
            Some(asked) => asked.prepare(tx, who, now),
            None => Ok(None),
        }
    }
}

/// A change that was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Started {
    /// The change.
    pub change: i64,
    /// The job that makes ready what its condition asks for, if it is not.
    pub made_ready: Option<i64>,
    /// Its job, unless it is done already.
    pub job: Option<i64>,
}

impl Started {
    /// The jobs in the order in which they are to run.
    pub fn jobs(&self) -> impl Iterator<Item = i64> {
        self.made_ready.into_iter().chain(self.job)
    }
}

/// Changes many people or companies: few at once, many as a job.
///
/// # Errors
/// `Forbidden` without the right to edit people; `Invalid` for a deed that can't be done to any of them, or too many
/// named; `Refused` with `nobody`.
pub fn start(
    tx: &mut Tx,
    who: &User,
    chosen: &Chosen,
    deed: &Deed,
    now: Moment,
) -> Result<Started, Failure> {
    who.may(Right::EditPeople)?;
    apply::check(tx, who, chosen.of(), deed)?;
    let change = tx.ids(1)?;
    store::add(tx, change, deed, chosen, who.actor(), now)?;
    let mut made_ready = None;
    if let Some(named) = chosen.named() {
        let word = chosen.of().word();
        if named.len() > NAMED_MAX {
            let words = format!("{} {word} are named; at most {NAMED_MAX} are", named.len());
            return Err(Failure::invalid(word, words));
        }
        let found = chosen.subjects(tx, who, now)?.unwrap_or_default();
        let Some(last) = found.last().copied() else {
            let words = match chosen.of() {
                Of::People => "Nobody is selected.",
                Of::Companies => "No company is selected.",
            };
            return Err(Failure::refused("nobody", words));
        };
        if found.len() <= AT_ONCE_MAX {
            store::gathered(tx, change, found.len(), now)?;
            let done = apply::apply(tx, who, deed, &found, now)?;
            store::count(tx, change, chosen.of(), &done, last)?;
            store::finished(tx, change, chosen.of(), now)?;
            noted(tx, who, change, now)?;
            return Ok(Started { change, made_ready: None, job: None });
        }
    } else if let Chosen::Matching(matching) = chosen {
        made_ready = matching.prepare(tx, who, now)?;
    }
    let unique = format!("change {change}");
    let job = platform::jobs::enqueue(tx, BULK, Some(&unique), &json!({ "change": change }), now)?;
    store::is_job(tx, change, job)?;
    Ok(Started { change, made_ready, job: Some(job) })
}

/// Tells the audit log what was done to how many.
fn noted(tx: &mut Tx, who: &User, change: i64, now: Moment) -> Result<(), Failure> {
    let Some(row) = store::row(tx, change)? else { return Ok(()) };
    let Counts { whole, changed, unchanged, rejected } = row.counts;
    let (word, what) = match row.chosen.of() {
        Of::People => (Of::People.word(), "people.changed"),
        Of::Companies => (Of::Companies.word(), "companies.changed"),
    };
    let mut detail = json!({
        "what": row.deed.words(), word: whole, "changed": changed, "unchanged": unchanged,
        "rejected": rejected,
    });
    // What befell a list is found with the list.
    let (what, list) = match row.deed {
        Deed::PutIn { list } => ("list.put_in", list),
        Deed::TakeOut { list } => ("list.taken_out", list),
        Deed::Fact { .. } | Deed::Owner { .. } | Deed::Recycle { .. } => {
            return audit::note(tx, who, what, (CHANGE, change), detail, now);
        }
    };
    detail["change"] = json!(tx.public_ids().encode(CHANGE, change));
    audit::note(tx, who, what, (LIST, list), detail, now)
}

/// How a change goes, or went.
///
/// # Errors
/// `Forbidden` without the right to read people; `Missing`.
pub fn load(tx: &mut Tx, who: &User, change: i64) -> Result<ChangeRow, Failure> {
    who.may(Right::ReadPeople)?;
    let missing = Failure::missing("change", tx.public_ids().encode(CHANGE, change));
    store::row(tx, change)?.ok_or(missing)
}

/// Whom it could not be done to, each with the reason: the next after somebody, `limit` of them.
///
/// # Errors
/// `Broken` when the database fails.
pub fn rejections(
    tx: &mut Tx,
    change: &ChangeRow,
    after: i64,
    limit: i64,
) -> Result<Vec<Rejection>, Failure> {
    store::rejections(tx, change, after, limit)
}

/// Whoever moves people by hand; a part of the app.
pub trait Hands: Send + Sync {
    /// Moves one person to a stage or an exit for a reason, under the lens through which the user looks.
    ///
    /// # Errors
    /// `Refused` with what is in the way, in words.
    fn move_to(
        &self,
        tx: &mut Tx,
        who: &User,
        person: PersonId,
        to: Stage,
        reason: &str,
        now: Moment,
    ) -> Result<(), Failure>;
}

/// The part under which [`Hands`] is found.
pub struct HandsSource(pub Arc<dyn Hands>);

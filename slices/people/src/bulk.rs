//! Changes of many people at once: a fact, who looks after them, a list, out with a way back.
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

use crate::list::Sieve;
use crate::{LensId, PersonId, condition, sight};

pub use apply::Done;
pub use run::Bulk;
pub use store::{ChangeRow, Counts, Rejection};

pub(crate) const ALL: &[Sql] = store::ALL;

/// The prefix of a change's public id.
pub const CHANGE: &str = "chg";
/// The name of the job.
pub const BULK: &str = "people.bulk";
/// People named one by one, at most.
pub const NAMED_MAX: usize = 20_000;
/// People who are changed while somebody waits; more are a job's.
pub const AT_ONCE_MAX: usize = 200;

/// What is done to each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do")]
pub enum Deed {
    /// A fact is told by hand; null takes it back.
    Fact {
        /// Its key: `person.custom.plan`.
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
        match self {
            Deed::Fact { key, value: Json::Null } => format!("take back {key}"),
            Deed::Fact { key, .. } => format!("set {key}"),
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
    /// To these.
    People(Vec<PersonId>),
    /// To whoever meets all of this when it begins.
    Matching {
        /// Under which lens they stand.
        lens: LensId,
        /// At these stages; at any if empty.
        stages: Vec<Stage>,
        /// A condition in the text form.
        condition: Option<String>,
        /// A list that they are in.
        list: Option<i64>,
    },
}

impl Chosen {
    /// Who they are now of those whom the user sees, in order; nothing while the condition is not ready.
    ///
    /// # Errors
    /// `Refused` with `condition` for a text that is none any more.
    pub fn people(
        &self,
        tx: &mut Tx,
        who: &User,
        now: Moment,
    ) -> Result<Option<Vec<PersonId>>, Failure> {
        let mut people = match self {
            Chosen::People(people) => {
                let known: Vec<PersonId> = crate::store::people(tx, people)?.into_keys().collect();
                sight::seen(tx, who, &known)?
            }
            Chosen::Matching { .. } => {
                let sieve = self.sieve(tx)?.unwrap_or_else(|| Sieve::of(0));
                let Some(set) = sieve.set(tx, who, now)? else { return Ok(None) };
                let mut found = Vec::new();
                tx.each_made(&set, |row| {
                    found.push(row.int(0));
                    Ok(())
                })?;
                found
            }
        };
        people.sort_unstable();
        people.dedup();
        Ok(Some(people))
    }

    fn sieve(&self, tx: &mut Tx) -> Result<Option<Sieve>, Failure> {
        let Chosen::Matching { lens, stages, condition, list } = self else { return Ok(None) };
        let condition = match condition {
            Some(text) => Some(condition::read(tx, *lens, text)?),
            None => None,
        };
        Ok(Some(Sieve { stages: stages.clone(), condition, list: *list, ..Sieve::of(*lens) }))
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

/// Changes many people: few at once, many as a job.
///
/// # Errors
/// `Forbidden` without the right to edit people; `Invalid` for a deed that can't be done to anybody, or too many people
/// named; `Refused` with `nobody`.
pub fn start(
    tx: &mut Tx,
    who: &User,
    chosen: &Chosen,
    deed: &Deed,
    now: Moment,
) -> Result<Started, Failure> {
    who.may(Right::EditPeople)?;
    apply::check(tx, who, deed)?;
    let change = tx.ids(1)?;
    store::add(tx, change, deed, chosen, who.actor(), now)?;
    let mut made_ready = None;
    if let Chosen::People(named) = chosen {
        if named.len() > NAMED_MAX {
            let words = format!("{} people are named; at most {NAMED_MAX} are", named.len());
            return Err(Failure::invalid("people", words));
        }
        let people = chosen.people(tx, who, now)?.unwrap_or_default();
        if people.is_empty() {
            return Err(Failure::refused("nobody", "Nobody is selected."));
        }
        if people.len() <= AT_ONCE_MAX {
            store::gathered(tx, change, people.len(), now)?;
            let done = apply::apply(tx, who, deed, &people, now)?;
            store::count(tx, change, &done, people.last().copied().unwrap_or_default())?;
            store::finished(tx, change, now)?;
            noted(tx, who, change, now)?;
            return Ok(Started { change, made_ready: None, job: None });
        }
    } else if let Some(sieve) = chosen.sieve(tx)?
        && let Some(asked) = &sieve.condition
    {
        made_ready = asked.prepare(tx, who, now)?;
    }
    let unique = format!("change {change}");
    let job = platform::jobs::enqueue(tx, BULK, Some(&unique), &json!({ "change": change }), now)?;
    store::is_job(tx, change, job)?;
    Ok(Started { change, made_ready, job: Some(job) })
}

/// Tells the audit log what was done to how many.
fn noted(tx: &mut Tx, who: &User, change: i64, now: Moment) -> Result<(), Failure> {
    let Some(row) = store::row(tx, change)? else { return Ok(()) };
    let Counts { people, changed, unchanged, rejected } = row.counts;
    let detail = json!({
        "what": row.deed.words(), "people": people, "changed": changed, "unchanged": unchanged,
        "rejected": rejected,
    });
    audit::note(tx, who, "people.changed", (CHANGE, change), detail, now)
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

/// Whom it could not be done to, each with the reason: the next after a person, `limit` of them.
///
/// # Errors
/// `Broken` when the database fails.
pub fn rejections(
    tx: &mut Tx,
    change: i64,
    after: PersonId,
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

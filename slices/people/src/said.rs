//! `said`: everything that was ever said of one fact, by which source, when, and which word holds.

use funnel::history::What;
use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
use serde::Serialize;
use team::{FieldRight, Right, User};

use crate::edit::{EDIT, subject};
use crate::person::in_words;

/// One word on a fact.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Saying {
    /// The value, as people read it.
    pub value: String,
    /// Where it comes from.
    pub source: String,
    /// The user who said it, by name, if one did.
    pub by: Option<String>,
    /// From when on it was to hold.
    pub at: Moment,
    /// When it runs out, if it does.
    pub expires_at: Option<Moment>,
    /// What has become of it.
    pub state: State,
}

/// What has become of a word on a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It holds.
    Held,
    /// A later word holds.
    Past,
    /// A more trusted source said otherwise before it came.
    Outranked,
    /// It is held and not believed: its letters are of mixed scripts.
    Suspect,
    /// It has run out.
    Expired,
}

impl State {
    /// As people read it.
    pub const fn words(self) -> &'static str {
        match self {
            State::Held => "holds",
            State::Past => "until something newer was said",
            State::Outranked => "a more trusted source says otherwise",
            State::Suspect => "held, not believed: letters of mixed scripts",
            State::Expired => "has run out",
        }
    }
}

/// A fact with all that was said of it.
#[derive(Clone, Debug, Serialize)]
pub struct SaidView {
    /// Of whom.
    #[serde(skip)]
    pub subject: i64,
    /// Its name.
    pub key: String,
    /// What holds, if anything does.
    pub held: Option<Saying>,
    /// What other sources last said, where it is not what holds.
    pub others: Vec<Saying>,
    /// Everything, the newest first.
    pub all: Vec<Saying>,
    /// Whether the user may say otherwise.
    #[serde(skip)]
    pub may_write: bool,
}

/// All that was said of a fact of a person or a company.
///
/// # Errors
/// `Forbidden` without the right to read people; `Missing` if nobody is meant whom the user sees, or the fact is kept
/// from them.
pub fn said(
    tx: &mut Tx,
    who: &User,
    which: &str,
    key: &str,
    now: Moment,
) -> Result<SaidView, Failure> {
    who.may(Right::ReadPeople)?;
    let subject = subject(tx, who, which)?;
    if who.is_hidden(key) {
        return Err(Failure::missing("fact", key));
    }
    let history = journal::histories(tx, &[subject])?.pop().map(|(_, it)| it).unwrap_or_default();
    let actors = journal::actors(tx, subject)?;
    let mut users: Vec<i64> = actors.values().copied().collect();
    users.sort_unstable();
    users.dedup();
    let names = team::names(tx, &users)?;
    let outranked = format!("{}{key}", journal::OUTRANKED);
    let mut all: Vec<Saying> = Vec::new();
    let mut is_held_found = false;
    for entry in history.iter().rev().filter(|entry| entry.recorded_at <= now) {
        let What::Facts(observation) = &entry.what else { continue };
        for fact in observation.facts.iter().rev() {
            let is_outranked = *fact.key == *outranked;
            if *fact.key != *key && !is_outranked {
                continue;
            }
            let is_newest = !is_outranked && !std::mem::replace(&mut is_held_found, true);
            let is_expired = fact.expires_at.is_some_and(|expires| expires <= now);
            let state = match (is_outranked, is_newest) {
                (true, _) => State::Outranked,
                (false, false) => State::Past,
                (false, true) if is_expired => State::Expired,
                (false, true) if fact.suspect => State::Suspect,
                (false, true) => State::Held,
            };
            let actor = actors.get(&(entry.occurred_at, entry.id));
            let by = actor.and_then(|id| names.iter().find(|(user, _)| user == id));
            all.push(Saying {
                value: in_words(&fact.value),
                source: observation.source.to_string(),
                by: by.map(|(_, name)| name.clone()),
                at: entry.occurred_at,
                expires_at: fact.expires_at,
                state,
            });
        }
    }
    let held = all.iter().find(|saying| saying.state == State::Held).cloned();
    let mut others: Vec<Saying> = Vec::new();
    for saying in &all {
        let is_known = others.iter().any(|other| other.source == saying.source);
        let is_holder = held.as_ref().is_some_and(|held| held.source == saying.source);
        if !is_known && !is_holder && saying.source != EDIT {
            others.push(saying.clone());
        }
    }
    let holds = held.as_ref().map(|held| held.value.as_str()).unwrap_or_default();
    others.retain(|other| other.value != holds && other.state != State::Expired);
    let may_write = who.field(key) == FieldRight::Write && who.can(Right::EditPeople);
    Ok(SaidView { subject, key: key.to_owned(), held, others, all, may_write })
}

//! `make`: a person or a company as a user says them by hand.
//!
//! **Promise:** it is read, found, recorded and refused as [`crate::upsert`] does. Whoever is known already by one of the keys is
//! not changed without its being asked for: it is said who they are, and what of this would be news.
//! **Never:** changes a company by a person's being said to work there.

mod company;
mod person;

pub use company::{CompanyDraft, company};
pub use person::{PersonDraft, person};

use funnel::history::{Entry, Fact, Value};
use moment::Moment;
use platform::failure::{Failure, Field};
use team::{FieldRight, Right, Sight, User};

use crate::Of;
use crate::edit::held;
use crate::person::in_words;
use crate::upsert::Told;

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Made {
    /// Nobody knew them.
    Created(i64),
    /// They are known, and nothing was changed.
    Known(i64, Vec<News>),
    /// They were known, and what was new is recorded, as was asked for.
    Updated(i64),
    /// They were known, and so was all of this.
    Unchanged(i64),
    /// Somebody with one of these keys was erased then, and comes back only on purpose; nothing was changed.
    Erased(Moment),
}

/// What would be new of somebody who is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// The fact.
    pub key: String,
    /// What is said.
    pub says: String,
    /// What is held until now; nothing if it is unknown.
    pub held: Option<String>,
}

impl Made {
    /// As callers read it.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Made::Created(_) => "created",
            Made::Known(..) => "known",
            Made::Updated(_) => "updated",
            Made::Unchanged(_) => "unchanged",
            Made::Erased(_) => "erased",
        }
    }
}

/// Whether a user may make people, or companies: whoever sees a part of the people makes a company only with somebody who
/// works there, for they would not see it otherwise.
pub fn may_make(who: &User, of: Of) -> bool {
    who.can(Right::EditPeople) && (of == Of::People || who.sight == Sight::Everybody)
}

/// How what is said by hand is taken.
#[derive(Clone, Copy, Debug, Default)]
pub struct Taken {
    /// Whether somebody who is known is told what is new.
    pub updates: bool,
    /// Whether somebody who was erased comes back, on purpose.
    pub brings_back: bool,
}

fn came(told: Option<Told>, conflict: &'static str) -> Result<Made, Failure> {
    match told {
        Some(Told::Created(id)) => Ok(Made::Created(id)),
        Some(Told::Updated(id)) => Ok(Made::Updated(id)),
        Some(Told::Unchanged(id)) => Ok(Made::Unchanged(id)),
        Some(Told::Rejected(fields)) => Err(Failure::Invalid(fields)),
        Some(Told::Conflict(_, field)) => Err(Failure::refused(conflict, field.words)),
        None => Err(Failure::broken("nothing came of what was said")),
    }
}

/// Refuses facts that the user may not write, each at its field.
fn must_write<'f>(
    who: &User,
    facts: impl Iterator<Item = (&'f str, &'f Fact)>,
) -> Result<(), Failure> {
    let wrong = facts
        .filter(|(_, fact)| who.field(&fact.key) != FieldRight::Write)
        .map(|(field, _)| at(field, "this is not yours to write"));
    let wrong: Vec<Field> = wrong.collect();
    if wrong.is_empty() { Ok(()) } else { Err(Failure::Invalid(wrong)) }
}

fn at(field: &str, words: impl Into<String>) -> Field {
    Field { name: field.to_owned(), words: words.into() }
}

/// What is wrong, at the fields of the form: `/company/name` is what is said of the company.
fn named(fields: Vec<Field>, name: impl Fn(&str) -> String) -> Failure {
    let named = fields.into_iter().map(|field| Field { name: name(&field.name), ..field });
    Failure::Invalid(named.collect())
}

/// Those of the facts that are not held so already.
fn news(history: &[Entry], facts: &[Fact]) -> Vec<News> {
    let differs =
        |fact: &&Fact| held(history, &fact.key).map(|(_, it)| &it.value) != Some(&fact.value);
    facts
        .iter()
        .filter(differs)
        .map(|fact| new(history, &fact.key, in_words(&fact.value)))
        .collect()
}

fn new(history: &[Entry], key: &str, says: String) -> News {
    let held = held(history, key).map(|(_, fact)| &fact.value);
    let held = held.filter(|value| **value != Value::Null).map(in_words);
    News { key: key.to_owned(), says, held }
}

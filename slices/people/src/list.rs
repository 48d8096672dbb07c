//! `list`: people at some stages, of a condition or a list, in any order, a page at a time.
//!
//! A page costs the same at a thousand people and at a million: each stage has its own index for each order, and
//! several stages are merged from the heads of theirs. Of a condition the order is read on until the page is full, or,
//! if few meet it, those few are gathered and put in order.

pub(crate) mod formula;
pub(crate) mod order;
pub(crate) mod places;
mod rest;
mod sieve;
mod walk;

use std::sync::Arc;

use funnel::Stage;
use moment::Moment;
use platform::db::{Arg, Tx};
use platform::failure::Failure;
use team::{Right, User};

use crate::condition::{Asked, ConditionSource};
use crate::stand::{self, Standing};
use crate::store::{self, PersonRow};
use crate::{LensId, Of, PersonId, search, sight};

pub(crate) use order::ALL;
use order::{By, Order};
pub use sieve::Sieve;
pub use walk::Bounds;

/// Rows on a page at most.
pub const PAGE_ROWS_MAX: usize = 200;

/// By what the list is ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sort {
    /// By name, from A.
    Name,
    /// By fit.
    Fit,
    /// By engagement as it is now; decay moves all alike, so the order holds between activities.
    Engagement,
    /// By when they last did something.
    Touched,
    /// By when we first knew of them.
    Created,
    /// By a fact, or a formula: `person.country`, `company.employees`. Of whom it is unknown comes last, whichever way.
    Fact(String),
}

impl Sort {
    /// Those that every workspace has, with the word used in addresses.
    pub const ALL: [(Sort, &'static str); 5] = [
        (Sort::Name, "name"),
        (Sort::Fit, "fit"),
        (Sort::Engagement, "engagement"),
        (Sort::Touched, "touched"),
        (Sort::Created, "created"),
    ];

    /// The word used in addresses: a fact's is its key.
    pub fn word(&self) -> &str {
        match self {
            Sort::Name => "name",
            Sort::Fit => "fit",
            Sort::Engagement => "engagement",
            Sort::Touched => "touched",
            Sort::Created => "created",
            Sort::Fact(key) => key,
        }
    }

    fn by(&self) -> By<'_> {
        By::Column(match self {
            Sort::Name => &order::PEOPLE_BY_NAME,
            Sort::Fit => &order::PEOPLE_BY_FIT,
            Sort::Engagement => &order::PEOPLE_BY_ENGAGEMENT,
            Sort::Touched => &order::PEOPLE_BY_TOUCHED,
            Sort::Created => &order::PEOPLE_BY_CREATED,
            Sort::Fact(key) => return By::Fact(key),
        })
    }

    /// The fact of which it is the order, if it is of one.
    fn fact(&self) -> Option<&str> {
        match self {
            Sort::Name => Some("person.name"),
            Sort::Fact(key) => Some(key),
            Sort::Fit | Sort::Engagement | Sort::Touched | Sort::Created => None,
        }
    }

    /// From its word.
    pub fn parse(word: &str) -> Option<Sort> {
        let known = Sort::ALL.into_iter().find(|(_, other)| *other == word).map(|(sort, _)| sort);
        known.or_else(|| is_fact(word).then(|| Sort::Fact(word.to_owned())))
    }

    /// Whether a cursor is a place in this order.
    pub fn fits(&self, cursor: &Cursor) -> bool {
        self.by().fits(cursor)
    }

    /// Whether the largest comes first unless it is asked otherwise.
    pub fn is_down_by_itself(&self) -> bool {
        !matches!(self, Sort::Name | Sort::Fact(_))
    }
}

/// Longest key of a fact that orders a list, in bytes.
const KEY_BYTES_MAX: usize = 100;

pub(crate) fn is_fact(word: &str) -> bool {
    let is_of = ["person.", "company.", "score."]
        .iter()
        .any(|of| word.len() > of.len() && word.starts_with(of));
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    is_of && word.len() <= KEY_BYTES_MAX && word.bytes().all(is_plain)
}

/// Which way an order goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The smallest first.
    Up,
    /// The largest first.
    Down,
}

impl Turn {
    /// Whether the largest comes first, as an address says it.
    pub fn of(is_descending: bool) -> Turn {
        if is_descending { Turn::Down } else { Turn::Up }
    }
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct List {
    /// Under which lens they stand.
    pub lens: LensId,
    /// Only these stages; all if empty.
    pub stages: Vec<Stage>,
    /// The order.
    pub sort: Sort,
    /// Whether the largest comes first.
    pub descending: bool,
    /// Where the page before ended.
    pub after: Option<Cursor>,
    /// A name, the beginning of one, or an address; narrows the list, which is then ordered by name.
    pub search: Option<String>,
    /// Rows wanted, 1 to [`PAGE_ROWS_MAX`].
    pub limit: usize,
}

/// Where a page ended: the value by which it is ordered and the person or company, so that the next begins just after.
#[derive(Clone, Debug, PartialEq)]
pub struct Cursor {
    /// The value.
    pub value: Key,
    /// The person, or the company.
    pub id: i64,
}

/// A value by which people are ordered. Numbers come before texts, and at last those of whom it is unknown.
#[derive(Clone, Debug, PartialEq)]
pub enum Key {
    /// A text, as it is ordered.
    Text(String),
    /// A number.
    Real(f64),
    /// A whole number: a moment, an id.
    Int(i64),
    /// None is known.
    Unknown,
}

impl Key {
    /// As an argument of a statement.
    pub fn arg(&self) -> Arg {
        match self {
            Key::Text(text) => Arg::from(text.as_str()),
            Key::Real(value) => Arg::from(*value),
            Key::Int(value) => Arg::from(*value),
            Key::Unknown => Arg::Null,
        }
    }

    fn cmp(&self, other: &Key) -> std::cmp::Ordering {
        use std::cmp::Ordering::{Equal, Greater, Less};
        match (self, other) {
            (Key::Text(a), Key::Text(b)) => a.cmp(b),
            (Key::Real(a), Key::Real(b)) => a.total_cmp(b),
            (Key::Int(a), Key::Int(b)) => a.cmp(b),
            (Key::Unknown, Key::Unknown) => Equal,
            (Key::Unknown, _) => Greater,
            (_, Key::Unknown) => Less,
            (Key::Text(_), _) => Greater,
            (_, Key::Text(_)) => Less,
            (Key::Real(_) | Key::Int(_), _) => Equal,
        }
    }
}

impl Cursor {
    /// As it stands in an address: letters, digits and `-._~` alone.
    pub fn to_text(&self) -> String {
        let value = match &self.value {
            Key::Text(text) => {
                format!("t{}", text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>())
            }
            Key::Real(value) => format!("r{:016x}", value.to_bits()),
            Key::Int(value) => format!("i{value}"),
            Key::Unknown => "u".to_owned(),
        };
        format!("{value}~{}", self.id)
    }

    /// Read from an address; nothing if it is none of ours.
    pub fn parse(text: &str) -> Option<Cursor> {
        let (value, id) = text.rsplit_once('~')?;
        let id = id.parse().ok()?;
        let (tag, rest) = (value.get(..1)?, value.get(1..)?);
        let value = match tag {
            "t" => {
                let bytes: Option<Vec<u8>> = (0..rest.len())
                    .step_by(2)
                    .map(|at| u8::from_str_radix(rest.get(at..at + 2)?, 16).ok())
                    .collect();
                Key::Text(String::from_utf8(bytes?).ok()?)
            }
            "r" => Key::Real(f64::from_bits(u64::from_str_radix(rest, 16).ok()?)),
            "i" => Key::Int(rest.parse().ok()?),
            "u" if rest.is_empty() => Key::Unknown,
            _ => return None,
        };
        Some(Cursor { value, id })
    }

    pub(crate) fn cmp(&self, other: &Cursor, turn: Turn) -> std::cmp::Ordering {
        let is_unknown = |place: &Cursor| place.value == Key::Unknown;
        let order = self.value.cmp(&other.value).then(self.id.cmp(&other.id));
        let order = if turn == Turn::Down { order.reverse() } else { order };
        // Whichever way it goes, these come last.
        is_unknown(self).cmp(&is_unknown(other)).then(order)
    }
}

/// One person on the page.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Who.
    pub person: PersonRow,
    /// The company's name, if one is known.
    pub company: Option<String>,
    /// Where they stand.
    pub standing: Standing,
}

/// A page of people.
#[derive(Clone, Debug)]
pub struct ListView {
    /// In the order asked for.
    pub rows: Vec<Listed>,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
}

impl List {
    fn order(&self) -> Order<'_> {
        let turn = Turn::of(self.descending);
        Order { of: Of::People, lens: self.lens, by: self.sort.by(), turn }
    }
}

/// A page of the people whom the user sees.
///
/// # Errors
/// `Forbidden` without the right to read people; `Invalid` for a cursor that belongs to another order; `Refused` with
/// `hidden_field` for the order of what is kept from the user; `Busy` while the order is made ready; `Broken` when the
/// database fails.
pub fn list(tx: &mut Tx, who: &User, ask: &List, now: Moment) -> Result<ListView, Failure> {
    let view = list_of(tx, who, ask, &Sieve::of(ask.lens), now)?;
    view.ok_or(Failure::Busy { retry_after_s: READY_AFTER_S })
}

/// A page of ids of those whom a sieve lets through, in the order of `ask`, and where it ended if there is more; nothing
/// while something is not ready.
pub(crate) fn heads(
    tx: &mut Tx,
    who: &User,
    ask: &List,
    sieve: &Sieve,
    limit: usize,
    now: Moment,
) -> Result<Option<(Vec<PersonId>, Option<Cursor>)>, Failure> {
    places::page(tx, who, &ask.order(), sieve, (ask.after.as_ref(), limit), now)
}

/// Whether the user may see an order.
///
/// # Errors
/// `Refused` with `hidden_field` for the order of what is kept from the user.
pub(crate) fn may_order(tx: &mut Tx, who: &User, lens: LensId, sort: &Sort) -> Result<(), Failure> {
    match sort {
        Sort::Fit if crate::kept_scores(tx, who, lens)?.fit => Err(kept_order("score.fit")),
        Sort::Engagement if crate::kept_scores(tx, who, lens)?.engagement => {
            Err(kept_order("score.engagement"))
        }
        other => other.fact().map_or(Ok(()), |key| may_order_by(who, key)),
    }
}

/// Whether the user may see the order by a fact.
///
/// # Errors
/// As [`may_order`].
pub(crate) fn may_order_by(who: &User, key: &str) -> Result<(), Failure> {
    if who.is_hidden(key) {
        return Err(kept_order(key));
    }
    Ok(())
}

/// The refusal of the order of what is kept from the user.
pub(crate) fn kept_order(key: &str) -> Failure {
    let words = format!("{key} is kept from you, and so is its order: choose another.");
    Failure::refused("hidden_field", words)
}

/// People whom a search finds at most, of whom those are kept whom a sieve lets through.
pub(crate) const FOUND_MAX: usize = 10_000;
/// People whom a text finds at most, where they are put in an order of their own.
pub const ORDERED_MAX: usize = 1_000;

/// Those whom a text finds, of those whom the user sees; the nearest [`ORDERED_MAX`] at most. A [`Sieve`] of them puts
/// them in any order.
///
/// # Errors
/// `Forbidden` without the right to read people; `Broken` when the database fails.
pub fn found(tx: &mut Tx, who: &User, text: &str) -> Result<Vec<PersonId>, Failure> {
    search::ids(tx, who, text, ORDERED_MAX)
}

/// Those whom a text finds and a sieve lets through, the nearest first, of the nearest [`FOUND_MAX`]; nothing while the
/// condition is not ready.
pub(crate) fn searched(
    tx: &mut Tx,
    who: &User,
    text: &str,
    sieve: &Sieve,
    now: Moment,
) -> Result<Option<Vec<PersonId>>, Failure> {
    let found = search::ids(tx, who, text, FOUND_MAX)?;
    sieve.among(tx, who, &found, now)
}

/// After how many seconds to ask again for an order that is not ready.
pub(crate) const READY_AFTER_S: u32 = 15;

/// A page of those people whom the user sees and a sieve lets through, besides the stages of `ask`; nothing while the condition or the
/// order is not ready.
///
/// # Errors
/// As [`list`].
pub fn list_of(
    tx: &mut Tx,
    who: &User,
    ask: &List,
    sieve: &Sieve,
    now: Moment,
) -> Result<Option<ListView>, Failure> {
    who.may(Right::ReadPeople)?;
    may_order(tx, who, ask.lens, &ask.sort)?;
    let limit = ask.limit.clamp(1, PAGE_ROWS_MAX);
    let sieve = Sieve { stages: ask.stages.clone(), ..sieve.clone() };
    let (ids, next) = match ask.search.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => {
            let many = if sieve.is_open() { limit } else { FOUND_MAX };
            let found = search::ids(tx, who, text, many)?;
            let Some(mut found) = sieve.among(tx, who, &found, now)? else { return Ok(None) };
            found.truncate(limit);
            (found, None)
        }
        None => match heads(tx, who, ask, &sieve, limit, now)? {
            Some(page) => page,
            None => return Ok(None),
        },
    };
    Ok(Some(ListView { rows: of(tx, who, ask.lens, &ids)?, next }))
}

/// Has made ready what a condition and an order ask for; gives the jobs that make it, none if all is ready.
///
/// # Errors
/// As [`Asked::prepare`](crate::condition::Asked::prepare).
pub fn prepare(
    tx: &mut Tx,
    who: &User,
    condition: Option<&Arc<dyn Asked>>,
    (lens, sort): (LensId, &Sort),
    now: Moment,
) -> Result<Vec<i64>, Failure> {
    let mut jobs = Vec::new();
    if let Some(asked) = condition {
        jobs.extend(asked.prepare(tx, who, now)?);
    }
    if let Sort::Fact(key) = sort {
        jobs.extend(prepare_fact(tx, who, (Of::People, lens), key, now)?);
    }
    jobs.dedup();
    Ok(jobs)
}

/// Has made ready what the order by a fact, or by a formula, asks for; gives the job that makes it.
///
/// # Errors
/// `Refused` with `hidden_field` for the order of what is kept from the user, with `formula_order` for that of a formula
/// that can't be asked here.
pub(crate) fn prepare_fact(
    tx: &mut Tx,
    who: &User,
    (of, lens): (Of, LensId),
    key: &str,
    now: Moment,
) -> Result<Option<i64>, Failure> {
    may_order_by(who, key)?;
    if formula::is_one(tx, key)? {
        return formula::asked(tx, who, (of, lens), key)?.prepare(tx, who, now);
    }
    let source = tx.part::<ConditionSource>();
    source.0.prepare_fact(tx, who, (of, key), now)
}

/// The rows of these people, in the order of the ids: of those whom the user sees, with what the user is told.
///
/// # Errors
/// `Broken` when the database fails.
pub fn of(tx: &mut Tx, who: &User, lens: LensId, ids: &[PersonId]) -> Result<Vec<Listed>, Failure> {
    let ids = &sight::seen(tx, who, ids)?;
    let mut people = store::people(tx, ids)?;
    people.values_mut().for_each(|person| sight::veil(who, person));
    let mut standings = stand::standings(tx, lens, ids)?;
    let companies: Vec<i64> = people.values().filter_map(|person| person.company).collect();
    let companies = store::company_names(tx, who, &companies)?;
    let listed = ids.iter().filter_map(|id| {
        let person = people.remove(id)?;
        let standing = standings.remove(id)?;
        let company = person.company.and_then(|id| companies.get(&id).cloned());
        Some(Listed { person, company, standing })
    });
    Ok(listed.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_as_it_was_written() {
        let values = [Key::Text("márta o’neill".into()), Key::Real(-0.125), Key::Int(i64::MIN)];
        for value in values.into_iter().chain([Key::Unknown]) {
            let cursor = Cursor { value, id: 77 };
            assert_eq!(Cursor::parse(&cursor.to_text()), Some(cursor));
        }
        for odd in ["", "~", "t~1", "x1~1", "tzz~1", "t6~1", "r1~x", "i9", "u0~1"] {
            let read = Cursor::parse(odd);
            assert!(read.is_none() || odd == "t~1", "{odd} gave {read:?}");
        }
    }

    #[test]
    fn whoever_has_no_value_comes_last_whichever_way_it_goes() {
        let place = |value, id| Cursor { value, id };
        let none = [place(Key::Unknown, 1), place(Key::Unknown, 9)];
        for turn in [Turn::Up, Turn::Down] {
            for value in [Key::Text("z".into()), Key::Real(1e300)] {
                assert!(place(value, 5).cmp(&none[0], turn).is_lt(), "{turn:?}");
            }
            assert_eq!(none[0].cmp(&none[1], turn).is_lt(), turn == Turn::Up);
        }
    }

    #[test]
    fn an_order_reads_from_its_word() {
        for (sort, word) in Sort::ALL {
            assert_eq!((sort.word(), Sort::parse(word)), (word, Some(sort.clone())));
        }
        let fact = Sort::Fact("person.custom.plan".into());
        assert_eq!(
            (fact.word(), Sort::parse(fact.word())),
            ("person.custom.plan", Some(fact.clone()))
        );
        for odd in ["", "person.", "email", "person.x y", "person.x;--"] {
            assert_eq!(Sort::parse(odd), None, "{odd}");
        }
    }
}

//! A condition as SQL: the people of whom it is true, all at once, as of now.
//!
//! **Promise:** whoever is found is who the evaluator finds true; compiled of `!(…)`, who it finds
//! false; the rest is unknown. No text of a user becomes part of a statement: it consists of texts of
//! the program and of arguments. What SQL cannot say is refused, with its place.
//! **Never:** opens a database or knows a table: the caller names them, see [`Schema`].
//!
//! Each part of a condition becomes a stream of people's numbers in rising order, and "and", "or" and
//! "not" become `intersect`, `union` and `except`, which a database can merge as it reads. Truth has
//! three values, so that a part has two streams, of whom it is true and of whom it is false; nobody
//! of whom it is unknown is in either.

mod activity;
mod atom;
mod company;
mod compare;
mod filter;
mod parts;
mod schema;
mod set;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use moment::Moment;

use crate::condition::{Activities, Condition, Fault, Term};
use crate::definition::Definition;
use crate::fold::{OURS, TALKS, THEIRS};
use crate::held;

pub use parts::Parts;
pub use schema::{
    ActivityTable, CompanyTable, Dialect, FactTable, FormerTable, HeldActivityTable, PersonTable,
    Schema, Seen, StandingTable, TerritoryTable,
};
use set::{Rows, Set, Source};
pub use text::{Piece, Value};
use text::{Sql, sql};

/// Streams of one statement at most: SQLite takes 500 in one compound.
pub const STREAMS_MAX: usize = 400;

/// The words that a condition asks for, to be looked up before it is compiled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// Keys of facts.
    pub keys: BTreeSet<String>,
    /// Kinds of activities, some with a `*` at their end.
    pub kinds: BTreeSet<String>,
}

/// The numbers under which the words of a condition are stored; what has none was never recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Of keys of facts.
    pub keys: BTreeMap<String, i64>,
    /// Of kinds, and of what several begin with.
    pub kinds: BTreeMap<String, i64>,
    /// The asked kinds of which some activity was recorded of a company.
    pub of_companies: BTreeSet<String>,
    /// The numbers under which everything holds for good, so that nothing need be asked of when.
    pub steady: BTreeSet<i64>,
}

/// Under what a condition is compiled.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// Where things are.
    pub schema: &'a Schema,
    /// For which database.
    pub dialect: Dialect,
    /// The numbers of the condition's [`Words`].
    pub numbers: &'a Numbers,
    /// The lens under which people stand.
    pub lens: i64,
    /// The number of the definition in force.
    pub version: i64,
    /// The definition in force.
    pub definition: &'a Definition,
    /// As of when.
    pub now: Moment,
    /// Among whom; among everybody if that is not said.
    pub seen: Option<Seen<'a>>,
    /// Of a condition about companies: under what it is asked who works there. Then `schema` and `numbers` are those of
    /// companies, and whom of the people alone whoever asks may find is said there.
    pub people: Option<&'a Ask<'a>>,
    /// Whether whoever is found comes in rising order from each part, so that the database merges them. Whoever holds the
    /// parts against each other by themselves needs no order: see [`Compiled::parts`].
    pub in_order: bool,
}

/// A condition made ready to be asked of a database.
#[derive(Clone, Debug)]
pub struct Compiled<'a> {
    ask: Ask<'a>,
    set: Set,
}

/// A statement: texts of the program, and arguments between them, to be numbered in their order.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// In order.
    pub pieces: Vec<Piece>,
}

/// The words that a condition about people asks for, under a definition.
pub fn words(condition: &Condition, definition: &Definition) -> Words {
    let mut words = Words::default();
    collect(condition, Some(definition), &mut words);
    words
}

/// The words that a condition about companies asks for: of companies, and of their people.
pub fn words_of_companies(condition: &Condition, definition: &Definition) -> (Words, Words) {
    let (mut own, mut peoples) = (Words::default(), Words::default());
    // Where a company stands, and its score, are kept with it.
    collect(condition, None, &mut own);
    collect_somebody(condition, definition, &mut peoples);
    (own, peoples)
}

fn collect_somebody(condition: &Condition, definition: &Definition, words: &mut Words) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().for_each(|part| collect_somebody(part, definition, words));
        }
        Condition::Not(part) | Condition::Decided(part) => {
            collect_somebody(part, definition, words);
        }
        Condition::Somebody(part) => collect(part, Some(definition), words),
        _ => {}
    }
}

fn collect(condition: &Condition, definition: Option<&Definition>, words: &mut Words) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().for_each(|part| collect(part, definition, words));
        }
        Condition::Not(part) | Condition::Decided(part) => collect(part, definition, words),
        // Its people are asked for people's words.
        Condition::Somebody(_) => {}
        Condition::Did { activities, .. } => kinds(activities, words),
        Condition::TwoWay { .. } => {
            let all = TALKS.iter().chain(&THEIRS).chain(&OURS);
            words.kinds.extend(all.map(|kind| (*kind).to_owned()));
        }
        _ => condition.terms(&mut |term| match term {
            Term::Fact(key) => _ = words.keys.insert(key.clone()),
            Term::Score(score) if definition.is_some_and(|it| it.score(*score).is_none()) => {
                words.keys.insert(score.fact().to_owned());
            }
            Term::Count { activities, .. } | Term::Since(activities) => kinds(activities, words),
            _ => {}
        }),
    }
}

fn kinds(activities: &Activities, words: &mut Words) {
    if activities.kinds.iter().any(|kind| kind == held::ANY) {
        words.kinds.insert(held::ANY.to_owned());
    } else {
        words.kinds.extend(activities.kinds.iter().cloned());
    }
}

/// Compiles a condition.
///
/// # Errors
/// A [`Fault`] for what SQL cannot say, with its place in the condition's text form.
pub fn compile<'a>(condition: &Condition, ask: Ask<'a>) -> Result<Compiled<'a>, Fault> {
    let compiler = Compiler { ask, text: condition.to_string() };
    let set = compiler.set(condition, true)?;
    let seen = match ask.seen {
        Some(seen) => Some(compiler.seen(seen)),
        None => compiler.seen_companies(),
    };
    let set = match seen {
        Some(seen) => Set::both(vec![seen, set]),
        None => set,
    };
    let streams = set.streams();
    if streams > STREAMS_MAX {
        let words = format!(
            "this asks for {streams} different things, at most {STREAMS_MAX} can be counted at once"
        );
        return Err(Fault::at(&compiler.text, 0, words));
    }
    Ok(Compiled { ask, set })
}

impl Compiled<'_> {
    /// A statement that gives how many people there are, in one row.
    pub fn count(&self) -> Statement {
        let people = self.set.people(&self.ask, None);
        sql!["select count(*) from (", people, ") t"].into()
    }

    /// What it is made of, for whoever holds the parts against each other by themselves.
    pub fn parts(&self) -> Parts {
        Parts::of(&self.set, &self.ask)
    }

    /// A statement that gives the numbers of people after one of them, in rising order.
    pub fn ids(&self, after: i64, limit: i64) -> Statement {
        let people = self.set.people(&self.ask, Some(after));
        sql!["select t.id from (", people, ") t order by t.id limit ", limit].into()
    }

    /// A statement that gives the numbers of everybody, `id`, in no order: to be read by another.
    pub fn set(&self) -> Statement {
        self.set.people(&self.ask, None).into()
    }

    /// A statement that gives the numbers of those among some people, in no order. It looks each up by keys: for a few
    /// people it costs the same in any workspace.
    pub fn among(&self, people: &[i64]) -> Statement {
        let person = self.ask.schema.person;
        // No part of the condition gives its rows this name.
        let id = sql!["who.", person.id];
        let those = Sql::listed(people.iter().copied());
        let holds = self.set.holds_of(&self.ask, &id);
        let from = sql!["select ", &id, " as id from ", person.table, " who where ", &id];
        sql![from, " in (", those, ") and ", holds].into()
    }
}

impl From<Sql> for Statement {
    fn from(sql: Sql) -> Statement {
        Statement { pieces: sql.pieces() }
    }
}

struct Compiler<'a> {
    ask: Ask<'a>,
    /// The whole condition, to tell where a part of it stands.
    text: String,
}

impl Compiler<'_> {
    fn seen(&self, seen: Seen<'_>) -> Set {
        let (person, territory) = (self.ask.schema.person, self.ask.schema.territory);
        let listed = |of: &[i64]| sql![" in (", Sql::listed(of.iter().copied()), ")"];
        let stream = |table: &'static str, id: &'static str, filter: Sql, several: bool| {
            let (from, id) = (sql![table, " o"], sql!["o.", id]);
            Set::stream(Source::Rows(Rows { from, id, of: None, several }), filter)
        };
        let mut parts = Vec::new();
        if !seen.owners.is_empty() {
            let filter = sql!["o.", person.owner, listed(seen.owners)];
            parts.push(stream(person.table, person.id, filter, false));
        }
        if !seen.territories.is_empty() {
            let TerritoryTable { table, territory, person } = territory;
            let filter = sql!["o.", territory, listed(seen.territories)];
            // Somebody may be in several of them.
            parts.push(stream(table, person, filter, seen.territories.len() > 1));
        }
        Set::either(parts)
    }

    fn refuse(&self, part: &Condition, words: impl Into<String>) -> Fault {
        self.refuse_text(&part.to_string(), words)
    }

    fn refuse_text(&self, part: &str, words: impl Into<String>) -> Fault {
        let byte = self.text.find(part).unwrap_or(0);
        Fault::at(&self.text, byte, format!("{part}: {}", words.into()))
    }
}

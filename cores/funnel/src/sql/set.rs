//! Sets of people, and the statements that read them as streams of numbers in rising order.

use super::text::{Sql, sql};
use super::{Ask, Dialect};

/// Some of the people. Made by the functions here alone, so that parts of the same sort are not nested
/// and what is asked of one row is asked once.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Set {
    Nobody,
    Everybody,
    /// Who is in a table, in rising order, each at most once.
    Stream(Stream),
    /// Those of a set for whom a test holds that costs more than reading on; it names them `c.id`.
    Tested(Box<Set>, Sql),
    /// The companies of whose people somebody is in this set.
    Somebody(Box<Set>),
    /// All others.
    Without(Box<Set>),
    Both(Vec<Set>),
    Either(Vec<Set>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stream {
    pub(super) source: Source,
    /// What must hold of a row, besides that it is of this source and holds now.
    pub(super) filter: Option<Sql>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Source {
    /// Facts of a key; a row is `f`.
    Fact(i64),
    /// The last activities of a kind; a row is `d`.
    HeldActivity(i64),
    /// The same of several kinds, each person once.
    HeldActivities(Vec<i64>),
    /// Where people stand under the lens; a row is `s`.
    Standing,
    /// Rows of other tables.
    Rows(Rows),
}

/// Rows of a table, or of several of which each row is of the same person.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rows {
    pub(super) from: Sql,
    /// Whose a row is.
    pub(super) id: Sql,
    /// Which of the rows: two that differ in this are two sources.
    pub(super) of: Option<Sql>,
    /// Whether somebody may have several of them.
    pub(super) several: bool,
}

impl Source {
    /// Whether somebody may have several rows, of which one may meet what another does not.
    fn has_several(&self) -> bool {
        match self {
            Source::HeldActivities(_) => true,
            Source::Rows(rows) => rows.several,
            Source::Fact(_) | Source::HeldActivity(_) | Source::Standing => false,
        }
    }
}

impl Set {
    pub(super) fn stream(source: Source, filter: impl Into<Option<Sql>>) -> Set {
        Set::Stream(Stream { source, filter: filter.into() })
    }

    pub(super) fn constant(everybody: bool) -> Set {
        if everybody { Set::Everybody } else { Set::Nobody }
    }

    pub(super) fn tested(of: Set, test: Sql) -> Set {
        match of {
            Set::Nobody => Set::Nobody,
            Set::Tested(of, earlier) => Set::Tested(of, Sql::all(&[earlier, test])),
            of => Set::Tested(Box::new(of), test),
        }
    }

    pub(super) fn somebody(people: Set) -> Set {
        match people {
            Set::Nobody => Set::Nobody,
            people => Set::Somebody(Box::new(people)),
        }
    }

    pub(super) fn others(self) -> Set {
        match self {
            Set::Nobody => Set::Everybody,
            Set::Everybody => Set::Nobody,
            Set::Without(set) => *set,
            set => Set::Without(Box::new(set)),
        }
    }

    pub(super) fn both(parts: Vec<Set>) -> Set {
        let (mut plain, mut tested, mut without) = (Vec::new(), Vec::new(), Vec::new());
        for part in flat(parts, &mut |part| match part {
            Set::Both(inner) => Ok(inner),
            other => Err(other),
        }) {
            match part {
                Set::Everybody => {}
                Set::Nobody => return Set::Nobody,
                Set::Without(set) => without.push(*set),
                Set::Tested(of, test) => tested.push((*of, test)),
                other => plain.push(other),
            }
        }
        if plain.is_empty() && tested.is_empty() {
            return Set::either(without).others();
        }
        let plain = fused(plain, Join::And);
        // Tests cost most, so they are made of those alone who are left.
        let mut whole = plain.clone();
        let mut tests = Vec::new();
        for (of, test) in tested {
            whole.push(of);
            tests.push(test);
        }
        let whole = if tests.is_empty() {
            one_or(whole, Set::Both)
        } else {
            Set::tested(Set::both(whole), Sql::all(&tests))
        };
        if without.is_empty() {
            return whole;
        }
        let mut parts = match whole {
            Set::Both(parts) => parts,
            other => vec![other],
        };
        for part in without {
            let part = match part {
                Set::Tested(of, test) => {
                    let mut among = plain.clone();
                    among.push(*of);
                    Set::tested(Set::both(among), test)
                }
                other => other,
            };
            parts.push(Set::Without(Box::new(part)));
        }
        Set::Both(parts)
    }

    pub(super) fn either(parts: Vec<Set>) -> Set {
        let mut kept = Vec::new();
        let mut without = Vec::new();
        for part in flat(parts, &mut |part| match part {
            Set::Either(inner) => Ok(inner),
            other => Err(other),
        }) {
            match part {
                Set::Nobody => {}
                Set::Everybody => return Set::Everybody,
                Set::Without(set) => without.push(*set),
                other => kept.push(other),
            }
        }
        if !without.is_empty() {
            // a or not b: all but those of b who are not in a.
            without.extend(kept.into_iter().map(Set::others));
            return Set::both(without).others();
        }
        match fused(kept, Join::Or) {
            kept if kept.is_empty() => Set::Nobody,
            kept => one_or(kept, Set::Either),
        }
    }

    /// How many streams are read.
    pub(super) fn streams(&self) -> usize {
        match self {
            Set::Nobody | Set::Everybody | Set::Stream(_) => 1,
            Set::Tested(set, _) => set.streams(),
            Set::Without(set) | Set::Somebody(set) => 1 + set.streams(),
            Set::Both(parts) | Set::Either(parts) => parts.iter().map(Set::streams).sum(),
        }
    }

    /// A statement that gives `id`; in rising order if the database merges as it reads.
    pub(super) fn people(&self, ask: &Ask<'_>, after: Option<i64>) -> Sql {
        let reader = Reader { ask, bound: after.map(|after| sql![" > ", after]), is_of_one: false };
        reader.ordered(self)
    }

    /// What is true of a person of this number if they are in the set: each part is looked up by its key, so that it
    /// costs the same however many are in it.
    pub(super) fn holds_of(&self, ask: &Ask<'_>, id: &Sql) -> Sql {
        let each = |parts: &[Set]| -> Vec<Sql> {
            parts.iter().map(|part| part.holds_of(ask, id)).collect()
        };
        match self {
            Set::Nobody => sql!["1 = 0"],
            Set::Everybody => sql!["1 = 1"],
            Set::Stream(stream) => {
                let reader = Reader { ask, bound: Some(sql![" = ", id]), is_of_one: true };
                sql!["exists (", reader.stream(stream), ")"]
            }
            Set::Tested(of, test) => {
                let among = of.holds_of(ask, &sql!["c.id"]);
                let both = Sql::all(&[among, test.clone()]);
                sql!["exists (select 1 from (select ", id, " as id) c where ", both, ")"]
            }
            Set::Somebody(set) => {
                let Some(people) = ask.people else { return sql!["1 = 0"] };
                let person = people.schema.person;
                // No part of a condition gives its rows this name.
                let each = sql!["sb.", person.id];
                let works_there = sql!["sb.", person.company, " = ", id];
                let both = Sql::all(&[works_there, set.holds_of(people, &each)]);
                sql!["exists (select 1 from ", person.table, " sb where ", both, ")"]
            }
            Set::Without(set) => sql!["not (", set.holds_of(ask, id), ")"],
            Set::Both(parts) => Sql::all(&each(parts)),
            Set::Either(parts) => Sql::any(&each(parts)),
        }
    }
}

fn flat(parts: Vec<Set>, open: &mut dyn FnMut(Set) -> Result<Vec<Set>, Set>) -> Vec<Set> {
    let mut all = Vec::with_capacity(parts.len());
    for part in parts {
        match open(part) {
            Ok(inner) => all.extend(inner),
            Err(other) => all.push(other),
        }
    }
    all
}

fn one_or(mut parts: Vec<Set>, many: fn(Vec<Set>) -> Set) -> Set {
    if parts.len() == 1 { parts.remove(0) } else { many(parts) }
}

#[derive(Clone, Copy, PartialEq)]
enum Join {
    And,
    Or,
}

/// Streams of one source become one, which asks of a row what each of them asked; but for "and" where somebody may
/// have several rows, for then each may be met by another.
fn fused(parts: Vec<Set>, join: Join) -> Vec<Set> {
    let mut kept: Vec<Set> = Vec::with_capacity(parts.len());
    let mut asked: Vec<(Source, Vec<Option<Sql>>, usize)> = Vec::new();
    for part in parts {
        match part {
            Set::Stream(Stream { source, filter }) if join == Join::Or || !source.has_several() => {
                match asked.iter_mut().find(|(known, ..)| *known == source) {
                    Some((_, filters, _)) if filters.contains(&filter) => {}
                    Some((_, filters, _)) => filters.push(filter),
                    None => {
                        asked.push((source, vec![filter], kept.len()));
                        kept.push(Set::Nobody);
                    }
                }
            }
            other if kept.contains(&other) => {}
            other => kept.push(other),
        }
    }
    for (source, filters, place) in asked {
        let some: Vec<Sql> = filters.iter().flatten().cloned().collect();
        let filter = match join {
            _ if some.is_empty() => None,
            // One that asks nothing takes every row.
            Join::Or if some.len() < filters.len() => None,
            Join::Or => Some(Sql::any(&some)),
            Join::And => Some(Sql::all(&some)),
        };
        if let Some(slot) = kept.get_mut(place) {
            *slot = Set::stream(source, filter);
        }
    }
    kept
}

struct Reader<'a> {
    ask: &'a Ask<'a>,
    /// What must hold of the number of each person: ` > 7`.
    bound: Option<Sql>,
    /// Whether that is one number.
    is_of_one: bool,
}

impl Reader<'_> {
    /// A statement by itself; SQLite is told the order, for then it merges.
    fn ordered(&self, set: &Set) -> Sql {
        match set {
            Set::Without(_) | Set::Both(_) | Set::Either(_)
                if self.ask.dialect == Dialect::Sqlite =>
            {
                sql![self.compound(set), " order by 1"]
            }
            Set::Without(_) | Set::Both(_) | Set::Either(_) => self.compound(set),
            single => self.single(single),
        }
    }

    /// A select without `union` and the like at its top.
    fn single(&self, set: &Set) -> Sql {
        let person = self.ask.schema.person;
        let everybody = sql!["select p.", person.id, " as id from ", person.table, " p"];
        match set {
            Set::Nobody => sql![everybody, " where 1 = 0"],
            Set::Everybody => match &self.bound {
                Some(bound) => sql![everybody, " where p.", person.id, bound],
                None => everybody,
            },
            Set::Stream(stream) => self.stream(stream),
            Set::Tested(of, test) => {
                sql!["select c.id as id from (", self.ordered(of), ") c where ", test]
            }
            Set::Somebody(set) => self.somebody(set),
            Set::Without(_) | Set::Both(_) | Set::Either(_) => {
                sql!["select n.id as id from (", self.ordered(set), ") n"]
            }
        }
    }

    /// The companies of whose people somebody is in a set.
    fn somebody(&self, set: &Set) -> Sql {
        let Some(people) = self.ask.people else { return self.single(&Set::Nobody) };
        let person = people.schema.person;
        let company = sql!["sb.", person.company];
        let mut tests = vec![sql!["sb.", person.id, " = n.id"], sql![&company, " is not null"]];
        tests.extend(self.bound.as_ref().map(|bound| sql![&company, bound]));
        let select = sql!["select distinct ", company, " as id from ("];
        let from = sql![set.people(people, None), ") n cross join ", person.table, " sb where "];
        sql![select, from, Sql::all(&tests)]
    }

    /// Selects joined; from left to right on both databases, for whatever is cut comes first.
    fn compound(&self, set: &Set) -> Sql {
        let mut whole = Sql::default();
        match set {
            Set::Either(parts) => {
                for (at, part) in parts.iter().enumerate() {
                    let before = if at == 0 { "" } else { " union " };
                    whole = sql![whole, before, self.single(part)];
                }
            }
            Set::Both(parts) => {
                let is_without = |part: &&Set| matches!(part, Set::Without(_));
                for (at, part) in parts.iter().filter(|part| !is_without(part)).enumerate() {
                    let before = if at == 0 { "" } else { " intersect " };
                    whole = sql![whole, before, self.single(part)];
                }
                for part in parts {
                    if let Set::Without(set) = part {
                        whole = sql![whole, " except ", self.single(set)];
                    }
                }
            }
            Set::Without(set) => {
                whole = sql![self.single(&Set::Everybody), " except ", self.single(set)];
            }
            single => whole = self.single(single),
        }
        whole
    }

    /// What is asked of rows under these words: when they hold only where something holds for a time.
    fn held(&self, of: Sql, words: &[i64], holds: Sql) -> Vec<Sql> {
        let steady = &self.ask.numbers.steady;
        if words.iter().all(|word| steady.contains(word)) { vec![of] } else { vec![of, holds] }
    }

    fn stream(&self, stream: &Stream) -> Sql {
        let (schema, now) = (self.ask.schema, self.ask.now.0);
        let (select, id, conditions) = match &stream.source {
            Source::Fact(key) => {
                let t = schema.fact;
                let id = sql!["f.", t.person];
                // SQLite, which guesses how many there are, would rather go through all who have such a value.
                let is_told = self.is_of_one && self.ask.dialect == Dialect::Sqlite;
                let by = if is_told { t.by_person } else { "" };
                let select = sql!["select ", &id, " as id from ", t.table, " f", by];
                let of = sql!["f.", t.key, " = ", *key];
                (select, id, self.held(of, &[*key], holds("f.", t.from, t.until, now)))
            }
            Source::HeldActivity(kind) => {
                let t = schema.held_activity;
                let id = sql!["d.", t.person];
                let select = sql!["select ", &id, " as id from ", t.table, " d"];
                let of = sql!["d.", t.kind, " = ", *kind];
                (select, id, self.held(of, &[*kind], holds("d.", t.from, t.until, now)))
            }
            Source::HeldActivities(kinds) => {
                let t = schema.held_activity;
                let id = sql!["d.", t.person];
                let select = sql!["select distinct ", &id, " as id from ", t.table, " d"];
                let of = sql!["d.", t.kind, " in (", Sql::listed(kinds.iter().copied()), ")"];
                (select, id, self.held(of, kinds, holds("d.", t.from, t.until, now)))
            }
            Source::Standing => {
                let t = schema.standing;
                let id = sql!["s.", t.person];
                let select = sql!["select ", &id, " as id from ", t.table, " s"];
                (select, id, vec![sql!["s.", t.lens, " = ", self.ask.lens]])
            }
            Source::Rows(Rows { from, id, of, several }) => {
                let select = if *several { "select distinct " } else { "select " };
                let of = of.iter().cloned().collect();
                (sql![select, id, " as id from ", from], id.clone(), of)
            }
        };
        let bound = self.bound.as_ref().map(|bound| sql![id, bound]);
        let conditions: Vec<Sql> =
            conditions.into_iter().chain(bound).chain(stream.filter.clone()).collect();
        if conditions.is_empty() {
            return select;
        }
        sql![select, " where ", Sql::all(&conditions)]
    }
}

/// That a row holds now.
pub(super) fn holds(row: &'static str, from: &'static str, until: &'static str, now: i64) -> Sql {
    sql![row, from, " <= ", now, " and (", row, until, " is null or ", row, until, " > ", now, ")"]
}

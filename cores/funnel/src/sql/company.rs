//! What conditions about companies ask besides: somebody who works there, where a company stands, and how many work
//! there; for whoever sees a part of the people, as those people make it.

use super::Compiler;
use super::compare::Typed;
use super::filter::words;
use super::schema::Seen;
use super::set::Set;
use super::text::{Sql, sql};
use crate::condition::{Condition, Fault, Op};
use crate::standing::Stage;

impl Compiler<'_> {
    /// The compiler for people, where this one is for companies.
    pub(super) fn of_people(&self) -> Option<Compiler<'_>> {
        self.ask.people.map(|ask| Compiler { ask: *ask, text: self.text.clone() })
    }

    /// Whom of the people alone whoever asks may find; nothing if they find everybody.
    pub(super) fn seen_people(&self) -> Option<Seen<'_>> {
        self.ask.people.and_then(|people| people.seen)
    }

    /// The companies of whose people somebody may be found.
    pub(super) fn seen_companies(&self) -> Option<Set> {
        let (people, seen) = (self.of_people()?, self.seen_people()?);
        Some(Set::somebody(people.seen(seen)))
    }

    /// The companies where somebody meets a condition, or where nobody can: it is false of everybody there.
    pub(super) fn somebody(&self, part: &Condition, wanted: bool) -> Result<Set, Fault> {
        let Some(people) = self.of_people() else {
            return Err(self.refuse(part, "somebody() is asked of companies"));
        };
        let set = people.set(part, wanted)?;
        let set = if wanted { set } else { set.others() };
        let set = match people.ask.seen {
            Some(seen) => Set::both(vec![people.seen(seen), set]),
            None => set,
        };
        let somebody = Set::somebody(set);
        Ok(if wanted { somebody } else { somebody.others() })
    }

    /// Where a company stands, as a text.
    pub(super) fn company_stage(&self, id: &Sql) -> Typed {
        let code = self.company_stage_code(id);
        let all = Stage::ALL.iter().map(|stage| (stage.code(), stage.as_str()));
        Typed::text(words(&code, all, None))
    }

    /// The companies that stand there.
    pub(super) fn company_at(&self, op: Op, stage: Option<Stage>) -> Set {
        let id = sql!["c.", self.ask.schema.person.id];
        let test = |op: &'static str, code: i64| {
            Set::tested(Set::Everybody, sql![self.company_stage_code(&id), op, code])
        };
        match (op, stage) {
            (Op::Equal, Some(stage)) => test(" = ", stage.code()),
            (Op::Unequal, Some(stage)) => test(" <> ", stage.code()),
            (Op::Unequal, None) => Set::Everybody,
            _ => Set::Nobody,
        }
    }

    /// The number of the stage at which a company stands: the furthest of the people who may be found there, exits left
    /// aside, or where its own deals bring it.
    fn company_stage_code(&self, id: &Sql) -> Sql {
        let (own, lens) = (self.ask.schema.standing, self.ask.lens);
        let own_stage = self.ask.schema.of_company.map_or(own.stage, |table| table.own_stage);
        let alone = sql![
            "select o.",
            own_stage,
            " as stage from ",
            own.table,
            " o where o.",
            own.lens,
            " = ",
            lens,
            " and o.",
            own.person,
            " = ",
            id
        ];
        let Some((from, found)) = self.people_found(id) else {
            return sql!["(", alone, ")"];
        };
        let standing = self.ask.people.map_or(own, |people| people.schema.standing);
        let climbs = sql![
            "select l.",
            standing.stage,
            " as stage from ",
            from,
            " cross join ",
            standing.table,
            " l where ",
            found,
            " and l.",
            standing.lens,
            " = ",
            lens,
            " and l.",
            standing.person,
            " = sb.id and l.",
            standing.stage,
            " >= 1 and l.",
            standing.stage,
            " <= 4"
        ];
        sql!["(select coalesce(max(u.stage), 0) from (", alone, " union all ", climbs, ") u)"]
    }

    /// How many of the people who may be found work at a company, as a number.
    pub(super) fn company_people(&self, id: &Sql) -> Typed {
        let count = match self.people_found(id) {
            Some((from, found)) => sql!["(select count(*) from ", from, " where ", found, ")"],
            None => sql!["0"],
        };
        Typed::number(count.clone(), count)
    }

    /// Those who work at a company and may be found, `sb`: from where, and what must hold of them.
    fn people_found(&self, id: &Sql) -> Option<(Sql, Sql)> {
        let people = self.of_people()?;
        let person = people.ask.schema.person;
        let works_there = sql!["sb.", person.company, " = ", id];
        let tests = match people.ask.seen {
            Some(seen) => {
                let each = sql!["sb.", person.id];
                vec![works_there, people.seen(seen).holds_of(&people.ask, &each)]
            }
            None => vec![works_there],
        };
        Some((sql![person.table, " sb"], Sql::all(&tests)))
    }
}

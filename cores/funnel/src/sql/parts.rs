//! A set taken apart, for whoever holds its streams against each other by themselves.

use super::set::Set;
use super::text::{Sql, sql};
use super::{Ask, Schema, Statement};

/// What a set is made of.
#[derive(Clone, Debug, PartialEq)]
pub enum Parts {
    /// The people whose numbers a statement gives, `id`, in no order.
    Of(Statement),
    /// Those who are in all of the first and in none of the second.
    Both(Vec<Parts>, Vec<Parts>),
    /// Those who are in any.
    Either(Vec<Parts>),
    /// The companies where somebody works who is in this: see [`Parts::works_at`].
    Somebody(Box<Parts>),
}

impl Parts {
    pub(super) fn of(set: &Set, ask: &Ask<'_>) -> Parts {
        match set {
            // A test costs more than reading on: it is made, by the database, of those alone who are left.
            Set::Nobody | Set::Everybody | Set::Stream(_) | Set::Tested(..) => {
                Parts::Of(set.people(ask, None).into())
            }
            Set::Somebody(people) => match ask.people {
                Some(ask) => Parts::Somebody(Box::new(Parts::of(people, ask))),
                None => Parts::of(&Set::Nobody, ask),
            },
            Set::Without(set) => {
                Parts::Both(vec![Parts::of(&Set::Everybody, ask)], vec![Parts::of(set, ask)])
            }
            Set::Both(parts) => {
                let (mut all, mut none) = (Vec::new(), Vec::new());
                for part in parts {
                    match part {
                        Set::Without(set) => none.push(Parts::of(set, ask)),
                        other => all.push(Parts::of(other, ask)),
                    }
                }
                Parts::Both(all, none)
            }
            Set::Either(parts) => {
                Parts::Either(parts.iter().map(|part| Parts::of(part, ask)).collect())
            }
        }
    }

    /// A statement that gives people and where they work: of everybody who does, or of some.
    pub fn works_at(schema: &Schema, people: Option<&[i64]>) -> Statement {
        let person = schema.person;
        let (id, company) = (sql!["p.", person.id], sql!["p.", person.company]);
        let mut tests = vec![sql![&company, " is not null"]];
        if let Some(people) = people {
            tests.push(sql![&id, " in (", Sql::listed(people.iter().copied()), ")"]);
        }
        let select = sql!["select ", id, ", ", company, " from ", person.table, " p where "];
        sql![select, Sql::all(&tests)].into()
    }
}

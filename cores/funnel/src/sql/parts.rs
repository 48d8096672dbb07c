//! A set taken apart, for whoever holds its streams against each other by themselves.

use super::set::Set;
use super::{Ask, Statement};

/// What a set is made of.
#[derive(Clone, Debug, PartialEq)]
pub enum Parts {
    /// The people whose numbers a statement gives, `id`, in no order.
    Of(Statement),
    /// Those who are in all of the first and in none of the second.
    Both(Vec<Parts>, Vec<Parts>),
    /// Those who are in any.
    Either(Vec<Parts>),
}

impl Parts {
    pub(super) fn of(set: &Set, ask: &Ask<'_>) -> Parts {
        match set {
            // A test costs more than reading on: it is made, by the database, of those alone who are left.
            Set::Nobody | Set::Everybody | Set::Stream(_) | Set::Tested(..) | Set::Somebody(_) => {
                Parts::Of(set.people(ask, None).into())
            }
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
}

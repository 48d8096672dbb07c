//! A user: the one who asks, with their rights.

use moment::Moment;
use platform::failure::Failure;

use crate::field::FieldRight;
use crate::mouth::Mouth;
use crate::role::{Right, Role};
use crate::sight::Sight;
use crate::token::Scope;

/// A user's id inside the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(pub i64);

/// Whoever asks for something: somebody signed in, or the operator at the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Who it is; 0 for the operator, who is no row.
    pub id: UserId,
    /// As the user wants to be called.
    pub name: String,
    /// The address with which the user signs in; empty for the operator.
    pub email: String,
    /// What the rights come from.
    pub role: Role,
    /// Whom they see.
    pub sight: Sight,
    /// How much of that counts: all, unless they come with a token for less.
    pub scope: Scope,
    /// Until when, if they come with a token that ends.
    pub until: Option<Moment>,
    /// By which way they ask; the audit log keeps it.
    pub mouth: Mouth,
}

const OPERATOR: UserId = UserId(0);

impl User {
    /// Whoever runs the program on the machine that holds the data. Nothing could be kept from them,
    /// so they have every right, and no activity names them.
    pub fn operator() -> User {
        User {
            id: OPERATOR,
            name: "operator".to_owned(),
            email: String::new(),
            role: Role::Owner,
            sight: Sight::Everybody,
            scope: Scope::Write,
            until: None,
            mouth: Mouth::Command,
        }
    }

    /// The same user, asking by another way.
    #[must_use]
    pub fn by(self, mouth: Mouth) -> User {
        User { mouth, ..self }
    }

    /// Whether the user has the right; for what a page offers.
    pub fn can(&self, right: Right) -> bool {
        self.role.rights().contains(right) && self.scope.covers(right)
    }

    /// The first line of every verb.
    ///
    /// # Errors
    /// `Forbidden` if the user lacks the right.
    pub fn may(&self, right: Right) -> Result<(), Failure> {
        if self.can(right) { Ok(()) } else { Err(Failure::Forbidden) }
    }

    /// Whether the user may change anything at all, were it only what is their own: not by a token that only looks. Rights
    /// don't say that, for what is one's own takes none.
    ///
    /// # Errors
    /// `Forbidden` if not.
    pub fn may_change(&self) -> Result<(), Failure> {
        if self.scope.only_looks() { Err(Failure::Forbidden) } else { Ok(()) }
    }

    /// What the user may do with a fact of that name, of a person or a company whom they see.
    pub fn field(&self, key: &str) -> FieldRight {
        let right = self.role.fields().of(key);
        if self.can(Right::EditPeople) { right } else { right.min(FieldRight::Read) }
    }

    /// Whether facts of that name are kept from the user.
    pub fn is_hidden(&self, key: &str) -> bool {
        self.role.fields().of(key) == FieldRight::Hidden
    }

    /// Whether nothing of the people whom they see is kept from the user: most of them, and then nothing needs to be
    /// looked for.
    pub fn is_told_all(&self) -> bool {
        self.role.fields().hide_nothing()
    }

    /// Nobody gives others what they lack themselves: a role with another right, a wider sight, a field that is closed
    /// to them.
    ///
    /// # Errors
    /// `Forbidden` if the role is more than one's own.
    pub fn may_give(&self, role: &Role) -> Result<(), Failure> {
        for right in role.rights().iter() {
            self.may(right)?;
        }
        let is_wider = role.sees() > self.sight.sees();
        let is_open = !self.role.fields().cover(role.fields());
        if is_wider || is_open { Err(Failure::Forbidden) } else { Ok(()) }
    }

    /// Who arranges who sees whom must see everybody, and has the right to manage the team.
    ///
    /// # Errors
    /// `Forbidden` if not.
    pub fn may_arrange(&self) -> Result<(), Failure> {
        self.may(Right::ManageTeam)?;
        let sees_all = self.sight == Sight::Everybody && self.is_told_all();
        if sees_all { Ok(()) } else { Err(Failure::Forbidden) }
    }

    /// Whether whatever another user sees, this one sees, too.
    ///
    /// # Errors
    /// `Forbidden` if not.
    pub(crate) fn may_let_see(&self, other: &User) -> Result<(), Failure> {
        let is_within = match (&self.sight, &other.sight) {
            (Sight::Everybody, _) => true,
            (Sight::Limited(_), Sight::Everybody) => false,
            (Sight::Limited(mine), Sight::Limited(theirs)) => {
                let sees = |owner: &i64| mine.owners.contains(owner);
                theirs.owners.iter().all(sees)
                    && theirs.territories.iter().all(|one| mine.territories.contains(one))
            }
        };
        let is_told = self.role.fields().cover(other.role.fields());
        if is_within && is_told { Ok(()) } else { Err(Failure::Forbidden) }
    }

    /// Whom an activity names as having done it; none for the operator.
    pub fn actor(&self) -> Option<i64> {
        (self.id != OPERATOR).then_some(self.id.0)
    }

    /// One or two letters that stand for the user: of the first word of the name and of the last.
    pub fn initials(&self) -> String {
        let mut words = self.name.split_whitespace().filter_map(|word| word.chars().next());
        let first = words.next();
        first.into_iter().chain(words.next_back()).flat_map(char::to_uppercase).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_of_the_first_and_the_last_word() {
        for (name, initials) in [
            ("Mara Lind", "ML"),
            ("mara", "M"),
            ("Ana María de la Cruz", "AC"),
            ("  ", ""),
            ("Éva Ö", "ÉÖ"),
        ] {
            let user = User { name: name.to_owned(), ..User::operator() };
            assert_eq!(user.initials(), initials);
        }
    }

    #[test]
    fn what_a_role_lacks_is_forbidden() {
        let member = User { id: UserId(7), role: Role::Member, ..User::operator() };
        assert!(member.may(Right::ReadPeople).is_ok());
        assert!(matches!(member.may(Right::ManageTeam), Err(Failure::Forbidden)));
        assert_eq!(member.actor(), Some(7));
        assert_eq!(User::operator().actor(), None);
    }
}

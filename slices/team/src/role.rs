//! Roles, which are nothing but sets of rights, with how far they see and what they see of it.

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, LazyLock};

use crate::field::FieldRights;
use crate::sight::Sees;

/// Something that a user may or may not do. A verb asks for one in its first line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// See people, companies, their activities, facts, standings and receipts.
    ReadPeople,
    /// Change people and companies, one at a time.
    EditPeople,
    /// Bring people in from files, and see how that went; tell of many at once.
    ImportPeople,
    /// Take people out as a file.
    ExportPeople,
    /// Remove what is known of a person for good.
    ErasePeople,
    /// Make lists and views that everybody sees, and change those of others.
    ManageLists,
    /// Say which fields people and companies have.
    ManageFields,
    /// Read and try definitions.
    ReadDefinitions,
    /// Put a definition in force.
    ChangeDefinitions,
    /// Make, change and remove users, teams, roles and territories.
    ManageTeam,
    /// Read who did what to which record.
    ReadAudit,
    /// Change what the workspace is called and where it is; take the whole of it out.
    ManageWorkspace,
    /// See and rule jobs, verify and rebuild.
    Operate,
}

/// Every right, with the word by which it is stored and typed, and what it is for.
pub const RIGHTS: [(Right, &str, &str); 13] = [
    (
        Right::ReadPeople,
        "people.read",
        "See people and companies, and why they stand where they do",
    ),
    (Right::EditPeople, "people.edit", "Change people and companies, one at a time"),
    (Right::ImportPeople, "people.import", "Bring people in from files, and tell of many at once"),
    (Right::ExportPeople, "people.export", "Take people out as a file"),
    (Right::ErasePeople, "people.erase", "Remove what is known of a person for good"),
    (Right::ManageLists, "lists.manage", "Share lists and views, and change those of others"),
    (Right::ManageFields, "fields.manage", "Say which fields people and companies have"),
    (Right::ReadDefinitions, "definitions.read", "Read and try definitions"),
    (Right::ChangeDefinitions, "definitions.change", "Put definitions in force"),
    (Right::ManageTeam, "team.manage", "Manage users, teams, roles and territories"),
    (Right::ReadAudit, "audit.read", "Read who did what"),
    (
        Right::ManageWorkspace,
        "workspace.manage",
        "Change the workspace, and take the whole of it out",
    ),
    (Right::Operate, "operate", "See and rule jobs, verify and rebuild"),
];

impl Right {
    /// As it is stored and typed.
    pub fn as_str(self) -> &'static str {
        RIGHTS.iter().find(|(right, ..)| *right == self).map_or("", |(_, word, _)| word)
    }

    /// From its word.
    pub fn parse(word: &str) -> Option<Right> {
        RIGHTS.iter().find(|(_, known, _)| *known == word).map(|(right, ..)| *right)
    }
}

/// Some rights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rights(u32);

impl Rights {
    /// Those.
    pub const fn of(rights: &[Right]) -> Rights {
        let (mut bits, mut at) = (0, 0);
        while at < rights.len() {
            #[expect(
                clippy::as_conversions,
                clippy::indexing_slicing,
                reason = "`const`: `at` is within, and a right is a small number"
            )]
            let bit = 1 << (rights[at] as u32);
            bits |= bit;
            at += 1;
        }
        Rights(bits)
    }

    /// Whether it is among them.
    pub const fn contains(self, right: Right) -> bool {
        self.0 & Rights::of(&[right]).0 != 0
    }

    /// Whether all of the others are among them.
    pub const fn cover(self, others: Rights) -> bool {
        others.0 & !self.0 == 0
    }

    /// Each, in the order of [`RIGHTS`].
    pub fn iter(self) -> impl Iterator<Item = Right> {
        RIGHTS.into_iter().map(|(right, ..)| right).filter(move |right| self.contains(*right))
    }

    /// Words with spaces between, as they are stored; `None` if one is none of a right.
    pub fn parse(text: &str) -> Option<Rights> {
        let rights: Option<Vec<Right>> = text.split_whitespace().map(Right::parse).collect();
        rights.map(|rights| Rights::of(&rights))
    }
}

impl fmt::Display for Rights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.iter().map(Right::as_str).collect();
        f.write_str(&words.join(" "))
    }
}

/// A named set of rights. Some the program brings; all others are made of rights by whoever may manage the
/// team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// Whom the workspace belongs to: every right.
    Owner,
    /// Runs it from day to day: every right but those over the workspace itself.
    Admin,
    /// Works in it, and takes people out and to others.
    Manager,
    /// Works in it.
    Member,
    /// Only looks.
    Viewer,
    /// One that somebody made.
    Custom(Arc<CustomRole>),
}

/// A role that somebody made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomRole {
    /// Inside.
    pub id: i64,
    /// As people call it; none of the words of the roles that the program brings.
    pub name: String,
    /// What it may do.
    pub rights: Rights,
    /// Whom it sees.
    pub sees: Sees,
    /// What it sees of them.
    pub fields: Arc<FieldRights>,
}

/// The roles that the program brings, the strongest first.
pub const ROLES: [Role; 5] = [Role::Owner, Role::Admin, Role::Manager, Role::Member, Role::Viewer];

const VIEWER: Rights = Rights::of(&[Right::ReadPeople, Right::ReadDefinitions]);
const MEMBER: Rights = Rights::of(&[
    Right::ReadPeople,
    Right::EditPeople,
    Right::ImportPeople,
    Right::ReadDefinitions,
]);
const MANAGER: Rights = Rights::of(&[
    Right::ReadPeople,
    Right::EditPeople,
    Right::ImportPeople,
    Right::ReadDefinitions,
    Right::ExportPeople,
    Right::ManageLists,
]);
const ADMIN: Rights = Rights::of(&[
    Right::ReadPeople,
    Right::EditPeople,
    Right::ImportPeople,
    Right::ReadDefinitions,
    Right::ExportPeople,
    Right::ManageLists,
    Right::ErasePeople,
    Right::ManageFields,
    Right::ChangeDefinitions,
    Right::ManageTeam,
    Right::ReadAudit,
    Right::Operate,
]);
const OWNER: Rights = Rights::of(&[
    Right::ReadPeople,
    Right::EditPeople,
    Right::ImportPeople,
    Right::ReadDefinitions,
    Right::ExportPeople,
    Right::ManageLists,
    Right::ErasePeople,
    Right::ManageFields,
    Right::ChangeDefinitions,
    Right::ManageTeam,
    Right::ReadAudit,
    Right::Operate,
    Right::ManageWorkspace,
]);

/// What stands in the column of roles of whoever has one that somebody made.
pub(crate) const CUSTOM: &str = "custom";

static ALL_FIELDS: LazyLock<Arc<FieldRights>> = LazyLock::new(Arc::default);

impl Role {
    /// The rights of this role.
    pub fn rights(&self) -> Rights {
        match self {
            Role::Owner => OWNER,
            Role::Admin => ADMIN,
            Role::Manager => MANAGER,
            Role::Member => MEMBER,
            Role::Viewer => VIEWER,
            Role::Custom(role) => role.rights,
        }
    }

    /// Whom this role sees, unless the user is to see fewer.
    pub fn sees(&self) -> Sees {
        match self {
            Role::Custom(role) => role.sees,
            Role::Owner | Role::Admin | Role::Manager | Role::Member | Role::Viewer => {
                Sees::Everybody
            }
        }
    }

    /// What this role sees of people and companies.
    pub fn fields(&self) -> &Arc<FieldRights> {
        match self {
            Role::Custom(role) => &role.fields,
            Role::Owner | Role::Admin | Role::Manager | Role::Member | Role::Viewer => &ALL_FIELDS,
        }
    }

    /// As it is stored: a word of the program's, or the number of one that somebody made.
    pub(crate) fn stored(&self) -> (&str, Option<i64>) {
        match self {
            Role::Custom(role) => (CUSTOM, Some(role.id)),
            Role::Owner | Role::Admin | Role::Manager | Role::Member | Role::Viewer => {
                (self.as_str(), None)
            }
        }
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        match self {
            Role::Owner => "owner",
            Role::Admin => "admin",
            Role::Manager => "manager",
            Role::Member => "member",
            Role::Viewer => "viewer",
            Role::Custom(role) => &role.name,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a text is no role of the program's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoRole(String);

impl fmt::Display for NoRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = "there are owner, admin, manager, member and viewer";
        write!(f, "{:?} is no role; {known}", self.0)
    }
}

impl std::error::Error for NoRole {}

impl FromStr for Role {
    type Err = NoRole;

    /// One of [`ROLES`]; those that somebody made are found with [`crate::roster::role_named`].
    fn from_str(text: &str) -> Result<Role, NoRole> {
        ROLES.into_iter().find(|role| role.as_str() == text).ok_or_else(|| NoRole(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_has_the_rights_of_the_one_below_it_and_more() {
        for pair in ROLES.windows(2) {
            let [above, below] = pair else { panic!("a pair") };
            assert!(above.rights().cover(below.rights()), "{above}");
            assert!(!below.rights().cover(above.rights()), "{above}");
        }
        assert!(!Role::Admin.rights().contains(Right::ManageWorkspace));
        assert!(!Role::Member.rights().contains(Right::ChangeDefinitions));
        assert_eq!(Role::Owner.rights().iter().count(), RIGHTS.len());
    }

    #[test]
    fn a_role_reads_as_it_prints() {
        for role in ROLES {
            assert_eq!(role.to_string().parse(), Ok(role));
        }
        let words = "boss".parse::<Role>().unwrap_err().to_string();
        assert!(words.contains("owner, admin, manager, member and viewer"), "{words}");
    }

    #[test]
    fn rights_read_as_they_print() {
        for role in ROLES {
            assert_eq!(Rights::parse(&role.rights().to_string()), Some(role.rights()));
        }
        assert_eq!(Rights::parse("people.read people.fly"), None);
        assert_eq!(Rights::parse(""), Some(Rights::default()));
    }
}

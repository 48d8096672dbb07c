//! Roles, which are nothing but sets of rights.

use std::fmt;
use std::str::FromStr;

/// Something that a user may or may not do. A verb asks for one in its first line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// See people, companies, their activities, facts, standings and receipts.
    ReadPeople,
    /// Change people and companies, one at a time.
    EditPeople,
    /// Bring people in from files, and see how that went.
    ImportPeople,
    /// Take people out in files.
    ExportPeople,
    /// Read and try definitions.
    ReadDefinitions,
    /// Put a definition in force.
    ChangeDefinitions,
    /// Make, change and remove users.
    ManageTeam,
    /// Change what the workspace is called and where it is.
    ManageWorkspace,
    /// See and rule jobs, verify and rebuild.
    Operate,
    /// Read who did what to which record.
    ReadAudit,
}

/// A named set of rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Whom the workspace belongs to: every right.
    Owner,
    /// Runs it from day to day: every right but those over the workspace itself.
    Admin,
    /// Works in it.
    Member,
}

/// Every role, the strongest first.
pub const ROLES: [Role; 3] = [Role::Owner, Role::Admin, Role::Member];

const MEMBER: &[Right] =
    &[Right::ReadPeople, Right::EditPeople, Right::ImportPeople, Right::ReadDefinitions];
const ADMIN: &[Right] = &[
    Right::ReadPeople,
    Right::EditPeople,
    Right::ImportPeople,
    Right::ExportPeople,
    Right::ReadDefinitions,
    Right::ChangeDefinitions,
    Right::ManageTeam,
    Right::Operate,
    Right::ReadAudit,
];
const OWNER: &[Right] = &[
    Right::ReadPeople,
    Right::EditPeople,
    Right::ImportPeople,
    Right::ExportPeople,
    Right::ReadDefinitions,
    Right::ChangeDefinitions,
    Right::ManageTeam,
    Right::Operate,
    Right::ReadAudit,
    Right::ManageWorkspace,
];

impl Role {
    /// The rights of this role.
    pub const fn rights(self) -> &'static [Right] {
        match self {
            Role::Owner => OWNER,
            Role::Admin => ADMIN,
            Role::Member => MEMBER,
        }
    }

    /// As it is stored and typed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Admin => "admin",
            Role::Member => "member",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a text is no role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoRole(String);

impl fmt::Display for NoRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is no role; there are owner, admin and member", self.0)
    }
}

impl std::error::Error for NoRole {}

impl FromStr for Role {
    type Err = NoRole;

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
            assert!(below.rights().iter().all(|right| above.rights().contains(right)), "{above}");
            assert!(above.rights().len() > below.rights().len(), "{above}");
        }
        assert!(!Role::Admin.rights().contains(&Right::ManageWorkspace));
        assert!(!Role::Member.rights().contains(&Right::ChangeDefinitions));
    }

    #[test]
    fn a_role_reads_as_it_prints() {
        for role in ROLES {
            assert_eq!(role.to_string().parse(), Ok(role));
        }
        assert!(
            "boss".parse::<Role>().unwrap_err().to_string().contains("owner, admin and member")
        );
    }
}

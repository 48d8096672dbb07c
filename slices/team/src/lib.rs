//! Team: who may use the workspace, how they sign in, and what each may do.
//!
//! **Promise:** a verb is refused to whoever lacks the right, through every mouth; the first user is made
//! once; a wrong password and an unknown address are answered with the same words in the same time.
//! **Never:** keeps a password or a session's token as it was typed or sent, and never looks at a person: it says whose
//! people somebody sees, and who those are is for the slice of people.

pub mod audit;
mod change_password;
pub mod demand;
mod device;
mod door;
pub mod field;
pub mod frame;
mod guard;
pub mod guesses;
pub mod invitation;
mod lengths;
mod mouth;
#[cfg(test)]
mod opened;
mod origin;
mod pages;
pub mod passkey;
mod password;
mod prove;
pub mod provider;
mod role;
pub mod roster;
mod second;
pub mod service;
mod session;
pub mod sessions;
pub mod sight;
mod step;
mod store;
#[cfg(test)]
mod stories;
mod throttle;
pub mod token;
mod user;
mod web;
mod workspace;

pub mod colleague;
pub mod create_user;
pub mod give_password;
pub mod set_up;
pub mod sign_in;
pub mod sign_out;

pub use colleague::USER;
pub use door::Caller;
pub use field::{FieldRight, FieldRights};
pub use guard::{TrustedOrigins, refuse_forged};
pub use lengths::Lengths;
pub use mouth::{MOUTHS, Mouth};
pub use origin::{Peer, PublicAddress, came_from};
pub use password::{Passwords, Strength};
pub use role::{CustomRole, RIGHTS, ROLES, Right, Rights, Role};
pub use session::{SignedIn, must_be_proved_here as must_be_proved, signed_in};
pub use sight::{Sees, Sight};
pub use token::Scope;
pub use user::{User, UserId};
pub use web::{audit_as_csv, audit_as_json_lines, routes};
pub use workspace::{Colleague, Workspace, colleagues, holders, names, workspace};

use platform::db::Migrations;
use platform::slice::Slice;

/// The tables of this slice.
pub const MIGRATIONS: Migrations = Migrations {
    slice: "team",
    files: &[
        ("0001_team", include_str!("../migrations/0001_team.sql")),
        ("0002_token", include_str!("../migrations/0002_token.sql")),
        ("0003_audit", include_str!("../migrations/0003_audit.sql")),
        ("0025_roster", include_str!("../migrations/0025_roster.sql")),
        ("0026_doors", include_str!("../migrations/0026_doors.sql")),
        ("0027_provider", include_str!("../migrations/0027_provider.sql")),
        ("0075_passkey", include_str!("../migrations/0075_passkey.sql")),
        ("0076_second_demand", include_str!("../migrations/0076_second_demand.sql")),
    ],
};

/// What the server mounts: the tables, the statements and the classified columns of this slice.
pub fn slice() -> Slice {
    Slice {
        name: "team",
        migrations: MIGRATIONS,
        statements: &[
            store::ALL,
            audit::ALL,
            sight::ALL,
            roster::ALL,
            sessions::ALL,
            step::ALL,
            second::ALL,
            invitation::ALL,
            service::ALL,
            provider::ALL,
            passkey::ALL,
            demand::ALL,
        ],
        columns: include_str!("../columns.toml"),
    }
}

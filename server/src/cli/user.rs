//! `sluice user …`

use std::io::{IsTerminal, Read, stdin};

use clap::{Args, Subcommand};
use platform::failure::Failure;
use serde_json::json;
use team::create_user::{CreateUser, create_user};
use team::{Role, User};

use super::wait_for;
use crate::house::House;
use crate::say::Outcome;

/// Make users
#[derive(Subcommand)]
pub(crate) enum UserCommand {
    Create(Create),
}

/// Make a user who signs in with a password
#[derive(Args)]
#[command(
    long_about = "Makes a user who signs in with a password. Whoever can run this on the machine may give any role. \
        The first user of a workspace ends its first run: nobody can set it up in the browser after.\n\n\
        The password is read from standard input, so that no list of processes and no history of a shell shows it.",
    after_long_help = "Examples:\n  \
        sluice user create --email mara@north.example --role owner --password-stdin < password.txt\n  \
        pwgen 20 1 | tee /dev/stderr | sluice user create --email ben@north.example --role member --password-stdin"
)]
pub(crate) struct Create {
    /// The address with which the user signs in
    #[arg(long, value_name = "ADDRESS")]
    email: String,
    /// What the user is called [default: the address up to the @]
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    name: String,
    /// owner: everything; admin: all but the workspace itself; member: people, imports, reading definitions
    #[arg(long, value_name = "ROLE")]
    role: Role,
    /// Read the password from standard input, up to the end of its first line
    #[arg(long, required = true)]
    password_stdin: bool,
}

/// More than any password; what is longer is no password but a mistake.
const INPUT_BYTES_MAX: u64 = 64 * 1024;

impl UserCommand {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let UserCommand::Create(Create { email, name, role, password_stdin: _ }) = self;
        if stdin().is_terminal() {
            house.mouth.note("Type the password, then Enter and ^D. It will be shown as you type.");
        }
        let mut input = String::new();
        stdin().take(INPUT_BYTES_MAX).read_to_string(&mut input)?;
        let password = input.lines().next().unwrap_or_default().to_owned();
        let app = house.open()?;
        let user = wait_for(create_user(
            &app,
            &User::operator(),
            CreateUser { email, name, role, password },
        ))?;
        let value = json!({ "email": user.email, "name": user.name, "role": user.role.as_str() });
        house.mouth.result(&value, |ink| {
            format!("{} can sign in as {}.", ink.strong(&user.email), user.role)
        })?;
        Ok(Outcome::Done)
    }
}

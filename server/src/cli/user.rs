//! `sluice user …`

use std::io::{IsTerminal, Read, stdin};

use clap::{Args, Subcommand};
use platform::Tx;
use platform::failure::Failure;
use serde_json::{Value, json};
use team::create_user::{CreateUser, create_user};
use team::give_password::give_password;
use team::roster::{self, UserChange, UserRow};
use team::{Sees, USER};

use super::wait_for;
use crate::house::{House, asking};
use crate::say::Outcome;

/// Make, list and change users
#[derive(Subcommand)]
pub(crate) enum UserCommand {
    Create(Create),
    List(List),
    Change(Change),
    Password(GivePassword),
}

/// Give a user a new password
#[derive(Args)]
#[command(
    long_about = "Gives a user a new password: whoever lost theirs, and everybody of a workspace that arrived without. Every session         of theirs ends; second factors stay. The password is read from standard input.",
    after_long_help = "Examples:\n  \
        sluice user password mara@north.example --password-stdin < password.txt"
)]
pub(crate) struct GivePassword {
    /// Whom: an address
    #[arg(value_name = "USER")]
    user: String,
    /// Read the password from standard input, up to the end of its first line
    #[arg(long, required = true)]
    password_stdin: bool,
}

/// List the users, with their roles and teams
#[derive(Args)]
pub(crate) struct List {}

/// Give a user another role, let them see fewer people, suspend them or let them in again
#[derive(Args)]
#[command(
    long_about = "Changes a user. Whoever is suspended opens nothing from then on, neither by a session nor by a token; what they \
        did stays theirs.",
    after_long_help = "Examples:\n  \
        sluice user change ben@north.example --role manager\n  \
        sluice user change ben@north.example --sees team\n  \
        sluice user change ben@north.example --suspend"
)]
pub(crate) struct Change {
    /// Whom: an address, or an id usr_…
    #[arg(value_name = "USER")]
    user: String,
    /// What the user is called
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Another role: `sluice role list` names them
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    /// own: the people whom they own, and their territories; team: those of their teams, too; everybody. At most what the
    /// role sees
    #[arg(long, value_name = "WHOM", value_parser = read_sees)]
    sees: Option<Sees>,
    /// Let them open nothing from now on
    #[arg(long, conflicts_with = "restore")]
    suspend: bool,
    /// Let them in again
    #[arg(long)]
    restore: bool,
}

pub(super) fn read_sees(text: &str) -> Result<Sees, String> {
    Sees::parse(text).ok_or_else(|| "there are own, team and everybody".to_owned())
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
    /// owner: everything; admin: all but the workspace itself; manager: people, in and out; member: people, imports,
    /// reading definitions; viewer: only looks; or one of your own
    #[arg(long, value_name = "ROLE")]
    role: String,
    /// Read the password from standard input, up to the end of its first line
    #[arg(long, required = true)]
    password_stdin: bool,
}

/// More than any password; what is longer is no password but a mistake.
const INPUT_BYTES_MAX: u64 = 64 * 1024;

impl UserCommand {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        match self {
            UserCommand::Create(command) => command.run(house),
            UserCommand::Password(command) => command.run(house),
            UserCommand::List(List {}) => {
                let app = house.open_begun()?;
                let asking = asking(&app);
                let (users, teams) = app.db.read_blocking(move |tx| {
                    let who = asking;
                    Ok((roster::users(tx, who)?, roster::teams(tx, who)?))
                })?;
                let ids = app.public_ids();
                let value = |row: &UserRow| {
                    let mut value = told(row, ids.encode(USER, row.id));
                    let place = |(team, is_manager): &(i64, bool)| {
                        let name = teams.iter().find(|one| one.id == *team).map(|one| &one.name);
                        json!({ "team": name, "is_manager": is_manager })
                    };
                    value["teams"] = row.teams.iter().map(place).collect();
                    value
                };
                let value = json!({ "users": users.iter().map(value).collect::<Vec<_>>() });
                house.mouth.result(&value, |ink| {
                    let line = |row: &UserRow| {
                        let state = if row.suspended_at.is_some() { ", suspended" } else { "" };
                        let (name, sees) = (ink.strong(&row.name), row.sees.words());
                        format!("{name}  {}, {}, sees {sees}{state}", row.email, row.role)
                    };
                    users.iter().map(line).collect::<Vec<_>>().join("\n")
                })?;
                Ok(Outcome::Done)
            }
            UserCommand::Change(Change { user, name, role, sees, suspend, restore }) => {
                let app = house.open_begun()?;
                let asking = asking(&app);
                let now = app.clock.now();
                let suspended = (suspend || restore).then_some(suspend);
                let change = UserChange { name, role, sees, suspended };
                let row = app.db.write_blocking(move |tx: &mut Tx| {
                    roster::change_user(tx, asking, &user, change, now)
                })?;
                let value = told(&row, app.public_ids().encode(USER, row.id));
                house.mouth.result(&value, |ink| {
                    let name = ink.strong(&row.name);
                    match row.suspended_at {
                        Some(_) => format!("{name} is suspended and opens nothing."),
                        None => format!("{name} is {} and sees {}.", row.role, row.sees.words()),
                    }
                })?;
                Ok(Outcome::Done)
            }
        }
    }
}

fn told(row: &UserRow, id: String) -> Value {
    json!({
        "id": id,
        "name": row.name,
        "email": row.email,
        "role": row.role.as_str(),
        "sees": row.sees.as_str(),
        "suspended_at": row.suspended_at,
        "created_at": row.created_at,
    })
}

impl Create {
    fn run(self, house: &House) -> Result<Outcome, Failure> {
        let Create { email, name, role, password_stdin: _ } = self;
        let password = typed(house)?;
        let app = house.open()?;
        let asking = asking(&app);
        let role = app.db.read_blocking(move |tx| roster::role_named(tx, &role))?;
        let user = wait_for(create_user(&app, asking, CreateUser { email, name, role, password }))?;
        let value = json!({ "email": user.email, "name": user.name, "role": user.role.as_str() });
        house.mouth.result(&value, |ink| {
            format!("{} can sign in as {}.", ink.strong(&user.email), user.role)
        })?;
        Ok(Outcome::Done)
    }
}

/// What was typed, or came from elsewhere, up to the end of its first line.
fn typed(house: &House) -> Result<String, Failure> {
    if stdin().is_terminal() {
        house.mouth.note("Type the password, then Enter and ^D. It will be shown as you type.");
    }
    let mut input = String::new();
    stdin().take(INPUT_BYTES_MAX).read_to_string(&mut input)?;
    Ok(input.lines().next().unwrap_or_default().to_owned())
}

impl GivePassword {
    fn run(self, house: &House) -> Result<Outcome, Failure> {
        let GivePassword { user, password_stdin: _ } = self;
        house.must_operate()?;
        let password = typed(house)?;
        let app = house.open_begun()?;
        let user = wait_for(give_password(&app, asking(&app), &user, password))?;
        let value = json!({ "email": user.email });
        house.mouth.result(&value, |ink| {
            format!("{} signs in with the new password.", ink.strong(&user.email))
        })?;
        Ok(Outcome::Done)
    }
}

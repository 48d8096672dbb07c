//! Making a user who signs in with a password.

use platform::app::App;
use platform::db::Tx;
use platform::failure::{Failure, Field};

use serde_json::json;

use crate::audit;
use crate::colleague::USER;
use crate::mouth::Mouth;
use crate::password::{self, Passwords};
use crate::role::{Right, Role};
use crate::sight::Sight;
use crate::store::{self, NewUser};
use crate::token::Scope;
use crate::user::{User, UserId};
use crate::workspace::{UNNAMED, UNPLACED};

/// Longest address, in bytes (RFC 5321, 4.5.3.1.3, without the angle brackets).
const EMAIL_BYTES_MAX: usize = 254;
/// Longest name of a user or a workspace, in characters.
const NAME_CHARACTERS_MAX: usize = 100;

/// What is asked. Without a name the user goes by the address.
#[derive(Debug)]
pub struct CreateUser {
    /// With which the user will sign in.
    pub email: String,
    /// As the user wants to be called; may be empty.
    pub name: String,
    /// What the user's rights come from.
    pub role: Role,
    /// As it is typed.
    pub password: String,
}

/// Makes a user. The first one, whoever makes it, ends the first run: nobody can set the workspace up after.
///
/// # Errors
/// `Forbidden` without the right to manage the team, or to give a role that may or sees more than one does;
/// `Invalid` with every field that cannot be; `Refused` with `user_exists` if somebody has the address.
pub async fn create_user(app: &App, who: &User, ask: CreateUser) -> Result<User, Failure> {
    who.may(Right::ManageTeam)?;
    who.may_give(&ask.role)?;
    let mut errors = Vec::new();
    let login = Login::read(&ask.name, &ask.email, &ask.password, &mut errors);
    if !errors.is_empty() {
        return Err(Failure::Invalid(errors));
    }
    let hash = app.part::<Passwords>().hash(ask.password, &*app.dice).await?;
    let (now, role, who) = (app.clock.now(), ask.role, who.clone());
    app.db
        .write(move |tx| {
            store::set_up(tx, UNNAMED, UNPLACED, now)?;
            let user = login.store(tx, role, &hash, now)?;
            let detail = json!({ "role": user.role.as_str() });
            audit::note(tx, &who, "user.created", (USER, user.id.0), detail, now)?;
            Ok(user)
        })
        .await
}

/// An address without spaces around it.
///
/// # Errors
/// `Invalid` for what could be none.
pub(crate) fn must_be_address(email: &str) -> Result<String, Failure> {
    let email = email.trim();
    if is_address(email) {
        Ok(email.to_owned())
    } else {
        Err(Failure::invalid("email", NO_ADDRESS))
    }
}

const NO_ADDRESS: &str = "is no address: write it like ann@north.example";

/// Address and name as they will be stored.
pub(crate) struct Login {
    name: String,
    email: String,
    key: String,
}

impl Login {
    /// Reads what was typed; what cannot be goes to `errors`.
    pub(crate) fn read(name: &str, email: &str, password: &str, errors: &mut Vec<Field>) -> Login {
        let email = email.trim();
        if !is_address(email) {
            errors.push(field("email", NO_ADDRESS));
        }
        let local = email.split('@').next().unwrap_or_default();
        let name = if name.trim().is_empty() { local } else { name };
        let name = read_name("name", name, errors);
        if let Some(words) = password::refusal(password, email) {
            errors.push(field("password", words));
        }
        Login { name, key: key(email), email: email.to_owned() }
    }

    /// Makes the user; whoever looked after people under that address before having a password is given theirs.
    ///
    /// # Errors
    /// `Refused` with `user_exists` if somebody has the address and a password.
    pub(crate) fn store(
        self,
        tx: &mut Tx,
        role: Role,
        password_hash: &str,
        now: moment::Moment,
    ) -> Result<User, Failure> {
        let user = User {
            id: UserId(tx.ids(1)?),
            name: self.name,
            email: self.email,
            sight: Sight::Everybody,
            role,
            scope: Scope::Write,
            until: None,
            mouth: Mouth::Page,
        };
        let new = NewUser { user: &user, email_key: &self.key, password_hash, now };
        if !store::create_user(tx, &new)? {
            if let Some(id) = store::give_password(tx, &new)? {
                return Ok(User { id, ..user });
            }
            let words = format!("Somebody signs in with {} already.", user.email);
            return Err(Failure::refused("user_exists", words));
        }
        Ok(user)
    }
}

/// By which an address is recognised: how it is written in capitals makes no other user.
pub(crate) fn key(email: &str) -> String {
    email.trim().to_lowercase()
}

/// A name without spaces around it, with one error if it is empty, long or not printable.
pub(crate) fn read_name(named: &str, text: &str, errors: &mut Vec<Field>) -> String {
    let name = text.trim();
    if name.is_empty() {
        errors.push(field(named, "is empty"));
    } else if name.chars().count() > NAME_CHARACTERS_MAX {
        errors.push(field(named, format!("is longer than {NAME_CHARACTERS_MAX} characters")));
    } else if name.chars().any(char::is_control) {
        errors.push(field(named, "holds characters that cannot be seen"));
    }
    name.to_owned()
}

pub(crate) fn field(name: &str, words: impl Into<String>) -> Field {
    Field { name: name.to_owned(), words: words.into() }
}

/// Whether it could be an address at all; whether it is one, only a message to it would tell.
fn is_address(email: &str) -> bool {
    let Some((local, domain)) = email.rsplit_once('@') else { return false };
    !local.is_empty()
        && !domain.is_empty()
        && email.len() <= EMAIL_BYTES_MAX
        && !email.chars().any(|c| c.is_whitespace() || c.is_control() || "<>(),;:\"\\".contains(c))
        && !domain.starts_with(['.', '-'])
        && !domain.ends_with(['.', '-'])
        && !local.contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_an_address() {
        for (email, expected) in [
            ("ann@north.example", true),
            ("ann+crm@north.example", true),
            ("änn@nörth.example", true),
            ("root@localhost", true),
            ("ann", false),
            ("@north.example", false),
            ("ann@", false),
            ("ann@b@north.example", false),
            ("ann @north.example", false),
            ("ann@north.example\r\nbcc: x", false),
            ("<ann@north.example>", false),
            ("ann@.example", false),
        ] {
            assert_eq!(is_address(email), expected, "{email}");
        }
        assert!(!is_address(&format!("{}@north.example", "a".repeat(250))));
    }
}

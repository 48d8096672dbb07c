//! Tokens: what a program shows instead of signing in. Of each only the hash is kept.
//!
//! **Promise:** a token may what its user may, or less; once it is revoked or has expired it opens nothing, and nobody
//! is told which of both, or that there ever was one.

mod shown;

use std::fmt;
use std::str::FromStr;

use moment::{Moment, Span};
use platform::app::App;
use platform::db::Tx;
use platform::failure::{Failure, Field};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::audit;
use crate::colleague::USER;
use crate::create_user::key;
use crate::role::{RIGHTS, Right, Rights};
use crate::store;
use crate::user::User;

pub use shown::Remembered;
pub(crate) use shown::{Hash, find, look, remembered, shown};

/// The prefix of a token's public id.
pub const TOKEN: &str = "tok";

/// How every token begins, so that whoever finds one knows what it is.
const BEGINNING: &str = "sluice_";
/// How far the noted last use may lag behind, so that a call seldom writes.
const LAST_USE_LAG: Span = Span::minutes(1);
/// Longest name of a token, in characters.
const NAME_CHARACTERS_MAX: usize = 100;

/// How much of what its user may do a token may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scope {
    /// All of it, also what its user may do one day.
    #[default]
    Write,
    /// Only look.
    Read,
    /// What these rights are for, and nothing else.
    Only(Rights),
}

/// The rights of whoever only looks.
const LOOKS: Rights = Rights::of(&[Right::ReadPeople, Right::ReadDefinitions, Right::ReadAudit]);

impl Scope {
    /// Whether a right is within it.
    pub const fn covers(self, right: Right) -> bool {
        match self {
            Scope::Write => true,
            Scope::Read => LOOKS.contains(right),
            Scope::Only(rights) => rights.contains(right),
        }
    }

    /// Whether it is at least as wide as another, whatever its user may do one day.
    pub const fn holds(self, other: Scope) -> bool {
        match (self, other) {
            (Scope::Write, _) | (Scope::Read, Scope::Read) => true,
            (Scope::Read | Scope::Only(_), Scope::Write) => false,
            (Scope::Read, Scope::Only(rights)) => LOOKS.cover(rights),
            (Scope::Only(rights), Scope::Read) => rights.cover(LOOKS),
            (Scope::Only(rights), Scope::Only(others)) => rights.cover(others),
        }
    }

    /// Whether it changes nothing, whatever its user may: neither what is everybody's nor what is its user's own.
    pub const fn only_looks(self) -> bool {
        match self {
            Scope::Write => false,
            Scope::Read => true,
            Scope::Only(rights) => LOOKS.cover(rights),
        }
    }

    /// As programs are told it: a word, or the words of the rights.
    pub fn told(self) -> Value {
        match self {
            Scope::Write | Scope::Read => Value::from(self.to_string()),
            Scope::Only(rights) => rights.iter().map(Right::as_str).collect(),
        }
    }

    /// For people: `write`, `read`, or the rights with commas between.
    pub fn in_words(self) -> String {
        self.to_string().replace(' ', ", ")
    }
}

impl fmt::Display for Scope {
    /// As it is stored and typed: `write`, `read`, or the words of rights with spaces between.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scope::Write => f.write_str("write"),
            Scope::Read => f.write_str("read"),
            Scope::Only(rights) => rights.fmt(f),
        }
    }
}

/// Why a text is no scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoScope(String);

impl fmt::Display for NoScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rights = RIGHTS.map(|(_, word, _)| word).join(", ");
        write!(f, "{:?} is no scope; there are read and write, and rights: {rights}", self.0)
    }
}

impl std::error::Error for NoScope {}

impl FromStr for Scope {
    type Err = NoScope;

    fn from_str(text: &str) -> Result<Scope, NoScope> {
        let words = text.replace(',', " ");
        match words.trim() {
            "write" => Ok(Scope::Write),
            "read" => Ok(Scope::Read),
            "" => Err(NoScope(text.to_owned())),
            words => {
                let rights = Rights::parse(words).ok_or_else(|| NoScope(text.to_owned()))?;
                Ok(Scope::Only(rights))
            }
        }
    }
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// The address of the user for whom it is.
    pub user: String,
    /// What it is for.
    pub name: String,
    /// How much it may.
    pub scope: Scope,
    /// After how long it opens nothing more; never, if that is not said, or when the token ends by which it is asked for.
    pub lasts: Option<Span>,
}

/// A token as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenRow {
    /// Its number.
    pub id: i64,
    /// The address of its user.
    pub user: String,
    /// What it is for.
    pub name: String,
    /// How much it may.
    pub scope: Scope,
    /// When it was made.
    pub created_at: Moment,
    /// From when on it opens nothing.
    pub expires_at: Option<Moment>,
    /// When it was used last, to the minute.
    pub last_used_at: Option<Moment>,
    /// When it was revoked.
    pub revoked_at: Option<Moment>,
}

/// Makes a token for a user; gives it, which nobody can ever see again, and how it is kept.
///
/// # Errors
/// `Forbidden` without the right to manage the team, unless it is one's own, and of somebody who may or sees more than
/// one does, and for a scope that is wider than that of the token with which it is asked for; `Refused` with `outlives`
/// for one that would outlive that token; `Invalid` for a name that is empty or
/// too long; `Missing` if nobody has the address.
pub fn create(
    tx: &mut Tx,
    who: &User,
    ask: NewToken,
    secret: &str,
    now: Moment,
) -> Result<(String, TokenRow), Failure> {
    let name = ask.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > NAME_CHARACTERS_MAX {
        let words = format!("say what it is for, in 1 to {NAME_CHARACTERS_MAX} characters");
        return Err(Failure::Invalid(vec![Field { name: "name".to_owned(), words }]));
    }
    let found = store::find_password(tx, &key(&ask.user))?;
    let (user, _) = found.ok_or_else(|| Failure::missing("user", &ask.user))?;
    // Nobody gets more by a token than they have, whoever's it is.
    who.may(Right::ManageTeam).or(if user.id == who.id {
        Ok(())
    } else {
        Err(Failure::Forbidden)
    })?;
    for right in user.role.rights().iter().filter(|right| ask.scope.covers(*right)) {
        who.may(right)?;
    }
    if !who.scope.holds(ask.scope) {
        return Err(Failure::Forbidden);
    }
    who.may_let_see(&user)?;
    let ends = ask.lasts.map(|lasts| now + lasts).or(who.until);
    if let (Some(until), Some(ends)) = (who.until, ends)
        && ends > until
    {
        let words = format!(
            "The token with which you ask ends {until}; what it makes cannot last longer. Say a shorter time, or none: \
             then both end together."
        );
        return Err(Failure::refused("outlives", words));
    }
    let token = format!("{BEGINNING}{secret}");
    let row = TokenRow {
        id: tx.ids(1)?,
        user: user.email.clone(),
        name,
        scope: ask.scope,
        created_at: now,
        expires_at: ends,
        last_used_at: None,
        revoked_at: None,
    };
    store::add_token(tx, &row, user.id, hash(&token).to_vec())?;
    let for_whom = tx.public_ids().encode(USER, user.id.0);
    let detail = json!({ "name": row.name, "scope": row.scope.to_string(), "user": for_whom });
    audit::note(tx, who, "token.created", (TOKEN, row.id), detail, now)?;
    Ok((token, row))
}

/// Every token, also those that open nothing more; the newest first.
///
/// # Errors
/// `Forbidden` without the right to manage the team.
pub fn tokens(tx: &mut Tx, who: &User) -> Result<Vec<TokenRow>, Failure> {
    who.may(Right::ManageTeam)?;
    store::tokens(tx)
}

/// One's own tokens, the newest first.
///
/// # Errors
/// `Broken` if the database fails.
pub fn mine(tx: &mut Tx, who: &User) -> Result<Vec<TokenRow>, Failure> {
    store::tokens_of(tx, who.id)
}

/// Sees to it that a token opens nothing from now on.
///
/// # Errors
/// `Missing` if there is none of that number, or if it is somebody else's and the user may not manage the team.
pub fn revoke(tx: &mut Tx, who: &User, id: i64, now: Moment) -> Result<(), Failure> {
    let is_own = store::token_user(tx, id)? == Some(who.id);
    let may = is_own || who.can(Right::ManageTeam);
    if !may || !store::revoke_token(tx, id, now)? {
        return Err(Failure::missing("token", tx.public_ids().encode(TOKEN, id)));
    }
    audit::note(tx, who, "token.revoked", (TOKEN, id), Value::Null, now)
}

/// A token has 260 bits of chance, so that a plain hash is enough to keep it by.
fn hash(token: &str) -> Hash {
    Sha256::digest(token.as_bytes()).into()
}

/// What a new token is made of: chance that nobody guesses.
pub fn secret(app: &App) -> String {
    format!("{}{}", app.dice.token(), app.dice.token())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_reads_as_it_prints() {
        let some = Scope::Only(Rights::of(&[Right::ReadPeople, Right::EditPeople]));
        for (text, scope) in [
            ("write", Scope::Write),
            ("read", Scope::Read),
            ("people.read people.edit", some),
            ("people.edit, people.read", some),
        ] {
            assert_eq!(text.parse(), Ok(scope), "{text}");
            assert_eq!(scope.to_string().parse(), Ok(scope), "{text}");
        }
        for text in ["", " ", "all", "people.fly", "read people.edit"] {
            let words = text.parse::<Scope>().unwrap_err().to_string();
            assert!(words.contains("people.edit"), "{words}");
        }
        assert_eq!(some.in_words(), "people.read, people.edit");
    }

    #[test]
    fn a_scope_holds_what_is_no_wider() {
        let only = |rights: &[Right]| Scope::Only(Rights::of(rights));
        let (reads, edits) =
            (only(&[Right::ReadPeople]), only(&[Right::ReadPeople, Right::EditPeople]));
        let every = only(&RIGHTS.map(|(right, ..)| right));
        for (scope, other, holds) in [
            (Scope::Write, Scope::Write, true),
            (Scope::Write, every, true),
            // Its user may be given a right that there is not yet.
            (every, Scope::Write, false),
            (every, Scope::Read, true),
            (Scope::Read, Scope::Write, false),
            (Scope::Read, Scope::Read, true),
            (Scope::Read, reads, true),
            (Scope::Read, edits, false),
            (edits, reads, true),
            (reads, edits, false),
            (edits, Scope::Read, false),
        ] {
            assert_eq!(scope.holds(other), holds, "{scope} holds {other}");
        }
    }
}

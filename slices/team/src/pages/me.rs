//! The page of one's own account, and the one that asks who one is.

use askama::Template;
use platform::failure::Field;
use platform::page::filters;
use platform::page::words::When;

use super::wrong::Errors;
use crate::frame::Setting;

/// A browser in which one is signed in.
pub(crate) struct SessionLine {
    pub id: String,
    pub device: String,
    pub means: String,
    pub since: When,
    pub last: String,
    pub is_this: bool,
}

/// A passkey.
pub(crate) struct PasskeyLine {
    pub id: String,
    pub name: String,
    /// The host to which it is bound, if it is not the one that was asked for.
    pub elsewhere: Option<String>,
    pub is_synced: bool,
    pub made: When,
    pub used: Option<String>,
}

/// A token.
pub(crate) struct TokenLine {
    pub id: String,
    pub name: String,
    pub user: String,
    pub scope: String,
    pub made: When,
    pub used: Option<String>,
    /// What stands about its end: in force, until a day, expired, revoked.
    pub state: String,
    pub is_in_force: bool,
}

#[derive(Template)]
#[template(path = "me.html")]
pub(crate) struct MePage {
    pub settings: Vec<Setting>,
    pub name: String,
    pub email: String,
    pub role: String,
    pub errors: Vec<Field>,
    /// What was just done, in a sentence.
    pub done: Option<&'static str>,
    pub has_password: bool,
    /// Since when a code is asked for.
    pub second_since: Option<When>,
    pub passkeys: Vec<PasskeyLine>,
    /// Whether browsers make passkeys at this address; else why not.
    pub no_passkeys: Option<String>,
    /// What a passkey of this browser may be called.
    pub device: String,
    /// Whether the workspace asks for a second factor.
    pub is_demanded: bool,
    pub codes_left: i64,
    pub sessions: Vec<SessionLine>,
    pub tokens: Vec<TokenLine>,
    /// What a token may be limited to: the word, and what it is for.
    pub rights: Vec<(&'static str, &'static str)>,
    /// A token that was made just now.
    pub fresh: Option<String>,
}

impl MePage {
    fn errors(&self) -> Errors<'_> {
        Errors(&self.errors)
    }
}

#[derive(Template)]
#[template(path = "prove.html")]
pub(crate) struct ProvePage {
    pub next: String,
    pub email: String,
    pub has_password: bool,
    /// Whether there is a passkey, and browsers show one here.
    pub has_passkeys: bool,
    pub errors: Vec<Field>,
}

impl ProvePage {
    fn errors(&self) -> Errors<'_> {
        Errors(&self.errors)
    }
}

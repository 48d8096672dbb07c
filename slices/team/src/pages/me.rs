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

/// A token.
pub(crate) struct TokenLine {
    pub id: String,
    pub name: String,
    pub user: String,
    pub scope: &'static str,
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
    pub codes_left: i64,
    pub sessions: Vec<SessionLine>,
    pub tokens: Vec<TokenLine>,
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
    pub errors: Vec<Field>,
}

impl ProvePage {
    fn errors(&self) -> Errors<'_> {
        Errors(&self.errors)
    }
}

//! The page of service users and of all tokens.

use askama::Template;
use platform::failure::Field;
use platform::page::filters;

use super::me::TokenLine;
use super::wrong::Errors;
use crate::frame::Setting;

/// A service user.
pub(crate) struct ServiceLine {
    pub id: String,
    pub name: String,
    pub role: String,
}

#[derive(Template)]
#[template(path = "tokens.html")]
pub(crate) struct TokensPage {
    pub settings: Vec<Setting>,
    pub errors: Vec<Field>,
    pub done: Option<&'static str>,
    pub roles: Vec<String>,
    pub services: Vec<ServiceLine>,
    pub tokens: Vec<TokenLine>,
    /// What a token may be limited to: the word, and what it is for.
    pub rights: Vec<(&'static str, &'static str)>,
    pub fresh: Option<String>,
}

impl TokensPage {
    fn errors(&self) -> Errors<'_> {
        Errors(&self.errors)
    }
}

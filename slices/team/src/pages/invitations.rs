//! The page of invitations, and the one to which a link leads.

use askama::Template;
use platform::failure::Field;
use platform::page::words::When;
use platform::page::{Icon, filters};

use super::wrong::Errors;
use crate::frame::Setting;

/// An invitation.
pub(crate) struct InvitationLine {
    pub id: String,
    pub email: String,
    pub role: String,
    pub by: String,
    pub made: When,
    /// What became of it, in a few words.
    pub state: String,
    pub is_waiting: bool,
}

#[derive(Template)]
#[template(path = "invitations.html")]
pub(crate) struct InvitationsPage {
    pub settings: Vec<Setting>,
    pub errors: Vec<Field>,
    pub done: Option<&'static str>,
    pub email: String,
    pub roles: Vec<String>,
    pub role: String,
    /// The link that was made just now, and for whom.
    pub fresh: Option<(String, String)>,
    pub lines: Vec<InvitationLine>,
}

impl InvitationsPage {
    fn errors(&self) -> Errors<'_> {
        Errors(&self.errors)
    }
}

#[derive(Template)]
#[template(path = "join.html")]
pub(crate) struct JoinPage {
    pub workspace: String,
    pub host: String,
    /// Whom it lets in; nobody, if it does not.
    pub email: Option<String>,
    pub role: String,
    pub name: String,
    pub errors: Vec<Field>,
}

impl JoinPage {
    fn errors(&self) -> Errors<'_> {
        Errors(&self.errors)
    }

    fn logo(&self) -> Icon<'static> {
        super::LOGO
    }
}

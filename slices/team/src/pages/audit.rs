//! The page of the audit log.

use askama::Template;
use platform::failure::Field;
use platform::page::filters;
use platform::page::words::When;

use super::wrong::Errors;
use crate::audit::Texts;
use crate::frame::Setting;
use crate::mouth::MOUTHS;

/// Something that was done.
pub(crate) struct Line {
    pub at: When,
    pub by: String,
    pub mouth: String,
    pub token: Option<String>,
    pub what: String,
    pub subject: Option<String>,
    pub detail: String,
}

#[derive(Template)]
#[template(path = "audit.html")]
pub(crate) struct AuditPage {
    pub settings: Vec<Setting>,
    pub errors: Vec<Field>,
    pub asked: Texts,
    /// The question as an address has it, without `?`.
    pub query: String,
    pub lines: Vec<Line>,
    pub next: Option<String>,
}

impl AuditPage {
    fn errors(&self) -> Errors<'_> {
        Errors(&self.errors)
    }

    fn mouths(&self) -> [&'static str; 4] {
        MOUTHS
    }

    pub(crate) fn is_wrong(&self) -> bool {
        !self.errors.is_empty()
    }

    fn is_narrowed(&self) -> bool {
        self.asked != Texts::default()
    }
}

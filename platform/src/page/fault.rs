//! The page that says what went wrong.

use askama::Template;
use axum::http::StatusCode;

use super::{Page, filters};

/// What went wrong, for people.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "fault.html")]
pub struct Fault {
    /// A few words that say what is so: `There is no such page`.
    pub title: String,
    /// Why, and what can be done; a sentence or two.
    pub words: String,
    /// By what the log's entry is found, if there is one to find.
    pub incident: Option<String>,
    /// By which id the log knows the request.
    pub request_id: Option<String>,
    /// Each field that was refused, and why.
    pub fields: Vec<(String, String)>,
    /// The one way out: what it says, and where it leads.
    pub way_out: (String, String),
    /// The status as a number; picks the picture.
    pub status: u16,
}

/// The page for a fault, with its status.
pub fn fault(status: StatusCode, fault: &Fault) -> Page {
    Page::bare(&fault.title, fault).with_status(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_breakage_names_its_incident_and_nothing_else() {
        let page = fault(
            StatusCode::INTERNAL_SERVER_ERROR,
            &Fault {
                title: "This did not work".into(),
                words: "It is our mistake.".into(),
                incident: Some("inc_7k2m".into()),
                way_out: ("To the first page".into(), "/".into()),
                status: 500,
                ..Fault::default()
            },
        );
        assert!(page.html().contains("inc_7k2m"));
        assert!(page.html().contains(r#"href="/""#));
    }
}

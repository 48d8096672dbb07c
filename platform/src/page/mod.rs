//! Pages: what surrounds them, how they are sent, and the words for numbers and times on them.
//!
//! **Promise:** a page runs nothing that this program did not serve, is framed by nobody unless it says so, and is
//! kept by nobody on the way. **Never:** knows what the pages are about; names, links and commands are handed in with a [`Shell`].
mod fault;
pub mod filters;
mod icon;
mod shell;
pub mod words;

pub use fault::{Fault, fault};
pub use icon::{Avatar, Icon};
pub use shell::{Account, Bell, Choice, Command, Group, Label, Menu, NavItem, Search, Shell};

use askama::Template;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::assets::Asset;

/// The program's name, at the end of every title.
pub const PROGRAM: &str = "Sluice";

/// A page, ready to be sent.
#[derive(Debug)]
pub struct Page {
    status: StatusCode,
    html: String,
    is_embeddable: bool,
}

#[derive(Template)]
#[template(path = "page.html")]
struct Framed<'a, B: Template> {
    title: &'a str,
    shell: &'a Shell,
    body: &'a B,
}

#[derive(Template)]
#[template(path = "bare.html")]
struct Bare<'a, B: Template> {
    title: &'a str,
    body: &'a B,
}

impl Page {
    /// A page for somebody signed in: `body` is the `<main>` within the shell. The title is for the window.
    pub fn new(shell: &Shell, title: &str, body: &impl Template) -> Page {
        Page::of(&Framed { title, shell, body })
    }

    /// A page on its own, for who is not signed in.
    pub fn bare(title: &str, body: &impl Template) -> Page {
        Page::of(&Bare { title, body })
    }

    /// A part of a page, which a script puts into one that is open.
    pub fn part(body: &impl Template) -> Page {
        Page::of(body)
    }

    fn of(template: &impl Template) -> Page {
        match template.render() {
            Ok(html) => Page { status: StatusCode::OK, html, is_embeddable: false },
            Err(cause) => {
                tracing::error!(%cause, "a page could not be rendered");
                Page {
                    status: StatusCode::INTERNAL_SERVER_ERROR,
                    html: "This page could not be rendered; the log says why.".to_owned(),
                    is_embeddable: false,
                }
            }
        }
    }

    /// The same page under another status, e.g. 422 for a form that is shown again with what is wrong in it.
    #[must_use]
    pub fn with_status(self, status: StatusCode) -> Page {
        Page { status, ..self }
    }

    /// The same page, which any site may show within a frame: for one that everybody may see, and on which
    /// nothing can be done in somebody's name.
    #[must_use]
    pub fn embeddable(self) -> Page {
        Page { is_embeddable: true, ..self }
    }

    /// The whole text, for tests and for the gallery.
    pub fn html(&self) -> &str {
        &self.html
    }
}

/// Scripts, styles and pictures only from here; forms only to here; no frame around it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// The same for a page around which anybody may put a frame. Nothing is sent from it.
const EMBEDDABLE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors *";
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

const HEADERS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
];

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let mut headers: HeaderMap = HEADERS
            .into_iter()
            .map(|(name, value)| (name, HeaderValue::from_static(value)))
            .collect();
        if self.is_embeddable {
            let policy = HeaderValue::from_static(EMBEDDABLE_POLICY);
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
            headers.insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
            headers.remove(header::X_FRAME_OPTIONS);
        }
        (self.status, headers, Html(self.html)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Template)]
    #[template(source = "<h1>{{ name }}</h1>", ext = "html")]
    struct Body {
        name: &'static str,
    }

    #[test]
    fn a_page_says_what_a_browser_may_not_do() {
        let response = Page::bare("Test", &Body { name: "A" }).into_response();
        let headers = response.headers();
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"));
        assert_eq!(headers["x-frame-options"], "DENY");
        assert_eq!(headers["content-type"], "text/html; charset=utf-8");
    }

    #[test]
    fn a_page_is_framed_only_if_it_says_so() {
        let response = Page::bare("Test", &Body { name: "A" }).embeddable().into_response();
        let headers = response.headers();
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.ends_with("frame-ancestors *") && !policy.contains("unsafe"), "{policy}");
        assert!(policy.contains("default-src 'none'") && policy.contains("form-action 'none'"));
        assert!(!headers.contains_key("x-frame-options"));
    }

    #[test]
    fn what_comes_from_people_is_escaped() {
        let page = Page::bare("<script>", &Body { name: "<b onclick=x>" });
        assert!(!page.html().contains("<b onclick"));
        assert!(!page.html().contains("<title><script>"));
        assert!(page.html().contains("&#60;b onclick=x&#62;"));
    }

    #[test]
    fn no_page_brings_a_style_or_a_script_of_its_own() {
        let shell = Shell { workspace: "North".into(), ..Shell::default() };
        for page in
            [Page::new(&shell, "T", &Body { name: "A" }), Page::bare("T", &Body { name: "A" })]
        {
            assert!(!page.html().contains(" style="), "{}", page.html());
            assert!(!page.html().contains("<style"));
            assert_eq!(
                page.html().matches("<script").count(),
                page.html().matches("<script src=").count()
            );
        }
    }
}

//! The page of the first run.

use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;
use platform::page::{Icon, Page, filters};

use crate::set_up::SetUpView;

#[derive(Template)]
#[template(path = "set_up.html")]
struct Body<'a> {
    view: &'a SetUpView,
}

/// What stands beneath a field that cannot be as it is.
#[derive(Template)]
#[template(
    source = r#"{% if let Some((id, words)) = wrong %}<span class="field__error" id="{{ id }}">{{ "alert"|icon_sm }}{{ words }}</span>{% endif %}"#,
    ext = "html"
)]
struct Wrong {
    wrong: Option<(String, String)>,
}

impl HtmlSafe for Wrong {}

/// The attributes by which a field points to what is wrong with it.
struct Mark(Option<&'static str>);

impl HtmlSafe for Mark {}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(name) => write!(f, r#" aria-invalid="true" aria-describedby="{name}-wrong""#),
            None => Ok(()),
        }
    }
}

impl Body<'_> {
    fn logo(&self) -> Icon<'static> {
        super::LOGO
    }

    fn error(&self, name: &'static str) -> Wrong {
        let field = self.view.errors.iter().find(|field| field.name == name);
        Wrong {
            wrong: field.map(|field| (format!("{name}-wrong"), format!("It {}.", field.words))),
        }
    }

    fn mark(&self, name: &'static str) -> Mark {
        Mark(self.view.errors.iter().any(|field| field.name == name).then_some(name))
    }

    /// What is wrong with no field in particular.
    fn at_large(&self) -> impl Iterator<Item = &str> {
        self.view
            .errors
            .iter()
            .filter(|field| field.name.is_empty())
            .map(|field| field.words.as_str())
    }
}

pub(crate) fn set_up(view: &SetUpView) -> Page {
    Page::bare("Set up", &Body { view })
}

#[cfg(test)]
mod tests {
    use platform::failure::Field;

    use super::*;

    #[test]
    fn each_field_says_what_is_wrong_with_it() {
        let field =
            |name: &str, words: &str| Field { name: name.to_owned(), words: words.to_owned() };
        let page = set_up(&SetUpView {
            workspace: "North".to_owned(),
            zone: "Europe/Berlin".to_owned(),
            zones: vec!["Europe/Berlin".to_owned(), "UTC".to_owned()],
            errors: vec![
                field("password", "is <too> short"),
                field("", "The connection is not encrypted."),
            ],
            ..SetUpView::default()
        });
        let html = page.html();
        assert!(html.contains("It is &#60;too&#62; short."), "{html}");
        assert!(html.contains(r#"aria-describedby="password-wrong""#), "{html}");
        assert!(html.contains("<span>The connection is not encrypted.</span>"), "{html}");
        assert!(html.contains("<option selected>Europe/Berlin</option>"), "{html}");
        assert_eq!(html.matches("aria-invalid").count(), 1, "{html}");
    }
}

//! The page of the first run.

use askama::Template;
use platform::page::{Icon, Page, filters};

use super::wrong::Errors;
use crate::set_up::SetUpView;

#[derive(Template)]
#[template(path = "set_up.html")]
struct Body<'a> {
    view: &'a SetUpView,
}

impl Body<'_> {
    fn logo(&self) -> Icon<'static> {
        super::LOGO
    }

    fn errors(&self) -> Errors<'_> {
        Errors(&self.view.errors)
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

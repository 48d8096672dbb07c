//! The page to sign in.

use askama::Template;
use platform::page::{Icon, Page, filters};

use crate::sign_in::SignInView;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Body<'a> {
    view: &'a SignInView,
}

impl Body<'_> {
    fn logo(&self) -> Icon<'static> {
        super::LOGO
    }

    /// Whether there is another way in than the password.
    fn has_other_ways(&self) -> bool {
        self.view.has_passkeys || !self.view.providers.is_empty()
    }

    /// Where to go after, as it stands in an address.
    fn next(&self) -> String {
        platform::fetcher::escaped(&self.view.next)
    }
}

pub(crate) fn sign_in(view: &SignInView) -> Page {
    Page::bare("Sign in", &Body { view })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_stays_and_what_went_wrong_is_said() {
        let page = sign_in(&SignInView {
            workspace: "North & Sons".to_owned(),
            email: "\"><script>".to_owned(),
            next: "/people".to_owned(),
            error: Some(("That did not match.".to_owned(), "Four tries are left.".to_owned())),
            ..SignInView::default()
        });
        let html = page.html();
        assert!(html.contains("North &#38; Sons") && !html.contains("\"><script>"), "{html}");
        assert!(html.contains(r#"name="next" value="/people""#), "{html}");
        assert!(html.contains("<b>That did not match.</b> Four tries are left."), "{html}");
        assert!(!html.contains("checked") && !html.contains(" style="), "{html}");
    }
}

//! What is wrong with a form: beneath the field, and where no field is meant, above all of them.

use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;
use platform::failure::Field;
use platform::page::filters;

/// What stands beneath a field that cannot be as it is.
#[derive(Template)]
#[template(
    source = r#"{% if let Some((id, words)) = wrong %}<span class="field__error" id="{{ id }}">{{ "alert"|icon_sm }}{{ words }}</span>{% endif %}"#,
    ext = "html"
)]
pub(crate) struct Wrong {
    wrong: Option<(String, String)>,
}

impl HtmlSafe for Wrong {}

/// The attributes by which a field points to what is wrong with it.
pub(crate) struct Mark(Option<&'static str>);

impl HtmlSafe for Mark {}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(name) => write!(f, r#" aria-invalid="true" aria-describedby="{name}-wrong""#),
            None => Ok(()),
        }
    }
}

/// Everything that is wrong with a form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Errors<'a>(pub &'a [Field]);

impl<'a> Errors<'a> {
    pub(crate) fn error(self, name: &'static str) -> Wrong {
        let field = self.0.iter().find(|field| field.name == name);
        Wrong {
            wrong: field.map(|field| (format!("{name}-wrong"), format!("It {}.", field.words))),
        }
    }

    pub(crate) fn mark(self, name: &'static str) -> Mark {
        Mark(self.0.iter().any(|field| field.name == name).then_some(name))
    }

    /// What is wrong with no field in particular.
    pub(crate) fn at_large(self) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(|field| field.name.is_empty()).map(|field| field.words.as_str())
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0.is_empty()
    }
}

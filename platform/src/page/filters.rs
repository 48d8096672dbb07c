//! Filters for templates: `{{ "people"|icon }}`, `{{ total|grouped }}`. A module that derives templates has
//! `use platform::page::filters;`.

use std::fmt;

use askama::Values;
use askama::filters::{Escaper as _, Html, Safe};

use super::{Avatar, Icon, words};

/// An icon of the set.
///
/// # Errors
/// Never.
#[askama::filter_fn]
pub fn icon<'a>(name: &'a str, _: &dyn Values) -> askama::Result<Safe<Icon<'a>>> {
    Ok(Safe(Icon { name, class: "" }))
}

/// A small icon of the set.
///
/// # Errors
/// Never.
#[askama::filter_fn]
pub fn icon_sm<'a>(name: &'a str, _: &dyn Values) -> askama::Result<Safe<Icon<'a>>> {
    Ok(Safe(Icon { name, class: "i--sm" }))
}

/// The initials of a name; `class` is added to `avatar`.
///
/// # Errors
/// Never.
#[askama::filter_fn]
pub fn avatar<'a>(
    name: &'a str,
    _: &dyn Values,
    #[optional("")] class: &'static str,
) -> askama::Result<Safe<Avatar<'a>>> {
    Ok(Safe(Avatar { name, class }))
}

/// A text in which what stands between backticks is code.
///
/// # Errors
/// Never.
#[askama::filter_fn]
pub fn code<'a>(text: &'a str, _: &dyn Values) -> askama::Result<Safe<Coded<'a>>> {
    Ok(Safe(Coded(text)))
}

/// See [`code`].
#[derive(Clone, Copy, Debug)]
pub struct Coded<'a>(&'a str);

impl fmt::Display for Coded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, part) in self.0.split('`').enumerate() {
            let (before, after) = if place % 2 == 0 { ("", "") } else { ("<code>", "</code>") };
            f.write_str(before)?;
            Html.write_escaped_str(&mut *f, part)?;
            f.write_str(after)?;
        }
        Ok(())
    }
}

/// A whole number in groups of three: `1,903`.
///
/// # Errors
/// Never.
#[askama::filter_fn]
pub fn grouped(number: &i64, _: &dyn Values) -> askama::Result<String> {
    Ok(words::grouped(*number))
}

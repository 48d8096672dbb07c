//! Filters for templates: `{{ "people"|icon }}`, `{{ total|grouped }}`. A module that derives templates has
//! `use platform::page::filters;`.

use askama::Values;
use askama::filters::Safe;

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

/// A whole number in groups of three: `1,903`.
///
/// # Errors
/// Never.
#[askama::filter_fn]
pub fn grouped(number: &i64, _: &dyn Values) -> askama::Result<String> {
    Ok(words::grouped(*number))
}

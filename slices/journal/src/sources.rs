//! Which sources are believed before others. What a less trusted source says against a more trusted one is kept under
//! a name of its own, so that it is seen and nothing is derived from it.

use platform::db::Tx;
use platform::failure::Failure;
use platform::settings;

/// What stands before the name of a fact that a more trusted source contradicts when it comes.
pub const OUTRANKED: &str = "outranked.";

const SETTING: &str = "facts.sources";
/// Sources in the order at most.
const SOURCES_MAX: usize = 50;

/// The sources that are believed before all others, the most trusted first; none unless somebody said so, and then the
/// newest word holds, whoever's it is.
///
/// # Errors
/// `Broken` when the database fails.
pub fn sources(tx: &mut Tx) -> Result<Vec<String>, Failure> {
    let text = settings::find(tx, SETTING)?.unwrap_or_default();
    Ok(text.split_whitespace().map(str::to_owned).collect())
}

/// Says which sources are believed before all others, from now on: what was recorded stays ruled as it was.
///
/// # Errors
/// `Invalid` for a name that is none, or twice the same; `Broken` when the database fails.
pub fn rank_sources(tx: &mut Tx, order: &[String]) -> Result<(), Failure> {
    let is_name = |name: &String| {
        let is_letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        !name.is_empty() && name.len() <= 100 && name.chars().all(is_letter)
    };
    if let Some(odd) = order.iter().find(|name| !is_name(name)) {
        let words =
            format!("{odd:?} is no source: write letters, digits, _ and -, as facts name it");
        return Err(Failure::invalid("sources", words));
    }
    let twice = order
        .iter()
        .enumerate()
        .any(|(at, name)| order.iter().skip(at + 1).any(|other| other == name));
    if twice || order.len() > SOURCES_MAX {
        let words = format!("name each source once, and at most {SOURCES_MAX}");
        return Err(Failure::invalid("sources", words));
    }
    settings::save(tx, SETTING, &order.join(" "))
}

/// Where a source stands in the order; those that are not in it are equals behind all others.
pub(crate) fn rank(order: &[String], source: &str) -> usize {
    order.iter().position(|name| name == source).unwrap_or(order.len())
}

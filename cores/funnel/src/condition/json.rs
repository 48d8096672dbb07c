//! The JSON form, for the builder in the browser: the tree as it is, `{"all": [{"did": {…}}, …]}`.

use super::{Condition, DEPTH_MAX, Fault, Names, TEXT_BYTES_MAX};

/// JSON says more for the same condition than its text does.
pub(super) const JSON_BYTES_MAX: usize = 8 * TEXT_BYTES_MAX;

impl Condition {
    /// The condition as JSON; [`Condition::from_json`] gives it back as it is.
    pub fn to_json(&self) -> serde_json::Value {
        // Keys are texts and numbers are finite, so nothing here can fail.
        serde_json::to_value(self).unwrap_or(serde_json::Value::Null)
    }

    /// Reads the JSON form under the same rules as the text: typed, of bounded depth and size, with
    /// known names. Nested parts of the same sort are joined.
    ///
    /// # Errors
    /// A [`Fault`]; its place is in the JSON if that is malformed, else in the condition's text.
    pub fn from_json(json: &str, names: &Names) -> Result<Condition, Fault> {
        if json.len() > JSON_BYTES_MAX {
            let words = format!("a condition has at most {JSON_BYTES_MAX} bytes of JSON");
            return Err(Fault::at(json, 0, words));
        }
        let tree: Condition = serde_json::from_str(json).map_err(|wrong| Fault {
            line: u32::try_from(wrong.line()).unwrap_or(u32::MAX),
            column: u32::try_from(wrong.column()).unwrap_or(u32::MAX),
            words: format!("this is no condition: {wrong}"),
            nearest: None,
        })?;
        let tree = tree.joined();
        let text = tree.to_string();
        let parsed = Condition::parse_with(&text, names)?;
        // A tree that no text makes, such as a fact named `a || b`, comes back as another.
        if parsed == tree {
            Ok(tree)
        } else {
            Err(Fault::at(&text, 0, "this tree is no condition: a name or value is not one"))
        }
    }

    /// The same condition with and in and, or in or, and lists of one joined; not within filters.
    pub(super) fn joined(self) -> Condition {
        match self {
            Condition::All(parts) => match join(parts, |part| match part {
                Condition::All(inner) => Ok(inner),
                other => Err(other),
            }) {
                mut parts if parts.len() == 1 => parts.remove(0),
                parts => Condition::All(parts),
            },
            Condition::Any(parts) => match join(parts, |part| match part {
                Condition::Any(inner) => Ok(inner),
                other => Err(other),
            }) {
                mut parts if parts.len() == 1 => parts.remove(0),
                parts => Condition::Any(parts),
            },
            Condition::Not(part) => Condition::Not(Box::new(part.joined())),
            Condition::Decided(part) => Condition::Decided(Box::new(part.joined())),
            Condition::Somebody(part) => Condition::Somebody(Box::new(part.joined())),
            other => other,
        }
    }
}

fn join(
    parts: Vec<Condition>,
    open: impl Fn(Condition) -> Result<Vec<Condition>, Condition>,
) -> Vec<Condition> {
    let mut all = Vec::new();
    for part in parts {
        match open(part.joined()) {
            Ok(inner) => all.extend(inner),
            Err(other) => all.push(other),
        }
    }
    all
}

// serde_json stops at 128 levels, of which a level of ours takes three.
const _: () = assert!(DEPTH_MAX * 3 < 128);

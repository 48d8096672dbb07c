//! The text of a statement, the same for both databases or a pair with a name.
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// A statement's text with `$1` parameters. Two words cost nothing to copy; every text lives as long as the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sql {
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
    pub(crate) name: Option<&'static str>,
}

/// The two texts of a statement that must differ.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// What SQLite runs; parameters are `$1` here, too.
    pub sqlite: &'static str,
    /// What PostgreSQL runs.
    pub postgres: &'static str,
}

/// Which database runs the statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Embedded, one file.
    Sqlite,
    /// A server of its own.
    Postgres,
}

/// One text that both databases read the same.
pub const fn sql(text: &'static str) -> Sql {
    Sql { sqlite: text, postgres: text, name: None }
}

/// A statement that must differ, under the name by which the list of splits knows it.
pub const fn split(name: &'static str, pair: Pair) -> Sql {
    Sql { sqlite: pair.sqlite, postgres: pair.postgres, name: Some(name) }
}

/// Distinct texts that [`Sql::built`] keeps at most.
pub const BUILT_TEXTS_MAX: usize = 20_000;

impl Sql {
    /// A statement put together while the program runs, from fragments that the program knows. Each distinct text is
    /// kept for good, so values belong into arguments, never into the text.
    ///
    /// # Panics
    /// With more than [`BUILT_TEXTS_MAX`] distinct texts: then values were written into them.
    pub fn built(text: &str) -> Sql {
        static KEPT: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.get_or_insert_with(HashSet::new);
        if let Some(known) = kept.get(text) {
            return sql(known);
        }
        assert!(
            kept.len() < BUILT_TEXTS_MAX,
            "too many distinct statements: values belong into arguments"
        );
        let text: &'static str = Box::leak(text.to_owned().into_boxed_str());
        kept.insert(text);
        sql(text)
    }

    /// The text for that database, parameters as `$1`.
    pub fn text(self, dialect: Dialect) -> &'static str {
        match dialect {
            Dialect::Sqlite => self.sqlite,
            Dialect::Postgres => self.postgres,
        }
    }

    /// The name of a split, if the two texts differ.
    pub fn split_name(self) -> Option<&'static str> {
        self.name
    }
}

/// Where a list of values goes: `where id in ({list})`.
pub(crate) const LIST: &str = "in ({list})";

/// The text with `$1` written as `?1`, which SQLite counts by number and not by first appearance.
/// What stands in quotes or comments stays as it is.
pub(crate) fn numbered(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (piece, is_code) in pieces(text) {
        if !is_code {
            out.push_str(piece);
            continue;
        }
        let mut letters = piece.chars().peekable();
        while let Some(letter) = letters.next() {
            let parameter = letter == '$' && letters.peek().is_some_and(char::is_ascii_digit);
            out.push(if parameter { '?' } else { letter });
        }
    }
    out
}

/// The highest number of a parameter in the text.
pub(crate) fn parameters(text: &str) -> usize {
    let code = pieces(text).into_iter().filter(|(_, is_code)| *is_code);
    let numbers = code.flat_map(|(piece, _)| piece.split('$').skip(1)).filter_map(|after| {
        let digits = after.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(after.len());
        after.get(..digits)?.parse().ok()
    });
    numbers.max().unwrap_or(0)
}

/// Cuts a statement into code (`true`) and what only looks like it: quoted texts, quoted names, comments (`false`).
pub(crate) fn pieces(text: &str) -> Vec<(&str, bool)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let start = ["'", "\"", "--", "/*"].iter().filter_map(|open| rest.find(open)).min();
        let Some(start) = start else {
            pieces.push((rest, true));
            break;
        };
        let (code, quoted) = rest.split_at(start);
        if !code.is_empty() {
            pieces.push((code, true));
        }
        let (open, close) = match quoted.as_bytes() {
            [b'\'', ..] => (1, "'"),
            [b'"', ..] => (1, "\""),
            [b'-', ..] => (2, "\n"),
            _ => (2, "*/"),
        };
        let length =
            quoted[open..].find(close).map_or(quoted.len(), |end| open + end + close.len());
        let (quoted, after) = quoted.split_at(length);
        pieces.push((quoted, false));
        rest = after;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_numbered_outside_of_quotes_and_comments() {
        for (text, expected) in [
            ("select $2, $1", "select ?2, ?1"),
            ("select '$1' || $1", "select '$1' || ?1"),
            ("select 'it''s $1', $12 -- and $3\n, $4", "select 'it''s $1', ?12 -- and $3\n, ?4"),
            ("select /* $1 */ \"$2\", $3", "select /* $1 */ \"$2\", ?3"),
            ("select 'never closed $1", "select 'never closed $1"),
            ("select '$.a' , $x, $", "select '$.a' , $x, $"),
        ] {
            assert_eq!(numbered(text), expected);
        }
    }

    #[test]
    fn the_highest_parameter_counts() {
        for (text, highest) in [("select 1", 0), ("$1 $10 '$99' $3", 10), ("a = $2) and $", 2)] {
            assert_eq!(parameters(text), highest, "{text}");
        }
    }

    #[test]
    fn a_built_text_is_kept_once() {
        let one = Sql::built(&format!("select {}", 41 + 1));
        let two = Sql::built("select 42");
        assert!(std::ptr::eq(one.sqlite, two.sqlite));
    }
}

//! What is wrong with a text, where, and what was probably meant.

use std::fmt;

/// Why a condition or definition cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// What was expected, or what is wrong, as a sentence without a full stop.
    pub words: String,
    /// The known name nearest to an unknown one.
    pub nearest: Option<String>,
}

impl Fault {
    /// A fault at a byte of a text.
    pub(crate) fn at(text: &str, byte: usize, words: impl Into<String>) -> Fault {
        let (line, column) = place(text, byte);
        Fault { line, column, words: words.into(), nearest: None }
    }

    /// Names the known name that comes nearest to what was written.
    pub(crate) fn near<'a>(
        mut self,
        written: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Fault {
        self.nearest = nearest(written, known);
        self
    }

    /// The same fault, of a text that starts at a byte of a larger one.
    pub(crate) fn within(mut self, text: &str, start: usize) -> Fault {
        let (line, column) = place(text, start);
        if self.line == 1 {
            self.column += column - 1;
        }
        self.line += line - 1;
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.words)?;
        match &self.nearest {
            Some(name) => write!(f, "; did you mean {name}?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Fault {}

/// Line and column, from 1, of a byte of a text.
pub(crate) fn place(text: &str, byte: usize) -> (u32, u32) {
    let before = text.get(..byte.min(text.len())).unwrap_or(text);
    let line = before.bytes().filter(|&b| b == b'\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or(before).chars().count() + 1;
    (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
}

/// The known name with the fewest slips from what was written, if they are few enough.
pub(crate) fn nearest<'a>(
    written: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let far = written.chars().count() / 3 + 1;
    known
        .into_iter()
        .map(|name| (slips(written, name), name))
        .filter(|&(slips, _)| slips <= far)
        .min()
        .map(|(_, name)| name.to_owned())
}

/// Letters of a name that are looked at.
const LETTERS: usize = 64;

/// How many letters to put in, leave out, change or swap with their neighbour, in the first 64 of each.
pub fn slips(one: &str, other: &str) -> usize {
    let short = |text: &str| text.chars().take(LETTERS).collect::<String>();
    strsim::osa_distance(&short(one), &short(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_few_slips_away() {
        assert_eq!(
            (slips("budgt", "budget"), slips("", "abc"), slips("bugdet", "budget")),
            (1, 3, 1)
        );
        let known = ["budget", "authority", "need", "timing"];
        assert_eq!(nearest("authorty", known).as_deref(), Some("authority"));
        assert_eq!(nearest("weather", known), None);
        assert_eq!(place("ab\ncd", 4), (2, 2));
    }
}

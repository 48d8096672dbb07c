//! A statement made while the program runs.
use std::fmt::Write as _;

use super::{Arg, Dialect};
use crate::Failure;

/// Arguments that a made statement has at most: what SQLite takes.
pub const MADE_ARGS_MAX: usize = 32_000;

/// A statement made of texts of the program and of arguments between them, for what depends on what somebody asks.
/// Nothing else can become part of it: texts live as long as the program, and arguments are bound. It is planned
/// each time it runs and not kept, so there may be any number of them; what is known beforehand is a
/// [`Sql`](super::Sql).
///
/// ```
/// let mut made = platform::db::Made::default();
/// made.text("select name from note where id > ").arg(7).text(" order by id");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Made {
    texts: Vec<Piece>,
    args: Vec<Arg>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Piece {
    Text(&'static str),
    /// The next argument.
    Arg,
}

impl Made {
    /// Adds a text of the program.
    pub fn text(&mut self, text: &'static str) -> &mut Made {
        self.texts.push(Piece::Text(text));
        self
    }

    /// Adds an argument, bound where it stands.
    pub fn arg(&mut self, arg: impl Into<Arg>) -> &mut Made {
        self.texts.push(Piece::Arg);
        self.args.push(arg.into());
        self
    }

    /// Adds another statement, or a part of one, with its arguments.
    pub fn made(&mut self, other: &Made) -> &mut Made {
        self.texts.extend_from_slice(&other.texts);
        self.args.extend_from_slice(&other.args);
        self
    }

    pub(crate) fn args(&self) -> &[Arg] {
        &self.args
    }

    /// The text for a database, arguments by their numbers.
    ///
    /// # Errors
    /// `Broken` with more than [`MADE_ARGS_MAX`] arguments.
    pub(crate) fn text_for(&self, dialect: Dialect) -> Result<String, Failure> {
        if self.args.len() > MADE_ARGS_MAX {
            let words = format!("a statement was made with {} arguments", self.args.len());
            return Err(Failure::broken(words));
        }
        let mark = match dialect {
            Dialect::Sqlite => '?',
            Dialect::Postgres => '$',
        };
        let (mut text, mut number) = (String::new(), 0);
        for piece in &self.texts {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::Arg => {
                    number += 1;
                    let _never_fails = write!(text, "{mark}{number}");
                }
            }
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_numbered_in_their_order() {
        let mut made = Made::default();
        made.text("select ").arg("a").text(" where x = ").arg(3).text(" limit ").arg(1);
        let texts = [Dialect::Sqlite, Dialect::Postgres].map(|on| made.text_for(on).unwrap());
        assert_eq!(texts, ["select ?1 where x = ?2 limit ?3", "select $1 where x = $2 limit $3"]);
        assert_eq!(made.args(), [Arg::from("a"), Arg::from(3), Arg::from(1)]);
        let mut whole = Made::default();
        whole.arg(7).text(" > (").made(&made).text(")");
        let text = whole.text_for(Dialect::Sqlite).unwrap();
        assert_eq!(text, "?1 > (select ?2 where x = ?3 limit ?4)");
    }
}

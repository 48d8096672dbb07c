//! Mouths: the ways by which somebody asks this program for something.

use std::fmt;

/// Through which mouth somebody speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mouth {
    /// A page in a browser.
    Page,
    /// A program with a token; its number.
    Api(i64),
    /// The command line, on the machine that holds the data.
    Command,
    /// A job, which goes on after whoever asked for it has left.
    Job,
}

/// The words of all mouths.
pub const MOUTHS: [&str; 4] = ["page", "api", "command", "job"];

impl Mouth {
    /// As it is stored and read.
    pub const fn as_str(self) -> &'static str {
        match self {
            Mouth::Page => "page",
            Mouth::Api(_) => "api",
            Mouth::Command => "command",
            Mouth::Job => "job",
        }
    }

    /// The token that was shown, if one was.
    pub const fn token(self) -> Option<i64> {
        match self {
            Mouth::Api(token) => Some(token),
            Mouth::Page | Mouth::Command | Mouth::Job => None,
        }
    }
}

impl fmt::Display for Mouth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

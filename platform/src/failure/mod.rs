//! Failures: what went wrong, in a form for each who must know.
//!
//! A refusal is a value, worded for people, with a code for callers; a breakage is an accident, whose cause goes to
//! the log and whose words say nothing about the inside. [`http`] is the one file that knows status codes.
pub mod http;

use std::fmt;

use serde::Serialize;

/// Why something was not done.
#[derive(Debug)]
pub enum Failure {
    /// What was sent cannot be read; each field says why.
    Invalid(Vec<Field>),
    /// There is no such thing, or it may not be seen.
    Missing {
        /// What kind of thing was looked for, as a noun.
        what: &'static str,
        /// By which id, as it was given.
        id: String,
    },
    /// Known who asks, and they may not.
    Forbidden,
    /// Not known who asks: sign in first.
    SignIn,
    /// A program that shows no token, or one that opens nothing.
    Token,
    /// Readable and permitted, yet against a rule.
    Refused {
        /// For callers: stable, in snake case, says why.
        code: &'static str,
        /// For people: a sentence.
        words: String,
    },
    /// The same of one field of what was sent.
    RefusedAt {
        /// For callers: stable, in snake case, says why.
        code: &'static str,
        /// The field, and in words for people what stands against it.
        field: Field,
    },
    /// Somebody tried too often, and must wait.
    TooMany {
        /// Seconds after which to try again.
        retry_after_s: u32,
    },
    /// Too much at once; the same request may succeed later.
    Busy {
        /// Seconds after which to try again.
        retry_after_s: u32,
    },
    /// An accident: nobody's fault but ours or the machine's.
    Broken(anyhow::Error),
}

/// A field of what was sent, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Field {
    /// The field's name, as it was sent.
    pub name: String,
    /// What is wrong with it, for people.
    pub words: String,
}

impl Failure {
    /// A refusal with its code for callers and its words for people.
    pub fn refused(code: &'static str, words: impl Into<String>) -> Failure {
        Failure::Refused { code, words: words.into() }
    }

    /// Nothing of that kind has that id.
    pub fn missing(what: &'static str, id: impl fmt::Display) -> Failure {
        Failure::Missing { what, id: id.to_string() }
    }

    /// One field that cannot be read.
    pub fn invalid(field: impl Into<String>, words: impl Into<String>) -> Failure {
        Failure::Invalid(vec![Field { name: field.into(), words: words.into() }])
    }

    /// An accident, told in words for the log.
    pub fn broken(words: impl fmt::Display) -> Failure {
        Failure::Broken(anyhow::anyhow!("{words}"))
    }

    /// Whether the same request may well succeed if it is simply made again.
    pub fn may_pass(&self) -> bool {
        matches!(self, Failure::TooMany { .. } | Failure::Busy { .. } | Failure::Broken(_))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Invalid(fields) => {
                for (index, field) in fields.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "; " };
                    // What is wrong as a whole has no name.
                    let colon = if field.name.is_empty() { "" } else { ": " };
                    write!(f, "{comma}{}{colon}{}", field.name, field.words)?;
                }
                Ok(())
            }
            Failure::Missing { what, id } => write!(f, "there is no {what} {id}"),
            Failure::Forbidden => f.write_str("you may not do this"),
            Failure::SignIn => f.write_str("sign in first"),
            Failure::Token => f.write_str(
                "show a token that is in force: Authorization: Bearer, and the token that was made for you",
            ),
            Failure::Refused { words, .. } => f.write_str(words),
            Failure::TooMany { retry_after_s } => {
                write!(f, "too many tries; try again in {retry_after_s} s")
            }
            Failure::RefusedAt { field, .. } => f.write_str(&field.words),
            Failure::Busy { retry_after_s } => {
                write!(f, "too much at once; try again in {retry_after_s} s")
            }
            Failure::Broken(cause) => write!(f, "{cause:#}"),
        }
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Failure::Broken(cause) => cause.source(),
            Failure::Invalid(_)
            | Failure::Missing { .. }
            | Failure::Forbidden
            | Failure::SignIn
            | Failure::Token
            | Failure::Refused { .. }
            | Failure::TooMany { .. }
            | Failure::RefusedAt { .. }
            | Failure::Busy { .. } => None,
        }
    }
}

/// A failure that travelled inside an `anyhow::Error` comes out as what it was; everything else is an accident.
impl From<anyhow::Error> for Failure {
    fn from(cause: anyhow::Error) -> Failure {
        cause.downcast::<Failure>().unwrap_or_else(Failure::Broken)
    }
}

impl From<std::io::Error> for Failure {
    fn from(cause: std::io::Error) -> Failure {
        Failure::Broken(cause.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_survives_a_journey_inside_anyhow() {
        let inside = anyhow::Error::from(Failure::refused("deal_closed", "it is closed"));
        assert!(matches!(Failure::from(inside), Failure::Refused { code: "deal_closed", .. }));
        assert!(matches!(Failure::from(anyhow::anyhow!("a disk died")), Failure::Broken(_)));
    }

    #[test]
    fn words_are_fit_for_people() {
        let fields = Failure::Invalid(vec![
            Field { name: "email".into(), words: "has no @".into() },
            Field { name: "phone".into(), words: "is too short".into() },
        ]);
        assert_eq!(fields.to_string(), "email: has no @; phone: is too short");
        assert_eq!(Failure::missing("file", "abc").to_string(), "there is no file abc");
    }
}

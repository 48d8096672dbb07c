//! What a failed statement says: its text shortly and the kinds of its arguments, never their values.
use std::fmt;

use super::Arg;
use crate::Failure;

/// Why a statement failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// A unique or primary key, or another constraint, is against it.
    Conflict,
    /// Somebody else holds what it needs; the same may succeed later.
    Busy,
    /// The connection is gone.
    Lost,
    /// Anything else.
    Other,
}

/// A statement that failed. Travels inside [`Failure::Broken`]; see [`trouble_of`].
#[derive(Debug)]
pub struct StatementError {
    /// The sort of trouble.
    pub trouble: Trouble,
    statement: String,
    kinds: String,
    cause: String,
}

/// Letters of a statement shown in a message.
const SHOWN_LETTERS_MAX: usize = 200;
/// Kinds of arguments shown in a message.
const SHOWN_KINDS_MAX: usize = 16;

impl StatementError {
    pub(crate) fn new(trouble: Trouble, statement: &str, args: &[Arg], cause: String) -> Self {
        let mut short = String::new();
        for word in statement.split_whitespace() {
            if short.len() + word.len() > SHOWN_LETTERS_MAX {
                short.push_str(" …");
                break;
            }
            if !short.is_empty() {
                short.push(' ');
            }
            short.push_str(word);
        }
        let mut kinds: Vec<&str> = args.iter().take(SHOWN_KINDS_MAX).map(Arg::kind).collect();
        if args.len() > SHOWN_KINDS_MAX {
            kinds.push("…");
        }
        StatementError { trouble, statement: short, kinds: kinds.join(", "), cause }
    }
}

impl fmt::Display for StatementError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in `{}` with ({})", self.cause, self.statement, self.kinds)
    }
}

impl std::error::Error for StatementError {}

/// Contention is said as such; all else is an accident.
impl From<StatementError> for Failure {
    fn from(error: StatementError) -> Failure {
        match error.trouble {
            Trouble::Busy => {
                tracing::debug!(%error, "a statement met another's lock");
                Failure::Busy { retry_after_s: 1 }
            }
            Trouble::Conflict | Trouble::Lost | Trouble::Other => Failure::Broken(error.into()),
        }
    }
}

/// Which trouble a failure of a statement was, if it was one.
pub fn trouble_of(failure: &Failure) -> Option<Trouble> {
    match failure {
        Failure::Broken(cause) => cause.downcast_ref::<StatementError>().map(|error| error.trouble),
        Failure::Busy { .. } => Some(Trouble::Busy),
        Failure::Invalid(_)
        | Failure::Missing { .. }
        | Failure::Forbidden
        | Failure::SignIn
        | Failure::Token
        | Failure::TooMany { .. }
        | Failure::Refused { .. }
        | Failure::RefusedAt { .. } => None,
    }
}

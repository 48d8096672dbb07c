//! For how long a browser stays signed in: at most, and without a request.

use moment::Span;
use platform::db::Tx;

/// How often within its idle time a session's last use is noted: so much of it may be missing at most.
const NOTED_WITHIN_IDLE: i64 = 6;
/// How far the noted last use may lag behind, in minutes, so that reading a page seldom writes.
const LAST_USE_LAG_MINUTES: i64 = 5;

/// For how long a browser stays signed in. Unless said, as level 2 of OWASP ASVS 4.0.3 asks of it (3.3.2), but where
/// somebody asked to be kept signed in on a device of theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lengths {
    /// At most.
    pub longest: Span,
    /// Without a request.
    pub idle: Span,
    /// At most, where somebody asked for it; nothing: nobody can.
    pub kept: Span,
    /// Without a request there.
    pub kept_idle: Span,
}

impl Default for Lengths {
    fn default() -> Lengths {
        Lengths {
            longest: Span::hours(12),
            idle: Span::minutes(30),
            kept: Span::days(30),
            kept_idle: Span::days(14),
        }
    }
}

impl Lengths {
    /// Those of this installation.
    pub(crate) fn of(tx: &Tx) -> Lengths {
        tx.find_part::<Lengths>().map(|lengths| *lengths).unwrap_or_default()
    }

    /// Whether anybody can be kept signed in.
    pub(crate) fn can_keep(&self) -> bool {
        self.kept > Span(0)
    }

    /// How far the noted last use may lag behind.
    pub(crate) fn lag(&self, is_kept: bool) -> Span {
        let idle = if is_kept { self.kept_idle } else { self.idle };
        Span(idle.0 / NOTED_WITHIN_IDLE).min(Span::minutes(LAST_USE_LAG_MINUTES))
    }
}

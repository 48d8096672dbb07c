//! What somebody who reads histories looks at: the rest need not be read.

use std::collections::HashSet;

use crate::condition::kinds;
use crate::history::{KNOWN_KINDS, Kind};

/// What is looked at in entries, besides when they happened, their kind, channel, direction and agent. Whoever reads
/// many histories leaves out what nobody looks at: a fold of what was read so is the fold of all, for
/// [`Folder::wanted`](crate::Folder::wanted) names whatever its definitions ask for.
#[derive(Clone, Debug)]
pub struct Wanted {
    is_all: bool,
    /// Patterns over kinds whose properties and campaigns are looked at.
    kinds: Vec<Box<str>>,
    /// Whether they mean a known kind, by its place.
    known: [bool; KNOWN_KINDS.len()],
    campaigns: bool,
    facts: HashSet<Box<str>>,
}

impl Wanted {
    /// Everything.
    pub fn everything() -> Wanted {
        Wanted { is_all: true, ..Wanted::nothing() }
    }

    /// Nothing but when, what kind and by whom.
    pub fn nothing() -> Wanted {
        Wanted {
            is_all: false,
            kinds: Vec::new(),
            known: [false; KNOWN_KINDS.len()],
            campaigns: false,
            facts: HashSet::new(),
        }
    }

    /// Properties and campaigns, too, of activities of the kinds that a pattern means.
    #[must_use]
    pub fn and_kinds(mut self, pattern: &str) -> Wanted {
        self.add_kinds(pattern);
        self
    }

    /// The campaign of every activity, too.
    #[must_use]
    pub fn and_campaigns(mut self) -> Wanted {
        self.campaigns = true;
        self
    }

    /// A fact, too.
    #[must_use]
    pub fn and_fact(mut self, key: &str) -> Wanted {
        self.add_fact(key);
        self
    }

    /// What another looks at, too.
    #[must_use]
    pub fn and(mut self, other: &Wanted) -> Wanted {
        self.is_all |= other.is_all;
        self.campaigns |= other.campaigns;
        other.kinds.iter().for_each(|pattern| self.add_kinds(pattern));
        other.facts.iter().for_each(|key| self.add_fact(key));
        self
    }

    pub(crate) fn add_kinds(&mut self, pattern: &str) {
        if self.kinds.iter().any(|known| **known == *pattern) {
            return;
        }
        self.kinds.push(pattern.into());
        for (is, known) in self.known.iter_mut().zip(KNOWN_KINDS) {
            *is |= kinds::matches(pattern, known.kind);
        }
    }

    pub(crate) fn add_fact(&mut self, key: &str) {
        self.facts.insert(key.into());
    }

    /// Whether the properties of an activity are looked at.
    pub fn properties(&self, kind: &Kind) -> bool {
        let is_meant = || match kind.known() {
            Some(place) => self.known[place],
            None => self.kinds.iter().any(|pattern| kinds::matches(pattern, kind.as_str())),
        };
        self.is_all || is_meant()
    }

    /// Whether the campaign of an activity is.
    pub fn campaign(&self, kind: &Kind) -> bool {
        self.campaigns || self.properties(kind)
    }

    /// Whether a fact is.
    pub fn fact(&self, key: &str) -> bool {
        self.is_all || self.facts.contains(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_is_wanted_and_no_more() {
        let wanted =
            Wanted::nothing().and_kinds("form.*").and_kinds("odd.*").and_fact("person.title");
        let is =
            |kind: &str| (wanted.properties(&Kind::new(kind)), wanted.campaign(&Kind::new(kind)));
        assert_eq!(is("form.submitted"), (true, true));
        assert_eq!(is("odd.thing"), (true, true));
        assert_eq!(is("email.sent"), (false, false));
        assert_eq!(is("even.thing"), (false, false));
        assert!(wanted.fact("person.title") && !wanted.fact("person.email"));
        let both = wanted.and(&Wanted::nothing().and_campaigns().and_fact("person.email"));
        assert!(both.campaign(&Kind::new("email.sent")) && both.fact("person.email"));
        assert!(Wanted::everything().properties(&Kind::new("x")) && Wanted::everything().fact("x"));
    }
}

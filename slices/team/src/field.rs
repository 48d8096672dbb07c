//! What a role sees of people and companies: each fact hidden, to be read, or to be written.

use std::fmt;

/// What may be done with a fact of a name. Ordered: what is more includes what is less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FieldRight {
    /// It is not told, nor what follows from asking for it.
    Hidden,
    /// It is told.
    Read,
    /// It is told, and may be changed.
    Write,
}

impl FieldRight {
    /// As it is stored and typed.
    pub const fn as_str(self) -> &'static str {
        match self {
            FieldRight::Hidden => "hidden",
            FieldRight::Read => "read",
            FieldRight::Write => "write",
        }
    }

    /// From its word.
    pub fn parse(word: &str) -> Option<FieldRight> {
        let all = [FieldRight::Hidden, FieldRight::Read, FieldRight::Write];
        all.into_iter().find(|right| right.as_str() == word)
    }
}

/// Rules by the names of facts: `person.phone`, or all that begin so, `company.*`. Of several that fit, the longest
/// counts; what none fits may be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldRights(Vec<(String, FieldRight)>);

/// Rules of one role at most.
pub const RULES_MAX: usize = 200;
/// Longest name in a rule, in bytes.
const NAME_BYTES_MAX: usize = 100;

impl FieldRights {
    /// What may be done with a fact of that name.
    pub fn of(&self, key: &str) -> FieldRight {
        let fits = |rule: &&(String, FieldRight)| match rule.0.strip_suffix('*') {
            Some(start) => key.starts_with(start),
            None => rule.0 == key,
        };
        // The exact name is longer than any beginning of it, but for `name*`, which says as much.
        let fitting = self.0.iter().filter(fits).max_by_key(|rule| rule.0.len());
        fitting.map_or(FieldRight::Write, |(_, right)| *right)
    }

    /// Whether nothing is hidden: most roles.
    pub fn hide_nothing(&self) -> bool {
        self.0.iter().all(|(_, right)| *right != FieldRight::Hidden)
    }

    /// The rules, in the order of their names.
    pub fn rules(&self) -> &[(String, FieldRight)] {
        &self.0
    }

    /// Whether whoever has these may give the others: they open nothing that these close.
    pub fn cover(&self, others: &FieldRights) -> bool {
        let within = |name: &str, rule: &str| match rule.strip_suffix('*') {
            Some(start) => name.trim_end_matches('*').starts_with(start),
            None => name == rule,
        };
        self.0.iter().all(|(name, right)| {
            let inner = others.0.iter().filter(|(other, _)| within(other, name));
            others.of(name.trim_end_matches('*')) <= *right
                && inner.map(|(_, inner)| inner).all(|inner| inner <= right)
        })
    }

    /// `person.phone=hidden company.*=read`, as it is stored and typed.
    ///
    /// # Errors
    /// Says which part is no rule.
    pub fn parse(text: &str) -> Result<FieldRights, NoRule> {
        let mut rules: Vec<(String, FieldRight)> = Vec::new();
        for part in text.split_whitespace() {
            let rule = part.split_once('=').and_then(|(name, right)| {
                let right = FieldRight::parse(right)?;
                is_name(name).then(|| (name.to_owned(), right))
            });
            let rule = rule.ok_or_else(|| NoRule(part.to_owned()))?;
            rules.retain(|(name, _)| *name != rule.0);
            rules.push(rule);
        }
        if rules.len() > RULES_MAX {
            return Err(NoRule(format!("the {}th of them", RULES_MAX + 1)));
        }
        rules.sort();
        Ok(FieldRights(rules))
    }
}

/// `person.…` or `company.…`, in small letters, digits, `_` and points; a `*` at the end.
fn is_name(name: &str) -> bool {
    let start = name.strip_suffix('*').unwrap_or(name);
    let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '.';
    name.len() <= NAME_BYTES_MAX
        && (start.starts_with("person.") || start.starts_with("company."))
        && start.chars().all(is_letter)
}

impl fmt::Display for FieldRights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (name, right)) in self.0.iter().enumerate() {
            let before = if at == 0 { "" } else { " " };
            write!(f, "{before}{name}={}", right.as_str())?;
        }
        Ok(())
    }
}

/// Why a text is no rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoRule(String);

impl fmt::Display for NoRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how =
            "write it like person.phone=hidden or company.*=read; there are hidden, read and write";
        write!(f, "{:?} is no rule for a field: {how}", self.0)
    }
}

impl std::error::Error for NoRule {}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(text: &str) -> FieldRights {
        FieldRights::parse(text).unwrap()
    }

    #[test]
    fn the_longest_rule_that_fits_counts() {
        let rules =
            rules("person.*=read person.custom.*=hidden person.custom.plan=write company.*=hidden");
        for (key, expected) in [
            ("person.phone", FieldRight::Read),
            ("person.custom.salary", FieldRight::Hidden),
            ("person.custom.plan", FieldRight::Write),
            ("person.custom.planned", FieldRight::Hidden),
            ("company.employees", FieldRight::Hidden),
            ("score.fit", FieldRight::Write),
        ] {
            assert_eq!(rules.of(key), expected, "{key}");
        }
        assert!(!rules.hide_nothing() && FieldRights::default().hide_nothing());
    }

    #[test]
    fn rules_read_as_they_print_and_what_is_none_is_named() {
        let text = "company.*=read person.phone=hidden";
        assert_eq!(rules("person.phone=hidden  company.*=read").to_string(), text);
        for odd in ["phone=hidden", "person.phone", "person.phone=no", "person.a*b=read", "*=read"]
        {
            assert!(FieldRights::parse(odd).unwrap_err().to_string().contains(odd), "{odd}");
        }
    }

    #[test]
    fn nobody_opens_for_others_what_is_closed_to_them() {
        for (mine, theirs, expected) in [
            ("", "", true),
            ("", "person.phone=hidden", true),
            ("person.phone=hidden", "", false),
            ("person.phone=hidden", "person.phone=read", false),
            ("person.phone=hidden", "person.*=hidden", true),
            ("person.custom.*=read", "person.custom.*=read person.custom.plan=write", false),
            ("person.custom.*=read", "person.custom.*=hidden person.custom.plan=read", true),
        ] {
            assert_eq!(rules(mine).cover(&rules(theirs)), expected, "{mine} / {theirs}");
        }
    }
}

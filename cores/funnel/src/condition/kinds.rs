//! Patterns over kinds: `email.replied`, `form.*`, `*`.

/// Whether a kind is meant by a pattern.
pub(crate) fn matches(pattern: &str, kind: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => kind.starts_with(start),
        None => pattern == kind,
    }
}

/// Why a text is no pattern over kinds, if it is none.
pub(crate) fn wrong(pattern: &str) -> Option<String> {
    if pattern == "*" {
        return None;
    }
    if pattern == "fact.observed" {
        return Some("facts are read by their names, e.g. known(person.title)".to_owned());
    }
    let (subject, verb) = pattern.split_once('.').unwrap_or((pattern, ""));
    let word = |text: &str| {
        !text.is_empty()
            && text.chars().all(|c| c == '_' || c == '-' || c == '.' || c.is_alphanumeric())
    };
    (!(word(subject) && (verb == "*" || word(verb)))).then(|| {
        format!("{pattern:?} is no activity; write it like \"form.submitted\" or \"form.*\"")
    })
}

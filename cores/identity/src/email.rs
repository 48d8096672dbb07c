//! E-mail addresses: RFC 5321 and 5322 as mailboxes in the world use them, letters of all scripts
//! (RFC 6531) included.
//!
//! ```
//! use identity::email::Email;
//! let ann = Email::read(" Ann Lind <Ann.Lind@NORTH.example> ")?;
//! assert_eq!(ann.as_str(), "Ann.Lind@north.example");
//! assert_eq!(ann.key(), "ann.lind@north.example");
//! assert_eq!(ann.display_name(), Some("Ann Lind"));
//! # Ok::<(), identity::email::NotAnEmail>(())
//! ```

use std::fmt;

use crate::labels;
use crate::text::clean;

/// Bytes before the @, by RFC 5321.
const LOCAL_BYTES_MAX: usize = 64;
/// Bytes of the whole, by RFC 5321.
const ADDRESS_BYTES_MAX: usize = 254;

/// An address in its normal form, and the name that stood beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    text: String,
    at: usize,
    display_name: Option<String>,
}

/// Why a text is no e-mail address, in words for whoever wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAnEmail {
    text: String,
    reason: &'static str,
}

impl NotAnEmail {
    /// The reason alone, without the text.
    pub fn reason(&self) -> &'static str {
        self.reason
    }
}

impl fmt::Display for NotAnEmail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not an e-mail address: {}", self.text, self.reason)
    }
}

impl std::error::Error for NotAnEmail {}

/// The address by which somebody is found: [`Email::read`], then [`Email::key`].
///
/// # Errors
/// [`NotAnEmail`]: nothing, several addresses, or none.
pub fn normal(text: &str) -> Result<String, NotAnEmail> {
    Email::read(text).map(|email| email.key())
}

impl Email {
    /// Reads an address, alone or as people and programs wrap it: `mailto:ann@x.example?subject=…`,
    /// `Ann <ann@x.example>`, `<ann@x.example>;`, `ann@x.example (Ann)`.
    ///
    /// # Errors
    /// [`NotAnEmail`]: nothing, several addresses, or none.
    pub fn read(text: &str) -> Result<Email, NotAnEmail> {
        let refuse = |reason| NotAnEmail { text: text.to_owned(), reason };
        let clean = clean(text);
        if clean.is_empty() {
            return Err(refuse("it is empty"));
        }
        let (address, display_name) = unwrapped(&clean);
        let Some((local, domain)) = address.rsplit_once('@') else {
            return Err(refuse("it has no @"));
        };
        if local.contains('@') && !is_quoted(local) {
            return Err(refuse("there is more than one @; one address stands in one field"));
        }
        check_local(local).map_err(refuse)?;
        let domain = labels::host(domain).map_err(refuse)?;
        if local.len() + 1 + domain.len() > ADDRESS_BYTES_MAX {
            return Err(refuse("it is longer than an address can be"));
        }
        Ok(Email { text: format!("{local}@{domain}"), at: local.len(), display_name })
    }

    /// The address to write to: the domain in small letters, what stands before the @ as it was,
    /// for only its host may say whether case counts there.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// By what two addresses are seen to be the same: all in small letters, for no host in use tells
    /// people apart by case.
    pub fn key(&self) -> String {
        clean(&self.text.to_lowercase())
    }

    /// What stands before the @.
    pub fn local(&self) -> &str {
        self.text.get(..self.at).unwrap_or_default()
    }

    /// What stands behind the @.
    pub fn domain(&self) -> &str {
        self.text.get(self.at + 1..).unwrap_or_default()
    }

    /// The name that stood beside the address.
    pub fn display_name(&self) -> Option<&str> {
        self.display_name.as_deref()
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The address without what it is wrapped in, and the name that stood beside it.
fn unwrapped(text: &str) -> (&str, Option<String>) {
    let mut rest = text.trim_end_matches([';', ',', ' ']);
    let mut name = None;
    if let Some((before, address)) = rest.strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
        name = named(before);
        rest = address.trim();
    } else if let Some((address, comment)) =
        rest.strip_suffix(')').and_then(|text| text.split_once('('))
    {
        name = named(comment);
        rest = address.trim();
    }
    if let Some(address) = strip_prefix_ignore_case(rest, "mailto:") {
        rest = address.split('?').next().unwrap_or_default();
    }
    for quote in ["'", "\""] {
        let inner = rest.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
        rest = inner.unwrap_or(rest);
    }
    (rest.trim(), name)
}

fn named(text: &str) -> Option<String> {
    let name = text.trim().trim_matches(['"', '\'']).trim();
    (!name.is_empty() && !name.contains('@')).then(|| name.to_owned())
}

pub(crate) fn strip_prefix_ignore_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| text.get(prefix.len()..).unwrap_or_default())
}

fn is_quoted(local: &str) -> bool {
    local.len() > 2 && local.starts_with('"') && local.ends_with('"')
}

fn check_local(local: &str) -> Result<(), &'static str> {
    if local.is_empty() {
        return Err("nothing stands before the @");
    }
    if local.len() > LOCAL_BYTES_MAX {
        return Err("more stands before the @ than may");
    }
    if is_quoted(local) {
        let inner = local.get(1..local.len() - 1).unwrap_or_default();
        let has_stray = inner.contains(['"', '\\']) || inner.contains(char::is_control);
        return if has_stray { Err("the quoted part is not closed") } else { Ok(()) };
    }
    if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
        return Err("a dot begins or ends it, or follows another");
    }
    // RFC 5322's atext, and beyond ASCII letters, digits and marks of all scripts.
    let may_stand = |c: char| {
        if c.is_ascii() {
            c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c)
        } else {
            c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c)
        }
    };
    if local.chars().all(may_stand) { Ok(()) } else { Err("a character stands in it that may not") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_are_found_in_what_they_are_wrapped_in() {
        for (text, expected) in [
            ("ann@north.example", "ann@north.example"),
            (" Ann.Lind@NORTH.Example ", "Ann.Lind@north.example"),
            ("mailto:ann@x.example", "ann@x.example"),
            ("MAILTO:ann@x.example?subject=Hi", "ann@x.example"),
            ("Ann <ann@x.example>", "ann@x.example"),
            ("\"Lind, Ann\" <ann@x.example>;", "ann@x.example"),
            ("<mailto:ann@x.example>", "ann@x.example"),
            ("ann@x.example (Ann)", "ann@x.example"),
            ("'ann@x.example'", "ann@x.example"),
            ("ann@x.example,", "ann@x.example"),
            ("ann@x.example.", "ann@x.example"),
            ("\u{feff}ann@x.example\u{200b}", "ann@x.example"),
            ("ann+sales@x.example", "ann+sales@x.example"),
            ("o'neil@x.example", "o'neil@x.example"),
            ("\"ann lind\"@x.example", "\"ann lind\"@x.example"),
            ("ju\u{308}rgen@mu\u{308}ller.example", "jürgen@müller.example"),
            ("иван@почта.рф", "иван@почта.рф"),
            ("ann@xn--mller-kva.example", "ann@xn--mller-kva.example"),
            ("ann@ＮＯＲＴＨ.example", "ann@north.example"),
        ] {
            assert_eq!(Email::read(text).unwrap().as_str(), expected, "{text}");
        }
        assert_eq!(Email::read("Ann.L@X.example").unwrap().key(), "ann.l@x.example");
        for (text, name) in [
            ("\"Lind, Ann\" <ann@x.example>", Some("Lind, Ann")),
            ("ann@x.example (Ann)", Some("Ann")),
            ("ann@x.example <ann@x.example>", None),
            ("ann@x.example", None),
        ] {
            assert_eq!(Email::read(text).unwrap().display_name(), name, "{text}");
        }
    }

    #[test]
    fn nonsense_is_refused_with_a_reason() {
        for (text, reason) in [
            ("", "empty"),
            ("n/a", "no @"),
            ("m.rossi@", "nothing stands where the domain"),
            ("@x.example", "nothing stands before"),
            ("ann@localhost", "no dot"),
            ("ann@x..example", "two dots"),
            ("ann@.example", "two dots"),
            ("ann@-x.example", "a hyphen"),
            ("ann@x.e", "ends as none does"),
            ("ann@10.0.0.1", "number of a computer"),
            ("ann@[10.0.0.1]", "number of a computer"),
            ("ann@x_y.example", "a character that none has"),
            ("ann lind@x.example", "a character stands in it"),
            (".ann@x.example", "a dot"),
            ("ann..lind@x.example", "a dot"),
            ("a@x.example; b@x.example", "more than one @"),
            ("a@b@x.example", "more than one @"),
            ("ann(at)x.example", "no @"),
        ] {
            let error = Email::read(text).unwrap_err();
            assert!(error.reason().contains(reason), "{error}");
        }
        let long = format!("{}@x.example", "a".repeat(65));
        assert!(Email::read(&long).is_err());
        let words = Email::read("m.rossi@").unwrap_err().to_string();
        assert!(words.starts_with("\"m.rossi@\" is not an e-mail address: "), "{words}");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]
        #[test]
        fn the_normal_form_is_a_fixed_point(
            text in "\\PC{0,20}|[<\"' ]{0,2}[a-zA-ZäÖ.+'ı]{1,8}@[a-zA-ZäßİК.-]{1,12}\\.[a-z]{2,3}[>\"') ]{0,2}",
        ) {
            if let Ok(email) = Email::read(&text) {
                let again = Email::read(email.as_str()).unwrap();
                prop_assert_eq!(again.as_str(), email.as_str());
                prop_assert_eq!(again.key(), email.key());
                if let Ok(key) = Email::read(&email.key()) {
                    prop_assert_eq!(key.key(), email.key());
                }
            }
        }
    }
}

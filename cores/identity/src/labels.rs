//! What may stand in a host name: the rules that an address and a web site share.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Bytes of a label, by RFC 1035.
const LABEL_BYTES_MAX: usize = 63;
/// Bytes of a host name, by RFC 1035.
const HOST_BYTES_MAX: usize = 253;

/// The host name in small letters, without the dot at its end. Letters of all scripts are kept, and
/// so is punycode: neither is turned into the other.
pub(crate) fn host(text: &str) -> Result<String, &'static str> {
    // As UTS 46 maps a name, in the main: compatible forms are one, case does not count.
    let host = if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        let folded: String = text.nfkc().flat_map(char::to_lowercase).nfkc().collect();
        folded.replace(['\u{3002}', '\u{ff61}'], ".")
    };
    let host = host.strip_suffix('.').unwrap_or(&host);
    if host.is_empty() {
        return Err("nothing stands where the domain should");
    }
    if host.len() > HOST_BYTES_MAX {
        return Err("the domain is longer than any can be");
    }
    if host.starts_with('[') || host.split('.').all(|label| label.parse::<u8>().is_ok()) {
        return Err("a number of a computer is not a domain");
    }
    let Some((_, top)) = host.rsplit_once('.') else { return Err("the domain has no dot") };
    for label in host.split('.') {
        check_label(label)?;
    }
    let is_name = top.starts_with("xn--") || top.chars().all(|c| !c.is_ascii_digit() && c != '-');
    if !is_name || top.chars().count() < 2 {
        return Err("the domain ends as none does");
    }
    Ok(host.to_owned())
}

fn check_label(label: &str) -> Result<(), &'static str> {
    if label.is_empty() {
        return Err("two dots follow each other, or one begins the domain");
    }
    if label.len() > LABEL_BYTES_MAX {
        return Err("a part of the domain is longer than any can be");
    }
    if label.starts_with('-') || label.ends_with('-') {
        return Err("a hyphen begins or ends a part of the domain");
    }
    let may_stand =
        |c: char| c.is_alphanumeric() || c == '-' || is_combining_mark(c) || is_joiner(c);
    if !label.chars().all(may_stand) {
        return Err("the domain holds a character that none has");
    }
    Ok(())
}

/// The joiners that RFC 5892 allows in names of Persian and Indic scripts.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

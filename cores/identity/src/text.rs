//! What every normal form begins with.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The text in NFC, with blanks trimmed and each run of them made one space, and without the
/// characters that cannot be seen: byte-order marks, zero-width spaces, soft hyphens, control
/// characters and marks of direction. The joiners that Persian, Indic scripts and emoji need stay.
pub fn clean(text: &str) -> String {
    if is_clean_ascii(text) {
        return text.to_owned();
    }
    let mut clean = String::with_capacity(text.len());
    let mut owes_space = false;
    for c in text.nfc() {
        if c.is_whitespace() {
            owes_space = true;
        } else if !is_hidden(c) {
            if owes_space && !clean.is_empty() {
                clean.push(' ');
            }
            owes_space = false;
            clean.push(c);
        }
    }
    // Letters that a hidden character kept apart may compose now.
    if unicode_normalization::is_nfc(&clean) { clean } else { clean.nfc().collect() }
}

/// Whether there is nothing to do, which is so for most of what is imported.
fn is_clean_ascii(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().all(|byte| (b' '..=b'~').contains(byte))
        && bytes.first() != Some(&b' ')
        && bytes.last() != Some(&b' ')
        && !bytes.windows(2).any(|pair| pair == b"  ")
}

/// Small letters without accents, in compatible forms only: what is typed in haste finds what was
/// written with care. Never shown.
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().flat_map(char::to_lowercase).filter(|c| !is_combining_mark(*c)) {
        match c {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'ı' => folded.push('i'),
            c => folded.push(c),
        }
    }
    folded
}

fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}' | '\u{feff}')
        || is_direction(c)
}

/// Marks that turn the direction in which text is shown, and so can show another text than is there.
pub(crate) fn is_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn blanks_and_hidden_characters_go() {
        for (text, expected) in [
            ("  Ann \t\n Lind ", "Ann Lind"),
            ("\u{feff}Ann\u{200b}", "Ann"),
            ("Zu\u{308}rich", "Zürich"),
            ("a\u{202e}b", "ab"),
            ("\u{a0}", ""),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
        ] {
            assert_eq!(clean(text), expected, "{text:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]
        #[test]
        fn it_is_a_fixed_point(text in "\\PC{0,20}|[a-z\u{300}\u{200b} \u{ad}ü]{0,12}") {
            prop_assert_eq!(clean(&clean(&text)), clean(&text));
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
        }
    }
}

//! Small marks that every page uses: an icon, and the initials that stand for a name.

use std::fmt;

use askama::filters::HtmlSafe;

use crate::assets::Asset;

/// An icon of the set: 16 px, drawn in the colour of the text. It says nothing to a reader of the screen, so that
/// there must be words beside it.
#[derive(Clone, Copy, Debug)]
pub struct Icon<'a> {
    /// The symbol without its `i-`.
    pub name: &'a str,
    /// Classes besides `i`, e.g. `i--sm`.
    pub class: &'static str,
}

impl fmt::Display for Icon<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gap = if self.class.is_empty() { "" } else { " " };
        write!(
            f,
            r#"<svg class="i{gap}{}" aria-hidden="true"><use href="{}#i-"#,
            self.class,
            Asset::Icons.href()
        )?;
        // A name is one of ours, yet nothing else than letters, digits and hyphens gets into the page.
        for letter in self.name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-') {
            fmt::Write::write_char(f, letter)?;
        }
        f.write_str(r#""/></svg>"#)
    }
}

impl HtmlSafe for Icon<'_> {}

/// The initials of a name on a round ground, whose hue stays with the name.
#[derive(Clone, Copy, Debug)]
pub struct Avatar<'a> {
    /// Whose initials.
    pub name: &'a str,
    /// Classes besides `avatar`, e.g. `avatar--lg`.
    pub class: &'static str,
}

impl Avatar<'_> {
    /// Two letters: of the first word and of the last; of a single word its first two, as in `Fe`.
    pub fn initials(&self) -> String {
        let mut words = self
            .name
            .split(|c: char| c.is_whitespace() || matches!(c, '@' | '.' | '_' | '-' | '+'))
            .filter(|word| word.chars().any(char::is_alphanumeric));
        let first = words.next().unwrap_or_default();
        let last = if self.name.contains('@') { words.next() } else { words.next_back() };
        let letter = |word: &str| word.chars().find(|c| c.is_alphanumeric());
        match last.and_then(letter) {
            Some(last) => letter(first)
                .into_iter()
                .chain([last])
                .flat_map(char::to_uppercase)
                .take(2)
                .collect(),
            None => {
                let mut letters = first.chars().filter(|c| c.is_alphanumeric());
                let capital = letters.next().into_iter().flat_map(char::to_uppercase);
                capital.chain(letters.take(1)).take(2).collect()
            }
        }
    }

    /// 1 to 8, the same for the same name (FNV-1a).
    fn hue(&self) -> u32 {
        let hash = self
            .name
            .bytes()
            .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        (hash >> 8) % 8 + 1
    }
}

impl fmt::Display for Avatar<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gap = if self.class.is_empty() { "" } else { " " };
        write!(
            f,
            r#"<span class="avatar{gap}{}" data-hue="{}" aria-hidden="true">{}</span>"#,
            self.class,
            self.hue(),
            self.initials() // letters and digits alone
        )
    }
}

impl HtmlSafe for Avatar<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_of_the_first_word_and_the_last_or_of_the_only_one() {
        for (name, initials) in [
            ("Maud Lefèvre", "ML"),
            ("Élodie de la Tour", "ÉT"),
            ("jan", "Ja"),
            ("Ferrystone", "Fe"),
            ("g.lind@karnan.example", "GL"),
            ("info@karnan.example", "IK"),
            ("<b>", "B"),
            ("", ""),
        ] {
            assert_eq!(Avatar { name, class: "" }.initials(), initials, "{name}");
        }
    }

    #[test]
    fn marks_hold_nothing_that_could_break_out() {
        let icon = Icon { name: "people\"><script>", class: "i--sm" }.to_string();
        assert!(icon.ends_with("#i-peoplescript\"/></svg>"), "{icon}");
        let avatar = Avatar { name: "\"<>&", class: "" }.to_string();
        assert!(avatar.ends_with("aria-hidden=\"true\"></span>"), "{avatar}");
    }
}

//! Yes and no, as people and programs write them.

/// Whether the text says yes (`true`) or no (`false`) in English, German, French, Italian, Spanish,
/// Portuguese or Polish, or as programs do; `None` for anything else. Case does not count.
///
/// ```
/// assert_eq!(wire::answer::yes_no(" Ja "), Some(true));
/// assert_eq!(wire::answer::yes_no("0"), Some(false));
/// assert_eq!(wire::answer::yes_no("maybe"), None);
/// ```
pub fn yes_no(text: &str) -> Option<bool> {
    let small = text.trim().to_lowercase();
    if YES.contains(&small.as_str()) {
        Some(true)
    } else if NO.contains(&small.as_str()) {
        Some(false)
    } else {
        None
    }
}

const YES: [&str; 17] = [
    "yes", "y", "true", "t", "1", "x", "on", "ja", "j", "wahr", "oui", "vrai", "sí", "si", "sim",
    "tak", "1.0",
];
const NO: [&str; 12] =
    ["no", "n", "false", "f", "0", "off", "nein", "falsch", "non", "não", "nie", "0.0"];

//! Telephone numbers, in the form of ITU-T E.164 where their country is known.
//!
//! ```
//! use identity::phone::{Phone, country};
//! assert_eq!(Phone::read("0049 (0)30 / 1234-56", None)?.as_str(), "+4930123456");
//! assert_eq!(Phone::read("030 123456", None)?.as_str(), "030123456"); // somewhere; nobody said where
//! assert_eq!(Phone::read("030 123456", country("DE"))?.as_str(), "+4930123456");
//! # Ok::<(), identity::phone::NotAPhone>(())
//! ```

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use crate::email::strip_prefix_ignore_case;
use crate::text::clean;

/// Digits of an international number at most, by E.164; and at least, by the shortest in use.
const INTERNATIONAL_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;
/// Digits of a number whose country nobody said.
const NATIONAL_DIGITS: std::ops::RangeInclusive<usize> = 5..=15;
const EXTENSION_DIGITS_MAX: usize = 7;

/// A number in its normal form: `+` and digits, or digits alone if its country is not known; with
/// `;ext=12` behind it (RFC 3966) if it has an extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone {
    text: String,
}

/// Why a text is no telephone number, in words for whoever wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAPhone {
    text: String,
    reason: &'static str,
}

impl fmt::Display for NotAPhone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a phone number: {}", self.text, self.reason)
    }
}

impl std::error::Error for NotAPhone {}

/// How numbers are written within a country.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166, two capital letters.
    pub code: &'static str,
    /// What follows the + (ITU-T E.164).
    calling: &'static str,
    /// What is dialled before a number of another place in the country, and falls away from abroad.
    trunk: &'static str,
}

/// The country of that ISO 3166 code, in any case; `None` if this program does not know how numbers
/// are written there.
pub fn country(code: &str) -> Option<&'static Country> {
    COUNTRIES.iter().find(|country| country.code.eq_ignore_ascii_case(code))
}

/// The number in its normal form, of a country that nobody told: [`Phone::read`].
///
/// # Errors
/// [`NotAPhone`], as there.
pub fn normal(text: &str) -> Result<String, NotAPhone> {
    Phone::read(text, None).map(|phone| phone.text)
}

impl Phone {
    /// Reads a number with the usual signs in it. One that begins with + or 00 is international;
    /// another is one of the country told, or of none.
    ///
    /// # Errors
    /// [`NotAPhone`]: nothing, letters, too few or too many digits, or a row of digits that is
    /// typed for want of a number (`0000000`, `123456789`).
    pub fn read(text: &str, country: Option<&Country>) -> Result<Phone, NotAPhone> {
        let refuse = |reason| NotAPhone { text: text.to_owned(), reason };
        // Digits of full width are digits.
        let clean = match text.is_ascii() {
            true => clean(text),
            false => clean(&text.nfkc().collect::<String>()),
        };
        let number = strip_prefix_ignore_case(&clean, "tel:").unwrap_or(&clean).trim();
        if number.is_empty() {
            return Err(refuse("it is empty"));
        }
        let (number, extension) = split_extension(number);
        let bare = number.strip_prefix('+').unwrap_or(number);
        let is_marked = bare.len() < number.len() || digits_of(number).take(2).eq(['0', '0']);
        let number = if is_marked { bare.replace("(0)", "") } else { bare.to_owned() };
        let may_stand = |c: char| {
            c.is_ascii_digit()
                || matches!(c, ' ' | '-' | '.' | '/' | '(' | ')' | '\u{2010}'..='\u{2015}')
        };
        if !number.chars().all(may_stand) {
            return Err(refuse("it holds what no number has"));
        }
        let mut digits: String = digits_of(&number).collect();
        if is_placeholder(&digits) {
            return Err(refuse("it stands for want of a number"));
        }
        let mut is_international = is_marked;
        if is_marked {
            digits = digits.trim_start_matches('0').to_owned();
        } else if let Some(country) = country {
            let national = digits.strip_prefix(country.trunk).unwrap_or(&digits);
            digits = format!("{}{national}", country.calling);
            is_international = true;
        }
        let usual = if is_international { INTERNATIONAL_DIGITS } else { NATIONAL_DIGITS };
        if digits.len() < *usual.start() {
            return Err(refuse("it has too few digits"));
        }
        if digits.len() > *usual.end() {
            return Err(refuse("it has too many digits for one number"));
        }
        let plus = if is_international { "+" } else { "" };
        let ext = extension.map(|digits| format!(";ext={digits}")).unwrap_or_default();
        Ok(Phone { text: format!("{plus}{digits}{ext}") })
    }

    /// The normal form.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether its country is known, so that it is one and the same number everywhere. Only such a
    /// number tells people apart.
    pub fn is_international(&self) -> bool {
        self.text.starts_with('+')
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn digits_of(number: &str) -> impl Iterator<Item = char> {
    number.chars().filter(char::is_ascii_digit)
}

/// Parts `030 123 ext. 4` into the number and the digits of its extension.
fn split_extension(number: &str) -> (&str, Option<&str>) {
    let lower = number.to_ascii_lowercase();
    for word in [";ext=", "extension", "ext.", "ext", "durchwahl", "dw.", "dw", "x"] {
        let Some(at) = lower.rfind(word) else { continue };
        let extension = number.get(at + word.len()..).unwrap_or_default().trim_matches([':', ' ']);
        let is_extension = (1..=EXTENSION_DIGITS_MAX).contains(&extension.len())
            && extension.bytes().all(|b| b.is_ascii_digit());
        if is_extension {
            let number = number.get(..at).unwrap_or_default().trim_end_matches([' ', ',', '-']);
            return (number, Some(extension));
        }
    }
    (number, None)
}

fn is_placeholder(digits: &str) -> bool {
    let significant = digits.trim_start_matches('0');
    let first = significant.chars().next();
    significant.len() < 2
        || significant.len() > 4 && significant.chars().all(|c| Some(c) == first)
        || significant.len() > 6 && "1234567890".starts_with(significant)
}

const fn c(code: &'static str, calling: &'static str, trunk: &'static str) -> Country {
    Country { code, calling, trunk }
}

/// Calling codes and trunk prefixes by the ITU's lists of national numbering plans.
const COUNTRIES: [Country; 66] = [
    c("AE", "971", "0"),
    c("AR", "54", "0"),
    c("AT", "43", "0"),
    c("AU", "61", "0"),
    c("BE", "32", "0"),
    c("BG", "359", "0"),
    c("BR", "55", "0"),
    c("CA", "1", "1"),
    c("CH", "41", "0"),
    c("CL", "56", ""),
    c("CN", "86", "0"),
    c("CO", "57", ""),
    c("CY", "357", ""),
    c("CZ", "420", ""),
    c("DE", "49", "0"),
    c("DK", "45", ""),
    c("EE", "372", ""),
    c("EG", "20", "0"),
    c("ES", "34", ""),
    c("FI", "358", "0"),
    c("FR", "33", "0"),
    c("GB", "44", "0"),
    c("GR", "30", ""),
    c("HK", "852", ""),
    c("HR", "385", "0"),
    c("HU", "36", "06"),
    c("ID", "62", "0"),
    c("IE", "353", "0"),
    c("IL", "972", "0"),
    c("IN", "91", "0"),
    c("IS", "354", ""),
    c("IT", "39", ""),
    c("JP", "81", "0"),
    c("KE", "254", "0"),
    c("KR", "82", "0"),
    c("LI", "423", ""),
    c("LT", "370", "0"),
    c("LU", "352", ""),
    c("LV", "371", ""),
    c("MA", "212", "0"),
    c("MT", "356", ""),
    c("MX", "52", ""),
    c("MY", "60", "0"),
    c("NG", "234", "0"),
    c("NL", "31", "0"),
    c("NO", "47", ""),
    c("NZ", "64", "0"),
    c("PE", "51", "0"),
    c("PH", "63", "0"),
    c("PL", "48", ""),
    c("PT", "351", ""),
    c("RO", "40", "0"),
    c("RS", "381", "0"),
    c("RU", "7", "8"),
    c("SA", "966", "0"),
    c("SE", "46", "0"),
    c("SG", "65", ""),
    c("SI", "386", "0"),
    c("SK", "421", "0"),
    c("TH", "66", "0"),
    c("TR", "90", "0"),
    c("TW", "886", "0"),
    c("UA", "380", "0"),
    c("US", "1", "1"),
    c("VN", "84", "0"),
    c("ZA", "27", "0"),
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_read_with_the_signs_people_put_in() {
        for (text, place, expected) in [
            ("+49 30 123456", None, "+4930123456"),
            ("0049 (0)30 / 1234-56", None, "+4930123456"),
            ("+49 (0) 30 123456", None, "+4930123456"),
            ("tel:+49-30-123456", None, "+4930123456"),
            ("＋４９ ３０ １２３４５６", None, "+4930123456"),
            ("+44 20 7946 0123 ext. 12", None, "+442079460123;ext=12"),
            ("+442079460123;ext=12", None, "+442079460123;ext=12"),
            ("(415) 555-2671 x9", Some("US"), "+14155552671;ext=9"),
            ("1-415-555-2671", Some("US"), "+14155552671"),
            ("030 123456", None, "030123456"),
            ("030 123456", Some("de"), "+4930123456"),
            ("06 698 12345", Some("IT"), "+390669812345"),
            ("06 30 123 4567", Some("HU"), "+36301234567"),
            ("8 (495) 123-45-67", Some("RU"), "+74951234567"),
            ("+33 1 23 45 67 89", Some("DE"), "+33123456789"),
        ] {
            let phone = Phone::read(text, place.and_then(country)).unwrap();
            assert_eq!(phone.as_str(), expected, "{text}");
            assert_eq!(phone.is_international(), expected.starts_with('+'));
        }
    }

    #[test]
    fn what_is_no_number_is_refused_with_a_reason() {
        for (text, reason) in [
            ("", "empty"),
            ("n/a", "what no number has"),
            ("1-800-FLOWERS", "what no number has"),
            ("+49 30 123456 oder 0171 1234567", "what no number has"),
            ("1234", "too few"),
            ("+49 30", "too few"),
            ("030 123456 / 030 1234567", "too many"),
            ("0000000", "for want of"),
            ("+1 111 111 1111", "for want of"),
            ("123456789", "for want of"),
            ("-", "for want of"),
        ] {
            let error = Phone::read(text, None).unwrap_err();
            assert!(error.to_string().contains(reason), "{error}");
        }
        assert_eq!(country("XX"), None);
        assert_eq!(COUNTRIES.windows(2).find(|pair| pair[0].code >= pair[1].code), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]
        #[test]
        fn the_normal_form_is_a_fixed_point(
            text in "\\PC{0,20}|(\\+|00|0)?[0-9 ()/-]{4,16}(ext\\.? ?[0-9]{1,4})?",
            place in prop::sample::select(vec![None, Some("DE"), Some("US"), Some("HU")]),
        ) {
            if let Ok(phone) = Phone::read(&text, place.and_then(country)) {
                let again = Phone::read(phone.as_str(), None);
                prop_assert_eq!(again, Ok(phone));
            }
        }
    }
}

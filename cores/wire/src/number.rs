//! Numbers as people and programs write them: `1,234.56`, `1.234,56`, `1 234,56`, `12,5`, `€ 5`,
//! `12 %`, `(7.00)`.
//!
//! **Promise:** a number is read exactly, digit by digit, or refused with a reason. Where one text
//! could be two numbers (`1.234`) the [`Decimal`] that was told decides, and without one it is refused.
//! **Never:** guesses from the number's size or from other rows.
//!
//! ```
//! use wire::number::{Decimal, NotANumber, Number};
//! assert_eq!(Number::read("1.234,56 €", None)?.value(), 1234.56);
//! assert_eq!(Number::read("1.234", Some(Decimal::Comma))?.value(), 1234.0);
//! assert!(matches!(Number::read("1.234", None), Err(NotANumber::Ambiguous(..))));
//! assert_eq!(Number::read("(12.50)", None)?.minor_units(2)?, -1250);
//! # Ok::<(), NotANumber>(())
//! ```

#[cfg(test)]
mod tests;

use std::fmt;

/// Most digits that a number may have; those of an `i64` in minor units, and some.
pub const DIGITS_MAX: usize = 30;

/// Which sign stands before the fraction. The other one groups thousands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decimal {
    /// `1,234.56`
    Point,
    /// `1.234,56`
    Comma,
}

impl Decimal {
    /// From the sign itself.
    pub fn parse(sign: &str) -> Option<Decimal> {
        match sign {
            "." => Some(Decimal::Point),
            "," => Some(Decimal::Comma),
            _ => None,
        }
    }

    /// The sign.
    pub const fn as_str(self) -> &'static str {
        match self {
            Decimal::Point => ".",
            Decimal::Comma => ",",
        }
    }

    const fn sign(self) -> char {
        match self {
            Decimal::Point => '.',
            Decimal::Comma => ',',
        }
    }
}

/// A decimal number as written: exact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    is_negative: bool,
    /// All digits, without leading zeros; empty for zero.
    digits: String,
    /// The value is the digits times ten to this power.
    exponent: i32,
    /// The currency whose sign or code stood beside it.
    currency: Option<&'static str>,
    /// Whether a percent sign followed; the value is a share then: 12 % is 0.12.
    pub is_percent: bool,
}

/// Why a text is no number, in words for whoever wrote it. The text is repeated as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotANumber {
    /// Something else.
    Other(String),
    /// One of two numbers, and nobody said which sign is the decimal one.
    Ambiguous(String),
    /// Grouped as no thousands are, e.g. `1,23,4`.
    Grouping(String),
    /// The sign told as the decimal one groups here.
    Contradicts(String, Decimal),
    /// More digits than [`DIGITS_MAX`], or beyond what can be counted.
    TooLarge(String),
    /// An amount finer than the smallest unit of its currency.
    TooFine(String),
}

impl fmt::Display for NotANumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotANumber::Other(text) => write!(f, "{text:?} is not a number"),
            NotANumber::Ambiguous(text) => {
                let bare = text.replace(['.', ','], "");
                write!(
                    f,
                    "{text:?} may be {bare} or a fraction; say decimal = \".\" or decimal = \",\""
                )
            }
            NotANumber::Grouping(text) => {
                write!(f, "{text:?} is not a number: the digits are not grouped by thousands")
            }
            NotANumber::Contradicts(text, decimal) => write!(
                f,
                "{text:?} is not a number with {:?} as its decimal sign",
                decimal.as_str()
            ),
            NotANumber::TooLarge(text) => write!(f, "{text:?} is too large a number"),
            NotANumber::TooFine(text) => {
                write!(f, "{text:?} is finer than the smallest unit of the currency")
            }
        }
    }
}

impl std::error::Error for NotANumber {}

impl Number {
    /// Reads a number: digits, thousands grouped by comma, point, blank or apostrophe, a fraction,
    /// an exponent; a sign before or behind, or parentheses for a negative one; a currency sign or
    /// code on either side, or a percent sign behind.
    ///
    /// # Errors
    /// [`NotANumber`], with the text; ambiguous ones unless `decimal` is told.
    pub fn read(text: &str, decimal: Option<Decimal>) -> Result<Number, NotANumber> {
        let other = || NotANumber::Other(text.to_owned());
        let mut rest = text.trim();
        let mut is_negative = false;
        if let Some(inner) = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            is_negative = true;
            rest = inner.trim();
        }
        let (mut currency, mut is_percent, mut signs) = (None, false, u8::from(is_negative));
        // Sign, currency and percent come in any order: "-€5", "€ -5", "5- EUR", "5 %".
        loop {
            let before = rest;
            if let Some(unsigned) = rest.strip_prefix(MINUS).or(rest.strip_suffix(MINUS)) {
                (rest, is_negative, signs) = (unsigned, true, signs + 1);
            } else if let Some(unsigned) = rest.strip_prefix('+') {
                (rest, signs) = (unsigned, signs + 1);
            } else if let Some(share) = rest.strip_suffix('%').filter(|_| !is_percent) {
                (rest, is_percent) = (share, true);
            } else if let Some((bare, code)) = without_currency(rest).filter(|_| currency.is_none())
            {
                (rest, currency) = (bare, Some(code));
            }
            rest = rest.trim();
            if rest == before {
                break;
            }
            if signs > 1 {
                return Err(other());
            }
        }
        let (mantissa, power) = match rest.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, power.parse::<i16>().map_err(|_| other())?),
            None => (rest, 0),
        };
        let (digits, scale) = mantissa_of(mantissa, decimal, power != 0 || rest != mantissa, text)?;
        let digits = digits.trim_start_matches('0').to_owned();
        if digits.len() > DIGITS_MAX {
            return Err(NotANumber::TooLarge(text.to_owned()));
        }
        let exponent = i32::from(power) - scale - if is_percent { 2 } else { 0 };
        Ok(Number { is_negative, digits, exponent, currency, is_percent })
    }

    /// The nearest double; exact for whole numbers up to 2^53.
    pub fn value(&self) -> f64 {
        let value = self.digits.parse::<u64>();
        let magnitude = match (value, self.exponent) {
            (Ok(whole), 0) if whole < 1 << 53 => small(whole),
            _ => format!("{}e{}", self.some_digits(), self.exponent).parse().unwrap_or(f64::MAX),
        };
        if self.is_negative && !self.digits.is_empty() { -magnitude } else { magnitude }
    }

    fn some_digits(&self) -> &str {
        if self.digits.is_empty() { "0" } else { &self.digits }
    }

    /// The currency whose sign or code was written with it (ISO 4217), if that sign means only one.
    pub fn currency(&self) -> Option<&'static str> {
        self.currency.filter(|code| !code.is_empty())
    }

    /// The number as a whole count of a currency's smallest unit, of which there are
    /// ten to the `places` in one (see [`currency_places`]).
    ///
    /// # Errors
    /// [`NotANumber::TooFine`] if something would be lost, [`NotANumber::TooLarge`] beyond `i64`.
    pub fn minor_units(&self, places: u8) -> Result<i64, NotANumber> {
        let too_large = || NotANumber::TooLarge(self.to_string());
        let mut digits = self.digits.clone();
        let power = self.exponent + i32::from(places);
        for _ in power..0 {
            match digits.pop() {
                None | Some('0') => {}
                Some(_) => return Err(NotANumber::TooFine(self.to_string())),
            }
            if digits.is_empty() {
                break;
            }
        }
        if !digits.is_empty() && power > 0 {
            if power > 20 {
                return Err(too_large());
            }
            digits.extend((0..power).map(|_| '0'));
        }
        if digits.is_empty() {
            return Ok(0);
        }
        let magnitude: i64 = digits.parse().map_err(|_| too_large())?;
        Ok(if self.is_negative { -magnitude } else { magnitude })
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.value())
    }
}

/// Below 2^53, where every whole number is a double.
fn small(whole: u64) -> f64 {
    whole as f64
}

const MINUS: [char; 2] = ['-', '\u{2212}'];

/// How many decimal places the smallest unit of a currency has, by ISO 4217; `None` for what is no
/// currency code (three capital letters).
pub fn currency_places(code: &str) -> Option<u8> {
    match code {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX"
        | "UYI" | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => Some(0),
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => Some(3),
        code if code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()) => Some(2),
        _ => None,
    }
}

/// Signs and codes as they stand beside amounts. A sign of several currencies has no code.
const CURRENCIES: [(&str, &str); 30] = [
    ("US$", "USD"),
    ("R$", "BRL"),
    ("A$", "AUD"),
    ("C$", "CAD"),
    ("€", "EUR"),
    ("£", "GBP"),
    ("$", ""),
    ("¥", ""),
    ("₹", "INR"),
    ("₽", "RUB"),
    ("₩", "KRW"),
    ("₺", "TRY"),
    ("₴", "UAH"),
    ("₪", "ILS"),
    ("₫", "VND"),
    ("zł", "PLN"),
    ("Kč", "CZK"),
    ("Fr.", "CHF"),
    ("EUR", "EUR"),
    ("USD", "USD"),
    ("GBP", "GBP"),
    ("CHF", "CHF"),
    ("PLN", "PLN"),
    ("CZK", "CZK"),
    ("SEK", "SEK"),
    ("NOK", "NOK"),
    ("DKK", "DKK"),
    ("BRL", "BRL"),
    ("INR", "INR"),
    ("JPY", "JPY"),
];

fn without_currency(text: &str) -> Option<(&str, &'static str)> {
    CURRENCIES.iter().find_map(|(sign, code)| {
        let bare = text.strip_prefix(sign).or_else(|| text.strip_suffix(sign))?;
        Some((bare, *code))
    })
}

/// The digits, and how many of them are behind the decimal sign.
fn mantissa_of(
    text: &str,
    told: Option<Decimal>,
    has_power: bool,
    whole: &str,
) -> Result<(String, i32), NotANumber> {
    let other = || NotANumber::Other(whole.to_owned());
    if text.len() > 4 * DIGITS_MAX {
        return Err(NotANumber::TooLarge(whole.to_owned()));
    }
    let is_blank =
        |c: char| matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '’' | '_');
    if !text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',') || is_blank(c)) {
        return Err(other());
    }
    let count = |sign: char| text.matches(sign).count();
    let has_blanks = text.chars().any(is_blank);
    let decimal = match (count('.'), count(',')) {
        (0, 0) => None,
        (1, 0) => alone(text, Decimal::Point, told, has_blanks || has_power, whole)?,
        (0, 1) => alone(text, Decimal::Comma, told, has_blanks || has_power, whole)?,
        (_, 0) | (0, _) => None,
        (points, commas) => {
            // The last sign is the decimal one, and there is one of it.
            let decimal =
                if text.rfind('.') > text.rfind(',') { Decimal::Point } else { Decimal::Comma };
            let times = if decimal == Decimal::Point { points } else { commas };
            if times != 1 || has_blanks {
                return Err(NotANumber::Grouping(whole.to_owned()));
            }
            Some(decimal)
        }
    };
    let contradicts = |told| NotANumber::Contradicts(whole.to_owned(), told);
    if let (Some(told), Some(found)) = (told, decimal)
        && told != found
    {
        return Err(contradicts(told));
    }
    if let (Some(told), None) = (told, decimal)
        && text.contains(told.sign())
    {
        return Err(contradicts(told));
    }
    let (grouped, fraction) = match decimal {
        Some(decimal) => text.split_once(decimal.sign()).unwrap_or((text, "")),
        None => (text, ""),
    };
    let grouping = || NotANumber::Grouping(whole.to_owned());
    let groups: Vec<&str> = grouped.split(|c: char| !c.is_ascii_digit()).collect();
    if !are_thousands(&groups) || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return Err(grouping());
    }
    let mut digits = groups.concat();
    digits.push_str(fraction);
    if digits.is_empty() {
        return Err(other());
    }
    Ok((digits, i32::try_from(fraction.len()).map_err(|_| other())?))
}

/// What the only sign in the text means: `Some` the decimal sign, `None` a group of thousands.
fn alone(
    text: &str,
    sign: Decimal,
    told: Option<Decimal>,
    is_grouped: bool,
    whole: &str,
) -> Result<Option<Decimal>, NotANumber> {
    let (before, after) = text.split_once(sign.sign()).unwrap_or((text, ""));
    let may_group = after.len() == 3
        && (1..=3).contains(&before.len())
        && !before.starts_with('0')
        && !is_grouped;
    match told {
        Some(told) if told == sign => Ok(Some(sign)),
        Some(_) if may_group => Ok(None),
        Some(told) => Err(NotANumber::Contradicts(whole.to_owned(), told)),
        None if may_group => Err(NotANumber::Ambiguous(whole.to_owned())),
        None => Ok(Some(sign)),
    }
}

/// Groups of three behind one of up to three; or, as in India, of two before the last of three.
fn are_thousands(groups: &[&str]) -> bool {
    let [first, middle @ .., last] = groups else { return groups.len() == 1 };
    let behind = |size: usize| middle.iter().all(|group| group.len() == size) && last.len() == 3;
    (1..=3).contains(&first.len()) && behind(3) || (1..=2).contains(&first.len()) && behind(2)
}

//! What is read and what is refused, one text a row; and the properties.

use proptest::prelude::*;

use super::*;

const POINT: Option<Decimal> = Some(Decimal::Point);
const COMMA: Option<Decimal> = Some(Decimal::Comma);

/// The value, or the kind of refusal.
fn read(text: &str, decimal: Option<Decimal>) -> String {
    match Number::read(text, decimal) {
        Ok(number) => number.value().to_string(),
        Err(error) => {
            let name = format!("{error:?}");
            name.split('(').next().unwrap_or_default().to_owned()
        }
    }
}

#[test]
fn numbers_are_read_as_they_are_written() {
    for (text, decimal, expected) in [
        ("0", None, "0"),
        ("-0", None, "0"),
        ("240", None, "240"),
        (" 12.5 ", None, "12.5"),
        ("12,5", None, "12.5"),
        ("1,234.56", None, "1234.56"),
        ("1.234,56", None, "1234.56"),
        ("1 234,56", None, "1234.56"),
        ("1\u{a0}234\u{202f}567,5", None, "1234567.5"),
        ("1'234.50", None, "1234.5"),
        ("1 234.567", None, "1234.567"),
        ("1,234,567", None, "1234567"),
        ("1.234.567", None, "1234567"),
        ("12,34,567.8", None, "1234567.8"),
        ("1234,567", None, "1234.567"),
        ("0,125", None, "0.125"),
        (".5", None, "0.5"),
        ("5.", None, "5"),
        ("1.234", None, "Ambiguous"),
        ("1,234", None, "Ambiguous"),
        ("1.234", POINT, "1.234"),
        ("1.234", COMMA, "1234"),
        ("1,234", POINT, "1234"),
        ("12,5", POINT, "Contradicts"),
        ("1.234,56", POINT, "Contradicts"),
        ("1,234,567", COMMA, "Contradicts"),
        ("1,23,4", None, "Grouping"),
        ("1,2345.6", None, "Grouping"),
        ("12 34", None, "Grouping"),
        ("1.2.3", None, "Grouping"),
        ("1e3", None, "1000"),
        ("1.234e2", None, "123.4"),
        ("2,5E-1", None, "0.25"),
        ("-7", None, "-7"),
        ("−7", None, "-7"),
        ("7-", None, "-7"),
        ("+7", None, "7"),
        ("(7.00)", None, "-7"),
        ("(-7)", None, "Other"),
        ("--7", None, "Other"),
        ("12 %", None, "0.12"),
        ("-2,5%", None, "-0.025"),
        ("€ 5", None, "5"),
        ("-€5", None, "-5"),
        ("€ -5", None, "-5"),
        ("1.200,50 EUR", None, "1200.5"),
        ("R$ 10", None, "10"),
        ("", None, "Other"),
        ("-", None, "Other"),
        (".", None, "Other"),
        ("ca. 200–250", None, "Other"),
        ("200-250", None, "Other"),
        ("NaN", None, "Other"),
        ("inf", None, "Other"),
        ("0x10", None, "Other"),
        ("1e99999", None, "Other"),
        ("1234567890123456789012345678901", None, "TooLarge"),
        ("9007199254740993", None, "9007199254740992"),
    ] {
        assert_eq!(read(text, decimal), expected, "{text:?} {decimal:?}");
    }
}

#[test]
fn amounts_are_whole_in_minor_units() {
    for (text, places, expected) in [
        ("12.50", 2, Ok(1250)),
        ("12.5", 2, Ok(1250)),
        ("100000.0", 2, Ok(10_000_000)),
        ("12.500", 2, Ok(1250)),
        ("1e3", 2, Ok(100_000)),
        ("5.0", 0, Ok(5)),
        ("(0.01)", 2, Ok(-1)),
        ("0.00", 2, Ok(0)),
        ("12.505", 2, Err("TooFine")),
        ("0.1", 0, Err("TooFine")),
        ("1e-40", 2, Err("TooFine")),
        ("92233720368547758.07", 2, Ok(i64::MAX)),
        ("92233720368547758.08", 2, Err("TooLarge")),
        ("1e300", 2, Err("TooLarge")),
        ("0e300", 2, Ok(0)),
    ] {
        let minor = Number::read(text, POINT).unwrap().minor_units(places);
        let minor = minor.map_err(|error| match error {
            NotANumber::TooFine(_) => "TooFine",
            NotANumber::TooLarge(_) => "TooLarge",
            _ => "another",
        });
        assert_eq!(minor, expected, "{text}");
    }
    assert_eq!(Number::read("5 €", None).unwrap().currency(), Some("EUR"));
    assert_eq!(Number::read("$5", None).unwrap().currency(), None);
    assert_eq!(Number::read("US$5", None).unwrap().currency(), Some("USD"));
    assert_eq!(currency_places("JPY"), Some(0));
    assert_eq!(currency_places("eur"), None);
}

#[test]
fn a_refusal_says_what_to_do() {
    let words = Number::read("1.234", None).unwrap_err().to_string();
    assert_eq!(
        words,
        "\"1.234\" may be 1234 or a fraction; say decimal = \".\" or decimal = \",\""
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn no_text_makes_it_panic(text in "[-+0-9.,eE %()€$ ']{0,14}|\\PC{0,12}") {
        for decimal in [None, POINT, COMMA] {
            if let Ok(number) = Number::read(&text, decimal) {
                prop_assert!(number.value().is_finite() || number.digits.is_empty());
                let _ = number.minor_units(2);
            }
        }
    }

    #[test]
    fn a_written_amount_is_read_again(
        minor in -1_000_000_000_000_i64..1_000_000_000_000, is_german: bool,
    ) {
        let (mut whole, fraction) =
            ((minor.abs() / 100).to_string(), format!("{:02}", minor.abs() % 100));
        let (group, point) = if is_german { ('.', ',') } else { (',', '.') };
        let mut at = whole.len();
        while at > 3 {
            at -= 3;
            whole.insert(at, group);
        }
        let sign = if minor < 0 { "-" } else { "" };
        let number = Number::read(&format!("{sign}{whole}{point}{fraction}"), None).unwrap();
        prop_assert_eq!(number.minor_units(2).unwrap(), minor);
    }
}

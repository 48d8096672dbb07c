//! Money, as people write it.

use platform::page::words::grouped;

/// An amount in minor units, as people write it.
pub fn money(minor: i64, currency: &str) -> String {
    let places = u32::from(wire::number::currency_places(currency).unwrap_or(2));
    let unit = 10_i64.saturating_pow(places);
    let (whole, rest) = (minor / unit, (minor % unit).abs());
    let sign = if minor < 0 && whole == 0 { "−" } else { "" };
    let rest = match rest {
        0 => String::new(),
        rest => format!(".{rest:0width$}", width = usize::try_from(places).unwrap_or(2)),
    };
    format!("{currency} {sign}{}{rest}", grouped(whole)).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_written_with_the_places_of_its_currency() {
        for (minor, currency, words) in [
            (960_050, "EUR", "EUR 9,600.50"),
            (4_200, "EUR", "EUR 42"),
            (5, "EUR", "EUR 0.05"),
            (-5, "EUR", "EUR −0.05"),
            (-150, "EUR", "EUR −1.50"),
            (1_200, "JPY", "JPY 1,200"),
            (1_234, "KWD", "KWD 1.234"),
        ] {
            assert_eq!(money(minor, currency), words);
        }
    }
}

//! What a certificate says of itself, as far as an operator must know it: until when it is valid.
//!
//! X.509 in DER (RFC 5280, 4.1): of the first certificate's body we walk over what stands before the validity.

use moment::Moment;

const SEQUENCE: u8 = 0x30;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// The version's own tag; absent in certificates of the first version.
const VERSION: u8 = 0xa0;
/// Serial number, signature algorithm, issuer.
const BEFORE_VALIDITY: usize = 3;

/// Until when the certificate is valid; nothing if it cannot be read.
pub(super) fn not_after(certificate: &[u8]) -> Option<Moment> {
    let (outer, _) = value_of(certificate, SEQUENCE)?;
    let (mut body, _) = value_of(outer, SEQUENCE)?;
    if body.first() == Some(&VERSION) {
        body = item(body)?.2;
    }
    for _ in 0..BEFORE_VALIDITY {
        body = item(body)?.2;
    }
    let (validity, _) = value_of(body, SEQUENCE)?;
    let (_, _, rest) = item(validity)?;
    let (kind, text, _) = item(rest)?;
    time(kind, std::str::from_utf8(text).ok()?)
}

/// `YYMMDDHHMMSSZ`, of which years from 50 on are of the last century, or `YYYYMMDDHHMMSSZ`.
fn time(kind: u8, text: &str) -> Option<Moment> {
    let digits = text.strip_suffix('Z')?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = match kind {
        UTC_TIME if digits.len() == 12 => {
            let century = if digits < "50" { "20" } else { "19" };
            format!("{century}{digits}")
        }
        GENERALIZED_TIME if digits.len() == 14 => digits.to_owned(),
        _ => return None,
    };
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    let (day, clock) = (
        format!("{}-{}-{}", part(0, 4), part(4, 6), part(6, 8)),
        format!("{}:{}:{}", part(8, 10), part(10, 12), part(12, 14)),
    );
    format!("{day}T{clock}Z").parse().ok()
}

/// The value of the first item, if it is of that kind, and what follows it.
fn value_of(bytes: &[u8], kind: u8) -> Option<(&[u8], &[u8])> {
    let (found, value, rest) = item(bytes)?;
    (found == kind).then_some((value, rest))
}

/// The first item: its kind, its value, and what follows it.
fn item(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&kind, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let count = usize::from(first & 0x7f);
        if count == 0 || count > 4 {
            return None;
        }
        let (length, rest) = rest.split_at_checked(count)?;
        (length.iter().fold(0, |sum, byte| (sum << 8) | usize::from(*byte)), rest)
    };
    let (value, rest) = rest.split_at_checked(length)?;
    Some((kind, value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_in_both_forms() {
        for (kind, text, expected) in [
            (UTC_TIME, "261129043000Z", Some("2026-11-29T04:30:00Z")),
            (UTC_TIME, "991231235959Z", Some("1999-12-31T23:59:59Z")),
            (GENERALIZED_TIME, "20501129043000Z", Some("2050-11-29T04:30:00Z")),
            (GENERALIZED_TIME, "261129043000Z", None),
            (UTC_TIME, "2611290430+0Z", None),
            (0x04, "261129043000Z", None),
        ] {
            assert_eq!(time(kind, text), expected.map(|text| text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn what_is_no_certificate_says_nothing() {
        for bytes in [&[][..], &[0x30], &[0x30, 0x82], &[0x30, 0x02, 0x30, 0x00], &[0x30; 64]] {
            assert_eq!(not_after(bytes), None, "{bytes:?}");
        }
    }
}

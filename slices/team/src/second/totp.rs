//! Codes of an authenticator app: RFC 6238 with SHA-1, six digits and steps of thirty seconds, which is what every app
//! reads.

use hmac::{Hmac, KeyInit as _, Mac as _};
use moment::{Moment, SECOND_US};
use sha1::Sha1;

/// Bytes of a secret (RFC 4226, 4, R6).
pub(crate) const SECRET_BYTES: usize = 20;
/// Digits of a code.
const DIGITS: usize = 6;
const STEP_SECONDS: i64 = 30;
/// Steps before and after the present one whose codes are taken: clocks differ, and typing takes time (RFC 6238, 5.2).
const DRIFT_STEPS: i64 = 1;

/// The step of a moment.
pub(crate) fn step_of(now: Moment) -> i64 {
    now.0.div_euclid(SECOND_US * STEP_SECONDS)
}

/// The code of a step (RFC 4226, 5.3).
pub(crate) fn code(secret: &[u8], step: i64) -> String {
    // A key of any length will do for HMAC.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret) else { return String::new() };
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest.last().copied().unwrap_or_default() & 0x0f);
    let four = digest.iter().skip(offset).take(4);
    let number = four.fold(0_u32, |number, byte| (number << 8) | u32::from(*byte)) & 0x7fff_ffff;
    format!("{:0DIGITS$}", number % 10_u32.pow(6))
}

/// The step of which this is the code, if it is one that may still be shown. All are looked at, whichever it is.
pub(crate) fn matching(secret: &[u8], shown: &str, now: Moment) -> Option<i64> {
    let present = step_of(now);
    let steps = (present - DRIFT_STEPS)..=(present + DRIFT_STEPS);
    steps.fold(
        None,
        |found, step| if is_same(&code(secret, step), shown) { Some(step) } else { found },
    )
}

/// Whether it looks like a code at all.
pub(crate) fn is_code(shown: &str) -> bool {
    shown.len() == DIGITS && shown.bytes().all(|letter| letter.is_ascii_digit())
}

/// Compares in a time that does not tell where two texts differ.
fn is_same(one: &str, other: &str) -> bool {
    one.len() == other.len()
        && one.bytes().zip(other.bytes()).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

/// RFC 4648 base32 without padding, as apps read a secret.
pub(crate) fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut text, mut held, mut bits) = (String::new(), 0_u32, 0_u32);
    let letter = |value: u32| {
        let place = usize::try_from(value & 31).unwrap_or_default();
        LETTERS.get(place).map(|letter| char::from(*letter))
    };
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.extend(letter(held >> bits));
        }
    }
    if bits > 0 {
        text.extend(letter(held << (5 - bits)));
    }
    text
}

/// What a QR code tells an app (the key URI format that all apps read).
pub(crate) fn uri(secret: &[u8], workspace: &str, email: &str) -> String {
    let issuer = escaped(&format!("Sluice {workspace}"));
    format!(
        "otpauth://totp/{issuer}:{}?secret={}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}",
        escaped(email),
        base32(secret)
    )
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_the_rfcs() {
        // RFC 4226, appendix D.
        let expected = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583",
            "399871", "520489",
        ];
        for (step, code_there) in (0..).zip(expected) {
            assert_eq!(code(SECRET, step), code_there);
        }
        // RFC 6238, appendix B, the last six digits of eight.
        for (seconds, code_there) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(SECRET, step_of(Moment::from_seconds(seconds))), code_there);
        }
    }

    #[test]
    fn a_code_counts_for_a_step_before_and_after() {
        let now = Moment::from_seconds(1_234_567_890);
        let present = step_of(now);
        for (step, expected) in [
            (present - 2, None),
            (present - 1, Some(present - 1)),
            (present, Some(present)),
            (present + 1, Some(present + 1)),
            (present + 2, None),
        ] {
            assert_eq!(matching(SECRET, &code(SECRET, step), now), expected);
        }
        assert!(is_code("012345") && !is_code("12345") && !is_code("12345a"));
    }

    #[test]
    fn a_secret_is_told_as_apps_read_it() {
        // RFC 4648, 10.
        for (bytes, text) in [("f", "MY"), ("fo", "MZXQ"), ("foobar", "MZXW6YTBOI"), ("", "")] {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
        let uri = uri(SECRET, "North & Sons", "mara@north.example");
        assert_eq!(
            uri,
            "otpauth://totp/Sluice%20North%20%26%20Sons:mara%40north.example?secret=\
             GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Sluice%20North%20%26%20Sons&algorithm=SHA1&digits=6&period=30"
        );
    }
}

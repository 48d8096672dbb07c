//! Public ids: what an inner number looks like outside, `per_2g5kq8vn3x0ta`.
//!
//! A permutation of the 64-bit numbers under the workspace's secret, written in 13 letters. The same id is always
//! written the same, needs no column, tells neither how many there are nor who came first, and is no password: rights
//! are checked however well an id is guessed.
use sha2::{Digest, Sha256};

use crate::dice::Dice;
use crate::{Failure, Tx, settings};

/// Crockford's base32 in lower case: no i, l, o, u. <https://www.crockford.com/base32.html>
pub const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

const LETTERS: usize = 13;
const ROUNDS: usize = 8;
const SETTING: &str = "public_id.secret";

/// Writes and reads the public ids of a workspace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PublicIds {
    keys: [u64; ROUNDS],
}

impl PublicIds {
    /// The ids of a workspace with that secret.
    pub fn new(secret: &str) -> PublicIds {
        let mut keys = [0; ROUNDS];
        for (round, key) in keys.iter_mut().enumerate() {
            let digest = Sha256::digest(format!("public id, round {round}: {secret}"));
            *key = digest.iter().take(8).fold(0, |key, byte| (key << 8) | u64::from(*byte));
        }
        PublicIds { keys }
    }

    /// The ids of the workspace in this database, if its secret has been drawn.
    pub(crate) fn find(tx: &mut Tx) -> Result<Option<PublicIds>, Failure> {
        Ok(settings::find(tx, SETTING)?.map(|secret| PublicIds::new(&secret)))
    }

    /// Draws the workspace's secret, once for good.
    pub(crate) fn make(tx: &mut Tx, dice: &dyn Dice) -> Result<PublicIds, Failure> {
        let secret = settings::save_first(tx, SETTING, &dice.token())?;
        Ok(PublicIds::new(&secret))
    }

    /// The id with its prefix, which says what kind of thing it names: `encode("per", 7)`.
    pub fn encode(&self, prefix: &str, id: i64) -> String {
        let number = self.permute(id as u64);
        let mut text = String::with_capacity(prefix.len() + 1 + LETTERS);
        text.push_str(prefix);
        text.push('_');
        for letter in (0..LETTERS).rev() {
            let bits = (number >> (5 * letter)) & 31;
            text.push(char::from(ALPHABET[bits as usize]));
        }
        text
    }

    /// The number behind a public id with that prefix; `None` for everything else. Capital letters are read, too.
    pub fn decode(&self, prefix: &str, text: &str) -> Option<i64> {
        let letters = text.strip_prefix(prefix)?.strip_prefix('_')?;
        if letters.len() != LETTERS {
            return None;
        }
        let mut number: u64 = 0;
        for (index, letter) in letters.bytes().enumerate() {
            let bits = ALPHABET.iter().position(|known| *known == letter.to_ascii_lowercase())?;
            // Thirteen letters hold 65 bits; the first is therefore one of the first sixteen.
            if index == 0 && bits > 15 {
                return None;
            }
            number = (number << 5) | bits as u64;
        }
        Some(self.restore(number) as i64)
    }

    /// A Feistel network: each round mixes one half into the other, so that it can be undone whatever the mixing is.
    /// M. Luby, C. Rackoff, SIAM J. Comput. 17 (1988), 373-386.
    fn permute(&self, number: u64) -> u64 {
        let (mut left, mut right) = ((number >> 32) as u32, number as u32);
        for key in self.keys {
            (left, right) = (right, left ^ mixed(right, key));
        }
        (u64::from(left) << 32) | u64::from(right)
    }

    fn restore(&self, number: u64) -> u64 {
        let (mut left, mut right) = ((number >> 32) as u32, number as u32);
        for key in self.keys.into_iter().rev() {
            (left, right) = (right ^ mixed(left, key), left);
        }
        (u64::from(left) << 32) | u64::from(right)
    }
}

/// Every bit of the half and of the key reaches every bit of the result.
fn mixed(half: u32, key: u64) -> u32 {
    let mut bits = u64::from(half) ^ key;
    bits = (bits ^ (bits >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    bits = (bits ^ (bits >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    ((bits ^ (bits >> 32)) >> 16) as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_again(id: i64, secret in "[a-z0-9]{26}") {
            let ids = PublicIds::new(&secret);
            let text = ids.encode("per", id);
            prop_assert_eq!(text.len(), 17);
            prop_assert_eq!(ids.decode("per", &text), Some(id));
            prop_assert_eq!(ids.decode("per", &text.replace("per_", "PER_")), None);
            prop_assert_eq!(ids.decode("com", &text), None);
        }

        #[test]
        fn every_number_is_reached(number: u64, secret in "[a-z0-9]{26}") {
            let ids = PublicIds::new(&secret);
            prop_assert_eq!(ids.permute(ids.restore(number)), number);
        }

        #[test]
        fn nothing_else_is_read_nor_a_cause_of_panic(text: String) {
            let ids = PublicIds::new("secret");
            if let Some(id) = ids.decode("per", &text) {
                prop_assert_eq!(ids.encode("per", id), text.to_ascii_lowercase());
            }
        }
    }

    #[test]
    fn neighbours_look_unrelated_and_other_secrets_give_other_ids() {
        let ids = PublicIds::new("a");
        let mut flipped = 0;
        for id in 0..1_000_u64 {
            flipped += (ids.permute(id) ^ ids.permute(id + 1)).count_ones();
        }
        assert!((31_000..33_000).contains(&flipped), "{flipped} bits of 32,000 expected");
        assert_ne!(ids.encode("per", 1), PublicIds::new("b").encode("per", 1));
    }

    #[test]
    fn malformed_ids_are_nothing() {
        let ids = PublicIds::new("a");
        for text in [
            "",
            "per",
            "per_",
            "per_0",
            "per_zzzzzzzzzzzzz",
            "per_0000000000000000",
            "per_00000000000é",
            "per_000000000000u",
        ] {
            assert_eq!(ids.decode("per", text), None, "{text}");
        }
    }
}

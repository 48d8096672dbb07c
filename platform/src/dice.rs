//! Dice: the only places where chance comes from.
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::public_id::ALPHABET;

/// Letters in a [`Dice::token`]: 26 letters of 5 bits, 130 bits, which nobody guesses.
pub const TOKEN_LETTERS: usize = 26;

/// A source of chance, taken as an argument like time.
pub trait Dice: Send + Sync {
    /// 64 bits, each as likely set as not.
    fn u64(&self) -> u64;

    /// That many bytes of chance.
    fn bytes(&self, count: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(count.next_multiple_of(8));
        while bytes.len() < count {
            bytes.extend_from_slice(&self.u64().to_le_bytes());
        }
        bytes.truncate(count);
        bytes
    }

    /// [`TOKEN_LETTERS`] letters of base32, fit for a link, a cookie or a file's name.
    fn token(&self) -> String {
        self.bytes(TOKEN_LETTERS)
            .iter()
            .map(|byte| char::from(ALPHABET[usize::from(byte & 31)]))
            .collect()
    }

    /// A number from 0 to one less than `bound`, all equally likely; 0 if `bound` is 0.
    fn below(&self, bound: u64) -> u64 {
        // The high half of a 128-bit product; what would lean to the low numbers is thrown again.
        // D. Lemire, ACM Trans. Model. Comput. Simul. 29 (2019), 3:1-3:12.
        if bound == 0 {
            return 0;
        }
        let uneven = bound.wrapping_neg() % bound;
        loop {
            let product = u128::from(self.u64()) * u128::from(bound);
            if product as u64 >= uneven {
                return (product >> 64) as u64;
            }
        }
    }
}

/// Chance from the operating system, fit for secrets. Drawn in blocks, for a system call per number would cost more.
#[derive(Debug, Default)]
pub struct SystemDice(Mutex<Vec<u64>>);

const BLOCK_BYTES: usize = 512;

impl Dice for SystemDice {
    #[expect(
        clippy::expect_used,
        reason = "without chance nothing here is safe, and no caller could go on"
    )]
    fn u64(&self) -> u64 {
        let mut block = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(number) = block.pop() {
            return number;
        }
        let mut bytes = [0; BLOCK_BYTES];
        getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
        block.extend(
            bytes
                .chunks_exact(8)
                .map(|eight| eight.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte))),
        );
        block.pop().unwrap_or_default()
    }
}

/// The same numbers after the same seed: for tests and demonstrations, never for secrets.
#[derive(Debug)]
pub struct SeededDice(AtomicU64);

impl SeededDice {
    /// Dice that begin at that seed.
    pub fn new(seed: u64) -> SeededDice {
        SeededDice(AtomicU64::new(seed))
    }
}

impl Dice for SeededDice {
    fn u64(&self) -> u64 {
        // SplitMix64: G. Steele, D. Lea, C. Flood, OOPSLA 2014, 453-472.
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut number = self.0.fetch_add(STEP, Ordering::SeqCst).wrapping_add(STEP);
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^ (number >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeded_dice_repeat_and_system_dice_do_not() {
        let draw = |dice: &dyn Dice| (0..100).map(|_| dice.u64()).collect::<Vec<_>>();
        assert_eq!(draw(&SeededDice::new(7)), draw(&SeededDice::new(7)));
        assert_ne!(draw(&SeededDice::new(7)), draw(&SeededDice::new(8)));
        assert_ne!(draw(&SystemDice::default()), draw(&SystemDice::default()));
    }

    #[test]
    fn numbers_stay_below_and_reach_everywhere() {
        let dice = SeededDice::new(1);
        let mut seen = [0; 6];
        for _ in 0..6_000 {
            seen[dice.below(6) as usize] += 1;
        }
        assert!(seen.iter().all(|&count| (850..1_150).contains(&count)), "{seen:?}");
        assert_eq!((dice.below(0), dice.below(1)), (0, 0));
    }

    #[test]
    fn a_token_is_26_letters_of_base32() {
        let token = SystemDice::default().token();
        assert_eq!(token.len(), TOKEN_LETTERS);
        assert!(token.bytes().all(|letter| ALPHABET.contains(&letter)));
        assert_eq!(SeededDice::new(3).bytes(5).len(), 5);
    }
}

//! Passwords: what is accepted as one, and how it is kept.
//!
//! Argon2id, version 0x13, with the second set that RFC 9106 (section 4) recommends, for memory that is not
//! to be had by the gigabyte: 3 passes, 4 lanes, 64 MiB, a salt of 128 bits and a tag of 256.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::anyhow;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use platform::dice::Dice;
use platform::failure::Failure;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Fewest characters of a password (NIST SP 800-63B, 5.1.1.2).
pub const CHARACTERS_MIN: usize = 8;
/// Most bytes of a password, so that nobody can make the hash read for long.
pub const BYTES_MAX: usize = 1024;
/// Hashes at once; each takes 64 MiB while it runs.
const AT_ONCE_MAX: usize = 2;
/// How long a sign-in waits for its turn before it is told to come back.
const TURN_WAIT_S: u64 = 10;
const SALT_BYTES: usize = 16;

/// How much work a hash costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    /// As RFC 9106 recommends; what the server uses.
    Rfc9106,
    /// Next to nothing: for tests that sign in hundreds of times, and nothing else.
    Test,
}

impl Strength {
    const fn costs(self) -> (u32, u32, u32) {
        match self {
            Strength::Rfc9106 => (64 * 1024, 3, 4),
            Strength::Test => (Params::MIN_M_COST, 1, 1),
        }
    }

    /// A hash of nothing anybody knows, which takes as long to check as any other.
    fn decoy(self) -> String {
        let (memory_kib, passes, lanes) = self.costs();
        let (salt, tag) = ("A".repeat(22), "A".repeat(43));
        format!("$argon2id$v=19$m={memory_kib},t={passes},p={lanes}${salt}${tag}")
    }

    fn argon2(self) -> Result<Argon2<'static>, Failure> {
        let (memory_kib, passes, lanes) = self.costs();
        let params = Params::new(memory_kib, passes, lanes, None)
            .map_err(|error| anyhow!("parameters of the password hash: {error}"))?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }
}

/// Makes and checks hashes of passwords, a few at a time, away from the threads that answer requests. A part
/// of the `App`, since the limit holds for the whole process.
pub struct Passwords {
    strength: Strength,
    turns: Arc<Semaphore>,
    /// How many hashes were computed.
    hashes: AtomicU64,
    /// What is checked for an unknown address, to spend the same time on it.
    decoy: String,
}

impl Passwords {
    /// Hashes of that strength.
    pub fn new(strength: Strength) -> Passwords {
        Passwords {
            strength,
            turns: Arc::new(Semaphore::new(AT_ONCE_MAX)),
            hashes: AtomicU64::new(0),
            decoy: strength.decoy(),
        }
    }

    /// How many hashes were computed so far: by their difference a test counts the work of a verb.
    #[cfg(test)]
    pub(crate) fn hashes(&self) -> u64 {
        self.hashes.load(Ordering::Relaxed)
    }

    /// The hash to keep, in the PHC string form.
    ///
    /// # Errors
    /// `Busy` if too many wait already.
    pub async fn hash(&self, password: String, dice: &dyn Dice) -> Result<String, Failure> {
        let salt = dice.bytes(SALT_BYTES);
        let strength = self.strength;
        self.in_turn(move || hash(strength, &password, &salt)).await
    }

    /// Whether the password is the one that was hashed. Without a hash it is not, after the same work.
    ///
    /// # Errors
    /// `Busy` if too many wait already, `Broken` if what is stored is no hash.
    pub async fn matches(&self, password: String, kept: Option<String>) -> Result<bool, Failure> {
        let strength = self.strength;
        let is_known = kept.is_some();
        let against = kept.unwrap_or_else(|| self.decoy.clone());
        let is_right = self.in_turn(move || verify(strength, &password, &against)).await?;
        Ok(is_known && is_right)
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let wait = Duration::from_secs(TURN_WAIT_S);
        let turn = tokio::time::timeout(wait, Arc::clone(&self.turns).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(Failure::Busy { retry_after_s: 30 }) };
        self.hashes.fetch_add(1, Ordering::Relaxed);
        spawn_blocking(move || {
            let _held_until_done = turn;
            work()
        })
        .await
        .map_err(|error| anyhow!("the thread that hashes a password: {error}"))?
    }
}

fn hash(strength: Strength, password: &str, salt: &[u8]) -> Result<String, Failure> {
    let kept: PasswordHash = strength
        .argon2()?
        .hash_password_with_salt(password.as_bytes(), salt)
        .map_err(|error| anyhow!("hash a password: {error}"))?;
    Ok(kept.to_string())
}

/// The parameters are those written in the hash, so that older hashes go on working when ours change.
fn verify(strength: Strength, password: &str, kept: &str) -> Result<bool, Failure> {
    let kept = PasswordHash::new(kept).map_err(|error| anyhow!("read a stored hash: {error}"))?;
    match strength.argon2()?.verify_password(password.as_bytes(), &kept) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(anyhow!("check a password: {error}").into()),
    }
}

/// Words of eight letters and more that every list of leaked passwords begins with. What is a run
/// (`12345678`) or a repetition (`aaaaaaaa`) is found by rule.
const COMMON: &[&str] = &[
    "password",
    "passwort",
    "passw0rd",
    "p@ssword",
    "p@ssw0rd",
    "letmein!",
    "baseball",
    "football",
    "superman",
    "sunshine",
    "princess",
    "iloveyou",
    "starwars",
    "trustno1",
    "whatever",
    "computer",
    "michelle",
    "jennifer",
    "1q2w3e4r",
    "1qaz2wsx",
    "q1w2e3r4",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "qwerty12",
    "welcome1",
    "changeme",
    "internet",
    "asdfghjk",
    "zxcvbnm1",
    "abcd1234",
    "abc12345",
];

/// Why a password is not accepted, in words; none if it is. Long is all that is asked, but not what anybody
/// would guess first: a common word with digits behind it, a run of keys, or the address itself.
pub fn refusal(password: &str, email: &str) -> Option<String> {
    if password.chars().count() < CHARACTERS_MIN {
        return Some(format!("is too short: take {CHARACTERS_MIN} characters or more"));
    }
    if password.len() > BYTES_MAX {
        return Some(format!("is too long: {BYTES_MAX} bytes at most"));
    }
    let plain = password.to_lowercase();
    let stem = plain.trim_end_matches(|c: char| c.is_ascii_digit() || c.is_ascii_punctuation());
    let name = email.split('@').next().unwrap_or_default().to_lowercase();
    let is_name = !name.is_empty() && (stem == name || plain == email.to_lowercase());
    if is_name || is_run(&plain) || COMMON.iter().any(|word| *word == plain || *word == stem) {
        return Some("is one of the first that anybody would try: take another".to_owned());
    }
    None
}

/// Whether each character is the one before it, or the next or the previous in the alphabet.
fn is_run(text: &str) -> bool {
    let codes: Vec<i64> = text.chars().map(|c| i64::from(u32::from(c))).collect();
    [-1, 0, 1].into_iter().any(|step| codes.windows(2).all(|pair| pair[1] - pair[0] == step))
        || ["1234567890", "0987654321"].iter().any(|run| run.repeat(2).contains(text))
}

#[cfg(test)]
mod tests {
    use platform::dice::SeededDice;

    use super::*;

    #[test]
    fn a_password_is_long_and_not_the_first_to_be_tried() {
        for (password, is_accepted) in [
            ("correct horse", true),
            ("kxgvqpwz", true),
            ("пароль-на-век", true),
            ("short", false),
            ("password", false),
            ("Password123!", false),
            ("12345678", false),
            ("1234567890", false),
            ("abcdefgh", false),
            ("zzzzzzzz", false),
            ("mara.lind99", false),
            ("mara.lind@north.example", false),
        ] {
            let refusal = refusal(password, "mara.lind@north.example");
            assert_eq!(refusal.is_none(), is_accepted, "{password}: {refusal:?}");
        }
        assert!(refusal(&"long".repeat(300), "").is_some());
    }

    #[test]
    fn the_server_hashes_as_the_rfc_recommends() {
        let kept = hash(Strength::Rfc9106, "correct horse", &[7; SALT_BYTES]).unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=65536,t=3,p=4$"), "{kept}");
        assert!(verify(Strength::Test, "correct horse", &kept).unwrap(), "its own parameters hold");
        assert!(!verify(Strength::Rfc9106, "correct horses", &kept).unwrap());
    }

    #[test]
    fn the_decoy_costs_what_a_hash_costs() {
        let kept = hash(Strength::Rfc9106, "correct horse", &[7; SALT_BYTES]).unwrap();
        let costs = |phc: &str| phc.split('$').nth(3).unwrap().to_owned();
        let decoy = Strength::Rfc9106.decoy();
        assert_eq!((costs(&kept), kept.len()), (costs(&decoy), decoy.len()));
        assert!(!verify(Strength::Rfc9106, "", &decoy).unwrap());
    }

    #[tokio::test]
    async fn nothing_matches_where_nothing_is_kept() {
        let dice = SeededDice::new(1);
        let passwords = Passwords::new(Strength::Test);
        let kept = passwords.hash("correct horse".to_owned(), &dice).await.unwrap();
        let again = passwords.hash("correct horse".to_owned(), &dice).await.unwrap();
        assert_ne!(kept, again, "each has its own salt");
        assert!(passwords.matches("correct horse".to_owned(), Some(kept.clone())).await.unwrap());
        assert!(!passwords.matches("wrong".to_owned(), Some(kept)).await.unwrap());
        assert!(!passwords.matches("correct horse".to_owned(), None).await.unwrap());
    }
}

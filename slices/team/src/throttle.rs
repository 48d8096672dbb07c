//! The throttle of signing in: so many tries, then a pause.
//!
//! A try is counted before the password is looked at, in one statement, so that a thousand guesses at once are a
//! thousand tries. What is counted is the address *as it was typed*: whether it exists makes no difference.

use moment::{Moment, SECOND_US, Span};
use platform::db::Tx;
use platform::failure::Failure;
use sha2::{Digest, Sha256};

use crate::origin::Peer;
use crate::store;

/// The pause after too many tries; also after how much quiet a count begins anew. In minutes.
pub(crate) const PAUSE_MINUTES: i64 = 10;

/// For one address from one network. The first that anybody meets who has forgotten a password.
const PAIR_TRIES_MAX: i64 = 5;
/// For one address from everywhere. Above the first, so that a stranger elsewhere does not at once lock out its owner.
const ADDRESS_TRIES_MAX: i64 = 20;
/// From one network for all addresses: a whole office may come to work at nine.
const NETWORK_TRIES_MAX: i64 = 60;

/// What is counted for one try, the network first. Always in this order, so that two at once cannot wait for each other.
pub(crate) struct Buckets(Vec<(Vec<u8>, i64)>);

impl Buckets {
    pub(crate) fn of(email_key: &str, peer: Peer) -> Buckets {
        let network = peer.network();
        Buckets(vec![
            (bucket(format!("network {network}")), NETWORK_TRIES_MAX),
            (bucket(format!("address {email_key}")), ADDRESS_TRIES_MAX),
            (bucket(format!("pair {network} {email_key}")), PAIR_TRIES_MAX),
        ])
    }

    /// For a door where no address is said: a network's tries at it, apart from those at other doors.
    pub(crate) fn door(name: &str, peer: Peer) -> Buckets {
        let network = peer.network();
        Buckets(vec![(bucket(format!("door {name} {network}")), NETWORK_TRIES_MAX)])
    }

    /// Counts a try and says how many are left after it.
    ///
    /// # Errors
    /// `TooMany` with the seconds to wait, if there were too many before it.
    pub(crate) fn count(&self, tx: &mut Tx, now: Moment) -> Result<i64, Failure> {
        let pause = Span::minutes(PAUSE_MINUTES);
        let mut left = i64::MAX;
        let mut over_at: Option<Moment> = None;
        for (bucket, tries_max) in &self.0 {
            let (tries, since_at) =
                store::count_try(tx, bucket.clone(), now, now - pause, *tries_max)?;
            if tries > *tries_max {
                over_at = over_at.max(Some(since_at + pause));
            }
            left = left.min(tries_max - tries);
        }
        match over_at {
            Some(over_at) => Err(Failure::TooMany { retry_after_s: seconds_until(now, over_at) }),
            None => Ok(left),
        }
    }

    /// A right password ends the count for its address, and gives the network its try back.
    pub(crate) fn forgive(&self, tx: &mut Tx) -> Result<(), Failure> {
        let mut buckets = self.0.iter();
        if let Some((network, _)) = buckets.next() {
            store::give_back_try(tx, network.clone())?;
        }
        for (bucket, _) in buckets {
            store::forget_tries(tx, bucket.clone())?;
        }
        Ok(())
    }
}

pub(crate) fn bucket(name: String) -> Vec<u8> {
    Sha256::digest(name.as_bytes()).to_vec()
}

/// Removes counts that are over: nothing about a failed sign-in is kept longer than it serves.
pub(crate) fn forget_old(tx: &mut Tx, now: Moment) -> Result<(), Failure> {
    store::forget_old_tries(tx, now - Span::minutes(PAUSE_MINUTES))
}

pub(crate) fn seconds_until(now: Moment, then: Moment) -> u32 {
    u32::try_from(((then - now).0 + SECOND_US - 1) / SECOND_US).unwrap_or(1).max(1)
}

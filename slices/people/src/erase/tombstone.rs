//! What stays of somebody's keys: a keyed hash, HMAC with SHA-256 (RFC 2104) under a secret of the workspace.
//!
//! **Promise:** whoever has the database and not the secret learns nothing from it, and whoever has both learns whether
//! an address that they know already was erased.

use std::collections::HashMap;

use moment::Moment;
use platform::args;
use platform::db::{Arg, Sql, Tx, sql};
use platform::failure::Failure;
use platform::settings;
use sha2::{Digest, Sha256};

use crate::create::Key;

/// The setting that holds the secret; it leaves with the workspace.
pub const SECRET: &str = "erased.secret";

const PUT: Sql = sql("insert into erased_key (digest, erased_at) values ($1, $2)
     on conflict (digest) do update set erased_at = excluded.erased_at");
const AMONG: Sql = sql("select digest, erased_at from erased_key where digest in ({list})");
const LIFT: Sql = sql("delete from erased_key where digest in ({list})");
const COUNT: Sql = sql("select count(*) from erased_key");

pub(crate) const ALL: &[Sql] = &[PUT, AMONG, LIFT, COUNT];

/// Keeps the hashes of these keys; `fresh` becomes the secret if there is none yet.
pub(super) fn put(tx: &mut Tx, fresh: &str, keys: &[Key], now: Moment) -> Result<(), Failure> {
    let secret = settings::save_first(tx, SECRET, fresh)?;
    let rows = keys.iter().map(|key| args![digest(&secret, key), now].to_vec()).collect();
    tx.bulk(PUT, rows)?;
    Ok(())
}

/// Which of these keys named somebody who was erased, and when; nobody while nobody ever was.
///
/// # Errors
/// `Broken` when the database fails.
pub fn erased<'a>(
    tx: &mut Tx,
    keys: impl Iterator<Item = &'a Key>,
) -> Result<HashMap<&'a Key, Moment>, Failure> {
    let mut keys = keys.peekable();
    if keys.peek().is_none() {
        return Ok(HashMap::new());
    }
    let Some(secret) = settings::find(tx, SECRET)? else { return Ok(HashMap::new()) };
    let mut by_digest: HashMap<String, &'a Key> = HashMap::new();
    by_digest.extend(keys.map(|key| (digest(&secret, key), key)));
    let digests: Vec<Arg> = by_digest.keys().map(|digest| Arg::from(digest.as_str())).collect();
    let mut found = HashMap::new();
    tx.each_in(AMONG, &[], &digests, |row| {
        found.extend(by_digest.get(row.text(0)).map(|key| (*key, row.moment(1))));
        Ok(())
    })?;
    Ok(found)
}

/// Forgets that these keys were erased: they are back, on purpose.
///
/// # Errors
/// `Broken` when the database fails.
pub fn lift(tx: &mut Tx, keys: &[&Key]) -> Result<(), Failure> {
    if keys.is_empty() {
        return Ok(());
    }
    let Some(secret) = settings::find(tx, SECRET)? else { return Ok(()) };
    let digests: Vec<Arg> = keys.iter().map(|key| Arg::from(digest(&secret, key))).collect();
    tx.execute_in(LIFT, &[], &digests)?;
    Ok(())
}

/// How many keys cannot come back without notice.
///
/// # Errors
/// `Broken` when the database fails.
pub fn count(tx: &mut Tx) -> Result<u64, Failure> {
    Ok(tx.row(COUNT, args![])?.map_or(0, |row| row.int(0).unsigned_abs()))
}

fn digest(secret: &str, (kind, value): &Key) -> String {
    let mac = hmac(secret.as_bytes(), format!("{kind}\u{1f}{value}").as_bytes());
    mac.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// HMAC-SHA256 with a key of at most a block, as every secret of ours is.
fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    const BLOCK: usize = 64;
    let mut block = [0_u8; BLOCK];
    for (place, byte) in block.iter_mut().zip(key) {
        *place = *byte;
    }
    let inner = Sha256::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(text);
    let outer = Sha256::new().chain_update(block.map(|byte| byte ^ 0x5c));
    outer.chain_update(inner.finalize()).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_rfc_4231() {
        let hex = |mac: [u8; 32]| mac.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert_eq!(
            hex(hmac(b"Jefe", b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            hex(hmac(&[0x0b; 20], b"Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        );
    }
}

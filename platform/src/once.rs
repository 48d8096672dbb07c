//! Once: what was answered to a caller's key, so that a call that is made again is answered again and not done again.
//!
//! **Promise:** the answer is kept in the transaction that did the work, so that either both happened or neither; two
//! who show the same key at once take turns, in however many processes. **Never:** keeps an answer beyond its time.
use moment::Moment;
use sha2::{Digest, Sha256};

use crate::db::{Sql, sql};
use crate::{Failure, Tx, args};

const FIND: Sql =
    sql("select asked, answer from once where scope = $1 and name = $2 and expires_at > $3");
const KEEP: Sql =
    sql("insert into once (scope, name, asked, answer, expires_at) values ($1, $2, $3, $4, $5)
     on conflict (scope, name) do update set asked = excluded.asked, answer = excluded.answer,
        expires_at = excluded.expires_at");
const FORGET: Sql = sql("delete from once where expires_at <= $1");
pub(crate) const ALL: &[Sql] = &[FIND, KEEP, FORGET];

/// A key, and what is asked under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    /// Whose key it is: others may use the same.
    pub scope: i64,
    /// The key.
    pub name: String,
    /// What is asked; the sum of it is kept, so that something else under the same key is noticed.
    pub asked: Vec<u8>,
}

/// What a key was used for before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Before {
    /// For nothing.
    Nothing,
    /// For the same: what was answered.
    Same(String),
    /// For something else.
    Other,
}

impl Once {
    /// A key with the sum of all that is asked under it.
    pub fn new(scope: i64, name: &str, asked: &[&[u8]]) -> Once {
        let mut sum = Sha256::new();
        for part in asked {
            sum.update(part.len().to_be_bytes());
            sum.update(part);
        }
        Once { scope, name: name.to_owned(), asked: sum.finalize().to_vec() }
    }

    /// What the key was used for. Whoever shows it meanwhile waits until this transaction has ended.
    ///
    /// # Errors
    /// As [`Tx::row`].
    pub fn before(&self, tx: &mut Tx, now: Moment) -> Result<Before, Failure> {
        tx.lock("once", &[self.number()])?;
        let found = tx.row(FIND, args![self.scope, self.name.as_str(), now])?;
        Ok(match found {
            None => Before::Nothing,
            Some(row) if row.blob(0) == self.asked => Before::Same(row.text(1).to_owned()),
            Some(_) => Before::Other,
        })
    }

    /// Keeps the answer until a moment, and lets go of what has had its time.
    ///
    /// # Errors
    /// As [`Tx::row`].
    pub fn keep(
        &self,
        tx: &mut Tx,
        answer: &str,
        now: Moment,
        until: Moment,
    ) -> Result<(), Failure> {
        tx.execute(FORGET, args![now])?;
        let args = args![self.scope, self.name.as_str(), self.asked.as_slice(), answer, until];
        tx.execute(KEEP, args).map(drop)
    }

    /// A number for the pair of scope and key.
    fn number(&self) -> i64 {
        let sum = Sha256::new().chain_update(self.scope.to_be_bytes()).chain_update(&self.name);
        let first =
            sum.finalize().iter().take(8).fold(0_u64, |all, byte| (all << 8) | u64::from(*byte));
        first.cast_signed()
    }
}

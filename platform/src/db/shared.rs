//! What all connections of a database have in common.
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use tokio::sync::Notify;

use super::figures::Figures;
use super::postgres::Session;
use crate::Failure;
use crate::live::Hub;
use crate::public_id::PublicIds;

/// Parts by their type: what the program was assembled from.
#[derive(Default)]
pub(crate) struct Parts(RwLock<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>);

impl Parts {
    pub(crate) fn put<T: Any + Send + Sync>(&self, part: Arc<T>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(TypeId::of::<T>(), part);
    }

    pub(crate) fn find<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        let parts = self.0.read().unwrap_or_else(PoisonError::into_inner);
        parts.get(&TypeId::of::<T>()).and_then(|part| Arc::clone(part).downcast::<T>().ok())
    }

    pub(crate) fn load<T: Any + Send + Sync>(&self) -> Arc<T> {
        match self.find() {
            Some(part) => part,
            None => panic!("the program was assembled without its {}", std::any::type_name::<T>()),
        }
    }
}

/// Ids taken from the table in blocks; what a process does not use of its last block is never used.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct IdBlock {
    next: i64,
    end: i64,
}

/// Ids that a process takes from the table at once.
pub const ID_BLOCK: i64 = 1_024;

impl IdBlock {
    /// The first of `count` ids; `reserve` takes that many from the table and gives the first.
    pub(crate) fn take<E>(
        &mut self,
        count: u32,
        reserve: impl FnOnce(i64) -> Result<i64, E>,
    ) -> Result<i64, E> {
        let count = i64::from(count);
        if count > self.end - self.next {
            if count >= ID_BLOCK {
                return reserve(count);
            }
            let first = reserve(ID_BLOCK)?;
            *self = IdBlock { next: first, end: first + ID_BLOCK };
        }
        let first = self.next;
        self.next += count;
        Ok(first)
    }
}

#[derive(Default)]
pub(crate) struct Shared {
    pub(crate) parts: Parts,
    pub(crate) wake: Notify,
    pub(crate) figures: Figures,
    /// Whoever has a page open.
    pub(crate) live: Arc<Hub>,
    pub(crate) public_ids: OnceLock<PublicIds>,
    /// PostgreSQL only: ids come over a connection of their own, so that they are committed before they are used.
    pub(crate) ids: Option<Mutex<(Session, IdBlock)>>,
}

impl Shared {
    pub(crate) fn public_ids(&self) -> PublicIds {
        *self.public_ids.get_or_init(PublicIds::default)
    }

    pub(crate) fn ids(&self, count: u32) -> Result<i64, Failure> {
        let Some(ids) = &self.ids else { return Err(Failure::broken("ids have no connection")) };
        let mut ids = ids.lock().unwrap_or_else(PoisonError::into_inner);
        let (session, block) = &mut *ids;
        block.take(count, |size| session.reserve_ids(size)).map_err(Failure::from)
    }
}

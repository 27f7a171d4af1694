//! How far the gateway may read ahead of its clients: so much per answer, so much for all of them together.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Permits are counted in this unit, since a semaphore's numbers are small.
const UNIT_BYTES: usize = 1024;
/// What an answer may hold even when the common budget is used up, so that none starves.
const FLOOR_BYTES: usize = 64 * 1024;

/// The budget of all answers together.
#[derive(Debug)]
pub struct Budget {
    common: Arc<Semaphore>,
}

impl Budget {
    /// A budget of so many bytes.
    pub fn new(bytes: usize) -> Budget {
        Budget { common: Arc::new(Semaphore::new(bytes.div_ceil(UNIT_BYTES).min(Semaphore::MAX_PERMITS))) }
    }

    /// The share of one answer, at most so many bytes of which are held at a time.
    pub fn share(&self, bytes_max: usize) -> Share {
        let units = bytes_max.max(FLOOR_BYTES).div_ceil(UNIT_BYTES).min(Semaphore::MAX_PERMITS);
        Share { common: self.common.clone(), own: Arc::new(Semaphore::new(units)), units }
    }

    /// Bytes that are free now.
    pub fn free_bytes(&self) -> usize {
        self.common.available_permits() * UNIT_BYTES
    }
}

/// One answer's share.
#[derive(Debug)]
pub struct Share {
    common: Arc<Semaphore>,
    own: Arc<Semaphore>,
    units: usize,
}

impl Share {
    /// Waits until the chunk may be held, and ties the permits to its life.
    pub async fn hold(&self, chunk: Vec<u8>) -> Bytes {
        let units = self.units_of(chunk.len());
        let own = self.own.clone().acquire_many_owned(units).await.ok();
        let held = self.units - self.own.available_permits();
        let common = if held <= FLOOR_BYTES / UNIT_BYTES {
            self.common.clone().try_acquire_many_owned(units).ok()
        } else {
            self.common.clone().acquire_many_owned(units).await.ok()
        };
        Bytes::from_owner(Held { chunk, _own: own, _common: common })
    }

    /// Takes permits of the common budget for bytes that are kept back; `None` when it is used up.
    pub fn keep(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        self.common.clone().try_acquire_many_owned(self.units_of(bytes)).ok()
    }

    fn units_of(&self, bytes: usize) -> u32 {
        bytes.div_ceil(UNIT_BYTES).clamp(1, self.units) as u32
    }
}

/// A chunk with its permits: both go when the last reader of the bytes does.
struct Held {
    chunk: Vec<u8>,
    _own: Option<OwnedSemaphorePermit>,
    _common: Option<OwnedSemaphorePermit>,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.chunk
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use futures_util::FutureExt;

    #[tokio::test]
    async fn an_answer_holds_no_more_than_its_share() {
        let budget = Budget::new(1024 * 1024);
        let share = budget.share(128 * 1024);
        let first = share.hold(vec![0; 100 * 1024]).await;
        assert!(share.hold(vec![0; 100 * 1024]).now_or_never().is_none());
        drop(first);
        assert!(share.hold(vec![0; 100 * 1024]).now_or_never().is_some());
    }

    #[tokio::test]
    async fn all_answers_together_hold_no_more_than_the_budget_but_none_starves() {
        let budget = Budget::new(256 * 1024);
        let share = budget.share(1024 * 1024);
        let held = share.hold(vec![0; 256 * 1024]).await;
        assert_eq!(budget.free_bytes(), 0);
        let other = budget.share(1024 * 1024);
        let small = other.hold(vec![0; 32 * 1024]).now_or_never().unwrap();
        assert!(other.hold(vec![0; 64 * 1024]).now_or_never().is_none());
        drop((held, small));
        assert_eq!(budget.free_bytes(), 256 * 1024);
    }
}

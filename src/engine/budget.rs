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
        let common = match self.common.clone().try_acquire_many_owned(units) {
            Ok(permits) => Some(permits),
            Err(_) => self.room_or_floor(units).await,
        };
        Bytes::from_owner(Held { chunk, _own: own, _common: common })
    }

    /// Waits for the common budget, but only until the client has taken what is above the floor: whoever reads holds a
    /// connection, and those who hold the budget may be waiting for one.
    async fn room_or_floor(&self, units: u32) -> Option<OwnedSemaphorePermit> {
        let floor = (FLOOR_BYTES / UNIT_BYTES).max(units as usize);
        let above = u32::try_from(self.units.saturating_sub(floor)).unwrap_or(u32::MAX);
        tokio::select! {
            biased;
            permits = self.common.clone().acquire_many_owned(units) => permits.ok(),
            _ = self.own.acquire_many(above) => None,
        }
    }

    /// Takes permits of the common budget for bytes that are kept back; `None` when it is used up.
    pub fn keep(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        self.common.clone().try_acquire_many_owned(self.units_of(bytes)).ok()
    }

    fn units_of(&self, bytes: usize) -> u32 {
        bytes.div_ceil(UNIT_BYTES).clamp(1, self.units) as u32
    }
}

/// Bytes kept back until it is known how they may leave, with their permits of the common budget.
#[derive(Debug, Default)]
pub struct Kept {
    bytes: Vec<u8>,
    permits: Option<OwnedSemaphorePermit>,
}

impl Kept {
    /// Keeps a chunk; false when the common budget has no room for it.
    pub fn push(&mut self, chunk: Vec<u8>, share: &Share) -> bool {
        let permits = share.keep(chunk.len());
        if self.bytes.is_empty() {
            self.bytes = chunk;
        } else {
            self.bytes.extend_from_slice(&chunk);
        }
        let Some(permits) = permits else { return false };
        match &mut self.permits {
            Some(held) => held.merge(permits),
            none => *none = Some(permits),
        }
        true
    }

    /// The bytes between a head and a tail; the permits stay with them until the client has taken them.
    pub fn between(self, mut head: Vec<u8>, tail: &[u8]) -> Bytes {
        head.reserve_exact(self.bytes.len() + tail.len());
        head.extend_from_slice(&self.bytes);
        head.extend_from_slice(tail);
        Bytes::from_owner(Held { chunk: head, _own: None, _common: self.permits })
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

    #[tokio::test]
    async fn who_waits_for_the_common_budget_goes_on_when_its_client_has_taken_everything() {
        let budget = Budget::new(64 * 1024);
        let other = budget.share(1024 * 1024);
        let first = other.hold(vec![0; 64 * 1024]).await;
        let greedy = budget.share(1024 * 1024);
        let mine = greedy.hold(vec![0; 64 * 1024]).await;
        let mut next = Box::pin(greedy.hold(vec![0; 64 * 1024]));
        assert!((&mut next).now_or_never().is_none());
        drop(mine);
        assert!((&mut next).now_or_never().is_some(), "without a byte of the common budget");
        drop(first);
    }

    #[tokio::test]
    async fn a_chunk_larger_than_every_budget_still_passes() {
        let budget = Budget::new(16 * 1024);
        let share = budget.share(16 * 1024);
        assert!(share.hold(vec![0; 5 << 20]).now_or_never().is_some());
    }

    #[tokio::test]
    async fn what_is_kept_counts_until_the_client_has_taken_it() {
        let budget = Budget::new(64 * 1024);
        let share = budget.share(1024 * 1024);
        let mut kept = Kept::default();
        assert!(kept.push(vec![1; 32 * 1024], &share) && kept.push(vec![2; 32 * 1024], &share));
        assert!(!kept.push(vec![3; 32 * 1024], &share), "no room");
        let body = kept.between(b"[".to_vec(), b"]");
        assert_eq!((body.len(), body[0], body[body.len() - 1]), (96 * 1024 + 2, b'[', b']'));
        assert_eq!(budget.free_bytes(), 0);
        drop(body);
        assert_eq!(budget.free_bytes(), 64 * 1024);
    }
}

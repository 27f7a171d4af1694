//! Two lanes per source, each with its own permits and its own bounded queue, so that slow searches cannot keep a
//! record page waiting.
//!
//! Knows nothing of connections: a permit is the right to hold one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use contract::Lane;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use super::after;

/// The lanes of one source.
pub(super) struct Lanes {
    keyed: Gate,
    scan: Gate,
    /// Permits kept for the connection that cancels, until it is known whether the driver needs one.
    held_back: AtomicUsize,
}

/// Why no permit was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// As many wait already as may.
    Full,
    /// Waited as long as the source allows.
    Waited,
    /// The request's own deadline passed first.
    Deadline,
    /// The source is shut.
    Shut,
}

impl Lanes {
    /// Splits `connections_max` into lanes; see [`split`].
    pub fn new(
        connections_max: usize,
        scan_connections_max: usize,
        queue_max: usize,
        queue_wait_max: Duration,
    ) -> Lanes {
        let parts = split(connections_max, scan_connections_max);
        Lanes {
            keyed: Gate::new(parts.keyed, queue_max, queue_wait_max),
            scan: Gate::new(parts.scan, queue_max, queue_wait_max),
            held_back: AtomicUsize::new(parts.held_back),
        }
    }

    /// The gate of a lane.
    pub fn gate(&self, lane: Lane) -> &Gate {
        match lane {
            Lane::Keyed => &self.keyed,
            Lane::Scan => &self.scan,
        }
    }

    /// The first connection has told whether its driver cancels through a second one. If not, the permit held back
    /// for that goes to the keyed lane.
    pub fn learn(&self, needs_side: bool) {
        let held_back = self.held_back.swap(0, Ordering::Relaxed);
        if !needs_side && held_back > 0 {
            self.keyed.size.fetch_add(held_back, Ordering::Relaxed);
            self.keyed.permits.add_permits(held_back);
        }
    }

    /// Gives no more permits; those given stay good.
    pub fn shut(&self) {
        self.keyed.permits.close();
        self.scan.permits.close();
    }
}

/// How many connections each lane has.
#[derive(Debug, PartialEq, Eq)]
struct Parts {
    keyed: usize,
    scan: usize,
    held_back: usize,
}

/// Keyed gets what scans and the connection kept for cancelling leave. Each lane has at least one connection, so a
/// source set to 1 opens up to 2, and below 3 the connection for cancelling comes on top.
fn split(connections_max: usize, scan_connections_max: usize) -> Parts {
    let total = connections_max.clamp(2, Semaphore::MAX_PERMITS);
    let held_back = usize::from(total > 2);
    let scan = scan_connections_max.clamp(1, total - 1 - held_back);
    Parts { keyed: total - scan - held_back, scan, held_back }
}

/// One lane's permits and queue.
pub(super) struct Gate {
    permits: Arc<Semaphore>,
    size: AtomicUsize,
    waiting: AtomicUsize,
    queue_max: usize,
    queue_wait_max: Duration,
}

impl Gate {
    fn new(size: usize, queue_max: usize, queue_wait_max: Duration) -> Gate {
        Gate {
            permits: Arc::new(Semaphore::new(size)),
            size: AtomicUsize::new(size),
            waiting: AtomicUsize::new(0),
            queue_max,
            queue_wait_max,
        }
    }

    /// A permit if one is free now. Never passes those who wait: a freed permit goes straight to the first of them.
    pub fn try_enter(&self) -> Option<OwnedSemaphorePermit> {
        self.permits.clone().try_acquire_owned().ok()
    }

    /// A permit, after a wait in arrival order if need be.
    pub async fn enter(&self, deadline: Instant) -> Result<OwnedSemaphorePermit, Refused> {
        if let Some(permit) = self.try_enter() {
            return Ok(permit);
        }
        let _place = Place::take(self)?;
        let patience = after(Instant::now(), self.queue_wait_max);
        match timeout_at(patience.min(deadline), self.permits.clone().acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) => Err(Refused::Shut),
            Err(_) if deadline <= patience => Err(Refused::Deadline),
            Err(_) => Err(Refused::Waited),
        }
    }

    /// Permits free now.
    pub fn free(&self) -> usize {
        self.permits.available_permits()
    }

    /// Permits in all.
    pub fn size(&self) -> usize {
        self.size.load(Ordering::Relaxed)
    }

    /// Requests that wait now.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }
}

/// One place in the queue; dropping it, in whatever way the wait ends, frees it.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(gate: &'a Gate) -> Result<Place<'a>, Refused> {
        if gate.permits.is_closed() {
            return Err(Refused::Shut);
        }
        gate.waiting
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |waiting| {
                (waiting < gate.queue_max).then_some(waiting + 1)
            })
            .map(|_| Place(&gate.waiting))
            .map_err(|_| Refused::Full)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_add_up_to_the_budget_and_never_starve() {
        assert_eq!(split(8, 3), Parts { keyed: 4, scan: 3, held_back: 1 });
        assert_eq!(split(3, 9), Parts { keyed: 1, scan: 1, held_back: 1 });
        assert_eq!(split(2, 1), Parts { keyed: 1, scan: 1, held_back: 0 });
        assert_eq!(split(1, 0), Parts { keyed: 1, scan: 1, held_back: 0 });
        assert_eq!(split(0, 0), Parts { keyed: 1, scan: 1, held_back: 0 });
        for total in 2..40 {
            for scan in 0..40 {
                let parts = split(total, scan);
                assert_eq!(parts.keyed + parts.scan + parts.held_back, total);
                assert!(parts.keyed > 0 && parts.scan > 0);
            }
        }
    }

    #[test]
    fn a_driver_that_cancels_alone_gives_its_permit_to_the_keyed_lane_once() {
        let lanes = Lanes::new(8, 3, 1, Duration::ZERO);
        lanes.learn(false);
        lanes.learn(false);
        assert_eq!((lanes.gate(Lane::Keyed).free(), lanes.gate(Lane::Scan).free()), (5, 3));
        let lanes = Lanes::new(8, 3, 1, Duration::ZERO);
        lanes.learn(true);
        lanes.learn(false);
        assert_eq!(lanes.gate(Lane::Keyed).free(), 4);
    }
}

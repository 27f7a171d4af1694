//! The connections of one source that nobody holds, per lane, youngest use first.
//!
//! Pure bookkeeping behind a lock: it opens and closes nothing, pings nothing, and knows nothing of permits.

use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use contract::{Connection, Lane, Session};
use tokio::time::Instant;

/// How long a connection may live, and how long it may lie unused.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ages {
    /// Since it was opened.
    pub life_max: Duration,
    /// Since it was last used.
    pub idle_max: Duration,
}

impl Ages {
    /// Whether a connection is past either.
    pub fn passed(&self, created: Instant, used: Instant, now: Instant) -> bool {
        now.duration_since(created) >= self.life_max || now.duration_since(used) >= self.idle_max
    }
}

/// A connection at rest.
pub(super) struct Idle {
    /// The connection.
    pub connection: Box<dyn Connection>,
    /// When it was opened.
    pub created: Instant,
    /// When it was given back.
    pub used: Instant,
    /// What its database session was told of the caller.
    pub session: Session,
}

/// What [`Pool::take`] found.
pub(super) struct Taken {
    /// A connection ready for use.
    pub found: Option<Idle>,
    /// Connections that must be closed: too old, or in the way of a new one.
    pub gone: Vec<Box<dyn Connection>>,
}

/// Idle connections of both lanes.
pub(super) struct Pool {
    ages: Ages,
    keyed: Mutex<Shelf>,
    scan: Mutex<Shelf>,
}

#[derive(Default)]
struct Shelf {
    idle: Vec<Idle>,
    shut: bool,
}

impl Pool {
    /// An empty pool.
    pub fn new(ages: Ages) -> Pool {
        Pool { ages, keyed: Mutex::default(), scan: Mutex::default() }
    }

    /// The connection of this session that was used last. When there is none the caller will open one, so no more
    /// than `room` others may stay: connections of other sessions make place, oldest use first.
    pub fn take(&self, lane: Lane, session: &Session, room: usize, now: Instant) -> Taken {
        let mut shelf = self.shelf(lane);
        let mut gone = shelf.expired(&self.ages, now);
        let found = shelf.idle.iter().rposition(|idle| idle.session == *session).map(|at| shelf.idle.remove(at));
        if found.is_none() {
            let surplus = shelf.idle.len().saturating_sub(room);
            gone.extend(shelf.idle.drain(..surplus).map(|idle| idle.connection));
        }
        Taken { found, gone }
    }

    /// Takes a connection back, or returns it when it has to be closed instead.
    pub fn give(&self, lane: Lane, idle: Idle) -> Option<Box<dyn Connection>> {
        let mut shelf = self.shelf(lane);
        if shelf.shut || self.ages.passed(idle.created, idle.used, idle.used) {
            return Some(idle.connection);
        }
        shelf.idle.push(idle);
        None
    }

    /// Removes what is too old.
    pub fn sweep(&self, now: Instant) -> Vec<Box<dyn Connection>> {
        let mut gone = self.shelf(Lane::Keyed).expired(&self.ages, now);
        gone.extend(self.shelf(Lane::Scan).expired(&self.ages, now));
        gone
    }

    /// Removes everything, and takes nothing back from now on.
    pub fn shut(&self) -> Vec<Box<dyn Connection>> {
        let mut gone = Vec::new();
        for lane in [Lane::Keyed, Lane::Scan] {
            let mut shelf = self.shelf(lane);
            shelf.shut = true;
            gone.extend(mem::take(&mut shelf.idle).into_iter().map(|idle| idle.connection));
        }
        gone
    }

    /// Idle connections of a lane.
    pub fn len(&self, lane: Lane) -> usize {
        self.shelf(lane).idle.len()
    }

    fn shelf(&self, lane: Lane) -> MutexGuard<'_, Shelf> {
        let shelf = match lane {
            Lane::Keyed => &self.keyed,
            Lane::Scan => &self.scan,
        };
        // Nothing that can panic runs under the lock, and a list of connections is never half changed.
        shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf {
    fn expired(&mut self, ages: &Ages, now: Instant) -> Vec<Box<dyn Connection>> {
        self.idle.extract_if(.., |idle| ages.passed(idle.created, idle.used, now)).map(|idle| idle.connection).collect()
    }
}

//! The one connection of a source that is kept for cancelling: opened when first needed, reopened when broken or
//! old, used by one cancel at a time.
//!
//! Decides nothing: whoever calls still holds the connection whose statement is to stop.

use std::time::Duration;

use contract::{Adapter, AdapterError, Cancel, Connection};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::pool::Ages;
use super::unusable;

/// A kept connection that has not answered for so long is taken for dead, and a new one is opened.
const KEPT_ANSWER_MAX: Duration = Duration::from_secs(2);

/// Whether a cancel may still be under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    /// No: the server has answered it, or was never asked.
    Settled,
    /// Perhaps: the cancelled connection must not serve again, or a late cancel could hit its next statement.
    Unsure,
}

/// How a cancel went.
#[derive(Debug)]
pub(super) struct Outcome {
    /// Whether it may still be under way.
    pub sent: Sent,
    /// Why it failed.
    pub error: Option<AdapterError>,
}

impl Outcome {
    fn of(before: Sent, told: Result<(), AdapterError>) -> Outcome {
        let error = told.err();
        let sent = if error.as_ref().is_some_and(unusable) { Sent::Unsure } else { before };
        Outcome { sent, error }
    }
}

/// The side connection.
pub(super) struct Side {
    ages: Ages,
    usable: bool,
    kept: Mutex<Option<Kept>>,
}

struct Kept {
    connection: Box<dyn Connection>,
    created: Instant,
    used: Instant,
}

impl Side {
    /// None yet. `usable` is false where a pooler stands between, behind which nobody can be told by number.
    pub fn new(ages: Ages, usable: bool) -> Side {
        Side { ages, usable, kept: Mutex::new(None) }
    }

    /// Whether this target is told through the side connection.
    pub fn serves(&self, target: &dyn Cancel) -> bool {
        self.usable && target.needs_side()
    }

    /// Stops what `target` runs. The caller bounds the time; when it gives up half-way the side connection is
    /// dropped, since its state is unknown.
    pub async fn cancel(&self, adapter: &dyn Adapter, target: &dyn Cancel) -> Outcome {
        if !self.serves(target) {
            return Outcome::of(Sent::Settled, target.cancel(None).await);
        }
        let mut slot = self.kept.lock().await;
        let now = Instant::now();
        let mut before = Sent::Settled;
        if let Some(mut kept) = slot.take().filter(|kept| !self.ages.passed(kept.created, kept.used, now)) {
            match timeout(KEPT_ANSWER_MAX, target.cancel(Some(&mut kept.connection))).await {
                Ok(told) if told.as_ref().err().is_none_or(|error| !unusable(error)) => {
                    kept.used = Instant::now();
                    *slot = Some(kept);
                    return Outcome::of(before, told);
                }
                _ => before = Sent::Unsure,
            }
        }
        let connection = match adapter.connect().await {
            Ok(connection) => connection,
            Err(error) => return Outcome { sent: before, error: Some(error) },
        };
        let created = Instant::now();
        let mut kept = Kept { connection, created, used: created };
        let outcome = Outcome::of(before, target.cancel(Some(&mut kept.connection)).await);
        if outcome.error.as_ref().is_none_or(|error| !unusable(error)) {
            *slot = Some(kept);
        }
        outcome
    }

    /// Gives the connection up for closing if it is too old and nobody cancels just now.
    pub fn sweep(&self, now: Instant) -> Option<Box<dyn Connection>> {
        let mut slot = self.kept.try_lock().ok()?;
        slot.take_if(|kept| self.ages.passed(kept.created, kept.used, now)).map(|kept| kept.connection)
    }

    /// Gives the connection up for closing unless somebody cancels just now.
    pub fn shut(&self) -> Option<Box<dyn Connection>> {
        self.kept.try_lock().ok()?.take().map(|kept| kept.connection)
    }
}

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

/// Whether the server has surely handled what it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    /// Yes: nothing is under way that could hit a later statement.
    Confirmed,
    /// Perhaps: the cancelled connection must not serve again, or a late cancel could hit its next statement.
    Unsure,
}

/// The side connection.
pub(super) struct Side {
    ages: Ages,
    kept: Mutex<Option<Kept>>,
}

struct Kept {
    connection: Box<dyn Connection>,
    created: Instant,
    used: Instant,
}

impl Side {
    /// None yet.
    pub fn new(ages: Ages) -> Side {
        Side { ages, kept: Mutex::new(None) }
    }

    /// Stops what `target` runs. The caller bounds the time; when it gives up half-way the side connection is
    /// dropped, since its state is unknown.
    pub async fn cancel(&self, adapter: &dyn Adapter, target: &dyn Cancel) -> Result<Sent, AdapterError> {
        if !target.needs_side() {
            return target.cancel(None).await.map(|()| Sent::Confirmed);
        }
        let mut slot = self.kept.lock().await;
        let now = Instant::now();
        let mut sent = Sent::Confirmed;
        if let Some(mut kept) = slot.take().filter(|kept| !self.ages.passed(kept.created, kept.used, now)) {
            match timeout(KEPT_ANSWER_MAX, target.cancel(Some(&mut kept.connection))).await {
                Ok(Ok(())) => {
                    kept.used = Instant::now();
                    *slot = Some(kept);
                    return Ok(Sent::Confirmed);
                }
                Ok(Err(error)) if !unusable(&error) => {
                    *slot = Some(kept);
                    return Err(error);
                }
                _ => sent = Sent::Unsure,
            }
        }
        let connection = adapter.connect().await?;
        let created = Instant::now();
        let mut kept = Kept { connection, created, used: created };
        target.cancel(Some(&mut kept.connection)).await?;
        *slot = Some(kept);
        Ok(sent)
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

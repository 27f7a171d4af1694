//! The one task of a source that ends what its readers left behind: cancels statements, waits until they have ended
//! on the server, and only then returns connection and permit; closes connections that are too old.
//!
//! Each piece of work runs beside the others and is bounded, so that one silent server holds up nothing else.

use std::sync::{Arc, Weak};
use std::time::Duration;

use contract::{Cancel, Close, Connection, Cursor};
use futures_util::future::BoxFuture;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use super::cancel::{Outcome, Sent};
use super::pool::Ages;
use super::running::Slot;
use super::{Shared, shut_all};

/// Telling the server to stop a statement may take so long, the wait for the side connection included.
const CANCEL_MAX: Duration = Duration::from_secs(5);
/// A statement may take so long to end; then its connection is dropped.
const END_MAX: Duration = Duration::from_secs(5);

/// Work for the reaper.
pub(super) enum Task {
    /// Stop a running statement.
    Cancel { shared: Arc<Shared>, slot: Slot, cursor: Box<dyn Cursor> },
    /// Read what is left of a statement.
    Drain {
        shared: Arc<Shared>,
        slot: Slot,
        closing: BoxFuture<'static, Option<Box<dyn Connection>>>,
        canceller: Arc<dyn Cancel>,
    },
    /// Close connections, and free the permit of the last one only then.
    Shut { connections: Vec<Box<dyn Connection>>, permit: Option<OwnedSemaphorePermit> },
}

/// Works until the source and all its running statements are gone.
pub(super) async fn run(mut tasks: UnboundedReceiver<Task>, shared: Weak<Shared>, sweep_every: Duration) {
    // A task each: a driver that panics takes down its own piece of work and not the reaper.
    let mut under_way = JoinSet::new();
    let mut sweep = interval(sweep_every);
    sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            task = tasks.recv() => match task {
                Some(task) => drop(under_way.spawn(task.done())),
                None => break,
            },
            Some(_) = under_way.join_next() => {}
            _ = sweep.tick() => {
                let gone = shared.upgrade().map(|shared| {
                    let now = Instant::now();
                    let mut gone = shared.pool.sweep(now);
                    gone.extend(shared.side.sweep(now));
                    gone
                });
                under_way.spawn(async { shut_all(gone.unwrap_or_default()).await });
            }
        }
    }
    while under_way.join_next().await.is_some() {}
}

/// How often old connections are looked for: often enough to overstay by a quarter at most.
pub(super) fn sweep_every(ages: &Ages) -> Duration {
    (ages.life_max.min(ages.idle_max) / 4).clamp(Duration::from_millis(250), Duration::from_secs(30))
}

impl Task {
    async fn done(self) {
        match self {
            Task::Cancel { shared, slot, cursor } => {
                let sent = cancel(&shared, &*cursor.canceller()).await;
                settle(&shared, slot, cursor.close(Close::Cancelled), sent).await;
            }
            Task::Drain { shared, slot, mut closing, canceller } => match timeout(END_MAX, &mut closing).await {
                Ok(Some(connection)) => shared.restore(slot, connection),
                Ok(None) => {}
                Err(_) => {
                    // `closing` still holds the connection, so the cancel can hit nobody else.
                    let sent = cancel(&shared, &*canceller).await;
                    settle(&shared, slot, closing, sent).await;
                }
            },
            Task::Shut { connections, permit } => {
                shut_all(connections).await;
                drop(permit);
            }
        }
    }
}

/// Tells the server to stop the statement.
async fn cancel(shared: &Shared, target: &dyn Cancel) -> Sent {
    let source = &*shared.name;
    match timeout(CANCEL_MAX, shared.side.cancel(&*shared.adapter, target)).await {
        Ok(Outcome { sent, error: None }) => sent,
        // Behind a pooler that is how it always goes; elsewhere somebody should know.
        Ok(Outcome { sent, error: Some(error) }) if shared.pooled_by_proxy => {
            tracing::debug!(source, %error, "a statement could not be cancelled");
            sent
        }
        Ok(Outcome { sent, error: Some(error) }) => {
            tracing::warn!(source, %error, "a statement could not be cancelled");
            sent
        }
        Err(_) => {
            tracing::warn!(source, "a statement could not be cancelled in time");
            Sent::Unsure
        }
    }
}

/// Waits for the statement's end. The connection serves again only if no cancel can still be under way.
async fn settle(
    shared: &Arc<Shared>,
    slot: Slot,
    closing: BoxFuture<'static, Option<Box<dyn Connection>>>,
    sent: Sent,
) {
    match timeout(END_MAX, closing).await {
        Ok(Some(connection)) if sent == Sent::Settled => shared.restore(slot, connection),
        Ok(Some(connection)) => shut_all(vec![connection]).await,
        Ok(None) => {}
        Err(_) => {
            let source = &*shared.name;
            tracing::warn!(source, "a cancelled statement did not end in time; its connection is dropped");
        }
    }
}

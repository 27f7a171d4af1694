//! One configured database: permit, queue, lanes, deadline, cancel, retry, then the adapter.
//!
//! A permit and its connection belong to the running statement, not to the call that starts it, and go back when the
//! last row has been read. Knows nothing of OData, plans or HTTP; names no driver outside `drivers`.

mod cancel;
pub mod drivers;
pub mod error;
mod lane;
mod pool;
mod reaper;
mod running;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use contract::catalog::{Catalog, Scope};
use contract::{Adapter, AdapterError, Call, Connection, ErrorKind, Lane, Session};
use futures_util::future::join_all;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::time::{Instant, timeout, timeout_at};

use crate::config::SourceConfig;

pub use error::{SourceError, TimedOut};
pub use running::{Running, Timings};

use cancel::Side;
use lane::{Lanes, Refused};
use pool::{Ages, Idle, Pool};
use reaper::Task;
use running::Slot;

/// A polite farewell may take so long; then the connection is dropped.
const SHUT_MAX: Duration = Duration::from_secs(2);
/// A refused request is told to come back no sooner and no later than this.
const RETRY_AFTER: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// One database, ready to be asked. Cheap to share behind an `Arc`.
pub struct Source {
    shared: Arc<Shared>,
}

/// A statement and the terms on which it runs.
#[derive(Clone, Debug)]
pub struct Query {
    /// What to run.
    pub call: Call,
    /// Among whose connections.
    pub lane: Lane,
    /// When its answer is of no use any more: queueing, connecting, running and reading all end by then.
    pub deadline: Instant,
    /// What the database session must know of the caller.
    pub session: Session,
}

/// How busy a lane is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// Connections it may have.
    pub connections_max: usize,
    /// Statements that hold one, those being cancelled included.
    pub in_use: usize,
    /// Connections at rest.
    pub idle: usize,
    /// Requests that wait for one.
    pub waiting: usize,
}

impl Source {
    /// A source on an adapter. Connects nowhere, but starts the task that cancels and closes: call it on a runtime.
    pub fn new(config: &SourceConfig, adapter: Arc<dyn Adapter>) -> Source {
        let ages = Ages { life_max: config.life_max, idle_max: config.idle_max };
        let (reaper, tasks) = unbounded_channel();
        let shared = Arc::new(Shared {
            name: config.name.as_str().into(),
            adapter,
            connect_timeout: config.connect_timeout,
            retry_after: config.queue_wait_max.clamp(RETRY_AFTER.0, RETRY_AFTER.1),
            pooled_by_proxy: config.pooled_by_proxy,
            lanes: Lanes::new(
                config.connections_max,
                config.scan_connections_max,
                config.queue_max,
                config.queue_wait_max,
            ),
            pool: Pool::new(ages),
            side: Side::new(ages, !config.pooled_by_proxy),
            reaper,
        });
        tokio::spawn(reaper::run(tasks, Arc::downgrade(&shared), reaper::sweep_every(&ages)));
        Source { shared }
    }

    /// The source's name.
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// Waits for a connection of the lane, in arrival order, and starts the statement on it.
    pub async fn query(&self, request: Query) -> Result<Running, SourceError> {
        self.shared.may_pass(&request.session)?;
        let begun = Instant::now();
        let permit = self.shared.enter(request.lane, request.deadline).await?;
        let mut running = Running::start(self.shared.clone(), request, permit, begun.elapsed());
        running.open().await?;
        Ok(running)
    }

    /// The same only if the lane has a connection to give at this very moment; never waits. (If it has to be opened
    /// first, the first `advance` does so.) For work that is welcome beside a statement already running, such as a
    /// count beside its page: whoever holds a connection must not wait for a second one.
    pub fn try_query(&self, request: Query) -> Option<Running> {
        self.shared.may_pass(&request.session).ok()?;
        let permit = self.shared.lanes.gate(request.lane).try_enter()?;
        Some(Running::start(self.shared.clone(), request, permit, Duration::ZERO))
    }

    /// How busy a lane is now.
    pub fn load(&self, lane: Lane) -> Load {
        let gate = self.shared.lanes.gate(lane);
        let connections_max = gate.size();
        Load {
            connections_max,
            in_use: connections_max.saturating_sub(gate.free()),
            idle: self.shared.pool.len(lane),
            waiting: gate.waiting(),
        }
    }

    /// Reads the catalog, past pool and lanes, so that the adapter's own error is seen.
    pub async fn describe(&self, scope: Scope) -> Result<Catalog, AdapterError> {
        self.shared.adapter.describe(scope).await
    }

    /// Asks on a connection of its own whether the database is there, so that the real connect error is seen.
    pub async fn ping(&self) -> Result<(), AdapterError> {
        let limit = after(Instant::now(), self.shared.connect_timeout);
        let asked = timeout_at(limit, async {
            let mut connection = self.shared.adapter.connect().await?;
            connection.ping().await?;
            Ok(connection)
        });
        shut_all(vec![asked.await.unwrap_or_else(|_| Err(silent()))?]).await;
        Ok(())
    }

    /// Gives no more connections and closes the idle ones politely, within a bound. Statements that still run keep
    /// theirs until they end, and those are closed then.
    pub async fn shut(&self) {
        self.shared.lanes.shut();
        let mut gone = self.shared.pool.shut();
        gone.extend(self.shared.side.shut());
        shut_all(gone).await;
    }
}

/// What the source, its running statements and its reaper have in common.
struct Shared {
    name: Arc<str>,
    adapter: Arc<dyn Adapter>,
    connect_timeout: Duration,
    retry_after: Duration,
    pooled_by_proxy: bool,
    lanes: Lanes,
    pool: Pool,
    side: Side,
    reaper: UnboundedSender<Task>,
}

impl Shared {
    /// Refuses a session that the contract cannot yet pass on: an unset role would show rows it must hide.
    fn may_pass(&self, session: &Session) -> Result<(), SourceError> {
        if session.settings.is_empty() {
            return Ok(());
        }
        let error = AdapterError::new(ErrorKind::Misconfigured, "session settings cannot be passed to this source");
        Err(SourceError::Misconfigured { name: self.name.clone(), error })
    }

    async fn enter(&self, lane: Lane, deadline: Instant) -> Result<OwnedSemaphorePermit, SourceError> {
        self.lanes.gate(lane).enter(deadline).await.map_err(|refused| {
            let name = self.name.clone();
            match refused {
                Refused::Full | Refused::Waited => {
                    SourceError::Overloaded { name, lane, retry_after: self.retry_after, error: None }
                }
                Refused::Deadline => SourceError::Timeout { name, what: TimedOut::Queue, error: None },
                Refused::Shut => {
                    let error = AdapterError::new(ErrorKind::Unavailable, "the source is shut");
                    SourceError::Unavailable { name, error }
                }
            }
        })
    }

    /// Opens a connection within the source's and the request's time.
    async fn connect(&self, lane: Lane, deadline: Instant) -> Result<Box<dyn Connection>, SourceError> {
        let limit = after(Instant::now(), self.connect_timeout);
        let name = self.name.clone();
        match timeout_at(limit.min(deadline), self.adapter.connect()).await {
            Ok(Ok(connection)) => {
                self.lanes.learn(self.side.serves(&*connection.canceller()));
                Ok(connection)
            }
            Ok(Err(error)) => Err(SourceError::of_connect(name, lane, self.retry_after, error)),
            Err(_) if deadline <= limit => Err(SourceError::Timeout { name, what: TimedOut::Deadline, error: None }),
            Err(_) => Err(SourceError::Unavailable { name, error: silent() }),
        }
    }

    /// Takes a connection back, or has it closed, and only then frees the permit.
    fn restore(&self, slot: Slot, connection: Box<dyn Connection>) {
        let idle = Idle { connection, created: slot.created, used: Instant::now(), session: slot.session };
        match self.pool.give(slot.lane, idle) {
            Some(gone) => self.reap(Task::Shut { connections: vec![gone], permit: Some(slot.permit) }),
            None => drop(slot.permit),
        }
    }

    /// Hands work to the reaper. Without one (the runtime is ending) the work, its connection and its permit are
    /// dropped, which is the next best end.
    fn reap(&self, task: Task) {
        drop(self.reaper.send(task));
    }
}

/// Closes connections politely, all at once, within [`SHUT_MAX`].
async fn shut_all(connections: Vec<Box<dyn Connection>>) {
    if !connections.is_empty() {
        drop(timeout(SHUT_MAX, join_all(connections.into_iter().map(|connection| connection.shut()))).await);
    }
}

/// Whether a connection may not serve again after this error.
fn unusable(error: &AdapterError) -> bool {
    error.broken || error.kind == ErrorKind::Unavailable
}

fn silent() -> AdapterError {
    AdapterError::broken(ErrorKind::Unavailable, "the database did not answer within connect_timeout")
}

/// `start + duration`; a sum that cannot be told is a day away, long past any deadline.
fn after(start: Instant, duration: Duration) -> Instant {
    const FAR: Duration = Duration::from_secs(86_400);
    start.checked_add(duration).unwrap_or_else(|| start + FAR)
}

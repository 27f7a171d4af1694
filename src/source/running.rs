//! A statement that runs: the cursor together with the permit and the connection it holds, until the last row.
//!
//! Every way out (rows ended, error, deadline, finished early, dropped) gives both back exactly once. Buffers nothing.

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use contract::{AdapterError, Advance, Call, Cell, Close, Connection, Cursor, ErrorKind, Flow, Lane, RowSink, Session};
use futures_util::FutureExt;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout_at};

use super::reaper::Task;
use super::{Query, Shared, SourceError, TimedOut, shut_all, unusable};

/// The guarded cursor. Dropping it before `Done` cancels the statement on the server; connection and permit return
/// once it has ended there.
pub struct Running {
    shared: Arc<Shared>,
    slot: Option<Slot>,
    state: State,
    /// Whether the sink has seen anything: from then on there is no second try.
    touched: bool,
    deadline: Instant,
    timings: Timings,
}

/// Where the time went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timings {
    /// Waiting for a permit.
    pub queue_wait: Duration,
    /// Opening a connection; zero when an idle one served.
    pub connect: Duration,
    /// Inside the driver, over all calls of `advance`.
    pub database: Duration,
}

/// The right to a connection, and what has to be remembered of it while it is in use.
pub(super) struct Slot {
    pub permit: OwnedSemaphorePermit,
    pub lane: Lane,
    pub session: Session,
    pub created: Instant,
}

enum State {
    /// No connection yet. `gone` are old ones that are closed first, so that the budget holds.
    Opening { call: Call, gone: Vec<Box<dyn Connection>> },
    /// Running; `again` is the statement once more, if a broken connection may be replaced.
    Open { cursor: Box<dyn Cursor>, again: Option<Call> },
    /// Every row was pushed.
    Done,
    /// Ended in any other way.
    Failed,
}

impl Running {
    /// Starts the statement on an idle connection, or prepares to open one.
    pub(super) fn start(
        shared: Arc<Shared>,
        request: Query,
        permit: OwnedSemaphorePermit,
        queue_wait: Duration,
    ) -> Running {
        let Query { mut call, lane, deadline, session } = request;
        call.persistent &= !shared.pooled_by_proxy;
        let now = Instant::now();
        let taken = shared.pool.take(lane, &session, shared.lanes.gate(lane).free(), now);
        let mut created = now;
        let state = match taken.found {
            Some(idle) => {
                if !taken.gone.is_empty() {
                    shared.reap(Task::Shut { connections: taken.gone, permit: None });
                }
                created = idle.created;
                State::Open { again: Some(call.clone()), cursor: idle.connection.query(call) }
            }
            None => State::Opening { call, gone: taken.gone },
        };
        let slot = Slot { permit, lane, session, created };
        let timings = Timings { queue_wait, ..Timings::default() };
        Running { shared, slot: Some(slot), state, touched: false, deadline, timings }
    }

    /// Pushes rows until the sink says pause, the rows end, or the deadline passes. At `Done` the connection and the
    /// permit have been given back. After an error, or when dropped half-way, nothing but an error follows.
    pub async fn advance(&mut self, sink: &mut dyn RowSink) -> Result<Advance, SourceError> {
        loop {
            self.open().await?;
            let (cursor, again) = match &mut self.state {
                State::Open { cursor, again } => (cursor, again),
                State::Done => return Ok(Advance::Done),
                State::Opening { .. } | State::Failed => return Err(self.over()),
            };
            let begun = Instant::now();
            // Asked here too, since a cursor that is always ready never lets a timer speak.
            if begun >= self.deadline {
                return Err(self.expire());
            }
            let outcome = if again.is_some() {
                let mut watched = Watched { sink, touched: &mut self.touched };
                timeout_at(self.deadline, cursor.advance(&mut watched)).await
            } else {
                timeout_at(self.deadline, cursor.advance(sink)).await
            };
            self.timings.database += begun.elapsed();
            match outcome {
                Ok(Ok(Advance::Paused)) => {
                    // Later pages have no second try and need no watching.
                    *again = None;
                    return Ok(Advance::Paused);
                }
                Ok(Ok(Advance::Done)) => {
                    self.leave(State::Done);
                    return Ok(Advance::Done);
                }
                Ok(Err(error)) => match again.take() {
                    Some(call) if !self.touched && error.kind == ErrorKind::Unavailable => {
                        let source = &*self.shared.name;
                        tracing::info!(source, %error, "an idle connection was broken; opening another");
                        self.state = State::Opening { call, gone: Vec::new() };
                    }
                    _ => return Err(self.fail(error)),
                },
                Err(_) => return Err(self.expire()),
            }
        }
    }

    /// Ends the statement early. `Drain` when the rest is known to be short; `Cancelled` stops it on the server.
    /// Waits for neither: the connection returns when the statement has ended.
    pub fn finish(mut self, how: Close) {
        match how {
            Close::Drain => self.leave(State::Done),
            Close::Cancelled => self.stop(State::Done),
        }
    }

    /// Where the time went so far.
    pub fn timings(&self) -> Timings {
        self.timings
    }

    /// When the statement will be cancelled.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Opens the connection if there is none yet. Can be dropped and called again.
    pub(super) async fn open(&mut self) -> Result<(), SourceError> {
        let (State::Opening { gone, .. }, Some(slot)) = (&mut self.state, &mut self.slot) else {
            return Ok(());
        };
        let begun = Instant::now();
        shut_all(mem::take(gone)).await;
        let opened = self.shared.connect(slot.lane, self.deadline).await;
        self.timings.connect += begun.elapsed();
        slot.created = Instant::now();
        match (opened, mem::replace(&mut self.state, State::Failed)) {
            (Ok(connection), State::Opening { call, .. }) => {
                self.state = State::Open { cursor: connection.query(call), again: None };
                Ok(())
            }
            (Err(error), _) => {
                self.slot = None;
                Err(error)
            }
            (Ok(_), _) => Err(self.over()),
        }
    }

    /// The deadline has passed: cancels on the server.
    fn expire(&mut self) -> SourceError {
        self.stop(State::Failed);
        SourceError::Timeout { name: self.shared.name.clone(), what: TimedOut::Deadline, error: None }
    }

    /// The statement ended with an error; its connection may still be good.
    fn fail(&mut self, error: AdapterError) -> SourceError {
        let lane = self.slot.as_ref().map_or(Lane::Keyed, |slot| slot.lane);
        if unusable(&error) {
            self.state = State::Failed;
            self.slot = None;
        } else {
            self.leave(State::Failed);
        }
        SourceError::of_statement(self.shared.name.clone(), lane, self.shared.retry_after, error)
    }

    /// Gives connection and permit back, at once if the driver is ready to, else through the reaper.
    fn leave(&mut self, next: State) {
        let (State::Open { cursor, .. }, Some(slot)) = (mem::replace(&mut self.state, next), self.slot.take()) else {
            return;
        };
        let canceller = cursor.canceller();
        let mut closing = cursor.close(Close::Drain);
        match (&mut closing).now_or_never() {
            Some(Some(connection)) => self.shared.restore(slot, connection),
            Some(None) => {}
            None => self.shared.reap(Task::Drain { shared: self.shared.clone(), slot, closing, canceller }),
        }
    }

    /// Has the statement cancelled on the server; connection and permit return when it has ended there.
    fn stop(&mut self, next: State) {
        if let (State::Open { cursor, .. }, Some(slot)) = (mem::replace(&mut self.state, next), self.slot.take()) {
            self.shared.reap(Task::Cancel { shared: self.shared.clone(), slot, cursor });
        }
    }

    fn over(&self) -> SourceError {
        let error = AdapterError::new(ErrorKind::Internal, "the statement has ended");
        SourceError::Internal { name: self.shared.name.clone(), error }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop(State::Failed);
    }
}

/// Notes whether a sink was shown anything.
struct Watched<'a> {
    sink: &'a mut dyn RowSink,
    touched: &'a mut bool,
}

impl RowSink for Watched<'_> {
    fn cell(&mut self, cell: Cell<'_>) {
        *self.touched = true;
        self.sink.cell(cell);
    }

    fn end_row(&mut self) -> Flow {
        *self.touched = true;
        self.sink.end_row()
    }
}

//! The async side of a blocking driver: [`BlockingConnection`] and [`BlockCursor`] over the connection's thread.
//!
//! All state of a running statement is in the cursor, none in the futures it makes: dropping one loses nothing.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::sync::{mpsc as async_mpsc, oneshot};

use super::thread::{self, BlockingDriver, Command, Interrupt, Query, ROWS_CHANNEL, Rows, Stop, thread_ended};
use super::{Block, Position};
use crate::adapter::{Advance, Call, Cancel, Close, Connection, Cursor};
use crate::error::AdapterError;
use crate::row::{Flow, RowSink};

/// A connection whose driver runs on a thread of its own.
pub struct BlockingConnection {
    commands: async_mpsc::UnboundedSender<Command>,
    canceller: Arc<ThreadCancel>,
    ended: oneshot::Receiver<()>,
    /// Blocks that the next statement reuses.
    blocks: Vec<Block>,
}

impl BlockingConnection {
    /// Starts a thread under `name` that makes its driver with `open` and serves this connection.
    pub async fn open<D: BlockingDriver>(
        name: &str,
        open: impl FnOnce(Arc<Stop>) -> Result<D, AdapterError> + Send + 'static,
    ) -> Result<BlockingConnection, AdapterError> {
        let stop = Arc::new(Stop::default());
        let seen = Arc::clone(&stop);
        let started = thread::start(name, Arc::clone(&stop), move || open(seen)).await?;
        let canceller = Arc::new(ThreadCancel { stop, interrupt: started.interrupt });
        Ok(BlockingConnection { commands: started.commands, canceller, ended: started.ended, blocks: Vec::new() })
    }
}

impl Connection for BlockingConnection {
    fn query(mut self: Box<Self>, call: Call) -> Box<dyn Cursor> {
        self.canceller.stop.set(false);
        let (rows, filled) = async_mpsc::channel(ROWS_CHANNEL);
        let (empty, emptied) = async_mpsc::unbounded_channel();
        let query = Query { call, blocks: std::mem::take(&mut self.blocks), rows, emptied };
        // If the thread is gone the dropped channel says so at the first advance.
        let _ = self.commands.send(Command::Query(query));
        Box::new(BlockCursor {
            canceller: Arc::clone(&self.canceller),
            connection: Some(self),
            filled,
            empty: Some(empty),
            block: Block::default(),
            position: Position::default(),
            kept: Vec::new(),
            end: None,
        })
    }

    fn canceller(&self) -> Arc<dyn Cancel> {
        Arc::<ThreadCancel>::clone(&self.canceller)
    }

    fn ping(&mut self) -> BoxFuture<'_, Result<(), AdapterError>> {
        Box::pin(async move {
            self.canceller.stop.set(false);
            let (reply, answer) = oneshot::channel();
            self.commands.send(Command::Ping(reply)).map_err(|_| thread_ended())?;
            answer.await.map_err(|_| thread_ended())?
        })
    }

    fn shut(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            let BlockingConnection { commands, ended, .. } = *self;
            drop(commands);
            let _ = ended.await;
        })
    }
}

/// A statement that runs on its connection's thread.
pub struct BlockCursor {
    /// Present until `close` takes it.
    connection: Option<Box<BlockingConnection>>,
    canceller: Arc<ThreadCancel>,
    filled: async_mpsc::Receiver<Rows>,
    /// The way back for emptied blocks; dropped to tell the thread that nobody reads on.
    empty: Option<async_mpsc::UnboundedSender<Block>>,
    block: Block,
    position: Position,
    /// Blocks for the next statement.
    kept: Vec<Block>,
    end: Option<Result<(), AdapterError>>,
}

impl Cursor for BlockCursor {
    fn advance<'a>(&'a mut self, sink: &'a mut dyn RowSink) -> BoxFuture<'a, Result<Advance, AdapterError>> {
        Box::pin(async move {
            loop {
                if self.block.push_rows(&mut self.position, sink) == Flow::Pause {
                    return Ok(Advance::Paused);
                }
                self.give_back();
                match &self.end {
                    Some(Ok(())) => return Ok(Advance::Done),
                    Some(Err(error)) => return Err(error.clone()),
                    None => {
                        let rows = self.filled.recv().await;
                        self.take_in(rows);
                    }
                }
            }
        })
    }

    fn canceller(&self) -> Arc<dyn Cancel> {
        Arc::<ThreadCancel>::clone(&self.canceller)
    }

    fn close(mut self: Box<Self>, _how: Close) -> BoxFuture<'static, Option<Box<dyn Connection>>> {
        Box::pin(async move {
            // Reading on would be work for nobody: the thread is told to stop at its next row, and nothing more is sent.
            if self.end.is_none() {
                self.canceller.stop.set(true);
                self.empty = None;
            }
            while self.end.is_none() {
                let rows = self.filled.recv().await;
                self.take_in(rows);
                self.give_back();
            }
            if matches!(&self.end, Some(Err(error)) if error.broken) {
                return None;
            }
            self.give_back();
            let kept = std::mem::take(&mut self.kept);
            let mut connection = self.connection.take()?;
            connection.blocks = kept;
            Some(connection as Box<dyn Connection>)
        })
    }
}

impl BlockCursor {
    fn take_in(&mut self, rows: Option<Rows>) {
        let rows = rows.unwrap_or_else(|| Rows { block: None, end: Some(Err(thread_ended())), spare: None });
        if let Some(block) = rows.block {
            self.block = block;
            self.position = Position::default();
        }
        self.kept.extend(rows.spare);
        if rows.end.is_some() {
            self.end = rows.end;
        }
    }

    /// Sends the emptied block back to the thread, or keeps it when the thread needs none any more.
    fn give_back(&mut self) {
        if self.block.slots.capacity() == 0 {
            return;
        }
        let mut block = std::mem::take(&mut self.block);
        self.position = Position::default();
        block.clear();
        match &self.empty {
            Some(empty) if self.end.is_none() => drop(empty.send(block)),
            _ if self.kept.len() < 2 => self.kept.push(block),
            _ => {}
        }
    }
}

impl Drop for BlockCursor {
    /// Dropped without `close`: the statement stops and the thread ends with its connection.
    fn drop(&mut self) {
        if self.connection.is_some() && self.end.is_none() {
            self.canceller.fire();
        }
    }
}

/// Stops the statement that a thread runs.
struct ThreadCancel {
    stop: Arc<Stop>,
    interrupt: Arc<dyn Interrupt>,
}

impl ThreadCancel {
    fn fire(&self) {
        self.stop.set(true);
        self.interrupt.interrupt();
    }
}

impl Cancel for ThreadCancel {
    fn cancel<'a>(&'a self, _side: Option<&'a mut Box<dyn Connection>>) -> BoxFuture<'a, Result<(), AdapterError>> {
        Box::pin(async move {
            self.fire();
            Ok(())
        })
    }

    fn needs_side(&self) -> bool {
        false
    }
}

#[cfg(test)]
#[path = "connection_tests.rs"]
mod tests;

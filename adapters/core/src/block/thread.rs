//! The thread behind a blocking connection: runs statements one after another and hands their rows over in blocks.
//!
//! Two blocks circulate between the thread and its cursor; when neither comes back the thread waits, which is the
//! backpressure. The thread ends when its connection is dropped. Knows no SQL and no database.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Builder;

use futures_util::future::BoxFuture;
use tokio::sync::{mpsc as async_mpsc, oneshot};

use super::{BLOCK_BYTES_MAX, BLOCK_ROWS_MAX, Block, BlockWriter, FIRST_BLOCK_ROWS_MAX};
use crate::adapter::Call;
use crate::error::{AdapterError, ErrorKind};
use crate::row::{Cell, Flow, RowSink};

/// A driver that blocks while it works. It lives on one thread from its making to its end.
pub trait BlockingDriver: 'static {
    /// Runs a statement to its end and pushes its rows. [`Flow::Pause`] from the sink means that nobody wants the rest:
    /// end the statement and return. The sink waits by itself when the reader is slow.
    fn run(&mut self, call: &Call, sink: &mut dyn RowSink) -> Result<(), AdapterError>;

    /// Asks whether the database is there.
    fn ping(&mut self) -> Result<(), AdapterError>;

    /// A handle that stops the running statement from another thread.
    fn interrupt(&self) -> Arc<dyn Interrupt>;
}

/// Stops whatever a connection runs now; without effect when it runs nothing.
pub trait Interrupt: Send + Sync {
    /// Asks for the stop; does not wait.
    fn interrupt(&self);
}

/// Whether the running statement is to stop. Set before [`Interrupt::interrupt`] is called, so that a statement which
/// has not begun yet does not slip through; drivers with a progress callback read it there.
#[derive(Debug, Default)]
pub struct Stop(AtomicBool);

impl Stop {
    /// Whether the statement is to stop.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    pub(super) fn set(&self, stop: bool) {
        self.0.store(stop, Ordering::Release);
    }
}

/// What a connection asks of its thread.
pub(super) enum Command {
    Query(Query),
    Ping(oneshot::Sender<Result<(), AdapterError>>),
}

/// One statement with its channels.
pub(super) struct Query {
    pub call: Call,
    /// Blocks to begin with; missing ones are made.
    pub blocks: Vec<Block>,
    /// Rows on their way to the cursor.
    pub rows: async_mpsc::Sender<Rows>,
    /// Emptied blocks on their way back; closed when the cursor wants no more.
    pub emptied: async_mpsc::UnboundedReceiver<Block>,
}

/// A block that goes to the cursor, or the end, or both: a short answer costs one hand-over.
pub(super) struct Rows {
    pub block: Option<Block>,
    pub end: Option<Result<(), AdapterError>>,
    /// A block that is not needed any more.
    pub spare: Option<Block>,
}

/// Messages that can be under way: two blocks and an end.
pub(super) const ROWS_CHANNEL: usize = 3;

/// Starts a thread that makes a driver and then obeys commands until the sender is dropped.
pub(super) async fn start<D: BlockingDriver>(
    name: &str,
    stop: Arc<Stop>,
    open: impl FnOnce() -> Result<D, AdapterError> + Send + 'static,
) -> Result<Started, AdapterError> {
    // Here and for emptied blocks: the standard library's receiver would spin before it sleeps, at everybody's cost.
    let (commands, mut queue) = async_mpsc::unbounded_channel();
    let (opened, result) = oneshot::channel();
    let (alive, ended) = oneshot::channel::<()>();
    let body = move || {
        let _alive = alive;
        match open() {
            Ok(mut driver) => {
                if opened.send(Ok(driver.interrupt())).is_ok() {
                    obey(&mut driver, &mut queue, &stop);
                }
            }
            Err(error) => drop(opened.send(Err(error))),
        }
    };
    Builder::new().name(name.to_owned()).spawn(body).map_err(no_thread)?;
    let interrupt = result.await.map_err(|_| thread_ended())??;
    Ok(Started { commands, interrupt, ended })
}

pub(super) struct Started {
    pub commands: async_mpsc::UnboundedSender<Command>,
    pub interrupt: Arc<dyn Interrupt>,
    /// Resolves when the thread has ended and the driver is dropped.
    pub ended: oneshot::Receiver<()>,
}

/// Runs blocking work once, on a thread of its own.
pub fn on_thread<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> Result<T, AdapterError> + Send + 'static,
) -> BoxFuture<'static, Result<T, AdapterError>> {
    let (done, result) = oneshot::channel();
    let spawned = Builder::new().name(name.to_owned()).spawn(move || drop(done.send(work())));
    Box::pin(async move {
        spawned.map_err(no_thread)?;
        result.await.map_err(|_| thread_ended())?
    })
}

pub(super) fn thread_ended() -> AdapterError {
    AdapterError::broken(ErrorKind::Internal, "the connection's thread has ended")
}

fn no_thread(error: std::io::Error) -> AdapterError {
    AdapterError::broken(ErrorKind::Overloaded, format!("no thread for a connection: {error}"))
}

fn obey<D: BlockingDriver>(driver: &mut D, queue: &mut async_mpsc::UnboundedReceiver<Command>, stop: &Stop) {
    while let Some(command) = queue.blocking_recv() {
        match command {
            Command::Query(query) => answer(driver, query, stop),
            Command::Ping(reply) => drop(reply.send(driver.ping())),
        }
    }
}

fn answer<D: BlockingDriver>(driver: &mut D, query: Query, stop: &Stop) {
    let Query { call, mut blocks, rows, emptied } = query;
    let first = BlockWriter::new(blocks.pop().unwrap_or_default(), FIRST_BLOCK_ROWS_MAX, BLOCK_BYTES_MAX);
    let mut sink = BlockSink {
        writer: first,
        second: Some(blocks.pop().unwrap_or_default()),
        rows: &rows,
        emptied,
        stop,
        refused: false,
    };
    let result = if stop.is_set() { Ok(()) } else { driver.run(&call, &mut sink) };
    let end = match result {
        Ok(()) if stop.is_set() => Err(AdapterError::new(ErrorKind::Cancelled, "the statement was stopped")),
        result => result,
    };
    let spare = sink.second.take().or_else(|| sink.emptied.try_recv().ok());
    let block = sink.writer.finish();
    // Nobody may be left to hear it.
    let _ = rows.try_send(Rows { block: Some(block), end: Some(end), spare });
}

/// Sends full blocks away and waits for empty ones.
struct BlockSink<'a> {
    writer: BlockWriter,
    second: Option<Block>,
    rows: &'a async_mpsc::Sender<Rows>,
    emptied: async_mpsc::UnboundedReceiver<Block>,
    stop: &'a Stop,
    refused: bool,
}

impl RowSink for BlockSink<'_> {
    fn cell(&mut self, cell: Cell<'_>) {
        if !self.refused {
            self.writer.cell(cell);
        }
    }

    fn end_row(&mut self) -> Flow {
        if self.refused {
            return Flow::Pause;
        }
        let full = self.writer.end_row() == Flow::Pause;
        if self.stop.is_set() || (full && !self.hand_over()) {
            self.refused = true;
            return Flow::Pause;
        }
        Flow::More
    }
}

impl BlockSink<'_> {
    /// Sends the full block and gets an empty one; false when the cursor is gone.
    fn hand_over(&mut self) -> bool {
        let full = self.writer.replace(Block::default(), BLOCK_ROWS_MAX);
        if self.rows.try_send(Rows { block: Some(full), end: None, spare: None }).is_err() {
            return false;
        }
        match self.second.take().or_else(|| self.emptied.blocking_recv()) {
            Some(empty) => {
                self.writer.replace(empty, BLOCK_ROWS_MAX);
                true
            }
            None => false,
        }
    }
}

//! A running statement: owns its connection, pushes rows from the driver's buffers into the sink.
//!
//! The one place where SQL text is handed to the driver. Dropped halfway, the connection goes with it.

use std::future::poll_fn;
use std::sync::Arc;

use contract::{AdapterError, Advance, Call, Cancel, Close, Connection, Cursor, Flow, RowSink, SqlType};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use self_cell::{MutBorrow, self_cell};
use sqlx::mysql::{MySqlConnection, MySqlRow};
use sqlx::{AssertSqlSafe, Connection as _};

use crate::adapter::Shared;
use crate::bind;
use crate::cells::RowReader;
use crate::connection::{KillQuery, MySqlSession};

/// After so many rows the task lets others run: a socket that is always ready would never yield by itself.
const ROWS_PER_TURN: u32 = 64;

/// Why there is no row. Arguments that cannot be sent fail in the contract's terms.
enum Failure {
    Driver(sqlx::Error),
    Arguments(AdapterError),
}

type Rows<'a> = BoxStream<'a, Result<MySqlRow, Failure>>;

self_cell!(
    struct Running {
        owner: MutBorrow<MySqlConnection>,
        #[not_covariant]
        dependent: Rows,
    }
);

/// A statement on its way.
pub(crate) struct MySqlCursor {
    running: Running,
    number: Option<u64>,
    shared: Arc<Shared>,
    columns: Arc<[SqlType]>,
    reader: Option<RowReader>,
    progress: Progress,
}

/// How far the statement is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// The driver has not been asked for anything.
    Waiting,
    /// Sent to the server.
    Started,
    /// Every row was read, or an error ended it.
    Ended,
    /// The connection cannot be used again.
    Broken,
}

impl MySqlCursor {
    /// Prepares the statement for its first `advance`; nothing is sent yet.
    pub fn new(session: MySqlSession, call: Call) -> MySqlCursor {
        let MySqlSession { inner, number, shared } = session;
        let columns = Arc::clone(&call.statement.columns);
        let running = Running::new(MutBorrow::new(inner), |owner| rows(owner.borrow_mut(), call));
        MySqlCursor { running, number, shared, columns, reader: None, progress: Progress::Waiting }
    }

    async fn next_row(&mut self) -> Result<Option<MySqlRow>, AdapterError> {
        if matches!(self.progress, Progress::Ended | Progress::Broken) {
            return Ok(None);
        }
        self.progress = Progress::Started;
        match poll_fn(|cx| self.running.with_dependent_mut(|_, rows| rows.poll_next_unpin(cx))).await {
            Some(Ok(row)) => Ok(Some(row)),
            None => {
                self.progress = Progress::Ended;
                Ok(None)
            }
            Some(Err(failure)) => {
                let error = match failure {
                    Failure::Driver(error) => self.shared.error(error),
                    Failure::Arguments(error) => error,
                };
                self.progress = if error.broken { Progress::Broken } else { Progress::Ended };
                Err(error)
            }
        }
    }

    async fn push_rows(&mut self, sink: &mut dyn RowSink) -> Result<Advance, AdapterError> {
        let mut turn = 0;
        while let Some(row) = self.next_row().await? {
            self.reader.get_or_insert_with(|| RowReader::new(&row, &self.columns)).push(&row, sink);
            if sink.end_row() == Flow::Pause {
                return Ok(Advance::Paused);
            }
            turn += 1;
            if turn == ROWS_PER_TURN {
                turn = 0;
                tokio::task::yield_now().await;
            }
        }
        Ok(Advance::Done)
    }

    async fn end(mut self, how: Close) -> Option<MySqlSession> {
        let sent = self.progress != Progress::Waiting;
        while sent && !matches!(self.progress, Progress::Ended | Progress::Broken) {
            // What ended the statement was told by `advance`, or is the cancel's own doing.
            drop(self.next_row().await);
        }
        if self.progress == Progress::Broken {
            return None;
        }
        let mut inner = self.running.into_owner().into_inner();
        // A kill that came too late must hit a ping, not the next statement.
        if how == Close::Cancelled && inner.ping().await.is_err() {
            inner.ping().await.ok()?;
        }
        Some(MySqlSession { inner, number: self.number, shared: self.shared })
    }
}

impl Cursor for MySqlCursor {
    fn advance<'a>(&'a mut self, sink: &'a mut dyn RowSink) -> BoxFuture<'a, Result<Advance, AdapterError>> {
        Box::pin(self.push_rows(sink))
    }

    fn canceller(&self) -> Arc<dyn Cancel> {
        Arc::new(KillQuery { number: self.number })
    }

    fn close(self: Box<Self>, how: Close) -> BoxFuture<'static, Option<Box<dyn Connection>>> {
        Box::pin(async move { Some(Box::new(self.end(how).await?) as Box<dyn Connection>) })
    }
}

/// The statement's rows.
fn rows(connection: &mut MySqlConnection, call: Call) -> Rows<'_> {
    match bind::arguments(&call.statement.params) {
        Ok(arguments) => {
            let query = sqlx::query_with(trusted(call.statement.text), arguments).persistent(call.persistent);
            query.fetch(connection).map_err(Failure::Driver).boxed()
        }
        Err(error) => Box::pin(stream::once(async { Err(Failure::Arguments(error)) })),
    }
}

/// Declares text fit to be run: it comes from the contract's renderer, which quotes names and binds values, or is
/// this crate's own with numbers in it.
pub(crate) fn trusted(text: impl Into<Arc<str>>) -> AssertSqlSafe<Arc<str>> {
    AssertSqlSafe(text.into())
}

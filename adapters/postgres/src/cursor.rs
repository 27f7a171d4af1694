//! A running statement: owns its connection, pushes rows from the driver's buffers into the sink.
//!
//! The one place where SQL text is handed to the driver. Dropped halfway, the connection goes with it.

use std::future::poll_fn;
use std::sync::Arc;

use contract::{AdapterError, Advance, Call, Cancel, Close, Connection, Cursor, Flow, RowSink};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use self_cell::{MutBorrow, self_cell};
use sqlx::postgres::{PgArguments, PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Connection as _};

use crate::adapter::Shared;
use crate::bind;
use crate::cells::RowReader;
use crate::connection::{CancelByProcess, PostgresConnection};

/// After so many rows the task lets others run: a socket that is always ready would never yield by itself.
const ROWS_PER_TURN: u32 = 64;

/// A row, or why there is none. Arguments that cannot be encoded fail in the contract's terms.
enum Failure {
    Driver(sqlx::Error),
    Arguments(AdapterError),
}

type Rows<'a> = BoxStream<'a, Result<PgRow, Failure>>;

self_cell!(
    struct Running {
        owner: MutBorrow<PgConnection>,
        #[not_covariant]
        dependent: Rows,
    }
);

/// A statement on its way.
pub(crate) struct PostgresCursor {
    /// `None` only once the connection has been taken out.
    running: Option<Running>,
    /// An unnamed statement before its first row, to be started once more: see [`forgot_statement`].
    again: Option<Call>,
    process: Option<u64>,
    shared: Arc<Shared>,
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

impl PostgresCursor {
    /// Prepares the statement for its first `advance`; nothing is sent yet.
    pub fn new(connection: PostgresConnection, call: Call) -> PostgresCursor {
        let PostgresConnection { inner, process, shared } = connection;
        let unnamed = !call.persistent || shared.transaction.is_some();
        let again = unnamed.then(|| call.clone());
        let running = Some(start(inner, call, shared.transaction.clone(), Attempt::First));
        PostgresCursor { running, again, process, shared, reader: None, progress: Progress::Waiting }
    }

    async fn next_row(&mut self) -> Result<Option<PgRow>, AdapterError> {
        loop {
            if matches!(self.progress, Progress::Ended | Progress::Broken) {
                return Ok(None);
            }
            let Some(running) = self.running.as_mut() else { return Ok(None) };
            self.progress = Progress::Started;
            match poll_fn(|cx| running.with_dependent_mut(|_, rows| rows.poll_next_unpin(cx))).await {
                Some(Ok(row)) => {
                    self.again = None;
                    return Ok(Some(row));
                }
                None => {
                    self.progress = Progress::Ended;
                    return Ok(None);
                }
                Some(Err(failure)) => match (failure, self.again.take()) {
                    (Failure::Driver(error), Some(call)) if forgot_statement(&error) => self.start_again(call),
                    (failure, _) => return Err(self.failed(failure)),
                },
            }
        }
    }

    fn start_again(&mut self, call: Call) {
        if let Some(running) = self.running.take() {
            let inner = running.into_owner().into_inner();
            self.running = Some(start(inner, call, self.shared.transaction.clone(), Attempt::Second));
        }
    }

    fn failed(&mut self, failure: Failure) -> AdapterError {
        let error = match failure {
            Failure::Driver(error) => self.shared.error(error),
            Failure::Arguments(error) => error,
        };
        self.progress = if error.broken { Progress::Broken } else { Progress::Ended };
        error
    }

    async fn push_rows(&mut self, sink: &mut dyn RowSink) -> Result<Advance, AdapterError> {
        let mut turn = 0;
        while let Some(row) = self.next_row().await? {
            self.reader.get_or_insert_with(|| RowReader::new(&row)).push(&row, sink);
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

    async fn end(mut self, how: Close) -> Option<PostgresConnection> {
        let sent = self.progress != Progress::Waiting;
        while sent && !matches!(self.progress, Progress::Ended | Progress::Broken) {
            // What ended the statement was told by `advance`, or is the cancel's own doing.
            drop(self.next_row().await);
        }
        if self.progress == Progress::Broken {
            return None;
        }
        let mut inner = self.running?.into_owner().into_inner();
        if sent && self.shared.transaction.is_some() {
            sqlx::raw_sql("ROLLBACK").execute(&mut inner).await.ok()?;
        }
        if how == Close::Cancelled {
            // A cancel that came too late must hit an idle session, not the next statement.
            inner.ping().await.ok()?;
        }
        Some(PostgresConnection { inner, process: self.process, shared: self.shared })
    }
}

impl Cursor for PostgresCursor {
    fn advance<'a>(&'a mut self, sink: &'a mut dyn RowSink) -> BoxFuture<'a, Result<Advance, AdapterError>> {
        Box::pin(self.push_rows(sink))
    }

    fn canceller(&self) -> Arc<dyn Cancel> {
        Arc::new(CancelByProcess { process: self.process })
    }

    fn close(self: Box<Self>, how: Close) -> BoxFuture<'static, Option<Box<dyn Connection>>> {
        Box::pin(async move { Some(Box::new(self.end(how).await?) as Box<dyn Connection>) })
    }
}

/// Which attempt at a statement it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Attempt {
    First,
    Second,
}

/// Whether the server no longer has the unnamed statement that was just prepared. To learn of a type it has not met,
/// the driver asks the catalog between preparing and running, and that question takes the unnamed statement's place.
/// The second time the type is known.
fn forgot_statement(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.code().as_deref() == Some("26000"))
}

fn start(inner: PgConnection, call: Call, transaction: Option<Arc<str>>, attempt: Attempt) -> Running {
    Running::new(MutBorrow::new(inner), |owner| rows(owner.borrow_mut(), call, transaction, attempt))
}

/// The statement's rows. Behind a pooler the statement stands in a transaction of its own: that carries the session's
/// settings, and holds one server connection between preparing and running.
fn rows(connection: &mut PgConnection, call: Call, transaction: Option<Arc<str>>, attempt: Attempt) -> Rows<'_> {
    let arguments = match bind::arguments(&call.statement.params) {
        Ok(arguments) => arguments,
        Err(error) => return Box::pin(stream::once(async { Err(Failure::Arguments(error)) })),
    };
    let text = call.statement.text;
    let Some(transaction) = transaction else {
        let text = if call.persistent { bind::text_by_types(text, &call.statement.params) } else { text };
        return fetch(connection, text, arguments, call.persistent).map_err(Failure::Driver).boxed();
    };
    let opened = async move {
        if attempt == Attempt::Second {
            sqlx::raw_sql("ROLLBACK").execute(&mut *connection).await?;
        }
        sqlx::raw_sql(trusted(transaction)).execute(&mut *connection).await?;
        Ok::<_, sqlx::Error>(fetch(connection, text, arguments, false))
    };
    stream::once(opened).try_flatten().map_err(Failure::Driver).boxed()
}

fn fetch(
    connection: &mut PgConnection,
    text: Arc<str>,
    arguments: PgArguments,
    persistent: bool,
) -> BoxStream<'_, Result<PgRow, sqlx::Error>> {
    sqlx::query_with(trusted(text), arguments).persistent(persistent).fetch(connection)
}

/// Declares text fit to be run: it comes from the contract's renderer, which quotes names and binds values, or is
/// this crate's own with numbers in it.
pub(crate) fn trusted(text: Arc<str>) -> AssertSqlSafe<Arc<str>> {
    AssertSqlSafe(text)
}

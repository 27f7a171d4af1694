//! The traits a driver implements: [`Adapter`] opens connections, a [`Connection`] runs one statement at a time,
//! a [`Cursor`] pushes its rows.
//!
//! Pools, lanes, deadlines and retries stand above this contract and are the same for every driver.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::catalog::{Catalog, Scope};
use crate::error::{AdapterError, ErrorKind};
use crate::row::RowSink;
use crate::types::{Param, SqlType};

/// A statement ready to run.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// SQL text. Written by [`crate::render`] alone.
    pub text: Arc<str>,
    /// Parameters in the order of the text.
    pub params: Vec<Param>,
    /// The type of each result column.
    pub columns: Arc<[SqlType]>,
}

/// Which class of work a statement belongs to; each class has its own connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Served by a key or an index.
    Keyed,
    /// Reads many rows to give few.
    Scan,
}

/// What the database session must know of the caller (role, variables). Part of every cache key; a connection
/// remembers its session and is reused only by equality. Empty until a source is configured to pass the principal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Session {
    /// Name and value of each session setting.
    pub settings: Vec<(String, String)>,
}

/// One statement on its way to a connection.
#[derive(Clone, Debug)]
pub struct Call {
    /// What to run.
    pub statement: Statement,
    /// Whether the server may keep it prepared under a name (false behind a pooler).
    pub persistent: bool,
}

/// Opens connections to one database. Cheap to share.
pub trait Adapter: Send + Sync {
    /// Opens a connection: read-only, session zone UTC, named, statement timeout set.
    fn connect(&self) -> BoxFuture<'static, Result<Box<dyn Connection>, AdapterError>>;

    /// Reads the catalog: tables, views, columns, keys, indexes.
    fn describe(&self, scope: Scope) -> BoxFuture<'static, Result<Catalog, AdapterError>>;
}

/// A connection that runs one statement at a time.
pub trait Connection: Send {
    /// Starts a statement. Nothing has to happen before the cursor's first `advance`, where errors appear.
    fn query(self: Box<Self>, call: Call) -> Box<dyn Cursor>;

    /// A handle that can stop this connection's running statement from another task.
    fn canceller(&self) -> Arc<dyn Cancel>;

    /// Asks the server whether it is there.
    fn ping(&mut self) -> BoxFuture<'_, Result<(), AdapterError>>;

    /// Tells the server, over this connection, to stop what the session `peer` runs: how a [`Cancel`] uses its side
    /// connection. `peer` is the server's own number of that session. Drivers that cancel otherwise refuse.
    fn cancel_peer(&mut self, peer: u64) -> BoxFuture<'_, Result<(), AdapterError>> {
        let refused =
            AdapterError::new(ErrorKind::Internal, format!("this driver cannot stop session {peer} from another"));
        Box::pin(std::future::ready(Err(refused)))
    }

    /// Ends the session politely.
    fn shut(self: Box<Self>) -> BoxFuture<'static, ()>;
}

/// Stops a running statement on the server.
pub trait Cancel: Send + Sync {
    /// Asks the server to stop whatever this connection runs now. May be called only while the statement's guard
    /// holds the connection, so that it can never hit another caller's statement. `side` is a second connection of
    /// the same source for servers that are told through one; drivers that need none ignore it.
    fn cancel<'a>(&'a self, side: Option<&'a mut Box<dyn Connection>>) -> BoxFuture<'a, Result<(), AdapterError>>;

    /// Whether `cancel` needs a side connection.
    fn needs_side(&self) -> bool;
}

/// Whether a cursor has more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advance {
    /// The sink asked for a pause.
    Paused,
    /// Every row was pushed.
    Done,
}

/// How a cursor is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    /// Done, or nearly so: read what is left and give the connection back.
    Drain,
    /// A cancel was sent: wait until the statement has ended on the server.
    Cancelled,
}

/// A running statement.
pub trait Cursor: Send {
    /// Pushes rows until the sink says pause or the rows end. Dropping the future between rows loses none.
    fn advance<'a>(&'a mut self, sink: &'a mut dyn RowSink) -> BoxFuture<'a, Result<Advance, AdapterError>>;

    /// A handle that stops this statement.
    fn canceller(&self) -> Arc<dyn Cancel>;

    /// Ends the statement. Returns the connection when it can be used again. The caller bounds the time.
    fn close(self: Box<Self>, how: Close) -> BoxFuture<'static, Option<Box<dyn Connection>>>;
}

/// What a driver needs to open connections to one source. Each driver crate has
/// `open(Endpoint) -> Result<Arc<dyn Adapter>, AdapterError>`, which connects nowhere.
#[derive(Clone)]
pub struct Endpoint {
    /// Connection URL, password included.
    pub url: String,
    /// How sessions are named in the database: gateway and source.
    pub application: String,
    /// After so long the server itself ends a statement.
    pub statement_timeout: Duration,
    /// Opening a connection may take so long.
    pub connect_timeout: Duration,
    /// A pooler stands between: unnamed statements, no session options at start-up, no cancel by process id.
    pub pooled_by_proxy: bool,
    /// Prepared statements kept per connection.
    pub statements_max: usize,
}

impl fmt::Debug for Endpoint {
    /// Without the URL: it holds a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("application", &self.application).finish_non_exhaustive()
    }
}

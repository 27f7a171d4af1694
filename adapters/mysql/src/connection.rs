//! One session: starts statements, pings, and stops the statement of another session.
//!
//! Knows nothing of pools; whoever holds the connection bounds the time of each call.

use std::sync::Arc;

use contract::{AdapterError, Call, Cancel, Connection, Cursor, ErrorKind};
use futures_util::future::BoxFuture;
use sqlx::Connection as _;
use sqlx::mysql::MySqlConnection;

use crate::adapter::Shared;
use crate::cursor::{MySqlCursor, trusted};

/// A session with a MySQL or MariaDB server.
pub(crate) struct MySqlSession {
    /// The driver's connection.
    pub inner: MySqlConnection,
    /// The server's number for the session, unless a pooler hides it.
    pub number: Option<u64>,
    /// What all connections of the adapter share.
    pub shared: Arc<Shared>,
}

impl Connection for MySqlSession {
    fn query(self: Box<Self>, call: Call) -> Box<dyn Cursor> {
        Box::new(MySqlCursor::new(*self, call))
    }

    fn canceller(&self) -> Arc<dyn Cancel> {
        Arc::new(KillQuery { number: self.number })
    }

    fn ping(&mut self) -> BoxFuture<'_, Result<(), AdapterError>> {
        Box::pin(async { self.inner.ping().await.map_err(|error| self.shared.error(error)) })
    }

    fn cancel_peer(&mut self, peer: u64) -> BoxFuture<'_, Result<(), AdapterError>> {
        Box::pin(async move {
            // KILL takes no parameters; a number cannot carry SQL.
            let kill = trusted(format!("KILL QUERY {peer}"));
            let killed = sqlx::raw_sql(kill).execute(&mut self.inner).await;
            killed.map(|_| ()).map_err(|error| self.shared.error(error))
        })
    }

    fn shut(self: Box<Self>) -> BoxFuture<'static, ()> {
        // A farewell that fails leaves nothing to do: the socket is closed either way.
        Box::pin(async { drop(self.inner.close().await) })
    }
}

/// Stops a statement by the number of its session.
pub(crate) struct KillQuery {
    /// The server's number for the session.
    pub number: Option<u64>,
}

impl Cancel for KillQuery {
    fn cancel<'a>(&'a self, side: Option<&'a mut Box<dyn Connection>>) -> BoxFuture<'a, Result<(), AdapterError>> {
        Box::pin(async move {
            let number = self.number.ok_or_else(|| {
                AdapterError::new(ErrorKind::Internal, "behind a pooler a statement cannot be cancelled by session")
            })?;
            let side = side.ok_or_else(|| {
                AdapterError::new(ErrorKind::Internal, "cancelling needs a second connection and was given none")
            })?;
            side.cancel_peer(number).await
        })
    }

    fn needs_side(&self) -> bool {
        true
    }
}

//! One session: starts statements, pings, and stops the statement of another session.
//!
//! Knows nothing of pools; whoever holds the connection bounds the time of each call.

use std::sync::Arc;

use contract::{AdapterError, Call, Cancel, Connection, Cursor, ErrorKind};
use futures_util::future::BoxFuture;
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;

use crate::adapter::Shared;
use crate::cursor::PostgresCursor;

/// A session with a PostgreSQL server.
pub(crate) struct PostgresConnection {
    /// The driver's connection.
    pub inner: PgConnection,
    /// Number of the server process, unless a pooler hides it.
    pub process: Option<u64>,
    /// What all connections of the adapter share.
    pub shared: Arc<Shared>,
}

impl Connection for PostgresConnection {
    fn query(self: Box<Self>, call: Call) -> Box<dyn Cursor> {
        Box::new(PostgresCursor::new(*self, call))
    }

    fn canceller(&self) -> Arc<dyn Cancel> {
        Arc::new(CancelByProcess { process: self.process })
    }

    fn ping(&mut self) -> BoxFuture<'_, Result<(), AdapterError>> {
        Box::pin(async { self.inner.ping().await.map_err(|error| self.shared.error(error)) })
    }

    fn cancel_peer(&mut self, peer: u64) -> BoxFuture<'_, Result<(), AdapterError>> {
        Box::pin(async move {
            let process = i32::try_from(peer)
                .map_err(|_| AdapterError::new(ErrorKind::Internal, format!("{peer} is no process number")))?;
            let signalled: bool = sqlx::query_scalar("SELECT pg_cancel_backend($1)")
                .bind(process)
                .persistent(false)
                .fetch_one(&mut self.inner)
                .await
                .map_err(|error| self.shared.error(error))?;
            match signalled {
                true => Ok(()),
                false => Err(AdapterError::new(ErrorKind::Unavailable, "the session to cancel is gone")),
            }
        })
    }

    fn shut(self: Box<Self>) -> BoxFuture<'static, ()> {
        // A farewell that fails leaves nothing to do: the socket is closed either way.
        Box::pin(async { drop(self.inner.close().await) })
    }
}

/// Stops a statement by its server process.
pub(crate) struct CancelByProcess {
    /// Number of the server process.
    pub process: Option<u64>,
}

impl Cancel for CancelByProcess {
    fn cancel<'a>(&'a self, side: Option<&'a mut Box<dyn Connection>>) -> BoxFuture<'a, Result<(), AdapterError>> {
        Box::pin(async move {
            let process = self.process.ok_or_else(|| {
                AdapterError::new(ErrorKind::Internal, "behind a pooler a statement cannot be cancelled by process")
            })?;
            let side = side.ok_or_else(|| {
                AdapterError::new(ErrorKind::Internal, "cancelling needs a second connection and was given none")
            })?;
            side.cancel_peer(process).await
        })
    }

    fn needs_side(&self) -> bool {
        true
    }
}

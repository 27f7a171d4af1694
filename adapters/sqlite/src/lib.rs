//! The SQLite driver: one read-only connection per thread over rusqlite, rows handed over in blocks.
//!
//! Knows the contract and SQLite; nothing of OData, HTTP or configuration. SQL text arrives written; this crate writes
//! none of its own but pragmas and catalog queries.

mod cells;
mod connection;
mod datetime;
mod decimal;
mod describe;
mod error;
mod functions;
mod params;
mod path;

use std::path::PathBuf;
use std::sync::Arc;

use contract::adapter::{Adapter, Connection, Endpoint};
use contract::block::{BlockingConnection, on_thread};
use contract::catalog::{Catalog, Scope};
use contract::{AdapterError, ErrorKind};
use futures_util::future::BoxFuture;

use connection::SqliteDriver;

/// What the connection threads are called.
const THREAD_NAME: &str = "sqlite";

/// Makes the adapter for a database file; opens nothing yet. The URL is `sqlite:PATH`, `sqlite:///absolute/path` or
/// `sqlite://relative/path`; the path is taken as it is written.
pub fn open(endpoint: Endpoint) -> Result<Arc<dyn Adapter>, AdapterError> {
    let path = path::from_url(&endpoint.url)?;
    Ok(Arc::new(SqliteAdapter { path, endpoint }))
}

struct SqliteAdapter {
    path: PathBuf,
    endpoint: Endpoint,
}

impl Adapter for SqliteAdapter {
    fn connect(&self) -> BoxFuture<'static, Result<Box<dyn Connection>, AdapterError>> {
        let (path, endpoint) = (self.path.clone(), self.endpoint.clone());
        let time = self.endpoint.connect_timeout;
        Box::pin(async move {
            let opening = BlockingConnection::open(THREAD_NAME, move |stop| SqliteDriver::open(&path, &endpoint, stop));
            match tokio::time::timeout(time, opening).await {
                Ok(opened) => opened.map(|connection| Box::new(connection) as Box<dyn Connection>),
                Err(_) => Err(AdapterError::broken(ErrorKind::Timeout, "opening the database file took too long")),
            }
        })
    }

    fn describe(&self, scope: Scope) -> BoxFuture<'static, Result<Catalog, AdapterError>> {
        let path = self.path.clone();
        on_thread(THREAD_NAME, move || {
            let database = connection::open_database(&path)?;
            describe::describe(&database, &scope)
        })
    }
}

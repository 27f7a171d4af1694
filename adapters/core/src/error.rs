//! What can go wrong at a database, in the few kinds that retry, breaker and the edge may read.

use thiserror::Error;

/// The kind decides retry, status and whether the source counts as ill; the detail is for the log only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// No connection, or it broke.
    Unavailable,
    /// The statement or the connection attempt ran out of time.
    Timeout,
    /// The database says it has too much to do (too many connections, out of memory).
    Overloaded,
    /// The database refused the statement's values (overflow, bad argument).
    Rejected,
    /// A write met a constraint or another write.
    Conflict,
    /// The database user lacks a right, or the table or column is missing: a matter for whoever runs the gateway.
    Misconfigured,
    /// The statement was cancelled by us.
    Cancelled,
    /// Anything else.
    Internal,
}

/// An error from a database. `Display` may hold the driver's own message: it goes to the log, never to a client.
#[derive(Clone, Debug, Error)]
#[error("{kind:?}: {detail}")]
pub struct AdapterError {
    /// What happened, coarsely.
    pub kind: ErrorKind,
    /// SQLSTATE or the driver's own number, where there is one.
    pub code: Option<String>,
    /// The driver's message, secrets removed.
    pub detail: String,
    /// Whether the connection may not be used again.
    pub broken: bool,
}

impl AdapterError {
    /// An error after which the connection is still good.
    pub fn new(kind: ErrorKind, detail: impl Into<String>) -> AdapterError {
        AdapterError { kind, code: None, detail: detail.into(), broken: false }
    }

    /// An error that ends the connection.
    pub fn broken(kind: ErrorKind, detail: impl Into<String>) -> AdapterError {
        AdapterError { kind, code: None, detail: detail.into(), broken: true }
    }

    /// The same error with the database's own code.
    pub fn with_code(mut self, code: impl Into<String>) -> AdapterError {
        self.code = Some(code.into());
        self
    }
}

//! What a caller of a source has to tell apart: reachable, in time, too busy, refused.
//!
//! `Display` names the source and nothing of the driver's own words; those stay in the [`AdapterError`], for the log.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use contract::{AdapterError, ErrorKind, Lane};
use thiserror::Error;

/// Why a source gave no rows, or no more of them.
#[derive(Clone, Debug, Error)]
pub enum SourceError {
    /// No connection, or it broke.
    #[error("source {name} cannot be reached")]
    Unavailable {
        /// The source.
        name: Arc<str>,
        /// For the log.
        #[source]
        error: AdapterError,
    },
    /// Time ran out.
    #[error("source {name}: {what}")]
    Timeout {
        /// The source.
        name: Arc<str>,
        /// Whose time.
        what: TimedOut,
        /// For the log, where the database said so.
        #[source]
        error: Option<AdapterError>,
    },
    /// Too many requests wait already, one waited too long, or the database says that it has too much to do.
    #[error("source {name} is busy")]
    Overloaded {
        /// The source.
        name: Arc<str>,
        /// The lane that is full.
        lane: Lane,
        /// When to ask again.
        retry_after: Duration,
        /// For the log, where the database said so.
        #[source]
        error: Option<AdapterError>,
    },
    /// The database refused the statement's values.
    #[error("source {name} refused a value")]
    Rejected {
        /// The source.
        name: Arc<str>,
        /// For the log.
        #[source]
        error: AdapterError,
    },
    /// A right, a table or a column is missing, or the source cannot be used as configured.
    #[error("source {name} is not set up as the model needs it")]
    Misconfigured {
        /// The source.
        name: Arc<str>,
        /// For the log.
        #[source]
        error: AdapterError,
    },
    /// A write met a constraint or another write.
    #[error("source {name}: the change conflicts with the stored data")]
    Conflict {
        /// The source.
        name: Arc<str>,
        /// For the log.
        #[source]
        error: AdapterError,
    },
    /// Anything else.
    #[error("source {name} failed")]
    Internal {
        /// The source.
        name: Arc<str>,
        /// For the log.
        #[source]
        error: AdapterError,
    },
}

/// Whose time ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimedOut {
    /// The request's deadline, while it waited for a connection.
    Queue,
    /// The source's statement timeout; the database ended the statement.
    Statement,
    /// The request's deadline, with the statement running.
    Deadline,
}

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TimedOut::Queue => "the request's time ran out while it waited for a connection",
            TimedOut::Statement => "the statement ran longer than the source allows",
            TimedOut::Deadline => "the request's time ran out",
        })
    }
}

impl SourceError {
    /// The source's name.
    pub fn name(&self) -> &str {
        match self {
            SourceError::Unavailable { name, .. }
            | SourceError::Timeout { name, .. }
            | SourceError::Overloaded { name, .. }
            | SourceError::Rejected { name, .. }
            | SourceError::Misconfigured { name, .. }
            | SourceError::Conflict { name, .. }
            | SourceError::Internal { name, .. } => name,
        }
    }

    /// What the database said, for the log.
    pub fn adapter_error(&self) -> Option<&AdapterError> {
        match self {
            SourceError::Timeout { error, .. } | SourceError::Overloaded { error, .. } => error.as_ref(),
            SourceError::Unavailable { error, .. }
            | SourceError::Rejected { error, .. }
            | SourceError::Misconfigured { error, .. }
            | SourceError::Conflict { error, .. }
            | SourceError::Internal { error, .. } => Some(error),
        }
    }

    /// Gives a statement's error its source, lane and advice.
    pub(super) fn of_statement(name: Arc<str>, lane: Lane, retry_after: Duration, error: AdapterError) -> SourceError {
        match error.kind {
            ErrorKind::Unavailable => SourceError::Unavailable { name, error },
            // A statement that we cancel has no reader any more, so a cancel that a reader sees came from the
            // server: its statement timeout, which some servers report with the same code.
            ErrorKind::Timeout | ErrorKind::Cancelled => {
                SourceError::Timeout { name, what: TimedOut::Statement, error: Some(error) }
            }
            ErrorKind::Overloaded => SourceError::Overloaded { name, lane, retry_after, error: Some(error) },
            ErrorKind::Rejected => SourceError::Rejected { name, error },
            ErrorKind::Conflict => SourceError::Conflict { name, error },
            ErrorKind::Misconfigured => SourceError::Misconfigured { name, error },
            ErrorKind::Internal => SourceError::Internal { name, error },
        }
    }

    /// The same for an attempt to connect: running out of time there means that nobody answers.
    pub(super) fn of_connect(name: Arc<str>, lane: Lane, retry_after: Duration, error: AdapterError) -> SourceError {
        match error.kind {
            ErrorKind::Timeout | ErrorKind::Cancelled => SourceError::Unavailable { name, error },
            _ => SourceError::of_statement(name, lane, retry_after, error),
        }
    }
}

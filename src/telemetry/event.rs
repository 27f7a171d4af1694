//! Everything observable is a variant of one enum.
//!
//! Plain data with its own fields; who writes or counts it decides its form. Holds no literal of a request, no stored
//! value, and no SQL text.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// How much an event matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Somebody must act.
    Error,
    /// Somebody should know.
    Warn,
    /// The course of things.
    Info,
}

impl Level {
    /// Its name in a log.
    pub fn name(self) -> &'static str {
        match self {
            Level::Error => "error",
            Level::Warn => "warn",
            Level::Info => "info",
        }
    }
}

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// The server listens.
    Started {
        /// Where.
        listen: SocketAddr,
        /// Root paths of the services.
        roots: Vec<String>,
    },
    /// No new connections; the running requests may end.
    Draining {
        /// How long they have.
        drain_max: Duration,
        /// Connections still open.
        connections: usize,
    },
    /// The server ended.
    Stopped {
        /// Whether every request had ended by itself.
        clean: bool,
    },
    /// A connection could not be accepted.
    AcceptFailed {
        /// What the system said.
        error: String,
    },
    /// A request has ended, its body included.
    Finished(Box<Finished>),
    /// A source failed a request.
    SourceFailed(SourceFailed),
    /// Stored values broke their type.
    BadValues(BadValues),
    /// The handler of a request panicked.
    Panicked {
        /// The request.
        request_id: String,
        /// What the panic said.
        message: String,
    },
    /// Another library's log line.
    Library(Vec<u8>),
    /// Events that the log had no room for.
    Dropped {
        /// How many.
        count: u64,
    },
}

/// One request, as the log tells it.
#[derive(Clone, Debug, Default)]
pub struct Finished {
    /// Its id, as the answer bears it.
    pub request_id: String,
    /// Method.
    pub method: String,
    /// The kind of resource, such as `EntitySet` or `$metadata`: never the path, which may hold keys.
    pub route: &'static str,
    /// Service.
    pub service: Option<String>,
    /// Who asked.
    pub principal: Option<String>,
    /// From where.
    pub client: Option<IpAddr>,
    /// Status; 499 when the client left before the head was sent.
    pub status: u16,
    /// Code of the error that was answered.
    pub error: Option<&'static str>,
    /// Entity set.
    pub entity_set: Option<String>,
    /// Source.
    pub source: Option<String>,
    /// Hash of the statement's text.
    pub shape: Option<u64>,
    /// Lane.
    pub lane: Option<&'static str>,
    /// How the count was found.
    pub count: Option<&'static str>,
    /// Why the answer was cut after its head.
    pub cut: Option<String>,
    /// Rows.
    pub rows: u64,
    /// Bytes of uncompressed body.
    pub bytes: u64,
    /// Bytes handed to the connection.
    pub bytes_sent: u64,
    /// Stored values that broke their type.
    pub bad_values: u64,
    /// Waiting for a connection to the database.
    pub queue: Duration,
    /// In the database and its driver.
    pub database: Duration,
    /// Encoding.
    pub encode: Duration,
    /// Until the head was ready.
    pub head: Duration,
    /// Until the last byte was taken.
    pub total: Duration,
}

/// What a database said when it failed a request.
#[derive(Clone, Debug)]
pub struct SourceFailed {
    /// The request.
    pub request_id: String,
    /// Source.
    pub source: String,
    /// Our code.
    pub error: &'static str,
    /// SQLSTATE or the driver's number.
    pub database_code: Option<String>,
    /// The driver's message, secrets removed.
    pub message: String,
}

/// Stored values of one property that broke its type.
#[derive(Clone, Debug)]
pub struct BadValues {
    /// Service.
    pub service: String,
    /// Entity set.
    pub entity_set: String,
    /// Property.
    pub property: String,
    /// What is wrong with them.
    pub reason: &'static str,
    /// Key of the first row at fault.
    pub key: Option<String>,
    /// How many, those of unreported requests since the last line included.
    pub count: u64,
}

impl Event {
    /// Its name in a log.
    pub fn name(&self) -> &'static str {
        match self {
            Event::Started { .. } => "started",
            Event::Draining { .. } => "draining",
            Event::Stopped { .. } => "stopped",
            Event::AcceptFailed { .. } => "accept_failed",
            Event::Finished(_) => "request",
            Event::SourceFailed(_) => "source_failed",
            Event::BadValues(_) => "bad_values",
            Event::Panicked { .. } => "panicked",
            Event::Library(_) => "library",
            Event::Dropped { .. } => "log_dropped",
        }
    }

    /// How much it matters.
    pub fn level(&self) -> Level {
        match self {
            Event::Panicked { .. } => Level::Error,
            Event::Finished(request) if failed(request) => Level::Warn,
            Event::SourceFailed(_) | Event::BadValues(_) | Event::AcceptFailed { .. } | Event::Dropped { .. } => {
                Level::Warn
            }
            Event::Stopped { clean: false } => Level::Warn,
            _ => Level::Info,
        }
    }
}

/// Whether somebody should know of a request: 501 is an answer, not a failure.
fn failed(request: &Finished) -> bool {
    matches!(request.status, 500 | 502..=599) || request.cut.is_some()
}

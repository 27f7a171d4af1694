//! What the engine gives to whoever asked: a kind of content, a body that may still be on its way, and the facts that
//! the log will tell when it has ended.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::encode::Metadata;

/// An answer whose first bytes are ready.
#[derive(Debug)]
pub struct Answer {
    /// What the body is.
    pub content: Content,
    /// The body.
    pub body: Body,
    /// What is known when the body has ended; shared with whoever produces it.
    pub facts: std::sync::Arc<Facts>,
}

/// The kind of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// OData JSON at a metadata level; `ieee754` when Int64 and Decimal are strings.
    Json {
        /// Metadata level.
        metadata: Metadata,
        /// IEEE754Compatible.
        ieee754: bool,
    },
    /// The metadata document.
    Xml,
    /// Plain text (`/$count`, `/$value`).
    Text,
    /// Bytes of a binary property.
    Bytes,
    /// Nothing: 204.
    Nothing,
}

/// A body, whole or in pieces.
#[derive(Debug)]
pub enum Body {
    /// All of it.
    Whole(Bytes),
    /// In pieces; the sender ends the channel after the last one, or sends a [`Cut`].
    Stream(mpsc::Receiver<Result<Bytes, Cut>>),
}

/// The answer broke after its head was sent: the connection must be aborted, so that the part never parses as a whole.
/// Why is in the [`Facts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the answer was cut")]
pub struct Cut;

/// What is known of a request when it has ended. Counters may be read while the body is on its way.
#[derive(Debug, Default)]
pub struct Facts {
    /// Rows in the answer.
    pub rows: AtomicU64,
    /// Bytes of uncompressed body.
    pub bytes: AtomicU64,
    /// Values that broke their own type.
    pub bad_values: AtomicU64,
    /// Microseconds spent waiting for a connection.
    pub queue_us: AtomicU64,
    /// Microseconds in the database and its driver.
    pub database_us: AtomicU64,
    /// Microseconds in encoding.
    pub encode_us: AtomicU64,
    text: Mutex<Texts>,
}

/// The texts among the facts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Texts {
    /// Entity set.
    pub entity_set: Option<String>,
    /// Source.
    pub source: Option<String>,
    /// Hash of the statement's text: equal for equal shapes, and free of literals.
    pub shape: Option<u64>,
    /// Lane, `keyed` or `scan`.
    pub lane: Option<&'static str>,
    /// How the count was found.
    pub count: Option<&'static str>,
    /// Why the answer was cut after its head was sent.
    pub cut: Option<String>,
    /// What was stored and could not be given as it is.
    pub bad: Vec<crate::encode::BadCell>,
}

impl Facts {
    /// Changes the texts.
    pub fn note(&self, change: impl FnOnce(&mut Texts)) {
        if let Ok(mut texts) = self.text.lock() {
            change(&mut texts);
        }
    }

    /// The texts so far.
    pub fn texts(&self) -> Texts {
        self.text.lock().map(|texts| texts.clone()).unwrap_or_default()
    }

    /// Tells how much of the time in the driver went into encoding: rows are encoded while the driver pushes them.
    pub fn encoded_within(&self, time: Duration) {
        let inside = u64::try_from(time.as_micros()).unwrap_or(u64::MAX).min(self.database_us.load(Ordering::Relaxed));
        self.database_us.fetch_sub(inside, Ordering::Relaxed);
        self.encode_us.fetch_add(inside, Ordering::Relaxed);
    }

    /// Adds a time to one of the counters of microseconds.
    pub fn add(counter: &AtomicU64, time: Duration) {
        counter.fetch_add(u64::try_from(time.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

//! What can be observed: one enum of events, and the log that reads it.
//!
//! Events are plain data. Knows neither HTTP nor SQL; literals of requests never get here.

pub mod event;
pub mod log;
mod throttle;
pub mod trace;

pub use event::{BadValues, Event, Finished, Level, SourceFailed};
pub use log::{Events, Format, Log};

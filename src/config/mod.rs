//! The configuration, twice: as written (spans kept, nothing decided) and as resolved (secrets read, durations parsed).
//!
//! Every problem of both files is found in one pass and reported together. Knows nothing of the rest of the program but
//! the values it hands out.

pub mod resolved;

pub use resolved::{Config, Limits, Listen, Paging, Profile, Secret, Server, Service, SourceConfig};

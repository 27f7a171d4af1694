//! The configuration, twice: as written (spans kept, nothing decided) and as resolved (secrets read, durations parsed).
//!
//! Every problem of both files is found in one pass and reported together. Knows nothing of the rest of the program but
//! the values it hands out.

pub mod fields;
pub mod file;
pub mod finding;
pub mod indexes;
mod lint;
mod load;
pub mod mask;
pub mod model_file;
mod public_url;
mod quantities;
pub mod references;
pub mod render;
pub mod resolved;
mod server;
mod services;
mod sources;
pub mod units;
mod users;

pub use finding::{Code, Finding, Place, Report, Severity, Spot, Stage};
pub(crate) use lint::is_standard_object;
pub use load::{Loaded, Options, Places, load, read};
pub use render::write_findings;
pub use resolved::{Config, Limits, Listen, Paging, Profile, Secret, Server, Service, SourceConfig};
pub(crate) use sources::absolute;

#[cfg(test)]
mod tests;

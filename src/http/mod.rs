//! The HTTP edge: listener, layers, the pipeline of one request, bodies. The only place that knows HTTP types.
//!
//! Nothing else of the program uses this module.

pub mod app;
mod auth;
mod body;
mod compress;
mod documents;
mod forwarded;
mod gateway;
mod handle;
mod layers;
mod media;
mod negotiate;
mod prefer;
mod record;
mod respond;
pub mod server;
mod stall;
pub mod start;
#[cfg(test)]
mod tests;
mod watch;

pub use auth::hash_password;
pub use gateway::Gateway;
pub use start::{Running, StartError, start};

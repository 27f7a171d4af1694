//! MySQL and MariaDB for the gateway, over sqlx's concrete driver without its pool.
//!
//! Reads the binary protocol straight into the contract's cells. Knows nothing of OData, HTTP, configuration or policy.

mod adapter;
mod bind;
mod catalog;
mod cells;
mod connection;
mod cursor;
mod error;

pub use adapter::open;

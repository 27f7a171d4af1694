//! Tidegate: an OData service in front of legacy databases, for Salesforce Connect.
//!
//! The program reads as its pipeline; `src/README.md` is the map.

pub mod cli;
pub mod config;
pub mod encode;
pub mod engine;
pub mod error;
pub mod http;
pub mod lower;
pub mod model;
pub mod odata;
pub mod plan;
pub mod policy;
pub mod source;
pub mod telemetry;

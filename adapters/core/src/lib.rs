//! The contract between the gateway and its databases: the SQL tree and the one writer of SQL text, the dialects,
//! the cells that rows are made of, and the traits a driver implements.
//!
//! Knows nothing of OData, HTTP, configuration or policy, and names no driver.

pub mod adapter;
pub mod block;
pub mod catalog;
pub mod conformance;
pub mod dialect;
pub mod error;
pub mod render;
pub mod row;
pub mod secret;
pub mod sql;
pub mod types;

pub use adapter::{Adapter, Advance, Call, Cancel, Close, Connection, Cursor, Endpoint, Lane, Session, Statement};
pub use dialect::{Capabilities, Dialect};
pub use error::{AdapterError, ErrorKind};
pub use row::{BadValue, Cell, Flow, RowSink};
pub use secret::Secrets;
pub use types::{Date, Param, SqlType, Time, Timestamp, Value};

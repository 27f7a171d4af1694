//! Rows to OData JSON 4.0: cells go in, bytes come out, and no tree of values stands between.
//!
//! Knows the shape of a row and the contract's cells; knows neither SQL nor HTTP, and never where rows come from.

pub mod envelope;
pub mod error;
pub mod literal;
pub mod rows;
mod scalar;
pub mod shape;
pub mod value;
pub mod zone;

pub use envelope::{CollectionHead, Context, Metadata};
pub use error::{Detail, ErrorBody};
pub use rows::{BadCell, BadReason, EncodeError, EntityNames, PastBytes, RowEncoder, RowOptions};
pub use shape::{Shape, ShapeColumn};
pub use value::{ValueEncoder, ValueForm};

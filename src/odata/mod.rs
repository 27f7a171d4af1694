//! Text to syntax: the URL's path and query become a [`ast::Request`].
//!
//! Knows no model, no SQL and no HTTP.

pub mod ast;

//! The programs a person runs, one module each.

pub mod demo;

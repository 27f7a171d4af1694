//! The programs a person runs, one module each.

pub mod check;
pub mod demo;
pub mod init;

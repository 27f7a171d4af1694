//! Blocks of rows from blocking drivers.

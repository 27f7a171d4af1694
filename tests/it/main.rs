//! The integration tests, one binary: what they share is the fixture, one logical data set on every database.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod evaluate;
mod fixture;
mod hostile;
mod stage;
mod tokens;
mod walks;

//! The integration tests, one binary: what they share is the fixture, one logical data set on every database.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod check;
mod databases;
mod engine;
mod evaluate;
mod fixture;
mod gateway;
mod golden;
mod hostile;
mod init;
mod live;
mod metadata;
mod stage;
mod tidy;
mod tokens;
mod walks;
mod wire;

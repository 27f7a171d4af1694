//! The integration tests, one binary: what they share is the fixture, one logical data set on every database.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod check;
mod databases;
mod fixture;
mod gateway;
mod golden;
mod init;
mod live;
mod metadata;
mod tidy;

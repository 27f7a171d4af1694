//! Against a running PostgreSQL, named by TIDEGATE_TEST_POSTGRES.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod catalog;
mod conformance;
mod support;
mod values;

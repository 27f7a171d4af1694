//! Against a running MySQL or MariaDB, named by TIDEGATE_TEST_MYSQL.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod catalog;
mod conformance;
mod support;
mod values;

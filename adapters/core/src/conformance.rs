//! The suite that every driver passes: checks over an [`Adapter`] with the statements of a [`Fixture`].
//!
//! A driver's own test writes the fixture's SQL and calls [`all`]. Knows no database and no test framework: a check
//! returns what it found wrong as text.

mod checks;
mod collect;

use std::sync::Arc;
use std::time::Duration;

pub use checks::{
    cancel_stops, close_midway, dropped_advance, echoes, errors, number_rows, pauses, ping, refuses_writes,
    statement_timeout, types, unreachable,
};
pub use collect::{Collect, Kept, Pausing};

use crate::adapter::{Adapter, Statement};
use crate::error::ErrorKind;

/// Rows of [`Fixture::numbers`].
pub const NUMBER_ROWS: i64 = 10_000;

/// A cancelled statement ends within this time.
pub const CANCEL_MAX: Duration = Duration::from_secs(2);

/// What a driver's test provides.
pub struct Fixture {
    /// The adapter, with a statement timeout of at least 20 seconds.
    pub adapter: Arc<dyn Adapter>,
    /// The same database with a statement timeout of at most one second.
    pub hurried: Arc<dyn Adapter>,
    /// An address where nobody answers; `connect` must fail with [`ErrorKind::Unavailable`].
    pub unreachable: Option<Arc<dyn Adapter>>,
    /// Reads a table with every type, edge values, NULLs and bad values.
    pub types: Statement,
    /// The rows of `types`.
    pub types_rows: Vec<Vec<Kept>>,
    /// Two columns, [`NUMBER_ROWS`] rows in order: the integer 1, 2, 3, ... as `I64`, and the text `row 1`, `row 2`, ...
    pub numbers: Statement,
    /// Runs for at least ten seconds unless it is stopped, and gives no row before.
    pub slow: Statement,
    /// Statements that fail, with the kind each must be mapped to: bad syntax, no such table, no such column, ...
    pub broken: Vec<(Statement, ErrorKind)>,
    /// Statements that would change the database: each must be refused.
    pub writes: Vec<Statement>,
    /// Statements of one parameter (`SELECT ?`) and the one cell each must give: every kind of [`crate::Value`].
    pub echoes: Vec<(Statement, Kept)>,
}

/// Runs every check; collects all that fail into one text.
pub async fn all(fixture: &Fixture) -> Result<(), String> {
    let mut failed = Vec::new();
    let mut note = |name: &str, result: Result<(), String>| {
        if let Err(problem) = result {
            failed.push(format!("{name}: {problem}"));
        }
    };
    note("ping", ping(fixture).await);
    note("types", types(fixture).await);
    note("echoes", echoes(fixture).await);
    note("number_rows", number_rows(fixture).await);
    note("pauses", pauses(fixture).await);
    note("dropped_advance", dropped_advance(fixture).await);
    note("close_midway", close_midway(fixture).await);
    note("errors", errors(fixture).await);
    note("refuses_writes", refuses_writes(fixture).await);
    note("cancel_stops", cancel_stops(fixture).await);
    note("statement_timeout", statement_timeout(fixture).await);
    note("unreachable", unreachable(fixture).await);
    if failed.is_empty() { Ok(()) } else { Err(failed.join("\n")) }
}

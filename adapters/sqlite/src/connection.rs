//! One SQLite connection on its thread: opened so that it can only read, statements kept prepared, each under a deadline.
//!
//! Knows nothing of blocks beyond the sink it pushes into.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use contract::adapter::{Call, Endpoint};
use contract::block::{BlockingDriver, Interrupt, Stop};
use contract::{AdapterError, ErrorKind, Flow, RowSink};
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, InterruptHandle, OpenFlags, Statement};

use crate::error::from_sqlite;
use crate::{cells, functions, params};

/// A reader waits so long for a writer that locks the file.
const BUSY_WAIT_MAX: Duration = Duration::from_secs(2);
/// Between two looks at the clock: steps of SQLite's machine, some tens of microseconds.
const STEPS_BETWEEN_CHECKS: i32 = 1000;
/// No value, row or parameter is longer.
const VALUE_BYTES_MAX: i32 = 256 * 1024 * 1024;

/// Opens a file for reading only. The file is read once, so that a missing or foreign one is noticed here.
pub fn open_database(path: &Path) -> Result<Connection, AdapterError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let database = Connection::open_with_flags(path, flags).map_err(from_sqlite)?;
    harden(&database).map_err(from_sqlite)?;
    read_once(&database).map_err(from_sqlite)?;
    Ok(database)
}

/// What makes a session safe: no writing, no other files, nothing in the schema is trusted, "x" is never a string.
fn harden(database: &Connection) -> rusqlite::Result<()> {
    database.busy_timeout(BUSY_WAIT_MAX)?;
    for (option, on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
    ] {
        database.set_db_config(option, on)?;
    }
    database.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    database.set_limit(Limit::SQLITE_LIMIT_LENGTH, VALUE_BYTES_MAX)?;
    database.pragma_update(None, "query_only", true)
}

fn read_once(database: &Connection) -> rusqlite::Result<()> {
    database.prepare_cached("SELECT count(*) FROM sqlite_schema")?.query_row([], |row| row.get::<_, i64>(0)).map(drop)
}

/// The driver behind a blocking connection.
pub struct SqliteDriver {
    database: Connection,
    watch: Arc<Watch>,
    statement_timeout: Duration,
}

impl SqliteDriver {
    /// Opens the file and registers what SQLite lacks.
    pub fn open(path: &Path, endpoint: &Endpoint, stop: Arc<Stop>) -> Result<SqliteDriver, AdapterError> {
        let database = open_database(path)?;
        functions::register(&database).map_err(from_sqlite)?;
        database.set_prepared_statement_cache_capacity(endpoint.statements_max);
        let watch = Arc::new(Watch::new(stop));
        let seen = Arc::clone(&watch);
        database.progress_handler(STEPS_BETWEEN_CHECKS, Some(move || seen.is_over()));
        Ok(SqliteDriver { database, watch, statement_timeout: endpoint.statement_timeout })
    }

    fn execute(&self, call: &Call, sink: &mut dyn RowSink) -> Result<(), AdapterError> {
        let text = &*call.statement.text;
        if call.persistent {
            let mut statement = self.database.prepare_cached(text).map_err(from_sqlite)?;
            run(&mut statement, call, sink)
        } else {
            let mut statement = self.database.prepare(text).map_err(from_sqlite)?;
            run(&mut statement, call, sink)
        }
    }
}

impl BlockingDriver for SqliteDriver {
    fn run(&mut self, call: &Call, sink: &mut dyn RowSink) -> Result<(), AdapterError> {
        self.watch.begin(self.statement_timeout);
        let result = self.execute(call, sink).map_err(|error| self.watch.explain(error));
        self.watch.end();
        result
    }

    fn ping(&mut self) -> Result<(), AdapterError> {
        self.watch.begin(self.statement_timeout);
        let result = read_once(&self.database).map_err(|error| self.watch.explain(from_sqlite(error)));
        self.watch.end();
        result
    }

    fn interrupt(&self) -> Arc<dyn Interrupt> {
        Arc::new(SqliteInterrupt(self.database.get_interrupt_handle()))
    }
}

/// Binds, steps and pushes. SQLite resets the statement when its rows are dropped, also in the middle.
fn run(statement: &mut Statement<'_>, call: &Call, sink: &mut dyn RowSink) -> Result<(), AdapterError> {
    if !statement.readonly() {
        return Err(AdapterError::new(ErrorKind::Misconfigured, "the connection only reads"));
    }
    let columns = &call.statement.columns;
    if statement.column_count() != columns.len() {
        let detail = format!("{} result columns, {} expected", statement.column_count(), columns.len());
        return Err(AdapterError::new(ErrorKind::Internal, detail));
    }
    params::bind(statement, &call.statement.params)?;
    let mut rows = statement.raw_query();
    let mut scratch = String::new();
    while let Some(row) = rows.next().map_err(from_sqlite)? {
        for (index, ty) in columns.iter().enumerate() {
            let value = row.get_ref(index).map_err(from_sqlite)?;
            sink.cell(cells::decode(value, *ty, &mut scratch));
        }
        if sink.end_row() == Flow::Pause {
            break;
        }
    }
    Ok(())
}

struct SqliteInterrupt(InterruptHandle);

impl Interrupt for SqliteInterrupt {
    fn interrupt(&self) {
        self.0.interrupt();
    }
}

/// What SQLite's progress callback looks at while a statement runs.
struct Watch {
    stop: Arc<Stop>,
    epoch: Instant,
    /// Microseconds after `epoch`; `u64::MAX` without a deadline.
    deadline: AtomicU64,
}

impl Watch {
    fn new(stop: Arc<Stop>) -> Watch {
        Watch { stop, epoch: Instant::now(), deadline: AtomicU64::new(u64::MAX) }
    }

    fn begin(&self, timeout: Duration) {
        let deadline = self.now().saturating_add(u64::try_from(timeout.as_micros()).unwrap_or(u64::MAX));
        self.deadline.store(deadline, Ordering::Relaxed);
    }

    fn end(&self) {
        self.deadline.store(u64::MAX, Ordering::Relaxed);
    }

    fn now(&self) -> u64 {
        u64::try_from(self.epoch.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    fn is_late(&self) -> bool {
        self.now() >= self.deadline.load(Ordering::Relaxed)
    }

    fn is_over(&self) -> bool {
        self.stop.is_set() || self.is_late()
    }

    /// SQLite says "interrupted" for both reasons.
    fn explain(&self, error: AdapterError) -> AdapterError {
        if error.kind == ErrorKind::Cancelled && !self.stop.is_set() && self.is_late() {
            return AdapterError { kind: ErrorKind::Timeout, ..error };
        }
        error
    }
}

//! What the tests share: the endpoint, a sink that writes rows as text, one-line calls.

use std::sync::Arc;
use std::time::Duration;

use contract::{Advance, Call, Cell, Close, Connection, Endpoint, Flow, Param, RowSink, SqlType, Statement, Value};
use sqlx::Connection as _;

const VARIABLE: &str = "TIDEGATE_TEST_POSTGRES";
const MISSING: &str = "TIDEGATE_TESTS_ALLOW_MISSING";

/// The endpoint to test, or nothing where the test may be left out. Fails otherwise: a silent skip is no test.
pub fn endpoint() -> Option<Endpoint> {
    let Ok(url) = std::env::var(VARIABLE) else {
        let allowed = std::env::var(MISSING).unwrap_or_default();
        assert!(
            allowed.split(',').any(|name| name.trim() == "postgres"),
            "{VARIABLE} names no database; set {MISSING}=postgres to leave these tests out"
        );
        eprintln!("SKIPPED: {VARIABLE} names no PostgreSQL to test against");
        return None;
    };
    Some(Endpoint {
        url,
        application: "tidegate/test".to_owned(),
        statement_timeout: Duration::from_secs(10),
        connect_timeout: Duration::from_secs(5),
        pooled_by_proxy: false,
        statements_max: 20,
    })
}

/// Writes every cell as text, one line a row, and pauses after so many rows.
pub struct Lines {
    /// Complete rows.
    pub rows: Vec<Vec<String>>,
    row: Vec<String>,
    pause_after: usize,
}

impl Lines {
    pub fn new(pause_after: usize) -> Lines {
        Lines { rows: Vec::new(), row: Vec::new(), pause_after }
    }
}

impl RowSink for Lines {
    fn cell(&mut self, cell: Cell<'_>) {
        self.row.push(match cell {
            Cell::Date(date) => format!("Date({date})"),
            Cell::Time(time) => format!("Time({time})"),
            Cell::Timestamp(moment) => format!("Timestamp({moment})"),
            other => format!("{other:?}"),
        });
    }

    fn end_row(&mut self) -> Flow {
        self.rows.push(std::mem::take(&mut self.row));
        if self.rows.len().is_multiple_of(self.pause_after) { Flow::Pause } else { Flow::More }
    }
}

pub fn call(text: &str, params: Vec<Param>) -> Call {
    let statement = Statement { text: text.into(), params, columns: Arc::new([]) };
    Call { statement, persistent: true }
}

pub fn param(value: Value, ty: SqlType) -> Param {
    Param { value, ty }
}

pub async fn open(endpoint: Endpoint) -> Box<dyn Connection> {
    tidegate_postgres::open(endpoint).unwrap().connect().await.unwrap()
}

/// All rows of a statement, and the connection back.
pub async fn rows(connection: Box<dyn Connection>, call: Call) -> (Vec<Vec<String>>, Box<dyn Connection>) {
    let mut cursor = connection.query(call);
    let mut sink = Lines::new(usize::MAX);
    assert_eq!(cursor.advance(&mut sink).await.unwrap(), Advance::Done);
    (sink.rows, cursor.close(Close::Drain).await.unwrap())
}

/// Runs a script on a session of its own that may write.
pub async fn prepare(endpoint: &Endpoint, script: &'static str) {
    let mut connection = sqlx::PgConnection::connect(&endpoint.url).await.unwrap();
    sqlx::raw_sql(script).execute(&mut connection).await.unwrap();
}

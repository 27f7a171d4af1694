//! The data: customers and invoices, the same on PostgreSQL and SQLite, computed from the row's number alone.
//!
//! Half of the invoices belong to few customers. Decimals, dates, instants, nulls, text beyond ASCII, line breaks and
//! quotes. Knows nothing of the servers that read it.

use std::path::{Path, PathBuf};

use tokio_postgres::NoTls;

use crate::Outcome;

/// The schema of the benchmark, in whatever database it is given.
pub const SCHEMA: &str = "tidegate_bench";

/// How many rows there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Invoices.
    pub invoices: i64,
    /// Customers.
    pub customers: i64,
    /// Customers with half of all invoices.
    pub hot: i64,
}

/// What is measured.
pub const FULL: Size = Size { invoices: 1_000_000, customers: 100_000, hot: 2_000 };
/// What shows that everything works.
pub const SMALL: Size = Size { invoices: 10_000, customers: 1_000, hot: 40 };

/// Fills the schema, unless it holds just these rows already.
pub async fn load_postgres(url: &str, size: Size) -> Outcome<()> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    let driving = tokio::spawn(connection);
    let held = client.query_one(&format!("SELECT count(*) FROM {SCHEMA}.invoices"), &[]).await;
    if held.is_ok_and(|row| row.get::<_, i64>(0) == size.invoices) {
        return Ok(());
    }
    client.batch_execute(&postgres_script(size)).await?;
    drop(client);
    driving.await??;
    Ok(())
}

fn postgres_script(size: Size) -> String {
    let Size { invoices, customers, hot } = size;
    format!(
        r#"
DROP SCHEMA IF EXISTS {SCHEMA} CASCADE;
CREATE SCHEMA {SCHEMA};
SET search_path = {SCHEMA};
CREATE TABLE customers (
    id bigint PRIMARY KEY, name varchar(80) NOT NULL, city varchar(40), credit_limit numeric(14,2), since date);
INSERT INTO customers
SELECT i, (ARRAY['Müller & Söhne','Łukasz Żak','O''Brien "Bros"','株式会社','Smith','Åse'])[1 + i % 6] || ' ' || i,
    CASE WHEN i % 9 > 0 THEN (ARRAY['Zürich','Köln','Oslo','東京'])[1 + i % 4] END,
    CASE WHEN i % 5 > 0 THEN (i * 7919 % 1000003) / 100.0 END,
    date '2001-01-01' + (i * 31 % 8000)::int
FROM generate_series(1, {customers}::bigint) i;
CREATE TABLE invoices (
    id bigint PRIMARY KEY, number varchar(12) NOT NULL, customer_id bigint NOT NULL, invoice_date date NOT NULL,
    due_date date, status varchar(10) NOT NULL, currency varchar(3) NOT NULL, net numeric(14,2) NOT NULL,
    tax numeric(12,4), total numeric(14,2) NOT NULL, changed_at timestamptz, note varchar(120));
INSERT INTO invoices
SELECT i, 'R' || lpad(i::text, 9, '0'),
    CASE WHEN i % 2 = 0 THEN 1 + i / 2 * 7919 % {hot} ELSE 1 + i * 7919 % {customers} END,
    date '2019-01-01' + (a % 2200)::int,
    CASE WHEN i % 10 > 0 THEN date '2019-01-31' + (a % 2200)::int END,
    (ARRAY['open','paid','reminded','cancelled','draft'])[1 + i % 5],
    (ARRAY['EUR','CHF','USD'])[1 + i % 3],
    (a * 37) / 100.0,
    CASE WHEN i % 13 > 0 THEN (a * 11 % 1000000) / 10000.0 END,
    (a * 44) / 100.0,
    CASE WHEN i % 7 > 0 THEN to_timestamp(1577836800 + i * 61) + a % 1000000 * interval '1 microsecond' END,
    (ARRAY[NULL, 'Grüße aus Zürich, Bestellung ', E'first line\nsecond "quoted" \\ line ', '配送 – naïve café '])[1 + i % 4] || i
FROM (SELECT i, i * 7919 % 1000003 AS a FROM generate_series(1, {invoices}::bigint) i) numbers;
CREATE INDEX ON invoices (customer_id, invoice_date DESC);
ANALYZE customers;
ANALYZE invoices;
"#
    )
}

/// The SQLite file in this folder, written unless it is there.
pub fn load_sqlite(folder: &Path, size: Size) -> Outcome<PathBuf> {
    let path = folder.join(format!("bench-{}.db", size.invoices));
    if path.exists() {
        return Ok(path);
    }
    let unfinished = path.with_extension("new");
    drop(std::fs::remove_file(&unfinished));
    let database = rusqlite::Connection::open(&unfinished)?;
    database.execute_batch(&sqlite_script(size))?;
    drop(database);
    std::fs::rename(&unfinished, &path)?;
    Ok(path)
}

/// SQLite has no decimals: `net` and `total` count cents, `tax` is text.
fn sqlite_script(size: Size) -> String {
    let Size { invoices, customers, hot } = size;
    format!(
        r#"
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
BEGIN;
CREATE TABLE customers (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT, credit_limit INTEGER, since TEXT);
WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < {customers})
INSERT INTO customers
SELECT i, CASE i % 6 WHEN 0 THEN 'Müller & Söhne' WHEN 1 THEN 'Łukasz Żak' WHEN 2 THEN 'O''Brien "Bros"'
        WHEN 3 THEN '株式会社' WHEN 4 THEN 'Smith' ELSE 'Åse' END || ' ' || i,
    CASE WHEN i % 9 > 0 THEN CASE i % 4 WHEN 0 THEN 'Zürich' WHEN 1 THEN 'Köln' WHEN 2 THEN 'Oslo' ELSE '東京' END END,
    CASE WHEN i % 5 > 0 THEN i * 7919 % 1000003 END,
    date('2001-01-01', (i * 31 % 8000) || ' days')
FROM numbers;
CREATE TABLE invoices (
    id INTEGER PRIMARY KEY, number TEXT NOT NULL, customer_id INTEGER NOT NULL, invoice_date TEXT NOT NULL,
    due_date TEXT, status TEXT NOT NULL, currency TEXT NOT NULL, net INTEGER NOT NULL,
    tax TEXT, total INTEGER NOT NULL, changed_at TEXT, note TEXT);
WITH RECURSIVE numbers (i, a) AS
    (SELECT 1, 7919 UNION ALL SELECT i + 1, (i + 1) * 7919 % 1000003 FROM numbers WHERE i < {invoices})
INSERT INTO invoices
SELECT i, printf('R%09d', i),
    CASE WHEN i % 2 = 0 THEN 1 + i / 2 * 7919 % {hot} ELSE 1 + i * 7919 % {customers} END,
    date('2019-01-01', (a % 2200) || ' days'),
    CASE WHEN i % 10 > 0 THEN date('2019-01-31', (a % 2200) || ' days') END,
    CASE i % 5 WHEN 0 THEN 'open' WHEN 1 THEN 'paid' WHEN 2 THEN 'reminded' WHEN 3 THEN 'cancelled' ELSE 'draft' END,
    CASE i % 3 WHEN 0 THEN 'EUR' WHEN 1 THEN 'CHF' ELSE 'USD' END,
    a * 37,
    CASE WHEN i % 13 > 0 THEN printf('%d.%04d', a * 11 % 1000000 / 10000, a * 11 % 10000) END,
    a * 44,
    CASE WHEN i % 7 > 0 THEN
        strftime('%Y-%m-%d %H:%M:%S', 1577836800 + i * 61, 'unixepoch') || printf('.%06d', a % 1000000) END,
    CASE i % 4 WHEN 1 THEN 'Grüße aus Zürich, Bestellung ' || i
        WHEN 2 THEN 'first line' || char(10) || 'second "quoted" \ line ' || i
        WHEN 3 THEN '配送 – naïve café ' || i END
FROM numbers;
CREATE INDEX invoices_by_customer ON invoices (customer_id, invoice_date DESC);
COMMIT;
ANALYZE;
"#
    )
}

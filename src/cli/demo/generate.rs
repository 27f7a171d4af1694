//! The demonstration's database, from schema to indexes, in one transaction.
//!
//! Every row follows from fixed seeds: two runs make equal databases. What the rows look like is the tables' own business.

use std::path::Path;

use rusqlite::{Connection, Transaction};

use super::{customers, invoices, names, payments, products};

/// The first day that anything happened on: 2016-01-04, in days since 1970.
const FIRST_DAY: i64 = 16_804;
/// Days of business.
pub(super) const DAYS: i64 = 3_650;

/// Makes and fills a database file that does not exist yet.
pub(super) fn database(path: &Path) -> rusqlite::Result<()> {
    let mut connection = Connection::open(path)?;
    // The file bears a temporary name until it is whole, so a journal would protect nothing.
    // Foreign keys hold by construction, and a test says so.
    connection.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF;")?;
    let transaction = connection.transaction()?;
    transaction.execute_batch(include_str!("schema.sql"))?;
    fill(&transaction)?;
    transaction.execute_batch(include_str!("indexes.sql"))?;
    transaction.execute_batch("ANALYZE")?;
    transaction.commit()?;
    connection.close().map_err(|(_, error)| error)
}

fn fill(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare("INSERT INTO STATCODE VALUES (?, ?, ?)")?;
    for code in names::STATUS_CODES {
        insert.execute(code)?;
    }
    let customers = customers::insert(transaction)?;
    let products = products::insert(transaction)?;
    let invoices = invoices::insert(transaction, &customers, &products)?;
    payments::insert(transaction, &invoices)
}

/// The date so many days after the first day, as the database keeps it.
pub(super) fn date(day: i64) -> String {
    contract::Date::from_unix_days(FIRST_DAY + day).to_string()
}

/// A wall-clock time on that date, as the database keeps it.
pub(super) fn timestamp(day: i64, second: u64) -> String {
    format!("{} {:02}:{:02}:{:02}", date(day), second / 3600 % 24, second / 60 % 60, second % 60)
}

/// Text padded with blanks to a number of characters, as a CHAR column keeps it.
pub(super) fn padded(text: &str, length: usize) -> String {
    format!("{text:length$}")
}

/// A whole number of units of the last of `scale` digits, written as a decimal.
pub(super) fn decimal(units: i64, scale: usize) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let digits = format!("{:0width$}", units.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    format!("{sign}{whole}.{fraction}")
}

//! The gateway's two files over the data, as an administrator would write them.

use std::path::{Path, PathBuf};

use crate::data::SCHEMA;
use crate::{Database, Outcome};

/// What every link and context URL begins with, here and in the floor's answers.
pub const PUBLIC_URL: &str = "http://127.0.0.1:8080/odata/v4/";
/// Connections for keyed reads; the floor has as many.
pub const POSTGRES_CONNECTIONS: usize = 16;
/// The same for SQLite: what the default budget of eight leaves for keyed reads.
pub const SQLITE_CONNECTIONS: usize = 5;
/// Connections for scans, by default.
const SCAN_CONNECTIONS: usize = 2;

/// Writes both files and gives the path of `tidegate.toml`.
pub fn write(folder: &Path, database: Database, url: &str) -> Outcome<PathBuf> {
    let model = folder.join(format!("{}.model.toml", database.name()));
    std::fs::write(&model, model_text(database))?;
    let path = folder.join(format!("{}.toml", database.name()));
    let keyed = match database {
        Database::Postgres => POSTGRES_CONNECTIONS,
        Database::Sqlite => SQLITE_CONNECTIONS,
    };
    // One more is kept for cancelling.
    let connections = keyed + SCAN_CONNECTIONS + 1;
    let text = format!(
        r#"
[server]
listen = "127.0.0.1:0"
[sources.bench]
url = "{url}"
connections_max = {connections}
scan_connections_max = {SCAN_CONNECTIONS}
[services.bench]
public_url = "{PUBLIC_URL}"
model = "{}"
page_rows = 2000
"#,
        model.display()
    );
    std::fs::write(&path, text)?;
    Ok(path)
}

fn model_text(database: Database) -> String {
    let (schema, cents, tax) = match database {
        Database::Postgres => (format!("schema = \"{SCHEMA}\"\n"), "", ""),
        Database::Sqlite => (String::new(), r#", sql = "scaled""#, r#", sql = "decimal_text""#),
    };
    format!(
        r#"
namespace = "Bench"
[[entity_set]]
name = "Customers"
type = "Customer"
{schema}table = "customers"
key = ["Id"]
properties = [
  {{ name = "Id", column = "id", type = "Int64" }},
  {{ name = "Name", column = "name", type = "String", max_length = 80, nullable = false, exact = true }},
  {{ name = "City", column = "city", type = "String", max_length = 40, exact = true }},
  {{ name = "CreditLimit", column = "credit_limit", type = "Decimal", precision = 14, scale = 2{cents} }},
  {{ name = "Since", column = "since", type = "Date" }},
]
indexes = [{{ on = ["Id"], unique = true }}]

[[entity_set]]
name = "Invoices"
type = "Invoice"
{schema}table = "invoices"
key = ["Id"]
properties = [
  {{ name = "Id", column = "id", type = "Int64" }},
  {{ name = "Number", column = "number", type = "String", max_length = 12, nullable = false, exact = true }},
  {{ name = "CustomerId", column = "customer_id", type = "Int64", nullable = false }},
  {{ name = "InvoiceDate", column = "invoice_date", type = "Date", nullable = false }},
  {{ name = "DueDate", column = "due_date", type = "Date" }},
  {{ name = "Status", column = "status", type = "String", max_length = 10, nullable = false, exact = true }},
  {{ name = "Currency", column = "currency", type = "String", max_length = 3, nullable = false, exact = true }},
  {{ name = "Net", column = "net", type = "Decimal", precision = 14, scale = 2, nullable = false{cents} }},
  {{ name = "Tax", column = "tax", type = "Decimal", precision = 12, scale = 4{tax} }},
  {{ name = "Total", column = "total", type = "Decimal", precision = 14, scale = 2, nullable = false{cents} }},
  {{ name = "ChangedAt", column = "changed_at", type = "DateTimeOffset", sql = "instant" }},
  {{ name = "Note", column = "note", type = "String", max_length = 120, exact = true }},
]
indexes = [
  {{ on = ["Id"], unique = true }},
  {{ on = ["CustomerId", "InvoiceDate"] }},
]
"#
    )
}

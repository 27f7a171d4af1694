//! Reads tables, views, columns, keys and indexes from `information_schema`.
//!
//! One statement each over the whole schema, put together here. Decides nothing about what is published.

mod keys;
mod types;

use std::collections::HashMap;

use contract::catalog::{Catalog, Column, Scope, Table};
use sqlx::Row;
use sqlx::mysql::{MySqlConnection, MySqlRow};

const ABOUT: &str = "SELECT VERSION(), CURRENT_USER(), DATABASE()";

const TABLES: &str = "\
SELECT TABLE_NAME, TABLE_TYPE, TABLE_COMMENT FROM information_schema.TABLES \
WHERE TABLE_SCHEMA = ? AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED', 'VIEW')";

const COLUMNS: &str = "\
SELECT TABLE_NAME, COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, IS_NULLABLE, CAST(CHARACTER_MAXIMUM_LENGTH AS CHAR), \
 CAST(NUMERIC_PRECISION AS CHAR), CAST(NUMERIC_SCALE AS CHAR), COLLATION_NAME, COLUMN_COMMENT, PRIVILEGES \
FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? ORDER BY TABLE_NAME, ORDINAL_POSITION";

/// Tables found so far, by name.
struct Found {
    tables: Vec<Table>,
    places: HashMap<String, usize>,
}

impl Found {
    /// The table that a row names in its first column.
    fn table(&mut self, row: &MySqlRow) -> Result<Option<&mut Table>, sqlx::Error> {
        let place = self.places.get(&text(row, 0)?).copied();
        Ok(place.and_then(|place| self.tables.get_mut(place)))
    }
}

/// Reads the catalog of one schema.
pub(crate) async fn read(session: &mut MySqlConnection, scope: &Scope) -> Result<Catalog, sqlx::Error> {
    let about = sqlx::query(ABOUT).persistent(false).fetch_one(&mut *session).await?;
    let version = text(&about, 0)?;
    let chosen = optional(&about, 2)?;
    let schema = scope.schema.clone().or(chosen).unwrap_or_default();
    let mut found = tables(session, &schema, scope).await?;
    for row in &over(COLUMNS, &schema, session).await? {
        if let Some(table) = found.table(row)? {
            add_column(table, row)?;
        }
    }
    for row in &over(keys::FOREIGN_KEYS, &schema, session).await? {
        if let Some(table) = found.table(row)? {
            keys::add_foreign_key(table, row)?;
        }
    }
    // Only MySQL, and only since 8.0.13, indexes expressions.
    let expressions = !over(keys::HAS_EXPRESSIONS, "information_schema", session).await?.is_empty();
    let indexes = if expressions { keys::INDEXES_WITH_EXPRESSIONS } else { keys::INDEXES };
    for row in &over(indexes, &schema, session).await? {
        if let Some(table) = found.table(row)? {
            keys::add_index_part(table, row)?;
        }
    }
    Ok(Catalog { server: product(&version), user: optional(&about, 1)?, tables: found.tables })
}

/// The rows of one of the statements over a schema.
async fn over(
    statement: &'static str,
    schema: &str,
    session: &mut MySqlConnection,
) -> Result<Vec<MySqlRow>, sqlx::Error> {
    sqlx::query(statement).bind(schema).persistent(false).fetch_all(session).await
}

async fn tables(session: &mut MySqlConnection, schema: &str, scope: &Scope) -> Result<Found, sqlx::Error> {
    let mut tables = Vec::new();
    for row in &over(TABLES, schema, session).await? {
        let (name, view) = (text(row, 0)?, text(row, 1)? == "VIEW");
        if scope.tables.is_empty() || scope.tables.contains(&name) {
            // A view's comment is the word VIEW.
            let comment = optional(row, 2)?.filter(|comment| !view && !comment.is_empty());
            tables.push(Table { schema: Some(schema.to_owned()), name, view, comment, ..Table::default() });
        }
    }
    // The server would order by its own collation.
    tables.sort_by(|one, other| one.name.cmp(&other.name));
    let places = tables.iter().enumerate().map(|(place, table)| (table.name.clone(), place)).collect();
    Ok(Found { tables, places })
}

/// Adds a column, and what the user may do with it: rights on a table are its columns' rights taken together. The right
/// to delete alone shows nowhere.
fn add_column(table: &mut Table, row: &MySqlRow) -> Result<(), sqlx::Error> {
    let number = |index| Ok::<Option<u64>, sqlx::Error>(optional(row, index)?.and_then(|text| text.parse().ok()));
    let (data_type, declared) = (text(row, 2)?, text(row, 3)?);
    let shape = types::shape(&data_type, &declared, number(5)?, number(6)?, number(7)?);
    let collation = optional(row, 8)?;
    let rights = text(row, 10)?;
    let may = |wanted: &str| rights.split(',').any(|right| right.trim().eq_ignore_ascii_case(wanted));
    table.readable = Some(table.readable.unwrap_or(true) && may("select"));
    table.writable = Some(table.writable.unwrap_or(false) || may("insert") || may("update"));
    table.columns.push(Column {
        name: text(row, 1)?,
        declared,
        ty: shape.ty,
        nullable: text(row, 4)? == "YES",
        length: shape.length,
        precision: shape.precision,
        scale: shape.scale,
        exact: collation.as_deref().is_none_or(types::is_exact),
        collation,
        comment: optional(row, 9)?.filter(|comment| !comment.is_empty()),
    });
    Ok(())
}

/// `information_schema` gives some texts as bytes, by version; they are UTF-8 all the same.
fn optional(row: &MySqlRow, index: usize) -> Result<Option<String>, sqlx::Error> {
    row.try_get_unchecked(index)
}

fn text(row: &MySqlRow, index: usize) -> Result<String, sqlx::Error> {
    row.try_get_unchecked(index)
}

fn product(version: &str) -> String {
    let number = version.split('-').next().unwrap_or(version);
    if version.contains("MariaDB") { format!("MariaDB {number}") } else { format!("MySQL {version}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_product_is_named() {
        assert_eq!(product("10.11.6-MariaDB-0+deb12u1"), "MariaDB 10.11.6");
        assert_eq!(product("8.0.36-log"), "MySQL 8.0.36-log");
    }
}

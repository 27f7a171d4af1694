//! Foreign keys and indexes; the primary key is the index of that name.

use contract::catalog::{ForeignKey, Index, IndexPart, Table};
use sqlx::mysql::MySqlRow;

use super::{optional, text};

/// The name that every primary key's index has.
const PRIMARY: &str = "PRIMARY";

/// One row for each column of each foreign key.
pub(super) const FOREIGN_KEYS: &str = "\
SELECT TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME, REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME, \
 REFERENCED_COLUMN_NAME \
FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA = ? AND REFERENCED_TABLE_NAME IS NOT NULL \
ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION";

/// One row for each part of each index.
pub(super) const INDEXES: &str = "\
SELECT TABLE_NAME, INDEX_NAME, CAST(NON_UNIQUE AS CHAR), COLUMN_NAME, COLLATION, CAST(SUB_PART AS CHAR), INDEX_TYPE, \
 NULL \
FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = ? ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX";

/// The same where the server indexes expressions.
pub(super) const INDEXES_WITH_EXPRESSIONS: &str = "\
SELECT TABLE_NAME, INDEX_NAME, CAST(NON_UNIQUE AS CHAR), COLUMN_NAME, COLLATION, CAST(SUB_PART AS CHAR), INDEX_TYPE, \
 EXPRESSION \
FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = ? ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX";

/// Gives a row where the server indexes expressions.
pub(super) const HAS_EXPRESSIONS: &str = "\
SELECT COLUMN_NAME FROM information_schema.COLUMNS \
WHERE TABLE_SCHEMA = ? AND TABLE_NAME = 'STATISTICS' AND COLUMN_NAME = 'EXPRESSION'";

/// Adds a row of [`FOREIGN_KEYS`]; the rows of one key follow each other.
pub(super) fn add_foreign_key(table: &mut Table, row: &MySqlRow) -> Result<(), sqlx::Error> {
    let (name, column, target_column) = (text(row, 1)?, text(row, 2)?, text(row, 5)?);
    match table.foreign_keys.last_mut().filter(|key| key.name.as_deref() == Some(&*name)) {
        Some(key) => {
            key.columns.push(column);
            key.target_columns.push(target_column);
        }
        None => table.foreign_keys.push(ForeignKey {
            name: Some(name),
            columns: vec![column],
            target_schema: optional(row, 3)?,
            target: text(row, 4)?,
            target_columns: vec![target_column],
        }),
    }
    Ok(())
}

/// Adds a row of [`INDEXES`]; the rows of one index follow each other.
pub(super) fn add_index_part(table: &mut Table, row: &MySqlRow) -> Result<(), sqlx::Error> {
    let (name, column, order) = (text(row, 1)?, optional(row, 3)?, optional(row, 4)?);
    let expression = column.is_none();
    let column = match column {
        Some(column) => column,
        None => optional(row, 7)?.unwrap_or_default(),
    };
    if name == PRIMARY {
        table.primary_key.push(column.clone());
    }
    let descending = order.as_deref() == Some("D");
    let part = IndexPart {
        column,
        expression,
        descending,
        // NULL is the lowest value here; an index without order has no letter.
        nulls_first: order.map(|_| !descending),
        prefix: optional(row, 5)?.and_then(|length| length.parse().ok()),
        collation: None,
    };
    match table.indexes.last_mut().filter(|index| index.name == name) {
        Some(index) => index.parts.push(part),
        None => table.indexes.push(Index {
            name,
            unique: text(row, 2)? == "0",
            parts: vec![part],
            condition: None,
            method: text(row, 6)?.to_ascii_lowercase(),
        }),
    }
    Ok(())
}

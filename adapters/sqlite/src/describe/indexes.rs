//! All indexes of a table with their parts. Expressions and conditions come from the CREATE INDEX text.

use contract::catalog::{Index, IndexPart};
use rusqlite::{Connection, OptionalExtension, Result};

use super::index_text::{self, IndexText};

/// An index, and whether it is the primary key's.
pub struct Found {
    pub index: Index,
    pub primary: bool,
}

/// What the index of a rowid key is called; it has no name in SQLite.
const ROWID_INDEX: &str = "PRIMARY KEY";

/// The table itself as the index of its `INTEGER PRIMARY KEY`.
pub fn rowid(key: &[String]) -> Found {
    let parts = key.iter().map(|column| part(column.clone(), false)).collect();
    let (name, method) = (ROWID_INDEX.to_owned(), "btree".to_owned());
    Found { index: Index { name, unique: true, parts, condition: None, method }, primary: true }
}

/// The indexes as SQLite lists them.
pub fn read(database: &Connection, table: &str) -> Result<Vec<Found>> {
    let sql = "SELECT name, \"unique\", origin = 'pk' FROM pragma_index_list(?1, 'main') ORDER BY seq DESC";
    let mut statement = database.prepare(sql)?;
    let mut rows = statement.query([table])?;
    let mut indexes = Vec::new();
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        let text = create_text(database, &name)?;
        indexes.push(Found {
            primary: row.get(2)?,
            index: Index {
                unique: row.get(1)?,
                parts: parts(database, &name, &text)?,
                condition: text.condition,
                method: "btree".to_owned(),
                name,
            },
        });
    }
    Ok(indexes)
}

fn create_text(database: &Connection, index: &str) -> Result<IndexText> {
    let sql = "SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = ?1";
    let text: Option<Option<String>> = database.query_row(sql, [index], |row| row.get(0)).optional()?;
    Ok(text.flatten().map(|text| index_text::read(&text)).unwrap_or_default())
}

fn parts(database: &Connection, index: &str, text: &IndexText) -> Result<Vec<IndexPart>> {
    let sql = "SELECT name, cid, \"desc\", coll FROM pragma_index_xinfo(?1, 'main') WHERE key ORDER BY seqno";
    let mut statement = database.prepare(sql)?;
    let mut rows = statement.query([index])?;
    let mut parts = Vec::new();
    while let Some(row) = rows.next()? {
        let (name, column, descending): (Option<String>, i64, bool) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let written = text.parts.get(parts.len()).cloned().unwrap_or_default();
        // -2 marks an expression, -1 the rowid.
        let (name, expression) =
            if column == -2 { (written, true) } else { (name.unwrap_or("rowid".to_owned()), false) };
        parts.push(IndexPart { expression, collation: row.get(3)?, ..part(name, descending) });
    }
    Ok(parts)
}

/// SQLite keeps NULL as the smallest value.
fn part(column: String, descending: bool) -> IndexPart {
    let nulls_first = Some(!descending);
    IndexPart { column, expression: false, descending, nulls_first, prefix: None, collation: None }
}

//! The catalog of a SQLite file: tables, views, columns, keys, foreign keys, all indexes.
//!
//! Pragmas tell most of it, SQLite's column metadata the collations, the CREATE texts the expressions and conditions of
//! indexes. SQLite has no comments and no users, and a file has one schema.

mod index_text;
mod indexes;
mod types;

use contract::catalog::{Catalog, Column, ForeignKey, Index, IndexPart, Scope, Table};
use contract::{AdapterError, ErrorKind};
use rusqlite::{Connection, Result};

use crate::error::from_sqlite;

/// Reads the catalog. A view that SQLite itself cannot resolve is listed without columns.
pub fn describe(database: &Connection, scope: &Scope) -> std::result::Result<Catalog, AdapterError> {
    if scope.schema.as_deref().is_some_and(|schema| !schema.eq_ignore_ascii_case("main")) {
        return Err(AdapterError::new(ErrorKind::Misconfigured, "a SQLite file has the schema main only"));
    }
    let tables = read(database, scope).map_err(from_sqlite)?;
    Ok(Catalog { server: format!("SQLite {}", rusqlite::version()), user: None, tables })
}

/// One row of `table_list`.
struct Entry {
    name: String,
    view: bool,
    without_rowid: bool,
    strict: bool,
}

fn read(database: &Connection, scope: &Scope) -> Result<Vec<Table>> {
    let any_collation = names_a_collation(database)?;
    let mut tables = Vec::new();
    for entry in entries(database)? {
        let wanted = scope.tables.is_empty() || scope.tables.iter().any(|name| name.eq_ignore_ascii_case(&entry.name));
        if wanted {
            tables.push(table(database, entry, any_collation)?);
        }
    }
    Ok(tables)
}

fn entries(database: &Connection) -> Result<Vec<Entry>> {
    let sql = "SELECT name, type = 'view', wr, strict FROM pragma_table_list
               WHERE schema = 'main' AND type IN ('table', 'view', 'virtual') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
               ORDER BY name";
    let mut statement = database.prepare(sql)?;
    let rows = statement.query_map([], |row| {
        Ok(Entry { name: row.get(0)?, view: row.get(1)?, without_rowid: row.get(2)?, strict: row.get(3)? })
    })?;
    rows.collect()
}

/// Whether any table of the file declares a collation: only then can a view's text column have another than BINARY.
fn names_a_collation(database: &Connection) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE sql LIKE '%collate%')";
    database.query_row(sql, [], |row| row.get(0))
}

fn table(database: &Connection, entry: Entry, any_collation: bool) -> Result<Table> {
    let found = match columns(database, &entry.name) {
        Err(_) if entry.view => Vec::new(),
        found => found?,
    };
    let primary_key = primary_key(&found);
    let mut indexes = if entry.view { Vec::new() } else { indexes::read(database, &entry.name)? };
    let has_key_index = indexes.iter().any(|index| index.primary);
    let rowid = !entry.without_rowid && !entry.view && !has_key_index && primary_key.len() == 1;
    if rowid {
        indexes.insert(0, indexes::rowid(&primary_key));
    }
    let mut columns = Vec::with_capacity(found.len());
    for column in &found {
        let keyed = column.key_ordinal > 0 && (rowid || entry.without_rowid || entry.strict);
        columns.push(describe_column(database, &entry, column, keyed, any_collation));
    }
    let indexes = indexes.into_iter().map(|found| with_own_collations(found.index, &columns)).collect();
    Ok(Table {
        schema: None,
        view: entry.view,
        comment: None,
        columns,
        primary_key,
        foreign_keys: foreign_keys(database, &entry.name)?,
        indexes,
        readable: Some(true),
        writable: None,
        name: entry.name,
    })
}

/// One row of `table_xinfo`.
struct FoundColumn {
    name: String,
    declared: String,
    not_null: bool,
    /// Place in the primary key from 1, or 0.
    key_ordinal: i64,
}

fn columns(database: &Connection, table: &str) -> Result<Vec<FoundColumn>> {
    // 1 marks the hidden columns of virtual tables; 2 and 3 are generated columns, which can be read.
    let sql = "SELECT name, type, \"notnull\", pk FROM pragma_table_xinfo(?1, 'main') WHERE hidden <> 1 ORDER BY cid";
    let mut statement = database.prepare(sql)?;
    let rows = statement.query_map([table], |row| {
        let declared: Option<String> = row.get(1)?;
        Ok(FoundColumn {
            name: row.get(0)?,
            declared: declared.unwrap_or_default(),
            not_null: row.get(2)?,
            key_ordinal: row.get(3)?,
        })
    })?;
    rows.collect()
}

fn primary_key(columns: &[FoundColumn]) -> Vec<String> {
    let mut key: Vec<_> = columns.iter().filter(|column| column.key_ordinal > 0).collect();
    key.sort_by_key(|column| column.key_ordinal);
    key.into_iter().map(|column| column.name.clone()).collect()
}

fn describe_column(
    database: &Connection,
    entry: &Entry,
    found: &FoundColumn,
    keyed: bool,
    any_collation: bool,
) -> Column {
    let declared = types::read(&found.declared);
    let collation =
        if entry.view || !declared.ty.is_text() { None } else { collation(database, &entry.name, &found.name) };
    let binary = match &collation {
        Some(name) => name.eq_ignore_ascii_case("binary"),
        None => !any_collation,
    };
    Column {
        name: found.name.clone(),
        declared: found.declared.clone(),
        ty: declared.ty,
        nullable: !found.not_null && !keyed,
        length: declared.length,
        precision: declared.precision,
        scale: declared.scale,
        collation,
        exact: binary || !declared.ty.is_text(),
        comment: None,
    }
}

fn collation(database: &Connection, table: &str, column: &str) -> Option<String> {
    let (_, collation, ..) = database.column_metadata(Some("main"), table, column).ok()?;
    Some(collation?.to_string_lossy().into_owned())
}

/// Leaves a part's collation out where it is the column's.
fn with_own_collations(mut index: Index, columns: &[Column]) -> Index {
    let declared = |part: &IndexPart| {
        let column = columns.iter().find(|column| column.name == part.column);
        column.and_then(|column| column.collation.clone()).unwrap_or_else(|| "BINARY".to_owned())
    };
    for part in &mut index.parts {
        let same = part.collation.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(&declared(part)));
        if same {
            part.collation = None;
        }
    }
    index
}

fn foreign_keys(database: &Connection, table: &str) -> Result<Vec<ForeignKey>> {
    let sql = "SELECT id, \"table\", \"from\", \"to\" FROM pragma_foreign_key_list(?1, 'main') ORDER BY id, seq";
    let mut statement = database.prepare(sql)?;
    let mut rows = statement.query([table])?;
    let mut keys: Vec<(i64, ForeignKey)> = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, target, column): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let target_column: Option<String> = row.get(3)?;
        if keys.last().is_none_or(|(last, _)| *last != id) {
            let (columns, target_columns) = (Vec::new(), Vec::new());
            keys.push((id, ForeignKey { name: None, columns, target_schema: None, target, target_columns }));
        }
        if let Some((_, key)) = keys.last_mut() {
            key.columns.push(column);
            key.target_columns.extend(target_column);
        }
    }
    // Without columns the target's primary key is meant. SQLite numbers the keys from the last one declared.
    keys.reverse();
    let mut result = Vec::new();
    for (_, mut key) in keys {
        if key.target_columns.is_empty() {
            key.target_columns = primary_key(&columns(database, &key.target)?);
        }
        // SQLite accepts a key that matches nothing until it is used.
        if key.columns.len() == key.target_columns.len() {
            result.push(key);
        }
    }
    Ok(result)
}

#[cfg(test)]
mod tests;

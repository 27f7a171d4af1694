//! Primary keys, foreign keys and indexes.

use contract::catalog::{ForeignKey, Index, IndexPart, Table};
use sqlx::Row;
use sqlx::postgres::PgRow;

/// Primary and foreign keys with their columns in order.
pub(super) const CONSTRAINTS: &str = "\
SELECT k.conrelid::int8, k.conname::text, k.contype = 'p', \
 ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u (number, place) \
  JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number ORDER BY u.place), \
 n.nspname::text, t.relname::text, \
 ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u (number, place) \
  JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number ORDER BY u.place) \
FROM pg_catalog.pg_constraint k LEFT JOIN pg_catalog.pg_class t ON t.oid = k.confrelid \
 LEFT JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace \
WHERE k.conrelid::int8 = ANY ($1) AND k.contype IN ('p', 'f') \
ORDER BY k.conrelid, k.conname";

/// One row for each key part of each index that can be used; `indoption` has no entries for included columns.
pub(super) const INDEXES: &str = "\
SELECT i.indrelid::int8, x.relname::text, i.indisunique, m.amname::text, pg_get_expr(i.indpred, i.indrelid, true), \
 a.attname::text, pg_get_indexdef(i.indexrelid, p.place + 1, true), (i.indoption[p.place] & 1) = 1, \
 CASE WHEN m.amname = 'btree' THEN (i.indoption[p.place] & 2) = 2 END, \
 CASE WHEN i.indcollation[p.place] <> a.attcollation THEN o.collname::text END \
FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid \
 JOIN pg_catalog.pg_am m ON m.oid = x.relam \
 CROSS JOIN LATERAL generate_subscripts(i.indoption, 1) p (place) \
 LEFT JOIN pg_catalog.pg_attribute a \
  ON a.attrelid = i.indrelid AND a.attnum = i.indkey[p.place] AND i.indkey[p.place] <> 0 \
 LEFT JOIN pg_catalog.pg_collation o ON o.oid = i.indcollation[p.place] \
WHERE i.indrelid::int8 = ANY ($1) AND i.indisvalid AND i.indislive \
ORDER BY i.indrelid, x.relname, p.place";

/// Adds a row of [`CONSTRAINTS`].
pub(super) fn add_constraint(table: &mut Table, row: &PgRow) -> Result<(), sqlx::Error> {
    let columns = row.try_get(3)?;
    if row.try_get(2)? {
        table.primary_key = columns;
        return Ok(());
    }
    table.foreign_keys.push(ForeignKey {
        name: row.try_get(1)?,
        columns,
        target_schema: row.try_get(4)?,
        target: row.try_get(5)?,
        target_columns: row.try_get(6)?,
    });
    Ok(())
}

/// Adds a row of [`INDEXES`]; the rows of one index follow each other.
pub(super) fn add_index_part(table: &mut Table, row: &PgRow) -> Result<(), sqlx::Error> {
    let name: String = row.try_get(1)?;
    let column: Option<String> = row.try_get(5)?;
    let expression = column.is_none();
    let part = IndexPart {
        column: match column {
            Some(column) => column,
            None => row.try_get(6)?,
        },
        expression,
        descending: row.try_get(7)?,
        nulls_first: row.try_get(8)?,
        prefix: None,
        collation: row.try_get(9)?,
    };
    match table.indexes.last_mut().filter(|index| index.name == name) {
        Some(index) => index.parts.push(part),
        None => table.indexes.push(Index {
            name,
            unique: row.try_get(2)?,
            method: row.try_get(3)?,
            condition: row.try_get(4)?,
            parts: vec![part],
        }),
    }
    Ok(())
}

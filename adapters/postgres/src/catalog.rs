//! Reads tables, views, columns, keys and indexes from `pg_catalog`.
//!
//! Four statements, each over all relations at once, put together here. Decides nothing about what is published.

mod keys;
mod types;

use std::collections::HashMap;

use contract::AdapterError;
use contract::catalog::{Catalog, Column, Scope, Table};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Executor, Row};

use crate::adapter::Shared;
use crate::cursor::trusted;

/// Tables, partitioned and foreign tables, views and materialised views. Partitions only when they are asked for.
const RELATIONS: &str = "\
SELECT c.oid::int8, n.nspname::text, c.relname::text, c.relkind IN ('v', 'm'), obj_description(c.oid, 'pg_class'), \
 has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'), \
 c.relkind <> 'm' AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE') \
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
WHERE n.nspname = coalesce($1, current_schema()) AND c.relkind IN ('r', 'p', 'f', 'v', 'm') \
 AND CASE WHEN cardinality($2::text[]) = 0 THEN NOT c.relispartition ELSE c.relname = ANY ($2) END \
ORDER BY n.nspname, c.relname";

/// Columns with the base type under any domains. `collisdeterministic` is read by name, since old versions lack it.
const COLUMNS: &str = "\
WITH RECURSIVE step (id, type, modifier, required) AS ( \
  SELECT oid, typbasetype, typtypmod, typnotnull FROM pg_catalog.pg_type WHERE typtype = 'd' \
 UNION ALL \
  SELECT s.id, t.typbasetype, CASE WHEN s.modifier = -1 THEN t.typtypmod ELSE s.modifier END, \
   s.required OR t.typnotnull \
  FROM step s JOIN pg_catalog.pg_type t ON t.oid = s.type AND t.typtype = 'd' \
), domain AS (SELECT s.* FROM step s JOIN pg_catalog.pg_type t ON t.oid = s.type AND t.typtype <> 'd') \
SELECT a.attrelid::int8, a.attname::text, format_type(a.atttypid, a.atttypmod), b.typname::text, b.typtype = 'b', \
 coalesce(d.modifier, a.atttypmod), a.attnotnull OR coalesce(d.required, false), o.collname::text, \
 coalesce((to_jsonb(o) ->> 'collisdeterministic')::boolean, true), col_description(a.attrelid, a.attnum) \
FROM pg_catalog.pg_attribute a LEFT JOIN domain d ON d.id = a.atttypid \
 JOIN pg_catalog.pg_type b ON b.oid = coalesce(d.type, a.atttypid) \
 LEFT JOIN pg_catalog.pg_collation o ON o.oid = a.attcollation \
WHERE a.attrelid::int8 = ANY ($1) AND a.attnum > 0 AND NOT a.attisdropped \
ORDER BY a.attrelid, a.attnum";

/// Tables found so far, by the database's number for them.
struct Found {
    tables: Vec<Table>,
    places: HashMap<i64, usize>,
}

impl Found {
    fn table(&mut self, relation: i64) -> Option<&mut Table> {
        self.places.get(&relation).and_then(|place| self.tables.get_mut(*place))
    }
}

/// Reads the catalog, within one transaction behind a pooler.
pub(crate) async fn read(session: &mut PgConnection, scope: &Scope, shared: &Shared) -> Result<Catalog, AdapterError> {
    read_all(session, scope, shared).await.map_err(|error| shared.error(error))
}

async fn read_all(session: &mut PgConnection, scope: &Scope, shared: &Shared) -> Result<Catalog, sqlx::Error> {
    if let Some(transaction) = &shared.transaction {
        session.execute(sqlx::raw_sql(trusted(transaction.clone()))).await?;
    }
    let about = sqlx::query("SELECT 'PostgreSQL ' || current_setting('server_version'), current_user::text");
    let about = about.persistent(false).fetch_one(&mut *session).await?;
    let (mut found, relations) = relations(session, scope).await?;
    for row in &over(COLUMNS, &relations, session).await? {
        if let Some(table) = found.table(row.try_get(0)?) {
            table.columns.push(column(row)?);
        }
    }
    for row in &over(keys::CONSTRAINTS, &relations, session).await? {
        if let Some(table) = found.table(row.try_get(0)?) {
            keys::add_constraint(table, row)?;
        }
    }
    for row in &over(keys::INDEXES, &relations, session).await? {
        if let Some(table) = found.table(row.try_get(0)?) {
            keys::add_index_part(table, row)?;
        }
    }
    Ok(Catalog { server: about.try_get(0)?, user: about.try_get(1)?, tables: found.tables })
}

/// The rows of one of the statements over all relations.
async fn over(text: &'static str, relations: &[i64], session: &mut PgConnection) -> Result<Vec<PgRow>, sqlx::Error> {
    sqlx::query(text).bind(relations).persistent(false).fetch_all(session).await
}

async fn relations(session: &mut PgConnection, scope: &Scope) -> Result<(Found, Vec<i64>), sqlx::Error> {
    let query = sqlx::query(RELATIONS).bind(&scope.schema).bind(&scope.tables).persistent(false);
    let mut found = Found { tables: Vec::new(), places: HashMap::new() };
    let mut numbers = Vec::new();
    for row in query.fetch_all(session).await? {
        let number = row.try_get(0)?;
        numbers.push(number);
        found.places.insert(number, found.tables.len());
        found.tables.push(Table {
            schema: row.try_get(1)?,
            name: row.try_get(2)?,
            view: row.try_get(3)?,
            comment: row.try_get(4)?,
            readable: row.try_get(5)?,
            writable: row.try_get(6)?,
            ..Table::default()
        });
    }
    Ok((found, numbers))
}

fn column(row: &PgRow) -> Result<Column, sqlx::Error> {
    let (base, plain): (String, bool) = (row.try_get(3)?, row.try_get(4)?);
    let shape = types::shape(if plain { &base } else { "" }, row.try_get(5)?);
    let deterministic: bool = row.try_get(8)?;
    Ok(Column {
        name: row.try_get(1)?,
        declared: row.try_get(2)?,
        ty: shape.ty,
        nullable: !row.try_get::<bool, _>(6)?,
        length: shape.length,
        precision: shape.precision,
        scale: shape.scale,
        collation: row.try_get(7)?,
        exact: deterministic && base != "citext",
        comment: row.try_get(9)?,
    })
}

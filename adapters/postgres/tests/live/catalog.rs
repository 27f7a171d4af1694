//! What introspection finds in a schema made for it.

use contract::SqlType;
use contract::catalog::{Catalog, Column, Scope, Table};

use crate::support::{endpoint, prepare};

const SET_UP: &str = r#"
DROP SCHEMA IF EXISTS tidegate_catalog CASCADE;
CREATE SCHEMA tidegate_catalog;
SET search_path = tidegate_catalog;
CREATE DOMAIN amount AS numeric(12,2) NOT NULL;
CREATE DOMAIN price AS amount;
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE parent (a int, "B b" text COLLATE "C", c char(3), d varchar(20) NOT NULL, PRIMARY KEY ("B b", a));
COMMENT ON TABLE parent IS 'The parent';
COMMENT ON COLUMN parent.d IS 'Dee';
CREATE TABLE child (id bigint PRIMARY KEY, pb text, pa int, total price, feeling mood, doc jsonb, name text COLLATE loose,
  stamp timestamptz, fee money, tags text[], small int2, gone int, CONSTRAINT up FOREIGN KEY (pb, pa) REFERENCES parent);
ALTER TABLE child DROP COLUMN gone;
CREATE INDEX by_name ON child (lower(name) DESC NULLS LAST, id) WHERE feeling = 'good';
CREATE INDEX by_pa ON child USING hash (pa);
CREATE UNIQUE INDEX by_stamp ON child (stamp DESC, pb COLLATE "C") INCLUDE (total);
CREATE VIEW seen AS SELECT a, d FROM parent;
CREATE MATERIALIZED VIEW kept AS SELECT a FROM parent;
CREATE TABLE parts (k int) PARTITION BY RANGE (k);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (1) TO (2);
"#;

fn column<'a>(table: &'a Table, name: &str) -> &'a Column {
    table.columns.iter().find(|column| column.name == name).unwrap()
}

fn table<'a>(catalog: &'a Catalog, name: &str) -> &'a Table {
    catalog.tables.iter().find(|table| table.name == name).unwrap()
}

#[tokio::test]
async fn the_catalog_is_read_whole() {
    let Some(mut endpoint) = endpoint() else { return };
    prepare(&endpoint, SET_UP).await;
    let scope = Scope { schema: Some("tidegate_catalog".to_owned()), tables: vec![] };
    let catalog = tidegate_postgres::open(endpoint.clone()).unwrap().describe(scope.clone()).await.unwrap();
    assert!(catalog.server.starts_with("PostgreSQL 1") && catalog.user.is_some(), "{catalog:?}");
    let names: Vec<&str> = catalog.tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["child", "kept", "parent", "parts", "seen"], "no partition, in order");

    let parent = table(&catalog, "parent");
    assert_eq!((parent.comment.as_deref(), parent.view), (Some("The parent"), false));
    assert_eq!(parent.primary_key, ["B b", "a"]);
    assert_eq!((parent.readable, parent.writable), (Some(true), Some(true)));
    let d = column(parent, "d");
    assert_eq!((d.declared.as_str(), d.ty, d.length), ("character varying(20)", SqlType::Text, Some(20)));
    assert_eq!((d.nullable, d.comment.as_deref(), d.collation.as_deref()), (false, Some("Dee"), Some("default")));
    assert_eq!(column(parent, "c").ty, SqlType::Char { length: 3 });
    assert_eq!(column(parent, "B b").collation.as_deref(), Some("C"));

    let child = table(&catalog, "child");
    let total = column(child, "total");
    assert_eq!((total.ty, total.precision, total.scale), (SqlType::Decimal { scale: Some(2) }, Some(12), Some(2)));
    assert!(!total.nullable, "a domain under the domain forbids NULL");
    for (name, ty) in [
        ("feeling", SqlType::Other),
        ("doc", SqlType::Other),
        ("tags", SqlType::Other),
        ("stamp", SqlType::Instant),
        ("fee", SqlType::Decimal { scale: Some(2) }),
        ("small", SqlType::I16),
    ] {
        assert_eq!(column(child, name).ty, ty, "{name}");
    }
    assert!(!column(child, "name").exact && column(child, "pb").exact);
    assert!(child.columns.iter().all(|column| column.name != "gone"));
    assert!(table(&catalog, "seen").view && table(&catalog, "kept").view);
    assert_eq!(table(&catalog, "kept").writable, Some(false));

    endpoint.pooled_by_proxy = true;
    let pooled = tidegate_postgres::open(endpoint).unwrap();
    assert_eq!(pooled.describe(scope.clone()).await.unwrap(), catalog);
    let named = Scope { tables: vec!["parts_1".to_owned(), "seen".to_owned()], ..scope };
    let some = pooled.describe(named).await.unwrap();
    assert_eq!(some.tables.len(), 2, "a partition is read when it is asked for");
    keys_and_indexes(child);
}

fn keys_and_indexes(child: &Table) {
    let [up] = child.foreign_keys.as_slice() else { panic!("{:?}", child.foreign_keys) };
    assert_eq!((up.name.as_deref(), up.columns.concat().as_str()), (Some("up"), "pbpa"));
    assert_eq!((up.target_schema.as_deref(), up.target.as_str()), (Some("tidegate_catalog"), "parent"));
    assert_eq!(up.target_columns, ["B b", "a"]);
    let index = |name: &str| child.indexes.iter().find(|index| index.name == name).unwrap();
    assert_eq!(child.indexes.len(), 4);
    let by_name = index("by_name");
    assert_eq!(by_name.condition.as_deref(), Some("feeling = 'good'::tidegate_catalog.mood"));
    let first = &by_name.parts[0];
    assert_eq!((first.column.as_str(), first.expression), ("lower(name)", true));
    assert_eq!((first.descending, first.nulls_first), (true, Some(false)));
    assert_eq!((by_name.parts[1].column.as_str(), by_name.parts[1].descending), ("id", false));
    let by_pa = index("by_pa");
    assert_eq!((by_pa.method.as_str(), by_pa.parts[0].nulls_first), ("hash", None));
    let by_stamp = index("by_stamp");
    assert!(by_stamp.unique && by_stamp.parts.len() == 2, "included columns are no parts");
    assert_eq!(by_stamp.parts[0].nulls_first, Some(true));
    assert_eq!(by_stamp.parts[1].collation.as_deref(), Some("C"));
    assert!(index("child_pkey").unique);
}

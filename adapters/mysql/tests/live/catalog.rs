//! What introspection finds in a schema made for it.

use contract::SqlType;
use contract::catalog::{Catalog, Column, Scope, Table};

use crate::support::{endpoint, prepare};

const SET_UP: &[&str] = &[
    "DROP DATABASE IF EXISTS tidegate_catalog",
    "CREATE DATABASE tidegate_catalog CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
    "CREATE TABLE tidegate_catalog.parent (a int, `B b` varchar(20) COLLATE utf8mb4_nopad_bin, c char(3), \
     d text NOT NULL COMMENT 'Dee', PRIMARY KEY (`B b`, a)) COMMENT 'The parent'",
    "CREATE TABLE tidegate_catalog.child (id bigint unsigned PRIMARY KEY, pb varchar(20) COLLATE utf8mb4_nopad_bin, \
     pa int, total decimal(12,2) unsigned, flag tinyint(1), small smallint unsigned, whole int unsigned, \
     stamp timestamp NULL, moment datetime(3), choice enum('x','y'), picture binary(16), identity uuid, shape point, \
     name varchar(50) COLLATE utf8mb4_bin, \
     CONSTRAINT up FOREIGN KEY (pb, pa) REFERENCES tidegate_catalog.parent (`B b`, a), \
     UNIQUE KEY by_moment (moment DESC, total), KEY by_name (name(10)), FULLTEXT KEY words (name))",
    "CREATE VIEW tidegate_catalog.seen AS SELECT a, d FROM tidegate_catalog.parent",
];

fn column<'a>(table: &'a Table, name: &str) -> &'a Column {
    table.columns.iter().find(|column| column.name == name).unwrap()
}

fn table<'a>(catalog: &'a Catalog, name: &str) -> &'a Table {
    catalog.tables.iter().find(|table| table.name == name).unwrap()
}

#[tokio::test]
async fn the_catalog_is_read_whole() {
    let Some(endpoint) = endpoint() else { return };
    prepare(&endpoint, SET_UP).await;
    let scope = Scope { schema: Some("tidegate_catalog".to_owned()), tables: vec![] };
    let catalog = tidegate_mysql::open(endpoint.clone()).unwrap().describe(scope.clone()).await.unwrap();
    assert!(catalog.server.starts_with('M') && catalog.user.is_some(), "{catalog:?}");
    let names: Vec<&str> = catalog.tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["child", "parent", "seen"]);

    let parent = table(&catalog, "parent");
    assert_eq!((parent.comment.as_deref(), parent.view), (Some("The parent"), false));
    assert_eq!(parent.primary_key, ["B b", "a"]);
    assert_eq!((parent.readable, parent.writable), (Some(true), Some(true)));
    let d = column(parent, "d");
    assert_eq!((d.ty, d.length, d.nullable), (SqlType::Text, Some(65_535), false));
    assert_eq!((d.comment.as_deref(), d.exact), (Some("Dee"), false));
    assert!(column(parent, "B b").exact);
    assert_eq!(column(parent, "c").ty, SqlType::Char { length: 3 });
    let seen = table(&catalog, "seen");
    assert_eq!((seen.view, seen.comment.as_deref(), seen.columns.len()), (true, None, 2));

    let child = table(&catalog, "child");
    for (name, ty) in [
        ("id", SqlType::U64),
        ("total", SqlType::Decimal { scale: Some(2) }),
        ("flag", SqlType::I16),
        ("small", SqlType::I32),
        ("whole", SqlType::I64),
        ("stamp", SqlType::Instant),
        ("moment", SqlType::Timestamp),
        ("choice", SqlType::Other),
        ("picture", SqlType::Bytes),
        ("identity", SqlType::Other),
        ("shape", SqlType::Bytes),
    ] {
        assert_eq!(column(child, name).ty, ty, "{name}");
    }
    assert!(!column(child, "name").exact, "a plain _bin ignores trailing blanks");
    keys_and_indexes(child);

    let named = Scope { tables: vec!["seen".to_owned()], ..scope };
    let some = tidegate_mysql::open(endpoint).unwrap().describe(named).await.unwrap();
    assert_eq!(some.tables.len(), 1);
}

fn keys_and_indexes(child: &Table) {
    let [up] = child.foreign_keys.as_slice() else { panic!("{:?}", child.foreign_keys) };
    assert_eq!((up.name.as_deref(), up.columns.concat().as_str()), (Some("up"), "pbpa"));
    assert_eq!((up.target_schema.as_deref(), up.target.as_str()), (Some("tidegate_catalog"), "parent"));
    assert_eq!(up.target_columns, ["B b", "a"]);
    let index = |name: &str| child.indexes.iter().find(|index| index.name == name).unwrap();
    let by_moment = index("by_moment");
    assert!(by_moment.unique && by_moment.method == "btree");
    assert_eq!((by_moment.parts[0].descending, by_moment.parts[0].nulls_first), (true, Some(false)));
    assert_eq!((by_moment.parts[1].descending, by_moment.parts[1].nulls_first), (false, Some(true)));
    assert_eq!((index("by_name").unique, index("by_name").parts[0].prefix), (false, Some(10)));
    assert_eq!((index("words").method.as_str(), index("words").parts[0].nulls_first), ("fulltext", None));
    assert_eq!(child.primary_key, ["id"]);
    assert!(index("PRIMARY").unique);
}

#[tokio::test]
async fn rights_are_the_users_own() {
    let Some(mut endpoint) = endpoint() else { return };
    let set_up: &[&str] = &[
        "CREATE DATABASE IF NOT EXISTS tidegate_rights",
        "CREATE OR REPLACE TABLE tidegate_rights.open (a int)",
        "CREATE OR REPLACE TABLE tidegate_rights.hidden (a int)",
        "CREATE OR REPLACE USER 'tidegate_reader'@'%'",
        "GRANT SELECT ON tidegate_rights.open TO 'tidegate_reader'@'%'",
    ];
    prepare(&endpoint, set_up).await;
    let (_, place) = endpoint.url.split_once('@').unwrap();
    endpoint.url = format!("mysql://tidegate_reader@{}/tidegate_rights", place.split('/').next().unwrap());
    let catalog = tidegate_mysql::open(endpoint).unwrap().describe(Scope::default()).await.unwrap();
    let [open] = catalog.tables.as_slice() else { panic!("{catalog:?}") };
    assert_eq!((open.name.as_str(), open.readable, open.writable), ("open", Some(true), Some(false)));
}

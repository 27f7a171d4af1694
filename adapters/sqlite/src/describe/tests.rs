#![allow(clippy::unwrap_used)]

use contract::SqlType;

use super::*;

const SCHEMA: &str = "
    CREATE TABLE customer (id INTEGER PRIMARY KEY, code CHAR(4) COLLATE NOCASE, name VARCHAR(40) NOT NULL DEFAULT 'x',
        trailing TEXT COLLATE RTRIM, active BOOLEAN, credit DECIMAL(12, 2), born DATE, big_name TEXT AS (upper(name)));
    CREATE TABLE line (invoice INT, position INT, amount NUMERIC, PRIMARY KEY (position, invoice));
    CREATE TABLE pair (b TEXT, a TEXT, v, PRIMARY KEY (a DESC, b)) WITHOUT ROWID;
    CREATE TABLE descending (id INTEGER PRIMARY KEY DESC);
    CREATE TABLE strict_one (code TEXT PRIMARY KEY) STRICT;
    CREATE TABLE \"odd \"\" name\" (\"a b\" TEXT REFERENCES pair, c INT REFERENCES customer,
        FOREIGN KEY (c) REFERENCES customer (id),
        FOREIGN KEY (c, \"a b\") REFERENCES line (position, invoice));
    CREATE UNIQUE INDEX by_name ON customer (name COLLATE NOCASE DESC, code) WHERE active = 1;
    CREATE INDEX by_lower ON customer (lower(name), born);
    CREATE VIEW known AS SELECT id, name FROM customer WHERE active;
    CREATE VIEW lost AS SELECT x FROM gone;
    CREATE TABLE sqliteish (a);
    CREATE VIRTUAL TABLE search USING fts5(body);
";

fn catalog(scope: &Scope) -> Catalog {
    let database = Connection::open_in_memory().unwrap();
    database.execute_batch(SCHEMA).unwrap();
    describe(&database, scope).unwrap()
}

fn table(name: &str) -> Table {
    let mut found = catalog(&Scope { schema: None, tables: vec![name.to_owned()] }).tables;
    assert_eq!(found.len(), 1);
    found.remove(0)
}

fn column<'a>(table: &'a Table, name: &str) -> &'a Column {
    table.columns.iter().find(|column| column.name == name).unwrap()
}

#[test]
fn tables_and_views_are_listed_by_name() {
    let names: Vec<_> = catalog(&Scope::default()).tables.into_iter().map(|table| (table.name, table.view)).collect();
    let expected = [
        ("customer", false),
        ("descending", false),
        ("known", true),
        ("line", false),
        ("lost", true),
        ("odd \" name", false),
        ("pair", false),
        ("search", false),
        ("sqliteish", false),
        ("strict_one", false),
    ];
    assert_eq!(names, expected.map(|(name, view)| (name.to_owned(), view)));
    let database = Connection::open_in_memory().unwrap();
    let other = Scope { schema: Some("public".to_owned()), tables: Vec::new() };
    assert_eq!(describe(&database, &other).unwrap_err().kind, ErrorKind::Misconfigured);
}

#[test]
fn columns_have_types_lengths_and_collations() {
    let customer = table("CUSTOMER");
    let code = column(&customer, "code");
    assert_eq!((code.ty, code.length, code.exact), (SqlType::Char { length: 4 }, Some(4), false));
    assert_eq!(code.collation.as_deref(), Some("NOCASE"));
    assert!(!column(&customer, "trailing").exact);
    let name = column(&customer, "name");
    assert_eq!((name.ty, name.length, name.nullable, name.exact), (SqlType::Text, Some(40), false, true));
    let credit = column(&customer, "credit");
    assert_eq!((credit.precision, credit.scale, credit.nullable), (Some(12), Some(2), true));
    assert_eq!(column(&customer, "active").ty, SqlType::I64);
    assert!(customer.columns.iter().any(|column| column.name == "big_name"), "a generated column can be read");
    assert_eq!(table("search").columns.len(), 1, "hidden columns are left out");
}

#[test]
fn keys_and_their_nulls_are_told_honestly() {
    let nullable = |name: &str| table(name).columns.iter().map(|column| column.nullable).collect::<Vec<_>>();
    assert_eq!(table("customer").primary_key, ["id"]);
    assert!(!column(&table("customer"), "id").nullable, "an INTEGER PRIMARY KEY is the rowid");
    assert_eq!(table("line").primary_key, ["position", "invoice"]);
    assert_eq!(nullable("line"), [true, true, true], "SQLite lets NULL into the key of a rowid table");
    assert_eq!(table("pair").primary_key, ["a", "b"]);
    assert_eq!(nullable("pair"), [false, false, true]);
    assert_eq!(nullable("descending"), [true], "INTEGER PRIMARY KEY DESC is not the rowid");
    assert_eq!(nullable("strict_one"), [false]);
}

#[test]
fn a_strict_key_takes_no_null() {
    let database = Connection::open_in_memory().unwrap();
    database.execute_batch(SCHEMA).unwrap();
    assert!(database.execute("INSERT INTO strict_one VALUES (NULL)", []).is_err());
    assert!(database.execute("INSERT INTO descending VALUES (NULL)", []).is_ok());
}

#[test]
fn indexes_are_complete() {
    let indexes = table("customer").indexes;
    let names: Vec<_> = indexes.iter().map(|index| index.name.as_str()).collect();
    assert_eq!(names, ["PRIMARY KEY", "by_name", "by_lower"]);
    let [_, by_name, by_lower] = indexes.as_slice() else { unreachable!() };
    assert!(by_name.unique);
    assert_eq!(by_name.condition.as_deref(), Some("active = 1"));
    let [name, code] = by_name.parts.as_slice() else { panic!("{:?}", by_name.parts) };
    assert_eq!((name.column.as_str(), name.descending, name.nulls_first), ("name", true, Some(false)));
    assert_eq!((name.collation.as_deref(), code.collation.as_deref()), (Some("NOCASE"), None));
    assert_eq!((code.column.as_str(), code.expression, code.nulls_first), ("code", false, Some(true)));
    let [lower, born] = by_lower.parts.as_slice() else { panic!("{:?}", by_lower.parts) };
    assert_eq!((lower.column.as_str(), lower.expression, born.expression), ("lower(name)", true, false));
    let pair = table("pair").indexes;
    assert_eq!(pair.len(), 1);
    assert_eq!(
        pair[0].parts.iter().map(|part| (part.column.as_str(), part.descending)).collect::<Vec<_>>(),
        [("a", true), ("b", false)]
    );
    assert_eq!(table("descending").indexes.len(), 1);
}

#[test]
fn foreign_keys_name_their_columns_and_leave_out_what_matches_nothing() {
    let keys = table("odd \" name").foreign_keys;
    let short: Vec<_> =
        keys.iter().map(|key| (key.columns.join(","), key.target.as_str(), key.target_columns.join(","))).collect();
    let text = |a: &str| a.to_owned();
    let expected = [
        (text("c"), "customer", text("id")),
        (text("c"), "customer", text("id")),
        (text("c,a b"), "line", text("position,invoice")),
    ];
    assert_eq!(short, expected);
}

#[test]
fn a_views_text_is_exact_only_where_nothing_declares_a_collation() {
    assert!(!column(&table("known"), "name").exact);
    assert_eq!(table("lost").columns, []);
    let database = Connection::open_in_memory().unwrap();
    database.execute_batch("CREATE TABLE t (a TEXT); CREATE VIEW v AS SELECT a FROM t").unwrap();
    let found = describe(&database, &Scope::default()).unwrap();
    assert!(found.tables.iter().all(|table| table.columns.iter().all(|column| column.exact)));
}

//! The demonstration is the same on every machine, has the promised size, and its files fit each other.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};

use rusqlite::{Connection, types::ValueRef};

use super::*;

const TABLES: [&str; 6] = ["CUSTMAST", "INVHDR", "INVLINE", "PAYMENT", "PRODUCT", "STATCODE"];

fn open(demo: &Demo) -> Connection {
    Connection::open(&demo.database).unwrap()
}

/// Rows and a hash of all their cells, per table.
fn contents(connection: &Connection) -> BTreeMap<&'static str, (u64, u64)> {
    TABLES.into_iter().map(|table| (table, content(connection, table))).collect()
}

fn content(connection: &Connection, table: &str) -> (u64, u64) {
    let mut statement = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
    let columns = statement.column_count();
    let mut rows = statement.query([]).unwrap();
    let (mut count, mut hasher) = (0, DefaultHasher::new());
    while let Some(row) = rows.next().unwrap() {
        count += 1;
        for column in 0..columns {
            match row.get_ref(column).unwrap() {
                ValueRef::Null => 0.hash(&mut hasher),
                ValueRef::Integer(value) => value.hash(&mut hasher),
                ValueRef::Real(value) => value.to_bits().hash(&mut hasher),
                ValueRef::Text(value) | ValueRef::Blob(value) => value.hash(&mut hasher),
            }
        }
    }
    (count, hasher.finish())
}

fn number(connection: &Connection, sql: &str) -> i64 {
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn two_runs_make_the_same_rows_quickly() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let start = Instant::now();
    let first = generate(&one.path().join("new/folder")).unwrap();
    let took = start.elapsed();
    eprintln!("generated in {took:?}");
    let second = generate(two.path()).unwrap();
    let contents_first = contents(&open(&first));
    assert_eq!(contents_first, contents(&open(&second)));
    assert!(took < Duration::from_secs(5), "took {took:?}");
    let counts: HashMap<_, _> = contents_first.iter().map(|(table, (rows, _))| (*table, *rows)).collect();
    assert_eq!(counts["CUSTMAST"], customers::CUSTOMERS);
    assert_eq!(counts["INVHDR"], invoices::INVOICES as u64);
    assert_eq!(counts["PAYMENT"], payments::PAYMENTS as u64);
    assert_eq!(counts["PRODUCT"], 400);
    let all: u64 = counts.values().sum();
    assert!((98_000..=102_000).contains(&all), "{all} rows, of these {counts:?}");
    let files: Vec<_> = fs::read_dir(two.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(files.len(), 3, "{files:?}");
}

#[test]
fn nothing_is_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(CONFIG_FILE), "mine").unwrap();
    fs::write(dir.path().join(DATABASE_FILE), "mine too").unwrap();
    let demo = generate(dir.path()).unwrap();
    assert!(!demo.created);
    assert_eq!(fs::read_to_string(&demo.config).unwrap(), "mine");
    assert_eq!(fs::read_to_string(&demo.database).unwrap(), "mine too");
    assert_eq!(fs::read_to_string(&demo.model).unwrap(), MODEL);
}

#[test]
fn the_data_has_the_oddities_it_promises() {
    let dir = tempfile::tempdir().unwrap();
    let connection = open(&generate(dir.path()).unwrap());
    for (least, what, sql) in [
        (
            6,
            "codes that differ by case alone",
            "SELECT count(*) FROM STATCODE a JOIN STATCODE b ON lower(a.STAT_CD) = lower(b.STAT_CD) AND a.STAT_CD < b.STAT_CD",
        ),
        (
            40,
            "product codes that differ by case alone",
            "SELECT count(*) FROM PRODUCT a JOIN PRODUCT b ON a.PROD_CD = b.PROD_CD COLLATE NOCASE AND a.PROD_CD < b.PROD_CD",
        ),
        (5, "zero dates", "SELECT count(*) FROM CUSTMAST WHERE SINCE_DT = '0000-00-00'"),
        (50, "flags outside their values", "SELECT count(*) FROM INVHDR WHERE PAID_FL NOT IN ('Y', 'N')"),
        (10, "names longer than their column", "SELECT count(*) FROM CUSTMAST WHERE length(CUST_NM) > 80"),
        (2000, "padded codes", "SELECT count(*) FROM CUSTMAST WHERE length(CLASS_CD) = 10 AND CLASS_CD LIKE '% '"),
        (500, "blanks", "SELECT count(*) FROM CUSTMAST WHERE CUST_NM2 = ''"),
        (500, "nulls", "SELECT count(*) FROM CUSTMAST WHERE CUST_NM2 IS NULL"),
        (1, "amounts that are words", "SELECT count(*) FROM CUSTMAST WHERE BAL_AMT = 'see file'"),
        (1_000, "unpaid invoices in the view", "SELECT count(*) FROM OPENITEM"),
        (1_000, "reals", "SELECT count(*) FROM INVHDR WHERE typeof(FX_RATE) = 'real'"),
    ] {
        let found = number(&connection, sql);
        assert!(found >= least, "{what}: {found}");
    }
    assert_eq!(
        number(
            &connection,
            "SELECT count(*) FROM INVHDR h WHERE NET_C <> (SELECT sum(LINE_AMT_C) FROM INVLINE l WHERE l.INV_NO = h.INV_NO)"
        ),
        0
    );
    assert_eq!(number(&connection, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
    let broken =
        connection.query_row("SELECT NOTES FROM CUSTMAST WHERE CUST_NO = 1777", [], |row| row.get::<_, String>(0));
    assert!(broken.is_err(), "{broken:?} is valid UTF-8");
}

#[test]
fn every_property_has_its_column() {
    let dir = tempfile::tempdir().unwrap();
    let connection = open(&generate(dir.path()).unwrap());
    let model: toml::Table = MODEL.parse().unwrap();
    let sets = model["entity_set"].as_array().unwrap();
    let names: Vec<_> = sets.iter().map(|set| set["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Customers", "Invoices", "InvoiceLines", "Payments", "Products", "StatusCodes", "OpenItems"]);
    for set in sets {
        let mut columns: Vec<String> = Vec::new();
        for property in set["properties"].as_array().unwrap() {
            columns.push(property["column"].as_str().unwrap().into());
            // A wrong name would be taken for a text in double quotes, hence brackets.
            let sql = format!("SELECT [{}] FROM [{}]", columns.last().unwrap(), set["table"].as_str().unwrap());
            connection.prepare(&sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        }
        let count = format!("SELECT count(*) FROM pragma_table_info('{}')", set["table"].as_str().unwrap());
        assert_eq!(number(&connection, &count), columns.len() as i64, "{}", set["name"]);
    }
}

#[test]
fn the_loader_takes_both_files() {
    let dir = tempfile::tempdir().unwrap();
    let demo = generate(dir.path()).unwrap();
    let loaded = crate::config::read(&demo.config, &crate::config::Options::default());
    for finding in &loaded.findings {
        eprintln!("{finding:?}");
    }
    let config = loaded.config.unwrap();
    assert_eq!(config.services[0].root, "/odata/v4/");
    let model = &config.services[0].model;
    let lines = model.set(model.set_named("InvoiceLines").unwrap());
    assert_eq!(lines.key.len(), 2);
    assert_eq!(model.sets.len(), 7);
}

#[test]
fn the_requests_find_rows() {
    let dir = tempfile::tempdir().unwrap();
    let connection = open(&generate(dir.path()).unwrap());
    assert!(number(&connection, "SELECT count(*) FROM INVHDR WHERE account_sf_id = '0015g00000TideAAAR'") > 50);
    assert!(number(&connection, "SELECT count(*) FROM CUSTMAST WHERE CUST_NM GLOB '*GmbH*'") > 51);
    assert!(number(&connection, "SELECT count(*) FROM PRODUCT WHERE DESCR LIKE '%kettle%'") > 6);
    assert_eq!(number(&connection, "SELECT count(*) FROM INVLINE WHERE INV_NO = 'R16-00001' AND LINE_NO = 1"), 1);
    for (what, request) in REQUESTS {
        assert!(!request.contains(['\'', ' ']), "{what}: not ready for a shell");
    }
    assert_eq!(curl("http://127.0.0.1:8080/odata/v4/", "Products"), "curl 'http://127.0.0.1:8080/odata/v4/Products'");
}

#[test]
fn account_ids_are_unique() {
    let dir = tempfile::tempdir().unwrap();
    let connection = open(&generate(dir.path()).unwrap());
    assert_eq!(number(&connection, "SELECT count(account_sf_id) - count(DISTINCT account_sf_id) FROM CUSTMAST"), 0);
    assert_eq!(
        number(&connection, "SELECT count(account_sf_id) FROM CUSTMAST WHERE length(account_sf_id) = 18"),
        1_900
    );
}

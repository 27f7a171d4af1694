//! The live stages of `check` on the fixture in SQLite, and on databases that have drifted from their model.

use std::path::Path;

use tidegate::cli::check::{Outcome, run_live};

use crate::fixture::{self, Database, SOURCE};

fn check(url: &str, model: &str) -> (Outcome, String) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tidegate.toml");
    let server = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\n[sources.{SOURCE}]\nurl = {url:?}\ntime_zone = \"UTC\"\n\
         [services.s]\nroot = \"/odata/v4/\"\nmodel = \"m.model.toml\"\nprofile = \"odata\"\n\
         [services.t]\nroot = \"/sf/v4/\"\nmodel = \"m.model.toml\"\n"
    );
    std::fs::write(&path, server).unwrap();
    std::fs::write(dir.path().join("m.model.toml"), model).unwrap();
    let mut out = Vec::new();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let outcome = runtime.block_on(run_live(&path, false, &mut out)).unwrap();
    (outcome, String::from_utf8(out).unwrap())
}

fn sqlite(path: &Path) -> String {
    let _ = fixture::write_sqlite(path);
    format!("sqlite:{}", path.display())
}

#[test]
fn the_fixture_is_as_its_models_say() {
    let dir = tempfile::tempdir().unwrap();
    let url = sqlite(&dir.path().join("fixture.db"));
    for model in [
        fixture::model(Database::Sqlite),
        fixture::folded::model(Database::Sqlite),
        fixture::broken::model(Database::Sqlite),
    ] {
        let (outcome, text) = check(&url, &model);
        assert_eq!(outcome.errors, 0, "{text}");
        for quiet in ["column-type", "column-exact", "column-null", "column-length", "no-column", "key-not-unique"] {
            assert!(!text.contains(quiet), "{quiet}\n{text}");
        }
        assert!(text.contains("connectivity     ok\n  main: SQLite 3."), "{text}");
    }
}

const DRIFTED: &str = r#"
namespace = "Drift"
[[entity_set]]
name = "Items"
table = "items"
key = ["Id"]
properties = [
  { name = "Id", column = "id", type = "Int32", nullable = false },
  { name = "Code", column = "code", type = "String", max_length = 10, exact = true },
  { name = "Label", column = "label", type = "String", max_length = 80, exact = false, searchable = false, description = "a \"b\"" },
  { name = "Price", column = "price", type = "Decimal", precision = 8, scale = 2, sql = "decimal_text" },
  { name = "Made", column = "made", type = "Date", nullable = false },
  { name = "Cuont", column = "cuont", type = "Int32" },
  { name = "Flag", column = "FLAG", type = "Boolean", sql = "text", true = ["Y"], false = ["N"] },
]
indexes = [{ on = ["Id"], unique = true }, { on = ["Made"] }]

[[entity_set]]
name = "Itmes"
type = "Itme"
table = "itmes"
key = ["Id"]
properties = [{ name = "Id", type = "Int32" }]

[[entity_set]]
name = "Shown"
table = "shown"
key = ["Id"]
properties = [{ name = "Id", column = "id", type = "Int32" }]
"#;

#[test]
fn each_drift_is_found_with_its_place_and_its_fix() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("drift.db");
    let database = rusqlite::Connection::open(&path).unwrap();
    let schema = "CREATE TABLE items (id INTEGER, code VARCHAR(40) COLLATE NOCASE, label VARCHAR(80) NOT NULL, \
                  price DECIMAL(12,4), made DATE, count INTEGER, flag CHAR(1), \"odd col\" VARCHAR(7) NOT NULL); \
                  CREATE INDEX label ON items (label); CREATE VIEW shown AS SELECT id FROM items";
    database.execute_batch(schema).unwrap();
    let (outcome, text) = check(&format!("sqlite:{}", path.display()), DRIFTED);
    assert_eq!(outcome.exit_code(), 1, "{text}");
    for wanted in [
        "error[column-exact]: the column of `Code` does not compare exactly (NOCASE)",
        "write exact = false",
        "warning[column-length]: the column of `Code` holds up to 40, the model says 10",
        "{ name = \"Code\", column = \"code\", type = \"String\", sql = \"text\", max_length = 40, exact = false },",
        "note[column-exact]: the column of `Label` compares exactly",
        "note[column-null]: the column of `Label` is never null",
        "warning[column-type]: the column of `Price` is DECIMAL(12,4): sql = \"decimal\", not \"decimal_text\"",
        "{ name = \"Price\", column = \"price\", type = \"Decimal\", sql = \"decimal\", precision = 12, scale = 4 },",
        "warning[column-null]: the column of `Made` may be null",
        "error[no-column]: `items` has no column `cuont`",
        "did you mean column = \"count\"?",
        "note[new-column]: `items` has columns that the model leaves out: `count`, `odd col`",
        "{ name = \"OddCol\", column = \"odd col\", type = \"String\", sql = \"text\", max_length = 7, nullable = false, exact = true },",
        "warning[key-not-unique]: nothing in `items` keeps the key (id) unique",
        "note[key-not-unique]: `shown` is a view",
        "warning[index-drift]: `items` has no index on made",
        "{ on = [\"Label\"] },",
        "error[no-table]: the table of `Itmes` is not in the source `main`",
        "did you mean table = \"items\"?",
        "m.model.toml:9:12",
        "live catalog     3 errors, 6 warnings",
    ] {
        assert!(text.contains(wanted), "{wanted}\n{text}");
    }
    assert!(!text.contains("the column of `Flag`"), "{text}");
    assert_eq!(text.matches("error[no-table]").count(), 1, "mounted twice, told once\n{text}");
}

#[test]
fn lines_to_paste_are_read_back_as_the_catalog_says() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("paste.db");
    let database = rusqlite::Connection::open(&path).unwrap();
    let schema = "CREATE TABLE t (id INTEGER PRIMARY KEY, \"say \"\"hi\"\"\" TEXT, a BIGINT NOT NULL, b DECIMAL(9,3), \
                  c CHAR(4), d DATE, e DATETIME, f TIME, g REAL, h BLOB, i BOOLEAN, j NUMERIC, k VARCHAR(30) COLLATE NOCASE)";
    database.execute_batch(schema).unwrap();
    let model = |lines: &str| {
        format!(
            "namespace = \"N\"\n[[entity_set]]\nname = \"T\"\ntable = \"t\"\nkey = [\"Id\"]\nproperties = [\n  \
             {{ name = \"Id\", column = \"id\", type = \"Int64\" }},\n{lines}\n]\n"
        )
    };
    let url = format!("sqlite:{}", path.display());
    let (outcome, text) = check(&url, &model(""));
    assert_eq!(outcome.errors, 0, "{text}");
    let lines: Vec<_> = text.lines().map(str::trim).filter(|line| line.starts_with("{ name = ")).collect();
    assert_eq!(lines.len(), 12, "{text}");
    let (outcome, text) = check(&url, &model(&lines.join("\n")));
    assert_eq!(outcome.errors, 0, "{text}");
    for quiet in ["column-", "new-column"] {
        assert!(!text.contains(quiet), "{quiet}\n{text}");
    }
}

#[test]
fn a_database_that_is_not_there_is_an_error_at_its_source() {
    let dir = tempfile::tempdir().unwrap();
    let (outcome, text) = check(&format!("sqlite:{}/none.db", dir.path().display()), DRIFTED);
    assert_eq!(outcome.exit_code(), 1, "{text}");
    assert!(text.contains("connectivity     1 error\n"), "{text}");
    assert!(text.contains("error[unreachable]: the source `main` cannot be used: "), "{text}");
    assert!(text.contains("tidegate.toml:3:10"), "{text}");
    let (_, text) = check("postgres://u:hunter2@127.0.0.1:9/d?connect_timeout=1", DRIFTED);
    assert!(text.contains("error[unreachable]") && !text.contains("hunter2"), "{text}");
}

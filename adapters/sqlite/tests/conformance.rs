//! The suite that every driver passes, on a SQLite file made for it; and what only SQLite has: missing and foreign
//! files, values of any class in any column.
#![allow(clippy::unwrap_used)]

mod fixture;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use contract::adapter::{Adapter, Advance, Call, Close};
use contract::conformance::{self, Collect, Fixture, Kept};
use contract::{BadValue, ErrorKind, SqlType};

use fixture::{adapter, fixture, statement};

macro_rules! suite {
    ($($check:ident),* $(,)?) => {
        $(
            #[tokio::test]
            async fn $check() {
                let (_folder, fixture): (_, Fixture) = fixture();
                conformance::$check(&fixture).await.unwrap();
            }
        )*
    };
}

suite!(
    ping,
    types,
    echoes,
    number_rows,
    pauses,
    dropped_advance,
    close_midway,
    errors,
    refuses_writes,
    cancel_stops,
    statement_timeout,
    unreachable
);

async fn rows(adapter: &Arc<dyn Adapter>, sql: &str, columns: &[SqlType]) -> Vec<Vec<Kept>> {
    let connection = adapter.connect().await.unwrap();
    let mut cursor = connection.query(Call { statement: statement(sql, columns, vec![]), persistent: false });
    let mut sink = Collect::new();
    assert_eq!(cursor.advance(&mut sink).await.unwrap(), Advance::Done);
    // Once more after the end: nothing happens.
    assert_eq!(cursor.advance(&mut sink).await.unwrap(), Advance::Done);
    assert!(cursor.close(Close::Drain).await.is_some());
    sink.rows
}

#[tokio::test]
async fn a_missing_file_is_unavailable_and_a_foreign_one_misconfigured() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("absent.db");
    let error = adapter(&path, Duration::from_secs(1)).connect().await.err().unwrap();
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert!(error.detail.contains("absent.db"), "the log names the file: {error:?}");
    assert!(!path.exists(), "connecting must not make the file");
    let foreign = folder.path().join("foreign.db");
    std::fs::write(
        &foreign,
        "no database at all, but long enough to be read as a header of one hundred bytes ".repeat(20),
    )
    .unwrap();
    let error = adapter(&foreign, Duration::from_secs(1)).connect().await.err().unwrap();
    assert_eq!(error.kind, ErrorKind::Misconfigured);
}

#[tokio::test]
async fn a_double_quoted_word_is_never_a_string() {
    let (folder, _) = fixture();
    let adapter = adapter(&folder.path().join("suite.db"), Duration::from_secs(5));
    let connection = adapter.connect().await.unwrap();
    let statement = statement("SELECT \"no_such_column\" FROM numbers", &[SqlType::Text], vec![]);
    let mut cursor = connection.query(Call { statement, persistent: true });
    assert_eq!(cursor.advance(&mut Collect::new()).await.unwrap_err().kind, ErrorKind::Misconfigured);
}

#[tokio::test]
async fn a_lock_that_lasts_is_overloaded_and_a_short_one_is_waited_for() {
    let (folder, fixture) = fixture();
    let writer = rusqlite::Connection::open(folder.path().join("suite.db")).unwrap();
    writer.execute_batch("BEGIN EXCLUSIVE").unwrap();
    assert_eq!(fixture.adapter.connect().await.err().unwrap().kind, ErrorKind::Overloaded);
    let connecting = tokio::spawn(fixture.adapter.connect());
    tokio::time::sleep(Duration::from_millis(200)).await;
    writer.execute_batch("COMMIT").unwrap();
    assert!(connecting.await.unwrap().is_ok());
}

#[tokio::test]
async fn values_are_read_by_their_class_and_their_columns_type() {
    use SqlType::{Bool, Bytes, Date, F64, Guid, I16, I64, Scaled, Text, Time, Timestamp, U64};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("empty.db");
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
    let adapter = adapter(&path, Duration::from_secs(5));
    let bad = Kept::Bad;
    let decimal = |text: &str| Kept::Decimal(text.to_owned());
    let text = |text: &str| Kept::Text(text.to_owned());
    let cases = [
        ("7.0", I64, Kept::I64(7)),
        ("7.5", I64, bad(BadValue::WrongType)),
        ("'-7'", I64, Kept::I64(-7)),
        ("'7 '", I64, bad(BadValue::WrongType)),
        ("40000", I16, bad(BadValue::ImpossibleNumber)),
        ("9e99", I64, bad(BadValue::ImpossibleNumber)),
        ("9e999", I64, bad(BadValue::ImpossibleNumber)),
        ("'18446744073709551615'", U64, Kept::U64(u64::MAX)),
        ("-1", U64, bad(BadValue::ImpossibleNumber)),
        ("x'00'", I64, bad(BadValue::WrongType)),
        ("2", Bool, bad(BadValue::WrongType)),
        ("-9e999", F64, bad(BadValue::ImpossibleNumber)),
        ("'1.5'", F64, Kept::F64(1.5)),
        ("13.7", SqlType::Decimal { scale: Some(2) }, decimal("13.70")),
        ("5", SqlType::Decimal { scale: Some(2) }, decimal("5.00")),
        ("0.1 + 0.2", SqlType::Decimal { scale: None }, decimal("0.3")),
        ("'1e3'", SqlType::Decimal { scale: None }, bad(BadValue::WrongType)),
        ("'0099.900'", SqlType::DecimalText { scale: Some(2) }, decimal("0099.900")),
        ("1370", Scaled { scale: 2 }, decimal("13.70")),
        ("13.7", Scaled { scale: 2 }, bad(BadValue::WrongType)),
        ("42", Text, text("42")),
        ("1.0", Text, text("1.0")),
        ("CAST(x'ff41' AS TEXT)", Text, bad(BadValue::InvalidText)),
        ("x'4142'", Text, bad(BadValue::WrongType)),
        ("'AB'", Bytes, Kept::Bytes(vec![0x41, 0x42])),
        ("'{00112233-4455-6677-8899-AABBCCDDEEFF}'", Guid, Kept::Guid(fixture::GUID)),
        ("x'00112233445566778899aabbccddeeff'", Guid, Kept::Guid(fixture::GUID)),
        ("'00112233-4455-6677-8899_aabbccddeeff'", Guid, bad(BadValue::WrongType)),
        ("'ééééééééééééééééé--'", Guid, bad(BadValue::WrongType)),
        ("x'0011'", Guid, bad(BadValue::WrongType)),
        ("'0000-00-00'", Date, bad(BadValue::ImpossibleDate)),
        ("20240101", Date, bad(BadValue::WrongType)),
        ("'24:00:00'", Time, bad(BadValue::ImpossibleDate)),
        ("'2023-02-29 00:00:00'", Timestamp, bad(BadValue::ImpossibleDate)),
        ("NULL", Guid, Kept::Null),
    ];
    for (sql, ty, expected) in cases {
        assert_eq!(rows(&adapter, &format!("SELECT {sql}"), &[ty]).await, [[expected]], "{sql} as {ty:?}");
    }
}

#[tokio::test]
async fn a_statement_that_nobody_wants_any_more_ends_at_once() {
    let (_folder, fixture) = fixture();
    let connection = fixture.adapter.connect().await.unwrap();
    let mut cursor = connection.query(Call { statement: fixture.slow.clone(), persistent: true });
    let waited = tokio::time::timeout(Duration::from_millis(100), cursor.advance(&mut Collect::new())).await;
    assert!(waited.is_err());
    let closed = tokio::time::timeout(Duration::from_secs(2), cursor.close(Close::Drain)).await;
    assert!(closed.unwrap().unwrap().ping().await.is_ok());
}

#[tokio::test]
async fn large_values_come_whole() {
    let (_folder, fixture) = fixture();
    let sql = "SELECT zeroblob(3000000), n FROM numbers ORDER BY n LIMIT 5";
    let found = rows(&fixture.adapter, sql, &[SqlType::Bytes, SqlType::I64]).await;
    let expected: Vec<_> = (1..=5).map(|n| vec![Kept::Bytes(vec![0; 3_000_000]), Kept::I64(n)]).collect();
    assert!(found == expected);
}

#[tokio::test]
async fn the_catalog_is_read_from_the_file() {
    let (_folder, fixture) = fixture();
    let catalog = fixture.adapter.describe(contract::catalog::Scope::default()).await.unwrap();
    assert!(catalog.server.starts_with("SQLite 3."));
    assert_eq!(catalog.tables.iter().map(|table| table.name.as_str()).collect::<Vec<_>>(), ["kinds", "numbers"]);
    let absent = fixture.unreachable.unwrap().describe(contract::catalog::Scope::default()).await;
    assert_eq!(absent.unwrap_err().kind, ErrorKind::Unavailable);
}

#[test]
fn a_url_of_another_database_is_refused() {
    assert!(tidegate_sqlite::open(fixture::endpoint(Path::new("x"), Duration::ZERO)).is_ok());
    let endpoint =
        contract::Endpoint { url: "mysql://h/d".to_owned(), ..fixture::endpoint(Path::new("x"), Duration::ZERO) };
    assert!(tidegate_sqlite::open(endpoint).is_err());
}

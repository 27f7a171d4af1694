//! Values at their edges, sessions, cancelling.

use std::sync::Arc;
use std::time::{Duration, Instant};

use contract::{Advance, Close, Endpoint, ErrorKind, SqlType, Value};

use crate::support::{Lines, call, endpoint, open, param, prepare, rows};

#[tokio::test]
async fn values_at_their_edges() {
    let Some(endpoint) = endpoint() else { return };
    let connection = open(endpoint).await;
    let cases: &[(&str, &str)] = &[
        ("NULL", "Null"),
        ("TRUE", "I64(1)"),
        ("18446744073709551615", "U64(18446744073709551615)"),
        ("-9223372036854775808", "I64(-9223372036854775808)"),
        ("1e0", "F64(1.0)"),
        ("12345678901234567890123456789012345.678", "Decimal(\"12345678901234567890123456789012345.678\")"),
        ("_latin1 x'e9'", "Text(\"é\")"),
        ("'a' || 'b'", "Text(\"ab\")"),
        ("x'ff'", "Bytes([255])"),
        ("_binary 'a'", "Bytes([97])"),
        ("CAST('2024-02-29' AS DATE)", "Date(2024-02-29)"),
        ("CAST('23:59:59.5' AS TIME(1))", "Time(23:59:59.5)"),
        ("CAST('25:00:00' AS TIME)", "Bad(ImpossibleDate)"),
        ("CAST('-00:00:01' AS TIME)", "Bad(ImpossibleDate)"),
        ("CAST('0000-00-00' AS DATE)", "Bad(ImpossibleDate)"),
        ("CAST('9999-12-31 23:59:59' AS DATETIME)", "Timestamp(9999-12-31 23:59:59)"),
        ("FROM_UNIXTIME(0)", "Timestamp(1970-01-01 00:00:00)"),
        ("POINT(1, 2)", "Bytes([0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 240, 63, 0, 0, 0, 0, 0, 0, 0, 64])"),
        ("JSON_OBJECT('a', 1)", "Text(\"{\\\"a\\\": 1}\")"),
    ];
    let columns: Vec<&str> = cases.iter().map(|(expression, _)| *expression).collect();
    let (found, mut connection) = rows(connection, call(&format!("SELECT {}", columns.join(", ")), vec![])).await;
    for ((expression, expected), cell) in cases.iter().zip(&found[0]) {
        assert_eq!(cell, expected, "{expression}");
    }
    connection.ping().await.unwrap();
    connection.shut().await;
}

#[tokio::test]
async fn an_identifier_meets_bytes_and_the_type_of_its_own() {
    let Some(endpoint) = endpoint() else { return };
    let id = || param(Value::Guid(*b"0123456789abcdef"), SqlType::Guid);
    let text = "SELECT _binary '0123456789abcdef' = ?, CAST('30313233-3435-3637-3839-616263646566' AS uuid) = ?, \
                CAST('30313233-3435-3637-3839-616263646567' AS uuid) = ?";
    let (found, _) = rows(open(endpoint).await, call(text, vec![id(), id(), id()])).await;
    assert_eq!(found[0], ["I64(1)", "I64(1)", "I64(0)"]);
}

#[tokio::test]
async fn the_statement_says_what_the_wire_does_not() {
    let Some(endpoint) = endpoint() else { return };
    let expected = [SqlType::Bool, SqlType::Other, SqlType::Guid, SqlType::I64, SqlType::Bool];
    let text = "SELECT 2, _binary 'abc', _binary '0123456789abcdef', CAST(7 AS DECIMAL(20)), b'1' & 1";
    let mut call = call(text, vec![]);
    call.statement.columns = expected.into();
    let (found, _) = rows(open(endpoint).await, call).await;
    let guid = format!("Guid({:?})", b"0123456789abcdef");
    assert_eq!(found[0], ["Bool(true)", "Text(\"abc\")", &guid, "I64(7)", "Bool(true)"]);
}

#[tokio::test]
async fn one_text_takes_arguments_of_any_type() {
    let Some(endpoint) = endpoint() else { return };
    let connection = open(endpoint).await;
    let (first, connection) = rows(connection, call("SELECT ?", vec![param(Value::I64(2), SqlType::I64)])).await;
    let text = param(Value::Text("b".into()), SqlType::Text);
    let (second, _) = rows(connection, call("SELECT ?", vec![text])).await;
    assert_eq!((first[0][0].as_str(), second[0][0].as_str()), ("I64(2)", "Text(\"b\")"));
}

#[tokio::test]
async fn the_session_is_read_only_bounded_and_in_utc() {
    let Some(endpoint) = endpoint() else { return };
    for pooled_by_proxy in [false, true] {
        let connection = open(Endpoint { pooled_by_proxy, ..endpoint.clone() }).await;
        let settings = "SELECT @@session.time_zone, @@session.tx_read_only + 0, \
                        CAST(@@session.max_statement_time AS CHAR), @@session.character_set_client";
        let (found, connection) = rows(connection, call(settings, vec![])).await;
        assert_eq!(found[0], ["Text(\"+00:00\")", "I64(1)", "Text(\"10.000000\")", "Text(\"utf8mb4\")"]);
        let mut cursor = connection.query(call("CREATE TABLE tidegate_never (a int)", vec![]));
        let error = cursor.advance(&mut Lines::new(1)).await.unwrap_err();
        assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::Rejected, Some("1792")));
        let connection = cursor.close(Close::Drain).await.expect("an error of the statement leaves the session good");
        assert_eq!(rows(connection, call("SELECT 1", vec![])).await.0, [["I64(1)"]]);
    }
}

#[tokio::test]
async fn cancelling_stops_the_statement_and_keeps_the_connection() {
    let Some(endpoint) = endpoint() else { return };
    let adapter = tidegate_mysql::open(endpoint).unwrap();
    let (connection, mut side) = (adapter.connect().await.unwrap(), adapter.connect().await.unwrap());
    let mut cursor = connection.query(call("SELECT SLEEP(8)", vec![]));
    let canceller = cursor.canceller();
    assert!(canceller.needs_side());
    let started = Instant::now();
    let mut sink = Lines::new(1);
    let waiting = tokio::time::timeout(Duration::from_millis(300), cursor.advance(&mut sink)).await;
    assert!(waiting.is_err(), "the statement sleeps");
    canceller.cancel(Some(&mut side)).await.unwrap();
    let connection = cursor.close(Close::Cancelled).await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(4));
    assert_eq!(rows(connection, call("SELECT 3", vec![])).await.0, [["I64(3)"]]);
    assert!(canceller.cancel(None).await.is_err());
}

#[tokio::test]
async fn a_late_cancel_hits_nobody() {
    let Some(endpoint) = endpoint() else { return };
    let adapter = tidegate_mysql::open(endpoint).unwrap();
    let (mut connection, mut side) = (adapter.connect().await.unwrap(), adapter.connect().await.unwrap());
    for _ in 0..20 {
        let mut cursor = connection.query(call("SELECT 1", vec![]));
        assert_eq!(cursor.advance(&mut Lines::new(9)).await.unwrap(), Advance::Done);
        cursor.canceller().cancel(Some(&mut side)).await.unwrap();
        let back = cursor.close(Close::Cancelled).await.unwrap();
        let (found, back) = rows(back, call("SELECT COUNT(*) FROM information_schema.tables", vec![])).await;
        assert_eq!(found.len(), 1);
        connection = back;
    }
}

#[tokio::test]
async fn failures_have_their_kinds() {
    let Some(endpoint) = endpoint() else { return };
    let mut connection = open(endpoint.clone()).await;
    let cases = [
        ("SELECT * FROM tidegate_missing", ErrorKind::Misconfigured),
        ("SELECT 18446744073709551615 + 1", ErrorKind::Rejected),
        ("KILL CONNECTION CONNECTION_ID()", ErrorKind::Unavailable),
    ];
    for (text, kind) in cases {
        let mut cursor = connection.query(call(text, vec![]));
        let error = cursor.advance(&mut Lines::new(1)).await.unwrap_err();
        assert_eq!(error.kind, kind, "{text}: {error}");
        assert_eq!(error.broken, kind == ErrorKind::Unavailable, "{text}");
        match cursor.close(Close::Drain).await {
            Some(back) => connection = back,
            None => {
                assert!(error.broken);
                connection = open(endpoint.clone()).await;
            }
        }
    }
    let refused = Endpoint { url: endpoint.url.replace("root@", "tidegate_nobody:geheim@"), ..endpoint };
    let error = tidegate_mysql::open(refused).unwrap().connect().await.map(|_| ()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Misconfigured, "{error}");
}

#[tokio::test]
async fn identifiers_and_addresses_are_text_where_they_are_expected_as_such() {
    let Some(endpoint) = endpoint() else { return };
    let mut call = call(
        "SELECT CAST('123E4567-e89b-12d3-a456-426655440000' AS uuid), CAST('::1' AS inet6), 'x' COLLATE utf8mb4_bin",
        vec![],
    );
    call.statement.columns = [SqlType::Other, SqlType::Other, SqlType::Text].into();
    let (found, _) = rows(open(endpoint).await, call).await;
    assert_eq!(found[0], ["Text(\"123e4567-e89b-12d3-a456-426655440000\")", "Text(\"::1\")", "Text(\"x\")"]);
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint {
        url: format!("mysql://nobody@{}/x", silent.local_addr().unwrap()),
        application: String::new(),
        statement_timeout: Duration::from_secs(1),
        connect_timeout: Duration::from_millis(100),
        pooled_by_proxy: false,
        statements_max: 1,
    };
    let error = tidegate_mysql::open(endpoint).unwrap().connect().await.map(|_| ()).unwrap_err();
    assert_eq!((error.kind, error.broken), (ErrorKind::Timeout, true));
}

#[tokio::test]
async fn identifiers_kept_as_bytes_are_found_and_read_as_identifiers() {
    let Some(endpoint) = endpoint() else { return };
    let set_up = [
        "CREATE OR REPLACE TABLE tidegate_guids (g binary(16) primary key, latin varchar(9) character set latin1)",
        "INSERT INTO tidegate_guids VALUES (x'00112233445566778899aabbccddeeff', 'a'), (x'20', 'b')",
    ];
    prepare(&endpoint, &set_up).await;
    let id = *b"\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff";
    let columns: Arc<[SqlType]> = [SqlType::Guid].into();
    let find = |text: &str| {
        let mut call = call(text, vec![param(Value::Guid(id), SqlType::Guid)]);
        call.statement.columns = columns.clone();
        call
    };
    let connection = open(endpoint).await;
    let (found, connection) = rows(connection, find("SELECT g FROM tidegate_guids WHERE g = ?")).await;
    assert_eq!(found, [[format!("Guid({id:?})")]]);
    let (after, connection) = rows(connection, find("SELECT g FROM tidegate_guids WHERE g > ?")).await;
    assert_eq!(after.len(), 1);
    // A column's charset that cannot hold the literal is the caller's matter, not ours.
    let emoji = vec![param(Value::Text("😀".into()), SqlType::Text)];
    let mut cursor = connection.query(call("SELECT g FROM tidegate_guids WHERE latin = ?", emoji));
    match cursor.advance(&mut Lines::new(usize::MAX)).await {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind, ErrorKind::Rejected, "{error:?}"),
    }
}

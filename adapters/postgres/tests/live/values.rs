//! Values at their edges, sessions, cancelling.

use std::time::{Duration, Instant};

use contract::{Advance, Close, Date, Endpoint, ErrorKind, SqlType, Time, Timestamp, Value};

use crate::support::{Lines, call, endpoint, open, param, prepare, rows};

#[tokio::test]
async fn values_at_their_edges() {
    let Some(endpoint) = endpoint() else { return };
    let mut connection = open(endpoint).await;
    let cases: &[(&str, &str)] = &[
        ("NULL::int4", "Null"),
        ("true", "Bool(true)"),
        ("(-32768)::int2", "I64(-32768)"),
        ("9223372036854775807", "I64(9223372036854775807)"),
        ("4294967295::oid", "I64(4294967295)"),
        ("0.1::float4", "F32(0.1)"),
        ("'NaN'::float8", "F64(NaN)"),
        ("'-Infinity'::float8", "F64(-inf)"),
        ("13.70::numeric(10,2)", "Decimal(\"13.70\")"),
        ("-0.00010::numeric", "Decimal(\"-0.00010\")"),
        ("100000000::numeric", "Decimal(\"100000000\")"),
        ("1e20::numeric", "Decimal(\"100000000000000000000\")"),
        (
            "1234567890123456789012345678901234567890.5::numeric",
            "Decimal(\"1234567890123456789012345678901234567890.5\")",
        ),
        ("'NaN'::numeric", "Bad(ImpossibleNumber)"),
        ("'Infinity'::numeric", "Bad(ImpossibleNumber)"),
        ("'-12.34'::money", "Decimal(\"-12.34\")"),
        ("'a'::char(3)", "Text(\"a  \")"),
        ("'x'::\"char\"", "Text(\"x\")"),
        ("'n'::name", "Text(\"n\")"),
        ("'ü😀'::text", "Text(\"ü😀\")"),
        ("'{\"a\": 1}'::jsonb", "Text(\"{\\\"a\\\": 1}\")"),
        ("'[1]'::json", "Text(\"[1]\")"),
        ("'<a/>'::xml", "Text(\"<a/>\")"),
        ("'\\x00ff'::bytea", "Bytes([0, 255])"),
        ("'infinity'::date", "Bad(ImpossibleDate)"),
        ("'0001-01-01'::date", "Date(0001-01-01)"),
        ("'0001-01-01 BC'::date", "Bad(ImpossibleDate)"),
        ("'10000-01-01'::date", "Bad(ImpossibleDate)"),
        ("'24:00'::time", "Bad(ImpossibleDate)"),
        ("'23:59:59.999999'::time", "Time(23:59:59.999999)"),
        ("'01:30+02'::timetz", "Time(23:30:00)"),
        ("'2024-02-29 12:00:00.5'::timestamp", "Timestamp(2024-02-29 12:00:00.5)"),
        ("'2024-02-29 01:00+02'::timestamptz", "Timestamp(2024-02-28 23:00:00)"),
        ("'-infinity'::timestamptz", "Bad(ImpossibleDate)"),
        ("'1 day'::interval", "Bad(WrongType)"),
        ("'10.0.0.1'::inet", "Bad(WrongType)"),
        ("ARRAY[1]", "Bad(WrongType)"),
    ];
    let columns: Vec<&str> = cases.iter().map(|(expression, _)| *expression).collect();
    let (found, back) = rows(connection, call(&format!("SELECT {}", columns.join(", ")), vec![])).await;
    for ((expression, expected), cell) in cases.iter().zip(&found[0]) {
        assert_eq!(cell, expected, "{expression}");
    }
    connection = back;
    connection.ping().await.unwrap();
    connection.shut().await;
}

#[tokio::test]
async fn parameters_arrive_as_they_were() {
    let Some(endpoint) = endpoint() else { return };
    let mut connection = open(endpoint).await;
    let date = Date { year: 1999, month: 12, day: 31 };
    let time = Time::new(23, 59, 59, 999_999_000).unwrap();
    let moment = Timestamp { date, time };
    let decimal = SqlType::Decimal { scale: None };
    let cases: Vec<(&str, Value, SqlType, &str)> = vec![
        ("$1", Value::Bool(true), SqlType::Bool, "Bool(true)"),
        ("$1", Value::I64(i64::MIN), SqlType::I64, "I64(-9223372036854775808)"),
        ("$1", Value::U64(u64::MAX), SqlType::U64, "Decimal(\"18446744073709551615\")"),
        ("$1", Value::F64(0.1), SqlType::F64, "F64(0.1)"),
        ("$1", Value::Decimal("-12345.6700".into()), decimal, "Decimal(\"-12345.6700\")"),
        ("$1", Value::Text("o'ü%".into()), SqlType::Text, "Text(\"o'ü%\")"),
        ("$1 = 'a'::char(5)", Value::Text("a".into()), SqlType::Char { length: 5 }, "Bool(true)"),
        ("$1", Value::Bytes(vec![0, 255]), SqlType::Bytes, "Bytes([0, 255])"),
        ("$1", Value::Guid([7; 16]), SqlType::Guid, "Guid([7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7])"),
        ("$1", Value::Date(date), SqlType::Date, "Date(1999-12-31)"),
        ("$1", Value::Time(time), SqlType::Time, "Time(23:59:59.999999)"),
        ("$1", Value::Timestamp(moment), SqlType::Timestamp, "Timestamp(1999-12-31 23:59:59.999999)"),
        ("$1", Value::Timestamp(moment), SqlType::Instant, "Timestamp(1999-12-31 23:59:59.999999)"),
        ("$1", Value::Null, SqlType::Guid, "Null"),
        ("3 = ANY($1)", Value::List(vec![Value::I64(3), Value::Null]), SqlType::I32, "Bool(true)"),
        ("'b' = ANY($1)", Value::List(vec![Value::Text("a".into())]), SqlType::Text, "Bool(false)"),
        ("1.5 = ANY($1)", Value::List(vec![Value::Decimal("1.50".into())]), decimal, "Bool(true)"),
        ("$1 = '{}'::timestamptz[]", Value::List(vec![]), SqlType::Instant, "Bool(true)"),
        ("$1 = ARRAY['1999-12-31'::date]", Value::List(vec![Value::Date(date)]), SqlType::Date, "Bool(true)"),
    ];
    for (expression, value, ty, expected) in cases {
        let statement = call(&format!("SELECT {expression}"), vec![param(value, ty)]);
        let (found, back) = rows(connection, statement).await;
        assert_eq!(found[0][0], expected, "{expression} {ty:?}");
        connection = back;
    }
}

#[tokio::test]
async fn one_text_with_two_types_is_two_statements() {
    let Some(endpoint) = endpoint() else { return };
    let connection = open(endpoint).await;
    let text = "SELECT 1 + $1";
    let (first, connection) = rows(connection, call(text, vec![param(Value::I64(2), SqlType::I64)])).await;
    let decimal = param(Value::Decimal("0.5".into()), SqlType::Decimal { scale: None });
    let (second, _) = rows(connection, call(text, vec![decimal])).await;
    assert_eq!((first[0][0].as_str(), second[0][0].as_str()), ("I64(3)", "Decimal(\"1.5\")"));
}

#[tokio::test]
async fn the_session_is_named_read_only_and_in_utc() {
    let Some(endpoint) = endpoint() else { return };
    for pooled_by_proxy in [false, true] {
        let connection = open(Endpoint { pooled_by_proxy, ..endpoint.clone() }).await;
        let settings = "SELECT current_setting('transaction_read_only'), current_setting('TimeZone'), \
                        current_setting('statement_timeout'), current_setting('application_name')";
        let (found, connection) = rows(connection, call(settings, vec![])).await;
        assert_eq!(found[0], ["Text(\"on\")", "Text(\"UTC\")", "Text(\"10s\")", "Text(\"tidegate/test\")"]);
        let mut cursor = connection.query(call("CREATE TABLE tidegate_never (a int)", vec![]));
        let error = cursor.advance(&mut Lines::new(1)).await.unwrap_err();
        assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::Rejected, Some("25006")));
        let connection = cursor.close(Close::Drain).await.expect("an error of the statement leaves the session good");
        assert_eq!(rows(connection, call("SELECT 1", vec![])).await.0, [["I64(1)"]]);
    }
}

#[tokio::test]
async fn a_pause_loses_no_row_and_a_close_gives_the_connection_back() {
    let Some(endpoint) = endpoint() else { return };
    for pooled_by_proxy in [false, true] {
        let connection = open(Endpoint { pooled_by_proxy, ..endpoint.clone() }).await;
        let mut cursor = connection.query(call("SELECT generate_series(1, 1000)", vec![]));
        let mut sink = Lines::new(300);
        for _ in 0..3 {
            assert_eq!(cursor.advance(&mut sink).await.unwrap(), Advance::Paused);
        }
        assert_eq!(cursor.advance(&mut sink).await.unwrap(), Advance::Done);
        assert_eq!(cursor.advance(&mut sink).await.unwrap(), Advance::Done, "the end is stable");
        let numbers: Vec<String> = (1..=1000).map(|number| format!("I64({number})")).collect();
        assert_eq!(sink.rows.concat(), numbers);
        let connection = cursor.close(Close::Drain).await.unwrap();
        let mut cursor = connection.query(call("SELECT generate_series(1, 100000)", vec![]));
        cursor.advance(&mut Lines::new(10)).await.unwrap();
        let connection = cursor.close(Close::Drain).await.unwrap();
        let unused = connection.query(call("SELECT 1/0", vec![])).close(Close::Drain).await;
        assert_eq!(rows(unused.unwrap(), call("SELECT 2", vec![])).await.0, [["I64(2)"]]);
    }
}

#[tokio::test]
async fn cancelling_stops_the_statement_and_keeps_the_connection() {
    let Some(endpoint) = endpoint() else { return };
    let adapter = tidegate_postgres::open(endpoint).unwrap();
    let (connection, mut side) = (adapter.connect().await.unwrap(), adapter.connect().await.unwrap());
    let mut cursor = connection.query(call("SELECT pg_sleep(8)", vec![]));
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
async fn the_server_ends_what_takes_too_long() {
    let Some(endpoint) = endpoint() else { return };
    for pooled_by_proxy in [false, true] {
        let short = Endpoint { statement_timeout: Duration::from_millis(200), pooled_by_proxy, ..endpoint.clone() };
        let connection = open(short).await;
        let mut cursor = connection.query(call("SELECT pg_sleep(8)", vec![]));
        let error = cursor.advance(&mut Lines::new(1)).await.unwrap_err();
        assert_eq!((error.kind, error.broken), (ErrorKind::Timeout, false));
        assert!(cursor.close(Close::Drain).await.is_some());
    }
}

#[tokio::test]
async fn failures_have_their_kinds() {
    let Some(endpoint) = endpoint() else { return };
    let mut connection = open(endpoint.clone()).await;
    let cases = [
        ("SELECT * FROM tidegate_missing", ErrorKind::Misconfigured),
        ("SELECT 1/0", ErrorKind::Rejected),
        ("SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(5)", ErrorKind::Unavailable),
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
    let nobody = Endpoint { url: "postgres://gw:geheim@127.0.0.1:1/x".to_owned(), ..endpoint };
    let error = tidegate_postgres::open(nobody).unwrap().connect().await.map(|_| ()).unwrap_err();
    assert_eq!((error.kind, error.broken), (ErrorKind::Unavailable, true));
}

#[tokio::test]
async fn types_of_the_schema_are_read_as_what_they_are() {
    let Some(endpoint) = endpoint() else { return };
    let script = "DROP SCHEMA IF EXISTS tidegate_kinds CASCADE; CREATE SCHEMA tidegate_kinds; SET search_path = tidegate_kinds; \
                  CREATE EXTENSION IF NOT EXISTS citext SCHEMA public; CREATE TYPE mood AS ENUM ('good'); \
                  CREATE DOMAIN price AS numeric(9,2); CREATE DOMAIN feeling AS mood; CREATE TYPE pair AS (a int, b int)";
    prepare(&endpoint, script).await;
    for pooled_by_proxy in [false, true] {
        let connection = open(Endpoint { pooled_by_proxy, ..endpoint.clone() }).await;
        let text = "SELECT 'good'::tidegate_kinds.mood, 1.5::tidegate_kinds.price, 'good'::tidegate_kinds.feeling, \
                    'Ab'::public.citext, (1, 2)::tidegate_kinds.pair";
        let (found, _) = rows(connection, call(text, vec![])).await;
        let expected = ["Text(\"good\")", "Decimal(\"1.50\")", "Text(\"good\")", "Text(\"Ab\")", "Bad(WrongType)"];
        assert_eq!(found[0], expected);
    }
}

#[tokio::test]
async fn a_table_that_changed_asks_for_a_new_connection() {
    let Some(endpoint) = endpoint() else { return };
    prepare(&endpoint, "DROP TABLE IF EXISTS tidegate_changing; CREATE TABLE tidegate_changing (a int)").await;
    let select = || call("SELECT * FROM tidegate_changing", vec![]);
    let (_, connection) = rows(open(endpoint.clone()).await, select()).await;
    prepare(&endpoint, "ALTER TABLE tidegate_changing ADD b text").await;
    let mut cursor = connection.query(select());
    let error = cursor.advance(&mut Lines::new(1)).await.unwrap_err();
    assert_eq!((error.kind, error.broken), (ErrorKind::Unavailable, true), "{error}");
    assert!(cursor.close(Close::Drain).await.is_none());
    assert!(rows(open(endpoint).await, select()).await.0.is_empty());
}

#[tokio::test]
async fn a_late_cancel_hits_nobody() {
    let Some(endpoint) = endpoint() else { return };
    let adapter = tidegate_postgres::open(endpoint).unwrap();
    let (mut connection, mut side) = (adapter.connect().await.unwrap(), adapter.connect().await.unwrap());
    for _ in 0..20 {
        let mut cursor = connection.query(call("SELECT 1", vec![]));
        assert_eq!(cursor.advance(&mut Lines::new(9)).await.unwrap(), Advance::Done);
        cursor.canceller().cancel(Some(&mut side)).await.unwrap();
        let back = cursor.close(Close::Cancelled).await.unwrap();
        let (found, back) = rows(back, call("SELECT count(*) FROM pg_class", vec![])).await;
        assert_eq!(found.len(), 1);
        connection = back;
    }
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint {
        url: format!("postgres://nobody@{}/x", silent.local_addr().unwrap()),
        application: String::new(),
        statement_timeout: Duration::from_secs(1),
        connect_timeout: Duration::from_millis(100),
        pooled_by_proxy: false,
        statements_max: 1,
    };
    let error = tidegate_postgres::open(endpoint).unwrap().connect().await.map(|_| ()).unwrap_err();
    assert_eq!((error.kind, error.broken), (ErrorKind::Timeout, true));
}

#[tokio::test]
async fn sessions_behind_a_pooler_never_run_each_others_statements() {
    let Some(endpoint) = endpoint() else { return };
    let endpoint = Endpoint { pooled_by_proxy: true, ..endpoint };
    let clients = (0..8).map(|client| {
        let endpoint = endpoint.clone();
        tokio::spawn(async move {
            let mut connection = open(endpoint).await;
            for turn in 0..25 {
                let text = format!("SELECT $1 + {client}, '{client}' FROM generate_series(1, 3)");
                let turn_param = param(Value::I64(turn * 100), SqlType::I64);
                let (found, back) = rows(connection, call(&text, vec![turn_param])).await;
                let expected = [format!("I64({})", turn * 100 + client), format!("Text(\"{client}\")")];
                assert!(found.len() == 3 && found.iter().all(|row| *row == expected), "{found:?}");
                connection = back;
            }
            connection.shut().await;
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await.unwrap();
    }
}

//! The suite that every driver passes.

use std::sync::Arc;
use std::time::Duration;

use contract::conformance::{Fixture, Kept, all};
use contract::{Adapter, BadValue, Date, Endpoint, ErrorKind, Param, SqlType, Statement, Time, Timestamp, Value};

use crate::support::endpoint;

fn statement(text: &str, params: Vec<Param>, columns: &[SqlType]) -> Statement {
    Statement { text: text.into(), params, columns: columns.into() }
}

fn plain(text: &str) -> Statement {
    statement(text, vec![], &[])
}

fn open(endpoint: &Endpoint, change: impl FnOnce(&mut Endpoint)) -> Arc<dyn Adapter> {
    let mut endpoint = endpoint.clone();
    change(&mut endpoint);
    tidegate_postgres::open(endpoint).unwrap()
}

const DATE: Date = Date { year: 2024, month: 2, day: 29 };

fn types() -> (Statement, Vec<Vec<Kept>>) {
    let time = Time::new(1, 2, 3, 456_789_000).unwrap();
    let cases: Vec<(&str, SqlType, Kept, Kept)> = vec![
        ("true, NULL", SqlType::Bool, Kept::Bool(true), Kept::Null),
        ("1::int2, (-32768)::int2", SqlType::I16, Kept::I64(1), Kept::I64(-32768)),
        ("2147483647, NULL", SqlType::I32, Kept::I64(2_147_483_647), Kept::Null),
        ("9223372036854775807, -1", SqlType::I64, Kept::I64(i64::MAX), Kept::I64(-1)),
        ("0.1::real, 'NaN'::real", SqlType::F32, Kept::F32(0.1), Kept::F32(f32::NAN)),
        ("-1e308::float8, 'infinity'", SqlType::F64, Kept::F64(-1e308), Kept::F64(f64::INFINITY)),
        (
            "13.70::numeric, 'NaN'::numeric",
            SqlType::Decimal { scale: None },
            Kept::Decimal("13.70".into()),
            Kept::Bad(BadValue::ImpossibleNumber),
        ),
        ("'ü'::text, ''", SqlType::Text, Kept::Text("ü".into()), Kept::Text(String::new())),
        ("'a'::char(2), NULL", SqlType::Char { length: 2 }, Kept::Text("a ".into()), Kept::Null),
        ("'\\x00'::bytea, ''::bytea", SqlType::Bytes, Kept::Bytes(vec![0]), Kept::Bytes(vec![])),
        ("'01010101-0101-0101-0101-010101010101'::uuid, NULL", SqlType::Guid, Kept::Guid([1; 16]), Kept::Null),
        ("'2024-02-29'::date, 'infinity'::date", SqlType::Date, Kept::Date(DATE), Kept::Bad(BadValue::ImpossibleDate)),
        (
            "'01:02:03.456789'::time, '24:00'::time",
            SqlType::Time,
            Kept::Time(time),
            Kept::Bad(BadValue::ImpossibleDate),
        ),
        (
            "'2024-02-29 01:02:03.456789'::timestamp, NULL",
            SqlType::Timestamp,
            Kept::Timestamp(Timestamp { date: DATE, time }),
            Kept::Null,
        ),
        (
            "'2024-02-29 03:02:03.456789+02'::timestamptz, '-infinity'::timestamptz",
            SqlType::Instant,
            Kept::Timestamp(Timestamp { date: DATE, time }),
            Kept::Bad(BadValue::ImpossibleDate),
        ),
    ];
    let mut sides = (Vec::new(), Vec::new());
    for (expressions, ..) in &cases {
        let (one, other) = expressions.split_once(", ").unwrap();
        sides.0.push(one);
        sides.1.push(other);
    }
    let text = format!("SELECT {} UNION ALL SELECT {}", sides.0.join(", "), sides.1.join(", "));
    let columns: Vec<SqlType> = cases.iter().map(|(_, ty, ..)| *ty).collect();
    let rows = cases.into_iter().map(|(_, _, one, other)| (one, other)).unzip::<_, _, Vec<_>, Vec<_>>();
    (statement(&text, vec![], &columns), vec![rows.0, rows.1])
}

fn echoes() -> Vec<(Statement, Kept)> {
    let time = Time::new(23, 59, 59, 999_999_000).unwrap();
    let moment = Timestamp { date: DATE, time };
    let decimal = SqlType::Decimal { scale: None };
    let echo = |value: Value, ty: SqlType, kept: Kept| (statement("SELECT $1", vec![Param { value, ty }], &[ty]), kept);
    vec![
        echo(Value::Null, SqlType::Text, Kept::Null),
        echo(Value::Bool(false), SqlType::Bool, Kept::Bool(false)),
        echo(Value::I64(i64::MIN), SqlType::I64, Kept::I64(i64::MIN)),
        echo(Value::U64(u64::MAX), SqlType::U64, Kept::Decimal(u64::MAX.to_string())),
        echo(Value::F64(-0.0), SqlType::F64, Kept::F64(-0.0)),
        echo(Value::Decimal("-0.100".into()), decimal, Kept::Decimal("-0.100".into())),
        echo(Value::Text("'; --😀".into()), SqlType::Text, Kept::Text("'; --😀".into())),
        echo(Value::Bytes(vec![0, 255]), SqlType::Bytes, Kept::Bytes(vec![0, 255])),
        echo(Value::Guid([9; 16]), SqlType::Guid, Kept::Guid([9; 16])),
        echo(Value::Date(DATE), SqlType::Date, Kept::Date(DATE)),
        echo(Value::Time(time), SqlType::Time, Kept::Time(time)),
        echo(Value::Timestamp(moment), SqlType::Timestamp, Kept::Timestamp(moment)),
        echo(Value::Timestamp(moment), SqlType::Instant, Kept::Timestamp(moment)),
        (
            statement(
                "SELECT 2 = ANY($1)",
                vec![Param { value: Value::List(vec![Value::I64(1), Value::I64(2)]), ty: SqlType::I64 }],
                &[SqlType::Bool],
            ),
            Kept::Bool(true),
        ),
    ]
}

fn fixture(endpoint: &Endpoint) -> Fixture {
    let (types, types_rows) = types();
    Fixture {
        adapter: open(endpoint, |endpoint| endpoint.statement_timeout = Duration::from_secs(30)),
        hurried: open(endpoint, |endpoint| endpoint.statement_timeout = Duration::from_millis(500)),
        unreachable: Some(open(endpoint, |endpoint| endpoint.url = "postgres://gw@127.0.0.1:1/none".to_owned())),
        types,
        types_rows,
        numbers: statement(
            "SELECT n, 'row ' || n FROM generate_series(1, 10000) n ORDER BY n",
            vec![],
            &[SqlType::I32, SqlType::Text],
        ),
        slow: plain("SELECT 1 FROM pg_sleep(15)"),
        broken: vec![
            (plain("SELEC 1"), ErrorKind::Internal),
            (plain("SELECT * FROM tidegate_no_table"), ErrorKind::Misconfigured),
            (plain("SELECT no_column FROM pg_class"), ErrorKind::Misconfigured),
            (plain("SELECT 1 / 0"), ErrorKind::Rejected),
            (plain("SELECT 32767::int2 + 32767::int2"), ErrorKind::Rejected),
        ],
        writes: vec![plain("CREATE TABLE tidegate_no_table (a int)")],
        echoes: echoes(),
    }
}

#[tokio::test]
async fn the_suite_passes() {
    let Some(endpoint) = endpoint() else { return };
    all(&fixture(&endpoint)).await.unwrap();
}

#[tokio::test]
async fn the_suite_passes_as_behind_a_pooler_but_for_cancelling() {
    let Some(mut endpoint) = endpoint() else { return };
    endpoint.pooled_by_proxy = true;
    let problems = all(&fixture(&endpoint)).await.unwrap_err();
    assert!(problems.lines().all(|line| line.starts_with("cancel_stops")), "{problems}");
}

//! The suite that every driver passes.

use std::sync::Arc;
use std::time::Duration;

use contract::conformance::{Fixture, Kept, all};
use contract::{Adapter, BadValue, Date, Endpoint, ErrorKind, Param, SqlType, Statement, Time, Timestamp, Value};

use crate::support::{endpoint, prepare};

fn statement(text: &str, params: Vec<Param>, columns: &[SqlType]) -> Statement {
    Statement { text: text.into(), params, columns: columns.into() }
}

fn plain(text: &str) -> Statement {
    statement(text, vec![], &[])
}

fn open(endpoint: &Endpoint, change: impl FnOnce(&mut Endpoint)) -> Arc<dyn Adapter> {
    let mut endpoint = endpoint.clone();
    change(&mut endpoint);
    tidegate_mysql::open(endpoint).unwrap()
}

const DATE: Date = Date { year: 2024, month: 2, day: 29 };
const NUMBERS: &str = "SELECT n, CONCAT('row ', n) FROM (SELECT a.d * 1000 + b.d * 100 + c.d * 10 + e.d + 1 AS n \
    FROM tidegate_digits a, tidegate_digits b, tidegate_digits c, tidegate_digits e) numbers ORDER BY n";
const SET_UP: &[&str] = &[
    "CREATE OR REPLACE TABLE tidegate_digits (d int)",
    "INSERT INTO tidegate_digits VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)",
    "CREATE OR REPLACE TABLE tidegate_types (id int, flag tinyint(1), small smallint, whole int unsigned, \
     large bigint unsigned, single float, wide double, amount decimal(30,5), name varchar(20) collate utf8mb4_bin, \
     fixed char(4), picture blob, hour time(6), day date, moment datetime(6), instant timestamp(6) null, bits bit(12), \
     choice enum('x','y'), document json, founded year)",
    "INSERT INTO tidegate_types VALUES (1, 2, -32768, 4294967295, 18446744073709551615, 0.1, -1e308, -13.7, 'ü😀', 'a', \
     x'00ff', '01:02:03.456789', '2024-02-29', '2024-02-29 01:02:03.456789', '2024-02-29 01:02:03.456789', b'101', 'y', \
     '[1]', 1999)",
    "INSERT INTO tidegate_types VALUES (2, 0, 0, 0, 0, 0, 0, 0, '', '', '', '-01:00:00', '0000-00-00', '2024-00-10', \
     NULL, NULL, NULL, NULL, NULL)",
];

fn types_rows() -> Vec<Vec<Kept>> {
    let time = Time::new(1, 2, 3, 456_789_000).unwrap();
    let moment = Kept::Timestamp(Timestamp { date: DATE, time });
    let bad_date = Kept::Bad(BadValue::ImpossibleDate);
    let text = |text: &str| Kept::Text(text.to_owned());
    vec![
        vec![
            Kept::I64(2),
            Kept::I64(-32768),
            Kept::I64(4_294_967_295),
            Kept::U64(u64::MAX),
            Kept::F32(0.1),
            Kept::F64(-1e308),
            Kept::Decimal("-13.70000".into()),
            text("ü😀"),
            text("a"),
            Kept::Bytes(vec![0, 255]),
            Kept::Time(time),
            Kept::Date(DATE),
            moment.clone(),
            moment,
            Kept::I64(5),
            text("y"),
            text("[1]"),
            Kept::I64(1999),
        ],
        vec![
            Kept::I64(0),
            Kept::I64(0),
            Kept::I64(0),
            Kept::U64(0),
            Kept::F32(0.0),
            Kept::F64(0.0),
            Kept::Decimal("0.00000".into()),
            text(""),
            text(""),
            Kept::Bytes(vec![]),
            bad_date.clone(),
            bad_date.clone(),
            bad_date,
            Kept::Null,
            Kept::Null,
            Kept::Null,
            Kept::Null,
            Kept::Null,
        ],
    ]
}

fn echoes() -> Vec<(Statement, Kept)> {
    let time = Time::new(23, 59, 59, 999_999_000).unwrap();
    let moment = Timestamp { date: DATE, time };
    let decimal = SqlType::Decimal { scale: Some(3) };
    let echo = |text: &str, value: Value, ty: SqlType, kept: Kept| {
        (statement(&format!("SELECT {text}"), vec![Param { value, ty }], &[ty]), kept)
    };
    vec![
        echo("?", Value::Null, SqlType::Text, Kept::Null),
        echo("?", Value::Bool(true), SqlType::I16, Kept::I64(1)),
        echo("?", Value::I64(i64::MIN), SqlType::I64, Kept::I64(i64::MIN)),
        echo("?", Value::U64(u64::MAX), SqlType::U64, Kept::U64(u64::MAX)),
        echo("?", Value::F64(0.1), SqlType::F64, Kept::F64(0.1)),
        echo("CAST(? AS DECIMAL(65,3))", Value::Decimal("-0.1".into()), decimal, Kept::Decimal("-0.100".into())),
        echo("?", Value::Text("'; --😀".into()), SqlType::Text, Kept::Text("'; --😀".into())),
        echo("?", Value::Bytes(vec![0, 255]), SqlType::Bytes, Kept::Bytes(vec![0, 255])),
        echo("CAST(? AS DATE)", Value::Date(DATE), SqlType::Date, Kept::Date(DATE)),
        echo("CAST(? AS TIME(6))", Value::Time(time), SqlType::Time, Kept::Time(time)),
        echo("CAST(? AS DATETIME(6))", Value::Timestamp(moment), SqlType::Timestamp, Kept::Timestamp(moment)),
        echo("?", Value::Guid([0xAB; 16]), SqlType::Other, Kept::Text("abababab-abab-abab-abab-abababababab".into())),
    ]
}

fn fixture(endpoint: &Endpoint) -> Fixture {
    Fixture {
        adapter: open(endpoint, |endpoint| endpoint.statement_timeout = Duration::from_secs(30)),
        hurried: open(endpoint, |endpoint| endpoint.statement_timeout = Duration::from_millis(500)),
        unreachable: Some(open(endpoint, |endpoint| endpoint.url = "mysql://root@127.0.0.1:1/none".to_owned())),
        types: statement(
            "SELECT flag, small, whole, large, single, wide, amount, name, fixed, picture, hour, day, moment, instant, \
             bits, choice, document, founded FROM tidegate_types ORDER BY id",
            vec![],
            &[
                SqlType::I16,
                SqlType::I16,
                SqlType::I64,
                SqlType::U64,
                SqlType::F32,
                SqlType::F64,
                SqlType::Decimal { scale: Some(5) },
                SqlType::Text,
                SqlType::Char { length: 4 },
                SqlType::Bytes,
                SqlType::Time,
                SqlType::Date,
                SqlType::Timestamp,
                SqlType::Instant,
                SqlType::I64,
                SqlType::Other,
                SqlType::Other,
                SqlType::I32,
            ],
        ),
        types_rows: types_rows(),
        numbers: statement(NUMBERS, vec![], &[SqlType::I64, SqlType::Text]),
        // A bare SLEEP gives a row when it is stopped.
        slow: plain("SELECT COUNT(*) FROM tidegate_digits WHERE SLEEP(2) = 7"),
        broken: vec![
            (plain("SELEC 1"), ErrorKind::Internal),
            (plain("SELECT * FROM tidegate_no_table"), ErrorKind::Misconfigured),
            (plain("SELECT no_column FROM tidegate_digits"), ErrorKind::Misconfigured),
            (plain("SELECT 9223372036854775807 + d FROM tidegate_digits"), ErrorKind::Rejected),
        ],
        writes: vec![
            plain("INSERT INTO tidegate_digits VALUES (1)"),
            plain("DELETE FROM tidegate_digits"),
            plain("CREATE TABLE tidegate_no_table (a int)"),
        ],
        echoes: echoes(),
    }
}

#[tokio::test]
async fn the_suite_passes() {
    let Some(endpoint) = endpoint() else { return };
    prepare(&endpoint, SET_UP).await;
    all(&fixture(&endpoint)).await.unwrap();
}
